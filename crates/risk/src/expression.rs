//! Conditions as they are evaluated: a tree of checked kinds, without loops, names or memory of its own. Evaluating one
//! takes a step for each of its parts at most, and gives the same on every machine.

use crate::facts::{Fact, FactKind, Facts, Value};

/// Why a condition has no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A number went beyond 64 bits.
    #[error("a number is too large")]
    Overflow,
    /// Divided by nothing.
    #[error("division by zero")]
    Zero,
    /// A value of another kind than was checked: cannot happen, and is no reason to stop a cell.
    #[error("a value of another kind")]
    Kind,
}

/// What two numbers are compared by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    Less,
    LessOrSame,
    More,
    MoreOrSame,
}

/// What two numbers become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sum {
    Plus,
    Minus,
    Times,
    Over,
    Rest,
}

/// How a text is looked for in another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Search {
    Starts,
    Ends,
    Contains,
}

/// A part of a condition. Lists are sorted.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Node {
    Bool(bool),
    Int(i64),
    Text(Box<str>),
    Fact(Fact),
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    Same(Box<Node>, Box<Node>),
    Compare(Order, Box<Node>, Box<Node>),
    Sum(Sum, Box<Node>, Box<Node>),
    AmongInts(Box<Node>, Box<[i64]>),
    AmongTexts(Box<Node>, Box<[Box<str>]>),
    Search(Search, Box<Node>, Box<Node>),
    Size(Box<Node>),
}

impl Node {
    /// What kind of value it has.
    pub(crate) fn kind(&self) -> FactKind {
        match self {
            Node::Int(_) | Node::Sum(..) | Node::Size(_) => FactKind::Int,
            Node::Text(_) => FactKind::Text,
            Node::Fact(fact) => fact.kind(),
            Node::If(_, yes, _) => yes.kind(),
            Node::Bool(_) | Node::Not(_) | Node::And(..) | Node::Or(..) | Node::Same(..) => FactKind::Bool,
            Node::Compare(..) | Node::AmongInts(..) | Node::AmongTexts(..) | Node::Search(..) => {
                FactKind::Bool
            }
        }
    }

    /// Whether it holds.
    pub(crate) fn holds(&self, facts: &Facts) -> Result<bool, Failure> {
        match self {
            Node::Bool(value) => Ok(*value),
            Node::Not(inner) => inner.holds(facts).map(|holds| !holds),
            // The language's rule: a side that decides alone does so even when the other has no value.
            Node::And(left, right) => match left.holds(facts) {
                Ok(false) => Ok(false),
                Ok(true) => right.holds(facts),
                Err(failure) => {
                    right.holds(facts).and_then(|holds| if holds { Err(failure) } else { Ok(false) })
                }
            },
            Node::Or(left, right) => match left.holds(facts) {
                Ok(true) => Ok(true),
                Ok(false) => right.holds(facts),
                Err(failure) => {
                    right.holds(facts).and_then(|holds| if holds { Ok(true) } else { Err(failure) })
                }
            },
            Node::Same(left, right) => Ok(left.value(facts)? == right.value(facts)?),
            Node::Compare(order, left, right) => {
                let (left, right) = (left.int(facts)?, right.int(facts)?);
                Ok(match order {
                    Order::Less => left < right,
                    Order::LessOrSame => left <= right,
                    Order::More => left > right,
                    Order::MoreOrSame => left >= right,
                })
            }
            Node::AmongInts(inner, list) => Ok(list.binary_search(&inner.int(facts)?).is_ok()),
            Node::AmongTexts(inner, list) => {
                let text = inner.text(facts)?;
                Ok(list.binary_search_by(|known| (**known).cmp(text)).is_ok())
            }
            Node::Search(search, inner, wanted) => {
                let (text, wanted) = (inner.text(facts)?, wanted.text(facts)?);
                Ok(match search {
                    Search::Starts => text.starts_with(wanted),
                    Search::Ends => text.ends_with(wanted),
                    Search::Contains => text.contains(wanted),
                })
            }
            Node::Fact(_) | Node::If(..) => match self.value(facts)? {
                Value::Bool(value) => Ok(value),
                Value::Int(_) | Value::Text(_) => Err(Failure::Kind),
            },
            Node::Int(_) | Node::Text(_) | Node::Sum(..) | Node::Size(_) => Err(Failure::Kind),
        }
    }

    fn int(&self, facts: &Facts) -> Result<i64, Failure> {
        match self {
            Node::Int(value) => Ok(*value),
            Node::Sum(sum, left, right) => {
                let (left, right) = (left.int(facts)?, right.int(facts)?);
                let result = match sum {
                    Sum::Plus => left.checked_add(right),
                    Sum::Minus => left.checked_sub(right),
                    Sum::Times => left.checked_mul(right),
                    Sum::Over | Sum::Rest if right == 0 => return Err(Failure::Zero),
                    Sum::Over => left.checked_div(right),
                    Sum::Rest => left.checked_rem(right),
                };
                result.ok_or(Failure::Overflow)
            }
            Node::Size(inner) => {
                i64::try_from(inner.text(facts)?.chars().count()).map_err(|_| Failure::Overflow)
            }
            Node::Fact(_) | Node::If(..) => match self.value(facts)? {
                Value::Int(value) => Ok(value),
                Value::Bool(_) | Value::Text(_) => Err(Failure::Kind),
            },
            Node::Bool(_) | Node::Text(_) | Node::Not(_) | Node::And(..) | Node::Or(..) => Err(Failure::Kind),
            Node::Same(..) | Node::Compare(..) | Node::AmongInts(..) => Err(Failure::Kind),
            Node::AmongTexts(..) | Node::Search(..) => Err(Failure::Kind),
        }
    }

    fn text<'a>(&'a self, facts: &Facts) -> Result<&'a str, Failure> {
        match self.value(facts)? {
            Value::Text(text) => Ok(text),
            Value::Bool(_) | Value::Int(_) => Err(Failure::Kind),
        }
    }

    fn value<'a>(&'a self, facts: &Facts) -> Result<Value<'a>, Failure> {
        match self {
            Node::Text(text) => Ok(Value::Text(text)),
            Node::Fact(fact) => Ok(fact.of(facts)),
            Node::If(condition, yes, no) => {
                if condition.holds(facts)? {
                    yes.value(facts)
                } else {
                    no.value(facts)
                }
            }
            Node::Int(_) | Node::Sum(..) | Node::Size(_) => self.int(facts).map(Value::Int),
            Node::Bool(_) | Node::Not(_) | Node::And(..) | Node::Or(..) | Node::Same(..) => {
                self.holds(facts).map(Value::Bool)
            }
            Node::Compare(..) | Node::AmongInts(..) | Node::AmongTexts(..) | Node::Search(..) => {
                self.holds(facts).map(Value::Bool)
            }
        }
    }
}
