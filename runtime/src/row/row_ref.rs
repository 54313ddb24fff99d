//! Reading a row in place. Every getter answers `None` for NULL; the caller names the type the column has.

use sql::{Date, Decimal, Time, Timestamp};

use super::null_words;

/// One row somewhere in an arena.
#[derive(Clone, Copy, Debug)]
pub struct RowRef<'a> {
    words: &'a [u64],
    null_words: usize,
}

impl<'a> RowRef<'a> {
    /// `words` is exactly the row; `null_words` as [`null_words`] answers for its columns.
    #[inline]
    pub fn new(words: &'a [u64], null_words: usize) -> Self {
        RowRef { words, null_words }
    }

    /// A row of `columns` columns.
    #[inline]
    pub fn of(words: &'a [u64], columns: usize) -> Self {
        RowRef {
            words,
            null_words: null_words(columns),
        }
    }

    /// The whole row; equal rows have equal words.
    #[inline]
    pub fn words(self) -> &'a [u64] {
        self.words
    }

    #[inline]
    pub fn is_null(self, column: usize) -> bool {
        self.words[column / 64] >> (column % 64) & 1 != 0
    }

    /// The bare slot, zero for NULL.
    #[inline]
    pub fn slot(self, column: usize) -> u64 {
        self.words[self.null_words + column]
    }

    #[inline]
    fn get<T>(self, column: usize, read: impl FnOnce(u64) -> T) -> Option<T> {
        if self.is_null(column) {
            None
        } else {
            Some(read(self.slot(column)))
        }
    }

    #[inline]
    pub fn boolean(self, column: usize) -> Option<bool> {
        self.get(column, |slot| slot != 0)
    }

    #[inline]
    pub fn i8(self, column: usize) -> Option<i8> {
        self.get(column, |slot| slot as i8)
    }

    #[inline]
    pub fn i16(self, column: usize) -> Option<i16> {
        self.get(column, |slot| slot as i16)
    }

    #[inline]
    pub fn i32(self, column: usize) -> Option<i32> {
        self.get(column, |slot| slot as i32)
    }

    /// BIGINT and INTERVAL DAY TO SECOND.
    #[inline]
    pub fn i64(self, column: usize) -> Option<i64> {
        self.get(column, |slot| slot as i64)
    }

    #[inline]
    pub fn f32(self, column: usize) -> Option<f32> {
        self.get(column, |slot| f32::from_bits(slot as u32))
    }

    #[inline]
    pub fn f64(self, column: usize) -> Option<f64> {
        self.get(column, f64::from_bits)
    }

    #[inline]
    pub fn date(self, column: usize) -> Option<Date> {
        self.get(column, |slot| Date(slot as i32))
    }

    #[inline]
    pub fn time(self, column: usize) -> Option<Time> {
        self.get(column, |slot| Time(slot as i32))
    }

    #[inline]
    pub fn decimal(self, column: usize, precision: u8, scale: u8) -> Option<Decimal> {
        self.get(column, |slot| {
            let unscaled = if precision <= 18 {
                i128::from(slot as i64)
            } else {
                let at = (slot >> 35) as usize;
                i128::from(self.words[at + 1] as i64) << 64 | i128::from(self.words[at])
            };
            Decimal { unscaled, scale }
        })
    }

    #[inline]
    pub fn timestamp(self, column: usize, precision: u8) -> Option<Timestamp> {
        self.get(column, |slot| {
            if precision <= 6 {
                return Timestamp::from_micros(slot as i64);
            }
            let at = (slot >> 35) as usize;
            Timestamp {
                micros: self.words[at] as i64,
                nanos: self.words[at + 1] as u16,
            }
        })
    }

    #[inline]
    pub fn bytes(self, column: usize) -> Option<&'a [u8]> {
        self.get(column, |slot| {
            let (start, length) = ((slot >> 32) as usize, slot as u32 as usize);
            &bytemuck::cast_slice::<u64, u8>(self.words)[start..start + length]
        })
    }

    #[inline]
    pub fn text(self, column: usize) -> Option<&'a str> {
        self.bytes(column)
            .map(|bytes| std::str::from_utf8(bytes).expect("text in a row is UTF-8"))
    }

    /// The words a reference points to: a nested row, or count and elements of an ARRAY or MAP.
    #[inline]
    pub fn nested(self, column: usize) -> Option<&'a [u64]> {
        self.get(column, |slot| {
            let (start, length) = ((slot >> 35) as usize, (slot as u32 / 8) as usize);
            &self.words[start..start + length]
        })
    }

    /// A column of type ROW with `fields` fields.
    #[inline]
    pub fn row(self, column: usize, fields: usize) -> Option<RowRef<'a>> {
        self.nested(column).map(|words| RowRef::of(words, fields))
    }
}
