//! The lines of each kind of posting.

use crate::{AccountId, AccountKind, LEGS_MAX, Side, Template};
use base::{PartyId, Plant, planted};
use money::{Money, MoneyError};

/// One line of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leg {
    /// The account.
    pub account: AccountId,
    /// Its side.
    pub side: Side,
    /// How much.
    pub amount: Money,
}

/// Where fees go.
fn fee_kind() -> AccountKind {
    if planted(Plant::FeeToWrongAccount) { AccountKind::BankReserve } else { AccountKind::FeeIncome }
}

/// The lines of a refund that leaves its merchant: from the merchant's account and the fees to transit.
fn refund_legs(
    [seller, fees, transit]: [AccountId; 3],
    amount: Money,
    fee_back: Money,
) -> Result<Vec<Leg>, MoneyError> {
    let leg = |account, side, amount| Leg { account, side, amount };
    let kept = planted(Plant::RefundFeeKept);
    let fee_back = if kept { Money::zero(fee_back.currency()) } else { fee_back };
    let (back, gone) = (leg(fees, Side::Debit, fee_back), leg(transit, Side::Credit, amount));
    Ok(if fee_back.exceeds(amount)? {
        vec![back, leg(seller, Side::Credit, fee_back.checked_sub(amount)?), gone]
    } else {
        vec![leg(seller, Side::Debit, amount.checked_sub(fee_back)?), back, gone]
    })
}

impl Template {
    /// The lines, debits first. Fails when a fee is more than its amount or of another currency.
    pub fn legs(self) -> Result<Vec<Leg>, MoneyError> {
        let own = |owner: PartyId| AccountId::of(owner, AccountKind::Balance, self.currency());
        let platform = |kind| AccountId::platform(self.slot(), kind, self.currency());
        let (transit, fees) = (platform(AccountKind::Transit), platform(fee_kind()));
        let escrow = platform(AccountKind::Escrow);
        let debit = |account, amount| Leg { account, side: Side::Debit, amount };
        let credit = |account, amount| Leg { account, side: Side::Credit, amount };
        let mut legs = match self {
            Template::PayOut { buyer: payer, amount }
            | Template::SplitOut { seller: payer, amount }
            | Template::BackOut { receiver: payer, amount }
            | Template::TransferOut { payer, amount } => {
                vec![debit(own(payer), amount), credit(transit, amount)]
            }
            Template::SplitIn { receiver: party, amount }
            | Template::BackReturn { receiver: party, amount }
            | Template::SplitReturn { seller: party, amount }
            | Template::TransferIn { payee: party, amount }
            | Template::TransferReturn { payer: party, amount } => {
                vec![debit(transit, amount), credit(own(party), amount)]
            }
            Template::PayReturn { buyer, amount } | Template::RefundIn { buyer, amount } => {
                let bypassed = planted(Plant::MoneyBypassesTransit);
                let from = if bypassed { platform(AccountKind::BankReserve) } else { transit };
                vec![debit(from, amount), credit(own(buyer), amount)]
            }
            Template::PayIn { seller, amount, fee }
            | Template::RefundReturn { seller, amount, fee_back: fee } => {
                let fee = if planted(Plant::FeeNotTaken) { Money::zero(fee.currency()) } else { fee };
                vec![debit(transit, amount), credit(own(seller), amount.checked_sub(fee)?), credit(fees, fee)]
            }
            Template::RefundOut { seller, amount, fee_back } => {
                refund_legs([own(seller), fees, transit], amount, fee_back)?
            }
            Template::EscrowIn { amount, .. } | Template::EscrowReturn { amount, .. } => {
                vec![debit(transit, amount), credit(escrow, amount)]
            }
            Template::EscrowRelease { seller, amount, fee } => {
                vec![debit(escrow, amount), credit(own(seller), amount.checked_sub(fee)?), credit(fees, fee)]
            }
            Template::EscrowOut { amount, .. } => vec![debit(escrow, amount), credit(transit, amount)],
            Template::TopUp { .. }
            | Template::TransferWait { .. }
            | Template::TransferSend { .. }
            | Template::TransferUndo { .. }
            | Template::CardIn { .. }
            | Template::CardOut { .. }
            | Template::CardFee { .. }
            | Template::CardOutReturn { .. }
            | Template::CardTurn { .. }
            | Template::CardPay { .. }
            | Template::CardBack { .. }
            | Template::SuspenseIn { .. }
            | Template::SuspenseOut { .. }
            | Template::SettleIn { .. }
            | Template::SettleOut { .. }
            | Template::UnclearIn { .. }
            | Template::UnclearOut { .. }
            | Template::SuspenseReturn { .. }
            | Template::SuspenseKept { .. }
            | Template::SuspenseBorne { .. }
            | Template::SuspenseMatchIn { .. }
            | Template::SuspenseMatchOut { .. }
            | Template::CardSentBack { .. }
            | Template::SuspenseSentBack { .. } => self.waiting_legs(fees).into(),
        };
        legs.retain(|leg| !leg.amount.is_zero() || planted(Plant::EmptyLegKept));
        assert!(legs.len() <= LEGS_MAX, "every template fits a posting");
        Ok(legs)
    }

