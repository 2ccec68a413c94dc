//! The vault: one key for the personal data of each person, in a file of its own.
//!
//! Journal and tables are never rewritten, so what stands there in clear would stand there for ever. They hold sealed
//! bytes instead, and the keys lie here: a person is forgotten when the key is deleted. Keys are wrapped by the key
//! that the vault is opened with, so that the file alone opens nothing. That key is 32 bytes that the program holds, or
//! stands in a hardware module and never leaves it ([`Wrap`]).
//!
//! A key is durable before anything is sealed with it, so before any command can carry what it sealed. The journal of
//! SQLite is deleted after each change and deleted rows are overwritten (`secure_delete`): what was erased is nowhere
//! in the file or beside it. What an older copy of the file holds is another matter: see the guide.

mod token;
mod token_uri;
mod wrap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base::Secret;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

pub use token::Token;
pub use token_uri::{BadUri, TokenUri};
pub use wrap::Wrap;

/// The name of a data key: drawn, so that a key can be there before the party has a number.
pub type KeyId = [u8; 16];

/// How long a lock of a backup is waited for.
const BUSY: Duration = Duration::from_secs(10);
/// What is sealed to know again whether a vault is opened with its own key.
const CHECK: &[u8] = b"tongbao vault";

const CREATE: &str = "
    CREATE TABLE IF NOT EXISTS note (name TEXT NOT NULL PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS data_key (
        id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
        sealed     BLOB    NOT NULL,
        made_at_us INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS document (
        data_key BLOB NOT NULL CHECK (length(data_key) = 16),
        name     TEXT NOT NULL,
        sealed   BLOB NOT NULL,
        PRIMARY KEY (data_key, name)
    ) STRICT;";

/// Why the vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It was made with another key.
    #[error("the vault was made with another key than the one it is opened with")]
    OtherKey,
    /// Sealed bytes do not open with their key: they are damaged, or of another person or field.
    #[error("sealed data does not open with its key")]
    Damaged,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
    /// The hardware module that holds the vault's key did not do what it was asked.
    #[error("the vault's key in its PKCS#11 token: {0}")]
    Token(String),
    /// The file.
    #[error("the vault's file: {0}")]
    File(#[from] rusqlite::Error),
    /// The file could not be made.
    #[error("the vault's file: {0}")]
    Io(#[from] std::io::Error),
}

/// The keys of one world.
pub struct Vault {
    connection: Mutex<Connection>,
    wrap: Wrap,
    digest_key: Secret<[u8; 32]>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(***)")
    }
}

impl Vault {
    /// Opens the vault at this path, or makes it. `key` wraps everything in it. `digest_key` is what a new vault takes
    /// for its digests, for a world that follows from a seed; without it one is drawn.
    ///
    /// # Errors
    /// Another key than the one it was made with, or what the file system says.
    pub fn open(
        path: &Path,
        key: impl Into<Wrap>,
        digest_key: Option<[u8; 32]>,
    ) -> Result<Vault, VaultError> {
        let wrap = key.into();
        // Made with its rights: a file that others could open for a moment would be open for ever.
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;")?;
        let making = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        making.execute_batch(CREATE)?;
        if let Some(check) = note(&making, "check")? {
            if !opens(&wrap, &check)? {
                return Err(VaultError::OtherKey);
            }
        } else {
            let drawn = Zeroizing::new(digest_key.map_or_else(draw::<32>, Ok)?);
            for (name, plain) in [("check", CHECK), ("digests", &drawn[..])] {
                let sealed = wrap.seal(name.as_bytes(), plain)?;
                making.execute("INSERT INTO note (name, sealed) VALUES (?, ?)", params![name, sealed])?;
            }
        }
        let sealed = note(&making, "digests")?.ok_or(VaultError::Damaged)?;
        let opened = wrap.unseal(b"digests", &sealed)?;
        let digest_key = Secret::new(opened.as_slice().try_into().map_err(|_| VaultError::Damaged)?);
        making.commit()?;
        Ok(Vault { connection: Mutex::new(connection), wrap, digest_key })
    }

    /// What addresses and identities are digested with. It stays as long as the world: rows are found by it.
    pub fn digest_key(&self) -> &Secret<[u8; 32]> {
        &self.digest_key
    }

    /// Draws a key for one person. It is durable when this returns.
    ///
    /// # Errors
    /// What the file system says; then there is no key.
    pub fn make_key(&self) -> Result<KeyId, VaultError> {
        let (id, key) = (draw::<16>()?, Zeroizing::new(draw::<32>()?));
        let sealed = self.wrap.seal(&id, &*key)?;
        let sql = "INSERT INTO data_key (id, sealed, made_at_us) VALUES (?, ?, ?)";
        self.connection().execute(sql, params![id, sealed, now_us()])?;
        Ok(id)
    }

    /// Seals one field of a person. What is sealed opens as the same field of the same person only.
    ///
    /// # Errors
    /// A key that is not there counts as damage.
    pub fn seal(&self, id: &KeyId, field: &str, plain: &str) -> Result<Vec<u8>, VaultError> {
        let key = self.key(id)?.ok_or(VaultError::Damaged)?;
        seal(&key, &about(id, field), plain.as_bytes())
    }

    /// Opens a sealed field; `None` when the person was forgotten.
    ///
    /// # Errors
    /// Bytes that are damaged, or of something else.
    pub fn open_field(&self, id: &KeyId, field: &str, sealed: &[u8]) -> Result<Option<String>, VaultError> {
        let Some(key) = self.key(id)? else { return Ok(None) };
        let plain = unseal(&key, &about(id, field), sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Damaged)?;
        Ok(Some(text.to_owned()))
    }

    /// Keeps a document of a person, sealed, in the place of an earlier one of this name. It is durable when this
    /// returns.
    ///
    /// # Errors
    /// A key that is not there counts as damage.
    pub fn keep_document(&self, id: &KeyId, name: &str, plain: &[u8]) -> Result<(), VaultError> {
        let key = self.key(id)?.ok_or(VaultError::Damaged)?;
        self.put_document(id, name, &seal(&key, &about(id, name), plain)?)
    }

    /// Its key is looked at again: who was forgotten while it was sealed leaves nothing behind.
    fn put_document(&self, id: &KeyId, name: &str, sealed: &[u8]) -> Result<(), VaultError> {
        let sql = "INSERT OR REPLACE INTO document (data_key, name, sealed)
                   SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM data_key WHERE id = ?1)";
        match self.connection().execute(sql, params![id, name, sealed])? {
            0 => Err(VaultError::Damaged),
            _ => Ok(()),
        }
    }

    /// A document that was kept; `None` when there is none, or the person was forgotten.
    ///
    /// # Errors
    /// Bytes that are damaged, or of something else.
    pub fn document(&self, id: &KeyId, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some(key) = self.key(id)? else { return Ok(None) };
        let sql = "SELECT sealed FROM document WHERE data_key = ? AND name = ?";
        let sealed: Option<Vec<u8>> =
            self.connection().query_row(sql, params![id, name], |row| row.get(0)).optional()?;
        sealed.map(|sealed| unseal(&key, &about(id, name), &sealed)).transpose()
    }

    /// Forgets a person: key and documents are gone for good when this returns. Nothing happens when they were before.
    ///
    /// # Errors
    /// What the file system says; then it must be asked again.
    pub fn erase(&self, id: &KeyId) -> Result<(), VaultError> {
        let mut connection = self.connection();
        let erasing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        erasing.execute("DELETE FROM data_key WHERE id = ?", params![id])?;
        erasing.execute("DELETE FROM document WHERE data_key = ?", params![id])?;
        erasing.commit()?;
        Ok(())
    }

    /// Forgets everybody: the books that knew them were thrown away.
    ///
    /// # Errors
    /// What the file system says.
    pub fn empty(&self) -> Result<(), VaultError> {
        let mut connection = self.connection();
        // Rolled back when it cannot be committed: a transaction that stays open would refuse all that follows.
        let emptying = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        emptying.execute_batch("DELETE FROM data_key; DELETE FROM document;")?;
        emptying.commit()?;
        Ok(())
    }

    /// Keys that were made before this moment (real time, microseconds UTC).
    ///
    /// # Errors
    /// What the file says.
    pub fn keys_before(&self, at_us: i64) -> Result<Vec<KeyId>, VaultError> {
        let connection = self.connection();
        let mut found = connection.prepare("SELECT id FROM data_key WHERE made_at_us < ?")?;
        let keys = found.query_map([at_us], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    fn key(&self, id: &KeyId) -> Result<Option<LessSafeKey>, VaultError> {
        let sql = "SELECT sealed FROM data_key WHERE id = ?";
        let sealed: Option<Vec<u8>> =
            self.connection().query_row(sql, params![id], |row| row.get(0)).optional()?;
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = self.wrap.unseal(id, &sealed)?;
        let key: Zeroizing<[u8; 32]> =
            Zeroizing::new(plain.as_slice().try_into().map_err(|_| VaultError::Damaged)?);
        Ok(Some(aead(&key)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies a vault, also one that is in use, as it stands at one moment. `to` must not exist.
///
/// # Errors
/// What the file system says.
pub fn copy(from: &Path, to: &Path) -> Result<(), VaultError> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let connection = connect(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute("VACUUM INTO ?", [to.to_string_lossy()])?;
    OpenOptions::new().read(true).open(to)?.sync_all()?;
    Ok(())
}

/// Wraps everything in a vault that is not in use by another key, and says how many keys of persons that were: all of
/// it or nothing. A vault that the new key opens already stays as it is.
///
/// # Errors
/// [`VaultError::OtherKey`] when neither opens it; or what the file system or a token says.
pub fn rewrap(path: &Path, from: &Wrap, to: &Wrap) -> Result<usize, VaultError> {
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;")?;
    let wrapping = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let check = note(&wrapping, "check")?.ok_or(VaultError::Damaged)?;
    if !opens(from, &check)? {
        return if opens(to, &check)? { Ok(0) } else { Err(VaultError::OtherKey) };
    }
    // Opened once more before the old is thrown away: what a new key cannot open would be lost for good.
    let anew = |about: &[u8], sealed: &[u8]| {
        let plain = from.unseal(about, sealed)?;
        let wrapped = to.seal(about, &plain)?;
        if *to.unseal(about, &wrapped)? == *plain { Ok(wrapped) } else { Err(VaultError::Damaged) }
    };
    for name in ["check", "digests"] {
        let sealed = note(&wrapping, name)?.ok_or(VaultError::Damaged)?;
        let sealed = anew(name.as_bytes(), &sealed)?;
        wrapping.execute("UPDATE note SET sealed = ? WHERE name = ?", params![sealed, name])?;
    }
    let keys: Vec<(KeyId, Vec<u8>)> = wrapping
        .prepare("SELECT id, sealed FROM data_key")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (id, sealed) in &keys {
        let sealed = anew(id, sealed)?;
        wrapping.execute("UPDATE data_key SET sealed = ? WHERE id = ?", params![sealed, id])?;
    }
    wrapping.commit()?;
    Ok(keys.len())
}

/// Whether this key is the one that a vault was made with.
fn opens(wrap: &Wrap, check: &[u8]) -> Result<bool, VaultError> {
    match wrap.unseal(b"check", check) {
        Ok(opened) => Ok(*opened == CHECK),
        Err(VaultError::Damaged) => Ok(false),
        Err(error) => Err(error),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, VaultError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA secure_delete = ON;")?;
    Ok(connection)
}

fn note(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
    let sql = "SELECT sealed FROM note WHERE name = ?";
    Ok(connection.query_row(sql, [name], |row| row.get(0)).optional()?)
}

fn aead(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has the length that AES-256 takes"))
}

/// What a sealed field is bound to.
fn about(id: &KeyId, field: &str) -> Vec<u8> {
    [&id[..], field.as_bytes()].concat()
}

/// AES-256-GCM under a nonce that is drawn and put first. A key seals a handful of fields in its life, so that drawn
/// nonces do not meet.
fn seal(key: &LessSafeKey, about: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = draw::<NONCE_LEN>()?;
    let mut sealed = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(about), &mut sealed)
        .map_err(|_| VaultError::Damaged)?;
    Ok([&nonce[..], &sealed].concat())
}

fn unseal(key: &LessSafeKey, about: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(VaultError::Damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Damaged)?;
    let mut plain = Zeroizing::new(rest.to_vec());
    let length =
        key.open_in_place(nonce, Aad::from(about), &mut plain).map_err(|_| VaultError::Damaged)?.len();
    plain.truncate(length);
    Ok(plain)
}

fn draw<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
    Ok(bytes)
}

fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn opened(folder: &Path) -> Vault {
        Vault::open(&folder.join("vault.db"), &Secret::new(KEY), None).unwrap()
    }

    #[test]
    fn a_field_opens_as_itself_only() {
        let folder = tempfile::tempdir().unwrap();
        let vault = opened(folder.path());
        let (one, other) = (vault.make_key().unwrap(), vault.make_key().unwrap());
        let sealed = vault.seal(&one, "name", "小明").unwrap();
        assert_eq!(vault.open_field(&one, "name", &sealed).unwrap().as_deref(), Some("小明"));
        for (id, field) in [(&one, "address"), (&other, "name")] {
            assert!(matches!(vault.open_field(id, field, &sealed), Err(VaultError::Damaged)), "{field}");
        }
        let mut damaged = sealed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(matches!(vault.open_field(&one, "name", &damaged), Err(VaultError::Damaged)));
        assert!(matches!(vault.open_field(&one, "name", b"short"), Err(VaultError::Damaged)));
        assert_ne!(vault.seal(&one, "name", "小明").unwrap(), sealed, "never twice the same");
    }

    #[test]
    fn who_is_erased_is_forgotten_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other, sealed, kept) = {
            let vault = opened(folder.path());
            let (one, other) = (vault.make_key().unwrap(), vault.make_key().unwrap());
            let (sealed, kept) = (vault.seal(&one, "a", "x").unwrap(), vault.seal(&other, "a", "y").unwrap());
            vault.erase(&one).unwrap();
            vault.erase(&one).unwrap();
            (one, other, sealed, kept)
        };
        let vault = opened(folder.path());
        assert_eq!(vault.open_field(&one, "a", &sealed).unwrap(), None);
        assert_eq!(vault.open_field(&other, "a", &kept).unwrap().as_deref(), Some("y"));
        assert!(vault.seal(&one, "a", "x").is_err());
        vault.empty().unwrap();
        assert_eq!(vault.open_field(&other, "a", &kept).unwrap(), None);
    }

    #[test]
    fn an_erased_key_is_nowhere_in_the_file_nor_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let vault = opened(folder.path());
        let id = vault.make_key().unwrap();
        let sealed: Vec<u8> =
            vault.connection().query_row("SELECT sealed FROM data_key", (), |row| row.get(0)).unwrap();
        let found = |vault: &Vault| {
            let _open = vault.connection();
            std::fs::read_dir(folder.path()).unwrap().any(|file| {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                bytes.windows(sealed.len()).any(|window| window == sealed)
            })
        };
        assert!(found(&vault));
        vault.erase(&id).unwrap();
        assert!(!found(&vault));
    }

    #[test]
    fn only_its_own_key_opens_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        let digests = *opened(folder.path()).digest_key().reveal();
        assert!(matches!(Vault::open(&path, &Secret::new([8; 32]), None), Err(VaultError::OtherKey)));
        assert_eq!(*opened(folder.path()).digest_key().reveal(), digests, "it stays");
        let seeded = folder.path().join("seeded.db");
        let seeded = |digest_key| Vault::open(&seeded, &Secret::new(KEY), Some(digest_key)).unwrap();
        assert_eq!(*seeded([1; 32]).digest_key().reveal(), [1; 32]);
        assert_eq!(*seeded([2; 32]).digest_key().reveal(), [1; 32], "of its first making");
    }

    #[test]
    fn a_copy_of_an_open_vault_opens_what_it_opened() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let vault = opened(folder.path());
        let id = vault.make_key().unwrap();
        let sealed = vault.seal(&id, "a", "x").unwrap();
        let (from, to) = (folder.path().join("vault.db"), folder.path().join("copy.db"));
        copy(&from, &to).unwrap();
        assert!(copy(&from, &to).is_err(), "nothing is overwritten");
        vault.erase(&id).unwrap();
        let copied = Vault::open(&to, &Secret::new(KEY), None).unwrap();
        assert_eq!(copied.open_field(&id, "a", &sealed).unwrap().as_deref(), Some("x"));
        for path in [&from, &to] {
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_document_that_comes_after_its_person_was_forgotten_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let vault = opened(folder.path());
        let id = vault.make_key().unwrap();
        vault.keep_document(&id, "a", b"x").unwrap();
        vault.keep_document(&id, "a", b"y").unwrap();
        assert_eq!(vault.document(&id, "a").unwrap().unwrap().as_slice(), b"y");
        vault.erase(&id).unwrap();
        assert!(matches!(vault.put_document(&id, "a", b"sealed before"), Err(VaultError::Damaged)));
        let kept: i64 =
            vault.connection().query_row("SELECT count(*) FROM document", (), |row| row.get(0)).unwrap();
        assert_eq!(kept, 0);
    }

    #[test]
    fn what_could_not_be_committed_is_not_left_open() {
        let folder = tempfile::tempdir().unwrap();
        let vault = opened(folder.path());
        let id = vault.make_key().unwrap();
        vault.connection().busy_timeout(Duration::ZERO).unwrap();
        let reader = Connection::open(folder.path().join("vault.db")).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM data_key;").unwrap();
        assert!(vault.empty().is_err(), "somebody reads");
        reader.execute_batch("COMMIT;").unwrap();
        assert_eq!(vault.keys_before(i64::MAX).unwrap(), [id], "nothing was emptied");
        vault.erase(&id).unwrap();
        vault.empty().unwrap();
    }

    #[test]
    fn keys_know_their_age() {
        let folder = tempfile::tempdir().unwrap();
        let vault = opened(folder.path());
        let id = vault.make_key().unwrap();
        assert!(vault.keys_before(0).unwrap().is_empty());
        assert_eq!(vault.keys_before(i64::MAX).unwrap(), [id]);
    }
}
