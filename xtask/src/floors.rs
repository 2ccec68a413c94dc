//! Which crate may use which. A crate uses lower floors only and never a neighbour, so products meet in `engine` and
//! nowhere else, and no cycle can begin.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::tidy::Finding;

/// Every crate of the house and its floor. A new crate is entered here before it compiles in CI.
pub(crate) const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("base-derive", 0),
    ("money", 1),
    ("wire", 1),
    ("iso", 2),
    ("ledger", 2),
    ("people", 2),
    ("risk", 2),
    ("world", 2),
    ("fund", 3),
    ("recon", 3),
    ("trade", 3),
    ("transfer", 3),
    ("engine", 4),
    ("journal", 5),
    ("store", 5),
    ("vault", 5),
    ("bill", 6),
    ("cell", 6),
    ("audit", 7),
    ("bank", 7),
    ("certify", 7),
    ("channel", 7),
    ("courier", 7),
    ("clerk", 7),
    ("face", 7),
    ("gateway", 7),
    ("notify", 7),
    ("portal", 7),
    ("crash", 8),
    ("server", 8),
    ("sim", 8),
];

/// The one pair of neighbours: a derive must be a crate of its own, though it is a part of `base`.
const DERIVE: (&str, &str) = ("base", "base-derive");

/// The highest floor that is pure: no async, clock, chance, I/O or unordered iteration.
pub(crate) const PURE_FLOOR_MAX: u8 = 4;

/// Libraries that a pure floor may not use outside its tests: they bring I/O, threads, a clock or chance.
const IMPURE_LIBRARIES: [&str; 16] = [
    "anyhow",
    "async-trait",
    "axum",
    "chrono",
    "futures",
    "getrandom",
    "hyper",
    "hyper-util",
    "mio",
    "rand",
    "reqwest",
    "rusqlite",
    "tokio",
    "tower",
    "tracing",
    "uuid",
];

/// Who may use one of them all the same: crate, library. Each has its reason.
const IMPURE_ALLOWED: [(&str, &str); 1] = [
    // Keys and serial numbers are made in `wire::keygen` and `wire::cert`, which only the rim calls.
    ("wire", "getrandom"),
];

/// A member of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// The crate's name.
    pub(crate) name: String,
    /// Its folder from the root, with `/`.
    pub(crate) folder: String,
    /// What it uses.
    pub(crate) uses: Vec<Use>,
}

/// One entry of a crate's dependencies.
#[derive(Debug)]
pub(crate) struct Use {
    /// The library's name.
    pub(crate) name: String,
    /// For tests and benches only.
    pub(crate) for_tests: bool,
    /// A member of this workspace.
    pub(crate) ours: bool,
}

/// The floor of a crate of the house.
pub(crate) fn floor_of(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}

/// Reads the members and what they use from `cargo metadata`.
pub(crate) fn workspace(root: &Path) -> Result<Vec<Package>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["metadata", "--no-deps", "--format-version", "1", "--quiet"]);
    let output = command.output().map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    Ok(packages(&metadata))
}

fn packages(metadata: &Value) -> Vec<Package> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().replace('\\', "/");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let root = text(metadata, "workspace_root");
    let package = |value: Value| {
        let manifest = text(&value, "manifest_path");
        let folder =
            manifest.trim_start_matches(&root).trim_start_matches('/').trim_end_matches("/Cargo.toml");
        let uses = list(&value["dependencies"]).into_iter().map(|used| Use {
            name: text(&used, "name"),
            for_tests: used["kind"] == "dev",
            ours: used["path"].is_string(),
        });
        Package { name: text(&value, "name"), folder: folder.to_owned(), uses: uses.collect() }
    };
    list(&metadata["packages"]).into_iter().map(package).collect()
}

/// Every use that goes up or sideways, and every library that a pure floor may not have.
pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().filter(|package| package.name != "xtask").flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", package.folder);
    let at = |message: String, fix: &str| Finding::new(&manifest, 1, "floor", message, fix);
    let Some(floor) = floor_of(&package.name) else {
        let fix = "enter it in FLOORS of xtask/src/floors.rs and in ARCHITECTURE.md";
        return vec![at(format!("crate `{}` has no floor", package.name), fix)];
    };
    let mut found = Vec::new();
    if package.folder != format!("crates/{}", package.name) {
        found.push(at(
            format!("crate `{}` lives in {}", package.name, package.folder),
            "folder and crate share a name",
        ));
    }
    for used in &package.uses {
        if used.ours {
            found.extend(
                check_ours(package, floor, used)
                    .map(|message| at(message, "use lower floors only, or move what you need down")),
            );
        } else if floor <= PURE_FLOOR_MAX && is_impure(&package.name, used) {
            let message = format!("`{}` on pure floor {floor} uses `{}`", package.name, used.name);
            found.push(at(message, "let the rim do it and hand the result down as an argument"));
        }
    }
    found
}

