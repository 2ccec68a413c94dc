//! How the platform behaves towards an app: as the documents say, or as developers saw the real one behave.
//!
//! Each difference is one [`Oddity`] and one rule, read in one place of the rim. Money, states and numbers are the same
//! under both profiles: an oddity is about what is said, and in which letters.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// How the platform behaves towards an app.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// As documented.
    #[default]
    Strict,
    /// With the oddities that were observed.
    Real,
}

/// A text that names no profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a profile is strict or real")]
pub struct ProfileError;

impl Profile {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Profile::Strict => "strict",
            Profile::Real => "real",
        }
    }

    /// Whether this oddity is shown.
    pub const fn has(self, oddity: Oddity) -> bool {
        match (self, oddity) {
            (Profile::Strict, _) => false,
            (
                Profile::Real,
                Oddity::LettersInGbk
                | Oddity::UnknownInGbk
                | Oddity::PagesInGbk
                | Oddity::HelpLink
                | Oddity::TokenWithoutCode
                | Oddity::CancelMisspelt,
            ) => true,
        }
    }
}

impl FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Profile, ProfileError> {
        match text {
            "strict" => Ok(Profile::Strict),
            "real" => Ok(Profile::Real),
            _ => Err(ProfileError),
        }
    }
}

/// What the real gateway was seen to do otherwise than its documents say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// Which charset notifications and ways back are in.
    LettersInGbk,
    /// Which charset an unknown outcome is told in.
    UnknownInGbk,
    /// Which charset the error page of a browser is in.
    PagesInGbk,
    /// What follows the text of a refusal of the gateway.
    HelpLink,
    /// Whether the success of `alipay.system.oauth.token` has codes.
    TokenWithoutCode,
    /// How an unknown outcome of `alipay.trade.cancel` is spelt.
    CancelMisspelt,
}

impl Oddity {
    /// All of them, in the order of the guide.
    pub const ALL: [Oddity; 6] = [
        Oddity::LettersInGbk,
        Oddity::UnknownInGbk,
        Oddity::PagesInGbk,
        Oddity::HelpLink,
        Oddity::TokenWithoutCode,
        Oddity::CancelMisspelt,
    ];

    /// Its name in the guide.
    pub const fn name(self) -> &'static str {
        match self {
            Oddity::LettersInGbk => "letters-in-gbk",
            Oddity::UnknownInGbk => "unknown-in-gbk",
            Oddity::PagesInGbk => "pages-in-gbk",
            Oddity::HelpLink => "help-link",
            Oddity::TokenWithoutCode => "token-without-code",
            Oddity::CancelMisspelt => "cancel-misspelt",
        }
    }

    /// What happens under [`Profile::Strict`].
    pub const fn strict(self) -> &'static str {
        match self {
            Oddity::LettersInGbk => {
                "notifications and ways back are in the charset that the request names anywhere"
            }
            Oddity::UnknownInGbk => "code 20000 is in the charset of the request",
            Oddity::PagesInGbk => "the error page of a browser is in the charset of the request",
            Oddity::HelpLink => "sub_msg ends with its text",
            Oddity::TokenWithoutCode => "alipay.system.oauth.token succeeds with code 10000 and msg",
            Oddity::CancelMisspelt => "an unknown outcome of alipay.trade.cancel is ACQ.SYSTEM_ERROR",
        }
    }

    /// What happens under [`Profile::Real`].
    pub const fn real(self) -> &'static str {
        match self {
            Oddity::LettersInGbk => {
                "a charset counts in the address or in Content-Type only; with one in the body alone they are in GBK"
            }
            Oddity::UnknownInGbk => {
                "code 20000 is in GBK while Content-Type names the charset of the request"
            }
            Oddity::PagesInGbk => "it is always in GBK",
            Oddity::HelpLink => {
                "sub_msg of refusals of the gateway (isv.*, aop.*) goes on with ，解决方案： and an address"
            }
            Oddity::TokenWithoutCode => "it succeeds with neither",
            Oddity::CancelMisspelt => "it is AQC.SYSTEM_ERROR",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_lists_every_oddity_under_both_profiles() {
        let guide = include_str!("../../../docs/guide/differences.md");
        for oddity in Oddity::ALL {
            let row = format!("| `{}` | {} | {} |", oddity.name(), oddity.strict(), oddity.real());
            assert_eq!(guide.matches(&row).count(), 1, "{row}");
            assert!(!Profile::Strict.has(oddity) && Profile::Real.has(oddity));
        }
        for profile in [Profile::Strict, Profile::Real] {
            assert_eq!(profile.name().parse(), Ok(profile));
        }
        assert_eq!("Real".parse::<Profile>(), Err(ProfileError));
    }
}
