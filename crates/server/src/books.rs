//! Where the books of a world are kept: journal and tables in its folder, or both in a PostgreSQL database.
//!
//! A folder whose books are in a database says so in `database.json`, so that every command finds them by the folder
//! alone. Keys, the vault, the clock and all else stay in the folder. Books do not move from one to the other: a first
//! start chooses.

use crate::cli::UpArgs;
use crate::data_folder::DataFolder;
use crate::private_file;
use crate::up::Readers;
use anyhow::{Context, bail, ensure};
use cell::PostgresShelf;
use engine::{Key, Row, Table};
use journal::{Shelf, WorldId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::{Database, Mark, Reader, SqliteStore, Store};

/// Rows that are copied at once. Sketch: 400 bytes each, twice, 40 MB.
const ROWS_TOGETHER: usize = 50_000;

/// Where the books of a world are.
#[derive(Clone, Debug)]
pub(crate) enum Books {
    /// In the world's folder.
    Folder(DataFolder),
    /// In a database.
    Database(Database),
}

/// The database that a folder's books are in.
#[derive(Serialize, Deserialize)]
struct DatabaseNote {
    /// As it was given; may hold a password, as the folder holds keys.
    address: String,
    /// Whether the database is refused when it may lose what it acknowledged.
    no_loss: bool,
}

impl DatabaseNote {
    fn read(folder: &DataFolder) -> anyhow::Result<Option<DatabaseNote>> {
        let path = folder.database();
        if !path.exists() {
            return Ok(None);
        }
        // What is wrong with it may hold a piece of the address.
        let note = serde_json::from_str(&private_file::read(&path)?);
        note.map(Some).map_err(|_| anyhow::anyhow!("{} is damaged", path.display()))
    }

    fn database(&self) -> anyhow::Result<Database> {
        let database = Database::parse(&self.address)?;
        Ok(if self.no_loss { database.without_loss() } else { database })
    }
}

impl Books {
    /// The books of a folder, as its first start chose.
    pub(crate) fn of(folder: &DataFolder) -> anyhow::Result<Books> {
        Ok(match DatabaseNote::read(folder)? {
            Some(note) => Books::Database(note.database()?),
            None => Books::Folder(folder.clone()),
        })
    }

    /// The books of a folder that is to be served, as the options say; they are noted in it.
    pub(crate) fn chosen(folder: &DataFolder, args: &UpArgs) -> anyhow::Result<Books> {
        let noted = DatabaseNote::read(folder)?;
        let Some(address) = &args.database else {
            ensure!(
                noted.is_some() || !args.no_loss,
                "--no-loss is about a database: name it with --database"
            );
            if let Some(note) = noted.filter(|note| args.no_loss && !note.no_loss) {
                DatabaseNote { no_loss: true, ..note }.write(folder)?;
            }
            return Books::of(folder);
        };
        let no_loss = args.no_loss || noted.as_ref().is_some_and(|note| note.no_loss);
        let note = DatabaseNote { address: address.clone(), no_loss };
        let database = note.database()?;
        let root = folder.root().display();
        ensure!(
            !folder.journal().exists(),
            "the world in {root} keeps its books in its folder; they do not move into a database yet"
        );
        let books = Books::Database(database.clone());
        if noted.is_none() {
            // Looks at the server, and makes the tables when there are none.
            database.open().with_context(|| format!("--database {}", database.place()))?;
            let is_new = !folder.world().join("world.json").exists();
            ensure!(
                !is_new || !books.exist()?,
                "the database at {} holds the books of a world already, and {root} is not its folder: name the \
                 folder that belongs to them, or another database",
                database.place()
            );
        }
        note.write(folder)?;
        Ok(books)
    }

    /// Whether there are books: a journal that was begun.
    pub(crate) fn exist(&self) -> anyhow::Result<bool> {
        match self {
            Books::Folder(folder) => Ok(folder.journal().exists()),
            Books::Database(database) => {
                let fence = shelf(database)?.fence();
                let fence = fence.with_context(|| format!("the journal in {}", database.place()))?;
                Ok(fence.is_some_and(|fence| fence.last.sequence > 0))
            }
        }
    }

    /// For messages.
    pub(crate) fn place(&self) -> String {
        match self {
            Books::Folder(folder) => folder.world().display().to_string(),
            Books::Database(database) => format!("the database {}", database.place()),
        }
    }

    /// Opens the tables for posting.
    pub(crate) fn open_store(&self, checkpoint_pages: Option<u32>) -> anyhow::Result<Box<dyn Store>> {
        match self {
            Books::Folder(folder) => {
                let tables = folder.tables();
                let mut store = SqliteStore::open(&tables)
                    .with_context(|| format!("the tables in {}", tables.display()))?;
                if let Some(pages) = checkpoint_pages {
                    store.checkpoint_from(pages);
                }
                Ok(Box::new(store))
            }
            Books::Database(database) => {
                let opened = database.open();
                Ok(Box::new(opened.with_context(|| format!("the tables in {}", database.place()))?))
            }
        }
    }

    /// What keeps the journal in the place of the folder, if something does.
    pub(crate) fn shelf(&self) -> anyhow::Result<Option<Arc<dyn Shelf>>> {
        match self {
            Books::Folder(_) => Ok(None),
            Books::Database(database) => Ok(Some(shelf(database)?)),
        }
    }

    /// Opens a view of the posted tables.
    pub(crate) fn reader(&self) -> anyhow::Result<Box<dyn Reader>> {
        (self.readers())().with_context(|| format!("the tables in {}", self.place()))
    }

    /// Opens views of the posted tables.
    pub(crate) fn readers(&self) -> Readers {
        match self {
            Books::Folder(folder) => {
                let tables = folder.tables();
                Arc::new(move || Ok(Box::new(SqliteStore::open_reader(&tables)?) as Box<dyn Reader>))
            }
            Books::Database(database) => {
                let database = database.clone();
                Arc::new(move || Ok(Box::new(database.open_reader()?) as Box<dyn Reader>))
            }
        }
    }

    /// As [`Books::readers`], for who has no answer to an error.
    pub(crate) fn sure_readers(&self) -> portal::Readers {
        let readers = self.readers();
        // The portal reads on a thread of its own and answers "cannot be read" when that dies.
        Arc::new(move || readers().expect("the tables were opened when we started"))
    }

    /// Throws away what a database holds. The folder's files are the folder's to remove.
    pub(crate) fn empty_database(&self) -> anyhow::Result<()> {
        match self {
            Books::Folder(_) => Ok(()),
            Books::Database(database) => {
                let emptied = database.empty();
                emptied.with_context(|| format!("the database {} cannot be emptied", database.place()))
            }
        }
    }
}

impl DatabaseNote {
    fn write(&self, folder: &DataFolder) -> anyhow::Result<()> {
        private_file::write(&folder.database(), serde_json::to_string_pretty(self)?.as_bytes())
    }
}

fn shelf(database: &Database) -> anyhow::Result<Arc<dyn Shelf>> {
    let mut owner = [0; 16];
    getrandom::fill(&mut owner).context("the system gives no randomness")?;
    Ok(Arc::new(PostgresShelf::new(database.clone(), owner)))
}

/// Copies the books of a database into files: the tables as they stand now, then the journal, which is ahead of them or
/// at the same record. Gives the posted sequence and the last record's.
pub(crate) fn copy_to_files(
    database: &Database,
    world: WorldId,
    journal: &Path,
    tables: &Path,
) -> anyhow::Result<(u64, u64)> {
    let mark = copy_tables(database, tables)
        .with_context(|| format!("the tables in {} cannot be copied", database.place()))?;
    let last = journal::copy_to_folder(&shelf(database)?, world, journal)
        .with_context(|| format!("the journal in {} cannot be copied", database.place()))?;
    if last.sequence < mark.sequence {
        bail!("the journal ends at record {}, but record {} was posted", last.sequence, mark.sequence);
    }
    Ok((mark.sequence, last.sequence))
}

fn copy_tables(database: &Database, to: &Path) -> anyhow::Result<Mark> {
    let mut store = SqliteStore::open(to)?;
    let mut reader = database.open_reader()?;
    reader.hold()?;
    let mark = reader.mark()?;
    for table in Table::ALL {
        let mut after = None::<Key>;
        loop {
            let page = reader.scan(*table, None, after.as_ref(), ROWS_TOGETHER)?;
            let Some(last) = page.last().map(Row::key) else { break };
            let rows: BTreeMap<Key, Option<Row>> =
                page.into_iter().map(|row| (row.key(), Some(row))).collect();
            store.post(&rows, mark)?;
            store.checkpoint()?;
            after = Some(last);
        }
    }
    // Tables without a row have a mark all the same.
    store.post(&BTreeMap::new(), mark)?;
    store.sync()?;
    reader.let_go()?;
    Ok(mark)
}
