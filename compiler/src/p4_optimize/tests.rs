//! Each rule: the plan before and after, as text.

use sql::types::build;

use super::{RULES, graph, optimize, trace};
use crate::p3_plan::plan::{LogicalPlan, NodeId};
use crate::p3_plan::text::plan_text;
use crate::sample::{Builder, and, column, cpu, equal, parsed, random, text, upper};

const KAFKA: &[(&str, &str)] = &[("connector", "kafka"), ("format", "json")];

fn plan(build: impl FnOnce(&mut Builder, NodeId)) -> LogicalPlan {
    let mut builder = Builder::default();
    let source = builder.source(cpu(KAFKA));
    build(&mut builder, source);
    builder.plan
}

/// The plan after one application of one rule; `None` when it changed nothing.
fn after(rule: &str, mut plan: LogicalPlan) -> Option<String> {
    let rule = RULES
        .iter()
        .find(|listed| listed.name == rule)
        .expect("the rule is listed");
    let changed = (rule.apply)(&mut plan);
    graph::normalise(&mut plan);
    changed.then(|| plan_text(&plan))
}

fn hostname() -> crate::expr::Expr {
    column(0, build::string())
}

fn core() -> crate::expr::Expr {
    column(1, build::string())
}

const SOURCE: &str = "Source(table=[cpu], fields=[hostname, core, usage, at, ts])";

#[test]
fn filters_merge_in_order() {
    let plan = plan(|b, source| {
        let lower = b.filter(source, equal(core(), text("cpu0")));
        let upper = b.filter(lower, equal(hostname(), text("a")));
        b.collect(upper);
    });
    let expected = format!(
        "Collect(fields=[hostname, core, usage, at, ts])\n\
         +- Filter(where=[((core = 'cpu0') AND (hostname = 'a'))])\n   +- {SOURCE}\n"
    );
    assert_eq!(after("merge_filters", plan), Some(expected));
}

#[test]
fn filters_go_below_projects_that_may_be_evaluated_less_often() {
    let plan_of = |other| {
        plan(|b, source| {
            let project = b.project(source, vec![("h", upper(hostname())), ("other", other)]);
            let filter = b.filter(project, equal(column(0, build::string()), text("A")));
            b.collect(filter);
        })
    };
    let expected = format!(
        "Collect(fields=[h, other])\n+- Project(select=[UPPER(hostname) AS h, core AS other])\n   \
         +- Filter(where=[(UPPER(hostname) = 'A')])\n      +- {SOURCE}\n"
    );
    assert_eq!(
        after("push_filter_below_project", plan_of(core())),
        Some(expected)
    );
    assert_eq!(after("push_filter_below_project", plan_of(random())), None);
}

#[test]
fn filters_go_into_the_branches_of_unions() {
    let plan = plan(|b, source| {
        let first = b.project(source, vec![("h", hostname())]);
        let second = b.project(source, vec![("h", core())]);
        let union = b.union(&[first, second]);
        let filter = b.filter(union, equal(column(0, build::string()), text("A")));
        b.collect(filter);
    });
    let expected = format!(
        "Collect(fields=[h])\n+- Union(fields=[h])\n   :- Filter(where=[(h = 'A')])\n   \
         :  +- Project(select=[hostname AS h])\n   :     +- {SOURCE}(reuse_id=[1])\n   \
         +- Filter(where=[(h = 'A')])\n      +- Project(select=[core AS h])\n         +- Reused(reference_id=[1])\n"
    );
    assert_eq!(after("push_filter_below_union", plan), Some(expected));
}

#[test]
fn projects_merge_unless_numbers_would_be_drawn_again() {
    let plan_of = |inner| {
        plan(|b, source| {
            let lower = b.project(source, vec![("a", inner), ("b", core())]);
            let ty = b.plan.nodes[lower.0].schema.columns[0].ty.clone();
            let upper = b.project(lower, vec![("x", column(0, ty.clone())), ("y", column(0, ty))]);
            b.collect(upper);
        })
    };
    let expected = format!(
        "Collect(fields=[x, y])\n+- Project(select=[UPPER(hostname) AS x, UPPER(hostname) AS y])\n   +- {SOURCE}\n"
    );
    assert_eq!(
        after("merge_projects", plan_of(upper(hostname()))),
        Some(expected)
    );
    assert_eq!(after("merge_projects", plan_of(random())), None);
}

