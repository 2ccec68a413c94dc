//! Bills as the API tells them.

use super::super::moment;
use super::super::refund_requests::RefundRequest;
use bill::{
    Asking, BillCategory as Category, BillDirection as Direction, BillPocket as Pocket, BillState as State,
    BillStory, CategoryTotal, Happened, Happening, MonthTotal, WalletBill,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of bills.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BillPage {
    /// Newest first, by number.
    pub(super) bills: Vec<Bill>,
    /// The `before` of the next page; absent when nothing is left.
    pub(super) next: Option<String>,
}

/// A deal of a person, told once: a refund is told on its payment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bill {
    /// The number of the trade, the transfer or the bank order.
    no: String,
    kind: BillKind,
    direction: BillDirection,
    /// What is bought, or what was said of a transfer; empty when the kind says it all.
    title: String,
    /// The other side: a merchant's name, a person's masked, or the bank of the own card.
    other_name: Option<String>,
    /// The login of the other side, masked; of the own card the last four digits.
    other_login: Option<String>,
    /// How much, yuan.
    amount: String,
    /// What of it came back, yuan.
    refunded: String,
    state: BillState,
    /// When it was paid or came in; before that, when it was asked for.
    #[schema(format = DateTime)]
    at: String,
    /// Where the money came from or came to, once that is known.
    pocket: Option<BillPocket>,
    category: BillCategory,
}

/// What kind of deal it is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillKind {
    /// Paid to a merchant.
    Payment,
    /// Sent to somebody.
    TransferOut,
    /// Had from somebody.
    TransferIn,
    /// From the own card to the balance.
    TopUp,
    /// From the balance to the own card.
    Withdrawal,
}

/// What it is to the person's money.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BillDirection {
    /// It came in.
    In,
    /// It goes or went out.
    Out,
    /// It stays the person's own, or nothing moved.
    Neutral,
}

/// Where it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BillState {
    /// The person is to pay or confirm it.
    Waiting,
    /// Paid to its merchant.
    Paid,
    /// On its way: at the bank, waiting for its time, or held until goods arrive.
    UnderWay,
    /// Whoever was to have it has it.
    Done,
    /// Paid, and a part of it came back.
    PartlyRefunded,
    /// Paid, and all of it came back.
    Refunded,
    /// Given up, or its time was over; nothing moved.
    Closed,
    /// The bank refused it.
    Failed,
    /// It could not arrive or was called back: the person has it again.
    Returned,
}

/// Where the money came from, or came to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BillPocket {
    /// The balance.
    Balance,
    /// A card.
    Card,
}

/// What it was for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BillCategory {
    /// What merchants sell.
    Shopping,
    /// Transfers.
    Transfer,
    /// Between the own card and the balance.
    Cash,
}

/// One bill in full.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BillDetails {
    #[serde(flatten)]
    bill: Bill,
    /// The merchant's number of what was bought.
    merchant_no: Option<String>,
    /// What the payer of a transfer says to it.
    remark: Option<String>,
    /// What we take for it from the person, yuan; absent when that is nothing.
    fee: Option<String>,
    /// What happened, earliest first; what is to happen stands last.
    timeline: Vec<BillEvent>,
    /// The cashier's page, while it waits to be paid.
    pay_url: Option<String>,
    /// Whether the person may call it back or give it up.
    can_cancel: bool,
    /// What the person asked the merchant to give back, last.
    refund_request: Option<RefundRequest>,
    /// Whether the person may ask the merchant for money back.
    can_ask_refund: bool,
}

/// What happened to a bill, or is to happen.
#[derive(Debug, Serialize, ToSchema)]
struct BillEvent {
    #[schema(format = DateTime)]
    at: String,
    what: BillHappened,
    /// How much moved by it, yuan.
    amount: Option<String>,
    /// What was said to it: a merchant's reason for a refund, or why the bank refused (`no_money`, `over_limit`,
    /// `card_blocked`, `agreement_ended`, `other`).
    note: Option<String>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BillHappened {
    /// It was asked for.
    Created,
    /// The person paid or confirmed it.
    Paid,
    /// The bank was asked.
    Asked,
    /// It is to arrive then.
    Arrives,
    /// Whoever was to have it has it.
    Arrived,
    /// The merchant gave money back that is not there yet: on its way, or at the bank of the card that paid.
    RefundUnderWay,
    /// What the merchant gave back is there: on the balance or on the card that paid.
    Refunded,
    /// The card did not take what the merchant gave back: it is in the balance.
    RefundCredited,
    /// What the merchant gave back did not arrive: the merchant has it again.
    RefundReturned,
    /// The person has it again.
    Returned,
    /// It was given up, or its time was over.
    Closed,
    /// The bank refused it.
    Failed,
}

/// What was had and spent, month by month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BillMonths {
    /// Newest first; a month without bills is among them.
    pub(super) months: Vec<BillMonth>,
}

/// What was had and spent in a month. Money between the own card and the balance is neither; what the platform takes
/// for it is spent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BillMonth {
    /// The month: `2026-11`.
    month: String,
    /// What came in, yuan.
    #[serde(rename = "in")]
    had: String,
    /// What went out and did not come back, yuan.
    #[serde(rename = "out")]
    spent: String,
    /// By category; those without a bill are left out.
    categories: Vec<BillCategoryTotal>,
}

