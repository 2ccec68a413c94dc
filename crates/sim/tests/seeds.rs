//! A handful of seeds, the same seed twice, and every case that once failed.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use sim::Case;
use std::path::Path;

#[test]
fn a_handful_of_seeds_is_clean() {
    for seed in 0..12 {
        let outcome = Case::draw(seed).run();
        assert!(outcome.failure.is_none(), "seed {seed}: {:#?}", outcome.failure);
        assert!(outcome.decisions > 0, "seed {seed} did nothing");
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let hash = |seed| Case::draw(seed).run().hash;
    for seed in [1, 4, 7] {
        assert_eq!(hash(seed), hash(seed), "seed {seed}");
    }
    assert_ne!(hash(1), hash(4));
}

#[test]
fn what_failed_once_does_not_fail_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sim"));
    for file in files {
        let case = Case::from_text(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let failure = case.run().failure;
        assert!(failure.is_none(), "{}: {failure:#?}", file.display());
    }
}
