//! Cards and bank orders in words for people.

use crate::bank::BankNo;
use crate::risk_words::risk_words;
use crate::texts::Texts;
use axum::http::StatusCode;
use fund::{
    AskCardRefused, BankOrder, BankOrderKind, BankOrderRefused, BankOrderState, BankReason, BindCardRefused,
    Card, CardKind,
};

/// A bank as people call it; its code when nobody gave it a name here.
pub(crate) fn bank_name(code: &str, t: &Texts) -> String {
    let (chinese, english) = match code {
        "ICBC" => ("工商银行", "ICBC"),
        "ABC" => ("农业银行", "Agricultural Bank of China"),
        "CCB" => ("建设银行", "China Construction Bank"),
        "BOC" => ("中国银行", "Bank of China"),
        "CMB" => ("招商银行", "China Merchants Bank"),
        "COMM" => ("交通银行", "Bank of Communications"),
        "SANDBOX" => ("沙箱银行", "Sandbox Bank"),
        other => (other, other),
    };
    if t.lang.starts_with("zh") { chinese } else { english }.to_owned()
}

/// A card as its owner knows it: bank, kind, last digits.
pub(crate) fn card_name(card: &Card, t: &Texts) -> String {
    let kind = match card.kind {
        CardKind::Debit => t.card_debit,
        CardKind::Credit => t.card_credit,
    };
    format!("{} {kind} ({})", bank_name(card.bank.as_str(), t), card.last_four)
}

/// What an order does.
pub(crate) const fn kind_words(kind: BankOrderKind, t: &Texts) -> &'static str {
    match kind {
        BankOrderKind::TopUp => t.card_top_up,
        BankOrderKind::Withdraw => t.card_withdraw,
        BankOrderKind::Pay => t.bank_pay,
        BankOrderKind::Return => t.bank_return,
        BankOrderKind::Transfer => t.bank_transfer,
    }
}

/// Where an order stands.
pub(crate) const fn state_words(state: BankOrderState, t: &Texts) -> &'static str {
    match state {
        BankOrderState::Draft => t.bank_draft,
        BankOrderState::Asked | BankOrderState::Unknown => t.bank_under_way,
        BankOrderState::GivenUp => t.bank_given_up,
        BankOrderState::Done => t.bank_done,
        BankOrderState::Failed => t.bank_failed,
        BankOrderState::Closed => t.bank_closed,
        BankOrderState::Returning => t.bank_returning,
        BankOrderState::Returned => t.bank_returned,
        BankOrderState::Credited => t.bank_credited,
    }
}

/// Why the bank refused an order, when it did.
pub(crate) fn reason_words(order: &BankOrder, t: &Texts) -> Option<&'static str> {
    let reason = order.reason.filter(|_| order.state == BankOrderState::Failed)?;
    Some(match reason {
        BankReason::NoMoney => t.bank_no_money,
        BankReason::OverLimit => t.bank_over_limit,
        BankReason::CardBlocked => t.bank_card_blocked,
        BankReason::AgreementEnded => t.bank_agreement_ended,
        BankReason::Other => t.bank_no_reason,
    })
}

/// Why an order cannot be.
pub(crate) const fn order_refusal_words(refused: BankOrderRefused, t: &Texts) -> &'static str {
    match refused {
        BankOrderRefused::KeyTaken { field: _ } => t.bank_key_taken,
        BankOrderRefused::NothingToMove | BankOrderRefused::CurrencyDiffers => t.bank_nothing_to_move,
        BankOrderRefused::PartyNotFound | BankOrderRefused::PartyBlocked => t.blocked_text,
        BankOrderRefused::PartyStopped => t.payments_stopped,
        BankOrderRefused::CardNotBound => t.bank_card_not_bound,
        BankOrderRefused::CardIsCredit => t.card_credit_text,
        BankOrderRefused::OverSingle { max: _ } => t.bank_over_single,
        BankOrderRefused::OverDay { max: _ } => t.bank_over_day,
        BankOrderRefused::OverMonth { max: _ } => t.bank_over_month,
        BankOrderRefused::OverClass { max: _ } => t.bank_over_class,
        BankOrderRefused::BalanceTooLow => t.bank_balance_too_low,
    }
}

/// Status and words of whatever did not come about.
pub(crate) fn refusal_words(no: BankNo, t: &'static Texts) -> (StatusCode, String) {
    let (status, words) = match no {
        BankNo::SignIn(refused) => return (refused.status(), refused.words(t)),
        // The bank's own words are not ours to translate.
        BankNo::Bank(words) => return (StatusCode::CONFLICT, format!("{} {words}", t.card_bank_said)),
        BankNo::NoBank => (StatusCode::NOT_FOUND, t.card_no_bank),
        BankNo::NumberWrong => (StatusCode::UNPROCESSABLE_ENTITY, t.card_number_wrong),
        BankNo::NotTheOwner => (StatusCode::CONFLICT, t.card_not_own),
        BankNo::Ask(AskCardRefused::AlreadyBound) => (StatusCode::CONFLICT, t.card_bound_already),
        BankNo::Ask(AskCardRefused::PartyNotFound | AskCardRefused::PartyBlocked) => {
            (StatusCode::FORBIDDEN, t.card_no_identity)
        }
        BankNo::Bind(BindCardRefused::CardNotFound | BindCardRefused::CardEnded) | BankNo::NoCard => {
            (StatusCode::NOT_FOUND, t.card_gone_text)
        }
        BankNo::NoOrder => (StatusCode::NOT_FOUND, t.bank_gone_text),
        BankNo::Order(refused) => (StatusCode::CONFLICT, order_refusal_words(refused, t)),
        BankNo::Ended => (StatusCode::CONFLICT, t.bank_over),
        BankNo::PriceChanged => (StatusCode::CONFLICT, t.bank_price_changed),
        BankNo::Risk(why) => (StatusCode::FORBIDDEN, risk_words(why, t).1),
        BankNo::TooLate => (StatusCode::CONFLICT, t.bank_too_late),
        BankNo::ProofGone => (StatusCode::FORBIDDEN, t.proof_gone),
        BankNo::Busy => (StatusCode::SERVICE_UNAVAILABLE, t.page_busy),
        BankNo::Unknown => (StatusCode::GATEWAY_TIMEOUT, t.unknown_text),
    };
    (status, words.to_owned())
}
