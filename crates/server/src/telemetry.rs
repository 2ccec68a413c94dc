//! Logs: to standard error, filtered by `TONGBAO_LOG` (`info`, `cell=debug,notify=trace`, …).

use anyhow::Context;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// What is never told unless somebody asks for it: the library of passkeys calls each wrong answer of a stranger an
/// error of ours.
const SILENT: &str = "webauthn_rs_core=off";

/// What is logged when nobody asked for anything else.
fn usual(quiet: bool) -> String {
    format!("{},{SILENT}", if quiet { "warn" } else { "info" })
}

/// Begins logging. Commands that only look are quiet unless something is wrong.
pub(crate) fn begin(json: bool, quiet: bool) -> anyhow::Result<()> {
    let wanted = std::env::var("TONGBAO_LOG").unwrap_or_else(|_| usual(quiet));
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Kept {
        type Writer = Kept;

        fn make_writer(&self) -> Kept {
            self.clone()
        }
    }

    #[test]
    fn the_library_of_passkeys_is_silent_and_our_own_errors_are_not() {
        for quiet in [false, true] {
            let kept = Kept::default();
            let filter = EnvFilter::try_new(usual(quiet)).unwrap();
            let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(kept.clone());
            tracing::subscriber::with_default(logs.finish(), || {
                tracing::error!(target: "webauthn_rs_core::core", "the stranger's answer is wrong");
                tracing::error!(target: "portal", "the tables cannot be read");
            });
            let told = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            assert!(told.contains("the tables") && !told.contains("stranger"), "{quiet}: {told}");
        }
    }
}
