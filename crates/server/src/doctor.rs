//! `tongbao doctor`: tells what is wrong with the signature of a request in a file. Reads only, sends nothing, and
//! needs no server; with `--key` the public key comes from a file, else all keys from the data folder.

use crate::books::Books;
use crate::cli::{DoctorArgs, FAILED};
use crate::data_folder::DataFolder;
use crate::{keys, print};
use anyhow::{Context, anyhow, bail};
use base::AppId;
use engine::{Key, Row, Table};
use people::{App, AppKey, AppKeyState, KEYS_OF_APP_MAX};
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use store::Reader;
use wire::canonical::request_text;
use wire::cert::Certificate;
use wire::doctor::{
    Diagnosis, Keys, OTHERS_MAX, PASTED_BYTES_MAX, Pasted, SerialDiagnosis, Serials, diagnose, registered_key,
};
use wire::params::Params;
use wire::sign::{PublicKey, SignType};

/// The exit code when the signature, or a serial, is wrong.
const WRONG: u8 = 1;
/// Apps that are read in search of a key that fits.
const APPS_MAX: usize = 500;

/// The keys that are tried.
struct Known {
    registered: PublicKey,
    certificate: Option<Certificate>,
    /// The app's other active key.
    second: Option<PublicKey>,
    /// Those it had before, the latest first.
    retired: Vec<PublicKey>,
    platform: Option<keys::PublicSide>,
    /// The platform's of the other algorithm.
    other_platform: Option<keys::PublicSide>,
    others: Vec<PublicKey>,
}

/// Reads the request and says what is wrong with it.
pub(crate) fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    match examined(args) {
        Ok((text, code)) => {
            print::out(&text)?;
            Ok(ExitCode::from(code))
        }
        Err(error) => {
            print::trouble(&error);
            Ok(ExitCode::from(FAILED))
        }
    }
}

/// What is printed, and the exit code.
fn examined(args: &DoctorArgs) -> anyhow::Result<(String, u8)> {
    let request = read(args.request.as_deref().context("no request is named")?)?;
    let params = Pasted::read(&request).and_then(|pasted| pasted.params())?;
    let known = match &args.key {
        Some(path) => of_file(path)?,
        None => of_folder(&DataFolder::look(&args.folder.data)?, &params)?,
    };
    let platform = known.platform.as_ref().map(|side| &side.key);
    let (registered, second) = (&known.registered, known.second.as_ref());
    let keys = Keys { registered, second, retired: &known.retired, platform, others: &known.others };
    if let Some(found) = diagnose(&params, &keys) {
        return Ok((told(&found), WRONG));
    }
    let right = String::from_utf8_lossy(&request_text(&params, false)).into_owned();
    let mut text = format!("The signature is right. 签名正确。\n\nrebuilt:\n{right}");
    let Some(found) = serial(&params, &known) else { return Ok((text, 0)) };
    text.push_str(&told_serial(&found));
    Ok((text, WRONG))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut bytes = Vec::new();
    // One byte more than allowed, so that too long a file is refused and not cut.
    let most = PASTED_BYTES_MAX as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes).with_context(unreadable)?;
    } else {
        let file = std::fs::File::open(path).with_context(unreadable)?;
        file.take(most).read_to_end(&mut bytes).with_context(unreadable)?;
    }
    Ok(bytes)
}

/// The app's public key or certificate.
fn of_file(path: &Path) -> anyhow::Result<Known> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    // A short key is read too, so that it can be named as the mistake.
    let registered = PublicKey::parse(&text, SignType::Rsa)
        .or_else(|error| PublicKey::parse(&text, SignType::Sm2).map_err(|_| error))
        .with_context(|| format!("the key in {}", path.display()))?;
    let (second, retired, others) = (None, Vec::new(), Vec::new());
    Ok(Known { registered, certificate: None, second, retired, platform: None, other_platform: None, others })
}

/// The key of the app that the request names, those of the merchant's other apps, and the platform's.
fn of_folder(folder: &DataFolder, params: &Params) -> anyhow::Result<Known> {
    let id = params.get("app_id").and_then(|bytes| std::str::from_utf8(bytes).ok());
    let id: AppId = id.ok_or_else(|| anyhow!("the request has no app_id"))?.parse()?;
    let mut reader = Books::of(folder)?.reader()?;
    let Some(Row::App(app)) = reader.row(&Key::App((id.slot(), id)))? else { bail!("there is no app {id}") };
    let unreadable = || format!("the key of app {id} cannot be read");
    let (mut registered, mut certificate) = key_of(&app).with_context(unreadable)?;
    let (mut second, mut retired) = (None, Vec::new());
    for row in keys_of(reader.as_mut(), id)?.iter().rev() {
        let (key, in_certificate) = held(row).with_context(unreadable)?;
        match row.state {
            AppKeyState::Current => {}
            // In certificate mode a call is held against the certificate that it names.
            AppKeyState::Second if in_certificate.as_ref().is_some_and(|known| is_named(params, known)) => {
                second = Some(std::mem::replace(&mut registered, key));
                certificate = in_certificate;
            }
            AppKeyState::Second => second = Some(key),
            AppKeyState::Retired => retired.push(key),
        }
    }
    let mut others = Vec::new();
    for row in reader.scan(Table::App, None, None, APPS_MAX)? {
        let Row::App(other) = row else { continue };
        if other.seller == app.seller && other.id != id && others.len() < OTHERS_MAX {
            others.extend(key_of(&other).map(|(key, _)| key));
        }
    }
    let sign_type = registered.usual_sign_type();
    let other = match sign_type {
        SignType::Sm2 => SignType::Rsa2,
        SignType::Rsa | SignType::Rsa2 => SignType::Sm2,
    };
    let platform = keys::public_side(&folder.keys(), sign_type)?;
    let other_platform = keys::public_side(&folder.keys(), other)?;
    Ok(Known { registered, certificate, second, retired, platform, other_platform, others })
}

