//! What a client needs to begin: addresses, apps, buyers. Printed for people, written as JSON for programs.

use crate::cli::UpArgs;
use crate::data_folder::DataFolder;
use crate::demo::{self, AppFiles, Demo};
use crate::private_file;
use anyhow::{Context, anyhow, bail};
use base::PartyId;
use cell::Door;
use engine::FindAccount;
use money::Currency;
use people::AppMode;
use portal::AppSignType;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;
use world::World;

/// How long a start waits for its tables.
const POSTED_WAIT: Duration = Duration::from_secs(5);

/// The member names are a promise to programs: tests, the demo and other people's scripts read them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ready {
    /// The gateway's address.
    pub(crate) gateway: String,
    /// The same on port 80, if the platform listens there.
    pub(crate) gateway_port_80: Option<String>,
    /// The sandbox API, in a world for trying out.
    pub(crate) sandbox: Option<String>,
    /// Where browsers reach it.
    pub(crate) base_url: String,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// The server's process id.
    pub(crate) pid: u32,
    /// Where figures are told, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metrics: Option<String>,
    /// The demo apps.
    pub(crate) apps: Vec<ReadyApp>,
    /// The demo buyers.
    pub(crate) buyers: Vec<ReadyBuyer>,
}

/// An app; the keys are paths of files.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReadyApp {
    /// Its id.
    pub(crate) app_id: String,
    /// Its merchant.
    pub(crate) seller_id: String,
    /// `key` or `cert`.
    pub(crate) mode: &'static str,
    /// `RSA2` or `SM2`.
    pub(crate) sign_type: &'static str,
    /// `strict` or `real`.
    pub(crate) profile: &'static str,
    /// PEM file, PKCS#1; absent when the developer keeps the private key, or when it is one of SM2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_pkcs1: Option<PathBuf>,
    /// PEM file of an SM2 key, SEC 1; absent when the developer keeps the private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_sec1: Option<PathBuf>,
    /// PEM file, PKCS#8; absent when the developer keeps the private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_pkcs8: Option<PathBuf>,
    /// PEM file.
    pub(crate) platform_public_key: PathBuf,
    /// In certificate mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) app_cert: Option<PathBuf>,
    /// In certificate mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) platform_cert: Option<PathBuf>,
    /// In certificate mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) root_cert: Option<PathBuf>,
    /// Content encryption key, base64.
    pub(crate) aes_key: String,
}

/// A buyer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReadyBuyer {
    /// The name to sign in with.
    pub(crate) login: String,
    /// Its id.
    pub(crate) user_id: String,
    /// Six digits.
    pub(crate) pay_password: String,
    /// What it may spend now, in yuan.
    pub(crate) balance: String,
}

/// Waits until the tables have what is told here: `tongbao show`, `doctor` and others read those alone. A disk that is
/// slow keeps nobody from serving.
async fn posted(door: &Door) {
    let durable = door.stats().durable_sequence.load(Ordering::Acquire);
    let mut posted = door.posted();
    let reached = posted.wait_for(|sequence| *sequence >= durable);
    if !matches!(tokio::time::timeout(POSTED_WAIT, reached).await, Ok(Ok(_))) {
        tracing::warn!(
            "the tables are behind; commands that read them know less than the server until they have caught up"
        );
    }
}

impl Ready {
    /// Gathers everything.
    pub(crate) async fn gather(
        folder: &DataFolder,
        world: &World,
        door: &Door,
        demo: &Demo,
        listening: &[SocketAddr],
    ) -> anyhow::Result<Ready> {
        posted(door).await;
        let seller = demo.merchant.id.ok_or_else(|| anyhow!("the demo merchant was not opened"))?;
        let mut buyers = Vec::new();
        for buyer in &demo.buyers {
            let id = buyer.id.ok_or_else(|| anyhow!("the demo buyer {} was not opened", buyer.login))?;
            buyers.push(ReadyBuyer {
                login: buyer.login.clone(),
                user_id: id.to_string(),
                pay_password: buyer.pay_password.clone(),
                balance: balance(door, id).await?,
            });
        }
        let mut apps = Vec::new();
        for app in &demo.apps {
            let files = AppFiles::of(folder, app.id);
            let with_certificates = app.mode == AppMode::Cert;
            let certificate = |file| with_certificates.then(|| files.path(file));
            let own_form = |sign_type, file| {
                (app.has_private_key && app.sign_type == sign_type).then(|| files.path(file))
            };
            apps.push(ReadyApp {
                app_id: app.id.to_string(),
                seller_id: app.seller.unwrap_or(seller).to_string(),
                mode: if with_certificates { "cert" } else { "key" },
                sign_type: app.sign_type.sign_type().name(),
                profile: world.apps.of(app.id).profile.name(),
                private_key_pkcs1: own_form(AppSignType::Rsa2, demo::PKCS1_PEM),
                private_key_sec1: own_form(AppSignType::Sm2, demo::SEC1_PEM),
                private_key_pkcs8: app.has_private_key.then(|| files.path(demo::PKCS8_PEM)),
                platform_public_key: files.path(demo::PLATFORM_PEM),
                app_cert: certificate(demo::APP_CERT),
                platform_cert: certificate(demo::PLATFORM_CERT),
                root_cert: certificate(demo::ROOT_CERT),
                aes_key: private_file::read(&files.path(demo::AES_TEXT))?.trim().to_owned(),
            });
        }
        let port_80 = listening.iter().find(|address| address.port() == 80);
        Ok(Ready {
            gateway: format!("{}/gateway.do", world.base_url),
            gateway_port_80: port_80.map(|address| format!("http://{}/gateway.do", reachable(*address).ip())),
            sandbox: world.sandbox.then(|| format!("{}/sandbox", world.base_url)),
            base_url: world.base_url.clone(),
            data: folder.root().to_path_buf(),
            pid: std::process::id(),
            metrics: None,
            apps,
            buyers,
        })
    }

    /// Writes it for programs. It holds demo passwords, so only the owner may read it.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        private_file::write(path, serde_json::to_string_pretty(self)?.as_bytes()).context("--ready")
    }

    /// The same on one line.
    pub(crate) fn line(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

async fn balance(door: &Door, party: PartyId) -> anyhow::Result<String> {
    let account = door.ask(FindAccount { party, currency: Currency::Cny }).await;
    Ok(account.map_err(|error| anyhow!("the balance of {party}: {error}"))?.available().to_string())
}

/// How the outside reaches us: as told, or by the first address we listen on.
pub(crate) fn base_url(args: &UpArgs, addresses: &[SocketAddr]) -> anyhow::Result<String> {
    let Some(given) = &args.base_url else {
        let first = addresses.first().context("no address to listen on")?;
        return Ok(format!("http://{}", reachable(*first)));
    };
    let given = given.trim_end_matches('/');
    if !given.starts_with("http://") && !given.starts_with("https://")
        || given.contains(['?', '#', '"', '<'])
        // It becomes part of a header.
        || !given.bytes().all(|byte| byte.is_ascii_graphic())
    {
        bail!("--base-url is an address such as https://pay.example.com");
    }
    Ok(given.to_owned())
}

/// The address under which this machine reaches a listener that may be bound to all addresses.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_reached_by_loopback() {
        let shown = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(shown("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(shown("[::]:8080"), "127.0.0.1:8080");
        assert_eq!(shown("192.0.2.1:80"), "192.0.2.1:80");
    }
}
