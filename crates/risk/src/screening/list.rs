//! A list as operators hand it in: CSV with a head line, or JSON with one object a line. It is read whole or refused
//! whole, with the line and the field that is wrong.

use super::name::{LETTERS_MAX, Name};
use base::Text;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Entries of one list at most.
pub const ENTRIES_MAX: usize = 100_000;
/// Names of one entry at most.
pub const NAMES_MAX: usize = 32;
/// Bytes of a list at most: some 40,000 entries.
pub const LIST_BYTES_MAX: usize = 4 << 20;
/// The head line of a list in CSV.
const HEAD: [&str; 7] = ["id", "kind", "names", "birth", "id_digest", "source", "reason"];

/// What an entry is called, 1 to 48 letters, digits, `-`, `_`, `.` and `:`; unique in its list.
pub type EntryId = Text<48>;

/// What an entry is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A person.
    Person,
    /// A firm or another body.
    Organisation,
    /// An account of ours: its names are numbers and logins, compared as they stand.
    Account,
}

impl EntryKind {
    /// As lists write it.
    pub const fn word(self) -> &'static str {
        match self {
            EntryKind::Person => "person",
            EntryKind::Organisation => "organisation",
            EntryKind::Account => "account",
        }
    }
}

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListEntry {
    /// Its name in the list.
    pub id: EntryId,
    /// What it is of.
    pub kind: EntryKind,
    /// The name and its aliases, in the order of the list.
    pub names: Vec<String>,
    /// The date of birth, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth: Option<String>,
    /// BLAKE3 of the number of the identity document, in capitals.
    pub id_digest: Option<[u8; 32]>,
    /// Who listed it.
    pub source: String,
    /// Why.
    pub reason: String,
    pub(super) compared: Vec<Name>,
    /// What the account of each name is called, where a name is an address; empty before anybody gave it.
    pub(super) logins: Vec<Option<String>>,
}

/// Why a list is not taken: the line, from 1, the field, and what is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}, {field}: {what}")]
pub struct ListError {
    /// The line, from 1; zero when it is about the whole.
    pub line: usize,
    /// The field, or `line` when it is about the whole line.
    pub field: &'static str,
    /// What is wrong. It quotes nothing of the list.
    pub what: &'static str,
}

/// A list that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameList(Vec<ListEntry>);

/// What a list with its threshold is known by: what two operators agree on.
pub fn list_digest(threshold: u32, text: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("threshold {threshold}\n").as_bytes());
    hasher.update(text.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The fields of an entry before they are looked at.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    birth: Option<String>,
    #[serde(default)]
    id_digest: Option<String>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    reason: String,
}

impl NameList {
    /// Reads a list. What begins with a brace is JSON.
    pub fn read(text: &str) -> Result<NameList, ListError> {
        let wrong = |what| Err(ListError { line: 0, field: "list", what });
        if text.len() > LIST_BYTES_MAX {
            return wrong("more than 4 MiB");
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let raw = if text.trim_start().starts_with('{') { json(text)? } else { csv(text)? };
        if raw.is_empty() {
            return wrong("no entry");
        }
        if raw.len() > ENTRIES_MAX {
            return wrong("more than 100000 entries");
        }
        let (mut ids, mut entries) = (BTreeSet::new(), Vec::with_capacity(raw.len()));
        for (line, raw) in raw {
            let entry = entry(raw).map_err(|(field, what)| ListError { line, field, what })?;
            if !ids.insert(entry.id.clone()) {
                return Err(ListError { line, field: "id", what: "stands twice" });
            }
            entries.push(entry);
        }
        Ok(NameList(entries))
    }

    /// The same list for a place that knows what accounts of addresses are called: of registered persons nothing else
    /// is known than a digest of their address. `login` gives it, and nothing for what is no address.
    pub fn knowing(mut self, login: impl Fn(&str) -> Option<String>) -> NameList {
        for entry in self.0.iter_mut().filter(|entry| entry.kind == EntryKind::Account) {
            entry.logins = entry.names.iter().map(|name| login(name)).collect();
        }
        self
    }

    /// Its entries, in the order of the list.
    pub fn entries(&self) -> &[ListEntry] {
        &self.0
    }

    /// The entry of this name.
    pub fn entry(&self, id: &EntryId) -> Option<&ListEntry> {
        self.0.iter().find(|entry| entry.id == *id)
    }
}

fn json(text: &str) -> Result<Vec<(usize, Raw)>, ListError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let raw = serde_json::from_str::<Raw>(line).map_err(|error| {
                // The library's words may quote a name: only the field is taken out of them.
                let words = error.to_string();
                let named = HEAD.into_iter().find(|field| words.contains(&format!("`{field}`")));
                let (field, what) = match named {
                    Some(field) if words.starts_with("duplicate field") => (field, "stands twice"),
                    _ if words.starts_with("unknown field") => ("line", "a field that lists do not have"),
                    _ => ("line", "no entry as JSON: one object with texts, and `names` as a list of texts"),
                };
                ListError { line: at + 1, field, what }
            })?;
            Ok((at + 1, raw))
        })
        .collect()
}

