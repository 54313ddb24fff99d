//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 0d81b373ddadf0e90de7c735ee1bc3a2dd547b97068bff13f946acc12e3e5e53

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, GroupAggSpec, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom,
    SinkSpec, SourceSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::cast;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            a_source(),
            project_k_v(),
            b_source(),
            c_source(),
            project_k_v_2(),
            union(),
            project_expr_0_expr_1(),
            exchange_by_expr_0_expr_1(),
            distinct_expr_0_expr_1(),
            o_sink(),
        ]),
    }
}

/// ```text
/// a_source: Source(table=[a], fields=[k, v])
/// ```
fn a_source() -> Node {
    Node {
        name: "a_source",
        uid: "46c9189f2e13f61b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::int()),
            Column::new("v", build::decimal(6, 2)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "a",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("v", build::decimal(6, 2)),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::int()),
                Column::new("v", build::decimal(6, 2)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_k_v: Calc(select=[CAST(k AS BIGINT) AS k, CAST(v AS DOUBLE) AS v])
/// ```
fn project_k_v() -> Node {
    Node {
        name: "project_k_v",
        uid: "a67058b6f8fc08ed",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("k", build::bigint()),
            Column::new("v", build::double()),
        ]),
        operator: OperatorSpec::Calc(project_k_v_kernel),
    }
}

/// ```text
/// b_source: Source(table=[b], fields=[k, v])
/// ```
fn b_source() -> Node {
    Node {
        name: "b_source",
        uid: "e7e2fc8fcb44ae4f",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::bigint()),
            Column::new("v", build::double()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "b",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::bigint()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("v", build::double()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::bigint()),
                Column::new("v", build::double()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// c_source: Source(table=[c], fields=[k, v])
/// ```
fn c_source() -> Node {
    Node {
        name: "c_source",
        uid: "9368b3423c1bed13",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("k", build::smallint()),
            Column::new("v", build::int()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "c",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("k", build::smallint()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("v", build::int()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("k", build::smallint()),
                Column::new("v", build::int()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_k_v_2: Calc(select=[CAST(k AS BIGINT) AS k, CAST(v AS DOUBLE) AS v])
/// ```
fn project_k_v_2() -> Node {
    Node {
        name: "project_k_v_2",
        uid: "95744b71e3b7f5ea",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("k", build::bigint()),
            Column::new("v", build::double()),
        ]),
        operator: OperatorSpec::Calc(project_k_v_2_kernel),
    }
}

/// ```text
/// union: Union(fields=[k, v])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "39ed6a60a358f2fb",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1), NodeId(2), NodeId(4)]),
        columns: Vec::from([
            Column::new("k", build::bigint()),
            Column::new("v", build::double()),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[CAST(k AS STRING) AS EXPR$0, CAST(v AS STRING) AS EXPR$1])
/// ```
fn project_expr_0_expr_1() -> Node {
    Node {
        name: "project_expr_0_expr_1",
        uid: "8617a8f165794d67",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_kernel),
    }
}

/// ```text
/// exchange_by_expr_0_expr_1: Exchange(distribution=[hash[EXPR$0, EXPR$1]])
/// ```
fn exchange_by_expr_0_expr_1() -> Node {
    Node {
        name: "exchange_by_expr_0_expr_1",
        uid: "61b1cb23d21f55f4",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(6)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::string()),
        ]),
        operator: OperatorSpec::Exchange {
            keys: Vec::from([0, 1]),
        },
    }
}

/// ```text
/// distinct_expr_0_expr_1: GroupAgg(groupBy=[EXPR$0, EXPR$1], select=[EXPR$0, EXPR$1])
/// ```
fn distinct_expr_0_expr_1() -> Node {
    Node {
        name: "distinct_expr_0_expr_1",
        uid: "f1adaf2b43767366",
        state_fingerprint: Some("9fad41be8fa0576f"),
        inputs: Vec::from([NodeId(7)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::string()),
            Column::new("EXPR$1", build::string()),
        ]),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: Vec::from([0, 1]),
            aggregates: Vec::new(),
            input_retracts: false,
            emit_update_before: true,
        }),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[EXPR$0, EXPR$1])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "34afd392e4fbdd0e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(8)]),
        columns: Vec::from([
            Column::new("k", build::string()),
            Column::new("v", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: true,
        }),
    }
}

struct ASourceRow<'a>(RowRef<'a>);

impl ASourceRow<'_> {
    #[inline]
    fn k(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn v(&self) -> Option<Decimal> {
        self.0.decimal(1, 6, 2)
    }
}

struct CSourceRow<'a>(RowRef<'a>);

impl CSourceRow<'_> {
    #[inline]
    fn k(&self) -> Option<i16> {
        self.0.i16(0)
    }
    #[inline]
    fn v(&self) -> Option<i32> {
        self.0.i32(1)
    }
}

struct UnionRow<'a>(RowRef<'a>);

impl UnionRow<'_> {
    #[inline]
    fn k(&self) -> Option<i64> {
        self.0.i64(0)
    }
    #[inline]
    fn v(&self) -> Option<f64> {
        self.0.f64(1)
    }
}

/// ```text
/// project_k_v: Calc(select=[CAST(k AS BIGINT) AS k, CAST(v AS DOUBLE) AS v])
/// ```
/// wider_types.sql:5:29
/// ```sql
/// SELECT k, v FROM a UNION ALL SELECT k, v FROM b UNION ALL SELECT k, v FROM c
/// ```
fn project_k_v_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ASourceRow(raw);
        let k_value = strict1(row.k(), cast::number::integer_to_bigint);
        let v_value = strict1(row.v(), cast::number::decimal_to_double);
        output.begin(kind);
        output.put_i64(0, k_value);
        output.put_f64(1, v_value);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_k_v_2: Calc(select=[CAST(k AS BIGINT) AS k, CAST(v AS DOUBLE) AS v])
/// ```
/// wider_types.sql:5:29
/// ```sql
/// SELECT k, v FROM a UNION ALL SELECT k, v FROM b UNION ALL SELECT k, v FROM c
/// ```
fn project_k_v_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = CSourceRow(raw);
        let k_value = strict1(row.k(), cast::number::integer_to_bigint);
        let v_value = strict1(row.v(), cast::number::integer_to_double);
        output.begin(kind);
        output.put_i64(0, k_value);
        output.put_f64(1, v_value);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_expr_0_expr_1: Calc(select=[CAST(k AS STRING) AS EXPR$0, CAST(v AS STRING) AS EXPR$1])
/// ```
/// wider_types.sql:6:15
/// ```sql
/// SELECT DISTINCT CAST(k AS STRING), CAST(v AS STRING) FROM al
/// ```
fn project_expr_0_expr_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = UnionRow(raw);
        let expr_0_value = strict1(row.k(), cast::to_text::any_integer);
        let expr_1_value = strict1(row.v(), cast::to_text::double);
        output.begin(kind);
        output.put_text(0, expr_0_value.as_deref());
        output.put_text(1, expr_1_value.as_deref());
        output.finish();
    }
    Ok(())
}
