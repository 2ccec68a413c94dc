//! Bills: what happened to somebody's money, read out of the posted tables and written as the files that merchants and
//! persons download.
//!
//! Why a room of its own: the gateway gives merchants their bills and the portal gives persons theirs, and both must
//! say the same as the ledger. Every line comes from a posting, so that a bill's sums are the account's. There is no
//! clock here: whoever asks says for which time, and sees to it that the time is over and posted.
//!
//! The sums of a closed period never change. Postings are written once; the rows beside them that a line shows (the
//! order's subject and numbers, a refund that is done) hardly change: a forgotten person's name does, and the refund of
//! a number that was used again. The time of export that a file names is the end of its period, and a period in which a
//! refund is still under way between two cells is not billed yet.
//!
//! Reading order: [`Period`], `business` (what postings are called), `account` (the lines of an account), `sales` (the
//! trades of a merchant), `deals` (orders as they stand), `account_file` and `trade_file` (the bills),
//! `account_statement` (a day as banks tell it), `aml` (what must be reported of a day), `person` and
//! `person_file` (a person's export), `wallet` (the deals of a person, page by page: the one thing here that is read
//! from rows and not from postings, with `shop`, which is a merchant's own page); `sheet` (how lines are written),
//! `archive` (how files are packed).

mod about;
mod account;
mod account_file;
mod account_statement;
mod aml;
mod archive;
mod balance;
mod business;
mod closing;
mod deals;
mod error;
mod past;
mod period;
mod person;
mod person_file;
mod refund_wishes;
mod refunds;
mod sales;
mod sheet;
mod shop;
mod splits;
mod trade_file;
mod wallet;
mod who;

pub use account::{AccountLine, account_lines};
pub use account_file::account_bill;
pub use account_statement::{STATEMENT_LINES_MAX, account_statement};
pub use aml::{AmlDay, AmlError, Listed, aml_day, aml_file};
pub use balance::balance_before;
pub use business::Business;
pub use closing::days_to_close;
pub use deals::{DealLine, DealState, Side, deal_lines};
pub use error::BillError;
pub use past::{past_payments, past_payments_within};
pub use period::{Period, PeriodError};
pub use person::{Flow, PaidBy, PersonLine, person_lines};
pub use person_file::{Export, person_file};
pub use refund_wishes::{Asking, OpenWishes, asking_of, open_wishes, refund_wish_of};
pub use sales::{TradeKind, TradeLine, trade_lines};
pub use sheet::yuan;
pub use shop::{
    CLOSED_DAYS_MAX, ClosedDay, ClosedPage, ClosedSums, ClosedTold, DASHBOARD_ORDERS_MAX, HOURS,
    REPURCHASE_DAYS, Repurchase, STORY_ROWS_MAX, SaleFilter, SalePage, SalePart, SaleState, SaleStory,
    SaleWords, SettledPage, ShopDashboard, ShopDay, Takings, closed_days, sale_of, sale_page, sale_story,
    settled_page, shop_dashboard,
};
pub use trade_file::trade_bill;
pub use wallet::{
    BillCategory, BillCursor, BillCursorError, BillDirection, BillFilter, BillKind, BillPage, BillPocket,
    BillState, BillStory, CategoryTotal, Deal, Happened, Happening, MonthTotal, News, NewsAbout, NewsCursor,
    NewsCursorError, NewsKind, NewsPage, WalletBill, bill_page, bill_story, deal_of, month_totals, news_page,
};
pub use who::Who;

use std::sync::Arc;
use store::{Reader, StoreError};

/// Opens a view of the posted tables.
pub type Readers = Arc<dyn Fn() -> Result<Box<dyn Reader>, StoreError> + Send + Sync>;

/// What takes the lines one by one; it says whether it wants more.
pub type Take<'a, L> = &'a mut dyn FnMut(L) -> Result<std::ops::ControlFlow<()>, BillError>;

/// What takes rows one by one and may read beside them; it says whether it wants more.
type TakeRow<'a, R> =
    &'a mut dyn FnMut(&mut dyn Reader, &Arc<R>) -> Result<std::ops::ControlFlow<()>, BillError>;

/// Lines of one bill at most; a line takes some twenty bytes of the packed file.
pub const LINES_MAX: u32 = 500_000;