/// What of one category was had and spent in a month.
#[derive(Debug, Serialize, ToSchema)]
struct BillCategoryTotal {
    category: BillCategory,
    /// What came in, yuan; of cash, to the balance.
    #[serde(rename = "in")]
    had: String,
    /// What went out and did not come back, yuan; of cash, from the balance, with the fees.
    #[serde(rename = "out")]
    spent: String,
    /// How many bills these are.
    count: u32,
}

impl From<BillKind> for bill::BillKind {
    fn from(kind: BillKind) -> bill::BillKind {
        match kind {
            BillKind::Payment => bill::BillKind::Payment,
            BillKind::TransferOut => bill::BillKind::TransferOut,
            BillKind::TransferIn => bill::BillKind::TransferIn,
            BillKind::TopUp => bill::BillKind::TopUp,
            BillKind::Withdrawal => bill::BillKind::Withdrawal,
        }
    }
}

fn kind_of(kind: bill::BillKind) -> BillKind {
    match kind {
        bill::BillKind::Payment => BillKind::Payment,
        bill::BillKind::TransferOut => BillKind::TransferOut,
        bill::BillKind::TransferIn => BillKind::TransferIn,
        bill::BillKind::TopUp => BillKind::TopUp,
        bill::BillKind::Withdrawal => BillKind::Withdrawal,
    }
}

fn direction_of(direction: Direction) -> BillDirection {
    match direction {
        Direction::In => BillDirection::In,
        Direction::Out => BillDirection::Out,
        Direction::Neutral => BillDirection::Neutral,
    }
}

fn state_of(state: State) -> BillState {
    match state {
        State::Waiting => BillState::Waiting,
        State::Paid => BillState::Paid,
        State::UnderWay => BillState::UnderWay,
        State::Done => BillState::Done,
        State::PartlyRefunded => BillState::PartlyRefunded,
        State::Refunded => BillState::Refunded,
        State::Closed => BillState::Closed,
        State::Failed => BillState::Failed,
        State::Returned => BillState::Returned,
    }
}

fn pocket_of(pocket: Pocket) -> BillPocket {
    match pocket {
        Pocket::Balance => BillPocket::Balance,
        Pocket::Card => BillPocket::Card,
    }
}

fn category_of(category: Category) -> BillCategory {
    match category {
        Category::Shopping => BillCategory::Shopping,
        Category::Transfer => BillCategory::Transfer,
        Category::Cash => BillCategory::Cash,
    }
}

fn happened_of(what: Happened) -> BillHappened {
    match what {
        Happened::Created => BillHappened::Created,
        Happened::Paid => BillHappened::Paid,
        Happened::Asked => BillHappened::Asked,
        Happened::Arrives => BillHappened::Arrives,
        Happened::Arrived => BillHappened::Arrived,
        Happened::RefundUnderWay => BillHappened::RefundUnderWay,
        Happened::Refunded => BillHappened::Refunded,
        Happened::RefundCredited => BillHappened::RefundCredited,
        Happened::RefundReturned => BillHappened::RefundReturned,
        Happened::Returned => BillHappened::Returned,
        Happened::Closed => BillHappened::Closed,
        Happened::Failed => BillHappened::Failed,
    }
}

impl Bill {
    /// A bill as it is told.
    pub(super) fn of(bill: &WalletBill) -> Bill {
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let deal = &bill.deal;
        Bill {
            no: deal.no(),
            kind: kind_of(deal.kind()),
            direction: direction_of(deal.direction()),
            title: bill.title.clone(),
            other_name: filled(&bill.other_name),
            other_login: filled(&bill.other_login),
            amount: deal.amount().to_string(),
            refunded: deal.refunded().to_string(),
            state: state_of(bill.state()),
            at: moment(deal.at_us()),
            pocket: deal.pocket().map(pocket_of),
            category: category_of(deal.category()),
        }
    }
}

impl BillEvent {
    fn of(happening: &Happening) -> BillEvent {
        BillEvent {
            at: moment(happening.at_us),
            what: happened_of(happening.what),
            amount: happening.amount.map(|amount| amount.to_string()),
            note: happening.note.clone(),
        }
    }
}

impl BillDetails {
    /// A bill in full as it is told.
    pub(super) fn of(
        story: &BillStory,
        asking: &Asking,
        pay_url: Option<String>,
        can_cancel: bool,
    ) -> BillDetails {
        BillDetails {
            bill: Bill::of(&story.bill),
            merchant_no: story.merchant_no.clone(),
            remark: story.remark.clone(),
            fee: (!story.fee.is_zero()).then(|| story.fee.to_string()),
            timeline: story.happenings.iter().map(BillEvent::of).collect(),
            pay_url,
            can_cancel,
            refund_request: asking.wish.as_deref().map(RefundRequest::of),
            can_ask_refund: asking.may_ask,
        }
    }
}

impl BillMonth {
    /// A month as it is told.
    pub(super) fn of(month: &MonthTotal) -> BillMonth {
        let category = |total: &CategoryTotal| BillCategoryTotal {
            category: category_of(total.category),
            had: total.had.to_string(),
            spent: total.spent.to_string(),
            count: total.count,
        };
        BillMonth {
            month: month.first.to_string().chars().take("2026-11".len()).collect(),
            had: month.had.to_string(),
            spent: month.spent.to_string(),
            categories: month.categories.iter().map(category).collect(),
        }
    }
}
