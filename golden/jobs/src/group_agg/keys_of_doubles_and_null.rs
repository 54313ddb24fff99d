//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 e42daa2ba0b41184453a4eb3f55a7bb3f56acc609d5a7697c17f6e87c5442c9b

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::math;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_f0_s(),
            exchange_by_f0_s(),
            group_by_f0_s(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[d, s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("d", build::double()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("s", build::string()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("d", build::double()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_f0_s: Calc(select=[SQRT(d) AS $f0, s])
/// ```
fn project_f0_s() -> Node {
    Node {
        name: "project_f0_s",
        uid: "2e55c64c1f866f4c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("$f0", build::double()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_f0_s_kernel),
    }
}

/// ```text
/// exchange_by_f0_s: Exchange(distribution=[hash[$f0, s]])
/// ```
fn exchange_by_f0_s() -> Node {
    Node {
        name: "exchange_by_f0_s",
        uid: "f52e6ec6dfb03a06",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$f0", build::double()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// group_by_f0_s: GroupAgg(groupBy=[$f0, s], select=[$f0, s, COUNT(*) AS $agg0])
/// ```
fn group_by_f0_s() -> Node {
    Node {
        name: "group_by_f0_s",
        uid: "d295fa48c1a45ac2",
        state_fingerprint: Some("a09edb6822a912b4"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$key0", build::double()),
            Column::new("s", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
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
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, s, EXPR$2])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "48713ece777860d1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("d", build::double()),
            Column::new("s", build::string()),
            Column::new("n", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(0)
    }
}

/// ```text
/// project_f0_s: Calc(select=[SQRT(d) AS $f0, s])
/// ```
/// keys_of_doubles_and_null.sql:3:15
/// ```sql
/// SELECT SQRT(d), s, COUNT(*) FROM t GROUP BY SQRT(d), s
/// ```
fn project_f0_s_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f0_value = strict1(row.d(), math::sqrt);
        output.begin(kind);
        output.put_f64(0, _f0_value);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}
