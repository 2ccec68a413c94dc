//! Texts for people: what a terminal or a page cannot show is written as an escape, so that a difference is seen.

use super::Diagnosis;
use crate::charset::Charset;

/// Characters shown before and behind the place where two texts part.
const AROUND: usize = 32;

impl Diagnosis {
    /// The rebuilt text for people.
    pub fn rebuilt_shown(&self) -> String {
        shown(&self.rebuilt, self.charset)
    }

    /// The text that verifies, for people.
    pub fn verifying_shown(&self) -> Option<String> {
        self.verifying.as_ref().map(|text| shown(text, self.charset))
    }

    /// Where the two texts part: a piece of the rebuilt and of the verifying one. Absent when they are equal.
    pub fn difference(&self) -> Option<(String, String)> {
        let (rebuilt, verifying) = (self.rebuilt_shown(), self.verifying_shown()?);
        if rebuilt == verifying {
            return None;
        }
        let (left, right): (Vec<char>, Vec<char>) = (rebuilt.chars().collect(), verifying.chars().collect());
        let same = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
        Some((piece(&left, same), piece(&right, same)))
    }
}

fn piece(text: &[char], at: usize) -> String {
    let (from, to) = (at.saturating_sub(AROUND), (at + AROUND).min(text.len()));
    let (before, after) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    let middle: String = text[from..to].iter().collect();
    format!("{before}{middle}{after}")
}

/// The text in this charset. Bytes that are not of it become `\xNN`, control characters `\n` and the like.
fn shown(bytes: &[u8], charset: Charset) -> String {
    match charset.decode(bytes) {
        Ok(text) => text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
            if letter.is_control() {
                out.extend(letter.escape_default());
            } else {
                out.push(letter);
            }
            out
        }),
        Err(_) => bytes.iter().fold(String::with_capacity(bytes.len()), |mut out, byte| {
            out.extend(std::ascii::escape_default(*byte).map(char::from).filter(|_| !plain(*byte)));
            if plain(*byte) {
                out.push(char::from(*byte));
            }
            out
        }),
    }
}

fn plain(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}
