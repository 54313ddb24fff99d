//! Rows as text, for tests: `+I[a, 1]`. Columns are `a INT, ts TIMESTAMP`; times are written
//! `2021-03-14T01:59:00`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sql::{DataType, Decimal, Session, Timestamp, TypeKind, Value};

use super::{Context, Event, Operator};
use crate::job::Column;
use crate::row::{Batch, BatchWriter, RowKind};
use crate::state::KeyGroupRange;

/// Columns from their names and types: STRING, INT, BIGINT, DOUBLE, FLOAT, BOOLEAN, DECIMAL (10, 2),
/// TIMESTAMP (3), LTZ (3).
pub(super) fn columns(text: &'static str) -> Vec<Column> {
    text.split(", ").map(column).collect()
}

fn column(text: &'static str) -> Column {
    let (name, kind) = text.split_once(' ').expect("a name and a type");
    let kind = match kind {
        "STRING" => TypeKind::STRING,
        "INT" => TypeKind::Int,
        "BIGINT" => TypeKind::BigInt,
        "DOUBLE" => TypeKind::Double,
        "FLOAT" => TypeKind::Float,
        "BOOLEAN" => TypeKind::Boolean,
        "DECIMAL" => TypeKind::Decimal {
            precision: 10,
            scale: 2,
        },
        "WIDE" => TypeKind::Decimal {
            precision: 38,
            scale: 2,
        },
        "AVERAGE" => TypeKind::Decimal {
            precision: 38,
            scale: 6,
        },
        "TIMESTAMP" => TypeKind::Timestamp { precision: 3 },
        "LTZ" => TypeKind::TimestampLtz { precision: 3 },
        other => panic!("no type {other}"),
    };
    Column {
        name,
        ty: DataType::nullable(kind),
    }
}

/// An instant in UTC, or a wall-clock time.
pub(super) fn timestamp(text: &str) -> Timestamp {
    let time: DateTime = text.parse().expect("a date and time");
    let zoned = time.to_zoned(TimeZone::UTC).expect("a time in range");
    Timestamp::from_micros(zoned.timestamp().as_microsecond())
}

fn parse(text: &str, ty: &DataType) -> Value {
    if text == "NULL" {
        return Value::Null;
    }
    let number = "a number";
    match ty.kind {
        TypeKind::Int => Value::Int(text.parse().expect(number)),
        TypeKind::BigInt => Value::BigInt(text.parse().expect(number)),
        TypeKind::Double => Value::Double(text.parse().expect(number)),
        TypeKind::Float => Value::Float(text.parse().expect(number)),
        TypeKind::Boolean => Value::Boolean(text == "true"),
        TypeKind::Decimal { scale, .. } => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = format!("{whole}{fraction:0<width$}", width = usize::from(scale));
            let unscaled = digits.parse().expect(number);
            Value::Decimal(Decimal { unscaled, scale })
        }
        TypeKind::Timestamp { .. } | TypeKind::TimestampLtz { .. } => Value::Timestamp(timestamp(text)),
        _ => Value::Text(text.to_owned()),
    }
}

fn print(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Int(v) => v.to_string(),
        Value::BigInt(v) => v.to_string(),
        Value::Double(v) => format!("{v:?}"),
        Value::Float(v) => format!("{v:?}"),
        Value::Boolean(v) => v.to_string(),
        Value::Text(v) => v.clone(),
        Value::Decimal(v) => {
            let unit = 10i128.pow(v.scale.into());
            let sign = if v.unscaled < 0 { "-" } else { "" };
            let (whole, fraction) = (v.unscaled.abs() / unit, v.unscaled.abs() % unit);
            format!("{sign}{whole}.{fraction:0width$}", width = usize::from(v.scale))
        }
        Value::Timestamp(v) => jiff::Timestamp::from_microsecond(v.micros)
            .expect("a time in range")
            .to_zoned(TimeZone::UTC)
            .datetime()
            .to_string(),
        other => panic!("{other:?} has no notation"),
    }
}

