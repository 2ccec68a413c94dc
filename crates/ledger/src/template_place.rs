//! What kind of posting a template is, and in whose books and currency it is written.

use crate::{PostingKind, Template};
use base::Slot;
use money::Currency;

impl Template {
    /// The kind of posting.
    pub const fn kind(self) -> PostingKind {
        match self {
            Template::TopUp { .. } => PostingKind::TopUp,
            Template::PayOut { .. } => PostingKind::PayOut,
            Template::PayIn { .. } => PostingKind::PayIn,
            Template::PayReturn { .. } => PostingKind::PayReturn,
            Template::RefundOut { .. } => PostingKind::RefundOut,
            Template::RefundIn { .. } => PostingKind::RefundIn,
            Template::RefundReturn { .. } => PostingKind::RefundReturn,
            Template::EscrowIn { .. } => PostingKind::EscrowIn,
            Template::EscrowRelease { .. } => PostingKind::EscrowRelease,
            Template::EscrowOut { .. } => PostingKind::EscrowOut,
            Template::EscrowReturn { .. } => PostingKind::EscrowReturn,
            Template::SplitOut { .. } => PostingKind::SplitOut,
            Template::SplitIn { .. } => PostingKind::SplitIn,
            Template::SplitReturn { .. } => PostingKind::SplitReturn,
            Template::BackOut { .. } => PostingKind::BackOut,
            Template::BackReturn { .. } => PostingKind::BackReturn,
            Template::TransferOut { .. } => PostingKind::TransferOut,
            Template::TransferWait { .. } => PostingKind::TransferWait,
            Template::TransferSend { .. } => PostingKind::TransferSend,
            Template::TransferUndo { .. } => PostingKind::TransferUndo,
            Template::TransferIn { .. } => PostingKind::TransferIn,
            Template::TransferReturn { .. } => PostingKind::TransferReturn,
            Template::CardIn { .. } => PostingKind::CardIn,
            Template::CardOut { .. } => PostingKind::CardOut,
            Template::CardFee { .. } => PostingKind::CardFee,
            Template::CardOutReturn { .. } => PostingKind::CardOutReturn,
            Template::CardTurn { .. } => PostingKind::CardTurn,
            Template::CardPay { .. } => PostingKind::CardPay,
            Template::CardBack { .. } => PostingKind::CardBack,
            Template::SuspenseIn { .. } => PostingKind::SuspenseIn,
            Template::SuspenseOut { .. } => PostingKind::SuspenseOut,
            Template::SettleIn { .. } => PostingKind::SettleIn,
            Template::SettleOut { .. } => PostingKind::SettleOut,
            Template::UnclearIn { .. } => PostingKind::UnclearIn,
            Template::UnclearOut { .. } => PostingKind::UnclearOut,
            Template::SuspenseReturn { .. } => PostingKind::SuspenseReturn,
            Template::SuspenseKept { .. } => PostingKind::SuspenseKept,
            Template::SuspenseBorne { .. } => PostingKind::SuspenseBorne,
            Template::SuspenseMatchIn { .. } => PostingKind::SuspenseMatchIn,
            Template::SuspenseMatchOut { .. } => PostingKind::SuspenseMatchOut,
            Template::CardSentBack { .. } => PostingKind::CardSentBack,
            Template::SuspenseSentBack { .. } => PostingKind::SuspenseSentBack,
        }
    }

    /// The slot whose books it is written in.
    pub const fn slot(self) -> Slot {
        match self {
            Template::TopUp { party, .. }
            | Template::CardIn { party, .. }
            | Template::CardOut { party, .. }
            | Template::CardFee { party, .. }
            | Template::CardOutReturn { party, .. }
            | Template::CardTurn { party, .. }
            | Template::SuspenseIn { party, .. }
            | Template::SuspenseOut { party, .. }
            | Template::CardSentBack { party, .. }
            | Template::SuspenseSentBack { party, .. } => party.slot(),
            Template::SettleIn { slot, .. }
            | Template::SettleOut { slot, .. }
            | Template::UnclearIn { slot, .. }
            | Template::UnclearOut { slot, .. }
            | Template::SuspenseReturn { slot, .. }
            | Template::SuspenseKept { slot, .. }
            | Template::SuspenseBorne { slot, .. }
            | Template::SuspenseMatchIn { slot, .. }
            | Template::SuspenseMatchOut { slot, .. } => slot,
            Template::PayOut { buyer, .. }
            | Template::PayReturn { buyer, .. }
            | Template::RefundIn { buyer, .. }
            | Template::CardPay { buyer, .. }
            | Template::CardBack { buyer, .. } => buyer.slot(),
            Template::PayIn { seller, .. }
            | Template::RefundOut { seller, .. }
            | Template::RefundReturn { seller, .. }
            | Template::EscrowIn { seller, .. }
            | Template::EscrowRelease { seller, .. }
            | Template::EscrowOut { seller, .. }
            | Template::EscrowReturn { seller, .. }
            | Template::SplitOut { seller, .. }
            | Template::SplitReturn { seller, .. } => seller.slot(),
            Template::SplitIn { receiver, .. }
            | Template::BackOut { receiver, .. }
            | Template::BackReturn { receiver, .. } => receiver.slot(),
            Template::TransferOut { payer, .. }
            | Template::TransferWait { payer, .. }
            | Template::TransferSend { payer, .. }
            | Template::TransferUndo { payer, .. }
            | Template::TransferReturn { payer, .. } => payer.slot(),
            Template::TransferIn { payee, .. } => payee.slot(),
        }
    }

    /// The currency of all lines.
    pub const fn currency(self) -> Currency {
        match self {
            Template::TopUp { amount, .. }
            | Template::PayOut { amount, .. }
            | Template::PayIn { amount, .. }
            | Template::PayReturn { amount, .. }
            | Template::RefundOut { amount, .. }
            | Template::RefundIn { amount, .. }
            | Template::RefundReturn { amount, .. }
            | Template::EscrowIn { amount, .. }
            | Template::EscrowRelease { amount, .. }
            | Template::EscrowOut { amount, .. }
            | Template::EscrowReturn { amount, .. }
            | Template::SplitOut { amount, .. }
            | Template::SplitIn { amount, .. }
            | Template::SplitReturn { amount, .. }
            | Template::BackOut { amount, .. }
            | Template::BackReturn { amount, .. }
            | Template::TransferOut { amount, .. }
            | Template::TransferWait { amount, .. }
            | Template::TransferSend { amount, .. }
            | Template::TransferUndo { amount, .. }
            | Template::TransferIn { amount, .. }
            | Template::TransferReturn { amount, .. }
            | Template::CardIn { amount, .. }
            | Template::CardOut { amount, .. }
            | Template::CardFee { amount, .. }
            | Template::CardOutReturn { amount, .. }
            | Template::CardTurn { amount, .. }
            | Template::CardPay { amount, .. }
            | Template::CardBack { amount, .. }
            | Template::SuspenseIn { amount, .. }
            | Template::SuspenseOut { amount, .. }
            | Template::SettleIn { amount, .. }
            | Template::SettleOut { amount, .. }
            | Template::UnclearIn { amount, .. }
            | Template::UnclearOut { amount, .. }
            | Template::SuspenseReturn { amount, .. }
            | Template::SuspenseKept { amount, .. }
            | Template::SuspenseBorne { amount, .. }
            | Template::SuspenseMatchIn { amount, .. }
            | Template::SuspenseMatchOut { amount, .. }
            | Template::CardSentBack { amount, .. }
            | Template::SuspenseSentBack { amount, .. } => amount.currency(),
        }
    }
}
