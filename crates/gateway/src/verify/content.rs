//! The content of a v2 request, which may be encrypted.

use crate::Gateway;
use crate::codes::Failure;
use crate::request::Origin;
use people::App;
use std::borrow::Cow;
use wire::aes::AesKey;
use wire::charset::Charset;
use wire::json::{Json, Object};
use wire::params::Params;
use wire::public_code::GatewayError;

/// `biz_content`, decrypted, decoded and read. Without one there are no business fields.
pub(super) fn content(
    gateway: &Gateway,
    params: &Params,
    origin: &mut Origin,
    app: &App,
    charset: Charset,
) -> Result<Object, Failure> {
    let raw = params.get("biz_content").unwrap_or_default();
    let encrypt_type = params.get("encrypt_type").unwrap_or_default();
    let mut plain = Cow::Borrowed(raw);
    if !encrypt_type.is_empty() {
        if encrypt_type != b"AES" {
            return Err(Failure::gateway(GatewayError::InvalidEncryptType));
        }
        let key = content_key(gateway, app)?;
        if !raw.is_empty() {
            plain = Cow::Owned(decrypted(&key, raw, charset)?);
        }
        origin.aes = Some(key);
    }
    if plain.is_empty() {
        return Ok(Object::default());
    }
    let wrong_bytes =
        |_| Failure::gateway_about(GatewayError::InvalidParameter, "biz_content 不是合法的字符编码");
    let text = charset.decode(&plain).map_err(wrong_bytes)?;
    let json = match wire::json::parse(&text) {
        Ok(json) => json,
        Err(_) if encrypt_type.is_empty() && looks_encrypted(app, &text) => {
            return Err(Failure::gateway(GatewayError::MissingEncryptType));
        }
        Err(error) => return Err(Failure::json(&error)),
    };
    // UTF-8 writes everything.
    if charset != Charset::Utf8 && charset.encode(&json.to_compact()).is_err() {
        let what = format!("biz_content 含有{}不能表示的字符", charset.name());
        return Err(Failure::gateway_about(GatewayError::InvalidParameter, &what));
    }
    match json {
        Json::Object(fields) => Ok(fields),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
            Err(Failure::gateway_about(GatewayError::IllegalJson, "biz_content 不是对象"))
        }
    }
}

/// One error for everything that can go wrong here, so that nobody learns about padding: a wrong key may give a right
/// one by chance, but nothing that looks like the object that every content is.
pub(super) fn decrypted(key: &AesKey, raw: &[u8], charset: Charset) -> Result<Vec<u8>, Failure> {
    let wrong = || Failure::gateway(GatewayError::DecryptionErrorUnknown);
    let text = std::str::from_utf8(raw).map_err(|_| wrong())?;
    let plain = key.decrypt(text).map_err(|_| wrong())?;
    let begins =
        charset.decode(&plain).is_ok_and(|text| text.is_empty() || text.trim_start().starts_with('{'));
    if begins { Ok(plain) } else { Err(wrong()) }
}

pub(super) fn content_key(gateway: &Gateway, app: &App) -> Result<AesKey, Failure> {
    let wrong = || Failure::gateway(GatewayError::NotValidEncryptKey);
    let sealed = app.sealed_aes_key.as_ref().ok_or_else(wrong)?;
    let opened = gateway.world.secrets.open(sealed).map_err(|_| wrong())?;
    Ok(AesKey::new(opened.try_into().map_err(|_| wrong())?))
}

/// Whole blocks in base64, from an app that has a key: most likely `encrypt_type` was forgotten.
pub(super) fn looks_encrypted(app: &App, text: &str) -> bool {
    let letters = text.bytes().filter(|byte| *byte != b'=').count();
    let base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    app.sealed_aes_key.is_some() && base64 && letters > 0 && (letters * 6 / 8) % 16 == 0
}
