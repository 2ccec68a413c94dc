//! A notice sent once more because a developer asks for it: as it was, with other members, or forged, so that a shop's
//! own checks can be tried. It is not counted: the ladder of the notice goes on as if nothing had been sent.

use crate::attempt::{Called, Post, write};
use crate::faults::LetterKind;
use crate::members::Letter;
use crate::postman::Postman;
use cell::CellError;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::Notice;
use wire::notify_form;
use wire::sign::{PrivateKey, SignType};

/// How a letter is forged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forgery {
    /// It bears no signature.
    Unsigned,
    /// It is signed with a key that is nobody's.
    OtherKey,
    /// Members were changed after it was signed; without others given, the total is.
    ChangedAfterSigning,
}

/// What is sent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Again {
    /// Another address than the notice's.
    pub url: Option<String>,
    /// Members with other values; an empty one is left out. They are signed with the rest, unless forged.
    pub members: BTreeMap<String, String>,
    /// How it is forged; a right letter without.
    pub forgery: Option<Forgery>,
}

/// Why a letter was not sent, or not told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ResendRefused {
    /// Those are made here.
    #[error("sign and sign_type are made when the letter is signed; ask for a forgery instead")]
    SignatureNamed,
    /// The order that it tells of cannot be read.
    #[error("the order of this notice was not found")]
    OrderNotFound,
    /// The cell could not answer, or no thread could sign.
    #[error("the platform is busy; nothing was sent")]
    Busy,
    /// The platform failed while it sent.
    #[error("sending broke off; whether the letter arrived is not known")]
    BrokeOff,
}

/// Sends notices again.
#[derive(Clone, Debug)]
pub struct Resender {
    postman: Arc<Postman>,
}

impl Resender {
    pub(crate) fn new(postman: Arc<Postman>) -> Resender {
        Resender { postman }
    }

    /// Sends once and tells how it ended. A listener has it before the address, as with every letter.
    ///
    /// # Errors
    /// Nothing was sent, but for [`ResendRefused::BrokeOff`].
    pub async fn send(&self, notice: &Notice, again: Again) -> Result<Called, ResendRefused> {
        if again.members.keys().any(|name| matches!(name.as_str(), "sign" | "sign_type")) {
            return Err(ResendRefused::SignatureNamed);
        }
        let door = self.postman.door();
        let letter = write(door, notice).await.map_err(|error| match error {
            CellError::Refused(()) => ResendRefused::OrderNotFound,
            CellError::Busy | CellError::Unknown => ResendRefused::Busy,
        })?;
        let content_type = notify_form::content_type(letter.charset);
        let url = again.url.clone().unwrap_or_else(|| notice.url.to_string());
        let key = self.postman.key(letter.sign_type).ok_or(ResendRefused::Busy)?;
        let kind = match again.forgery {
            Some(forgery) => LetterKind::Forged(forgery),
            None if again.members.is_empty() => LetterKind::Again,
            None => LetterKind::Changed(again.members.keys().cloned().collect()),
        };
        let sign = move || form(&letter, again, &key);
        let form = tokio::task::spawn_blocking(sign).await.ok().flatten().ok_or(ResendRefused::Busy)?;
        // On a task of its own: a caller that hangs up must not leave a letter under way for ever.
        let (postman, notice, post) =
            (self.postman.clone(), notice.clone(), Post { url, content_type, form });
        let sending = tokio::spawn(async move { postman.post(&notice, post, kind).await });
        sending.await.map_err(|_| ResendRefused::BrokeOff)
    }
}

/// The body; `None` when no key could be made.
fn form(letter: &Letter, again: Again, key: &PrivateKey) -> Option<String> {
    let Again { url: _, mut members, forgery } = again;
    let (charset, sign_type) = (letter.charset, letter.sign_type);
    let right: BTreeMap<String, String> =
        letter.members.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
    let changed = |members: BTreeMap<String, String>| {
        let mut all = right.clone();
        all.extend(members);
        all
    };
    Some(match forgery {
        None => notify_form::signed(&pairs(&changed(members)), charset, sign_type, key),
        Some(Forgery::Unsigned) => notify_form::encode(&pairs(&changed(members)), charset),
        Some(Forgery::OtherKey) => {
            let other = match sign_type {
                SignType::Rsa | SignType::Rsa2 => wire::keygen::rsa_2048(),
                SignType::Sm2 => wire::keygen::sm2(),
            };
            let other = other.ok()?;
            notify_form::signed(&pairs(&changed(members)), charset, sign_type, &other)
        }
        Some(Forgery::ChangedAfterSigning) => {
            if members.is_empty() {
                members.insert("total_amount".to_owned(), "0.01".to_owned());
            }
            let signed = notify_form::signed(&pairs(&right), charset, sign_type, key);
            let kept = signed.split('&').filter(|pair| {
                let name = pair.split('=').next().unwrap_or_default();
                !members.contains_key(name)
            });
            let mut kept: Vec<&str> = kept.collect();
            let put = notify_form::encode(&pairs(&members), charset);
            kept.extend(Some(put.as_str()).filter(|put| !put.is_empty()));
            kept.join("&")
        }
    })
}

fn pairs(members: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
