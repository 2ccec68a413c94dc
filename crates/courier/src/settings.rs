//! What an operator says about providers: a file in TOML. Secrets stand in files of their own, which it names.
//!
//! ```toml
//! [email]
//! server = "smtp.example.com"
//! tls = "starttls"                     # "wrapper" (TLS from the first byte), or "none" on this machine
//! from = "Tongbao <no-reply@example.com>"
//! user = "tongbao"
//! password_file = "/etc/tongbao/smtp.password"
//! ca_file = "/etc/tongbao/smtp-ca.pem"  # when the server's certificate is of an authority of one's own
//!
//! [sms]
//! method = "POST"
//! url = "https://sms.example.com/v1/messages"
//! headers = { Authorization = "Bearer {secret}" }
//! content_type = "application/json"
//! body = '{"to":"+86{phone}","text":"{text}"}'
//! escape = "json"
//! secret_file = "/etc/tongbao/sms.secret"
//! success_contains = '"accepted":true'
//! ```

use base::Secret;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

/// Which providers there are. An address that none serves gets nothing, and whoever asked hears it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// For e-mail addresses.
    pub email: Option<EmailSettings>,
    /// For phones.
    pub sms: Option<SmsSettings>,
}

/// How mail is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// TLS from the first byte, on port 465 unless told otherwise.
    Wrapper,
    /// A plain greeting, then TLS or nothing, on port 587 unless told otherwise.
    StartTls,
    /// No encryption, on port 25 unless told otherwise: to a server on this machine only.
    None,
}

/// A server that takes mail.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// Its name, which its certificate bears.
    pub server: String,
    /// Its port, when it is not the usual one.
    pub port: Option<u16>,
    /// How it is spoken with.
    pub tls: SmtpTls,
    /// Who the mail is from.
    pub from: String,
    /// Who signs in there; nobody when absent.
    pub user: Option<String>,
    /// The file with that one's password.
    pub password_file: Option<PathBuf>,
    /// The file with the certificates (PEM) of the authority that vouches for the server, besides those of this
    /// machine.
    pub ca_file: Option<PathBuf>,
}

/// How values are written into the body of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// As within the quotes of a JSON text.
    #[default]
    Json,
    /// As in a form or a query.
    Form,
}

/// A call that sends a text message. In the address, the headers and the body stand `{phone}` (eleven digits),
/// `{text}`, `{code}` (empty when the message has none) and `{secret}`; in the address all are escaped as in a query.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsSettings {
    /// `GET`, `POST` or `PUT`.
    pub method: String,
    /// Where; HTTPS, or HTTP on this machine.
    pub url: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The type of the body.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The body; none when empty.
    #[serde(default)]
    pub body: String,
    /// How values are written into the body.
    #[serde(default)]
    pub escape: Escape,
    /// The file with what `{secret}` stands for.
    pub secret_file: Option<PathBuf>,
    /// The status of an answer that says taken.
    #[serde(default = "usual_status")]
    pub success_status: u16,
    /// What such an answer contains besides.
    pub success_contains: Option<String>,
}

const fn usual_status() -> u16 {
    200
}

/// What the files that the settings name hold. Read by whoever reads the settings, who knows which files are safe.
#[derive(Debug, Default)]
pub struct Secrets {
    /// The password at the mail server.
    pub email: Option<Secret<String>>,
    /// The certificates that vouch for the mail server, in PEM. They are no secret.
    pub email_ca: Option<Vec<u8>>,
    /// What `{secret}` stands for.
    pub sms: Option<Secret<String>>,
}

/// Why settings are no good. Order is precedence.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Mail without encryption would leave the machine.
    #[error("email: tls = \"none\" is for a server on this machine")]
    PlainMail,
    /// The sender's address.
    #[error("email: from is no address")]
    From,
    /// Certificates for a server that is spoken with in the clear, or text that holds none.
    #[error("email: ca_file holds certificates in PEM, for a server with TLS")]
    Authority,
    /// A user without password or a password without user.
    #[error("email: user and password_file come together")]
    User,
    /// Text messages without encryption would leave the machine.
    #[error("sms: the url is of https, or of http on this machine")]
    PlainSms,
    /// The method.
    #[error("sms: the method is GET, POST or PUT")]
    Method,
    /// A header that cannot be sent.
    #[error("sms: the header {0} cannot be sent")]
    Header(String),
    /// `{secret}` without a file, or a file for nothing.
    #[error("sms: {{secret}} and secret_file come together")]
    Secret,
    /// No client can be made.
    #[error("no client can be made: {0}")]
    Client(String),
}

/// Whether a host is this machine.
pub(crate) fn is_at_home(host: &str) -> bool {
    host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
