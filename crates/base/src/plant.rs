//! Planted bugs: one-line faults that the simulator must find, so that its silence means something.
//!
//! Without the feature `plant`, which only the simulator's own build asks for, [`planted`] is `false` at compile time
//! and the faulty line is not in the program. With it, one fault at a time is switched on for the whole process.

use std::sync::atomic::{AtomicU8, Ordering};

/// Whether faults can be switched on in this build.
pub const PLANTED: bool = cfg!(feature = "plant");

/// Which fault is on: its place in [`Plant::ALL`] plus one; zero for none.
static ACTIVE: AtomicU8 = AtomicU8::new(0);

macro_rules! plants {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {
        /// A fault that can be switched on.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Plant { $($(#[doc = $doc])* $name,)* }

        impl Plant {
            /// All of them, by room.
            pub const ALL: &'static [Plant] = &[$(Plant::$name,)*];

            /// Its name.
            pub const fn name(self) -> &'static str { match self { $(Plant::$name => stringify!($name),)* } }

            /// What it breaks, for people.
            pub const fn breaks(self) -> &'static str { match self { $(Plant::$name => concat!($($doc),*),)* } }
        }
    };
}

plants! {
    // base
    /// A wall clock that goes back takes the stamps with it, so that numbers are given twice.
    StampsGoBack;

    // ledger
    /// A customer's account may go below what is held on it.
    OverdraftAllowed;
    /// A debit that takes the very last fen is refused.
    LastFenRefused;
    /// An entry keeps the balance before it for the balance after it.
    BalanceAfterStale;
    /// A debit of the bank's money counts on the wrong side.
    BankSideFlipped;
    /// Fees are booked on the bank's money, not as income.
    FeeToWrongAccount;
    /// A merchant is credited the whole payment, without the fee.
    FeeNotTaken;
    /// A merchant gives the whole refund, also the part that we owe of the fee.
    RefundFeeKept;
    /// A posting keeps a line of zero.
    EmptyLegKept;
    /// Money that comes back to a buyer is not taken out of transit.
    MoneyBypassesTransit;

    // people
    /// Wrong passwords are not counted, so that nobody is ever locked.
    TriesNotCounted;

    // trade
    /// The fee is rounded down and not half up.
    FeeRoundedDown;
    /// A refund gives back the fee's share of the earlier refunds once more.
    FeeGivenBackTwice;
    /// An order waits for the usual time, whatever its merchant asked for.
    TimeoutIgnored;
    /// The first wait between two attempts of a notice is left out.
    LadderSkipsAStep;
    /// A repeated order number with another total passes for the same order.
    OtherTotalTaken;
    /// A paid order can be closed as if it had not been paid.
    PaidOrderCloses;
    /// A payment that arrives after an order was closed pays it.
    ClosedOrderTakesMoney;
    /// An order that was wholly given back stays paid.
    WholeRefundLeavesOpen;

    // engine
    /// A code that was shown for an order before counts as a new attempt.
    ReceiptNotCompared;
    /// A merchant who is frozen or gone can open orders.
    FrozenMerchantSells;
    /// An order that has its buyer is paid by another buyer's code.
    OtherBuyersCodePays;
    /// A pay code is not used up by being shown.
    PayCodeStaysUsable;
    /// A pay code whose minute is over is still taken.
    PayCodeNeverExpires;
    /// A buyer who is frozen or gone can pay with a code.
    FrozenBuyerPays;
    /// A code pays any sum without a password.
    LimitIgnored;
    /// A second buyer who is to confirm takes the order from the first.
    SecondBuyerTakesOver;
    /// A password given for one order pays another.
    ProofOfAnyOrder;
    /// A password that was given once pays again and again.
    ProofStaysUsable;
    /// Money that arrives after an order's time is taken.
    LatePaymentTaken;
    /// Money is paid into an account that was given up.
    ClosedMerchantIsPaid;
    /// A buyer who was to confirm is not told that another has paid.
    SecondBuyerNotTold;
    /// Money that finds its order closed never comes back to its buyer.
    PayReturnNotBooked;
    /// The wrong party is told that an order was closed.
    ClosingToldToWrongParty;
    /// An order whose time is over can still be taken up.
    ExpiredOrderClaimed;
    /// An offer that nobody took up is found by its merchant's query.
    OfferIsFound;
    /// The timer of an order that was paid or closed is not removed.
    TimerNotRemoved;
    /// Timers are run an hour before they are due.
    TimerRunsEarly;
    /// A refund is held against the order's total and not against what is left of it.
    RefundAgainstTotal;
    /// A refund number that comes again with another amount passes for the same refund.
    RefundAmountNotCompared;
    /// A refund number that comes again is refunded again.
    RefundNumberForgotten;
    /// The refund of the last part does not close the trade.
    LastPartLeavesOpen;
    /// A refund goes into an account that was given up.
    RefundToClosedBuyer;
    /// A refund that came back still counts as given.
    BouncedRefundCounts;
    /// A sale that is to be settled the day after is the merchant's to spend at once.
    UnsettledNotHeld;
    /// What goes back of a sale before it is settled stays held, though it is gone.
    RefundKeepsHeld;
    /// A refund of an unsettled sale that comes back is the merchant's to spend at once.
    BouncedNotHeldAgain;
    /// When its day is over, a batch is settled and what was held stays held.
    SettledKeepsHeld;
    /// Payments under a contract cost what the dated rules say.
    ContractFeeIgnored;
    /// Something new is opened under a contract that has ended.
    EndedContractOpens;
    /// Who proposes a contract may approve it.
    ContractOfOnePerson;
    /// The cancel of a paid order says that it was refunded and moves nothing.
    CancelKeepsMoney;
    /// A top-up that is repeated with its key is booked again.
    TopUpKeyIgnored;
    /// The merchant's notice of a refund is not written.
    RefundNoticeForgotten;
    /// A late word about an earlier attempt at a notice counts as another attempt.
    LateWordCounted;

    // agreements
    /// A debit may take more than was signed for one.
    SingleLimitIgnored;
    /// A debit is taken long before its planned day.
    DebitTakenEarly;
    /// A debit is not counted in its mandate, so that one day of the plan pays twice.
    DebitNotCounted;
    /// A mandate that has ended still lets debits be taken.
    EndedMandateDebited;
    /// The end of an agreement is not told to its merchant.
    EndNotTold;
    /// A password given for one agreement signs another.
    ProofOfAnyAgreement;
    /// A debit that went back to its buyer still counts.
    ReturnedDebitCounts;
    /// A mandate outlives its validity.
    ValidityIgnored;

    // transfers
    /// A number of a transfer that comes again with another amount passes for the same transfer.
    TransferAmountNotCompared;
    /// A transfer goes into an account that was given up.
    TransferToClosedPayee;
    /// A transfer that came back still counts towards the day's limit.
    BouncedTransferCounts;
    /// Money that waits goes on its way although its payer is frozen.
    FrozenPayersMoneyGoes;
    /// A transfer that is called back does not give its payer the money.
    CancelledTransferKeepsMoney;
    /// The timer of a transfer that was called back stays.
    TransferClockNotStopped;
    /// A password given for one transfer pays another.
    ProofOfAnyTransfer;
    /// A transfer that should wait two hours or a day goes at once.
    DelayForgotten;
    /// A merchant is not told how its transfer ended.
    TransferNotTold;
    /// A payee is not known after the payer's money came to it.
    PayeeNotRemembered;

    // transfers to cards
    /// Money that a bank sent back comes to its payer again with each further line.
    CardReturnedTwice;
    /// A transfer to a card that the bank refused comes back without its fee.
    FailedCardTransferKeepsFee;
    /// A transfer to a card that came back still counts towards its payer's limits.
    ReturnedCardTransferCounts;
    /// A bank's success about a transfer that it had refused makes it done.
    CardTransferDoneAfterFailed;
    /// What a bank takes back of a payment that it made twice is taken for a return.
    DoublePaymentTakenForReturn;
    /// A merchant is not told that a transfer to a card came back.
    CardReturnNotTold;

    // bank orders
    /// A bank that knows nothing of an order yet makes it failed.
    SilenceFailsBankOrder;
    /// Money from a card that comes after giving up is booked for its party all the same.
    LateTopUpBooked;
    /// The bank's word, heard again, moves the money again.
    BankWordBookedTwice;
    /// A withdrawal that the bank refused is not given back.
    RefusedWithdrawalLost;
    /// What the bank did after it had refused is noted and not booked as suspense.
    SuspenseNotBooked;
    /// What the bank did with another amount is taken for the order.
    OtherBankAmountTaken;
    /// A bank order that failed still counts towards the day's limit.
    FailedBankOrderCounts;
    /// A withdrawal costs nothing, also above the free sum.
    WithdrawFeeForgotten;
    /// While a bank is asked about an order, its buyer can pay it otherwise.
    CardUnderWayIgnored;
    /// A refund of what a card paid goes to its buyer's balance.
    CardRefundToBalance;

    // messages between cells
    /// A parcel is sent from memory alone and is not kept until it is acknowledged.
    OutboxNotWritten;
    /// Parcels are numbered from one again after all before them were acknowledged.
    ParcelNumbersStartAgain;
    /// A parcel that comes again is applied again.
    ParcelAppliedTwice;
    /// A parcel is applied and not noted as received.
    WatermarkNotMoved;
    /// The parcel after the one that was applied is noted as received too.
    WatermarkOneAhead;
    /// A parcel is applied although one before it is missing.
    GapAccepted;
    /// One parcel more is forgotten than was acknowledged.
    AcknowledgeOneTooMany;
    /// Parcels that were acknowledged are never forgotten.
    AcknowledgedParcelsStay;
    /// The end of a chain is told to a cell that did not begin it.
    OriginForgotten;

    // cell
    /// A caller is answered though its batch could not be made durable.
    AnswerBeforeAppend;
    /// An old owner answers queries from a memory that is no longer the truth.
    QueryNotConfirmed;
    /// The answer from another cell goes to whoever waits longest.
    WrongPromiseKept;
    /// A batch does not say which rows it removed.
    BatchDropsDeletes;
    /// A posting takes rows out of memory that a later batch has changed.
    RowForgottenEarly;
    /// A row that was posted is taken for one that was never written.
    PostedMomentNotMoved;
    /// A number of another cell is taken for new because that cell's clock is ahead.
    OtherClocksTrusted;
    /// After a start the last batch that is not posted is missing.
    TailWithoutLast;
    /// After a start the pay codes that were posted are missing.
    PayCodesNotMovedIn;
    /// After a start nothing is brought to other cells that was under way.
    CarrierNotRebuilt;
    /// After a start parcels are forgotten whose batch is not posted.
    CarrierForgetsTail;
    /// An acknowledged parcel takes the next one with it.
    CarrierDropsOneTooMany;

    // poster and store
    /// Of batches posted together, the last one's rows are left out.
    PosterSkipsLastBatch;
    /// Of batches posted together, a row's first image is posted and not its last.
    PosterKeepsFirstImage;
    /// The tables say that they hold one batch more than they do.
    MarkOneAhead;
    /// Rows that are gone stay in the tables.
    DeletesNotPosted;
    /// The last row of a posting is left out.
    LastRowNotPosted;

    // journal
    /// A writer is not stopped by the one who took over right after it.
    FenceOffByOne;
    /// A writer that takes over does so under the epoch of the one before.
    EpochNotRaised;
    /// A record counts as durable before it is on the disk.
    NoSyncBeforeReturn;
    /// The name of a new segment is not made durable.
    SegmentNameNotSynced;
    /// A record does not carry the hash of the one before it.
    HashNotCarried;
    /// A record of which only a part reached the disk is taken for whole.
    TornRecordAccepted;
    /// Opening wipes the last record together with what is unfinished behind it.
    LastRecordWiped;
    /// After a failed sync the journal goes on as if what it can read were on the disk.
    FailedSyncForgotten;

    // notify and clerk
    /// A notice counts as delivered whatever the merchant's server says with status 200.
    AnyAnswerDelivers;
    /// An attempt at a notice is never told to the cell.
    AttemptNotCounted;
    /// After one notice of an order no other of that order is sent.
    OrderStaysUnderWay;
    /// Attempts that ended still count against their merchant's share.
    LaneNotGivenBack;
    /// A late attempt tells what was refunded since, not what was refunded then.
    NoticeTellsLaterSum;
    /// Of the timers that are due, the first is left out.
    ClerkLeavesOneOut;

    // gateway
    /// An outcome that is not known is told as a refusal.
    UnknownToldAsRefusal;
    /// An outcome that is not known is told as success.
    UnknownToldAsDone;
    /// A query tells of an order that waits that it was paid.
    WaitingToldAsPaid;
    /// A payment that the buyer must confirm is told as paid.
    UnconfirmedPayToldAsPaid;
    /// A refund's answer tells its own amount where all refunds so far belong.
    RefundFeeOfThisOne;
    /// A repeated refund tells that money moved.
    FundChangeAlwaysY;
    /// A refund that has not arrived is told as arrived.
    RefundUnderWayToldAsDone;
}

