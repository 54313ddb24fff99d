//! One name per operator, the same in plan, code generation, runtime, corpus and documentation.

use super::Finding;
use super::sources::Tree;

/// Operators that exist, and the files that must carry the name.
const OPERATORS: [&str; 11] = [
    "calc",
    "changelog_normalize",
    "exchange",
    "group_agg",
    "sink",
    "sink_upsert_materializer",
    "source",
    "union",
    "values",
    "window_agg",
    "window_assign",
];

/// Files that are not there because the work is done elsewhere.
const ELSEWHERE: [(&str, &str); 3] = [
    // Nothing is said about a union but its inputs.
    ("union", "compiler/src/p6_codegen/emit/"),
    // Tables are read and written by connectors, driven by the dataflow.
    ("source", "runtime/src/operator/"),
    ("sink", "runtime/src/operator/"),
];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for name in OPERATORS {
        for path in [
            format!("compiler/src/p5_physical/node/{name}.rs"),
            format!("compiler/src/p6_codegen/emit/{name}.rs"),
            format!("runtime/src/operator/{name}.rs"),
            format!("golden/cases/{name}"),
            format!("docs/operators/{name}.md"),
        ] {
            let is_elsewhere = ELSEWHERE
                .iter()
                .any(|(own, below)| *own == name && path.starts_with(below));
            if !is_elsewhere && !tree.root.join(&path).exists() {
                let message = format!("operator {name} has no {path}");
                findings.push(Finding {
                    file: path,
                    line: 1,
                    message,
                });
            }
        }
    }
}
