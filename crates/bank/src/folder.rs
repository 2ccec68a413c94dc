//! The bank's folder: its books, the secret it shares with the platform, and a key of its own. One process at a time.

use aws_lc_rs::hmac;
use base::Secret;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use wire::bank_call::{BankSecret, SECRET_BYTES};

/// Owner reads and writes, nobody else anything.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
/// Longest secret file that is read: 64 digits and a line feed, with room for an editor's habits.
const SECRET_FILE_BYTES_MAX: u64 = 256;

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("{0} is used by another process")]
    Taken(PathBuf),
    /// A secret that is none, or that others may read.
    #[error("{0} must hold 64 hex digits and be readable by its owner alone (chmod 600)")]
    Secret(PathBuf),
    /// The system's answer.
    #[error("{path} cannot be used: {source}")]
    System {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A claimed folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// Held until the process ends.
    _lock: File,
}

impl Folder {
    /// Claims a folder for this process, and makes it with its secrets when it is not there.
    pub fn claim(root: &Path) -> Result<Folder, FolderError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| FolderError::System { path, source }
        };
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(root).map_err(at(root))?;
        let lock = root.join("LOCK");
        let file = OpenOptions::new().create(true).write(true).truncate(false).mode(FILE_MODE).open(&lock);
        let file = file.map_err(at(&lock))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Taken(root.to_owned())),
            Err(TryLockError::Error(source)) => return Err(FolderError::System { path: lock, source }),
        }
        let folder = Folder { root: root.to_owned(), _lock: file };
        for path in [folder.secret_file(), folder.own_key_file()] {
            make_secret(&path).map_err(at(&path))?;
        }
        Ok(folder)
    }

    /// The file with the secret that the platform is given.
    pub fn secret_file(&self) -> PathBuf {
        self.root.join("secret")
    }

    /// The file with the books.
    pub(crate) fn books_file(&self) -> PathBuf {
        self.root.join("bank.db")
    }

    /// The secret between the platform and this bank.
    pub fn secret(&self) -> Result<BankSecret, FolderError> {
        let path = self.secret_file();
        BankSecret::from_hex(read_secret(&path)?.reveal()).ok_or(FolderError::Secret(path))
    }

    /// The key of the bank's digests.
    pub(crate) fn own_key(&self) -> Result<hmac::Key, FolderError> {
        let path = self.own_key_file();
        let bytes = hex::decode(read_secret(&path)?.reveal().trim()).map(Secret::new);
        match bytes {
            Ok(bytes) if bytes.reveal().len() == SECRET_BYTES => {
                Ok(hmac::Key::new(hmac::HMAC_SHA256, bytes.reveal()))
            }
            _ => Err(FolderError::Secret(path)),
        }
    }

    fn own_key_file(&self) -> PathBuf {
        self.root.join("own.key")
    }
}

/// Whole and durable under its name, or not there: written beside it, then renamed.
fn make_secret(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| std::io::Error::other("no chance to draw from"))?;
    let bytes = Secret::new(bytes);
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&unfinished)?;
    let text = Secret::new(hex::encode(bytes.reveal()));
    file.write_all(text.reveal().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn read_secret(path: &Path) -> Result<Secret<String>, FolderError> {
    let system = |source| FolderError::System { path: path.to_owned(), source };
    let file = File::open(path).map_err(system)?;
    let open_to_others = file.metadata().map_err(system)?.permissions().mode() & 0o077 != 0;
    let mut text = String::new();
    let read = file.take(SECRET_FILE_BYTES_MAX).read_to_string(&mut text).map(|_| Secret::new(text));
    match read {
        Ok(text) if !open_to_others => Ok(text),
        Ok(_) => Err(FolderError::Secret(path.to_owned())),
        Err(source) => Err(system(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_claimed_once_and_its_secrets_stay() {
        let at = tempfile::tempdir().unwrap();
        let root = at.path().join("bank");
        let folder = Folder::claim(&root).unwrap();
        let secret = fs::read_to_string(folder.secret_file()).unwrap();
        assert!(matches!(Folder::claim(&root), Err(FolderError::Taken(_))));
        drop(folder);
        let again = Folder::claim(&root).unwrap();
        assert_eq!(fs::read_to_string(again.secret_file()).unwrap(), secret);
        assert!(again.secret().is_ok() && again.own_key().is_ok());
        assert_ne!(fs::read_to_string(again.own_key_file()).unwrap(), secret);
        fs::set_permissions(again.secret_file(), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(again.secret(), Err(FolderError::Secret(_))));
        fs::write(again.own_key_file(), "no key").unwrap();
        assert!(matches!(again.own_key(), Err(FolderError::Secret(_))));
    }
}
