//! The one table that turns refusals into public codes. One code has one meaning; `ACQ.` names and their meaning are
//! those of the public documentation (protocol reference 7.3, appendix C).
//!
//! Choices, where the documentation is silent:
//! * `Busy` and `Unknown` of the cell are both 20000 with `ACQ.SYSTEM_ERROR`. They are no refusal: a caller told
//!   "failed" would let the buyer pay again, a caller told 20000 queries, which is right in both cases.
//! * A business field that is wrong is 40004 `ACQ.INVALID_PARAMETER`; content that is no JSON is 40002.
//! * No match has a `_` arm: a new refusal does not compile until it has its row.
//!
//! Each product has a file of its own below; what they share and how a failure is answered stands here.

mod agreement;
mod batch;
pub(crate) mod bill;
mod freeze;
pub(crate) mod grant;
mod split;
mod trade;
mod transfer;

pub(crate) use agreement::{NameRefused, offered_with_order};
pub(crate) use freeze::{PayeeDiffers, frozen_at_till, frozen_by_app, frozen_by_voucher};
pub(crate) use split::given_up;
pub(crate) use trade::{
    opened_and_claimed, opened_at_till, opened_by_link, opened_for_later, opened_for_named,
};
pub(crate) use transfer::{AccountOfOther, CardNotPaid, CardSentBack};

use crate::facts::{Kind, Part, Wrong};
use base::{Plant, planted};
use cell::CellError;
use std::fmt;
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
const SUB_GOODS_SIZE_MAX_COUNT: Code = business("ACQ.SUB_GOODS_SIZE_MAX_COUNT", "商品数量超过上限150");
const CURRENCY_NOT_SUPPORT: Code = business("ACQ.CURRENCY_NOT_SUPPORT", "不支持的币种");
const TRADE_NOT_EXIST: Code = business("ACQ.TRADE_NOT_EXIST", "交易不存在");
const TRADE_STATUS_ERROR: Code = business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法");
const DISCORDANT_REPEAT_REQUEST: Code =
    business("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致，同一请求号的内容不同");

/// A refusal that has its row in the table.
pub(crate) trait Refused: fmt::Debug {
    /// Its row.
    fn code(self) -> Code;
    /// The field that it is about, under its name on the wire.
    fn field(&self) -> Option<&'static str> {
        None
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
        let (msg, http_status) = match code {
            "20000" => ("Service Currently Unavailable", 500),
            "20001" => ("Insufficient Token Permissions", 401),
            "40002" => ("Invalid Arguments", 400),
            _ => ("Business Failed", 400),
        };
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

    /// Whether the gateway refuses it, before any business is looked at.
    pub(crate) fn is_of_gateway(&self) -> bool {
        !self.is_unknown() && ["isv.", "aop."].iter().any(|prefix| self.sub_code.starts_with(prefix))
    }

    /// The same with more text for people at its end.
    pub(crate) fn followed_by(mut self, text: &str) -> Failure {
        self.sub_msg = format!("{}{text}", self.sub_msg).into();
        self
    }

    /// An unknown outcome under the name that one method's list of codes has beside the right one.
    pub(crate) fn misspelt(mut self) -> Failure {
        if self.sub_code == SYSTEM_ERROR.sub_code {
            self.sub_code = "AQC.SYSTEM_ERROR";
        }
        self
    }

    /// As its method tells it: what is not about trades has no `ACQ.` before its names, and a field that is wrong, or
    /// an outcome that is not known, has another name with some.
    pub(crate) fn told_as(mut self, wrong: Wrong) -> Failure {
        let plain = match wrong {
            Wrong::Acq => return self,
            Wrong::Bare => {
                self.sub_code = self.sub_code.strip_prefix("ACQ.").unwrap_or(self.sub_code);
                return self;
            }
            Wrong::IllegalArgument => {
                self.sub_code = match self.sub_code {
                    "ACQ.INVALID_PARAMETER" => "ILLEGAL_ARGUMENT",
                    "ACQ.SYSTEM_ERROR" => "SYSTEM_ERROR",
                    "ACQ.CURRENCY_NOT_SUPPORT" => "CURRENCY_VERIFICATION_FAIL",
                    other => other,
                };
                return self;
            }
            Wrong::Gateway if self.sub_code == SYSTEM_ERROR.sub_code => {
                return Failure { members: self.members, ..Failure::gateway(GatewayError::UnknownError) };
            }
            Wrong::IllegalParam | Wrong::IllegalFormat if self.sub_code == SYSTEM_ERROR.sub_code => {
                return self.told_as(Wrong::Bare);
            }
            Wrong::Gateway => Failure::gateway(GatewayError::InvalidParameter),
            Wrong::IllegalParam => Failure::illegal_param(""),
            Wrong::IllegalFormat => Failure::illegal_format(""),
            Wrong::BillArguments if self.sub_code == SYSTEM_ERROR.sub_code => {
                self.sub_code = "UNKNOWN_ERROR";
                return self;
            }
            Wrong::BillArguments => Failure::invalid_arguments(),
        };
        if self.sub_code != INVALID_PARAMETER.sub_code {
            return self;
        }
        let detail = self.sub_msg.strip_prefix(INVALID_PARAMETER.sub_msg).unwrap_or_default();
        let sub_msg = format!("{}{detail}", plain.sub_msg.trim_end_matches('：')).into();
        Failure { sub_msg, members: self.members, ..plain }
    }

    /// The members that it carries beside its codes.
    pub(crate) fn members(&self) -> &ObjectWriter {
        &self.members
    }

    /// The same, to be changed.
    pub(crate) fn members_mut(&mut self) -> &mut ObjectWriter {
        &mut self.members
    }

    /// The public code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
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

/// What fields can be refused for, before anything is looked up.
pub(crate) fn of_fields(parts: &[Part]) -> Vec<(String, Failure)> {
    let kinds = || parts.iter().flat_map(Part::read).map(|field| field.kind);
    let mut all = Vec::new();
    if kinds().next().is_some() {
        let when = "a field is missing or wrong; the text names it".to_owned();
        all.push((when, Failure::of(INVALID_PARAMETER, None)));
    }
    if kinds().any(|kind| matches!(kind, Kind::Cny)) {
        all.push(("a currency other than CNY".to_owned(), Failure::of(CURRENCY_NOT_SUPPORT, None)));
    }
    if parts.iter().flat_map(Part::read).any(|field| field.name == "goods_detail") {
        all.push(("more goods than one order may have".to_owned(), Failure::too_many_goods()));
    }
    all
}

/// The outcome is not known, or the platform is busy.
pub(crate) fn unknown() -> Failure {
    Failure::of(SYSTEM_ERROR, None)
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

/// What stands in the table for the name of a field that varies.
const FIELD: &str = "…";

/// A refusal whose values can be listed.
pub(crate) trait Every: Refused + fmt::Display + Copy {
    /// Every value, in order of precedence; what varies within one is written `…`.
    fn every() -> Vec<Self>;
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

pub(crate) use every;

/// The whole table, in order of precedence, for the documentation and for tests.
pub fn codes_table() -> Vec<TableRow> {
    let mut table = trade::table();
    table.extend(grant::table());
    table.extend(agreement::table());
    table.extend(freeze::table());
    table.extend(split::table());
    table.extend(bill::table());
    table.extend(transfer::table());
    table.extend(batch::table());
    table
}
