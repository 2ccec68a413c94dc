//! Copies of the tables while they are in use.

use crate::migrations::check_current;
use crate::sqlite::{open_read_only, read_mark};
use crate::{Mark, SqliteStore, StoreError};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a backup waits before it asks again for a file that is locked, for example while it is being recovered.
const LOCK_WAIT: Duration = Duration::from_millis(50);
/// How often it asks: five seconds in all.
const LOCK_WAITS: u32 = 100;

impl SqliteStore {
    /// Copies the tables at `from`, which may be posted into meanwhile, to a new file `to`, and gives the mark that the
    /// copy stands at: with the journal after it, nothing is lost. The copy is one state of the tables; it appears
    /// under its name only when it is complete, checked and synced. Refuses when `to` is there already.
    pub fn backup(from: &Path, to: &Path) -> Result<Mark, StoreError> {
        if to.exists() {
            return Err(StoreError::Occupied { path: to.to_owned() });
        }
        let partial = beside(to, ".partial");
        remove(&partial)?;
        let made = copy(from, &partial);
        let mark = match made {
            Ok(mark) => mark,
            Err(error) => {
                // The first error is the one to tell; a left-over is removed by the next try.
                remove(&partial).ok();
                return Err(error);
            }
        };
        sync(&partial)?;
        // A link, unlike a rename, does not replace a file that came to be meanwhile.
        match fs::hard_link(&partial, to) {
            Ok(()) => remove(&partial)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                remove(&partial)?;
                return Err(StoreError::Occupied { path: to.to_owned() });
            }
            Err(_) => fs::rename(&partial, to).map_err(|error| StoreError::file(to, error))?,
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync(folder)?;
        Ok(mark)
    }
}

fn copy(from: &Path, to: &Path) -> Result<Mark, StoreError> {
    let source = open_read_only(from)?;
    check_current(&source, from)?;
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(&source, &mut copy)?;
        // All pages in one step: a step holds one state of the tables, and posting goes on beside it. With several
        // steps every post in between would begin the copy anew.
        for waited in 1.. {
            match backup.step(-1)? {
                StepResult::Done => break,
                _ if waited == LOCK_WAITS => return Err(StoreError::Locked { path: from.to_owned() }),
                _ => std::thread::sleep(LOCK_WAIT),
            }
        }
    }
    // One file without a WAL beside it is easier to carry; opening it for posting turns the WAL on again.
    let mode: String = copy.query_row("PRAGMA journal_mode = DELETE", (), |row| row.get(0))?;
    if mode != "delete" {
        return Err(StoreError::Setting { name: "journal_mode", wanted: "delete", found: mode });
    }
    let verdict: String = copy.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::CopyDamaged { path: to.to_owned(), verdict });
    }
    let mark = read_mark(&copy)?;
    copy.close().map_err(|(_, error)| StoreError::from(error))?;
    Ok(mark)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    for path in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal")] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::file(&path, error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| StoreError::file(path, error))
}
