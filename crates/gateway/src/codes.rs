//! The one table that turns refusals into public codes. One code has one meaning; `ACQ.` names and their meaning are
//! those of the public documentation (protocol reference 7.3, appendix C).
//!
//! Choices, where the documentation is silent:
//! * `Busy` and `Unknown` of the cell are both 20000 with `ACQ.SYSTEM_ERROR`. They are no refusal: a caller told
//!   "failed" would let the buyer pay again, a caller told 20000 queries, which is right in both cases.
//! * A business field that is wrong is 40004 `ACQ.INVALID_PARAMETER`; content that is no JSON is 40002.
//! * No match has a `_` arm: a new refusal does not compile until it has its row.

use base::{Plant, planted};
use cell::CellError;
use engine::PartyNotFound;
use std::fmt;
use trade::{CancelRefused, CloseRefused, FindRefused, OpenRefused, PayRefused, RefundRefused};
use wire::envelope::{ObjectWriter, Response};
use wire::json::JsonError;
use wire::public_code::GatewayError;

/// A row of the table: what the world hears of a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code {
    code: &'static str,
    sub_code: &'static str,
    sub_msg: &'static str,
}

const fn business(sub_code: &'static str, sub_msg: &'static str) -> Code {
    Code { code: "40004", sub_code, sub_msg }
}

const INVALID_PARAMETER: Code = business("ACQ.INVALID_PARAMETER", "参数无效");
const SYSTEM_ERROR: Code =
    Code {
        code: "20000", sub_code: "ACQ.SYSTEM_ERROR", sub_msg: "系统繁忙，结果未知，请查询交易状态"
    };
const TRADE_NOT_EXIST: Code = business("ACQ.TRADE_NOT_EXIST", "交易不存在");
const TRADE_HAS_SUCCESS: Code = business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付");
const TRADE_HAS_CLOSE: Code = business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭");
const TRADE_HAS_FINISHED: Code = business("ACQ.TRADE_HAS_FINISHED", "交易已完结，不可再操作");
const TRADE_STATUS_ERROR: Code = business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法");
const BUYER_NOT_EXIST: Code = business("ACQ.BUYER_NOT_EXIST", "买家不存在或账户已注销");
const BUYER_SELLER_EQUAL: Code = business("ACQ.BUYER_SELLER_EQUAL", "买卖家不能相同");
const SUB_GOODS_SIZE_MAX_COUNT: Code = business("ACQ.SUB_GOODS_SIZE_MAX_COUNT", "商品数量超过上限150");
const CURRENCY_NOT_SUPPORT: Code = business("ACQ.CURRENCY_NOT_SUPPORT", "不支持的币种");

/// Of every method that opens an order.
fn of_open(refused: OpenRefused) -> Code {
    match refused {
        OpenRefused::SellerNotFound => business("ACQ.SELLER_NOT_EXIST", "卖家不存在"),
        OpenRefused::SellerBlocked => business("ACQ.SELLER_BEEN_BLOCKED", "商户账户被冻结或已注销，不能收款"),
        OpenRefused::NumberTaken { field: _ } => {
            business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改，同一商户订单号的内容不一致")
        }
        OpenRefused::AlreadyPaid => TRADE_HAS_SUCCESS,
        OpenRefused::AlreadyClosed => TRADE_HAS_CLOSE,
        OpenRefused::TotalTooLarge => business("ACQ.TOTAL_FEE_EXCEED", "订单总金额超过限额"),
        OpenRefused::ExpiryPassed => {
            business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "当前时间已超过允许支付的时间")
        }
        OpenRefused::BuyerNotFound => BUYER_NOT_EXIST,
        OpenRefused::Pay(refused) => of_pay(refused),
    }
}

/// Of a payment.
fn of_pay(refused: PayRefused) -> Code {
    match refused {
        PayRefused::CodeInvalid => {
            business("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效，请顾客刷新付款码后重新收款")
        }
        PayRefused::TradeNotFound => TRADE_NOT_EXIST,
        PayRefused::AlreadyPaid => TRADE_HAS_SUCCESS,
        PayRefused::AlreadyClosed => TRADE_HAS_CLOSE,
        PayRefused::ProofMissing => business("ACQ.PAYMENT_FAIL", "支付失败，请买家重新输入支付密码"),
        PayRefused::BuyerBlocked => business("ACQ.BUYER_ENABLE_STATUS_FORBID", "买家状态非法，不能付款"),
        PayRefused::BuyerIsSeller => BUYER_SELLER_EQUAL,
        PayRefused::BuyerDiffers => business("ACQ.TRADE_BUYER_NOT_MATCH", "交易买家不匹配"),
        PayRefused::BalanceTooLow => business("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"),
    }
}

