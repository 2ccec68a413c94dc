//! Who asks, and how a page is answered.

use crate::language::{self, Language};
use crate::portal::Portal;
use crate::texts::{CHINESE, ENGLISH, Texts};
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;

/// What a browser says about itself.
pub(crate) struct Visitor {
    /// The words of its language.
    pub(crate) texts: &'static Texts,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Infallible> {
        let header = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let texts = match language::wanted(header) {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        };
        Ok(Visitor { texts, headers: parts.headers.clone() })
    }
}

impl Visitor {
    /// The first cookie of this name. The longest path comes first (RFC 6265, 5.4).
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// What every page of this visitor is framed with.
    pub(crate) fn frame<'a>(&self, portal: &'a Portal) -> Frame<'a> {
        Frame { t: self.texts, root: &portal.root, sandbox: portal.world.sandbox }
    }
}

/// What every page has around it.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// The words.
    pub(crate) t: &'static Texts,
    /// Where links begin.
    pub(crate) root: &'a str,
    /// Whether the money is play money.
    pub(crate) sandbox: bool,
}

/// A page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut response = (status, html).into_response();
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Sends the browser on to one of our own pages, with GET.
pub(crate) fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

/// The answer with a cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    f: Frame<'a>,
    title: &'a str,
    text: &'a str,
    link: Option<(&'a str, String)>,
    /// Whether it says that something was done.
    good: bool,
}

/// A page that says one thing, with a way on if there is one (its words and address).
pub(crate) fn message(
    f: Frame<'_>,
    status: StatusCode,
    (title, text): (&str, &str),
    link: Option<(&str, String)>,
) -> Response {
    page(status, &MessagePage { f, title, text, link, good: false })
}

/// A page that says that something was done, with a way on if there is one.
pub(crate) fn done(f: Frame<'_>, (title, text): (&str, &str), link: Option<(&str, String)>) -> Response {
    page(StatusCode::OK, &MessagePage { f, title, text, link, good: true })
}
