//! The profiles of a world's apps, in a file beside the books: all that are not the usual one. Without the file they
//! are those that were declared, so that a world that begins anew has them again.

use crate::data_folder::DataFolder;
use crate::demo::Demo;
use crate::private_file;
use anyhow::Context;
use base::AppId;
use std::collections::BTreeMap;
use world::{Profile, Profiles};

/// Profiles that are written into the folder whenever one is chosen.
pub(crate) fn kept(folder: &DataFolder) -> Profiles {
    let path = folder.profiles();
    Profiles::kept_by(move |all| {
        let text = serde_json::to_vec_pretty(all).map_err(|error| error.to_string())?;
        private_file::write(&path, &text).map_err(|error| format!("{error:#}"))
    })
}

/// Those that were chosen, else those that were declared.
pub(crate) fn read(folder: &DataFolder, demo: &Demo) -> anyhow::Result<BTreeMap<AppId, Profile>> {
    let path = folder.profiles();
    if !path.exists() {
        return Ok(demo.apps.iter().map(|app| (app.id, app.profile)).collect());
    }
    let text = private_file::read(&path)?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}
