//! The data folder: where everything of one installation lies, and who may serve it.
//!
//! ```text
//! DIR/VERSION                 the layout's number
//! DIR/LOCK                    held by the server that runs; its process id
//! DIR/worlds/default/world.json, books.json, database.json, clock.json, apps.json, journal/,
//!                    tables.sqlite, keys/, demo.json, seeding.json
//! ```

use crate::private_file;
use crate::world_file::WorldFile;
use anyhow::{Context, bail, ensure};
use journal::WorldId;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The layout's number that this program writes and reads. It rises when records of the journal change their columns:
/// those of before cannot be read as what they were.
const VERSION: u32 = 3;
/// The only world of a server; paths name it, so that a second one changes none of them.
pub(crate) const WORLD: &str = "default";

/// A data folder that is there.
#[derive(Clone, Debug)]
pub(crate) struct DataFolder {
    root: PathBuf,
}

/// Keeps other servers out of a data folder until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Claim {
    _lock: File,
}

/// What a world is, written once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorldNote {
    /// Its id, 32 hex digits; the journal carries it.
    id: String,
    /// Its name.
    name: String,
    /// Whether it is for trying out.
    pub(crate) sandbox: bool,
    /// What its numbers follow from, when it was declared so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
    /// Where its clock stood at first, microseconds UTC, when it was declared so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) starts_at_us: Option<i64>,
}

/// Which books a world has.
#[derive(Serialize, Deserialize)]
struct BooksNote {
    id: String,
}

impl WorldNote {
    /// The id as the journal takes it.
    pub(crate) fn world_id(&self) -> anyhow::Result<WorldId> {
        let mut id = WorldId::default();
        hex::decode_to_slice(&self.id, &mut id).context("world.json: the id is not 32 hex digits")?;
        Ok(id)
    }
}

impl DataFolder {
    /// Makes the folder if it is not there, and claims it for a server.
    pub(crate) fn claim(root: &Path) -> anyhow::Result<(DataFolder, Claim)> {
        private_file::make_folder(root)?;
        let folder = DataFolder { root: absolute(root)? };
        folder.refuse_strangers()?;
        let claim = folder.lock()?;
        if folder.root.join("VERSION").exists() {
            folder.check_version()?
        } else {
            folder.finish()?
        }
        private_file::make_folder(&folder.world())?;
        Ok((folder, claim))
    }

