//! `GET /api/v1/me/data`: a copy of what is kept about a person, by name and by number.
//!
//! Lists come from the tables, which are waited for. What others said about the person to us alone, as risk rules and
//! cases do, is not in it.

use super::account::status_name;
use super::identity::Identity;
use super::merchant_told::{ApplicationWithNames, told_with_names};
use super::passkeys::PasskeyTold;
use super::register::ADDRESS_FIELD;
use super::sessions::Session;
use super::who::Who;
use super::{crowded, identity, in_vault, merchants, passkeys, sessions};
use crate::api::refund_requests::RefundRequest;
use crate::api::{moment, seller_staff};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use crate::turns::TurnOf;
use axum::extract::State;
use base::{OrderNo, PartyId};
use engine::{FindAccount, FindParty, FindPockets, FindProfile, Key, Row, Table};
use fund::{BankOrder, Card, PocketOrder};
use money::Currency;
use people::{MerchantApplication, StaffPlace};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Mandate, RefundWish, Trade};
use transfer::{Received, Transfer};
use utoipa::ToSchema;

/// Rows that are read at once.
const PAGE: usize = 1_000;

/// A payment of the person.
#[derive(Serialize, ToSchema)]
struct OwnPayment {
    trade_no: String,
    payee: String,
    subject: String,
    amount: String,
    #[schema(format = DateTime)]
    paid_at: Option<String>,
    /// What the person asked the merchant to give back, and what came of it.
    refund_request: Option<RefundRequest>,
}

