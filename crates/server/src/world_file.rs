//! The file that declares a world: a seed, a clock, merchants with their apps, buyers with their money (TOML).
//!
//! ```toml
//! seed = 7                          # the same calls at the same moments give the same numbers
//! clock = "2026-01-01 09:00:00"     # China time; the clock stands there until it is moved
//!
//! [[merchants]]
//! login = "tea@example.com"
//! name = "Tea house"
//! balance = "100.00"
//! apps = [{ mode = "key" }, { mode = "cert", public_key = "MIIB…" }, { mode = "key", sign_type = "SM2" }]
//!
//! [[buyers]]
//! login = "mei@example.com"
//! name = "Mei"
//! pay_password = "246810"
//! balance = "50.00"
//! ```
//!
//! The demo merchant and the demo buyers are there too. Everything is checked before anything is made.

use crate::demo::{AppPlan, DemoBuyer, DemoMerchant};
use anyhow::{Context, bail, ensure};
use money::Currency;
use people::{AppMode, LoginName, PartyName};
use portal::AppSignType;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use wire::sign::PublicKey;
use wire::timestamp::parse_cn;
use world::{ClockSetting, Profile};

/// Most bytes of the file.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Merchants and buyers that a file may declare. Each buyer costs a password's hash, tens of milliseconds.
const PARTIES_MAX: usize = 1_000;
/// Apps that it may declare. Each without a key of its own costs an RSA key.
const APPS_MAX: usize = 500;

