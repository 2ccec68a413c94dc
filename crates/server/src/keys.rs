//! The keys of a world: made on the first start, read on every later one.
//!
//! They lie beside the database and not in it: who gets hold of the tables alone can neither sign for the platform nor
//! guess passwords. The whole folder gets its name in one rename, so there is never a part of it.
//!
//! ```text
//! keys/master.key              32 bytes in hex: pay codes, links, pepper and sealing are derived from it; not used in
//!                              a world that was made from a seed, whose secrets follow from that
//! keys/platform_private.pem    signs answers and notifications      keys/platform_cert.crt
//! keys/root_private.pem        signs certificates                   keys/root_cert.crt
//! keys/platform_sm2_private.pem, platform_sm2_cert.crt, root_sm2_private.pem, root_sm2_cert.crt
//!                              the same for apps that sign with SM2; made for the first of them; `sm2_made`, written
//!                              last, says that all are there
//! keys/apps/APP_ID/…           handed to developers; the platform itself does not need them
//! ```

use crate::demo::{self, AppPlan, Demo};
use crate::private_file::{self, Together};
use anyhow::{Context, anyhow, bail};
use base::{DAY_US, PartyId};
use portal::AppSignType;
use std::path::Path;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use wire::cert::{Authority, CertError, Certificate, Name, Validity};
use wire::sign::{PrivateKey, PublicKey, SignType};
use wire::{cert, keygen};
use world::{Platform, Secrets};
use zeroize::Zeroizing;

const MASTER: &str = "master.key";

/// The files of one algorithm.
struct Files {
    key: &'static str,
    cert: &'static str,
    root_key: &'static str,
    root_cert: &'static str,
    /// The common name of the root.
    root_name: &'static str,
}

const RSA: Files = Files {
    key: "platform_private.pem",
    cert: "platform_cert.crt",
    root_key: "root_private.pem",
    root_cert: "root_cert.crt",
    root_name: "Tongbao Root",
};
const SM2: Files = Files {
    key: "platform_sm2_private.pem",
    cert: "platform_sm2_cert.crt",
    root_key: "root_sm2_private.pem",
    root_cert: "root_sm2_cert.crt",
    root_name: "Tongbao SM2 Root",
};

/// Says that the SM2 files were all written. Where it is each of them must be: one that went missing refuses the start
/// by name, while what a crash left of a first writing, before any app signs with SM2, is written again.
const SM2_MADE: &str = "sm2_made";

/// How long certificates are valid: longer than a demonstration world lives, so that none ends by surprise.
const LIFE_US: i64 = 20 * 365 * DAY_US;
/// Certificates begin a day early, for clocks that are behind.
const EARLY_US: i64 = DAY_US;

/// All keys of a world.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) platform: Platform,
    pub(crate) sm2: Arc<OnceLock<Platform>>,
    pub(crate) secrets: Secrets,
    pub(crate) authority: Arc<AppAuthority>,
}

/// Issues the certificates of apps.
#[derive(Debug)]
pub(crate) struct AppAuthority {
    authority: Authority,
    folder: PathBuf,
    sm2: Arc<OnceLock<Platform>>,
    sm2_authority: OnceLock<Authority>,
    drawing: Mutex<()>,
}

impl portal::Issuer for AppAuthority {
    fn need_sm2(&self) -> Result<(), String> {
        // One draws, the others find what it made.
        let _one = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.sm2.get().is_some() {
            return Ok(());
        }
        let drawn = draw(&self.folder, &SM2, AppSignType::Sm2).and_then(|()| {
            private_file::write(&self.folder.join(SM2_MADE), b"")?;
            read_platform(&self.folder, &SM2)
        });
        let (platform, authority) = drawn.map_err(|error| format!("{error:#}"))?;
        self.sm2_authority.get_or_init(|| authority);
        self.sm2.get_or_init(|| platform);
        Ok(())
    }

    fn issue(&self, seller: PartyId, key: &PublicKey) -> Result<String, CertError> {
        // Without chance there is no serial; the error that stands for "no certificate" is the closest.
        let serial = keygen::certificate_serial().map_err(|_| CertError::BadSerial)?;
        let subject = name(&format!("{seller}"), "App");
        let authority = if key.is_sm2() { self.sm2_authority.get() } else { Some(&self.authority) };
        authority.ok_or(CertError::NotThisAuthority)?.issue(&subject, serial, validity(), key)
    }
}

/// A new key on a thread of its own: of RSA chance decides how long it takes, and several are needed at once.
pub(crate) fn key_under_way(of: AppSignType) -> std::thread::JoinHandle<anyhow::Result<PrivateKey>> {
    std::thread::spawn(move || of.draw().context("no key could be made"))
}

