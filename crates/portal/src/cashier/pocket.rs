//! What a buyer can pay an order with, and in which order it is offered.

use super::unanswered;
use crate::card_words::{card_name, reason_words};
use crate::portal::Portal;
use crate::respond::Frame;
use crate::texts::shown;
use axum::response::Response;
use base::{CardNo, OrderNo, PartyId};
use engine::FindAccount;
use fund::{BankHealth, BankOrder, BankOrderKind, BankOrderState, Card, CardKind, CardState};
use std::sync::Arc;
use trade::{Order, Trade};

/// Payments, bank orders and cards that are looked at.
const SEEN_MAX: usize = 20;
/// The form's value of the balance.
pub(super) const BALANCE: &str = "balance";

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

/// The ways to pay this order. First what the buyer paid with last, then the balance if it is enough, then debit cards,
/// then credit cards; within these a bank that answers slowly stands behind, and one that does not answer is left out.
pub(super) async fn pockets(
    portal: &Portal,
    f: Frame<'_>,
    order: &Order,
    party: PartyId,
) -> Result<Pockets, Response> {
    let account = portal.door.ask(FindAccount { party, currency: order.currency }).await;
    let Ok(account) = account else { return Err(unanswered(f)) };
    // A bank order that just ended must be seen as it ended.
    portal.is_posted().await;
    let read = portal.read(move |reader| {
        Ok((
            reader.cards(party, SEEN_MAX)?,
            reader.bank_orders(party, SEEN_MAX)?,
            reader.trades(party, SEEN_MAX)?,
        ))
    });
    let Some((cards, bank_orders, trades)) = read.await else { return Err(unanswered(f)) };
    let enough = !order.total().exceeds(account.available()).unwrap_or(true);
    let mut ranked = vec![(
        if enough { Rank::BALANCE } else { Rank::TOO_LITTLE },
        None,
        Pocket {
            value: BALANCE.to_owned(),
            name: f.t.balance.to_owned(),
            beside: shown(account.available()),
            note: if enough { f.t.available } else { f.t.pocket_too_little },
            pays: enough,
            chosen: false,
        },
    )];
    let mut hidden = false;
    for card in cards.iter().filter(|card| card.state == CardState::Bound) {
        let health = portal.bank.as_ref().map_or(BankHealth::Down, |bank| bank.health(&card.bank));
        match health {
            BankHealth::Up | BankHealth::Slow => {
                ranked.push((Rank::of(card.kind, health), Some(card.no), card_pocket(f, card, health)));
            }
            BankHealth::Maintenance | BankHealth::Down => hidden = true,
        }
    }
    let all = in_order(ranked, last_used(&trades, &bank_orders));
    Ok(Pockets { all, hidden, last: last_words(f, order.no, &bank_orders) })
}

/// Ways to pay in the order in which they are shown; the first that can pay is chosen.
fn in_order(
    mut ranked: Vec<(Rank, Option<CardNo>, Pocket)>,
    last_used: Option<Option<CardNo>>,
) -> Vec<Pocket> {
    ranked.sort_by_key(|(rank, card, pocket)| (!(pocket.pays && Some(*card) == last_used), *rank));
    let mut all: Vec<Pocket> = ranked.into_iter().map(|(_, _, pocket)| pocket).collect();
    if let Some(first) = all.iter_mut().find(|pocket| pocket.pays) {
        first.chosen = true;
    }
    all
}

fn card_pocket(f: Frame<'_>, card: &Card, health: BankHealth) -> Pocket {
    Pocket {
        value: card.no.to_string(),
        name: card_name(card, f.t),
        beside: String::new(),
        note: if health == BankHealth::Slow { f.t.pocket_slow } else { "" },
        pays: true,
        chosen: false,
    }
}

/// Where a way stands among all; lower is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u8);

impl Rank {
    const BALANCE: Rank = Rank(0);
    const TOO_LITTLE: Rank = Rank(9);

    const fn of(kind: CardKind, health: BankHealth) -> Rank {
        match (kind, health) {
            (CardKind::Debit, BankHealth::Up) => Rank(1),
            (CardKind::Credit, BankHealth::Up) => Rank(2),
            (CardKind::Debit, _) => Rank(3),
            (CardKind::Credit, _) => Rank(4),
        }
    }
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

    fn pocket(value: &str, pays: bool) -> Pocket {
        let (value, name) = (value.to_owned(), String::new());
        Pocket { value, name, beside: String::new(), note: "", pays, chosen: false }
    }

    /// What is shown of a balance and four cards, with the chosen one in brackets.
    fn shown(enough: bool, last_used: Option<&str>) -> String {
        let card = |number: i64| CardNo::from_number(1_700_000_000_000_000_000 + number * 100 + 7);
        let balance = if enough { Rank::BALANCE } else { Rank::TOO_LITTLE };
        let mut ranked = vec![(balance, None, pocket("balance", enough))];
        let cards = [
            ("credit-slow", CardKind::Credit, BankHealth::Slow),
            ("debit-slow", CardKind::Debit, BankHealth::Slow),
            ("credit", CardKind::Credit, BankHealth::Up),
            ("debit", CardKind::Debit, BankHealth::Up),
        ];
        let mut used = last_used.map(|_| None);
        for (at, (name, kind, health)) in (0..).zip(cards) {
            ranked.push((Rank::of(kind, health), card(at), pocket(name, true)));
            if last_used == Some(name) {
                used = Some(card(at));
            }
        }
        let text = |pocket: &Pocket| {
            if pocket.chosen { format!("[{}]", pocket.value) } else { pocket.value.clone() }
        };
        in_order(ranked, used).iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_was_used_last_stands_first_then_balance_debit_and_credit() {
        for (enough, last_used, order) in [
            (true, None, "[balance] debit credit debit-slow credit-slow"),
            (false, None, "[debit] credit debit-slow credit-slow balance"),
            (true, Some("credit"), "[credit] balance debit debit-slow credit-slow"),
            (true, Some("debit-slow"), "[debit-slow] balance debit credit credit-slow"),
            (true, Some("balance"), "[balance] debit credit debit-slow credit-slow"),
            (false, Some("balance"), "[debit] credit debit-slow credit-slow balance"),
        ] {
            assert_eq!(shown(enough, last_used), order);
        }
    }
}
