//! Holds the methods to what they say of themselves, in debug builds: the guide of methods is printed from `facts`, and
//! code that went on without it must not pass a test.

use crate::codes::{self, Failure};
use crate::facts::{Kind, Member, Part, Shape, Wrong};
use crate::registry::{Done, Method};
use std::collections::BTreeSet;
use wire::envelope::ObjectWriter;
use wire::json::{Json, Object};

/// The members of an answer that are its codes.
const CODES: [&str; 4] = ["code", "msg", "sub_code", "sub_msg"];

/// Every name that the method's reader asked for is a field of it.
///
/// # Panics
/// When one is not.
pub(crate) fn reader_to(method: &Method, fields: &Object) {
    within(method.name, method.facts.asks, fields);
}

fn within(place: &str, parts: &[Part], fields: &Object) {
    let known: BTreeSet<&str> = parts.iter().flat_map(names).collect();
    for name in fields.take_asked() {
        assert!(
            known.contains(name.as_str()),
            "{place} reads {name}, which is none of the fields in its facts"
        );
    }
    for field in parts.iter().flat_map(Part::read) {
        let place = format!("{place}: {}", field.name);
        match (field.kind, fields.get(field.name)) {
            (Kind::Object(parts), Some(Json::Object(object))) => within(&place, parts, object),
            (Kind::List(parts, _), Some(Json::List(items))) => {
                items.iter().filter_map(Json::as_object).for_each(|item| within(&place, parts, item));
            }
            _ => {}
        }
    }
}

fn names(part: &Part) -> Vec<&'static str> {
    match part {
        Part::Read(fields) => fields.iter().map(|field| field.name).collect(),
        Part::Refused(names) => names.to_vec(),
        Part::Ignored(_) => Vec::new(),
    }
}

/// Every member of the answer is one of the method's, and so is every refusal.
///
/// # Panics
/// When one is not.
pub(crate) fn to_its_facts(method: &Method, done: &Result<Done, Failure>) {
    match done {
        Ok(Done::Say(response) | Done::Go { response, .. }) => {
            let Ok(Json::Object(answer)) = wire::json::parse(&response.to_json()) else {
                panic!("{}: an answer is an object", method.name);
            };
            members_within(method.name, method.facts.answers, &answer);
        }
        Err(failure) => {
            let known = refusals_of(method).any(|sub_code| sub_code == failure.sub_code());
            assert!(
                known,
                "{} is refused with {}, which is not in its facts",
                method.name,
                failure.sub_code()
            );
            let members: &ObjectWriter = failure.members();
            if let Ok(Json::Object(answer)) = wire::json::parse(&members.to_json()) {
                members_within(method.name, method.facts.answers, &answer);
            }
        }
    }
}

fn members_within(place: &str, members: &[Member], answer: &Object) {
    for (name, value) in answer.iter().filter(|(name, _)| !CODES.contains(name)) {
        let member = members.iter().find(|member| member.name == name);
        let member = member.unwrap_or_else(|| panic!("{place} answers {name}, which is not in its facts"));
        let fits = match (member.shape, value) {
            (Shape::Text | Shape::User(_), Json::Text(_))
            | (Shape::Number, Json::Number(_))
            | (Shape::Flag, Json::Bool(_)) => true,
            (Shape::Texts, Json::List(items)) => items.iter().all(|item| item.as_text().is_some()),
            (Shape::Object(members), Json::Object(object)) => {
                members_within(name, members, object);
                true
            }
            (Shape::List(members), Json::List(items)) => items
                .iter()
                .all(|item| item.as_object().map(|item| members_within(name, members, item)).is_some()),
            _ => false,
        };
        assert!(fits, "{place} answers {name} in another shape than its facts say");
    }
}

/// Every sub_code that a method can be refused with once its request is believed.
fn refusals_of(method: &Method) -> impl Iterator<Item = &'static str> {
    let facts = &method.facts;
    let refused = facts.refuses.iter().flat_map(|all| all());
    let refused = refused.map(|(_, failure)| failure.told_as(facts.wrong).sub_code());
    let gateway = facts.gateway.iter().map(|(error, _)| error.sub_code());
    refused.chain(gateway).chain(of_fields(facts.asks, facts.wrong)).chain(unknown(facts.wrong))
}

/// The sub_codes of fields that are wrong.
fn of_fields(parts: &'static [Part], wrong: Wrong) -> Vec<&'static str> {
    codes::of_fields(parts).into_iter().map(|(_, failure)| failure.told_as(wrong).sub_code()).collect()
}

/// When the outcome is not known, or the platform is busy.
fn unknown(wrong: Wrong) -> Option<&'static str> {
    Some(codes::unknown().told_as(wrong).sub_code())
}