/// Waits for a key.
pub(crate) fn finished(
    key: std::thread::JoinHandle<anyhow::Result<PrivateKey>>,
) -> anyhow::Result<PrivateKey> {
    key.join().map_err(|_| anyhow!("the thread that made a key died"))?
}

/// The private key of the app that another world has for the same plan: the `nth` of those of the same merchant, mode
/// and algorithm. Absent when that world has no such app, or only its public key.
pub(crate) fn app_key_of(world: &Path, plan: &AppPlan, nth: usize) -> anyhow::Result<Option<PathBuf>> {
    let demo = Demo::read_in(world)?.with_context(|| format!("{} was never started", world.display()))?;
    let mut same = demo.app_plans.iter().zip(&demo.apps).filter(|(other, _)| other.is_like(plan));
    let app = same.nth(nth).map(|(_, app)| app).filter(|app| app.has_private_key);
    Ok(app.map(|app| world.join("keys/apps").join(app.id.to_string()).join(demo::PKCS8_PEM)))
}

/// Reads the keys in `folder`, or makes them when the world is new: its secrets from the seed when there is one, and
/// the platform's keys from another world's folder when one is named, since drawing them takes longest.
pub(crate) fn open(
    folder: &Path,
    world_is_new: bool,
    seed: Option<u64>,
    keys_of: Option<&Path>,
) -> anyhow::Result<Keys> {
    if !folder.exists() {
        if !world_is_new {
            bail!("{} is missing, but there is a journal. Restore the keys from a backup.", folder.display());
        }
        make(folder, keys_of)?;
    }
    let mut keys = read(folder)?;
    if let Some(seed) = seed {
        keys.secrets = Secrets::from_seed(seed)?;
    }
    Ok(keys)
}

fn make(folder: &Path, keys_of: Option<&Path>) -> anyhow::Result<()> {
    let unfinished = folder.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)
            .with_context(|| format!("{} cannot be removed", unfinished.display()))?;
    }
    private_file::make_folder(&unfinished)?;
    let mut master = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *master).context("the system gives no randomness")?;
    let mut files = Together::default();
    files.write(&unfinished.join(MASTER), Zeroizing::new(hex::encode(*master)).as_bytes())?;
    match keys_of {
        Some(world) => share(&world.join("keys"), &unfinished, &mut files)?,
        None => draw(&unfinished, &RSA, AppSignType::Rsa2)?,
    }
    files.sync()?;
    let renamed = || -> std::io::Result<()> {
        std::fs::rename(&unfinished, folder)?;
        private_file::sync_folder(folder.parent().unwrap_or(Path::new(".")))
    };
    renamed().with_context(|| format!("{} cannot be made", folder.display()))
}

/// Takes the platform's keys and certificates of another world.
fn share(from: &Path, to: &Path, files: &mut Together) -> anyhow::Result<()> {
    share_of(from, to, &RSA, files)?;
    if !has_sm2(from) {
        return Ok(());
    }
    share_of(from, to, &SM2, files)?;
    files.write(&to.join(SM2_MADE), b"")
}

fn share_of(from: &Path, to: &Path, of: &Files, files: &mut Together) -> anyhow::Result<()> {
    for file in [of.root_cert, of.cert] {
        let path = from.join(file);
        let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        files.write_open(&to.join(file), &text)?;
    }
    for file in [of.root_key, of.key] {
        files.write(&to.join(file), private_file::read(&from.join(file))?.as_bytes())?;
    }
    Ok(())
}

/// Whether the SM2 files are to be there.
fn has_sm2(folder: &Path) -> bool {
    folder.join(SM2_MADE).exists() || folder.join(SM2.key).exists()
}

/// New keys and certificates, each durable when it returns; the platform's key is written last, so that where it is
/// the others are too.
fn draw(folder: &Path, files: &Files, of: AppSignType) -> anyhow::Result<()> {
    let (platform, root) = (key_under_way(of), key_under_way(of));
    let (platform, root) = (finished(platform)?, finished(root)?);
    private_file::write(&folder.join(files.root_key), root.to_pkcs8_pem().as_bytes())?;
    let serial = keygen::certificate_serial()?;
    let authority = Authority::new_root(name(files.root_name, "Authority"), serial, validity(), root)?;
    let serial = keygen::certificate_serial()?;
    let certificate =
        authority.issue(&name("Tongbao", "Platform"), serial, validity(), platform.public_key())?;
    private_file::write_open(&folder.join(files.root_cert), authority.pem().as_bytes())?;
    private_file::write_open(&folder.join(files.cert), certificate.as_bytes())?;
    private_file::write(&folder.join(files.key), platform.to_pkcs8_pem().as_bytes())
}

