//! Binds a card to a party and gives it up.

use super::pockets;
use crate::command::Next;
use crate::{Fault, Rows, Stop};
use base::{CardNo, PartyId, Slot};
use fund::{
    AskCardRefused, BankAgreement, BankCode, BindCardRefused, Card, CardDigest, CardKind, CardName,
    CardRefused, CardState, LastFour,
};
use people::{AccountClass, Party, PartyStatus};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A party wants to bind a card; made durable before the bank is asked, so that the bank knows the binding by a number
/// that is ours. Asking again for a card that the bank has not agreed to yet gives the same number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskCard {
    /// Whose card.
    pub party: PartyId,
    /// The bank.
    pub bank: BankCode,
    /// What kind of card.
    pub kind: CardKind,
    /// The last four digits of its number.
    pub last_four: LastFour,
    /// Keyed digest of its number.
    pub digest: CardDigest,
}

/// The bank gave its agreement. The same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BindCard {
    /// Whose card.
    pub party: PartyId,
    /// Our number of it.
    pub card: CardNo,
    /// The bank's agreement.
    pub agreement: BankAgreement,
}

/// A party gives a card up: nothing new is asked of it; what is under way, and what is owed to it, is carried on. The
/// same again changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnbindCard {
    /// Whose card.
    pub party: PartyId,
    /// Our number of it.
    pub card: CardNo,
}

impl AskCard {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

impl BindCard {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

impl UnbindCard {
    pub(crate) fn slot(&self) -> Slot {
        self.party.slot()
    }
}

/// A card of a party, in any state. A payee's card is not the party's own.
pub(crate) fn card_of(rows: &mut Rows<'_>, party: PartyId, no: CardNo) -> Result<Option<Arc<Card>>, Fault> {
    if no.slot() != rows.slot() {
        return Ok(None);
    }
    let own = |card: &Arc<Card>| card.party == party && card.state != CardState::Payee;
    Ok(rows.get::<Card>((rows.slot(), no))?.filter(own))
}

pub(crate) fn ask_card(
    rows: &mut Rows<'_>,
    command: &AskCard,
) -> Result<Next<Arc<Card>>, Stop<AskCardRefused>> {
    let (slot, now_us) = (rows.slot(), rows.now_us());
    let AskCard { party, bank, kind, last_four, digest } = command.clone();
    let Some(owner) = rows.get::<Party>((slot, party))? else {
        return Stop::because(AskCardRefused::PartyNotFound);
    };
    // A card is bound to somebody who is known, so that money leaves to its owner only.
    if owner.status != PartyStatus::Normal || owner.class == AccountClass::Unverified {
        return Stop::because(AskCardRefused::PartyBlocked);
    }
    if let Some(name) = rows.get::<CardName>((slot, party, digest))? {
        let known = card_of(rows, party, name.no)?;
        match known.as_ref().map(|card| card.state) {
            Some(CardState::Bound) => return Stop::because(AskCardRefused::AlreadyBound),
            Some(CardState::Asked) => {
                if let Some(card) = known {
                    return Ok(Next::Answer(card));
                }
            }
            Some(CardState::Unbound | CardState::Payee) | None => {}
        }
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let no = CardNo::of(rows.stamp(), slot);
    let (asked_at_us, changed_at_us, agreement) = (now_us, now_us, None);
    let state = CardState::Asked;
    let card = Arc::new(Card {
        slot,
        no,
        party,
        state,
        bank,
        kind,
        last_four,
        digest,
        agreement,
        asked_at_us,
        changed_at_us,
    });
    rows.insert_shared(card.clone());
    rows.put(CardName { slot, party, digest, no });
    Ok(Next::Answer(card))
}

pub(crate) fn bind_card(
    rows: &mut Rows<'_>,
    command: &BindCard,
) -> Result<Next<Arc<Card>>, Stop<BindCardRefused>> {
    let BindCard { party, card, agreement } = command;
    let Some(card) = card_of(rows, *party, *card)? else {
        return Stop::because(BindCardRefused::CardNotFound);
    };
    match card.state {
        CardState::Asked => {}
        CardState::Bound if card.agreement.as_ref() == Some(agreement) => return Ok(Next::Answer(card)),
        CardState::Bound | CardState::Unbound | CardState::Payee => {
            return Stop::because(BindCardRefused::CardEnded);
        }
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let (agreement, changed_at_us) = (Some(agreement.clone()), rows.now_us());
    let bound = Arc::new(Card { state: CardState::Bound, agreement, changed_at_us, ..(*card).clone() });
    rows.put_shared(bound.clone());
    Ok(Next::Answer(bound))
}

pub(crate) fn unbind_card(
    rows: &mut Rows<'_>,
    command: &UnbindCard,
) -> Result<Next<Arc<Card>>, Stop<CardRefused>> {
    let Some(card) = card_of(rows, command.party, command.card)? else {
        return Stop::because(CardRefused::CardNotFound);
    };
    if card.state == CardState::Unbound {
        return Ok(Next::Answer(card));
    }

    // Nothing can be refused below this line; nothing was changed above it.
    let changed_at_us = rows.now_us();
    let ended = Arc::new(Card { state: CardState::Unbound, changed_at_us, ..(*card).clone() });
    rows.put_shared(ended.clone());
    pockets::drop_card(rows, command.party, ended.no)?;
    Ok(Next::Answer(ended))
}
