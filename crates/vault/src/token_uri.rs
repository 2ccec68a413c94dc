//! Where a key stands in a hardware module: a PKCS#11 URI (RFC 7512).

use percent_encoding::percent_decode_str;
use std::path::PathBuf;

/// Which key of which token, through which module.
///
/// `pkcs11:token=NAME;object=KEY?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/pin`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUri {
    /// The shared library that speaks to the hardware: `module-path`.
    pub module: PathBuf,
    /// The label of the token: `token`.
    pub token: String,
    /// The serial number of the token, when two have the same label: `serial`.
    pub serial: Option<String>,
    /// The label of the key, an AES key of 256 bits: `object`.
    pub object: String,
    /// The file with the PIN of its user: `pin-source`.
    pub pin_file: Option<PathBuf>,
}

/// Why an address of a key was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUri {
    /// It does not begin with `pkcs11:`.
    #[error("it does not begin with \"pkcs11:\"")]
    Scheme,
    /// A part is not `name=value`, or its value is no text.
    #[error("the part \"{0}\" is not name=value")]
    Part(String),
    /// An attribute that is not known here; leaving it out could choose another key than was meant.
    #[error("the attribute \"{0}\" is not understood")]
    Unknown(String),
    /// Given twice.
    #[error("the attribute \"{0}\" is given twice")]
    Twice(String),
    /// One that must be there.
    #[error("the attribute \"{0}\" is missing")]
    Missing(&'static str),
    /// A PIN in the address would be seen by whoever lists processes.
    #[error("a PIN does not belong into the address: name a file with pin-source")]
    PinValue,
    /// Something else than a secret key.
    #[error("the type of the object must be \"secret-key\"")]
    Type,
    /// A PIN that is not in a file.
    #[error("pin-source must be an absolute path, with or without \"file:\" before it")]
    PinSource,
}

impl TokenUri {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<TokenUri, BadUri> {
        let rest = text.trim().strip_prefix("pkcs11:").ok_or(BadUri::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let [mut token, mut serial, mut object, mut kind, mut module, mut pin_source] = [const { None }; 6];
        let parts =
            path.split(';').map(|part| (part, true)).chain(query.split('&').map(|part| (part, false)));
        for (part, in_path) in parts.filter(|(part, _)| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| BadUri::Part(part.to_owned()))?;
            let place = match (in_path, name) {
                (true, "token") => &mut token,
                (true, "serial") => &mut serial,
                (true, "object") => &mut object,
                (true, "type") => &mut kind,
                (false, "module-path") => &mut module,
                (false, "pin-source") => &mut pin_source,
                (false, "pin-value") => return Err(BadUri::PinValue),
                _ => return Err(BadUri::Unknown(name.to_owned())),
            };
            let value = percent_decode_str(value).decode_utf8().map_err(|_| BadUri::Part(part.to_owned()))?;
            if place.replace(value.into_owned()).is_some() {
                return Err(BadUri::Twice(name.to_owned()));
            }
        }
        if kind.is_some_and(|kind| kind != "secret-key") {
            return Err(BadUri::Type);
        }
        Ok(TokenUri {
            module: module.ok_or(BadUri::Missing("module-path"))?.into(),
            token: token.ok_or(BadUri::Missing("token"))?,
            serial,
            object: object.ok_or(BadUri::Missing("object"))?,
            pin_file: pin_source.map(|source| pin_file(&source)).transpose()?,
        })
    }
}

fn pin_file(source: &str) -> Result<PathBuf, BadUri> {
    let path = PathBuf::from(source.strip_prefix("file:").unwrap_or(source).replacen("///", "/", 1));
    if path.is_absolute() { Ok(path) } else { Err(BadUri::PinSource) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read() {
        let read = TokenUri::parse(
            "pkcs11:token=Tong%20bao;object=vault;type=secret-key?module-path=/lib/p11.so&pin-source=file:/run/pin\n",
        );
        let wanted = TokenUri {
            module: "/lib/p11.so".into(),
            token: "Tong bao".to_owned(),
            serial: None,
            object: "vault".to_owned(),
            pin_file: Some("/run/pin".into()),
        };
        assert_eq!(read, Ok(wanted));
        let serial = TokenUri::parse("pkcs11:serial=7;token=a;object=b?module-path=c").unwrap();
        assert_eq!((serial.serial.as_deref(), serial.pin_file), (Some("7"), None));
        for source in ["/run/pin", "file:/run/pin", "file:///run/pin"] {
            assert_eq!(pin_file(source), Ok("/run/pin".into()), "{source}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said() {
        let unknown = |name: &str| BadUri::Unknown(name.to_owned());
        for (text, wrong) in [
            ("http://x", BadUri::Scheme),
            ("pkcs11:token", BadUri::Part("token".to_owned())),
            ("pkcs11:token=%ff;object=b?module-path=c", BadUri::Part("token=%ff".to_owned())),
            ("pkcs11:id=%01;token=a", unknown("id")),
            ("pkcs11:module-path=a", unknown("module-path")),
            ("pkcs11:token=a;token=b", BadUri::Twice("token".to_owned())),
            ("pkcs11:token=a;object=b", BadUri::Missing("module-path")),
            ("pkcs11:object=b?module-path=c", BadUri::Missing("token")),
            ("pkcs11:token=a?module-path=c", BadUri::Missing("object")),
            ("pkcs11:token=a;object=b?module-path=c&pin-value=1234", BadUri::PinValue),
            ("pkcs11:token=a;object=b;type=cert?module-path=c", BadUri::Type),
            ("pkcs11:token=a;object=b?module-path=c&pin-source=pin", BadUri::PinSource),
        ] {
            assert_eq!(TokenUri::parse(text), Err(wrong), "{text}");
        }
    }
}
