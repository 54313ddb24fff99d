//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 de0dde8839fd563affe063721a10546b97fcc1684d4a58a6f8746681a68f1ad7

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, Job, Node, NodeId, OperatorSpec,
    ReadColumn, ReadFrom, SinkSpec, SourceSpec, WindowAggInput, WindowAggSpec,
    WindowKind, WindowSpec, WindowTime, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            wide_source(),
            project_id_note_ts(),
            exchange_by_id_note(),
            tumble_5s_by_id_note(),
            project_id_note_expr_2(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// wide_source: Source(table=[wide], fields=[id, ts, note])
/// ```
fn wide_source() -> Node {
    Node {
        name: "wide_source",
        uid: "6c96d344cc99fbdd",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("ts", build::timestamp(3)),
            Column::new("note", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "wide",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("note", build::string()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: Some(wide_source_watermark),
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("ts", build::timestamp(3)),
                Column::new("note", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_note_ts: Calc(select=[id, note, ts])
/// ```
fn project_id_note_ts() -> Node {
    Node {
        name: "project_id_note_ts",
        uid: "05a01acb91916cdb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("note", build::string()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Calc(project_id_note_ts_kernel),
    }
}

/// ```text
/// exchange_by_id_note: Exchange(distribution=[hash[id, note]])
/// ```
fn exchange_by_id_note() -> Node {
    Node {
        name: "exchange_by_id_note",
        uid: "9a66a2472ee2e3c6",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("note", build::string()),
            Column::new("ts", build::timestamp(3)),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// tumble_5s_by_id_note: WindowAgg(window=[TUMBLE(ts, 5s)], groupBy=[id, note], select=[id, note,
///     COUNT(*) AS $agg0])
/// ```
fn tumble_5s_by_id_note() -> Node {
    Node {
        name: "tumble_5s_by_id_note",
        uid: "f0500b89787219d7",
        state_fingerprint: Some("6ec8417d10f29983"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("note", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 5000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 2,
                    local: false,
                },
            }),
            keys: Vec::from([0, 1]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: false,
        }),
    }
}

/// ```text
/// project_id_note_expr_2: Calc(select=[id, note, $agg0 AS EXPR$2])
/// ```
fn project_id_note_expr_2() -> Node {
    Node {
        name: "project_id_note_expr_2",
        uid: "711a35548fd863ec",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("note", build::string()),
            Column::new("EXPR$2", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_id_note_expr_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, note, EXPR$2])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "c14632f008fb1289",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("note", build::string()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct WideSourceRow<'a>(RowRef<'a>);

impl WideSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(1, 3)
    }
}

/// ```text
/// Watermark of table wide
/// ```
/// like.sql:1:42
/// ```sql
/// WATERMARK FOR ts AS ts
/// ```
fn wide_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = WideSourceRow(raw);
        watermarks.push(row.ts());
    }
    Ok(())
}

/// ```text
/// project_id_note_ts: Calc(select=[id, note, ts])
/// ```
/// like.sql:5:1
/// ```sql
/// SELECT id, note, COUNT(*) FROM TUMBLE(TABLE wide, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY id,
///     note, window_start, window_end
/// ```
fn project_id_note_ts_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 2);
        output.copy_fixed(2, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_id_note_expr_2: Calc(select=[id, note, $agg0 AS EXPR$2])
/// ```
/// like.sql:5:1
/// ```sql
/// SELECT id, note, COUNT(*) FROM TUMBLE(TABLE wide, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY id,
///     note, window_start, window_end
/// ```
fn project_id_note_expr_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.copy_fixed(2, raw, 2);
        output.finish();
    }
    Ok(())
}
