//! A key inside a hardware module, used through PKCS#11.

use crate::{NONCE_LEN, TokenUri, VaultError, draw};
use base::Secret;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use zeroize::Zeroizing;

/// Modules of this process by their path: the standard lets a process begin each of them once.
static MODULES: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

/// The length of the mark that GCM puts behind, in bits.
const TAG_BITS: u64 = 128;

/// A key of a token, with a session that is opened again when the hardware lost it.
pub struct Token {
    uri: TokenUri,
    pin: Secret<String>,
    module: Pkcs11,
    open: Mutex<Option<Open>>,
    /// What the token said against the PIN: it is not tried again, since a few wrong ones lock the token.
    pin_refused: OnceLock<String>,
}

struct Open {
    session: Session,
    key: ObjectHandle,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Token").field(&self.uri).finish()
    }
}

impl Token {
    /// Signs in to the token and finds the key. `pin` is its user's.
    ///
    /// # Errors
    /// A module that cannot be loaded, a token or key that is not there or there twice, a wrong PIN: each in words.
    pub fn open(uri: TokenUri, pin: Secret<String>) -> Result<Token, VaultError> {
        let module = module(&uri.module)?;
        let token = Token { uri, pin, module, open: Mutex::new(None), pin_refused: OnceLock::new() };
        let open = token.sign_in()?;
        *token.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        Ok(token)
    }

    /// Makes the key that an address names: an AES key of 256 bits that seals and unseals, and that the hardware never
    /// gives away.
    ///
    /// # Errors
    /// As [`Token::open`], and when there is a key of this name already.
    pub fn make_key(uri: TokenUri, pin: Secret<String>) -> Result<(), VaultError> {
        let module = module(&uri.module)?;
        let token = Token { uri, pin, module, open: Mutex::new(None), pin_refused: OnceLock::new() };
        let session = token.module.open_rw_session(token.slot()?).map_err(failed)?;
        token.log_in(&session)?;
        if !session.find_objects(&token.wanted()).map_err(failed)?.is_empty() {
            return Err(VaultError::Token(format!("the token has a key called \"{}\"", token.uri.object)));
        }
        let more = [Attribute::Token(true), Attribute::Private(true), Attribute::Encrypt(true)];
        let more = more.into_iter().chain([Attribute::Decrypt(true), Attribute::Sensitive(true)]);
        let template: Vec<Attribute> =
            token.wanted().into_iter().chain(more).chain([Attribute::Extractable(false)]).collect();
        session.generate_key(&Mechanism::AesKeyGen, &template).map_err(failed)?;
        Ok(())
    }

    /// AES-256-GCM in the hardware, under a nonce that is drawn and put first.
    pub(crate) fn seal(&self, about: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = draw::<NONCE_LEN>()?;
        let sealed =
            self.with(&mut nonce, about, |open, mechanism| open.session.encrypt(mechanism, open.key, plain))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed under this name.
    pub(crate) fn unseal(&self, about: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Damaged)?;
        self.with(&mut nonce.clone(), about, |open, mechanism| {
            open.session.decrypt(mechanism, open.key, rest)
        })
        .map(Zeroizing::new)
    }

