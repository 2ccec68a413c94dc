//! The journal's folder: which segments it holds, how a new one is made, and the marker that an error
//! leaves. The lock and what it knows are in `lock.rs`.

use std::io;
use std::path::{Path, PathBuf};

use base::{Plant, planted};

use crate::disk::{Access, Disk};
use crate::error::ReadError;
use crate::format::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::lock::{decode_note, encode_note};
use crate::segment::segment_name;
use crate::watched::{DiskError, OpenFile, Watched};

const TAINT: &str = "taint";
const UNFINISHED: &str = ".tmp";

/// Longest note in the folder; what is longer is no note of ours.
const NOTE_BYTES_MAX: u64 = 256;

/// Numbers of the segments in the folder, rising. A hole in the middle is refused by name; older
/// segments may have been archived, so the first need not be 1.
pub(crate) fn segment_numbers(disk: &dyn Disk, folder: &Path) -> Result<Vec<u64>, ReadError> {
    let failed = |source| ReadError::Io { path: folder.to_path_buf(), source };
    let mut numbers = Vec::new();
    for name in disk.names(folder).map_err(failed)? {
        let number = name.strip_suffix(".journal").and_then(|number| number.parse().ok());
        // A name that we would not write ourselves ("1.journal") is somebody's copy, not a segment.
        numbers.extend(number.filter(|number| name == segment_name(*number)));
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
pub(crate) fn make_folder(folder: &Path, disk: &Watched) -> Result<(), DiskError> {
    disk.disk.make_folder(folder).map_err(DiskError::of("create", folder))?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    disk.sync_folder(parent.unwrap_or(Path::new(".")))
}

/// Where a file stands until it is finished. The epoch keeps two writers apart, should one ever go on
/// without knowing of the other.
pub(crate) fn unfinished_path(folder: &Path, purpose: &str, epoch: u64) -> PathBuf {
    folder.join(format!("{purpose}-{epoch}{UNFINISHED}"))
}

/// Makes a segment that holds `records` (whole, end to end) and has room up to `file_bytes`. It gets
/// its name only when it is durable, so a segment by its name always has a whole header.
pub(crate) fn make_segment(
    folder: &Path,
    disk: &Watched,
    header: &SegmentHeader,
    records: &[u8],
    file_bytes: u64,
) -> Result<OpenFile, DiskError> {
    assert!((SEGMENT_HEADER_BYTES + records.len()) as u64 <= file_bytes, "records fit");
    let open = disk.create(&unfinished_path(folder, "segment", header.epoch))?;
    disk.set_length(&open, file_bytes)?;
    if !records.is_empty() {
        disk.write(&open, SEGMENT_HEADER_BYTES as u64, records)?;
    }
    name_segment(folder, disk, header, open)
}

/// Makes a segment of an unfinished file that holds nothing but its records and zeros.
pub(crate) fn name_segment(
    folder: &Path,
    disk: &Watched,
    header: &SegmentHeader,
    mut open: OpenFile,
) -> Result<OpenFile, DiskError> {
    disk.write(&open, 0, &header.encode())?;
    disk.sync(&open)?;
    let path = folder.join(segment_name(header.number));
    disk.rename(&open.path, &path)?;
    if !planted(Plant::SegmentNameNotSynced) {
        disk.sync_folder(folder)?;
    }
    open.path = path;
    Ok(open)
}

/// Removes what was not finished before.
pub(crate) fn remove_unfinished(folder: &Path, disk: &Watched) -> Result<(), DiskError> {
    let mut names = disk.disk.names(folder).map_err(DiskError::of("list", folder))?;
    names.retain(|name| name.ends_with(UNFINISHED));
    names.sort_unstable();
    names.iter().try_for_each(|name| disk.remove(&folder.join(name)))
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
pub(crate) fn leave_taint(folder: &Path, disk: &Watched, durable: u64) {
    // A marker already there is older, so its bound is the safer one.
    if disk.disk.identity(&taint_path(folder)).is_ok() {
        return;
    }
    let text = encode_note(&[durable]);
    let left = disk.create(&taint_path(folder)).and_then(|open| {
        disk.write(&open, 0, text.as_bytes())?;
        disk.sync(&open)?;
        disk.sync_folder(folder)
    });
    // Nothing more can be done; the caller reports the first error, which is the one that matters.
    drop(left);
}

pub(crate) fn taint(folder: &Path, disk: &Watched) -> Result<Taint, DiskError> {
    let text = read_note(&taint_path(folder), disk)?;
    let durable = text.as_ref().map(|text| decode_note(text));
    Ok(match durable {
        None => Taint::None,
        Some(Some([durable])) => Taint::After { durable },
        Some(None) => Taint::Unreadable,
    })
}

pub(crate) fn remove_taint(folder: &Path, disk: &Watched) -> Result<(), DiskError> {
    disk.remove(&taint_path(folder))?;
    disk.sync_folder(folder)
}

/// The bytes of a small file, `None` if it is not there.
pub(crate) fn read_note(path: &Path, disk: &Watched) -> Result<Option<Vec<u8>>, DiskError> {
    let read = || -> io::Result<Vec<u8>> {
        let file = disk.disk.open(path, Access::Read)?;
        let mut bytes = vec![0; file.length()?.min(NOTE_BYTES_MAX) as usize];
        file.read_at(0, &mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::of("read", path)(error)),
    }
}

/// Opens a segment to go on writing in it.
pub(crate) fn open_segment(folder: &Path, disk: &Watched, number: u64) -> Result<OpenFile, DiskError> {
    let path = folder.join(segment_name(number));
    let file = disk.disk.open(&path, Access::ReadWrite).map_err(DiskError::of("open", &path))?;
    Ok(OpenFile { file, path })
}
