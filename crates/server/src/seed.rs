//! The first start: a demo merchant with an app of each mode, and two buyers with money and payment passwords.
//!
//! Everything goes through the cell's door, as it would for anybody. What is to be seeded is written down before the
//! first step and every step can be repeated, so a first start that was killed is finished by the next one.

use crate::data_folder::DataFolder;
use crate::demo::{self, AppFiles, Demo, DemoApp, DemoBuyer, DemoMerchant};
use crate::keys::{self, AppAuthority};
use crate::private_file;
use anyhow::{Context, anyhow};
use base::{PartyId, Text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cell::{CellError, Door};
use engine::{FindLogin, NewPassword, OpenApp, OpenParty, OpenPartyRefused, TopUp};
use money::Currency;
use people::{AppMode, LoginName, PartyKind, PartyName};
use portal::Issuer;
use wire::aes::AesKey;
use wire::sign::PrivateKey;
use world::{Secrets, World};
use zeroize::Zeroizing;

/// Login, shown name and first balance of the buyers.
const BUYERS: [(&str, &str, &str); 2] =
    [("buyer1@demo.tongbao", "演示买家甲", "10000.00"), ("buyer2@demo.tongbao", "演示买家乙", "500.00")];
const MERCHANT: (&str, &str) = ("shop@demo.tongbao", "通宝演示商店");

/// Seeds the world, or finishes what an earlier start began.
pub(crate) async fn seed(
    folder: &DataFolder,
    world: &World,
    door: &Door,
    authority: &AppAuthority,
) -> anyhow::Result<Demo> {
    let mut demo = match Demo::read(folder)? {
        Some(demo) if demo.is_complete() => return Ok(demo),
        Some(demo) => demo,
        None => {
            refuse_half_a_demo(world, door).await?;
            plan()?
        }
    };
    let app_keys = [AppMode::Key, AppMode::Cert].map(|mode| (mode, keys::key_under_way()));
    demo.write(folder)?;
    let merchant = &mut demo.merchant;
    let seller = open_party(door, PartyKind::Merchant, &merchant.login, &merchant.name, None).await?;
    merchant.id = Some(seller);
    for buyer in &mut demo.buyers {
        let password = new_password(&world.secrets, &buyer.pay_password)?;
        let id = open_party(door, PartyKind::Person, &buyer.login, &buyer.name, Some(password)).await?;
        let amount = money::parse_amount(&buyer.start_balance, Currency::Cny).context("a seeded balance")?;
        let key = Text::new("seed").context("a short key")?;
        door.ask(TopUp { party: id, amount, key })
            .await
            .map_err(|error| anyhow!("seeding {}: {error}", buyer.login))?;
        buyer.id = Some(id);
    }
    demo.apps.clear();
    for (mode, key) in app_keys {
        demo.apps.push(open_app(folder, world, door, authority, seller, mode, &keys::finished(key)?).await?);
    }
    demo.write(folder)?;
    tracing::info!(%seller, "demo world seeded");
    Ok(demo)
}

/// Money from nowhere is for sandboxes, and new passwords would not be those of parties that are there.
async fn refuse_half_a_demo(world: &World, door: &Door) -> anyhow::Result<()> {
    anyhow::ensure!(world.sandbox, "only a sandbox world is seeded with a demo");
    let login = Text::new(MERCHANT.0).context("a short name")?;
    let there = door.ask(FindLogin { login }).await.is_ok();
    anyhow::ensure!(!there, "demo.json is missing, but its parties are there: restore it from a backup");
    Ok(())
}

fn plan() -> anyhow::Result<Demo> {
    let merchant = DemoMerchant { login: MERCHANT.0.to_owned(), name: MERCHANT.1.to_owned(), id: None };
    let mut buyers = Vec::new();
    for (login, name, balance) in BUYERS {
        buyers.push(DemoBuyer {
            login: login.to_owned(),
            name: name.to_owned(),
            pay_password: six_digits()?,
            start_balance: balance.to_owned(),
            id: None,
        });
    }
    Ok(Demo { merchant, apps: Vec::new(), buyers })
}

/// Six digits, all equally likely.
fn six_digits() -> anyhow::Result<String> {
    const SPACE: u32 = 1_000_000;
    loop {
        let drawn = getrandom::u32().context("the system gives no randomness")?;
        // The rest above the last whole multiple would make small numbers likelier.
        if drawn < u32::MAX - u32::MAX % SPACE {
            return Ok(format!("{:06}", drawn % SPACE));
        }
    }
}

fn new_password(secrets: &Secrets, password: &str) -> anyhow::Result<NewPassword> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).context("the system gives no randomness")?;
    let verifier = portal::password::hash(secrets, password, salt)?;
    Ok(NewPassword { verifier, pepper_version: Secrets::PEPPER_VERSION })
}

