//! That the list of what must be seen is complete: each refusal that an answer can carry, each transition and each
//! outcome of an attempt stands in it, or stands here with the reason. The matches are total, so that a new variant
//! does not compile until somebody has said which.

use super::super::seen::expected;
use engine::{OpenAppRefused, OpenPartyRefused, ParcelRefused, PayCodeRefused, TopUpRefused};
use fund::{
    AskCardRefused, BankEvent, BankMove, BankOrderKind, BankOrderRefused, BankOrderState, BindCardRefused,
    CardRefused, CloseBankOrderRefused, ConfirmBankOrderRefused, SurpriseKind, bank_next,
};
use ledger::LedgerRefused;
use people::PasswordRefused;
use std::collections::BTreeSet;
use trade::{
    CancelRefused, ClaimRefused, CloseRefused, FindRefused, NoticeEvent, OpenRefused, OrderEvent, OrderState,
    PayRefused, ReceiptOutcome, RefundRefused, next,
};
use trade::{DebitRefused, MandateRefusal, OfferRefused, PostponeRefused, SignRefused, UnsignRefused};
use transfer::{
    CancelTransferRefused, CardTransferRefused, ConfirmTransferRefused, LimitRefused, TransferEvent,
    TransferRefused, TransferState,
};

/// Names of all variants of an enum.
macro_rules! names {
    ($type:ident: $($name:ident)* $(| $($with:ident)*)?) => {{
        let _total = |one: &$type| match one {
            $($type::$name { .. } => (),)*
            $($($type::$with { .. } => (),)*)?
        };
        vec![$(stringify!($name)),*]
    }};
}

