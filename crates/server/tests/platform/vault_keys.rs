//! The key of the vault in a hardware module (SoftHSM plays it), and changing it.

use crate::persons::{NAME, as_person, somebody};
use crate::server::{Server, up};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PIN: &str = "7391";
/// Where packages put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

/// A fresh token in this folder; gives the file that tells SoftHSM of it, and the address of a key there.
fn token(folder: &Path) -> (String, String) {
    fs::create_dir(folder.join("tokens")).unwrap();
    let (config, pin) = (folder.join("softhsm2.conf"), folder.join("pin"));
    fs::write(&config, format!("directories.tokendir = {}\n", folder.join("tokens").display())).unwrap();
    fs::write(&pin, format!("{PIN}\n")).unwrap();
    fs::set_permissions(&pin, fs::Permissions::from_mode(0o600)).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "tongbao", "--so-pin", "5173", "--pin", PIN])
        .env("SOFTHSM2_CONF", &config)
        .output()
        .expect("softhsm2-util is missing: install the package softhsm2");
    assert!(made.status.success(), "{made:?}");
    let module = MODULES.iter().find(|path| Path::new(path).exists()).expect("SoftHSM's module is missing");
    let pin = pin.display();
    let address = format!("pkcs11:token=tongbao;object=vault?module-path={module}&pin-source=file:{pin}");
    (config.to_str().unwrap().to_owned(), address)
}

fn ran(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tongbao"));
    command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null()).output().unwrap()
}

fn printed(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = ran(arguments, environment);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn complaint(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = ran(arguments, environment);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_key_of_the_vault_moves_into_hardware_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let (config, address) = token(folder.path());
    let data = folder.path().join("data");
    let rekey = ["vault", "rekey", "--data", data.to_str().unwrap()];
    let tokens = ("SOFTHSM2_CONF", config.as_str());
    let (key, new) = (("TONGBAO_VAULT_KEY", address.as_str()), ("TONGBAO_NEW_VAULT_KEY", address.as_str()));

    assert!(complaint(&rekey, &[tokens, new]).contains("data"), "there is no folder, and none is made");
    assert!(!data.exists());
    let server = Server::start(&data);
    let person = somebody(&server);
    let seen = as_person(&server, "GET", "/api/v1/me/data", &person, "");
    assert!(seen.contains(NAME), "{seen}");
    assert!(complaint(&rekey, &[tokens, new]).contains("is served by process"));
    server.stop();
    assert!(complaint(&rekey, &[tokens, new]).contains("no AES key of 256 bits"));
    assert!(printed(&["vault", "make-key", &address], &[tokens]).contains("never leaves it"));
    assert!(complaint(&["vault", "make-key", &address], &[tokens]).contains("has a key called"));
    assert!(complaint(&rekey, &[tokens]).contains("TONGBAO_NEW_VAULT_KEY"));
    let secret = "0x".repeat(32);
    let said = complaint(&rekey, &[("TONGBAO_NEW_VAULT_KEY", &secret)]);
    assert!(said.contains("neither 64 hexadecimal digits nor") && !said.contains(&secret), "{said}");

    assert!(printed(&rekey, &[tokens, new]).contains("1 keys of persons"));
    assert!(complaint(&up(&data), &[]).contains("another key"), "the old key opens nothing");
    let server = Server::start_in(&data, "info", &[], &[tokens, key]);
    let seen = as_person(&server, "GET", "/api/v1/me/data", &person, "");
    assert!(seen.contains(NAME), "{seen}");
    server.stop();

    let back = [tokens, key, ("TONGBAO_NEW_VAULT_KEY", "master")];
    assert!(printed(&rekey, &back).contains("1 keys of persons"));
    assert!(printed(&rekey, &back).contains("0 keys of persons"), "it was done");
    let server = Server::start(&data);
    let seen = as_person(&server, "GET", "/api/v1/me/data", &person, "");
    assert!(seen.contains(NAME), "{seen}");
    server.stop();
}
