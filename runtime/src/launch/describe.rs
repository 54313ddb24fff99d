//! The operators of a job as JSON, for tools that start it.
//!
//! In: the job. Out: name, uid, kind, inputs and columns of every operator. Invariant: nothing of a
//! deployment is needed.

use serde_json::{Value, json};

use crate::error::JobError;
use crate::job::{Job, Node, OperatorSpec};

pub(super) fn describe(job: &Job) -> Result<String, JobError> {
    let operators: Vec<Value> = job.nodes.iter().map(|node| operator(job, node)).collect();
    let description = json!({
        "name": job.name,
        "runtime_build_id": crate::BUILD_ID,
        "operators": operators,
    });
    Ok(serde_json::to_string_pretty(&description).expect("a description is plain data"))
}

fn operator(job: &Job, node: &Node) -> Value {
    let (kind, table) = match &node.operator {
        OperatorSpec::Source(spec) => ("source", Some(spec.table)),
        OperatorSpec::Sink(spec) => ("sink", spec.table),
        OperatorSpec::Values(_) => ("values", None),
        OperatorSpec::Calc(_) => ("calc", None),
        OperatorSpec::ChangelogNormalize(_) => ("changelog-normalize", None),
        OperatorSpec::Union => ("union", None),
        OperatorSpec::Exchange { .. } => ("exchange", None),
        OperatorSpec::WindowAssign(_) => ("window-assign", None),
        OperatorSpec::GroupAgg(_) => ("group-aggregate", None),
        OperatorSpec::WindowAgg(_) => ("window-aggregate", None),
        OperatorSpec::SinkUpsertMaterializer(_) => ("sink-upsert-materializer", None),
    };
    let inputs: Vec<&str> = node.inputs.iter().map(|input| job.nodes[input.0].uid).collect();
    let columns = node.columns.iter();
    let columns: Vec<Value> = columns
        .map(|column| json!({ "name": column.name, "type": column.ty.to_string() }))
        .collect();
    json!({
        "name": node.name,
        "uid": node.uid,
        "state_fingerprint": node.state_fingerprint,
        "kind": kind,
        "table": table,
        "inputs": inputs,
        "columns": columns,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{NodeId, SinkSpec, ValuesSpec};

    #[test]
    fn every_operator_is_described() {
        let node = |name, inputs, operator| Node {
            name,
            uid: name,
            state_fingerprint: None,
            inputs,
            columns: vec![],
            operator,
        };
        let sink = SinkSpec {
            table: Some("t"),
            write: vec![],
            primary_key: vec![],
            input_updates: false,
        };
        let job = Job {
            name: "j",
            nodes: vec![
                node("rows", vec![], OperatorSpec::Values(ValuesSpec { rows: vec![] })),
                node("t_sink", vec![NodeId(0)], OperatorSpec::Sink(sink)),
            ],
        };
        let text = describe(&job).expect("it is described");
        let description: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(description["operators"][1]["inputs"], json!(["rows"]));
        assert_eq!(description["operators"][1]["table"], "t");
        assert_eq!(description["operators"][0]["kind"], "values");
    }
}
