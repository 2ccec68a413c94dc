//! A rule, and how a list of rules is written down.

use base::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes that one condition may have: several lines' worth, and so its cost at most some hundred steps.
pub const CONDITION_BYTES_MAX: usize = 512;
/// Rules that one set may have.
pub const RULES_MAX: usize = 200;
/// Bytes that the text of one set may have: 200 rules of usual length, and one row of the journal.
pub const TEXT_BYTES_MAX: usize = 96 << 10;

/// What a rule is called, 1 to 16 letters, digits, `-` and `_`; unique in its set.
pub type RuleId = Text<16>;

/// By what a payer has to show that it is the payer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Proof {
    /// The payment password.
    Password,
    /// A code sent to the payer's phone.
    Otp,
    /// A key that lies in the payer's device.
    Passkey,
}

impl Proof {
    /// As it is told.
    pub const fn word(self) -> &'static str {
        match self {
            Proof::Password => "password",
            Proof::Otp => "otp",
            Proof::Passkey => "passkey",
        }
    }
}

/// How long money is kept back. Both are the waits that payers know from delayed arrival (延时到账).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Wait {
    /// Two hours.
    TwoHours,
    /// 24 hours.
    OneDay,
}

/// What a rule says, from the laxest to the strictest: of all rules that fire, the strictest verdict holds. A proof
/// that a laxer one asks for is asked for all the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Nothing is done.
    Allow,
    /// Only with this proof.
    Verify(Proof),
    /// The money leaves, and waits before it arrives.
    Delay(Wait),
    /// A person of the platform looks at it first.
    Review,
    /// Not at all.
    Refuse,
}

impl Verdict {
    /// All verdicts, from the laxest to the strictest.
    pub const ALL: [Verdict; 8] = [
        Verdict::Allow,
        Verdict::Verify(Proof::Password),
        Verdict::Verify(Proof::Otp),
        Verdict::Verify(Proof::Passkey),
        Verdict::Delay(Wait::TwoHours),
        Verdict::Delay(Wait::OneDay),
        Verdict::Review,
        Verdict::Refuse,
    ];

    /// As it is written in rules and told to operators.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Verify(Proof::Password) => "verify:password",
            Verdict::Verify(Proof::Otp) => "verify:otp",
            Verdict::Verify(Proof::Passkey) => "verify:passkey",
            Verdict::Delay(Wait::TwoHours) => "delay:2",
            Verdict::Delay(Wait::OneDay) => "delay:24",
            Verdict::Review => "review",
            Verdict::Refuse => "refuse",
        }
    }

    /// The proof that it asks for.
    pub const fn proof(self) -> Option<Proof> {
        match self {
            Verdict::Verify(proof) => Some(proof),
            Verdict::Allow | Verdict::Delay(_) | Verdict::Review | Verdict::Refuse => None,
        }
    }

    /// The verdict that is written so.
    pub fn of_word(word: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.word() == word)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Verdict {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Verdict, D::Error> {
        let word = String::deserialize(from)?;
        Verdict::of_word(&word).ok_or_else(|| serde::de::Error::custom(format!("`{word}` is no verdict")))
    }
}

/// A rule as it is written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called.
    pub id: RuleId,
    /// When it fires, one line of the Common Expression Language over the facts.
    pub condition: String,
    /// What it says then.
    pub verdict: Verdict,
    /// What the payer is told in Chinese. It names no threshold: who reads it must not learn how to pass below.
    pub reason_zh: Text<100>,
    /// The same in English.
    pub reason_en: Text<100>,
    /// Whether it is only watched: it is evaluated and told, but decides nothing.
    #[serde(default)]
    pub shadow: bool,
    /// From when on it holds, microseconds UTC; zero for always.
    #[serde(default)]
    pub from_us: i64,
}

/// What is wrong with a rule. In the order in which it is looked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Wrong {
    /// The id is empty or has other letters than it may.
    #[error("the id has 1 to 16 letters, digits, `-` and `_`")]
    Id,
    /// Another rule of the set has the same id.
    #[error("the id stands twice")]
    Twice,
    /// The condition is too long.
    #[error("the condition has more than {CONDITION_BYTES_MAX} bytes")]
    Long,
    /// The condition has more than one line, or control characters.
    #[error("the condition is one line")]
    Lines,
    /// The condition cannot be understood.
    #[error("column {column}: {what}")]
    Condition {
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
}

/// Why rules are not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleError {
    /// The text of the set is too long.
    #[error("the rules have more than {TEXT_BYTES_MAX} bytes")]
    TextLong,
    /// The text of the set is no list of rules.
    #[error("no list of rules: {0}")]
    Unreadable(String),
    /// Too many.
    #[error("more than {RULES_MAX} rules")]
    TooMany,
    /// One rule is wrong.
    #[error("rule {place} ({id}): {wrong}")]
    Rule {
        /// The rule's place in the list, from 1.
        place: usize,
        /// Its id.
        id: RuleId,
        /// What is wrong with it.
        wrong: Wrong,
    },
}

/// Reads a list of rules: JSON, an array of objects with the fields of [`Rule`]. Whether the rules themselves are right
/// is seen by compiling them.
pub fn read_rules(text: &str) -> Result<Vec<Rule>, RuleError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(RuleError::TextLong);
    }
    serde_json::from_str(text).map_err(|error| RuleError::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_ordered_by_strictness_and_read_back() {
        assert!(Verdict::ALL.is_sorted());
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::of_word(verdict.word()), Some(verdict));
        }
        for word in ["", "ALLOW", "delay", "delay:3", "verify"] {
            assert_eq!(Verdict::of_word(word), None, "{word}");
        }
    }

    #[test]
    fn rules_are_read_strictly() {
        let text =
            r#"[{"id":"A","condition":"true","verdict":"delay:2","reason_zh":"等","reason_en":"wait"}]"#;
        let rules = read_rules(text).unwrap();
        assert_eq!(
            (rules[0].verdict, rules[0].shadow, rules[0].from_us),
            (Verdict::Delay(Wait::TwoHours), false, 0)
        );
        let again = serde_json::to_string(&rules).unwrap();
        assert_eq!(read_rules(&again).unwrap(), rules);
        for (from, to) in
            [("\"id\"", "\"name\""), ("delay:2", "delay:5"), ("]", ""), ("\"A\"", "\"AAAAAAAAAAAAAAAAA\"")]
        {
            let error = read_rules(&text.replace(from, to));
            assert!(matches!(error, Err(RuleError::Unreadable(_))), "{from} {error:?}");
        }
        assert_eq!(read_rules(&" ".repeat(TEXT_BYTES_MAX + 1)), Err(RuleError::TextLong));
    }
}
