//! In: rows and watermarks; out: the windows that Flink fires for them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::job::{
    AggregateFunction, AggregateSpec, Node, OperatorSpec, WindowAggInput, WindowAggSpec, WindowKind,
    WindowSpec, WindowTime,
};
use crate::operator::test_rows::{Bench, columns, timestamp};

use AggregateFunction::{Count, CountRows, Max, Sum};

const MINUTE_MS: i64 = 60_000;
const TUMBLE: WindowKind = WindowKind::Tumble {
    size_ms: 10 * MINUTE_MS,
    offset_ms: 0,
};
const HOP: WindowKind = WindowKind::Hop {
    slide_ms: 10 * MINUTE_MS,
    size_ms: 20 * MINUTE_MS,
    offset_ms: 0,
};
const CUMULATE: WindowKind = WindowKind::Cumulate {
    step_ms: 10 * MINUTE_MS,
    size_ms: 30 * MINUTE_MS,
    offset_ms: 0,
};
const INPUT: &str = "k STRING, v INT, ts TIMESTAMP";
const OUTPUT: &str = "k STRING, n BIGINT, s INT, start TIMESTAMP, end TIMESTAMP, time TIMESTAMP";

fn aggregate(function: AggregateFunction, argument: Option<usize>, distinct: bool) -> AggregateSpec {
    AggregateSpec {
        function,
        argument,
        distinct,
        filter: None,
        ty: sql::DataType::nullable(sql::TypeKind::BigInt),
    }
}

/// Results for column `k`, of aggregates whose types stand in `output`.
fn node_of(
    window: WindowAggInput,
    aggregates: Vec<AggregateSpec>,
    retracts: bool,
    output: &'static str,
) -> Node {
    let output = columns(output);
    let mut aggregates = aggregates;
    for (spec, column) in aggregates.iter_mut().zip(&output[1..]) {
        spec.ty = column.ty.clone();
    }
    Node {
        name: "window_agg",
        uid: "window_agg",
        state_fingerprint: None,
        inputs: Vec::new(),
        columns: output,
        operator: OperatorSpec::WindowAgg(WindowAggSpec {
            window,
            keys: vec![0],
            aggregates,
            input_retracts: retracts,
        }),
    }
}

fn rowtime(kind: WindowKind, local: bool) -> WindowAggInput {
    let time = WindowTime::Rowtime { column: 2, local };
    WindowAggInput::Assign(WindowSpec { kind, time })
}

fn count_and_sum() -> Vec<AggregateSpec> {
    vec![aggregate(CountRows, None, false), aggregate(Sum, Some(1), false)]
}

fn bench(kind: WindowKind) -> (Bench, Node) {
    let node = node_of(rowtime(kind, false), count_and_sum(), false, OUTPUT);
    (Bench::new(&node, &columns(INPUT)), node)
}

/// `HH:MM` of a day, as rows are written here.
fn at(time: &str) -> String {
    format!("2020-01-01T{time}:00")
}

/// The answer with times shortened to `HH:MM` and window_time left out.
fn short(rows: &[String]) -> Vec<String> {
    let row = |row: &String| {
        let (row, _) = row.rsplit_once(", ").expect("window_time is last");
        row.replace("2020-01-01T", "")
            .replace(":00,", ",")
            .trim_end_matches(":00")
            .to_owned()
    };
    rows.iter().map(row).collect()
}

fn feed(bench: &mut Bench, rows: &[(&str, &str, i32, &str)]) {
    let text = |(kind, k, v, time): &(&str, &str, i32, &str)| format!("{kind}[{k}, {v}, {}]", at(time));
    let rows: Vec<String> = rows.iter().map(text).collect();
    assert_eq!(bench.rows(&rows.join("\n")), [""; 0]);
}

#[test]
fn tumbling_windows_fire_once() {
    let (mut bench, node) = bench(TUMBLE);
    feed(
        &mut bench,
        &[
            ("+I", "b", 1, "00:05"),
            ("+I", "a", 2, "00:12"),
            ("+I", "b", 3, "00:00"),
        ],
    );
    assert_eq!(bench.watermark("2020-01-01T00:09:59.998"), [""; 0]);
    let fired = bench.watermark("2020-01-01T00:09:59.999");
    let window = "2020-01-01T00:00:00, 2020-01-01T00:10:00, 2020-01-01T00:09:59.999";
    assert_eq!(fired, [format!("+I[b, 2, 4, {window}]")]);
    feed(&mut bench, &[("+I", "b", 9, "00:09"), ("+I", "c", 4, "00:19")]);
    assert_eq!(bench.operator.late_rows(), 1);
    bench.restart(&node);
    feed(&mut bench, &[("+I", "b", 9, "00:09"), ("+I", "a", 8, "00:10")]);
    assert_eq!(bench.operator.late_rows(), 1, "the watermark survives a restart");
    let fired = short(&bench.watermark("9000-01-01T00:00:00"));
    assert_eq!(fired, ["+I[a, 2, 10, 00:10, 00:20", "+I[c, 1, 4, 00:10, 00:20"]);
    assert!(
        bench.operator.state()[0].is_empty(),
        "fired windows leave nothing"
    );
}