/// What no run can meet.
const UNMET: &[&str] = &[
    // The model's own play signs no contract; towns do, and are asked for these.
    "OpenOrder refused NotSigned",
    "TransferMoney refused NotSigned",
    // Nor does it send to cards; towns do, and are asked for these, but for what would need a month's limit, a stopped
    // payment or another's app.
    "TransferToCard refused PayerNotFound",
    "TransferToCard refused NumberTaken",
    "TransferToCard refused NotSigned",
    "TransferToCard refused PayerBlocked",
    "TransferToCard refused PayerStopped",
    "TransferToCard refused BalanceTooLow",
    // No merchant of a town names one card wrongly five times on a day.
    "TransferToCard refused TooManyNames",
    "TransferToCard refused CardWrong",
    "TransferToCard refused BankSilent",
    "TransferToCard refused Limit(TooSmall)",
    "TransferToCard refused Limit(TooLarge)",
    "TransferToCard refused Limit(Day)",
    "TransferToCard refused Limit(Month)",
    // A wallet's transfers are under no contract.
    "OfferTransfer refused NotSigned",
    "ConfirmTransfer refused Refused(NotSigned)",
    // A slot would have to give out all its ids.
    "OpenParty refused SlotFull",
    // Buyers of a town have no class, so no limit.
    "OpenOrder refused Pay(BuyerLimit)",
    "ConfirmPay refused BuyerLimit",
    "DebitOrder refused Mandate(BuyerLimit)",
    // Nobody of a town scans a counter code.
    "OpenOrder refused TooManyWaiting",
    "ClaimOrder refused TooManyWaiting",
    "OpenOrder refused Pay(StaticLimit)",
    "ConfirmPay refused StaticLimit",
    "PayByCard refused Pay(StaticLimit)",
    // Nobody stops payments of a town, and its buyers sign in by their payment passwords.
    "OpenOrder refused Pay(BuyerStopped)",
    "ConfirmPay refused BuyerStopped",
    "DebitOrder refused Mandate(BuyerStopped)",
    "PrepareBankOrder refused PartyStopped",
    "ConfirmBankOrder refused Rules(PartyStopped)",
    "PayByCard refused Pay(BuyerStopped)",
    "PayByCard refused Card(PartyStopped)",
    "TransferMoney refused PayerStopped",
    "OfferTransfer refused PayerStopped",
    "ConfirmTransfer refused Refused(PayerStopped)",
    "TryPassword refused Frozen",
    "JudgePassword refused Frozen",
    // No town names anybody as a digest is named.
    "OpenParty refused LoginReserved",
    "OpenApp refused SlotFull",
    // The command for another thing than the one refused: the two share an enum.
    "OpenApp refused AppNotFound",
    "SetAppStatus refused SellerNotFound",
    "SetAppStatus refused CertificateMissing",
    "SetAppStatus refused SlotFull",
    "TryPassword refused NoAttempt",
    "TryPassword refused Wrong",
    "JudgePassword refused NoPassword",
    // A top-up takes nothing from a customer, captures no hold and names its account by the currency.
    "TopUp refused Ledger(CurrencyDiffers)",
    "TopUp refused Ledger(BalanceTooLow)",
    "TopUp refused Ledger(HoldNotOpen)",
    // By code there is no proof to miss and no trade to look for; a second code for a paid order is told that by the
    // order, not by the payment.
    "OpenOrder refused Pay(TradeNotFound)",
    "OpenOrder refused Pay(AlreadyPaid)",
    "OpenOrder refused Pay(ProofMissing)",
    // Who confirms has a trade, so that the buyer was judged when it was made; without one there is no trade.
    "ConfirmPay refused CodeInvalid",
    "ConfirmPay refused BuyerIsSeller",
    // A code that comes while a bank is asked waits for its end.
    "OpenOrder refused Pay(CardUnderWay)",
    "ConfirmPay refused BuyerDiffers",
    // A year would have to go by.
    "CancelOrder refused Finished",
    "CancelOrder refused Refund(Finished)",
    "RefundOrder refused Finished",
    // A cancel refunds only what it found paid, with a number that is free.
    "CancelOrder refused Refund(TradeNotFound)",
    "CancelOrder refused Refund(NumberTaken)",
    "CancelOrder refused Refund(NotPaid)",
    "CancelOrder refused Refund(AlreadyClosed)",
    "CancelOrder refused Refund(PartNeedsNumber)",
    // No guaranteed trades are played.
    "CancelOrder refused CaseOpen",
    // A mandate is there because somebody signed.
    "EndMandate refused NotNormal",
    // What was right when a transfer was shown does not become wrong; a person's month has no limit, and a merchant
    // would have to send all that fifteen days allow.
    "TransferMoney refused Limit(Month)",
    "OfferTransfer refused Limit(Month)",
    "ConfirmTransfer refused Refused(PayerNotFound)",
    "ConfirmTransfer refused Refused(NumberTaken)",
    "ConfirmTransfer refused Refused(PayeeNotFound)",
    "ConfirmTransfer refused Refused(PayeeNameDiffers)",
    "ConfirmTransfer refused Refused(PayeeIsPayer)",
    "ConfirmTransfer refused Refused(Limit(TooSmall))",
    "ConfirmTransfer refused Refused(Limit(TooLarge))",
    "ConfirmTransfer refused Refused(Limit(Month))",
    // Nobody of these towns has a class.
    "PrepareBankOrder refused OverClass",
    "ConfirmBankOrder refused Rules(OverClass)",
    "PayByCard refused Card(OverClass)",
    // What was drafted does not become another order; a card that was a debit card stays one.
    "ConfirmBankOrder refused Rules(KeyTaken)",
    "ConfirmBankOrder refused Rules(NothingToMove)",
    "ConfirmBankOrder refused Rules(CurrencyDiffers)",
    "ConfirmBankOrder refused Rules(PartyNotFound)",
    "ConfirmBankOrder refused Rules(CardIsCredit)",
    "ConfirmBankOrder refused Rules(OverSingle)",
    // What a trade is worth and who its buyer is was checked when it was made; its key is ours.
    "PayByCard refused Card(KeyTaken)",
    "PayByCard refused Card(NothingToMove)",
    "PayByCard refused Card(CurrencyDiffers)",
    "PayByCard refused Card(PartyNotFound)",
    "PayByCard refused Card(PartyBlocked)",
    "PayByCard refused Card(CardIsCredit)",
    "PayByCard refused Card(BalanceTooLow)",
    "PayByCard refused Pay(CodeInvalid)",
    "PayByCard refused Pay(BuyerIsSeller)",
    "PayByCard refused Pay(BuyerDiffers)",
    "PayByCard refused Pay(BuyerLimit)",
    "PayByCard refused Pay(BalanceTooLow)",
    // What towns or the model's own play meet, but not both, or too seldom to be asked for.
    "AskCard refused PartyNotFound",
    "BindCard refused CardNotFound",
    "BindCard refused CardEnded",
    "UnbindCard refused CardNotFound",
    "PrepareBankOrder refused PartyNotFound",
    "PrepareBankOrder refused CurrencyDiffers",
    "PrepareBankOrder refused OverMonth",
    "ConfirmBankOrder refused NotFound",
    "ConfirmBankOrder refused ProofMissing",
    "ConfirmBankOrder refused Rules(OverMonth)",
    "CloseBankOrder refused NotFound",
    "PayByCard refused Pay(ProofMissing)",
    "PayByCard refused Pay(TradeNotFound)",
    "ConfirmBankOrder refused Rules(OverDay)",
    "PayByCard refused Card(OverSingle)",
    "PayByCard refused Card(OverDay)",
    "PayByCard refused Card(OverMonth)",
    // What is shown has not moved, so its payee has not sent it back.
    "OfferTransfer refused PayeeBlocked",
    // What towns or the model's own play meet, but not both, or too seldom to be asked for.
    "TransferMoney refused PayerNotFound",
    "TransferMoney refused Limit(Day)",
    "OfferTransfer refused PayerNotFound",
    "OfferTransfer refused PayeeNameDiffers",
    "OfferTransfer refused Limit(TooSmall)",
    "ConfirmTransfer refused NotFound",
    "CancelTransfer refused NotFound",
    "OfferAgreement refused SellerNotFound",
    "OfferAgreement refused AlreadySigned",
    "SignAgreement refused AgreementNotFound",
    "SignAgreement refused ProofMissing",
    "SignAgreement refused SameInForce",
    "PostponeDebit refused AgreementNotFound",
    "DebitOrder refused AgreementNotFound",
    "DebitOrder refused Mandate(Invalid)",
    "DebitOrder refused Mandate(SingleExceeded)",
    "DebitOrder refused Mandate(BalanceTooLow)",
];

