//! Changelog modes, exchanges, sink checks, names and identities of hand-built plans.

use indexmap::IndexMap;
use sql::types::build;

use super::physical_plan;
use super::plan::PhysicalPlan;
use super::text::plan_text;
use crate::base::{Diagnostic, ErrorSink};
use crate::catalog::function::Call;
use crate::catalog::table::OptionValue;
use crate::expr::Expr;
use crate::p3_plan::plan::{LogicalPlan, NodeId};
use crate::p4_optimize::optimize;
use crate::sample::{Builder, anywhere, call, column, cpu, equal, greater, literal, span, text, upper};

type Options = &'static [(&'static str, &'static str)];

const KAFKA: Options = &[("connector", "kafka"), ("format", "json")];
const DEBEZIUM: Options = &[("connector", "kafka"), ("format", "debezium-json")];
const UPSERT: Options = &[
    ("connector", "upsert-kafka"),
    ("key.format", "json"),
    ("value.format", "json"),
];
const JDBC: Options = &[("connector", "jdbc")];
const PRINT: Options = &[("connector", "print")];
const BLACKHOLE: Options = &[("connector", "blackhole")];

fn build(from: Options, query: impl FnOnce(&mut Builder, NodeId)) -> LogicalPlan {
    let mut builder = Builder::default();
    let source = builder.source(cpu(from));
    query(&mut builder, source);
    optimize(builder.plan)
}

fn physical(plan: &LogicalPlan) -> Result<PhysicalPlan, Vec<Diagnostic>> {
    let mut errors = ErrorSink::default();
    physical_plan(plan, &IndexMap::new(), &mut errors).ok_or_else(|| errors.into_diagnostics())
}

fn text_of(plan: &LogicalPlan) -> String {
    plan_text(&physical(plan).expect("the plan is sound"), true)
}

fn hostname() -> Expr {
    column(0, build::string())
}

/// hostname and usage, the columns that the aggregations of these tests look at.
fn measured(b: &mut Builder, source: NodeId) -> NodeId {
    b.project(
        source,
        vec![("hostname", hostname()), ("usage", column(2, build::double()))],
    )
}

/// SELECT hostname, COUNT(*), SUM(usage) … GROUP BY hostname, into a sink.
fn grouped(from: Options, key: &'static [usize], into: Options) -> LogicalPlan {
    build(from, |b, source| {
        let input = measured(b, source);
        let group = b.group(input, &[0]);
        b.sink(group, "cpu_agg", key, into);
    })
}

#[test]
fn an_upsert_sink_gets_no_rows_before_updates() {
    let expected = "\
cpu_agg_sink: Sink(table=[cpu_agg], fields=[hostname, n, s], changelogMode=[I,UA])
+- group_by_hostname: GroupAgg(groupBy=[hostname], select=[hostname, COUNT(*) AS n, SUM(usage) AS s], \
   changelogMode=[I,UA])
   +- exchange_by_hostname: Exchange(distribution=[hash[hostname]], changelogMode=[I])
      +- project_hostname_usage: Calc(select=[hostname, usage], changelogMode=[I])
         +- cpu_source: Source(table=[cpu], fields=[hostname, usage, ts], changelogMode=[I])
";
    assert_eq!(text_of(&grouped(KAFKA, &[0], UPSERT)), expected);
}

#[test]
fn modes_follow_from_inputs_and_sinks() {
    for (from, key, into, mode) in [
        (KAFKA, &[0][..], UPSERT, "[I,UA]"),
        (KAFKA, &[0], JDBC, "[I,UA]"),
        (KAFKA, &[0, 1], JDBC, "[I,UB,UA]"),
        (KAFKA, &[1], JDBC, "[I,UB,UA]"),
        (KAFKA, &[], BLACKHOLE, "[I,UA]"),
        (KAFKA, &[0], PRINT, "[I,UB,UA]"),
        (KAFKA, &[], PRINT, "[I,UB,UA]"),
        (KAFKA, &[], DEBEZIUM, "[I,UB,UA]"),
        (DEBEZIUM, &[0], UPSERT, "[I,UA,D]"),
        (DEBEZIUM, &[], PRINT, "[I,UB,UA,D]"),
    ] {
        let plan = physical(&grouped(from, key, into)).expect("the plan is sound");
        let group = plan
            .nodes
            .iter()
            .find(|node| node.name == "group_by_hostname")
            .expect("it groups");
        assert_eq!(group.changelog.to_string(), mode, "{from:?} {into:?}");
    }
}