/// Of the queries.
fn of_find(refused: FindRefused) -> Code {
    match refused {
        FindRefused::TradeNotFound => TRADE_NOT_EXIST,
    }
}

fn of_close(refused: CloseRefused) -> Code {
    match refused {
        CloseRefused::TradeNotFound => TRADE_NOT_EXIST,
        CloseRefused::AlreadyPaid => TRADE_STATUS_ERROR,
        CloseRefused::AlreadyClosed => {
            business("ACQ.REASON_TRADE_STATUS_INVALID", "交易已关闭，不能再次关闭")
        }
    }
}

/// Cancelling has its own names for some refusals of the refund inside it.
fn of_cancel(refused: CancelRefused) -> Code {
    match refused {
        CancelRefused::Finished => TRADE_HAS_FINISHED,
        CancelRefused::TooLate => business("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围，请使用退款接口"),
        CancelRefused::Refund(refused) => match refused {
            RefundRefused::Finished => TRADE_HAS_FINISHED,
            RefundRefused::SellerBalanceTooLow | RefundRefused::MoreThanLeft => of_refund(refused),
            RefundRefused::TradeNotFound
            | RefundRefused::NumberTaken { field: _ }
            | RefundRefused::NotPaid
            | RefundRefused::AlreadyClosed
            | RefundRefused::PartNeedsNumber
            | RefundRefused::BuyerClosed => business("ACQ.CANCEL_NOT_ALLOWED", "不支持撤销，请查询交易状态"),
        },
    }
}

fn of_refund(refused: RefundRefused) -> Code {
    match refused {
        RefundRefused::TradeNotFound => TRADE_NOT_EXIST,
        RefundRefused::NumberTaken { field: _ } => {
            business("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致，同一退款请求号的内容不同")
        }
        RefundRefused::NotPaid => TRADE_STATUS_ERROR,
        RefundRefused::AlreadyClosed => TRADE_HAS_CLOSE,
        RefundRefused::Finished => TRADE_HAS_FINISHED,
        RefundRefused::PartNeedsNumber => {
            business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "部分退款必须传入退款请求号out_request_no")
        }
        RefundRefused::MoreThanLeft => {
            business("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效，超过可退金额")
        }
        RefundRefused::SellerBalanceTooLow => {
            business("ACQ.SELLER_BALANCE_NOT_ENOUGH", "商户余额不足，不能退款")
        }
        RefundRefused::BuyerClosed => BUYER_NOT_EXIST,
    }
}

/// A refusal that has its row in the table.
pub(crate) trait Refused: fmt::Debug {
    /// Its row.
    fn code(self) -> Code;
    /// The field that it is about, under its name on the wire.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

impl Refused for OpenRefused {
    fn code(self) -> Code {
        of_open(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let OpenRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}
impl Refused for FindRefused {
    fn code(self) -> Code {
        of_find(self)
    }
}
impl Refused for CloseRefused {
    fn code(self) -> Code {
        of_close(self)
    }
}
impl Refused for CancelRefused {
    fn code(self) -> Code {
        of_cancel(self)
    }
}
impl Refused for RefundRefused {
    fn code(self) -> Code {
        of_refund(self)
    }
    fn field(&self) -> Option<&'static str> {
        if let RefundRefused::NumberTaken { field } = self { Some(field) } else { None }
    }
}
impl Refused for PartyNotFound {
    fn code(self) -> Code {
        let PartyNotFound = self;
        BUYER_NOT_EXIST
    }
}

/// A failure as it will be answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    code: &'static str,
    msg: &'static str,
    sub_code: &'static str,
    sub_msg: Box<str>,
    http_status: u16,
    members: ObjectWriter,
}

impl Failure {
    fn of(code: Code, detail: Option<&str>) -> Failure {
        let Code { code, sub_code, sub_msg } = code;
        let (msg, http_status) =
            if code == "20000" { ("Service Currently Unavailable", 500) } else { ("Business Failed", 400) };
        let sub_msg = detail.map_or_else(|| sub_msg.to_owned(), |detail| format!("{sub_msg}：{detail}"));
        Failure { code, msg, sub_code, sub_msg: sub_msg.into(), http_status, members: ObjectWriter::new() }
    }