/// A batch of rows, one per line.
pub(super) fn batch(columns: &[Column], rows: &str) -> Batch {
    let mut writer = BatchWriter::new(columns.len());
    for line in rows.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let kind = match &line[..2] {
            "+I" => RowKind::Insert,
            "-U" => RowKind::UpdateBefore,
            "+U" => RowKind::UpdateAfter,
            "-D" => RowKind::Delete,
            other => panic!("no kind {other}"),
        };
        let fields: Vec<&str> = line[3..line.len() - 1].split(", ").collect();
        assert_eq!(fields.len(), columns.len(), "{line}");
        writer.begin(kind);
        for (i, (text, column)) in fields.iter().zip(columns).enumerate() {
            writer.put_value(i, &parse(text, &column.ty), &column.ty);
        }
        writer.finish();
    }
    writer.take()
}

/// Rows as text, one each.
pub(super) fn rows(columns: &[Column], batch: &Batch) -> Vec<String> {
    let row = |(kind, row): (RowKind, crate::row::RowRef<'_>)| {
        let values = row.values(columns.iter().map(|c| &c.ty));
        let fields: Vec<String> = values.iter().map(print).collect();
        format!("{}[{}]", kind.symbol(), fields.join(", "))
    };
    batch.rows().map(row).collect()
}

/// An operator with the columns it reads and writes.
pub(super) struct Bench {
    pub(super) operator: Box<dyn Operator>,
    pub(super) input: Vec<Column>,
    pub(super) output: Vec<Column>,
    pub(super) cx: Context,
    epoch: u64,
}

impl Bench {
    pub(super) fn new(node: &crate::job::Node, input: &[Column]) -> Self {
        Bench {
            operator: super::build(node, input).expect("the node can be built"),
            input: input.to_vec(),
            output: node.columns.clone(),
            cx: Context::new(Session::utc()),
            epoch: 0,
        }
    }

    /// What the operator answers to some rows.
    pub(super) fn rows(&mut self, text: &str) -> Vec<String> {
        let batch = batch(&self.input, text);
        self.operator
            .on_batch(&batch, &mut self.cx)
            .expect("the rows are right");
        self.answer()
    }

    pub(super) fn watermark(&mut self, text: &str) -> Vec<String> {
        let watermark = timestamp(text);
        self.operator
            .on_watermark(watermark, &mut self.cx)
            .expect("the watermark is right");
        self.answer()
    }

    /// The rows handed on since the last call.
    pub(super) fn answer(&mut self) -> Vec<String> {
        let output = std::mem::take(&mut self.cx.output);
        let rows = |event| match event {
            Event::Batch(batch) => rows(&self.output, &batch),
            Event::Watermark(_) => Vec::new(),
        };
        output.into_iter().flat_map(rows).collect()
    }

    /// The state goes into a checkpoint and comes back into another instance.
    pub(super) fn restart(&mut self, node: &crate::job::Node) {
        self.operator
            .on_barrier(&mut self.cx)
            .expect("a barrier is harmless");
        let next = super::build(node, &self.input).expect("the node can be built");
        self.epoch += 1;
        let epoch = self.epoch;
        let old = std::mem::replace(&mut self.operator, next);
        let mut old = Bench {
            operator: old,
            ..Bench::new(node, &self.input)
        };
        old.copy_state(epoch, self, KeyGroupRange::ALL);
        self.operator.on_restored().expect("the state is right");
    }

    /// Writes a full checkpoint and fills another instance's tables with some key groups of it.
    pub(super) fn copy_state(&mut self, epoch: u64, to: &mut Bench, own: KeyGroupRange) {
        let (from, to) = (self.operator.state(), to.operator.state());
        assert_eq!(from.len(), to.len());
        for (from, to) in from.into_iter().zip(to) {
            let mut records = Vec::new();
            from.begin_snapshot(epoch, true);
            assert!(from.snapshot_step(usize::MAX, &mut records));
            to.restore(&records, own).expect("the records are right");
        }
    }
}
