//! The lines of a person's export: what a person paid, got and put in, as the person sees it.

use crate::about::across;
use crate::account::{PAGE, order_of, postings};
use crate::refunds::Refunds;
use crate::{AccountLine, BillError, Business, Who, account_lines};
use base::{OrderNo, PartyId};
use engine::{Key, Row, Table};
use fund::BankOrderState;
use ledger::{Posting, PostingKind};
use money::Minor;
use std::cmp::Reverse;
use std::ops::{ControlFlow, Range};
use store::Reader;
use trade::{CardChannel, EXPIRY_DEFAULT_US, Order, OrderState, Trade, TradeState};
use transfer::{CardTransferState, TransferState};

/// Lines of one export at most: they are sorted, and so all kept, some hundred bytes each.
const PERSON_LINES_MAX: usize = 50_000;

/// What a line is to the person (收/支).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Money earned.
    Income,
    /// Money spent.
    Expense,
    /// Neither: refunds, money from the bank, trades that were never paid.
    Neither,
}

impl Flow {
    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Flow::Income => "收入",
            Flow::Expense => "支出",
            Flow::Neither => "不计收支",
        }
    }
}

/// What a line was paid from, or came back to (收/付款方式).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PaidBy {
    /// No money moved.
    Nothing,
    /// The balance.
    Balance,
    /// A card: its bank's code and kind. Neither is known of money that its order could not take.
    Card(Option<(String, CardChannel)>),
}

impl PaidBy {
    /// Its name in the file.
    pub fn name(&self) -> String {
        match self {
            PaidBy::Nothing => String::new(),
            PaidBy::Balance => "账户余额".to_owned(),
            PaidBy::Card(Some((bank, CardChannel::DebitCard))) => format!("{bank}储蓄卡"),
            PaidBy::Card(Some((bank, CardChannel::CreditCard))) => format!("{bank}信用卡"),
            PaidBy::Card(None) => "银行卡".to_owned(),
        }
    }
}

/// A line of a person's export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonLine {
    /// When, microseconds UTC.
    pub at_us: i64,
    /// 交易分类.
    pub category: &'static str,
    /// The name of the other side; of persons masked.
    pub other: String,
    /// The masked login of the other side; empty for none.
    pub other_account: String,
    /// What for.
    pub item: String,
    /// What it is to the person.
    pub flow: Flow,
    /// How much, fen, never below zero.
    pub amount_minor: i64,
    /// What it was paid from or came back to.
    pub paid_by: PaidBy,
    /// 交易状态.
    pub status: &'static str,
    /// The number of the trade; of a refund with the refund's number behind.
    pub no: String,
    /// The merchant's number.
    pub merchant_no: String,
}

