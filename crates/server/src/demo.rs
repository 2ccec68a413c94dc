//! What the first start seeds for trying out, kept with its passwords in a private file so that every later start can
//! tell them again.

use crate::data_folder::DataFolder;
use crate::private_file;
use anyhow::Context;
use base::{AppId, PartyId};
use people::AppMode;
use portal::AppSignType;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use world::Profile;

/// The demo parties and apps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Demo {
    /// Who is paid.
    pub(crate) merchant: DemoMerchant,
    /// Merchants that the world's file declares beside it.
    #[serde(default)]
    pub(crate) merchants: Vec<DemoMerchant>,
    /// Which apps there are to be.
    #[serde(default = "usual_apps")]
    pub(crate) app_plans: Vec<AppPlan>,
    /// The apps, in the order of their plans; empty until they were opened.
    pub(crate) apps: Vec<DemoApp>,
    /// Who pays.
    pub(crate) buyers: Vec<DemoBuyer>,
}

/// An app that is to be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct AppPlan {
    /// The login of its merchant; the demo merchant when absent.
    #[serde(default)]
    pub(crate) merchant: Option<String>,
    /// How it proves itself.
    pub(crate) mode: AppMode,
    /// The public key that a developer has already, base64; else a pair is drawn.
    #[serde(default)]
    pub(crate) public_key: Option<String>,
    /// What it signs with.
    #[serde(default)]
    pub(crate) sign_type: AppSignType,
    /// How the platform behaves towards it.
    #[serde(default)]
    pub(crate) profile: Profile,
}

impl AppPlan {
    /// Whether both are of the same merchant, prove themselves alike and sign with the same algorithm.
    pub(crate) fn is_like(&self, other: &AppPlan) -> bool {
        self.merchant == other.merchant && self.mode == other.mode && self.sign_type == other.sign_type
    }
}

/// The demo merchant has an app of each mode.
pub(crate) fn usual_apps() -> Vec<AppPlan> {
    let (sign_type, profile) = (AppSignType::Rsa2, Profile::Strict);
    let plan = |mode| AppPlan { merchant: None, mode, public_key: None, sign_type, profile };
    [AppMode::Key, AppMode::Cert].map(plan).into()
}

/// A merchant to try out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DemoMerchant {
    /// The name to sign in with.
    pub(crate) login: String,
    /// How it is shown.
    pub(crate) name: String,
    /// What it starts with, in yuan; nothing when absent.
    #[serde(default)]
    pub(crate) start_balance: Option<String>,
    /// Its id, once it was opened.
    pub(crate) id: Option<PartyId>,
}

/// An app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DemoApp {
    /// Its id.
    pub(crate) id: AppId,
    /// How it proves itself.
    pub(crate) mode: AppMode,
    /// What it signs with.
    #[serde(default)]
    pub(crate) sign_type: AppSignType,
    /// How the platform behaves towards it after the seeding.
    #[serde(default)]
    pub(crate) profile: Profile,
    /// Its merchant; the demo merchant when absent.
    #[serde(default)]
    pub(crate) seller: Option<PartyId>,
    /// Whether its private key is here too: not when the developer gave a public key.
    #[serde(default = "yes")]
    pub(crate) has_private_key: bool,
}

fn yes() -> bool {
    true
}

/// A demo buyer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DemoBuyer {
    /// The name to sign in with.
    pub(crate) login: String,
    /// How it is shown.
    pub(crate) name: String,
    /// Six digits.
    pub(crate) pay_password: String,
    /// What it starts with, in yuan.
    pub(crate) start_balance: String,
    /// Its id, once it was opened.
    pub(crate) id: Option<PartyId>,
}

impl Demo {
    /// What was seeded before, if anything was.
    pub(crate) fn read(folder: &DataFolder) -> anyhow::Result<Option<Demo>> {
        Demo::read_in(&folder.world())
    }

    /// As [`Demo::read`], in the folder of a world.
    pub(crate) fn read_in(world: &Path) -> anyhow::Result<Option<Demo>> {
        let path = world.join("demo.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = private_file::read(&path)?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display())).map(Some)
    }

    /// Keeps it.
    pub(crate) fn write(&self, folder: &DataFolder) -> anyhow::Result<()> {
        private_file::write(&folder.demo(), serde_json::to_string_pretty(self)?.as_bytes())
    }

    /// The merchant of an app that is to be, once it was opened.
    pub(crate) fn seller_of(&self, plan: &AppPlan) -> Option<PartyId> {
        match &plan.merchant {
            None => self.merchant.id,
            Some(login) => self.merchants.iter().find(|merchant| merchant.login == *login)?.id,
        }
    }

    /// Whether everything was opened, up to the last step.
    pub(crate) fn is_complete(&self) -> bool {
        self.apps.len() == self.app_plans.len()
            && self.merchant.id.is_some()
            && self.merchants.iter().all(|merchant| merchant.id.is_some())
            && self.buyers.iter().all(|buyer| buyer.id.is_some())
    }
}

/// The files of an app under `keys/apps/APP_ID`.
#[derive(Clone, Debug)]
pub(crate) struct AppFiles {
    folder: PathBuf,
}

impl AppFiles {
    /// The files of this app.
    pub(crate) fn of(folder: &DataFolder, app: AppId) -> AppFiles {
        AppFiles { folder: folder.keys().join("apps").join(app.to_string()) }
    }

    /// Where they lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one of them.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }
}

/// PEM of the app's private key, PKCS#1.
pub(crate) const PKCS1_PEM: &str = "private_pkcs1.pem";
/// PEM of an SM2 app's private key, SEC 1.
pub(crate) const SEC1_PEM: &str = "private_sec1.pem";
/// Bare base64 of the same.
pub(crate) const SEC1_TEXT: &str = "private_sec1.txt";
/// PEM of the app's private key, PKCS#8.
pub(crate) const PKCS8_PEM: &str = "private_pkcs8.pem";
/// Bare base64 of the same, PKCS#1.
pub(crate) const PKCS1_TEXT: &str = "private_pkcs1.txt";
/// Bare base64 of the same, PKCS#8.
pub(crate) const PKCS8_TEXT: &str = "private_pkcs8.txt";
/// PEM of the platform's public key.
pub(crate) const PLATFORM_PEM: &str = "platform_public_key.pem";
/// Bare base64 of the platform's public key.
pub(crate) const PLATFORM_TEXT: &str = "platform_public_key.txt";
/// The content encryption key, base64.
pub(crate) const AES_TEXT: &str = "aes_key.txt";
/// The app's certificate.
pub(crate) const APP_CERT: &str = "app_cert.crt";
/// The platform's certificate.
pub(crate) const PLATFORM_CERT: &str = "platform_cert.crt";
/// The root bundle.
pub(crate) const ROOT_CERT: &str = "root_cert.crt";
