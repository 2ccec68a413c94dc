//! The posting templates: what may happen to money, and on which accounts.

use base::{PartyId, Slot};
use money::Money;

/// A kind of posting with its parties and amounts. All amounts are of one currency; a line of zero is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Template {
    /// Dr bank reserve / Cr party.
    TopUp {
        /// Who gets the money.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr buyer / Cr transit, in the buyer's slot.
    PayOut {
        /// Who pays.
        buyer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr merchant, Cr fee, in the merchant's slot. The fee is part of the amount.
    PayIn {
        /// Who is paid.
        seller: PartyId,
        /// What the buyer paid.
        amount: Money,
        /// What we keep of it.
        fee: Money,
    },
    /// Dr transit / Cr buyer, in the buyer's slot.
    PayReturn {
        /// Who gets the money back.
        buyer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr merchant, Dr fee / Cr transit, in the merchant's slot. The fee given back is part of the amount. When
    /// receivers gave back so much that the fee is more than what is missing, the merchant is credited with the
    /// difference.
    RefundOut {
        /// Who gives the money back.
        seller: PartyId,
        /// What the buyer will get, less what receivers of splits gave back for it: that is in transit already.
        amount: Money,
        /// The part of the buyer's money that we give back.
        fee_back: Money,
    },
    /// Dr receiver / Cr transit, in the receiver's slot: a part is given back for a refund.
    BackOut {
        /// Who gives it back.
        receiver: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr receiver, in the receiver's slot: the refund was not made.
    BackReturn {
        /// Who has it again.
        receiver: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr buyer, in the buyer's slot.
    RefundIn {
        /// Who gets the money.
        buyer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr merchant, Cr fee: the exact reverse of the refund that could not reach the buyer.
    RefundReturn {
        /// Who had given the money back.
        seller: PartyId,
        /// What the buyer would have got.
        amount: Money,
        /// The part of it that we had given back.
        fee_back: Money,
    },
    /// Dr transit / Cr escrow, in the merchant's slot.
    EscrowIn {
        /// Whose goods were paid.
        seller: PartyId,
        /// What the buyer paid.
        amount: Money,
    },
    /// Dr escrow / Cr merchant, Cr fee, in the merchant's slot. The fee is part of the amount.
    EscrowRelease {
        /// Who is paid.
        seller: PartyId,
        /// What was held.
        amount: Money,
        /// What we keep of it.
        fee: Money,
    },
    /// Dr escrow / Cr transit, in the merchant's slot.
    EscrowOut {
        /// Whose goods were paid.
        seller: PartyId,
        /// What the buyer will get.
        amount: Money,
    },
    /// Dr transit / Cr escrow, in the merchant's slot: the reverse of a refund that could not reach the buyer.
    EscrowReturn {
        /// Whose goods were paid.
        seller: PartyId,
        /// What the buyer would have got.
        amount: Money,
    },
    /// Dr merchant / Cr transit, in the merchant's slot: all parts of one split together.
    SplitOut {
        /// Whose order is split.
        seller: PartyId,
        /// How much in all.
        amount: Money,
    },
    /// Dr transit / Cr receiver, in the receiver's slot.
    SplitIn {
        /// Who gets a part.
        receiver: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr merchant, in the merchant's slot.
    SplitReturn {
        /// Who gets the part back.
        seller: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr payer / Cr transit, in the payer's slot: a transfer that goes at once.
    TransferOut {
        /// Who pays.
        payer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr payer / Cr delayed, in the payer's slot: a transfer that waits.
    TransferWait {
        /// Who pays.
        payer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr delayed / Cr transit, in the payer's slot: its time has come.
    TransferSend {
        /// Who paid.
        payer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr delayed / Cr payer, in the payer's slot: it was called back.
    TransferUndo {
        /// Who has it again.
        payer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr payee, in the payee's slot.
    TransferIn {
        /// Who has it.
        payee: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr payer, in the payer's slot: it could not reach the payee.
    TransferReturn {
        /// Who has it again.
        payer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr clearing in / Cr party.
    CardIn {
        /// Who gets the money.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr party / Cr clearing out.
    CardOut {
        /// Whose money goes to the card.
        party: PartyId,
        /// How much, with the fee.
        amount: Money,
    },
    /// Dr clearing out / Cr fee.
    CardFee {
        /// Who paid it.
        party: PartyId,
        /// The fee.
        amount: Money,
    },
    /// Dr clearing out / Cr party.
    CardOutReturn {
        /// Whose money did not get to the card.
        party: PartyId,
        /// How much, with the fee.
        amount: Money,
    },
    /// Dr clearing in / Cr clearing out.
    CardTurn {
        /// Whose card.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr clearing in / Cr transit, in the buyer's slot.
    CardPay {
        /// Who pays.
        buyer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr transit / Cr clearing out, in the buyer's slot.
    CardBack {
        /// Who paid.
        buyer: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr clearing in / Cr suspense owed.
    SuspenseIn {
        /// Whose card.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr suspense due / Cr clearing out.
    SuspenseOut {
        /// Whose card.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr bank reserve / Cr clearing in.
    SettleIn {
        /// The slot of the bank order.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr clearing out / Cr bank reserve.
    SettleOut {
        /// The slot of the bank order.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr bank reserve / Cr suspense owed.
    UnclearIn {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr suspense due / Cr bank reserve.
    UnclearOut {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr suspense owed / Cr clearing out.
    SuspenseReturn {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr suspense owed / Cr fee.
    SuspenseKept {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr fee / Cr suspense due.
    SuspenseBorne {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr bank reserve / Cr party.
    CardSentBack {
        /// Who has it again.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr suspense owed / Cr party.
    SuspenseSentBack {
        /// Who has it again.
        party: PartyId,
        /// How much.
        amount: Money,
    },
    /// Dr suspense owed / Cr clearing in.
    SuspenseMatchIn {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
    /// Dr clearing out / Cr suspense due.
    SuspenseMatchOut {
        /// Where the line of the statement is kept.
        slot: Slot,
        /// How much.
        amount: Money,
    },
}
