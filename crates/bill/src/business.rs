//! What the lines of an account are called (业务类型). Sources: protocol reference 5.15 for the first names, the rest are
//! the words of the wallet.

use ledger::PostingKind;

/// What a line of an account is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Business {
    /// A payment that arrived.
    Sale,
    /// A payment made.
    Payment,
    /// A payment that found its order closed came back.
    PaymentBack,
    /// A refund, given or received.
    Refund,
    /// A refund that could not reach its buyer came back.
    RefundBack,
    /// The fee of a payment.
    Fee,
    /// The fee's share of a refund.
    FeeBack,
    /// A part of an order's money, passed on or received.
    Split,
    /// A part that came back to whom it was of.
    SplitBack,
    /// Money from the bank.
    TopUp,
    /// Money sent to another account, or got from it.
    Transfer,
    /// Money sent that came back.
    TransferBack,
    /// Money paid out to a card, with its fee.
    Withdraw,
    /// Money for a card that did not get there.
    WithdrawBack,
}

impl Business {
    /// All, in the order in which summaries show them.
    pub const ALL: [Business; 14] = [
        Business::Sale,
        Business::Payment,
        Business::PaymentBack,
        Business::Refund,
        Business::RefundBack,
        Business::Fee,
        Business::FeeBack,
        Business::Split,
        Business::SplitBack,
        Business::TopUp,
        Business::Transfer,
        Business::TransferBack,
        Business::Withdraw,
        Business::WithdrawBack,
    ];

    /// What a posting is about, its fee set aside.
    pub const fn of(kind: PostingKind) -> Business {
        match kind {
            // Between banks and us alone nothing of a party moves.
            PostingKind::TopUp
            | PostingKind::CardIn
            | PostingKind::CardTurn
            | PostingKind::SuspenseIn
            | PostingKind::SuspenseOut
            | PostingKind::SettleIn
            | PostingKind::SettleOut
            | PostingKind::UnclearIn
            | PostingKind::UnclearOut
            | PostingKind::SuspenseReturn
            | PostingKind::SuspenseKept
            | PostingKind::SuspenseBorne
            | PostingKind::SuspenseMatchIn
            | PostingKind::SuspenseMatchOut => Business::TopUp,
            PostingKind::CardOut | PostingKind::CardFee => Business::Withdraw,
            PostingKind::CardOutReturn | PostingKind::CardSentBack | PostingKind::SuspenseSentBack => {
                Business::WithdrawBack
            }
            PostingKind::CardPay => Business::Payment,
            PostingKind::CardBack => Business::Refund,
            PostingKind::PayOut => Business::Payment,
            PostingKind::PayIn | PostingKind::EscrowIn | PostingKind::EscrowRelease => Business::Sale,
            PostingKind::PayReturn => Business::PaymentBack,
            PostingKind::RefundOut | PostingKind::RefundIn | PostingKind::EscrowOut => Business::Refund,
            PostingKind::RefundReturn | PostingKind::EscrowReturn => Business::RefundBack,
            PostingKind::SplitOut | PostingKind::SplitIn => Business::Split,
            PostingKind::SplitReturn | PostingKind::BackOut | PostingKind::BackReturn => Business::SplitBack,
            PostingKind::TransferOut
            | PostingKind::TransferWait
            | PostingKind::TransferSend
            | PostingKind::TransferIn => Business::Transfer,
            PostingKind::TransferUndo | PostingKind::TransferReturn => Business::TransferBack,
        }
    }

    /// Its name in bills.
    pub const fn name(self) -> &'static str {
        match self {
            Business::Sale => "在线支付",
            Business::Payment => "交易付款",
            Business::PaymentBack => "付款退回",
            Business::Refund => "交易退款",
            Business::RefundBack => "退款退回",
            Business::Fee => "收费",
            Business::FeeBack => "退费",
            Business::Split => "交易分账",
            Business::SplitBack => "分账退回",
            Business::TopUp => "充值",
            Business::Transfer => "转账",
            Business::TransferBack => "转账退回",
            Business::Withdraw => "提现",
            Business::WithdrawBack => "提现退回",
        }
    }

    /// What stands as its description (业务描述). The code of sales is the one that is known; the others have none.
    pub fn description(self) -> String {
        match self {
            Business::Sale => "0010001|交易收款-交易收款".to_owned(),
            Business::Payment
            | Business::PaymentBack
            | Business::Refund
            | Business::RefundBack
            | Business::Fee
            | Business::FeeBack
            | Business::Split
            | Business::SplitBack
            | Business::TopUp
            | Business::Transfer
            | Business::TransferBack
            | Business::Withdraw
            | Business::WithdrawBack => format!("{0}-{0}", self.name()),
        }
    }
}
