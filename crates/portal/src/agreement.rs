//! The page on which a buyer signs an agreement: the terms, and a form that asks who signs and for the payment
//! password, or for a passkey, which says both.
//!
//! One step and no session: either is given for this very agreement and used up by signing it. The way back to
//! the shop is the one of the signed offer.

use crate::order_view::name_of;
use crate::passkey_page::{self, ActFields, PasskeyForm, Unopened, told};
use crate::people::{ClientAddress, passkey_acts};
use crate::portal::Portal;
use crate::respond::{Frame, Visitor, message, page};
use crate::sign_in::{self, About, SignInForm, SignInRefused};
use crate::texts::{Texts, shown};
use crate::visit::{self, Visit};
use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use base::{AgreementNo, AppId, PartyId, Secret};
use cell::CellError;
use engine::{FindGrant, FindOffer, SignAgreement, act_of_signing};
use people::{GrantKind, ShownAct};
use std::sync::Arc;
use trade::{Agreement, AgreementState, SignRefused, Terms, Unit, WireCharset};
use wire::charset::Charset;
use wire::page::signed_return_url;
use wire::timestamp::format_cn;

/// The method under which a browser comes back (protocol 5.14).
const RETURN_METHOD: &str = "alipay.user.agreement.page.sign.return";

type Shared = State<Arc<Portal>>;

#[derive(Template)]
#[template(path = "agreement_sign.html")]
struct SignPage<'a> {
    f: Frame<'a>,
    payee: String,
    terms: Vec<(&'static str, String)>,
    action: String,
    csrf: String,
    login: &'a str,
    passkey: Option<PasskeyForm>,
    error: Option<String>,
}

/// The routes of the page.
pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/agreement/{token}", get(show).post(sign))
        .route("/agreement/{token}/passkey/options", post(begin_by_passkey))
        .route("/agreement/{token}/passkey", post(sign_by_passkey))
}

/// The agreement of a link that can still be signed.
async fn find(portal: &Portal, token: &str) -> Result<Arc<Agreement>, Unopened> {
    let topic = portal.world.secrets.order_of_token(token).ok_or(Unopened::NotThere)?;
    Ok(portal.door.ask(FindOffer { agreement_no: AgreementNo::of_topic(topic) }).await?)
}

/// The page that says so.
fn unopened(portal: &Portal, f: Frame<'_>, token: &str, why: Unopened) -> Response {
    let form_gone = || gone(portal, f, token, StatusCode::FORBIDDEN);
    why.page(f, form_gone, (f.t.agreement_gone, f.t.agreement_gone_text))
}

