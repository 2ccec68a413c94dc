//! The web shop of `cargo xtask demo`: examples/shop beside the platform, until the demo ends.
//!
//! It is an extra: whoever has no Node gets the rest of the demo all the same, and is told what is missing.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::process;

/// Node reads a dozen files and a key; a busy disk may take seconds.
const START_LIMIT: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);
/// The port of the shop's README. When somebody has it, any free one does.
const PORT: u16 = 3000;

/// A shop that serves. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct WebShop {
    child: Child,
    /// Where a browser finds it.
    pub(crate) url: String,
}

impl Drop for WebShop {
    fn drop(&mut self) {
        process::stop(&mut self.child);
    }
}

/// Starts the shop with `node`, told of the platform by the ready file; its book and its log go to `work`.
pub(crate) fn start(node: &str, root: &Path, ready_file: &Path, work: &Path) -> Result<WebShop, String> {
    let log = work.join("shop.log");
    let failed = |error: std::io::Error| format!("{}: {error}", log.display());
    let out = fs::File::create(&log).map_err(failed)?;
    let err = out.try_clone().map_err(failed)?;
    let mut command = command(node, root, ready_file, work);
    command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
    let child = command
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", process::shown(&command)))?;
    let mut shop = WebShop { child, url: String::new() };
    shop.url = wait_for_address(&mut shop.child, &log, process::stopping)?;
    Ok(shop)
}

fn command(node: &str, root: &Path, ready_file: &Path, work: &Path) -> Command {
    let mut command = Command::new(node);
    command
        .current_dir(root)
        .arg("examples/shop/shop.mjs")
        .env("TONGBAO_READY", ready_file)
        .env("SHOP_FILE", work.join("shop-orders.json"))
        .env("PORT", port(PORT).to_string());
    // Settings of a shop started by hand in the same terminal: with its address, browsers would be led there.
    command.env_remove("SHOP_URL").env_remove("SHOP_PAY_SECONDS");
    command
}

/// 0, for any, when the wanted one is taken.
fn port(wanted: u16) -> u16 {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], wanted))).map_or(0, |_| wanted)
}

/// The shop's first line is its address, printed once it listens.
fn wait_for_address(child: &mut Child, log: &Path, stopping: fn() -> bool) -> Result<String, String> {
    let said = || fs::read_to_string(log).unwrap_or_default();
    let begun = Instant::now();
    while begun.elapsed() < START_LIMIT {
        let ended = child.try_wait().ok().flatten();
        // A line without its end may be half of an address.
        let text = said();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        if let Some(url) = whole.lines().find(|line| is_address(line)) {
            return Ok(url.to_owned());
        }
        if let Some(status) = ended {
            return Err(format!("it ended with {status}; it said: {}", text.trim()));
        }
        if stopping() {
            return Err("interrupted".to_owned());
        }
        std::thread::sleep(LOOK);
    }
    Err(format!("it did not serve within {} s; it said: {}", START_LIMIT.as_secs(), said().trim()))
}

fn is_address(line: &str) -> bool {
    line.starts_with("http://") || line.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn node(folder: &Path, text: &str) -> String {
        let path = folder.join("node");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn begin(text: &str) -> (tempfile::TempDir, Result<WebShop, String>) {
        let folder = tempfile::tempdir().unwrap();
        let shop = start(&node(folder.path(), text), folder.path(), Path::new("ready.json"), folder.path());
        (folder, shop)
    }

    #[test]
    fn its_address_is_its_first_line_and_it_ends_with_the_demo() {
        let (folder, shop) =
            begin("echo a warning >&2; echo $$ > id; echo http://127.0.0.1:7; exec sleep 60");
        let shop = shop.unwrap();
        assert_eq!(shop.url, "http://127.0.0.1:7");
        let id = fs::read_to_string(folder.path().join("id")).unwrap();
        let alive =
            || Command::new("kill").args(["-0", id.trim()]).stderr(Stdio::null()).status().unwrap().success();
        assert!(alive());
        drop(shop);
        assert!(!alive(), "nothing is left running");
    }

    #[test]
    fn it_is_told_where_the_platform_is() {
        let (_folder, shop) = begin("echo http://$TONGBAO_READY/$(basename $SHOP_FILE)/$1; exec sleep 60");
        assert_eq!(shop.unwrap().url, "http://ready.json/shop-orders.json/examples/shop/shop.mjs");
    }

    #[test]
    fn settings_of_another_shop_are_not_its_own() {
        let command = command("node", Path::new("."), Path::new("ready.json"), Path::new("."));
        for name in ["SHOP_URL", "SHOP_PAY_SECONDS"] {
            assert!(command.get_envs().any(|(set, value)| set == name && value.is_none()), "{name}");
        }
    }

    #[test]
    fn an_address_may_be_https() {
        let (_folder, shop) = begin("echo https://shop.example; exec sleep 60");
        assert_eq!(shop.unwrap().url, "https://shop.example");
    }

    #[test]
    fn an_interrupted_wait_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
        let error = wait_for_address(&mut child, &folder.path().join("log"), || true).unwrap_err();
        process::stop(&mut child);
        assert_eq!(error, "interrupted");
    }

    #[test]
    fn a_shop_that_does_not_start_is_told_with_its_words() {
        let error = begin("echo no ready file >&2; exit 7").1.unwrap_err();
        assert!(error.contains("no ready file") && error.contains('7'), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let error = start("no-such-node", folder.path(), Path::new("x"), folder.path()).unwrap_err();
        assert!(error.contains("no-such-node"), "{error}");
    }

    #[test]
    fn a_taken_port_is_left_to_its_owner() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(port(taken.local_addr().unwrap().port()), 0);
    }
}
