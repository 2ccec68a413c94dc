//! A person's export: one CSV that the programs read which people keep their books with. Its form is theirs: 24 lines
//! before the names of the columns, twelve values a line and a comma behind, GB18030.

use crate::account_file::Sum;
use crate::archive::{Archive, Coding};
use crate::sheet::{cell, tabbed, yuan};
use crate::{BillError, Flow, PersonLine, person_lines};
use base::{Day, PartyId, SECOND_US, china_moment};
use store::Reader;

const COLUMNS: &str = "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,";

/// Nine lines, as many as there always are: readers count them.
const NOTES: [&str; 9] = [
    "1.本明细按账户的资金记录生成，仅供个人记账，不是收付款凭证；",
    "2.时间为北京时间，金额单位为元；",
    "3.最近的交易在最前；",
    "4.起止时间均按资金变动的时间计算，未付款的交易按创建时间计算；",
    "5.充值、退款及未付款而关闭的交易不计收支；",
    "6.退款的交易订单号以原交易订单号开头，下划线之后为退款号；",
    "7.对方为个人时，名称与账号均已隐去一部分；",
    "8.担保交易在确认收货之前显示为等待确认收货；",
    "9.明细含有个人信息，请妥善保管。",
];

/// What a person asks for.
#[derive(Clone, Debug)]
pub struct Export<'a> {
    /// Whose lines.
    pub party: PartyId,
    /// The person's name.
    pub name: &'a str,
    /// The person's login.
    pub login: &'a str,
    /// The first day.
    pub first: Day,
    /// The last day, included.
    pub last: Day,
    /// When it is exported, microseconds UTC.
    pub at_us: i64,
    /// What the file is encrypted with; absent for a plain one.
    pub password: Option<&'a str>,
}

/// Makes the export, packed.
///
/// # Errors
/// [`BillError::TooLong`], or when the tables cannot be read.
pub fn person_file(reader: &mut dyn Reader, export: &Export<'_>) -> Result<Vec<u8>, BillError> {
    let within_us = export.first.begins_at_us()..export.last.plus_days(1).begins_at_us();
    let lines = person_lines(reader, export.party, within_us)?;
    let mut archive = Archive::new(Coding::Person, export.at_us, export.password);
    archive.begin(&format!("{}.csv", export.file_name()))?;
    for line in head(export, &lines)? {
        archive.line(&line)?;
    }
    archive.line(COLUMNS)?;
    for line in &lines {
        archive.line(&row(line))?;
    }
    archive.finish()
}

impl Export<'_> {
    /// The file's name without its ending: `alipay_record_20260102_030405`.
    pub fn file_name(&self) -> String {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let moment = china_moment(self.at_us);
        let (date, time) = moment.split_once(' ').unwrap_or((&moment, ""));
        format!("alipay_record_{}_{}", digits(date), digits(time))
    }
}

/// The 24 lines before the columns' names.
fn head(export: &Export<'_>, lines: &[PersonLine]) -> Result<Vec<String>, BillError> {
    let sum = |flow: Flow| {
        let mut sum = Sum::default();
        for line in lines.iter().filter(|line| line.flow == flow) {
            sum.add(line.amount_minor)?;
        }
        Ok::<_, BillError>(format!("{}：{}笔 {}元", flow.name(), sum.count, yuan(sum.minor)))
    };
    let from = china_moment(export.first.begins_at_us());
    let to = china_moment(export.last.plus_days(1).begins_at_us() - SECOND_US);
    let mut head = vec![
        "-".repeat(84),
        "导出信息：".to_owned(),
        format!("姓名：{}", cell(export.name)),
        format!("支付宝账户：{}", cell(export.login)),
        format!("起始时间：[{from}]    终止时间：[{to}]"),
        "导出交易类型：[全部]".to_owned(),
        format!("导出时间：[{}]", china_moment(export.at_us)),
        format!("共{}笔记录", lines.len()),
        sum(Flow::Income)?,
        sum(Flow::Expense)?,
        sum(Flow::Neither)?,
        String::new(),
        "特别提示：".to_owned(),
    ];
    head.extend(NOTES.map(str::to_owned));
    head.push(String::new());
    let dashes = "-".repeat(24);
    head.push(format!("{dashes}支付宝（中国）网络技术有限公司  电子客户回单{dashes}"));
    Ok(head)
}

fn row(line: &PersonLine) -> String {
    let account = if line.other_account.is_empty() { "/" } else { &line.other_account };
    let values = [
        china_moment(line.at_us),
        line.category.to_owned(),
        cell(&line.other),
        cell(account),
        cell(&line.item),
        line.flow.name().to_owned(),
        yuan(line.amount_minor),
        cell(&line.paid_by.name()),
        line.status.to_owned(),
        tabbed(&line.no),
        tabbed(&line.merchant_no),
        String::new(),
    ];
    values.join(",") + ","
}
