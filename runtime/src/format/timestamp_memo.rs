//! Parsing timestamps that come one after another: most share their minute with the one before.
//!
//! In: texts of timestamps and how one of them is parsed. Out: what parsing makes of each. Invariant: the
//! memo holds the first 16 bytes (`yyyy-MM-dd HH:mm`) of a text that was parsed, so a text that begins with
//! them and goes on with `:ss[.fraction]` has the same minute.

use sql::Timestamp;

const MINUTE_BYTES: usize = 16;
const MINUTE_US: i64 = 60_000_000;
const FRACTION_DIGITS_MAX: usize = 9;

/// The minute of the timestamp before; nothing at first.
#[derive(Clone, Debug, Default)]
pub(super) struct TimestampMemo {
    minute_text: Option<[u8; MINUTE_BYTES]>,
    minute_us: i64,
}

impl TimestampMemo {
    /// The timestamp of `text`, which is what `parse` answers. One memo serves one way of parsing.
    #[inline]
    pub(super) fn parse(
        &mut self,
        text: &str,
        parse: impl FnOnce() -> Option<Timestamp>,
    ) -> Option<Timestamp> {
        if self.minute_text.is_some()
            && text.as_bytes().first_chunk() == self.minute_text.as_ref()
            && let Some(nanos) = nanos_of_minute(&text.as_bytes()[MINUTE_BYTES..])
        {
            return Some(Timestamp {
                micros: self.minute_us + nanos / 1_000,
                nanos: (nanos % 1_000) as u16,
            });
        }
        self.learn(text, parse()?)
    }

    #[cold]
    fn learn(&mut self, text: &str, point: Timestamp) -> Option<Timestamp> {
        let bytes = text.as_bytes();
        if let Some(minute_text) = bytes.first_chunk::<MINUTE_BYTES>()
            && minute_text[4] == b'-'
            && minute_text[13] == b':'
            && nanos_of_minute(&bytes[MINUTE_BYTES..]).is_some()
        {
            self.minute_text = Some(*minute_text);
            self.minute_us = point.micros.div_euclid(MINUTE_US) * MINUTE_US;
        }
        Some(point)
    }
}

/// `:ss` or `:ss.` and up to nine digits.
#[inline]
fn nanos_of_minute(text: &[u8]) -> Option<i64> {
    let (&[colon, tens, ones], fraction) = text.split_first_chunk()?;
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if colon != b':' || tens > 5 || ones > 9 {
        return None;
    }
    let seconds = i64::from(tens * 10 + ones) * 1_000_000_000;
    let Some((point, digits)) = fraction.split_first() else {
        return Some(seconds);
    };
    if *point != b'.' || digits.is_empty() || digits.len() > FRACTION_DIGITS_MAX {
        return None;
    }
    let mut nanos = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        nanos = nanos * 10 + i64::from(digit);
    }
    const POWERS: [i64; FRACTION_DIGITS_MAX] = [
        100_000_000,
        10_000_000,
        1_000_000,
        100_000,
        10_000,
        1_000,
        100,
        10,
        1,
    ];
    Some(seconds + nanos * POWERS[digits.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::super::temporal::{TimestampStandard, parse_timestamp, parse_timestamp_ltz};
    use super::*;

    #[test]
    fn a_memo_changes_nothing() {
        let minutes = [
            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "2020-01-31 10:11",
            "2020-01-31T10:11",
            "2020-02-31 10:11",
            "1969-12-31 23:59",
            "-001-01-01 00:00",
            "-2020-01-31 10:1",
            "+12020-01-31 10:",
            "2020-13-01 00:00",
            "2020-01-31 24:00",
            "9999-12-31 23:59",
            "0000-01-01 00:00",
            "2020-01-31 10:60",
            "2020-01-31t10:11",
        ];
        let rests = [
            "",
            ":",
            ":0",
            ":00",
            ":59",
            ":60",
            ":5x",
            ":07.",
            ":07.1",
            ":07.12",
            ":07.123",
            ":07.1234",
            ":07.12345",
            ":07.123456",
            ":07.1234567",
            ":07.12345678",
            ":07.123456789",
            ":07.1234567890",
            ":07.12x",
            ":07,1",
            ":07.1Z",
            "1:00",
            "1:00.5",
            "é",
        ];
        for standard in [TimestampStandard::Sql, TimestampStandard::Iso8601] {
            let (mut memo, mut ltz_memo) = (TimestampMemo::default(), TimestampMemo::default());
            for minute in minutes {
                // Twice: with what the minutes before left, then with its own.
                for rest in rests.iter().chain(&rests) {
                    let text = format!("{minute}{rest}");
                    let expected = parse_timestamp(&text, standard);
                    assert_eq!(memo.parse(&text, || expected), expected, "{text}");
                    let expected = parse_timestamp_ltz(&format!("{text}Z"), standard);
                    assert_eq!(ltz_memo.parse(&text, || expected), expected, "{text}Z");
                }
            }
        }
    }
}