/// The lines of a person within a time (microseconds UTC, the end not included), the newest first.
///
/// # Errors
/// [`BillError::TooLong`], or when the tables cannot be read.
pub fn person_lines(
    reader: &mut dyn Reader,
    party: PartyId,
    within_us: Range<i64>,
) -> Result<Vec<PersonLine>, BillError> {
    let mut entries = Vec::new();
    account_lines(reader, party, within_us.clone(), &mut |line| {
        entries.push(line);
        if entries.len() > PERSON_LINES_MAX {
            return Err(BillError::TooLong);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut who = Who::default();
    let mut lines = Vec::with_capacity(entries.len());
    for entry in &entries {
        lines.push(of_entry(reader, &mut who, party, entry)?);
    }
    paid_by_card(reader, &mut who, party, &within_us, &mut lines)?;
    never_paid(reader, &mut who, party, &within_us, &mut lines)?;
    lines.sort_by_key(|line| Reverse(line.at_us));
    Ok(lines)
}

fn of_entry(
    reader: &mut dyn Reader,
    who: &mut Who,
    party: PartyId,
    entry: &AccountLine,
) -> Result<PersonLine, BillError> {
    let order = entry.order.as_deref();
    let trade_no = order.map(|order| order.no.to_string()).unwrap_or_default();
    let subject = order.map(|order| order.subject.to_string()).unwrap_or_default();
    let other = match (&entry.transfer, order) {
        (Some(transfer), _) => Some(across(transfer, party)),
        (None, Some(order)) if order.seller == party => order.buyer,
        (None, order) => order.map(|order| order.seller),
    };
    let (other, other_account) = who.shown(reader, other)?;
    let about = entry.about().unwrap_or_else(|| entry.no());
    let (category, item, flow, status, no) = match entry.business {
        Business::Payment => {
            ("其他", subject, Flow::Expense, payment_status(reader, party, entry)?, trade_no)
        }
        Business::Sale => ("收入", subject, Flow::Income, "交易成功", trade_no),
        // What a buyer got back begins with the number of its trade, so that both can be matched.
        Business::Refund | Business::RefundBack | Business::PaymentBack => {
            let refund = entry.request_no.as_deref().unwrap_or("0");
            ("退款", format!("退款-{subject}"), Flow::Neither, "退款成功", format!("{trade_no}_{refund}"))
        }
        Business::Fee if entry.withdrawal.is_some() => {
            ("其他", "服务费-提现".to_owned(), Flow::Expense, progress(entry), about)
        }
        Business::FeeBack if entry.withdrawal.is_some() => {
            ("退款", "退款-服务费-提现".to_owned(), Flow::Neither, "退款成功", format!("{about}_0"))
        }
        Business::Fee => ("其他", format!("服务费-{subject}"), Flow::Expense, "交易成功", trade_no),
        Business::FeeBack => {
            let no = format!("{trade_no}_{}", entry.request_no.as_deref().unwrap_or("0"));
            ("退款", format!("退款-服务费-{subject}"), Flow::Neither, "退款成功", no)
        }
        Business::Split if entry.delta_minor > 0 => {
            ("收入", format!("分账-{subject}"), Flow::Income, "交易成功", trade_no)
        }
        Business::Split => ("其他", format!("分账-{subject}"), Flow::Expense, "交易成功", trade_no),
        Business::SplitBack => ("其他", format!("分账退回-{subject}"), Flow::Neither, "交易成功", trade_no),
        Business::TopUp => ("账户存取", "充值-普通充值".to_owned(), Flow::Neither, "交易成功", entry.no()),
        Business::Transfer if entry.delta_minor > 0 => {
            ("转账红包", "转账-收到转账".to_owned(), Flow::Income, "交易成功", about)
        }
        Business::Transfer => ("转账红包", "转账".to_owned(), Flow::Expense, progress(entry), about),
        Business::TransferBack => {
            ("退款", "退款-转账".to_owned(), Flow::Neither, "退款成功", format!("{about}_0"))
        }
        Business::Withdraw => ("账户存取", "提现-普通提现".to_owned(), Flow::Neither, progress(entry), about),
        Business::WithdrawBack => of_withdrawal_back(entry, about),
    };
    Ok(PersonLine {
        at_us: entry.at_us,
        category,
        other,
        other_account,
        item,
        flow,
        amount_minor: entry.delta_minor.saturating_abs(),
        paid_by: PaidBy::Balance,
        status,
        no,
        merchant_no: entry.about_theirs().unwrap_or("").to_owned(),
    })
}

/// Money that came to the balance because it did not get to a card: of a withdrawal, or what the card of a payment or
/// top-up did not take back.
fn of_withdrawal_back(
    entry: &AccountLine,
    about: String,
) -> (&'static str, String, Flow, &'static str, String) {
    let (item, no) = match &entry.withdrawal {
        Some(_) => ("提现-退回", format!("{about}_0")),
        None => ("退款-转入余额", about),
    };
    ("账户存取", item.to_owned(), Flow::Neither, "退款成功", no)
}

/// How what was sent stands: on its way, arrived, or come back.
fn progress(entry: &AccountLine) -> &'static str {
    const ON_ITS_WAY: &str = "处理中";
    const ARRIVED: &str = "交易成功";
    const CAME_BACK: &str = "交易关闭";
    if let Some(transfer) = &entry.card_transfer {
        return match transfer.state {
            CardTransferState::UnderWay => ON_ITS_WAY,
            CardTransferState::Done => ARRIVED,
            CardTransferState::Failed | CardTransferState::Refunded => CAME_BACK,
        };
    }
    if let Some(transfer) = &entry.transfer {
        return match transfer.state {
            TransferState::Offered | TransferState::Waiting | TransferState::UnderWay => ON_ITS_WAY,
            TransferState::Done => ARRIVED,
            TransferState::Returned | TransferState::Cancelled => CAME_BACK,
        };
    }
    let Some(order) = &entry.withdrawal else { return ARRIVED };
    match order.state {
        BankOrderState::Draft
        | BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Returning => ON_ITS_WAY,
        BankOrderState::Done | BankOrderState::Credited => ARRIVED,
        BankOrderState::Failed | BankOrderState::Closed | BankOrderState::Returned => CAME_BACK,
    }
}

/// What cards paid within the time, and what went back to them: no balance knows of it.
fn paid_by_card(
    reader: &mut dyn Reader,
    who: &mut Who,
    party: PartyId,
    within_us: &Range<i64>,
    lines: &mut Vec<PersonLine>,
) -> Result<(), BillError> {
    let mut refunds = Refunds::default();
    postings(reader, party.slot(), within_us, &mut |reader, posting| {
        if !matches!(posting.kind, PostingKind::CardPay | PostingKind::CardBack) {
            return Ok(ControlFlow::Continue(()));
        }
        let Some(order_no) = posting.order_no else { return Ok(ControlFlow::Continue(())) };
        // Postings of cards name no party: the trade of the slot says whose it is.
        match reader.row(&Key::Trade((party.slot(), order_no)))? {
            Some(Row::Trade(trade)) if trade.buyer == party => {
                lines.push(of_card(reader, who, &mut refunds, posting, &trade)?);
            }
            _ => return Ok(ControlFlow::Continue(())),
        }
        if lines.len() > PERSON_LINES_MAX { Err(BillError::TooLong) } else { Ok(ControlFlow::Continue(())) }
    })
}

fn of_card(
    reader: &mut dyn Reader,
    who: &mut Who,
    refunds: &mut Refunds,
    posting: &Posting,
    trade: &Trade,
) -> Result<PersonLine, BillError> {
    let (other, other_account) = who.shown(reader, Some(trade.seller))?;
    let order = order_of(reader, trade.no)?;
    let order = order.as_deref();
    let amount = posting.entries().next().map(|entry| entry.amount_minor);
    let at_us = posting.no.at_us();
    let (category, item, flow, status, no) = if posting.kind == PostingKind::CardPay {
        let status = order.map_or(Ok("交易成功"), |order| status_of(reader, trade.buyer, order))?;
        ("其他", trade.subject.to_string(), Flow::Expense, status, trade.no.to_string())
    } else {
        let refund = refunds.last_before(reader, trade.no, at_us, amount)?;
        let refund = refund.map_or_else(|| "0".to_owned(), |refund| refund.out_request_no.to_string());
        let item = format!("退款-{}", trade.subject);
        ("退款", item, Flow::Neither, "退款成功", format!("{}_{refund}", trade.no))
    };
    let card = order.and_then(|order| Some((order.card_bank.as_ref()?.to_string(), order.card?)));
    Ok(PersonLine {
        at_us,
        category,
        other,
        other_account,
        item,
        flow,
        amount_minor: amount.map_or(0, Minor::units),
        paid_by: PaidBy::Card(card),
        status,
        no,
        merchant_no: order.map(|order| order.out_trade_no.to_string()).unwrap_or_default(),
    })
}

/// How a payment stands for its buyer.
fn payment_status(
    reader: &mut dyn Reader,
    party: PartyId,
    entry: &AccountLine,
) -> Result<&'static str, BillError> {
    entry.order.as_ref().map_or(Ok("交易成功"), |order| status_of(reader, party, order))
}

fn status_of(reader: &mut dyn Reader, party: PartyId, order: &Order) -> Result<&'static str, BillError> {
    if let Some(Row::Trade(trade)) = reader.row(&Key::Trade((party.slot(), order.no)))?
        && trade.state == TradeState::Closed
    {
        return Ok("交易关闭");
    }
    let is_held = order.product.goods().is_some() && order.state == OrderState::Paid;
    Ok(if is_held { "等待确认收货" } else { "交易成功" })
}

