//! One name per operator, the same in plan, code generation, runtime, corpus and documentation.

use super::Finding;
use super::sources::Tree;

/// Operators that exist, and the files that must carry the name.
const OPERATORS: [&str; 4] = ["calc", "group_agg", "window_agg", "window_assign"];

pub(super) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for name in OPERATORS {
        for path in [
            format!("compiler/src/p5_physical/node/{name}.rs"),
            format!("compiler/src/p6_codegen/emit/{name}.rs"),
            format!("runtime/src/operator/{name}.rs"),
            format!("golden/cases/{name}"),
            format!("docs/operators/{name}.md"),
        ] {
            if !tree.root.join(&path).exists() {
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
