//! Texts in Chinese and English, always both: who runs the scenarios and who reads the page are often two people.

use std::str::FromStr;

/// A language that reports are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Language, String> {
        match text {
            "zh" => Ok(Language::Zh),
            "en" => Ok(Language::En),
            other => Err(format!("`{other}` is no language of the report: zh, en")),
        }
    }
}

/// A text that never changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Said {
    /// The text in this language.
    pub fn of(self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}

/// A text with values in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The text in this language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

impl From<Said> for Words {
    fn from(said: Said) -> Words {
        Words { zh: said.zh.to_owned(), en: said.en.to_owned() }
    }
}

/// [`Words`] from two format strings; names in braces are taken from where it stands.
macro_rules! words {
    ($zh:literal, $en:literal) => {
        $crate::words::Words { zh: format!($zh), en: format!($en) }
    };
}

/// [`Said`] from two texts.
macro_rules! said {
    ($zh:literal, $en:literal) => {
        $crate::words::Said { zh: $zh, en: $en }
    };
}