#[test]
fn unread_columns_and_aggregates_go_but_the_watermark_stays() {
    let plan = plan(|b, source| {
        let filter = b.filter(source, equal(core(), text("cpu0")));
        let project = b.project(
            filter,
            vec![("h", hostname()), ("usage", column(2, build::double()))],
        );
        let group = b.group(project, &[0]);
        let count = b.project(group, vec![("n", column(1, build::not_null(build::bigint())))]);
        b.collect(count);
    });
    let expected = "Collect(fields=[n])\n+- Project(select=[n])\n   \
         +- GroupAgg(groupBy=[h], select=[h, COUNT(*) AS n])\n      +- Project(select=[hostname AS h])\n         \
         +- Filter(where=[(core = 'cpu0')])\n            +- Source(table=[cpu], fields=[hostname, core, ts])\n";
    assert_eq!(after("prune_columns", plan).as_deref(), Some(expected));
}

#[test]
fn inputs_of_a_union_keep_equal_columns() {
    let plan = plan(|b, source| {
        let filter = b.filter(source, equal(core(), text("cpu0")));
        let union = b.union(&[source, filter]);
        let project = b.project(union, vec![("h", hostname())]);
        b.collect(project);
    });
    let expected = "Collect(fields=[h])\n+- Project(select=[hostname AS h])\n   +- Union(fields=[hostname])\n      \
         :- Project(select=[hostname])\n      \
         :  +- Source(table=[cpu], fields=[hostname, core, ts])(reuse_id=[1])\n      \
         +- Project(select=[hostname])\n         +- Filter(where=[(core = 'cpu0')])\n            \
         +- Reused(reference_id=[1])\n";
    assert_eq!(after("prune_columns", plan).as_deref(), Some(expected));
}

#[test]
fn identity_projects_go_unless_they_name_printed_columns() {
    let plan_of = |name, printed| {
        plan(|b, source| {
            let narrow = b.project(source, vec![("h", hostname())]);
            let same = b.project(narrow, vec![(name, column(0, build::string()))]);
            if printed {
                b.collect(same)
            } else {
                b.sink(same, "sink", &[], KAFKA)
            };
        })
    };
    for (name, printed, goes) in [
        ("h", true, true),
        ("renamed", true, false),
        ("renamed", false, true),
    ] {
        let changed = after("remove_identity_projects", plan_of(name, printed)).is_some();
        assert_eq!(changed, goes, "{name} {printed}");
    }
}

#[test]
fn equal_subplans_are_shared_but_random_numbers_are_not() {
    let count = |expr: fn() -> crate::expr::Expr| {
        let mut b = Builder::default();
        for name in ["one", "two"] {
            let source = b.source(cpu(KAFKA));
            let project = b.project(source, vec![("x", expr())]);
            b.sink(project, name, &[], KAFKA);
        }
        optimize(b.plan).nodes.len()
    };
    assert_eq!(count(|| upper(hostname())), 4);
    assert_eq!(count(random), 5);
}

#[test]
fn all_rules_together() {
    let plan = plan(|b, source| {
        let all = (0..5).map(|n| (["a", "b", "c", "d", "e"][n], n));
        let types: Vec<_> = b.plan.nodes[source.0]
            .schema
            .columns
            .iter()
            .map(|c| c.ty.clone())
            .collect();
        let view = b.project(
            source,
            all.map(|(name, n)| (name, column(n, types[n].clone()))).collect(),
        );
        let filter = b.filter(view, equal(column(1, build::string()), text("cpu0")));
        let project = b.project(
            filter,
            vec![("h", column(0, build::string())), ("n", parsed(hostname()))],
        );
        let filter = b.filter(project, and(vec![equal(hostname(), text("a"))]));
        b.sink(filter, "sink", &[], KAFKA);
    });
    let expected = "Sink(table=[sink], fields=[h, n])\n\
         +- Project(select=[hostname AS h, CAST(hostname AS BIGINT) AS n])\n   \
         +- Filter(where=[((core = 'cpu0') AND (hostname = 'a'))])\n      \
         +- Source(table=[cpu], fields=[hostname, core, ts])\n";
    let steps = trace(plan.clone());
    assert_eq!(
        plan_text(&steps.last().expect("the input is a step").plan),
        expected
    );
    assert_eq!(steps[0].rule, "input");
    assert_eq!(plan_text(&optimize(plan)), expected);
}
