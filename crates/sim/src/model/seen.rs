//! What happened how often, so that a run that never meets a case cannot pass for one that does.

use super::expected::EXPECTED;
use engine::{Command, Reply};
use std::collections::BTreeMap;

/// What is counted and need not happen.
const POSSIBLE: &[&str] = &[
    // A run would have to jump a year.
    "CancelOrder refused Finished",
    "RefundOrder refused Finished",
    // No method of the gateway shows a code for an order that is offered otherwise.
    "a payment found an order nobody had taken up",
    // A buyer confirms what the merchant's cell has forgotten: towns meet it, and are asked for it.
    "a payment found its order gone",
    // Parcels between two slots arrive in the order of the refunds: the one that closes the order comes last.
    "a refund was done after a later one had closed the order",
    // What towns or the model's own play meet, but not both, or too seldom to be asked for.
    "OfferAgreement refused SellerNotFound",
    "OfferAgreement refused AlreadySigned",
    "SignAgreement refused AgreementNotFound",
    "SignAgreement refused ProofMissing",
    "SignAgreement refused SameInForce",
    "PostponeDebit refused AgreementNotFound",
    "DebitOrder refused AgreementNotFound",
    "DebitOrder refused Open(SellerNotFound)",
    "DebitOrder refused Open(TotalTooLarge)",
    "DebitOrder refused Open(ExpiryPassed)",
    "DebitOrder refused Mandate(Invalid)",
    "DebitOrder refused Mandate(SingleExceeded)",
    "DebitOrder refused Mandate(BalanceTooLow)",
    "an agreement had ended before its signature was known",
    "an offer ran out of time while its buyer was asked",
    "a plan went on before its debit came back",
    "TransferMoney refused PayerNotFound",
    "TransferMoney refused Limit(Day)",
    "OfferTransfer refused PayerNotFound",
    "OfferTransfer refused PayeeNameDiffers",
    "OfferTransfer refused Limit(TooSmall)",
    "ConfirmTransfer refused NotFound",
    "CancelTransfer refused NotFound",
    "FindTransferRoom refused PartyNotFound",
    "FindAddress refused PartyNotFound",
    "AskCard refused PartyNotFound",
    "BindCard refused CardNotFound",
    "BindCard refused CardEnded",
    "UnbindCard refused CardNotFound",
    "FindCard refused NotFound",
    "FindBankOrder refused NotFound",
    "BankAnswered refused NotFound",
    "PrepareBankOrder refused PartyNotFound",
    "PrepareBankOrder refused CurrencyDiffers",
    "PrepareBankOrder refused OverMonth",
    "ConfirmBankOrder refused NotFound",
    "ConfirmBankOrder refused ProofMissing",
    "ConfirmBankOrder refused Rules(OverMonth)",
    "CloseBankOrder refused NotFound",
    "PayByCard refused Pay(ProofMissing)",
    "PayByCard refused Card(PartyBlocked)",
    "PayByCard refused Card(OverSingle)",
    "PayByCard refused Card(OverDay)",
    "PayByCard refused Card(OverMonth)",
    // The clerk of a town is too prompt for that; the model's own play meets it.
    "a transfer was called back in vain before its timer ran",
    // Towns meet these and are asked for them.
    "ConfirmBankOrder refused Rules(OverDay)",
    "PayByCard refused Pay(TradeNotFound)",
    "a code came while a bank was asked",
    "bank order Asked -> Closed",
    "TopUp is Asked",
    "TopUp is Unknown",
    "TopUp is GivenUp",
    "TopUp is Closed",
    "TopUp is Returning",
    "TopUp is Returned",
    "TopUp is Credited",
    "Withdraw is Asked",
    "Withdraw is Unknown",
    "Withdraw is Closed",
    "Pay is Asked",
    "Pay is Unknown",
    "Pay is GivenUp",
    "Pay is Closed",
    "Pay is Returning",
    "Pay is Returned",
    "Pay is Credited",
    "Return is Asked",
    "Return is Unknown",
    // Transfers to cards, which the model's own play sends none of. Towns are asked for most of these.
    "TransferToCard accepted",
    "TransferToCard refused NumberTaken",
    "TransferToCard refused NotSigned",
    "TransferToCard refused PayerBlocked",
    "TransferToCard refused Limit(TooSmall)",
    "TransferToCard refused Limit(TooLarge)",
    "TransferToCard refused Limit(Day)",
    "TransferToCard refused BalanceTooLow",
    "TransferToCard refused CardWrong",
    "TransferToCard refused BankSilent",
    "FindScreenList accepted",
    "FindCardTransfer accepted",
    "FindCardTransfer refused TransferNotFound",
    "ImportLine accepted",
    "Transfer is Asked",
    "Transfer is Unknown",
    "Transfer is Done",
    "Transfer is Failed",
    "the same transfer to a card again is the same answer",
    "a payee's card was known",
    "card transfer UnderWay -> Done",
    "card transfer UnderWay -> Failed",
    "card transfer Done -> Refunded",
    "news of a transfer was overtaken by its return",
    "notice of a transfer to a card",
    "a line was read again",
    "a line was the bank's first word",
    "a line is Matched",
    "a line is CameBack",
    "a line is SignDiffers",
    "a line is Duplicate",
    "a line is AgainstWord",
    "a line shows what was a surprise",
    // Contracts, which the model's own play signs none of. Towns are asked for most of these.
    "ProposeContract accepted",
    "ApproveContract accepted",
    "FindContracts accepted",
    "FindUnsettled accepted",
    "OpenOrder refused NotSigned",
    "TransferMoney refused NotSigned",
    "DebitOrder refused Open(NotSigned)",
    "ProposeContract refused Stale",
    "ProposeContract refused FeeTooHigh",
    "ProposeContract refused NoFee",
    "ProposeContract refused FeeDiffers",
    "ProposeContract refused NoSettlement",
    "ProposeContract refused SettlementDiffers",
    "ProposeContract refused FromThePast",
    "ApproveContract refused Stale",
    "ApproveContract refused NotFound",
    "ApproveContract refused TooManyWaiting",
    "ApproveContract refused SelfApproval",
    "ApproveContract refused Edited",
    "ApproveContract refused FeeDiffers",
    "ApproveContract refused SettlementDiffers",
    "the same approval again is the same answer",
    "a sale waits to be settled",
    "sales were settled",
    "a sale was refunded before it was settled",
    "a refund of an unsettled sale came back",
    // A name that none of these lists has: see `Seen::count`.
    UNLISTED,
];