/// Money that the person sent.
#[derive(Serialize, ToSchema)]
struct OwnTransferSent {
    transfer_no: String,
    payee: String,
    amount: String,
    title: Option<String>,
    remark: Option<String>,
    state: &'static str,
    #[schema(format = DateTime)]
    opened_at: String,
    #[schema(format = DateTime)]
    paid_at: Option<String>,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

/// Money that the person was sent.
#[derive(Serialize, ToSchema)]
struct OwnTransferReceived {
    transfer_no: String,
    payer: String,
    amount: String,
    #[schema(format = DateTime)]
    at: String,
}

/// A card of the person.
#[derive(Serialize, ToSchema)]
struct OwnCard {
    card_id: String,
    state: &'static str,
    bank: String,
    kind: &'static str,
    last_four: String,
}

/// What a bank was asked to move for the person: top-ups and withdrawals, payments by card, and what went back to one.
#[derive(Serialize, ToSchema)]
struct OwnBankOrder {
    no: String,
    kind: &'static str,
    state: &'static str,
    amount: String,
    fee: String,
    card: String,
    #[schema(format = DateTime)]
    asked_at: String,
    /// When the bank said its last word.
    #[schema(format = DateTime)]
    heard_at: Option<String>,
}

/// An agreement that the person signed.
#[derive(Serialize, ToSchema)]
struct OwnAgreement {
    agreement_no: String,
    payee: String,
    state: &'static str,
    #[schema(format = DateTime)]
    signed_at: String,
    #[schema(format = DateTime)]
    invalid_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    debits: u32,
    debited: String,
}

/// A merchant that the person acts for, or did.
#[derive(Serialize, ToSchema)]
struct OwnPlace {
    seller_id: String,
    role: &'static str,
    active: bool,
}

/// A copy of what is kept about a person.
#[derive(Serialize, ToSchema)]
struct OwnData {
    user_id: String,
    login: Option<String>,
    status: &'static str,
    class: &'static str,
    #[schema(format = DateTime)]
    opened_at: String,
    balance: String,
    identity: Option<Identity>,
    payments: Vec<OwnPayment>,
    transfers_sent: Vec<OwnTransferSent>,
    transfers_received: Vec<OwnTransferReceived>,
    cards: Vec<OwnCard>,
    /// The person's own order of what it pays with: `balance`, and cards. Empty for whoever goes by the rule.
    pockets: Vec<String>,
    bank_orders: Vec<OwnBankOrder>,
    agreements: Vec<OwnAgreement>,
    applications: Vec<ApplicationWithNames>,
    /// Where the person acts for a merchant, or did.
    staff_of: Vec<OwnPlace>,
    passkeys: Vec<PasskeyTold>,
    sessions: Vec<Session>,
}

/// What the tables hold of one person.
struct Posted {
    trades: Vec<Arc<Trade>>,
    /// What was asked back, by trade.
    wishes: BTreeMap<OrderNo, Arc<RefundWish>>,
    sent: Vec<Arc<Transfer>>,
    received: Vec<Arc<Received>>,
    cards: Vec<Arc<Card>>,
    bank_orders: Vec<Arc<BankOrder>>,
    mandates: Vec<Arc<Mandate>>,
    places: Vec<Arc<StaffPlace>>,
    applications: Vec<Arc<MerchantApplication>>,
}

fn posted(reader: &mut dyn Reader, who: PartyId) -> Result<Posted, StoreError> {
    let (trades, sent) = (reader.trades(who, None, usize::MAX)?, reader.transfers(who, None, usize::MAX)?);
    let (received, cards) = (reader.received(who, None, usize::MAX)?, reader.cards(who, usize::MAX)?);
    let wishes = wishes_of(reader, &trades)?;
    let bank_orders = reader.bank_orders(who, None, usize::MAX)?;
    let places = places_of(reader, who)?;
    let applications = merchants::applications_of(reader, |row| row.applicant == who)?;
    let (mut mandates, mut after) = (Vec::new(), None);
    loop {
        let page = reader.scan(Table::Mandate, Some(who.slot()), after.as_ref(), PAGE)?;
        after = page.last().map(Row::key);
        let is_last = page.len() < PAGE;
        mandates.extend(page.into_iter().filter_map(|row| match row {
            Row::Mandate(mandate) if mandate.buyer == who => Some(mandate),
            _ => None,
        }));
        if is_last {
            return Ok(Posted {
                trades,
                wishes,
                sent,
                received,
                cards,
                bank_orders,
                mandates,
                places,
                applications,
            });
        }
    }
}

/// A wish lies with its order, at the merchant: nothing lists those of a buyer but its trades.
fn wishes_of(
    reader: &mut dyn Reader,
    trades: &[Arc<Trade>],
) -> Result<BTreeMap<OrderNo, Arc<RefundWish>>, StoreError> {
    let mut found = BTreeMap::new();
    // Of what was not paid nobody asks for a refund.
    for trade in trades.iter().filter(|trade| trade.paid_at_us.is_some()) {
        let key = Key::RefundWish((trade.no.slot(), trade.seller, trade.no));
        if let Some(Row::RefundWish(wish)) = reader.row(&key)? {
            found.insert(trade.no, wish);
        }
    }
    Ok(found)
}

/// The rows of a person lie together, by merchant.
fn places_of(reader: &mut dyn Reader, who: PartyId) -> Result<Vec<Arc<StaffPlace>>, StoreError> {
    let (slot, mut found) = (who.slot(), Vec::new());
    let mut after = Key::StaffPlace((slot, who, seller_staff::before_all()));
    loop {
        let page = reader.scan(Table::StaffPlace, Some(slot), Some(&after), PAGE)?;
        let last = page.last().map(Row::key).filter(|_| page.len() == PAGE);
        let before = found.len();
        found.extend(page.into_iter().map_while(|row| match row {
            Row::StaffPlace(place) if place.user == who => Some(place),
            _ => None,
        }));
        match last {
            Some(last) if found.len().saturating_sub(before) == PAGE => after = last,
            _ => return Ok(found),
        }
    }
}

/// A copy of what is kept about whoever asks.
#[utoipa::path(
    get,
    path = "/me/data",
    tag = "me",
    responses((status = 200, description = "A copy of what is kept.", body = OwnData))
)]
pub(crate) async fn export(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let (who, gone) = (this.party, |_| crowded());
    let party = portal.door.ask(FindParty { party: who }).await;
    let party = party.map_err(|error| SandboxError::of(error, gone))?;
    let account = portal.door.ask(FindAccount { party: who, currency: Currency::Cny }).await;
    let account = account.map_err(|error| SandboxError::of(error, gone))?;
    let profile = portal.door.ask(FindProfile { party: who }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, gone))?;
    let pockets = portal.door.ask(FindPockets { party: who }).await;
    let pockets = pockets.map_err(|error| SandboxError::of(error, |never| match never {}))?;
    let address = in_vault(&portal, move |vault| {
        vault.open_field(&profile.data_key, ADDRESS_FIELD, &profile.sealed_address)
    });
    portal.posted().await?;
    let turn = portal.turn(TurnOf::Person).await?;
    let posted = portal.read_in_turn(turn, move |reader| posted(reader, who)).await;
    let posted = posted.ok_or_else(|| SandboxError::broken("what is kept of a person cannot be read"))?;
    let mut applications = Vec::new();
    for row in &posted.applications {
        applications.push(told_with_names(&portal, row, moment).await?);
    }
    answer(OwnData {
        user_id: party.id.to_string(),
        login: address.await?,
        status: status_name(party.status),
        class: party.class.name(),
        opened_at: moment(party.opened_at_us),
        balance: account.available().to_string(),
        identity: identity::told(&portal, who).await?,
        payments: posted.trades.iter().map(|row| payment_told(row, posted.wishes.get(&row.no))).collect(),
        transfers_sent: posted.sent.iter().map(|row| sent_told(row)).collect(),
        transfers_received: posted.received.iter().map(|row| received_told(row)).collect(),
        cards: posted.cards.iter().map(|row| card_told(row)).collect(),
        pockets: pockets.as_deref().map_or_else(Vec::new, pockets_told),
        bank_orders: posted.bank_orders.iter().map(|row| bank_order_told(row)).collect(),
        agreements: posted.mandates.iter().map(|row| agreement_told(row)).collect(),
        applications,
        staff_of: posted.places.iter().map(|row| place_told(row)).collect(),
        passkeys: passkeys::told(&portal, who).await?,
        sessions: sessions::told(&portal, &this).await?,
    })
}

