//! What looks like a person under whatever name: telephones, numbers of papers, cards, pay codes, mailboxes; also where
//! escapes stand before it, or for it.

use super::MASK;

/// How often an escaped text is read once more, until it stands for itself. Clients escape twice, hardly ever more.
pub(super) const READINGS: usize = 4;

/// A text without what looks like a telephone, a number of a paper, a card, a pay code or a mailbox.
pub(super) fn looks(text: &str) -> String {
    let shown = plain_looks(text);
    if !shown.contains(['\\', '%']) {
        return shown;
    }
    let shown = between_escapes(&shown);
    // What is escaped itself is not taken out piece by piece.
    let hides = |readings: Vec<String>| readings.iter().skip(1).any(|read| plain_looks(read) != *read);
    if readings(&shown).is_none_or(hides) { MASK.to_owned() } else { shown }
}

/// The text, and what it stands for when its escapes are read once, twice and so on; nothing when that does not end.
pub(super) fn readings(text: &str) -> Option<Vec<String>> {
    let mut found = vec![text.to_owned()];
    for _reading in 0..READINGS {
        let more = found.last().map(|read| unescaped(&percent_decoded(read)));
        if more.as_ref() == found.last() {
            return Some(found);
        }
        found.extend(more);
    }
    None
}

/// The text that one in JSON stands for; what is no escape stays.
pub(super) fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        let (plain, from) = rest.split_at(at);
        let (sign, bytes) = escape(from);
        out.push_str(plain);
        out.push(sign);
        rest = &from[bytes..];
    }
    out.push_str(rest);
    out
}

/// The text that one with `%XX` stands for; what is no escape stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.as_bytes().get(at).copied() {
        let number = if byte == b'%' { text.get(at + 1..at + 3).and_then(hex_number) } else { None };
        match number.and_then(|number| u8::try_from(number).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The sign that an escape of JSON stands for, and the escape's length.
fn escape(text: &str) -> (char, usize) {
    match text.as_bytes().get(1).copied() {
        Some(b'u') => match text.get(2..6).and_then(hex_number) {
            Some(number) => (char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            None => ('\\', 1),
        },
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'b' | b'f') => (' ', 2),
        Some(sign @ (b'"' | b'/' | b'\\')) => (char::from(sign), 2),
        Some(_) | None => ('\\', 1),
    }
}

fn hex_number(text: &str) -> Option<u32> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(text, 16).ok()).flatten()
}

/// A text without numbers of persons; an escape is no part of the number after it.
fn between_escapes(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(['\\', '%']) {
        let (plain, from) = rest.split_at(at);
        let (sent, left) = from.split_at(escape_bytes(from));
        out.push_str(&without_numbers(plain));
        out.push_str(sent);
        rest = left;
    }
    out.push_str(&without_numbers(rest));
    out
}

/// How long the escape is that a text begins with, also one that was escaped again.
fn escape_bytes(text: &str) -> usize {
    let is_hex = |part: Option<&str>| part.and_then(hex_number).is_some();
    if text.starts_with('%') {
        return if is_hex(text.get(1..3)) { 3 } else { 1 };
    }
    let slashes = text.bytes().take_while(|byte| *byte == b'\\').count();
    match text.as_bytes().get(slashes).copied() {
        Some(b'u') if is_hex(text.get(slashes + 1..slashes + 5)) => slashes + 5,
        Some(b'b' | b'f' | b'n' | b'r' | b't') => slashes + 1,
        Some(_) | None => slashes,
    }
}

/// As it stands, without regard to escapes.
fn plain_looks(text: &str) -> String {
    without_numbers(&without_mailboxes(text))
}

