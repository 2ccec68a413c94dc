//! A batch as it stands in the journal: the commands with their stamps and outcomes, and the rows after them.
//!
//! Rows are there so that recovery never depends on code; commands, so that any day can be decided again.

use base::{BinarySink, BinarySource, FieldError, Stamp};
use engine::{Command, Key, Ran, Row, Table};

/// The form of the payload; a reader refuses others by number.
const FORM: u8 = 1;
const PUT: u8 = 1;
const DELETE: u8 = 0;

/// A payload that is not a batch.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BatchError {
    /// Written by a newer release.
    #[error("batch form {0} is not known to this release")]
    FormUnknown(u8),
    /// A table's number is not known.
    #[error("table {0} is not known to this release")]
    TableUnknown(u8),
    /// The bytes end early or hold something else.
    #[error("damaged batch: {0}")]
    Damaged(&'static str),
    /// A row does not fit its table.
    #[error("damaged row of table {table}: {source}")]
    Row {
        /// The table.
        table: &'static str,
        /// What does not fit.
        source: FieldError,
    },
}

/// A command as it was decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalledCommand {
    /// The stamp of its first decision.
    pub stamp: Stamp,
    /// How many decisions it took; the stamps follow without a gap.
    pub steps: u32,
    /// Whether it was accepted.
    pub accepted: bool,
    /// The command in postcard form.
    pub bytes: Vec<u8>,
}

/// One row after the batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChangedRow {
    /// Its table.
    pub table: Table,
    /// Whether it is gone; then `columns` holds its key only.
    pub deleted: bool,
    /// Its columns in the journal's form.
    pub columns: Vec<u8>,
}

/// A batch read back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchRecord {
    /// The last stamp given up to the end of the batch.
    pub last_stamp: Stamp,
    /// The commands in the order of their decision.
    pub commands: Vec<JournalledCommand>,
    /// The last image of each row that changed.
    pub rows: Vec<ChangedRow>,
}

/// Writes a batch. Queries are left out: they change nothing.
pub(crate) fn encode(
    commands: &[Command],
    outcomes: &[Ran],
    changes: &[(Key, Option<Row>)],
    last_stamp: Stamp,
    out: &mut Vec<u8>,
) -> Result<(), postcard::Error> {
    out.clear();
    out.push(FORM);
    put_stamp(out, last_stamp);
    let journalled = || commands.iter().zip(outcomes).filter(|(command, _)| !command.is_query());
    put_u32(out, journalled().count());
    for (command, ran) in journalled() {
        put_stamp(out, ran.stamp);
        out.extend(ran.steps.to_le_bytes());
        out.push(u8::from(ran.is_accepted()));
        with_length(out, |out| {
            let bytes = std::mem::take(out);
            *out = postcard::to_extend(command, bytes)?;
            Ok::<(), postcard::Error>(())
        })?;
    }
    put_u32(out, changes.len());
    for (key, row) in changes {
        out.push(key.table().number());
        out.push(if row.is_some() { PUT } else { DELETE });
        with_length(out, |out| {
            match row {
                Some(row) => row.write(&mut BinarySink(out)),
                None => key.write(&mut BinarySink(out)),
            }
            Ok::<(), postcard::Error>(())
        })?;
    }
    Ok(())
}

fn put_stamp(out: &mut Vec<u8>, stamp: Stamp) {
    out.extend(stamp.at_us.to_le_bytes());
    out.extend(stamp.seq.to_le_bytes());
}

fn put_u32(out: &mut Vec<u8>, number: usize) {
    let number = u32::try_from(number).expect("a batch is far smaller than 4 GiB");
    out.extend(number.to_le_bytes());
}

