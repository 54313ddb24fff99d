//! Writing rows, one after another, into the arena of a batch.

use sql::{DataType, Date, Decimal, Time, Timestamp, Value};

use super::{Batch, RowKind, RowRef, null_words};

/// Builds a [`Batch`]. `begin` opens a row, `put_*` fill its columns in any order (each exactly once),
/// `finish` closes it; a row that turns out unwanted is dropped with `cancel`.
#[derive(Debug, Default)]
pub struct BatchWriter {
    batch: Batch,
    null_words: usize,
    /// First word of the open row.
    open: usize,
    open_kind: Option<RowKind>,
}

impl BatchWriter {
    pub fn new(columns: usize) -> Self {
        let batch = Batch {
            columns,
            words: Vec::new(),
            starts: vec![0],
            kinds: Vec::new(),
        };
        BatchWriter {
            batch,
            null_words: null_words(columns),
            open: 0,
            open_kind: None,
        }
    }

    /// Closed rows.
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    pub fn size_bytes(&self) -> usize {
        self.batch.size_bytes()
    }

    /// The closed rows; the writer starts anew with the same columns.
    pub fn take(&mut self) -> Batch {
        assert!(self.open_kind.is_none(), "a row is open");
        let columns = self.batch.columns;
        let mut starts = Vec::with_capacity(self.batch.starts.len());
        starts.push(0);
        let empty = Batch {
            columns,
            words: Vec::with_capacity(self.batch.words.len()),
            starts,
            kinds: Vec::with_capacity(self.batch.kinds.len()),
        };
        self.open = 0;
        std::mem::replace(&mut self.batch, empty)
    }

