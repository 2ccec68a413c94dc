//! The first start: a demo merchant with an app of each mode, two buyers with money and payment passwords, and what the
//! world's file declares beside them.
//!
//! Everything goes through the cell's door, as it would for anybody. The commands are kept: a world that is reset takes
//! the very same ones, so that parties, apps and passwords stay what they were. Nobody is served before the seeding has
//! ended, so one that was killed is begun anew on empty books ([`crate::reset`]).

use crate::chance::Chance;
use crate::data_folder::DataFolder;
use crate::demo::{self, AppFiles, AppPlan, Demo, DemoApp, DemoBuyer, DemoMerchant};
use crate::keys::{self, AppAuthority};
use crate::private_file::{self, Together};
use crate::reset;
use crate::world_file::WorldFile;
use anyhow::{Context, anyhow};
use base::{PartyId, Text};
use cell::{CellError, Door};
use engine::{Ask, Command, FindLogin, FoundOperators, NewPassword, OpenApp, OpenParty, TopUp};
use money::Currency;
use people::{AppMode, LoginName, PartyKind, PartyName};
use portal::{AppSignType, Issuer};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use wire::aes::AesKey;
use wire::sign::{PrivateKey, PublicKey};
use world::{Secrets, World};
use zeroize::Zeroizing;

/// Login, shown name and first balance of the buyers.
const BUYERS: [(&str, &str, &str); 2] =
    [("buyer1@demo.tongbao", "演示买家甲", "10000.00"), ("buyer2@demo.tongbao", "演示买家乙", "500.00")];
/// The operator that is there from the first start, and appoints others.
const FIRST_ADMIN: &str = "admin";
const MERCHANT: (&str, &str) = ("shop@demo.tongbao", "通宝演示商店");

/// A world that is open and not served yet.
pub(crate) struct Opened<'a> {
    pub(crate) folder: &'a DataFolder,
    pub(crate) world: &'a World,
    pub(crate) door: &'a Door,
    pub(crate) authority: &'a AppAuthority,
}

/// Seeds the world, unless it was seeded before.
pub(crate) async fn seed(
    opened: &Opened<'_>,
    file: &WorldFile,
    keys_of: Option<&Path>,
) -> anyhow::Result<Demo> {
    let Opened { folder, world, .. } = *opened;
    if let Some(demo) = Demo::read(folder)?.filter(Demo::is_complete) {
        return Ok(demo);
    }
    refuse_half_a_demo(world, opened.door).await?;
    let mut demo = plan(&Chance(&world.secrets), file)?;
    let plans = &demo.app_plans;
    let apps = plans.iter().enumerate().map(|(at, plan)| AppKey::begin(plan, &plans[..at], keys_of));
    let apps: Vec<AppKey> = apps.collect::<anyhow::Result<_>>()?;
    let passwords = new_passwords(world, &demo.buyers)?;
    let mut steps = Steps { door: opened.door, taken: Vec::new() };
    let DemoMerchant { login, name, .. } = &demo.merchant;
    demo.merchant.id = Some(open_party(&mut steps, PartyKind::Merchant, login, name, None).await?);
    for merchant in &mut demo.merchants {
        let id = open_party(&mut steps, PartyKind::Merchant, &merchant.login, &merchant.name, None).await?;
        if let Some(balance) = &merchant.start_balance {
            top_up(&mut steps, id, balance).await?;
        }
        merchant.id = Some(id);
    }
    for (buyer, password) in demo.buyers.iter_mut().zip(passwords) {
        let id = open_party(&mut steps, PartyKind::Person, &buyer.login, &buyer.name, Some(password)).await?;
        top_up(&mut steps, id, &buyer.start_balance).await?;
        buyer.id = Some(id);
    }
    let mut files = Together::default();
    for (plan, key) in demo.app_plans.iter().zip(apps) {
        let seller = demo.seller_of(plan).ok_or_else(|| anyhow!("an app of a merchant that is not there"))?;
        let key = key.end(plan.sign_type)?;
        demo.apps.push(open_app(opened, &mut steps, &mut files, seller, plan, key).await?);
    }
    let name = Text::new(FIRST_ADMIN).context("a short name")?;
    steps.ask(FoundOperators { name }).await.map_err(|error| anyhow!("the first admin: {error:?}"))?;
    // Before the world counts as seeded, below; until then what a crash leaves of them is written anew.
    files.sync()?;
    reset::keep(folder, &steps.taken)?;
    demo.write(folder)?;
    tracing::info!(merchants = 1 + demo.merchants.len(), buyers = demo.buyers.len(), "world seeded");
    Ok(demo)
}