/// Trades that were taken up within the time and closed without being paid.
fn never_paid(
    reader: &mut dyn Reader,
    who: &mut Who,
    party: PartyId,
    within_us: &Range<i64>,
    lines: &mut Vec<PersonLine>,
) -> Result<(), BillError> {
    // A trade has the number of its order, which was made before it was taken up, at most its whole life before.
    let earliest_us = within_us.start.saturating_sub(EXPIRY_DEFAULT_US).max(0);
    let mut after = OrderNo::from_number(earliest_us.saturating_mul(100))
        .map(|number| Key::Trade((party.slot(), number)));
    loop {
        let page = reader.scan(Table::Trade, Some(party.slot()), after.as_ref(), PAGE)?;
        for row in &page {
            let Row::Trade(trade) = row else { continue };
            if trade.no.at_us() >= within_us.end {
                return Ok(());
            }
            if is_never_paid(trade, party) && within_us.contains(&trade.created_at_us) {
                lines.push(of_trade(reader, who, trade)?);
                if lines.len() > PERSON_LINES_MAX {
                    return Err(BillError::TooLong);
                }
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => after = Some(last.key()),
            _ => return Ok(()),
        }
    }
}

fn is_never_paid(trade: &Trade, party: PartyId) -> bool {
    trade.buyer == party && trade.state == TradeState::Closed && trade.paid_at_us.is_none()
}

fn of_trade(reader: &mut dyn Reader, who: &mut Who, trade: &Trade) -> Result<PersonLine, BillError> {
    let (other, other_account) = who.shown(reader, Some(trade.seller))?;
    let order = order_of(reader, trade.no)?;
    Ok(PersonLine {
        at_us: trade.created_at_us,
        category: "其他",
        other,
        other_account,
        item: trade.subject.to_string(),
        flow: Flow::Neither,
        amount_minor: trade.total_minor.units(),
        paid_by: PaidBy::Nothing,
        status: "交易关闭",
        no: trade.no.to_string(),
        merchant_no: order.map(|order| order.out_trade_no.to_string()).unwrap_or_default(),
    })
}
