//! In: changelogs; out: the changelogs that Flink's aggregate emits for them.

use proptest::prelude::*;

use crate::job::{AggregateFunction, AggregateSpec, Column, GroupAggSpec, Node, OperatorSpec};
use crate::operator::Partitioner;
use crate::operator::test_rows::{Bench, batch, columns};
use crate::state::KeyGroupRange;

use AggregateFunction::{Avg, Count, CountRows, Max, Min, Sum};

fn aggregate(function: AggregateFunction, argument: Option<usize>) -> AggregateSpec {
    AggregateSpec {
        function,
        argument,
        distinct: false,
        filter: None,
        ty: sql::DataType::nullable(sql::TypeKind::BigInt),
    }
}

fn distinct(function: AggregateFunction, argument: usize) -> AggregateSpec {
    AggregateSpec {
        distinct: true,
        ..aggregate(function, Some(argument))
    }
}

fn node(keys: &[usize], aggregates: Vec<AggregateSpec>, retracts: bool, output: &[Column]) -> Node {
    let typed = aggregates
        .into_iter()
        .zip(&output[keys.len()..])
        .map(|(spec, column)| AggregateSpec {
            ty: column.ty.clone(),
            ..spec
        });
    Node {
        name: "group_agg",
        uid: "group_agg",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: output.to_vec(),
        operator: OperatorSpec::GroupAgg(GroupAggSpec {
            keys: keys.to_vec(),
            aggregates: typed.collect(),
            input_retracts: retracts,
            emit_update_before: true,
        }),
    }
}

fn bench(
    input: &'static str,
    keys: &[usize],
    aggregates: Vec<AggregateSpec>,
    retracts: bool,
    output: &'static str,
) -> (Bench, Node) {
    let node = node(keys, aggregates, retracts, &columns(output));
    (Bench::new(&node, &columns(input)), node)
}