fn unsign() -> Vec<&'static str> {
    names!(UnsignRefused: AgreementNotFound NotNormal)
}

fn pay() -> Vec<&'static str> {
    names!(PayRefused: CodeInvalid TradeNotFound AlreadyPaid AlreadyClosed ProofMissing BuyerBlocked BuyerIsSeller
        BuyerDiffers StaticLimit BuyerStopped BuyerLimit BalanceTooLow CardUnderWay | Risk)
}

fn transfer() -> Vec<&'static str> {
    names!(TransferRefused: PayerNotFound NumberTaken PayeeNotFound PayeeNameDiffers PayeeBlocked PayeeIsPayer
        NotSigned PayerBlocked PayerStopped BalanceTooLow | Limit Risk)
}

fn limit() -> Vec<&'static str> {
    names!(LimitRefused: TooSmall TooLarge Day Month)
}

/// The refusals of commands about cards and bank orders.
fn of_banks() -> Vec<String> {
    let order = || {
        names!(BankOrderRefused: KeyTaken NothingToMove CurrencyDiffers PartyNotFound PartyBlocked PartyStopped
            CardNotBound CardIsCredit OverSingle OverDay OverMonth OverClass BalanceTooLow)
    };
    let _total = |refused: &engine::PayByCardRefused| match refused {
        engine::PayByCardRefused::Pay(_)
        | engine::PayByCardRefused::MovedOn
        | engine::PayByCardRefused::CreditOff
        | engine::PayByCardRefused::Card(_) => (),
    };
    [
        of("AskCard", names!(AskCardRefused: PartyNotFound PartyBlocked AlreadyBound)),
        of("BindCard", names!(BindCardRefused: CardNotFound CardEnded)),
        of("UnbindCard", names!(CardRefused: CardNotFound)),
        of("PrepareBankOrder", order()),
        of(
            "ConfirmBankOrder",
            names!(ConfirmBankOrderRefused: NotFound Ended ProofMissing PriceChanged | Rules Risk),
        ),
        within("ConfirmBankOrder", "Rules", order()),
        of("CloseBankOrder", names!(CloseBankOrderRefused: NotFound TooLate)),
        within("PayByCard", "Pay", pay()),
        within("PayByCard", "Card", order()),
    ]
    .concat()
}