    /// A refusal of the gateway itself.
    pub(crate) fn gateway(error: GatewayError) -> Failure {
        Failure::gateway_about(error, "")
    }

    /// A refusal of the gateway itself that says what it is about.
    pub(crate) fn gateway_about(error: GatewayError, detail: &str) -> Failure {
        let (code, msg, sub_code) = (error.code(), error.msg(), error.sub_code());
        let (sub_msg, http_status) = (error.sub_msg_about(detail), error.http_status());
        Failure { code, msg, sub_code, sub_msg: sub_msg.into(), http_status, members: ObjectWriter::new() }
    }

    /// What the cell said.
    pub(crate) fn of_cell<R: Refused>(error: CellError<R>) -> Failure {
        match error {
            CellError::Refused(refused) => Failure::refused(refused),
            CellError::Unknown if planted(Plant::UnknownToldAsRefusal) => Failure::of(TRADE_NOT_EXIST, None),
            CellError::Busy | CellError::Unknown => Failure::of(SYSTEM_ERROR, None),
        }
    }

    /// A refusal of the table.
    pub(crate) fn refused<R: Refused>(refused: R) -> Failure {
        let field = refused.field();
        Failure::of(refused.code(), field)
    }

    /// A business field that is wrong; `what` says in Chinese what is wrong with it.
    pub(crate) fn field(name: &str, what: &str) -> Failure {
        Failure::of(INVALID_PARAMETER, Some(&format!("{name} {what}")))
    }

    /// More goods than one order may have.
    pub(crate) fn too_many_goods() -> Failure {
        Failure::of(SUB_GOODS_SIZE_MAX_COUNT, None)
    }

    /// A currency other than the one that is traded here.
    pub(crate) fn currency(name: &str) -> Failure {
        Failure::of(CURRENCY_NOT_SUPPORT, Some(&format!("{name} 仅支持CNY")))
    }

    /// Content that could not be read.
    pub(crate) fn json(error: &JsonError) -> Failure {
        match error {
            JsonError::TooLong => Failure::gateway_about(GatewayError::IllegalJson, "内容超过256KiB"),
            JsonError::TooDeep => Failure::gateway_about(GatewayError::IllegalJson, "嵌套超过32层"),
            JsonError::Malformed { at } => {
                Failure::gateway_about(GatewayError::IllegalJson, &format!("第{at}字节处无法解析"))
            }
            JsonError::Repeated { member } => {
                Failure::gateway_about(GatewayError::IllegalJson, &format!("{} 重复", shown(member)))
            }
            JsonError::WrongKind { member, wanted: _ } => Failure::field(&shown(member), "类型错误"),
            JsonError::Missing { member } => Failure::field(&shown(member), "缺失"),
        }
    }

    /// With members that the answer carries beside its codes.
    pub(crate) fn with(mut self, write: impl FnOnce(&mut ObjectWriter)) -> Failure {
        write(&mut self.members);
        self
    }

    /// Whether the outcome is not known, so that the caller should ask again.
    pub(crate) fn is_unknown(&self) -> bool {
        self.code == "20000"
    }

    /// For programs.
    pub(crate) fn sub_code(&self) -> &'static str {
        self.sub_code
    }

    /// As the v3 interface answers it: a status, and a code out of the sub_code, so that there is one table. An outcome
    /// that is not known has one code, whoever says so, and is never a refusal.
    pub(crate) fn rest(&self) -> (u16, &'static str) {
        let bare = ["isv.", "aop.", "isp."].iter().find_map(|prefix| self.sub_code.strip_prefix(prefix));
        let code = if self.is_unknown() { "SYSTEM_ERROR" } else { bare.unwrap_or(self.sub_code) };
        (self.http_status, code)
    }

    /// For people.
    pub(crate) fn sub_msg(&self) -> &str {
        &self.sub_msg
    }

