//! Who carries messages to persons: the inbox of worlds for trying out, or the providers of a file.

use crate::cli::UpArgs;
use crate::private_file;
use crate::site::Site;
use anyhow::Context;
use base::Secret;
use courier::{Courier, Letter, Secrets, Settings};
use portal::{MessageKind, Messenger, NotSent, Outgoing, People, Sending};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an e-mail with a code is headed with.
const CODE_SUBJECT: &str = "通宝验证码";
/// What other e-mails are headed with.
const OTHER_SUBJECT: &str = "通宝账户提醒";

/// What the portal needs for persons, with whoever carries their messages.
pub(crate) fn people(site: &Site, args: &UpArgs) -> anyhow::Result<People> {
    let people = People::sandbox(site.vault.clone());
    Ok(match &args.messages {
        Some(path) => people.sending_by(Arc::new(Carrier(read(path)?))),
        None => people,
    })
}

/// The providers of a file. It and the files that it names hold secrets, and are refused when others may read them.
fn read(path: &Path) -> anyhow::Result<Courier> {
    let text = private_file::read(path)?;
    let named = || format!("{} does not say who carries messages", path.display());
    let settings: Settings = basic_toml::from_str(&text).with_context(named)?;
    let secret = |path: Option<&PathBuf>| -> anyhow::Result<Option<Secret<String>>> {
        let Some(path) = path else { return Ok(None) };
        Ok(Some(Secret::new(private_file::read(path)?.trim_end().to_owned())))
    };
    let email = secret(settings.email.as_ref().and_then(|email| email.password_file.as_ref()))?;
    let authority = settings.email.as_ref().and_then(|email| email.ca_file.as_ref());
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let email_ca = authority.map(read).transpose()?;
    let sms = secret(settings.sms.as_ref().and_then(|sms| sms.secret_file.as_ref()))?;
    Courier::new(settings, Secrets { email, email_ca, sms }).with_context(named)
}

struct Carrier(Courier);

impl Messenger for Carrier {
    fn send(&self, message: Outgoing) -> Sending<'_> {
        let text = Secret::new(message.text());
        let (subject, code) = match message.kind {
            MessageKind::Code { purpose: _, code } => (CODE_SUBJECT, Some(code)),
            MessageKind::AlreadyRegistered
            | MessageKind::NotRegistered
            | MessageKind::PasskeyAdded
            | MessageKind::PasskeyRemoved
            | MessageKind::PasskeyCopied => (OTHER_SUBJECT, None),
        };
        let letter = Letter { to: message.to, subject: subject.to_owned(), text, code };
        // Why it was not carried is in the log, without the address.
        Box::pin(async move { self.0.carry(&letter).await.map_err(|_| NotSent) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_of_providers_is_private_and_says_what_is_wrong_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("messages.toml"), folder.path().join("sms.secret"));
        private_file::write(&key, b"hush\n").unwrap();
        let sms = |url: &str| {
            let body = "body = \"{secret}\"";
            format!("[sms]\nmethod = \"POST\"\nurl = \"{url}\"\n{body}\nsecret_file = {key:?}\n")
        };
        private_file::write(&path, sms("https://sms.example.com/").as_bytes()).unwrap();
        assert!(read(&path).is_ok());
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("chmod 600"));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        private_file::write(&path, sms("http://sms.example.com/").as_bytes()).unwrap();
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("https"));
        private_file::write(&path, b"[pigeon]\n").unwrap();
        assert!(format!("{:#}", read(&path).unwrap_err()).contains("pigeon"));
    }
}
