//! `/api/v1/sellers/{seller_id}/apps`: the apps of a merchant, what their programs need to be told, and how they
//! exchange their keys. Only public halves come here: whoever makes a key keeps the private half.

use super::{first_or_again, moment};
use crate::people::{AtShop, OwnPassword};
use crate::portal::Portal;
use crate::sandbox::{SandboxError, read};
use crate::sandbox_app::keys_of;
use crate::sandbox_app_keys::{add_key, mode_name, refused, sign_type_of, state_name, status_name};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base::{AppId, PartyId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{FindAppKeys, PromoteAppKey, RetireAppKey};
use people::{App, AppKey, AppMode, StaffAct};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wire::sign::PublicKey;

/// Apps of one merchant that are told: more than any has.
const APPS_MAX: usize = 100;

/// The calls of apps.
pub(crate) fn routes() -> OpenApiRouter<Arc<Portal>> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(add))
        .routes(routes!(promote))
        .routes(routes!(retire))
}

/// The apps of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerApps {
    /// By their numbers; the first hundred.
    apps: Vec<SellerApp>,
    /// Whether whoever asks may set keys.
    may_set: bool,
}

/// An app of a merchant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerApp {
    /// Its number.
    app_id: String,
    /// How it proves itself: `key` or `cert`.
    mode: &'static str,
    /// Whether it may call: `online` or `disabled`.
    status: &'static str,
    /// What it signs with: `RSA2` or `SM2`.
    sign_type: &'static str,
    /// Where its calls go.
    gateway_url: String,
    /// What it checks answers and notifications with: Base64 in one line.
    platform_public_key: String,
    /// What an app in certificate mode has beside; absent in key mode.
    certificates: Option<AppCertificates>,
    /// When it was opened.
    #[schema(format = DateTime)]
    opened_at: String,
    /// Its keys by number, retired ones with them.
    keys: Vec<SellerAppKey>,
}

/// The files of an app in certificate mode, each PEM text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppCertificates {
    /// The root, to check the platform's certificate with.
    root: String,
    /// The platform's, to check answers with.
    platform: String,
    /// The app's own, which calls name.
    app: Option<String>,
}

/// A key of an app, the public half.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerAppKey {
    /// Which of the app's keys, from 1.
    number: u32,
    /// Where it stands: `current`, `second` or `retired`.
    state: &'static str,
    /// Whether calls may be signed with it now.
    active: bool,
    /// Base64 in one line.
    public_key: String,
    /// Its certificate as PEM, in certificate mode.
    certificate: Option<String>,
    /// The serial that calls name, in certificate mode.
    cert_sn: Option<String>,
    /// When it was added.
    #[schema(format = DateTime)]
    added_at: String,
    /// From when on it is refused by itself.
    #[schema(format = DateTime)]
    not_after: Option<String>,
    /// When it was retired.
    #[schema(format = DateTime)]
    retired_at: Option<String>,
}

/// The public half of a second key, with one of the passwords of whoever adds it: whoever has the private half acts as
/// the merchant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSellerAppKey {
    /// Base64 or PEM, of the algorithm that the app has.
    public_key: String,
    /// The login password of whoever asks.
    login_password: Option<String>,
    /// Its payment password.
    pay_password: Option<String>,
}

/// The apps of the merchant.
#[utoipa::path(
    get,
    path = "/sellers/{seller_id}/apps",
    tag = "seller-apps",
    params(("seller_id" = String, Path, description = "The merchant.")),
    responses((status = 200, description = "The apps.", body = SellerApps))
)]
pub(crate) async fn list(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
) -> Result<Json<SellerApps>, SandboxError> {
    let mut apps = Vec::new();
    for app in portal.door.apps_of(shop.seller, APPS_MAX) {
        apps.push(told(&portal, &app).await?);
    }
    Ok(Json(SellerApps { apps, may_set: shop.role.may(StaffAct::SetApps) }))
}