/// The rows of an app's keys, in the order of their numbers.
fn keys_of(reader: &mut dyn Reader, id: AppId) -> anyhow::Result<Vec<Arc<AppKey>>> {
    let mut keys = Vec::new();
    for number in 1..=KEYS_OF_APP_MAX {
        let Some(Row::AppKey(key)) = reader.row(&Key::AppKey((id.slot(), id, number)))? else { break };
        keys.push(key);
    }
    Ok(keys)
}

fn held(key: &AppKey) -> Option<(PublicKey, Option<Certificate>)> {
    registered_key(key.certificate.as_ref().map(|pem| pem.as_str()), &key.public_key)
}

fn is_named(params: &Params, certificate: &Certificate) -> bool {
    params.get("app_cert_sn") == Some(certificate.sn.as_bytes())
}

fn key_of(app: &App) -> Option<(PublicKey, Option<Certificate>)> {
    registered_key(app.certificate.as_ref().map(|pem| pem.as_str()), &app.public_key)
}

/// What is wrong with the serials that a call in certificate mode names.
fn serial(params: &Params, known: &Known) -> Option<SerialDiagnosis> {
    let (app, platform) = (known.certificate.as_ref()?, known.platform.as_ref()?);
    let other_root_sn = known.other_platform.as_ref().map_or("", |other| &other.root_sn);
    let serials = Serials { app, platform_sn: &platform.cert_sn, root_sn: &platform.root_sn, other_root_sn };
    serials.diagnose(params)
}

fn told(found: &Diagnosis) -> String {
    let mistake = found.mistake;
    let mut text = format!("{}\n  {}\n  {}\n", mistake.name(), mistake.advice_zh(), mistake.advice_en());
    let mut add = |title: &str, what: &str| text.push_str(&format!("\n{title}:\n{what}\n"));
    if let Some(parameter) = &found.parameter {
        add("parameter", parameter);
    }
    add("rebuilt", &found.rebuilt_shown());
    if let Some(verifying) = found.verifying_shown() {
        add("verifies", &verifying);
    }
    if let Some((rebuilt, verifying)) = found.difference() {
        add("they part here", &format!("- {rebuilt}\n+ {verifying}"));
    }
    text.trim_end().to_owned()
}

fn told_serial(found: &SerialDiagnosis) -> String {
    let (mistake, expected) = (found.mistake, &found.expected);
    let hashed = found.hashed.as_ref().map_or_else(String::new, |text| format!(" = md5({text})"));
    let (name, chinese, english) = (mistake.name(), mistake.advice_zh(), mistake.advice_en());
    format!("\n\n{name}\n  {chinese}\n  {english}\n\nexpected:\n{expected}{hashed}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::DataArgs;
    use std::path::PathBuf;
    use wire::sign::PrivateKey;

    struct Desk {
        folder: tempfile::TempDir,
        key: PrivateKey,
    }

    impl Desk {
        fn examined(&self, request: &str) -> anyhow::Result<(String, u8)> {
            let (file, key) = (self.folder.path().join("request"), self.folder.path().join("key"));
            std::fs::write(&file, request).unwrap();
            std::fs::write(&key, self.key.public_key().to_pem()).unwrap();
            let folder = DataArgs { data: PathBuf::new() };
            examined(&DoctorArgs { what: None, request: Some(file), key: Some(key), folder })
        }
    }

    #[test]
    fn a_request_in_a_file_is_diagnosed() {
        let desk = Desk { folder: tempfile::tempdir().unwrap(), key: wire::keygen::rsa_2048().unwrap() };
        let right = "app_id=9&biz_content={\"a\":\"b/c\"}&charset=utf-8&sign_type=RSA2";
        let sign = |text: &str| {
            desk.key.sign(SignType::Rsa2, text.as_bytes()).replace('+', "%2B").replace('=', "%3D")
        };
        let (said, code) = desk.examined(&format!("{right}&sign={}", sign(right))).unwrap();
        assert!(code == 0 && said.ends_with(right), "{said}");
        let slashed = right.replace('/', "\\/");
        let (said, code) = desk
            .examined(&format!("GET /gateway.do?{right}&sign={} HTTP/1.1\r\nHost: h\r\n\r\n", sign(&slashed)))
            .unwrap();
        assert_eq!(code, WRONG);
        assert!(said.starts_with("content-slashes\n"), "{said}");
        for part in [right, slashed.as_str(), "斜杠", "slashes", "they part here"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let (said, _) = desk.examined(&format!("{right}&sign=AAAA")).unwrap();
        assert!(said.starts_with("sign-of-other-length\n") && !said.contains("verifies:"), "{said}");
        assert!(desk.examined("").is_err());
        assert!(desk.examined("a=%zz").is_err());
    }
}
