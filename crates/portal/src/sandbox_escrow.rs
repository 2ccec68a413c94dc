//! `/sandbox/escrows`: guaranteed trades, both sides and customer service, without a browser.

use crate::chance;
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer, party_of, read};
use crate::sandbox_escrow_form::{ActRequest, OpenRequest, act_of, goods_of, kind_of_goods};
use crate::sandbox_party::amount_of;
use crate::sign_in::{self, About};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use base::{OrderNo, PartyId, Secret, Text};
use engine::{
    ActOnEscrow, Actor, ConfirmGoods, EscrowAct, EscrowView, FindEscrow, Key, OpenOrder, Row, Table,
};
use money::Money;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use trade::{
    CaseState, Delivery, EscrowCase, EscrowRefused, EscrowStep, Meaning, OpenRefused, OutTradeNo, PayRefused,
    RequestNo, WireCharset,
};
use wire::timestamp::format_cn;

/// Escrows and steps that one call tells, at most.
const SHOWN_MAX: usize = 500;
/// Orders or trades of a party that are looked through for escrows: the newest.
const LOOKED_MAX: usize = 1_000;

type Shared = State<Arc<Portal>>;

/// Opens an order whose payment will be held.
pub(crate) async fn open(State(portal): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let asked: OpenRequest = read(&headers, &body)?;
    let seller = party_of(&portal, asked.seller_login.as_deref(), asked.seller_id.as_deref()).await?;
    let app = asked.app_id.parse().map_err(|error| SandboxError::bad("bad_app_id", error))?;
    let buyer = match &asked.buyer_login {
        Some(login) => Some(party_of(&portal, Some(login), None).await?),
        None => None,
    };
    let meaning = Meaning {
        product: goods_of(&asked.goods)?.product(),
        total: amount_of(&asked.total_amount)?,
        subject: bounded("subject", &asked.subject)?,
        body: None,
        named_buyer: buyer,
        goods_detail: None,
    };
    let command = OpenOrder {
        seller,
        app,
        out_trade_no: number_of_merchant(&asked.out_trade_no)?,
        meaning,
        delivery: delivery(asked.notify_url.as_deref())?,
        timeout: None,
        expires_at_us: None,
        code_timeout: None,
        pay_by: None,
        royalty_freeze: false,
    };
    let opened = portal.door.ask(command).await;
    let order = opened.map_err(|error| SandboxError::of(error, open_refused))?.order;
    answer(json!({
        "trade_no": order.no.to_string(),
        "out_trade_no": order.out_trade_no.as_str(),
        "total_amount": order.total().to_string(),
        "order_url": portal.world.cashier_url(order.no),
    }))
}

fn bounded<const N: usize>(name: &str, text: &str) -> Result<Text<N>, SandboxError> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(SandboxError::bad("bad_request", format!("{name} is empty or has control characters")));
    }
    Text::new(text).map_err(|error| SandboxError::bad("bad_request", format!("{name}: {error}")))
}

/// The merchant's number, of the signs that the gateway takes: ours begin with one that it does not.
fn number_of_merchant(text: &str) -> Result<OutTradeNo, SandboxError> {
    if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Err(SandboxError::bad("bad_request", "out_trade_no has letters, digits and _ only"));
    }
    bounded("out_trade_no", text)
}

fn delivery(notify_url: Option<&str>) -> Result<Delivery, SandboxError> {
    let notify_url = notify_url.map(|url| match wire::page::is_web_address(url) {
        true => bounded("notify_url", url),
        false => Err(SandboxError::bad("bad_request", "notify_url is no http or https address")),
    });
    Ok(Delivery {
        notify_url: notify_url.transpose()?,
        return_url: None,
        quit_url: None,
        charset: WireCharset::Utf8,
        rsa1: false,
        store_id: None,
        terminal_id: None,
        operator_id: None,
        passback_params: None,
        merchant_order_no: None,
    })
}