    /// Does something with the key. Hardware may write a nonce of its own in the place of ours. A session that failed
    /// is not used again: what it left under way would refuse the next; what the hardware did not do for want of a
    /// session is done once more in a fresh one.
    fn with(
        &self,
        nonce: &mut [u8; NONCE_LEN],
        about: &[u8],
        work: impl Fn(&Open, &Mechanism<'_>) -> Result<Vec<u8>, Error>,
    ) -> Result<Vec<u8>, VaultError> {
        let mut place = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let was_open = place.is_some();
        for is_last in [!was_open, true] {
            let open = match place.take() {
                Some(open) => open,
                None => self.sign_in()?,
            };
            let params = GcmParams::new(nonce, about, TAG_BITS.into()).map_err(failed)?;
            match work(&open, &Mechanism::AesGcm(params)) {
                Ok(done) => {
                    *place = Some(open);
                    return Ok(done);
                }
                Err(error) if is_damage(&error, is_last) => return Err(VaultError::Damaged),
                Err(error) if is_last => return Err(failed(error)),
                Err(_) => {}
            }
        }
        Err(VaultError::Token("no session".to_owned()))
    }

    fn sign_in(&self) -> Result<Open, VaultError> {
        let session = self.module.open_ro_session(self.slot()?).map_err(failed)?;
        self.log_in(&session)?;
        let key = self.key(&session)?;
        Ok(Open { session, key })
    }

    fn log_in(&self, session: &Session) -> Result<(), VaultError> {
        if let Some(refused) = self.pin_refused.get() {
            return Err(VaultError::Token(format!("{refused}; it is not tried again before the next start")));
        }
        let pin: AuthPin = self.pin.reveal().clone().into();
        match session.login(UserType::User, Some(&pin)) {
            // Another session of this process did; the standard counts them together.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => {
                use RvError::{PinExpired, PinIncorrect, PinLocked};
                if let Error::Pkcs11(PinIncorrect | PinExpired | PinLocked, _) = error {
                    self.pin_refused.get_or_init(|| error.to_string());
                }
                Err(failed(error))
            }
        }
    }

    fn slot(&self) -> Result<Slot, VaultError> {
        let TokenUri { token, serial, .. } = &self.uri;
        let mut found = Vec::new();
        for slot in self.module.get_slots_with_initialized_token().map_err(failed)? {
            let info = self.module.get_token_info(slot).map_err(failed)?;
            let is_serial = serial.as_ref().is_none_or(|serial| info.serial_number().trim() == serial);
            if info.label().trim_end() == token && is_serial {
                found.push(slot);
            }
        }
        match found[..] {
            [slot] => Ok(slot),
            [] => Err(VaultError::Token(format!("there is no token \"{token}\""))),
            _ => Err(VaultError::Token(format!("several tokens are called \"{token}\": name one by serial"))),
        }
    }

    fn wanted(&self) -> [Attribute; 4] {
        [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::ValueLen(32.into()),
            Attribute::Label(self.uri.object.clone().into_bytes()),
        ]
    }

    /// Whether the hardware keeps a key to itself.
    fn stays_inside(&self, session: &Session, key: ObjectHandle) -> Result<bool, VaultError> {
        let asked = [AttributeType::Sensitive, AttributeType::Extractable];
        let told = session.get_attributes(key, &asked).map_err(failed)?;
        Ok(told.contains(&Attribute::Sensitive(true)) && told.contains(&Attribute::Extractable(false)))
    }

    fn key(&self, session: &Session) -> Result<ObjectHandle, VaultError> {
        let label = &self.uri.object;
        match session.find_objects(&self.wanted()).map_err(failed)?[..] {
            [key] if self.stays_inside(session, key)? => Ok(key),
            [_] => Err(VaultError::Token(format!("the key \"{label}\" can be taken out of its token"))),
            [] => Err(VaultError::Token(format!("the token has no AES key of 256 bits called \"{label}\""))),
            _ => Err(VaultError::Token(format!("the token has several keys called \"{label}\""))),
        }
    }
}

fn module(path: &Path) -> Result<Pkcs11, VaultError> {
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = modules.get(path) {
        return Ok(module.clone());
    }
    let module = Pkcs11::new(path).map_err(failed)?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(failed(error)),
    }
    modules.insert(path.to_owned(), module.clone());
    Ok(module)
}

/// Whether the hardware says that the sealed bytes are not what this key sealed. Some have no word for a wrong mark and
/// fail in general: in a fresh session, after all else went well, it means the bytes.
fn is_damage(error: &Error, is_fresh: bool) -> bool {
    match error {
        Error::Pkcs11(RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange, _) => true,
        Error::Pkcs11(RvError::GeneralError | RvError::FunctionFailed, Function::Decrypt) => is_fresh,
        _ => false,
    }
}

fn failed(error: impl std::fmt::Display) -> VaultError {
    VaultError::Token(error.to_string())
}
