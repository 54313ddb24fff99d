//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 f3465396ea151b5a2de9f475ecbba08f2200b61d55d25e332a2f39c9d9c26b38

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::compare;
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_cards",
        nodes: Vec::from([people_source(), filter_home(), cards_sink()]),
    }
}

/// ```text
/// people_source: Source(table=[people], fields=[id, name, home])
/// ```
fn people_source() -> Node {
    Node {
        name: "people_source",
        uid: "b72c2dd22a6c7351",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new(
                "name",
                build::row([("given", build::string()), ("family", build::string())]),
            ),
            Column::new(
                "home",
                build::row([
                    ("street", build::string()),
                    (
                        "city",
                        build::row([("name", build::string()), ("zip", build::int())]),
                    ),
                ]),
            ),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "people",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new(
                        "name",
                        build::row([
                            ("given", build::string()),
                            ("family", build::string()),
                        ]),
                    ),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new(
                        "home",
                        build::row([
                            ("street", build::string()),
                            (
                                "city",
                                build::row([
                                    ("name", build::string()),
                                    ("zip", build::int()),
                                ]),
                            ),
                        ]),
                    ),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new(
                    "name",
                    build::row([("given", build::string()), ("family", build::string())]),
                ),
                Column::new(
                    "home",
                    build::row([
                        ("street", build::string()),
                        (
                            "city",
                            build::row([
                                ("name", build::string()),
                                ("zip", build::int()),
                            ]),
                        ),
                    ]),
                ),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// filter_home: Calc(select=[id, name.given AS given, home.city.zip AS zip, ROW[name.family,
///     ROW[home.city.name]] AS card], where=[(home.city.name IS DISTINCT FROM 'rome')])
/// ```
fn filter_home() -> Node {
    Node {
        name: "filter_home",
        uid: "2f661706835e6980",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("given", build::string()),
            Column::new("zip", build::int()),
            Column::new(
                "card",
                build::not_null(
                    build::row([
                        ("who", build::string()),
                        ("wher", build::row([("city", build::string())])),
                    ]),
                ),
            ),
        ]),
        operator: OperatorSpec::Calc(filter_home_kernel),
    }
}

/// ```text
/// cards_sink: Sink(table=[cards], fields=[id, given, zip, card])
/// ```
fn cards_sink() -> Node {
    Node {
        name: "cards_sink",
        uid: "e5039c88c0b7f1c1",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("given", build::string()),
            Column::new("zip", build::int()),
            Column::new(
                "card",
                build::row([
                    ("who", build::string()),
                    ("wher", build::row([("city", build::string())])),
                ]),
            ),
        ]),
        operator: OperatorSpec::Sink(SinkSpec {
            table: Some("cards"),
            write: Vec::from([
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

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::not_null(
    build::row([
        ("who", build::string()),
        ("wher", build::row([("city", build::string())])),
    ]),
));

struct PeopleSourceRow<'a>(RowRef<'a>);

impl<'a> PeopleSourceRow<'a> {
    #[inline]
    fn name_given(&self) -> Option<&'a str> {
        self.0.row(1, 2).and_then(|row| row.text(0))
    }
    #[inline]
    fn name_family(&self) -> Option<&'a str> {
        self.0.row(1, 2).and_then(|row| row.text(1))
    }
    #[inline]
    fn home_city_name(&self) -> Option<&'a str> {
        self.0.row(2, 2).and_then(|row| row.row(1, 2)).and_then(|row| row.text(0))
    }
    #[inline]
    fn home_city_zip(&self) -> Option<i32> {
        self.0.row(2, 2).and_then(|row| row.row(1, 2)).and_then(|row| row.i32(1))
    }
}

/// ```text
/// filter_home: Calc(select=[id, name.given AS given, home.city.zip AS zip, ROW[name.family,
///     ROW[home.city.name]] AS card], where=[(home.city.name IS DISTINCT FROM 'rome')])
/// ```
/// nested_rows.sql:4:102
/// ```sql
/// home.city.name IS DISTINCT FROM 'rome'
/// ```
fn filter_home_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = PeopleSourceRow(raw);
        if !compare::distinct(row.home_city_name(), Some("rome")) {
            continue;
        }
        let card_value = Some(
            Value::Row(
                Vec::from([
                    row
                        .name_family()
                        .map(str::to_owned)
                        .map_or(Value::Null, Value::Text),
                    Some(
                            Value::Row(
                                Vec::from([
                                    row
                                        .home_city_name()
                                        .map(str::to_owned)
                                        .map_or(Value::Null, Value::Text),
                                ]),
                            ),
                        )
                        .unwrap_or(Value::Null),
                ]),
            ),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, row.name_given());
        output.put_i32(2, row.home_city_zip());
        output.put_value(3, card_value.as_ref().unwrap_or(&Value::Null), &TYPE_1);
        output.finish();
    }
    Ok(())
}
