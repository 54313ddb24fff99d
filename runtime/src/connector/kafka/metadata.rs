//! Metadata columns that a message brings: topic, partition, offset, timestamp, headers …

use sql::{DataType, Timestamp, TypeKind, Value};

use super::client::Record;
use crate::connector::options::Options;
use crate::error::JobError;
use crate::row::BatchWriter;

/// A metadata key of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metadata {
    Topic,
    Partition,
    Headers,
    HeaderList,
    LeaderEpoch,
    Offset,
    Timestamp,
    TimestampType,
}

impl Metadata {
    pub(super) fn from_key(options: &Options, key: &str) -> Result<Metadata, JobError> {
        Ok(match key {
            "topic" => Metadata::Topic,
            "partition" => Metadata::Partition,
            "headers" => Metadata::Headers,
            "header-list" => Metadata::HeaderList,
            "leader-epoch" => Metadata::LeaderEpoch,
            "offset" => Metadata::Offset,
            "timestamp" => Metadata::Timestamp,
            "timestamp-type" => Metadata::TimestampType,
            other => return Err(options.error("connector", format!("no metadata '{other}' in kafka"))),
        })
    }

    /// Puts the message's value into a column of the open row.
    pub(super) fn put(
        self,
        writer: &mut BatchWriter,
        column: usize,
        ty: &DataType,
        record: Record<'_>,
        topic: &str,
    ) {
        match self {
            Metadata::Topic => writer.put_text(column, Some(topic)),
            Metadata::Partition => put_integer(writer, column, ty, Some(i64::from(record.partition()))),
            Metadata::Offset => put_integer(writer, column, ty, Some(record.offset())),
            Metadata::LeaderEpoch => put_integer(writer, column, ty, record.leader_epoch().map(i64::from)),
            Metadata::TimestampType => writer.put_text(column, Some(record.timestamp().1)),
            Metadata::Timestamp => {
                let precision = match ty.kind {
                    TypeKind::Timestamp { precision } | TypeKind::TimestampLtz { precision } => precision,
                    _ => 3,
                };
                let time = record.timestamp().0.map(Timestamp::from_millis);
                writer.put_timestamp(column, time, precision);
            }
            Metadata::Headers => {
                let entries = record.headers().into_iter().map(header);
                let entries = entries.collect();
                writer.put_value(column, &Value::Map(entries), ty);
            }
            Metadata::HeaderList => {
                let rows = record.headers().into_iter().map(header);
                let rows = rows.map(|(name, value)| Value::Row(vec![name, value]));
                writer.put_value(column, &Value::Array(rows.collect()), ty);
            }
        }
    }
}

fn header((name, value): (String, Option<Vec<u8>>)) -> (Value, Value) {
    (Value::Text(name), value.map_or(Value::Null, Value::Bytes))
}

/// A metadata column may be declared wider than the key's own type.
fn put_integer(writer: &mut BatchWriter, column: usize, ty: &DataType, value: Option<i64>) {
    match ty.kind {
        TypeKind::Int => writer.put_i32(column, value.map(|v| v as i32)),
        _ => writer.put_i64(column, value),
    }
}