fn open_refused(refused: OpenRefused) -> SandboxError {
    match refused {
        OpenRefused::SellerNotFound => SandboxError::missing("seller_not_found", refused),
        OpenRefused::NumberTaken { .. } => SandboxError::conflict("number_taken", refused),
        OpenRefused::AlreadyPaid => SandboxError::conflict("already_paid", refused),
        OpenRefused::AlreadyClosed => SandboxError::conflict("already_closed", refused),
        OpenRefused::SellerBlocked => SandboxError::conflict("seller_blocked", refused),
        OpenRefused::NotSigned => SandboxError::conflict("not_signed", refused),
        OpenRefused::TotalTooLarge => SandboxError::bad("bad_amount", refused),
        OpenRefused::Receiving(_) => SandboxError::conflict("receiving_limit", refused),
        OpenRefused::ExpiryPassed => SandboxError::bad("bad_request", refused),
        OpenRefused::BuyerNotFound => SandboxError::missing("party_not_found", refused),
        OpenRefused::TooManyWaiting => SandboxError::conflict("too_many_waiting", refused),
        OpenRefused::Pay(PayRefused::BuyerBlocked) => SandboxError::conflict("buyer_blocked", refused),
        OpenRefused::Pay(_) => SandboxError::conflict("buyer_is_seller", refused),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    login: Option<String>,
    user_id: Option<String>,
}

/// The escrows of a party, as buyer and as seller, newest first.
pub(crate) async fn list(State(portal): Shared, Query(whose): Query<Whose>) -> Answer {
    let party = party_of(&portal, whose.login.as_deref(), whose.user_id.as_deref()).await?;
    let numbers = numbers_of(&portal, party).await?;
    let mut shown = Vec::new();
    for order_no in numbers {
        match portal.door.ask(FindEscrow { order_no, party: Some(party) }).await {
            Ok(view) => shown.push(told(&view)),
            Err(cell::CellError::Refused(_)) => {}
            Err(error) => return Err(SandboxError::of(error, refused)),
        }
        if shown.len() >= SHOWN_MAX {
            break;
        }
    }
    answer(json!({ "escrows": shown }))
}

/// The numbers of a party's orders and trades, newest first.
pub(crate) async fn numbers_of(portal: &Portal, party: PartyId) -> Result<Vec<OrderNo>, SandboxError> {
    let read = portal.read(move |reader| {
        let mut numbers: Vec<OrderNo> =
            reader.trades(party, None, LOOKED_MAX)?.iter().map(|trade| trade.no).collect();
        let sold = reader.orders(Some(party), None, LOOKED_MAX)?;
        numbers.extend(sold.iter().filter(|order| order.product.goods().is_some()).map(|order| order.no));
        numbers.sort_by(|one, other| other.cmp(one));
        Ok(numbers)
    });
    read.await.ok_or_else(|| SandboxError::broken("escrows cannot be read"))
}

/// One escrow with its steps. Steps follow the escrow by a moment: they are read from the tables.
pub(crate) async fn show(State(portal): Shared, Path(trade_no): Path<String>) -> Answer {
    let order_no = number_of(&trade_no)?;
    let view = portal.door.ask(FindEscrow { order_no, party: None }).await;
    let view = view.map_err(|error| SandboxError::of(error, refused))?;
    let after =
        Key::EscrowStep((order_no.slot(), order_no, RequestNo::new("").expect("no text is short enough")));
    let found = portal
        .read(move |reader| reader.scan(Table::EscrowStep, Some(order_no.slot()), Some(&after), SHOWN_MAX));
    let found = found.await.ok_or_else(|| SandboxError::broken("steps cannot be read"))?;
    let mut steps: Vec<Arc<EscrowStep>> = Vec::new();
    for row in found {
        if let Row::EscrowStep(step) = row
            && step.order_no == order_no
        {
            steps.push(step);
        }
    }
    steps.sort_by_key(|step| step.no);
    let mut body = told(&view);
    body["steps"] = steps.iter().map(|step| step_told(step)).collect();
    answer(body)
}

/// Acts on an escrow.
pub(crate) async fn act(
    State(portal): Shared,
    Path((trade_no, act)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let order_no = number_of(&trade_no)?;
    let asked: ActRequest = read(&headers, &body)?;
    let request_no = match &asked.request_no {
        Some(number) => bounded("request_no", number)?,
        None => bounded("request_no", &chance::request_no(&portal.world.secrets, portal.door.now_us()))?,
    };
    let view = if act == "confirm" {
        confirm(&portal, order_no, &asked, request_no).await?
    } else {
        let done = act_of(&act, &asked)?;
        let actor = actor_of(&portal, order_no, &done, &asked).await?;
        let command = ActOnEscrow { order_no, actor, request_no, act: done };
        let decided = portal.door.ask(command).await;
        let decided = decided.map_err(|error| SandboxError::of(error, refused))?;
        // A refund that an act makes arrives after its answer. When that cannot be seen, the act was decided all the
        // same.
        portal.door.ask(FindEscrow { order_no, party: None }).await.unwrap_or(decided)
    };
    answer(told(&view))
}

async fn confirm(
    portal: &Portal,
    order_no: OrderNo,
    asked: &ActRequest,
    request_no: RequestNo,
) -> Result<EscrowView, SandboxError> {
    let (Some(login), Some(password)) = (&asked.login, &asked.pay_password) else {
        return Err(SandboxError::bad("bad_request", "confirming needs login and pay_password"));
    };
    let found = portal.door.ask(FindEscrow { order_no, party: None }).await;
    found.map_err(|error| SandboxError::of(error, refused))?;
    let proof =
        sign_in::by_login(portal, login, Secret::new(password.clone()), About::Order(order_no)).await?;
    let command = ConfirmGoods { buyer: proof.party, order_no, attempt: proof.attempt, request_no };
    portal.door.ask(command).await.map_err(|error| SandboxError::of(error, refused))
}

/// Who acts: the party that is named; customer service names nobody.
async fn actor_of(
    portal: &Portal,
    order_no: OrderNo,
    act: &EscrowAct,
    asked: &ActRequest,
) -> Result<Actor, SandboxError> {
    if matches!(act, EscrowAct::Decide { .. }) {
        return Ok(Actor::Arbiter);
    }
    let party = party_of(portal, asked.login.as_deref(), asked.user_id.as_deref()).await?;
    let view = portal.door.ask(FindEscrow { order_no, party: Some(party) }).await;
    let view = view.map_err(|error| SandboxError::of(error, refused))?;
    Ok(if view.escrow.buyer == party { Actor::Buyer(party) } else { Actor::Seller(party) })
}

fn number_of(trade_no: &str) -> Result<OrderNo, SandboxError> {
    trade_no.parse().map_err(|error| SandboxError::bad("bad_trade_no", error))
}

/// A refusal as the sandbox says it.
pub(crate) fn refused(refused: EscrowRefused) -> SandboxError {
    let code = match refused {
        EscrowRefused::EscrowNotFound => return SandboxError::missing("escrow_not_found", refused),
        EscrowRefused::NumberUnfit => return SandboxError::bad("bad_request_no", refused),
        EscrowRefused::LogisticsUnfit => return SandboxError::bad("bad_logistics", refused),
        EscrowRefused::AmountUnfit => return SandboxError::bad("bad_amount", refused),
        EscrowRefused::ActorDiffers => "not_yours",
        EscrowRefused::ProofMissing => "proof_missing",
        EscrowRefused::NumberTaken { .. } => "number_taken",
        EscrowRefused::AlreadyFinished => "already_finished",
        EscrowRefused::AlreadyClosed => "already_closed",
        EscrowRefused::AlreadySent => "already_sent",
        EscrowRefused::NotSent => "not_sent",
        EscrowRefused::NoCase => "no_case",
        EscrowRefused::CaseOpen => "case_open",
        EscrowRefused::CaseStateDiffers => "case_state_differs",
        EscrowRefused::NotInDispute => "not_in_dispute",
        EscrowRefused::EvidenceOver => "evidence_over",
        EscrowRefused::EvidenceFull => "evidence_full",
        EscrowRefused::CasesUsedUp => "cases_used_up",
        EscrowRefused::NothingToReturn => "nothing_to_return",
        EscrowRefused::NoExtension => "no_extension",
        EscrowRefused::ExtensionsUsedUp => "extensions_used_up",
        EscrowRefused::ExtensionTooEarly => "extension_too_early",
        EscrowRefused::NothingHeld => "nothing_held",
    };
    SandboxError::conflict(code, refused)
}

fn told(view: &EscrowView) -> Value {
    let (order, escrow) = (&view.order, &view.escrow);
    let moment = |at_us: Option<i64>| at_us.map(format_cn);
    let case = view.case.as_ref().map(|case| {
        json!({
            "no": case.no,
            "refund_status": case.state.refund_status(),
            "kind": case.kind.as_str(),
            "goods": case.goods_state.as_str(),
            "service": case.service.as_str(),
            "claim": case.claim().to_string(),
            "granted": granted(case).to_string(),
            "reason": case.reason.as_ref().map(|reason| reason.as_str()),
            "opened_at": format_cn(case.opened_at_us),
            "ended_at": moment(case.ended_at_us),
        })
    });
    json!({
        "trade_no": order.no.to_string(),
        "out_trade_no": order.out_trade_no.as_str(),
        "seller_id": escrow.seller.to_string(),
        "buyer_id": escrow.buyer.to_string(),
        "goods": kind_of_goods(escrow.goods),
        "trade_status": escrow.state.trade_status(),
        "total_amount": order.total().to_string(),
        "held": escrow.held().to_string(),
        "released": escrow.released().to_string(),
        "refunded": escrow.refunded().to_string(),
        "logistics_company": escrow.logistics_company.as_ref().map(|text| text.as_str()),
        "logistics_no": escrow.logistics_no.as_ref().map(|text| text.as_str()),
        "confirm_before": moment(escrow.receipt_due_at_us),
        "next_step_at": moment(escrow.due_at_us),
        "case": case,
    })
}

/// What the buyer gets or has got. A closed case gave nothing, also when it was granted and the money came back.
fn granted(case: &EscrowCase) -> Money {
    match case.state {
        CaseState::Refunding | CaseState::Success => case.granted(),
        CaseState::WaitSellerAgree
        | CaseState::SellerRefused
        | CaseState::WaitBuyerReturn
        | CaseState::WaitSellerConfirm
        | CaseState::Closed => Money::zero(case.currency),
    }
}

fn step_told(step: &EscrowStep) -> Value {
    json!({
        "no": step.no,
        "step": step.kind.as_str(),
        "by": step.side.as_str(),
        "trade_status": step.state.trade_status(),
        "refund_status": step.case_state.map(trade::CaseState::refund_status),
        "words": step.words.as_ref().map(|words| words.as_str()),
        "at": format_cn(step.at_us),
    })
}
