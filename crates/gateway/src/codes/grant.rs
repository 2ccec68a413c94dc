//! Codes of authorisations and certifications (protocol reference, appendix C). A token that is no good is told in
//! other words by each method that takes one.

use super::{Code, Every, Failure, Refused, TRADE_NOT_EXIST, TableRow, business, every, rows};
use engine::{CertifyRefused, TokenRefused};
use std::fmt;
use wire::public_code::GatewayError;

/// Where a code or token was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenPlace {
    /// `code` of `alipay.system.oauth.token`.
    UserCode,
    /// `refresh_token` of the same.
    UserRefresh,
    /// `code` of `alipay.open.auth.token.app`.
    MerchantCode,
    /// `refresh_token` of the same.
    MerchantRefresh,
    /// `app_auth_token` of `alipay.open.auth.token.app.query`.
    MerchantQuery,
    /// The common parameter `auth_token`.
    AuthToken,
    /// The common parameter `app_auth_token`.
    AppAuthToken,
}

impl TokenPlace {
    const ALL: [TokenPlace; 7] = [
        TokenPlace::UserCode,
        TokenPlace::UserRefresh,
        TokenPlace::MerchantCode,
        TokenPlace::MerchantRefresh,
        TokenPlace::MerchantQuery,
        TokenPlace::AuthToken,
        TokenPlace::AppAuthToken,
    ];

    const fn name(self) -> &'static str {
        match self {
            TokenPlace::UserCode => "user code",
            TokenPlace::UserRefresh => "user refresh_token",
            TokenPlace::MerchantCode => "merchant code",
            TokenPlace::MerchantRefresh => "merchant refresh_token",
            TokenPlace::MerchantQuery => "token query",
            TokenPlace::AuthToken => "auth_token",
            TokenPlace::AppAuthToken => "app_auth_token",
        }
    }
}

/// A code or token that is no good, where it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BadToken {
    /// Where it was given.
    pub(crate) place: TokenPlace,
    /// What is wrong with it.
    pub(crate) refused: TokenRefused,
}

impl fmt::Display for BadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refused.fmt(f)
    }
}

fn gateway(error: GatewayError) -> Code {
    Code { code: error.code(), sub_code: error.sub_code(), sub_msg: error.sub_msg() }
}

const fn arguments(sub_code: &'static str, sub_msg: &'static str) -> Code {
    Code { code: "40002", sub_code, sub_msg }
}

const UNMATCHED_APP: Code = arguments("isv.unmatched-app-id", "授权码或令牌与应用不匹配");
const APP_ID_NOT_CONSISTENT: Code = business("APP_ID_NOT_CONSISTENT", "应用与授权码或令牌不一致");
const AUTH_CODE_NOT_VALID: Code = business("AUTH_CODE_NOT_VALID", "授权码已使用、已过期或授权已取消");

impl Refused for BadToken {
    fn code(self) -> Code {
        use TokenRefused as R;
        match self.place {
            TokenPlace::UserCode => match self.refused {
                R::AppDiffers => UNMATCHED_APP,
                R::NotFound | R::Withdrawn | R::Ended | R::Expired => gateway(GatewayError::CodeInvalid),
            },
            TokenPlace::UserRefresh => match self.refused {
                R::AppDiffers => UNMATCHED_APP,
                R::NotFound | R::Withdrawn => arguments("isv.refresh-token-invalid", "刷新令牌无效"),
                R::Ended => arguments("isv.refreshed-token-invalid", "刷新令牌已使用过"),
                R::Expired => arguments("isv.refresh-token-time-out", "刷新令牌已过期"),
            },
            TokenPlace::MerchantCode => match self.refused {
                R::NotFound => business("AUTH_CODE_NOT_EXIST", "授权码不存在"),
                R::AppDiffers => APP_ID_NOT_CONSISTENT,
                R::Withdrawn | R::Ended | R::Expired => AUTH_CODE_NOT_VALID,
            },
            TokenPlace::MerchantRefresh => match self.refused {
                R::NotFound => business("REFRESH_TOKEN_NOT_EXIST", "刷新令牌不存在"),
                R::AppDiffers => APP_ID_NOT_CONSISTENT,
                R::Withdrawn | R::Ended => {
                    business("REFRESH_TOKEN_NOT_VALID", "刷新令牌已使用过或授权已取消")
                }
                R::Expired => business("REFRESH_TOKEN_TIME_OUT", "刷新令牌已过期"),
            },
            // One that is worth nothing any more is told as invalid, with whom it was for.
            TokenPlace::MerchantQuery => match self.refused {
                R::AppDiffers => business("AUTH_TOKEN_NOT_CONSISTENT", "应用授权令牌与应用不一致"),
                R::NotFound | R::Withdrawn | R::Ended | R::Expired => {
                    business("AUTH_TOKEN_NOT_EXISTED", "应用授权令牌不存在")
                }
            },
            TokenPlace::AuthToken => match self.refused {
                R::NotFound | R::AppDiffers | R::Withdrawn | R::Ended => {
                    gateway(GatewayError::InvalidAuthToken)
                }
                R::Expired => gateway(GatewayError::AuthTokenTimeOut),
            },
            TokenPlace::AppAuthToken => match self.refused {
                R::NotFound | R::AppDiffers | R::Withdrawn | R::Ended => {
                    gateway(GatewayError::InvalidAppAuthToken)
                }
                R::Expired => gateway(GatewayError::AppAuthTokenTimeOut),
            },
        }
    }
}