/// Counts what has no name here, which a test forbids.
const UNLISTED: &str = "something without a name of its own";

/// What must not be zero over many seeds.
pub fn expected() -> &'static [&'static str] {
    EXPECTED
}

/// Counters by name, all there from the beginning.
#[derive(Default)]
pub(super) struct Seen(BTreeMap<&'static str, u64>);

impl Seen {
    pub(super) fn new() -> Seen {
        Seen(EXPECTED.iter().chain(POSSIBLE).map(|name| (*name, 0)).collect())
    }

    pub(super) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.0
    }

    pub(super) fn count(&mut self, name: &str) {
        match self.0.get_mut(name) {
            Some(count) => *count += 1,
            None => *self.0.entry(UNLISTED).or_default() += 1,
        }
    }

    /// Counts an answer as accepted or by the name of its refusal.
    pub(super) fn answered(&mut self, reply: &Reply) {
        // `OpenOrder(Err(Pay(CodeInvalid)))`: the command, and why, without what belongs to this one case.
        let text = format!("{reply:?}");
        let Some((command, rest)) = text.split_once('(') else { return };
        match rest.strip_prefix("Err(") {
            None => self.count(&format!("{command} accepted")),
            Some(refused) => {
                let refused = refused.strip_suffix("))").unwrap_or(refused);
                let name = refused.split(" {").next().unwrap_or(refused);
                // A field of what is inside went with its closing bracket.
                let end = if name.contains('(') && !name.ends_with(')') { ")" } else { "" };
                self.count(&format!("{command} refused {name}{end}"));
            }
        }
    }

    /// Counts the answer to a command that was given at once.
    pub(super) fn decided(&mut self, command: &Command, reply: Option<&Reply>) {
        match reply {
            None => {}
            Some(reply) if reply.is_accepted() => self.count(accepted(command)),
            Some(reply) => self.answered(reply),
        }
    }
}

/// Spares the usual case a text of the whole answer.
fn accepted(command: &Command) -> &'static str {
    let name = command.name();
    let is_it = |listed: &&&str| listed.strip_prefix(name) == Some(" accepted");
    EXPECTED.iter().chain(POSSIBLE).find(is_it).copied().unwrap_or(UNLISTED)
}