/// What a passkey's form is held against before anything is done: the agreement, and that this browser was given it.
async fn opened(
    portal: &Portal,
    visitor: &Visitor,
    token: &str,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Result<(Arc<Agreement>, ActFields), Unopened> {
    let agreement = find(portal, token).await?;
    let fields = passkey_page::own_act(portal, visitor, &format!("/agreement/{token}"), sent)?;
    Ok((agreement, fields))
}

async fn show(State(portal): Shared, Path(token): Path<String>, visitor: Visitor) -> Response {
    match find(&portal, &token).await {
        Ok(agreement) => form(&portal, &visitor, &token, &agreement, "", None).await,
        Err(why) => unopened(&portal, visitor.frame(&portal), &token, why),
    }
}

async fn form(
    portal: &Portal,
    visitor: &Visitor,
    token: &str,
    agreement: &Agreement,
    login: &str,
    error: Option<(StatusCode, String)>,
) -> Response {
    let f = visitor.frame(portal);
    let over = agreement.state == AgreementState::Temp && portal.door.now_us() >= agreement.sign_until_us;
    match agreement.state {
        AgreementState::Normal => return message(f, StatusCode::OK, (f.t.signed, f.t.signed_text), None),
        AgreementState::Temp if !over => {}
        AgreementState::Temp | AgreementState::Stop => {
            return message(f, StatusCode::GONE, (f.t.agreement_gone, f.t.agreement_gone_text), None);
        }
    }
    let visit = Visit::of(visitor);
    let path = format!("/agreement/{token}");
    let (csrf, payee) = (visit.token(portal, &path), name_of(portal, agreement.seller).await);
    let (action, terms) = (format!("{}{path}", portal.root), lines_of(&agreement.terms(), f.t));
    let (status, error) = error.map_or((StatusCode::OK, None), |(status, words)| (status, Some(words)));
    let passkey = PasskeyForm::agreeing(portal, f.t.passkey_sign, &action, &csrf);
    let response = page(status, &SignPage { f, payee, terms, action, csrf, login, passkey, error });
    visit.keep(portal, response)
}

/// What is agreed, for people: all of it, since this is what is signed.
pub(crate) fn lines_of(terms: &Terms, t: &Texts) -> Vec<(&'static str, String)> {
    let Terms { sign_scene, validity, .. } = terms;
    let mut lines = vec![(t.business, sign_scene.to_string())];
    lines.extend(limits_of(terms, t));
    let valid = validity
        .map_or_else(|| t.no_end.to_owned(), |span| counted(span.unit, span.count, t) + t.from_signing);
    lines.push((t.valid, valid));
    lines
}

fn counted(unit: Unit, count: u32, t: &Texts) -> String {
    match unit {
        Unit::Day => format!("{count} {}", t.days),
        Unit::Month => format!("{count} {}", t.months),
    }
}

/// How much may be taken and when, for people.
pub(crate) fn limits_of(terms: &Terms, t: &Texts) -> Vec<(&'static str, String)> {
    let Some(rule) = &terms.rule else { return vec![(t.amounts, t.any_amount.to_owned())] };
    let mut lines = vec![
        (t.single_amount, shown(rule.single)),
        (t.every, counted(rule.unit, rule.every, t)),
        (t.first_debit, rule.first.to_string()),
    ];
    lines.extend(rule.total.map(|total| (t.total_amount, shown(total))));
    lines.extend(rule.payments.map(|payments| (t.payments, payments.to_string())));
    lines
}

async fn sign(
    State(portal): Shared,
    Path(token): Path<String>,
    visitor: Visitor,
    sent: Result<Form<SignInForm>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let agreement = match find(&portal, &token).await {
        Ok(agreement) => agreement,
        Err(why) => return unopened(&portal, f, &token, why),
    };
    let Ok(Form(SignInForm { csrf, login, pay_password })) = sent else {
        return gone(&portal, f, &token, StatusCode::BAD_REQUEST);
    };
    if !visit::is_own_form(&portal, &visitor, &format!("/agreement/{token}"), &csrf) {
        return gone(&portal, f, &token, StatusCode::FORBIDDEN);
    }
    let done = signed(&portal, &agreement, &login, Secret::new(pay_password)).await;
    result(&portal, &visitor, &token, &agreement, &login, done).await
}

fn gone(portal: &Portal, f: Frame<'_>, token: &str, status: StatusCode) -> Response {
    let link = Some((f.t.reload, format!("{}/agreement/{token}", portal.root)));
    message(f, status, (f.t.form_gone, f.t.page_gone_text), link)
}

/// What the buyer sees of it.
async fn result(
    portal: &Portal,
    visitor: &Visitor,
    token: &str,
    agreement: &Agreement,
    login: &str,
    done: Result<Arc<Agreement>, NotSigned>,
) -> Response {
    let f = visitor.frame(portal);
    match done {
        Ok(agreement) => {
            let link = return_link(portal, &agreement).await.map(|url| (f.t.back_to_shop, url));
            crate::respond::done(f, (f.t.signed, f.t.signed_text), link)
        }
        Err(NotSigned::SignIn(refused)) => {
            let error = Some((refused.status(), refused.words(f.t)));
            form(portal, visitor, token, agreement, login, error).await
        }
        Err(NotSigned::Refused(refused)) => {
            let (title, text) = words(refused, f.t);
            message(f, StatusCode::CONFLICT, (title, text), None)
        }
        Err(NotSigned::Unknown) => {
            let link = Some((f.t.reload, format!("{}/agreement/{token}", portal.root)));
            message(f, StatusCode::GATEWAY_TIMEOUT, (f.t.unknown, f.t.agreement_unknown_text), link)
        }
    }
}

/// What is signed, as the page shows it.
fn act_of(agreement: &Agreement) -> ShownAct {
    act_of_signing(agreement.no, agreement.seller, &agreement.terms())
}

/// Gives the script the challenge for this agreement.
async fn begin_by_passkey(
    State(portal): Shared,
    Path(token): Path<String>,
    client: Option<Extension<ClientAddress>>,
    visitor: Visitor,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Response {
    let (agreement, fields) = match opened(&portal, &visitor, &token, sent).await {
        Ok(found) => found,
        Err(why) => return why.told(visitor.texts),
    };
    let client = client.map(|Extension(client)| client);
    let begun = passkey_acts::begin_unnamed(&portal, client, &fields.csrf, act_of(&agreement));
    told(begun, visitor.texts)
}

/// Signs for whoever has the passkey.
async fn sign_by_passkey(
    State(portal): Shared,
    Path(token): Path<String>,
    visitor: Visitor,
    sent: Result<Form<ActFields>, FormRejection>,
) -> Response {
    let f = visitor.frame(&portal);
    let (agreement, fields) = match opened(&portal, &visitor, &token, sent).await {
        Ok(found) => found,
        Err(why) => return unopened(&portal, f, &token, why),
    };
    match fields.agreed(&portal, act_of(&agreement)).await {
        Ok(confirmed) => {
            let done = sign_with(&portal, &agreement, confirmed.party, confirmed.proof).await;
            result(&portal, &visitor, &token, &agreement, "", done).await
        }
        Err(error) => {
            let error = Some((error.status(), passkey_page::words(&error, f.t).to_owned()));
            form(&portal, &visitor, &token, &agreement, "", error).await
        }
    }
}

const fn words(refused: SignRefused, t: &Texts) -> (&'static str, &'static str) {
    match refused {
        SignRefused::AgreementNotFound | SignRefused::AlreadyEnded => {
            (t.agreement_gone, t.agreement_gone_text)
        }
        SignRefused::BuyerDiffers => (t.agreement_other, t.agreement_other_text),
        SignRefused::UnderWay => (t.agreement_signing, t.agreement_signing_text),
        SignRefused::BuyerIsSeller => (t.agreement_own, t.agreement_own_text),
        SignRefused::SellerBlocked | SignRefused::BuyerNotFound | SignRefused::BuyerBlocked => {
            (t.agreement_blocked, t.agreement_blocked_text)
        }
        SignRefused::ProofMissing => (t.form_gone, t.agreement_proof_gone),
        SignRefused::SameInForce => (t.signed, t.same_signed),
    }
}

/// Why an agreement is not signed.
pub(crate) enum NotSigned {
    /// Nobody is signed in.
    SignIn(SignInRefused),
    /// The rules say no.
    Refused(SignRefused),
    /// It is not known.
    Unknown,
}

/// Signs in and signs, in one go.
pub(crate) async fn signed(
    portal: &Portal,
    agreement: &Agreement,
    login: &str,
    password: Secret<String>,
) -> Result<Arc<Agreement>, NotSigned> {
    let about = About::Order(agreement.no.topic());
    let proof = sign_in::by_login(portal, login, password, about).await.map_err(NotSigned::SignIn)?;
    sign_with(portal, agreement, proof.party, proof.attempt).await
}

/// Signs with what was proven for this agreement.
async fn sign_with(
    portal: &Portal,
    agreement: &Agreement,
    buyer: PartyId,
    attempt: u64,
) -> Result<Arc<Agreement>, NotSigned> {
    let command = SignAgreement { agreement_no: agreement.no, buyer, attempt };
    portal.door.ask(command).await.map_err(|error| match error {
        CellError::Refused(refused) => NotSigned::Refused(refused),
        CellError::Busy => NotSigned::SignIn(SignInRefused::Busy),
        CellError::Unknown => NotSigned::Unknown,
    })
}

/// The merchant's own app behind one that acts for it, as notifications name it too.
async fn own_app(portal: &Portal, agreement: &Agreement) -> AppId {
    let (owner, app, kind) = (agreement.seller, agreement.app, GrantKind::Merchant);
    if portal.door.app(app).is_none_or(|app| app.seller == owner) {
        return app;
    }
    let grant = portal.door.ask(FindGrant { owner, app, kind }).await;
    grant.ok().and_then(|grant| grant.own_app).unwrap_or(app)
}

/// Where the buyer's browser goes: the `return_url` of the offer with signed parameters.
pub(crate) async fn return_link(portal: &Portal, agreement: &Arc<Agreement>) -> Option<String> {
    let url = agreement.return_url.clone()?;
    let charset = match agreement.charset {
        WireCharset::Utf8 => Charset::Utf8,
        WireCharset::Gbk => Charset::Gbk,
    };
    let sign_type = portal.sign_type_for(agreement.app, agreement.rsa1);
    let own_app = own_app(portal, agreement).await;
    let (key, now_us, agreement) =
        (portal.world.signing_key(sign_type)?.clone(), portal.door.now_us(), agreement.clone());
    let signed = tokio::task::spawn_blocking(move || {
        let time = |at_us: Option<i64>| at_us.map(format_cn).unwrap_or_default();
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let pairs = [
            ("agreement_no", agreement.no.to_string()),
            ("alipay_logon_id", text(agreement.buyer_login_masked.as_ref().map(|login| login.as_str()))),
            ("alipay_user_id", agreement.buyer.map(|buyer| buyer.to_string()).unwrap_or_default()),
            ("app_id", agreement.app.to_string()),
            ("auth_app_id", own_app.to_string()),
            ("charset", charset.name().to_owned()),
            ("external_agreement_no", text(agreement.external_agreement_no.as_ref().map(|no| no.as_str()))),
            ("external_logon_id", text(agreement.external_logon_id.as_ref().map(|name| name.as_str()))),
            ("invalid_time", time(agreement.invalid_at_us)),
            ("method", RETURN_METHOD.to_owned()),
            ("personal_product_code", agreement.product.wire().to_owned()),
            ("sign_scene", agreement.sign_scene.to_string()),
            ("sign_time", time(agreement.signed_at_us)),
            ("status", agreement.state.wire().to_owned()),
            ("timestamp", format_cn(now_us)),
            ("valid_time", time(agreement.signed_at_us)),
            ("version", "1.0".to_owned()),
        ];
        let filled = pairs.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<(&str, &str)> = filled.map(|(name, value)| (*name, value.as_str())).collect();
        signed_return_url(url.as_str(), &pairs, charset, sign_type, &key).ok()
    });
    signed.await.unwrap_or(None)
}
