//! Names with a value behind them in a text that is read in no other way: a form, XML, lines, JSON in the middle of
//! words; also where all that is escaped, as often as clients do that.

use super::looks::readings;
use super::{Way, hides_all, plain};

/// Whether a text gives something a value that is not shown.
pub(super) fn assigns_hidden(text: &str, way: Way) -> bool {
    // What stands for something else again and again is not looked to its end.
    readings(text).is_none_or(|readings| readings.iter().any(|text| assigns_here(text, way)))
}

fn assigns_here(text: &str, way: Way) -> bool {
    let of_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    // What may stand between a name and its value.
    let between = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '\\');
    // Of what looks like a piece of JSON nobody knows what stands where.
    let is_piece = text.contains(['"', '{', '}']);
    let mut rest = text;
    while let Some(start) = rest.find(of_word) {
        let from = &rest[start..];
        let (word, left) = from.split_at(from.find(|letter| !of_word(letter)).unwrap_or(from.len()));
        let after = left.trim_start_matches(between);
        let has_value = is_piece || after.starts_with([':', '：', '=', '>']) || left.starts_with('[');
        if has_value && hides_all(&plain(word), way) {
            return true;
        }
        rest = left;
    }
    false
}
