//! The one that carries: chooses the provider, bounds the time, tries again.

use crate::mail::Mailer;
use crate::settings::{Secrets, Settings, SettingsError};
use crate::text_message::Texter;
use base::Secret;
use people::Address;
use std::time::Duration;

/// How often a message is tried. What a provider refused for good is not tried again.
const TRIES: u32 = 2;
/// One try must end within this.
const TRY_TIME: Duration = Duration::from_secs(8);
/// Rest before the next try.
const REST: Duration = Duration::from_millis(300);

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Where to.
    pub to: Address,
    /// What an e-mail is headed with.
    pub subject: String,
    /// The words; they may hold a code.
    pub text: Secret<String>,
    /// The code alone, when there is one: some providers have templates of their own.
    pub code: Option<Secret<String>>,
}

/// Why a message was not carried. No reason tells the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotCarried {
    /// No provider serves such addresses.
    #[error("no provider serves such addresses")]
    NoProvider,
    /// The provider will not take it, however often it is asked.
    #[error("the provider refused the message")]
    Refused,
    /// The provider was not reached, or did not say in time that it took it.
    #[error("the provider did not take the message in time")]
    NotTaken,
}

/// Carries messages through the providers that it was given.
pub struct Courier {
    mail: Option<Mailer>,
    texts: Option<Texter>,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Courier(mail: {}, texts: {})", self.mail.is_some(), self.texts.is_some())
    }
}

impl Courier {
    /// With these providers.
    ///
    /// # Errors
    /// Settings that are no good.
    pub fn new(settings: Settings, secrets: Secrets) -> Result<Courier, SettingsError> {
        // Another part of the process may have chosen its provider already.
        let _chosen = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mail = settings.email.map(|email| Mailer::new(email, secrets.email, secrets.email_ca.as_deref()));
        let mail = mail.transpose()?;
        let texts = settings.sms.map(|sms| Texter::new(sms, secrets.sms)).transpose()?;
        Ok(Courier { mail, texts })
    }

    /// Carries one message; when this is good, a provider said that it took it.
    ///
    /// # Errors
    /// It is not certain that anybody took it.
    pub async fn carry(&self, letter: &Letter) -> Result<(), NotCarried> {
        let mut said = NotCarried::NoProvider;
        for tried in 1..=TRIES {
            if tried > 1 {
                tokio::time::sleep(REST).await;
            }
            let once = tokio::time::timeout(TRY_TIME, self.once(letter)).await;
            said = match once.unwrap_or(Err(NotCarried::NotTaken)) {
                Ok(()) => return Ok(()),
                Err(NotCarried::NotTaken) => NotCarried::NotTaken,
                Err(last) => {
                    said = last;
                    break;
                }
            };
        }
        let kind = match letter.to {
            Address::Email(_) => "email",
            Address::Phone(_) => "sms",
        };
        tracing::warn!(kind, reason = %said, "a message was not sent");
        Err(said)
    }

    async fn once(&self, letter: &Letter) -> Result<(), NotCarried> {
        match &letter.to {
            Address::Email(to) => match &self.mail {
                Some(mail) => mail.send(to, letter).await,
                None => Err(NotCarried::NoProvider),
            },
            Address::Phone(to) => match &self.texts {
                Some(texts) => texts.send(to, letter).await,
                None => Err(NotCarried::NoProvider),
            },
        }
    }
}
