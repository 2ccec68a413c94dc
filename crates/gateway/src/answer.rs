//! Answers as HTTP: an envelope signed over its exact bytes, a way on to the cashier, or a page that says why not.
//!
//! The type is `text/html` because clients know it so; therefore every answer forbids browsers to do anything with
//! it, since some repeat what stood in a link.

use crate::busy::Busy;
use crate::codes::Failure;
use crate::methods::trade_cancel;
use crate::registry::{Done, PageKind};
use crate::request::{Origin, by_certificate};
use crate::{Gateway, Refusal};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use wire::charset::Charset;
use wire::envelope::{Response, quoted_cipher, signed_envelope, unsigned_envelope};
use world::Oddity;

/// Headers of an answer at most.
const HEADERS_MAX: usize = 9;

/// Says what went wrong with a signature, in sandbox worlds: a stable name, and a sentence of advice.
const DIAGNOSIS_HEADER: HeaderName = HeaderName::from_static("x-tongbao-diagnosis");
/// The number of the call; two clients read it.
const TRACE_HEADER: HeaderName = HeaderName::from_static("trace_id");
/// Nothing in an answer may run, load, be framed or be sent anywhere.
const CONTENT_POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'; sandbox";
/// The same for the error page, which brings its own look.
const ERROR_PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
    form-action 'none'; base-uri 'none'; sandbox";
/// The look of the error page: it must do without files, since a link may be wrong in any way.
const ERROR_STYLE: &str = "body{margin:0;background:#f6f2ea;color:#241f1a;font:16px/1.6 system-ui,sans-serif}\
    main{max-width:36rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:16px}\
    h1{margin:0 0 .5rem;font-size:1.4rem}h2{margin:1.5rem 0 .25rem;font-size:.9rem;color:#7a6f63}\
    .why{margin:0;font-size:.85rem;color:#7a6f63;overflow-wrap:anywhere}@media(max-width:40rem){main{margin:1rem}}";

impl Gateway {
    /// The answer to what a method did, or why it did not.
    pub(crate) fn answer(
        &self,
        origin: &Origin,
        done: Result<Done, Failure>,
        by_post: bool,
    ) -> HttpResponse<Body> {
        match done {
            Ok(Done::Go { to, .. }) if origin.is_page() => sent_on(origin, &to.url(&self.world), by_post),
            Ok(Done::Go { response, .. } | Done::Say(response)) => {
                self.envelope(origin, origin.node(), &response)
            }
            Err(failure) if origin.is_page() => {
                self.error_page(origin, &Refusal::from(self.shown(origin, failure)))
            }
            Err(failure) => {
                let charset = self.charset_of_failure(origin, failure.is_unknown());
                let response = self.shown(origin, failure).response();
                self.envelope_in(charset, origin, origin.error_node(), &response)
            }
        }
    }

    /// The answer to a call for which there was no place.
    pub(crate) fn refuse(&self, origin: &Origin) -> HttpResponse<Body> {
        if origin.is_page() {
            return self.error_page(origin, &Refusal::from(Busy::failure()));
        }
        let node = origin.error_node();
        let platform = self.world.platform_of(origin.sign_type);
        let bytes = match origin.app.as_ref().zip(platform) {
            Some((app, platform)) => {
                let cert_sn = by_certificate(app).then_some(platform.cert_sn.as_str());
                let charset = self.charset_of_failure(origin, true);
                self.busy.signed(&node, charset, origin.sign_type, &platform.key, cert_sn)
            }
            None => Busy::unsigned(&node, origin.charset),
        };
        finish(origin, bytes)
    }

    fn envelope(&self, origin: &Origin, node: String, response: &Response) -> HttpResponse<Body> {
        self.envelope_in(origin.charset, origin, node, response)
    }

    /// The charset that a failure is written in. Its content type names that of the request all the same.
    fn charset_of_failure(&self, origin: &Origin, is_unknown: bool) -> Charset {
        let odd = is_unknown && origin.shows(self, Oddity::UnknownInGbk);
        if odd { Charset::Gbk } else { origin.charset }
    }

    /// A failure as this caller is shown it: under the name that one method has for it, or with the address of a page
    /// about it after its text.
    fn shown(&self, origin: &Origin, failure: Failure) -> Failure {
        if origin.method_name() == trade_cancel::METHOD.name && origin.shows(self, Oddity::CancelMisspelt) {
            return failure.misspelt();
        }
        if failure.is_of_gateway() && origin.shows(self, Oddity::HelpLink) {
            let (base_url, trace) = (&self.world.base_url, origin.trace);
            return failure
                .followed_by(&format!("，解决方案：{base_url}/sandbox?traceId={trace}&source=openapi"));
        }
        failure
    }

