//! The open_id of a user: the name by which one app knows him, and no other.
//!
//! It is the user's number, sealed under the world's key with a nonce that follows from app and number. So the same app
//! always hears the same name, two apps cannot compare theirs, nothing has to be kept, and who gives a name back gives
//! the number back.

use crate::Secrets;
use base::{AppId, PartyId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of the nonce of a seal.
const NONCE_BYTES: usize = 12;

impl Secrets {
    /// The name of a user to an app: 48 letters, digits, `-` and `_`.
    pub fn open_id(&self, app: AppId, user: PartyId) -> String {
        let number = user.number().to_be_bytes();
        let sealed = self.seal(&number, self.open_id_nonce(app, user)).expect("eight bytes can be sealed");
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The user whom an app knows by this name; nobody when the name was not given to it.
    pub fn user_of_open_id(&self, app: AppId, open_id: &str) -> Option<PartyId> {
        let sealed = URL_SAFE_NO_PAD.decode(open_id).ok()?;
        let number = u64::from_be_bytes(self.open(&sealed).ok()?.try_into().ok()?);
        let user: PartyId = number.to_string().parse().ok()?;
        sealed.starts_with(&self.open_id_nonce(app, user)).then_some(user)
    }

    fn open_id_nonce(&self, app: AppId, user: PartyId) -> [u8; NONCE_BYTES] {
        let tag = self.token_tag(format!("open id\n{app}\n{user}").as_bytes());
        tag[..NONCE_BYTES].try_into().expect("a tag is longer than a nonce")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    #[test]
    fn a_name_is_of_one_app_and_one_user() {
        let secrets = Secrets::from_master(&[7; 32]).expect("32 bytes");
        let app = |counter| AppId::issue(counter, Slot::PLATFORM).expect("a low number");
        let user = |counter| PartyId::issue(counter, Slot::PLATFORM).expect("a low number");
        let name = secrets.open_id(app(1), user(1));
        assert_eq!(name.len(), 48);
        assert_eq!(name, secrets.open_id(app(1), user(1)));
        assert_eq!(secrets.user_of_open_id(app(1), &name), Some(user(1)));
        assert_eq!(secrets.user_of_open_id(app(2), &name), None, "it was given to another app");
        assert_ne!(name, secrets.open_id(app(2), user(1)));
        assert_ne!(name, secrets.open_id(app(1), user(2)));
        let other = Secrets::from_master(&[8; 32]).expect("32 bytes");
        assert_eq!(other.user_of_open_id(app(1), &name), None, "another world's");
        for wrong in ["", "x", &name[1..], &name.replace(&name[5..6], "!"), &format!("{name}AAAA")] {
            assert_eq!(secrets.user_of_open_id(app(1), wrong), None, "{wrong}");
        }
    }
}
