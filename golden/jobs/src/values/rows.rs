//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 a5b654850561bea5f32cff5cbb4bb7686ee593e5fcb8028e89aaaf845b799226

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, SinkSpec, ValuesSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError, Value};
use sql::function::cast;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([values(), project_id_s_d(), answers_sink()]),
    }
}

/// ```text
/// values: Values(rows=[3], fields=[EXPR$0, EXPR$1, EXPR$2])
/// ```
fn values() -> Node {
    Node {
        name: "values",
        uid: "db1da026efdbd54b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::bigint())),
            Column::new("EXPR$1", build::string()),
            Column::new("EXPR$2", build::decimal(12, 2)),
        ]),
        operator: OperatorSpec::Values(ValuesSpec {
            rows: Vec::from([
                Vec::from([
                    Value::BigInt(1i64),
                    Value::Text("a".to_owned()),
                    Value::Decimal(Decimal { unscaled: 150, scale: 2 }),
                ]),
                Vec::from([
                    Value::BigInt(10000000000i64),
                    Value::Text("bcd".to_owned()),
                    Value::Decimal(Decimal {
                        unscaled: 2225,
                        scale: 2,
                    }),
                ]),
                Vec::from([Value::BigInt(3i64), Value::Null, Value::Null]),
            ]),
        }),
    }
}

/// ```text
/// project_id_s_d: Calc(select=[EXPR$0 AS id, EXPR$1 AS s, CAST(EXPR$2 AS DECIMAL(5, 2)) AS d])
/// ```
fn project_id_s_d() -> Node {
    Node {
        name: "project_id_s_d",
        uid: "bb452102c0c436e2",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::not_null(build::bigint())),
            Column::new("s", build::string()),
            Column::new("d", build::decimal(5, 2)),
        ]),
        operator: OperatorSpec::Calc(project_id_s_d_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, s, d])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "14af1b779665191e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("s", build::string()),
            Column::new("d", build::decimal(5, 2)),
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

struct ValuesRow<'a>(RowRef<'a>);

impl ValuesRow<'_> {
    #[inline]
    fn expr_2(&self) -> Option<Decimal> {
        self.0.decimal(2, 12, 2)
    }
}

/// ```text
/// project_id_s_d: Calc(select=[EXPR$0 AS id, EXPR$1 AS s, CAST(EXPR$2 AS DECIMAL(5, 2)) AS d])
/// ```
/// rows.sql:2:28
/// ```sql
/// (1, 'a', 1.5), (10000000000, 'bcd', 22.25), (3, CAST(NULL AS STRING), CAST(NULL AS INT))
/// ```
fn project_id_s_d_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ValuesRow(raw);
        let d_value = strict1(
                row.expr_2(),
                |a| cast::number::decimal_to_decimal(a, 5, 2),
            )
            .flatten();
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.copy_variable(1, raw, 1);
        output.put_decimal(2, d_value, 5);
        output.finish();
    }
    Ok(())
}