    /// An envelope, signed whenever the app is known: most clients cannot read an unsigned one.
    fn envelope_in(
        &self,
        charset: Charset,
        origin: &Origin,
        node: String,
        response: &Response,
    ) -> HttpResponse<Body> {
        let inner = response.to_json();
        let Some((app, platform)) = origin.app.as_ref().zip(self.world.platform_of(origin.sign_type)) else {
            return finish(origin, unsigned_envelope(&node, &inner, charset));
        };
        let cert_sn = by_certificate(app).then_some(platform.cert_sn.as_str());
        let inner = match &origin.aes {
            Some(aes) => quoted_cipher(&aes.encrypt(&charset.encode_json(&inner))),
            None => inner,
        };
        finish(origin, signed_envelope(&node, &inner, charset, origin.sign_type, &platform.key, cert_sn))
    }

    /// A small page for a browser that could not be sent on.
    fn error_page(&self, origin: &Origin, refusal: &Refusal) -> HttpResponse<Body> {
        let odd = origin.shows(self, Oddity::PagesInGbk);
        error_page(origin, if odd { Charset::Gbk } else { origin.charset }, refusal)
    }
}

/// The way on to a page of ours.
fn sent_on(origin: &Origin, url: &str, by_post: bool) -> HttpResponse<Body> {
    // After a form the browser must come with GET, which 302 does not promise.
    let status = if by_post { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
    let location = HeaderValue::try_from(url).expect("a base address and letters make a header");
    let mut response = HttpResponse::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(header::LOCATION, location);
    common_headers(origin, &mut response);
    response
}

fn finish(origin: &Origin, bytes: Vec<u8>) -> HttpResponse<Body> {
    finish_in(origin.charset, origin, bytes)
}

fn finish_in(charset: Charset, origin: &Origin, bytes: Vec<u8>) -> HttpResponse<Body> {
    let mut response = HttpResponse::new(Body::from(bytes));
    let content_type = match charset {
        Charset::Utf8 => "text/html;charset=utf-8",
        Charset::Gbk => "text/html;charset=GBK",
    };
    let headers = response.headers_mut();
    // All at once, with the length that is added later; else the map grows while it is filled.
    headers.reserve(HEADERS_MAX);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    common_headers(origin, &mut response);
    response
}

fn common_headers(origin: &Origin, response: &mut HttpResponse<Body>) {
    response.headers_mut().insert(TRACE_HEADER, origin.trace.header());
    diagnosis_header(origin, response);
    guard_headers(response);
}

/// What a developer should know about a wrong signature or serial.
pub(crate) fn diagnosis_header(origin: &Origin, response: &mut HttpResponse<Body>) {
    if let Some(mistake) = origin.hint {
        response.headers_mut().insert(DIAGNOSIS_HEADER, HeaderValue::from_static(mistake.line()));
    }
}

/// Nobody keeps an answer, takes it for another type, or tells others where it came from.
pub(crate) fn guard_headers(response: &mut HttpResponse<Body>) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// The title, the Chinese and the English sentence of the error page.
const fn error_words(kind: PageKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        PageKind::Cashier => (
            "无法付款",
            "商家的付款请求有误，没有扣款。请返回商家重新下单。",
            "The shop's payment request is not valid; nothing was charged. Go back and order again.",
        ),
        PageKind::Agreement => (
            "无法签约",
            "商家的签约请求有误，没有签约。请返回商家重新发起。",
            "The shop's request for an agreement is not valid; nothing was signed. Go back and start again.",
        ),
        PageKind::Freeze => (
            "无法授权",
            "商家的预授权请求有误，没有冻结资金。请返回商家重新发起。",
            "The shop's request for a pre-authorisation is not valid; nothing was set aside. Go back and start again.",
        ),
        PageKind::Certify => (
            "无法认证",
            "商家的认证请求有误，没有认证。请返回商家重新发起。",
            "The shop's request for a certification is not valid; nothing was decided. Go back and start again.",
        ),
    }
}

fn error_page(origin: &Origin, charset: Charset, refusal: &Refusal) -> HttpResponse<Body> {
    let (title, chinese, english) = error_words(origin.page_kind().unwrap_or(PageKind::Cashier));
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"{}\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
        <style>{ERROR_STYLE}</style></head>\n\
        <body><main><h1>{title}</h1><p>{chinese}</p><p lang=\"en\">{english}</p>\
        <h2>给商家 <span lang=\"en\">For the shop</span></h2>\
        <p class=\"why\"><strong>{}</strong><br>{}</p></main></body></html>\n",
        charset.name(),
        escape_markup(refusal.sub_code),
        escape_markup(&plain(&refusal.sub_msg)),
    );
    let mut response = finish_in(charset, origin, charset.encode_lossy(&page));
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(ERROR_PAGE_POLICY));
    response
}

/// The text of a wrong signature comes escaped, as clients know it; a page escapes for itself.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

/// Text that a page may show.
fn escape_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
