//! Where a query begins to read.
//!
//! In: what the caller asks for, the options of the tables that are read. Out: options that say so to the connector.
//! Invariant: a query has no group of its own or of anybody: it joins none and commits nothing.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The first message that is read. Sources that have no such choice are read from their beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    #[default]
    Earliest,
    /// What arrives from now on.
    Latest,
    /// The first with this timestamp (milliseconds since 1970) or a later one.
    TimestampMs(i64),
}

const MODE: &str = "scan.startup.mode";
const TIMESTAMP: &str = "scan.startup.timestamp-millis";
const OFFSETS: &str = "scan.startup.specific-offsets";
const GROUP: &str = "properties.group.id";

impl Start {
    /// Changes the options of one table that is read.
    pub fn apply(self, options: &mut BTreeMap<String, String>) {
        let has_modes = match options.get("connector").map(String::as_str) {
            Some("kafka") => true,
            // A changelog by key is always read from its beginning.
            Some("upsert-kafka") => false,
            _ => return,
        };
        options.remove(GROUP);
        if !has_modes {
            return;
        }
        options.remove(OFFSETS);
        options.remove(TIMESTAMP);
        let mode = match self {
            Start::Earliest => "earliest-offset",
            Start::Latest => "latest-offset",
            Start::TimestampMs(millis) => {
                options.insert(TIMESTAMP.to_owned(), millis.to_string());
                "timestamp"
            }
        };
        options.insert(MODE.to_owned(), mode.to_owned());
    }
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Start, String> {
        match text {
            "earliest" => return Ok(Start::Earliest),
            "latest" => return Ok(Start::Latest),
            _ => {}
        }
        let instant = text
            .parse()
            .map(Timestamp::from_millisecond)
            .ok()
            .and_then(Result::ok)
            .or_else(|| text.parse().ok())
            .or_else(|| in_utc(text));
        let instant = instant.ok_or_else(|| {
            format!(
                "expected earliest, latest, a time such as 2026-01-31T12:00:00Z (UTC if it has no zone) or \
                 milliseconds since 1970, found '{text}'"
            )
        })?;
        Ok(Start::TimestampMs(instant.as_millisecond()))
    }
}

/// A date and time without a zone.
fn in_utc(text: &str) -> Option<Timestamp> {
    let moment: DateTime = text.parse().ok()?;
    moment.in_tz("UTC").ok().map(|zoned| zoned.timestamp())
}

impl std::fmt::Display for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Start::Earliest => f.write_str("earliest"),
            Start::Latest => f.write_str("latest"),
            Start::TimestampMs(millis) => write!(f, "{millis}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_several_ways() {
        for (text, expected) in [
            ("earliest", Start::Earliest),
            ("latest", Start::Latest),
            ("1700000000000", Start::TimestampMs(1_700_000_000_000)),
            ("2023-11-14T22:13:20Z", Start::TimestampMs(1_700_000_000_000)),
            ("2023-11-14T23:13:20+01:00", Start::TimestampMs(1_700_000_000_000)),
            ("2023-11-14 22:13:20", Start::TimestampMs(1_700_000_000_000)),
            ("2023-11-14", Start::TimestampMs(1_699_920_000_000)),
        ] {
            let start: Start = text.parse().expect(text);
            assert_eq!(start, expected, "{text}");
            let again: Start = start.to_string().parse().expect("what is shown can be read");
            assert_eq!(again, expected);
        }
        for text in ["", "early", "2023-13-01", "99999999999999999999"] {
            let problem = text.parse::<Start>().expect_err(text);
            assert!(problem.ends_with(&format!("found '{text}'")), "{problem}");
        }
    }

    #[test]
    fn a_query_reads_kafka_without_a_group() {
        let options = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect()
        };
        let given = [
            ("topic", "t"),
            (GROUP, "billing"),
            (OFFSETS, "partition:0,offset:3"),
        ];
        for (connector, start, expected) in [
            (
                "kafka",
                Start::Earliest,
                vec![(MODE, "earliest-offset"), ("topic", "t")],
            ),
            (
                "kafka",
                Start::TimestampMs(5),
                vec![(MODE, "timestamp"), (TIMESTAMP, "5"), ("topic", "t")],
            ),
            ("filesystem", Start::Latest, given.to_vec()),
        ] {
            let mut found = options(&given);
            found.insert("connector".to_owned(), connector.to_owned());
            start.apply(&mut found);
            found.remove("connector");
            assert_eq!(found, options(&expected), "{connector}");
        }
        let mut upsert = options(&[("connector", "upsert-kafka"), (GROUP, "g")]);
        Start::Latest.apply(&mut upsert);
        assert_eq!(upsert, options(&[("connector", "upsert-kafka")]));
    }
}
