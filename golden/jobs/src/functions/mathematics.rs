//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 ae0c4e7b044da598f0db06627de6383ce837db1f002cac5b2b3be12038102d42

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Decimal, Session, SqlError};
use sql::function::{cast, math};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([t_source(), project_a_b_c_and_4(), answers_sink()]),
    }
}

/// ```text
/// t_source: Source(table=[t], fields=[i, d, e])
/// ```
fn t_source() -> Node {
    Node {
        name: "t_source",
        uid: "3ba17b1d59939fe5",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("i", build::int()),
            Column::new("d", build::double()),
            Column::new("e", build::decimal(6, 3)),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "t",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("i", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("d", build::double()),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new("e", build::decimal(6, 3)),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("i", build::int()),
                Column::new("d", build::double()),
                Column::new("e", build::decimal(6, 3)),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_a_b_c_and_4: Calc(select=[ABS(i) AS a, FLOOR(d) AS b, ROUND(e, 1) AS c, CAST(CEIL(e) AS
///     DECIMAL(4, 0)) AS f, POWER(d, 2.0:DOUBLE) AS g, SIGN(i) AS h, SQRT(d) AS i])
/// ```
fn project_a_b_c_and_4() -> Node {
    Node {
        name: "project_a_b_c_and_4",
        uid: "df9267cdc459a270",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::double()),
            Column::new("c", build::decimal(5, 1)),
            Column::new("f", build::decimal(4, 0)),
            Column::new("g", build::double()),
            Column::new("h", build::int()),
            Column::new("i", build::double()),
        ]),
        operator: OperatorSpec::Calc(project_a_b_c_and_4_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[a, b, c, f, g, h, i])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "2bc60747511c4b28",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("a", build::int()),
            Column::new("b", build::double()),
            Column::new("c", build::decimal(5, 1)),
            Column::new("f", build::decimal(4, 0)),
            Column::new("g", build::double()),
            Column::new("h", build::int()),
            Column::new("i", build::double()),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("answers"),
            write: Vec::from([
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

struct TSourceRow<'a>(RowRef<'a>);

impl TSourceRow<'_> {
    #[inline]
    fn i(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn d(&self) -> Option<f64> {
        self.0.f64(1)
    }
    #[inline]
    fn e(&self) -> Option<Decimal> {
        self.0.decimal(2, 6, 3)
    }
}

/// ```text
/// project_a_b_c_and_4: Calc(select=[ABS(i) AS a, FLOOR(d) AS b, ROUND(e, 1) AS c, CAST(CEIL(e) AS
///     DECIMAL(4, 0)) AS f, POWER(d, 2.0:DOUBLE) AS g, SIGN(i) AS h, SQRT(d) AS i])
/// ```
/// mathematics.sql:3:21
/// ```sql
/// SELECT ABS(i), FLOOR(d), ROUND(e, 1), CEIL(e), POWER(d, 2), SIGN(i), SQRT(d) FROM t
/// ```
fn project_a_b_c_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = TSourceRow(raw);
        let a_value = strict1(row.i(), math::abs_integer);
        let b_value = strict1(row.d(), math::floor_double);
        let c_value = strict1(row.e(), |a| math::round_decimal(a, 1i32, 5, 1)).flatten();
        let f_value = strict1(
                strict1(row.e(), math::ceil_decimal),
                |a| cast::number::decimal_to_decimal(a, 4, 0),
            )
            .flatten();
        let g_value = strict1(row.d(), |a| math::power(a, 2.0));
        let h_value = strict1(row.i(), math::sign_integer);
        let i_value = strict1(row.d(), math::sqrt);
        output.begin(kind);
        output.put_i32(0, a_value);
        output.put_f64(1, b_value);
        output.put_decimal(2, c_value, 5);
        output.put_decimal(3, f_value, 4);
        output.put_f64(4, g_value);
        output.put_i32(5, h_value);
        output.put_f64(6, i_value);
        output.finish();
    }
    Ok(())
}
