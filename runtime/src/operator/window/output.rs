//! What windows write: the rows of fired windows, and the columns window_start, window_end and window_time.

use sql::Timestamp;

use super::clock::WallClock;
use crate::operator::Context;
use crate::operator::aggregate::Aggregates;
use crate::operator::copy::ColumnCopy;
use crate::row::{BatchWriter, RowKind, RowRef, null_words};

/// Output is handed on in batches of about this size.
const BATCH_BYTES: usize = 256 << 10;

/// Writes the rows of fired windows.
pub(in crate::operator) struct Output {
    pub(in crate::operator) key_copy: ColumnCopy,
    pub(in crate::operator) leading: usize,
    pub(in crate::operator) results: usize,
    pub(in crate::operator) input_retracts: bool,
    pub(in crate::operator) writer: BatchWriter,
}

impl Output {
    /// Word of a key that holds one of its leading numbers.
    pub(in crate::operator) fn key_slot(&self, leading: usize) -> usize {
        null_words(self.leading + self.key_copy.len()) + leading
    }

    /// The row of one key, unless all its rows were retracted.
    pub(in crate::operator) fn write(
        &mut self,
        key: &[u64],
        aggregates: &Aggregates,
        slots: &[u64],
        window: Window<'_>,
        cx: &mut Context,
    ) {
        if self.input_retracts && Aggregates::row_count(slots) == 0 {
            return;
        }
        let keys = self.key_copy.len();
        self.writer.begin(RowKind::Insert);
        self.key_copy
            .put(&mut self.writer, RowRef::of(key, self.leading + keys));
        aggregates.put_results(slots, &mut self.writer, keys);
        put_window(
            &mut self.writer,
            keys + self.results,
            window.start,
            window.end,
            window.clock,
        );
        self.writer.finish();
        if self.writer.size_bytes() >= BATCH_BYTES {
            cx.emit(&mut self.writer);
        }
    }
}

/// A window that fires.
#[derive(Clone, Copy)]
pub(in crate::operator) struct Window<'a> {
    pub(in crate::operator) start: i64,
    pub(in crate::operator) end: i64,
    pub(in crate::operator) clock: &'a WallClock,
}

/// Puts window_start, window_end and window_time into the columns from `column` on.
pub(in crate::operator) fn put_window(
    writer: &mut BatchWriter,
    column: usize,
    start: i64,
    end: i64,
    clock: &WallClock,
) {
    let times = [start, end, clock.epoch_ms(end - 1)];
    for (i, time_ms) in times.into_iter().enumerate() {
        writer.put_timestamp(column + i, Some(Timestamp::from_millis(time_ms)), 3);
    }
}
