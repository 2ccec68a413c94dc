//! The key of the vault: where it is, and `tongbao vault`, which makes one in a hardware module and changes it.

use crate::cli::DataArgs;
use crate::data_folder::DataFolder;
use crate::keys::{self, Keys};
use crate::{print, private_file};
use anyhow::{Context, anyhow, bail, ensure};
use base::Secret;
use clap::{Args, Subcommand};
use vault::{Token, TokenUri, Wrap};
use world::Secrets;
use zeroize::Zeroizing;

/// The environment variable that gives the key of the vault to those who keep it elsewhere than beside the data.
const KEY: &str = "TONGBAO_VAULT_KEY";
/// The one that gives the key to change to.
const NEW_KEY: &str = "TONGBAO_NEW_VAULT_KEY";
/// The one with the PIN of a token, where its address names no file.
const PIN: &str = "TONGBAO_VAULT_PIN";
/// What stands in `TONGBAO_NEW_VAULT_KEY` for the key that follows from `keys/master.key`.
const MASTER: &str = "master";

/// `tongbao vault`.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Makes the key that a PKCS#11 address names, inside its token:
    /// pkcs11:token=NAME;object=KEY?module-path=FILE&pin-source=file:FILE
    MakeKey(MakeKeyArgs),
    /// Changes the key that wraps the keys of persons' data: from the one that the platform is started with to the one
    /// in TONGBAO_NEW_VAULT_KEY (64 hexadecimal digits, a PKCS#11 address, or "master"). The server must not run.
    Rekey(DataArgs),
}

/// The options of `tongbao vault make-key`.
#[derive(Clone, Debug, Args)]
pub(crate) struct MakeKeyArgs {
    /// The address of the key. It holds no PIN: that is in the file of pin-source, or in TONGBAO_VAULT_PIN.
    #[arg(value_name = "PKCS11_ADDRESS")]
    address: String,
}

/// Runs `tongbao vault`.
pub(crate) fn run(what: &VaultCommand) -> anyhow::Result<()> {
    match what {
        VaultCommand::MakeKey(args) => make_key(&args.address),
        VaultCommand::Rekey(args) => rekey(args),
    }
}

/// The key that a vault is opened with: the one in the environment, else the one that follows from the world's secrets.
pub(crate) fn in_force(secrets: &Secrets) -> anyhow::Result<Wrap> {
    let given = variable(KEY)?;
    given.map_or_else(|| Ok(secrets.vault_key().into()), |text| read(KEY, &text))
}

fn make_key(address: &str) -> anyhow::Result<()> {
    let uri = TokenUri::parse(address).context("the address of the key")?;
    let (token, object) = (uri.token.clone(), uri.object.clone());
    let pin = pin(&uri)?;
    Token::make_key(uri, pin)?;
    print::out(&format!("made the key \"{object}\" in the token \"{token}\"; it never leaves it"))
}

fn rekey(args: &DataArgs) -> anyhow::Result<()> {
    // A folder that is not there is not made.
    DataFolder::look(&args.data)?;
    let (folder, _claim) = DataFolder::claim(&args.data)?;
    let path = folder.vault();
    ensure!(path.exists(), "{} has no vault", folder.world().display());
    let seed = folder.world_note()?.seed;
    let Keys { secrets, .. } = keys::open(&folder.keys(), false, seed, None)?;
    let Some(text) = variable(NEW_KEY)? else {
        bail!("{NEW_KEY} is not set: it gives the key to change to");
    };
    let to = if text.trim() == MASTER { secrets.vault_key().into() } else { read(NEW_KEY, &text)? };
    let changed = vault::rewrap(&path, &in_force(&secrets)?, &to)
        .with_context(|| format!("the key of {} was not changed", path.display()))?;
    print::out(&format!(
        "the vault opens with the new key only, {changed} keys of persons were wrapped anew. Start with it in {KEY}; \
         older backups open with the old one"
    ))
}

fn variable(name: &'static str) -> anyhow::Result<Option<Zeroizing<String>>> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(anyhow!("{name} is no text")),
    }
}

/// A key as it stands in the environment. What it was is in no message.
fn read(name: &str, text: &str) -> anyhow::Result<Wrap> {
    if text.trim_start().starts_with("pkcs11:") {
        let uri = TokenUri::parse(text).with_context(|| name.to_owned())?;
        let pin = pin(&uri)?;
        return Ok(Token::open(uri, pin)?.into());
    }
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), &mut *key)
        .map_err(|_| anyhow!("{name} is neither 64 hexadecimal digits nor a PKCS#11 address"))?;
    Ok((&Secret::new(*key)).into())
}

fn pin(uri: &TokenUri) -> anyhow::Result<Secret<String>> {
    let text = match &uri.pin_file {
        Some(path) => private_file::read(path)?,
        None => variable(PIN)?
            .ok_or_else(|| anyhow!("no PIN: name its file with pin-source in the address, or set {PIN}"))?,
    };
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