fn csv(text: &str) -> Result<Vec<(usize, Raw)>, ListError> {
    let mut rows = cells(text)?.into_iter();
    let head = rows.next().map(|(_, cells)| cells).unwrap_or_default();
    if head != HEAD {
        let what = "the head is id,kind,names,birth,id_digest,source,reason";
        return Err(ListError { line: 1, field: "line", what });
    }
    let raw = |(line, cells): (usize, Vec<String>)| {
        let wrong = |_| ListError { line, field: "line", what: "not seven fields" };
        let [id, kind, names, birth, id_digest, source, reason] =
            <[String; 7]>::try_from(cells).map_err(wrong)?;
        let names = names.split(';').map(str::to_owned).collect();
        let given = |text: String| (!text.trim().is_empty()).then_some(text);
        let (birth, id_digest) = (given(birth), given(id_digest));
        Ok((line, Raw { id, kind, names, birth, id_digest, source, reason }))
    };
    rows.map(raw).collect()
}

/// The cells of each line, with its number. Quoted cells may hold commas, line ends and doubled quotes (RFC 4180).
fn cells(text: &str) -> Result<Vec<(usize, Vec<String>)>, ListError> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quoted, mut closed) = (1, 1, false, false);
    let mut letters = text.chars().peekable();
    let wrong = |line, what| Err(ListError { line, field: "line", what });
    while let Some(letter) = letters.next() {
        line += usize::from(letter == '\n');
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' if quoted => (quoted, closed) = (false, true),
            _ if quoted => cell.push(letter),
            '"' if cell.is_empty() && !closed => quoted = true,
            '"' => return wrong(line, "a quote within a field"),
            '\r' if letters.peek() == Some(&'\n') => {}
            ',' | '\n' => {
                row.push(std::mem::take(&mut cell));
                closed = false;
                if letter == '\n' {
                    rows.push((began, std::mem::take(&mut row)));
                    began = line;
                }
            }
            _ if closed => return wrong(line, "letters after a quoted field"),
            _ => cell.push(letter),
        }
    }
    if quoted {
        return wrong(began, "a quote without an end");
    }
    row.push(cell);
    rows.push((began, row));
    rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    Ok(rows)
}

type Wrong = (&'static str, &'static str);

fn entry(raw: Raw) -> Result<ListEntry, Wrong> {
    let id = raw.id.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let id = EntryId::new(id).ok().filter(|id| !id.as_str().is_empty() && id.as_str().bytes().all(plain));
    let id = id.ok_or(("id", "1 to 48 letters, digits, `-`, `_`, `.` and `:`"))?;
    let kinds = [EntryKind::Person, EntryKind::Organisation, EntryKind::Account];
    let kind = kinds.into_iter().find(|kind| kind.word() == raw.kind.trim());
    let kind = kind.ok_or(("kind", "person, organisation or account"))?;
    if raw.names.is_empty() || raw.names.len() > NAMES_MAX {
        return Err(("names", "1 to 32 names"));
    }
    let mut compared = Vec::with_capacity(raw.names.len());
    for name in &raw.names {
        if name.chars().count() > LETTERS_MAX || name.chars().any(char::is_control) {
            return Err(("names", "a name has at most 200 letters in one line"));
        }
        compared.push(Name::of(name).ok_or(("names", "a name without a letter"))?);
    }
    let names = raw.names.iter().map(|name| name.trim().to_owned()).collect();
    if kind != EntryKind::Person && (raw.birth.is_some() || raw.id_digest.is_some()) {
        return Err(("kind", "persons alone have a birth and an id_digest"));
    }
    let birth = raw.birth.map(|birth| birth.trim().to_owned());
    if birth.as_deref().is_some_and(|birth| !is_birth(birth)) {
        return Err(("birth", "YYYY, YYYY-MM or YYYY-MM-DD"));
    }
    let id_digest = raw.id_digest.map(|text| hex(text.trim()).ok_or(("id_digest", "64 hexadecimal digits")));
    let id_digest = id_digest.transpose()?;
    let text = |field, text: &str| match text.trim() {
        "" => Err((field, "missing")),
        text if text.chars().count() > 500 => Err((field, "more than 500 letters")),
        text => Ok(text.to_owned()),
    };
    let (source, reason) = (text("source", &raw.source)?, text("reason", &raw.reason)?);
    Ok(ListEntry { id, kind, names, birth, id_digest, source, reason, compared, logins: Vec::new() })
}

