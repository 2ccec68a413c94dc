//! `/me/bills/export`: the bills of some days as a table that spreadsheets read, in the language of whoever asks.
//!
//! UTF-8 with a byte order mark, by which spreadsheets know it. Titles and names are what strangers wrote, so that no
//! cell may be taken for a formula. It is read page by page, holds so many lines at most, and takes a turn among the
//! exports of persons.

use super::days_of;
use super::told::BillKind;
use crate::language::{self, Language};
use crate::people::Who;
use crate::portal::Portal;
use crate::sandbox::SandboxError;
use crate::turns::TurnOf;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::{PartyId, china_moment};
use bill::{
    BillCategory, BillDirection, BillError, BillFilter, BillPocket, BillState, WalletBill, bill_page,
};
use serde::Deserialize;
use std::sync::Arc;
use store::Reader;
use utoipa::IntoParams;

/// Days of one table at most, the first and the last counted: a year.
const DAYS_MAX: u32 = 366;
/// Lines of one table at most, some two hundred bytes each.
const LINES_MAX: usize = 50_000;
/// Bills that are read at once.
const PAGE: usize = 500;
/// By this spreadsheets know that a file is UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Which bills are wanted as a table.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BillTableQuery {
    /// The first day.
    first: String,
    /// The last day: of a year at most.
    last: String,
    /// Bills of this kind alone.
    #[param(inline)]
    kind: Option<BillKind>,
}

/// The bills of some days as a CSV file, newest first, in the language of `Accept-Language`.
#[utoipa::path(
    get,
    path = "/me/bills/export",
    tag = "bills",
    params(BillTableQuery),
    responses((
        status = 200,
        description = "The table: UTF-8 with a byte order mark, its columns named in the first line.",
        body = String,
        content_type = "text/csv"
    ))
)]
pub(crate) async fn export(
    State(portal): State<Arc<Portal>>,
    Who(this): Who,
    headers: HeaderMap,
    Query(asked): Query<BillTableQuery>,
) -> Result<Response, SandboxError> {
    let (first, last) = days_of(Some(&asked.first), Some(&asked.last))?;
    if first.days_until(last) >= DAYS_MAX {
        let message = format!("a table has {DAYS_MAX} days at most");
        return Err(SandboxError::bad("bad_days", message).of_field("last"));
    }
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let (language, party) = (language::wanted(header), this.party);
    let filter = BillFilter::new(asked.kind.map(Into::into), "").of_days(first, last);
    // What was just paid must be in it.
    portal.posted().await?;
    let turn = portal.turn(TurnOf::Person).await?;
    let work = move |reader: &mut dyn Reader| Ok(table(reader, party, &filter, language, LINES_MAX));
    let written = match portal.read_in_turn(turn, work).await {
        Some(Ok(written)) => written,
        Some(Err(BillError::TooLong)) => {
            let message = format!("there are more than {LINES_MAX} bills; ask for fewer days");
            return Err(SandboxError::conflict("export_too_long", message));
        }
        Some(Err(error)) => return Err(SandboxError::broken(error)),
        None => return Err(SandboxError::broken("the bills cannot be read")),
    };
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"tongbao-bills-{first}-{last}.csv\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, written).into_response())
}

/// The whole table; [`BillError::TooLong`] when it would have more lines.
fn table(
    reader: &mut dyn Reader,
    party: PartyId,
    filter: &BillFilter,
    language: Language,
    lines_max: usize,
) -> Result<String, BillError> {
    let mut written = String::from(BYTE_ORDER_MARK);
    line(&mut written, &COLUMNS.map(|words| word(language, words).to_owned()));
    let (mut before, mut lines) = (None, 0_usize);
    loop {
        let page = bill_page(reader, party, filter, before, PAGE)?;
        lines = lines.saturating_add(page.bills.len());
        if lines > lines_max {
            return Err(BillError::TooLong);
        }
        for bill in &page.bills {
            line(&mut written, &cells(bill, language));
        }
        match page.next {
            Some(next) => before = Some(next),
            None => return Ok(written),
        }
    }
}

/// A word in Chinese and in English.
type Words = (&'static str, &'static str);

const fn word(language: Language, words: Words) -> &'static str {
    match language {
        Language::Chinese => words.0,
        Language::English => words.1,
    }
}

/// What the columns are called.
const COLUMNS: [Words; 13] = [
    ("时间", "Time"),
    ("类型", "Kind"),
    ("分类", "Category"),
    ("说明", "Title"),
    ("对方", "With"),
    ("对方账号", "Account"),
    ("收支", "Direction"),
    ("金额（元）", "Amount (yuan)"),
    ("已退款（元）", "Refunded (yuan)"),
    ("手续费（元）", "Fee (yuan)"),
    ("状态", "State"),
    ("付款方式", "Paid with"),
    ("单号", "No."),
];

