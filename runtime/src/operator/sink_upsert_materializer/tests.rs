//! In: changelogs of queries; out: what Flink's materializer hands to a sink for them.

use proptest::prelude::*;

use crate::job::{Node, OperatorSpec, SinkUpsertMaterializerSpec};
use crate::operator::test_rows::{Bench, columns};
use crate::state::KeyGroupRange;

const COLUMNS: &str = "id INT, name STRING, n BIGINT";

fn node(key: &[usize], upsert_key: &[usize]) -> Node {
    Node {
        name: "materialize",
        uid: "materialize",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: columns(COLUMNS),
        operator: OperatorSpec::SinkUpsertMaterializer(SinkUpsertMaterializerSpec {
            key: key.to_vec(),
            upsert_key: upsert_key.to_vec(),
        }),
    }
}

fn bench(key: &[usize], upsert_key: &[usize]) -> Bench {
    Bench::new(&node(key, upsert_key), &columns(COLUMNS))
}

#[test]
fn the_last_of_a_list_is_seen() {
    let mut bench = bench(&[1], &[]);
    let rows = bench.rows("+I[1, a, 1]\n+I[2, a, 2]\n+I[3, a, 3]\n+I[9, NULL, 9]");
    assert_eq!(
        rows,
        ["+I[1, a, 1]", "+U[2, a, 2]", "+U[3, a, 3]", "+I[9, NULL, 9]"]
    );
    assert_eq!(bench.rows("-U[2, a, 2]"), [""; 0], "it was not seen");
    assert_eq!(
        bench.rows("-D[3, a, 3]"),
        ["+U[1, a, 1]"],
        "the one before it is seen again"
    );
    assert_eq!(bench.rows("-D[3, a, 3]"), [""; 0], "it has gone already");
    assert_eq!(
        bench.rows("-U[1, a, 1]\n+U[1, a, 4]"),
        ["-D[1, a, 1]", "+I[1, a, 4]"]
    );
    assert_eq!(bench.rows("-D[1, b, 1]\n-D[9, NULL, 9]"), ["-D[9, NULL, 9]"]);
}

#[test]
fn equal_rows_are_taken_back_one_by_one() {
    let mut bench = bench(&[0], &[]);
    bench.rows("+I[1, long enough for words, 1]\n+I[1, b, 1]\n+I[1, long enough for words, 1]");
    let rows = bench.rows("-D[1, long enough for words, 1]");
    assert_eq!(rows, [""; 0], "the first of the equal rows goes, the last stays");
    let rows = bench.rows("-D[1, b, 1]\n-D[1, long enough for words, 1]");
    assert_eq!(rows, ["-D[1, long enough for words, 1]"]);
}

#[test]
fn with_an_upsert_key_a_row_takes_the_place_of_its_predecessor() {
    let mut bench = bench(&[1], &[0]);
    let rows = bench.rows("+I[1, a, 1]\n+I[2, a, 2]\n+U[1, a, 10]");
    assert_eq!(rows, ["+I[1, a, 1]", "+U[2, a, 2]", "+U[1, a, 10]"]);
    let rows = bench.rows("-D[2, a, 77]");
    assert_eq!(
        rows,
        ["+U[1, a, 10]"],
        "found by its key, though its value differs"
    );
    assert_eq!(bench.rows("-D[1, a, NULL]"), ["-D[1, a, NULL]"]);
}

#[test]
fn lists_come_back_from_a_checkpoint() {
    let node = node(&[1], &[]);
    let mut bench = Bench::new(&node, &columns(COLUMNS));
    bench.rows("+I[1, a, 1]\n+I[2, a, 2]\n+I[1, b, 1]\n-D[1, b, 1]");
    bench.restart(&node);
    let rows = bench.rows("-D[2, a, 2]\n+I[5, b, 5]\n-D[1, a, 1]");
    assert_eq!(rows, ["+U[1, a, 1]", "+I[5, b, 5]", "-D[1, a, 1]"]);
    assert_eq!(
        bench.operator.state()[0].len(),
        1,
        "a list without rows is no entry"
    );
}

/// Flink's algorithm over plain lists.
#[derive(Default)]
struct Model(std::collections::BTreeMap<i32, Vec<(i32, i64)>>);

impl Model {
    /// `by_key`: rows are told apart by id, else as a whole.
    fn change(&mut self, add: bool, (id, key, n): (i32, i32, i64), by_key: bool) -> Option<String> {
        let line = |kind: &str, (id, n): (i32, i64)| Some(format!("{kind}[{id}, k{key}, {n}]"));
        let list = self.0.entry(key).or_default();
        let at = list.iter().position(|row| row.0 == id && (by_key || row.1 == n));
        if add {
            let kind = if list.is_empty() { "+I" } else { "+U" };
            match at {
                Some(at) if by_key => list[at] = (id, n),
                _ => list.push((id, n)),
            }
            return line(kind, (id, n));
        }
        let at = at?;
        let was_last = at + 1 == list.len();
        list.remove(at);
        match list.last() {
            None => line("-D", (id, n)),
            Some(last) if was_last => line("+U", *last),
            Some(_) => None,
        }
    }
}

proptest! {
    #[test]
    fn answers_are_those_of_the_model(
        changes in prop::collection::vec((any::<bool>(), 0..4i32, 0..3i32, 0..3i64), 1..60),
        by_key in any::<bool>(),
        restart_at in 0..60usize,
    ) {
        let node = node(&[1], if by_key { &[0] } else { &[] });
        let mut bench = Bench::new(&node, &columns(COLUMNS));
        let mut model = Model::default();
        for (i, (add, id, key, n)) in changes.into_iter().enumerate() {
            if i == restart_at {
                bench.restart(&node);
            }
            let kind = if add { "+U" } else { "-U" };
            let found = bench.rows(&format!("{kind}[{id}, k{key}, {n}]"));
            let expected: Vec<String> = model.change(add, (id, key, n), by_key).into_iter().collect();
            prop_assert_eq!(found, expected);
        }
    }
}

#[test]
fn key_groups_part_the_state() {
    let node = node(&[1], &[]);
    let mut whole = Bench::new(&node, &columns(COLUMNS));
    let names: Vec<String> = (0..20).map(|n| format!("name {n}")).collect();
    for name in &names {
        whole.rows(&format!("+I[1, {name}, 1]\n+I[2, {name}, 2]"));
    }
    let mut parts: Vec<Bench> = (0..3).map(|_| Bench::new(&node, &columns(COLUMNS))).collect();
    for (thread, part) in parts.iter_mut().enumerate() {
        whole.copy_state(thread as u64 + 1, part, KeyGroupRange::of_thread(thread, 3));
    }
    for name in &names {
        let answers: Vec<String> = parts
            .iter_mut()
            .flat_map(|part| part.rows(&format!("-D[2, {name}, 2]")))
            .collect();
        assert_eq!(answers, [format!("+U[1, {name}, 1]")]);
    }
}
