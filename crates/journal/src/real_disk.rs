//! The disk of this machine.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::disk::{Access, Disk, DiskFile, FileIdentity};

/// The system's files. Locks are `flock`: they hold between processes of one machine, and between
/// machines only as far as a network file system carries them.
#[derive(Clone, Copy, Default, Debug)]
pub struct RealDisk;

#[derive(Debug)]
struct RealFile {
    file: File,
}

fn handle(file: File) -> Arc<dyn DiskFile> {
    Arc::new(RealFile { file })
}

fn identity(metadata: &fs::Metadata) -> FileIdentity {
    // Not the device's number: many systems give a volume another one at every start.
    let since = |made_at: SystemTime| i64::try_from(made_at.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok();
    let made_at_ns = metadata.created().ok().and_then(since).unwrap_or(0);
    FileIdentity { number: metadata.ino(), made_at_ns }
}

impl Disk for RealDisk {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            made => made,
        }
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path).map(handle)
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        OpenOptions::new().read(true).write(access == Access::ReadWrite).open(path).map(handle)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Arc<dyn DiskFile>>> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(handle(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        fs::metadata(path).map(|metadata| identity(&metadata))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

impl DiskFile for RealFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, offset)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn identity(&self) -> io::Result<FileIdentity> {
        self.file.metadata().map(|metadata| identity(&metadata))
    }
}
