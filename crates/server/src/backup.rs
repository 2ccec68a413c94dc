//! `tongbao backup` and `tongbao restore`.
//!
//! A backup is a folder of the same layout, made beside a running server: first a snapshot of the tables, then the
//! journal, which is never changed but at its end, so it is always ahead of the snapshot. Both are verified like any
//! books before the backup counts as made. `VERSION` is written last: without it the folder is no data folder.

use crate::books::{self, Books};
use crate::cli::{BackupArgs, RestoreArgs};
use crate::data_folder::DataFolder;
use crate::{print, private_file, verify};
use anyhow::{Context, bail, ensure};
use journal::ReadError;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::SqliteStore;

/// Bytes copied at once; whole pages of zeros are left out of the copy.
const CHUNK_BYTES: usize = 64 * 1024;

/// Copies a data folder, live or stopped.
pub(crate) fn back_up(args: &BackupArgs) -> anyhow::Result<()> {
    let from = DataFolder::look(&args.folder.data)?;
    let (sequence, records) = copy(&from, &args.to)?;
    print::out(&format!(
        "backup of {} in {}: tables as of record {sequence}, journal up to record {records}, verified",
        from.root().display(),
        args.to.display()
    ))
}

/// Makes a data folder from a backup.
pub(crate) fn restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let from = DataFolder::look(&args.from)?;
    let (_, records) = copy(&from, &args.data)?;
    print::out(&format!(
        "{} restored up to record {records}, verified. Never run it and the folder it was copied from at once: \
         they would tell two stories of one world.",
        args.data.display()
    ))
}

/// Copies and verifies; gives the posted sequence and the last record's.
pub(crate) fn copy(from: &DataFolder, to: &Path) -> anyhow::Result<(u64, u64)> {
    let began = books_of(from)?;
    private_file::make_folder(to)?;
    let busy = fs::read_dir(to).with_context(|| format!("{} cannot be read", to.display()))?.next().is_some();
    ensure!(!busy, "{} is not empty; name a folder that does not exist yet", to.display());
    let target = DataFolder::unfinished(to)?;
    private_file::make_folder(&target.journal())?;
    let (posted, records) = match Books::of(from)? {
        Books::Folder(_) => copy_files(from, &target)?,
        // A backup is files, wherever the books are: whoever restores it serves it from its folder.
        Books::Database(database) => {
            let world = from.world_note()?.world_id()?;
            let copied = books::copy_to_files(&database, world, &target.journal(), &target.tables())?;
            restrict(&target.tables())?;
            copied
        }
    };
    // The clock after the journal, so that the copy's clock is not behind its stamps. Not the id of the books: what is
    // served from a copy goes another way than what it was copied from.
    for name in ["world.json", "demo.json", "seeding.json", "clock.json", "apps.json", "bank.json"] {
        copy_note(&from.world().join(name), &target.world().join(name))?;
    }
    copy_notes(&from.keys(), &target.keys())?;
    // After the journal: a list is older than the row that names it.
    if from.lists().exists() {
        copy_notes(&from.lists(), &target.lists())?;
    }
    // After the journal: a key is older than what it sealed. Whoever is erased meanwhile is erased in the copy.
    if from.vault().exists() {
        vault::copy(&from.vault(), &target.vault())
            .with_context(|| format!("{} cannot be copied", from.vault().display()))?;
    }
    ensure!(
        books_of(from)? == began,
        "the world in {} began anew meanwhile; try again",
        from.root().display()
    );
    target.finish()?;
    let report = verify::books(&target)?;
    if !report.is_clean() {
        bail!("the copy in {} was made, but its books are wrong:\n{report}", to.display());
    }
    Ok((posted, records))
}

/// Copies tables and journal of a folder; gives the posted sequence and the last record's.
fn copy_files(from: &DataFolder, target: &DataFolder) -> anyhow::Result<(u64, u64)> {
    let tables = from.tables();
    let mark = SqliteStore::backup(&tables, &target.tables())
        .with_context(|| format!("the tables in {}", tables.display()))?;
    restrict(&target.tables())?;
    let records = copy_journal(&from.journal(), &target.journal(), mark.sequence)?;
    Ok((mark.sequence, records))
}

/// Which books a folder holds: a world that begins anew has a new journal. Refuses books that are not filled yet.
fn books_of(folder: &DataFolder) -> anyhow::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = match Books::of(folder)? {
        Books::Folder(_) => folder.journal(),
        // Written anew when the world begins anew.
        Books::Database(_) => folder.books_note(),
    };
    let found = match fs::metadata(&found) {
        // Nobody was served from them yet.
        Err(error) if error.kind() == ErrorKind::NotFound && found == folder.books_note() => None,
        found_or_not => Some(found_or_not.with_context(|| format!("{} cannot be read", found.display()))?),
    };
    // After the journal was looked at: a mark that came since belongs to another one.
    let root = folder.root().display();
    ensure!(
        !folder.emptying().exists(),
        "the world in {root} is just being filled, or was cut off in that: start it"
    );
    Ok(found.map_or((0, 0), |found| (found.dev(), found.ino())))
}

/// The tables hold names: nobody else reads them.
fn restrict(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .with_context(|| format!("{}", path.display()))
}

