//! Where lists of names lie: files under their digests, which only their owner may read. A backup copies them.

use crate::data_folder::DataFolder;
use crate::private_file;
use portal::ListShelf;
use std::path::PathBuf;

/// The lists of a data folder.
pub(crate) struct Shelf(PathBuf);

impl Shelf {
    /// Those of this folder; it is made when the first one comes.
    pub(crate) fn of(folder: &DataFolder) -> Shelf {
        Shelf(folder.lists())
    }

    fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.0.join(name)
    }
}

impl ListShelf for Shelf {
    fn keep(&self, digest: &[u8; 32], text: &str) -> Result<(), String> {
        let kept = private_file::make_folder(&self.0)
            .and_then(|()| private_file::write(&self.path(digest), text.as_bytes()));
        kept.map_err(|error| format!("{error:#}"))
    }

    fn read(&self, digest: &[u8; 32]) -> Result<Option<String>, String> {
        let path = self.path(digest);
        if !path.exists() {
            return Ok(None);
        }
        private_file::read(&path).map(|text| Some(text.to_string())).map_err(|error| format!("{error:#}"))
    }
}