#[test]
fn insertions_update_their_key() {
    let aggregates = vec![
        aggregate(CountRows, None),
        aggregate(Count, Some(1)),
        aggregate(Sum, Some(1)),
        aggregate(Avg, Some(1)),
        aggregate(Min, Some(1)),
        aggregate(Max, Some(1)),
    ];
    let output = "k STRING, n BIGINT, c BIGINT, s INT, a INT, lo INT, hi INT";
    let (mut bench, _) = bench("k STRING, v INT", &[0], aggregates, false, output);
    let rows = bench.rows("+I[a, 1]\n+I[b, NULL]\n+I[a, 4]\n+I[NULL, 2147483647]\n+I[NULL, 2]");
    let expected = [
        "+I[a, 1, 1, 1, 1, 1, 1]",
        "+I[b, 1, 0, NULL, NULL, NULL, NULL]",
        "-U[a, 1, 1, 1, 1, 1, 1]",
        "+U[a, 2, 2, 5, 2, 1, 4]",
        "+I[NULL, 1, 1, 2147483647, 2147483647, 2147483647, 2147483647]",
        "-U[NULL, 1, 1, 2147483647, 2147483647, 2147483647, 2147483647]",
        "+U[NULL, 2, 2, -2147483647, 1073741824, 2, 2147483647]",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn the_same_result_is_not_emitted_again() {
    let (mut bench, _) = bench("v INT", &[], vec![aggregate(Max, Some(0))], false, "hi INT");
    assert_eq!(bench.rows("+I[5]\n+I[3]\n+I[5]"), ["+I[5]"]);
    assert_eq!(bench.rows("+I[7]"), ["-U[5]", "+U[7]"]);
}

#[test]
fn without_update_before_only_the_new_row_is_emitted() {
    let mut node = node(
        &[0],
        vec![aggregate(CountRows, None)],
        false,
        &columns("k INT, n BIGINT"),
    );
    let OperatorSpec::GroupAgg(spec) = &mut node.operator else {
        panic!("a group aggregate");
    };
    spec.emit_update_before = false;
    let mut bench = Bench::new(&node, &columns("k INT"));
    assert_eq!(bench.rows("+I[1]\n+I[1]"), ["+I[1, 1]", "+U[1, 2]"]);
}

#[test]
fn retractions_take_back() {
    let aggregates = vec![
        aggregate(Sum, Some(1)),
        aggregate(Min, Some(1)),
        aggregate(Max, Some(2)),
    ];
    let output = "k STRING, s INT, lo INT, hi STRING";
    let (mut bench, node) = bench("k STRING, v INT, t STRING", &[0], aggregates, true, output);
    assert_eq!(bench.rows("-D[x, 1, a]"), [""; 0], "unknown keys are ignored");
    let rows = bench.rows("+I[a, 1, long enough for words]\n+I[a, 2, zoo]\n+I[a, 1, b]\n-U[a, 1, b]");
    let expected = [
        "+I[a, 1, 1, long enough for words]",
        "-U[a, 1, 1, long enough for words]",
        "+U[a, 3, 1, zoo]",
        "-U[a, 3, 1, zoo]",
        "+U[a, 4, 1, zoo]",
        "-U[a, 4, 1, zoo]",
        "+U[a, 3, 1, zoo]",
    ];
    assert_eq!(rows, expected);
    bench.restart(&node);
    let rows = bench.rows("-D[a, 2, zoo]\n-D[a, 1, long enough for words]\n+I[a, NULL, NULL]");
    let expected = [
        "-U[a, 3, 1, zoo]",
        "+U[a, 1, 1, long enough for words]",
        "-D[a, 1, 1, long enough for words]",
        "+I[a, NULL, NULL, NULL]",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn distinct_and_filter() {
    let filtered = AggregateSpec {
        filter: Some(1),
        ..aggregate(CountRows, None)
    };
    let filtered_distinct = AggregateSpec {
        filter: Some(1),
        ..distinct(Sum, 0)
    };
    let aggregates = vec![distinct(Count, 0), distinct(Sum, 0), filtered, filtered_distinct];
    let output = "c BIGINT, s INT, n BIGINT, f INT";
    let (mut bench, node) = bench("v INT, f BOOLEAN", &[], aggregates, true, output);
    let rows = bench.rows("+I[3, true]\n+I[3, NULL]\n+I[4, false]\n+I[NULL, true]");
    let expected = [
        "+I[1, 3, 1, 3]",
        "-U[1, 3, 1, 3]",
        "+U[2, 7, 1, 3]",
        "-U[2, 7, 1, 3]",
        "+U[2, 7, 2, 3]",
    ];
    assert_eq!(rows, expected);
    bench.restart(&node);
    assert_eq!(bench.rows("-D[3, NULL]"), [""; 0]);
    assert_eq!(bench.rows("-D[3, true]"), ["-U[2, 7, 2, 3]", "+U[1, 4, 1, NULL]"]);
}

#[test]
fn select_distinct_has_no_aggregates() {
    let (mut append, _) = bench("a INT, b STRING", &[1, 0], vec![], false, "b STRING, a INT");
    assert_eq!(
        append.rows("+I[1, x]\n+I[1, x]\n+I[2, x]"),
        ["+I[x, 1]", "+I[x, 2]"]
    );
    let (mut retracting, _) = bench("a INT", &[0], vec![], true, "a INT");
    assert_eq!(
        retracting.rows("+I[1]\n+I[1]\n-D[1]\n-D[1]\n-D[1]"),
        ["+I[1]", "-D[1]"]
    );
}

#[test]
fn decimals_and_doubles() {
    let aggregates = vec![
        aggregate(Sum, Some(0)),
        aggregate(Avg, Some(0)),
        aggregate(Max, Some(0)),
        aggregate(Avg, Some(1)),
        aggregate(Sum, Some(1)),
    ];
    let output = "s WIDE, a AVERAGE, m DECIMAL, d DOUBLE, e DOUBLE";
    let (mut bench, _) = bench("v DECIMAL, d DOUBLE", &[], aggregates, false, output);
    bench.rows("+I[1.25, 1.5]\n+I[-0.50, NULL]");
    let rows = bench.rows("+I[0.10, 2.0]");
    assert_eq!(rows[1], "+U[0.85, 0.283333, 1.25, 1.75, 3.5]");
}

/// Rows of a batch by the thread that owns them, through an operator per thread.
fn through(threads: &mut [Bench], keys: &[usize], text: &str) -> Vec<String> {
    let input = threads[0].input.clone();
    let mut partitioner = Partitioner::new(keys, &input, threads.len());
    let mut answer = Vec::new();
    partitioner.split(&batch(&input, text), |thread, part| {
        let bench = &mut threads[thread];
        let done = bench.operator.on_batch(&part, &mut bench.cx);
        done.expect("the rows are right");
        answer.extend(bench.answer());
    });
    answer.sort();
    answer
}

#[test]
fn state_follows_its_key_group_to_another_parallelism() {
    for keys in [vec![0], vec![1, 0], vec![]] {
        let output = match keys.len() {
            0 => "n BIGINT",
            1 => "k STRING, n BIGINT",
            _ => "v INT, k STRING, n BIGINT",
        };
        let instance = || bench("k STRING, v INT", &keys, vec![distinct(Count, 1)], true, output);
        let (_, node) = instance();
        let mut threads: Vec<Bench> = (0..2).map(|_| instance().0).collect();
        let row = |n: usize| format!("+I[key {}, {}]", n % 50, n % 7);
        let rows: Vec<String> = (0..200).map(row).collect();
        let changes = through(&mut threads, &keys, &rows.join("\n"));
        let mut next: Vec<Bench> = (0..3).map(|_| instance().0).collect();
        for (thread, bench) in next.iter_mut().enumerate() {
            let own = KeyGroupRange::of_thread(thread, 3);
            for (epoch, from) in threads.iter_mut().enumerate() {
                from.copy_state(epoch as u64 + 10 * thread as u64 + 1, bench, own);
            }
            bench.operator.on_restored().expect("the state is right");
        }
        let undo: Vec<String> = rows.iter().map(|row| row.replace("+I", "-D")).collect();
        let undone = through(&mut next, &keys, &undo.join("\n"));
        let plus = |rows: &[String]| rows.iter().filter(|row| row.starts_with('+')).count();
        assert_eq!(
            plus(&changes),
            undone.len() - plus(&undone),
            "{keys:?}: what came goes"
        );
        for bench in &mut next {
            assert!(
                bench.operator.state().iter().all(|table| table.is_empty()),
                "{}",
                node.name
            );
        }
    }
}

proptest! {
    /// Whatever comes and goes: what is left has the result it would have had alone.
    #[test]
    fn retraction_undoes_insertion(
        kept in prop::collection::vec((0..3i32, -5..5i32, "[a-c]{0,12}"), 1..12),
        gone in prop::collection::vec((0..3i32, -5..5i32, "[a-c]{0,12}"), 0..12),
        order in any::<u64>(),
    ) {
        let aggregates = || vec![
            aggregate(CountRows, None), aggregate(Sum, Some(1)), aggregate(Avg, Some(1)),
            aggregate(Min, Some(1)), aggregate(Max, Some(2)), aggregate(Min, Some(2)),
            distinct(Count, 2), distinct(Sum, 1),
        ];
        let output = "k INT, n BIGINT, s INT, a INT, lo INT, hi STRING, least STRING, c BIGINT, d INT";
        let input = "k INT, v INT, t STRING";
        let text = |kind: &str, row: &(i32, i32, String)| format!("{kind}[{}, {}, {}]", row.0, row.1, row.2);
        let mut changes: Vec<String> = kept.iter().map(|row| text("+I", row)).collect();
        for (i, row) in gone.iter().enumerate() {
            let at = (order as usize).wrapping_mul(i + 7) % (changes.len() + 1);
            changes.insert(at, text("+I", row));
            changes.push(text("-D", row));
        }
        let mut table = std::collections::BTreeSet::new();
        let (mut mixed, _) = bench(input, &[0], aggregates(), true, output);
        for row in mixed.rows(&changes.join("\n")) {
            let (kind, content) = row.split_at(2);
            if kind.starts_with('+') {
                prop_assert!(table.insert(content.to_owned()), "{} twice", row);
            } else {
                prop_assert!(table.remove(content), "{} was not there", row);
            }
        }
        let (mut alone, _) = bench(input, &[0], aggregates(), false, output);
        let mut expected = std::collections::BTreeMap::new();
        for row in &kept {
            for result in alone.rows(&text("+I", row)) {
                if result.starts_with('+') {
                    expected.insert(row.0, result[2..].to_owned());
                }
            }
        }
        prop_assert_eq!(table, expected.into_values().collect());
    }
}
