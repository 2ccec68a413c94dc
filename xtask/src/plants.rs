//! Planted bugs: each stands somewhere, in one place or two, and no program that anybody runs has them.

use crate::source;
use crate::tidy::Finding;
use crate::tree::File;

/// Where they are listed.
const LIST: &str = "crates/base/src/plant.rs";
/// The one crate that may ask for them.
const ASKS: &str = "crates/sim/Cargo.toml";
/// Places at which one bug may stand. More would be a change of the design, not a slip.
const PLACES_MAX: usize = 2;

/// Checks the list against the code, and who asks for the feature.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        files.iter().filter(|file| file.name() == "Cargo.toml").flat_map(asks).collect();
    let Some(list) = files.iter().find(|file| file.path == LIST) else { return found };
    for (name, line) in listed(list.code()) {
        let wanted = format!("Plant::{name}");
        // The simulator names them to switch them on, and plants nothing.
        let rooms = files.iter().filter(|file| file.is_rust() && !file.path.starts_with("crates/sim/"));
        let code = rooms.filter(|file| file.path != LIST).map(File::code);
        let places: usize = code.map(|code| source::words(code, &wanted).count()).sum();
        if places == 0 {
            let message = format!("`{name}` is planted nowhere");
            let fix = "plant it where the decision is made, or take it off the list";
            found.push(Finding::new(LIST, line, "plant", message, fix));
        }
        if places > PLACES_MAX {
            let message = format!("`{name}` is planted in {places} places, at most {PLACES_MAX}");
            let fix = "a planted bug is a slip in one place: give the others names of their own";
            found.push(Finding::new(LIST, line, "plant", message, fix));
        }
    }
    found
}

/// The names in the list, each with its line.
fn listed(code: &str) -> Vec<(&str, usize)> {
    let inside = code.lines().enumerate().skip_while(|(_, line)| !line.starts_with("plants! {")).skip(1);
    let inside = inside.take_while(|(_, line)| !line.starts_with('}'));
    inside.filter_map(|(index, line)| Some((line.trim().strip_suffix(';')?, index + 1))).collect()
}

/// Lines of a manifest that switch the feature on; the simulator's own feature of that name is the only one.
fn asks(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let named = line.contains("\"plant\"") || line.contains("/plant\"");
        let key = line.split_once('=').map_or("", |(key, _)| key.trim());
        if named && !(file.path == ASKS && key == "plant") {
            let message = "planted bugs are switched on here";
            let fix = "only the simulator has a feature `plant`, and never by default";
            found.push(Finding::new(&file.path, index + 1, "plant", message, fix));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANTS: &str = "macro_rules! plants {\n    ($name:ident;) => {};\n}\n\nplants! {\n    // cell\n    \
                          /// One. Plant::Two;\n    One;\n    /// Two.\n    Two;\n}\n\
                          fn other() { let a = Plant::One; }\n";

    fn lines(code: &str) -> Vec<(usize, String)> {
        let files =
            [File::new(LIST, PLANTS.to_owned()), File::new("crates/cell/src/desk.rs", code.to_owned())];
        check(&files).into_iter().map(|one| (one.line, one.message)).collect()
    }

    #[test]
    fn each_bug_stands_in_one_place_or_two() {
        let planted =
            "fn a() { if planted(Plant::One) {} if planted(Plant::Two) || planted(Plant::Two) {} }\n";
        assert!(lines(planted).is_empty());
        let comments = "// planted(Plant::One)\nfn a() { planted(Plant::Two); planted(Plant::OneMore); }\n\
                        #[cfg(test)]\nmod tests {\n    fn b() { planted(Plant::One); }\n}\n";
        assert_eq!(lines(comments), [(8, "`One` is planted nowhere".to_owned())]);
        let thrice = "fn a() { planted(Plant::One); [Plant::Two, Plant::Two, Plant::Two]; }\n";
        assert_eq!(lines(thrice), [(10, "`Two` is planted in 3 places, at most 2".to_owned())]);
    }

    #[test]
    fn only_the_simulator_asks_for_them_and_not_by_default() {
        let found = |path: &str, text: &str| {
            let files = [File::new(path, text.to_owned())];
            check(&files).into_iter().map(|one| one.line).collect::<Vec<_>>()
        };
        assert!(found("crates/base/Cargo.toml", "[features]\nplant = []\n").is_empty());
        assert!(found(ASKS, "[features]\nplant = [\"base/plant\"]\n").is_empty());
        assert_eq!(found(ASKS, "[features]\ndefault = [\"plant\"]\nplant = [\"base/plant\"]\n"), [2]);
        assert_eq!(found(ASKS, "[dependencies]\nbase = { workspace = true, features = [\"plant\"] }\n"), [2]);
        assert_eq!(found("crates/cell/Cargo.toml", "[features]\nplant = [\"base/plant\"]\n"), [2]);
        assert_eq!(found("crates/base/Cargo.toml", "[features]\ndefault = [\n    \"plant\",\n]\n"), [3]);
        assert!(found("Cargo.toml", "# features = [\"plant\"]\n").is_empty());
    }
}
