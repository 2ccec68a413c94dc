//! The files of a bank that is spoken with in messages: what we sent, what it sent, what of that was not understood.
//! All of them stay; a message is known again by its content, whatever it is called.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Result, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Owner reads and writes, nobody else anything.
const FILE_MODE: u32 = 0o600;
/// What another program is to take up.
const OPEN_MODE: u32 = 0o644;
const FOLDER_MODE: u32 = 0o700;
/// Longest part of a message's own name that is kept.
const NAME_BYTES_MAX: usize = 80;

/// The folder with our copies.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    root: PathBuf,
    /// One message is made at a time: made twice, an order would have two.
    making: Arc<Mutex<()>>,
}

/// The right to make messages.
pub(crate) type Turn<'a> = MutexGuard<'a, ()>;

/// A file that a bank sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Received {
    /// What it is called at the bank.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

impl Received {
    /// What it is known again by.
    pub(crate) fn digest(&self) -> String {
        digest(&self.bytes)
    }
}

/// A digest of content, 32 hex digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().chars().take(32).collect()
}

impl Files {
    /// Opens the folder, and makes it when it is not there.
    pub(crate) fn open(root: &Path) -> Result<Files> {
        for name in ["sent", "read", "refused"] {
            DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(root.join(name))?;
        }
        sync(root)?;
        sync(root.parent().unwrap_or(Path::new(".")))?;
        Ok(Files { root: root.to_owned(), making: Arc::default() })
    }

    fn sent(&self, key: &str) -> PathBuf {
        self.root.join("sent").join(format!("{key}.xml"))
    }

    fn delivered(&self, key: &str) -> PathBuf {
        self.root.join("sent").join(format!("{key}.delivered"))
    }

    /// Waits for the turn to look for a message and make it.
    pub(crate) fn message_turn(&self) -> Turn<'_> {
        // Nothing is half changed when one ends early: a file is written whole or not.
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message that was made for an order, if there is one.
    pub(crate) fn message(&self, key: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.sent(key)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps the message of an order, durably, before anybody hears of it.
    pub(crate) fn keep_message(&self, _turn: &Turn<'_>, key: &str, bytes: &[u8]) -> Result<()> {
        write(&self.sent(key), bytes, FILE_MODE)
    }

    /// Whether the message of an order came to the bank for certain.
    pub(crate) fn is_delivered(&self, key: &str) -> bool {
        self.delivered(key).exists()
    }

    /// The message of an order came to the bank.
    pub(crate) fn note_delivered(&self, key: &str) -> Result<()> {
        write(&self.delivered(key), b"", FILE_MODE)
    }

    /// Keeps what a bank sent, durably, before it takes effect.
    pub(crate) fn keep_received(&self, received: &Received, is_understood: bool) -> Result<()> {
        let folder = self.root.join(if is_understood { "read" } else { "refused" });
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        let name: String = received.name.chars().take(NAME_BYTES_MAX).map(plain).collect();
        write(&folder.join(format!("{name}~{}.xml", received.digest())), &received.bytes, FILE_MODE)
    }

    /// Hands every message on that is kept, with its digest and whether it was understood when it came. One that was
    /// refused then and is heard now is laid to those that are read.
    pub(crate) fn each_received(&self, mut hear: impl FnMut(&str, &[u8], bool) -> bool) -> Result<()> {
        for (folder, was_understood) in [("read", true), ("refused", false)] {
            let mut paths: Vec<PathBuf> = fs::read_dir(self.root.join(folder))?
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<_>>()?;
            paths.sort();
            for path in paths {
                let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
                let Some((_, digest)) = name.rsplit_once('~') else { continue };
                if path.extension().is_none_or(|end| end != "xml") {
                    // What was being written when the program ended; the bank still has it.
                    continue;
                }
                let is_heard = hear(digest, &fs::read(&path)?, was_understood);
                if is_heard && !was_understood {
                    let read = self.root.join("read");
                    fs::rename(&path, read.join(path.file_name().unwrap_or_default()))?;
                    sync(&read)?;
                }
            }
        }
        Ok(())
    }
}

/// Lays a message into a folder from which another program takes it: never seen half written.
pub(crate) fn lay_out(folder: &Path, key: &str, bytes: &[u8]) -> Result<()> {
    write(&folder.join(format!("{key}.xml")), bytes, OPEN_MODE)
}

/// The files of a folder into which another program lays what a bank sent. Nothing is taken away; files still being
/// written have another ending.
pub(crate) fn laid_in(folder: &Path, is_known: impl Fn(&str) -> bool) -> Result<Vec<Received>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".xml") || name.starts_with('.') || !entry.file_type()?.is_file() {
            continue;
        }
        // One byte more than is read, so that what is too large is refused as that.
        let most = u64::try_from(iso::FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        File::open(entry.path())?.take(most).read_to_end(&mut bytes)?;
        let received = Received { name, bytes };
        if !is_known(&received.digest()) {
            found.push(received);
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Writes a file under another name, makes it durable and renames it.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    // A message and its mark may be written at one moment, and so may one file by two.
    let unfinished = path.with_added_extension(format!("{number}.unfinished"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    sync(path.parent().unwrap_or(Path::new(".")))
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}
