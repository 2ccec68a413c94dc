//! Opening for writing: note the new epoch, read to the end, cut off what is unfinished, make sure of the
//! rest.

use std::path::Path;

use base::{Plant, planted};

use crate::error::OpenError;
use crate::folder::{
    Taint, leave_taint, make_folder, make_segment, open_segment, remove_taint, remove_unfinished,
    segment_numbers, taint,
};
use crate::format::{Hash, SEGMENT_HEADER_BYTES, SegmentHeader, record_before};
use crate::lock::{EPOCH_LEAP, Lock};
use crate::reader::Reader;
use crate::watched::{DiskError, Watched};
use crate::writer::{FileJournal, Opened, Options, Tail};

/// Zeros written together when an unfinished record is wiped.
const WIPE_BYTES: u64 = 1 << 20;

impl From<DiskError> for OpenError {
    fn from(error: DiskError) -> OpenError {
        let DiskError { action, path, source } = error;
        OpenError::Io { action, path, source }
    }
}

pub(crate) fn open(folder: &Path, options: Options) -> Result<(FileJournal, Opened), OpenError> {
    let disk = Watched { disk: options.disk.clone(), hook: options.hook.clone() };
    make_folder(folder, &disk)?;
    let Some(lock) = Lock::take(folder, &disk)? else {
        return Err(OpenError::Locked { folder: folder.to_path_buf() });
    };
    lock.check_place(folder, &disk, options.adopt)?;
    // Before anything is read: a writer that lost its lock without knowing sees the note before it
    // acknowledges, so what it acknowledged is read here. Nothing else but leftovers without a name is
    // changed before all is read and found right.
    let noted = lock.last_epoch();
    let noted_before = noted.unwrap_or(EPOCH_LEAP);
    let mut epoch = if planted(Plant::EpochNotRaised) { noted_before.max(1) } else { noted_before + 1 };
    lock.note_epoch(&disk, epoch)?;
    remove_unfinished(folder, &disk)?;
    let taint = if planted(Plant::FailedSyncForgotten) { Taint::None } else { taint(folder, &disk)? };

    let told = options.posted_sequence.max(options.acknowledged_sequence);
    let known = match taint {
        Taint::After { durable } => durable.max(told),
        Taint::None | Taint::Unreadable => told,
    };
    let is_new = segment_numbers(disk.disk.as_ref(), folder)?.is_empty();
    let end = if is_new { None } else { Some(read_end(folder, &options)?) };
    let last_sequence = end.as_ref().map_or(0, |end| end.place.sequence - 1);
    if last_sequence < known {
        return Err(OpenError::EndLost { last: last_sequence, known });
    }
    let truncated_bytes = end.as_ref().map_or(Ok(0), |end| end.segment.used_bytes(end.offset))?;
    let last_epoch = highest_epoch(noted, end.as_ref());
    // The note is only a help and may be lost: the records are the truth.
    if last_epoch >= epoch && !planted(Plant::EpochNotRaised) {
        epoch = last_epoch + 1;
        lock.note_epoch(&disk, epoch)?;
    }

    let settled = match (&end, taint) {
        (None, _) => first_segment(folder, &disk, &options, epoch),
        // Without a record nobody has relied on the segment yet, so even its name may be unsure.
        (Some(end), Taint::None) if end.last_record_offset.is_some() => {
            settle_in_place(folder, &disk, end, truncated_bytes)
        }
        (Some(end), _) => {
            settle_in_fresh(folder, &disk, &options, end, known_durable(taint, last_sequence), epoch)
        }
    };
    // All but the last record were durable before that one was written.
    let tail = settled.inspect_err(|_| leave_taint(folder, &disk, last_sequence.saturating_sub(1)))?;
    if taint != Taint::None {
        remove_taint(folder, &disk)?
    }

    let opened = Opened { last_sequence, last_epoch, last_hash: tail.hash, truncated_bytes };
    let journal = FileJournal {
        folder: folder.to_path_buf(),
        disk,
        world: options.world,
        segment_bytes: options.segment_bytes,
        prepare: options.prepare,
        epoch,
        tail,
        preparing: None,
        poisoned: false,
        record: Vec::new(),
        lock,
    };
    Ok((journal, opened))
}

/// The highest epoch that anybody can have taken.
fn highest_epoch(noted: Option<u64>, end: Option<&Reader>) -> u64 {
    let in_journal = end.map_or(0, |end| end.place.epoch.max(end.segment.header.epoch));
    match noted {
        Some(noted) => in_journal.max(noted),
        // An earlier leap may stand in the records.
        None => in_journal - in_journal % EPOCH_LEAP + EPOCH_LEAP,
    }
}

