//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 be8c84e85fa167e6575a6394a044454e66b7b32fcbd15c8eff912e3ec4985752

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{arithmetic, compare, text};
use sql::function::null::{or, strict1, strict_all};
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            t_source(),
            project_f0_n_f2(),
            exchange_by_f0(),
            group_by_f0(),
            filter_agg1_agg3(),
            o_sink(),
        ]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[k, n])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("n", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("k", build::string()),
                Column::new("n", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_f0_n_f2: Calc(select=[UPPER(k) AS $f0, n, (n > 1) AS $f2])
/// ```
fn project_f0_n_f2() -> Node {
    Node {
        name: "project_f0_n_f2",
        uid: "92f8eee76d7d0f84",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("$f0", build::string()),
            Column::new("n", build::int()),
            Column::new("$f2", build::boolean()),
        ]),
        operator: OperatorSpec::Calc(project_f0_n_f2_kernel),
    }
}

/// ```text
/// exchange_by_f0: Exchange(distribution=[hash[$f0]])
/// ```
fn exchange_by_f0() -> Node {
    Node {
        name: "exchange_by_f0",
        uid: "f5f3aebec22aab00",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("$f0", build::string()),
            Column::new("n", build::int()),
            Column::new("$f2", build::boolean()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_f0: GroupAgg(groupBy=[$f0], select=[$f0, COUNT(*) AS $agg0, SUM(n) AS $agg1, COUNT(DISTINCT
///     n) FILTER (WHERE $f2) AS $agg2, COUNT(n) AS $agg3])
/// ```
fn group_by_f0() -> Node {
    Node {
        name: "group_by_f0",
        uid: "9506069b4a2cb856",
        state_fingerprint: Some("35acacc1fbd0d386"),
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("$key0", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::not_null(build::bigint())),
            Column::new("$agg3", build::not_null(build::bigint())),
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
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(1),
                    distinct: true,
                    filter: Some(2),
                    ty: build::not_null(build::bigint()),
                },
                AggregateSpec {
                    function: AggregateFunction::Count,
                    argument: Some(1),
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
/// filter_agg1_agg3: Calc(select=[($key0 || '!') AS EXPR$0, $agg0 AS EXPR$1, ($agg1 + 1) AS EXPR$2,
///     $agg2 AS EXPR$3], where=[(($agg1 > 2) OR ($agg3 = 0:BIGINT))])
/// ```
fn filter_agg1_agg3() -> Node {
    Node {
        name: "filter_agg1_agg3",
        uid: "bc697096d86ef0e8",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::not_null(build::bigint())),
            Column::new("EXPR$2", build::int()),
            Column::new("EXPR$3", build::not_null(build::bigint())),
        ]),
        operator: OperatorSpec::Calc(filter_agg1_agg3_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "b4a4c1865f31a27f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("n", build::bigint()),
            Column::new("s", build::int()),
            Column::new("m", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
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
    fn k(&self) -> Option<&'a str> {
        self.0.text(0)
    }
    #[inline]
    fn n(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

struct GroupByF0Row<'a>(RowRef<'a>);

impl<'a> GroupByF0Row<'a> {
    #[inline]
    fn _key0(&self) -> Option<&'a str> {
        self.0.text(0)
    }
    #[inline]
    fn _agg1(&self) -> Option<i32> {
        self.0.i32(2)
    }
    #[inline]
    fn _agg3(&self) -> Option<i64> {
        self.0.i64(4)
    }
}

/// ```text
/// project_f0_n_f2: Calc(select=[UPPER(k) AS $f0, n, (n > 1) AS $f2])
/// ```
/// keys_and_conditions.sql:3:15
/// ```sql
/// SELECT UPPER(k) || '!', COUNT(*), SUM(n) + 1, COUNT(DISTINCT n) FILTER (WHERE n > 1) FROM t GROUP BY
///     UPPER(k) HAVING SUM(n) > 2 OR COUNT(n) = 0
/// ```
fn project_f0_n_f2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let _f0_value = strict1(row.k(), text::upper);
        let _f2_value = strict1(row.n(), |a| compare::greater(a, 1i32));
        output.begin(kind);
        output.put_text(0, _f0_value.as_deref());
        output.copy_fixed(1, raw, 1);
        output.put_boolean(2, _f2_value);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_agg1_agg3: Calc(select=[($key0 || '!') AS EXPR$0, $agg0 AS EXPR$1, ($agg1 + 1) AS EXPR$2,
///     $agg2 AS EXPR$3], where=[(($agg1 > 2) OR ($agg3 = 0:BIGINT))])
/// ```
/// keys_and_conditions.sql:3:132
/// ```sql
/// SUM(n) > 2 OR COUNT(n) = 0
/// ```
fn filter_agg1_agg3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByF0Row(raw);
        if or(
            strict1(row._agg1(), |a| compare::greater(a, 2i32)),
            || strict1(row._agg3(), |a| compare::equal(a, 0i64)),
        ) != Some(true)
        {
            continue;
        }
        let expr_0_value = strict_all(&[row._key0(), Some("!")], text::concat);
        let expr_2_value = strict1(row._agg1(), |a| arithmetic::add(a, 1i32));
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.copy_fixed(1, raw, 1);
        output.put_i32(2, expr_2_value);
        output.copy_fixed(3, raw, 3);
        output.finish();
    }
    Ok(())
}
