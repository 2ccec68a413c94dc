//! The journal's folder: which segments it holds, how a new one is made, who holds the lock, and the
//! marker that an error leaves.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskError, OpenFile};
use crate::error::ReadError;
use crate::format::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::segment::segment_name;

const LOCK: &str = "lock";
const TAINT: &str = "taint";
const UNFINISHED: &str = "segment.tmp";

/// Numbers of the segments in the folder, rising. A hole in the middle is refused by name; older
/// segments may have been archived, so the first need not be 1.
pub(crate) fn segment_numbers(folder: &Path) -> Result<Vec<u64>, ReadError> {
    let failed = |source| ReadError::Io { path: folder.to_path_buf(), source };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".journal")?.parse().ok());
        // A name that we would not write ourselves ("1.journal") is somebody's copy, not a segment.
        numbers.extend(number.filter(|number| name == *segment_name(*number)));
    }
    numbers.sort_unstable();
    for pair in numbers.windows(2) {
        if pair[1] != pair[0] + 1 {
            return Err(ReadError::Missing { segment: segment_name(pair[0] + 1) });
        }
    }
    Ok(numbers)
}

/// Makes the folder, if it is not there, and makes sure of its name either way.
pub(crate) fn make_folder(folder: &Path, disk: &Disk) -> Result<(), DiskError> {
    let failed = |source| DiskError { action: "create", path: folder.to_path_buf(), source };
    if !folder.is_dir() {
        fs::create_dir(folder).map_err(failed)?
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    disk.sync_folder(parent.unwrap_or(Path::new(".")))
}

/// Makes a segment that holds `records` (whole, end to end) and has room up to `file_bytes`. It gets
/// its name only when it is durable, so a segment by its name always has a whole header.
pub(crate) fn make_segment(
    folder: &Path,
    disk: &Disk,
    header: &SegmentHeader,
    records: &[u8],
    file_bytes: u64,
) -> Result<OpenFile, DiskError> {
    assert!((SEGMENT_HEADER_BYTES + records.len()) as u64 <= file_bytes, "records fit");
    let mut open = disk.create(&folder.join(UNFINISHED))?;
    disk.set_length(&open, file_bytes)?;
    disk.write(&open, 0, &header.encode())?;
    if !records.is_empty() {
        disk.write(&open, SEGMENT_HEADER_BYTES as u64, records)?;
    }
    disk.sync(&open)?;
    let path = folder.join(segment_name(header.number));
    disk.rename(&open.path, &path)?;
    disk.sync_folder(folder)?;
    open.path = path;
    Ok(open)
}

/// Removes what an interrupted `make_segment` left.
pub(crate) fn remove_unfinished(folder: &Path, disk: &Disk) -> Result<(), DiskError> {
    let path = folder.join(UNFINISHED);
    if path.exists() { disk.remove(&path) } else { Ok(()) }
}

/// The writer's lock, released when dropped or when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    open: OpenFile,
}

impl Lock {
    /// `None`: somebody else holds it.
    pub(crate) fn take(folder: &Path) -> Result<Option<Lock>, DiskError> {
        let path = folder.join(LOCK);
        let failed = |source| DiskError { action: "lock", path: path.clone(), source };
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { open: OpenFile { file, path } })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Epoch of the last writer, 0 if unknown. Only a help: the records are the truth. It keeps an
    /// epoch from being taken twice when its first writer ended before its first record.
    pub(crate) fn last_epoch(&self) -> u64 {
        let mut text = String::new();
        match (&self.open.file).read_to_string(&mut text) {
            Ok(_) => decode_note(&text).unwrap_or(0),
            Err(_) => 0,
        }
    }

    /// Notes the epoch, durably, before it is used.
    pub(crate) fn note_epoch(&self, disk: &Disk, epoch: u64) -> Result<(), DiskError> {
        disk.write(&self.open, 0, encode_note(epoch).as_bytes())?;
        disk.sync(&self.open)
    }
}

/// The marker that an error while writing or syncing leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taint {
    /// No error was left behind.
    None,
    /// All records up to `durable` are surely on the disk; later ones perhaps only in memory.
    After { durable: u64 },
    /// The marker itself cannot be read: nothing is sure.
    Unreadable,
}

fn taint_path(folder: &Path) -> PathBuf {
    folder.join(TAINT)
}

/// Leaves the marker as well as it can: the disk that just failed may refuse this too. `open` does
/// not rely on it alone, it writes the last record again in any case.
pub(crate) fn leave_taint(folder: &Path, disk: &Disk, durable: u64) {
    // A marker already there is older, so its bound is the safer one.
    if taint_path(folder).exists() {
        return;
    }
    let text = encode_note(durable);
    let left = disk.create(&taint_path(folder)).and_then(|open| {
        disk.write(&open, 0, text.as_bytes())?;
        disk.sync(&open)?;
        disk.sync_folder(folder)
    });
    // Nothing more can be done; the caller reports the first error, which is the one that matters.
    drop(left);
}

pub(crate) fn taint(folder: &Path) -> Result<Taint, DiskError> {
    let path = taint_path(folder);
    match fs::read(&path) {
        Ok(bytes) => {
            let durable = std::str::from_utf8(&bytes).ok().and_then(decode_note);
            Ok(durable.map_or(Taint::Unreadable, |durable| Taint::After { durable }))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Taint::None),
        Err(source) => Err(DiskError { action: "read", path, source }),
    }
}

pub(crate) fn remove_taint(folder: &Path, disk: &Disk) -> Result<(), DiskError> {
    disk.remove(&taint_path(folder))?;
    disk.sync_folder(folder)
}

/// Opens a segment to go on writing in it.
pub(crate) fn open_segment(folder: &Path, number: u64) -> Result<OpenFile, DiskError> {
    let path = folder.join(segment_name(number));
    let file: io::Result<File> = OpenOptions::new().read(true).write(true).open(&path);
    match file {
        Ok(file) => Ok(OpenFile { file, path }),
        Err(source) => Err(DiskError { action: "open", path, source }),
    }
}

/// A number with its checksum, in text so that an operator can read it: always 29 bytes.
fn encode_note(number: u64) -> String {
    let digits = format!("{number:020}");
    let checksum = crc32fast::hash(digits.as_bytes());
    format!("{digits} {checksum:08x}")
}

fn decode_note(text: &str) -> Option<u64> {
    let number = text.split(' ').next()?.parse().ok()?;
    (encode_note(number) == text).then_some(number)
}
