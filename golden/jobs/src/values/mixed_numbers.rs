//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 5cf40d4e6e4670cf49cbaf95a1c8516045e6b6195e4169860356efec22bde28d

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, SinkSpec, ValuesSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Decimal, Session, SqlError, Value};
use sql::function::{cast, conditional, text};
use sql::function::null::{strict1, strict_all};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_o",
        nodes: Vec::from([
            values(),
            project_expr_0_expr_1_expr_2_and_1(),
            project_expr_0_expr_1_expr_2_and_1_2(),
            project_expr_0_expr_1_expr_2_and_1_3(),
            union(),
            project_a_b_c_and_2(),
            o_sink(),
        ]),
    }
}

/// ```text
/// values: Values(rows=[1], fields=[])
/// ```
fn values() -> Node {
    Node {
        name: "values",
        uid: "e8e0b203c596a946",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::new(),
        operator: OperatorSpec::Values(ValuesSpec {
            rows: Vec::from([Vec::new()]),
        }),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1: Calc(select=[1.0:DOUBLE AS EXPR$0, 2.0 AS EXPR$1, 3 AS EXPR$2,
///     'a' AS EXPR$3])
/// ```
fn project_expr_0_expr_1_expr_2_and_1() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_1",
        uid: "3b60ed05ddb3c976",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::double())),
            Column::new("EXPR$1", build::decimal(11, 1)),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::not_null(build::varchar(3))),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_1_kernel),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1_2: Calc(select=[CAST(2.5 AS DOUBLE) AS EXPR$0, 3.5 AS EXPR$1, 300
///     AS EXPR$2, 'bcd' AS EXPR$3])
/// ```
fn project_expr_0_expr_1_expr_2_and_1_2() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_1_2",
        uid: "a51d1f9aa0c6d016",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::double())),
            Column::new("EXPR$1", build::decimal(11, 1)),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::not_null(build::varchar(3))),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_1_2_kernel),
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1_3: Calc(select=[3.0:DOUBLE AS EXPR$0, NULL:DECIMAL(11, 1) AS
///     EXPR$1, 4 AS EXPR$2, '' AS EXPR$3])
/// ```
fn project_expr_0_expr_1_expr_2_and_1_3() -> Node {
    Node {
        name: "project_expr_0_expr_1_expr_2_and_1_3",
        uid: "ad79fcbad812690f",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::double())),
            Column::new("EXPR$1", build::decimal(11, 1)),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::not_null(build::varchar(3))),
        ]),
        operator: OperatorSpec::Calc(project_expr_0_expr_1_expr_2_and_1_3_kernel),
    }
}

/// ```text
/// union: Union(fields=[EXPR$0, EXPR$1, EXPR$2, EXPR$3])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "a8cb5d8aa6d08caf",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1), NodeId(2), NodeId(3)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::double())),
            Column::new("EXPR$1", build::decimal(11, 1)),
            Column::new("EXPR$2", build::not_null(build::int())),
            Column::new("EXPR$3", build::not_null(build::varchar(3))),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// project_a_b_c_and_2: Calc(select=[EXPR$0 AS a, CAST(EXPR$1 AS DECIMAL(12, 1)) AS b, EXPR$2 AS c,
///     (EXPR$3 || '.') AS d, ((((TYPEOF(EXPR$0) || ' ') || TYPEOF(EXPR$2)) || ' ') || TYPEOF(EXPR$3))
///     AS e])
/// ```
fn project_a_b_c_and_2() -> Node {
    Node {
        name: "project_a_b_c_and_2",
        uid: "fa311499f26e4a8c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(4)]),
        columns: Vec::from([
            Column::new("a", build::not_null(build::double())),
            Column::new("b", build::decimal(12, 1)),
            Column::new("c", build::not_null(build::int())),
            Column::new("d", build::not_null(build::varchar(4))),
            Column::new("e", build::not_null(build::string())),
        ]),
        operator: OperatorSpec::Calc(project_a_b_c_and_2_kernel),
    }
}

/// ```text
/// o_sink: Sink(table=[o], fields=[a, b, c, d, e])
/// ```
fn o_sink() -> Node {
    Node {
        name: "o_sink",
        uid: "05ac8e9ea7a0732c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("a", build::double()),
            Column::new("b", build::decimal(12, 1)),
            Column::new("c", build::int()),
            Column::new("d", build::string()),
            Column::new("e", build::string()),
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
            input_updates: false,
        }),
    }
}

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::not_null(build::double()));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::not_null(build::int()));

static TYPE_3: LazyLock<DataType> = LazyLock::new(|| build::not_null(build::varchar(3)));

struct UnionRow<'a>(RowRef<'a>);

