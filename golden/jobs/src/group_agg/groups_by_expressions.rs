//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 b348a062b492d422d15d42faa05c91828d0c5c1b37dca4515a573f7f7b140fd4

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Timestamp};
use sql::function::{compare, temporal, text};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_f0_f1_v_and_1(),
            exchange_by_f0_f1(),
            group_by_f0_f1(),
            filter_agg1(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[ts, name, v])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("ts", build::timestamp(3)),
            Column::new("name", build::string()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("ts", build::timestamp(3)),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("name", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("ts", build::timestamp(3)),
                Column::new("name", build::string()),
                Column::new("v", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_f0_f1_v_and_1: Calc(select=[DATE_FORMAT(ts, 'HH') AS $f0, UPPER(SUBSTRING(name, 1, 1)) AS
///     $f1, v, name])
/// ```
fn project_f0_f1_v_and_1() -> Node {
    Node {
        name: "project_f0_f1_v_and_1",
        uid: "c28a10b8e01e191a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("$f0", build::string()),
            Column::new("$f1", build::string()),
            Column::new("v", build::int()),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_f0_f1_v_and_1_kernel),
    }
}

/// ```text
/// exchange_by_f0_f1: Exchange(distribution=[hash[$f0, $f1]])
/// ```
fn exchange_by_f0_f1() -> Node {
    Node {
        name: "exchange_by_f0_f1",
        uid: "ea2873a52a7ed0cd",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$f0", build::string()),
            Column::new("$f1", build::string()),
            Column::new("v", build::int()),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// group_by_f0_f1: GroupAgg(groupBy=[$f0, $f1], select=[$f0, $f1, COUNT(*) AS $agg0, SUM(v) AS $agg1,
///     MAX(name) AS $agg2])
/// ```
fn group_by_f0_f1() -> Node {
    Node {
        name: "group_by_f0_f1",
        uid: "4b2a7a4fc3606c01",
        state_fingerprint: Some("7de3bc8a5cd5a827"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$key0", build::string()),
            Column::new("$key1", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::string()),
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
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(3),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// filter_agg1: Calc(select=[$key0, $key1, $agg0, $agg1, $agg2], where=[($agg1 > 3)])
/// ```
fn filter_agg1() -> Node {
    Node {
        name: "filter_agg1",
        uid: "fba3c93c142e7777",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("$key0", build::string()),
            Column::new("$key1", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_agg1_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3, EXPR$4])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "828e540e2e65d20a",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("h", build::string()),
            Column::new("ini", build::string()),
            Column::new("n", build::bigint()),
            Column::new("s", build::int()),
            Column::new("m", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
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

impl<'a> TSourceRow<'a> {
    #[inline]
    fn ts(&self) -> Option<Timestamp> {
        self.0.timestamp(0, 3)
    }
    #[inline]
    fn name(&self) -> Option<&'a str> {
        self.0.text(1)
    }
}

struct GroupByF0F1Row<'a>(RowRef<'a>);

impl GroupByF0F1Row<'_> {
    #[inline]
    fn _agg1(&self) -> Option<i32> {
        self.0.i32(3)
    }
}

/// ```text
/// project_f0_f1_v_and_1: Calc(select=[DATE_FORMAT(ts, 'HH') AS $f0, UPPER(SUBSTRING(name, 1, 1)) AS
///     $f1, v, name])
/// ```
/// groups_by_expressions.sql:3:15
/// ```sql
/// SELECT DATE_FORMAT(ts, 'HH'), UPPER(SUBSTRING(name, 1, 1)), COUNT(*), SUM(v), MAX(name) FROM t GROUP
///     BY DATE_FORMAT(ts, 'HH'), UPPER(SUBSTRING(name, 1, 1)) HAVING SUM(v) > 3
/// ```
fn project_f0_f1_v_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f0_value = strict1(
                row.ts(),
                |a| temporal::convert::format_timestamp(a, "HH"),
            )
            .transpose()?;
        let _f1_value = strict1(
            strict1(row.name(), |a| text::substring_for(a, 1i32, 1i32)).flatten(),
            |a| text::upper(a.as_str()),
        );
        output.begin(kind);
        output.put_text(0, _f0_value.as_deref());
        output.put_text(1, _f1_value.as_deref());
        output.copy_fixed(2, raw, 2);
        output.copy_variable(3, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_agg1: Calc(select=[$key0, $key1, $agg0, $agg1, $agg2], where=[($agg1 > 3)])
/// ```
/// groups_by_expressions.sql:3:178
/// ```sql
/// SUM(v) > 3
/// ```
fn filter_agg1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByF0F1Row(raw);
        if strict1(row._agg1(), |a| compare::greater(a, 3i32)) != Some(true) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}
