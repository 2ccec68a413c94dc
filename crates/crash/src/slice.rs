//! A small part of everything, for each change of the code: about two minutes.

use crate::faults::{self, Faults};
use crate::flips::{self, Flips};
use crate::images::{self, Images};
use crate::kill::{self, Kills};
use crate::report::Figures;
use crate::twice;
use serde_json::json;
use std::path::Path;

/// Images of a server whose syncs do nothing: mostly enough to see it. In one of four slices that were looked at the
/// few cuts all kept what was answered, as chance has it, and nothing of the program was wrong.
const LYING_IMAGES: u64 = 24;
/// Recordings of such a server at most: a suite that finds nothing in so many is blind.
const LYING_RECORDINGS: u64 = 4;
/// Runs with faults on such a server.
const LYING_FAULTS: u64 = 12;

/// Runs all parts, each in a folder of its own.
pub(crate) fn run(binary: &Path, folder: &Path, seed: u64) -> anyhow::Result<Vec<Figures>> {
    let part = |name: &str| -> anyhow::Result<std::path::PathBuf> {
        let path = folder.join(name);
        std::fs::create_dir(&path)?;
        Ok(path)
    };
    let kills = Kills { cycles: 20, acknowledged: 20_000, seed, clients: 64 };
    let images = Images { count: 300, seed, life_ms: 400, names: None, lie: false };
    let mut all = vec![
        kill::run(binary, &part("kill")?, &kills)?,
        images::run(binary, &part("images")?, &images)?,
        faults::run(binary, &part("faults")?, &Faults { count: 40, seed, lie: false })?,
        flips::run(binary, &part("flips")?, &Flips { count: 300, seed })?,
        twice::run(binary, &part("twice")?)?,
    ];
    all.extend(planted(binary, &part("planted")?, seed)?);
    Ok(all)
}

/// Defects on purpose: the suite must find them. Those of the kills are planted in [`kill`] itself.
fn planted(binary: &Path, folder: &Path, seed: u64) -> anyhow::Result<Vec<Figures>> {
    let faults = folder.join("faults");
    std::fs::create_dir(&faults)?;
    let (mut found_by_images, mut recordings) = (false, 0);
    for recording in 0..LYING_RECORDINGS {
        recordings += 1;
        let images = folder.join(format!("images{recording}"));
        std::fs::create_dir(&images)?;
        let seed = seed.wrapping_add(recording);
        let lying = Images { count: LYING_IMAGES, seed, life_ms: 300, names: None, lie: true };
        found_by_images = images::run(binary, &images, &lying)?.is_red_by("lost");
        if found_by_images {
            break;
        }
    }
    let lying = Faults { count: LYING_FAULTS, seed, lie: true };
    let kept = faults::run(binary, &faults, &lying)?;
    let mut figures = Figures::new("planted: syncs of the journal do nothing");
    // A run of so few faults may be red for having seen too little: only a loss by power is what was planted.
    let found_by_faults = kept.is_red_by("faults") && kept.says("power loss: ");
    figures.must_be_some("found_by_images", u64::from(found_by_images));
    // Said, so that a suite which sees less and less is noticed before it sees nothing.
    figures.set("recordings", json!(recordings));
    figures.must_be_some("found_by_faults", u64::from(found_by_faults));
    Ok(vec![figures])
}
