//! `alipay.trade.pay`: the merchant scans the code that a buyer shows, or debits under an agreement.

use crate::Gateway;
use crate::codes::{Failure, opened_at_till};
use crate::facts::{Facts, Field, Kind, Member, Part, Wrong, listed, of};
use crate::methods::{buyer, funds_of, no_amounts, paid_amounts, trade_pay_frozen};
use crate::order_facts::{BILL, NO_ESCROW, NO_SIGNING, ORDER, ORDER_IGNORED, ORDER_REFUSED};
use crate::order_fields::{More, OrderFields, ProductCodes};
use crate::registry::{Done, Face, Method};
use crate::request::Caller;
use crate::{fields, verify::Verified};
use base::{AgreementNo, Plant, Slot, planted};
use engine::{DebitOrder, FindLogin, Opened, PayBy, PayFrozen};
use trade::{DebitRefused, OutTradeNo, Product};
use wire::auth_code::is_bar_code;
use wire::envelope::{ObjectWriter, Response};
use wire::json::Object;
use wire::timestamp::format_cn;

pub(crate) const METHOD: Method = Method {
    name: "alipay.trade.pay",
    title: "统一收单交易支付接口",
    face: Face::Answer,
    version_optional: false,
    sandbox_only: false,
    facts: FACTS,
    run: |gateway, call| Box::pin(run(gateway, call)),
};

const FACTS: Facts = Facts {
    asks: &[
        ORDER,
        Part::Read(&[
            Field::may("product_code", Kind::OneOf(PRODUCT_CODES.allowed))
                .note("required of a debit, `CYCLE_PAY_AUTH` or `GENERAL_WITHHOLDING`, and of frozen money"),
            Field::may("scene", Kind::OneOf(SCENES)).note("the three mean the same here"),
            Field::when("auth_code", Kind::Special, "unless one of the next two is there")
                .note("16 to 24 digits that begin with 25 to 30"),
        ]),
        DEBIT,
        trade_pay_frozen::FROZEN,
        ORDER_REFUSED,
        NO_ESCROW,
        NO_SIGNING,
        ORDER_IGNORED,
    ],
    answers: &[
        Member::text("buyer_logon_id").when("there is a buyer"),
        Member::user("buyer_user_id", "buyer_open_id").when("there is a buyer"),
        Member::text("out_trade_no"),
        Member::text("trade_no"),
        Member::text("total_amount"),
        Member::text("buyer_pay_amount"),
        Member::text("invoice_amount"),
        Member::text("receipt_amount"),
        Member::text("point_amount"),
        Member::of("fund_bill_list", BILL).when("it is paid"),
        Member::text("gmt_payment").when("it is paid"),
        Member::text("store_name").when("it is paid, and the merchant has a store of that number"),
    ],
    refuses: &[|| listed(opened_at_till()), of::<DebitOrder>, of::<PayFrozen>, of::<FindLogin>],
    gateway: &[],
    wrong: Wrong::Acq,
    examples: &[
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","auth_code":"2812345678901234"}"#,
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","product_code":"GENERAL_WITHHOLDING",
            "agreement_params":{"agreement_no":"20260102000000000001"}}"#,
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","product_code":"PRE_AUTH",
            "auth_no":"2026010210002001000000000001","buyer_id":"2088000000000001"}"#,
        r#"{"out_trade_no":"T1","total_amount":"1.00","subject":"tea","product_code":"PRE_AUTH",
            "auth_no":"2026010210002001000000000001","buyer_logon_id":"alice@example.com"}"#,
    ],
    support: "money comes from the buyer's balance alone; no discounts, points, instalments or splitting",
};

const PRODUCT_CODES: ProductCodes =
    ProductCodes { allowed: &["FACE_TO_FACE_PAYMENT", "OFFLINE_PAYMENT"], required: false };

/// The product codes of debits under an agreement.
const DEBIT_CODES: ProductCodes =
    ProductCodes { allowed: &[CYCLE_PAY, "GENERAL_WITHHOLDING"], required: true };
/// The product code of a debit by plan.
const CYCLE_PAY: &str = "CYCLE_PAY_AUTH";

/// A face (`security_code`) takes the same path as a code: both stand for a buyer who is there.
const SCENES: &[&str] = &["bar_code", "wave_code", "security_code"];
/// Ways to debit that are not simulated.
const DEBIT_NOT_SIMULATED: [&str; 3] = ["apply_token", "auth_confirm_no", "deduct_permission"];
/// What names an agreement instead of a code.
const DEBIT: Part = Part::Read(&[Field::when(
    "agreement_params",
    Kind::Object(&[
        Part::Read(&[Field::must("agreement_no", Kind::Number(64, ""))]),
        Part::Refused(&DEBIT_NOT_SIMULATED),
    ]),
    "unless `auth_code` is there",
)]);

