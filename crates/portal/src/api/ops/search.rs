//! `/ops/search`: what a number or a login is, and where the console shows it.
//!
//! Numbers of ours carry their slot: they are looked up. A merchant's own number is nobody's else, so it is looked up
//! with each merchant. Nothing is searched in names: they are not to be found out by asking.

use super::super::moment;
use super::parties::shown_name;
use super::read::{books, one};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::sign_in::find_login;
use axum::Json;
use axum::extract::{Query, State};
use base::{AgreementNo, AppId, BankOrderNo, FreezeNo, OrderNo, PartyId, TransferNo};
use engine::{Key, Row, Table};
use fund::BankOrder;
use money::Money;
use people::{App, Party};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Agreement, Freeze, Order, OrderNumber, OutTradeNo};
use transfer::{CardTransfer, Transfer};
use utoipa::{IntoParams, ToSchema};

/// Most characters that are searched for: as many as a login may have.
const WORDS_MAX: usize = 100;
/// Things that are told.
const FOUND_MAX: usize = 20;
/// Apps whose merchants are asked for a number of their own.
const APPS_MAX: usize = 5_000;
/// Apps read at once.
const PAGE: usize = 500;

/// What is searched for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// A trade_no, out_trade_no, user id, login, app id, or the number of a transfer, an order to a bank, a
    /// pre-authorisation or an agreement.
    q: String,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsFound {
    found: Vec<OpsThing>,
    /// Whether all merchants were asked for such a number of their own.
    complete: bool,
}

/// Something that was found.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct OpsThing {
    /// `order`, `party`, `transfer`, `card_transfer`, `bank_order`, `freeze`, `agreement` or `app`.
    kind: &'static str,
    no: String,
    title: Option<String>,
    state: Option<&'static str>,
    amount: Option<String>,
    currency: Option<&'static str>,
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Where it is shown: `order` or `party`.
    screen: &'static str,
    /// The number for that screen.
    id: String,
}

/// Finds what a number or a login is.
#[utoipa::path(
    get,
    path = "/ops/search",
    tag = "ops",
    params(SearchQuery),
    responses((status = 200, description = "What it is, and where it is shown.", body = OpsFound))
)]
pub(crate) async fn search(
    State(portal): State<Arc<Portal>>,
    Query(asked): Query<SearchQuery>,
) -> Result<Json<OpsFound>, SandboxError> {
    let words = asked.q.trim().to_owned();
    let is_bad = |text: &str| text.is_empty() || text.chars().count() > WORDS_MAX;
    if is_bad(&words) || words.chars().any(char::is_control) {
        let message = format!("q has 1 to {WORDS_MAX} characters");
        return Err(SandboxError::bad("bad_q", message).of_field("q"));
    }
    let named = find_login(&portal, &words).await;
    let named = named.map_err(|error| SandboxError::of(error, |_| super::parties::missing()))?;
    let (found, complete) = books(&portal, move |reader| all(reader, &words, named)).await?;
    Ok(Json(OpsFound { found, complete }))
}

/// Everything that goes by these words, and whether all merchants were asked.
fn all(
    reader: &mut dyn Reader,
    words: &str,
    named: Option<PartyId>,
) -> Result<(Vec<OpsThing>, bool), StoreError> {
    let mut found = Vec::new();
    let users = words.parse::<PartyId>().ok().into_iter().chain(named);
    for id in users.collect::<BTreeSet<_>>() {
        found.extend(one::<Party>(reader, (id.slot(), id))?.map(|party| of_party(&party)));
    }
    if let Ok(no) = words.parse::<OrderNo>() {
        found.extend(one::<Order>(reader, (no.slot(), no))?.map(|order| of_order(&order)));
    }
    if let Ok(no) = words.parse::<BankOrderNo>() {
        found.extend(one::<BankOrder>(reader, (no.slot(), no))?.map(|order| of_bank_order(&order)));
    }
    if let Ok(no) = words.parse::<TransferNo>() {
        found.extend(one::<Transfer>(reader, (no.slot(), no))?.map(|transfer| of_transfer(&transfer)));
        found.extend(
            one::<CardTransfer>(reader, (no.slot(), no))?.map(|transfer| of_card_transfer(&transfer)),
        );
    }
    if let Ok(no) = words.parse::<FreezeNo>() {
        found.extend(one::<Freeze>(reader, (no.slot(), no))?.map(|freeze| of_freeze(&freeze)));
    }
    if let Ok(no) = words.parse::<AgreementNo>() {
        found.extend(one::<Agreement>(reader, (no.slot(), no))?.map(|agreement| of_agreement(&agreement)));
    }
    if let Ok(id) = words.parse::<AppId>() {
        found.extend(one::<App>(reader, (id.slot(), id))?.map(|app| of_app(&app)));
    }
    let complete = match OutTradeNo::new(words) {
        Ok(number) => of_merchants(reader, &number, &mut found)?,
        Err(_) => true,
    };
    Ok((found, complete))
}

