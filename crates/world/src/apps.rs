//! How the rim treats single apps: by which name they know users, whether they may act for other merchants, and whether
//! they meet the platform as documented or as observed.
//!
//! No decision about money depends on it, so it is no row: the server keeps it beside the world's note.

use crate::Profile;
use base::AppId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

/// How one app is treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AppSetting {
    /// Whether it knows users by an open_id, another one than each other app, and not by their number.
    pub open_id: bool,
    /// Whether it may act for other merchants than its own.
    pub third_party: bool,
    /// How the platform behaves towards it.
    pub profile: Profile,
    /// Whether it may send money only when it proves itself with a certificate, as the documents have it.
    pub certificate_to_send: bool,
}

impl AppSetting {
    /// Of an app of which nothing was said: by number, for whoever lets it, and as documented.
    pub const USUAL: AppSetting = AppSetting {
        open_id: false,
        third_party: true,
        profile: Profile::Strict,
        certificate_to_send: false,
    };
}

impl Default for AppSetting {
    fn default() -> AppSetting {
        AppSetting::USUAL
    }
}

/// What was said of apps; those of which nothing was said are not in it.
pub type Settings = BTreeMap<AppId, AppSetting>;
/// Keeps what was said, so that it outlives the process.
type Keep = Box<dyn Fn(&Settings) -> Result<(), NotKept> + Send + Sync>;

/// A setting could not be kept, so nothing was changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the setting could not be kept: {0}")]
pub struct NotKept(pub String);

/// The settings of a world's apps.
#[derive(Default)]
pub struct AppSettings {
    shown: RwLock<Settings>,
    /// Whether anything was said of any app: each call of the gateway asks, and mostly nothing was.
    any: AtomicBool,
    /// One change at a time; nobody who looks waits while it is kept.
    changing: Mutex<()>,
    /// Absent where nothing is kept: tests and rehearsals.
    keep: Option<Keep>,
}

impl fmt::Debug for AppSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSettings")
    }
}

impl AppSettings {
    /// Settings whose changes are kept by this.
    pub fn kept_by(keep: impl Fn(&Settings) -> Result<(), NotKept> + Send + Sync + 'static) -> AppSettings {
        AppSettings { keep: Some(Box::new(keep)), ..AppSettings::default() }
    }

    /// Of one app.
    pub fn of(&self, app: AppId) -> AppSetting {
        if !self.any.load(Ordering::Acquire) {
            return AppSetting::USUAL;
        }
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.get(&app).copied().unwrap_or(AppSetting::USUAL)
    }

    /// The apps of which something was said.
    pub fn all(&self) -> Settings {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes how an app is treated from now on, and gives what it is then. It may write a file, which takes its time.
    ///
    /// # Errors
    /// It could not be kept; then nothing was changed.
    pub fn change(&self, app: AppId, change: impl FnOnce(&mut AppSetting)) -> Result<AppSetting, NotKept> {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.all();
        let mut setting = before.get(&app).copied().unwrap_or_default();
        change(&mut setting);
        let mut next = before.clone();
        if setting == AppSetting::USUAL {
            next.remove(&app);
        } else {
            next.insert(app, setting);
        }
        if next != before {
            if let Some(keep) = &self.keep {
                keep(&next)?;
            }
            self.show(next);
        }
        Ok(setting)
    }

    /// Takes these in the place of all there are, as they were kept or declared.
    pub fn replace(&self, all: Settings) {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.show(all.into_iter().filter(|(_, setting)| *setting != AppSetting::USUAL).collect());
    }

    fn show(&self, next: Settings) {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        self.any.store(!next.is_empty(), Ordering::Release);
        *shown = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;
    use std::sync::Arc;

    fn app(counter: u64) -> AppId {
        AppId::issue(counter, Slot::PLATFORM).expect("a low number")
    }

    #[test]
    fn a_setting_counts_once_it_is_kept() {
        let (kept, fails) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (keeps, failing) = (kept.clone(), fails.clone());
        let settings = AppSettings::kept_by(move |all| {
            if failing.load(Ordering::Relaxed) {
                return Err(NotKept("full".to_owned()));
            }
            keeps.lock().expect("whole").push(all.len());
            Ok(())
        });
        let real = |setting: &mut AppSetting| setting.profile = Profile::Real;
        let strict = |setting: &mut AppSetting| setting.profile = Profile::Strict;
        assert_eq!(settings.of(app(1)), AppSetting::USUAL);
        settings.change(app(1), strict).expect("nothing is kept");
        settings.change(app(1), real).expect("kept");
        settings.change(app(1), real).expect("nothing is kept");
        let both = settings.change(app(1), |setting| setting.open_id = true).expect("kept");
        assert_eq!(both, AppSetting { open_id: true, profile: Profile::Real, ..AppSetting::USUAL });
        settings.change(app(2), real).expect("kept");
        assert_eq!((settings.of(app(1)), settings.of(app(3))), (both, AppSetting::USUAL));
        fails.store(true, Ordering::Relaxed);
        assert!(settings.change(app(1), strict).is_err());
        assert_eq!(settings.of(app(1)), both, "nothing was changed");
        assert_eq!(*kept.lock().expect("whole"), [1, 1, 2], "what is so already is not written");
        settings.replace(Settings::from([(app(3), both), (app(4), AppSetting::USUAL)]));
        assert_eq!((settings.of(app(1)), settings.of(app(3))), (AppSetting::USUAL, both));
        assert_eq!(settings.all().len(), 1);
        settings.replace(Settings::new());
        assert_eq!(settings.of(app(3)), AppSetting::USUAL);
    }
}