fn without_numbers(text: &str) -> String {
    let (mut out, mut rest, mut before) = (String::with_capacity(text.len()), text, None::<char>);
    while let Some(start) = rest.find(is_digit) {
        let (plain, from) = rest.split_at(start);
        out.push_str(plain);
        before = plain.chars().next_back().or(before);
        let (number, left) = from.split_at(parted_bytes(from).unwrap_or_else(|| number_bytes(from)));
        let joined = |letter: Option<char>| {
            letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || is_digit(letter))
        };
        let alone = !joined(before) && !joined(left.chars().next());
        out.push_str(if alone && is_of_person(&narrow(number)) { MASK } else { number });
        before = number.chars().next_back();
        rest = left;
    }
    out.push_str(rest);
    out
}

/// A digit, also in its wide form, as keyboards for Chinese write it.
fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit() || ('０'..='９').contains(&letter)
}

/// How long the number is that a text begins with.
fn number_bytes(from: &str) -> usize {
    let end = from.find(|letter| !is_digit(letter)).unwrap_or(from.len());
    // The last sign of a number of an identity card.
    let last = from[end..].chars().next().filter(|letter| matches!(letter, 'x' | 'X' | 'ｘ' | 'Ｘ'));
    match last {
        Some(letter) if from[..end].chars().count() == 17 => end + letter.len_utf8(),
        Some(_) | None => end,
    }
}

/// How long the telephone is that a text begins with in three parts: 138-0013-8000, also behind 86.
fn parted_bytes(from: &str) -> Option<usize> {
    let (mut rest, mut lengths) = (from, [0; 3]);
    for (place, length) in lengths.iter_mut().enumerate() {
        if place > 0 {
            rest = rest.strip_prefix(['-', '－', '‐', '‑', '–', ' ', '\u{a0}', '\u{3000}', '.', '·'])?;
        }
        let (digits, left) = rest.split_at(rest.find(|letter| !is_digit(letter)).unwrap_or(rest.len()));
        (*length, rest) = (digits.chars().count(), left);
    }
    let end = from.len() - rest.len();
    (matches!(lengths, [3 | 5, 4, 4]) && is_of_person(&narrow(&from[..end]))).then_some(end)
}

/// The digits of a number in their narrow form, with the last sign that may be none.
fn narrow(number: &str) -> String {
    let narrow = |letter: char| match letter {
        '０'..='９' => char::from_digit(u32::from(letter) - u32::from('０'), 10),
        'ｘ' | 'Ｘ' => Some('X'),
        _ => Some(letter).filter(char::is_ascii_alphanumeric),
    };
    number.chars().filter_map(narrow).collect()
}

fn is_of_person(number: &str) -> bool {
    let is_phone = |number: &str| {
        let bytes = number.as_bytes();
        bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
    };
    let with_country = number.strip_prefix("86").is_some_and(is_phone);
    is_phone(number) || with_country || is_of_paper(number) || is_pay_code(number) || is_card(number)
}

/// 18 signs with a date of birth in them.
fn is_of_paper(number: &str) -> bool {
    let part =
        |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    number.len() == 18
        && (1900..2100).contains(&part(6, 10))
        && (1..=12).contains(&part(10, 12))
        && (1..=31).contains(&part(12, 14))
}

/// What a till scans: 16 to 24 digits that begin with 25 to 30.
fn is_pay_code(number: &str) -> bool {
    (16..=24).contains(&number.len())
        && number
            .get(..2)
            .and_then(|first| first.parse::<u32>().ok())
            .is_some_and(|first| (25..=30).contains(&first))
}

/// 16 to 19 digits of a card scheme whose check digit is right.
fn is_card(number: &str) -> bool {
    if !(16..=19).contains(&number.len()) || !number.starts_with(['3', '4', '5', '6']) {
        return false;
    }
    let digits = number.bytes().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => digit,
            _ if digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn without_mailboxes(text: &str) -> String {
    let local =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '%' | '+' | '-');
    let host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('@') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let begin = before.trim_end_matches(local).len();
        let end = after.find(|letter| !host(letter)).unwrap_or(after.len());
        if begin < at && after[..end].contains('.') {
            out.push_str(&before[..begin]);
            out.push_str(MASK);
        } else {
            out.push_str(&rest[..at + 1 + end]);
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}