/// A `grant_type` that is no way to a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BadGrantType {
    /// For a user's token.
    User,
    /// For a merchant's.
    Merchant,
}

impl fmt::Display for BadGrantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadGrantType::User => "no way to a user's token",
            BadGrantType::Merchant => "no way to a merchant's token",
        })
    }
}

impl Refused for BadGrantType {
    fn code(self) -> Code {
        match self {
            BadGrantType::User => arguments("isv.grant-type-invalid", "grant_type无效"),
            BadGrantType::Merchant => business("GRANT_TYPE_INVALID", "grant_type取值无效"),
        }
    }
}

impl Refused for CertifyRefused {
    fn code(self) -> Code {
        match self {
            CertifyRefused::NotFound => business("OPEN_CERTIFY_BILL_NOT_EXIST", "认证单据不存在"),
            CertifyRefused::NumberTaken => {
                business("ARRANGEMENT_STATUS_ERROR", "同一outer_order_no的认证内容不一致")
            }
            CertifyRefused::Decided | CertifyRefused::Undecided => {
                business("OPEN_CERTIFY_BILL_STATUS_ERROR", "认证单据状态错误")
            }
            CertifyRefused::Expired => business("CERTIFY_ID_EXPIRED", "认证单据已过期"),
        }
    }
}

/// Why nothing is told about advances to a user. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum ConsultRefused {
    /// There is no such user.
    #[error("no such user")]
    UserNotFound,
    /// The user's account is frozen or closed.
    #[error("the user's account is frozen or closed")]
    UserBlocked,
}

impl Refused for ConsultRefused {
    fn code(self) -> Code {
        match self {
            ConsultRefused::UserNotFound => business("USER_NOT_EXIST", "用户不存在"),
            // The spelling is the wire's.
            ConsultRefused::UserBlocked => business("USER_STAUTS_ERROR", "用户状态异常"),
        }
    }
}

/// Why nothing is told about a credit trade. Order is precedence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum SyncRefused {
    /// The status is none that can be told.
    #[error("no such status")]
    StatusInvalid,
    /// There is no such trade.
    #[error("trade does not exist")]
    TradeNotFound,
}

impl Refused for SyncRefused {
    fn code(self) -> Code {
        match self {
            SyncRefused::StatusInvalid => business("ACQ.NOTIFY_STATUS_INVALID", "通知状态不合法"),
            SyncRefused::TradeNotFound => TRADE_NOT_EXIST,
        }
    }
}

/// The app may act for no other merchant than its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the app may not act for other merchants")]
pub(crate) struct NotThirdParty;

impl Refused for NotThirdParty {
    fn code(self) -> Code {
        let NotThirdParty = self;
        business("APP_NOT_ISV", "应用不是第三方应用，不能代商户调用")
    }
}

impl Every for NotThirdParty {
    fn every() -> Vec<NotThirdParty> {
        vec![NotThirdParty]
    }
}

/// Why a merchant is not invited. Order is precedence; no document names these codes, so they are ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum InviteRefused {
    /// The invited app is not there, or may not call.
    #[error("the invited app does not exist, or is disabled")]
    AppNotFound,
    /// It is of the merchant who invites.
    #[error("the invited app is the merchant's own")]
    OwnApp,
    /// The merchant could not be sent back.
    #[error("redirect_url is on no site that the app registered")]
    RedirectNotRegistered,
}