fn read(folder: &Path) -> anyhow::Result<Keys> {
    let mut master = Zeroizing::new([0_u8; 32]);
    let named = || format!("{} is damaged", folder.join(MASTER).display());
    hex::decode_to_slice(private_file::read(&folder.join(MASTER))?.trim(), &mut *master)
        .with_context(named)?;
    let secrets = Secrets::from_master(&*master).with_context(named)?;
    let (platform, authority) = read_platform(folder, &RSA)?;
    let (sm2, sm2_authority) = (OnceLock::new(), OnceLock::new());
    if has_sm2(folder) {
        let (platform, authority) = read_platform(folder, &SM2)?;
        sm2.get_or_init(|| platform);
        sm2_authority.get_or_init(|| authority);
    }
    let (sm2, drawing) = (Arc::new(sm2), Mutex::new(()));
    let authority =
        AppAuthority { authority, folder: folder.to_owned(), sm2: sm2.clone(), sm2_authority, drawing };
    Ok(Keys { platform, sm2, secrets, authority: Arc::new(authority) })
}

fn read_platform(folder: &Path, files: &Files) -> anyhow::Result<(Platform, Authority)> {
    let text = |file: &str| private_file::read(&folder.join(file));
    let named = |file: &str| format!("{} is damaged", folder.join(file).display());
    let open = |file: &str| {
        std::fs::read_to_string(folder.join(file))
            .with_context(|| format!("{} cannot be read", folder.join(file).display()))
    };
    let key = PrivateKey::parse(&text(files.key)?).with_context(|| named(files.key))?;
    let root_key = PrivateKey::parse(&text(files.root_key)?).with_context(|| named(files.root_key))?;
    let (root, certificate) = (open(files.root_cert)?, open(files.cert)?);
    let authority = Authority::open(&root, root_key).with_context(|| named(files.root_cert))?;
    let parsed = Certificate::parse(&certificate).with_context(|| named(files.cert))?;
    if parsed.public_key != *key.public_key() {
        bail!("{} is not the certificate of {}", folder.join(files.cert).display(), files.key);
    }
    if !parsed.is_issued_by(&Certificate::parse(&root).with_context(|| named(files.root_cert))?) {
        bail!("{} was not issued by {}", folder.join(files.cert).display(), files.root_cert);
    }
    let sign_type = key.public_key().usual_sign_type();
    let platform = Platform {
        public_key: key.public_key().to_base64(),
        cert_sn: parsed.sn,
        root_sn: cert::root_sn(&root, sign_type).with_context(|| named(files.root_cert))?,
        key: Arc::new(key),
        certificate,
        root,
    };
    Ok((platform, authority))
}

/// What everybody may know of the platform's keys.
#[derive(Debug)]
pub(crate) struct PublicSide {
    pub(crate) key: PublicKey,
    pub(crate) cert_sn: String,
    pub(crate) root_sn: String,
}