#[test]
fn late_rows_count_for_windows_not_fired() {
    let (mut bench, node) = bench(HOP);
    feed(&mut bench, &[("+I", "a", 1, "00:05"), ("+I", "a", 2, "00:15")]);
    let fired = short(&bench.watermark(&at("00:10")));
    assert_eq!(fired, ["+I[a, 1, 1, 2019-12-31T23:50, 00:10"]);
    feed(&mut bench, &[("+I", "a", 10, "00:06"), ("+I", "b", 5, "00:09")]);
    assert_eq!(bench.operator.late_rows(), 0);
    bench.restart(&node);
    let fired = short(&bench.watermark(&at("00:20")));
    assert_eq!(fired, ["+I[a, 3, 13, 00:00, 00:20", "+I[b, 1, 5, 00:00, 00:20"]);
    feed(&mut bench, &[("+I", "a", 10, "00:06")]);
    assert_eq!(bench.operator.late_rows(), 1);
    assert_eq!(
        short(&bench.watermark(&at("01:00"))),
        ["+I[a, 1, 2, 00:10, 00:30"]
    );
    assert!(bench.operator.state()[0].is_empty());
}

#[test]
fn cumulating_windows_grow() {
    let (mut bench, _) = bench(CUMULATE);
    feed(
        &mut bench,
        &[
            ("+I", "a", 1, "00:05"),
            ("+I", "a", 2, "00:25"),
            ("+I", "a", 4, "00:30"),
        ],
    );
    let fired = short(&bench.watermark(&at("00:40")));
    let expected = [
        "+I[a, 1, 1, 00:00, 00:10",
        "+I[a, 1, 1, 00:00, 00:20",
        "+I[a, 2, 3, 00:00, 00:30",
        "+I[a, 1, 4, 00:30, 00:40",
    ];
    assert_eq!(fired, expected);
}

#[test]
fn retracted_rows_do_not_count() {
    let aggregates = vec![aggregate(CountRows, None, false), aggregate(Max, Some(1), false)];
    for kind in [TUMBLE, HOP] {
        let node = node_of(rowtime(kind, false), aggregates.clone(), true, OUTPUT);
        let mut bench = Bench::new(&node, &columns(INPUT));
        feed(
            &mut bench,
            &[
                ("+I", "a", 7, "00:15"),
                ("+I", "a", 5, "00:16"),
                ("+I", "b", 1, "00:17"),
            ],
        );
        feed(
            &mut bench,
            &[
                ("-U", "a", 7, "00:15"),
                ("+U", "a", 6, "00:15"),
                ("-D", "b", 1, "00:17"),
            ],
        );
        let fired = short(&bench.watermark(&at("00:20")));
        assert_eq!(fired.len(), 1, "windows without rows give nothing");
        assert!(fired[0].starts_with("+I[a, 2, 6, 00:"), "{fired:?}");
    }
}

#[test]
fn distinct_values_are_counted_once_per_window() {
    let aggregates = vec![aggregate(Count, Some(3), true), aggregate(Sum, Some(1), true)];
    let node = node_of(rowtime(HOP, false), aggregates, false, OUTPUT);
    let mut bench = Bench::new(&node, &columns("k STRING, v INT, ts TIMESTAMP, t STRING"));
    let rows = [
        ("00:05", 1, "x"),
        ("00:06", 1, "x"),
        ("00:15", 1, "x"),
        ("00:16", 2, "y"),
        ("00:17", 2, "NULL"),
    ];
    let rows = rows.map(|(time, v, t)| format!("+I[a, {v}, {}, {t}]", at(time)));
    bench.rows(&rows.join("\n"));
    bench.restart(&node);
    let fired = short(&bench.watermark(&at("00:30")));
    let expected = [
        "+I[a, 1, 1, 2019-12-31T23:50, 00:10",
        "+I[a, 2, 3, 00:00, 00:20",
        "+I[a, 2, 3, 00:10, 00:30",
    ];
    assert_eq!(fired, expected);
    assert!(
        bench
            .operator
            .state()
            .iter()
            .all(|table| table.is_empty() || table.len() == 128)
    );
}

