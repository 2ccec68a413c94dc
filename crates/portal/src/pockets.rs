//! What a buyer can pay an order with, the best first, for the cashier's pages and for calls alike.

use crate::order_view::Unanswered;
use crate::portal::Portal;
use base::{CardNo, PartyId};
use engine::{FindAccount, FindPockets};
use fund::{BankHealth, BankOrder, Card, CardKind, CardState};
use money::{Currency, Money};
use std::sync::Arc;
use trade::{Order, Trade};

/// Payments and bank orders that are looked at.
const SEEN_MAX: usize = 20;
/// Cards that are looked at, those that were given up among them: an own order may begin with an old one.
const CARDS_MAX: usize = 200;

/// What forms and calls name the balance by; a card goes by its number.
pub(crate) const BALANCE: &str = "balance";

/// What is paid with: a card, or the balance, also where nothing is said. The error is that it is neither.
pub(crate) fn card_of(pocket: &str) -> Result<Option<CardNo>, ()> {
    match pocket {
        "" | BALANCE => Ok(None),
        text => text.parse().map(Some).map_err(|_| ()),
    }
}

/// One way to pay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Pocket {
    /// The balance.
    Balance {
        /// What can be spent of it.
        available: Money,
        /// Whether that is enough for the order.
        enough: bool,
    },
    /// A card that is bound.
    Card {
        /// The card.
        card: Arc<Card>,
        /// How well its bank answers now.
        health: BankHealth,
    },
}

impl Pocket {
    /// Whether it can pay the order, as far as is known here.
    pub(crate) fn pays(&self) -> bool {
        match self {
            Pocket::Balance { enough, .. } => *enough,
            Pocket::Card { health, .. } => matches!(health, BankHealth::Up | BankHealth::Slow),
        }
    }

    /// The card, or nothing of the balance.
    pub(crate) fn card_no(&self) -> Option<CardNo> {
        match self {
            Pocket::Balance { .. } => None,
            Pocket::Card { card, .. } => Some(card.no),
        }
    }

    /// Where it stands in the own order: at its end where it is not in it.
    fn place(&self, own: &[fund::Pocket]) -> usize {
        let this = fund::Pocket::of_card(self.card_no());
        own.iter().position(|pocket| *pocket == this).unwrap_or(own.len())
    }

    /// Where the rule has it among all; lower is better.
    fn rank(&self) -> u8 {
        match self {
            Pocket::Balance { enough: true, .. } => 0,
            Pocket::Balance { enough: false, .. } => 9,
            Pocket::Card { card, health } => match (card.kind, health) {
                (CardKind::Debit, BankHealth::Up) => 1,
                (CardKind::Credit, BankHealth::Up) => 2,
                (CardKind::Debit, _) => 3,
                (CardKind::Credit, _) => 4,
            },
        }
    }
}

/// All ways to pay an order.
pub(crate) struct Pockets {
    /// The best first.
    pub(crate) all: Vec<Pocket>,
    /// Bound cards that pay nothing now: their banks cannot be reached.
    pub(crate) unreachable: Vec<Pocket>,
    /// The buyer's last bank orders, newest first.
    pub(crate) bank_orders: Vec<Arc<BankOrder>>,
}

/// The ways to pay this order. First those of the buyer's own order that can pay; then by the rule: what the buyer paid
/// with last, the balance if it is enough, debit cards, credit cards; within these a bank that answers slowly stands
/// behind, and one that does not answer apart.
pub(crate) async fn of_order(portal: &Portal, order: &Order, party: PartyId) -> Result<Pockets, Unanswered> {
    let account = portal.door.ask(FindAccount { party, currency: order.currency }).await;
    let account = account.map_err(|_| Unanswered)?;
    let own = portal.door.ask(FindPockets { party }).await.map_err(|_| Unanswered)?;
    let own = own.as_ref().map_or(&[][..], |own| own.pockets.pockets());
    // A bank order that just ended must be seen as it ended.
    if !portal.is_posted().await {
        return Err(Unanswered);
    }
    let read = portal.read(move |reader| {
        Ok((
            reader.cards(party, CARDS_MAX)?,
            reader.bank_orders(party, None, SEEN_MAX)?,
            reader.trades(party, None, SEEN_MAX)?,
        ))
    });
    let (cards, bank_orders, trades) = read.await.ok_or(Unanswered)?;
    let available = account.available();
    let enough = !order.total().exceeds(available).unwrap_or(true);
    let (mut all, mut unreachable) = (vec![Pocket::Balance { available, enough }], Vec::new());
    for card in cards.into_iter().filter(|card| card.state == CardState::Bound) {
        let health = portal.bank.as_ref().map_or(BankHealth::Down, |bank| bank.health(&card.bank));
        match health {
            BankHealth::Up | BankHealth::Slow => all.push(Pocket::Card { card, health }),
            BankHealth::Maintenance | BankHealth::Down => unreachable.push(Pocket::Card { card, health }),
        }
    }
    in_order(&mut all, own, last_used(&trades, &bank_orders));
    unreachable.sort_by_key(|pocket| pocket.place(own));
    Ok(Pockets { all, unreachable, bank_orders })
}

/// Puts ways to pay in the order in which they are offered: what can pay, by the own order, and then by the rule.
fn in_order(all: &mut [Pocket], own: &[fund::Pocket], last_used: Option<Option<CardNo>>) {
    all.sort_by_key(|pocket| {
        let is_last = pocket.pays() && Some(pocket.card_no()) == last_used;
        (!pocket.pays(), pocket.place(own), !is_last, pocket.rank())
    });
}