#[test]
fn rows_before_updates_are_dropped_behind_a_source_unless_a_filter_needs_them() {
    let copied = |with_filter: bool| {
        let mut b = Builder::default();
        let mut table = cpu(DEBEZIUM);
        table.primary_key = vec![0];
        let mut node = b.source(table);
        if with_filter {
            let limit = literal(sql::Value::Double(80.0), build::not_null(build::double()));
            node = b.filter(node, greater(column(2, build::double()), limit));
        }
        let node = measured(&mut b, node);
        b.sink(node, "cpu_agg", &[0], JDBC);
        text_of(&optimize(b.plan))
    };
    assert!(
        copied(false).contains("DropUpdateBefore(fields=[hostname, usage, ts], changelogMode=[I,UA,D]"),
        "{}",
        copied(false)
    );
    assert!(
        copied(true).contains("where=[(usage > 80.0:DOUBLE)], changelogMode=[I,UB,UA,D]"),
        "{}",
        copied(true)
    );
}

#[test]
fn windows_insert_only_and_share_exchanges() {
    let plan = build(KAFKA, |b, source| {
        for (name, keys) in [("per_host", &[0][..]), ("again", &[0]), ("all", &[])] {
            let window = b.tumble(source, 4, keys);
            b.sink(window, name, &[], KAFKA);
        }
    });
    let text = text_of(&plan);
    assert_eq!(
        text.matches("Exchange(distribution=[hash[hostname]]").count(),
        1,
        "{text}"
    );
    assert_eq!(
        text.matches("Exchange(distribution=[single]").count(),
        1,
        "{text}"
    );
    assert!(!text.contains("UA"), "{text}");
}

fn only_problem(plan: &LogicalPlan) -> Diagnostic {
    let mut problems = physical(plan).expect_err("the sink cannot take it");
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn updates_into_an_append_only_sink_name_the_operator_and_the_way_out() {
    let problem = only_problem(&grouped(KAFKA, &[], KAFKA));
    assert_eq!((problem.code, problem.span), ("E5001", span("SELECT * FROM cpu")));
    let expected =
        "table 'cpu_agg' takes insertions only, but group_agg 'group_by_hostname' updates rows [I,UA]";
    assert_eq!(problem.message, expected);
    assert!(problem.help.is_some_and(|help| help.contains("upsert-kafka")));
    let problem = only_problem(&grouped(KAFKA, &[], JDBC));
    assert!(problem.help.is_some_and(|help| help.contains("PRIMARY KEY")));
}

#[test]
fn a_sink_of_latest_rows_must_have_a_key() {
    assert_eq!(only_problem(&grouped(KAFKA, &[], UPSERT)).code, "E5002");
}

/// The materializer of a plan: what stands in its line behind its name.
fn materializer(plan: &LogicalPlan, setting: &str) -> Option<String> {
    let set = |value: &str| OptionValue {
        value: value.to_owned(),
        key_span: anywhere(),
        value_span: anywhere(),
    };
    let config = [("table.exec.sink.upsert-materialize".to_owned(), set(setting))].into();
    let plan = physical_plan(plan, &config, &mut ErrorSink::default()).expect("the plan is sound");
    let text = plan_text(&plan, true);
    let line = text
        .lines()
        .find(|line| line.contains("SinkUpsertMaterializer"))?;
    Some(line[line.find('(')?..].to_owned())
}

#[test]
fn materializers_stand_where_the_key_of_the_sink_is_another() {
    let by_n = "(primaryKey=[n], upsertKey=[hostname], changelogMode=[I,UA,D])";
    let by_hostname = "(primaryKey=[hostname], upsertKey=[hostname], changelogMode=[I,UA])";
    for (from, key, into, setting, expected) in [
        (KAFKA, &[1][..], UPSERT, "AUTO", Some(by_n)),
        (KAFKA, &[1], JDBC, "auto", Some(by_n)),
        (KAFKA, &[1], PRINT, "AUTO", Some(by_n)),
        (KAFKA, &[1], BLACKHOLE, "AUTO", Some(by_n)),
        (KAFKA, &[1], DEBEZIUM, "FORCE", None),
        (KAFKA, &[1], UPSERT, "NONE", None),
        (KAFKA, &[0], UPSERT, "AUTO", None),
        (KAFKA, &[0, 1], UPSERT, "AUTO", None),
        (KAFKA, &[0], UPSERT, "FORCE", Some(by_hostname)),
        (KAFKA, &[], PRINT, "FORCE", None),
    ] {
        let found = materializer(&grouped(from, key, into), setting);
        assert_eq!(found.as_deref(), expected, "{key:?} {into:?} {setting}");
    }
}

#[test]
fn rows_without_upsert_key_are_materialized_as_a_whole() {
    let plan = build(KAFKA, |b, source| {
        let input = measured(b, source);
        let (left, right) = (b.group(input, &[0]), b.group(input, &[0]));
        let both = b.union(&[left, right]);
        b.sink(both, "cpu_agg", &[0], JDBC);
    });
    let expected = "(primaryKey=[hostname], upsertKey=[], changelogMode=[I,UA,D])";
    assert_eq!(materializer(&plan, "AUTO").as_deref(), Some(expected));
    let inserts = build(KAFKA, |b, source| {
        let input = measured(b, source);
        b.sink(input, "latest", &[0], JDBC);
    });
    for setting in ["AUTO", "FORCE"] {
        let found = materializer(&inserts, setting);
        assert_eq!(found, None, "insertions are written as they are");
    }
}

#[test]
fn casts_that_keep_values_apart_keep_the_key() {
    let sunk = |ty: sql::DataType, path: &'static str| {
        build(KAFKA, |b, source| {
            let input = b.project(
                source,
                vec![
                    ("at", column(3, build::bigint())),
                    ("usage", column(2, build::double())),
                ],
            );
            let group = b.group(input, &[0]);
            let cast = call(Call::strict("CAST", path), vec![column(0, build::bigint())], ty);
            let count = column(1, build::not_null(build::bigint()));
            let shown = b.project(group, vec![("at", cast), ("n", count)]);
            b.sink(shown, "counts", &[0], JDBC);
        })
    };
    assert_eq!(
        materializer(&sunk(build::bigint(), "number::to_i64"), "AUTO"),
        None
    );
    for (ty, path) in [
        (build::string(), "cast::to_text::integer"),
        (build::double(), "number::to_f64"),
        (build::int(), "number::to_i32"),
    ] {
        assert!(materializer(&sunk(ty.clone(), path), "AUTO").is_some(), "{ty}");
    }
}

