//! `/ops/parties/{user_id}`: a party with its accounts, what is held on them, its limits, cards, apps and contracts.
//! Names and logins are masked here: who sees them in clear asks for them, and that is noted.

use super::super::moment;
use super::accounts::OpsAccount;
use super::limits::{OpsLimit, limits};
use super::read::{books, each_after, one, user};
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use axum::Json;
use axum::extract::{Path, State};
use base::{HoldNo, PartyId};
use engine::{Key, Row};
use fund::Card;
use ledger::{Account, AccountId, AccountKind, Hold, HoldState};
use money::Currency;
use people::{App, Operator, Party, PartyKind, masked_name};
use serde::Serialize;
use std::cmp::Reverse;
use std::sync::Arc;
use store::{Reader, StoreError};
use trade::{Contract, ContractBook};
use utoipa::ToSchema;

/// Holds of a slot that are looked through, oldest first.
const HOLDS_LOOKED_MAX: usize = 20_000;
/// Holds, cards and contracts that are told.
const SHOWN_MAX: usize = 100;

/// A party.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpsParty {
    user_id: String,
    slot: u8,
    /// `person`, `merchant` or `platform`.
    kind: &'static str,
    /// `normal`, `frozen` or `closed`.
    status: &'static str,
    #[schema(format = DateTime)]
    opened_at: Option<String>,
    /// A merchant's name, a person's masked.
    name: Option<String>,
    /// Masked.
    login: Option<String>,
    /// `owner`, `operator`, `list` or several of them; absent when payments from the balance are not stopped.
    payments_stopped_by: Option<&'static str>,
    /// `unverified`, `class_1`, `class_2`, `class_3`, `merchant` or `sandbox`.
    class: Option<&'static str>,
    accounts: Vec<OpsAccount>,
    /// What is held on its accounts now.
    holds: Vec<OpsHold>,
    /// Whether there may be more holds than were looked at.
    holds_left_out: bool,
    limits: Vec<OpsLimit>,
    cards: Vec<OpsCard>,
    apps: Vec<OpsApp>,
    /// Versions of its contracts, the newest first; at most a hundred.
    contracts: Vec<OpsContract>,
    /// How many older versions there are.
    contracts_left_out: usize,
    operator: Option<OpsRole>,
}

/// Money that is held on an account.
#[derive(Debug, Serialize, ToSchema)]
struct OpsHold {
    no: String,
    account_id: String,
    amount: String,
    currency: &'static str,
    state: &'static str,
    #[schema(format = DateTime)]
    changed_at: String,
}

/// A card. Its number is kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
struct OpsCard {
    card_no: String,
    bank: String,
    /// `debit` or `credit`.
    kind: &'static str,
    /// The last four digits.
    tail: String,
    /// `asked`, `bound` or `unbound`.
    state: &'static str,
    #[schema(format = DateTime)]
    changed_at: String,
}

/// An app of a merchant.
#[derive(Debug, Serialize, ToSchema)]
struct OpsApp {
    app_id: String,
    /// `online` or `disabled`.
    status: &'static str,
    /// `key` or `cert`.
    mode: &'static str,
    #[schema(format = DateTime)]
    opened_at: String,
}

/// A version of a contract.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OpsContract {
    seller_id: String,
    product: &'static str,
    version: u32,
    /// `in_force` or `ended`.
    status: &'static str,
    /// Parts per million of each payment.
    fee_ppm: u32,
    settlement: &'static str,
    reason: String,
    /// From when it holds; of a proposal, what is asked for.
    #[schema(format = DateTime)]
    effective_at: Option<String>,
    proposed_by: String,
    #[schema(format = DateTime)]
    proposed_at: String,
    /// Absent while it is a proposal.
    approved_by: Option<String>,
    #[schema(format = DateTime)]
    approved_at: Option<String>,
}

/// What the party is as an operator.
#[derive(Debug, Serialize, ToSchema)]
struct OpsRole {
    role: &'static str,
    active: bool,
}

impl OpsContract {
    pub(super) fn of(row: &Contract) -> OpsContract {
        OpsContract {
            seller_id: row.seller.to_string(),
            product: row.product.as_str(),
            version: row.version,
            status: row.status.as_str(),
            fee_ppm: row.fee_ppm.ppm(),
            settlement: row.settlement.as_str(),
            reason: row.reason.to_string(),
            effective_at: row.valid_from_us.map(moment),
            proposed_by: row.proposed_by.to_string(),
            proposed_at: moment(row.proposed_at_us),
            approved_by: row.approved_by.as_ref().map(ToString::to_string),
            approved_at: row.approved_at_us.map(moment),
        }
    }
}

