//! `print`: writes every row as a line of text to standard output or standard error, in Flink's form: `+I[1,
//! a]`.
//!
//! Lines of one writer are collected and written together, at the latest after 100 ms and at the end of an
//! epoch.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sql::{DataType, TypeKind, Value};

use super::options::{JobEnvironment, Known};
use super::registry::SinkRequest;
use super::{SinkTable, SinkTableFactory, SinkWriter};
use crate::error::JobError;
use crate::format::{number, temporal};
use crate::job::Column;
use crate::row::{Batch, RowKind, RowRef};

const FLUSH_AFTER: Duration = Duration::from_millis(100);
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// A row as Flink's `Row.toString` shows it, with its changelog kind.
pub fn write_row(kind: RowKind, row: RowRef<'_>, types: &[DataType], output: &mut Vec<u8>) {
    output.extend_from_slice(kind.symbol().as_bytes());
    output.push(b'[');
    for (i, ty) in types.iter().enumerate() {
        if i > 0 {
            output.extend_from_slice(b", ");
        }
        match (&ty.kind, row.text_of(i, ty)) {
            (_, Some(text)) => output.extend_from_slice(text.as_bytes()),
            _ => write_value(&row.value(i, ty), ty, output),
        }
    }
    output.push(b']');
}

trait TextOf<'a> {
    fn text_of(self, column: usize, ty: &DataType) -> Option<&'a str>;
}

impl<'a> TextOf<'a> for RowRef<'a> {
    /// The text of a non-NULL text column, not copied.
    fn text_of(self, column: usize, ty: &DataType) -> Option<&'a str> {
        if ty.kind.is_text() {
            self.text(column)
        } else {
            None
        }
    }
}

/// A value as Java's `toString` shows what Flink hands to the outside.
pub fn write_value(value: &Value, ty: &DataType, output: &mut Vec<u8>) {
    match (value, &ty.kind) {
        (Value::Null, _) => output.extend_from_slice(b"null"),
        (Value::Boolean(v), _) => output.extend_from_slice(if *v { b"true" } else { b"false" }),
        (Value::TinyInt(v), _) => number::write_integer(i64::from(*v), output),
        (Value::SmallInt(v), _) => number::write_integer(i64::from(*v), output),
        (Value::Int(v), _) => number::write_integer(i64::from(*v), output),
        (Value::BigInt(v), _) => number::write_integer(*v, output),
        (Value::Float(v), _) => number::write_float(*v, output),
        (Value::Double(v), _) => number::write_double(*v, output),
        (Value::Decimal(v), _) => number::write_decimal(*v, false, output),
        (Value::Text(v), _) => output.extend_from_slice(v.as_bytes()),
        (Value::Bytes(v), _) => write_list(v, output, |byte, o| {
            number::write_integer(i64::from(*byte as i8), o);
        }),
        (Value::Date(v), _) => temporal::write_date(*v, output),
        (Value::Time(v), _) => temporal::write_java_time(*v, output),
        (Value::Timestamp(v), TypeKind::TimestampLtz { .. }) => temporal::write_java_instant(*v, output),
        (Value::Timestamp(v), _) => temporal::write_java_local(*v, output),
        (Value::Months(v), _) => write_period(*v, output),
        (Value::Millis(v), _) => write_duration(*v, output),
        (Value::Array(v), TypeKind::Array(element)) => {
            write_list(v, output, |value, o| write_value(value, element, o));
        }
        (Value::Map(entries), TypeKind::Map(key, value)) => write_map(entries, key, value, output),
        (Value::Map(entries), TypeKind::Multiset(element)) => {
            write_map(entries, element, &DataType::not_null(TypeKind::Int), output);
        }
        (Value::Row(values), TypeKind::Row(fields)) => {
            output.extend_from_slice(b"+I");
            let typed: Vec<_> = values.iter().zip(fields).collect();
            write_list(&typed, output, |(value, field), o| {
                write_value(value, &field.ty, o)
            });
        }
        (value, _) => unreachable!("{value:?} is not a value of {ty}"),
    }
}

fn write_list<T>(items: &[T], output: &mut Vec<u8>, mut write: impl FnMut(&T, &mut Vec<u8>)) {
    output.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            output.extend_from_slice(b", ");
        }
        write(item, output);
    }
    output.push(b']');
}

fn write_map(entries: &[(Value, Value)], key: &DataType, value: &DataType, output: &mut Vec<u8>) {
    output.push(b'{');
    for (i, (k, v)) in entries.iter().enumerate() {
        if i > 0 {
            output.extend_from_slice(b", ");
        }
        write_value(k, key, output);
        output.push(b'=');
        write_value(v, value, output);
    }
    output.push(b'}');
}

