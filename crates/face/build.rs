//! Lays what `web/` built where it is embedded from. Nothing is built here and no `npm` is called: a build of the
//! program needs no Node, and whoever has none gets a page in place of each app that says how to build it.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where the apps are built to, from this crate, which is also the folder that this program runs in.
const BUILT: &str = "../../web/dist";
/// Stands in for an app.
const STAND_IN: &str = "not_built.html";
/// The first page of each app, as `web/scripts/apps.mjs` has them. Without all of them nothing is built.
const FIRST_PAGES: [&str; 4] =
    ["wallet/index.html", "merchant/index.html", "console/index.html", "sandbox/index.html"];
const HOW: &str = "the apps of web/ are not built: cd web && npm ci && npm run build";

fn main() -> Result<(), Box<dyn Error>> {
    let built = Path::new(BUILT);
    let place = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?).join("ui");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={STAND_IN}");
    watch(built);
    // What an earlier build left there is not of this one.
    match fs::remove_dir_all(&place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    fs::create_dir_all(&place)?;
    if FIRST_PAGES.iter().all(|page| built.join(page).is_file()) {
        copy(built, &place)?;
    } else if env::var_os("CARGO_FEATURE_REQUIRE_UI").is_some() {
        println!("cargo::error={HOW}");
    } else {
        println!("cargo::warning={HOW}");
        for page in FIRST_PAGES {
            let page = place.join(page);
            fs::create_dir_all(page.parent().ok_or("a page lies in no folder")?)?;
            fs::copy(STAND_IN, page)?;
        }
    }
    Ok(())
}

/// Has this run again when something is built. Cargo takes a path that is not there for changed each time, and would
/// build everything above this crate anew with it: so the folder is there, if only empty.
fn watch(built: &Path) {
    let web_is_there = built.parent().is_some_and(Path::is_dir);
    if built.is_dir() || web_is_there && fs::create_dir(built).is_ok() {
        println!("cargo::rerun-if-changed={BUILT}");
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, to) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