/// Adds a second key to an app; in certificate mode a certificate is issued for it. Calls may be signed with either
/// until one is retired. It takes one of the passwords of whoever asks. A key that calls may be signed with already is
/// not added again, and takes none.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/apps/{app_id}/keys",
    tag = "seller-apps",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("app_id" = String, Path, description = "The app.")
    ),
    request_body = NewSellerAppKey,
    responses(
        (status = 201, description = "The app, with the new key.", body = SellerApp),
        (status = 200, description = "The app, which had this key.", body = SellerApp)
    )
)]
pub(crate) async fn add(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Path((_, app_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<SellerApp>), SandboxError> {
    let NewSellerAppKey { public_key, login_password, pay_password } = read(&headers, &body)?;
    let app = own(&portal, shop.seller, &app_id)?;
    let keys = keys_of(Some(public_key), sign_type_of(&app.public_key), app.allow_rsa1).await?;
    let was_there = has(&portal, app.id, &keys.public).await?;
    if !was_there {
        OwnPassword::given(login_password, pay_password)?.prove(&portal, shop.user).await?;
        shop.note(&portal, "app_key.add", &app.id.to_string()).await?;
        if let Err(error) = add_key(&portal, &app, &keys.public, None).await {
            // The same may have been sent twice at once.
            let is_there = error.code() == "key_known" && has(&portal, app.id, &keys.public).await?;
            return if is_there { added(&portal, app.id, true).await } else { Err(error) };
        }
    }
    added(&portal, app.id, was_there).await
}

/// What whoever adds a key hears.
async fn added(
    portal: &Portal,
    app: AppId,
    was_there: bool,
) -> Result<(StatusCode, Json<SellerApp>), SandboxError> {
    Ok((first_or_again(was_there), Json(told_anew(portal, app).await?)))
}

/// Whether calls of an app may be signed with this key now.
async fn has(portal: &Portal, app: AppId, key: &PublicKey) -> Result<bool, SandboxError> {
    let keys = portal.door.ask(FindAppKeys { app }).await;
    let keys = keys.map_err(|error| SandboxError::of(error, refused))?;
    let (spki, now_us) = (key.to_spki(), portal.door.now_us());
    Ok(keys.iter().any(|key| key.public_key == spki && key.is_active(now_us)))
}

/// Makes a key the current one. Of the current one it changes nothing.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/apps/{app_id}/keys/{number}/promote",
    tag = "seller-apps",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("app_id" = String, Path, description = "The app."),
        ("number" = u32, Path, description = "The key.")
    ),
    responses((status = 200, description = "The app.", body = SellerApp))
)]
pub(crate) async fn promote(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Path((_, app_id, number)): Path<(String, String, u32)>,
) -> Result<Json<SellerApp>, SandboxError> {
    let app = own(&portal, shop.seller, &app_id)?.id;
    shop.note(&portal, "app_key.promote", &format!("{app} {number}")).await?;
    let done = portal.door.ask(PromoteAppKey { app, number }).await;
    done.map_err(|error| SandboxError::of(error, refused))?;
    told_anew(&portal, app).await.map(Json)
}

/// Retires a key, for good; never the last active one. Of a retired one it changes nothing.
#[utoipa::path(
    post,
    path = "/sellers/{seller_id}/apps/{app_id}/keys/{number}/retire",
    tag = "seller-apps",
    params(
        ("seller_id" = String, Path, description = "The merchant."),
        ("app_id" = String, Path, description = "The app."),
        ("number" = u32, Path, description = "The key.")
    ),
    responses((status = 200, description = "The app.", body = SellerApp))
)]
pub(crate) async fn retire(
    State(portal): State<Arc<Portal>>,
    shop: AtShop,
    Path((_, app_id, number)): Path<(String, String, u32)>,
) -> Result<Json<SellerApp>, SandboxError> {
    let app = own(&portal, shop.seller, &app_id)?.id;
    shop.note(&portal, "app_key.retire", &format!("{app} {number}")).await?;
    let done = portal.door.ask(RetireAppKey { app, number }).await;
    done.map_err(|error| SandboxError::of(error, refused))?;
    told_anew(&portal, app).await.map(Json)
}

fn no_app() -> SandboxError {
    SandboxError::missing("app_not_found", "the merchant has no such app")
}

/// An app of this merchant; another merchant's is none.
fn own(portal: &Portal, seller: PartyId, app_id: &str) -> Result<Arc<App>, SandboxError> {
    let app: AppId = app_id.parse().map_err(|_| no_app())?;
    portal.door.app(app).filter(|app| app.seller == seller).ok_or_else(no_app)
}

/// The app as it stands after a change. 504 `unknown` when it cannot be looked at: the change is made.
async fn told_anew(portal: &Portal, app: AppId) -> Result<SellerApp, SandboxError> {
    let app = portal.door.app(app).ok_or_else(|| no_app().not_seen())?;
    told(portal, &app).await.map_err(SandboxError::not_seen)
}

async fn told(portal: &Portal, app: &App) -> Result<SellerApp, SandboxError> {
    let keys = portal.door.ask(FindAppKeys { app: app.id }).await;
    let keys = keys.map_err(|error| SandboxError::of(error, refused))?;
    let sign_type = sign_type_of(&app.public_key).sign_type();
    let platform = portal.world.platform_of(sign_type);
    let platform = platform.ok_or_else(|| SandboxError::broken("the platform has no such key"))?;
    let certificates = (app.mode == AppMode::Cert).then(|| AppCertificates {
        root: platform.root.clone(),
        platform: platform.certificate.clone(),
        app: app.certificate.as_ref().map(ToString::to_string),
    });
    let now_us = portal.door.now_us();
    Ok(SellerApp {
        app_id: app.id.to_string(),
        mode: mode_name(app.mode),
        status: status_name(app.status),
        sign_type: sign_type.name(),
        gateway_url: format!("{}/gateway.do", portal.world.base_url),
        platform_public_key: platform.public_key.clone(),
        certificates,
        opened_at: moment(app.opened_at_us),
        keys: keys.iter().map(|key| key_told(key, now_us)).collect(),
    })
}

fn key_told(key: &AppKey, now_us: i64) -> SellerAppKey {
    SellerAppKey {
        number: key.number,
        state: state_name(key.state),
        active: key.is_active(now_us),
        public_key: STANDARD.encode(&key.public_key),
        certificate: key.certificate.as_ref().map(ToString::to_string),
        cert_sn: key.cert_sn.as_ref().map(ToString::to_string),
        added_at: moment(key.added_at_us),
        not_after: key.not_after_us.map(moment),
        retired_at: key.retired_at_us.map(moment),
    }
}