/// What the tables have of a party.
struct Found {
    party: Option<Arc<Party>>,
    accounts: Vec<Arc<Account>>,
    holds: Vec<Arc<Hold>>,
    holds_left_out: bool,
    limits: Vec<OpsLimit>,
    cards: Vec<Arc<Card>>,
    contracts: Vec<Arc<Contract>>,
    contracts_left_out: usize,
    operator: Option<Arc<Operator>>,
}

/// A party as the platform knows it, masked.
#[utoipa::path(
    get,
    path = "/ops/parties/{user_id}",
    tag = "ops",
    params(("user_id" = String, Path, description = "The user.")),
    responses((status = 200, description = "The party.", body = OpsParty))
)]
pub(crate) async fn party(
    State(portal): State<Arc<Portal>>,
    Path(user_id): Path<String>,
) -> Result<Json<OpsParty>, SandboxError> {
    let id = user(&user_id)?;
    let now_us = portal.door.now_us();
    let found = books(&portal, move |reader| read(reader, id, now_us)).await?;
    if found.party.is_none() && !id.is_platform() {
        return Err(missing());
    }
    let is_merchant = found.party.as_ref().is_some_and(|party| party.kind == PartyKind::Merchant);
    let apps = if is_merchant { portal.door.apps_of(id, SHOWN_MAX) } else { Vec::new() };
    Ok(Json(told(id, &found, &apps)))
}

/// What a number that is nobody's hears.
pub(super) fn missing() -> SandboxError {
    SandboxError::missing("party_not_found", "there is no such party")
}

fn read(reader: &mut dyn Reader, id: PartyId, now_us: i64) -> Result<Found, StoreError> {
    let slot = id.slot();
    let party = one::<Party>(reader, (slot, id))?;
    let mut accounts = Vec::new();
    for kind in AccountKind::ALL {
        for currency in Currency::ALL {
            accounts.extend(one::<Account>(reader, (slot, AccountId::of(id, kind, currency)))?);
        }
    }
    let mut holds = Vec::new();
    let mut holds_left_out = false;
    if accounts.iter().any(|account| account.held_minor.units() > 0) {
        let first = HoldNo::from_number(0).map(|no| Key::Hold((slot, no)));
        if let Some(first) = first {
            let own = |hold: &Hold| accounts.iter().any(|account| account.id == hold.account);
            let whole = each_after(reader, first, HOLDS_LOOKED_MAX, |row| {
                let Row::Hold(hold) = row else { return false };
                if hold.state == HoldState::Open && own(hold) {
                    holds.push(hold.clone());
                }
                holds.len() <= SHOWN_MAX
            })?;
            holds_left_out = !whole || holds.len() > SHOWN_MAX;
            holds.truncate(SHOWN_MAX);
        }
    }
    let limits = match &party {
        Some(party) => limits(reader, party, now_us)?,
        None => Vec::new(),
    };
    let cards = reader.cards(id, SHOWN_MAX)?;
    let (contracts, contracts_left_out) = contracts_of(reader, id)?;
    let operator = match people::OperatorName::new(&id.to_string()) {
        Ok(name) => one::<Operator>(reader, (base::Slot::PLATFORM, name))?,
        Err(_) => None,
    };
    Ok(Found {
        party,
        accounts,
        holds,
        holds_left_out,
        limits,
        cards,
        contracts,
        contracts_left_out,
        operator,
    })
}

/// The newest versions of a merchant's contracts, the newest first, and how many older ones there are.
fn contracts_of(reader: &mut dyn Reader, seller: PartyId) -> Result<(Vec<Arc<Contract>>, usize), StoreError> {
    let (mut found, mut count) = (Vec::new(), 0);
    for product in trade::ContractProduct::ALL {
        let Some(book) = one::<ContractBook>(reader, (seller.slot(), seller, product))? else { continue };
        // Versions have no gaps: those before these are as many as their number says.
        let before = book.version.saturating_sub(u32::try_from(SHOWN_MAX).unwrap_or(u32::MAX));
        count += before as usize;
        let first = Key::Contract((seller.slot(), seller, product, before));
        each_after(reader, first, SHOWN_MAX + 1, |row| match row {
            Row::Contract(row) if row.seller == seller && row.product == product => {
                found.push(row.clone());
                count += 1;
                true
            }
            _ => false,
        })?;
    }
    found.sort_by_key(|row: &Arc<Contract>| {
        Reverse((row.approved_at_us.unwrap_or(row.proposed_at_us), row.version))
    });
    found.truncate(SHOWN_MAX);
    let left_out = count - found.len();
    Ok((found, left_out))
}