impl<'a> UnionRow<'a> {
    #[inline]
    fn expr_0(&self) -> Option<f64> {
        self.0.f64(0)
    }
    #[inline]
    fn expr_1(&self) -> Option<Decimal> {
        self.0.decimal(1, 11, 1)
    }
    #[inline]
    fn expr_2(&self) -> Option<i32> {
        self.0.i32(2)
    }
    #[inline]
    fn expr_3(&self) -> Option<&'a str> {
        self.0.text(3)
    }
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1: Calc(select=[1.0:DOUBLE AS EXPR$0, 2.0 AS EXPR$1, 3 AS EXPR$2,
///     'a' AS EXPR$3])
/// ```
/// mixed_numbers.sql:3:14
/// ```sql
/// (1, 2, CAST(3 AS TINYINT), 'a'), (2.5, 3.5, 300, 'bcd'), (3E0, CAST(NULL AS INT), CAST(4 AS
///     SMALLINT), '')
/// ```
fn project_expr_0_expr_1_expr_2_and_1_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, _) in input.rows() {
        output.begin(kind);
        output.put_f64(0, Some(1.0));
        output.put_decimal(1, Some(Decimal { unscaled: 20, scale: 1 }), 11);
        output.put_i32(2, Some(3i32));
        output.put_text(3, Some("a"));
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1_2: Calc(select=[CAST(2.5 AS DOUBLE) AS EXPR$0, 3.5 AS EXPR$1, 300
///     AS EXPR$2, 'bcd' AS EXPR$3])
/// ```
/// mixed_numbers.sql:3:14
/// ```sql
/// (1, 2, CAST(3 AS TINYINT), 'a'), (2.5, 3.5, 300, 'bcd'), (3E0, CAST(NULL AS INT), CAST(4 AS
///     SMALLINT), '')
/// ```
fn project_expr_0_expr_1_expr_2_and_1_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, _) in input.rows() {
        let expr_0_value = Some(
            cast::number::decimal_to_double(Decimal { unscaled: 25, scale: 1 }),
        );
        output.begin(kind);
        output.put_f64(0, expr_0_value);
        output.put_decimal(1, Some(Decimal { unscaled: 35, scale: 1 }), 11);
        output.put_i32(2, Some(300i32));
        output.put_text(3, Some("bcd"));
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_expr_0_expr_1_expr_2_and_1_3: Calc(select=[3.0:DOUBLE AS EXPR$0, NULL:DECIMAL(11, 1) AS
///     EXPR$1, 4 AS EXPR$2, '' AS EXPR$3])
/// ```
/// mixed_numbers.sql:3:14
/// ```sql
/// (1, 2, CAST(3 AS TINYINT), 'a'), (2.5, 3.5, 300, 'bcd'), (3E0, CAST(NULL AS INT), CAST(4 AS
///     SMALLINT), '')
/// ```
fn project_expr_0_expr_1_expr_2_and_1_3_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, _) in input.rows() {
        output.begin(kind);
        output.put_f64(0, Some(3.0));
        output.put_null(1);
        output.put_i32(2, Some(4i32));
        output.put_text(3, Some(""));
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_a_b_c_and_2: Calc(select=[EXPR$0 AS a, CAST(EXPR$1 AS DECIMAL(12, 1)) AS b, EXPR$2 AS c,
///     (EXPR$3 || '.') AS d, ((((TYPEOF(EXPR$0) || ' ') || TYPEOF(EXPR$2)) || ' ') || TYPEOF(EXPR$3))
///     AS e])
/// ```
/// mixed_numbers.sql:2:15
/// ```sql
/// SELECT a, b, c, d || '.', TYPEOF(a) || ' ' || TYPEOF(c) || ' ' || TYPEOF(d)
/// FROM (VALUES (1, 2, CAST(3 AS TINYINT), 'a'), (2.5, 3.5, 300, 'bcd'), (3E0, CAST(NULL AS INT),
///     CAST(4 AS SMALLINT), '')) AS v (a, b, c, d
/// ```
fn project_a_b_c_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = UnionRow(raw);
        let b_value = strict1(
            row.expr_1(),
            |a| cast::number::decimal_to_wider_decimal(a, 12, 1),
        );
        let d_value = strict_all(&[row.expr_3(), Some(".")], text::concat);
        let v1 = Some(
            conditional::type_of(
                &row.expr_0().map_or(Value::Null, Value::Double),
                &TYPE_1,
            ),
        );
        let v2 = strict_all(&[v1.as_deref(), Some(" ")], text::concat);
        let v3 = Some(
            conditional::type_of(&row.expr_2().map_or(Value::Null, Value::Int), &TYPE_2),
        );
        let v4 = strict_all(&[v2.as_deref(), v3.as_deref()], text::concat);
        let v5 = strict_all(&[v4.as_deref(), Some(" ")], text::concat);
        let v6 = Some(
            conditional::type_of(
                &row.expr_3().map(str::to_owned).map_or(Value::Null, Value::Text),
                &TYPE_3,
            ),
        );
        let e_value = strict_all(&[v5.as_deref(), v6.as_deref()], text::concat);
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_decimal(1, b_value, 12);
        output.copy_fixed(2, raw, 2);
        output.put_text(3, d_value.as_deref());
        output.put_text(4, e_value.as_deref());
        output.finish();
    }
    Ok(())
}