#[test]
fn strings_move_their_accumulators() {
    let output = "k STRING, hi STRING, n BIGINT, start TIMESTAMP, end TIMESTAMP, time TIMESTAMP";
    let aggregates = vec![aggregate(Max, Some(0), false), aggregate(CountRows, None, false)];
    let mut node = node_of(rowtime(HOP, false), aggregates, false, output);
    let OperatorSpec::WindowAgg(spec) = &mut node.operator else {
        panic!("a window aggregate");
    };
    spec.keys = vec![];
    node.columns.remove(0);
    spec.aggregates[0].ty = node.columns[0].ty.clone();
    let mut bench = Bench::new(&node, &columns(INPUT));
    feed(
        &mut bench,
        &[
            ("+I", "b", 0, "00:05"),
            ("+I", "a much longer text than before", 0, "00:15"),
        ],
    );
    feed(
        &mut bench,
        &[("+I", "c is the longest text of all of them", 0, "00:05")],
    );
    let fired = short(&bench.watermark(&at("00:30")));
    let expected = [
        "+I[c is the longest text of all of them, 2, 2019-12-31T23:50, 00:10",
        "+I[c is the longest text of all of them, 3, 00:00, 00:20",
        "+I[a much longer text than before, 1, 00:10, 00:30",
    ];
    assert_eq!(fired, expected);
}

#[test]
fn days_with_summer_time_changes() {
    let day = WindowKind::Tumble {
        size_ms: 24 * 60 * MINUTE_MS,
        offset_ms: 0,
    };
    let output = "k STRING, n BIGINT, s INT, start TIMESTAMP, end TIMESTAMP, time LTZ";
    let node = node_of(rowtime(day, true), count_and_sum(), false, output);
    let mut bench = Bench::new(&node, &columns("k STRING, v INT, ts LTZ"));
    let zone = jiff::tz::TimeZone::get("America/Los_Angeles").expect("the zone is known");
    bench.cx.session = sql::Session::new(zone);
    // 2021-03-14 lasts from 08:00 to 07:00 of the next day in UTC, 2021-11-07 from 07:00 to 08:00.
    let rows = "+I[a, 1, 2021-03-14T08:00:00]\n+I[a, 2, 2021-03-15T06:59:59]\n+I[a, 4, 2021-03-15T07:00:00]";
    bench.rows(rows);
    assert_eq!(bench.watermark("2021-03-15T06:59:59.998"), [""; 0]);
    let fired = bench.watermark("2021-03-15T06:59:59.999");
    let window = "2021-03-14T00:00:00, 2021-03-15T00:00:00, 2021-03-15T06:59:59.999";
    assert_eq!(fired, [format!("+I[a, 2, 3, {window}]")]);
    bench.watermark("2021-11-01T00:00:00");
    bench.rows("+I[a, 1, 2021-11-07T07:00:00]\n+I[a, 2, 2021-11-08T07:59:59]");
    let fired = bench.watermark("2021-11-08T07:59:59.999");
    let window = "2021-11-07T00:00:00, 2021-11-08T00:00:00, 2021-11-08T07:59:59.999";
    assert_eq!(fired, [format!("+I[a, 2, 3, {window}]")]);
}

#[test]
fn processing_time_fires_by_the_clock() {
    let time = WindowTime::Proctime;
    let window = WindowAggInput::Assign(WindowSpec { kind: TUMBLE, time });
    let node = node_of(window, count_and_sum(), false, OUTPUT);
    let mut bench = Bench::new(&node, &columns("k STRING, v INT"));
    bench.cx.session.now = timestamp(&at("00:09"));
    assert_eq!(bench.operator.next_timer(), None);
    bench.rows("+I[a, 1]");
    assert_eq!(bench.operator.next_timer(), Some(timestamp(&at("00:10"))));
    assert_eq!(bench.watermark("9000-01-01T00:00:00"), [""; 0]);
    bench.restart(&node);
    let mut fire = |time: &str| {
        bench
            .operator
            .on_timer(timestamp(time), &mut bench.cx)
            .expect("timers are harmless");
        short(&bench.answer())
    };
    assert_eq!(fire("2020-01-01T00:09:59.999"), [""; 0]);
    assert_eq!(fire(&at("00:10")), ["+I[a, 1, 1, 00:00, 00:10"]);
    assert_eq!(bench.operator.next_timer(), None);
    bench.cx.session.now = timestamp(&at("00:05"));
    bench.rows("+I[a, 2]");
    assert_eq!(
        bench.operator.next_timer(),
        Some(timestamp(&at("00:20"))),
        "a clock set back"
    );
}