/// `java.time.Period.toString` of whole months: `P1Y2M`.
fn write_period(months: i32, output: &mut Vec<u8>) {
    output.push(b'P');
    for (count, unit) in [(months / 12, b'Y'), (months % 12, b'M')] {
        if count != 0 {
            number::write_integer(i64::from(count), output);
            output.push(unit);
        }
    }
    if months == 0 {
        output.extend_from_slice(b"0D");
    }
}

/// `java.time.Duration.toString`: `PT1H0.5S`.
fn write_duration(millis: i64, output: &mut Vec<u8>) {
    output.extend_from_slice(b"PT");
    let seconds = millis / 1_000;
    for (count, unit) in [(seconds / 3_600, b'H'), (seconds / 60 % 60, b'M')] {
        if count != 0 {
            number::write_integer(count, output);
            output.push(unit);
        }
    }
    let rest = millis % 60_000;
    if rest != 0 || millis == 0 {
        if rest < 0 && rest > -1_000 {
            output.push(b'-');
        }
        number::write_integer(rest / 1_000, output);
        if rest % 1_000 != 0 {
            let fraction = format!(".{:03}", (rest % 1_000).abs());
            output.extend_from_slice(fraction.trim_end_matches('0').as_bytes());
        }
        output.push(b'S');
    }
}

#[derive(Clone, Copy)]
enum Target {
    Out,
    Error,
}

struct Print {
    identifier: String,
    target: Target,
    parallelism: usize,
    types: Vec<DataType>,
}

impl SinkTableFactory for Print {
    fn writer(&self, thread: usize) -> Result<Box<dyn SinkWriter>, JobError> {
        Ok(Box::new(PrintWriter {
            prefix: prefix(&self.identifier, self.parallelism, thread),
            types: self.types.clone(),
            buffer: Vec::new(),
            waits_since: None,
            target: match self.target {
                Target::Out => Box::new(std::io::stdout()),
                Target::Error => Box::new(std::io::stderr()),
            },
        }))
    }
}

/// What stands in front of each line: nothing, `identifier> `, `2> ` or `identifier:2> `.
fn prefix(identifier: &str, parallelism: usize, thread: usize) -> String {
    let mut prefix = identifier.to_owned();
    if parallelism > 1 {
        if !prefix.is_empty() {
            prefix.push(':');
        }
        prefix.push_str(&(thread + 1).to_string());
    }
    if !prefix.is_empty() {
        prefix.push_str("> ");
    }
    prefix
}

struct PrintWriter {
    prefix: String,
    types: Vec<DataType>,
    buffer: Vec<u8>,
    /// When the oldest line in the buffer was put there.
    waits_since: Option<Instant>,
    target: Box<dyn Write + Send>,
}

impl PrintWriter {
    fn flush(&mut self) -> Result<(), JobError> {
        self.waits_since = None;
        if self.buffer.is_empty() {
            return Ok(());
        }
        let written = self
            .target
            .write_all(&self.buffer)
            .and_then(|()| self.target.flush());
        self.buffer.clear();
        match written {
            // Nobody reads any more: that is the reader's choice, not the job's failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| JobError::external("print", error)),
        }
    }
}

impl SinkWriter for PrintWriter {
    fn write(&mut self, batch: &Batch) -> Result<(), JobError> {
        for (kind, row) in batch.rows() {
            self.buffer.extend_from_slice(self.prefix.as_bytes());
            write_row(kind, row, &self.types, &mut self.buffer);
            self.buffer.push(b'\n');
            if self.buffer.len() >= BUFFER_BYTES_MAX {
                self.flush()?;
            }
        }
        if !self.buffer.is_empty() && self.waits_since.is_none() {
            self.waits_since = Some(Instant::now());
        }
        self.tick()
    }

    fn end_epoch(&mut self, _epoch: u64) -> Result<Vec<u8>, JobError> {
        self.flush()?;
        Ok(Vec::new())
    }

    fn tick(&mut self) -> Result<(), JobError> {
        match self.waits_since {
            Some(since) if since.elapsed() >= FLUSH_AFTER => self.flush(),
            _ => Ok(()),
        }
    }
}

