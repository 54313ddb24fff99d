//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 bb6556644941f89e29ffb70c28e9eb7b4e5e082056b4d783b72687fd94a3bcdb

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::{collection, compare, logic};
use sql::function::null::{strict1, strict2, take};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([t_source(), project_id_expr_1_expr_2_and_5(), o_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, r, q, x, y])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("r", build::row([("a", build::int()), ("b", build::string())])),
            Column::new("q", build::row([("a", build::int()), ("b", build::string())])),
            Column::new("x", build::array(build::int())),
            Column::new("y", build::array(build::int())),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new(
                        "r",
                        build::row([("a", build::int()), ("b", build::string())]),
                    ),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new(
                        "q",
                        build::row([("a", build::int()), ("b", build::string())]),
                    ),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("x", build::array(build::int())),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("y", build::array(build::int())),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new(
                    "r",
                    build::row([("a", build::int()), ("b", build::string())]),
                ),
                Column::new(
                    "q",
                    build::row([("a", build::int()), ("b", build::string())]),
                ),
                Column::new("x", build::array(build::int())),
                Column::new("y", build::array(build::int())),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_5: Calc(select=[id, (r = q) AS EXPR$1, (r <> q) AS EXPR$2, IS NULL(r)
///     AS EXPR$3, (x = y) AS EXPR$4, (x <> y) AS EXPR$5, (x [] 2) AS EXPR$6, (r IS NOT DISTINCT FROM q)
///     AS EXPR$7])
/// ```
fn project_id_expr_1_expr_2_and_5() -> Node {
    Node {
        name: "project_id_expr_1_expr_2_and_5",
        uid: "b3382db48570c606",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("EXPR$1", build::boolean()),
            Column::new("EXPR$2", build::boolean()),
            Column::new("EXPR$3", build::not_null(build::boolean())),
            Column::new("EXPR$4", build::boolean()),
            Column::new("EXPR$5", build::boolean()),
            Column::new("EXPR$6", build::int()),
            Column::new("EXPR$7", build::not_null(build::boolean())),
        ]),
        operator: OperatorSpec::Calc(project_id_expr_1_expr_2_and_5_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[id, EXPR$1, EXPR$2, EXPR$3, EXPR$4, EXPR$5, EXPR$6, EXPR$7])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "23b9dd15a1501b64",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("a", build::boolean()),
            Column::new("b", build::boolean()),
            Column::new("c", build::boolean()),
            Column::new("d", build::boolean()),
            Column::new("e", build::boolean()),
            Column::new("f", build::int()),
            Column::new("g", build::boolean()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("o"),
            write: Vec::from([
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
                WriteColumn::Physical,
            ]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::row([
    ("a", build::int()),
    ("b", build::string()),
]));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::array(build::int()));

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn r(&self) -> Option<Value> {
        take(self.0.value(1, &TYPE_1))
    }
    #[inline]
    fn q(&self) -> Option<Value> {
        take(self.0.value(2, &TYPE_1))
    }
    #[inline]
    fn x(&self) -> Option<Value> {
        take(self.0.value(3, &TYPE_2))
    }
    #[inline]
    fn y(&self) -> Option<Value> {
        take(self.0.value(4, &TYPE_2))
    }
}

/// ```text
/// project_id_expr_1_expr_2_and_5: Calc(select=[id, (r = q) AS EXPR$1, (r <> q) AS EXPR$2, IS NULL(r)
///     AS EXPR$3, (x = y) AS EXPR$4, (x <> y) AS EXPR$5, (x [] 2) AS EXPR$6, (r IS NOT DISTINCT FROM q)
///     AS EXPR$7])
/// ```
/// rows_and_collections_compared.sql:3:15
/// ```sql
/// SELECT id, r = q, r <> q, r IS NULL, x = y, x <> y, x[2], r IS NOT DISTINCT FROM q FROM t
/// ```
fn project_id_expr_1_expr_2_and_5_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let expr_1_value = strict2(row.r(), row.q(), |a, b| compare::equal(&a, &b));
        let expr_2_value = strict2(row.r(), row.q(), |a, b| compare::not_equal(&a, &b));
        let v1 = row.r();
        let expr_3_value = Some(logic::is_null(v1.as_ref()));
        let expr_4_value = strict2(row.x(), row.y(), |a, b| compare::equal(&a, &b));
        let expr_5_value = strict2(row.x(), row.y(), |a, b| compare::not_equal(&a, &b));
        let expr_6_value = strict1(
                row.x(),
                |a| collection::item_array(&a, &Value::Int(2i32)),
            )
            .and_then(take::<i32>);
        let v2 = row.r();
        let v3 = row.q();
        let expr_7_value = Some(compare::not_distinct(v2.as_ref(), v3.as_ref()));
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_boolean(1, expr_1_value);
        output.put_boolean(2, expr_2_value);
        output.put_boolean(3, expr_3_value);
        output.put_boolean(4, expr_4_value);
        output.put_boolean(5, expr_5_value);
        output.put_i32(6, expr_6_value);
        output.put_boolean(7, expr_7_value);
        output.finish();
    }
    Ok(())
}