#[test]
fn rows_that_carry_their_window() {
    let window = WindowAggInput::Attached {
        start: 2,
        end: 3,
        local: false,
    };
    let node = node_of(window, count_and_sum(), false, OUTPUT);
    let mut bench = Bench::new(
        &node,
        &columns("k STRING, v INT, window_start TIMESTAMP, window_end TIMESTAMP"),
    );
    let row = |v: i32, start: &str, end: &str| format!("+I[a, {v}, {}, {}]", at(start), at(end));
    let rows = [
        row(1, "00:00", "00:20"),
        row(2, "00:10", "00:30"),
        row(4, "00:00", "00:20"),
    ];
    bench.rows(&rows.join("\n"));
    bench.restart(&node);
    let fired = short(&bench.watermark(&at("00:30")));
    assert_eq!(fired, ["+I[a, 2, 5, 00:00, 00:20", "+I[a, 1, 2, 00:10, 00:30"]);
    bench.rows(&row(1, "00:10", "00:30"));
    assert_eq!(bench.operator.late_rows(), 1);
}

#[test]
fn a_null_time_is_an_error() {
    let (mut bench, _) = bench(TUMBLE);
    let batch = crate::operator::test_rows::batch(&columns(INPUT), "+I[a, 1, NULL]");
    let error = bench
        .operator
        .on_batch(&batch, &mut bench.cx)
        .expect_err("the time is NULL");
    assert!(error.to_string().contains("NULL"), "{error}");
}

#[derive(Clone, Debug)]
enum Action {
    Row(u8, i64, i32),
    Watermark(i64),
    Restart,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (0..3u8, -60..60i64, 0..9i32).prop_map(|(k, minute, v)| Action::Row(k, minute, v)),
        2 => (-60..60i64).prop_map(Action::Watermark),
        1 => Just(Action::Restart),
    ]
}

proptest! {
    /// Every window holds the rows that came before it fired, whatever the order, with restarts between.
    #[test]
    fn windows_hold_their_rows(actions in prop::collection::vec(action(), 1..60), which in 0..3usize) {
        let kind = [TUMBLE, HOP, CUMULATE][which];
        let frame = super::Frame::new("w", kind, true).expect("the kind is right");
        let (mut bench, node) = bench(kind);
        let text = |minute: i64| {
            let start = timestamp("2020-01-01T00:00:00").millis();
            jiff::Timestamp::from_millisecond(start + minute * MINUTE_MS).expect("in range")
                .to_zoned(jiff::tz::TimeZone::UTC).datetime().to_string()
        };
        let mut windows: BTreeMap<(i64, u8), (i64, i64)> = BTreeMap::new();
        let (mut expected, mut fired, mut late, mut lost) = (Vec::new(), Vec::new(), 0, 0);
        let mut watermark = i64::MIN;
        for action in actions.iter().chain([&Action::Watermark(10_000)]) {
            match *action {
                Action::Row(k, minute, v) => {
                    bench.rows(&format!("+I[{k}, {v}, {}]", text(minute)));
                    let mut of_row = Vec::new();
                    frame.windows_of_time(minute * MINUTE_MS, &mut of_row);
                    let ends = of_row.iter().map(|w| w.1);
                    let open: Vec<i64> = ends.filter(|end| end - 1 > watermark).collect();
                    late += u64::from(open.is_empty());
                    for end in open {
                        let window = windows.entry((end, k)).or_default();
                        *window = (window.0 + 1, window.1 + i64::from(v));
                    }
                }
                Action::Watermark(minute) if minute * MINUTE_MS > watermark => {
                    watermark = minute * MINUTE_MS;
                    fired.extend(bench.watermark(&text(minute)));
                    while windows.first_key_value().is_some_and(|w| w.0.0 - 1 <= watermark) {
                        let ((end, k), (n, sum)) = windows.pop_first().expect("there is a first");
                        expected.push(format!("+I[{k}, {n}, {sum}, {}", text(end / MINUTE_MS)));
                    }
                }
                Action::Watermark(_) => {}
                Action::Restart => {
                    lost += bench.operator.late_rows();
                    bench.restart(&node);
                }
            }
        }
        let row = |row: &String| {
            let fields: Vec<&str> = row.split(", ").collect();
            [&fields[..3], &fields[4..5]].concat().join(", ")
        };
        let mut fired: Vec<String> = fired.iter().map(row).collect();
        fired.sort();
        expected.sort();
        prop_assert_eq!(fired, expected);
        prop_assert_eq!(bench.operator.late_rows() + lost, late);
        prop_assert!(bench.operator.state()[0].is_empty());
    }
}