/// Reads everything after the posted sequence and stays at the end.
fn read_end(folder: &Path, options: &Options) -> Result<Reader, OpenError> {
    let from_sequence = options.posted_sequence.saturating_add(1);
    let mut reader = Reader::open_on(options.disk.clone(), folder, from_sequence, Some(&options.world))?;
    while reader.read_next()?.is_some() {}
    Ok(reader)
}

/// `last_sequence` is the last one that was read.
fn known_durable(taint: Taint, last_sequence: u64) -> u64 {
    match taint {
        Taint::None => last_sequence,
        Taint::After { durable } => durable,
        Taint::Unreadable => 0,
    }
}

fn first_segment(folder: &Path, disk: &Watched, options: &Options, epoch: u64) -> Result<Tail, OpenError> {
    let before: Hash = [0; 32];
    let header = SegmentHeader { number: 1, first_sequence: 1, epoch, before, world: options.world };
    fresh(folder, disk, options, &header, &[], 0, before)
}

/// No error is known of: go on in the last segment.
fn settle_in_place(
    folder: &Path,
    disk: &Watched,
    end: &Reader,
    truncated_bytes: u64,
) -> Result<Tail, OpenError> {
    let number = end.segment.header.number;
    let open = open_segment(folder, disk, number)?;
    // Wiped, so that a later unfinished record never stands next to pieces of this one.
    let last = end.last_record_offset.filter(|_| planted(Plant::LastRecordWiped));
    let (mut at, wiped) = (last.unwrap_or(end.offset), end.offset + truncated_bytes);
    while at < wiped {
        let bytes = WIPE_BYTES.min(wiped - at);
        disk.write(&open, at, &vec![0; bytes as usize])?;
        at += bytes;
    }
    // Only the last record can be in memory alone: each was synced before the next was written. A
    // sync that failed before us, with its marker lost too, has left its pages marked clean; writing
    // the same bytes again makes this sync tell the truth.
    let offset = end.last_record_offset.expect("the caller looked");
    let mut record = vec![0; (end.offset - offset) as usize];
    end.segment.read(offset, &mut record)?;
    if !planted(Plant::FailedSyncForgotten) {
        disk.write(&open, offset, &record)?;
    }
    disk.sync(&open)?;
    disk.sync_folder(folder)?;
    Ok(Tail {
        open,
        number,
        file_bytes: end.segment.file_bytes,
        offset: end.offset,
        sequence: end.place.sequence - 1,
        hash: end.place.before,
    })
}

/// An error was left behind: copy what is not surely durable into a fresh segment. The old file is
/// not written again; what stands in it after `durable` is void once the fresh one has its name.
fn settle_in_fresh(
    folder: &Path,
    disk: &Watched,
    options: &Options,
    end: &Reader,
    durable: u64,
    epoch: u64,
) -> Result<Tail, OpenError> {
    let old = &end.segment.header;
    let first_sequence = (durable + 1).max(old.first_sequence);
    // Nothing of the old file is kept: the fresh one takes its name, which also renews the name.
    let number = if first_sequence == old.first_sequence { old.number } else { old.number + 1 };
    let (mut records, mut before) = (Vec::new(), end.place.before);
    if first_sequence < end.place.sequence {
        let mut copied = Reader::open_on(options.disk.clone(), folder, first_sequence, Some(&options.world))?;
        copied.read_next()?.expect("read before, under the same lock");
        let offset = copied.last_record_offset.expect("a record was just given");
        records.resize((end.offset - offset) as usize, 0);
        end.segment.read(offset, &mut records)?;
        before = record_before(&records);
    }
    let header = SegmentHeader { number, first_sequence, epoch, before, world: options.world };
    fresh(folder, disk, options, &header, &records, end.place.sequence - 1, end.place.before)
}

/// Makes a segment of `records`, the last of which has this sequence and hash.
fn fresh(
    folder: &Path,
    disk: &Watched,
    options: &Options,
    header: &SegmentHeader,
    records: &[u8],
    sequence: u64,
    hash: Hash,
) -> Result<Tail, OpenError> {
    let offset = (SEGMENT_HEADER_BYTES + records.len()) as u64;
    let file_bytes = options.segment_bytes.max(offset);
    let open = make_segment(folder, disk, header, records, file_bytes)?;
    Ok(Tail { open, number: header.number, file_bytes, offset, sequence, hash })
}
