//! When which watermark follows which row. The watermark of a row is its column, in milliseconds.

use std::collections::VecDeque;

use sql::SqlError;

use super::*;
use crate::row::RowKind;

/// Plays back polls.
struct Script(VecDeque<(Polled, Vec<Option<i64>>)>);

impl SplitReader for Script {
    fn assign(&mut self, _split: Split) -> Result<(), JobError> {
        Ok(())
    }

    fn poll(&mut self, _rows_max: usize, output: &mut BatchWriter) -> Result<Polled, JobError> {
        let Some((polled, rows)) = self.0.pop_front() else {
            return Ok(Polled::Idle);
        };
        for row in rows {
            output.begin(RowKind::Insert);
            output.put_i64(0, row);
            output.finish();
        }
        Ok(polled)
    }

    fn positions(&self) -> Vec<Split> {
        Vec::new()
    }
}

fn column_as_watermark(
    input: &Batch,
    watermarks: &mut Vec<Option<Timestamp>>,
    _session: &mut Session,
) -> Result<(), SqlError> {
    watermarks.extend(
        input
            .rows()
            .map(|(_, row)| row.i64(0).map(Timestamp::from_millis)),
    );
    Ok(())
}

struct Bench {
    task: SourceTask<'static>,
    start: Instant,
}

impl Bench {
    /// A source with two splits, an interval of 200 ms and a timeout of 1 s.
    fn new(style: WatermarkStyle, polls: Vec<(Polled, Vec<Option<i64>>)>) -> Self {
        let setup = SourceSetup {
            name: "source",
            compute: None,
            watermark: Some(column_as_watermark),
            read_columns: 1,
            columns: 1,
            style,
            watermark_interval: Duration::from_millis(200),
            idle_timeout: Some(Duration::from_secs(1)),
        };
        let start = Instant::now();
        let reader = Box::new(Script(polls.into()));
        let mut task = SourceTask::new(setup, reader, Session::utc(), start);
        let splits = ["a", "b"].map(|id| Split {
            id: id.to_owned(),
            position: serde_json::Value::Null,
        });
        task.assign(splits.into(), start)
            .expect("the script takes any split");
        Bench { task, start }
    }

    /// A thread that has not been told its splits yet.
    fn untold() -> Self {
        let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, Vec::new());
        let setup = SourceSetup { ..bench.task.setup };
        let reader = Box::new(Script(Vec::new().into()));
        bench.task = SourceTask::new(setup, reader, Session::utc(), bench.start);
        bench
    }

    fn poll(&mut self, after_ms: u64) -> Vec<String> {
        let mut output = Vec::new();
        let now = self.start + Duration::from_millis(after_ms);
        self.task
            .poll(now, Timestamp::EPOCH, &mut output)
            .expect("the script does not fail");
        shown(output)
    }

    fn clock(&mut self, after_ms: u64) -> Vec<String> {
        let mut output = Vec::new();
        self.task
            .on_clock(self.start + Duration::from_millis(after_ms), &mut output);
        shown(output)
    }
}

fn shown(messages: Vec<Message>) -> Vec<String> {
    let text = |message| match message {
        Message::Batch(batch) => {
            let rows = batch
                .rows()
                .map(|(_, row)| row.i64(0).map_or("null".to_owned(), |v| v.to_string()));
            format!("rows {}", rows.collect::<Vec<_>>().join(" "))
        }
        Message::Watermark(WATERMARK_END) => "end".to_owned(),
        Message::Watermark(watermark) => format!("watermark {}", watermark.millis()),
        Message::Idle => "idle".to_owned(),
        Message::Active => "active".to_owned(),
        Message::Barrier(_) => unreachable!("sources make no barriers"),
    };
    messages.into_iter().map(text).collect()
}

fn rows(split: usize, rows: &[i64]) -> (Polled, Vec<Option<i64>>) {
    (Polled::Rows { split }, rows.iter().copied().map(Some).collect())
}

#[test]
fn the_assigner_follows_a_row_that_moves_event_time_by_more_than_the_interval() {
    let mut polls = vec![rows(0, &[1_000, 1_100, 1_201, 1_150, 1_300]), rows(1, &[1_350])];
    polls.push((Polled::Rows { split: 0 }, vec![None, Some(1_300)]));
    let mut bench = Bench::new(WatermarkStyle::Assigner, polls);
    let expected = [
        "rows 1000",
        "watermark 1000",
        "rows 1100 1201",
        "watermark 1201",
        "rows 1150 1300",
    ];
    assert_eq!(bench.poll(1), expected);
    assert_eq!(
        bench.poll(2),
        ["rows 1350"],
        "149 ms further is not more than the interval"
    );
    assert_eq!(bench.poll(3), ["rows null 1300"], "NULL changes nothing");
    assert!(bench.clock(100).is_empty());
    assert_eq!(bench.clock(200), ["watermark 1350"]);
    assert!(bench.clock(400).is_empty(), "nothing new");
}