impl Refused for InviteRefused {
    fn code(self) -> Code {
        match self {
            InviteRefused::AppNotFound => business("AUTH_APP_NOT_EXIST", "被邀约的应用不存在或已停用"),
            InviteRefused::OwnApp => business("AUTH_APP_IS_OWN", "被邀约的是本商户自己的应用，无需授权"),
            InviteRefused::RedirectNotRegistered => {
                business("REDIRECT_URL_NOT_REGISTERED", "redirect_url不在该应用登记过的网站上")
            }
        }
    }
}

impl Every for InviteRefused {
    fn every() -> Vec<InviteRefused> {
        use InviteRefused as I;
        every!(InviteRefused:
            I::AppNotFound => I::AppNotFound, I::OwnApp => I::OwnApp,
            I::RedirectNotRegistered => I::RedirectNotRegistered,
        )
        .to_vec()
    }
}

/// Why nothing is told about what a user allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum RelationRefused {
    /// The open_id was not given to this app.
    #[error("the open_id was not given to this app")]
    OpenIdDiffers,
}

impl Refused for RelationRefused {
    /// Recorded from the v3 interface; v2 is taken to have `isv.` before it, as the other codes of v3 do.
    fn code(self) -> Code {
        match self {
            RelationRefused::OpenIdDiffers => arguments("isv.app-openid-not-match", "appid和openid不匹配"),
        }
    }
}

impl Every for RelationRefused {
    fn every() -> Vec<RelationRefused> {
        every!(RelationRefused: RelationRefused::OpenIdDiffers => RelationRefused::OpenIdDiffers).to_vec()
    }
}

const ILLEGAL_PARAM: Code = business("ILLEGAL_PARAM", "参数不合法");
const ILLEGAL_ARGUMENT_FORMAT: Code = business("ILLEGAL_ARGUMENT_FORMAT", "参数不合法");

impl Failure {
    /// A field of a token query that is wrong; `what` says in Chinese what is wrong with it.
    pub(crate) fn illegal_param(what: &str) -> Failure {
        Failure::of(ILLEGAL_PARAM, Some(what))
    }

    /// A field of a certification that is wrong; `what` says in Chinese what is wrong with it.
    pub(crate) fn illegal_format(what: &str) -> Failure {
        Failure::of(ILLEGAL_ARGUMENT_FORMAT, Some(what))
    }
}

/// Each way in which a token at this place can be no good.
pub(crate) fn bad_at(place: TokenPlace) -> Vec<BadToken> {
    use TokenRefused as T;
    let all = every!(TokenRefused:
        T::NotFound => T::NotFound, T::AppDiffers => T::AppDiffers, T::Withdrawn => T::Withdrawn,
        T::Ended => T::Ended, T::Expired => T::Expired,
    );
    all.map(|refused| BadToken { place, refused }).to_vec()
}

impl Every for CertifyRefused {
    fn every() -> Vec<CertifyRefused> {
        use CertifyRefused as C;
        every!(CertifyRefused:
            C::NotFound => C::NotFound, C::NumberTaken => C::NumberTaken, C::Decided => C::Decided,
            C::Expired => C::Expired, C::Undecided => C::Undecided,
        )
        .to_vec()
    }
}

impl Every for ConsultRefused {
    fn every() -> Vec<ConsultRefused> {
        vec![ConsultRefused::UserNotFound, ConsultRefused::UserBlocked]
    }
}

impl Every for SyncRefused {
    fn every() -> Vec<SyncRefused> {
        vec![SyncRefused::StatusInvalid, SyncRefused::TradeNotFound]
    }
}

/// The rows of the table.
pub(super) fn table() -> Vec<TableRow> {
    let mut table = Vec::new();
    for place in TokenPlace::ALL {
        table.extend(rows(place.name(), &bad_at(place)));
    }
    table.extend(rows("grant_type", &[BadGrantType::User, BadGrantType::Merchant]));
    table.extend(rows("certify", &CertifyRefused::every()));
    table.extend(rows("consult", &ConsultRefused::every()));
    table.extend(rows("sync", &SyncRefused::every()));
    table.extend(rows("act for others", &NotThirdParty::every()));
    table.extend(rows("relation", &RelationRefused::every()));
    table.extend(rows("invite", &InviteRefused::every()));
    table
}