/// What a world begins with.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorldFile {
    /// What its numbers follow from; chance when absent.
    pub(crate) seed: Option<u64>,
    /// Where its clock stands, microseconds UTC; real time when absent.
    pub(crate) starts_at_us: Option<i64>,
    /// Merchants beside the demo merchant.
    pub(crate) merchants: Vec<DemoMerchant>,
    /// Their apps.
    pub(crate) apps: Vec<AppPlan>,
    /// Buyers beside the demo buyers.
    pub(crate) buyers: Vec<DemoBuyer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    seed: Option<u64>,
    clock: Option<String>,
    #[serde(default)]
    merchants: Vec<Merchant>,
    #[serde(default)]
    buyers: Vec<Buyer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merchant {
    login: String,
    name: String,
    balance: Option<String>,
    #[serde(default)]
    apps: Vec<App>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    mode: Mode,
    public_key: Option<String>,
    #[serde(default)]
    sign_type: AppSignType,
    #[serde(default)]
    profile: Profile,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Key,
    Cert,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Buyer {
    login: String,
    name: String,
    pay_password: String,
    balance: Option<String>,
}

impl WorldFile {
    /// Reads and checks a file; every error names the entry that is wrong.
    pub(crate) fn read(path: &Path) -> anyhow::Result<WorldFile> {
        let named = || format!("{} cannot be read", path.display());
        let bytes = std::fs::metadata(path).with_context(named)?.len();
        ensure!(bytes <= FILE_BYTES_MAX, "{} is larger than 1 MiB", path.display());
        let text = std::fs::read_to_string(path).with_context(named)?;
        WorldFile::parse(&text).with_context(|| format!("{} declares no world", path.display()))
    }

    /// As [`WorldFile::read`].
    pub(crate) fn parse(text: &str) -> anyhow::Result<WorldFile> {
        let Written { seed, clock, merchants, buyers } = basic_toml::from_str(text)?;
        ensure!(
            merchants.len() + buyers.len() <= PARTIES_MAX,
            "more than {PARTIES_MAX} merchants and buyers"
        );
        let mut file = WorldFile {
            seed,
            starts_at_us: clock.as_deref().map(moment).transpose()?,
            ..WorldFile::default()
        };
        let mut logins = BTreeSet::new();
        for merchant in merchants {
            let named = format!("merchant {:?}", merchant.login);
            party(&mut logins, &merchant.login, &merchant.name, merchant.balance.as_deref())
                .with_context(|| named.clone())?;
            for app in merchant.apps {
                let public_key = app.public_key.map(|key| public_key(&key, app.sign_type)).transpose();
                file.apps.push(AppPlan {
                    merchant: Some(merchant.login.clone()),
                    mode: match app.mode {
                        Mode::Key => AppMode::Key,
                        Mode::Cert => AppMode::Cert,
                    },
                    public_key: public_key.with_context(|| named.clone())?,
                    sign_type: app.sign_type,
                    profile: app.profile,
                });
            }
            file.merchants.push(DemoMerchant {
                login: merchant.login,
                name: merchant.name,
                start_balance: merchant.balance,
                id: None,
            });
        }
        ensure!(file.apps.len() <= APPS_MAX, "more than {APPS_MAX} apps");
        for buyer in buyers {
            let named = || format!("buyer {:?}", buyer.login);
            party(&mut logins, &buyer.login, &buyer.name, buyer.balance.as_deref()).with_context(named)?;
            ensure!(
                portal::password::is_well_formed(&buyer.pay_password),
                "{}: a payment password is six digits",
                named()
            );
            file.buyers.push(DemoBuyer {
                login: buyer.login,
                name: buyer.name,
                pay_password: buyer.pay_password,
                start_balance: buyer.balance.unwrap_or_else(|| "0.00".to_owned()),
                id: None,
            });
        }
        Ok(file)
    }
}

fn moment(text: &str) -> anyhow::Result<i64> {
    let at_us = parse_cn(text).with_context(|| format!("clock {text:?}"))?;
    ensure!(ClockSetting::Standing { at_us }.is_sound(), "clock {text:?} is no time that a world can have");
    Ok(at_us)
}

fn party(
    logins: &mut BTreeSet<String>,
    login: &str,
    name: &str,
    balance: Option<&str>,
) -> anyhow::Result<()> {
    let plain = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    ensure!(plain(login) && !login.contains(' '), "a login has 1 to 100 characters, none of them a space");
    ensure!(plain(name), "a name has 1 to 100 characters");
    LoginName::new(login).context("the login")?;
    PartyName::new(name).context("the name")?;
    ensure!(!login.ends_with("@demo.tongbao"), "logins of demo.tongbao are those of the demo parties");
    ensure!(logins.insert(login.to_owned()), "the login is declared twice");
    if let Some(balance) = balance {
        money::parse_amount(balance, Currency::Cny).context("the balance")?;
    }
    Ok(())
}

/// The key as apps keep it, from base64 or PEM. A certificate or a private key is refused.
fn public_key(text: &str, sign_type: AppSignType) -> anyhow::Result<String> {
    match PublicKey::parse(text, sign_type.sign_type()) {
        Ok(key) => Ok(key.to_base64()),
        Err(error) => bail!("the public key: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEA: &str = "[[merchants]]\nlogin = \"tea@example.com\"\nname = \"Tea\"\n";
    const MEI: &str = "[[buyers]]\nlogin = \"mei@example.com\"\nname = \"Mei\"\npay_password = \"246810\"\n";

    #[test]
    fn a_world_is_declared() {
        let key = wire::keygen::rsa_2048().unwrap().public_key().to_base64();
        let sm2 = wire::keygen::sm2().unwrap().public_key().to_base64();
        let text = format!(
            "seed = 7\nclock = \"2026-01-02 00:00:00\"\n{TEA}balance = \"1.00\"\n\
             apps = [{{ mode = \"key\" }}, {{ mode = \"cert\", public_key = \"{key}\" }}, \
             {{ mode = \"key\", sign_type = \"SM2\", public_key = \"{sm2}\", profile = \"real\" }}]\n\
             {MEI}balance = \"50.00\"\n"
        );
        let file = WorldFile::parse(&text).unwrap();
        assert_eq!((file.seed, file.starts_at_us), (Some(7), Some(1_767_283_200_000_000)));
        assert_eq!(file.merchants[0].start_balance.as_deref(), Some("1.00"));
        assert_eq!((file.apps[0].mode, &file.apps[0].public_key), (AppMode::Key, &None));
        assert_eq!((file.apps[1].mode, file.apps[1].public_key.as_ref()), (AppMode::Cert, Some(&key)));
        assert_eq!((file.apps[1].sign_type, file.apps[2].sign_type), (AppSignType::Rsa2, AppSignType::Sm2));
        assert_eq!(file.apps[2].public_key.as_ref(), Some(&sm2));
        assert_eq!((file.apps[1].profile, file.apps[2].profile), (Profile::Strict, Profile::Real));
        assert_eq!(
            (file.buyers[0].login.as_str(), file.buyers[0].start_balance.as_str()),
            ("mei@example.com", "50.00")
        );
        let nothing = WorldFile::parse("").unwrap();
        assert!(nothing.merchants.is_empty() && nothing.buyers.is_empty() && nothing.seed.is_none());
    }

    #[test]
    fn every_mistake_is_named() {
        let rsa = wire::keygen::rsa_2048().unwrap();
        let (private, public) = (rsa.to_pkcs8_base64(), rsa.public_key().to_base64());
        for (text, named) in [
            ("seed = -1".to_owned(), "seed"),
            ("sed = 1".to_owned(), "sed"),
            ("clock = \"noon\"".to_owned(), "noon"),
            ("clock = \"9999-12-31 23:59:59\"".to_owned(), "9999"),
            (TEA.replace("tea@example.com", ""), "login"),
            (TEA.replace("tea@example.com", "shop@demo.tongbao"), "demo.tongbao"),
            (TEA.replace("\"Tea\"", "\"\""), "name"),
            (format!("{TEA}balance = \"1.001\""), "balance"),
            (format!("{TEA}apps = [{{ mode = \"none\" }}]"), "none"),
            (format!("{TEA}apps = [{{ mode = \"key\", public_key = \"x\" }}]"), "public key"),
            (format!("{TEA}apps = [{{ mode = \"key\", public_key = \"{}\" }}]", &**private), "public key"),
            (format!("{TEA}apps = [{{ mode = \"key\", sign_type = \"RSA\" }}]"), "RSA"),
            (format!("{TEA}apps = [{{ mode = \"key\", profile = \"odd\" }}]"), "odd"),
            (
                format!("{TEA}apps = [{{ mode = \"key\", sign_type = \"SM2\", public_key = \"{public}\" }}]"),
                "not an SM2 key",
            ),
            (format!("{TEA}{TEA}"), "twice"),
            (MEI.replace("246810", "2468"), "six digits"),
            (MEI.replace("mei@example.com", "tea@example.com") + TEA, "twice"),
        ] {
            let error = format!("{:#}", WorldFile::parse(&text).unwrap_err());
            assert!(error.contains(named), "{text}: {error}");
            assert!(!error.contains("246810"), "a password is not told: {error}");
        }
    }
}
