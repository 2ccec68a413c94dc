//! Documents, migrations and lock files: what is written down must be there, in its form, and true as far as a
//! program can see.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::floors::Package;
use crate::source::line_of;
use crate::tidy::Finding;
use crate::tree::File;

/// What every reader of the repository expects at its root.
const DOCUMENTS: [&str; 8] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "GLOSSARY.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "STYLE.md",
];
/// Lines of ARCHITECTURE.md: a map that is read whole.
const ARCHITECTURE_LINES_MAX: usize = 300;
/// The parts of a release in CHANGELOG.md, by who must act.
const CHANGE_GROUPS: [&str; 3] = ["Money safety", "API", "Operations"];

/// All records of the repository.
pub(crate) fn check(root: &Path, files: &[File], packages: &[Package]) -> Vec<Finding> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut found = missing_documents(&paths);
    for file in files {
        match file.name() {
            "ARCHITECTURE.md" => found.extend(architecture(file, packages)),
            "CHANGELOG.md" => found.extend(changelog(file)),
            "package-lock.json" => found.extend(lock_addresses(file)),
            _ => {}
        }
        found.extend(dangling(file, &paths));
    }
    found.extend(migrations(&paths));
    found.extend(not_executable(root));
    found
}

fn missing_documents(paths: &BTreeSet<&str>) -> Vec<Finding> {
    let missing = DOCUMENTS.into_iter().filter(|name| !paths.contains(name));
    missing
        .map(|name| Finding::new(name, 1, "document", "is missing", "write it: readers look for it"))
        .collect()
}

fn architecture(file: &File, packages: &[Package]) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines = file.text.lines().count();
    if lines > ARCHITECTURE_LINES_MAX {
        let message = format!("{lines} lines, at most {ARCHITECTURE_LINES_MAX}");
        found.push(Finding::new(
            &file.path,
            1,
            "document",
            message,
            "move detail to docs/guide or the module's header",
        ));
    }
    for package in packages {
        if crate::source::words(&file.text, &package.name).next().is_none() {
            let message = format!("says nothing of the crate `{}`", package.name);
            found.push(Finding::new(&file.path, 1, "document", message, "add its line to the map"));
        }
    }
    found
}

fn changelog(file: &File) -> Vec<Finding> {
    let at =
        |line: usize, message: String, fix: &str| Finding::new(&file.path, line, "changelog", message, fix);
    let mut found = Vec::new();
    let mut releases = 0;
    for (index, line) in file.text.lines().enumerate() {
        if let Some(release) = line.strip_prefix("## ") {
            releases += 1;
            if releases == 1 && !release.contains("Unreleased") {
                found.push(at(
                    index + 1,
                    "the first section is not `Unreleased`".into(),
                    "begin with `## Unreleased`",
                ));
            }
        } else if let Some(group) = line.strip_prefix("### ")
            && !CHANGE_GROUPS.contains(&group.trim())
        {
            let fix = "use `Money safety`, `API` or `Operations`: readers look for what concerns them";
            found.push(at(index + 1, format!("unknown part `{}`", group.trim()), fix));
        }
    }
    if releases == 0 {
        found.push(at(1, "no section".into(), "begin with `## Unreleased`"));
    }
    found
}

fn lock_addresses(file: &File) -> Option<Finding> {
    let at = file.text.find("\"resolved\": \"http")?;
    let fix = "set `omit-lockfile-registry-resolved=true` in .npmrc and write the lock anew";
    Some(Finding::new(&file.path, line_of(&file.text, at), "lock", "names download addresses", fix))
}

/// Documents that a text names but the repository does not have. A name counts when it ends in `.md`.
fn dangling(file: &File, paths: &BTreeSet<&str>) -> Vec<Finding> {
    if !(file.is_rust() || file.name().ends_with(".md")) || file.path.starts_with("xtask/src/") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (at, mark) in file.text.match_indices(".md") {
        let after = file.text[at + mark.len()..].chars().next();
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        let start = file.text[..at]
            .rfind(|c: char| !part(c))
            .map_or(0, |index| index + file.text[index..].chars().next().map_or(1, char::len_utf8));
        let name = &file.text[start..at + mark.len()];
        let whole = !after.is_some_and(|c| c.is_ascii_alphanumeric());
        let foreign = file.text[..start].ends_with(':')
            || name.starts_with("//")
            || name.starts_with('.') && name == ".md";
        if whole && !foreign && !is_there(name, paths) {
            let message = format!("names `{name}`, which is not here");
            let fix = "write it, or say the fact itself in its place";
            found.push(Finding::new(&file.path, line_of(&file.text, at), "document", message, fix));
        }
    }
    found
}

fn is_there(name: &str, paths: &BTreeSet<&str>) -> bool {
    let wanted = name.trim_start_matches("./").trim_start_matches("../");
    let wanted = wanted.trim_start_matches("../");
    paths.iter().any(|path| *path == wanted || path.ends_with(&format!("/{wanted}")))
}