    /// The answer.
    pub(crate) fn response(&self) -> Response {
        if planted(Plant::UnknownToldAsDone) && self.is_unknown() {
            return Response::success();
        }
        let mut response = Response::failed(self.code, self.msg, self.sub_code, &self.sub_msg);
        response.members = self.members.clone();
        response
    }
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Failure {
        Failure::json(&error)
    }
}

/// A name out of a request, cut to what an answer should show.
fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

/// A line of the printed table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableRow {
    /// The kind of request: `open`, `find`, `close`, `cancel` or `refund`.
    pub request: &'static str,
    /// The refusal, in our words.
    pub refusal: String,
    /// The public code.
    pub code: &'static str,
    /// The public sub_code.
    pub sub_code: &'static str,
    /// The text for people.
    pub sub_msg: &'static str,
}

fn rows<R: Refused + fmt::Display + Copy>(
    request: &'static str,
    all: &[R],
) -> impl Iterator<Item = TableRow> {
    all.iter().map(move |refused| {
        let Code { code, sub_code, sub_msg } = refused.code();
        TableRow { request, refusal: refused.to_string(), code, sub_code, sub_msg }
    })
}

/// All values of a refusal, in order. One that is not listed does not compile.
macro_rules! every {
    ($refused:ident: $($variant:pat => $value:expr),* $(,)?) => {{
        const fn _listed(refused: $refused) {
            match refused { $($variant => {})* }
        }
        [$($value),*]
    }};
}

/// The whole table, in order of precedence, for the documentation and for tests.
pub fn codes_table() -> Vec<TableRow> {
    use {
        CancelRefused as C, CloseRefused as S, FindRefused as F, OpenRefused as O, PayRefused as P,
        RefundRefused as R,
    };
    let field = "…";
    let pay = every!(PayRefused:
        P::CodeInvalid => P::CodeInvalid, P::TradeNotFound => P::TradeNotFound, P::AlreadyPaid => P::AlreadyPaid,
        P::AlreadyClosed => P::AlreadyClosed, P::ProofMissing => P::ProofMissing, P::BuyerBlocked => P::BuyerBlocked,
        P::BuyerIsSeller => P::BuyerIsSeller, P::BuyerDiffers => P::BuyerDiffers, P::BalanceTooLow => P::BalanceTooLow,
    );
    let open = every!(OpenRefused:
        O::SellerNotFound => vec![O::SellerNotFound], O::SellerBlocked => vec![O::SellerBlocked],
        O::NumberTaken { .. } => vec![O::NumberTaken { field }], O::AlreadyPaid => vec![O::AlreadyPaid],
        O::AlreadyClosed => vec![O::AlreadyClosed], O::TotalTooLarge => vec![O::TotalTooLarge],
        O::ExpiryPassed => vec![O::ExpiryPassed], O::BuyerNotFound => vec![O::BuyerNotFound],
        O::Pay(_) => pay.map(O::Pay).to_vec(),
    );
    let refund = every!(RefundRefused:
        R::TradeNotFound => R::TradeNotFound, R::NumberTaken { .. } => R::NumberTaken { field },
        R::NotPaid => R::NotPaid, R::AlreadyClosed => R::AlreadyClosed, R::Finished => R::Finished,
        R::PartNeedsNumber => R::PartNeedsNumber,
        R::MoreThanLeft => R::MoreThanLeft, R::SellerBalanceTooLow => R::SellerBalanceTooLow,
        R::BuyerClosed => R::BuyerClosed,
    );
    let cancel = every!(CancelRefused:
        C::Finished => vec![C::Finished], C::TooLate => vec![C::TooLate],
        C::Refund(_) => refund.map(C::Refund).to_vec(),
    );
    let close = every!(CloseRefused:
        S::TradeNotFound => S::TradeNotFound, S::AlreadyPaid => S::AlreadyPaid, S::AlreadyClosed => S::AlreadyClosed,
    );
    let find = every!(FindRefused: F::TradeNotFound => F::TradeNotFound);
    rows("open", &open.concat())
        .chain(rows("find", &find))
        .chain(rows("close", &close))
        .chain(rows("cancel", &cancel.concat()))
        .chain(rows("refund", &refund))
        .collect()
}
