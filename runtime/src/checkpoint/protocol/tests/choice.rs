//! Which of log and token decides.

use super::*;

#[test]
fn the_log_does_not_grow() {
    let mut outside = Outside::default();
    run(&mut Instance::new(&mut outside, Sink::Staged, None), 100).expect("it ends");
    assert_eq!(outside.log.len(), 1);
}

#[test]
fn a_log_is_the_lines_of_the_sample_that_the_session_cluster_reads() {
    let sample = include_str!("../../../../../golden/protocol/log.jsonl");
    let mut log = Vec::new();
    for (line, sequence) in sample.lines().zip(7..) {
        let entry: LogEntry = serde_json::from_str(line).expect("the sample is of entries");
        assert_eq!(
            serde_json::to_string(&entry).expect("an entry is plain data"),
            line
        );
        log.push((sequence, entry));
    }
    let committed = |count| {
        fold(&log[..count])
            .committed
            .map(|committed| committed.checkpoint)
    };
    let checkpoint = |id: &str| Some(id.to_owned());
    assert_eq!(committed(1), None);
    assert_eq!(committed(3), checkpoint("3-1-5e1f00c4"));
    assert_eq!(committed(4), checkpoint("4-2-5e1f00c4"));
    assert_eq!((committed(5), fold(&log).attempt), (None, Some(2)));
}

#[test]
fn a_start_that_has_applied_all_tells_the_next_one() {
    for sink in SINKS {
        for crash_at in (0..operations(sink, 3)).flat_map(|at| [(at, false), (at, true)]) {
            let mut outside = Outside::default();
            let _ = run(&mut Instance::new(&mut outside, sink, Some(crash_at)), 3);
            begin(&mut Instance::new(&mut outside, sink, None)).expect("it starts");
            let next = start(&mut Instance::new(&mut outside, sink, None), false).expect("it starts");
            let is_restored = next.restore.is_some();
            assert_eq!(next.is_applied, is_restored, "{sink:?}, crash at {crash_at:?}");
        }
    }
}