/// Switches one fault on, or all off, for the whole process. Does nothing in a build without them.
pub fn plant(fault: Option<Plant>) {
    let place = fault.map_or(0, |fault| fault as u8 + 1);
    ACTIVE.store(place, Ordering::Relaxed);
}

/// Whether this fault is on. Always `false`, at compile time, in a build without them.
#[inline]
pub fn planted(fault: Plant) -> bool {
    PLANTED && ACTIVE.load(Ordering::Relaxed) == fault as u8 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_fault_has_a_name_and_words_of_its_own() {
        let names: BTreeSet<&str> = Plant::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Plant::ALL.len());
        let words: BTreeSet<&str> = Plant::ALL.iter().map(|fault| fault.breaks().trim()).collect();
        assert_eq!(words.len(), Plant::ALL.len(), "two faults break the same, or one says nothing");
        assert!(words.iter().all(|words| words.len() > 20 && words.ends_with('.')), "{words:?}");
        assert!(Plant::ALL.len() < usize::from(u8::MAX), "the active one is kept in a byte");
    }

    /// The only test that switches: what is on holds for the whole process.
    #[test]
    fn one_fault_is_on_at_a_time_and_none_without_the_feature() {
        for fault in Plant::ALL {
            plant(Some(*fault));
            let on: Vec<&Plant> = Plant::ALL.iter().filter(|one| planted(**one)).collect();
            assert_eq!(on, if PLANTED { vec![fault] } else { Vec::new() });
        }
        plant(None);
        assert!(!Plant::ALL.iter().any(|one| planted(*one)));
    }
}
