//! What a command needs on this machine, fetched when it is missing.
//!
//! As root (a container, CI) Debian packages are installed and said so; otherwise the exact command to type is
//! printed and we stop. Nothing is skipped because a tool is absent. Python and Node parts live in `target/` and in
//! `node_modules/`, never in the user's own folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process;

const INSTALL_LIMIT: Duration = Duration::from_secs(15 * 60);
/// The oldest Node that the tests' libraries accept.
const NODE_MIN: (u32, u32) = (20, 19);
const WEB_SHOP: &str = "examples/shop";
/// The apps that the program holds: see `web.rs`.
const WEB: &str = "web";

/// What is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// rustfmt and clippy.
    pub(crate) rust: bool,
    /// A virtual environment with the SDKs.
    pub(crate) python: bool,
    /// Node with the SDK of tests/sdk/node.
    pub(crate) node: bool,
    /// Chromium, fonts, and Node with the driver of tests/browser and the shop that it visits.
    pub(crate) browser: bool,
    /// Node with what the apps of web/ are built with.
    pub(crate) web: bool,
}

impl Needs {
    fn any_node(self) -> bool {
        self.node || self.browser || self.web
    }
}

/// Makes everything that `needs` names ready for use.
pub(crate) fn prepare(root: &Path, needs: Needs) -> Result<(), String> {
    if needs.rust {
        rust_components(root)?;
    }
    packages(root, needs)?;
    if needs.python {
        python(root)?;
    }
    if needs.node {
        npm(root, "tests/sdk/node")?;
        npm(root, "examples/certify-shop")?;
    }
    if needs.browser {
        npm(root, "tests/browser")?;
        npm(root, WEB_SHOP)?;
    }
    if needs.web {
        npm(root, WEB)?;
    }
    Ok(())
}

/// Makes the web shop ready for use. No package of the system is installed for it.
pub(crate) fn web_shop(root: &Path) -> Result<(), String> {
    if !node_is_new_enough() {
        return Err(format!("it needs {}", node_wanted()));
    }
    npm(root, WEB_SHOP)
}

/// The interpreter of the tests' virtual environment.
pub(crate) fn venv_python(root: &Path) -> PathBuf {
    root.join("target/venv/bin/python")
}

/// Builds the release binary with the apps of web/, which must be built, and says where it is.
pub(crate) fn whole_release_build(root: &Path) -> (Command, PathBuf) {
    let (mut cargo, tongbao) = release_build(root);
    cargo.args(["--features", "require-ui"]);
    (cargo, tongbao)
}

/// Builds the release binary, with the apps of web/ if they happen to be built, and says where it is.
pub(crate) fn release_build(root: &Path) -> (Command, PathBuf) {
    let mut cargo = cargo(root);
    cargo.args(["build", "--release", "--package", "server", "--bin", "tongbao"]);
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    (cargo, target.join("release/tongbao"))
}

/// cargo, the same that runs us.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // These describe xtask itself, and would make build scripts of other crates run anew.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_")
            || name.to_string_lossy().starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(name);
        }
    }
    command
}

/// The compiler that lints: it lies beside the compiler of this toolchain.
pub(crate) fn clippy_driver() -> PathBuf {
    let driver = PathBuf::from("clippy-driver");
    said("rustc", &["--print", "sysroot"])
        .map(|sysroot| Path::new(&sysroot).join("bin/clippy-driver"))
        .filter(|path| path.is_file())
        .unwrap_or(driver)
}

/// Whether a program runs and ends well. What it says is not shown.
pub(crate) fn works(program: &str, arguments: &[&str]) -> bool {
    said(program, arguments).is_some()
}

/// What a short program says, when it ends well.
pub(crate) fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn rust_components(root: &Path) -> Result<(), String> {
    let missing = |tool: &str| {
        let output = cargo(root).args([tool, "--version"]).output();
        !output.is_ok_and(|output| output.status.success())
    };
    if !missing("fmt") && !missing("clippy") {
        return Ok(());
    }
    if !works("rustup", &["--version"]) {
        return Err("rustfmt or clippy is missing. Install both for this toolchain, with rustup: \
                    rustup component add rustfmt clippy"
            .to_owned());
    }
    let mut command = Command::new("rustup");
    install(command.current_dir(root).args(["component", "add", "rustfmt", "clippy"]))
}

fn install(command: &mut Command) -> Result<(), String> {
    println!("installing: {}", process::shown(command));
    let typed = process::shown(command);
    match process::run(command, INSTALL_LIMIT).trouble {
        None => Ok(()),
        Some(trouble) => Err(format!("`{typed}` {trouble}")),
    }
}

fn packages(root: &Path, needs: Needs) -> Result<(), String> {
    let mut missing: Vec<String> = Vec::new();
    // The signatures of SM2 are held against it, in both directions.
    if needs.rust && !works("openssl", &["version"]) {
        missing.push("openssl".to_owned());
    }
    // Plays the hardware that holds the key of a vault.
    if needs.rust && !works("softhsm2-util", &["--version"]) {
        missing.push("softhsm2".to_owned());
    }
    // Keeps books in the tests of exactly that, each in a server of its own.
    if needs.rust && !has_postgres() {
        missing.push("postgresql".to_owned());
    }
    if needs.python && !works("python3", &["-c", "import ensurepip, venv"]) {
        missing.extend(["python3".to_owned(), "python3-venv".to_owned()]);
    }
    if needs.any_node() && !node_is_new_enough() {
        missing.extend(["nodejs".to_owned(), "npm".to_owned()]);
    }
    if needs.browser {
        let path = root.join("tests/packages.txt");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        missing
            .extend(package_names(&text).filter(|name| !name.starts_with("python3") && !is_installed(name)));
    }
    missing.sort();
    missing.dedup();
    if missing.is_empty() { Ok(()) } else { apt(&missing, needs) }
}

