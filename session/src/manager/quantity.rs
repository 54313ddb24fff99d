//! Durations and sizes as Flink writes them.
//!
//! In: `10 s`, `512 mb`. Out: durations, bytes. Invariant: what Flink does not read is not read here.

use std::time::Duration;

fn number_and_unit(text: &str) -> Option<(u64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim().to_ascii_lowercase()))
}

pub(super) fn duration(text: &str) -> Option<Duration> {
    let (count, unit) = number_and_unit(text)?;
    let unit_ns: u64 = match unit.as_str() {
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        "us" | "µs" | "micro" | "micros" | "microsecond" | "microseconds" => 1_000,
        "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1_000_000,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000_000_000,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000_000_000,
        "h" | "hour" | "hours" => 3_600_000_000_000,
        "d" | "day" | "days" => 86_400_000_000_000,
        _ => return None,
    };
    count.checked_mul(unit_ns).map(Duration::from_nanos)
}

/// A duration as [`duration`] reads it, in the largest unit that leaves no rest.
pub(super) fn text(duration: Duration) -> String {
    let millis = duration.as_millis();
    match (millis % 60_000, millis % 1_000) {
        (0, _) if millis > 0 => format!("{} min", millis / 60_000),
        (_, 0) => format!("{} s", millis / 1_000),
        _ => format!("{millis} ms"),
    }
}

pub fn bytes(text: &str) -> Option<u64> {
    let (count, unit) = number_and_unit(text)?;
    let shift = match unit.as_str() {
        "" | "b" | "bytes" => 0,
        "k" | "kb" | "kibibytes" => 10,
        "m" | "mb" | "mebibytes" => 20,
        "g" | "gb" | "gibibytes" => 30,
        "t" | "tb" | "tebibytes" => 40,
        _ => return None,
    };
    count.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_flink_reads_them() {
        for (text, millis) in [
            ("10 s", Some(10_000)),
            ("3min", Some(180_000)),
            ("5", Some(5)),
            ("s", None),
            ("1 y", None),
        ] {
            assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        }
        for (text, expected) in [
            ("512 mb", Some(512 << 20)),
            ("1g", Some(1 << 30)),
            ("7", Some(7)),
            ("1 x", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
        for written in ["3 min", "90 s", "0 s", "1500 ms"] {
            let read = duration(written).expect("it is one");
            assert_eq!(text(read), written);
        }
    }
}
