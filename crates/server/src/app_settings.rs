//! How single apps are treated, in a file beside the world's note: all that is not the usual. Without the file it is
//! what was declared, so that a world that begins anew has that again.

use crate::data_folder::DataFolder;
use crate::demo::Demo;
use crate::private_file;
use anyhow::Context;
use base::AppId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use world::{AppSetting, AppSettings, NotKept, Profile, Settings};

/// The file's form, by the app's number.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    open_id: bool,
    third_party: bool,
    #[serde(default)]
    profile: Profile,
    #[serde(default)]
    certificate_to_send: bool,
}

/// Settings whose changes are durable before anybody sees them; [`read`] says what they begin with.
pub(crate) fn kept(file: PathBuf) -> AppSettings {
    AppSettings::kept_by(move |settings| {
        let notes: BTreeMap<String, Note> = settings
            .iter()
            .map(|(app, &AppSetting { open_id, third_party, profile, certificate_to_send })| {
                (app.to_string(), Note { open_id, third_party, profile, certificate_to_send })
            })
            .collect();
        let text = serde_json::to_vec(&notes).map_err(|error| NotKept(error.to_string()))?;
        private_file::write(&file, &text).map_err(|error| NotKept(format!("{error:#}")))
    })
}

/// What was said since the world began, else what was declared.
pub(crate) fn read(folder: &DataFolder, demo: &Demo) -> anyhow::Result<Settings> {
    let declared =
        demo.apps.iter().map(|app| (app.id, AppSetting { profile: app.profile, ..AppSetting::USUAL }));
    Ok(read_file(&folder.apps())?.unwrap_or_else(|| declared.collect()))
}

fn read_file(file: &Path) -> anyhow::Result<Option<Settings>> {
    if !file.exists() {
        return Ok(None);
    }
    let text = private_file::read(file)?;
    let damaged = || format!("{} is damaged", file.display());
    let notes: BTreeMap<String, Note> = serde_json::from_str(&text).with_context(damaged)?;
    let mut settings = Settings::new();
    for (app, Note { open_id, third_party, profile, certificate_to_send }) in notes {
        let app: AppId = app.parse().with_context(damaged)?;
        settings.insert(app, AppSetting { open_id, third_party, profile, certificate_to_send });
    }
    Ok(Some(settings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Slot;

    #[test]
    fn what_was_said_is_there_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("apps.json");
        let app = AppId::issue(1, Slot::PLATFORM).expect("a low number");
        let other = AppSetting {
            open_id: true,
            third_party: false,
            profile: Profile::Real,
            certificate_to_send: true,
        };
        assert_eq!(read_file(&file).expect("nothing was said"), None);
        kept(file.clone()).change(app, |setting| *setting = other).expect("kept");
        assert_eq!(read_file(&file).expect("a whole file"), Some(Settings::from([(app, other)])));
        std::fs::write(&file, "{").expect("written");
        assert!(format!("{:#}", read_file(&file).expect_err("damaged")).contains("apps.json is damaged"));
    }
}
