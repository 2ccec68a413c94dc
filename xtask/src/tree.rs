//! The files that `tidy` looks at: what git tracks and what it would track, read once.

use std::path::Path;
use std::process::Command;

use crate::source;

/// Folders that are never the project's own words.
const OUTSIDE: [&str; 7] = [".git", "target", "node_modules", "dist", "data", ".venv", "__pycache__"];

/// One text file of the repository.
pub(crate) struct File {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
    /// Rust only: the text without comments and literals. Empty for other files.
    pub(crate) masked: String,
    /// Byte offset at which the unit tests begin; 0 for a file that holds tests alone.
    pub(crate) tests_at: usize,
}

impl File {
    /// Reads a file's text as the rules need it.
    pub(crate) fn new(path: &str, text: String) -> File {
        let rust = path.ends_with(".rs");
        let masked = if rust { source::mask(&text) } else { String::new() };
        let tests_at = if !rust {
            text.len()
        } else if is_test_path(path) {
            0
        } else {
            source::tests_begin(&masked)
        };
        File { path: path.to_owned(), text, masked, tests_at }
    }

    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Rust code without comments, literals and tests.
    pub(crate) fn code(&self) -> &str {
        &self.masked[..self.tests_at.min(self.masked.len())]
    }

    /// The member crate that the file belongs to, by its folder.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split_once('/').map(|(name, _)| name)
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// `tests/` beside `src/`, `benches/`, and modules kept in a file of their own for tests.
fn is_test_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folders = path.split('/').rev().skip(1);
    name == "tests.rs"
        || name.ends_with("_tests.rs")
        || folders.into_iter().any(|part| part == "tests" || part == "benches")
}

/// All text files under `root`, in path order. Binary files are left out.
pub(crate) fn read(root: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for path in paths(root)? {
        let Ok(bytes) = std::fs::read(root.join(&path)) else {
            continue; // Deleted but not yet committed, or a link to a folder.
        };
        if let Ok(text) = String::from_utf8(bytes)
            && !text.contains('\0')
        {
            files.push(File::new(&path, text));
        }
    }
    if files.is_empty() {
        return Err(format!("tidy: no files under {}", root.display()));
    }
    Ok(files)
}

/// The paths of all files under `root` that are the project's own, in order.
pub(crate) fn paths(root: &Path) -> Result<Vec<String>, String> {
    let mut paths = match listed_by_git(root) {
        Some(paths) => paths,
        None => walked(root)?,
    };
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Tracked files and new ones that are not ignored. None without git, or outside a work tree.
fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths: Vec<String> = names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

/// The same without git, for a source archive.
fn walked(root: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|error| format!("tidy: {}: {error}", folder.display()))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(|error| error.to_string())?;
            if kind.is_dir() && !OUTSIDE.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if kind.is_file()
                && let Ok(path) = entry.path().strip_prefix(root)
            {
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_hold_no_code() {
        assert_eq!(File::new("crates/cell/tests/crash.rs", "fn a() {}".into()).tests_at, 0);
        assert_eq!(File::new("crates/cell/src/door_tests.rs", "fn a() {}".into()).code(), "");
        assert_eq!(File::new("crates/cell/src/door.rs", "fn a() {}".into()).code(), "fn a() {}");
    }

    #[test]
    fn a_source_archive_is_walked_without_its_products() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a.rs", "target/b.rs", "web/c.rs", "web/node_modules/d.rs", "web/dist/wallet/e.js"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let mut found = walked(folder.path()).unwrap();
        found.sort();
        assert_eq!(found, ["a.rs", "web/c.rs"]);
    }
}
