//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 2b7cfdc46d68cdd681d6bc3a931d6b162fb6db7a88e5f1c4d4cffcf8cc26a6a4

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    AggregateFunction, AggregateSpec, Column, GroupAggSpec, Job, Node, NodeId,
    OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{cast, compare};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_per_country",
        nodes: Vec::from([
            payments_source(),
            exchange_by_customer(),
            group_by_customer(),
            project_country_total(),
            exchange_by_country(),
            group_by_country(),
            filter_agg0(),
            per_country_sink(),
        ]),
    }
}

/// ```text
/// payments_source: Source(table=[payments], fields=[customer, country, amount])
/// ```
fn payments_source() -> Node {
    Node {
        name: "payments_source",
        uid: "997d39090a076507",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("customer", build::string()),
            Column::new("country", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "payments",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("customer", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("country", build::string()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("amount", build::int()),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("customer", build::string()),
                Column::new("country", build::string()),
                Column::new("amount", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// exchange_by_customer: Exchange(distribution=[hash[customer]])
/// ```
fn exchange_by_customer() -> Node {
    Node {
        name: "exchange_by_customer",
        uid: "10c53712954430ae",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("customer", build::string()),
            Column::new("country", build::string()),
            Column::new("amount", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_customer: GroupAgg(groupBy=[customer], select=[customer, MAX(country) AS country,
///     SUM(amount) AS total])
/// ```
fn group_by_customer() -> Node {
    Node {
        name: "group_by_customer",
        uid: "c1ecd759630ebf53",
        state_fingerprint: Some("38fe68ef9ce6623c"),
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("customer", build::string()),
            Column::new("country", build::string()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0]),
            aggregates: Vec::from([
                AggregateSpec {
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::string(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(2),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// project_country_total: Calc(select=[country, total])
/// ```
fn project_country_total() -> Node {
    Node {
        name: "project_country_total",
        uid: "64c03ede3a6a12ac",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("country", build::string()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Calc(project_country_total_kernel),
    }
}

/// ```text
/// exchange_by_country: Exchange(distribution=[hash[country]])
/// ```
fn exchange_by_country() -> Node {
    Node {
        name: "exchange_by_country",
        uid: "6f2bf51420abcac5",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("country", build::string()),
            Column::new("total", build::int()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0]),
        },
    }
}

/// ```text
/// group_by_country: GroupAgg(groupBy=[country], select=[country, COUNT(*) AS $agg0, MAX(total) AS
///     $agg1, MIN(total) AS $agg2, SUM(total) AS $agg3, AVG(total) AS $agg4])
/// ```
fn group_by_country() -> Node {
    Node {
        name: "group_by_country",
        uid: "79311a1fa52b9c8a",
        state_fingerprint: Some("41682dc97f42c5ed"),
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("country", build::string()),
            Column::new("$agg0", build::not_null(build::bigint())),
            Column::new("$agg1", build::int()),
            Column::new("$agg2", build::int()),
            Column::new("$agg3", build::int()),
            Column::new("$agg4", build::int()),
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
                    function: AggregateFunction::Max,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Min,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Sum,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
                AggregateSpec {
                    function: AggregateFunction::Avg,
                    argument: Some(1),
                    distinct: false,
                    filter: None,
                    ty: build::int(),
                },
            ]),
            input_retracts: true,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// filter_agg0: Calc(select=[country, $agg0 AS customers, CAST($agg1 AS BIGINT) AS richest, CAST($agg2
///     AS BIGINT) AS poorest, CAST($agg3 AS BIGINT) AS total, CAST($agg4 AS BIGINT) AS mean],
///     where=[($agg0 >= 1:BIGINT)])
/// ```
fn filter_agg0() -> Node {
    Node {
        name: "filter_agg0",
        uid: "deed534efc8786cd",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("country", build::string()),
            Column::new("customers", build::not_null(build::bigint())),
            Column::new("richest", build::bigint()),
            Column::new("poorest", build::bigint()),
            Column::new("total", build::bigint()),
            Column::new("mean", build::bigint()),
        ]),
        operator: OperatorSpec::Calc(filter_agg0_kernel),
    }
}

/// ```text
/// per_country_sink: Sink(table=[per_country], fields=[country, customers, richest, poorest, total,
///     mean])
/// ```
fn per_country_sink() -> Node {
    Node {
        name: "per_country_sink",
        uid: "01d8eae6e4965783",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("country", build::not_null(build::string())),
            Column::new("customers", build::bigint()),
            Column::new("richest", build::bigint()),
            Column::new("poorest", build::bigint()),
            Column::new("total", build::bigint()),
            Column::new("mean", build::bigint()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("per_country"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::from([0]),
            input_updates: true,
        }),
    }
}

struct GroupByCountryRow<'a>(RowRef<'a>);

impl GroupByCountryRow<'_> {
    #[inline]
    fn _agg0(&self) -> Option<i64> {
        self.0.i64(1)
    }
    #[inline]
    fn _agg1(&self) -> Option<i32> {
        self.0.i32(2)
    }
    #[inline]
    fn _agg2(&self) -> Option<i32> {
        self.0.i32(3)
    }
    #[inline]
    fn _agg3(&self) -> Option<i32> {
        self.0.i32(4)
    }
    #[inline]
    fn _agg4(&self) -> Option<i32> {
        self.0.i32(5)
    }
}

/// ```text
/// project_country_total: Calc(select=[country, total])
/// ```
/// users_move_between_groups.sql:4:1
/// ```sql
/// SELECT country, COUNT(*), MAX(total), MIN(total), SUM(total), AVG(total)
/// FROM (SELECT customer, MAX(country) AS country, SUM(amount) AS total FROM payments GROUP BY
///     customer) GROUP BY country HAVING COUNT(*) >= 1
/// ```
fn project_country_total_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_variable(0, raw, 1);
        output.copy_fixed(1, raw, 2);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_agg0: Calc(select=[country, $agg0 AS customers, CAST($agg1 AS BIGINT) AS richest, CAST($agg2
///     AS BIGINT) AS poorest, CAST($agg3 AS BIGINT) AS total, CAST($agg4 AS BIGINT) AS mean],
///     where=[($agg0 >= 1:BIGINT)])
/// ```
/// users_move_between_groups.sql:5:127
/// ```sql
/// COUNT(*) >= 1
/// ```
fn filter_agg0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = GroupByCountryRow(raw);
        if strict1(row._agg0(), |a| compare::greater_or_equal(a, 1i64)) != Some(true) {
            continue;
        }
        let richest_value = strict1(row._agg1(), cast::number::integer_to_bigint);
        let poorest_value = strict1(row._agg2(), cast::number::integer_to_bigint);
        let total_value = strict1(row._agg3(), cast::number::integer_to_bigint);
        let mean_value = strict1(row._agg4(), cast::number::integer_to_bigint);
        output.begin(kind);
        output.copy_variable(0, raw, 0);
        output.copy_fixed(1, raw, 1);
        output.put_i64(2, richest_value);
        output.put_i64(3, poorest_value);
        output.put_i64(4, total_value);
        output.put_i64(5, mean_value);
        output.finish();
    }
    Ok(())
}
