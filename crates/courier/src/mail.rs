//! Mail, handed to one server by SMTP.

use crate::courier::{Letter, NotCarried};
use crate::settings::{EmailSettings, SettingsError, SmtpTls, is_at_home};
use base::Secret;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::time::Duration;

/// A server must say its next word within this.
const WORD_TIME: Duration = Duration::from_secs(5);

/// Hands mail to a server.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    pub(crate) fn new(
        settings: EmailSettings,
        password: Option<Secret<String>>,
        authority: Option<&[u8]>,
    ) -> Result<Mailer, SettingsError> {
        let EmailSettings { server, port, tls, from, user, password_file: _, ca_file: _ } = settings;
        if tls == SmtpTls::None && !is_at_home(&server) {
            return Err(SettingsError::PlainMail);
        }
        if tls == SmtpTls::None && authority.is_some() {
            return Err(SettingsError::Authority);
        }
        let from = from.parse().map_err(|_| SettingsError::From)?;
        let credentials = match (user, password) {
            (None, None) => None,
            (Some(user), Some(password)) => Some(Credentials::new(user, password.reveal().clone())),
            (Some(_), None) | (None, Some(_)) => return Err(SettingsError::User),
        };
        let (usual_port, tls) = match tls {
            SmtpTls::Wrapper => (465, Tls::Wrapper(parameters(&server, authority)?)),
            SmtpTls::StartTls => (587, Tls::Required(parameters(&server, authority)?)),
            SmtpTls::None => (25, Tls::None),
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server)
            .port(port.unwrap_or(usual_port))
            .tls(tls)
            .timeout(Some(WORD_TIME));
        let transport = match credentials {
            Some(credentials) => transport.credentials(credentials),
            None => transport,
        };
        Ok(Mailer { transport: transport.build(), from })
    }

    pub(crate) async fn send(&self, to: &str, letter: &Letter) -> Result<(), NotCarried> {
        let to = to.parse().map_err(|_| NotCarried::Refused)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.reveal().clone());
        let message = message.map_err(|_| NotCarried::Refused)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // What the server said may repeat the address, and is not kept.
            Err(error) if error.is_permanent() => Err(NotCarried::Refused),
            Err(_) => Err(NotCarried::NotTaken),
        }
    }
}

fn parameters(server: &str, authority: Option<&[u8]>) -> Result<TlsParameters, SettingsError> {
    let mut builder = TlsParameters::builder(server.to_owned());
    if let Some(text) = authority {
        let wrong = |_| SettingsError::Authority;
        let certificates = CertificateDer::pem_slice_iter(text)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| SettingsError::Authority)?;
        if certificates.is_empty() {
            return Err(SettingsError::Authority);
        }
        for certificate in certificates {
            let certificate = Certificate::from_der(certificate.to_vec()).map_err(wrong)?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(|error| SettingsError::Client(error.to_string()))
}