fn check_ours(package: &Package, floor: u8, used: &Use) -> Option<String> {
    let (name, other) = (&package.name, &used.name);
    if (name.as_str(), other.as_str()) == DERIVE {
        return None;
    }
    match floor_of(other) {
        None => Some(format!("`{name}` uses `{other}`, which has no floor")),
        Some(below) if below < floor => None,
        Some(same) if same == floor => {
            Some(format!("`{name}` uses its neighbour `{other}` on floor {floor}"))
        }
        Some(above) => Some(format!("`{name}` on floor {floor} uses `{other}` on floor {above}")),
    }
}

fn is_impure(package: &str, used: &Use) -> bool {
    let name = used.name.as_str();
    !used.for_tests && IMPURE_LIBRARIES.contains(&name) && !IMPURE_ALLOWED.contains(&(package, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(name: &str) -> Use {
        Use { name: name.into(), for_tests: false, ours: true }
    }

    fn library(name: &str, for_tests: bool) -> Use {
        Use { name: name.into(), for_tests, ours: false }
    }

    fn crate_of(name: &str, uses: Vec<Use>) -> Package {
        Package { name: name.into(), folder: format!("crates/{name}"), uses }
    }

    fn messages(package: Package) -> Vec<String> {
        check(&[package]).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn down_is_allowed_up_and_sideways_are_not() {
        assert!(messages(crate_of("trade", vec![ours("ledger"), ours("people"), ours("base")])).is_empty());
        assert_eq!(
            messages(crate_of("ledger", vec![ours("people")])),
            ["`ledger` uses its neighbour `people` on floor 2"]
        );
        assert_eq!(
            messages(crate_of("money", vec![ours("cell")])),
            ["`money` on floor 1 uses `cell` on floor 6"]
        );
    }

    #[test]
    fn tests_may_not_reach_up_either() {
        let used = Use { for_tests: true, ..ours("server") };
        assert_eq!(messages(crate_of("cell", vec![used])).len(), 1);
    }

    #[test]
    fn only_base_may_use_its_derive() {
        assert!(messages(crate_of("base", vec![ours("base-derive")])).is_empty());
        assert_eq!(messages(crate_of("base-derive", vec![ours("base")])).len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_refused() {
        assert_eq!(messages(crate_of("lottery", vec![])), ["crate `lottery` has no floor"]);
        assert_eq!(messages(crate_of("engine", vec![ours("lottery")])).len(), 1);
    }

    #[test]
    fn a_crate_lives_in_a_folder_of_its_name() {
        let package = Package { folder: "crates/coins".into(), ..crate_of("money", vec![]) };
        assert_eq!(messages(package).len(), 1);
    }

    #[test]
    fn pure_floors_bring_no_runtime() {
        assert_eq!(messages(crate_of("ledger", vec![library("tokio", false)])).len(), 1);
        assert!(messages(crate_of("ledger", vec![library("tokio", true)])).is_empty());
        assert!(messages(crate_of("cell", vec![library("tokio", false)])).is_empty());
        assert!(messages(crate_of("wire", vec![library("getrandom", false)])).is_empty());
        assert_eq!(messages(crate_of("people", vec![library("getrandom", false)])).len(), 1);
    }

    #[test]
    fn members_are_read_from_cargo_metadata() {
        let metadata = serde_json::json!({ "workspace_root": "/w", "packages": [{
            "name": "cell", "manifest_path": "/w/crates/cell/Cargo.toml",
            "dependencies": [
                { "name": "base", "kind": null, "path": "/w/crates/base" },
                { "name": "tempfile", "kind": "dev" },
            ],
        }]});
        let found = packages(&metadata);
        assert_eq!((found[0].name.as_str(), found[0].folder.as_str()), ("cell", "crates/cell"));
        assert!(found[0].uses[0].ours && !found[0].uses[0].for_tests);
        assert!(!found[0].uses[1].ours && found[0].uses[1].for_tests);
    }
}
