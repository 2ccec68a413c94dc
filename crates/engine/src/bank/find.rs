//! Looks at cards and bank orders.

use super::card::card_of;
use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{BankOrderNo, CardNo, PartyId, Slot};
use fund::{BankOrder, Card, FindBankRefused};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A party looks at one of its cards.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindCard {
    /// Whose card.
    pub party: PartyId,
    /// Our number of it.
    pub card: CardNo,
}

/// A party looks at one of its bank orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindBankOrder {
    /// Whose order.
    pub party: PartyId,
    /// Its number.
    pub no: BankOrderNo,
}

/// A bank order with its card.
#[derive(Clone, PartialEq, Debug)]
pub struct BankView {
    /// The order.
    pub order: Arc<BankOrder>,
    /// The card that it is about.
    pub card: Arc<Card>,
}

impl FindCard {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

impl FindBankOrder {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// A bank order of a party.
pub(crate) fn order_of(
    rows: &mut Rows<'_>,
    party: PartyId,
    no: BankOrderNo,
) -> Result<Option<Arc<BankOrder>>, Fault> {
    if no.slot() != rows.slot() {
        return Ok(None);
    }
    Ok(rows.get::<BankOrder>((rows.slot(), no))?.filter(|order| order.party == party))
}

pub(crate) fn find_card(
    rows: &mut Rows<'_>,
    query: &FindCard,
) -> Result<Next<Arc<Card>>, Stop<FindBankRefused>> {
    match card_of(rows, query.party, query.card)? {
        Some(card) => Ok(Next::Answer(card)),
        None => Stop::because(FindBankRefused::NotFound),
    }
}

pub(crate) fn find_bank_order(
    rows: &mut Rows<'_>,
    query: &FindBankOrder,
) -> Result<Next<BankView>, Stop<FindBankRefused>> {
    let Some(order) = order_of(rows, query.party, query.no)? else {
        return Stop::because(FindBankRefused::NotFound);
    };
    match card_of(rows, query.party, order.card)? {
        Some(card) => Ok(Next::Answer(BankView { order, card })),
        None => Stop::because(FindBankRefused::NotFound),
    }
}
