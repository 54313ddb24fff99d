//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 bd50add3e0f1e27d2144d3ffc1e799561ac3ab05a48753d3605d131d7eb3ae0f

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    ValuesSpec, WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError, Value};
use sql::function::{arithmetic, compare};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            values(),
            filter_expr_0(),
            t_source(),
            union(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// values: Values(rows=[3], fields=[EXPR$0, EXPR$1])
/// ```
fn values() -> Node {
    Node {
        name: "values",
        uid: "1eb75018066d732d",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("EXPR$0", build::not_null(build::int())),
            Column::new("EXPR$1", build::not_null(build::varchar(5))),
        ]),
        operator: OperatorSpec::Values(ValuesSpec {
            rows: Vec::from([
                Vec::from([Value::Int(1i32), Value::Text("one".to_owned())]),
                Vec::from([Value::Int(2i32), Value::Text("two".to_owned())]),
                Vec::from([Value::Int(3i32), Value::Text("three".to_owned())]),
            ]),
        }),
    }
}

/// ```text
/// filter_expr_0: Calc(select=[(EXPR$0 + 1) AS EXPR$0, EXPR$1 AS s], where=[(EXPR$0 <> 2)])
/// ```
fn filter_expr_0() -> Node {
    Node {
        name: "filter_expr_0",
        uid: "2c684fa820ea01ab",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_expr_0_kernel),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[id, s])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
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
                Column::new("id", build::int()),
                Column::new("s", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// union: Union(fields=[EXPR$0, s])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "aacd1da65f8de305",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1), NodeId(2)]),
        columns: Vec::from([
            Column::new("EXPR$0", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[EXPR$0, s])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "193f65f8e89fe67d",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(3)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([WriteColumn::Physical, WriteColumn::Physical]),
            primary_key: Vec::new(),
            input_updates: false,
        }),
    }
}

struct ValuesRow<'a>(RowRef<'a>);

impl ValuesRow<'_> {
    #[inline]
    fn expr_0(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// filter_expr_0: Calc(select=[(EXPR$0 + 1) AS EXPR$0, EXPR$1 AS s], where=[(EXPR$0 <> 2)])
/// ```
/// as_table.sql:4:88
/// ```sql
/// id <> 2
/// ```
fn filter_expr_0_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ValuesRow(raw);
        if strict1(row.expr_0(), |a| compare::not_equal(a, 2i32)) != Some(true) {
            continue;
        }
        let expr_0_value = strict1(row.expr_0(), |a| arithmetic::add(a, 1i32));
        output.begin(kind);
        output.put_i32(0, expr_0_value);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}
