//! Runs conformance jobs: in, a file of instructions (one JSON object a line: which job, the rows of its sources, the
//! configuration); out, a line of JSON per job: what its sinks made visible, or the error it ended with.
//!
//! Expected values are given back as the same writer shows them, typed as the sink's columns, so that whoever compares
//! compares text. A line is written before the next job starts: a job that kills the process is the one missing.

mod jobs;
mod sink;
mod values;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use runtime::connector::options::{JobEnvironment, Options};
use runtime::connector::registry::{self, SinkRequest};
use runtime::connector::values::{Data, Item, register};
use runtime::connector::{Sinks, SplitSource};
use runtime::dataflow::{Connectors, Control, run_with};
use runtime::error::JobError;
use runtime::job::{Job, OperatorSpec, ReadColumn, ReadFrom, SourceSpec};
use runtime::launch::Deployment;
use serde_json::{Value as Json, json};
use sql::DataType;

/// How long phase 1 waits for the rows it should bring.
const PATIENCE: Duration = Duration::from_secs(4);

fn main() {
    let path = std::env::args()
        .nth(1)
        .expect("the file of instructions is the argument");
    let file = std::fs::File::open(path).expect("the instructions can be read");
    for line in std::io::BufReader::new(file).lines() {
        let line = line.expect("the instructions are text");
        let case: Json = serde_json::from_str(&line).expect("instructions are JSON");
        let id = text(&case["id"]);
        let answered = catch_unwind(AssertUnwindSafe(|| run_case(&case)));
        let mut answer = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => json!({ "error": error }),
            Err(_) => json!({ "panic": true }),
        };
        answer["id"] = id.into();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")
            .and_then(|()| out.flush())
            .expect("standard output is open");
    }
}

fn text(value: &Json) -> &str {
    value.as_str().expect("the instruction is text")
}

fn run_case(case: &Json) -> Result<Json, String> {
    let id = text(&case["id"]);
    let (_, make) = jobs::JOBS
        .iter()
        .find(|(name, _)| *name == id)
        .expect("the job is in the program");
    let job = make();
    sink::clear();
    let phases = case["phases"].as_array().expect("a case has phases");
    for (number, phase) in phases.iter().enumerate() {
        register_inputs(id, &job, phase)?;
        let deployment = deployment(id, case, phase, number)?;
        let world = World {
            id,
            options: &phase["options"],
        };
        let ends = phase["ends"].as_bool().unwrap_or(true);
        let awaited = phase["awaited"].as_u64().unwrap_or(0) as usize;
        match ends {
            true => run_with(&job, &deployment, &Control::default(), &world, None).map(|_| ()),
            false => run_open(&job, &deployment, &world, awaited),
        }
        .map_err(|error| error.to_string())?;
    }
    answer(&job, &case["expected"])
}

fn deployment(id: &str, case: &Json, phase: &Json, number: usize) -> Result<Deployment, String> {
    let deployment = json!({
        "job_id": id,
        "config": case["config"],
        "tables": phase["options"],
        "checkpoints": case["checkpoints"],
        "from_scratch": number == 0,
    });
    serde_json::from_value(deployment).map_err(|error| error.to_string())
}

/// Runs until the rows awaited are visible, then stops with a checkpoint: sources have not ended.
fn run_open(job: &Job, deployment: &Deployment, world: &World<'_>, awaited: usize) -> Result<(), JobError> {
    let control = Control::default();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| run_with(job, deployment, &control, world, None));
        let begun = Instant::now();
        while !running.is_finished() && begun.elapsed() < PATIENCE {
            let (rows, commits) = sink::progress();
            if rows >= awaited && commits > 1 {
                break;
            }
            control.checkpoint();
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(60));
        control.stop();
        running.join().expect("the job's panic is its own").map(|_| ())
    })
}

