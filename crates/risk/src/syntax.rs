//! From the text of a condition to what is evaluated. The only place that knows the library that reads the language:
//! it is used to read, not to evaluate, so that a newer one cannot decide an old day otherwise.
//!
//! Understood are whole numbers, texts, booleans, the facts by name, `! && ||`, `== !=`, `< <= > >=` of numbers,
//! `+ - * / %` of numbers, `a ? b : c`, `in` with a list that is written out, `size(text)`, and `startsWith`,
//! `endsWith`, `contains` of texts. Everything else of the language is refused by name: floating point because of
//! money, macros because they loop.

use crate::expression::{Node, Order, Search, Sum};
use crate::facts::{Fact, FactKind};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use cel::parser::Parser;

/// How deep brackets and operators may nest in a condition.
const DEPTH_MAX: u16 = 24;

/// What is wrong with a condition, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    /// The column, from 1.
    pub(crate) column: usize,
    /// What is wrong.
    pub(crate) what: String,
}

/// Reads a condition of one line.
pub(crate) fn read(condition: &str) -> Result<Node, Fault> {
    let parsed = Parser::new().max_recursion_depth(DEPTH_MAX).parse_with_source_info(condition);
    let (tree, places) = parsed.map_err(|errors| {
        let first = errors.errors.into_iter().next();
        let (column, what) = first.map_or((1, "unreadable".to_owned()), |first| (first.pos.1, first.msg));
        Fault { column: usize::try_from(column).unwrap_or(1).max(1), what }
    })?;
    let reader = Reader { places };
    let node = reader.node(&tree)?;
    reader.want(&tree, &node, FactKind::Bool)?;
    Ok(node)
}

struct Reader {
    places: SourceInfo,
}

impl Reader {
    fn fault<T>(&self, part: &IdedExpr, what: impl Into<String>) -> Result<T, Fault> {
        let start = self.places.offset_for(part.id).map_or(0, |(start, _)| start);
        Err(Fault { column: usize::try_from(start).unwrap_or(0).saturating_add(1), what: what.into() })
    }

    fn want(&self, part: &IdedExpr, node: &Node, kind: FactKind) -> Result<(), Fault> {
        if node.kind() == kind {
            return Ok(());
        }
        self.fault(part, format!("{} where {} is wanted", node.kind().name(), kind.name()))
    }

    fn node(&self, part: &IdedExpr) -> Result<Node, Fault> {
        match &part.expr {
            Expr::Literal(literal) => self.literal(part, literal),
            Expr::Ident(name) => match Fact::named(name) {
                Some(fact) => Ok(Node::Fact(fact)),
                None => self.fault(part, format!("`{name}` is no fact")),
            },
            Expr::Call(call) => self.call(part, call),
            Expr::List(_) => self.fault(part, "a list stands after `in` only"),
            Expr::Comprehension(_) => self.fault(part, "macros are not allowed"),
            Expr::Map(_) | Expr::Struct(_) => self.fault(part, "maps and structs are not allowed"),
            Expr::Select(_) => self.fault(part, "facts have no fields"),
            Expr::Unspecified => self.fault(part, "nothing stands here"),
        }
    }

    fn literal(&self, part: &IdedExpr, literal: &LiteralValue) -> Result<Node, Fault> {
        match literal {
            LiteralValue::Boolean(value) => Ok(Node::Bool(*value.inner())),
            LiteralValue::Int(value) => Ok(Node::Int(*value.inner())),
            LiteralValue::String(value) => Ok(Node::Text(value.inner().into())),
            LiteralValue::Double(_) => self.fault(part, "money and counts are whole numbers"),
            LiteralValue::UInt(_) => self.fault(part, "whole numbers are written without `u`"),
            LiteralValue::Bytes(_) | LiteralValue::Null => self.fault(part, "no fact has such a value"),
        }
    }

