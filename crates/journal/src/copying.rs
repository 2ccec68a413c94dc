//! A journal of a database as a folder of segments: for backups, for checking, and for going back to files.

use std::path::Path;
use std::sync::Arc;

use crate::error::ReadError;
use crate::folder::{make_folder, make_segment, segment_numbers};
use crate::format::{SEGMENT_HEADER_BYTES, SegmentHeader, WorldId, record_before};
use crate::real_disk::RealDisk;
use crate::shelf::Shelf;
use crate::shelf_reader::ShelfReader;
use crate::watched::{DiskError, Watched};
use crate::writer::{Position, SEGMENT_BYTES_DEFAULT};

/// Why a journal was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The records cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The folder holds a journal already.
    #[error("{0} holds a journal already")]
    Occupied(String),
    /// The operating system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl From<DiskError> for CopyError {
    fn from(DiskError { action, path, source }: DiskError) -> CopyError {
        CopyError::Io { action, path: path.display().to_string(), source }
    }
}

/// Records that become a segment.
struct Filling {
    number: u64,
    first_sequence: u64,
    epoch: u64,
    records: Vec<u8>,
}

/// Copies all records as they stand now, byte for byte, into segments in a folder that is made if it is not
/// there. Gives the last one. The copy is durable when this returns, and is a whole journal.
pub fn copy_to_folder(shelf: &Arc<dyn Shelf>, world: WorldId, folder: &Path) -> Result<Position, CopyError> {
    let disk = Watched { disk: Arc::new(RealDisk), hook: None };
    make_folder(folder, &disk)?;
    if !segment_numbers(disk.disk.as_ref(), folder)?.is_empty() {
        return Err(CopyError::Occupied(folder.display().to_string()));
    }
    let room = usize::try_from(SEGMENT_BYTES_DEFAULT).unwrap_or(usize::MAX) - SEGMENT_HEADER_BYTES;
    let mut reader = ShelfReader::open(shelf.clone(), world, 1);
    let mut last = Position { sequence: 0, hash: [0; 32] };
    let mut filling = Filling { number: 1, first_sequence: 1, epoch: 1, records: Vec::new() };
    while let Some((bytes, record)) = reader.read_bytes()? {
        if !filling.records.is_empty() && filling.records.len() + bytes.len() > room {
            write(folder, &disk, world, &filling)?;
            let (number, first_sequence) = (filling.number + 1, record.sequence);
            filling = Filling { number, first_sequence, epoch: record.epoch, records: Vec::new() };
        }
        filling.epoch = record.epoch;
        filling.records.extend_from_slice(&bytes);
        last = Position { sequence: record.sequence, hash: record.hash };
    }
    write(folder, &disk, world, &filling)?;
    Ok(last)
}

fn write(folder: &Path, disk: &Watched, world: WorldId, filling: &Filling) -> Result<(), CopyError> {
    let Filling { number, first_sequence, epoch, records } = filling;
    let before = if records.is_empty() { [0; 32] } else { record_before(records) };
    let header =
        SegmentHeader { number: *number, first_sequence: *first_sequence, epoch: *epoch, before, world };
    let bytes = (SEGMENT_HEADER_BYTES + records.len()) as u64;
    make_segment(folder, disk, &header, records, bytes)?;
    Ok(())
}