struct Pay {
    order: OrderFields,
    by: By,
}

/// What stands for the buyer.
enum By {
    /// A code that was shown.
    Code(String),
    /// An agreement that was signed.
    Agreement {
        /// Its number; absent when we never issued it.
        no: Option<AgreementNo>,
        /// Whether a debit by plan is asked.
        by_plan: bool,
    },
}

fn read(caller: &Caller, fields: &Object) -> Result<Pay, Failure> {
    let agreement = fields.object("agreement_params")?;
    if let Some(agreement) = agreement.filter(|params| params.iter().next().is_some()) {
        return read_debit(caller, fields, agreement);
    }
    let order = OrderFields::read(caller, fields, Product::FaceToFace, &PRODUCT_CODES)?;
    match fields::text(fields, "scene")? {
        None => {}
        Some(scene) if SCENES.contains(&scene) => {}
        Some(_) => return Err(Failure::field("scene", "应为bar_code、wave_code或security_code")),
    }
    let code = fields::required(fields, "auth_code")?;
    if !is_bar_code(code) {
        return Err(Failure::field("auth_code", "应为25～30开头的16～24位数字"));
    }
    Ok(Pay { order, by: By::Code(code.to_owned()) })
}

/// A debit: no buyer is there, so nothing is shown.
fn read_debit(caller: &Caller, fields: &Object, agreement: &Object) -> Result<Pay, Failure> {
    let order = OrderFields::read(caller, fields, Product::FaceToFace, &DEBIT_CODES)?;
    fields::absent(agreement, &DEBIT_NOT_SIMULATED)?;
    let no = fields::number::<64>(agreement, "agreement_no", "")?;
    let no = no.ok_or_else(|| Failure::field("agreement_no", "缺失"))?;
    if fields::text(fields, "auth_code")?.is_some() {
        return Err(Failure::field("auth_code", "与agreement_params不能同时传入"));
    }
    let by_plan = fields::text(fields, "product_code")? == Some(CYCLE_PAY);
    Ok(Pay { order, by: By::Agreement { no: no.as_str().parse().ok(), by_plan } })
}

/// The code as the cell takes it: its last two digits name the buyer's slot, the rest only as a keyed digest.
pub(crate) fn pay_by(gateway: &Gateway, code: &str) -> Result<PayBy, Failure> {
    let slot = code.get(code.len() - 2..).and_then(|digits| digits.parse().ok());
    let slot = slot.and_then(|number| Slot::new(number).ok());
    let slot = slot.ok_or_else(|| Failure::field("auth_code", "格式错误"))?;
    Ok(PayBy { slot, digest: gateway.world.secrets.pay_code_digest(code) })
}

async fn run(gateway: &Gateway, call: Verified<Object>) -> Result<Done, Failure> {
    if trade_pay_frozen::is_asked(call.request())? {
        return trade_pay_frozen::run(gateway, call).await;
    }
    let call = call.read(read)?;
    let Pay { order, by } = call.request();
    let opened = match by {
        By::Code(code) => {
            let more = More { pay_by: Some(pay_by(gateway, code)?), ..More::default() };
            gateway.door.ask(order.open(call.caller(), more)).await.map_err(Failure::of_cell)
        }
        By::Agreement { no: Some(agreement_no), by_plan } => {
            let (agreement_no, by_plan) = (*agreement_no, *by_plan);
            let order = order.open(call.caller(), More::default());
            let debit = DebitOrder { order, agreement_no, by_plan };
            gateway.door.ask(debit).await.map_err(Failure::of_cell)
        }
        By::Agreement { no: None, .. } => Err(Failure::refused(DebitRefused::AgreementNotFound)),
    };
    let opened = opened.map_err(|failure| failure.with(|members| failed(members, &order.out_trade_no)))?;
    Ok(Done::Say(respond(&opened)))
}

/// What a failed payment says beside its codes.
pub(crate) fn failed(members: &mut ObjectWriter, number: &OutTradeNo) {
    no_amounts(members);
    members.text("out_trade_no", number.as_str());
}

pub(crate) fn respond(opened: &Opened) -> Response {
    let order = &opened.order;
    let done = opened.paid || planted(Plant::UnconfirmedPayToldAsPaid);
    let mut response = if done { Response::success() } else { Response::waiting() };
    let members = &mut response.members;
    buyer(members, order);
    members.text("out_trade_no", order.out_trade_no.as_str());
    members.text("trade_no", &order.no.to_string());
    members.text("total_amount", &order.total().to_string());
    if opened.paid {
        paid_amounts(members, order.total());
        members.objects("fund_bill_list", funds_of(order, order.total()));
        members.text_some("gmt_payment", order.paid_at_us.map(format_cn).as_deref());
        members.text_some("store_name", order.store_name.as_ref().map(|name| name.as_str()));
    } else {
        no_amounts(members);
    }
    response
}
