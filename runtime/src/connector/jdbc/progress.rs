//! How far a scan has come, and whether a scan that begins again brings the same rows again.
//!
//! In: the rows of the scan one after the other, the position that a checkpoint holds. Out: which rows are new, the
//! position. Invariant: rows are passed over only as those that were read before. A table with a key has its order
//! by it; rows of one without are compared with those before by a digest, so that a table that was changed, or
//! rewritten in another order, is an error and not rows that are missing or come twice.

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

/// The scan does not bring the rows again that it brought before the restart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changed;

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
        if self.rows == self.before.rows() && !self.is_same() {
            return Err(Changed);
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
        if is_short { Err(Changed) } else { Ok(()) }
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

    /// What cannot be compared is taken for the same.
    fn is_same(&self) -> bool {
        match (&self.before, self.now()) {
            (
                Position::Compared { digest, query, .. },
                Position::Compared {
                    digest: digest_now,
                    query: query_now,
                    ..
                },
            ) => *query != query_now || *digest == digest_now,
            _ => true,
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
            (Some("SELECT b FROM t"), &["x", "y", "z"], Some(1)),
            (None, &["x", "y", "z"], Some(1)),
            (None, &["x"], Some(0)),
        ] {
            let found = scan(&position, unordered, rows);
            let found = found.ok().map(|(new, _)| new);
            assert_eq!(found, expected, "{unordered:?} {rows:?}");
        }
        let (new, position) = scan(&json!(1), None, &["a", "b"]).expect("a table with a key");
        assert_eq!((new, position), (1, json!(2)));
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
