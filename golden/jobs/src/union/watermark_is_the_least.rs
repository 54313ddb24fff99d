//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 afaa5baa589df5cb05bab83f9cb3d3d6a1c7e1148295d195b4e1008d4711627b

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
            a_source(),
            b_source(),
            union(),
            exchange_to_one(),
            tumble_1h_all(),
            project_window_start_expr_1(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// a_source: Source(table=[a], fields=[ts])
/// ```
fn a_source() -> Node {
    Node {
        name: "a_source",
        uid: "46c9189f2e13f61b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "a",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: Some(a_source_watermark),
            physical: Vec::from([Column::new("ts", build::timestamp(3))]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// b_source: Source(table=[b], fields=[ts])
/// ```
fn b_source() -> Node {
    Node {
        name: "b_source",
        uid: "e7e2fc8fcb44ae4f",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "b",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(0),
                },
            ]),
            compute: None,
            watermark: Some(b_source_watermark),
            physical: Vec::from([Column::new("ts", build::timestamp(3))]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// union: Union(fields=[ts])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "6fdbdfdcbcd72b74",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0), NodeId(1)]),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// exchange_to_one: Exchange(distribution=[single])
/// ```
fn exchange_to_one() -> Node {
    Node {
        name: "exchange_to_one",
        uid: "28a7a59dbb928fd8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([Column::new("ts", build::timestamp(3))]),
        operator: OperatorSpec::Exchange {
            keys: Vec::new(),
        },
    }
}

/// ```text
/// tumble_1h_all: WindowAgg(window=[TUMBLE(ts, 1h)], groupBy=[], select=[COUNT(*) AS $agg0])
/// ```
fn tumble_1h_all() -> Node {
    Node {
        name: "tumble_1h_all",
        uid: "2dd20acbb900fd24",
        state_fingerprint: Some("4c8173384f426f18"),
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("window_end", build::not_null(build::timestamp(3))),
            Column::new("window_time", build::not_null(build::timestamp(3))),
        ]),
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window: WindowAggInput::Assign(WindowSpec {
                kind: WindowKind::Tumble {
                    size_ms: 3600000,
                    offset_ms: 0,
                },
                time: WindowTime::Rowtime {
                    column: 0,
                    local: false,
                },
            }),
            keys: Vec::new(),
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
/// project_window_start_expr_1: Calc(select=[window_start, $agg0 AS EXPR$1])
/// ```
fn project_window_start_expr_1() -> Node {
    Node {
        name: "project_window_start_expr_1",
        uid: "0246fa22bca40157",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("window_start", build::not_null(build::timestamp(3))),
            Column::new("EXPR$1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(project_window_start_expr_1_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[window_start, EXPR$1])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "3cca7fce30e42833",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("window_start", build::timestamp(3)),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct ASourceRow<'a>(RowRef<'a>);

impl ASourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

struct BSourceRow<'a>(RowRef<'a>);

impl BSourceRow<'_> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
}

/// ```text
/// Watermark of table a
/// ```
/// watermark_is_the_least.sql:1:34
/// ```sql
/// WATERMARK FOR ts AS ts
/// ```
fn a_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = ASourceRow(raw);
        watermarks.push(row.ts());
    }
    Ok(())
}

/// ```text
/// Watermark of table b
/// ```
/// watermark_is_the_least.sql:2:34
/// ```sql
/// WATERMARK FOR ts AS ts
/// ```
fn b_source_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (_, raw) in input.rows() {
        let row = BSourceRow(raw);
        watermarks.push(row.ts());
    }
    Ok(())
}

/// ```text
/// project_window_start_expr_1: Calc(select=[window_start, $agg0 AS EXPR$1])
/// ```
/// watermark_is_the_least.sql:6:1
/// ```sql
/// SELECT window_start, COUNT(*) FROM TUMBLE(TABLE both_tables, DESCRIPTOR(ts), INTERVAL '1' HOUR)
///     GROUP BY window_start, window_end
/// ```
fn project_window_start_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_fixed(1, raw, 0);
        output.finish();
    }
    Ok(())
}
