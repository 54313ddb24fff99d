//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 a15e4f5fd3de8161dd55ce3a8f3e4035d73a4d1e418b4ccba992b0d15edd8808

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{Session, SqlError};
use sql::function::{cast, compare};
use sql::function::null::strict1;
use sql::types::build;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            a_source(),
            project_id_s(),
            b_source(),
            project_id_name(),
            filter_id(),
            union(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// a_source: Source(table=[a], fields=[id, s])
/// ```
fn a_source() -> Node {
    Node {
        name: "a_source",
        uid: "46c9189f2e13f61b",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "a",
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
/// project_id_s: Calc(select=[CAST(id AS BIGINT) AS id, s])
/// ```
fn project_id_s() -> Node {
    Node {
        name: "project_id_s",
        uid: "f6130b543932f90c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_id_s_kernel),
    }
}

/// ```text
/// b_source: Source(table=[b], fields=[name, id])
/// ```
fn b_source() -> Node {
    Node {
        name: "b_source",
        uid: "e7e2fc8fcb44ae4f",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("name", build::string()),
            Column::new("id", build::bigint()),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "b",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("name", build::string()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("id", build::bigint()),
                    from: ReadFrom::Physical(1),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("name", build::string()),
                Column::new("id", build::bigint()),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_name: Calc(select=[id, name])
/// ```
fn project_id_name() -> Node {
    Node {
        name: "project_id_name",
        uid: "15afb37a87489ef7",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(2)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("name", build::string()),
        ]),
        operator: OperatorSpec::Calc(project_id_name_kernel),
    }
}

/// ```text
/// filter_id: Calc(select=[CAST(id AS BIGINT) AS id, 'again' AS s], where=[(id > 1)])
/// ```
fn filter_id() -> Node {
    Node {
        name: "filter_id",
        uid: "a39cb0b36efefce9",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Calc(filter_id_kernel),
    }
}

/// ```text
/// union: Union(fields=[id, s])
/// ```
fn union() -> Node {
    Node {
        name: "union",
        uid: "728de3ee7a8ed49e",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1), NodeId(3), NodeId(4)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
            Column::new("s", build::string()),
        ]),
        operator: OperatorSpec::Union,
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, s])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "9d3fd7947e2b9b7c",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(5)]),
        columns: Vec::from([
            Column::new("id", build::bigint()),
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

struct ASourceRow<'a>(RowRef<'a>);

impl ASourceRow<'_> {
    #[inline]
    fn id(&self) -> Option<i32> {
        self.0.i32(0)
    }
}

/// ```text
/// project_id_s: Calc(select=[CAST(id AS BIGINT) AS id, s])
/// ```
/// all.sql:4:21
/// ```sql
/// SELECT id, s FROM a UNION ALL SELECT id, name FROM b UNION ALL SELECT id, 'again' FROM a WHERE id >
///     1
/// ```
fn project_id_s_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ASourceRow(raw);
        let id_value = strict1(row.id(), cast::number::integer_to_bigint);
        output.begin(kind);
        output.put_i64(0, id_value);
        output.copy_variable(1, raw, 1);
        output.finish();
    }
    Ok(())
}

/// ```text
/// project_id_name: Calc(select=[id, name])
/// ```
/// all.sql:4:51
/// ```sql
/// SELECT id, name FROM b
/// ```
fn project_id_name_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        output.begin(kind);
        output.copy_fixed(0, raw, 1);
        output.copy_variable(1, raw, 0);
        output.finish();
    }
    Ok(())
}

/// ```text
/// filter_id: Calc(select=[CAST(id AS BIGINT) AS id, 'again' AS s], where=[(id > 1)])
/// ```
/// all.sql:4:116
/// ```sql
/// id > 1
/// ```
fn filter_id_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = ASourceRow(raw);
        if strict1(row.id(), |a| compare::greater(a, 1i32)) != Some(true) {
            continue;
        }
        let id_value = strict1(row.id(), cast::number::integer_to_bigint);
        output.begin(kind);
        output.put_i64(0, id_value);
        output.put_text(1, Some("again"));
        output.finish();
    }
    Ok(())
}