impl Drop for PrintWriter {
    /// A job that ends without a last epoch still shows what it had to say.
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

fn types(columns: &[Column]) -> Vec<DataType> {
    columns.iter().map(|column| column.ty.clone()).collect()
}

pub fn open_sink(request: &SinkRequest<'_>, environment: &JobEnvironment) -> Result<SinkTable, JobError> {
    let options = &request.options;
    options.check(&[
        Known::optional("print-identifier"),
        Known::optional("standard-error"),
    ])?;
    let target = if options.boolean("standard-error", false)? {
        Target::Error
    } else {
        Target::Out
    };
    let print = Print {
        identifier: options.get("print-identifier").unwrap_or_default().to_owned(),
        target,
        parallelism: environment.parallelism,
        types: types(request.columns),
    };
    Ok(SinkTable {
        table: Arc::new(print),
        committer: None,
    })
}

/// The rows of a bare query: to standard output, without a prefix.
pub fn open_bare(request: &SinkRequest<'_>, _environment: &JobEnvironment) -> Result<SinkTable, JobError> {
    let print = Print {
        identifier: String::new(),
        target: Target::Out,
        parallelism: 1,
        types: types(request.columns),
    };
    Ok(SinkTable {
        table: Arc::new(print),
        committer: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::BatchWriter;
    use sql::{Date, Decimal, Field, Timestamp};

    fn shown(value: Value, kind: TypeKind) -> String {
        let ty = DataType::nullable(kind);
        let mut writer = BatchWriter::new(1);
        writer.begin(RowKind::UpdateAfter);
        writer.put_value(0, &value, &ty);
        writer.finish();
        let batch = writer.take();
        let mut output = Vec::new();
        write_row(batch.kind(0), batch.row(0), &[ty], &mut output);
        String::from_utf8(output).expect("UTF-8")
    }

    #[test]
    fn values_as_flink_prints_them() {
        let row = TypeKind::Row(vec![Field {
            name: "a".into(),
            ty: DataType::string(),
        }]);
        let map = TypeKind::Map(
            DataType::string().into(),
            DataType::nullable(TypeKind::Int).into(),
        );
        let entries = vec![(Value::Text("k".into()), Value::Int(1))];
        let decimal = Decimal {
            unscaled: 1230,
            scale: 2,
        };
        for (value, kind, text) in [
            (Value::Null, TypeKind::Int, "+U[null]"),
            (Value::Text("a b".into()), TypeKind::STRING, "+U[a b]"),
            (Value::Double(1e10), TypeKind::Double, "+U[1.0E10]"),
            (
                Value::Decimal(decimal),
                TypeKind::Decimal {
                    precision: 10,
                    scale: 2,
                },
                "+U[12.30]",
            ),
            (Value::Bytes(vec![1, 255]), TypeKind::BYTES, "+U[[1, -1]]"),
            (Value::Date(Date(0)), TypeKind::Date, "+U[1970-01-01]"),
            (
                Value::Timestamp(Timestamp::EPOCH),
                TypeKind::Timestamp { precision: 3 },
                "+U[1970-01-01T00:00]",
            ),
            (
                Value::Timestamp(Timestamp::EPOCH),
                TypeKind::TimestampLtz { precision: 3 },
                "+U[1970-01-01T00:00:00Z]",
            ),
            (Value::Row(vec![Value::Text("x".into())]), row, "+U[+I[x]]"),
            (Value::Map(entries), map, "+U[{k=1}]"),
            (Value::Months(14), TypeKind::IntervalYearMonth, "+U[P1Y2M]"),
            (
                Value::Millis(3_600_500),
                TypeKind::IntervalDayTime,
                "+U[PT1H0.5S]",
            ),
        ] {
            assert_eq!(shown(value, kind), text);
        }
    }

    #[test]
    fn prefixes() {
        assert_eq!(prefix("", 1, 0), "");
        assert_eq!(prefix("id", 1, 0), "id> ");
        assert_eq!(prefix("", 2, 1), "2> ");
        assert_eq!(prefix("id", 2, 0), "id:1> ");
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_at_the_end_of_an_epoch() {
        let shared = Shared::default();
        let ty = DataType::nullable(TypeKind::Int);
        let mut printer = PrintWriter {
            prefix: "p> ".into(),
            types: vec![ty],
            buffer: Vec::new(),
            waits_since: None,
            target: Box::new(shared.clone()),
        };
        let mut rows = BatchWriter::new(1);
        rows.begin(RowKind::Insert);
        rows.put_i32(0, Some(7));
        rows.finish();
        printer.write(&rows.take()).expect("written");
        assert!(shared.0.lock().expect("not poisoned").is_empty());
        printer.end_epoch(1).expect("flushed");
        assert_eq!(shared.0.lock().expect("not poisoned").as_slice(), b"p> +I[7]\n");
    }
}
