//! One change of a table, as text that PostgreSQL parses by the column's own type; and its bytes in a checkpoint.

/// What is to be done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// INSERT, or INSERT … ON CONFLICT DO UPDATE where there is a primary key.
    Put,
    Delete,
}

/// `values` are all columns for `Put`, those of the primary key for `Delete`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) action: Action,
    pub(super) values: Vec<Option<String>>,
}

/// Length that stands for NULL.
const NULL: u32 = u32::MAX;

impl Change {
    /// Appends: one byte action, u16 count, then per value u32 length and bytes. Little endian.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(self.action == Action::Delete));
        bytes.extend_from_slice(&(self.values.len() as u16).to_le_bytes());
        for value in &self.values {
            match value {
                None => bytes.extend_from_slice(&NULL.to_le_bytes()),
                Some(text) => {
                    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
    }

    /// Takes one change off the front.
    fn read(bytes: &mut &[u8]) -> Option<Change> {
        let action = if take(bytes, 1)?[0] == 0 {
            Action::Put
        } else {
            Action::Delete
        };
        let count = u16::from_le_bytes(take(bytes, 2)?.try_into().ok()?);
        let mut values = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let length = u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?);
            values.push(match length {
                NULL => None,
                length => Some(
                    std::str::from_utf8(take(bytes, length as usize)?)
                        .ok()?
                        .to_owned(),
                ),
            });
        }
        Some(Change { action, values })
    }
}

/// All changes of a writer; `None` if the bytes are not such.
pub(super) fn read_all(mut bytes: &[u8]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while !bytes.is_empty() {
        changes.push(Change::read(&mut bytes)?);
    }
    Some(changes)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(front)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_come_back() {
        let changes = [
            Change {
                action: Action::Put,
                values: vec![Some("ä".into()), None, Some(String::new())],
            },
            Change {
                action: Action::Delete,
                values: vec![Some("1".into())],
            },
        ];
        let mut bytes = Vec::new();
        changes.iter().for_each(|change| change.write(&mut bytes));
        assert_eq!(read_all(&bytes), Some(changes.to_vec()));
        assert_eq!(read_all(&bytes[..5]), None);
    }
}
