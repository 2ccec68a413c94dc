//! The account bill (账务明细, `signcustomer`): details and summary. Form: protocol reference 5.15.

use crate::archive::{Archive, Coding};
use crate::sheet::{begins, cell, ends, head_moment, tabbed, yuan};
use crate::{AccountLine, BillError, Business, LINES_MAX, Period, account_lines};
use base::{PartyId, china_moment};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use store::Reader;

const COLUMNS: &str = "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,\
                       账户余额（元）,交易渠道,业务类型,备注,业务描述,业务账单来源,业务基础订单号,业务订单号";
const SUMMARY_COLUMNS: &str = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）";

/// How many lines and how much, fen.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) count: u64,
    pub(crate) minor: i64,
}

impl Sum {
    pub(crate) fn add(&mut self, minor: i64) -> Result<(), BillError> {
        self.count += 1;
        let sum = self.minor.checked_add(minor);
        self.minor = sum.ok_or_else(|| BillError::Odd("a sum is too large".to_owned()))?;
        Ok(())
    }
}

#[derive(Clone, Copy, Default)]
struct InAndOut {
    income: Sum,
    expense: Sum,
}

impl InAndOut {
    fn add(&mut self, delta_minor: i64) -> Result<(), BillError> {
        if delta_minor < 0 { self.expense.add(delta_minor) } else { self.income.add(delta_minor) }
    }

    fn line(&self, name: &str) -> String {
        let InAndOut { income, expense } = self;
        let total = income.minor.saturating_add(expense.minor);
        format!(
            "{name},{},{},{},{},{}",
            income.count,
            yuan(income.minor),
            expense.count,
            yuan(expense.minor),
            yuan(total)
        )
    }
}

/// The first lines of a bill of this name.
pub(crate) fn head(title: &str, party: PartyId, period: Period) -> [String; 3] {
    let (from, to) = (head_moment(period.begins_at_us()), head_moment(period.ends_at_us()));
    [
        format!("#支付宝{title}查询"),
        format!("#账号：[{}]", account_no(party)),
        format!("#起始日期：[{from}]   终止日期：[{to}]"),
    ]
}

/// The last line of a bill. It names the end of the period: a bill is the same whenever it is fetched.
pub(crate) fn exported(period: Period) -> String {
    format!("#导出时间：[{}]", head_moment(period.ends_at_us()))
}

/// The twenty digits of an account that bills and their names show.
pub(crate) fn account_no(party: PartyId) -> String {
    format!("{party}0156")
}

/// The account bill of a closed period, packed; `None` when nothing happened.
///
/// # Errors
/// [`BillError::TooLong`], or when the tables cannot be read.
pub fn account_bill(
    reader: &mut dyn Reader,
    party: PartyId,
    period: Period,
) -> Result<Option<Vec<u8>>, BillError> {
    let mut archive = Archive::new(Coding::Merchant, period.ends_at_us(), None);
    let name = format!("{}_{}_账务明细", account_no(party), period.compact());
    archive.begin(&format!("{name}.csv"))?;
    for line in head("账务明细", party, period) {
        archive.line(&line)?;
    }
    archive.line(&begins("账务明细列表"))?;
    archive.line(COLUMNS)?;
    let (mut all, mut sums) = (InAndOut::default(), BTreeMap::<Business, InAndOut>::new());
    let mut lines: u32 = 0;
    let within_us = period.begins_at_us()..period.ends_at_us();
    account_lines(reader, party, within_us, &mut |line| {
        lines += 1;
        if lines > LINES_MAX {
            return Err(BillError::TooLong);
        }
        all.add(line.delta_minor)?;
        sums.entry(line.business).or_default().add(line.delta_minor)?;
        archive.line(&detail(&line))?;
        Ok(ControlFlow::Continue(()))
    })?;
    if lines == 0 {
        return Ok(None);
    }
    archive.line(&ends("账务明细列表"))?;
    archive.line(&format!("#支出合计：{}笔，共{}元", all.expense.count, yuan(all.expense.minor)))?;
    archive.line(&format!("#收入合计：{}笔，共{}元", all.income.count, yuan(all.income.minor)))?;
    archive.line(&exported(period))?;
    archive.begin(&format!("{name}(汇总).csv"))?;
    for line in head("账务汇总", party, period) {
        archive.line(&line)?;
    }
    archive.line(&begins("账务汇总列表"))?;
    archive.line(SUMMARY_COLUMNS)?;
    for business in Business::ALL {
        if let Some(sum) = sums.get(&business) {
            archive.line(&sum.line(business.name()))?;
        }
    }
    archive.line(&all.line("合计"))?;
    archive.line(&ends("账务汇总列表"))?;
    archive.line(&exported(period))?;
    archive.finish().map(Some)
}

fn detail(line: &AccountLine) -> String {
    let trade_no = line.about().unwrap_or_default();
    let business_no = if trade_no.is_empty() { line.posting.to_string() } else { trade_no.clone() };
    let (income, expense) = if line.delta_minor < 0 { (0, line.delta_minor) } else { (line.delta_minor, 0) };
    let source = if line.order.is_some() { "交易" } else { "账户" };
    [
        tabbed(&line.no()),
        tabbed(&business_no),
        tabbed(line.about_theirs().unwrap_or("")),
        cell(line.title().unwrap_or("")),
        china_moment(line.at_us),
        tabbed(&line.other),
        yuan(income),
        yuan(expense),
        yuan(line.balance_minor),
        "支付宝".to_owned(),
        line.business.name().to_owned(),
        cell(&remark(line, &trade_no)),
        line.business.description(),
        source.to_owned(),
        tabbed(&trade_no),
        tabbed(&trade_no),
    ]
    .join(",")
}

fn remark(line: &AccountLine, trade_no: &str) -> String {
    match line.business {
        Business::Fee => format!("服务费[{trade_no}]"),
        Business::FeeBack => format!("退还服务费[{trade_no}]"),
        Business::Sale
        | Business::Payment
        | Business::PaymentBack
        | Business::Refund
        | Business::RefundBack
        | Business::Split
        | Business::SplitBack
        | Business::TopUp
        | Business::Transfer
        | Business::TransferBack
        | Business::Withdraw
        | Business::WithdrawBack => line.why().unwrap_or("").to_owned(),
    }
}
