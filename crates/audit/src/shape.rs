//! What a posting must look like by itself, whatever else is in the books.

use crate::report::FindingKind;
use base::{PartyId, china_date};
use ledger::{AccountId, AccountKind, Posting, PostingKind, Side};
use money::Currency;

/// One line that a kind of posting has.
struct Line(Side, AccountKind, Needed);

#[derive(PartialEq)]
enum Needed {
    Always,
    /// Left out when its amount is zero.
    UnlessZero,
}

/// The lines of a kind of posting in their order. Written down again here on purpose: the ledger's templates are what
/// is checked.
const fn lines(kind: PostingKind) -> &'static [Line] {
    use {AccountKind::*, Needed::*, Side::*};
    match kind {
        PostingKind::TopUp => &[Line(Debit, BankReserve, Always), Line(Credit, Balance, Always)],
        PostingKind::PayOut | PostingKind::SplitOut | PostingKind::BackOut | PostingKind::TransferOut => {
            &[Line(Debit, Balance, Always), Line(Credit, Transit, Always)]
        }
        PostingKind::PayReturn
        | PostingKind::RefundIn
        | PostingKind::SplitIn
        | PostingKind::SplitReturn
        | PostingKind::BackReturn
        | PostingKind::TransferIn
        | PostingKind::TransferReturn => &[Line(Debit, Transit, Always), Line(Credit, Balance, Always)],
        PostingKind::PayIn | PostingKind::RefundReturn => &[
            Line(Debit, Transit, Always),
            Line(Credit, Balance, UnlessZero),
            Line(Credit, FeeIncome, UnlessZero),
        ],
        // The merchant is credited when receivers gave so much that the fee is more than what is missing.
        PostingKind::RefundOut => &[
            Line(Debit, Balance, UnlessZero),
            Line(Debit, FeeIncome, UnlessZero),
            Line(Credit, Balance, UnlessZero),
            Line(Credit, Transit, UnlessZero),
        ],
        PostingKind::EscrowIn | PostingKind::EscrowReturn => {
            &[Line(Debit, Transit, Always), Line(Credit, Escrow, Always)]
        }
        PostingKind::EscrowRelease => &[
            Line(Debit, Escrow, Always),
            Line(Credit, Balance, UnlessZero),
            Line(Credit, FeeIncome, UnlessZero),
        ],
        PostingKind::TransferWait => &[Line(Debit, Balance, Always), Line(Credit, Delayed, Always)],
        PostingKind::TransferSend => &[Line(Debit, Delayed, Always), Line(Credit, Transit, Always)],
        PostingKind::TransferUndo => &[Line(Debit, Delayed, Always), Line(Credit, Balance, Always)],
        PostingKind::EscrowOut => &[Line(Debit, Escrow, Always), Line(Credit, Transit, Always)],
        PostingKind::CardIn => &[Line(Debit, ClearingIn, Always), Line(Credit, Balance, Always)],
        PostingKind::CardOut => &[Line(Debit, Balance, Always), Line(Credit, ClearingOut, Always)],
        PostingKind::CardFee => &[Line(Debit, ClearingOut, Always), Line(Credit, FeeIncome, Always)],
        PostingKind::CardOutReturn => &[Line(Debit, ClearingOut, Always), Line(Credit, Balance, Always)],
        PostingKind::CardTurn => &[Line(Debit, ClearingIn, Always), Line(Credit, ClearingOut, Always)],
        PostingKind::CardPay => &[Line(Debit, ClearingIn, Always), Line(Credit, Transit, Always)],
        PostingKind::CardBack => &[Line(Debit, Transit, Always), Line(Credit, ClearingOut, Always)],
        PostingKind::SuspenseIn => &[Line(Debit, ClearingIn, Always), Line(Credit, SuspenseOwed, Always)],
        PostingKind::SuspenseOut => &[Line(Debit, SuspenseDue, Always), Line(Credit, ClearingOut, Always)],
        PostingKind::SettleIn => &[Line(Debit, BankReserve, Always), Line(Credit, ClearingIn, Always)],
        PostingKind::SettleOut => &[Line(Debit, ClearingOut, Always), Line(Credit, BankReserve, Always)],
        PostingKind::UnclearIn => &[Line(Debit, BankReserve, Always), Line(Credit, SuspenseOwed, Always)],
        PostingKind::UnclearOut => &[Line(Debit, SuspenseDue, Always), Line(Credit, BankReserve, Always)],
        PostingKind::SuspenseReturn => {
            &[Line(Debit, SuspenseOwed, Always), Line(Credit, ClearingOut, Always)]
        }
        PostingKind::SuspenseKept => &[Line(Debit, SuspenseOwed, Always), Line(Credit, FeeIncome, Always)],
        PostingKind::SuspenseBorne => &[Line(Debit, FeeIncome, Always), Line(Credit, SuspenseDue, Always)],
        PostingKind::SuspenseMatchIn => {
            &[Line(Debit, SuspenseOwed, Always), Line(Credit, ClearingIn, Always)]
        }
        PostingKind::SuspenseMatchOut => {
            &[Line(Debit, ClearingOut, Always), Line(Credit, SuspenseDue, Always)]
        }
        PostingKind::CardSentBack => &[Line(Debit, BankReserve, Always), Line(Credit, Balance, Always)],
        PostingKind::SuspenseSentBack => &[Line(Debit, SuspenseOwed, Always), Line(Credit, Balance, Always)],
    }
}

