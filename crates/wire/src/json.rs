//! A strict reader of the JSON that merchants send in `biz_content`.
//!
//! Stricter than the usual reader where money is at stake: a name given twice is refused (two readers could take
//! different ones), numbers stay as the text that was written (no float ever), and depth and size are bounded, so
//! that reading costs no more than a signature. What a value means is for the methods to say.
//!
//! In debug builds an object remembers which of its members were asked for, so that a reader can be held to the list
//! of fields that it is documented with.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

pub use crate::json_reader::parse;

/// Longest text read, in bytes.
pub const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Deepest nesting of lists and objects.
pub const DEPTH_MAX: usize = 32;

/// Why a text or a member was refused. The member's name is for the answer to the merchant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Longer than [`TEXT_BYTES_MAX`].
    #[error("the JSON is longer than {TEXT_BYTES_MAX} bytes")]
    TooLong,
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("the JSON is nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// Not JSON.
    #[error("the JSON is malformed at byte {at}")]
    Malformed {
        /// Offset of the first byte that does not fit.
        at: usize,
    },
    /// One object has a name twice.
    #[error("member {member} is given twice")]
    Repeated {
        /// The name.
        member: String,
    },
    /// The value is of another kind than the method reads.
    #[error("member {member} must be {wanted}")]
    WrongKind {
        /// The name.
        member: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A required member is absent.
    #[error("member {member} is missing")]
    Missing {
        /// The name.
        member: String,
    },
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written: `1e400` stays `1e400`.
    Number(String),
    /// A string, escapes resolved.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// The members of an object, sorted by name, each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    members: Vec<(String, Json)>,
    asked: Asked,
}

/// The names that were asked for. No part of what an object is: two are equal whatever was asked of them.
#[derive(Debug, Default)]
struct Asked(Mutex<BTreeSet<String>>);

impl Asked {
    fn note(&self, name: &str) {
        if cfg!(debug_assertions) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        }
    }
}

impl Clone for Asked {
    fn clone(&self) -> Asked {
        Asked::default()
    }
}

impl PartialEq for Asked {
    fn eq(&self, _other: &Asked) -> bool {
        true
    }
}

impl Eq for Asked {}

impl Json {
    /// The object, if it is one; `biz_content` always must be.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text of a string, or a number as written.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) | Json::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON without white space, members sorted by name: one form for storing and comparing.
    pub fn to_compact(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(text) => out.push_str(text),
            Json::Text(text) => write_string(text, out),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(object) => {
                out.push('{');
                for (index, (name, value)) in object.members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

impl Object {
    /// The members; an error names one that is there twice.
    pub(crate) fn of(mut members: Vec<(String, Json)>) -> Result<Object, JsonError> {
        // Sorting finds repeats in n log n; comparing each with each would let 256 KiB cost a billion steps.
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        match members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(JsonError::Repeated { member: pair[0].0.clone() }),
            None => Ok(Object { members, asked: Asked::default() }),
        }
    }

    /// Takes a member out, for what is no business field.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let found = self.members.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(self.members.remove(found).1)
    }

    /// The members and these texts in one object; an error names one that would be there twice.
    pub fn with_texts(
        mut self,
        texts: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Object, JsonError> {
        self.members.extend(texts.into_iter().map(|(name, text)| (name, Json::Text(text))));
        Object::of(self.members)
    }

    /// The value of a member. `null` counts as absent: clients write it for what they leave out.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.asked.note(name);
        let found = self.members.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        match &self.members[found].1 {
            Json::Null => None,
            value => Some(value),
        }
    }

    /// A string, or a number as it was written: clients differ in which they send.
    pub fn text(&self, name: &str) -> Result<Option<&str>, JsonError> {
        self.typed(name, "a string", Json::as_text)
    }

    /// As [`Object::text`], where the member must be there and not be empty.
    pub fn required_text(&self, name: &str) -> Result<&str, JsonError> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(JsonError::Missing { member: name.to_owned() }),
        }
    }

    /// A list.
    pub fn list(&self, name: &str) -> Result<Option<&[Json]>, JsonError> {
        self.typed(name, "a list", |value| match value {
            Json::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    /// A list of objects; nothing when it is absent.
    pub fn objects(&self, name: &str) -> Result<Vec<&Object>, JsonError> {
        let items = self.list(name)?.unwrap_or_default();
        let objects: Option<Vec<&Object>> = items.iter().map(Json::as_object).collect();
        objects.ok_or(JsonError::WrongKind { member: name.to_owned(), wanted: "a list of objects" })
    }

    /// A list of strings or numbers; nothing when it is absent.
    pub fn texts(&self, name: &str) -> Result<Vec<&str>, JsonError> {
        let items = self.list(name)?.unwrap_or_default();
        let texts: Option<Vec<&str>> = items.iter().map(Json::as_text).collect();
        texts.ok_or(JsonError::WrongKind { member: name.to_owned(), wanted: "a list of strings" })
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<&Object>, JsonError> {
        self.typed(name, "an object", Json::as_object)
    }

    /// `true` or `false`, also as a string.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, JsonError> {
        self.typed(name, "true or false", |value| match value {
            Json::Bool(value) => Some(*value),
            Json::Text(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// The names that were asked for since the last call of this, there or not; none in a release build.
    pub fn take_asked(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.asked.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every member, sorted by name, `null` included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        wanted: &'static str,
        read: impl Fn(&'a Json) -> Option<T>,
    ) -> Result<Option<T>, JsonError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| JsonError::WrongKind { member: name.to_owned(), wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_remembered_and_is_no_part_of_the_value() {
        let Ok(Json::Object(object)) = parse(r#"{"a":"x","b":{}}"#) else { panic!("an object") };
        assert!(object.text("a").is_ok() && object.get("c").is_none() && object.object("b").is_ok());
        assert_eq!(object, object.clone());
        assert_eq!(object.take_asked().into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert!(object.take_asked().is_empty() && object.clone().take_asked().is_empty());
    }

    #[test]
    fn members_are_taken_out_and_texts_put_in_each_name_once() {
        let Ok(Json::Object(mut object)) = parse(r#"{"b":1,"a":"x","c":null}"#) else { panic!("an object") };
        assert_eq!(object.take("a"), Some(Json::Text("x".to_owned())));
        assert_eq!((object.take("a"), object.get("a")), (None, None));
        let text = |name: &str| (name.to_owned(), "y".to_owned());
        let more = object.clone().with_texts([text("d"), text("a")]).expect("new names");
        assert_eq!(Json::Object(more).to_compact(), r#"{"a":"y","b":1,"c":null,"d":"y"}"#);
        for twice in [vec![text("b")], vec![text("c")], vec![text("d"), text("d")]] {
            assert!(matches!(object.clone().with_texts(twice), Err(JsonError::Repeated { .. })));
        }
    }
}
