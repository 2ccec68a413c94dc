//! What a buyer can pay an order with, as the page offers it, and why something of it does not pay this one.

use crate::card_words::{card_name, reason_words};
use crate::order_view::Unanswered;
use crate::pockets::{BALANCE, Pocket as Way, of_order};
use crate::portal::Portal;
use crate::respond::Frame;
use crate::texts::shown;
use base::OrderNo;
use cell::CellError;
use engine::FindTrade;
use fund::{BankHealth, BankOrder, BankOrderKind, BankOrderState, CardKind};
use people::Party;
use std::sync::Arc;
use trade::Order;

/// One way to pay.
pub(super) struct Pocket {
    /// The form's value.
    pub(super) value: String,
    pub(super) name: String,
    /// What is said on the right.
    pub(super) beside: String,
    /// What there is to know of it, or why it does not pay.
    pub(super) note: &'static str,
    /// Whether it can pay this order.
    pub(super) pays: bool,
    /// Chosen when the page opens.
    pub(super) chosen: bool,
    /// In how many instalments it pays: the form's value and the words of each choice. None until there is credit.
    pub(super) plans: Vec<(String, String)>,
}

/// All ways, the best first.
pub(super) struct Pockets {
    pub(super) all: Vec<Pocket>,
    /// What became of the last try to pay this order by card.
    pub(super) last: Option<&'static str>,
}

/// What forbids a way to pay, whatever it holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Limits {
    /// Payments from the balance were stopped.
    stopped: bool,
    /// The merchant takes no credit cards.
    credit_off: bool,
}

/// The ways to pay this order, in the order in which they are offered; the first that can pay is chosen.
pub(super) async fn pockets(
    portal: &Portal,
    f: Frame<'_>,
    order: &Order,
    buyer: &Party,
) -> Result<Pockets, Unanswered> {
    let trade = portal.door.ask(FindTrade { buyer: buyer.id, order_no: order.no }).await;
    let credit_off = match trade {
        Ok(trade) => trade.credit_off,
        Err(CellError::Refused(_)) => false,
        Err(CellError::Busy | CellError::Unknown) => return Err(Unanswered),
    };
    let limits = Limits { stopped: buyer.stop.holds(), credit_off };
    let found = of_order(portal, order, buyer.id).await?;
    let last = last_words(f, order.no, &found.bank_orders);
    Ok(Pockets { all: as_offered(f, found.all.iter().chain(&found.unreachable), limits), last })
}

fn as_offered<'a>(f: Frame<'_>, ways: impl Iterator<Item = &'a Way>, limits: Limits) -> Vec<Pocket> {
    let mut all: Vec<Pocket> = ways.map(|way| pocket(f, way, limits)).collect();
    if let Some(first) = all.iter_mut().find(|pocket| pocket.pays) {
        first.chosen = true;
    }
    all
}

fn pocket(f: Frame<'_>, way: &Way, limits: Limits) -> Pocket {
    let (chosen, plans) = (false, Vec::new());
    match way {
        Way::Balance { available, enough } => {
            let note = match (limits.stopped, *enough) {
                (true, _) => f.t.pocket_stopped,
                (false, true) => f.t.available,
                (false, false) => f.t.pocket_too_little,
            };
            let (value, name) = (BALANCE.to_owned(), f.t.balance.to_owned());
            let pays = way.pays() && !limits.stopped;
            Pocket { value, name, beside: shown(*available), note, pays, chosen, plans }
        }
        Way::Card { card, health } => {
            let is_off = limits.credit_off && card.kind == CardKind::Credit;
            let note = match (is_off, health) {
                (true, _) => f.t.pocket_no_credit,
                (false, BankHealth::Up) => "",
                (false, BankHealth::Slow) => f.t.pocket_slow,
                (false, BankHealth::Maintenance) => f.t.pocket_maintenance,
                (false, BankHealth::Down) => f.t.pocket_down,
            };
            let (value, name) = (card.no.to_string(), card_name(card, f.t));
            let pays = way.pays() && !is_off;
            Pocket { value, name, beside: String::new(), note, pays, chosen, plans }
        }
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
    use base::{CardNo, PartyId, Slot, Text};
    use fund::{Card, CardState};
    use money::{Currency, Money};

    const FREE: Limits = Limits { stopped: false, credit_off: false };

    fn card(kind: CardKind, health: BankHealth) -> Way {
        let card = Arc::new(Card {
            slot: Slot::PLATFORM,
            no: CardNo::from_number(1_700_000_000_000_000_007).unwrap(),
            party: PartyId::platform(Slot::PLATFORM),
            state: CardState::Bound,
            bank: Text::new("ICBC").unwrap(),
            kind,
            last_four: Text::new("4321").unwrap(),
            digest: [0; 16],
            agreement: None,
            asked_at_us: 0,
            changed_at_us: 0,
        });
        Way::Card { card, health }
    }

    fn balance(enough: bool) -> Way {
        Way::Balance { available: Money::zero(Currency::Cny), enough }
    }

    fn offered(ways: &[Way], limits: Limits) -> Vec<Pocket> {
        as_offered(Frame { t: &ENGLISH, root: "", sandbox: true }, ways.iter(), limits)
    }

    #[test]
    fn the_first_way_that_can_pay_is_chosen_and_a_slow_bank_is_said_to_be_slow() {
        for (enough, chosen) in [(true, [true, false]), (false, [false, true])] {
            let offered = offered(&[balance(enough), card(CardKind::Debit, BankHealth::Slow)], FREE);
            assert_eq!([offered[0].chosen, offered[1].chosen], chosen);
            assert_eq!([offered[0].pays, offered[1].pays], [enough, true]);
            assert_eq!((offered[0].value.as_str(), offered[1].note), (BALANCE, ENGLISH.pocket_slow));
        }
        assert!(offered(&[balance(false)], FREE).iter().all(|way| !way.chosen));
    }

    #[test]
    fn what_cannot_pay_says_why_and_is_never_chosen() {
        let (stopped, credit_off) = (Limits { stopped: true, ..FREE }, Limits { credit_off: true, ..FREE });
        for (way, limits, note) in [
            (balance(false), FREE, ENGLISH.pocket_too_little),
            (balance(true), stopped, ENGLISH.pocket_stopped),
            (balance(false), stopped, ENGLISH.pocket_stopped),
            (card(CardKind::Credit, BankHealth::Up), credit_off, ENGLISH.pocket_no_credit),
            (card(CardKind::Debit, BankHealth::Maintenance), FREE, ENGLISH.pocket_maintenance),
            (card(CardKind::Debit, BankHealth::Down), FREE, ENGLISH.pocket_down),
        ] {
            let offered = offered(&[way], limits);
            assert_eq!((offered[0].note, offered[0].pays, offered[0].chosen), (note, false, false));
        }
        let debit = offered(&[card(CardKind::Debit, BankHealth::Up)], credit_off);
        assert!(debit[0].pays && debit[0].note.is_empty(), "only credit cards are refused");
    }

    #[test]
    fn nothing_is_paid_in_instalments() {
        let ways = [balance(true), card(CardKind::Credit, BankHealth::Up)];
        assert!(offered(&ways, FREE).iter().all(|way| way.plans.is_empty()));
    }
}