/// Money from nowhere is for sandboxes, and new passwords would not be those of parties that are there.
async fn refuse_half_a_demo(world: &World, door: &Door) -> anyhow::Result<()> {
    anyhow::ensure!(world.sandbox, "only a sandbox world is seeded with a demo");
    let login = Text::new(MERCHANT.0).context("a short name")?;
    let there = door.ask(FindLogin { login }).await.is_ok();
    anyhow::ensure!(
        !there,
        "demo.json is missing or incomplete, but its parties are there: restore it from a backup"
    );
    Ok(())
}

fn plan(chance: &Chance<'_>, file: &WorldFile) -> anyhow::Result<Demo> {
    let (login, name) = (MERCHANT.0.to_owned(), MERCHANT.1.to_owned());
    let merchant = DemoMerchant { login, name, start_balance: None, id: None };
    let mut buyers = Vec::new();
    for (login, name, balance) in BUYERS {
        buyers.push(DemoBuyer {
            login: login.to_owned(),
            name: name.to_owned(),
            pay_password: chance.six_digits()?,
            start_balance: balance.to_owned(),
            id: None,
        });
    }
    buyers.extend(file.buyers.iter().cloned());
    let app_plans = demo::usual_apps().into_iter().chain(file.apps.iter().cloned()).collect();
    Ok(Demo { merchant, merchants: file.merchants.clone(), app_plans, apps: Vec::new(), buyers })
}

/// The verifiers of the buyers' passwords, in their order.
fn new_passwords(world: &World, buyers: &[DemoBuyer]) -> anyhow::Result<Vec<NewPassword>> {
    let made = buyers.iter().map(|buyer| {
        let mut salt = [0; 16];
        Chance(&world.secrets).fill(&mut salt)?;
        let verifier = portal::password::hash_seeded(world, &buyer.pay_password, salt)?;
        Ok(NewPassword { verifier, pepper_version: Secrets::PEPPER_VERSION })
    });
    made.collect()
}

/// Asks, and remembers what was asked.
struct Steps<'a> {
    door: &'a Door,
    taken: Vec<Command>,
}

impl Steps<'_> {
    async fn ask<C: Ask + Clone>(&mut self, command: C) -> Result<C::Done, CellError<C::Refused>> {
        self.taken.push(command.clone().into());
        self.door.ask(command).await
    }
}

async fn open_party(
    steps: &mut Steps<'_>,
    kind: PartyKind,
    login: &str,
    name: &str,
    password: Option<NewPassword>,
) -> anyhow::Result<PartyId> {
    let login_name = LoginName::new(login).context("a seeded login")?;
    let name = PartyName::new(name).context("a seeded name")?;
    let opened = steps.ask(OpenParty { kind, login: login_name, name, password }).await;
    opened.map_err(|error| anyhow!("seeding {login}: {error}"))
}

async fn top_up(steps: &mut Steps<'_>, party: PartyId, balance: &str) -> anyhow::Result<()> {
    let amount = money::parse_amount(balance, Currency::Cny).context("a seeded balance")?;
    if amount.is_zero() {
        return Ok(());
    }
    let key = Text::new("seed").context("a short key")?;
    let done = steps.ask(TopUp { party, amount, key }).await;
    done.map(|_| ()).map_err(|error| anyhow!("seeding {party}: {error}"))
}

/// The key of an app: drawn on a thread, read from another world, or the developer's own.
enum AppKey {
    Drawn(JoinHandle<anyhow::Result<PrivateKey>>),
    Of(PathBuf),
    Given(String),
}

/// Both halves, or the one that the developer gave.
enum Halves {
    Both(Box<PrivateKey>),
    Public(PublicKey),
}