    fn call(&self, part: &IdedExpr, call: &CallExpr) -> Result<Node, Fault> {
        let name = call.func_name.as_str();
        match (name, &call.target, call.args.as_slice()) {
            (operators::LOGICAL_NOT, None, [inner]) => {
                Ok(Node::Not(Box::new(self.of(inner, FactKind::Bool)?)))
            }
            (operators::NEGATE, None, [inner]) => {
                let inner = self.of(inner, FactKind::Int)?;
                Ok(Node::Sum(Sum::Minus, Box::new(Node::Int(0)), Box::new(inner)))
            }
            (operators::CONDITIONAL, None, [condition, yes, no]) => {
                let condition = self.of(condition, FactKind::Bool)?;
                let yes = self.node(yes)?;
                let no = self.of(no, yes.kind())?;
                Ok(Node::If(Box::new(condition), Box::new(yes), Box::new(no)))
            }
            ("size", None, [text]) => Ok(Node::Size(Box::new(self.of(text, FactKind::Text)?))),
            ("size", Some(text), []) => Ok(Node::Size(Box::new(self.of(text, FactKind::Text)?))),
            (operators::IN, None, [inner, list]) => self.among(inner, list),
            (_, Some(text), [wanted]) => self.search(part, name, text, wanted),
            (_, None, [left, right]) => self.pair(part, name, left, right),
            _ => self.fault(part, format!("`{name}` is not allowed")),
        }
    }

    fn of(&self, part: &IdedExpr, kind: FactKind) -> Result<Node, Fault> {
        let node = self.node(part)?;
        self.want(part, &node, kind)?;
        Ok(node)
    }

    fn pair(&self, part: &IdedExpr, name: &str, left: &IdedExpr, right: &IdedExpr) -> Result<Node, Fault> {
        let both = |kind| -> Result<(Box<Node>, Box<Node>), Fault> {
            Ok((Box::new(self.of(left, kind)?), Box::new(self.of(right, kind)?)))
        };
        let compare = |order| both(FactKind::Int).map(|(left, right)| Node::Compare(order, left, right));
        let sum = |sum| both(FactKind::Int).map(|(left, right)| Node::Sum(sum, left, right));
        match name {
            operators::LOGICAL_AND => both(FactKind::Bool).map(|(left, right)| Node::And(left, right)),
            operators::LOGICAL_OR => both(FactKind::Bool).map(|(left, right)| Node::Or(left, right)),
            operators::EQUALS => self.same(left, right),
            operators::NOT_EQUALS => self.same(left, right).map(|same| Node::Not(Box::new(same))),
            operators::LESS => compare(Order::Less),
            operators::LESS_EQUALS => compare(Order::LessOrSame),
            operators::GREATER => compare(Order::More),
            operators::GREATER_EQUALS => compare(Order::MoreOrSame),
            operators::ADD => sum(Sum::Plus),
            operators::SUBSTRACT => sum(Sum::Minus),
            operators::MULTIPLY => sum(Sum::Times),
            operators::DIVIDE => sum(Sum::Over),
            operators::MODULO => sum(Sum::Rest),
            _ => self.fault(part, format!("`{name}` is not allowed")),
        }
    }

    fn same(&self, left: &IdedExpr, right: &IdedExpr) -> Result<Node, Fault> {
        let left = self.node(left)?;
        let right = self.of(right, left.kind())?;
        Ok(Node::Same(Box::new(left), Box::new(right)))
    }

    fn search(&self, part: &IdedExpr, name: &str, text: &IdedExpr, wanted: &IdedExpr) -> Result<Node, Fault> {
        let search = match name {
            "startsWith" => Search::Starts,
            "endsWith" => Search::Ends,
            "contains" => Search::Contains,
            _ => return self.fault(part, format!("`{name}` is not allowed")),
        };
        let (text, wanted) = (self.of(text, FactKind::Text)?, self.of(wanted, FactKind::Text)?);
        Ok(Node::Search(search, Box::new(text), Box::new(wanted)))
    }

    fn among(&self, inner: &IdedExpr, list: &IdedExpr) -> Result<Node, Fault> {
        let Expr::List(written) = &list.expr else {
            return self.fault(list, "after `in` stands a list that is written out");
        };
        let node = self.node(inner)?;
        let (mut ints, mut texts) = (Vec::new(), Vec::new());
        for element in &written.elements {
            match self.of(element, node.kind())? {
                Node::Int(value) => ints.push(value),
                Node::Text(value) => texts.push(value),
                _ => return self.fault(element, "a list holds numbers or texts that are written out"),
            }
        }
        ints.sort_unstable();
        texts.sort_unstable();
        Ok(match node.kind() {
            FactKind::Int => Node::AmongInts(Box::new(node), ints.into()),
            FactKind::Text => Node::AmongTexts(Box::new(node), texts.into()),
            FactKind::Bool => return self.fault(inner, "a list holds numbers or texts"),
        })
    }
}

#[cfg(test)]
mod tests;
