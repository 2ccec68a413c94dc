//! What the API is, told by the code itself as OpenAPI 3.1: `GET /api/v1/openapi.json`.
//!
//! Handlers describe themselves where they stand. What holds for all of them is added here, in one place: a name of
//! their own, who may ask them (by the table of [`super::access`]), and how they say no.

use super::access::{self, Access};
use super::problem::{PROBLEM_JSON, Problem};
use super::{PREFIX, calls};
use crate::sandbox::{Answer, SandboxError};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::LazyLock;
use utoipa::PartialSchema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, Content, InfoBuilder, License, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    ResponseBuilder, SecurityRequirement,
};
use utoipa_axum::router::OpenApiRouter;

/// The version of the API, as its path has it.
const VERSION: &str = "1";
/// The names of the two ways to show a session.
const SCHEMES: [&str; 2] = ["cookie", "bearer"];
/// What a role at the merchant of the path must allow, where a call asks for that.
const STAFF_ACT: &str = "x-staff-act";
/// What an operator must be allowed to do, beside its call.
const OPERATOR_ACT: &str = "x-operator-act";
/// The response that stands for every refusal.
const REFUSED: &str = "default";

/// The description as it is sent, made once.
static TEXT: LazyLock<Result<String, String>> = LazyLock::new(|| {
    let text = document().to_pretty_json();
    text.map(|text| text + "\n").map_err(|error| error.to_string())
});

/// Tells the API: this description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "api",
    responses((status = 200, description = "An OpenAPI 3.1 document."))
)]
pub(crate) async fn tell() -> Answer {
    match &*TEXT {
        Ok(text) => Ok(([(CONTENT_TYPE, "application/json")], text.as_str()).into_response()),
        Err(error) => Err(SandboxError::broken(error)),
    }
}

/// The whole description.
pub(crate) fn document() -> OpenApi {
    let mut api = OpenApiRouter::with_openapi(head()).nest(PREFIX, calls()).into_openapi();
    for (path, item) in &mut api.paths.paths {
        let path = path.strip_prefix(PREFIX).unwrap_or(path);
        for (method, operation) in operations(item) {
            name(operation);
            let access = access::of(method, path);
            operation.security = security(access);
            let act = match access {
                Some(Access::Staff(act)) => Some((STAFF_ACT, act.as_str())),
                Some(Access::Operator(act)) => Some((OPERATOR_ACT, act.name())),
                Some(Access::Anyone | Access::Person) | None => None,
            };
            operation.extensions = act.map(|act| [act].into_iter().collect());
            let responses = &mut operation.responses.responses;
            responses.entry(REFUSED.to_owned()).or_insert_with(|| RefOr::T(refusal()));
        }
    }
    api
}

/// What stands before the calls.
fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Tongbao")
        .version(VERSION)
        .description(Some(
            "What a person's own app or page asks: JSON in, JSON out. Money is decimal yuan as text, moments are RFC \
             3339 with +08:00, and whoever says no says it as a problem of RFC 9457 with a code.",
        ))
        .license(Some(License::new("Apache-2.0")));
    let cookie = ApiKeyValue::with_description(
        "tongbao_person",
        "The cookie of a session, called __Host-tongbao over HTTPS.",
    );
    let bearer =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The token of a session."));
    let mut components = Components::new();
    let [by_cookie, by_bearer] = SCHEMES;
    components.add_security_scheme(by_cookie, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.add_security_scheme(by_bearer, SecurityScheme::Http(bearer.build()));
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    OpenApiBuilder::new().info(info.build()).components(Some(components)).build()
}

/// The calls of one path, by method.
pub(crate) fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [("GET", get), ("PUT", put), ("POST", post), ("DELETE", delete), ("PATCH", patch)];
    all.into_iter().filter_map(|(method, one)| Some((method, one.as_mut()?))).collect()
}

/// A name that no other call has: that of its handler, and of what it belongs to.
fn name(operation: &mut Operation) {
    let tag = operation.tags.as_ref().and_then(|tags| tags.first()).map(|tag| tag.replace('-', "_"));
    if let (Some(id), Some(tag)) = (&mut operation.operation_id, tag) {
        let end = format!("_{tag}");
        if !id.ends_with(&end) {
            id.push_str(&end);
        }
    }
}

/// How whoever asks shows who it is. Nothing where anybody may, and where nobody may.
fn security(access: Option<Access>) -> Option<Vec<SecurityRequirement>> {
    let one = |name| SecurityRequirement::new(name, Vec::<String>::new());
    match access? {
        Access::Anyone => None,
        Access::Person | Access::Staff(_) | Access::Operator(_) => Some(SCHEMES.map(one).to_vec()),
    }
}

fn refusal() -> utoipa::openapi::Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description("Why not.").content(PROBLEM_JSON, problem).build()
}

#[cfg(test)]
mod tests {
    use super::super::parts;
    use super::*;
    use people::OperatorAct;
    use serde_json::{Value, json};
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn every_call_has_a_name_of_its_own_a_tag_and_a_way_to_say_no() {
        let (mut api, mut names) = (document(), BTreeSet::new());
        for (path, item) in &mut api.paths.paths {
            for (method, operation) in operations(item) {
                let id = operation.operation_id.clone().unwrap();
                assert!(names.insert(id.clone()), "{method} {path}: {id} is the name of another call");
                assert!(operation.tags.is_some(), "{method} {path} has no tag");
                assert!(operation.responses.responses.contains_key(REFUSED), "{method} {path}");
                assert!(operation.responses.responses.len() > 1, "{method} {path} has no good answer");
            }
        }
        assert!(names.contains("begin_sessions"), "{names:?}");
    }

    #[test]
    fn whoever_must_be_signed_in_is_told_how() {
        let (staff, desk) = (Access::Staff(people::StaffAct::SeeOrders), Access::Operator(OperatorAct::Look));
        for access in [Access::Person, staff, desk] {
            assert_eq!(security(Some(access)).map(|ways| ways.len()), Some(2));
        }
        assert!(security(Some(Access::Anyone)).is_none());
        assert!(security(None).is_none());
    }

    /// A schema goes by its name alone, so two of one name would be told as one of them.
    #[test]
    fn no_two_schemas_have_one_name() {
        let mut seen: BTreeMap<String, Value> = BTreeMap::new();
        for part in parts() {
            let components = part.get_openapi().components.clone().unwrap_or_default();
            for (name, schema) in components.schemas {
                let schema = serde_json::to_value(schema).unwrap();
                let before = seen.insert(name.clone(), schema.clone());
                assert!(before.is_none_or(|before| before == schema), "{name} is two schemas");
            }
        }
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        fn names(value: &Value, found: &mut BTreeSet<String>) {
            match value {
                Value::Object(members) => {
                    let name = members.get("$ref").and_then(Value::as_str);
                    found.extend(name.map(str::to_owned));
                    members.values().for_each(|member| names(member, found));
                }
                Value::Array(items) => items.iter().for_each(|item| names(item, found)),
                _ => {}
            }
        }
        let api = serde_json::to_value(document()).unwrap();
        assert_eq!(api["openapi"], json!("3.1.0"));
        let mut found = BTreeSet::new();
        names(&api, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for name in found {
            let at = name.strip_prefix('#').unwrap();
            assert!(api.pointer(at).is_some(), "{name} is named and not there");
        }
    }
}
