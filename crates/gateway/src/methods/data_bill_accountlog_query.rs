//! `alipay.data.bill.accountlog.query`: the entries of the merchant's account, page by page.

use crate::Gateway;
use crate::bills::span::{PAGED, SPAN, Span};
use crate::codes::Failure;
use crate::facts::{Facts, Member, Part, Shape, Wrong};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use bill::{AccountLine, account_lines, yuan};
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.data.bill.accountlog.query",
    title: "查询商户账务流水",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

/// Fields of features that are not here: others' accounts, and kinds of entries by number.
const OTHERS: [&str; 5] = ["trans_code", "agreement_no", "agreement_product_code", "bill_user_id", "open_id"];

const FACTS: Facts = Facts {
    asks: &[SPAN, Part::Refused(&OTHERS)],
    answers: &[
        PAGED[0],
        PAGED[1],
        PAGED[2],
        Member::of(
            "detail_list",
            Shape::List(&[
                Member::text("account_log_id"),
                Member::text("trans_dt"),
                Member::text("trans_amount"),
                Member::text("balance"),
                Member::text("direction"),
                Member::text("type"),
                Member::text("alipay_order_no").when("it is about an order or a transfer"),
                Member::text("merchant_order_no").when("it is about an order, or a transfer of one's own"),
                Member::text("other_account").when("there is one on the other side"),
                Member::text("trans_memo").when("a refund or transfer was given a reason"),
                Member::text("biz_desc"),
                Member::text("biz_orig_no").when("it is about an order or a transfer"),
                Member::text("merchant_out_refund_no").when("it is about a refund"),
                Member::text("store_name").when("the order named a store"),
            ]),
        )
        .when("the page has any"),
    ],
    refuses: &[],
    gateway: &[],
    wrong: Wrong::Bare,
    examples: &[r#"{"start_time":"2026-01-01 00:00:00","end_time":"2026-01-02 00:00:00"}"#],
    support: "the lines are those of the account bill; `store_name` is the number of a store without a name",
};

fn read(_caller: &Caller, fields: &Object) -> Result<Span, Failure> {
    let span = Span::read(fields)?;
    fields::absent(fields, &OTHERS)?;
    Ok(span)
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    let call = call.read(read)?;
    let (span, party) = (call.request().clone(), call.caller().seller());
    let (_, now_us) = gateway.posted_until_now(party).await?;
    span.check_age(now_us)?;
    let page = gateway
        .read_tables(move |reader| {
            let mut page = span.page();
            account_lines(reader, party, page.within_us(), &mut |line: AccountLine| {
                let (ours, theirs) = (line.about(), line.about_theirs().map(str::to_owned));
                page.take(line, ours.as_deref(), theirs.as_deref())
            })?;
            Ok(page)
        })
        .await?;
    let mut response = Response::success();
    page.write(&mut response.members, detail);
    Ok(Done::Say(response))
}

fn detail(line: &AccountLine) -> ObjectWriter {
    let (order, mut members) = (line.order.as_deref(), ObjectWriter::new());
    let about = line.about();
    members.text("account_log_id", &line.no());
    members.text("trans_dt", &format_cn(line.at_us));
    members.text("trans_amount", &yuan(line.delta_minor.saturating_abs()));
    members.text("balance", &yuan(line.balance_minor));
    members.text("direction", if line.delta_minor < 0 { "支出" } else { "收入" });
    members.text("type", line.business.name());
    members.text_some("alipay_order_no", about.as_deref());
    members.text_some("merchant_order_no", line.about_theirs());
    members.text_some("other_account", Some(line.other.as_str()).filter(|other| !other.is_empty()));
    members.text_some("trans_memo", line.why());
    members.text("biz_desc", &line.business.description());
    members.text_some("biz_orig_no", about.as_deref());
    members.text_some("merchant_out_refund_no", line.request_no.as_deref());
    let number = order.and_then(|order| order.store_id.as_ref()).map(|number| number.as_str());
    let name = order.and_then(|order| order.store_name.as_ref()).map(|name| name.as_str());
    members.text_some("store_name", name.or(number));
    members
}
