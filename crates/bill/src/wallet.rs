//! The bills of a wallet: the deals of a person, newest first, each told once with all that became of it.
//!
//! A bill is a deal as a person thinks of it: a payment with its refunds, a transfer, money from or to the own card.
//! They are read from the rows of these deals and not from postings, so that what waits or failed is there too, and a
//! refund is told on its payment. What a card paid is told on its trade: orders to a bank that pay, return or carry a
//! transfer are no bills of their own.
//!
//! Reading order: this file (what a deal is to its person), `list` (the merge of the four lists, pages, the filter),
//! `months` (totals), `story` (one bill in full), `news` (what a person should know, of bills and of the account).

mod list;
mod months;
mod news;
mod story;

pub use list::{BillCursor, BillCursorError, BillFilter, BillPage, bill_page};
pub use months::{CategoryTotal, MonthTotal, month_totals};
pub use news::{News, NewsAbout, NewsCursor, NewsCursorError, NewsKind, NewsPage, news_page};
pub use story::{BillStory, Happened, Happening, bill_story};

use crate::{BillError, Who};
use base::{BankOrderNo, OrderNo, PartyId, TransferNo};
use engine::{Key, Row};
use fund::{BankOrder, BankOrderKind, BankOrderState, Card};
use money::{Currency, Money};
use std::sync::Arc;
use store::Reader;
use trade::{Trade, TradeState};
use transfer::{Received, Transfer, TransferState};

/// What kind of deal it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BillKind {
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillDirection {
    /// It came in.
    In,
    /// It goes or went out.
    Out,
    /// Neither: it stays the person's own, or nothing moved and nothing will.
    Neutral,
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillState {
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

/// What it was for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BillCategory {
    /// What merchants sell.
    Shopping,
    /// From person to person, or from a merchant to a person.
    Transfer,
    /// Between the own card and the balance.
    Cash,
}

/// Where the money came from, or came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BillPocket {
    /// The balance.
    Balance,
    /// A card.
    Card,
}

/// A deal of a person, as one of four tables has it.
#[derive(Clone, PartialEq, Debug)]
pub enum Deal {
    /// Paid, or to be paid, to a merchant.
    Payment(Arc<Trade>),
    /// Sent, or offered to be sent.
    Sent(Arc<Transfer>),
    /// What came in by a transfer.
    Received(Arc<Received>),
    /// A top-up or a withdrawal.
    AtBank(Arc<BankOrder>),
}

impl Deal {
    /// The deal of an order to a bank; none when it belongs to a deal that is told elsewhere.
    pub fn of_bank_order(order: Arc<BankOrder>) -> Option<Deal> {
        match order.kind {
            BankOrderKind::TopUp | BankOrderKind::Withdraw => Some(Deal::AtBank(order)),
            BankOrderKind::Pay | BankOrderKind::Return | BankOrderKind::Transfer => None,
        }
    }

    /// Its number as people and programs write it.
    pub fn no(&self) -> String {
        match self {
            Deal::Payment(trade) => trade.no.to_string(),
            Deal::Sent(transfer) => transfer.no.to_string(),
            Deal::Received(received) => received.no.to_string(),
            Deal::AtBank(order) => order.no.to_string(),
        }
    }

    /// What kind of deal it is.
    pub fn kind(&self) -> BillKind {
        match self {
            Deal::Payment(_) => BillKind::Payment,
            Deal::Sent(_) => BillKind::TransferOut,
            Deal::Received(_) => BillKind::TransferIn,
            Deal::AtBank(order) if order.kind.is_in() => BillKind::TopUp,
            Deal::AtBank(_) => BillKind::Withdrawal,
        }
    }

    /// What it was for.
    pub fn category(&self) -> BillCategory {
        match self {
            Deal::Payment(_) => BillCategory::Shopping,
            Deal::Sent(_) | Deal::Received(_) => BillCategory::Transfer,
            Deal::AtBank(_) => BillCategory::Cash,
        }
    }

    /// How much.
    pub fn amount(&self) -> Money {
        match self {
            Deal::Payment(trade) => trade.total(),
            Deal::Sent(transfer) => transfer.amount(),
            Deal::Received(received) => received.amount(),
            Deal::AtBank(order) => order.amount(),
        }
    }

    /// What of it came back to the person.
    pub fn refunded(&self) -> Money {
        let came_back = |is_back: bool| if is_back { self.amount() } else { Money::zero(self.currency()) };
        match self {
            Deal::Payment(trade) => trade.refunded_minor.of(trade.currency),
            Deal::Sent(transfer) => came_back(state_of_transfer(transfer) == BillState::Returned),
            Deal::Received(_) => came_back(false),
            Deal::AtBank(order) => came_back(order.state == BankOrderState::Returned),
        }
    }

