//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 b60597824158840f15ea5a2b4d554beb283a24e80166fd4591527bdb5226c475

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::cast;
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_a_b_c_and_2(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[a, b, c, d, e])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::decimal(6, 3)),
            Column::new("c", build::float()),
            Column::new("d", build::date()),
            Column::new("e", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("a", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("b", build::decimal(6, 3)),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("c", build::float()),
                    from: ReadFrom::Physical(2),
                },
                ReadColumn {
                    column: Column::new("d", build::date()),
                    from: ReadFrom::Physical(3),
                },
                ReadColumn {
                    column: Column::new("e", build::string()),
                    from: ReadFrom::Physical(4),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("a", build::int()),
                Column::new("b", build::decimal(6, 3)),
                Column::new("c", build::float()),
                Column::new("d", build::date()),
                Column::new("e", build::string()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_a_b_c_and_2: Calc(select=[CAST(a AS BIGINT) AS a, CAST(b AS DECIMAL(6, 1)) AS b, CAST(c AS
///     DOUBLE) AS c, d, CAST(e AS VARCHAR(2)) AS e])
/// ```
fn project_a_b_c_and_2() -> Node {
    Node {
        name: "project_a_b_c_and_2",
        uid: "84a2003b2b3d4a9e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::bigint()),
            Column::new("b", build::decimal(6, 1)),
            Column::new("c", build::double()),
            Column::new("d", build::date()),
            Column::new("e", build::varchar(2)),
        ]),
        operator: OperatorSpec::Calc(project_a_b_c_and_2_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[a, b, c, d, e])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "e89b0ba07b2c5559",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::bigint()),
            Column::new("b", build::decimal(6, 1)),
            Column::new("c", build::double()),
            Column::new("d", build::date()),
            Column::new("e", build::varchar(2)),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
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

struct TSourceRow<'a>(RowRef<'a>);

impl<'a> TSourceRow<'a> {
    #[inline]
    fn a(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn b(&self) -> Option<Decimal> {
        self.0.decimal(1, 6, 3)
    }
    #[inline]
    fn c(&self) -> Option<f32> {
        self.0.f32(2)
    }
    #[inline]
    fn e(&self) -> Option<&'a str> {
        self.0.text(4)
    }
}

/// ```text
/// project_a_b_c_and_2: Calc(select=[CAST(a AS BIGINT) AS a, CAST(b AS DECIMAL(6, 1)) AS b, CAST(c AS
///     DOUBLE) AS c, d, CAST(e AS VARCHAR(2)) AS e])
/// ```
/// implicit_casts.sql:3:21
/// ```sql
/// SELECT a, b, c, d, e FROM t
/// ```
fn project_a_b_c_and_2_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let a_value = strict1(row.a(), cast::number::integer_to_bigint);
        let b_value = strict1(
            row.b(),
            |a| cast::number::decimal_to_wider_decimal(a, 6, 1),
        );
        let c_value = strict1(row.c(), cast::number::approximate_to_double);
        let e_value = strict1(row.e(), |a| cast::length::text_to_varchar(a, 2));
        output.begin(kind);
        output.put_i64(0, a_value);
        output.put_decimal(1, b_value, 6);
        output.put_f64(2, c_value);
        output.copy_fixed(3, raw, 3);
        output.put_text(4, e_value.as_deref());
        output.finish();
    }
    Ok(())
}
