//! Evidence: what was done and what was heard, in the order in which it happened.

use crate::words::Words;

/// Longest text of one note; what is longer is cut, so that a shop that answers with a page does not fill the report.
const RAW_CHARS_MAX: usize = 1_500;

/// Who acted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// The script, in the part of the shop's customer or of an attacker.
    Script,
    /// The platform.
    Platform,
    /// The shop.
    Shop,
}

/// One step of a scenario as it happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// Who acted.
    pub who: Who,
    /// What was done.
    pub what: Words,
    /// What was sent or answered, as text; signatures are cut.
    pub raw: Option<String>,
}

impl Note {
    /// A note; `raw` is cut when it is long.
    pub(crate) fn new(who: Who, what: Words, raw: Option<&str>) -> Note {
        let raw = raw.map(|text| match text.char_indices().nth(RAW_CHARS_MAX) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        });
        Note { who, what, raw }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_cut_between_characters() {
        let long = "宝".repeat(RAW_CHARS_MAX + 1);
        let raw = Note::new(Who::Shop, words!("甲", "a"), Some(&long)).raw.unwrap();
        assert_eq!(raw.chars().count(), RAW_CHARS_MAX + 1);
        assert!(raw.ends_with('…'));
        let short = "宝".repeat(RAW_CHARS_MAX);
        assert_eq!(Note::new(Who::Shop, words!("甲", "a"), Some(&short)).raw.unwrap(), short);
    }
}
