//! How the platform behaves towards an app: as the documents say, or as developers saw the real one behave.
//!
//! Each difference is one [`Oddity`] and one rule, read in one place of the rim. Money, states and numbers are the same
//! under both profiles: an oddity is about what is said, and in which letters.

use base::AppId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

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

/// Keeps the profiles that are not the usual one; an error is for the log.
type Keeper = Box<dyn Fn(&BTreeMap<AppId, Profile>) -> Result<(), String> + Send + Sync>;

/// The profiles of a world's apps. One that nobody chose is [`Profile::Strict`].
#[derive(Default)]
pub struct Profiles {
    chosen: RwLock<BTreeMap<AppId, Profile>>,
    /// Whether any is not the usual one, so that most worlds ask for nothing.
    any: AtomicBool,
    keeper: Option<Keeper>,
}

impl Profiles {
    /// Profiles that are kept: `keeper` makes what it is given durable before it counts.
    pub fn kept_by(
        keeper: impl Fn(&BTreeMap<AppId, Profile>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Profiles {
        Profiles { keeper: Some(Box::new(keeper)), ..Profiles::default() }
    }

    /// The profile of an app.
    pub fn of(&self, app: AppId) -> Profile {
        if !self.any.load(Ordering::Acquire) {
            return Profile::Strict;
        }
        let chosen = self.chosen.read().unwrap_or_else(PoisonError::into_inner);
        chosen.get(&app).copied().unwrap_or_default()
    }

    /// The apps whose profile is not the usual one.
    pub fn chosen(&self) -> Vec<AppId> {
        self.chosen.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Chooses a profile. It may write a file, which takes its time.
    ///
    /// # Errors
    /// It could not be kept; nothing was changed. The text is for the log.
    pub fn choose(&self, app: AppId, profile: Profile) -> Result<(), String> {
        let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = chosen.clone();
        match profile {
            Profile::Strict => next.remove(&app),
            Profile::Real => next.insert(app, profile),
        };
        if next == *chosen {
            return Ok(());
        }
        if let Some(keeper) = &self.keeper {
            keeper(&next)?;
        }
        self.any.store(!next.is_empty(), Ordering::Release);
        *chosen = next;
        Ok(())
    }

    /// Takes these in the place of all there are, as they were kept or declared.
    pub fn replace(&self, all: impl IntoIterator<Item = (AppId, Profile)>) {
        let mut chosen = self.chosen.write().unwrap_or_else(PoisonError::into_inner);
        *chosen = all.into_iter().filter(|(_, profile)| *profile != Profile::Strict).collect();
        self.any.store(!chosen.is_empty(), Ordering::Release);
    }
}

impl fmt::Debug for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profiles").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn app(last: u32) -> AppId {
        format!("90211000000001{last:02}").parse().unwrap()
    }

    #[test]
    fn a_profile_counts_once_it_is_kept() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (keeps, fails) = (kept.clone(), Arc::new(AtomicBool::new(false)));
        let failing = fails.clone();
        let profiles = Profiles::kept_by(move |all| {
            if failing.load(Ordering::Relaxed) {
                return Err("full".to_owned());
            }
            keeps.lock().unwrap().push(all.len());
            Ok(())
        });
        assert_eq!(profiles.of(app(1)), Profile::Strict);
        profiles.choose(app(1), Profile::Strict).unwrap();
        profiles.choose(app(1), Profile::Real).unwrap();
        profiles.choose(app(1), Profile::Real).unwrap();
        profiles.choose(app(2), Profile::Real).unwrap();
        assert_eq!((profiles.of(app(1)), profiles.of(app(3))), (Profile::Real, Profile::Strict));
        fails.store(true, Ordering::Relaxed);
        assert!(profiles.choose(app(1), Profile::Strict).is_err());
        assert_eq!(profiles.of(app(1)), Profile::Real, "nothing was changed");
        assert_eq!(profiles.chosen(), [app(1), app(2)]);
        assert_eq!(*kept.lock().unwrap(), [1, 2], "what is so already is not written");
        profiles.replace([(app(3), Profile::Real), (app(4), Profile::Strict)]);
        assert_eq!((profiles.of(app(1)), profiles.of(app(3))), (Profile::Strict, Profile::Real));
        profiles.replace([]);
        assert_eq!(profiles.of(app(3)), Profile::Strict);
    }

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