/// The balance and those of these cards that are bound, as they are offered for an order that each of them can pay, to
/// somebody who paid nothing yet.
pub(crate) fn as_set(cards: Vec<Arc<Card>>, own: &[fund::Pocket]) -> Vec<Pocket> {
    let mut all = vec![Pocket::Balance { available: Money::zero(Currency::Cny), enough: true }];
    let bound = cards.into_iter().filter(|card| card.state == CardState::Bound);
    all.extend(bound.map(|card| Pocket::Card { card, health: BankHealth::Up }));
    in_order(&mut all, own, None);
    all
}

/// What the buyer's last payment was made with: a card, or `Some(None)` for the balance.
fn last_used(trades: &[Arc<Trade>], bank_orders: &[Arc<BankOrder>]) -> Option<Option<CardNo>> {
    let last =
        trades.iter().filter(|trade| trade.paid_at_us.is_some()).max_by_key(|trade| trade.paid_at_us)?;
    match last.bank_order {
        None => Some(None),
        Some(no) => bank_orders.iter().find(|order| order.no == no).map(|order| Some(order.card)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Slot, Text};

    fn card(number: i64, kind: CardKind) -> Arc<Card> {
        Arc::new(Card {
            slot: Slot::PLATFORM,
            no: CardNo::from_number(1_700_000_000_000_000_000 + number * 100 + 7).unwrap(),
            party: PartyId::platform(Slot::PLATFORM),
            state: CardState::Bound,
            bank: Text::new("ICBC").unwrap(),
            kind,
            last_four: Text::new(&format!("000{number}")).unwrap(),
            digest: [0; 16],
            agreement: None,
            asked_at_us: 0,
            changed_at_us: 0,
        })
    }

    /// The order of a balance and four cards, where these are the own order.
    fn offered(enough: bool, own: &[&str], last_used: Option<&str>) -> String {
        let balance = Pocket::Balance { available: Money::zero(Currency::Cny), enough };
        let (mut all, mut names, mut used) = (vec![balance], Vec::new(), last_used.map(|_| None));
        let cards = [
            ("credit-slow", CardKind::Credit, BankHealth::Slow),
            ("debit-slow", CardKind::Debit, BankHealth::Slow),
            ("credit", CardKind::Credit, BankHealth::Up),
            ("debit", CardKind::Debit, BankHealth::Up),
        ];
        for (at, (name, kind, health)) in (0..).zip(cards) {
            let card = card(at, kind);
            names.push((card.no, name));
            if last_used == Some(name) {
                used = Some(Some(card.no));
            }
            all.push(Pocket::Card { card, health });
        }
        let own: Vec<fund::Pocket> = own.iter().map(|name| of_name(&names, name)).collect();
        in_order(&mut all, &own, used);
        let name = |pocket: &Pocket| {
            let found = names.iter().find(|(no, _)| Some(*no) == pocket.card_no());
            found.map_or("balance", |(_, name)| *name)
        };
        all.iter().map(name).collect::<Vec<_>>().join(" ")
    }

    fn of_name(names: &[(CardNo, &str)], name: &str) -> fund::Pocket {
        fund::Pocket::of_card(names.iter().find(|(_, known)| *known == name).map(|(no, _)| *no))
    }

    #[test]
    fn what_was_used_last_stands_first_then_balance_debit_and_credit() {
        for (enough, last_used, order) in [
            (true, None, "balance debit credit debit-slow credit-slow"),
            (false, None, "debit credit debit-slow credit-slow balance"),
            (true, Some("credit"), "credit balance debit debit-slow credit-slow"),
            (true, Some("debit-slow"), "debit-slow balance debit credit credit-slow"),
            (true, Some("balance"), "balance debit credit debit-slow credit-slow"),
            (false, Some("balance"), "debit credit debit-slow credit-slow balance"),
        ] {
            assert_eq!(offered(enough, &[], last_used), order);
        }
    }

    #[test]
    fn the_own_order_comes_before_the_rule_and_what_cannot_pay_behind_it() {
        for (enough, own, last_used, order) in [
            (true, &["credit", "balance"][..], None, "credit balance debit debit-slow credit-slow"),
            (true, &["credit-slow"], Some("debit"), "credit-slow debit balance credit debit-slow"),
            (true, &["debit-slow", "debit"], Some("debit"), "debit-slow debit balance credit credit-slow"),
            (false, &["balance", "credit"], Some("balance"), "credit debit debit-slow credit-slow balance"),
            (
                true,
                &["credit-slow", "debit-slow", "credit", "debit", "balance"],
                Some("balance"),
                "credit-slow debit-slow credit debit balance",
            ),
        ] {
            assert_eq!(offered(enough, own, last_used), order);
        }
    }

    #[test]
    fn what_is_set_is_shown_before_what_is_not_and_what_is_given_up_is_not_shown() {
        let (debit, credit) = (card(1, CardKind::Debit), card(2, CardKind::Credit));
        let gone = Arc::new(Card { state: CardState::Unbound, ..(*card(3, CardKind::Debit)).clone() });
        let shown = |own: &[fund::Pocket]| {
            let cards = vec![gone.clone(), credit.clone(), debit.clone()];
            as_set(cards, own).iter().map(Pocket::card_no).collect::<Vec<_>>()
        };
        assert_eq!(shown(&[]), [None, Some(debit.no), Some(credit.no)]);
        let own = [fund::Pocket::Card(credit.no), fund::Pocket::Card(gone.no)];
        assert_eq!(shown(&own), [Some(credit.no), None, Some(debit.no)]);
    }
}
