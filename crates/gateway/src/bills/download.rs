//! Gives the files of bills to whoever has their link.

use crate::Gateway;
use crate::answer::guard_headers;
use crate::bills::ReadFailed;
use crate::bills::link::{LinkRefused, PATH, Wanted};
use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::get;
use std::sync::Arc;
use wire::charset::Charset;
use wire::params::Params;

/// The address that bills are fetched from.
pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new().route(PATH, get(serve))
}

async fn serve(State(gateway): State<Arc<Gateway>>, RawQuery(query): RawQuery) -> Response<Body> {
    let params = Params::merge(query.as_deref().map(str::as_bytes), None, Vec::new());
    let value = |name: &str| {
        let params = params.as_ref().ok()?;
        Charset::Utf8.decode(params.get(name)?).ok()
    };
    let wanted = match Wanted::of_link(&gateway.world, gateway.door.now_us(), value) {
        Ok(wanted) => wanted,
        Err(LinkRefused::Forged) => return words(StatusCode::FORBIDDEN, "下载链接无效，请重新查询账单。\n"),
        Err(LinkRefused::Expired) => {
            return words(StatusCode::FORBIDDEN, "下载链接已过期（有效30秒），请重新查询账单。\n");
        }
    };
    match gateway.read_tables(move |reader| wanted.file(reader)).await {
        Ok(Some(bytes)) => file(&wanted.file_name(), bytes),
        Ok(None) => words(StatusCode::NOT_FOUND, "账单不存在。\n"),
        Err(ReadFailed::Busy) => words(StatusCode::SERVICE_UNAVAILABLE, "系统繁忙，请稍后再试。\n"),
        Err(ReadFailed::Broken) => {
            words(StatusCode::INTERNAL_SERVER_ERROR, "账单暂时无法生成，请稍后再试。\n")
        }
    }
}

fn file(name: &str, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    guard_headers(&mut response);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let saved = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    headers.insert(header::CONTENT_DISPOSITION, saved.expect("digits and letters make a header"));
    response
}

fn words(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    guard_headers(&mut response);
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
