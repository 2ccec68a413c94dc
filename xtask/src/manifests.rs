//! What every crate must say of itself, and what the release build must keep on.

use crate::floors::Package;
use crate::tidy::Finding;
use crate::tree::File;

/// Lints that the workspace must hold, so that every member inherits them.
const LINTS: [(&str, &str); 3] = [
    ("workspace.lints.rust", "missing_docs"),
    ("workspace.lints.rust", "unsafe_code"),
    ("workspace.lints.clippy", "unwrap_used"),
];

/// Checks the root manifest and every member.
pub(crate) fn check(files: &[File], packages: &[Package]) -> Vec<Finding> {
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let mut found = root(text_of("Cargo.toml").unwrap_or_default());
    for package in packages {
        let manifest = format!("{}/Cargo.toml", package.folder);
        found.extend(inherits(&manifest, text_of(&manifest).unwrap_or_default()));
        let roots = ["lib.rs", "main.rs"].map(|name| format!("{}/src/{name}", package.folder));
        found.extend(roots.iter().filter_map(|path| opens_with_why(path, text_of(path)?)));
    }
    found
}

fn root(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if value(text, "profile.release", "overflow-checks") != Some("true") {
        let message = "the release profile does not check overflow";
        let fix = "set `overflow-checks = true` in [profile.release]: wrapped money is worse than a stop";
        found.push(Finding::new("Cargo.toml", 1, "release", message, fix));
    }
    for (section, lint) in LINTS {
        if value(text, section, lint).is_none_or(|level| level.contains("allow")) {
            let message = format!("[{section}] does not hold `{lint}`");
            found.push(Finding::new("Cargo.toml", 1, "lints", message, "put it back at warn or deny"));
        }
    }
    found
}

fn inherits(path: &str, text: &str) -> Option<Finding> {
    let inherited = value(text, "lints", "workspace") == Some("true");
    let fix = "add `[lints]` with `workspace = true`";
    (!inherited).then(|| Finding::new(path, 1, "lints", "the crate does not take the workspace's lints", fix))
}

fn opens_with_why(path: &str, text: &str) -> Option<Finding> {
    let fix = "begin with `//!`: why the crate exists, what bounds it, where to begin reading";
    (!text.starts_with("//!"))
        .then(|| Finding::new(path, 1, "header", "the crate does not say why it exists", fix))
}

/// The value of `key` in `[section]`, as written. Enough TOML for what is asked here.
fn value<'a>(text: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let mut inside = false;
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if let Some(name) = line.strip_prefix('[') {
            inside = name.trim_end_matches(']').trim() == section;
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == key
        {
            return Some(value.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "[workspace.lints.rust]\nunsafe_code = \"deny\"\nmissing_docs = \"warn\"\n\
                        [workspace.lints.clippy]\nunwrap_used = \"warn\"\n\
                        [profile.release]\noverflow-checks = true # kept\n";

    #[test]
    fn release_checks_overflow() {
        assert!(root(ROOT).is_empty());
        assert_eq!(root(&ROOT.replace("= true", "= false"))[0].rule, "release");
        assert_eq!(root(&ROOT.replace("profile.release", "profile.dev"))[0].rule, "release");
    }

    #[test]
    fn the_workspace_keeps_its_lints() {
        assert_eq!(root(&ROOT.replace("missing_docs = \"warn\"", ""))[0].rule, "lints");
        assert_eq!(root(&ROOT.replace("unwrap_used = \"warn\"", "unwrap_used = \"allow\""))[0].rule, "lints");
    }

    #[test]
    fn every_member_takes_them_and_says_why_it_exists() {
        let package = Package { name: "cell".into(), folder: "crates/cell".into(), uses: vec![] };
        let files = |manifest: &str, lib: &str| {
            let file = |path: &str, text: &str| File::new(path, text.to_owned());
            [
                file("Cargo.toml", ROOT),
                file("crates/cell/Cargo.toml", manifest),
                file("crates/cell/src/lib.rs", lib),
            ]
        };
        let package = [package];
        let rules = |manifest, lib| {
            check(&files(manifest, lib), &package).into_iter().map(|one| one.rule).collect::<Vec<_>>()
        };
        assert!(rules("[lints]\nworkspace = true\n", "//! Why.\n").is_empty());
        assert_eq!(rules("[package]\nname = \"cell\"\n", "//! Why.\n"), ["lints"]);
        assert_eq!(rules("[lints]\nworkspace = true\n", "pub mod door;\n"), ["header"]);
    }
}
