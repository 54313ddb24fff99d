//! Metadata columns that go out with a message. In: the columns of a sink table. Out: timestamp and headers of each
//! row's message. Invariant: a table without such columns pays nothing for them.

use rdkafka::message::{Header, OwnedHeaders};
use sql::{DataType, TypeKind, Value};

use crate::connector::registry::SinkRequest;
use crate::error::JobError;
use crate::job::WriteColumn;
use crate::row::RowRef;

/// The columns, by position in the row.
#[derive(Clone, Default)]
pub(super) struct Carried {
    timestamp: Option<(usize, u8)>,
    headers: Option<(usize, DataType)>,
}

/// What one message carries beside key and value.
pub(super) struct Envelope {
    pub(super) millis: Option<i64>,
    pub(super) headers: Option<OwnedHeaders>,
}

impl Carried {
    pub(super) fn new(request: &SinkRequest<'_>) -> Result<Carried, JobError> {
        let mut carried = Carried::default();
        for (i, column) in request.spec.write.iter().enumerate() {
            let ty = &request.columns[i].ty;
            match (column, &ty.kind) {
                (WriteColumn::Physical, _) => {}
                (WriteColumn::Partition(_), _) => return Err(request.options.no_partitions()),
                (
                    WriteColumn::Metadata("timestamp"),
                    TypeKind::TimestampLtz { precision } | TypeKind::Timestamp { precision },
                ) => carried.timestamp = Some((i, *precision)),
                (WriteColumn::Metadata("headers"), TypeKind::Map(..))
                | (WriteColumn::Metadata("header-list"), TypeKind::Array(_)) => {
                    carried.headers = Some((i, ty.clone()));
                }
                (WriteColumn::Metadata(key), _) => {
                    let message = format!("metadata '{key}' cannot be written; declare the column VIRTUAL");
                    return Err(request.options.error("connector", message));
                }
            }
        }
        Ok(carried)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.timestamp.is_none() && self.headers.is_none()
    }

    pub(super) fn of(&self, row: RowRef<'_>) -> Envelope {
        let millis = self.timestamp.and_then(|(column, precision)| {
            let time = row.timestamp(column, precision);
            time.map(|time| time.millis())
        });
        let headers = self.headers.as_ref().and_then(|(column, ty)| {
            let list = pairs(row.value(*column, ty))?;
            let mut headers = OwnedHeaders::new_with_capacity(list.len());
            for (name, value) in &list {
                headers = headers.insert(Header {
                    key: name,
                    value: value.as_deref(),
                });
            }
            Some(headers)
        });
        Envelope { millis, headers }
    }
}

/// Names and values of headers, from a map or a list of rows. As in Flink, one without a name is left out.
fn pairs(value: Value) -> Option<Vec<(String, Option<Vec<u8>>)>> {
    let pairs: Vec<(Value, Value)> = match value {
        Value::Map(entries) => entries,
        Value::Array(rows) => rows.into_iter().filter_map(pair_of_row).collect(),
        _ => return None,
    };
    let named = pairs.into_iter().filter_map(|pair| match pair {
        (Value::Text(name), Value::Bytes(value)) => Some((name, Some(value))),
        (Value::Text(name), _) => Some((name, None)),
        _ => None,
    });
    Some(named.collect())
}

fn pair_of_row(row: Value) -> Option<(Value, Value)> {
    let Value::Row(fields) = row else {
        return None;
    };
    let mut fields = fields.into_iter();
    Some((fields.next()?, fields.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_from_maps_and_lists() {
        let name = || Value::Text("h".to_owned());
        let value = || Value::Bytes(vec![1]);
        let row = |name, value| Value::Row(vec![name, value]);
        let cases = [
            (Value::Map(vec![(name(), value())]), Some(vec![Some(vec![1])])),
            (
                Value::Array(vec![row(name(), value()), row(name(), Value::Null)]),
                Some(vec![Some(vec![1]), None]),
            ),
            (
                Value::Array(vec![row(Value::Null, value()), Value::Null]),
                Some(vec![]),
            ),
            (Value::Null, None),
        ];
        for (given, expected) in cases {
            let found = pairs(given.clone()).map(|pairs| {
                assert!(pairs.iter().all(|(name, _)| name == "h"));
                pairs.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
            });
            assert_eq!(found, expected, "{given:?}");
        }
    }
}
