//! Who may write the folder: the lock, the epoch noted in it, and the note that tells a copied folder
//! from the one that was made.
//!
//! Three lines of defence against two writers, each for what the one before does not see:
//!
//! 1. The system's lock on the file `lock`: two processes of one machine.
//! 2. The epoch in that file: a writer that lost its lock without knowing (it was paused, a network
//!    file system forgot it). Every opening notes a higher epoch first and reads the records then; every
//!    append looks at the note before it writes, and once more before it acknowledges. So whatever was
//!    acknowledged under the old epoch was read by the new writer. What remains: a writer that is paused
//!    after its first look and before its write may still write over a record of the new one, or put a
//!    new segment in place of the new one's. The next reader refuses such a chain by name if anything
//!    follows the damage; it is not prevented. A note that was torn is leapt over ([`EPOCH_LEAP`]); torn
//!    twice with no record between, the second leap ends where the first did. On a network file system
//!    the look is as fresh as its cache.
//! 3. The file `place`: which file `lock` was. A copy's `lock` is another file, so a copied folder is
//!    refused until the caller says that it takes over. A clone of a whole volume, block by block, keeps
//!    the files' identities and is not noticed.

use std::io;
use std::path::Path;

use crate::disk::FileIdentity;
use crate::error::OpenError;
use crate::folder::{read_note, unfinished_path};
use crate::watched::{DiskError, OpenFile, Watched};

const LOCK: &str = "lock";
const PLACE: &str = "place";
/// Bytes of the note in the lock file.
const EPOCH_NOTE_BYTES: usize = 29;

/// What is added to the highest epoch that is known when the note is there and cannot be read: more than anybody opens
/// a folder without writing a record. Writers without a record of theirs stand in the note alone, and one of them may
/// be paused.
pub(crate) const EPOCH_LEAP: u64 = 1 << 32;

/// The writer's lock, released when dropped or when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    open: OpenFile,
}

impl Lock {
    /// `None`: somebody else holds it.
    pub(crate) fn take(folder: &Path, disk: &Watched) -> Result<Option<Lock>, DiskError> {
        let path = folder.join(LOCK);
        let file = disk.disk.lock(&path).map_err(DiskError::of("lock", &path))?;
        Ok(file.map(|file| Lock { open: OpenFile { file, path } }))
    }

    /// Epoch of the last writer: it keeps an epoch from being taken twice when its first writer ended, or was paused,
    /// before its first record. 0 when none was ever noted; `None` when there is a note that cannot be read.
    pub(crate) fn last_epoch(&self) -> Option<u64> {
        let never = || self.open.file.length().is_ok_and(|bytes| bytes == 0);
        self.noted_epoch().ok().or_else(|| never().then_some(0))
    }

    /// The epoch that is noted now. Fails also when the note is not one.
    pub(crate) fn noted_epoch(&self) -> Result<u64, DiskError> {
        let mut note = [0; EPOCH_NOTE_BYTES];
        let read = self.open.file.read_at(0, &mut note).and_then(|()| match decode_note(&note) {
            Some([epoch]) => Ok(epoch),
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "the epoch's note is damaged")),
        });
        read.map_err(DiskError::of("read the epoch in", &self.open.path))
    }

    /// Notes the epoch, durably, before it is used.
    pub(crate) fn note_epoch(&self, disk: &Watched, epoch: u64) -> Result<(), DiskError> {
        disk.write(&self.open, 0, encode_note(&[epoch]).as_bytes())?;
        disk.sync(&self.open)
    }

    /// Refuses a folder that was copied, unless `adopt`. A folder without the note gets one.
    pub(crate) fn check_place(&self, folder: &Path, disk: &Watched, adopt: bool) -> Result<(), OpenError> {
        let path = folder.join(PLACE);
        let identity = self.open.file.identity().map_err(DiskError::of("look at", &self.open.path))?;
        if let Some(note) = read_note(&path, disk)? {
            // A note that cannot be read is refused as well: it was renamed into place whole.
            if decode_note(&note).is_some_and(|noted| is_same(noted, identity)) {
                return Ok(());
            }
            if !adopt {
                return Err(OpenError::Copied { folder: folder.to_path_buf() });
            }
        }
        // The lock file's own name first: were it lost with the power, the note would name no file.
        disk.sync_folder(folder)?;
        let noted = [identity.number, identity.made_at_ns as u64];
        let open = disk.create(&unfinished_path(folder, PLACE, self.last_epoch().unwrap_or(0) + 1))?;
        disk.write(&open, 0, encode_note(&noted).as_bytes())?;
        disk.sync(&open)?;
        disk.rename(&open.path, &path)?;
        Ok(disk.sync_folder(folder)?)
    }
}

/// A file system may begin to tell when files were made, or cease to: then the number alone counts.
fn is_same([number, made_at_ns]: [u64; 2], identity: FileIdentity) -> bool {
    let made_at = identity.made_at_ns as u64;
    number == identity.number && (made_at_ns == made_at || made_at_ns == 0 || made_at == 0)
}

/// Numbers with their checksum, in text so that an operator can read it: 29 bytes for one number.
pub(crate) fn encode_note(numbers: &[u64]) -> String {
    let digits: Vec<String> = numbers.iter().map(|number| format!("{number:020}")).collect();
    let digits = digits.join(" ");
    let checksum = crc32fast::hash(digits.as_bytes());
    format!("{digits} {checksum:08x}")
}

pub(crate) fn decode_note<const N: usize>(note: &[u8]) -> Option<[u64; N]> {
    let mut words = std::str::from_utf8(note).ok()?.split(' ');
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = words.next()?.parse().ok()?;
    }
    (encode_note(&numbers).as_bytes() == note).then_some(numbers)
}
