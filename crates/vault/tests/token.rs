//! A vault whose key stands in a PKCS#11 token. SoftHSM plays the hardware. It reads where its tokens lie from the
//! environment, so that each test runs itself once more in a process that has it.

#![allow(clippy::unwrap_used, reason = "tests")]

use base::Secret;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use vault::{Token, TokenUri, Vault, VaultError, Wrap, rewrap};

const PIN: &str = "7391";
const CONFIG: &str = "SOFTHSM2_CONF";
const FOLDER: &str = "TONGBAO_TEST_TOKENS";

/// Where packages put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// Runs a test of this file in a process that sees a fresh token; `None` in that process.
fn with_token(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tokens")).unwrap();
    let config = folder.path().join("softhsm2.conf");
    fs::write(&config, format!("directories.tokendir = {}\n", folder.path().join("tokens").display()))
        .unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "tongbao", "--so-pin", "5173", "--pin", PIN])
        .env(CONFIG, &config)
        .output()
        .expect("softhsm2-util is missing: install the package softhsm2");
    assert!(made.status.success(), "{made:?}");
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .envs([(CONFIG, config.as_os_str()), (FOLDER, folder.path().as_os_str())])
        .status()
        .unwrap();
    assert!(ran.success());
    None
}

fn uri(object: &str) -> TokenUri {
    let module = MODULES.iter().find(|path| Path::new(path).exists()).expect("SoftHSM's module is missing");
    TokenUri::parse(&format!("pkcs11:token=tongbao;object={object}?module-path={module}")).unwrap()
}

fn pin() -> Secret<String> {
    Secret::new(PIN.to_owned())
}

fn made(object: &str) -> Wrap {
    Token::make_key(uri(object), pin()).unwrap();
    opened(object)
}

fn opened(object: &str) -> Wrap {
    Token::open(uri(object), pin()).unwrap().into()
}

fn complaint<T: std::fmt::Debug>(result: Result<T, VaultError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_vault_is_opened_by_its_key_in_the_token() {
    let Some(folder) = with_token("a_vault_is_opened_by_its_key_in_the_token") else { return };
    let path = folder.join("vault.db");
    let vault = Vault::open(&path, made("vault"), None).unwrap();
    let id = vault.make_key().unwrap();
    let sealed = vault.seal(&id, "name", "小明").unwrap();
    let digests = *vault.digest_key().reveal();
    drop(vault);
    let vault = Vault::open(&path, opened("vault"), None).unwrap();
    assert_eq!(vault.open_field(&id, "name", &sealed).unwrap().as_deref(), Some("小明"));
    assert_eq!(*vault.digest_key().reveal(), digests);
    vault.erase(&id).unwrap();
    assert_eq!(vault.open_field(&id, "name", &sealed).unwrap(), None);
    assert!(matches!(Vault::open(&path, made("another"), None), Err(VaultError::OtherKey)));
    assert!(matches!(Vault::open(&path, &Secret::new([7; 32]), None), Err(VaultError::OtherKey)));
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let Some(folder) = with_token("what_is_missing_or_wrong_is_said") else { return };
    let _made = made("vault");
    assert!(complaint(Token::make_key(uri("vault"), pin())).contains("has a key called \"vault\""));
    assert!(complaint(Token::open(uri("other"), pin())).contains("no AES key of 256 bits called \"other\""));
    let elsewhere = TokenUri { token: "other".to_owned(), ..uri("vault") };
    assert!(complaint(Token::open(elsewhere, pin())).contains("no token \"other\""));
    let serial = TokenUri { serial: Some("nothing".to_owned()), ..uri("vault") };
    assert!(complaint(Token::open(serial, pin())).contains("no token"));
    let no_module = TokenUri { module: folder.join("none.so"), ..uri("vault") };
    assert!(complaint(Token::open(no_module, pin())).contains("none.so"));
}

#[test]
fn a_wrong_pin_opens_nothing() {
    let Some(_folder) = with_token("a_wrong_pin_opens_nothing") else { return };
    let said = complaint(Token::open(uri("vault"), Secret::new("0000".to_owned())));
    assert!(said.contains("PIN"), "{said}");
    assert!(!said.contains("0000"), "{said}");
}

#[test]
fn a_key_that_can_be_taken_out_is_not_taken() {
    use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
    use cryptoki::mechanism::Mechanism;
    use cryptoki::object::Attribute;
    let Some(_folder) = with_token("a_key_that_can_be_taken_out_is_not_taken") else { return };
    let module = Pkcs11::new(uri("open").module).unwrap();
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    let slot = module.get_slots_with_initialized_token().unwrap()[0];
    let session = module.open_rw_session(slot).unwrap();
    session.login(cryptoki::session::UserType::User, Some(&PIN.into())).unwrap();
    let template = [
        Attribute::ValueLen(32.into()),
        Attribute::Label(b"open".to_vec()),
        Attribute::Token(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(true),
    ];
    session.generate_key(&Mechanism::AesKeyGen, &template).unwrap();
    let said = complaint(Token::open(uri("open"), pin()));
    assert!(said.contains("can be taken out"), "{said}");
}

#[test]
fn a_vault_moves_into_a_token_and_out_of_it() {
    let Some(folder) = with_token("a_vault_moves_into_a_token_and_out_of_it") else { return };
    let path = folder.join("vault.db");
    let held = Secret::new([7; 32]);
    let (ids, sealed, digests) = {
        let vault = Vault::open(&path, &held, None).unwrap();
        let ids = [vault.make_key().unwrap(), vault.make_key().unwrap()];
        let sealed = ids.map(|id| vault.seal(&id, "name", "x").unwrap());
        (ids, sealed, *vault.digest_key().reveal())
    };
    let token = made("vault");
    let other = made("other");
    assert!(matches!(rewrap(&path, &other, &token), Err(VaultError::OtherKey)));
    assert_eq!(rewrap(&path, &Wrap::from(&held), &token).unwrap(), 2);
    assert_eq!(rewrap(&path, &Wrap::from(&held), &token).unwrap(), 0, "it was done");
    assert!(matches!(Vault::open(&path, &held, None), Err(VaultError::OtherKey)));
    let vault = Vault::open(&path, token, None).unwrap();
    assert_eq!(*vault.digest_key().reveal(), digests);
    for (id, sealed) in ids.iter().zip(&sealed) {
        assert_eq!(vault.open_field(id, "name", sealed).unwrap().as_deref(), Some("x"));
    }
    drop(vault);
    assert_eq!(rewrap(&path, &opened("vault"), &Wrap::from(&held)).unwrap(), 2);
    let vault = Vault::open(&path, &held, None).unwrap();
    assert_eq!(vault.open_field(&ids[0], "name", &sealed[0]).unwrap().as_deref(), Some("x"));
}
