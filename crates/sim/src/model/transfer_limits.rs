//! Who may send how much to whom, and what may still be sent.

use super::transfers::periods;
use super::{Model, Step, fen, yuan};
use base::PartyId;
use engine::{FindTransferRoom, NoPayee, PartyNotFound, TransferAsk, TransferRoom};
use money::{Currency, Money};
use people::{PartyKind, PartyStatus};
use transfer::{LimitRefused, Limits, TransferRefused, TransferWay};

/// The least and the most of one transfer, and what a day and a month allow; in fen.
fn limits(kind: PartyKind, way: TransferWay) -> (i128, i128, i128, Option<i128>) {
    let least = if way == TransferWay::Wallet { 1 } else { 10 };
    match kind {
        PartyKind::Person => (least, 20_000_000, 20_000_000, None),
        PartyKind::Merchant => (least, 100_000_000, 200_000_000, Some(3_000_000_000)),
    }
}

impl Model {
    /// Who is paid, when so much may be sent now.
    pub(super) fn may_send(
        &mut self,
        step: &Step,
        ask: &TransferAsk,
        way: TransferWay,
        amount: Money,
    ) -> Result<PartyId, TransferRefused> {
        let payee = match ask.payee {
            Ok(payee) if payee == ask.payer => return Err(TransferRefused::PayeeIsPayer),
            Ok(payee) => payee,
            Err(NoPayee::NotFound) => return Err(TransferRefused::PayeeNotFound),
            Err(NoPayee::NameDiffers) => return Err(TransferRefused::PayeeNameDiffers),
        };
        let payer = &self.people[&ask.payer];
        if payer.status != PartyStatus::Normal {
            return Err(TransferRefused::PayerBlocked);
        }
        let (least, single, day, month) = limits(payer.kind, way);
        let units = fen(amount);
        let [before_day, before_month] = self.sent_in(ask.payer, step.now());
        let limit = match () {
            () if amount.currency() != Currency::Cny || units < least => Some(LimitRefused::TooSmall),
            () if units > single => Some(LimitRefused::TooLarge),
            () if before_day + units > day => Some(LimitRefused::Day),
            () if month.is_some_and(|month| before_month + units > month) => Some(LimitRefused::Month),
            () => None,
        };
        if let Some(limit) = limit {
            return Err(TransferRefused::Limit(limit));
        }
        if self.available(ask.payer) < units { Err(TransferRefused::BalanceTooLow) } else { Ok(payee) }
    }

    /// What a payer sent in the day and in the month of a moment, in fen.
    pub(super) fn sent_in(&self, payer: PartyId, at: i64) -> [i128; 2] {
        periods(at).map(|(kind, period)| self.used.get(&(payer, kind, period)).map_or(0, |used| used.1))
    }

    pub(super) fn find_transfer_room(
        &self,
        step: &Step,
        asked: &FindTransferRoom,
    ) -> Result<TransferRoom, PartyNotFound> {
        let kind = self.people.get(&asked.payer).ok_or(PartyNotFound)?.kind;
        let (least, single, day, month) = limits(kind, asked.way);
        let [sent_day, sent_month] = self.sent_in(asked.payer, step.now());
        let left = |limit: i128, sent: i128| yuan((limit - sent).max(0));
        let month_left = month.map(|limit| left(limit, sent_month));
        let (least, single) = (yuan(least), yuan(single));
        let limits = Limits { least, single, day: yuan(day), month: month.map(yuan) };
        Ok(TransferRoom { limits, day_left: left(day, sent_day), month_left })
    }
}
