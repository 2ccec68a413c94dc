//! One world, two writers: a second server on the same folder, and servers on a copy of it.

use crate::faults::{Base, copy_as_is};
use crate::images::trim;
use crate::report::Figures;
use crate::server::{Abilities, Plan, verify};
use serde_json::json;
use std::path::Path;

/// What must be said in a refusal.
const COPY_WORDS: [&str; 2] = ["is a copy", "adopt"];

/// Runs all of it.
pub(crate) fn run(binary: &Path, folder: &Path) -> anyhow::Result<Figures> {
    let folder = folder.join("twice");
    std::fs::create_dir(&folder)?;
    let base = Base::new(binary, &folder)?;
    let mut figures = Figures::new("a data folder opened twice, and a copy of it");
    let mut faults = Vec::new();
    let plan = Plan::new(binary, &base.data);
    let (server, _) = plan.start()?;
    match refused(&Plan::new(binary, &base.data))? {
        Some(said) if said.contains("is served by process") => {}
        other => faults.push(format!("a second server on the folder: {other:?}")),
    }
    let copied = folder.join("copied");
    copy_as_is(&base.data, &copied)?;
    server.stop()?;
    trim(&copied)?;
    let abilities = Abilities::of(binary);
    figures.set("notices_copies", json!(abilities.adopt));
    if abilities.adopt {
        match refused(&Plan::new(binary, &copied))? {
            Some(said) if COPY_WORDS.iter().all(|word| said.contains(word)) => {}
            other => faults.push(format!("a server on a copy: {other:?}")),
        }
        let mut adopted = Plan::new(binary, &copied);
        adopted.options = vec!["--adopt".to_owned()];
        adopted.start()?.0.stop()?;
        // From then on it is at home.
        Plan::new(binary, &copied).start()?.0.stop()?;
        verify(binary, &copied).map_err(anyhow::Error::msg)?;
        // And the original is still its own.
        Plan::new(binary, &base.data).start()?.0.stop()?;
    }
    verify(binary, &base.data).map_err(anyhow::Error::msg)?;
    figures.must_be_zero("faults", faults.len() as u64);
    figures.name(faults);
    Ok(figures)
}

/// What a server says that refuses to start; `None` when it serves.
fn refused(plan: &Plan) -> anyhow::Result<Option<String>> {
    let mut server = plan.spawn()?;
    Ok(match server.wait_ready()? {
        None => Some(plan.said()),
        Some(_) => {
            server.stop()?;
            None
        }
    })
}
