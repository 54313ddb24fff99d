//! The first line of staged output: who can make the rest visible, and what it was meant for.
//!
//! In: what a writer stages at the end of an epoch. Out: the same bytes behind a line of JSON, and back. Invariant:
//! output is applied in the words of the run that staged it (its table, its columns by name, its folder), never by
//! those of a later version of the application; what cannot be applied is an error unless the deployment allows loss.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::JobError;
use crate::log;

#[derive(Serialize, Deserialize)]
struct Head<T> {
    connector: String,
    /// The job's later epochs, or its recovery, have something to do with it even when it has been committed.
    is_open: bool,
    target: T,
}

/// Of any connector.
#[derive(Deserialize)]
struct AnyHead {
    connector: String,
    is_open: bool,
}

/// The bytes as they are staged.
pub(super) fn wrap<T: Serialize>(connector: &str, is_open: bool, target: &T, body: &[u8]) -> Vec<u8> {
    let head = Head {
        connector: connector.to_owned(),
        is_open,
        target,
    };
    let mut bytes = serde_json::to_vec(&head).expect("names are JSON");
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    bytes
}

/// Output that another run staged, as this connector reads it.
#[derive(Debug, PartialEq, Eq)]
enum Found<'a, T> {
    /// Its target and its body.
    Own(T, &'a [u8]),
    /// The table had another connector then.
    Foreign(String),
}

fn read<'a, T: DeserializeOwned>(connector: &str, bytes: &'a [u8]) -> Result<Found<'a, T>, JobError> {
    let (line, body) = split(bytes).ok_or_else(malformed)?;
    let head: AnyHead = serde_json::from_slice(line).map_err(|_| malformed())?;
    if head.connector != connector {
        return Ok(Found::Foreign(head.connector));
    }
    let head: Head<T> = serde_json::from_slice(line).map_err(|_| malformed())?;
    Ok(Found::Own(head.target, body))
}

/// Is there something left to do for output that has been committed? Of what cannot be read, nobody knows.
pub(crate) fn is_open(bytes: &[u8]) -> bool {
    let head = split(bytes).and_then(|(line, _)| serde_json::from_slice::<AnyHead>(line).ok());
    head.is_none_or(|head| head.is_open)
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', bytes)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

pub(super) fn malformed() -> JobError {
    JobError::Checkpoint("staged output is malformed".to_owned())
}

/// Output that the job cannot make visible: told where the deployment allows its loss, an error elsewhere.
pub(crate) fn give_up(is_allowed: bool, what: &str) -> Result<(), JobError> {
    give_up_unless(is_allowed, what, "start the version before once more and stop it")
}

/// The same where something else helps than the version before.
pub(super) fn give_up_unless(is_allowed: bool, what: &str, remedy: &str) -> Result<(), JobError> {
    if is_allowed {
        log::warn(format_args!("{what}; it is dropped"));
        return Ok(());
    }
    Err(JobError::Checkpoint(format!(
        "{what}; to have it written {remedy}, to drop it set \
         'execution.state-recovery.ignore-unclaimed-state' to 'true' (in a session cluster also by \
         approve_state_loss), or begin anew with --from-scratch"
    )))
}

/// Who takes staged output, and what is known of it.
pub(super) struct Taker<'a> {
    pub(super) connector: &'a str,
    pub(super) table: &'a str,
    /// The checkpoint's output is known to be visible, but for what is open.
    pub(super) is_applied: bool,
    pub(super) may_lose_output: bool,
}

impl Taker<'_> {
    /// What this table's connector has staged: targets and bodies. What its former connector staged and nobody can
    /// finish any more is given up; of what has been applied nothing is left to do.
    pub(super) fn take<'a, T: DeserializeOwned>(
        &self,
        outputs: &'a [Vec<u8>],
    ) -> Result<Vec<(T, &'a [u8])>, JobError> {
        let mut taken = Vec::new();
        for bytes in outputs.iter().filter(|bytes| !bytes.is_empty()) {
            match read(self.connector, bytes)? {
                Found::Own(target, body) => taken.push((target, body)),
                Found::Foreign(_) if self.is_applied && !is_open(bytes) => {}
                Found::Foreign(former) => self.give_up_foreign(&former)?,
            }
        }
        Ok(taken)
    }

    fn give_up_foreign(&self, former: &str) -> Result<(), JobError> {
        let (table, connector) = (self.table, self.connector);
        let what = format!(
            "the checkpoint holds output for table {table} that connector '{former}' staged; now it is '{connector}'"
        );
        give_up(self.may_lose_output, &what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_staged_comes_back_to_its_connector_only() {
        let bytes = wrap("jdbc", false, &"orders".to_owned(), b"a\nb");
        for (connector, expected) in [
            ("jdbc", Found::Own("orders".to_owned(), b"a\nb".as_slice())),
            ("filesystem", Found::Foreign("jdbc".to_owned())),
        ] {
            assert_eq!(read::<String>(connector, &bytes).expect("well formed"), expected);
        }
        assert!(read::<String>("jdbc", b"no head").is_err());
    }

    #[test]
    fn output_of_another_connector_is_refused_unless_nothing_is_lost_by_it() {
        let settled = [Vec::new(), wrap("jdbc", false, &(), b"1")];
        let open = [wrap("jdbc", true, &(), b"1")];
        for (outputs, is_applied, may_lose_output, is_taken) in [
            (&settled[..], false, false, false),
            (&settled, false, true, true),
            (&settled, true, false, true),
            (&open, true, false, false),
            (&open, true, true, true),
        ] {
            let taker = Taker {
                connector: "filesystem",
                table: "orders",
                is_applied,
                may_lose_output,
            };
            match (taker.take::<()>(outputs), is_taken) {
                (Ok(taken), true) => assert!(taken.is_empty(), "it is of another connector"),
                (Err(error), false) => {
                    let error = error.to_string();
                    assert!(
                        error.contains("table orders") && error.contains("'jdbc'"),
                        "{error}"
                    );
                }
                (found, _) => panic!("applied {is_applied}, may be lost {may_lose_output}: {found:?}"),
            }
        }
    }

    #[test]
    fn what_is_not_understood_counts_as_open() {
        assert!(!is_open(&wrap("jdbc", false, &(), b"")));
        assert!(is_open(&wrap("filesystem", true, &(), b"")));
        assert!(is_open(b"something older"));
    }
}