    /// Whether no server holds the folder now; also when it is not there or never was one.
    pub(crate) fn is_free(root: &Path) -> bool {
        match File::open(root.join("LOCK")) {
            Ok(file) => file.try_lock().is_ok(),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    }

    /// Opens the folder for reading, whether or not a server runs.
    pub(crate) fn look(root: &Path) -> anyhow::Result<DataFolder> {
        if !root.join("VERSION").exists() {
            bail!(
                "{} is no data folder of tongbao; name one with --data, or make it with: tongbao up",
                root.display()
            );
        }
        let folder = DataFolder { root: absolute(root)? };
        folder.check_version()?;
        Ok(folder)
    }

    /// A folder that a copy is made into; it is no data folder before [`DataFolder::finish`].
    pub(crate) fn unfinished(root: &Path) -> anyhow::Result<DataFolder> {
        let folder = DataFolder { root: absolute(root)? };
        private_file::make_folder(&folder.world())?;
        Ok(folder)
    }

    /// Makes it a data folder.
    pub(crate) fn finish(&self) -> anyhow::Result<()> {
        private_file::write(&self.root.join("VERSION"), format!("{VERSION}\n").as_bytes())
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The world's folder.
    pub(crate) fn world(&self) -> PathBuf {
        self.root.join("worlds").join(WORLD)
    }

    /// The journal's folder.
    pub(crate) fn journal(&self) -> PathBuf {
        self.world().join("journal")
    }

    /// The posted tables.
    pub(crate) fn tables(&self) -> PathBuf {
        self.world().join("tables.sqlite")
    }

    /// Which database the books are in; absent while they are here.
    pub(crate) fn database(&self) -> PathBuf {
        self.world().join("database.json")
    }

    /// The keys of persons' data.
    pub(crate) fn vault(&self) -> PathBuf {
        self.world().join("vault.db")
    }

    /// The keys' folder.
    pub(crate) fn keys(&self) -> PathBuf {
        self.world().join("keys")
    }

    /// What was seeded for a demonstration, with its passwords.
    pub(crate) fn demo(&self) -> PathBuf {
        self.world().join("demo.json")
    }

    /// The commands that seeded it.
    pub(crate) fn seeding(&self) -> PathBuf {
        self.world().join("seeding.json")
    }

    /// Says that the books are being thrown away.
    pub(crate) fn emptying(&self) -> PathBuf {
        self.world().join("EMPTYING")
    }

    /// Forgets what a first start that was cut off wrote down. There must be no journal.
    pub(crate) fn forget_world(&self) -> anyhow::Result<()> {
        ensure!(!self.journal().exists(), "a world with a journal is not forgotten");
        let note = self.world().join("world.json");
        for path in [note, self.demo(), self.seeding(), self.clock(), self.books_note()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("{} cannot be removed", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Sets the clock to where the world began: the moment that its file declares, else real time.
    pub(crate) fn clock_to_start(&self) -> anyhow::Result<()> {
        match self.world_note()?.starts_at_us {
            Some(at_us) => crate::world_clock::stand(&self.clock(), at_us),
            None => match fs::remove_file(self.clock()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(error).with_context(|| format!("{} cannot be removed", self.clock().display()))
                }
                _ => Ok(()),
            },
        }
    }

    /// How single apps are treated; absent while nothing was said of any.
    pub(crate) fn apps(&self) -> PathBuf {
        self.world().join("apps.json")
    }

    /// How the world's clock was moved; absent while it never was.
    pub(crate) fn clock(&self) -> PathBuf {
        self.world().join("clock.json")
    }

    /// Lists of names under their digests; absent while none was proposed.
    pub(crate) fn lists(&self) -> PathBuf {
        self.world().join("lists")
    }

    /// The id of these books.
    pub(crate) fn books_note(&self) -> PathBuf {
        self.world().join("books.json")
    }

    /// The id of these books, 32 hex digits: drawn when it is first asked for, gone when the world begins anew and when
    /// a copy is taken over. The id of the world stays then, so that whoever kept something of the books before could
    /// not tell by it.
    pub(crate) fn books_id(&self) -> anyhow::Result<String> {
        let path = self.books_note();
        if !path.exists() {
            let mut drawn = WorldId::default();
            getrandom::fill(&mut drawn).context("the system gives no randomness")?;
            let note = BooksNote { id: hex::encode(drawn) };
            private_file::write(&path, serde_json::to_string(&note)?.as_bytes())?;
            return Ok(note.id);
        }
        let note: BooksNote = serde_json::from_str(&private_file::read(&path)?)
            .with_context(|| format!("{} is damaged", path.display()))?;
        Ok(note.id)
    }

    /// What a bank in another process knows these books by; absent while none was spoken with.
    pub(crate) fn bank_generation(&self) -> PathBuf {
        self.world().join("bank.json")
    }

    /// Our copies of the messages of a bank that is spoken with so; absent while none was.
    pub(crate) fn bank_messages(&self) -> PathBuf {
        self.world().join("bank_messages")
    }

    /// What the world is; made on the first start.
    pub(crate) fn world_note(&self) -> anyhow::Result<WorldNote> {
        self.world_note_of(&WorldFile::default())
    }

    /// As [`DataFolder::world_note`]; a new world is the one of this file.
    pub(crate) fn world_note_of(&self, file: &WorldFile) -> anyhow::Result<WorldNote> {
        let path = self.world().join("world.json");
        if path.exists() {
            let text =
                fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            return serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()));
        }
        if self.journal().exists() {
            bail!("{} is missing, but there is a journal. Restore it from a backup.", path.display());
        }
        let mut id = WorldId::default();
        getrandom::fill(&mut id).context("the system gives no randomness")?;
        let note = WorldNote {
            id: hex::encode(id),
            name: WORLD.to_owned(),
            sandbox: true,
            seed: file.seed,
            starts_at_us: file.starts_at_us,
        };
        if let Some(at_us) = note.starts_at_us {
            crate::world_clock::stand(&self.clock(), at_us)?;
        }
        private_file::write(&path, serde_json::to_string_pretty(&note)?.as_bytes())?;
        Ok(note)
    }

    fn check_version(&self) -> anyhow::Result<()> {
        let path = self.root.join("VERSION");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        match text.trim().parse::<u32>() {
            Ok(VERSION) => Ok(()),
            Ok(newer) if newer > VERSION => bail!(
                "{} was written by a newer release (layout {newer}; this program reads up to {VERSION}). \
                 Use that release.",
                self.root.display()
            ),
            Ok(older @ 1..VERSION) => bail!(
                "{} was written by an earlier program (layout {older}; this program reads {VERSION} alone). \
                 Use that program, or begin a new folder.",
                self.root.display()
            ),
            _ => bail!("{} does not hold a layout number: {:?}", path.display(), text.trim()),
        }
    }

    /// A folder with files of somebody else is most likely a typing error.
    fn refuse_strangers(&self) -> anyhow::Result<()> {
        if self.root.join("VERSION").exists() {
            return Ok(());
        }
        let list =
            fs::read_dir(&self.root).with_context(|| format!("{} cannot be read", self.root.display()))?;
        for entry in list {
            let name = entry.with_context(|| format!("{} cannot be read", self.root.display()))?.file_name();
            // A first start that was interrupted leaves these.
            if name != "LOCK" && !name.to_string_lossy().starts_with("VERSION.") {
                bail!(
                    "{} holds other files ({}) and no data of tongbao; name an empty folder with --data",
                    self.root.display(),
                    name.to_string_lossy()
                );
            }
        }
        Ok(())
    }

    fn lock(&self) -> anyhow::Result<Claim> {
        let path = self.root.join("LOCK");
        let named = || format!("{} cannot be written; is the folder ours?", path.display());
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = opened.with_context(named)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
                let holder =
                    if known { format!("process {}", holder.trim()) } else { "another process".to_owned() };
                bail!(
                    "{} is served by {holder}. Stop it first, or name another folder with --data.",
                    self.root.display()
                );
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(named),
        }
        let mut write = || -> std::io::Result<()> {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(std::process::id().to_string().as_bytes())
        };
        write().with_context(named)?;
        Ok(Claim { _lock: file })
    }
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} is no usable path", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_a_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("a/b");
        assert!(DataFolder::look(&root).is_err());
        let (folder, claim) = DataFolder::claim(&root).unwrap();
        let note = folder.world_note().unwrap();
        assert_eq!(folder.world_note().unwrap().world_id().unwrap(), note.world_id().unwrap());
        let refused = DataFolder::claim(&root).unwrap_err().to_string();
        assert!(
            refused.contains(root.to_str().unwrap()) && refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        assert!(DataFolder::look(&root).is_ok(), "looking needs no claim");
        drop(claim);
        assert!(DataFolder::claim(&root).is_ok());
    }

