//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 39fec6b027dbd5511e740c30f507aa66c77ba38f0007b628f7bc2e543c0f82f6

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{cast, compare, text};
use sql::function::null::{strict1, strict_all};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), filter_part(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, part, offset])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("part", build::int()),
            Column::new("offset", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("part", build::int()),
                    from: ReadFrom::Metadata("partition"),
                },
                ReadColumn {
                    column: Column::new("offset", build::string()),
                    from: ReadFrom::Metadata("offset"),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("note", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_part: Calc(select=[id, CONCAT(CAST(part AS STRING), '/', offset) AS EXPR$1], where=[(part <
///     2)])
/// ```
fn filter_part() -> Node {
    Node {
        name: "filter_part",
        uid: "8e14501081d76f92",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_part_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "9aa65427ce04214f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("place", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn part(&self) -> Option<i32> {
        self.0.i32(1)
    }
    #[inline]
    fn offset(&self) -> Option<&'a str> {
        self.0.text(2)
    }
}

/// ```text
/// filter_part: Calc(select=[id, CONCAT(CAST(part AS STRING), '/', offset) AS EXPR$1], where=[(part <
///     2)])
/// ```
/// metadata_columns.sql:10:89
/// ```sql
/// part < 2
/// ```
fn filter_part_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if strict1(row.part(), |a| compare::less(a, 2i32)) != Some(true) {
            continue;
        }
        let v1 = strict1(row.part(), cast::to_text::any_integer);
        let expr_1_value = strict_all(
            &[v1.as_deref(), Some("/"), row.offset()],
            text::concat,
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, expr_1_value.as_deref());
        output.finish();
    }
    Ok(())
}
