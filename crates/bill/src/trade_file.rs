//! The trade bill (业务明细, `trade`): details and summary. Form: protocol reference 5.15; the columns of the summary are
//! not confirmed there.

use crate::account_file::{account_no, exported, head};
use crate::archive::{Archive, Coding};
use crate::sheet::{begins, cell, ends, tabbed, yuan};
use crate::{BillError, LINES_MAX, Period, TradeKind, TradeLine, trade_lines};
use base::{PartyId, china_moment};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use store::Reader;

const COLUMNS: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,\
                       订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,\
                       券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,\
                       分润（元）,备注";
const SUMMARY_COLUMNS: &str = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,\
                               商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）";
/// What nothing here is paid with.
const NOTHING: &str = "0.00";

/// What lines of a bill, or of one store, come to, fen.
#[derive(Clone, Copy, Default)]
struct Sums {
    sales: u64,
    refunds: u64,
    sold_minor: i64,
    refunded_minor: i64,
    amount_minor: i64,
    fee_minor: i64,
    split_minor: i64,
}

impl Sums {
    fn add(&mut self, line: &TradeLine) -> Result<(), BillError> {
        let (count, received) = match line.kind {
            TradeKind::Sale => (&mut self.sales, &mut self.sold_minor),
            TradeKind::Refund => (&mut self.refunds, &mut self.refunded_minor),
        };
        *count += 1;
        for (sum, part) in [
            (received, line.received_minor),
            (&mut self.amount_minor, line.amount_minor),
            (&mut self.fee_minor, line.fee_minor),
            (&mut self.split_minor, line.split_minor),
        ] {
            *sum = sum.checked_add(part).ok_or_else(|| BillError::Odd("a sum is too large".to_owned()))?;
        }
        Ok(())
    }

    fn line(&self, store: &str, name: &str) -> String {
        let received = self.sold_minor.saturating_add(self.refunded_minor);
        let net = received.saturating_add(self.fee_minor).saturating_add(self.split_minor);
        [
            store.to_owned(),
            name.to_owned(),
            self.sales.to_string(),
            self.refunds.to_string(),
            yuan(self.amount_minor),
            yuan(received),
            NOTHING.to_owned(),
            NOTHING.to_owned(),
            NOTHING.to_owned(),
            yuan(self.fee_minor),
            yuan(self.split_minor),
            yuan(net),
        ]
        .join(",")
    }
}

/// The trade bill of a closed period, packed; `None` when nothing was sold or refunded.
///
/// # Errors
/// [`BillError::Unsettled`], [`BillError::TooLong`], or when the tables cannot be read.
pub fn trade_bill(
    reader: &mut dyn Reader,
    seller: PartyId,
    period: Period,
) -> Result<Option<Vec<u8>>, BillError> {
    let mut archive = Archive::new(Coding::Merchant, period.ends_at_us(), None);
    let name = format!("{}_{}_业务明细", account_no(seller), period.compact());
    archive.begin(&format!("{name}.csv"))?;
    for line in head("业务明细", seller, period) {
        archive.line(&line)?;
    }
    archive.line(&begins("业务明细列表"))?;
    archive.line(COLUMNS)?;
    // Of each store what its lines come to, and the name of the last one that has one.
    let (mut all, mut stores) = (Sums::default(), BTreeMap::<String, (Sums, String)>::new());
    let mut lines: u32 = 0;
    let within_us = period.begins_at_us()..period.ends_at_us();
    trade_lines(reader, seller, within_us, &mut |line| {
        lines += 1;
        if lines > LINES_MAX {
            return Err(BillError::TooLong);
        }
        all.add(&line)?;
        let store = line.order.store_id.as_ref().map(|store| store.to_string()).unwrap_or_default();
        let (sums, called) = stores.entry(store).or_default();
        sums.add(&line)?;
        if let Some(name) = &line.order.store_name {
            *called = cell(name.as_str());
        }
        archive.line(&detail(&line))?;
        Ok(ControlFlow::Continue(()))
    })?;
    if lines == 0 {
        return Ok(None);
    }
    archive.line(&ends("业务明细列表"))?;
    archive.line(&format!(
        "#交易合计：{}笔，商家实收共{}元，商家优惠共{NOTHING}元",
        all.sales,
        yuan(all.sold_minor)
    ))?;
    archive.line(&format!(
        "#退款合计：{}笔，商家实收退款共{}元，商家优惠退款共{NOTHING}元",
        all.refunds,
        yuan(all.refunded_minor)
    ))?;
    archive.line(&exported(period))?;
    archive.begin(&format!("{name}(汇总).csv"))?;
    for line in head("业务汇总", seller, period) {
        archive.line(&line)?;
    }
    archive.line(&begins("业务汇总列表"))?;
    archive.line(SUMMARY_COLUMNS)?;
    for (store, (sums, name)) in &stores {
        archive.line(&sums.line(&tabbed(store), name))?;
    }
    archive.line(&all.line("合计", ""))?;
    archive.line(&ends("业务汇总列表"))?;
    archive.line(&exported(period))?;
    archive.finish().map(Some)
}

fn detail(line: &TradeLine) -> String {
    let order = &line.order;
    let text = |text: Option<&str>| tabbed(text.unwrap_or(""));
    let kind = match line.kind {
        TradeKind::Sale => "交易",
        TradeKind::Refund => "退款",
    };
    [
        tabbed(&order.no.to_string()),
        tabbed(order.out_trade_no.as_str()),
        tabbed(kind),
        cell(order.subject.as_str()),
        china_moment(order.created_at_us.unwrap_or(order.opened_at_us)),
        china_moment(line.at_us),
        text(order.store_id.as_ref().map(|store| store.as_str())),
        order.store_name.as_ref().map(|name| cell(name.as_str())).unwrap_or_default(),
        text(order.operator_id.as_ref().map(|operator| operator.as_str())),
        text(order.terminal_id.as_ref().map(|terminal| terminal.as_str())),
        tabbed(&line.other),
        yuan(line.amount_minor),
        yuan(line.received_minor),
        NOTHING.to_owned(),
        NOTHING.to_owned(),
        NOTHING.to_owned(),
        NOTHING.to_owned(),
        NOTHING.to_owned(),
        String::new(),
        NOTHING.to_owned(),
        NOTHING.to_owned(),
        line.request_no.as_deref().map(tabbed).unwrap_or_default(),
        yuan(line.fee_minor),
        yuan(line.split_minor),
        cell(line.reason.as_deref().unwrap_or("")),
    ]
    .join(",")
}
