//! Guesses passwords a million times against the cell and counts what reaches a comparison.

use crate::{process, tools};
use std::path::Path;
use std::time::Duration;

/// A build from nothing, and a million guesses, on a slow machine.
const LIMIT: Duration = Duration::from_secs(60 * 60);
/// How the test is told how often to guess.
const COUNT: &str = "TONGBAO_GUESSES";
/// Guesses unless told otherwise.
const USUAL: u32 = 1_000_000;

/// Runs the test of guesses with this many.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let count = match arguments {
        [] => USUAL,
        [flag, count] if flag == "--count" => count.parse().map_err(|_| format!("`{count}` is no number"))?,
        _ => return Err("guesses takes --count N".to_owned()),
    };
    let mut cargo = tools::cargo(root);
    cargo.args(["test", "--package", "portal", "--test", "portal", "--", "guesses::"]);
    cargo.env(COUNT, count.to_string());
    match process::run(&mut cargo, LIMIT).trouble {
        None => Ok(()),
        Some(trouble) => Err(format!("{} {trouble}", process::shown(&cargo))),
    }
}
