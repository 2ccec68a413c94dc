//! What happened how often, so that a run that never meets a case cannot pass for one that does.

use engine::{Command, Reply};
use std::collections::BTreeMap;

/// Everything a run over many seeds must have met at least once.
///
/// Left out, because no command leads there: refusals that need more than a run has (a full slot), orders that are
/// `Finished` (no command makes them), what the engine shares between two kinds of answer but gives in one only (a
/// payment by code cannot miss a proof), and states that nothing leads back to.
const EXPECTED: &[&str] = &[
    // Answers.
    "OpenParty accepted",
    "OpenParty refused LoginEmpty",
    "OpenParty refused LoginTaken",
    "SetPartyStatus accepted",
    "SetPartyStatus refused PartyNotFound",
    "OpenApp accepted",
    "OpenApp refused SellerNotFound",
    "OpenApp refused CertificateMissing",
    "SetAppStatus accepted",
    "SetAppStatus refused AppNotFound",
    "SetRules accepted",
    "TopUp accepted",
    "TopUp refused KeyTaken",
    "TopUp refused NothingToBook",
    "TopUp refused PartyNotFound",
    "TopUp refused PartyClosed",
    "TopUp refused Ledger(AccountNotFound)",
    "TopUp refused Ledger(BalanceTooLarge)",
    "IssuePayCode accepted",
    "IssuePayCode refused PartyNotFound",
    "IssuePayCode refused CodeTaken",
    "OpenOrder accepted",
    "OpenOrder refused SellerNotFound",
    "OpenOrder refused NumberTaken",
    "OpenOrder refused AlreadyPaid",
    "OpenOrder refused AlreadyClosed",
    "OpenOrder refused SellerBlocked",
    "OpenOrder refused TotalTooLarge",
    "OpenOrder refused ExpiryPassed",
    "OpenOrder refused BuyerNotFound",
    "OpenOrder refused Pay(CodeInvalid)",
    "OpenOrder refused Pay(AlreadyClosed)",
    "OpenOrder refused Pay(BuyerBlocked)",
    "OpenOrder refused Pay(BuyerIsSeller)",
    "OpenOrder refused Pay(BuyerDiffers)",
    "OpenOrder refused Pay(BalanceTooLow)",
    "ClaimOrder accepted",
    "ClaimOrder refused OrderNotFound",
    "ClaimOrder refused AlreadyPaid",
    "ClaimOrder refused AlreadyClosed",
    "ClaimOrder refused CodeExpired",
    "ClaimOrder refused BuyerIsSeller",
    "ClaimOrder refused BuyerDiffers",
    "ClaimOrder refused BuyerNotFound",
    "ClaimOrder refused BuyerBlocked",
    "TryPassword accepted",
    "TryPassword refused NoPassword",
    "TryPassword refused Locked",
    "JudgePassword accepted",
    "JudgePassword refused NoAttempt",
    "JudgePassword refused Wrong",
    "JudgePassword refused Locked",
    "ConfirmPay accepted",
    "ConfirmPay refused TradeNotFound",
    "ConfirmPay refused AlreadyPaid",
    "ConfirmPay refused AlreadyClosed",
    "ConfirmPay refused ProofMissing",
    "ConfirmPay refused BuyerBlocked",
    "ConfirmPay refused BalanceTooLow",
    "CloseOrder accepted",
    "CloseOrder refused TradeNotFound",
    "CloseOrder refused AlreadyPaid",
    "CloseOrder refused AlreadyClosed",
    "CancelOrder accepted",
    "CancelOrder refused TooLate",
    "CancelOrder refused Refund(MoreThanLeft)",
    "CancelOrder refused Refund(SellerBalanceTooLow)",
    "CancelOrder refused Refund(BuyerClosed)",
    "RefundOrder accepted",
    "RefundOrder refused TradeNotFound",
    "RefundOrder refused NumberTaken",
    "RefundOrder refused NotPaid",
    "RefundOrder refused AlreadyClosed",
    "RefundOrder refused PartNeedsNumber",
    "RefundOrder refused MoreThanLeft",
    "RefundOrder refused SellerBalanceTooLow",
    "RefundOrder refused BuyerClosed",
    "NoticeTried accepted",
    "RunTimer accepted",
    "Receive accepted",
    "Receive refused Gap",
    "Acknowledge accepted",
    "FindOrder accepted",
    "FindOrder refused TradeNotFound",
    "FindOrderByNo accepted",
    "FindOrderByNo refused TradeNotFound",
    "FindRefund accepted",
    "FindRefund refused TradeNotFound",
    "FindTrade accepted",
    "FindTrade refused TradeNotFound",
    "FindLogin accepted",
    "FindLogin refused PartyNotFound",
    "FindParty accepted",
    "FindParty refused PartyNotFound",
    "FindAccount accepted",
    "FindAccount refused PartyNotFound",
    "OfferAgreement accepted",
    "OfferAgreement refused NumberTaken",
    "OfferAgreement refused AlreadyEnded",
    "OfferAgreement refused SellerBlocked",
    "OfferAgreement refused FirstDayPassed",
    "SignAgreement accepted",
    "SignAgreement refused BuyerDiffers",
    "SignAgreement refused AlreadyEnded",
    "SignAgreement refused UnderWay",
    "SignAgreement refused BuyerIsSeller",
    "SignAgreement refused SellerBlocked",
    "SignAgreement refused BuyerNotFound",
    "SignAgreement refused BuyerBlocked",
    "UnsignAgreement accepted",
    "UnsignAgreement refused AgreementNotFound",
    "UnsignAgreement refused NotNormal",
    "EndMandate accepted",
    "EndMandate refused AgreementNotFound",
    "PostponeDebit accepted",
    "PostponeDebit refused NotNormal",
    "PostponeDebit refused NothingPlanned",
    "PostponeDebit refused DateNotAllowed",
    "DebitOrder accepted",
    "DebitOrder refused NotSigned",
    "DebitOrder refused Open(NumberTaken)",
    "DebitOrder refused Open(AlreadyClosed)",
    "DebitOrder refused Open(SellerBlocked)",
    "DebitOrder refused Mandate(Ended)",
    "DebitOrder refused Mandate(TotalExceeded)",
    "DebitOrder refused Mandate(TimesExceeded)",
    "DebitOrder refused Mandate(DateNotMatch)",
    "DebitOrder refused Mandate(BuyerBlocked)",
    "TransferMoney accepted",
    "TransferMoney refused NumberTaken",
    "TransferMoney refused PayeeNotFound",
    "TransferMoney refused PayeeNameDiffers",
    "TransferMoney refused PayeeBlocked",
    "TransferMoney refused PayeeIsPayer",
    "TransferMoney refused PayerBlocked",
    "TransferMoney refused Limit(TooSmall)",
    "TransferMoney refused Limit(TooLarge)",
    "TransferMoney refused BalanceTooLow",
    "OfferTransfer accepted",
    "OfferTransfer refused NumberTaken",
    "OfferTransfer refused PayeeNotFound",
    "OfferTransfer refused PayeeIsPayer",
    "OfferTransfer refused PayerBlocked",
    "OfferTransfer refused Limit(TooLarge)",
    "OfferTransfer refused Limit(Day)",
    "OfferTransfer refused BalanceTooLow",
    "ConfirmTransfer accepted",
    "ConfirmTransfer refused AlreadyCancelled",
    "ConfirmTransfer refused ProofMissing",
    "ConfirmTransfer refused Refused(PayeeBlocked)",
    "ConfirmTransfer refused Refused(PayerBlocked)",
    "ConfirmTransfer refused Refused(Limit(Day))",
    "ConfirmTransfer refused Refused(BalanceTooLow)",
    "CancelTransfer accepted",
    "CancelTransfer refused TooLate",
    "FindTransfer accepted",
    "FindTransfer refused TransferNotFound",
    "FindTransferRoom accepted",
    // Transitions.
    "transfer Offered -> UnderWay",
    "transfer Offered -> Waiting",
    "transfer Offered -> Cancelled",
    "transfer Waiting -> UnderWay",
    "transfer Waiting -> Waiting",
    "transfer Waiting -> Cancelled",
    "transfer UnderWay -> Done",
    "transfer UnderWay -> Returned",
    "notice of a transfer",
    "agreement Temp -> Normal",
    "agreement ended by Buyer",
    "agreement ended by Merchant",
    "agreement ended by Validity",
    "party Normal -> Frozen",
    "party Normal -> Closed",
    "party Frozen -> Normal",
    "party Closed -> Normal",
    "party Normal -> Normal",
    "party Frozen -> Frozen",
    "party Closed -> Closed",
    "party Frozen -> Closed",
    "party Closed -> Frozen",
    "order Offered -> WaitBuyerPay",
    "order Offered -> Closed",
    "order WaitBuyerPay -> Paid",
    "order WaitBuyerPay -> Closed",
    "order Paid -> Paid",
    "order Paid -> Closed",
    "trade Waiting -> Paid",
    "trade Waiting -> Closed",
    "trade Paid -> Closed",
    "refund UnderWay -> Done",
    "refund UnderWay -> Returned",
    "attempt Asked -> Paid",
    "attempt Asked -> Waiting",
    "attempt Asked -> CodeInvalid",
    "attempt Asked -> BuyerBlocked",
    "attempt Asked -> BuyerIsSeller",
    "attempt Asked -> BuyerDiffers",
    "attempt Asked -> BalanceTooLow",
    "attempt Asked -> OrderClosed",
    "notice of Paid",
    "notice of Refunded",
    "notice of Closed",
    "notice of Message",
    "notice Due -> Due",
    "notice Due -> Delivered",
    "notice Due -> GivenUp",
    // The same again.
    "the same top-up again is the same answer",
    "the same order again goes on",
    "the same code for the same order is the same attempt",
    "the same claim again is the same answer",
    "the same cancel again is the same answer",
    "the same refund again is the same answer",
    "the same refund again while it is under way",
    "the number of a refund that came back is used again",
    "a late word about a notice is ignored",
    "the same offer again is the same answer",
    "the same signature again is the same answer",
    "the same debit again is the same answer",
    "the same transfer again is the same answer",
    "the same offered transfer again is the same answer",
    "the same confirmation again is the same answer",
    "the same calling back again is the same answer",
    // Sides of races.
    "an offer of an agreement was forgotten",
    "an older word of a mandate was not news",
    "an end came second",
    "news of a signing was overtaken by the end",
    "a debit found its order over",
    "an offered transfer ran out of time",
    "a transfer was called back in vain before its timer ran",
    "a payee was known",
    "a payee was not known",
    "an order ran out of time",
    "a pay code ran out of time",
    "a password try ran out of time",
    "a timer that is gone does nothing",
    "expiry beat a payment",
    "a payment found its order closed",
    "a payment found its order paid",
    "a payment found its merchant gone",
    "a payment beat the buyer who was to confirm",
    "a payment came back to its buyer",
    "another buyer came first",
    "the order closed while its buyer was asked",
    "a second code came while the first one's money was under way",
    "a claim lost the race",
    "a claim found its order gone",
    "a second claim found its order over",
    "a trade that was over heard that it is",
    "an order for a buyer who cannot have it was never there",
    "a refund lost the race with another",
    "a cancel found everything on its way back",
    // Between cells.
    "a parcel left",
    "a parcel arrived",
    "a parcel that came again was ignored",
    "a parcel that came too early was refused",
    "parcels were acknowledged",
    "an answer came from another cell",
];

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
    EXPECTED.iter().find(|listed| listed.strip_prefix(name) == Some(" accepted")).copied().unwrap_or(UNLISTED)
}
