//! `GET /api/v1/me/data`: a copy of what is kept about a person, by name and by number.
//!
//! Lists come from the tables, which are waited for. What others said about the person to us alone, as risk rules and
//! cases do, is not in it.

use super::account::status_name;
use super::register::ADDRESS_FIELD;
use super::who::Who;
use super::{crowded, identity, in_vault, merchants, passkeys, sessions};
use crate::portal::Portal;
use crate::sandbox::{Answer, SandboxError, answer};
use crate::sandbox_bank::card_told;
use axum::extract::State;
use base::PartyId;
use engine::{FindAccount, FindParty, FindProfile, Row, Table};
use fund::Card;
use money::Currency;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::{Reader, StoreError};
use trade::{Mandate, Trade};
use transfer::{Received, Transfer};
use wire::timestamp::format_cn;

/// How long a copy waits for its turn among exports.
const TURN_WAIT: Duration = Duration::from_secs(10);
/// Rows that are read at once.
const PAGE: usize = 1_000;

/// What the tables hold of one person.
struct Posted {
    trades: Vec<Arc<Trade>>,
    sent: Vec<Arc<Transfer>>,
    received: Vec<Arc<Received>>,
    cards: Vec<Arc<Card>>,
    mandates: Vec<Arc<Mandate>>,
}

fn posted(reader: &mut dyn Reader, who: PartyId) -> Result<Posted, StoreError> {
    let (trades, sent) = (reader.trades(who, usize::MAX)?, reader.transfers(who, usize::MAX)?);
    let (received, cards) = (reader.received(who, usize::MAX)?, reader.cards(who, usize::MAX)?);
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
            return Ok(Posted { trades, sent, received, cards, mandates });
        }
    }
}

/// A copy of what is kept about whoever asks.
pub(crate) async fn export(State(portal): State<Arc<Portal>>, Who(this): Who) -> Answer {
    let (who, gone) = (this.party, |_| crowded());
    let turn = tokio::time::timeout(TURN_WAIT, portal.exports.clone().acquire_owned()).await;
    let Ok(Ok(_turn)) = turn else { return Err(crowded()) };
    let party = portal.door.ask(FindParty { party: who }).await;
    let party = party.map_err(|error| SandboxError::of(error, gone))?;
    let account = portal.door.ask(FindAccount { party: who, currency: Currency::Cny }).await;
    let account = account.map_err(|error| SandboxError::of(error, gone))?;
    let profile = portal.door.ask(FindProfile { party: who }).await;
    let profile = profile.map_err(|error| SandboxError::of(error, gone))?;
    let address = in_vault(&portal, move |vault| {
        vault.open_field(&profile.data_key, ADDRESS_FIELD, &profile.sealed_address)
    });
    // Waits for the tables, for what comes after it too.
    let own = merchants::applications(&portal, move |row| row.applicant == who).await?;
    let mut applications = Vec::new();
    for row in own {
        applications.push(merchants::told_with_names(&portal, &row).await?);
    }
    let posted = portal.read(move |reader| posted(reader, who)).await;
    let posted = posted.ok_or_else(|| SandboxError::broken("what is kept of a person cannot be read"))?;
    let mut told = json!({
        "user_id": party.id.to_string(),
        "login": address.await?,
        "status": status_name(party.status),
        "class": party.class.name(),
        "opened_at": format_cn(party.opened_at_us),
        "balance": account.available().to_string(),
        "identity": identity::told(&portal, who).await?,
        "payments": posted.trades.iter().map(|row| payment_told(row)).collect::<Vec<_>>(),
        "transfers_sent": posted.sent.iter().map(|row| sent_told(row)).collect::<Vec<_>>(),
        "transfers_received": posted.received.iter().map(|row| received_told(row)).collect::<Vec<_>>(),
        "cards": posted.cards.iter().map(|row| card_told(row)).collect::<Vec<_>>(),
        "agreements": posted.mandates.iter().map(|row| agreement_told(row)).collect::<Vec<_>>(),
    });
    told["applications"] = json!(applications);
    told["passkeys"] = json!(passkeys::told(&portal, who).await?);
    told["sessions"] = json!(sessions::told(&portal, &this).await?);
    answer(told)
}

fn payment_told(trade: &Trade) -> Value {
    json!({
        "trade_no": trade.no.to_string(),
        "payee": trade.seller.to_string(),
        "subject": trade.subject.as_str(),
        "amount": trade.total().to_string(),
        "paid_at": trade.paid_at_us.map(format_cn),
    })
}

fn sent_told(transfer: &Transfer) -> Value {
    json!({
        "transfer_no": transfer.no.to_string(),
        "payee": transfer.payee.to_string(),
        "amount": transfer.amount().to_string(),
        "title": transfer.title.as_ref().map(ToString::to_string),
        "remark": transfer.remark.as_ref().map(ToString::to_string),
        "state": transfer.state.as_str(),
        "opened_at": format_cn(transfer.opened_at_us),
        "paid_at": transfer.paid_at_us.map(format_cn),
        "ended_at": transfer.ended_at_us.map(format_cn),
    })
}

fn received_told(transfer: &Received) -> Value {
    json!({
        "transfer_no": transfer.no.to_string(),
        "payer": transfer.payer.to_string(),
        "amount": transfer.amount().to_string(),
        "at": format_cn(transfer.at_us),
    })
}

fn agreement_told(mandate: &Mandate) -> Value {
    json!({
        "agreement_no": mandate.no.to_string(),
        "payee": mandate.seller.to_string(),
        "state": mandate.state.as_str(),
        "signed_at": format_cn(mandate.signed_at_us),
        "invalid_at": format_cn(mandate.invalid_at_us),
        "ended_at": mandate.ended_at_us.map(format_cn),
        "debits": mandate.debits,
        "debited": mandate.debited_minor.of(mandate.currency).to_string(),
    })
}
