//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 52e378dbb69877b02d1cddbf7707efa5544afc637bc8fbe83cd2e95b6fce37bd

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{compare, logic};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            filter_p(),
            exchange_by_u_p_v(),
            distinct_u_p_v(),
            project_u(),
            exchange_by_u(),
            group_by_u(),
            filter_n(),
            exchange_by_f0(),
            group_by_f0(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[u, p, v])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("u", build::string()),
            Column::new("p", build::string()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("u", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("p", build::string()),
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
                Column::new("u", build::string()),
                Column::new("p", build::string()),
                Column::new("v", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_p: Calc(select=[u, p, v], where=[IS NOT NULL(p)])
/// ```
fn filter_p() -> Node {
    Node {
        name: "filter_p",
        uid: "38e48f4d103c3c3c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("u", build::string()),
            Column::new("p", build::string()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::Calc(filter_p_kernel),
    }
}

/// ```text
/// exchange_by_u_p_v: Exchange(distribution=[hash[u, p, v]])
/// ```
fn exchange_by_u_p_v() -> Node {
    Node {
        name: "exchange_by_u_p_v",
        uid: "383990c09bdba18e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("u", build::string()),
            Column::new("p", build::string()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1, 2]),
        },
    }
}

/// ```text
/// distinct_u_p_v: GroupAgg(groupBy=[u, p, v], select=[u, p, v])
/// ```
fn distinct_u_p_v() -> Node {
    Node {
        name: "distinct_u_p_v",
        uid: "0773955b3303659f",
        state_fingerprint: Some("dcdf69c929c1dd3b"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("u", build::string()),
            Column::new("p", build::string()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1, 2]),
            aggregates: Vec::new(),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_u: Calc(select=[u])
/// ```
fn project_u() -> Node {
    Node {
        name: "project_u",
        uid: "1b1e12b85c1e0d23",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([Column::new("u", build::string())]),
        operator: OperatorSpec::Calc(project_u_kernel),
    }
}

/// ```text
/// exchange_by_u: Exchange(distribution=[hash[u]])
/// ```
fn exchange_by_u() -> Node {
    Node {
        name: "exchange_by_u",
        uid: "4af4bbb5c4f6a5d8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([Column::new("u", build::string())]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_u: GroupAgg(groupBy=[u], select=[u, COUNT(*) AS n])
/// ```
fn group_by_u() -> Node {
    Node {
        name: "group_by_u",
        uid: "71e7c629a3d40c01",
        state_fingerprint: Some("d6786dcdcf00bc14"),
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("u", build::string()),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::CountRows,
                    argument: None,
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// filter_n: Calc(select=[CASE WHEN (n >= 3:BIGINT) THEN 'many' ELSE 'few' END AS $f0, n], where=[(n <
///     100:BIGINT)])
/// ```
fn filter_n() -> Node {
    Node {
        name: "filter_n",
        uid: "e6acd471d82f095c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("$f0", build::not_null(build::varchar(4))),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(filter_n_kernel),
    }
}

/// ```text
/// exchange_by_f0: Exchange(distribution=[hash[$f0]])
/// ```
fn exchange_by_f0() -> Node {
    Node {
        name: "exchange_by_f0",
        uid: "e92824b139bec930",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("$f0", build::not_null(build::varchar(4))),
            Column::new("n", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_f0: GroupAgg(groupBy=[$f0], select=[$f0, COUNT(*) AS $agg0, SUM(n) AS $agg1])
/// ```
fn group_by_f0() -> Node {
    Node {
        name: "group_by_f0",
        uid: "c36de79cc84f61f0",
        state_fingerprint: Some("50ac88164b24ec3d"),
        inputs: Vec::from([NodeId(8)]),
        columns: Vec::from([
            Column::new("$key0", build::not_null(build::varchar(4))),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
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
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::not_null(build::bigint()),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[bucket, EXPR$1, EXPR$2])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "c01089ca63a1e57f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(9)]),
        columns: Vec::from([
            Column::new("bucket", build::string()),
            Column::new("users", build::bigint()),
            Column::new("pages", build::bigint()),
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

impl<'a> TSourceRow<'a> {
    #[inline]
    fn p(&self) -> Option<&'a str> {
        self.0.text(1)
    }
}

struct GroupByURow<'a>(RowRef<'a>);

impl GroupByURow<'_> {
    #[inline]
    fn n(&self) -> Option<i64> {
        self.0.i64(1)
    }
}

/// ```text
/// filter_p: Calc(select=[u, p, v], where=[IS NOT NULL(p)])
/// ```
/// three_levels.sql:5:74
/// ```sql
/// p IS NOT NULL
/// ```
fn filter_p_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        if !logic::is_not_null(row.p()) {
            continue;
        }
        output.push(kind, raw);
    }
    Ok(())
}

/// ```text
/// project_u: Calc(select=[u])
/// ```
/// three_levels.sql:5:7
/// ```sql
/// SELECT u, COUNT(*) AS n FROM (SELECT DISTINCT u, p, v FROM t WHERE p IS NOT NULL) GROUP BY u HAVING
///     COUNT(*) < 100
/// ```
fn project_u_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_n: Calc(select=[CASE WHEN (n >= 3:BIGINT) THEN 'many' ELSE 'few' END AS $f0, n], where=[(n <
///     100:BIGINT)])
/// ```
/// three_levels.sql:5:107
/// ```sql
/// COUNT(*) < 100
/// ```
fn filter_n_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByURow(raw);
        if strict1(row.n(), |a| compare::less(a, 100i64)) != Some(true) {
            continue;
        }
        let _f0_value = if strict1(row.n(), |a| compare::greater_or_equal(a, 3i64))
            == Some(true)
        {
            Some("many")
        } else {
            Some("few")
        };
        output.begin(kind);
        output.put_text(0, _f0_value);
        output.copy_fixed(1, raw, 1);
        output.finish();
    }
    Ok(())
}
