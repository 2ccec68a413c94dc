//! What a buyer can pay an order with, as the page offers it.

use super::unanswered;
use crate::card_words::{card_name, reason_words};
use crate::pockets::{BALANCE, Pocket as Way, of_order};
use crate::portal::Portal;
use crate::respond::Frame;
use crate::texts::shown;
use axum::response::Response;
use base::{OrderNo, PartyId};
use fund::{BankHealth, BankOrder, BankOrderKind, BankOrderState};
use std::sync::Arc;
use trade::Order;

/// One way to pay.
pub(super) struct Pocket {
    /// The form's value.
    pub(super) value: String,
    pub(super) name: String,
    /// What is said on the right.
    pub(super) beside: String,
    pub(super) note: &'static str,
    /// Whether it can pay this order.
    pub(super) pays: bool,
    /// Chosen when the page opens.
    pub(super) chosen: bool,
}

/// All ways, the best first.
pub(super) struct Pockets {
    pub(super) all: Vec<Pocket>,
    /// Whether cards were left out, whose bank cannot be reached.
    pub(super) hidden: bool,
    /// What became of the last try to pay this order by card.
    pub(super) last: Option<&'static str>,
}

/// The ways to pay this order, in the order in which they are offered; the first that can pay is chosen.
pub(super) async fn pockets(
    portal: &Portal,
    f: Frame<'_>,
    order: &Order,
    party: PartyId,
) -> Result<Pockets, Response> {
    let Ok(found) = of_order(portal, order, party).await else { return Err(unanswered(f)) };
    let last = last_words(f, order.no, &found.bank_orders);
    Ok(Pockets { all: as_offered(f, &found.all), hidden: found.hidden, last })
}

fn as_offered(f: Frame<'_>, ways: &[Way]) -> Vec<Pocket> {
    let mut all: Vec<Pocket> = ways.iter().map(|way| pocket(f, way)).collect();
    if let Some(first) = all.iter_mut().find(|pocket| pocket.pays) {
        first.chosen = true;
    }
    all
}

fn pocket(f: Frame<'_>, way: &Way) -> Pocket {
    let pays = way.pays();
    match way {
        Way::Balance { available, enough } => Pocket {
            value: BALANCE.to_owned(),
            name: f.t.balance.to_owned(),
            beside: shown(*available),
            note: if *enough { f.t.available } else { f.t.pocket_too_little },
            pays,
            chosen: false,
        },
        Way::Card { card, health } => Pocket {
            value: card.no.to_string(),
            name: card_name(card, f.t),
            beside: String::new(),
            note: if *health == BankHealth::Slow { f.t.pocket_slow } else { "" },
            pays,
            chosen: false,
        },
    }
}

/// What became of the last try to pay an order by card.
fn last_words(f: Frame<'_>, order_no: OrderNo, bank_orders: &[Arc<BankOrder>]) -> Option<&'static str> {
    let tries =
        bank_orders.iter().filter(|one| one.kind == BankOrderKind::Pay && one.about == Some(order_no));
    let last = tries.max_by_key(|one| one.no)?;
    match last.state {
        BankOrderState::GivenUp | BankOrderState::Returning => Some(f.t.bank_given_up_text),
        BankOrderState::Returned => Some(f.t.bank_returned),
        BankOrderState::Credited => Some(f.t.bank_credited),
        BankOrderState::Failed => reason_words(last, f.t),
        BankOrderState::Draft
        | BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::Done
        | BankOrderState::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::ENGLISH;
    use base::{CardNo, Slot, Text};
    use fund::{Card, CardKind, CardState};
    use money::{Currency, Money};

    #[test]
    fn the_first_way_that_can_pay_is_chosen_and_a_slow_bank_is_said_to_be_slow() {
        let f = Frame { t: &ENGLISH, root: "", sandbox: true };
        let card = Arc::new(Card {
            slot: Slot::PLATFORM,
            no: CardNo::from_number(1_700_000_000_000_000_007).unwrap(),
            party: PartyId::platform(Slot::PLATFORM),
            state: CardState::Bound,
            bank: Text::new("ICBC").unwrap(),
            kind: CardKind::Debit,
            last_four: Text::new("4321").unwrap(),
            digest: [0; 16],
            agreement: None,
            asked_at_us: 0,
            changed_at_us: 0,
        });
        let available = Money::zero(Currency::Cny);
        for (enough, chosen) in [(true, [true, false]), (false, [false, true])] {
            let balance = Way::Balance { available, enough };
            let ways = [balance, Way::Card { card: card.clone(), health: BankHealth::Slow }];
            let offered = as_offered(f, &ways);
            assert_eq!([offered[0].chosen, offered[1].chosen], chosen);
            assert_eq!([offered[0].pays, offered[1].pays], [enough, true]);
            assert_eq!((offered[0].value.as_str(), offered[1].note), (BALANCE, ENGLISH.pocket_slow));
        }
        assert!(as_offered(f, &[Way::Balance { available, enough: false }]).iter().all(|way| !way.chosen));
    }
}