impl AppKey {
    /// `earlier` are the plans before this one.
    fn begin(plan: &AppPlan, earlier: &[AppPlan], keys_of: Option<&Path>) -> anyhow::Result<AppKey> {
        if let Some(key) = &plan.public_key {
            return Ok(AppKey::Given(key.clone()));
        }
        let nth = earlier.iter().filter(|other| other.is_like(plan)).count();
        let shared = keys_of.map(|world| keys::app_key_of(world, plan, nth)).transpose()?.flatten();
        Ok(shared.map_or_else(|| AppKey::Drawn(keys::key_under_way(plan.sign_type)), AppKey::Of))
    }

    fn end(self, sign_type: AppSignType) -> anyhow::Result<Halves> {
        Ok(match self {
            AppKey::Drawn(key) => Halves::Both(Box::new(keys::finished(key)?)),
            AppKey::Of(path) => {
                let named = || format!("{} is damaged", path.display());
                Halves::Both(Box::new(PrivateKey::parse(&private_file::read(&path)?).with_context(named)?))
            }
            AppKey::Given(key) => {
                Halves::Public(PublicKey::parse(&key, sign_type.sign_type()).context("a declared key")?)
            }
        })
    }
}

impl Halves {
    fn public(&self) -> &PublicKey {
        match self {
            Halves::Both(key) => key.public_key(),
            Halves::Public(key) => key,
        }
    }
}

async fn open_app(
    opened: &Opened<'_>,
    steps: &mut Steps<'_>,
    together: &mut Together,
    seller: PartyId,
    plan: &AppPlan,
    key: Halves,
) -> anyhow::Result<DemoApp> {
    let Opened { folder, world, authority, .. } = *opened;
    let AppPlan { mode, sign_type, profile, .. } = *plan;
    if sign_type == AppSignType::Sm2 {
        authority.need_sm2().map_err(|error| anyhow!("the platform's SM2 key: {error}"))?;
    }
    let platform = world.platform_of(sign_type.sign_type()).context("the platform has such a key")?;
    let (mut aes_key, mut nonce) = (Zeroizing::new([0; 16]), [0; 12]);
    let chance = Chance(&world.secrets);
    chance.fill(&mut *aes_key)?;
    chance.fill(&mut nonce)?;
    let sealed = world.secrets.seal(&*aes_key, nonce)?;
    let certificate = match mode {
        AppMode::Cert => Some(authority.issue(seller, key.public())?),
        AppMode::Key => None,
    };
    let cert_sn = certificate.as_deref().map(wire::cert::cert_sn).transpose()?;
    let command = OpenApp {
        seller,
        mode,
        public_key: key.public().to_spki(),
        certificate: certificate.as_deref().map(Text::new).transpose()?,
        cert_sn: cert_sn.as_deref().map(Text::new).transpose()?,
        allow_rsa1: false,
        sealed_aes_key: Some(sealed),
    };
    let id = steps.ask(command).await.map_err(|error| anyhow!("seeding an app: {error}"))?;
    let files = AppFiles::of(folder, id);
    private_file::make_folder(files.folder())?;
    let mut private = |file: &str, text: &str| together.write(&files.path(file), text.as_bytes());
    if let Halves::Both(key) = &key {
        let (pem, text) = match sign_type {
            AppSignType::Rsa2 => (demo::PKCS1_PEM, demo::PKCS1_TEXT),
            AppSignType::Sm2 => (demo::SEC1_PEM, demo::SEC1_TEXT),
        };
        private(pem, &key.to_pkcs1_pem())?;
        private(demo::PKCS8_PEM, &key.to_pkcs8_pem())?;
        private(text, &key.to_pkcs1_base64())?;
        private(demo::PKCS8_TEXT, &key.to_pkcs8_base64())?;
    }
    private(demo::AES_TEXT, &AesKey::new(*aes_key).to_base64())?;
    let mut open = |file: &str, text: &str| together.write_open(&files.path(file), text.as_bytes());
    open(demo::PLATFORM_PEM, &platform.key.public_key().to_pem())?;
    open(demo::PLATFORM_TEXT, &platform.public_key)?;
    if let Some(certificate) = certificate {
        open(demo::APP_CERT, &certificate)?;
        open(demo::PLATFORM_CERT, &platform.certificate)?;
        open(demo::ROOT_CERT, &platform.root)?;
    }
    let has_private_key = matches!(key, Halves::Both(_));
    Ok(DemoApp { id, mode, sign_type, profile, seller: Some(seller), has_private_key })
}
