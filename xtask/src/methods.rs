//! Writes the guide of methods anew. The gateway prints it from its own code, so the one who writes is the test that
//! otherwise compares.

use crate::{process, tools};
use std::path::Path;
use std::time::Duration;

/// A build from nothing, on a slow machine.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// What the test writes instead of comparing by.
const WRITE: &str = "TONGBAO_WRITE_GUIDE";

/// Writes `docs/guide/methods.md`.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    if let Some(unknown) = arguments.first() {
        return Err(format!("methods takes no arguments, got `{unknown}`"));
    }
    let mut cargo = tools::cargo(root);
    cargo.args(["test", "--package", "gateway", "--test", "gateway", "--", "the_guide_of_methods"]);
    cargo.env(WRITE, "1");
    match process::run(&mut cargo, LIMIT).trouble {
        None => Ok(()),
        Some(trouble) => Err(format!("{} {trouble}", process::shown(&cargo))),
    }
}