#[test]
fn split_watermarks_are_combined_and_handed_on_periodically() {
    let polls = vec![rows(0, &[5_000, 4_000]), rows(1, &[3_000]), rows(1, &[9_000])];
    let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, polls);
    assert_eq!(bench.poll(1), ["rows 5000 4000"]);
    assert!(bench.clock(200).is_empty(), "the other split has none yet");
    assert_eq!(bench.poll(201), ["rows 3000"]);
    assert!(bench.clock(300).is_empty(), "not yet time");
    assert_eq!(bench.clock(400), ["watermark 3000"]);
    assert_eq!(bench.poll(401), ["rows 9000"]);
    assert_eq!(bench.clock(600), ["watermark 5000"]);
}

#[test]
fn split_watermarks_on_event_follow_each_row() {
    let polls = vec![rows(0, &[50, 40]), rows(1, &[10, 20, 15, 60])];
    let mut bench = Bench::new(WatermarkStyle::SplitOnEvent, polls);
    assert_eq!(bench.poll(1), ["rows 50 40"]);
    let expected = [
        "rows 10",
        "watermark 10",
        "rows 20",
        "watermark 20",
        "rows 15 60",
        "watermark 50",
    ];
    assert_eq!(bench.poll(2), expected);
}

#[test]
fn an_idle_split_does_not_hold_the_others_back() {
    let polls = vec![rows(0, &[5_000]), rows(0, &[7_000]), rows(1, &[6_000])];
    let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, polls);
    bench.poll(1);
    bench.poll(900);
    assert!(bench.clock(900).is_empty());
    assert_eq!(bench.clock(1_100), ["watermark 7000"]);
    assert_eq!(bench.clock(1_900), ["idle"], "both are idle");
    assert_eq!(bench.poll(1_950), ["active", "rows 6000"]);
    assert!(bench.clock(2_100).is_empty(), "the watermark does not go back");
}

#[test]
fn the_end_comes_when_all_splits_have_ended_and_no_more_will_come() {
    let polls = vec![
        rows(0, &[1_000]),
        (Polled::SplitEnd { split: 0 }, vec![]),
        rows(1, &[2_000]),
        (Polled::SplitEnd { split: 1 }, vec![Some(3_000)]),
    ];
    let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, polls);
    bench.poll(1);
    assert!(bench.poll(2).is_empty());
    assert_eq!(bench.poll(3), ["rows 2000"]);
    assert_eq!(
        bench.clock(200),
        ["watermark 2000"],
        "an ended split does not hold back"
    );
    assert_eq!(bench.poll(201), ["rows 3000"]);
    assert!(bench.poll(202).is_empty(), "another split may still come");
    assert!(!bench.task.has_ended());
    bench.task.set_no_more_splits();
    assert_eq!(bench.poll(203), ["active", "end"]);
    assert!(bench.task.has_ended());
    assert!(bench.clock(5_000).is_empty());
}

#[test]
fn an_ended_split_says_nothing_for_an_idle_one() {
    let polls = vec![
        rows(0, &[1_000]),
        (Polled::SplitEnd { split: 0 }, vec![]),
        rows(1, &[2_000]),
    ];
    let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, polls);
    bench.task.set_no_more_splits();
    bench.poll(1);
    bench.poll(2);
    assert_eq!(bench.clock(1_100), ["idle"], "rows may still come: not the end");
    assert_eq!(bench.poll(1_200), ["active", "rows 2000"]);
    assert_eq!(bench.clock(1_400), ["watermark 2000"]);
}

#[test]
fn a_split_is_not_idle_because_nobody_reads_it() {
    let polls = vec![rows(0, &[5_000]), rows(1, &[1_000]), rows(0, &[7_000])];
    let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, polls);
    bench.poll(1);
    bench.poll(2);
    bench.task.pause(bench.start + Duration::from_millis(100));
    assert_eq!(bench.clock(1_500), ["watermark 1000"]);
    assert_eq!(bench.poll(2_000), ["rows 7000"]);
    assert!(bench.clock(2_500).is_empty(), "1.9 s do not count");
    assert_eq!(bench.clock(2_950), ["watermark 7000"]);
}

#[test]
fn a_source_that_asks_for_a_checkpoint_waits_for_the_one_after() {
    let polls = vec![(Polled::Checkpoint, vec![]), rows(0, &[1])];
    let mut bench = Bench::new(WatermarkStyle::SplitPeriodic, polls);
    let mut output = Vec::new();
    let polled = bench.task.poll(bench.start, Timestamp::EPOCH, &mut output);
    assert_eq!(
        polled.expect("the script does not fail"),
        Progress::CheckpointWanted
    );
    bench.task.on_committed(6, &[]);
    assert!(bench.poll(1).is_empty(), "checkpoint 6 was under way before");
    bench.task.end_epoch(7);
    assert!(bench.poll(2).is_empty());
    bench.task.on_committed(7, &[]);
    assert_eq!(bench.poll(3), ["rows 1"]);
}

#[test]
fn a_thread_that_waits_for_its_splits_is_not_idle() {
    let mut bench = Bench::untold();
    assert!(bench.clock(5_000).is_empty(), "its splits may come any moment");
    let start = bench.start;
    bench.task.assign(Vec::new(), start).expect("nothing to take");
    assert_eq!(bench.clock(5_300), ["idle"], "it has none: others need not wait");
}
