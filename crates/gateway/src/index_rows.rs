//! The fields and members of a method line by line, in words, for pages that show them.

use crate::facts::{Field, Kind, Member, Need, Part, Shape};
use crate::index::Described;

/// A field of a request or a member of an answer. Texts quote in backquotes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its name, with the way to it: `access_params.channel`, `goods_detail[].price`.
    pub name: String,
    /// What it holds.
    pub holds: String,
    /// When it must be there, or is there.
    pub when: &'static str,
}

impl Described {
    /// The fields that are read.
    pub fn fields(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        read_fields(&mut rows, "", self.asks);
        rows
    }

    /// The fields that are refused unless they are empty.
    pub fn refused(&self) -> Vec<String> {
        picked("", self.asks, refused)
    }

    /// The fields that change nothing.
    pub fn ignored(&self) -> Vec<String> {
        picked("", self.asks, ignored)
    }

    /// The members of its answers.
    pub fn members(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        members(&mut rows, "", self.answers);
        rows
    }
}

fn read_fields(rows: &mut Vec<Row>, above: &str, parts: &[Part]) {
    for field in parts.iter().flat_map(Part::read) {
        let when = match field.need {
            Need::Required => "required",
            Need::Optional => "",
            Need::Depends(when) => when,
        };
        let gap = if field.note.is_empty() || matches!(field.kind, Kind::Special) { "" } else { "; " };
        let name = format!("{above}{}", field.name);
        rows.push(Row { name: name.clone(), holds: format!("{}{gap}{}", kind(field), field.note), when });
        match field.kind {
            Kind::Object(parts) => read_fields(rows, &format!("{name}."), parts),
            Kind::List(parts, _) => read_fields(rows, &format!("{name}[]."), parts),
            _ => {}
        }
    }
}

fn kind(field: &Field) -> String {
    match field.kind {
        Kind::Line(most) => format!("text, at most {most}"),
        Kind::Lines(most) => format!("text, at most {most}, line breaks allowed"),
        Kind::Number(most, "") => format!("letters and digits, at most {most}"),
        Kind::Number(most, also) => format!("letters, digits and `{}`, at most {most}", bar_escaped(also)),
        Kind::Without(most, not) => format!("text without `{not}`, at most {most}"),
        Kind::Amount => "yuan, above zero".to_owned(),
        Kind::AmountOrZero => "yuan".to_owned(),
        Kind::OneOf(values) => quoted(values, " or "),
        Kind::Whole(least, most) => format!("whole number, {least} to {most}"),
        Kind::Timeout => "`1m` to `15d`, or `1c`".to_owned(),
        Kind::Moment => "`yyyy-MM-dd HH:mm:ss`, China time".to_owned(),
        Kind::Day => "`yyyy-MM-dd`".to_owned(),
        Kind::Party => "number of a party".to_owned(),
        Kind::Address => "http or https address, at most 1024".to_owned(),
        Kind::Cny => "`CNY`".to_owned(),
        Kind::Names(names) => format!("list of names: {}", quoted(names, ", ")),
        Kind::Object(_) => "object".to_owned(),
        Kind::ObjectOrText => "object, also as text".to_owned(),
        Kind::List(_, most) => format!("list, at most {most}"),
        Kind::Opaque => "text".to_owned(),
        Kind::Special => String::new(),
    }
}

fn members(rows: &mut Vec<Row>, above: &str, all: &[Member]) {
    for member in all {
        let holds = match member.shape {
            Shape::Text => String::new(),
            Shape::User("") => "not in open_id mode".to_owned(),
            Shape::User(open) => format!("in open_id mode `{open}`"),
            Shape::Number => "number".to_owned(),
            Shape::Flag => "`true` or `false`".to_owned(),
            Shape::Texts => "list of texts".to_owned(),
            Shape::Object(_) => "object".to_owned(),
            Shape::List(_) => "list".to_owned(),
        };
        let name = format!("{above}{}", member.name);
        let when = if member.when.is_empty() { "always" } else { member.when };
        rows.push(Row { name: name.clone(), holds, when });
        match member.shape {
            Shape::Object(inner) => members(rows, &format!("{name}."), inner),
            Shape::List(inner) => members(rows, &format!("{name}[]."), inner),
            Shape::Text | Shape::User(_) | Shape::Number | Shape::Flag | Shape::Texts => {}
        }
    }
}

/// The names of refused or ignored fields, those of inner objects with the way to them.
fn picked(above: &str, parts: &[Part], pick: fn(&Part) -> &'static [&'static str]) -> Vec<String> {
    let mut all: Vec<String> = parts.iter().flat_map(pick).map(|name| format!("{above}{name}")).collect();
    for field in parts.iter().flat_map(Part::read) {
        match field.kind {
            Kind::Object(inner) => all.extend(picked(&format!("{above}{}.", field.name), inner, pick)),
            Kind::List(inner, _) => all.extend(picked(&format!("{above}{}[].", field.name), inner, pick)),
            _ => {}
        }
    }
    all
}

fn refused(part: &Part) -> &'static [&'static str] {
    if let Part::Refused(names) = part { names } else { &[] }
}

fn ignored(part: &Part) -> &'static [&'static str] {
    if let Part::Ignored(names) = part { names } else { &[] }
}

/// Names in backquotes.
pub(crate) fn quoted<S: AsRef<str>>(names: &[S], between: &str) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(between)
}

fn bar_escaped(text: &str) -> String {
    text.replace('|', "\\|")
}
