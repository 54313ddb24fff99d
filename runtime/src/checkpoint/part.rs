//! State entries of one thread as one object in checkpoint storage.
//!
//! In: records as state tables write them. Out: sections, each headed by the operator's uid and the table's
//! position, so that any reader finds the records of any table. Invariant: decoding gives exactly what was
//! encoded, or an error.

use crate::error::JobError;

const MAGIC: &[u8; 8] = b"MSPART01";

/// Gathers sections.
#[derive(Default)]
pub(crate) struct PartWriter {
    bytes: Vec<u8>,
    open: Option<Open>,
    records: Vec<u8>,
}

#[derive(PartialEq)]
struct Open {
    uid: &'static str,
    table: usize,
}

impl PartWriter {
    /// Where records of this table are to be appended.
    pub(crate) fn section(&mut self, uid: &'static str, table: usize) -> &mut Vec<u8> {
        let wanted = Open { uid, table };
        if self.open.as_ref() != Some(&wanted) {
            self.close();
            self.open = Some(wanted);
        }
        &mut self.records
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.bytes.len() + self.records.len()
    }

    /// The part so far; empty if there is no record in it.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.close();
        std::mem::take(&mut self.bytes)
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if self.records.is_empty() {
            return;
        }
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(MAGIC);
        }
        self.bytes
            .extend_from_slice(&(open.uid.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(open.uid.as_bytes());
        self.bytes.extend_from_slice(&(open.table as u32).to_le_bytes());
        self.bytes
            .extend_from_slice(&(self.records.len() as u64).to_le_bytes());
        self.bytes.append(&mut self.records);
    }
}

/// Records of one table.
#[derive(Debug, PartialEq)]
pub(crate) struct Section<'a> {
    pub(crate) uid: &'a str,
    pub(crate) table: usize,
    pub(crate) records: &'a [u8],
}

/// All sections of a part.
pub(crate) fn sections(part: &[u8]) -> Result<Vec<Section<'_>>, JobError> {
    let mut rest = part.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let mut sections = Vec::new();
    while !rest.is_empty() {
        let uid_length = u32::from_le_bytes(*take_array(&mut rest)?);
        let uid = take(&mut rest, uid_length as usize)?;
        let table = u32::from_le_bytes(*take_array(&mut rest)?);
        let length = u64::from_le_bytes(*take_array(&mut rest)?);
        let section = Section {
            uid: std::str::from_utf8(uid).map_err(|_| damaged())?,
            table: table as usize,
            records: take(&mut rest, length as usize)?,
        };
        sections.push(section);
    }
    Ok(sections)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], JobError> {
    let (taken, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
    *rest = after;
    Ok(taken)
}

fn take_array<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], JobError> {
    let (taken, after) = rest.split_first_chunk().ok_or_else(damaged)?;
    *rest = after;
    Ok(taken)
}

fn damaged() -> JobError {
    JobError::Checkpoint("a part of the checkpoint is damaged".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_come_back_as_written() {
        let mut writer = PartWriter::default();
        writer.section("agg", 0).extend_from_slice(b"one");
        writer.section("agg", 0).extend_from_slice(b"two");
        writer.section("agg", 1);
        writer.section("join", 1).extend_from_slice(b"three");
        let bytes = writer.take();
        let found = sections(&bytes).expect("the part is whole");
        let section = |uid, table, records| Section { uid, table, records };
        assert_eq!(
            found,
            [
                section("agg", 0, &b"onetwo"[..]),
                section("join", 1, &b"three"[..])
            ]
        );
        assert!(writer.take().is_empty());
        assert!(sections(&bytes[..bytes.len() - 1]).is_err());
        assert!(sections(b"something else").is_err());
    }
}
