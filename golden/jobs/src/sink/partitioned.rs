//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 d0c705726e9b7f537c256661e807b2c212578bd626f3b85d3428d244b26a635a

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::{cast, compare, decimal, logic, text};
use sql::function::null::{or, strict1};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_by_day",
        nodes: Vec::from([clicks_source(), filter_kind(), by_day_sink()]),
    }
}

/// ```text
/// clicks_source: Source(table=[clicks], fields=[id, dt, kind, x])
/// ```
fn clicks_source() -> Node {
    Node {
        name: "clicks_source",
        uid: "2d678f0f5b9df8e3",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("dt", build::date()),
            Column::new("kind", build::string()),
            Column::new("x", build::decimal(4, 1)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "clicks",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("dt", build::date()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("kind", build::string()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("x", build::decimal(4, 1)),
                    from: ReadFrom::Physical(3),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("dt", build::date()),
                Column::new("kind", build::string()),
                Column::new("x", build::decimal(4, 1)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_kind: Calc(select=[dt, id, UPPER(kind) AS kind, CAST((x * 2) AS DECIMAL(5, 1)) AS doubled],
///     where=[(IS NULL(kind) OR (kind <> 'c'))])
/// ```
fn filter_kind() -> Node {
    Node {
        name: "filter_kind",
        uid: "858be9cecac1ed75",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("dt", build::date()),
            Column::new("id", build::int()),
            Column::new("kind", build::string()),
            Column::new("doubled", build::decimal(5, 1)),
        ]),
        operator: OperatorSpec::Calc(filter_kind_kernel),
    }
}

/// ```text
/// by_day_sink: Sink(table=[by_day], fields=[dt, id, kind, doubled])
/// ```
fn by_day_sink() -> Node {
    Node {
        name: "by_day_sink",
        uid: "dd813a10ee76fb9c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("dt", build::date()),
            Column::new("id", build::int()),
            Column::new("kind", build::string()),
            Column::new("doubled", build::decimal(5, 1)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("by_day"),
            write: Vec::from([
                WriteColumn::Partition(1),
                WriteColumn::Physical,
                WriteColumn::Partition(0),
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct ClicksSourceRow<'a>(RowRef<'a>);

impl<'a> ClicksSourceRow<'a> {
    #[inline]
    fn kind_(&self) -> Option<&'a str> {
        self.0.text(2)
    }
    #[inline]
    fn x(&self) -> Option<Decimal> {
        self.0.decimal(3, 4, 1)
    }
}

/// ```text
/// filter_kind: Calc(select=[dt, id, UPPER(kind) AS kind, CAST((x * 2) AS DECIMAL(5, 1)) AS doubled],
///     where=[(IS NULL(kind) OR (kind <> 'c'))])
/// ```
/// partitioned.sql:4:72
/// ```sql
/// kind IS NULL OR kind <> 'c'
/// ```
fn filter_kind_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ClicksSourceRow(raw);
        if or(
            Some(logic::is_null(row.kind_())),
            || strict1(row.kind_(), |a| compare::not_equal(a, "c")),
        ) != Some(true)
        {
            continue;
        }
        let kind_value = strict1(row.kind_(), text::upper);
        let doubled_value = strict1(
                strict1(
                    row.x(),
                    |a| decimal::exact_multiply(
                        a,
                        Decimal { unscaled: 2, scale: 0 },
                        15,
                        1,
                    ),
                ),
                |a| cast::number::decimal_to_decimal(a, 5, 1),
            )
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 0);
        output.put_text(2, kind_value.as_deref());
        output.put_decimal(3, doubled_value, 5);
        output.finish();
    }
    Ok(())
}