/// Makes the rows of this phase known, typed as the tables' columns.
fn register_inputs(id: &str, job: &Job, phase: &Json) -> Result<(), String> {
    for node in &job.nodes {
        let OperatorSpec::Source(spec) = &node.operator else {
            continue;
        };
        let mut items = Vec::new();
        for entry in phase["inputs"][spec.table].as_array().into_iter().flatten() {
            items.push(match entry {
                Json::Null => Item::Checkpoint,
                row => {
                    let (kind, row) = values::source_row(row, delivered(spec).into_iter())?;
                    Item::Row(kind, row)
                }
            });
        }
        let unbounded = phase["ends"] == false;
        register(format!("{id}/{}", spec.table), Data { items, unbounded });
    }
    Ok(())
}

/// Types of the values of a row: the physical columns, then the metadata that the job reads.
fn delivered(spec: &SourceSpec) -> Vec<&DataType> {
    let physical = spec.physical.iter().map(|column| &column.ty);
    let metadata = spec
        .read
        .iter()
        .filter(|read| matches!(read.from, ReadFrom::Metadata(_)));
    physical.chain(metadata.map(|read| &read.column.ty)).collect()
}

/// The same source where metadata stands behind the physical columns, as the rows of a case hold it.
fn without_metadata(spec: &SourceSpec) -> SourceSpec {
    let mut next = spec.physical.len();
    // Partitions are left to the connector, which refuses them.
    let mut position = |from: &ReadFrom| match from {
        ReadFrom::Physical(position) => ReadFrom::Physical(*position),
        ReadFrom::Metadata(_) => {
            next += 1;
            ReadFrom::Physical(next - 1)
        }
        ReadFrom::Partition(position) => ReadFrom::Partition(*position),
    };
    let read = spec.read.iter().map(|read| ReadColumn {
        column: read.column.clone(),
        from: position(&read.from),
    });
    SourceSpec {
        table: spec.table,
        read: read.collect(),
        compute: spec.compute,
        watermark: spec.watermark,
        physical: spec.physical.clone(),
        primary_key: spec.primary_key.clone(),
    }
}

/// What every sink showed, what it should have shown, and the types of its columns.
fn answer(job: &Job, expected: &Json) -> Result<Json, String> {
    let mut sinks = BTreeMap::new();
    for node in &job.nodes {
        let OperatorSpec::Sink(spec) = &node.operator else {
            continue;
        };
        let name = spec.table.unwrap_or("");
        let types = node.columns.iter().map(|column| &column.ty);
        let mut wanted = Vec::new();
        for row in expected[name].as_array().into_iter().flatten() {
            let (kind, row) = values::row(row, types.clone())?;
            wanted.push(sink::shown(kind, &row, types.clone()));
        }
        let shown = json!({
            "types": types.map(ToString::to_string).collect::<Vec<_>>(),
            "rows": sink::rows(name),
            "expected": wanted,
        });
        sinks.insert(name, shown);
    }
    Ok(json!({ "sinks": sinks }))
}

/// Sources deliver the instructions' rows; sinks keep what they show.
struct World<'a> {
    id: &'a str,
    options: &'a Json,
}

impl Connectors for World<'_> {
    fn open_source(
        &self,
        spec: &SourceSpec,
        _options: &Options,
        environment: &JobEnvironment,
    ) -> Result<Box<dyn SplitSource>, JobError> {
        let data_id = format!("{}/{}", self.id, spec.table);
        let push_down = &self.options[spec.table]["enable-watermark-push-down"];
        let push_down = push_down.as_str().unwrap_or("false");
        let options = [
            ("connector", "values"),
            ("data-id", &data_id),
            ("enable-watermark-push-down", push_down),
        ];
        registry::open_source(
            &without_metadata(spec),
            &Options::new(spec.table, options),
            environment,
        )
    }

    fn open_sinks(&self, requests: &[SinkRequest<'_>], _: &JobEnvironment) -> Result<Sinks, JobError> {
        Ok(Sinks {
            tables: requests.iter().map(sink::open).collect(),
            commit_point: None,
        })
    }
}