/// Orders of any merchant with this number of its own.
fn of_merchants(
    reader: &mut dyn Reader,
    number: &OutTradeNo,
    found: &mut Vec<OpsThing>,
) -> Result<bool, StoreError> {
    let (mut after, mut looked, mut sellers): (Option<Key>, usize, BTreeSet<PartyId>) =
        (None, 0, BTreeSet::new());
    while looked < APPS_MAX {
        let rows = reader.scan(Table::App, None, after.as_ref(), PAGE)?;
        looked += rows.len();
        sellers.extend(rows.iter().filter_map(|row| match row {
            Row::App(app) => Some(app.seller),
            _ => None,
        }));
        after = rows.last().map(Row::key);
        if rows.len() < PAGE {
            break;
        }
    }
    let mut complete = looked < APPS_MAX;
    for seller in sellers {
        let Some(named) = one::<OrderNumber>(reader, (seller.slot(), seller, number.clone()))? else {
            continue;
        };
        if found.len() == FOUND_MAX {
            complete = false;
            break;
        }
        found.extend(one::<Order>(reader, (named.no.slot(), named.no))?.map(|order| of_order(&order)));
    }
    Ok(complete)
}

/// Something of this party's, shown with it.
fn with_party(kind: &'static str, no: String, party: PartyId, at_us: i64) -> OpsThing {
    OpsThing {
        kind,
        no,
        title: None,
        state: None,
        amount: None,
        currency: None,
        at: Some(moment(at_us)),
        screen: "party",
        id: party.to_string(),
    }
}

impl OpsThing {
    fn of(self, title: Option<String>, state: &'static str, amount: Option<Money>) -> OpsThing {
        OpsThing {
            title,
            state: Some(state),
            amount: amount.map(|amount| amount.to_string()),
            currency: amount.map(|amount| amount.currency().code()),
            ..self
        }
    }
}

fn of_party(party: &Party) -> OpsThing {
    let thing = with_party("party", party.id.to_string(), party.id, party.opened_at_us);
    thing.of(Some(shown_name(party)), party.status.as_str(), None)
}

fn of_order(order: &Order) -> OpsThing {
    let thing = with_party("order", order.no.to_string(), order.seller, order.opened_at_us);
    let thing = thing.of(Some(order.subject.to_string()), order.state.as_str(), Some(order.total()));
    OpsThing { screen: "order", id: order.no.to_string(), ..thing }
}

fn of_bank_order(order: &BankOrder) -> OpsThing {
    let thing = with_party("bank_order", order.no.to_string(), order.party, order.asked_at_us);
    let thing = thing.of(Some(order.kind.as_str().to_owned()), order.state.as_str(), Some(order.amount()));
    match order.about {
        // What pays an order is shown with it; what carries a transfer is not.
        Some(about) if order.kind == fund::BankOrderKind::Pay => {
            OpsThing { screen: "order", id: about.to_string(), ..thing }
        }
        Some(_) | None => thing,
    }
}

fn of_transfer(transfer: &Transfer) -> OpsThing {
    let thing = with_party("transfer", transfer.no.to_string(), transfer.payer, transfer.opened_at_us);
    let title = transfer.title.as_ref().map(ToString::to_string);
    thing.of(title, transfer.state.as_str(), Some(transfer.amount()))
}

fn of_card_transfer(transfer: &CardTransfer) -> OpsThing {
    let thing = with_party("card_transfer", transfer.no.to_string(), transfer.payer, transfer.paid_at_us);
    let title = transfer.title.as_ref().map(ToString::to_string);
    let amount = transfer.amount_minor.of(transfer.currency);
    thing.of(title, transfer.state.as_str(), Some(amount))
}

fn of_freeze(freeze: &Freeze) -> OpsThing {
    let thing = with_party("freeze", freeze.no.to_string(), freeze.seller, freeze.opened_at_us);
    let amount = freeze.amount_minor.of(freeze.currency);
    thing.of(Some(freeze.title.to_string()), freeze.state.as_str(), Some(amount))
}

fn of_agreement(agreement: &Agreement) -> OpsThing {
    let no = agreement.no.to_string();
    let thing = with_party("agreement", no, agreement.seller, agreement.offered_at_us);
    thing.of(None, agreement.state.as_str(), None)
}

fn of_app(app: &App) -> OpsThing {
    with_party("app", app.id.to_string(), app.seller, app.opened_at_us).of(None, app.status.as_str(), None)
}