/// The cells of a bill, as they stand in their columns.
fn cells(bill: &WalletBill, language: Language) -> [String; 13] {
    let deal = &bill.deal;
    let said = |words: Words| word(language, words).to_owned();
    [
        china_moment(deal.at_us()),
        said(kind_words(deal.kind())),
        said(category_words(deal.category())),
        bill.title.clone(),
        bill.other_name.clone(),
        bill.other_login.clone(),
        said(direction_words(deal.direction())),
        deal.amount().to_string(),
        deal.refunded().to_string(),
        deal.fee().to_string(),
        said(state_words(bill.state())),
        deal.pocket().map_or_else(String::new, |pocket| said(pocket_words(pocket))),
        // A tab behind keeps spreadsheets from rounding the number.
        format!("{}\t", deal.no()),
    ]
}

const fn kind_words(kind: bill::BillKind) -> Words {
    match kind {
        bill::BillKind::Payment => ("付款", "Payment"),
        bill::BillKind::TransferOut => ("转出", "Sent"),
        bill::BillKind::TransferIn => ("收到转账", "Received"),
        bill::BillKind::TopUp => ("充值", "Top-up"),
        bill::BillKind::Withdrawal => ("提现", "Withdrawal"),
    }
}

const fn category_words(category: BillCategory) -> Words {
    match category {
        BillCategory::Shopping => ("购物", "Shopping"),
        BillCategory::Transfer => ("转账", "Transfers"),
        BillCategory::Cash => ("充值提现", "To and from cards"),
    }
}

const fn direction_words(direction: BillDirection) -> Words {
    match direction {
        BillDirection::In => ("收入", "In"),
        BillDirection::Out => ("支出", "Out"),
        BillDirection::Neutral => ("不计收支", "Neither"),
    }
}

const fn state_words(state: BillState) -> Words {
    match state {
        BillState::Waiting => ("待付款", "Waits for you"),
        BillState::Paid => ("已付款", "Paid"),
        BillState::UnderWay => ("处理中", "Under way"),
        BillState::Done => ("已完成", "Done"),
        BillState::PartlyRefunded => ("部分退款", "Partly refunded"),
        BillState::Refunded => ("已退款", "Refunded"),
        BillState::Closed => ("已关闭", "Closed"),
        BillState::Failed => ("失败", "Failed"),
        BillState::Returned => ("已退回", "Came back"),
    }
}

const fn pocket_words(pocket: BillPocket) -> Words {
    match pocket {
        BillPocket::Balance => ("账户余额", "Balance"),
        BillPocket::Card => ("银行卡", "Card"),
    }
}

/// Writes one line (RFC 4180).
fn line(written: &mut String, cells: &[String]) {
    for (at, text) in cells.iter().enumerate() {
        if at > 0 {
            written.push(',');
        }
        write_cell(written, text);
    }
    written.push_str("\r\n");
}

/// Writes a cell in quotes. What a spreadsheet would take for a formula has an apostrophe before it, by which it is a
/// text; what could break the line or hide such a beginning is a space.
fn write_cell(written: &mut String, text: &str) {
    let is_number =
        text.strip_suffix('\t').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let plain = if is_number { text } else { plain.trim() };
    written.push('"');
    if plain.starts_with(FORMULA) {
        written.push('\'');
    }
    for letter in plain.chars() {
        if letter == '"' {
            written.push('"');
        }
        written.push(letter);
    }
    written.push('"');
}

/// What formulas begin with, in the forms of all keyboards.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut written = String::new();
        write_cell(&mut written, text);
        written
    }

    #[test]
    fn no_cell_is_a_formula_nor_breaks_its_line() {
        for (text, expected) in [
            ("tea, green", r#""tea, green""#),
            (r#"5" pan"#, r#""5"" pan""#),
            ("=HYPERLINK(\"http://x\")", r#""'=HYPERLINK(""http://x"")""#),
            ("+1", r#""'+1""#),
            ("-1", r#""'-1""#),
            ("@SUM(1)", r#""'@SUM(1)""#),
            ("＝1", r#""'＝1""#),
            (" =1", r#""'=1""#),
            ("\t=1", r#""'=1""#),
            ("\r\n=1", r#""'=1""#),
            ("a\r\nb", r#""a  b""#),
            ("a=b", r#""a=b""#),
            ("", r#""""#),
            ("2026010222001\t", "\"2026010222001\t\""),
            ("-1\t", r#""'-1""#),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
        let mut written = String::new();
        line(&mut written, &["a".to_owned(), "b,c".to_owned()]);
        assert_eq!(written, "\"a\",\"b,c\"\r\n");
    }

    #[test]
    fn each_column_has_a_word_in_both_languages() {
        for (chinese, english) in COLUMNS {
            assert!(!chinese.is_ascii() && english.is_ascii() && !english.is_empty(), "{chinese} {english}");
        }
    }
}