/// What kind of account a number names in a posting's slot.
pub(crate) fn kind_of(posting: &Posting, account: AccountId) -> AccountKind {
    let platform = |kind: &AccountKind| AccountId::platform(posting.slot, *kind, posting.currency) == account;
    let own = AccountKind::ALL.into_iter().filter(|kind| *kind != AccountKind::Balance);
    own.into_iter().find(|kind| platform(kind)).unwrap_or(AccountKind::Balance)
}

/// The number of a party's balance account.
pub(crate) fn balance_account(party: PartyId, currency: Currency) -> AccountId {
    AccountId::of(party, AccountKind::Balance, currency)
}

/// Everything that is wrong with a posting alone.
pub(crate) fn faults(posting: &Posting) -> Vec<(FindingKind, String)> {
    let mut faults = Vec::new();
    match posting.imbalance() {
        Some(0) => {}
        Some(by) => {
            faults.push((FindingKind::PostingUnbalanced, format!("debits less credits are {by}, not 0")))
        }
        None => faults.push((FindingKind::PostingUnbalanced, "its sum overflows".to_owned())),
    }
    let count = posting.entries().count();
    if count < 2 {
        faults.push((FindingKind::PostingUnbalanced, format!("{count} entries, at least 2")));
    }
    let mut wrong = |message: String| faults.push((FindingKind::PostingShape, message));
    if !fits_its_kind(posting) {
        wrong(format!("its entries are not those of {}", posting.kind.as_str()));
    }
    if posting.no.slot() != posting.slot {
        wrong(format!("its number is of slot {}", posting.no.slot()));
    }
    let date = china_date(posting.no.at_us());
    if posting.business_date != date {
        wrong(format!("business_date is {}, its number is of {date}", posting.business_date));
    }
    // A statement may show money that is of no order of ours.
    let unclear = matches!(
        posting.kind,
        PostingKind::UnclearIn
            | PostingKind::UnclearOut
            | PostingKind::SuspenseKept
            | PostingKind::SuspenseBorne
    );
    if !unclear && posting.order_no.is_some() == (posting.kind == PostingKind::TopUp) {
        wrong("only a top-up is about no order".to_owned());
    }
    for entry in posting.entries() {
        if entry.amount_minor.units() == 0 {
            wrong(format!("its entry on account {} is of nothing", entry.account));
        }
        if entry.account.slot() != posting.slot {
            let message =
                format!("its entry on account {} is of slot {}", entry.account, entry.account.slot());
            faults.push((FindingKind::EntryAccount, message));
            break;
        }
    }
    faults
}

fn fits_its_kind(posting: &Posting) -> bool {
    let mut lines = lines(posting.kind).iter();
    for entry in posting.entries() {
        let fits = |line: &Line| line.0 == entry.side && line.1 == kind_of(posting, entry.account);
        // A line that does not fit may only be passed over when it can be zero.
        if !lines.by_ref().take_while(|line| fits(line) || line.2 == Needed::UnlessZero).any(fits) {
            return false;
        }
    }
    lines.all(|line| line.2 == Needed::UnlessZero)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{OrderNo, PostingNo, Slot, Stamp};
    use ledger::{Account, Template, post};
    use money::Money;

    fn posting() -> Posting {
        let slot = Slot::new(7).unwrap();
        let (stamp, buyer) =
            (Stamp { at_us: 1_767_283_200_000_000, seq: 1 }, PartyId::issue(1, slot).unwrap());
        let amount = Money::from_minor(5, Currency::Cny).unwrap();
        let open = |owner, kind| Account::open(owner, kind, Currency::Cny, stamp);
        let platform = PartyId::platform(slot);
        let accounts = [open(buyer, AccountKind::Balance), open(platform, AccountKind::Transit)];
        let account = |id| {
            let mut account = accounts.iter().find(|account| account.id == id)?.clone();
            account.balance_minor = 5;
            Some(account)
        };
        let about = Some(OrderNo::of(stamp, slot));
        post(Template::PayOut { buyer, amount }, about, stamp, account).unwrap().posting
    }

    fn kinds(change: impl FnOnce(&mut Posting)) -> Vec<FindingKind> {
        let mut posting = posting();
        change(&mut posting);
        faults(&posting).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn each_fault_of_a_posting_alone_is_named() {
        use FindingKind::{EntryAccount, PostingShape, PostingUnbalanced};
        assert_eq!(kinds(|_| {}), []);
        let other = Slot::new(8).unwrap();
        let stranger = balance_account(PartyId::issue(1, other).unwrap(), Currency::Cny);
        let nothing = Money::zero(Currency::Cny).minor();
        assert_eq!(kinds(|posting| posting.entries[0].as_mut().unwrap().account = stranger), [EntryAccount]);
        let moved = PostingNo::of(Stamp { at_us: posting().no.at_us(), seq: 1 }, other);
        assert_eq!(kinds(|posting| posting.no = moved), [PostingShape]);
        assert_eq!(kinds(|posting| posting.business_date -= 1), [PostingShape]);
        assert_eq!(kinds(|posting| posting.order_no = None), [PostingShape]);
        assert_eq!(kinds(|posting| posting.kind = PostingKind::RefundIn), [PostingShape]);
        assert_eq!(kinds(|posting| posting.entries.swap(0, 1)), [PostingShape]);
        assert_eq!(
            kinds(|posting| posting.entries[0].as_mut().unwrap().amount_minor = nothing)[0],
            PostingUnbalanced
        );
        let alone = kinds(|posting| {
            posting.entries[0] = None;
            posting.entries[1].as_mut().unwrap().amount_minor = nothing;
        });
        assert_eq!(alone[0], PostingUnbalanced, "nothing on one side is no posting");
    }
}
