//! How the rim treats single apps: by which name they know users, and whether they may act for other merchants.
//!
//! No decision about money depends on it, so it is no row: the server keeps it beside the world's note.

use base::AppId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

/// How one app is treated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AppSetting {
    /// Whether it knows users by an open_id, another one than each other app, and not by their number.
    pub open_id: bool,
    /// Whether it may act for other merchants than its own.
    pub third_party: bool,
}

impl AppSetting {
    /// Of an app of which nothing was said: by number, and for whoever lets it.
    pub const USUAL: AppSetting = AppSetting { open_id: false, third_party: true };
}

/// What was said of apps.
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
    /// Absent where nothing is kept: tests and rehearsals.
    keep: Option<Keep>,
}

impl fmt::Debug for AppSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSettings")
    }
}

impl AppSettings {
    /// Those that were said before, and what keeps changes of them.
    pub fn kept(
        shown: Settings,
        keep: impl Fn(&Settings) -> Result<(), NotKept> + Send + Sync + 'static,
    ) -> AppSettings {
        AppSettings { shown: RwLock::new(shown), keep: Some(Box::new(keep)) }
    }

    /// Of one app.
    pub fn of(&self, app: AppId) -> AppSetting {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.get(&app).copied().unwrap_or(AppSetting::USUAL)
    }

    /// Says how an app is treated from now on.
    ///
    /// # Errors
    /// It could not be kept; then nothing was changed.
    pub fn set(&self, app: AppId, setting: AppSetting) -> Result<(), NotKept> {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = shown.clone();
        next.insert(app, setting);
        if let Some(keep) = &self.keep {
            keep(&next)?;
        }
        *shown = next;
        Ok(())
    }

    /// Forgets everything, in a world that begins anew; what was kept is its owner's to remove.
    pub fn forget(&self) {
        self.shown.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    #[test]
    fn what_cannot_be_kept_is_not_shown() {
        let app = |counter| AppId::issue(counter, Slot::PLATFORM).expect("a low number");
        let other = AppSetting { open_id: true, third_party: false };
        let failing = AppSettings::kept(Settings::new(), |_| Err(NotKept("full".to_owned())));
        assert!(failing.set(app(1), other).is_err());
        assert_eq!(failing.of(app(1)), AppSetting::USUAL);
        let settings = AppSettings::default();
        settings.set(app(1), other).expect("nothing is kept");
        assert_eq!((settings.of(app(1)), settings.of(app(2))), (other, AppSetting::USUAL));
        settings.forget();
        assert_eq!(settings.of(app(1)), AppSetting::USUAL);
    }
}
