//! `tongbao repair`: makes the tables anew from the journal; and how a folder that was copied is taken over.
//!
//! The journal is the truth, the tables are only posted from it. So damaged tables are not mended but made again beside
//! the old ones, which are kept under another name. A journal that is damaged itself is refused: what it held after the
//! damage is in no other place than a backup.

use crate::books::Books;
use crate::cli::RepairArgs;
use crate::data_folder::DataFolder;
use crate::{print, private_file, verify};
use anyhow::{Context, bail, ensure};
use cell::BatchRecord;
use engine::{Key, Row};
use journal::{Journal, Reader, WorldId};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::{Mark, SqliteStore, Store};

/// Rows posted together. Sketch: 400 bytes each, 80 MB.
const ROWS_TOGETHER: usize = 200_000;
/// What SQLite keeps beside its file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Makes the tables anew. Nothing is changed before the whole journal was read; the old tables are kept.
pub(crate) fn run(args: &RepairArgs) -> anyhow::Result<()> {
    // A folder that is not there is not made.
    DataFolder::look(&args.folder.data)?;
    let (folder, _claim) = DataFolder::claim(&args.folder.data)?;
    if let Books::Database(_) = Books::of(&folder)? {
        bail!(
            "the books of {} are in a database, whose tables are not made anew yet",
            folder.root().display()
        );
    }
    ensure!(folder.journal().exists(), "{} has no journal to repair from", folder.world().display());
    let world = folder.world_note()?.world_id()?;
    settle(&folder.journal(), world, 0, false).context(
        "the journal itself is damaged or incomplete, so the tables cannot be made from it. Restore a backup",
    )?;
    let (tables, fresh) = (folder.tables(), with_ending(&folder.tables(), ".repaired"));
    remove_tables(&fresh)?;
    let mark = post(&folder.journal(), world, &fresh)?;
    let kept = put_aside(&tables)?;
    fs::rename(&fresh, &tables).with_context(|| format!("{} cannot be renamed", fresh.display()))?;
    private_file::sync_folder(&folder.world()).context("the world's folder cannot be made durable")?;
    let report = verify::books(&folder)?;
    if !report.is_clean() {
        bail!("the tables were made anew from the journal, but the books are wrong:\n{report}");
    }
    let old = kept.map_or_else(|| "none".to_owned(), |path| path.display().to_string());
    print::out(&format!(
        "tables made anew from the journal up to record {}, verified. The old ones: {old}",
        mark.sequence
    ))
}

/// Takes a folder over that was copied or moved: from now on its journal belongs here.
pub(crate) fn adopt(folder: &DataFolder) -> anyhow::Result<()> {
    if !folder.journal().exists() {
        return Ok(());
    }
    let world = folder.world_note()?.world_id()?;
    let tables = folder.tables();
    let store = SqliteStore::open(&tables).with_context(|| format!("the tables in {}", tables.display()));
    let posted = store?.mark().with_context(|| format!("the tables in {}", tables.display()))?;
    let cannot = || format!("{} cannot be taken over", folder.root().display());
    match settle(&folder.journal(), world, posted.sequence, false) {
        // It is at home: its books are what they were.
        Ok(()) => return Ok(()),
        Err(error) if matches!(error.downcast_ref(), Some(journal::OpenError::Copied { .. })) => {}
        Err(error) => return Err(error).with_context(cannot),
    }
    // First: after a kill between the two, the folder is still a copy that nothing serves.
    forget_books_id(folder)?;
    settle(&folder.journal(), world, posted.sequence, true).with_context(cannot)
}

/// From here on these books go another way than those that they were copied from: whoever kept something of the others
/// must be able to tell. The next start draws an id.
fn forget_books_id(folder: &DataFolder) -> anyhow::Result<()> {
    let note = folder.books_note();
    match fs::remove_file(&note) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", note.display()))
        }
        // Durable before anybody is served: after a power loss nobody would ask for taking it over again.
        _ => private_file::sync_folder(&folder.world()).context("the world's folder cannot be made durable"),
    }
}

/// Opens the journal for writing, which checks everything after `posted`, makes its end durable, and closes it.
fn settle(journal: &Path, world: WorldId, posted: u64, adopt: bool) -> anyhow::Result<()> {
    let mut options = journal::Options::new(world);
    (options.posted_sequence, options.adopt) = (posted, adopt);
    let (_journal, _opened) = Journal::open(journal, options)?;
    Ok(())
}

/// Posts the whole journal into new tables; gives how far.
fn post(journal: &Path, world: WorldId, tables: &Path) -> anyhow::Result<Mark> {
    let mut store =
        SqliteStore::open(tables).with_context(|| format!("{} cannot be made", tables.display()))?;
    let (mut rows, mut mark): (BTreeMap<Key, Option<Row>>, Mark) = (BTreeMap::new(), Mark::START);
    for record in Reader::open_world(journal, 1, Some(&world))? {
        let record = record?;
        let named = || format!("journal record {}", record.sequence);
        let batch = BatchRecord::decode(&record.payload).with_context(named)?;
        for changed in &batch.rows {
            let (key, row) = changed.row().with_context(named)?;
            rows.insert(key, row);
        }
        mark = Mark { sequence: record.sequence, stamp: batch.last_stamp, hash: record.hash };
        if rows.len() >= ROWS_TOGETHER {
            store.post(&std::mem::take(&mut rows), mark)?;
            store.checkpoint()?;
        }
    }
    store.post(&rows, mark)?;
    store.sync()?;
    Ok(mark)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// What an earlier repair that was interrupted left.
fn remove_tables(tables: &Path) -> anyhow::Result<()> {
    for ending in BESIDE.into_iter().chain([""]) {
        let path = with_ending(tables, ending);
        if path.exists() {
            fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// Gives the old tables another name, the file itself first: without it nobody takes the rest for anything.
fn put_aside(tables: &Path) -> anyhow::Result<Option<PathBuf>> {
    let free = (1..).map(|number| with_ending(tables, &format!(".damaged-{number}")));
    let kept = free.into_iter().find(|path| !path.exists()).context("no free name")?;
    let mut any = false;
    for ending in ["", BESIDE[0], BESIDE[1]] {
        let (from, to) = (with_ending(tables, ending), with_ending(&kept, ending));
        if from.exists() {
            fs::rename(&from, &to).with_context(|| format!("{} cannot be renamed", from.display()))?;
            any = true;
        }
    }
    Ok(any.then_some(kept))
}
