//! Who starts the platform: is told when it serves, and says when it is to end.

use crate::cli::UpArgs;
use crate::data_folder::DataFolder;
use crate::demo::Demo;
use crate::ready::Ready;
use crate::signals::Signals;
use crate::{print, tour};

/// Who started the platform: is told when it serves, and says when it is to end.
pub(crate) trait Starter {
    /// It serves. An error ends it.
    fn serves(&mut self, served: &Serving<'_>) -> anyhow::Result<()>;

    /// Ready when it is to end.
    async fn asks_to_end(&mut self);
}

/// What a starter is told.
pub(crate) struct Serving<'a> {
    pub(crate) folder: &'a DataFolder,
    pub(crate) demo: &'a Demo,
    pub(crate) ready: &'a Ready,
    /// Why it is not on port 80, when it was to be.
    pub(crate) missing_port_80: Option<&'a str>,
}

/// Somebody at a terminal, or a service manager: told in words or on one line, and ending it by a signal.
pub(crate) struct Terminal<'a> {
    args: &'a UpArgs,
    signals: Option<Signals>,
}

impl Terminal<'_> {
    /// From here on a signal does not kill; it waits until we listen for it.
    pub(crate) fn new(args: &UpArgs) -> anyhow::Result<Terminal<'_>> {
        Ok(Terminal { args, signals: Some(Signals::new()?) })
    }
}

impl Starter for Terminal<'_> {
    fn serves(&mut self, served: &Serving<'_>) -> anyhow::Result<()> {
        let Serving { folder, demo, ready, missing_port_80 } = *served;
        if let Some(reason) = missing_port_80 {
            tracing::warn!("not on port 80: {reason}");
        }
        if self.args.ephemeral {
            print::out(&format!("{}\n", ready.line()?))?;
        } else {
            print::out(&format!("\nTongbao serves.\n\n{}\n", tour::text(folder, demo, ready)))?;
        }
        match &self.args.ready {
            Some(path) => ready.write(path),
            None => Ok(()),
        }
    }

    async fn asks_to_end(&mut self) {
        let Some(signals) = &mut self.signals else { return std::future::pending().await };
        let name = signals.next().await;
        tracing::info!(signal = name, "stopping; once more to end at once");
        let signals = self.signals.take();
        tokio::spawn(async move {
            if let Some(mut signals) = signals {
                signals.next().await;
                // Nothing acknowledged is lost by this: the journal has it.
                std::process::exit(130);
            }
        });
    }
}
