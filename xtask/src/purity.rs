//! Floors 0 to 4 decide from rows, commands and stamps alone, so that any day can be decided again with the same
//! result. Clippy refuses the clocks, the files and the unordered maps; this file keeps clippy's lists in place and
//! refuses what clippy cannot: async code and floating point.

use crate::floors::{FLOORS, PURE_FLOOR_MAX, floor_of};
use crate::source;
use crate::tidy::Finding;
use crate::tree::File;

/// The list that every pure crate holds a copy of, because clippy reads one file per crate and merges none.
const TEMPLATE: &str = "xtask/pure-clippy.toml";
/// Up to here no floating point: the rows that hold money pass through these floors.
const EXACT_FLOOR_MAX: u8 = 6;

/// Checks every crate of the pure and exact floors.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let mut found = lists(files);
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some(floor) = file.crate_name().and_then(floor_of) else { continue };
        if floor <= EXACT_FLOOR_MAX {
            found.extend(floats(file));
        }
        if floor <= PURE_FLOOR_MAX {
            found.extend(waits(file));
        }
    }
    found
}

fn lists(files: &[File]) -> Vec<Finding> {
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map(|file| &file.text);
    let Some(template) = text_of(TEMPLATE) else {
        return vec![Finding::new(
            TEMPLATE,
            1,
            "purity",
            "the list of what pure crates may not use is gone",
            "restore it",
        )];
    };
    let pure = FLOORS.iter().filter(|(_, floor)| *floor <= PURE_FLOOR_MAX).map(|(name, _)| name);
    let differs = |path: String| {
        (text_of(&path) != Some(template)).then(|| {
            let fix = format!("cp {TEMPLATE} {path}");
            Finding::new(&path, 1, "purity", "not the same as the list of pure crates", fix)
        })
    };
    pure.filter_map(|name| differs(format!("crates/{name}/clippy.toml"))).collect()
}

fn floats(file: &File) -> Vec<Finding> {
    let code = file.code();
    let named = ["f32", "f64"].into_iter().flat_map(|word| source::words(code, word));
    let at = |at: usize| {
        let fix = "whole minor units, parts per million, or microseconds";
        Finding::new(&file.path, source::line_of(code, at), "float", "floating point near money", fix)
    };
    named.chain(float_literals(code)).map(at).collect()
}

/// `1.5` and `2f64`, but neither `pair.0.1` nor `0..9`.
fn float_literals(code: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    for (at, _) in code.match_indices('.') {
        if at == 0 || !digit(at - 1) || !digit(at + 1) {
            continue;
        }
        let start = (0..at).rev().take_while(|index| source::is_word(bytes[*index])).last().unwrap_or(at);
        let field = start > 0 && bytes[start - 1] == b'.';
        if digit(start) && !field {
            found.push(start);
        }
    }
    for suffix in ["f32", "f64"] {
        found.extend(code.match_indices(suffix).map(|(at, _)| at).filter(|at| *at > 0 && digit(at - 1)));
    }
    found
}

fn waits(file: &File) -> Vec<Finding> {
    let code = file.code();
    let at = |at: usize| {
        let fix = "a decision waits for nothing: let the rim ask first and send the answer as a command";
        Finding::new(&file.path, source::line_of(code, at), "purity", "async code on a pure floor", fix)
    };
    ["async", "await"].into_iter().flat_map(|word| source::words(code, word)).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        let mut files = vec![File::new(TEMPLATE, "list".into()), File::new(path, text.into())];
        for (name, floor) in FLOORS.iter().copied() {
            if floor <= PURE_FLOOR_MAX {
                files.push(File::new(&format!("crates/{name}/clippy.toml"), "list".into()));
            }
        }
        check(&files).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn floats_stay_above_the_cell() {
        assert_eq!(rules("crates/ledger/src/a.rs", "let rate: f64 = x;"), ["float"]);
        assert_eq!(rules("crates/store/src/a.rs", "let rate = 0.5;"), ["float"]);
        assert_eq!(rules("crates/cell/src/a.rs", "let rate = 2f64;"), ["float"]);
        assert!(rules("crates/gateway/src/a.rs", "let rate: f64 = 0.5;").is_empty());
    }

    #[test]
    fn ranges_fields_and_texts_are_no_floats() {
        assert!(
            rules("crates/money/src/a.rs", "for i in 0..9 { pair.0.1; x1.0; \"0.5\"; } // 0.5 f64")
                .is_empty()
        );
        assert!(rules("crates/money/src/a.rs", "#[cfg(test)]\nmod tests { const X: f64 = 1.0; }").is_empty());
    }

    #[test]
    fn pure_floors_wait_for_nothing() {
        assert_eq!(rules("crates/engine/src/a.rs", "async fn a() {}"), ["purity"]);
        assert_eq!(rules("crates/engine/src/a.rs", "let x = y.await;"), ["purity"]);
        assert!(rules("crates/cell/src/a.rs", "async fn a() {}").is_empty());
        assert!(rules("crates/engine/src/a.rs", "// async\nlet asynchronous = 1;").is_empty());
    }

    #[test]
    fn every_pure_crate_holds_the_same_list() {
        let files =
            [File::new(TEMPLATE, "list".into()), File::new("crates/money/clippy.toml", "other".into())];
        let found = check(&files);
        assert_eq!(found.len(), FLOORS.iter().filter(|(_, floor)| *floor <= PURE_FLOOR_MAX).count());
        assert!(found.iter().any(|one| one.fix == "cp xtask/pure-clippy.toml crates/money/clippy.toml"));
        assert_eq!(check(&[]).len(), 1);
    }
}