fn is_birth(text: &str) -> bool {
    let mut parts = text.split('-');
    let number = |part: Option<&str>, digits: usize, least: u32, most: u32| match part {
        None => true,
        Some(part) => {
            part.len() == digits
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse().is_ok_and(|number| (least..=most).contains(&number))
        }
    };
    let year = parts.next();
    year.is_some()
        && number(year, 4, 1_800, 2_999)
        && number(parts.next(), 2, 1, 12)
        && number(parts.next(), 2, 1, 31)
        && parts.next().is_none()
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD_LINE: &str = "id,kind,names,birth,id_digest,source,reason\n";

    #[test]
    fn both_forms_give_the_same_list() {
        let csv = format!(
            "\u{feff}{HEAD_LINE}P1,person,\"John \"\"J\"\" Smith;J. Smith\",1970,,UN,\"arms,\r\ntrade\"\r\n\r\n"
        );
        let json = "{\"id\":\"P1\",\"kind\":\"person\",\"names\":[\"John \\\"J\\\" Smith\",\"J. Smith\"],\
                    \"birth\":\"1970\",\"source\":\"UN\",\"reason\":\"arms,\\r\\ntrade\"}\n";
        let (one, other) = (NameList::read(&csv).unwrap(), NameList::read(json).unwrap());
        assert_eq!(one, other);
        assert_eq!(one.entries()[0].names, ["John \"J\" Smith", "J. Smith"]);
        assert!(one.entry(&EntryId::new("P1").unwrap()).is_some());
    }

    #[test]
    fn a_wrong_list_is_refused_with_line_and_field() {
        let long = "x".repeat(201);
        for (rows, line, field) in [
            ("", 0, "list"),
            ("P1,person,A B,,,s\n", 2, "line"),
            ("P1,person,A B,,,s,r\nP1,person,A C,,,s,r\n", 3, "id"),
            ("P 1,person,A B,,,s,r\n", 2, "id"),
            (",person,A B,,,s,r\n", 2, "id"),
            ("P1,people,A B,,,s,r\n", 2, "kind"),
            ("P1,organisation,A B,1970,,s,r\n", 2, "kind"),
            ("P1,person,,,,s,r\n", 2, "names"),
            ("P1,person,A B;--,,,s,r\n", 2, "names"),
            (&format!("P1,person,{long},,,s,r\n"), 2, "names"),
            ("P1,person,A B,1970-13,,s,r\n", 2, "birth"),
            ("P1,person,A B,70,,s,r\n", 2, "birth"),
            ("P1,person,A B,,abc,s,r\n", 2, "id_digest"),
            ("P1,person,A B,,,,r\n", 2, "source"),
            ("P1,person,\"A\nB\",,,s,r\nP2,person,A,,,s,\n", 2, "names"),
            ("P1,person,A B,,,s,\"r\nr\"\nP2,person,A,,,s,\n", 4, "reason"),
            ("P1,person,A \"B,,,s,r\n", 2, "line"),
            ("P1,person,\"A\"B,,,s,r\n", 2, "line"),
            ("P1,person,\"A B,,,s,r\n", 2, "line"),
        ] {
            let error = NameList::read(&format!("{HEAD_LINE}{rows}")).unwrap_err();
            assert_eq!((error.line, error.field), (line, field), "{rows}: {error}");
        }
        assert_eq!(NameList::read("id,names\n").unwrap_err().line, 1);
        let good = "{\"id\":\"P\",\"kind\":\"person\",\"names\":[\"A\"],\"source\":\"s\",\"reason\":\"r\"}";
        assert!(NameList::read(good).is_ok());
        for (from, to, field) in [
            ("\"id\":\"P\"", "\"id\":\"P\",\"id\":\"P\"", "id"),
            ("\"id\":\"P\"", "\"id\":\"P\",\"colour\":\"P\"", "line"),
            ("[\"A\"]", "\"A\"", "line"),
            (",\"source\":\"s\"", "", "source"),
            ("person", "boat", "kind"),
        ] {
            let error = NameList::read(&format!("{good}\n{}", good.replace(from, to))).unwrap_err();
            assert_eq!((error.line, error.field), (2, field), "{to}: {error}");
        }
    }

    #[test]
    fn the_threshold_is_part_of_what_is_agreed() {
        assert_ne!(list_digest(850, "a"), list_digest(851, "a"));
        assert_ne!(list_digest(850, "a"), list_digest(850, "b"));
    }
}