    /// A closed row.
    #[inline]
    pub fn row(&self, row: usize) -> RowRef<'_> {
        self.batch.row(row)
    }

    /// Drops all closed rows but the first `rows`.
    #[inline]
    pub fn truncate(&mut self, rows: usize) {
        debug_assert!(self.open_kind.is_none(), "a row is open");
        self.batch.starts.truncate(rows + 1);
        self.batch.kinds.truncate(rows);
        let end = self.batch.starts[rows] as usize;
        self.batch.words.truncate(end);
    }

    #[inline]
    pub fn begin(&mut self, kind: RowKind) {
        debug_assert!(self.open_kind.is_none(), "a row is open");
        self.open = self.batch.words.len();
        self.batch
            .words
            .resize(self.open + self.null_words + self.batch.columns, 0);
        self.open_kind = Some(kind);
    }

    #[inline]
    pub fn finish(&mut self) {
        let kind = self.open_kind.take().expect("a row is open");
        if kind != RowKind::Insert || !self.batch.kinds.is_empty() {
            let rows = self.batch.len();
            self.batch.kinds.resize(rows, RowKind::Insert);
            self.batch.kinds.push(kind);
        }
        self.batch.starts.push(self.batch.words.len() as u32);
    }

    /// Drops the open row.
    pub fn cancel(&mut self) {
        self.batch.words.truncate(self.open);
        self.open_kind = None;
    }

    /// Appends a row of the same columns as it is.
    #[inline]
    pub fn push(&mut self, kind: RowKind, row: RowRef<'_>) {
        self.open = self.batch.words.len();
        self.batch.words.extend_from_slice(row.words());
        self.open_kind = Some(kind);
        self.finish();
    }

    #[inline]
    fn set(&mut self, column: usize, slot: Option<u64>) {
        match slot {
            Some(slot) => self.batch.words[self.open + self.null_words + column] = slot,
            None => self.batch.words[self.open + column / 64] |= 1 << (column % 64),
        }
    }

    #[inline]
    pub fn put_null(&mut self, column: usize) {
        self.set(column, None);
    }

    #[inline]
    pub fn put_boolean(&mut self, column: usize, value: Option<bool>) {
        self.set(column, value.map(u64::from));
    }

    #[inline]
    pub fn put_i8(&mut self, column: usize, value: Option<i8>) {
        self.set(column, value.map(|v| v as i64 as u64));
    }

    #[inline]
    pub fn put_i16(&mut self, column: usize, value: Option<i16>) {
        self.set(column, value.map(|v| v as i64 as u64));
    }

    #[inline]
    pub fn put_i32(&mut self, column: usize, value: Option<i32>) {
        self.set(column, value.map(|v| v as i64 as u64));
    }

    #[inline]
    pub fn put_i64(&mut self, column: usize, value: Option<i64>) {
        self.set(column, value.map(|v| v as u64));
    }

    #[inline]
    pub fn put_f32(&mut self, column: usize, value: Option<f32>) {
        self.set(column, value.map(|v| u64::from(v.to_bits())));
    }

    #[inline]
    pub fn put_f64(&mut self, column: usize, value: Option<f64>) {
        self.set(column, value.map(f64::to_bits));
    }

    #[inline]
    pub fn put_date(&mut self, column: usize, value: Option<Date>) {
        self.put_i32(column, value.map(|v| v.0));
    }

    #[inline]
    pub fn put_time(&mut self, column: usize, value: Option<Time>) {
        self.put_i32(column, value.map(|v| v.0));
    }

    /// The value must have the column's scale and fit its precision.
    #[inline]
    pub fn put_decimal(&mut self, column: usize, value: Option<Decimal>, precision: u8) {
        match value {
            None => self.put_null(column),
            Some(v) if precision <= 18 => self.set(column, Some(v.unscaled as i64 as u64)),
            Some(v) => self.put_words(column, &[v.unscaled as u64, (v.unscaled >> 64) as u64]),
        }
    }

    #[inline]
    pub fn put_timestamp(&mut self, column: usize, value: Option<Timestamp>, precision: u8) {
        match value {
            None => self.put_null(column),
            Some(v) if precision <= 6 => self.set(column, Some(v.micros as u64)),
            Some(v) => self.put_words(column, &[v.micros as u64, u64::from(v.nanos)]),
        }
    }

    #[inline]
    pub fn put_text(&mut self, column: usize, value: Option<&str>) {
        self.put_bytes(column, value.map(str::as_bytes));
    }

    #[inline]
    pub fn put_bytes(&mut self, column: usize, value: Option<&[u8]>) {
        let Some(bytes) = value else {
            return self.put_null(column);
        };
        let words = &mut self.batch.words;
        let start = words.len();
        let (whole, rest) = bytes.as_chunks();
        words.extend(whole.iter().map(|chunk| u64::from_ne_bytes(*chunk)));
        if !rest.is_empty() {
            words.push(last_word(bytes, rest));
        }
        self.refer(column, start, bytes.len());
    }

    /// A variable-length value that is whole words already: a nested row, an encoded ARRAY.
    #[inline]
    pub fn put_words(&mut self, column: usize, words: &[u64]) {
        let start = self.batch.words.len();
        self.batch.words.extend_from_slice(words);
        self.refer(column, start, words.len() * 8);
    }

    /// Any value; the slow way, for nested types and literals.
    pub fn put_value(&mut self, column: usize, value: &Value, ty: &DataType) {
        super::value::put(self, column, value, ty);
    }

    /// Copies a column whose type keeps everything in its slot.
    #[inline]
    pub fn copy_fixed(&mut self, column: usize, row: RowRef<'_>, from: usize) {
        if row.is_null(from) {
            self.put_null(column);
        } else {
            self.set(column, Some(row.slot(from)));
        }
    }

    /// Copies a column whose slot is a reference.
    #[inline]
    pub fn copy_variable(&mut self, column: usize, row: RowRef<'_>, from: usize) {
        self.put_bytes(column, row.bytes(from));
    }

    #[inline]
    fn refer(&mut self, column: usize, start_word: usize, length_bytes: usize) {
        let offset_bytes = (start_word - self.open) * 8;
        self.set(column, Some((offset_bytes as u64) << 32 | length_bytes as u64));
    }
}

/// A word of the `rest` (one to seven bytes) that `bytes` end with, zeros behind it.
#[inline]
fn last_word(bytes: &[u8], rest: &[u8]) -> u64 {
    if let Some(last) = bytes.last_chunk() {
        // Taken together with bytes in front of it, which are shifted out again.
        return (u64::from_le_bytes(*last) >> (64 - 8 * rest.len())).to_le();
    }
    let mut word = [0; 8];
    word[..rest.len()].copy_from_slice(rest);
    u64::from_ne_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_padded_with_zeros() {
        for length in 0..40u8 {
            let bytes: Vec<u8> = (1..=length).map(|byte| byte | 0x80).collect();
            let mut writer = BatchWriter::new(1);
            writer.begin(RowKind::Insert);
            writer.put_bytes(0, Some(&bytes));
            writer.finish();
            let row = writer.row(0);
            assert_eq!(row.bytes(0), Some(&bytes[..]));
            let variable: &[u8] = bytemuck::cast_slice(&row.words()[2..]);
            assert!(variable[bytes.len()..].iter().all(|byte| *byte == 0), "{length}");
            assert_eq!(variable.len(), bytes.len().div_ceil(8) * 8);
        }
    }
}
