//! Logs: to standard error, filtered by `TONGBAO_LOG` (`info`, `cell=debug,notify=trace`, …).

use anyhow::Context;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Begins logging. Commands that only look are quiet unless something is wrong.
pub(crate) fn begin(json: bool, quiet: bool) -> anyhow::Result<()> {
    let usual = if quiet { "warn" } else { "info" };
    let wanted = std::env::var("TONGBAO_LOG").unwrap_or_else(|_| usual.to_owned());
    let filter =
        EnvFilter::try_new(&wanted).with_context(|| format!("TONGBAO_LOG is no log filter: {wanted}"))?;
    let colours = std::io::stderr().is_terminal();
    let logs =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    if json {
        logs.json().init()
    } else {
        logs.compact().init()
    }
    Ok(())
}
