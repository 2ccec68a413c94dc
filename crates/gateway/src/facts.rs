//! What a method says of itself: its fields, the members of its answers, its refusals. The guide of methods is printed
//! from this, and `held` holds the code to it: in debug builds a parser that reads a field which is not here, and an
//! answer or a refusal that is not here, end the call, so that no test passes over them.

use crate::codes::{Every, Failure, Refused};
use engine::Ask;
use std::fmt::Display;
use wire::public_code::GatewayError;

/// What a method says of itself.
pub(crate) struct Facts {
    /// What it reads, in parts that methods share.
    pub(crate) asks: &'static [Part],
    /// What its answers may hold beside the codes, failures included.
    pub(crate) answers: &'static [Member],
    /// What it is refused for, by the types of its refusals and in order of precedence.
    pub(crate) refuses: &'static [Refusals],
    /// What it says itself in the words of the gateway, and when.
    pub(crate) gateway: &'static [(GatewayError, &'static str)],
    /// How a field that is wrong is answered.
    pub(crate) wrong: Wrong,
    /// Requests whose fields are all well formed: the smallest, then those that show more.
    pub(crate) examples: &'static [&'static str],
    /// What of the real method is not here; empty when all of it is.
    pub(crate) support: &'static str,
}

/// Fields of a request.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// They are read.
    Read(&'static [Field]),
    /// They belong to features that are not simulated and are refused, unless they are empty.
    Refused(&'static [&'static str]),
    /// They are documented, and change nothing here: not looked at, whatever they hold.
    Ignored(&'static [&'static str]),
}

impl Part {
    /// The fields of it that are read.
    pub fn read(&self) -> impl Iterator<Item = &'static Field> {
        let fields = if let Part::Read(fields) = self { *fields } else { &[] };
        fields.iter()
    }
}

/// A field that is read.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What it may hold.
    pub kind: Kind,
    /// What else is to be known of it; may be empty.
    pub note: &'static str,
}

/// Whether a field must be there. An empty text counts as absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Always.
    Required,
    /// Never.
    Optional,
    /// It depends, as told.
    Depends(&'static str),
}

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// At most so many characters, none of them a control character.
    Line(usize),
    /// The same, with line breaks and tabs.
    Lines(usize),
    /// At most so many letters and digits, and these characters beside them.
    Number(usize, &'static str),
    /// At most so many characters with these excepted.
    Without(usize, &'static str),
    /// Yuan above zero, at most two decimals.
    Amount,
    /// Yuan, at most two decimals.
    AmountOrZero,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A whole number within these bounds, both included.
    Whole(u64, u64),
    /// A relative time: `1m` to `15d`, or `1c` for the end of the day.
    Timeout,
    /// `yyyy-MM-dd HH:mm:ss`, China time.
    Moment,
    /// `yyyy-MM-dd`.
    Day,
    /// The number of a party, 16 digits.
    Party,
    /// An absolute http or https address of at most 1,024 characters.
    Address,
    /// `CNY`.
    Cny,
    /// Names of what else the answer is to hold: a list, or one text with commas; others are passed over.
    Names(&'static [&'static str]),
    /// An object.
    Object(&'static [Part]),
    /// An object, also written as text.
    ObjectOrText,
    /// A list of at most so many objects.
    List(&'static [Part], usize),
    /// What only the rest of the platform can judge: a code, a token, a number of ours.
    Opaque,
    /// As told in the note.
    Special,
}

impl Field {
    /// A field that must be there.
    pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
        Field { name, need: Need::Required, kind, note: "" }
    }

    /// A field that may be there.
    pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
        Field { name, need: Need::Optional, kind, note: "" }
    }

    /// A field that must be there under a condition.
    pub(crate) const fn when(name: &'static str, kind: Kind, condition: &'static str) -> Field {
        Field { name, need: Need::Depends(condition), kind, note: "" }
    }

    /// With something that is to be known of it.
    pub(crate) const fn note(self, note: &'static str) -> Field {
        Field { note, ..self }
    }
}

/// A member of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// When it is there; empty when every success has it.
    pub when: &'static str,
}

/// What a member of an answer holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text; amounts, numbers and times are texts too.
    Text,
    /// The number of a user. For an app in open_id mode this member is there instead, with its open_id; when it is
    /// empty, none.
    User(&'static str),
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A list of texts.
    Texts,
    /// An object with these members.
    Object(&'static [Member]),
    /// A list of objects with these members.
    List(&'static [Member]),
}

impl Member {
    /// A text that every success has.
    pub(crate) const fn text(name: &'static str) -> Member {
        Member { name, shape: Shape::Text, when: "" }
    }

    /// The number of a user, and what stands in its place in open_id mode.
    pub(crate) const fn user(name: &'static str, open: &'static str) -> Member {
        Member { name, shape: Shape::User(open), when: "" }
    }

    /// Of another shape.
    pub(crate) const fn of(name: &'static str, shape: Shape) -> Member {
        Member { name, shape, when: "" }
    }

    /// Only there when this holds.
    pub(crate) const fn when(self, when: &'static str) -> Member {
        Member { when, ..self }
    }
}

/// How a field that is wrong is answered; the text names the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wrong {
    /// 40004 `ACQ.INVALID_PARAMETER`.
    Acq,
    /// 40004 `INVALID_PARAMETER`; no refusal of the method has a name that begins with `ACQ.`.
    Bare,
    /// 40004 `ILLEGAL_ARGUMENT`; pre-authorisations have names of their own for the codes that all methods share.
    IllegalArgument,
    /// 40002 `isv.invalid-parameter`.
    Gateway,
    /// 40004 `ILLEGAL_PARAM`.
    IllegalParam,
    /// 40004 `ILLEGAL_ARGUMENT_FORMAT`.
    IllegalFormat,
    /// 40004 `invalid_arguments`, as it was seen; an unknown outcome is `UNKNOWN_ERROR`.
    BillArguments,
}

/// The refusals of one type: when, and what is answered.
pub(crate) type Refusals = fn() -> Vec<(String, Failure)>;

/// What a command is refused for.
pub(crate) fn of<C: Ask>() -> Vec<(String, Failure)>
where
    C::Refused: Every,
{
    every::<C::Refused>()
}

/// Every refusal of a type, in order of precedence.
pub(crate) fn every<R: Every>() -> Vec<(String, Failure)> {
    listed(R::every())
}

/// These refusals.
pub(crate) fn listed<R: Refused + Display>(refusals: impl IntoIterator<Item = R>) -> Vec<(String, Failure)> {
    refusals.into_iter().map(|refused| (refused.to_string(), Failure::refused(refused))).collect()
}
