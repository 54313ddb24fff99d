//! Names of operators from what the query says: `tumble_30s_by_hostname_cpu`, `filter_usage`, `cpu_sink`.

use std::collections::BTreeSet;

use super::plan::PhysicalPlan;

const LENGTH_MAX: usize = 60;
/// What the generated code appends for the functions of an operator; no operator may be called so itself.
const SUFFIXES: [&str; 4] = ["", "_kernel", "_compute", "_watermark"];

/// Names every node, uniquely in the job.
pub(super) fn assign(plan: &mut PhysicalPlan) {
    let mut taken: BTreeSet<String> = ["job".to_owned()].into();
    for index in 0..plan.nodes.len() {
        let (operator, output) = (plan.nodes[index].op.operator(), &plan.nodes[index].schema);
        let base = operator.base_name(&plan.input_schema(index), output);
        let name = unique(identifier(&base), &taken);
        taken.extend(SUFFIXES.map(|suffix| format!("{name}{suffix}")));
        plan.nodes[index].name = name;
    }
}

fn unique(base: String, taken: &BTreeSet<String>) -> String {
    let is_free = |name: &String| {
        SUFFIXES
            .iter()
            .all(|suffix| !taken.contains(&format!("{name}{suffix}")))
    };
    if is_free(&base) {
        return base;
    }
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    numbered.into_iter().find(is_free).expect("numbers do not end")
}

/// Lower case letters, digits and single underscores, beginning with a letter.
fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().take(LENGTH_MAX) {
        let c = if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        };
        if c != '_' || !name.ends_with('_') {
            name.push(c);
        }
    }
    let name = name.trim_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name
    } else {
        format!("t_{name}")
    }
}
