//! A streaming job, generated from SQL by millstream 0.1.0. Edit the SQL, not this.
//!
//! SQL: sha256 8dd471e94093a3dee1543123cc9522d1775f5f888e3e066d740787b7493ec940

// What is plain to see here was written in SQL.
#![allow(clippy::approx_constant, clippy::if_same_then_else, clippy::collapsible_else_if)]

use runtime::job::{
    Column, Job, Node, NodeId, OperatorSpec, ReadColumn, ReadFrom, SinkSpec, SourceSpec,
    WriteColumn,
};
use runtime::row::{Batch, BatchWriter, RowRef};
use sql::{DataType, Session, SqlError, Value};
use sql::function::collection;
use sql::function::null::{construct_map, strict1, take};
use sql::types::build;
use std::sync::LazyLock;

/// The operators of the job, inputs first.
pub fn job() -> Job {
    Job {
        name: "insert-into_answers",
        nodes: Vec::from([
            events_source(),
            project_id_first_tag_second_tag_and_4(),
            answers_sink(),
        ]),
    }
}

/// ```text
/// events_source: Source(table=[events], fields=[id, tags, attributes])
/// ```
fn events_source() -> Node {
    Node {
        name: "events_source",
        uid: "bc9b1775948460b2",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("tags", build::array(build::string())),
            Column::new("attributes", build::map(build::string(), build::int())),
        ]),
        operator: OperatorSpec::Source(SourceSpec {
            table: "events",
            read: Vec::from([
                ReadColumn {
                    column: Column::new("id", build::int()),
                    from: ReadFrom::Physical(0),
                },
                ReadColumn {
                    column: Column::new("tags", build::array(build::string())),
                    from: ReadFrom::Physical(1),
                },
                ReadColumn {
                    column: Column::new(
                        "attributes",
                        build::map(build::string(), build::int()),
                    ),
                    from: ReadFrom::Physical(2),
                },
            ]),
            compute: None,
            watermark: None,
            physical: Vec::from([
                Column::new("id", build::int()),
                Column::new("tags", build::array(build::string())),
                Column::new("attributes", build::map(build::string(), build::int())),
            ]),
            primary_key: Vec::new(),
        }),
    }
}

/// ```text
/// project_id_first_tag_second_tag_and_4: Calc(select=[id, (tags [] 1) AS first_tag, (tags [] 2) AS
///     second_tag, CARDINALITY(tags) AS tags, (attributes [] 'size') AS size, ARRAY[id, (attributes []
///     'size')] AS pair, MAP['id', id] AS made])
/// ```
fn project_id_first_tag_second_tag_and_4() -> Node {
    Node {
        name: "project_id_first_tag_second_tag_and_4",
        uid: "18b7b45c79781bc5",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(0)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("first_tag", build::string()),
            Column::new("second_tag", build::string()),
            Column::new("tags", build::int()),
            Column::new("size", build::int()),
            Column::new("pair", build::not_null(build::array(build::int()))),
            Column::new(
                "made",
                build::not_null(build::map(build::string(), build::int())),
            ),
        ]),
        operator: OperatorSpec::Calc(project_id_first_tag_second_tag_and_4_kernel),
    }
}

/// ```text
/// answers_sink: Sink(table=[answers], fields=[id, first_tag, second_tag, tags, size, pair, made])
/// ```
fn answers_sink() -> Node {
    Node {
        name: "answers_sink",
        uid: "637b065438d20738",
        state_fingerprint: None,
        inputs: Vec::from([NodeId(1)]),
        columns: Vec::from([
            Column::new("id", build::int()),
            Column::new("first_tag", build::string()),
            Column::new("second_tag", build::string()),
            Column::new("tags", build::int()),
            Column::new("size", build::int()),
            Column::new("pair", build::array(build::int())),
            Column::new("made", build::map(build::string(), build::int())),
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

static TYPE_1: LazyLock<DataType> = LazyLock::new(|| build::not_null(
    build::array(build::int()),
));

static TYPE_2: LazyLock<DataType> = LazyLock::new(|| build::not_null(
    build::map(build::string(), build::int()),
));

static TYPE_3: LazyLock<DataType> = LazyLock::new(|| build::array(build::string()));

static TYPE_4: LazyLock<DataType> = LazyLock::new(|| build::map(
    build::string(),
    build::int(),
));

struct EventsSourceRow<'a>(RowRef<'a>);

impl EventsSourceRow<'_> {
    #[inline]
    fn id(&self) -> Option<i32> {
        self.0.i32(0)
    }
    #[inline]
    fn tags(&self) -> Option<Value> {
        take(self.0.value(1, &TYPE_3))
    }
    #[inline]
    fn attributes(&self) -> Option<Value> {
        take(self.0.value(2, &TYPE_4))
    }
}

/// ```text
/// project_id_first_tag_second_tag_and_4: Calc(select=[id, (tags [] 1) AS first_tag, (tags [] 2) AS
///     second_tag, CARDINALITY(tags) AS tags, (attributes [] 'size') AS size, ARRAY[id, (attributes []
///     'size')] AS pair, MAP['id', id] AS made])
/// ```
/// arrays_and_maps.sql:4:1
/// ```sql
/// SELECT id, tags[1], tags[2], CARDINALITY(tags), attributes['size'], ARRAY[id, attributes['size']],
///     MAP['id', id] FROM events
/// ```
fn project_id_first_tag_second_tag_and_4_kernel(
    input: &Batch,
    output: &mut BatchWriter,
    _session: &mut Session,
) -> Result<(), SqlError> {
    for (kind, raw) in input.rows() {
        let row = EventsSourceRow(raw);
        let first_tag_value = strict1(
                row.tags(),
                |a| collection::item_array(&a, &Value::Int(1i32)),
            )
            .and_then(take::<String>);
        let second_tag_value = strict1(
                row.tags(),
                |a| collection::item_array(&a, &Value::Int(2i32)),
            )
            .and_then(take::<String>);
        let tags_value = strict1(row.tags(), |a| collection::cardinality(&a));
        let v1 = strict1(
                row.attributes(),
                |a| collection::item_map(&a, &Value::Text("size".to_owned())),
            )
            .and_then(take::<i32>);
        let pair_value = Some(
            Value::Array(
                Vec::from([
                    row.id().map_or(Value::Null, Value::Int),
                    v1.map_or(Value::Null, Value::Int),
                ]),
            ),
        );
        let made_value = Some(
            construct_map(
                Vec::from([
                    (
                        Value::Text("id".to_owned()),
                        row.id().map_or(Value::Null, Value::Int),
                    ),
                ]),
            ),
        );
        output.begin(kind);
        output.copy_fixed(0, raw, 0);
        output.put_text(1, first_tag_value.as_deref());
        output.put_text(2, second_tag_value.as_deref());
        output.put_i32(3, tags_value);
        output.put_i32(4, v1);
        output.put_value(5, pair_value.as_ref().unwrap_or(&Value::Null), &TYPE_1);
        output.put_value(6, made_value.as_ref().unwrap_or(&Value::Null), &TYPE_2);
        output.finish();
    }
    Ok(())
}
