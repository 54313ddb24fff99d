//! Folders that stand for values: `dt=2024-01-31/hour=7`.
//!
//! In: rows, paths. Out: paths, values. Invariant: what is written into a folder is read back as the same value; no
//! value leads out of the table's folder.

use std::fmt::Write as _;
use std::path::Path;

use sql::function::cast::to_text;
use sql::function::cast::value::of_text;
use sql::{DataType, Date, Session, TypeKind, Value};

use crate::connector::options::Options;
use crate::error::JobError;
use crate::row::RowRef;

const DEFAULT_NAME: &str = "__DEFAULT_PARTITION__";

/// A column that folders stand for.
#[derive(Clone, Debug)]
pub(super) struct PartitionColumn {
    pub(super) name: String,
    pub(super) ty: DataType,
    /// Position in the row.
    pub(super) column: usize,
}

/// The columns in the order of PARTITIONED BY (of a source: those that are read), and how NULL is called.
#[derive(Clone, Debug)]
pub(super) struct Partitioning {
    pub(super) columns: Vec<PartitionColumn>,
    default_name: String,
}

impl Partitioning {
    pub(super) fn new(columns: Vec<PartitionColumn>, options: &Options) -> Result<Partitioning, JobError> {
        if let Some(odd) = columns.iter().find(|column| !is_usable(&column.ty.kind)) {
            let message = format!("'{}' is {}, which no folder can stand for", odd.name, odd.ty);
            return Err(options.error("connector", message));
        }
        let default_name = options.get("partition.default-name").unwrap_or(DEFAULT_NAME);
        Ok(Partitioning {
            columns,
            default_name: default_name.to_owned(),
        })
    }

    /// The folder of a row, relative to the table's.
    pub(super) fn folder(&self, row: RowRef<'_>) -> String {
        let mut folder = String::new();
        for PartitionColumn { name, ty, column } in &self.columns {
            if !folder.is_empty() {
                folder.push('/');
            }
            let text = text(&row.value(*column, ty), ty);
            let text = text.filter(|text| !text.is_empty());
            escape(name, &mut folder);
            folder.push('=');
            escape(text.as_deref().unwrap_or(&self.default_name), &mut folder);
        }
        folder
    }

    /// The values that a file's path (relative to the table's folder) stands for; `None` where it lies in no folder of
    /// one of the columns.
    pub(super) fn values(&self, path: &Path) -> Result<Option<Vec<Value>>, String> {
        let folders: Vec<(String, String)> = path
            .parent()
            .into_iter()
            .flat_map(Path::components)
            .filter_map(|part| {
                let (name, value) = part.as_os_str().to_str()?.split_once('=')?;
                Some((unescape(name), unescape(value)))
            })
            .collect();
        let mut values = Vec::new();
        for column in &self.columns {
            let Some((_, text)) = folders.iter().find(|(name, _)| *name == column.name) else {
                return Ok(None);
            };
            values.push(match *text == self.default_name {
                true => Value::Null,
                false => value(text, &column.ty)?,
            });
        }
        Ok(Some(values))
    }
}

fn is_usable(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Boolean
            | TypeKind::TinyInt
            | TypeKind::SmallInt
            | TypeKind::Int
            | TypeKind::BigInt
            | TypeKind::Float
            | TypeKind::Double
            | TypeKind::Decimal { .. }
            | TypeKind::Char { .. }
            | TypeKind::VarChar { .. }
            | TypeKind::Date
            | TypeKind::Timestamp { .. }
    )
}

/// As Java writes the values: what reads the folders of a Flink job reads these. Only dates are written as such, while
/// Flink writes the number of days since 1970 (and takes dates when it reads).
fn text(value: &Value, ty: &DataType) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::Boolean(value) => Some(value.to_string()),
        Value::Timestamp(_) => Some(local_date_time(&to_text::value(&Session::utc(), value, ty))),
        _ => Some(to_text::value(&Session::utc(), value, ty)),
    }
}

/// `2024-01-31 11:20:00.120000` → `2024-01-31T11:20:00.120`: no seconds where they are none, fractions by thousands.
fn local_date_time(text: &str) -> String {
    const UNIT_DIGITS: usize = 3;
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.trim_end_matches('0').len().next_multiple_of(UNIT_DIGITS);
    let clock = clock.replacen(' ', "T", 1);
    match digits {
        0 => clock.strip_suffix(":00").unwrap_or(&clock).to_owned(),
        _ => format!("{clock}.{fraction:0<digits$.digits$}"),
    }
}

fn value(text: &str, ty: &DataType) -> Result<Value, String> {
    let found = match &ty.kind {
        TypeKind::Boolean => return Ok(Value::Boolean(text.eq_ignore_ascii_case("true"))),
        TypeKind::Char { .. } | TypeKind::VarChar { .. } => return Ok(Value::Text(text.to_owned())),
        // As Flink writes them.
        TypeKind::Date => match text.parse() {
            Ok(days) => return Ok(Value::Date(Date(days))),
            Err(_) => of_text(text, &ty.kind),
        },
        kind @ TypeKind::Timestamp { .. } => {
            let clock = text.replacen('T', " ", 1);
            let seconds = if clock.matches(':').count() == 1 {
                ":00"
            } else {
                ""
            };
            of_text(&(clock + seconds), kind)
        }
        kind => of_text(text, kind),
    };
    found.map_err(|_| format!("the folder's '{text}' is not a value of {ty}"))
}