/// Migrations are `NNNN_what.sql`, counted from 0001 without a gap in each folder. A `_test.sql` shares its number.
fn migrations(paths: &BTreeSet<&str>) -> Vec<Finding> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths.iter().filter(|path| path.ends_with(".sql") && path.contains("/migrations/")) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        folders.entry(folder).or_default().push(name);
    }
    let mut found = Vec::new();
    for (folder, names) in folders {
        let names = names.into_iter().filter(|name| !name.ends_with("_test.sql"));
        for (next, name) in (1_u32..).zip(names) {
            let number = name.get(..4).and_then(|digits| digits.parse::<u32>().ok());
            let rest = name.get(4..).unwrap_or_default().trim_end_matches(".sql");
            let form = rest.len() > 1
                && rest.starts_with('_')
                && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !form || number != Some(next) {
                let message = format!("migration is not `{next:04}_table_verb_what.sql`");
                let fix = "number without gaps and never rename one that was released";
                found.push(Finding::new(&format!("{folder}/{name}"), 1, "migration", message, fix));
            }
        }
    }
    found
}

#[cfg(unix)]
fn not_executable(root: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(root.join(".ci/run")).map_or(0, |metadata| metadata.permissions().mode());
    (mode & 0o111 == 0)
        .then(|| Finding::new(".ci/run", 1, "ci", "is missing or cannot be run", "chmod +x .ci/run"))
}

#[cfg(not(unix))]
fn not_executable(_root: &Path) -> Option<Finding> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File::new(path, text.to_owned())
    }

    #[test]
    fn the_root_documents_are_there() {
        assert!(missing_documents(&DOCUMENTS.into()).is_empty());
        assert_eq!(missing_documents(&["README.md"].into()).len(), DOCUMENTS.len() - 1);
    }

    #[test]
    fn architecture_names_every_crate_and_stays_short() {
        let package = || [Package { name: "cell".into(), folder: "crates/cell".into(), uses: vec![] }];
        assert!(architecture(&file("ARCHITECTURE.md", "6 `cell` the writer"), &package()).is_empty());
        assert_eq!(architecture(&file("ARCHITECTURE.md", "cells"), &package()).len(), 1);
        assert_eq!(architecture(&file("ARCHITECTURE.md", &"cell\n".repeat(301)), &package()).len(), 1);
    }

    #[test]
    fn a_changelog_says_who_must_act() {
        let good = "# Changes\n\n## Unreleased\n\n### Money safety\n\n### API\n## 0.1\n### Operations\n";
        assert!(changelog(&file("CHANGELOG.md", good)).is_empty());
        assert_eq!(changelog(&file("CHANGELOG.md", "# Changes\n")).len(), 1);
        assert_eq!(changelog(&file("CHANGELOG.md", "## 0.1\n")).len(), 1);
        assert_eq!(changelog(&file("CHANGELOG.md", "## Unreleased\n### Misc\n")).len(), 1);
    }

    #[test]
    fn a_lock_works_behind_any_mirror() {
        assert!(
            lock_addresses(&file("package-lock.json", "{ \"resolved\": \"https://x/y.tgz\" }")).is_some()
        );
        assert!(lock_addresses(&file("package-lock.json", "{ \"version\": \"1.0.0\" }")).is_none());
    }

    #[test]
    fn a_named_document_is_there() {
        let paths: BTreeSet<&str> = ["docs/adr/0001-one-writer.md", "GLOSSARY.md"].into();
        let count = |text: &str| dangling(&file("crates/cell/src/lib.rs", text), &paths).len();
        assert_eq!(count("//! See `docs/adr/0001-one-writer.md`, 0001-one-writer.md and GLOSSARY.md."), 0);
        assert_eq!(count("//! 见GLOSSARY.md，https://example.org/other.md"), 0);
        assert_eq!(count("//! See missing.md for it."), 1);
        assert_eq!(count("let a = x.mdx; // .md5"), 0);
    }

    #[test]
    fn migrations_are_counted_without_gaps() {
        let count = |names: &[&str]| {
            let paths: Vec<String> =
                names.iter().map(|name| format!("crates/store/migrations/sqlite/{name}")).collect();
            migrations(&paths.iter().map(String::as_str).collect()).len()
        };
        assert_eq!(
            count(&["0001_party_create.sql", "0001_party_create_test.sql", "0002_trade_create.sql"]),
            0
        );
        assert_eq!(count(&["0001_party_create.sql", "0003_trade_create.sql"]), 1);
        assert_eq!(count(&["0001_party_create.sql", "0001_trade_create.sql"]), 1);
        assert_eq!(count(&["1_party.sql"]), 1);
        assert_eq!(count(&["0001-Party.sql"]), 1);
    }

    #[test]
    #[cfg(unix)]
    fn ci_can_be_run() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        assert!(not_executable(folder.path()).is_some());
        let path = folder.path().join(".ci/run");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(not_executable(folder.path()).is_some());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(not_executable(folder.path()).is_none());
    }
}