#[test]
fn upsert_sources_need_a_key() {
    let plan = build(UPSERT, |b, source| {
        b.sink(source, "copy", &[], PRINT);
    });
    assert_eq!(only_problem(&plan).code, "E5004");
}

/// A query over upserts by hostname, into a table by hostname: its plan.
fn over_upserts(into: Options, query: impl FnOnce(&mut Builder, NodeId) -> NodeId) -> String {
    let mut b = Builder::default();
    let mut table = cpu(UPSERT);
    table.primary_key = vec![0];
    let source = b.source(table);
    let rows = query(&mut b, source);
    b.sink(rows, "cpu_agg", &[0], into);
    text_of(&optimize(b.plan))
}

#[test]
fn upserts_are_normalized_where_somebody_needs_the_row_before() {
    let rows_before = "ChangelogNormalize(key=[hostname], changelogMode=[I,UB,UA,D])";
    let none = "ChangelogNormalize";
    let host = |b: &mut Builder, source| b.filter(source, equal(hostname(), text("a")));
    let usage = |b: &mut Builder, source| {
        let limit = literal(sql::Value::Double(80.0), build::not_null(build::double()));
        b.filter(source, greater(column(2, build::double()), limit))
    };
    assert!(!over_upserts(JDBC, measured).contains(none), "upserts go through");
    assert!(
        !over_upserts(UPSERT, host).contains(none),
        "a key does not change"
    );
    assert!(over_upserts(PRINT, measured).contains(rows_before));
    // A condition goes below, so what fails it is a deletion and nobody needs -U.
    let filtered = over_upserts(JDBC, usage);
    assert!(
        filtered.contains("ChangelogNormalize(key=[hostname], changelogMode=[I,UA,D])"),
        "{filtered}"
    );
    assert!(filtered.contains("deleteUnless=[(usage"), "{filtered}");
    assert!(!filtered.contains("where="), "{filtered}");
    let twice = over_upserts(PRINT, |b, source| {
        let high = usage(b, source);
        let (high, all) = (measured(b, high), measured(b, source));
        b.union(&[high, all])
    });
    let count = |what: &str| twice.matches(what).count();
    assert_eq!(
        (
            count("deleteUnless"),
            count("ChangelogNormalize("),
            count("Source(")
        ),
        (1, 2, 1),
        "the condition is its reader's own: {twice}"
    );
    let counted = over_upserts(JDBC, |b, source| {
        let input = measured(b, source);
        b.group(input, &[1])
    });
    assert!(counted.contains(rows_before), "{counted}");
    assert!(
        counted.contains("Source(table=[cpu], fields=[hostname, usage"),
        "{counted}"
    );
}

#[test]
fn insertions_into_an_upsert_sink_meet_by_key() {
    let plan = build(KAFKA, |b, source| {
        let input = measured(b, source);
        b.sink(input, "latest", &[0], UPSERT);
    });
    assert!(text_of(&plan).contains("Exchange(distribution=[hash[hostname]]"));
}

