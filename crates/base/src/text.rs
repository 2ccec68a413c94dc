//! Bounded text.

use crate::{ColumnKind, Field, FieldError, Sink, Source};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// UTF-8 text of at most `N` characters, cheap to clone. It may be empty; a field that must not be says so itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const N: usize>(Arc<str>);

/// Text that is too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{found} characters; at most {most} are allowed")]
pub struct TextError {
    /// How many characters were given.
    pub found: usize,
    /// How many are allowed.
    pub most: usize,
}

impl<const N: usize> Text<N> {
    /// The text, when it has at most `N` characters (not bytes: the wire's limits count characters).
    pub fn new(text: &str) -> Result<Text<N>, TextError> {
        // Only long byte strings need counting: a character has at least one byte.
        if text.len() > N {
            let found = text.chars().count();
            if found > N {
                return Err(TextError { found, most: N });
            }
        }
        Ok(Text(Arc::from(text)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, const N: usize> Deserialize<'de> for Text<N> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Text::new(&text).map_err(serde::de::Error::custom)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const N: usize> Field for Text<N> {
    const KIND: ColumnKind = ColumnKind::Text;
    fn write(&self, sink: &mut dyn Sink) {
        sink.text(&self.0);
    }
    fn read(source: &mut dyn Source) -> Result<Self, FieldError> {
        let text = source.text()?;
        Text::new(text).map_err(|error| FieldError::new("Text", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_counts_characters() {
        assert_eq!(Text::<2>::new("宝宝").map(|text| text.to_string()), Ok("宝宝".to_owned()));
        assert_eq!(Text::<2>::new("宝宝宝"), Err(TextError { found: 3, most: 2 }));
    }
}