/// Whether a PostgreSQL server can be started, where Debian puts its releases.
fn has_postgres() -> bool {
    let mut releases = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    releases.any(|release| release.path().join("bin/initdb").exists())
}

fn package_names(text: &str) -> impl Iterator<Item = String> + '_ {
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    names.filter(|name| !name.is_empty()).map(str::to_owned)
}

fn is_installed(package: &str) -> bool {
    match said("dpkg-query", &["-W", "-f=${Status}", package]) {
        Some(status) => status.ends_with("ok installed"),
        // Not Debian: the program counts, under its own name. Fonts can be seen by fontconfig only.
        None if works("dpkg-query", &["--version"]) => false,
        None if package.starts_with("fonts-") => {
            said("fc-list", &[":lang=zh"]).is_some_and(|fonts| !fonts.is_empty())
        }
        None => works(package, &["--version"]),
    }
}

fn apt(missing: &[String], needs: Needs) -> Result<(), String> {
    let names = missing.join(" ");
    let by_hand = "sudo apt-get update && sudo apt-get install --yes --no-install-recommends";
    if !works("apt-get", &["--version"]) {
        return Err(format!(
            "missing: {names} (Debian's names). Install them with this system's package manager."
        ));
    }
    if said("id", &["-u"]).as_deref() != Some("0") {
        return Err(format!("missing: {names}. Only root may install them:\n  {by_hand} {names}"));
    }
    println!("missing: {names}");
    install(Command::new("apt-get").arg("update").env("DEBIAN_FRONTEND", "noninteractive"))?;
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "--yes", "--no-install-recommends"]);
    install(command.args(missing))?;
    if needs.any_node() && !node_is_new_enough() {
        let (major, minor) = NODE_MIN;
        return Err(format!("this system's Node is older than {major}.{minor}: install a newer one by hand"));
    }
    Ok(())
}

/// What is to be installed when [`node_is_new_enough`] says no.
pub(crate) fn node_wanted() -> String {
    let (major, minor) = NODE_MIN;
    format!("Node {major}.{minor} or newer, with npm")
}

/// Whether Node is here, with npm, and new enough.
pub(crate) fn node_is_new_enough() -> bool {
    let new = said("node", &["--version"])
        .and_then(|version| node_version(&version))
        .is_some_and(|found| found >= NODE_MIN);
    new && works("npm", &["--version"])
}

fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// The virtual environment in target/venv, made anew when its requirements change.
fn python(root: &Path) -> Result<(), String> {
    let requirements = root.join("tests/sdk/python/requirements.txt");
    let wanted =
        fs::read_to_string(&requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let folder = root.join("target/venv");
    let interpreter = venv_python(root);
    let stamp = folder.join("installed.txt");
    let made = works(&interpreter.to_string_lossy(), &["-m", "pip", "--version"]);
    let installed = fs::read_to_string(&stamp).ok();
    if made && installed.as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    if !made || installed.is_some() {
        install(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    }
    // One by one, in the order of the file: two of the SDKs unpack into the same module, and the order decides.
    for requirement in package_names(&wanted) {
        let mut pip = Command::new(&interpreter);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        install(pip.arg(requirement))?;
    }
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// `npm ci` in a folder, again when its lock changes.
fn npm(root: &Path, folder: &str) -> Result<(), String> {
    let path = root.join(folder);
    let lock = path.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let stamp = path.join("node_modules/.installed-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install(Command::new("npm").current_dir(&path).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_lists_may_hold_remarks() {
        let names: Vec<String> = package_names("# Needed\nchromium # the browser\n\n  fonts-x\n").collect();
        assert_eq!(names, ["chromium", "fonts-x"]);
    }

    #[test]
    fn node_versions_compare_as_numbers() {
        assert!(node_version("v20.20.2").unwrap() >= NODE_MIN);
        assert!(node_version("v20.9.0").unwrap() < NODE_MIN);
        assert!(node_version("v22.0.0\n").unwrap() >= NODE_MIN);
        assert_eq!(node_version("none"), None);
    }

    #[test]
    fn only_the_whole_build_needs_the_apps() {
        let arguments = |(command, _): (Command, PathBuf)| process::shown(&command);
        let root = Path::new(".");
        assert!(arguments(whole_release_build(root)).ends_with(" --features require-ui"));
        assert!(!arguments(release_build(root)).contains("require-ui"));
        assert_eq!(whole_release_build(root).1, release_build(root).1);
    }

    #[test]
    fn an_absent_program_does_not_work() {
        assert!(works("sh", &["-c", "exit 0"]));
        assert!(!works("sh", &["-c", "exit 1"]));
        assert!(!works("no-such-program", &[]));
    }
}
