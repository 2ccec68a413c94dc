//! A small part of everything, for each change of the code: about two minutes.

use crate::faults::{self, Faults};
use crate::flips::{self, Flips};
use crate::images::{self, Images};
use crate::kill::{self, Kills};
use crate::report::Figures;
use crate::twice;
use std::path::Path;

/// Images of a server whose syncs do nothing: a few are enough to see it.
const LYING_IMAGES: u64 = 24;
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
    let (images, faults) = (folder.join("images"), folder.join("faults"));
    std::fs::create_dir(&images)?;
    std::fs::create_dir(&faults)?;
    let lying = Images { count: LYING_IMAGES, seed, life_ms: 300, names: None, lie: true };
    let lost = images::run(binary, &images, &lying)?;
    let lying = Faults { count: LYING_FAULTS, seed, lie: true };
    let kept = faults::run(binary, &faults, &lying)?;
    let mut figures = Figures::new("planted: syncs of the journal do nothing");
    let found_by_images = lost.is_red_by("lost");
    // A run of so few faults may be red for having seen too little: only a loss by power is what was planted.
    let found_by_faults = kept.is_red_by("faults") && kept.says("power loss: ");
    figures.must_be_some("found_by_images", u64::from(found_by_images));
    figures.must_be_some("found_by_faults", u64::from(found_by_faults));
    Ok(vec![figures])
}