fn told(id: PartyId, found: &Found, apps: &[Arc<App>]) -> OpsParty {
    let party = found.party.as_deref();
    OpsParty {
        user_id: id.to_string(),
        slot: id.slot().number(),
        kind: party.map_or("platform", |party| party.kind.as_str()),
        status: party.map_or("normal", |party| party.status.as_str()),
        opened_at: party.map(|party| moment(party.opened_at_us)),
        name: party.map(shown_name),
        login: party.map(Party::masked_login),
        payments_stopped_by: party.filter(|party| party.stop.holds()).map(|party| party.stop.full_name()),
        class: party.map(|party| party.class.name()),
        accounts: found.accounts.iter().map(|account| OpsAccount::of(account)).collect(),
        holds: found.holds.iter().map(|hold| hold_told(hold)).collect(),
        holds_left_out: found.holds_left_out,
        limits: found.limits.clone(),
        cards: found.cards.iter().map(|card| card_told(card)).collect(),
        apps: apps.iter().map(|app| app_told(app)).collect(),
        contracts: found.contracts.iter().map(|row| OpsContract::of(row)).collect(),
        contracts_left_out: found.contracts_left_out,
        operator: found
            .operator
            .as_deref()
            .map(|operator| OpsRole { role: operator.role.as_str(), active: operator.active }),
    }
}

/// A merchant's name, a person's masked.
pub(super) fn shown_name(party: &Party) -> String {
    match party.kind {
        PartyKind::Merchant => party.name.to_string(),
        PartyKind::Person => masked_name(party.name.as_str()),
    }
}

fn hold_told(hold: &Hold) -> OpsHold {
    OpsHold {
        no: hold.no.to_string(),
        account_id: hold.account.to_string(),
        amount: hold.amount_minor.of(hold.currency).to_string(),
        currency: hold.currency.code(),
        state: hold.state.as_str(),
        changed_at: moment(hold.changed_at_us),
    }
}

fn card_told(card: &Card) -> OpsCard {
    OpsCard {
        card_no: card.no.to_string(),
        bank: card.bank.to_string(),
        kind: card.kind.as_str(),
        tail: card.last_four.to_string(),
        state: card.state.as_str(),
        changed_at: moment(card.changed_at_us),
    }
}

fn app_told(app: &App) -> OpsApp {
    OpsApp {
        app_id: app.id.to_string(),
        status: app.status.as_str(),
        mode: app.mode.as_str(),
        opened_at: moment(app.opened_at_us),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Text};
    use money::Rate;
    use std::collections::BTreeMap;
    use store::{Mark, MemoryStore, Store};
    use trade::{ContractProduct, ContractStatus, SettlementTerm};

    /// Versions of a contract, each agreed to at the moment of its number, and one more that is proposed.
    fn agreed(seller: PartyId, product: ContractProduct, versions: u32) -> Vec<Row> {
        let text = |text: &str| Text::new(text).unwrap();
        let version = |version: u32, is_agreed: bool| {
            Row::Contract(Arc::new(Contract {
                slot: seller.slot(),
                seller,
                product,
                version,
                status: ContractStatus::InForce,
                fee_ppm: Rate::ZERO,
                valid_from_us: Some(version.into()),
                reason: Text::new("why").unwrap(),
                proposed_by: text("ada"),
                proposed_at_us: i64::from(version) - 1,
                approved_by: is_agreed.then(|| text("bea")),
                approved_at_us: is_agreed.then_some(version.into()),
                settlement: SettlementTerm::SameDay,
            }))
        };
        let book = ContractBook { slot: seller.slot(), seller, product, version: versions };
        let mut rows: Vec<Row> = (1..=versions).map(|number| version(number, true)).collect();
        rows.push(version(versions + 1, false));
        rows.push(Row::ContractBook(Arc::new(book)));
        rows
    }

    #[test]
    fn the_newest_hundred_contracts_are_told_and_how_many_are_left_out() {
        let [seller, other] = [1, 2].map(|slot| PartyId::platform(Slot::new(slot).unwrap()));
        let mut rows = agreed(seller, ContractProduct::Page, 150);
        rows.extend(agreed(seller, ContractProduct::Transfer, 3));
        rows.extend(agreed(other, ContractProduct::Page, 2));
        let rows: BTreeMap<Key, Option<Row>> = rows.into_iter().map(|row| (row.key(), Some(row))).collect();
        let mut store = MemoryStore::new();
        store.post(&rows, Mark::START).unwrap();
        let (found, left_out) = contracts_of(&mut store, seller).unwrap();
        assert_eq!((found.len(), left_out), (100, 151 + 4 - 100));
        let newest: Vec<u32> = found.iter().take(3).map(|row| row.version).collect();
        assert_eq!(newest, [151, 150, 149]);
        assert!(found.iter().all(|row| row.seller == seller && row.product == ContractProduct::Page));
        let (found, left_out) = contracts_of(&mut store, other).unwrap();
        assert_eq!((found.len(), left_out), (3, 0));
    }
}