/// The refusals of commands about transfers.
fn of_transfers() -> Vec<String> {
    let limits = limit().into_iter().map(|name| format!("Limit({name})"));
    let limits: Vec<String> = limits.collect();
    let again: Vec<&str> = transfer().into_iter().chain(limits.iter().map(String::as_str)).collect();
    [
        of("TransferMoney", transfer()),
        within("TransferMoney", "Limit", limit()),
        of(
            "TransferToCard",
            names!(CardTransferRefused: PayerNotFound NumberTaken NotSigned PayerBlocked PayerStopped BalanceTooLow
            TooManyNames CardWrong BankSilent | Limit Risk),
        ),
        within("TransferToCard", "Limit", limit()),
        of("OfferTransfer", transfer()),
        within("OfferTransfer", "Limit", limit()),
        of(
            "ConfirmTransfer",
            names!(ConfirmTransferRefused: NotFound AlreadyCancelled ProofMissing | Refused),
        ),
        within("ConfirmTransfer", "Refused", again),
        of("CancelTransfer", names!(CancelTransferRefused: NotFound TooLate)),
    ]
    .concat()
}

fn refund() -> Vec<&'static str> {
    names!(RefundRefused: TradeNotFound NumberTaken NotPaid AlreadyClosed Finished PartNeedsNumber MoreThanLeft
        SellerBalanceTooLow BuyerClosed | Back)
}

/// The names as the refusals of a command are counted.
fn of(command: &str, names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(|name| format!("{command} refused {name}")).collect()
}

/// The same, one enum within another.
fn within(command: &str, outer: &str, names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(|name| format!("{command} refused {outer}({name})")).collect()
}

fn refusals() -> Vec<String> {
    let open = names!(OpenRefused: SellerNotFound NumberTaken AlreadyPaid AlreadyClosed SellerBlocked NotSigned
        TotalTooLarge ExpiryPassed BuyerNotFound TooManyWaiting | Receiving Pay);
    let claim = names!(ClaimRefused: OrderNotFound AlreadyPaid AlreadyClosed CodeExpired BuyerIsSeller BuyerDiffers
        BuyerNotFound BuyerBlocked TooManyWaiting);
    let cancel = names!(CancelRefused: Finished TooLate CaseOpen | Refund);
    let top_up = names!(TopUpRefused: KeyTaken NothingToBook PartyNotFound PartyClosed | Ledger);
    let ledger =
        names!(LedgerRefused: AccountNotFound CurrencyDiffers BalanceTooLow BalanceTooLarge HoldNotOpen);
    let app = names!(OpenAppRefused: SellerNotFound AppNotFound CertificateMissing SlotFull);
    let password = names!(PasswordRefused: NoPassword Locked NoAttempt Wrong Frozen);
    let close = names!(CloseRefused: TradeNotFound AlreadyPaid AlreadyClosed);
    let found = || names!(FindRefused: TradeNotFound);
    [
        of("OpenOrder", open),
        within("OpenOrder", "Pay", pay()),
        of("ConfirmPay", pay()),
        of("ClaimOrder", claim),
        of("CloseOrder", close),
        of("CancelOrder", cancel),
        within("CancelOrder", "Refund", refund()),
        of("RefundOrder", refund()),
        of("FindOrder", found()),
        of("FindOrderByNo", found()),
        of("FindRefund", found()),
        of("FindTrade", found()),
        of("TopUp", top_up),
        within("TopUp", "Ledger", ledger),
        // Nobody of a town sets a new password.
        of("IssuePayCode", names!(PayCodeRefused: PartyNotFound CodeTaken | ProofMissing)),
        of("OpenParty", names!(OpenPartyRefused: LoginEmpty LoginReserved LoginTaken SlotFull)),
        of("OpenApp", app.clone()),
        of("SetAppStatus", app),
        of("TryPassword", password.clone()),
        of("JudgePassword", password),
        of("Receive", names!(ParcelRefused: Gap)),
        of(
            "OfferAgreement",
            names!(OfferRefused: SellerNotFound NumberTaken AlreadySigned AlreadyEnded SellerBlocked
            FirstDayPassed),
        ),
        of(
            "SignAgreement",
            names!(SignRefused: AgreementNotFound BuyerDiffers AlreadyEnded UnderWay BuyerIsSeller
            SellerBlocked BuyerNotFound ProofMissing BuyerBlocked SameInForce),
        ),
        of_transfers(),
        of_banks(),
        of("UnsignAgreement", unsign()),
        of("EndMandate", unsign()),
        of(
            "PostponeDebit",
            names!(PostponeRefused: AgreementNotFound NotNormal NothingPlanned DateNotAllowed),
        ),
        of("DebitOrder", names!(DebitRefused: AgreementNotFound NotSigned | Open Mandate)),
        within(
            "DebitOrder",
            "Mandate",
            names!(MandateRefusal: Ended Invalid SingleExceeded TotalExceeded TimesExceeded
            DateNotMatch BuyerBlocked BuyerStopped BuyerLimit BalanceTooLow | Risk),
        ),
    ]
    .concat()
}