/// The uid and the fingerprint of the aggregation by hostname.
fn identity(plan: &LogicalPlan) -> (String, String) {
    let plan = physical(plan).expect("the plan is sound");
    let group = plan
        .nodes
        .into_iter()
        .find(|node| node.name.starts_with("group_by_hostname"));
    let group = group.expect("it groups");
    (group.uid, group.state_fingerprint.expect("it has state"))
}

#[test]
fn identities_survive_edits_elsewhere_and_follow_edits_here() {
    let original = grouped(KAFKA, &[0], UPSERT);
    let with_neighbours = build(KAFKA, |b, source| {
        let other = b.project(
            source,
            vec![
                ("at", column(3, build::bigint())),
                ("core", upper(column(1, build::string()))),
            ],
        );
        b.sink(other, "log", &[], KAFKA);
        let input = measured(b, source);
        let group = b.group(input, &[0]);
        b.sink(group, "cpu_agg", &[0], UPSERT);
    });
    let other_options = grouped(
        &[("connector", "kafka"), ("format", "json"), ("topic", "x")],
        &[],
        PRINT,
    );
    let filtered = build(KAFKA, |b, source| {
        let rows = b.filter(source, equal(hostname(), text("a")));
        let input = measured(b, rows);
        let group = b.group(input, &[0]);
        b.sink(group, "cpu_agg", &[0], UPSERT);
    });
    assert_eq!(identity(&original), identity(&with_neighbours));
    assert_eq!(identity(&original), identity(&other_options));
    assert_ne!(identity(&original).0, identity(&filtered).0);
    assert_ne!(
        identity(&original).1,
        identity(&grouped(DEBEZIUM, &[0], UPSERT)).1,
        "retraction changes the state"
    );
}

/// uids of what has state, of a count by hostname over the upserts that pass, after other readers of that table.
fn uids_over_upserts(others: &[Option<f64>]) -> Vec<String> {
    let mut b = Builder::default();
    let mut table = cpu(UPSERT);
    table.primary_key = vec![0];
    let source = b.source(table);
    let above = |b: &mut Builder, limit: f64| {
        let limit = literal(sql::Value::Double(limit), build::not_null(build::double()));
        b.filter(source, greater(column(2, build::double()), limit))
    };
    for limit in others {
        let rows = limit.map_or(source, |limit| above(&mut b, limit));
        let input = measured(&mut b, rows);
        b.sink(input, "log", &[], PRINT);
    }
    let rows = above(&mut b, 80.0);
    let input = measured(&mut b, rows);
    let group = b.group(input, &[0]);
    b.sink(group, "cpu_agg", &[0], UPSERT);
    let plan = physical(&optimize(b.plan)).expect("the plan is sound");
    let stateful = plan.nodes.into_iter().filter(|node| {
        !matches!(node.op, super::plan::PhysicalOp::Source(_)) && node.state_fingerprint.is_some()
    });
    stateful.map(|node| node.uid).collect()
}

#[test]
fn state_over_upserts_survives_other_readers_of_their_table() {
    let alone = uids_over_upserts(&[]);
    assert_eq!(alone.len(), 2, "a changelog and a count");
    for (others, count) in [
        (&[Some(90.0)][..], 3),
        (&[None], 3),
        (&[Some(80.0)], 2),
        (&[None, Some(90.0)], 4),
    ] {
        let uids = uids_over_upserts(others);
        assert_eq!(
            uids.len(),
            count,
            "equal conditions share a changelog: {others:?}"
        );
        assert!(alone.iter().all(|uid| uids.contains(uid)), "{others:?}");
    }
}

#[test]
fn names_and_uids_are_unique() {
    let plan = build(KAFKA, |b, source| {
        for n in 0..3 {
            let limit = literal(sql::Value::Double(f64::from(n)), build::not_null(build::double()));
            let rows = b.filter(source, greater(column(2, build::double()), limit));
            b.sink(rows, "log", &[], KAFKA);
        }
        b.sink(source, "log", &[], KAFKA);
        b.sink(source, "log", &[], KAFKA);
    });
    let plan = physical(&plan).expect("the plan is sound");
    let distinct = |part: &dyn Fn(usize) -> String| {
        (0..plan.nodes.len())
            .map(part)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    assert_eq!(distinct(&|n| plan.nodes[n].name.clone()), plan.nodes.len());
    assert_eq!(distinct(&|n| plan.nodes[n].uid.clone()), plan.nodes.len());
    assert!(plan.nodes.iter().any(|node| node.name == "filter_usage_3"));
}
