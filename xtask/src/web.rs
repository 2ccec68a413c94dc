//! The apps of `web/`: built when something of them changed, for the program to hold.
//!
//! Whoever builds them by hand (`npm run build` in `web/`) gets the same. Here it is left out when `web/dist` was built
//! from exactly the files that are there: a build writes all its files anew, and each cargo build after it would link
//! the program again.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process;
use crate::tree;

/// Types are checked and everything is compressed as far as it goes; tens of seconds when nothing else runs.
const BUILD_LIMIT: Duration = Duration::from_secs(10 * 60);
/// The first page of the wallet: without it nothing was built.
const FIRST_PAGE: &str = "web/dist/wallet/index.html";
/// What was last built from what. It goes when the tools are installed anew, so that they build anew.
const MARK: &str = "web/node_modules/.built-from";

/// Builds `web/dist` with this npm, unless it is there and was built from the files that are there.
pub(crate) fn build(npm: &str, root: &Path) -> Result<(), String> {
    let mark = root.join(MARK);
    let sources = of_sources(root)?;
    if let (Ok(known), Some(built)) = (fs::read_to_string(&mark), of_built(root)?)
        && known == told(sources, built)
    {
        println!("web/dist was built from these files: nothing to do");
        return Ok(());
    }
    let mut command = Command::new(npm);
    command.current_dir(root.join("web")).args(["run", "build"]);
    println!("{}", process::shown(&command));
    if let Some(trouble) = process::run(&mut command, BUILD_LIMIT).trouble {
        return Err(format!("`npm run build` in web/ {trouble}"));
    }
    let built = of_built(root)?.ok_or_else(|| format!("`npm run build` in web/ left no {FIRST_PAGE}"))?;
    fs::write(&mark, told(sources, built)).map_err(|error| at(&mark, &error))
}

fn told(sources: u64, built: u64) -> String {
    format!("{sources:016x} {built:016x}\n")
}

/// The project's own files of `web/`, as one number.
fn of_sources(root: &Path) -> Result<u64, String> {
    number(root, tree::paths(root)?.into_iter().filter(|path| path.starts_with("web/")))
}

/// What was built, as one number. None when nothing was.
fn of_built(root: &Path) -> Result<Option<u64>, String> {
    if !root.join(FIRST_PAGE).is_file() {
        return Ok(None);
    }
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("web/dist")];
    while let Some(folder) = folders.pop() {
        let place = root.join(&folder);
        for entry in fs::read_dir(&place).map_err(|error| at(&place, &error))?.flatten() {
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    number(root, found.into_iter()).map(Some)
}

/// Names and contents. Another build of this program may come to another number, which costs one build more.
fn number(root: &Path, paths: impl Iterator<Item = String>) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        let place = root.join(&path);
        // Git lists a file that was deleted and not yet committed.
        if place.is_file() {
            let bytes = fs::read(&place).map_err(|error| at(&place, &error))?;
            (path, bytes).hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    struct Web(tempfile::TempDir);

    impl Web {
        /// With an npm that does this.
        fn with(npm: &str) -> Web {
            let web = Web(tempfile::tempdir().unwrap());
            web.write("web/package.json", "{}");
            web.write("web/node_modules/x/index.js", "");
            web.write("npm", &format!("#!/bin/sh\necho $* >> ../runs\n{npm}\n"));
            fs::set_permissions(web.0.path().join("npm"), fs::Permissions::from_mode(0o755)).unwrap();
            web
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn build(&self) -> Result<(), String> {
            build(self.0.path().join("npm").to_str().unwrap(), self.0.path())
        }

        fn runs(&self) -> Vec<String> {
            let text = fs::read_to_string(self.0.path().join("runs")).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        }
    }

    const BUILDS: &str = "mkdir -p dist/wallet && cat *.json > dist/wallet/index.html";

    #[test]
    fn it_is_built_when_something_changed() {
        let web = Web::with(BUILDS);
        for (changed, runs) in [
            (None, 1),
            (None, 1),
            (Some(("web/package.json", "{ }")), 2),
            (None, 2),
            (Some(("web/new.json", "[]")), 3),
            // Somebody else built other files, or less.
            (Some(("web/dist/wallet/index.html", "other")), 4),
            (Some(("web/dist/wallet/more.js", "")), 5),
            // Neither its tools nor other folders.
            (Some(("web/node_modules/y/index.js", "")), 5),
            (Some(("tests/browser/package.json", "{}")), 5),
        ] {
            if let Some((path, text)) = changed {
                web.write(path, text);
            }
            web.build().unwrap();
            assert_eq!(web.runs(), vec!["run build"; runs], "{changed:?}");
        }
        fs::remove_dir_all(web.0.path().join("web/dist")).unwrap();
        web.build().unwrap();
        assert_eq!(web.runs().len(), 6);
    }

    #[test]
    fn a_build_that_fails_or_leaves_nothing_is_told() {
        let web = Web::with("exit 7");
        assert!(web.build().unwrap_err().contains('7'));
        assert!(web.build().is_err(), "and is no build");
        let web = Web::with("mkdir -p dist/merchant && touch dist/merchant/index.html");
        assert!(web.build().unwrap_err().contains(FIRST_PAGE));
        assert!(Web::with(BUILDS).build().is_ok());
    }
}
