//! Pass 4: logical plan → logical plan that does less work and gives the same rows.
//!
//! One ordered list of rules, run over and over until none changes anything. After every rule the types of
//! all expressions are compared with the schemas they read: a rule that breaks them is a programmer's error.

mod check;
mod graph;
mod merge_filters;
mod merge_projects;
mod prune_columns;
mod push_filter_below_project;
mod push_filter_below_union;
mod remove_identity_projects;
mod share_subplans;

#[cfg(test)]
mod tests;

use crate::p3_plan::plan::LogicalPlan;

/// One rewriting of the plan. Answers whether it changed anything.
struct Rule {
    name: &'static str,
    apply: fn(&mut LogicalPlan) -> bool,
}

/// The rules in order, each with its reason.
const RULES: &[Rule] = &[
    // Several statements read the same tables and views: read and compute them once.
    Rule {
        name: "share_subplans",
        apply: share_subplans::apply,
    },
    // Two filters in a row are one test per row.
    Rule {
        name: "merge_filters",
        apply: merge_filters::apply,
    },
    // What is filtered out need not be computed.
    Rule {
        name: "push_filter_below_project",
        apply: push_filter_below_project::apply,
    },
    // Each branch of a union drops its own rows, next to what else it computes.
    Rule {
        name: "push_filter_below_union",
        apply: push_filter_below_union::apply,
    },
    // Intermediate columns of views and sub-queries need not be written as rows.
    Rule {
        name: "merge_projects",
        apply: merge_projects::apply,
    },
    // What nobody reads is neither decoded, nor moved, nor kept in state.
    Rule {
        name: "prune_columns",
        apply: prune_columns::apply,
    },
    // A project that changes nothing is a copy of every row.
    Rule {
        name: "remove_identity_projects",
        apply: remove_identity_projects::apply,
    },
];

/// Rules that undo each other would run for ever; a plan that needs more rounds than this has such a pair.
const ROUNDS_MAX: usize = 100;

/// The plan before the first rule and after every rule that changed it.
pub struct TraceStep {
    pub rule: &'static str,
    pub plan: LogicalPlan,
}

pub fn optimize(plan: LogicalPlan) -> LogicalPlan {
    run(plan, &mut |_, _| ())
}

/// As [`optimize`], with every intermediate plan.
pub fn trace(plan: LogicalPlan) -> Vec<TraceStep> {
    let mut steps = vec![TraceStep {
        rule: "input",
        plan: plan.clone(),
    }];
    run(plan, &mut |rule, plan| {
        steps.push(TraceStep {
            rule,
            plan: plan.clone(),
        })
    });
    steps
}

fn run(mut plan: LogicalPlan, after: &mut dyn FnMut(&'static str, &LogicalPlan)) -> LogicalPlan {
    check::check(&plan, "input");
    for _ in 0..ROUNDS_MAX {
        let mut changed = false;
        for rule in RULES {
            if (rule.apply)(&mut plan) {
                graph::normalise(&mut plan);
                check::check(&plan, rule.name);
                after(rule.name, &plan);
                changed = true;
            }
        }
        if !changed {
            return plan;
        }
    }
    unreachable!("the rules of p4_optimize do not come to an end")
}