/// Reads the certificates alone: whoever asks for them needs no right to the private keys. `None` when the platform has
/// none of this sign type's algorithm.
pub(crate) fn public_side(folder: &Path, sign_type: SignType) -> anyhow::Result<Option<PublicSide>> {
    let files = match sign_type {
        SignType::Rsa | SignType::Rsa2 => &RSA,
        SignType::Sm2 => &SM2,
    };
    if sign_type == SignType::Sm2 && !folder.join(files.cert).exists() {
        return Ok(None);
    }
    let read = |file: &str| {
        let path = folder.join(file);
        std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let platform =
        Certificate::parse(&read(files.cert)?).with_context(|| format!("{} is damaged", files.cert))?;
    let root_sn = cert::root_sn(&read(files.root_cert)?, sign_type)
        .with_context(|| format!("{} is damaged", files.root_cert))?;
    Ok(Some(PublicSide { key: platform.public_key, cert_sn: platform.sn, root_sn }))
}

fn name(common_name: &str, unit: &str) -> Name {
    Name {
        common_name: common_name.to_owned(),
        organizational_unit: unit.to_owned(),
        organization: "Tongbao".to_owned(),
        country: "CN".to_owned(),
    }
}

fn validity() -> Validity {
    let now_us = crate::world_clock::system_clock_us();
    Validity { from_us: now_us - EARLY_US, until_us: now_us + LIFE_US }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal::Issuer;

    #[test]
    fn keys_are_made_once_and_issue_certificates() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("keys");
        assert!(open(&folder, false, None, None).is_err(), "an old world gets no new keys");
        let first = open(&folder, true, None, None).unwrap();
        let again = open(&folder, false, None, None).unwrap();
        assert_eq!(first.platform.public_key, again.platform.public_key);
        assert_eq!(first.secrets.pay_code_digest("28"), again.secrets.pay_code_digest("28"));
        let key = keygen::rsa_2048().unwrap();
        let seller: PartyId = "2088100000000107".parse().unwrap();
        let issued = again.authority.issue(seller, key.public_key()).unwrap();
        let issued = Certificate::parse(&issued).unwrap();
        assert!(issued.is_issued_by(&Certificate::parse(&first.platform.root).unwrap()));
        assert!(issued.is_valid_at(crate::world_clock::system_clock_us()));
    }

    #[test]
    fn the_sm2_key_is_made_when_it_is_needed_and_stays() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("keys");
        let first = open(&folder, true, None, None).unwrap();
        let key = keygen::sm2().unwrap();
        let seller: PartyId = "2088100000000107".parse().unwrap();
        assert!(first.sm2.get().is_none() && !folder.join(SM2.key).exists(), "no start draws it");
        assert!(first.authority.issue(seller, key.public_key()).is_err());
        // What a crash left behind is drawn again.
        private_file::write(&folder.join(SM2.root_key), b"x").unwrap();
        let first = open(&folder, false, None, None).unwrap();
        first.authority.need_sm2().unwrap();
        let made = first.sm2.get().unwrap().public_key.clone();
        first.authority.need_sm2().unwrap();
        assert_eq!(first.sm2.get().unwrap().public_key, made);
        let again = open(&folder, false, None, None).unwrap();
        again.authority.need_sm2().unwrap();
        let platform = again.sm2.get().unwrap();
        assert_eq!(platform.public_key, made);
        let issued = again.authority.issue(seller, key.public_key()).unwrap();
        let root = Certificate::parse(&platform.root).unwrap();
        assert!(Certificate::parse(&issued).unwrap().is_issued_by(&root));
        assert_ne!(platform.root_sn, again.platform.root_sn);
        let rsa = keygen::rsa_2048().unwrap();
        for (file, wrong) in [
            (SM2.key, "x"),
            (SM2.key, rsa.to_pkcs8_pem().as_str()),
            (SM2.root_key, rsa.to_pkcs8_pem().as_str()),
            (SM2.cert, again.platform.certificate.as_str()),
            (SM2.root_cert, again.platform.root.as_str()),
        ] {
            let kept = std::fs::read(folder.join(file)).unwrap();
            private_file::write(&folder.join(file), wrong.as_bytes()).unwrap();
            assert!(
                format!("{:#}", open(&folder, false, None, None).unwrap_err()).contains("_sm2_"),
                "{file}"
            );
            private_file::write(&folder.join(file), &kept).unwrap();
        }
        for file in [SM2.key, SM2.root_key, SM2.cert, SM2.root_cert] {
            let kept = std::fs::read(folder.join(file)).unwrap();
            std::fs::remove_file(folder.join(file)).unwrap();
            assert!(format!("{:#}", open(&folder, false, None, None).unwrap_err()).contains(file), "{file}");
            private_file::write(&folder.join(file), &kept).unwrap();
        }
    }

    #[test]
    fn a_missing_damaged_or_foreign_key_is_named() {
        let temporary = tempfile::tempdir().unwrap();
        let (one, two) = (temporary.path().join("one"), temporary.path().join("two"));
        open(&one, true, None, None).unwrap();
        open(&two, true, None, None).unwrap();
        for file in [MASTER, RSA.key, RSA.root_key, RSA.root_cert, RSA.cert] {
            let (path, kept) = (one.join(file), temporary.path().join("kept"));
            std::fs::rename(&path, &kept).unwrap();
            assert!(
                format!("{:#}", open(&one, true, None, None).unwrap_err()).contains(file),
                "missing {file}"
            );
            private_file::write(&path, b"x").unwrap();
            assert!(
                format!("{:#}", open(&one, true, None, None).unwrap_err()).contains(file),
                "damaged {file}"
            );
            if file != MASTER {
                std::fs::copy(two.join(file), &path).unwrap();
                assert!(open(&one, true, None, None).is_err(), "foreign {file}");
            }
            std::fs::rename(&kept, &path).unwrap();
            open(&one, true, None, None).unwrap();
        }
    }
}