fn with_length<E>(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
    let at = out.len();
    out.extend([0; 4]);
    write(out)?;
    let length = u32::try_from(out.len() - at - 4).expect("a row is far smaller than 4 GiB");
    out[at..at + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

impl BatchRecord {
    /// Reads a journal payload. Any bytes give a batch or an error, never a panic.
    pub fn decode(payload: &[u8]) -> Result<BatchRecord, BatchError> {
        let mut rest = Cursor(payload);
        let form = rest.byte()?;
        if form != FORM {
            return Err(BatchError::FormUnknown(form));
        }
        let last_stamp = rest.stamp()?;
        let mut commands = Vec::new();
        for _command in 0..rest.u32()? {
            let (stamp, steps, accepted) = (rest.stamp()?, rest.u32()?, rest.byte()? == 1);
            commands.push(JournalledCommand { stamp, steps, accepted, bytes: rest.bytes()?.to_vec() });
        }
        let mut rows = Vec::new();
        for _row in 0..rest.u32()? {
            let number = rest.byte()?;
            let table = Table::from_number(number).ok_or(BatchError::TableUnknown(number))?;
            let deleted = rest.byte()? == DELETE;
            rows.push(ChangedRow { table, deleted, columns: rest.bytes()?.to_vec() });
        }
        if !rest.0.is_empty() {
            return Err(BatchError::Damaged("bytes after its end"));
        }
        Ok(BatchRecord { last_stamp, commands, rows })
    }
}

/// Whether a payload can be read back, row by row. It finds what [`BatchRecord::decode`] and [`ChangedRow::row`] would,
/// without keeping anything.
pub(crate) fn check(payload: &[u8]) -> Result<(), BatchError> {
    let mut rest = Cursor(payload);
    let form = rest.byte()?;
    if form != FORM {
        return Err(BatchError::FormUnknown(form));
    }
    rest.stamp()?;
    for _command in 0..rest.u32()? {
        let (_stamp, _steps, _accepted) = (rest.stamp()?, rest.u32()?, rest.byte()?);
        rest.bytes()?;
    }
    for _row in 0..rest.u32()? {
        let number = rest.byte()?;
        let table = Table::from_number(number).ok_or(BatchError::TableUnknown(number))?;
        let deleted = rest.byte()? == DELETE;
        read_row(table, deleted, rest.bytes()?)?;
    }
    if rest.0.is_empty() { Ok(()) } else { Err(BatchError::Damaged("bytes after its end")) }
}

fn read_row(table: Table, deleted: bool, columns: &[u8]) -> Result<(Key, Option<Row>), BatchError> {
    let damaged = |source| BatchError::Row { table: table.name(), source };
    let mut source = BinarySource::new(columns);
    let read = if deleted {
        (table.read_key(&mut source).map_err(damaged)?, None)
    } else {
        let row = table.read(&mut source).map_err(damaged)?;
        (row.key(), Some(row))
    };
    if source.is_empty() { Ok(read) } else { Err(BatchError::Damaged("columns after a row's end")) }
}

impl ChangedRow {
    /// The row's key, and the row unless it is gone.
    pub fn row(&self) -> Result<(Key, Option<Row>), BatchError> {
        read_row(self.table, self.deleted, &self.columns)
    }
}

impl JournalledCommand {
    /// The command.
    pub fn command(&self) -> Result<Command, BatchError> {
        postcard::from_bytes(&self.bytes).map_err(|_| BatchError::Damaged("a command that cannot be read"))
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], BatchError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(BatchError::Damaged("ends early"))?;
        self.0 = rest;
        Ok(taken)
    }
    fn byte(&mut self) -> Result<u8, BatchError> {
        Ok(self.take(1)?[0])
    }
    fn u32(&mut self) -> Result<u32, BatchError> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().expect("four bytes")))
    }
    fn u64(&mut self) -> Result<u64, BatchError> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("eight bytes")))
    }
    fn stamp(&mut self) -> Result<Stamp, BatchError> {
        Ok(Stamp { at_us: self.u64()?.cast_signed(), seq: self.u64()? })
    }
    fn bytes(&mut self) -> Result<&'a [u8], BatchError> {
        let length = self.u32()? as usize;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{PartyId, Slot, Text};
    use engine::{FindParty, Reply};
    use people::Login;
    use proptest::prelude::*;
    use std::sync::Arc;

    #[test]
    fn a_batch_reads_back() {
        let party = PartyId::issue(1, Slot::PLATFORM).unwrap();
        let login = Login { slot: Slot::PLATFORM, login: Text::new("a").unwrap(), party };
        let row = Row::Login(Arc::new(login.clone()));
        let gone = Key::SlotHead((Slot::PLATFORM,));
        let stamp = Stamp { at_us: 5, seq: 6 };
        let rules = engine::SetRules { rules: trade::Rulebook::first() };
        let commands = [Command::from(rules), Command::from(FindParty { party })];
        let outcome =
            |reply| Ran { stamp, steps: 1, reply: Some(reply), answered: None, parcels: Vec::new() };
        let outcomes =
            [outcome(Reply::SetRules(Ok(()))), outcome(Reply::FindParty(Err(engine::PartyNotFound)))];
        let mut out = Vec::new();
        encode(
            &commands,
            &outcomes,
            &[(row.key(), Some(row.clone())), (gone.clone(), None)],
            stamp,
            &mut out,
        )
        .unwrap();
        let read = BatchRecord::decode(&out).unwrap();
        assert_eq!(read.commands.len(), 1, "queries are not journalled");
        assert_eq!(read.commands[0].command().unwrap().name(), "SetRules");
        assert_eq!(read.rows[0].row().unwrap(), (row.key(), Some(row)));
        assert_eq!(read.rows[1].row().unwrap(), (gone, None));
        for cut in 0..out.len() {
            assert!(BatchRecord::decode(&out[..cut]).is_err());
        }
        out[0] = 9;
        assert_eq!(BatchRecord::decode(&out), Err(BatchError::FormUnknown(9)));
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_batch_or_an_error(mut bytes in any::<Vec<u8>>()) {
            if let Some(first) = bytes.first_mut() { *first = FORM; }
            let whole = BatchRecord::decode(&bytes).and_then(|batch| {
                batch.rows.iter().try_for_each(|row| row.row().map(drop))
            });
            prop_assert_eq!(check(&bytes).is_ok(), whole.is_ok());
        }
    }
}