fn segments(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry.with_context(|| format!("{} cannot be read", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "journal") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Copies all segments and cuts what was being written meanwhile. Gives the last sequence of the copy.
fn copy_journal(from: &Path, to: &Path, posted_sequence: u64) -> anyhow::Result<u64> {
    // What is whole before the copying begins must be whole in the copy.
    let known =
        last_sequence(from, posted_sequence).with_context(|| format!("the journal in {}", from.display()))?;
    let mut last = None;
    for segment in segments(from)? {
        let name = segment.file_name().context("a segment has a name")?;
        last = Some(to.join(name));
        copy_sparse(&segment, &to.join(name))
            .with_context(|| format!("{} cannot be copied", segment.display()))?;
    }
    let found = match last_sequence(to, posted_sequence) {
        Err(ReadError::Invalid { segment, offset, .. })
            if last.as_ref().is_some_and(|last| last.ends_with(&segment)) =>
        {
            // The end was written while we read it: a later part was seen whole, an earlier one not.
            cut(&to.join(segment), offset)?;
            last_sequence(to, posted_sequence)
        }
        found => found,
    };
    let found = found.with_context(|| format!("the copied journal in {}", to.display()))?;
    ensure!(
        found >= known,
        "the copied journal ends at record {found}, before record {known}, which was durable"
    );
    ensure!(
        found >= posted_sequence,
        "the journal ends at record {found}, but record {posted_sequence} was posted"
    );
    private_file::sync_folder(to).with_context(|| format!("{} cannot be synced", to.display()))?;
    Ok(found)
}

fn last_sequence(folder: &Path, from_sequence: u64) -> Result<u64, ReadError> {
    let mut last = 0;
    for record in journal::Reader::open(folder, from_sequence)? {
        last = record?.sequence;
    }
    Ok(last)
}

fn cut(segment: &Path, offset: u64) -> anyhow::Result<()> {
    let cut = || -> std::io::Result<()> {
        let file = OpenOptions::new().write(true).open(segment)?;
        let length = file.metadata()?.len();
        file.set_len(offset)?;
        file.set_len(length)?;
        file.sync_all()
    };
    cut().with_context(|| format!("{} cannot be cut", segment.display()))
}

/// Copies a file, leaving holes where it has zeros: segments are made at their full length.
fn copy_sparse(from: &Path, to: &Path) -> std::io::Result<()> {
    write_sparse(&mut File::open(from)?, to)
}

/// Writes a new private file, leaving holes where there are zeros.
pub(crate) fn write_sparse(source: &mut impl Read, to: &Path) -> std::io::Result<()> {
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut length = 0;
    loop {
        let read = source.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        if chunk[..read].iter().any(|byte| *byte != 0) {
            copy.seek(SeekFrom::Start(length))?;
            copy.write_all(&chunk[..read])?;
        }
        length += read as u64;
    }
    copy.set_len(length)?;
    copy.sync_all()
}

/// Copies the files of a folder and of those in it.
fn copy_notes(from: &Path, to: &Path) -> anyhow::Result<()> {
    private_file::make_folder(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry.with_context(|| format!("{} cannot be read", from.display()))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy_notes(&path, &target)? } else { copy_note(&path, &target)? }
    }
    Ok(())
}

/// Copies a small file, if it is there.
fn copy_note(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    let size = fs::metadata(from).with_context(|| format!("{} cannot be read", from.display()))?.len();
    ensure!(size <= private_file::BYTES_MAX, "{} is no file of ours: it has {size} bytes", from.display());
    let bytes = zeroize::Zeroizing::new(
        fs::read(from).with_context(|| format!("{} cannot be read", from.display()))?,
    );
    private_file::write(to, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::{Journal, Options};

    #[test]
    fn a_journal_is_copied_up_to_a_whole_record() {
        let temporary = tempfile::tempdir().unwrap();
        let (from, to) = (temporary.path().join("from"), temporary.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        let mut options = Options::new([7; 16]);
        options.segment_bytes = 16 * 1024;
        let (mut journal, _) = Journal::open(&from, options).unwrap();
        for number in 1..=98_u8 {
            journal.append(&[number; 300]).unwrap();
        }
        assert!(segments(&from).unwrap().len() > 1);
        assert_eq!(copy_journal(&from, &to, 40).unwrap(), 98);
        // The copy is torn as if the writer had been overtaken: record 97 is missing, record 98 is whole.
        let last = segments(&to).unwrap().pop().unwrap();
        let mut bytes = fs::read(&last).unwrap();
        let at = bytes.windows(300).position(|window| window == [97; 300]).unwrap();
        bytes[at..at + 200].fill(0);
        fs::write(&last, &bytes).unwrap();
        let Err(ReadError::Invalid { segment, offset, .. }) = last_sequence(&to, 1) else {
            panic!("not noticed")
        };
        cut(&to.join(segment), offset).unwrap();
        assert_eq!(last_sequence(&to, 1).unwrap(), 96);
        assert_eq!(fs::metadata(&last).unwrap().len(), bytes.len() as u64);
    }

    #[test]
    fn zeros_are_left_out_and_the_length_is_kept() {
        let temporary = tempfile::tempdir().unwrap();
        let (from, to) = (temporary.path().join("from"), temporary.path().join("to"));
        let mut bytes = vec![0_u8; 3 * CHUNK_BYTES + 5];
        bytes[CHUNK_BYTES + 3] = 9;
        fs::write(&from, &bytes).unwrap();
        copy_sparse(&from, &to).unwrap();
        assert!(fs::read(&to).unwrap() == bytes);
    }
}