    #[test]
    fn other_layouts_and_folders_of_others_are_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        fs::write(root.join("thesis.txt"), "").unwrap();
        assert!(DataFolder::claim(root).unwrap_err().to_string().contains("thesis.txt"));
        fs::write(root.join("VERSION"), "1\n").unwrap();
        assert!(DataFolder::claim(root).unwrap_err().to_string().contains("an earlier program"));
        assert!(DataFolder::look(root).unwrap_err().to_string().contains("an earlier program"));
        fs::write(root.join("VERSION"), "0\n").unwrap();
        assert!(DataFolder::look(root).unwrap_err().to_string().contains("does not hold a layout number"));
        fs::write(root.join("VERSION"), "4\n").unwrap();
        assert!(DataFolder::claim(root).unwrap_err().to_string().contains("newer release"));
        assert!(DataFolder::look(root).unwrap_err().to_string().contains("newer release"));
        fs::write(root.join("VERSION"), "x").unwrap();
        assert!(DataFolder::look(root).is_err());
    }

    #[test]
    fn books_have_an_id_until_they_are_thrown_away() {
        let temporary = tempfile::tempdir().unwrap();
        let (folder, _claim) = DataFolder::claim(temporary.path()).unwrap();
        let world = folder.world_note().unwrap().world_id().unwrap();
        let id = folder.books_id().unwrap();
        assert!(id.len() == 32 && id != hex::encode(world), "{id}");
        assert_eq!(folder.books_id().unwrap(), id, "it is kept");
        crate::reset::empty(&folder).unwrap();
        assert_ne!(folder.books_id().unwrap(), id);
        assert_eq!(folder.world_note().unwrap().world_id().unwrap(), world, "the world's stays");
        fs::write(folder.books_note(), "{}").unwrap();
        assert!(folder.books_id().unwrap_err().to_string().contains("books.json is damaged"));
    }

    #[test]
    fn a_copy_that_is_taken_over_gets_an_id_of_its_own() {
        let temporary = tempfile::tempdir().unwrap();
        let (first, _claim) = DataFolder::claim(&temporary.path().join("first")).unwrap();
        let world = first.world_note().unwrap().world_id().unwrap();
        let open = |folder: &DataFolder| {
            journal::Journal::open(&folder.journal(), journal::Options::new(world)).map(drop)
        };
        open(&first).unwrap();
        drop(store::SqliteStore::open(&first.tables()).unwrap());
        let id = first.books_id().unwrap();
        let root = temporary.path().join("copy");
        let copied = std::process::Command::new("cp").arg("-a").arg(first.root()).arg(&root).status();
        assert!(copied.unwrap().success());
        let (copy, _claim_of_copy) = DataFolder::claim(&root).unwrap();
        assert!(open(&copy).is_err(), "it is known to be a copy");
        assert_eq!(copy.books_id().unwrap(), id);
        crate::repair::adopt(&copy).unwrap();
        let own = copy.books_id().unwrap();
        assert_ne!(own, id);
        assert_eq!(copy.books_id().unwrap(), own, "it is kept");
        assert_eq!(first.books_id().unwrap(), id, "what it was copied from keeps its own");
        assert_eq!(copy.world_note().unwrap().world_id().unwrap(), world, "the world's stays");
        open(&copy).unwrap();
        crate::repair::adopt(&copy).unwrap();
        assert_eq!(copy.books_id().unwrap(), own, "who is at home already is not taken over again");
    }

    #[test]
    fn a_world_without_its_note_is_not_made_anew() {
        let temporary = tempfile::tempdir().unwrap();
        let (folder, _claim) = DataFolder::claim(temporary.path()).unwrap();
        fs::create_dir(folder.journal()).unwrap();
        assert!(folder.world_note().is_err());
    }
}
