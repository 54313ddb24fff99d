//! Rows from bounded sources to sinks, at one thread and at several.

use sql::Value;

use super::jobs::{DOUBLE_EVEN, deployment, give, node, row, sink, source, two_stages, visible};
use crate::dataflow::{Control, run};
use crate::job::{Job, OperatorSpec, ValuesSpec};

#[test]
fn a_bounded_source_flows_through_a_calc_into_a_sink() {
    give("calc", (0..10).map(|v| row(1, v)).collect(), false);
    let job = Job {
        name: "calc",
        nodes: vec![
            node("source", &[], source("s")),
            node("double", &[0], OperatorSpec::Calc(DOUBLE_EVEN)),
            node("sink", &[1], sink("t")),
        ],
    };
    let summary = run(&job, &deployment("calc", 1), &Control::default()).expect("the job ends well");
    assert_eq!((summary.rows_read, summary.rows_written), (10, 5));
    assert_eq!(
        visible("calc"),
        ["+I[1, 0]", "+I[1, 4]", "+I[1, 8]", "+I[1, 12]", "+I[1, 16]"]
    );
}

#[test]
fn rows_of_a_key_keep_their_order_through_an_exchange() {
    for threads in [1, 2, 3, 7] {
        let test = format!("order-{threads}");
        give(&test, (0..20_000).map(|v| row(v % 10, v)).collect(), false);
        let summary =
            run(&two_stages(), &deployment(&test, threads), &Control::default()).expect("it ends well");
        assert_eq!(
            (summary.rows_read, summary.rows_written),
            (20_000, 10_000),
            "{threads} threads"
        );
        for key in 0..10 {
            let prefix = format!("+I[{key}, ");
            let of_key: Vec<String> = visible(&test)
                .into_iter()
                .filter(|row| row.starts_with(&prefix))
                .collect();
            let expected = (0..20_000).filter(|v| v % 10 == key && v % 2 == 0);
            let expected: Vec<String> = expected.map(|v| format!("+I[{key}, {}]", v * 4)).collect();
            assert_eq!(of_key, expected, "key {key}, {threads} threads");
        }
    }
}

#[test]
fn union_joins_tables_and_values() {
    for threads in [1, 3] {
        let test = format!("union-{threads}");
        give(&test, (0..5).map(|v| row(1, v)).collect(), false);
        let rows = vec![
            vec![Value::Int(7), Value::Int(8)],
            vec![Value::Null, Value::Int(9)],
        ];
        let job = Job {
            name: "union",
            nodes: vec![
                node("source", &[], source("s")),
                node("values", &[], OperatorSpec::Values(ValuesSpec { rows })),
                node("union", &[0, 1], OperatorSpec::Union),
                node("sink", &[2], sink("t")),
            ],
        };
        run(&job, &deployment(&test, threads), &Control::default()).expect("it ends well");
        let mut rows = visible(&test);
        rows.sort();
        let expected = [
            "+I[1, 0]",
            "+I[1, 1]",
            "+I[1, 2]",
            "+I[1, 3]",
            "+I[1, 4]",
            "+I[7, 8]",
            "+I[null, 9]",
        ];
        assert_eq!(rows, expected);
    }
}

#[test]
fn an_expression_without_an_answer_ends_the_job_with_its_operator() {
    give("failing", vec![row(1, 2)], false);
    let kernel: crate::job::BatchKernel = |_, _, _| Err(sql::SqlError::DivisionByZero);
    let job = Job {
        name: "failing",
        nodes: vec![
            node("source", &[], source("s")),
            node("divide", &[0], OperatorSpec::Calc(kernel)),
            node("sink", &[1], sink("t")),
        ],
    };
    let error = run(&job, &deployment("failing", 3), &Control::default()).expect_err("it fails");
    assert_eq!(error.to_string(), "operator divide: division by zero");
    assert!(visible("failing").is_empty());
}

#[test]
fn a_job_with_an_endless_source_ends_when_asked_to() {
    give("endless", (0..100).map(|v| row(v, 2)).collect(), true);
    let control = Control::default();
    let stopper = control.clone();
    let handle = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        stopper.stop();
    });
    let summary = run(&two_stages(), &deployment("endless", 2), &control).expect("it ends well");
    handle.join().expect("the stopper ends");
    assert_eq!(summary.rows_written, 100);
    assert_eq!(visible("endless").len(), 100);
}

#[test]
fn two_statements_fill_one_table() {
    give("shared", (0..4).map(|v| row(1, v)).collect(), false);
    let job = Job {
        name: "shared",
        nodes: vec![
            node("source", &[], source("s")),
            node("double", &[0], OperatorSpec::Calc(DOUBLE_EVEN)),
            node("sink", &[0], sink("t")),
            node("sink-2", &[1], sink("t")),
        ],
    };
    run(&job, &deployment("shared", 2), &Control::default()).expect("the job ends well");
    let mut rows = visible("shared");
    rows.sort();
    let expected = [
        "+I[1, 0]", "+I[1, 0]", "+I[1, 1]", "+I[1, 2]", "+I[1, 3]", "+I[1, 4]",
    ];
    assert_eq!(rows, expected);
}
