//! The file that tells of a bank which is spoken with in messages of ISO 20022.

use anyhow::{Context, bail};
use base::Text;
use channel::{IsoOptions, IsoWay};
use iso::{AccountId, Identifier, Name, Payer};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// What the file may say. Exactly one way, and exactly one number of the account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// The bank over HTTP.
    url: Option<String>,
    /// The folder from which the bank takes our messages.
    outbox: Option<PathBuf>,
    /// The folder into which its messages are laid.
    inbox: Option<PathBuf>,
    /// Our name at the bank.
    name: String,
    /// Our account, as an IBAN.
    iban: Option<String>,
    /// Our account, as another number.
    account: Option<String>,
    /// The bank's business identifier code.
    bank_code: Option<String>,
    /// The clearing number of the bank that keeps the cards' accounts.
    clearing_member: Option<String>,
}

/// Reads the file.
pub(crate) fn read(path: &Path, books: &str, folder: PathBuf) -> anyhow::Result<IsoOptions> {
    let named = || format!("{} tells of no bank", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    options(&text, books, folder).with_context(named)
}

fn options(text: &str, books: &str, folder: PathBuf) -> anyhow::Result<IsoOptions> {
    let told: Told = basic_toml::from_str(text)?;
    let way = match (told.url, told.outbox, told.inbox) {
        (Some(url), None, None) => IsoWay::Http { url },
        (None, Some(outbox), Some(inbox)) => IsoWay::Folders { outbox, inbox },
        _ => bail!("give `url`, or `outbox` and `inbox`"),
    };
    let account = match (&told.iban, &told.account) {
        (Some(iban), None) => AccountId::iban(iban).context("`iban` has wrong check digits")?,
        (None, Some(account)) => AccountId::other(account).context("`account` has 1 to 34 characters")?,
        _ => bail!("give `iban` or `account`"),
    };
    if told.name.trim().is_empty() {
        bail!("`name` is empty");
    }
    let bank_code = told.bank_code.map(|code| Text::new(&code)).transpose().context("`bank_code`")?;
    let member = told.clearing_member.map(|member| Identifier::new(&member)).transpose();
    let clearing_member = member.context("`clearing_member`")?;
    let name = Name::new(&told.name).context("`name`")?;
    let payer = Payer { name, account, bank_code };
    Ok(IsoOptions { way, payer, clearing_member, books: books.to_owned(), folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<IsoOptions> {
        options(text, "A7Q2W9X", PathBuf::from("kept"))
    }

    #[test]
    fn a_bank_has_one_way_and_one_account() {
        let http = "url = \"http://127.0.0.1:8090\"\n";
        let folders = "outbox = \"o\"\ninbox = \"i\"\n";
        let account = "name = \"Tongbao\"\niban = \"NL41MOCK0000000001\"\n";
        assert!(matches!(read(&format!("{http}{account}")).unwrap().way, IsoWay::Http { .. }));
        let other = "name = \"T\"\naccount = \"31415\"\nbank_code = \"MOCKNL2A\"\nclearing_member = \"9\"";
        assert!(matches!(read(&format!("{folders}{other}")).unwrap().way, IsoWay::Folders { .. }));
        for wrong in [
            account.to_owned(),
            format!("{http}{folders}{account}"),
            format!("outbox = \"o\"\n{account}"),
            format!("{http}name = \"T\""),
            format!("{http}{account}account = \"1\""),
            format!("{http}name = \" \"\naccount = \"1\""),
            format!("{http}name = \"T\"\niban = \"NL42MOCK0000000001\""),
            format!("{http}{account}secret = \"1\""),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
