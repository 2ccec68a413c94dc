//! What queries over an account share: a span of time, a page, and one order at most.

use crate::codes::Failure;
use crate::facts::{Field, Kind, Member, Part};
use crate::fields;
use base::DAY_US;
use bill::BillError;
use std::ops::{ControlFlow, Range};
use wire::envelope::ObjectWriter;
use wire::json::Object;
use wire::timestamp::parse_cn;

/// The longest span: 31 days (protocol reference 5.15).
const SPAN_MAX_US: i64 = 31 * DAY_US;
/// How far back a span may begin: a year (protocol reference 5.15).
const BACK_MAX_US: i64 = 366 * DAY_US;
/// The pages that may be asked for.
const PAGE_NO_MAX: u32 = 1_000_000;
/// Lines of a page, at least and at most; the most unless the request says otherwise (protocol reference 5.15).
const PAGE_SIZE: (u32, u32) = (1_000, 2_000);

/// The fields that it reads.
pub(crate) const SPAN: Part = Part::Read(&[
    Field::must("start_time", Kind::Moment).note("at most a year ago"),
    Field::must("end_time", Kind::Moment).note("not included; at most 31 days later"),
    Field::may("alipay_order_no", Kind::Number(64, "")).note("not together with `merchant_order_no`"),
    Field::may("merchant_order_no", Kind::Number(64, MERCHANT_NO_ALSO)),
    Field::may("page_no", Kind::Whole(1, PAGE_NO_MAX as u64)).note("1 unless given"),
    Field::may("page_size", Kind::Whole(PAGE_SIZE.0 as u64, PAGE_SIZE.1 as u64)).note("2000 unless given"),
]);

/// What merchants' numbers of orders and transfers may hold beside letters and digits.
const MERCHANT_NO_ALSO: &str = "_-.";

/// A page of what is within a span.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    /// From when to when, microseconds UTC.
    pub(crate) within_us: Range<i64>,
    /// The order's number of ours.
    trade_no: Option<String>,
    /// The order's number of the merchant's.
    out_trade_no: Option<String>,
    page: u32,
    size: u32,
}

/// The members of an answer with pages.
pub(crate) const PAGED: [Member; 3] =
    [Member::text("page_no"), Member::text("page_size"), Member::text("total_size")];

impl Span {
    /// Reads it.
    pub(crate) fn read(fields: &Object) -> Result<Span, Failure> {
        let moment = |name: &str| {
            let text = fields::required(fields, name)?;
            parse_cn(text).map_err(|_| Failure::field(name, "格式应为yyyy-MM-dd HH:mm:ss"))
        };
        let within_us = moment("start_time")?..moment("end_time")?;
        if within_us.is_empty() {
            return Err(Failure::field("end_time", "应晚于start_time"));
        }
        if within_us.end - within_us.start > SPAN_MAX_US {
            return Err(Failure::field("start_time", "与end_time相差超过31天"));
        }
        let trade_no = fields::number::<64>(fields, "alipay_order_no", "")?.map(|no| no.to_string());
        let out_trade_no = fields::number::<64>(fields, "merchant_order_no", MERCHANT_NO_ALSO)?;
        if trade_no.is_some() && out_trade_no.is_some() {
            return Err(Failure::field("merchant_order_no", "与alipay_order_no互斥"));
        }
        Ok(Span {
            within_us,
            trade_no,
            out_trade_no: out_trade_no.map(|no| no.to_string()),
            page: fields::whole(fields, "page_no", 1, PAGE_NO_MAX)?.unwrap_or(1),
            size: fields::whole(fields, "page_size", PAGE_SIZE.0, PAGE_SIZE.1)?.unwrap_or(PAGE_SIZE.1),
        })
    }

    /// Refuses a span that begins too long before this moment, microseconds UTC.
    pub(crate) fn check_age(&self, now_us: i64) -> Result<(), Failure> {
        if self.within_us.start < now_us.saturating_sub(BACK_MAX_US) {
            return Err(Failure::field("start_time", "早于一年前"));
        }
        Ok(())
    }

    /// Whether a line about what has these numbers, ours and the merchant's, is asked for.
    fn wants(&self, ours: Option<&str>, theirs: Option<&str>) -> bool {
        let is = |wanted: &Option<String>, found| wanted.is_none() || wanted.as_deref() == found;
        is(&self.trade_no, ours) && is(&self.out_trade_no, theirs)
    }

    /// An empty page to be filled.
    pub(crate) fn page<L>(self) -> Page<L> {
        Page { span: self, total: 0, lines: Vec::new() }
    }
}

/// The lines of a page, and how many there are in all.
pub(crate) struct Page<L> {
    span: Span,
    total: u64,
    lines: Vec<L>,
}

impl<L> Page<L> {
    /// From when to when, microseconds UTC.
    pub(crate) fn within_us(&self) -> Range<i64> {
        self.span.within_us.clone()
    }

    /// Takes the next line in order, with the numbers of what it is about; keeps it when it is of this page.
    pub(crate) fn take(
        &mut self,
        line: L,
        ours: Option<&str>,
        theirs: Option<&str>,
    ) -> Result<ControlFlow<()>, BillError> {
        if self.span.wants(ours, theirs) {
            let first = u64::from(self.span.page - 1) * u64::from(self.span.size);
            if (first..first + u64::from(self.span.size)).contains(&self.total) {
                self.lines.push(line);
            }
            self.total += 1;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes it into an answer.
    pub(crate) fn write(&self, members: &mut ObjectWriter, detail: impl Fn(&L) -> ObjectWriter) {
        members.text("page_no", &self.span.page.to_string());
        members.text("page_size", &self.span.size.to_string());
        members.text("total_size", &self.total.to_string());
        if !self.lines.is_empty() {
            members.objects("detail_list", self.lines.iter().map(detail).collect::<Vec<_>>());
        }
    }
}
