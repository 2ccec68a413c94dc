//! How single apps are treated, kept beside the world's note.

use crate::private_file;
use anyhow::Context;
use base::AppId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use world::{AppSetting, AppSettings, NotKept, Settings};

/// The file's form, by the app's number.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    open_id: bool,
    third_party: bool,
}

/// What was said before; changes are durable before anybody sees them.
pub(crate) fn open(file: PathBuf) -> anyhow::Result<AppSettings> {
    let shown = read(&file)?;
    Ok(AppSettings::kept(shown, move |settings| {
        let notes: BTreeMap<String, Note> = settings
            .iter()
            .map(|(app, AppSetting { open_id, third_party })| {
                (app.to_string(), Note { open_id: *open_id, third_party: *third_party })
            })
            .collect();
        let text = serde_json::to_vec(&notes).map_err(|error| NotKept(error.to_string()))?;
        private_file::write(&file, &text).map_err(|error| NotKept(format!("{error:#}")))
    }))
}

fn read(file: &Path) -> anyhow::Result<Settings> {
    if !file.exists() {
        return Ok(Settings::new());
    }
    let text = private_file::read(file)?;
    let damaged = || format!("{} is damaged", file.display());
    let notes: BTreeMap<String, Note> = serde_json::from_str(&text).with_context(damaged)?;
    let mut settings = Settings::new();
    for (app, Note { open_id, third_party }) in notes {
        let app: AppId = app.parse().with_context(damaged)?;
        settings.insert(app, AppSetting { open_id, third_party });
    }
    Ok(settings)
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
        let setting = AppSetting { open_id: true, third_party: false };
        let settings = open(file.clone()).expect("nothing was said");
        assert_eq!(settings.of(app), AppSetting::USUAL);
        settings.set(app, setting).expect("kept");
        assert_eq!(open(file.clone()).expect("a whole file").of(app), setting);
        std::fs::write(&file, "{").expect("written");
        assert!(format!("{:#}", open(file).expect_err("damaged")).contains("apps.json is damaged"));
    }
}
