//! Files that only their owner may read: keys, demo passwords. Written whole or not at all.

use anyhow::{Context, anyhow, bail};
use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Owner reads and writes, nobody else anything.
const FILE_MODE: u32 = 0o600;
/// The same for folders.
const FOLDER_MODE: u32 = 0o700;
/// The mode of files that others may read.
const OPEN_MODE: u32 = 0o644;
/// The permissions of everybody but the owner.
const OTHERS: u32 = 0o077;
/// More than any key or note of ours: the largest is the seeding of a world with all that its file may declare.
pub(crate) const BYTES_MAX: u64 = 4 << 20;

/// Files that a disk is asked for at the same time.
const SYNCING_THREADS: usize = 8;
/// A file that is durable within this time lies in memory, or on a disk that waits for nothing.
const WAIT_FREE: Duration = Duration::from_micros(200);

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
    write_with(path, bytes, OPEN_MODE)
}

fn write_with(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let mut together = Together::default();
    together.write_with(path, bytes, mode, true)?;
    together.sync()
}

/// Files that become durable together, for those that nobody looks at before: a disk that is asked for many files at
/// once takes hardly longer than for one. None of them may be relied on before [`Together::sync`]; until then a power
/// loss may leave one under its name with nothing in it.
#[derive(Default)]
pub(crate) struct Together {
    written: Vec<(PathBuf, File)>,
    folders: BTreeSet<PathBuf>,
}

impl Together {
    /// As [`write`].
    pub(crate) fn write(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        self.write_with(path, bytes, FILE_MODE, false)
    }

    /// As [`write_open`].
    pub(crate) fn write_open(&mut self, path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        self.write_with(path, bytes, OPEN_MODE, false)
    }

    fn write_with(&mut self, path: &Path, bytes: &[u8], mode: u32, sync_first: bool) -> anyhow::Result<()> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(format!(".{}.tmp", std::process::id()));
        let unfinished = Path::new(&unfinished);
        let written = || -> std::io::Result<File> {
            match fs::remove_file(unfinished) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(unfinished)?;
            file.write_all(bytes)?;
            if sync_first {
                file.sync_all()?;
            }
            fs::rename(unfinished, path)?;
            Ok(file)
        };
        let file = written().with_context(|| format!("{} cannot be written", path.display()))?;
        if !sync_first {
            self.written.push((path.to_owned(), file));
        }
        self.folders.insert(path.parent().unwrap_or(Path::new(".")).to_owned());
        Ok(())
    }

    /// Makes all of them durable, then their names.
    pub(crate) fn sync(self) -> anyhow::Result<()> {
        let began = Instant::now();
        if let Some((first, rest)) = self.written.split_first() {
            sync_files(std::slice::from_ref(first))?;
            // Where nothing is waited for, threads would take longer than what they save.
            if began.elapsed() < WAIT_FREE { sync_files(rest)? } else { sync_at_once(rest)? }
        }
        self.folders.iter().try_for_each(|folder| {
            sync_folder(folder).with_context(|| format!("{} cannot be written", folder.display()))
        })
    }
}

fn sync_at_once(files: &[(PathBuf, File)]) -> anyhow::Result<()> {
    let share = files.len().div_ceil(SYNCING_THREADS).max(1);
    std::thread::scope(|threads| {
        let running = files.chunks(share).map(|part| threads.spawn(move || sync_files(part)));
        let running: Vec<_> = running.collect();
        running.into_iter().try_for_each(|thread| {
            thread.join().map_err(|_| anyhow!("a thread that wrote files ended early"))?
        })
    })
}

fn sync_files(files: &[(PathBuf, File)]) -> anyhow::Result<()> {
    files.iter().try_for_each(|(path, file)| {
        file.sync_all().with_context(|| format!("{} cannot be written", path.display()))
    })
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

    #[test]
    fn files_that_become_durable_together_are_whole_closed_and_under_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |at: usize| folder.path().join(format!("{at}.key"));
        let mut together = Together::default();
        for at in 0..20 {
            together.write(&path(at), format!("key {at}").as_bytes()).unwrap();
        }
        together.write_open(&path(20), b"key 20").unwrap();
        sync_at_once(&together.written).unwrap();
        together.sync().unwrap();
        for at in 0..20 {
            assert_eq!(read(&path(at)).unwrap().as_str(), format!("key {at}"));
        }
        assert_eq!(fs::metadata(path(20)).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 21, "nothing unfinished is left");
        Together::default().sync().unwrap();
    }
}