    /// What the platform takes for it from the person, on top of its amount.
    pub fn fee(&self) -> Money {
        match self {
            Deal::Payment(_) | Deal::Sent(_) | Deal::Received(_) => Money::zero(self.currency()),
            Deal::AtBank(order) => order.fee(),
        }
    }

    fn currency(&self) -> Currency {
        self.amount().currency()
    }

    /// What it is to the person's money.
    pub fn direction(&self) -> BillDirection {
        // Whether goods are awaited makes no difference here.
        match (self, self.state(false)) {
            (Deal::AtBank(_), _) | (_, BillState::Closed | BillState::Failed) => BillDirection::Neutral,
            (Deal::Received(_), _) => BillDirection::In,
            (Deal::Payment(_) | Deal::Sent(_), _) => BillDirection::Out,
        }
    }

    /// Where it stands; `is_held` says of a payment that its money is held until goods arrive.
    pub fn state(&self, is_held: bool) -> BillState {
        match self {
            Deal::Payment(trade) => match trade.state {
                TradeState::Waiting if trade.bank_order.is_some() => BillState::UnderWay,
                TradeState::Waiting => BillState::Waiting,
                TradeState::Paid if is_held => BillState::UnderWay,
                TradeState::Paid if trade.refunded_minor.units() > 0 => BillState::PartlyRefunded,
                TradeState::Paid => BillState::Paid,
                TradeState::Closed if trade.paid_at_us.is_some() => BillState::Refunded,
                TradeState::Closed => BillState::Closed,
            },
            Deal::Sent(transfer) => state_of_transfer(transfer),
            Deal::Received(_) => BillState::Done,
            Deal::AtBank(order) => state_of_bank_order(order.state),
        }
    }

    /// When it was paid or came in; before that, when it was asked for. Microseconds UTC.
    pub fn at_us(&self) -> i64 {
        match self {
            Deal::Payment(trade) => trade.paid_at_us.unwrap_or(trade.created_at_us),
            Deal::Sent(transfer) => transfer.paid_at_us.unwrap_or(transfer.opened_at_us),
            Deal::Received(received) => received.at_us,
            Deal::AtBank(order) => order.asked_at_us,
        }
    }

    /// Where the money came from, is to come from, or came to; nothing while a payer has not chosen.
    pub fn pocket(&self) -> Option<BillPocket> {
        match self {
            Deal::Payment(trade) if trade.bank_order.is_some() => Some(BillPocket::Card),
            Deal::Payment(trade) => trade.paid_at_us.map(|_| BillPocket::Balance),
            Deal::Sent(transfer) => transfer.paid_at_us.map(|_| BillPocket::Balance),
            Deal::Received(_) => Some(BillPocket::Balance),
            Deal::AtBank(order) if order.kind.is_in() => Some(BillPocket::Card),
            Deal::AtBank(_) => Some(BillPocket::Balance),
        }
    }
}

/// Where a transfer stands for its payer.
fn state_of_transfer(transfer: &Transfer) -> BillState {
    match transfer.state {
        TransferState::Offered => BillState::Waiting,
        TransferState::Waiting | TransferState::UnderWay => BillState::UnderWay,
        TransferState::Done => BillState::Done,
        TransferState::Returned => BillState::Returned,
        // What was paid and waited is there again.
        TransferState::Cancelled if transfer.paid_at_us.is_some() => BillState::Returned,
        TransferState::Cancelled => BillState::Closed,
    }
}

/// Where an order to a bank stands for its party.
fn state_of_bank_order(state: BankOrderState) -> BillState {
    match state {
        BankOrderState::Draft => BillState::Waiting,
        // The bank may still do what was given up, and then it goes back to the card.
        BankOrderState::Asked
        | BankOrderState::Unknown
        | BankOrderState::GivenUp
        | BankOrderState::Returning => BillState::UnderWay,
        BankOrderState::Done | BankOrderState::Credited => BillState::Done,
        BankOrderState::Failed => BillState::Failed,
        BankOrderState::Closed => BillState::Closed,
        BankOrderState::Returned => BillState::Returned,
    }
}

