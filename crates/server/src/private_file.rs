//! Files that only their owner may read: keys, demo passwords. Written whole or not at all.

use anyhow::{Context, bail};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// Owner reads and writes, nobody else anything.
const FILE_MODE: u32 = 0o600;
/// The same for folders.
const FOLDER_MODE: u32 = 0o700;
/// The permissions of everybody but the owner.
const OTHERS: u32 = 0o077;
/// More than any key or note of ours: the largest is the seeding of a world with all that its file may declare.
pub(crate) const BYTES_MAX: u64 = 4 << 20;

/// Makes a folder with all its parents, closed to others. One that is there stays as it is. Its name and those of its
/// parents are durable afterwards, also when an earlier start made them and was cut off: whatever is written below them
/// would be lost with them.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    let named = || format!("the folder {} cannot be made", path.display());
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).with_context(named)?;
    for above in path.ancestors().skip(1) {
        match sync_folder(above) {
            // A folder that we may not even read is not ours, and was there before.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            synced => synced.with_context(named)?,
        }
    }
    Ok(())
}

/// Writes a file under another name, makes it durable and renames it, so that it is never seen half written.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, bytes, FILE_MODE)
}

/// As [`write`], for what others may read.
pub(crate) fn write_open(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, bytes, 0o644)
}

fn write_with(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let named = || format!("{} cannot be written", path.display());
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.tmp", std::process::id()));
    let unfinished = Path::new(&unfinished);
    let written = || -> std::io::Result<()> {
        match fs::remove_file(unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(unfinished, path)?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))
    };
    written().with_context(named)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Reads a private file; refuses one that others may read or write, because then it is no secret any more.
pub(crate) fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let found = fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mode = found.permissions().mode();
    if mode & OTHERS != 0 {
        bail!(
            "{} can be read or written by others (mode {:03o}). It holds secrets. \
             If nobody read it, close it with: chmod 600 {}",
            path.display(),
            mode & 0o777,
            path.display()
        );
    }
    if found.len() > BYTES_MAX {
        bail!("{} is no file of ours: it has {} bytes", path.display(), found.len());
    }
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Zeroizing::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_closed_to_others_and_refused_when_it_was_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (inner, path) = (folder.path().join("keys/inner"), folder.path().join("keys/inner/a.key"));
        make_folder(&inner).unwrap();
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().as_str(), "two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1, "nothing unfinished is left");
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("a.key") && error.contains("chmod 600"), "{error}");
        }
    }
}
