//! The window table functions TUMBLE, HOP and CUMULATE without aggregation: every row once per window it
//! belongs to, with window_start, window_end and window_time added.
//!
//! Kinds of rows are passed on. A row whose time is NULL belongs to no window and is dropped, as in Flink.

use super::copy::ColumnCopy;
use super::window::Frame;
use super::window::clock::WallClock;
use super::window::output::put_window;
use super::{Context, Operator};
use crate::error::JobError;
use crate::job::{Column, Node, WindowSpec, WindowTime};
use crate::row::{Batch, BatchWriter};

pub(super) struct WindowAssign {
    frame: Frame,
    time: WindowTime,
    copy: ColumnCopy,
    clock: Option<WallClock>,
    windows: Vec<(i64, i64)>,
    writer: BatchWriter,
}

impl WindowAssign {
    pub(super) fn new(node: &Node, spec: &WindowSpec, input: &[Column]) -> Result<Self, JobError> {
        assert_eq!(
            node.columns.len(),
            input.len() + 3,
            "{} adds three columns",
            node.name
        );
        Ok(WindowAssign {
            frame: Frame::new(node.name, spec.kind, false)?,
            time: spec.time.clone(),
            copy: ColumnCopy::from_position(0, input),
            clock: None,
            windows: Vec::new(),
            writer: BatchWriter::new(node.columns.len()),
        })
    }
}

impl Operator for WindowAssign {
    fn on_batch(&mut self, input: &Batch, cx: &mut Context) -> Result<(), JobError> {
        let local = !matches!(self.time, WindowTime::Rowtime { local: false, .. });
        let clock = self.clock.get_or_insert_with(|| match local {
            true => WallClock::of(&cx.session.time_zone),
            false => WallClock::utc(),
        });
        for (kind, row) in input.rows() {
            let time = match self.time {
                WindowTime::Rowtime { column, .. } => row.timestamp(column, 3),
                WindowTime::Proctime => Some(cx.session.now),
            };
            let Some(time) = time else { continue };
            let wall_ms = clock.wall_ms(time.millis());
            self.frame.windows_of_time(wall_ms, &mut self.windows);
            for &(start, end) in &self.windows {
                self.writer.begin(kind);
                self.copy.put(&mut self.writer, row);
                put_window(&mut self.writer, self.copy.len(), start, end, clock);
                self.writer.finish();
            }
        }
        cx.emit(&mut self.writer);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::job::{Node, OperatorSpec, WindowKind, WindowSpec, WindowTime};
    use crate::operator::test_rows::{Bench, columns, timestamp};

    fn bench(kind: WindowKind, time: WindowTime) -> Bench {
        let input = columns("k INT, ts LTZ");
        let node = Node {
            name: "window",
            uid: "window",
            state_fingerprint: None,
            inputs: Vec::new(),
            columns: columns("k INT, ts LTZ, window_start TIMESTAMP, window_end TIMESTAMP, window_time LTZ"),
            operator: OperatorSpec::WindowAssign(WindowSpec { kind, time }),
        };
        Bench::new(&node, &input)
    }

    #[test]
    fn rows_are_repeated_per_window() {
        let kind = WindowKind::Hop {
            slide_ms: 60_000,
            size_ms: 120_000,
            offset_ms: 0,
        };
        let mut bench = bench(
            kind,
            WindowTime::Rowtime {
                column: 1,
                local: false,
            },
        );
        let rows = bench.rows("+I[1, 2020-01-01T00:00:30]\n-D[2, NULL]");
        let expected = [
            "+I[1, 2020-01-01T00:00:30, 2020-01-01T00:00:00, 2020-01-01T00:02:00, 2020-01-01T00:01:59.999]",
            "+I[1, 2020-01-01T00:00:30, 2019-12-31T23:59:00, 2020-01-01T00:01:00, 2020-01-01T00:00:59.999]",
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn local_windows_follow_the_wall_clock() {
        let day = WindowKind::Tumble {
            size_ms: 86_400_000,
            offset_ms: 0,
        };
        let mut rowtime = bench(
            day,
            WindowTime::Rowtime {
                column: 1,
                local: true,
            },
        );
        let zone = jiff::tz::TimeZone::get("America/Los_Angeles").expect("the zone is known");
        rowtime.cx.session = sql::Session::new(zone.clone());
        let rows = rowtime.rows("+I[1, 2021-03-14T12:00:00]");
        let window = "2021-03-14T00:00:00, 2021-03-15T00:00:00, 2021-03-15T06:59:59.999]";
        assert_eq!(rows, [format!("+I[1, 2021-03-14T12:00:00, {window}")]);
        let mut proctime = bench(day, WindowTime::Proctime);
        proctime.cx.session = sql::Session::new(zone);
        proctime.cx.session.now = timestamp("2021-03-14T12:00:00");
        assert_eq!(proctime.rows("+I[1, NULL]"), [format!("+I[1, NULL, {window}")]);
    }
}