fn place_told(place: &StaffPlace) -> OwnPlace {
    OwnPlace { seller_id: place.seller.to_string(), role: place.role.as_str(), active: place.active }
}

fn payment_told(trade: &Trade, wish: Option<&Arc<RefundWish>>) -> OwnPayment {
    OwnPayment {
        trade_no: trade.no.to_string(),
        payee: trade.seller.to_string(),
        subject: trade.subject.to_string(),
        amount: trade.total().to_string(),
        paid_at: trade.paid_at_us.map(moment),
        refund_request: wish.map(|wish| RefundRequest::of(wish)),
    }
}

fn sent_told(transfer: &Transfer) -> OwnTransferSent {
    OwnTransferSent {
        transfer_no: transfer.no.to_string(),
        payee: transfer.payee.to_string(),
        amount: transfer.amount().to_string(),
        title: transfer.title.as_ref().map(ToString::to_string),
        remark: transfer.remark.as_ref().map(ToString::to_string),
        state: transfer.state.as_str(),
        opened_at: moment(transfer.opened_at_us),
        paid_at: transfer.paid_at_us.map(moment),
        ended_at: transfer.ended_at_us.map(moment),
    }
}

fn received_told(transfer: &Received) -> OwnTransferReceived {
    OwnTransferReceived {
        transfer_no: transfer.no.to_string(),
        payer: transfer.payer.to_string(),
        amount: transfer.amount().to_string(),
        at: moment(transfer.at_us),
    }
}

fn card_told(card: &Card) -> OwnCard {
    OwnCard {
        card_id: card.no.to_string(),
        state: card.state.as_str(),
        bank: card.bank.to_string(),
        kind: card.kind.as_str(),
        last_four: card.last_four.to_string(),
    }
}

fn pockets_told(order: &PocketOrder) -> Vec<String> {
    order.pockets.pockets().iter().map(ToString::to_string).collect()
}

fn bank_order_told(order: &BankOrder) -> OwnBankOrder {
    OwnBankOrder {
        no: order.no.to_string(),
        kind: order.kind.as_str(),
        state: order.state.as_str(),
        amount: order.amount().to_string(),
        fee: order.fee().to_string(),
        card: order.card.to_string(),
        asked_at: moment(order.asked_at_us),
        heard_at: order.heard_at_us.map(moment),
    }
}

fn agreement_told(mandate: &Mandate) -> OwnAgreement {
    OwnAgreement {
        agreement_no: mandate.no.to_string(),
        payee: mandate.seller.to_string(),
        state: mandate.state.as_str(),
        signed_at: moment(mandate.signed_at_us),
        invalid_at: moment(mandate.invalid_at_us),
        ended_at: mandate.ended_at_us.map(moment),
        debits: mandate.debits,
        debited: mandate.debited_minor.of(mandate.currency).to_string(),
    }
}