/// As Hive and Flink have it: what paths or the form `k=v` cannot hold becomes `%` and two hexadecimal digits.
fn escape(text: &str, path: &mut String) {
    for c in text.chars() {
        let is_odd = c.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(c);
        match is_odd {
            true => write!(path, "%{:02X}", u32::from(c)).expect("a String takes all"),
            false => path.push(c),
        }
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain += before;
        let code = after
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                plain.push('%');
                rest = after;
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use sql::function::cast::from_text;

    use super::*;
    use crate::row::{BatchWriter, RowKind};

    fn partitioning(types: &[TypeKind]) -> Partitioning {
        let column = |(column, kind): (usize, &TypeKind)| PartitionColumn {
            name: format!("k{column}"),
            ty: DataType::nullable(kind.clone()),
            column,
        };
        let columns = types.iter().enumerate().map(column).collect();
        Partitioning::new(columns, &Options::new("t", [("connector", "filesystem")])).expect("usable types")
    }

    #[test]
    fn values_come_back_from_folders() {
        let decimal = TypeKind::Decimal {
            precision: 5,
            scale: 2,
        };
        let types = [
            TypeKind::STRING,
            TypeKind::Int,
            decimal,
            TypeKind::Date,
            TypeKind::Timestamp { precision: 3 },
        ];
        let partitioning = partitioning(&types);
        let date = from_text::date("2024-01-31").expect("a date");
        let time = Value::Timestamp(sql::Timestamp::from_millis(1_706_700_000_123));
        let amount = from_text::decimal("1.50", 5, 2)
            .expect("a number")
            .expect("it fits");
        let full = vec![
            Value::Text("../a b=c%/ä".to_owned()),
            Value::Int(-7),
            Value::Decimal(amount),
            Value::Date(date),
            time,
        ];
        let nulls = vec![Value::Null; 5];
        let null_folder = (0..5)
            .map(|i| format!("k{i}=__DEFAULT_PARTITION__"))
            .collect::<Vec<_>>();
        for (values, expected) in [
            (
                full,
                "k0=..%2Fa b%3Dc%25%2Fä/k1=-7/k2=1.50/k3=2024-01-31/k4=2024-01-31T11%3A20%3A00.123"
                    .to_owned(),
            ),
            (nulls, null_folder.join("/")),
        ] {
            let mut rows = BatchWriter::new(5);
            rows.begin(RowKind::Insert);
            for (column, value) in values.iter().enumerate() {
                rows.put_value(column, value, &DataType::nullable(types[column].clone()));
            }
            rows.finish();
            let rows = rows.take();
            let (_, row) = rows.rows().next().expect("one row");
            let folder = partitioning.folder(row);
            assert_eq!(folder, expected);
            let found = partitioning.values(&Path::new(&folder).join("part"));
            assert_eq!(found, Ok(Some(values)));
        }
    }

    /// Names that Flink 2.2.1 gave folders of these values.
    #[test]
    fn values_are_written_as_java_writes_them() {
        let timestamp = |text: &str| Value::Timestamp(from_text::timestamp(text, 6).expect("a timestamp"));
        let micros = TypeKind::Timestamp { precision: 6 };
        for (given, kind, expected) in [
            (
                timestamp("2024-01-31 11:20:00"),
                micros.clone(),
                "2024-01-31T11:20",
            ),
            (
                timestamp("2024-01-31 11:20:05.12"),
                micros.clone(),
                "2024-01-31T11:20:05.120",
            ),
            (
                timestamp("2024-01-31 11:20:00.000001"),
                micros,
                "2024-01-31T11:20:00.000001",
            ),
            (Value::Boolean(true), TypeKind::Boolean, "true"),
            (Value::Float(1.5), TypeKind::Float, "1.5"),
            (Value::Double(1e8), TypeKind::Double, "1.0E8"),
            (Value::BigInt(7), TypeKind::BigInt, "7"),
        ] {
            let ty = DataType::nullable(kind);
            let found = text(&given, &ty).expect("not NULL");
            assert_eq!(found, expected);
            assert_eq!(value(&found, &ty), Ok(given), "{expected} is read back");
        }
        let date = from_text::date("2024-01-31").expect("a date");
        let ty = DataType::nullable(TypeKind::Date);
        assert_eq!(value("19753", &ty), Ok(Value::Date(date)));
    }

    #[test]
    fn files_elsewhere_and_odd_folders() {
        let partitioning = partitioning(&[TypeKind::Int]);
        assert_eq!(partitioning.values(Path::new("part")), Ok(None));
        assert_eq!(partitioning.values(Path::new("x/k=1/part")), Ok(None));
        assert_eq!(
            partitioning.values(Path::new("x=1/k0=2/part")),
            Ok(Some(vec![Value::Int(2)]))
        );
        assert!(partitioning.values(Path::new("k0=two/part")).is_err());
        assert_eq!(unescape("%2g%"), "%2g%");
    }
}