/// A bill: a deal with what is read beside it.
#[derive(Clone, PartialEq, Debug)]
pub struct WalletBill {
    /// The deal.
    pub deal: Deal,
    /// Whether a payment's money is held until goods arrive.
    pub is_held: bool,
    /// Whether a bank may still take, or has to give back, what was to pay a payment that was closed.
    pub is_at_bank: bool,
    /// What is bought, or what was said of the transfer; empty when the kind says it all.
    pub title: String,
    /// The other side: a merchant's name, a person's masked, the bank of a card as it is abbreviated.
    pub other_name: String,
    /// The login of the other side, masked; of a card the last four digits.
    pub other_login: String,
}

impl WalletBill {
    /// Where it stands.
    pub fn state(&self) -> BillState {
        if self.is_at_bank { BillState::UnderWay } else { self.deal.state(self.is_held) }
    }

    /// Reads what stands beside a deal.
    fn read(reader: &mut dyn Reader, who: &mut Who, deal: Deal) -> Result<WalletBill, BillError> {
        let (title, (other_name, other_login)) = match &deal {
            Deal::Payment(trade) => (trade.subject.to_string(), who.shown(reader, Some(trade.seller))?),
            Deal::Sent(transfer) => (words_of(transfer), who.shown(reader, Some(transfer.payee))?),
            Deal::Received(received) => {
                let transfer = transfer_of(reader, received.no)?;
                let title = transfer.as_deref().map_or_else(String::new, words_of);
                (title, who.shown(reader, Some(received.payer))?)
            }
            Deal::AtBank(order) => {
                let card = card_of(reader, order)?;
                let shown = card.map(|card| (card.bank.to_string(), card.last_four.to_string()));
                (String::new(), shown.unwrap_or_default())
            }
        };
        Ok(WalletBill { deal, is_held: false, is_at_bank: false, title, other_name, other_login })
    }

    /// Reads whether the money is held until goods arrive: only of a paid guaranteed trade it is. Of a closed one,
    /// reads whether it is at a bank.
    fn look_for_goods(&mut self, reader: &mut dyn Reader) -> Result<(), BillError> {
        let Deal::Payment(trade) = &self.deal else { return Ok(()) };
        self.is_at_bank = story::is_at_bank(reader, trade)?;
        if trade.state != TradeState::Paid {
            return Ok(());
        }
        if let Some(Row::Escrow(escrow)) = reader.row(&Key::Escrow((trade.no.slot(), trade.no)))? {
            self.is_held = !escrow.state.is_final();
        }
        Ok(())
    }
}

/// What a transfer is called: its title, or what its payer says to it.
fn words_of(transfer: &Transfer) -> String {
    let title = transfer.title.as_ref().map(ToString::to_string);
    title.or_else(|| transfer.remark.as_ref().map(ToString::to_string)).unwrap_or_default()
}

/// A transfer; it lies with its payer.
fn transfer_of(reader: &mut dyn Reader, no: TransferNo) -> Result<Option<Arc<Transfer>>, BillError> {
    match reader.row(&Key::Transfer((no.slot(), no)))? {
        Some(Row::Transfer(transfer)) => Ok(Some(transfer)),
        _ => Ok(None),
    }
}

fn card_of(reader: &mut dyn Reader, order: &BankOrder) -> Result<Option<Arc<Card>>, BillError> {
    match reader.row(&Key::Card((order.slot, order.card)))? {
        Some(Row::Card(card)) => Ok(Some(card)),
        _ => Ok(None),
    }
}

/// The deal of a person that has this number, as the tables have it; none when there is none, or it is somebody else's.
///
/// # Errors
/// When the tables cannot be read.
pub fn deal_of(reader: &mut dyn Reader, party: PartyId, no: &str) -> Result<Option<Deal>, BillError> {
    let slot = party.slot();
    if let Ok(no) = no.parse::<OrderNo>() {
        let found = reader.row(&Key::Trade((slot, no)))?;
        return Ok(match found {
            Some(Row::Trade(trade)) if trade.buyer == party => Some(Deal::Payment(trade)),
            _ => None,
        });
    }
    if let Ok(no) = no.parse::<BankOrderNo>() {
        let found = reader.row(&Key::BankOrder((slot, no)))?;
        return Ok(match found {
            Some(Row::BankOrder(order)) if order.party == party => Deal::of_bank_order(order),
            _ => None,
        });
    }
    let Ok(no) = no.parse::<TransferNo>() else { return Ok(None) };
    match reader.row(&Key::Transfer((slot, no)))? {
        Some(Row::Transfer(transfer)) if transfer.payer == party => Ok(Some(Deal::Sent(transfer))),
        _ => Ok(match reader.row(&Key::Received((slot, no)))? {
            Some(Row::Received(received)) if received.payee == party => Some(Deal::Received(received)),
            _ => None,
        }),
    }
}
