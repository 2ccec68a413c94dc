//! A name as it is compared: tokens of plain small letters, or Chinese letters without spaces.

use super::han::{is_han, simplified};

/// Most letters of a name. The rest is not looked at: no list and no register has longer ones.
pub(super) const LETTERS_MAX: usize = 200;
/// Most tokens of a name.
const TOKENS_MAX: usize = 16;

/// A name that can be compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Name {
    /// With Chinese letters in it: what is left without spaces and dots, as it stands and in simplified letters.
    Han {
        /// As it stands.
        plain: String,
        /// In simplified letters.
        simple: String,
    },
    /// Of other letters: its tokens in the order of the name.
    Latin(Vec<Vec<char>>),
}

impl Name {
    /// The name, or nothing when it has no letter and no digit.
    pub(super) fn of(text: &str) -> Option<Name> {
        let letters = || text.chars().take(LETTERS_MAX).map(narrow);
        if letters().any(is_han) {
            let plain: String =
                letters().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            let simple = plain.chars().map(simplified).collect();
            return Some(Name::Han { plain, simple });
        }
        let mut tokens = vec![Vec::new()];
        for letter in letters().flat_map(char::to_lowercase) {
            let token = tokens.last_mut()?;
            match letter {
                // O'Neill and O’Neill are ONeill.
                '\'' | '’' | '`' | '\u{300}'..='\u{36f}' => {}
                letter if letter.is_alphanumeric() => fold(letter, token),
                _ if token.is_empty() || tokens.len() == TOKENS_MAX => {}
                _ => tokens.push(Vec::new()),
            }
        }
        tokens.retain(|token| !token.is_empty());
        (!tokens.is_empty()).then_some(Name::Latin(tokens))
    }
}

/// A letter in the usual width: Chinese keyboards type wide ones.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// A small letter without its marks.
fn fold(letter: char, into: &mut Vec<char>) {
    let plain = match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        other => return into.push(other),
    };
    into.extend(plain.chars());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(text: &str) -> String {
        match Name::of(text) {
            Some(Name::Latin(tokens)) => {
                tokens.iter().map(|token| token.iter().collect::<String>()).collect::<Vec<_>>().join("|")
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn names_are_read_without_marks_and_widths() {
        for (text, read) in [
            ("José  de la Cruz", "jose|de|la|cruz"),
            ("O'Neill, SEÁN", "oneill|sean"),
            ("Ｌｉ　Ｍｉｎｇ", "li|ming"),
            ("Straße-Łódź", "strasse|lodz"),
            ("  -- x", "x"),
        ] {
            assert_eq!(latin(text), read, "{text}");
        }
        assert_eq!(Name::of(" -·- "), None);
        assert_eq!(Name::of(""), None);
    }

    #[test]
    fn chinese_names_lose_spaces_and_dots_and_are_read_simplified() {
        let Some(Name::Han { plain, simple }) = Name::of(" 張 偉 ") else { panic!("no Chinese name") };
        assert_eq!((plain.as_str(), simple.as_str()), ("張偉", "张伟"));
        let Some(Name::Han { plain, .. }) = Name::of("阿凡提·买买提") else {
            panic!("no Chinese name")
        };
        assert_eq!(plain, "阿凡提买买提");
    }
}
