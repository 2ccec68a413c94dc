//! `tongbao up --ephemeral`: a world for one run of somebody's tests. It lies in memory where the system offers that,
//! listens on a free port, says so in one line, and leaves nothing behind.

use crate::cli::UpArgs;
use crate::data_folder::DataFolder;
use anyhow::Context;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// A file system in memory that Linux offers to everybody.
const MEMORY: &str = "/dev/shm";
/// How the folders begin, so that those of killed processes are found.
const PREFIX: &str = "tongbao-ephemeral-";
/// A folder that is younger may not be locked by its process yet.
const SETTLED: Duration = Duration::from_secs(60);

/// The folder of one run; removed when dropped.
#[derive(Debug)]
pub(crate) struct Ephemeral {
    folder: TempDir,
}

impl Ephemeral {
    /// A new folder. Those whose processes were killed are removed first.
    pub(crate) fn make() -> anyhow::Result<Ephemeral> {
        let memory = || tempfile::Builder::new().prefix(PREFIX).tempdir_in(MEMORY);
        let folder = memory().or_else(|_| tempfile::Builder::new().prefix(PREFIX).tempdir());
        let folder = folder.context("no folder can be made for this run")?;
        sweep(folder.path());
        Ok(Ephemeral { folder })
    }

    /// The options with this folder, and with a free port unless others were named.
    pub(crate) fn options(&self, args: &UpArgs) -> UpArgs {
        let mut args = args.clone();
        args.folder.data = self.data();
        if args.listen.is_empty() {
            args.listen.push("127.0.0.1:0".to_owned());
        }
        args.no_port_80 = true;
        (args.database, args.no_loss) = (None, false);
        args
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// Removes folders beside this one that no process holds any more. What cannot be looked at or removed is left alone,
/// and so is what others made: anybody may put files and links of such names here.
fn sweep(own: &Path) {
    let uid = |path: &Path| fs::symlink_metadata(path).map(|metadata| metadata.uid()).ok();
    let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let is_file = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    for entry in own.parent().and_then(|parent| fs::read_dir(parent).ok()).into_iter().flatten().flatten() {
        let path = entry.path();
        let named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let ours = named && is_folder(&path) && uid(&path) == uid(own);
        let data = path.join("data");
        let whole = is_folder(&data) && is_file(&data.join("LOCK"));
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|at| at.elapsed());
        let settled = matches!(age, Ok(Ok(age)) if age > SETTLED);
        if ours && settled && whole && DataFolder::is_free(&data) {
            let _left = fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, FileTimes};
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    /// What is left of a run that was killed: old, with a lock that nobody holds.
    fn left_behind(parent: &Path, name: &str) -> PathBuf {
        let folder = parent.join(name);
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(folder.join("data/LOCK"), "1").unwrap();
        age(&folder);
        folder
    }

    fn age(folder: &Path) {
        let times = FileTimes::new().set_modified(SystemTime::now() - 2 * SETTLED);
        File::open(folder).unwrap().set_times(times).unwrap();
    }

    #[test]
    fn only_what_killed_runs_left_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let own = left_behind(parent.path(), "tongbao-ephemeral-own");
        let held = File::open(own.join("data/LOCK")).unwrap();
        held.try_lock().unwrap();
        let gone = left_behind(parent.path(), "tongbao-ephemeral-gone");
        let other = left_behind(parent.path(), "somebody-else");
        let young = left_behind(parent.path(), "tongbao-ephemeral-young");
        fs::write(young.join("new"), "").unwrap();
        let elsewhere = left_behind(parent.path(), "real");
        symlink(&elsewhere, at("tongbao-ephemeral-link")).unwrap();
        let lured = at("tongbao-ephemeral-lured");
        fs::create_dir(&lured).unwrap();
        symlink(elsewhere.join("data"), lured.join("data")).unwrap();
        age(&lured);
        sweep(&own);
        assert!(!gone.exists());
        for kept in [&own, &other, &young, &elsewhere.join("data/LOCK"), &lured] {
            assert!(kept.exists(), "{}", kept.display());
        }
    }
}
