//! `tongbao close`: has a running server close business dates that are over; and the server's own desk for it.

use crate::clock::ServerArgs;
use crate::print;
use crate::site::House;
use anyhow::Context;
use base::Day;
use clap::Args;
use clerk::{DayCloser, NotClosed};
use portal::{CloseDesk, CloseFailed, Closing};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinHandle;
use world::World;

/// Which days.
#[derive(Clone, Debug, Args)]
pub(crate) struct CloseArgs {
    /// The last day in China to be closed, yyyy-MM-dd; yesterday by the world's time when it is left out.
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs the command.
pub(crate) fn run(args: &CloseArgs) -> anyhow::Result<()> {
    let asked = args.day.as_ref().map_or_else(|| json!({}), |day| json!({ "day": day }));
    let answer = args.server.ask("/close", Some(&asked))?;
    if args.server.wants_json() {
        return print::out(&answer);
    }
    let told: Value = serde_json::from_str(&answer).context("the answer is none of this release")?;
    let day = told["day"].as_str().unwrap_or("?");
    print::out(&format!("Closed up to {day}: {} days of slots were open.", told["closed"]))
}

/// The portal's desk for closing days.
pub(crate) struct Desk(pub(crate) Arc<DayCloser>);

impl CloseDesk for Desk {
    fn close_until(&self, day: Day) -> Closing<'_> {
        Box::pin(async move {
            self.0.close_until(day).await.map_err(|error| CloseFailed {
                is_busy: matches!(error, NotClosed::Busy),
                why: error.to_string(),
            })
        })
    }
}

/// The loop that closes days. None in a world of a seed: a close takes stamps, and there the same calls give the same
/// books; its days are closed when asked.
pub(crate) fn by_itself(
    closer: Arc<DayCloser>,
    house: &House,
    world: &World,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Option<JoinHandle<()>> {
    let moves = house.clock.moves();
    (!world.secrets.is_seeded()).then(|| tokio::spawn(closer.run(moves, shutdown)))
}