    /// The two lines of what waits, for its time or for a bank, or came from one.
    fn waiting_legs(self, fees: AccountId) -> [Leg; 2] {
        let own = |owner: PartyId| AccountId::of(owner, AccountKind::Balance, self.currency());
        let platform = |kind| AccountId::platform(self.slot(), kind, self.currency());
        let (transit, delayed) = (platform(AccountKind::Transit), platform(AccountKind::Delayed));
        let reserve = platform(AccountKind::BankReserve);
        let (clearing_in, clearing_out) =
            (platform(AccountKind::ClearingIn), platform(AccountKind::ClearingOut));
        let (from, to, amount) = match self {
            Template::TransferWait { payer, amount } => (own(payer), delayed, amount),
            Template::TransferSend { amount, .. } => (delayed, transit, amount),
            Template::TransferUndo { payer, amount } => (delayed, own(payer), amount),
            Template::CardIn { party, amount } => (clearing_in, own(party), amount),
            Template::CardOut { party, amount } => (own(party), clearing_out, amount),
            Template::CardFee { amount, .. } => (clearing_out, fees, amount),
            Template::CardOutReturn { party, amount } => (clearing_out, own(party), amount),
            Template::CardTurn { amount, .. } => (clearing_in, clearing_out, amount),
            Template::CardPay { amount, .. } => (clearing_in, transit, amount),
            Template::CardBack { amount, .. } => (transit, clearing_out, amount),
            Template::SuspenseIn { amount, .. } => (clearing_in, platform(AccountKind::SuspenseOwed), amount),
            Template::SuspenseOut { amount, .. } => {
                (platform(AccountKind::SuspenseDue), clearing_out, amount)
            }
            Template::SettleIn { amount, .. } => (reserve, clearing_in, amount),
            Template::SettleOut { amount, .. } => (clearing_out, reserve, amount),
            Template::UnclearIn { amount, .. } => (reserve, platform(AccountKind::SuspenseOwed), amount),
            Template::UnclearOut { amount, .. } => (platform(AccountKind::SuspenseDue), reserve, amount),
            Template::SuspenseReturn { amount, .. } => {
                (platform(AccountKind::SuspenseOwed), clearing_out, amount)
            }
            Template::SuspenseKept { amount, .. } => (platform(AccountKind::SuspenseOwed), fees, amount),
            Template::SuspenseBorne { amount, .. } => (fees, platform(AccountKind::SuspenseDue), amount),
            Template::SuspenseMatchIn { amount, .. } => {
                (platform(AccountKind::SuspenseOwed), clearing_in, amount)
            }
            Template::SuspenseMatchOut { amount, .. } => {
                (clearing_out, platform(AccountKind::SuspenseDue), amount)
            }
            Template::TopUp { party, amount } | Template::CardSentBack { party, amount } => {
                (reserve, own(party), amount)
            }
            Template::SuspenseSentBack { party, amount } => {
                (platform(AccountKind::SuspenseOwed), own(party), amount)
            }
            other => unreachable!("{:?} waits for nothing", other.kind()),
        };
        [Leg { account: from, side: Side::Debit, amount }, Leg { account: to, side: Side::Credit, amount }]
    }
}
