//! How far a scan has come, and whether a scan that begins again brings the same rows again.
//!
//! In: the rows of the scan one after the other, the position that a checkpoint holds. Out: which rows are new, the
//! position. Invariant: rows are passed over only as those that were read before. A table with a key has its order
//! by it, and only their number is compared; rows of one without are compared with those before by a digest, so that a
//! table that was changed, or rewritten in another order, is an error and not rows that are missing or come twice.
//! Another query (a later version of the application reads other columns, or knows a key) brings rows that nothing can
//! compare: that, too, is an error while rows are to be passed over.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A position, as checkpoints hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Position {
    Rows(u64),
    Compared {
        rows: u64,
        /// Of all these rows.
        digest: String,
        /// Of the query: another one has other rows.
        query: String,
    },
}

impl Position {
    fn rows(&self) -> u64 {
        match self {
            Position::Rows(rows) | Position::Compared { rows, .. } => *rows,
        }
    }
}

pub(super) struct Progress {
    rows: u64,
    /// Where the rows are to be compared: the digest of those so far, and that of the query.
    compared: Option<(Sha256, String)>,
    before: Position,
}

/// Why nobody knows whether the scan brings the rows again that it brought before the restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// It does not.
    Rows,
    Query,
}

impl Progress {
    /// `unordered`: the query, where nothing says in which order its rows come.
    pub(super) fn new(position: &serde_json::Value, unordered: Option<&str>) -> Progress {
        let before = Position::deserialize(position).unwrap_or(Position::Rows(0));
        Progress {
            rows: 0,
            compared: unordered.map(|query| (Sha256::new(), short(Sha256::digest(query).as_slice()))),
            before,
        }
    }

    /// Takes in a row; answers whether it was not read before the restart.
    pub(super) fn pass(&mut self, row: &[u8]) -> Result<bool, Changed> {
        if let Some((digest, _)) = &mut self.compared {
            digest.update(row);
            digest.update(b"\n");
        }
        self.rows += 1;
        if self.rows <= self.before.rows() {
            self.compare()?;
        }
        Ok(self.rows > self.before.rows())
    }

    /// Rows so far, with those before the restart.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// No row follows.
    pub(super) fn end(&self) -> Result<(), Changed> {
        let is_short = self.compared.is_some() && self.rows < self.before.rows();
        if is_short { Err(Changed::Rows) } else { Ok(()) }
    }

    pub(super) fn position(&self) -> serde_json::Value {
        let position = match self.rows < self.before.rows() {
            true => self.before.clone(),
            false => self.now(),
        };
        serde_json::to_value(position).expect("a position is plain data")
    }

    fn now(&self) -> Position {
        match &self.compared {
            None => Position::Rows(self.rows),
            Some((digest, query)) => Position::Compared {
                rows: self.rows,
                digest: short(digest.clone().finalize().as_slice()),
                query: query.clone(),
            },
        }
    }

    /// Of a row that was read before. Only the number of rows that had an order is known.
    fn compare(&self) -> Result<(), Changed> {
        match (&self.before, &self.compared) {
            (Position::Rows(_), None) => Ok(()),
            (Position::Compared { rows, query, .. }, Some((_, query_now))) if query == query_now => {
                match self.rows < *rows || self.before == self.now() {
                    true => Ok(()),
                    false => Err(Changed::Rows),
                }
            }
            _ => Err(Changed::Query),
        }
    }
}

fn short(digest: &[u8]) -> String {
    hex::encode(&digest[..16])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The new rows of a scan after a restart, and where it stands then.
    fn scan(
        position: &serde_json::Value,
        unordered: Option<&str>,
        rows: &[&str],
    ) -> Result<(usize, serde_json::Value), Changed> {
        let mut progress = Progress::new(position, unordered);
        let mut new = 0;
        for row in rows {
            new += usize::from(progress.pass(row.as_bytes())?);
        }
        progress.end()?;
        Ok((new, progress.position()))
    }

    #[test]
    fn rows_are_passed_over_only_as_those_that_were_read() {
        let query = Some("SELECT a FROM t");
        let (new, position) = scan(&json!(0), query, &["a", "b"]).expect("the first scan");
        assert_eq!(new, 2);
        for (unordered, rows, expected) in [
            (query, &["a", "b", "c"][..], Some(1)),
            (query, &["a", "b"], Some(0)),
            (query, &["b", "a", "c"], None),
            (query, &["a", "x", "c"], None),
            (query, &["ab", "", "c"], None),
            (query, &["a"], None),
        ] {
            let found = scan(&position, unordered, rows);
            let expected = expected.ok_or(Changed::Rows);
            assert_eq!(found.map(|(new, _)| new), expected, "{unordered:?} {rows:?}");
        }
        let (new, position) = scan(&json!(1), None, &["a", "b"]).expect("a table with a key");
        assert_eq!((new, position), (1, json!(2)));
    }

    /// Where the query is another one the rows before cannot be compared, be the table as it was or not.
    #[test]
    fn another_query_passes_over_no_rows() {
        let (one, other) = (Some("SELECT a FROM t"), Some("SELECT a, b FROM t"));
        for (before, rows_before, now, expected) in [
            (one, &["a"][..], other, None),
            (one, &["a"], None, None),
            (None, &["a"], one, None),
            (one, &[], other, Some(2)),
            (None, &[], one, Some(2)),
            (None, &["a"], None, Some(1)),
        ] {
            let (_, position) = scan(&json!(0), before, rows_before).expect("the first scan");
            let found = scan(&position, now, &["x", "y"]);
            let expected = expected.ok_or(Changed::Query);
            assert_eq!(found.map(|(new, _)| new), expected, "{before:?} {now:?}");
        }
    }

    #[test]
    fn a_checkpoint_while_rows_are_passed_over_keeps_the_position() {
        let (_, position) = scan(&json!(null), Some("q"), &["a", "b", "c"]).expect("the first scan");
        let mut progress = Progress::new(&position, Some("q"));
        for row in [&b"a"[..], b"b"] {
            assert_eq!(progress.position(), position);
            assert_eq!(progress.pass(row), Ok(false));
        }
        assert_eq!(progress.pass(b"c"), Ok(false));
        assert_eq!(progress.pass(b"d"), Ok(true));
        assert_ne!(progress.position(), position);
    }
}