#[test]
fn each_refusal_is_demanded_or_it_is_said_why_not() {
    let all = refusals();
    let demanded: BTreeSet<&str> = expected().iter().copied().collect();
    for name in &all {
        let (listed, unmet) = (demanded.contains(name.as_str()), UNMET.contains(&name.as_str()));
        assert!(listed != unmet, "{name}: demanded {listed}, and said to be unmet {unmet}");
    }
    let known: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let strange: Vec<_> = UNMET.iter().filter(|name| !known.contains(**name)).collect();
    assert!(strange.is_empty(), "no command can refuse so: {strange:?}");
}

#[test]
fn each_transition_of_an_order_is_demanded() {
    for state in OrderState::ALL {
        for event in OrderEvent::ALL {
            let Some(after) = next(state, event) else { continue };
            // No command finishes an order.
            let finishes = event == OrderEvent::Finish;
            let name = format!("order {state:?} -> {after:?}");
            assert!(finishes || expected().contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn each_transition_of_a_bank_order_and_each_surprise_is_demanded() {
    let kinds = [BankOrderKind::TopUp, BankOrderKind::Withdraw, BankOrderKind::Pay, BankOrderKind::Return];
    for kind in kinds {
        for state in BankOrderState::ALL {
            for event in BankEvent::ALL {
                let BankMove::To(after) = bank_next(kind, state, event) else { continue };
                let name = format!("bank order {state:?} -> {after:?}");
                // It is sent within a second, so that a party would have to be that fast.
                let seldom = (state, after) == (BankOrderState::Asked, BankOrderState::Closed);
                assert!(seldom || expected().contains(&name.as_str()), "{name}");
            }
        }
    }
    for name in
        names!(SurpriseKind: AmountDiffers SecondReference DoneAfterEnd DoneUnasked RefusedAgainstWord)
    {
        assert!(expected().contains(&format!("surprise {name}").as_str()), "{name}");
    }
}

#[test]
fn each_transition_of_a_transfer_is_demanded() {
    use TransferEvent as E;
    let events = [E::Pay, E::PayLater, E::TimeIsUp, E::PayerFrozen, E::Cancel, E::Arrive, E::Bounce];
    for state in TransferState::ALL {
        for event in events {
            let Some(after) = state.next(event) else { continue };
            let name = format!("transfer {state:?} -> {after:?}");
            assert!(expected().contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn each_outcome_of_an_attempt_and_each_notice_is_demanded() {
    let outcomes = names!(ReceiptOutcome: Paid Waiting CodeInvalid BuyerBlocked BuyerIsSeller BuyerDiffers BalanceTooLow
        OrderClosed | Asked BuyerLimit BuyerStopped Risk);
    for name in outcomes {
        assert!(expected().contains(&format!("attempt Asked -> {name}").as_str()), "{name}");
    }
    for name in names!(NoticeEvent: Paid Refunded Closed Message) {
        assert!(expected().contains(&format!("notice of {name}").as_str()), "{name}");
    }
}