async fn open_party(
    door: &Door,
    kind: PartyKind,
    login: &str,
    name: &str,
    password: Option<NewPassword>,
) -> anyhow::Result<PartyId> {
    let failed = |what: &dyn std::fmt::Display| anyhow!("seeding {login}: {what}");
    let login_name = LoginName::new(login).context("a seeded login")?;
    let name = PartyName::new(name).context("a seeded name")?;
    let command = OpenParty { kind, login: login_name.clone(), name, password };
    match door.ask(command).await {
        Ok(id) => Ok(id),
        // An earlier first start got this far.
        Err(CellError::Refused(OpenPartyRefused::LoginTaken)) => {
            door.ask(FindLogin { login: login_name }).await.map_err(|error| failed(&error))
        }
        Err(error) => Err(failed(&error)),
    }
}

async fn open_app(
    folder: &DataFolder,
    world: &World,
    door: &Door,
    authority: &AppAuthority,
    seller: PartyId,
    mode: AppMode,
    key: &PrivateKey,
) -> anyhow::Result<DemoApp> {
    let (mut aes_key, mut nonce) = (Zeroizing::new([0; 16]), [0; 12]);
    getrandom::fill(&mut *aes_key)
        .and_then(|()| getrandom::fill(&mut nonce))
        .context("the system gives no randomness")?;
    let sealed = world.secrets.seal(&*aes_key, nonce)?;
    let certificate = match mode {
        AppMode::Cert => Some(authority.issue(seller, key.public_key())?),
        AppMode::Key => None,
    };
    let cert_sn = certificate.as_deref().map(wire::cert::cert_sn).transpose()?;
    let command = OpenApp {
        seller,
        mode,
        public_key: STANDARD.decode(key.public_key().to_base64()).context("base64 that was just made")?,
        certificate: certificate.as_deref().map(Text::new).transpose()?,
        cert_sn: cert_sn.as_deref().map(Text::new).transpose()?,
        allow_rsa1: false,
        sealed_aes_key: Some(sealed),
    };
    let id = door.ask(command).await.map_err(|error| anyhow!("seeding an app: {error}"))?;
    let files = AppFiles::of(folder, id);
    private_file::make_folder(files.folder())?;
    let private = |file: &str, text: &str| private_file::write(&files.path(file), text.as_bytes());
    private(demo::PKCS1_PEM, &key.to_pkcs1_pem())?;
    private(demo::PKCS8_PEM, &key.to_pkcs8_pem())?;
    private(demo::PKCS1_TEXT, &key.to_pkcs1_base64())?;
    private(demo::PKCS8_TEXT, &key.to_pkcs8_base64())?;
    private(demo::AES_TEXT, &AesKey::new(*aes_key).to_base64())?;
    let open = |file: &str, text: &str| private_file::write_open(&files.path(file), text.as_bytes());
    open(demo::PLATFORM_PEM, &world.platform.key.public_key().to_pem())?;
    open(demo::PLATFORM_TEXT, &world.platform.public_key)?;
    if let Some(certificate) = certificate {
        open(demo::APP_CERT, &certificate)?;
        open(demo::PLATFORM_CERT, &world.platform.certificate)?;
        open(demo::ROOT_CERT, &world.platform.root)?;
    }
    Ok(DemoApp { id, mode })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_six_digits_and_differ() {
        let drawn: Vec<String> = (0..50).map(|_| six_digits().unwrap()).collect();
        assert!(drawn.iter().all(|password| portal::password::is_well_formed(password)));
        assert!(drawn.iter().any(|password| *password != drawn[0]));
    }
}
