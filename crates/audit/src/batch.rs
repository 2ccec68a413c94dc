//! A batch of the journal, read in place: the same form that the cell writes, read by other code and without copies.

use crate::columns::Columns;
use crate::images;
use base::Stamp;
use cell::BatchError;
use engine::{Command, Key, Row, Table};

const FORM: u8 = 1;
const DELETE: u8 = 0;
const PUT: u8 = 1;

/// A command as it was decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided<'a> {
    /// The stamp of its first decision.
    pub(crate) stamp: Stamp,
    /// How many decisions it took.
    pub(crate) steps: u32,
    pub(crate) accepted: bool,
    bytes: &'a [u8],
}

/// One row after the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changed<'a> {
    pub(crate) table: Table,
    /// Whether it is gone; then `columns` holds its key only.
    pub(crate) deleted: bool,
    /// Its columns in the journal's form.
    pub(crate) columns: &'a [u8],
}

/// A batch.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    /// The last stamp given up to its end.
    pub(crate) last_stamp: Stamp,
    pub(crate) commands: Vec<Decided<'a>>,
    pub(crate) rows: Vec<Changed<'a>>,
}

impl<'a> Batch<'a> {
    /// Reads a journal payload. Any bytes give a batch or an error, never a panic.
    pub(crate) fn read(payload: &'a [u8]) -> Result<Batch<'a>, BatchError> {
        let mut rest = Rest(payload);
        let form = rest.byte()?;
        if form != FORM {
            return Err(BatchError::FormUnknown(form));
        }
        let last_stamp = rest.stamp()?;
        let count = rest.u32()?;
        let mut commands = Vec::with_capacity(rest.room_for(count, 33));
        for _command in 0..count {
            let (stamp, steps, accepted) = (rest.stamp()?, rest.u32()?, rest.flag()?);
            commands.push(Decided { stamp, steps, accepted, bytes: rest.bytes()? });
        }
        let count = rest.u32()?;
        let mut rows = Vec::with_capacity(rest.room_for(count, 7));
        for _row in 0..count {
            let number = rest.byte()?;
            let table = Table::from_number(number).ok_or(BatchError::TableUnknown(number))?;
            rows.push(Changed { table, deleted: !rest.flag()?, columns: rest.bytes()? });
        }
        if rest.0.is_empty() {
            Ok(Batch { last_stamp, commands, rows })
        } else {
            Err(BatchError::Damaged("bytes after its end"))
        }
    }
}

impl Decided<'_> {
    /// The command.
    pub(crate) fn command(&self) -> Result<Command, BatchError> {
        let unreadable = BatchError::Damaged("a command that cannot be read");
        match postcard::take_from_bytes(self.bytes) {
            Ok((command, [])) => Ok(command),
            _ => Err(unreadable),
        }
    }
}

impl<'a> Changed<'a> {
    /// The row's key, and the row unless it is gone.
    pub(crate) fn row(&self) -> Result<(Key, Option<Row>), BatchError> {
        let damaged = |source| BatchError::Row { table: self.table.name(), source };
        let mut source = Columns(self.columns);
        let read = if self.deleted {
            (self.table.read_key(&mut source).map_err(damaged)?, None)
        } else {
            let row = self.table.read(&mut source).map_err(damaged)?;
            (row.key(), Some(row))
        };
        if source.0.is_empty() { Ok(read) } else { Err(BatchError::Damaged("columns after a row's end")) }
    }

    /// The bytes of its key, which come first; an error when the row has not the columns of its table. What is in the
    /// columns is not read.
    pub(crate) fn key(&self) -> Result<&'a [u8], BatchError> {
        let (columns, keys) = (self.table.columns(), self.table.key_columns());
        let columns = if self.deleted { &columns[..keys] } else { columns };
        match images::key_length(self.columns, columns, keys) {
            Some(length) => Ok(&self.columns[..length]),
            None => Err(BatchError::Damaged("a row that has not the columns of its table")),
        }
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], BatchError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(BatchError::Damaged("ends early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BatchError> {
        Ok(self.take(N)?.try_into().expect("as many bytes as were taken"))
    }

    fn byte(&mut self) -> Result<u8, BatchError> {
        Ok(self.take(1)?[0])
    }

    /// Whether the batch says yes, or that a row was put.
    fn flag(&mut self) -> Result<bool, BatchError> {
        match self.byte()? {
            PUT => Ok(true),
            DELETE => Ok(false),
            _ => Err(BatchError::Damaged("neither yes nor no")),
        }
    }

    fn u32(&mut self) -> Result<u32, BatchError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn stamp(&mut self) -> Result<Stamp, BatchError> {
        Ok(Stamp { at_us: i64::from_le_bytes(self.array()?), seq: u64::from_le_bytes(self.array()?) })
    }

    fn bytes(&mut self) -> Result<&'a [u8], BatchError> {
        let length = self.u32()? as usize;
        self.take(length)
    }

    /// Never room for more than the bytes can hold, whatever a count says.
    fn room_for(&self, count: u32, least_bytes: usize) -> usize {
        (count as usize).min(self.0.len() / least_bytes)
    }
}
