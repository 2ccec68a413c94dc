//! Whether a program was told the truth: what the cell answered to its command, against what came out of the gateway.
//! The table of sub_codes is written here again, from the documents of the interface, and not read from the gateway.

use cell::NotDecided;
use engine::{CancelAction, Command, Reply, Which};
use fund::BankReason;
use gateway::Said;
use trade::{
    CancelRefused, CloseRefused, FindRefused, OpenRefused, Order, OrderState, OutTradeNo, PayRefused,
    RefundRefused, RefundState,
};
use transfer::{
    CardTransferRefused, CardTransferState, LimitRefused, TransferNotFound, TransferRefused, TransferState,
};

/// One command of a call and what became of it.
pub(crate) type Heard = (Command, Result<Reply, NotDecided>);

/// Compares. The error says in what the program was misled.
pub(crate) fn check(method: &str, heard: &[Heard], said: &Said) -> Result<(), String> {
    let wrong = |should: &str| {
        Err(format!(
            "{method} should be told {should}, and was told {} {}: {}",
            said.code, said.sub_code, said.body
        ))
    };
    let Some((command, answer)) = heard.last() else { return Ok(()) };
    let reply = match answer {
        // Busy or unknown: the money may have moved, so nothing but "query" is honest.
        Err(_) if said.unknown => return Ok(()),
        Err(_) => return wrong("that the outcome is unknown"),
        Ok(reply) => reply,
    };
    if let (Some(asked), Some(order)) = (asked(command), order_of(reply))
        && *asked != order.out_trade_no
    {
        return wrong(&format!("of order {asked}, and hears of {}", order.out_trade_no));
    }
    if let Some(sub_code) = sub_code(reply) {
        let right = said.code == "40004" && said.sub_code == sub_code;
        return if right { Ok(()) } else { wrong(sub_code) };
    }
    // The older interface has no status to tell, so that "not there yet" is "ask again".
    if let Reply::TransferMoney(Ok(transfer)) = reply
        && method == "alipay.fund.trans.toaccount.transfer"
        && transfer.state != TransferState::Done
    {
        return if said.unknown { Ok(()) } else { wrong("that the outcome is unknown") };
    }
    let code = match reply {
        Reply::OpenOrder(Ok(opened)) if method == "alipay.trade.pay" && !opened.paid => "10003",
        _ => "10000",
    };
    if said.code != code {
        return wrong(code);
    }
    let status = if method.ends_with("toaccount.transfer") { None } else { Some("status") };
    let of_transfer = of_transfer(reply)
        .into_iter()
        .chain(of_card_transfer(reply))
        .filter(|(name, _)| *name != "status" || status.is_some());
    for (name, value) in members(reply).into_iter().chain(of_transfer) {
        if said.member(name).as_deref() != value.as_deref() {
            return wrong(&format!("{name} {value:?}"));
        }
    }
    Ok(())
}

/// The merchant's number in a command.
fn asked(command: &Command) -> Option<&OutTradeNo> {
    let which = match command {
        Command::OpenOrder(open) => return Some(&open.out_trade_no),
        Command::FindOrder(find) => &find.which,
        Command::FindRefund(find) => &find.which,
        Command::CloseOrder(close) => &close.which,
        Command::CancelOrder(cancel) => &cancel.which,
        Command::RefundOrder(refund) => &refund.which,
        _ => return None,
    };
    if let Which::Out(number) = which { Some(number) } else { None }
}

/// The order that an answer is about.
fn order_of(reply: &Reply) -> Option<&Order> {
    match reply {
        Reply::OpenOrder(Ok(opened)) => Some(&opened.order),
        Reply::FindOrder(Ok(order)) | Reply::CloseOrder(Ok(order)) => Some(order),
        Reply::FindRefund(Ok(view)) => Some(&view.order),
        Reply::CancelOrder(Ok(cancelled)) => cancelled.order.as_deref(),
        Reply::RefundOrder(Ok(refunded)) => Some(&refunded.order),
        _ => None,
    }
}

/// What the answer must say of what was done.
fn members(reply: &Reply) -> Vec<(&'static str, Option<String>)> {
    let yuan = |fen: i64| Some(format!("{}.{:02}", fen / 100, fen % 100));
    let number = |order: &Order| ("trade_no", Some(order.no.to_string()));
    match reply {
        Reply::OpenOrder(Ok(opened)) if opened.paid => vec![
            number(&opened.order),
            ("total_amount", yuan(opened.order.total_minor.units())),
            ("receipt_amount", yuan(opened.order.total_minor.units())),
        ],
        Reply::FindOrder(Ok(order)) => vec![
            number(order),
            ("trade_status", Some(status(order.state).to_owned())),
            ("total_amount", yuan(order.total_minor.units())),
        ],
        Reply::RefundOrder(Ok(refunded)) => {
            let sent_back = if refunded.moved { refunded.refund.amount_minor.units() } else { 0 };
            vec![
                number(&refunded.order),
                ("fund_change", Some(if refunded.moved { "Y" } else { "N" }.to_owned())),
                ("refund_fee", yuan(refunded.refund.refunded_after_minor.units())),
                ("send_back_fee", yuan(sent_back)),
            ]
        }
        Reply::CancelOrder(Ok(cancelled)) => {
            let action = cancelled.action.map(|action| match action {
                CancelAction::Close => "close".to_owned(),
                CancelAction::Refund => "refund".to_owned(),
            });
            vec![("action", action), ("retry_flag", Some("N".to_owned()))]
        }
        Reply::FindRefund(Ok(view)) => {
            let done = view.refund.as_ref().filter(|refund| refund.state == RefundState::Done);
            vec![
                ("refund_status", done.map(|_| "REFUND_SUCCESS".to_owned())),
                ("refund_amount", done.and_then(|refund| yuan(refund.amount_minor.units()))),
            ]
        }
        _ => Vec::new(),
    }
}

/// What must be said of a transfer.
fn of_transfer(reply: &Reply) -> Vec<(&'static str, Option<String>)> {
    let transfer = match reply {
        Reply::TransferMoney(Ok(transfer)) | Reply::FindTransfer(Ok(transfer)) => transfer,
        _ => return Vec::new(),
    };
    let status = match transfer.state {
        TransferState::Offered => "WAIT_PAY",
        TransferState::Waiting | TransferState::UnderWay => "DEALING",
        TransferState::Done => "SUCCESS",
        TransferState::Returned => "FAIL",
        TransferState::Cancelled => "CLOSED",
    };
    vec![
        ("out_biz_no", Some(transfer.out_biz_no.to_string())),
        ("order_id", Some(transfer.no.to_string())),
        ("status", Some(status.to_owned())),
    ]
}

/// What must be said of a transfer to a card; who asks for it hears why it is not paid.
fn of_card_transfer(reply: &Reply) -> Vec<(&'static str, Option<String>)> {
    let (transfer, view) = match reply {
        Reply::TransferToCard(Ok(transfer)) => (transfer, None),
        Reply::FindCardTransfer(Ok(view)) => (&view.transfer, Some(view)),
        _ => return Vec::new(),
    };
    let status = match transfer.state {
        CardTransferState::UnderWay => "DEALING",
        CardTransferState::Done => "SUCCESS",
        CardTransferState::Failed => "FAIL",
        CardTransferState::Refunded => "REFUND",
    };
    let mut members = vec![
        ("out_biz_no", Some(transfer.out_biz_no.to_string())),
        ("order_id", Some(transfer.no.to_string())),
        ("status", Some(status.to_owned())),
    ];
    if let Some(view) = view {
        let why = match (transfer.state, view.order.reason) {
            (CardTransferState::Refunded, _) => Some("PAYEE_CARD_INFO_ERROR"),
            (CardTransferState::Failed, Some(BankReason::CardBlocked | BankReason::AgreementEnded)) => {
                Some("PAYEE_CARD_INFO_ERROR")
            }
            (CardTransferState::Failed, Some(BankReason::OverLimit)) => Some("EXCEED_LIMIT_DC_RECEIVED"),
            (CardTransferState::Failed, _) => Some("BANK_RESPONSE_ERROR"),
            (CardTransferState::UnderWay | CardTransferState::Done, _) => None,
        };
        members.push(("error_code", why.map(str::to_owned)));
        members.push(("order_fee", Some(transfer.fee().to_string())));
    }
    members
}

fn of_card_transfer_refused(refused: CardTransferRefused) -> &'static str {
    use CardTransferRefused as C;
    match refused {
        C::PayerNotFound => "PAYER_NOT_EXIST",
        C::NumberTaken { .. } => "PAYMENT_INFO_INCONSISTENCY",
        C::NotSigned => "PRODUCT_NOT_SIGN",
        C::PayerBlocked | C::PayerStopped => "PAYER_STATUS_ERROR",
        C::Limit(LimitRefused::TooSmall) => "EXCEED_LIMIT_SM_MIN_AMOUNT",
        C::Limit(LimitRefused::TooLarge) => "EXCEED_LIMIT_SM_AMOUNT",
        C::Limit(LimitRefused::Day) => "EXCEED_LIMIT_DM_AMOUNT",
        C::Limit(LimitRefused::Month) => "EXCEED_LIMIT_MM_AMOUNT",
        C::BalanceTooLow => "PAYER_BALANCE_NOT_ENOUGH",
        C::TooManyNames => "RESOURCE_LIMIT_EXCEED",
        C::CardWrong => "PAYEE_CARD_INFO_ERROR",
        C::BankSilent => "REQUEST_PROCESSING",
        C::Risk(_) => "SECURITY_CHECK_FAILED",
    }
}

/// No run lasts a year, so nothing is finished.
fn status(state: OrderState) -> &'static str {
    match state {
        OrderState::Offered | OrderState::WaitBuyerPay => "WAIT_BUYER_PAY",
        OrderState::Paid => "TRADE_SUCCESS",
        OrderState::Finished => "TRADE_FINISHED",
        OrderState::Closed => "TRADE_CLOSED",
    }
}

/// The sub_code of a refusal; `None` when it was no refusal.
fn sub_code(reply: &Reply) -> Option<&'static str> {
    match reply {
        Reply::OpenOrder(Err(refused)) => Some(of_open(*refused)),
        Reply::CloseOrder(Err(refused)) => Some(match refused {
            CloseRefused::TradeNotFound => "ACQ.TRADE_NOT_EXIST",
            CloseRefused::AlreadyPaid => "ACQ.TRADE_STATUS_ERROR",
            CloseRefused::AlreadyClosed => "ACQ.REASON_TRADE_STATUS_INVALID",
        }),
        Reply::CancelOrder(Err(refused)) => Some(match refused {
            CancelRefused::Finished | CancelRefused::Refund(RefundRefused::Finished) => {
                "ACQ.TRADE_HAS_FINISHED"
            }
            CancelRefused::TooLate => "ACQ.TRADE_CANCEL_TIME_OUT",
            CancelRefused::Refund(RefundRefused::SellerBalanceTooLow) => "ACQ.SELLER_BALANCE_NOT_ENOUGH",
            CancelRefused::Refund(RefundRefused::MoreThanLeft) => "ACQ.REASON_TRADE_REFUND_FEE_ERR",
            CancelRefused::CaseOpen | CancelRefused::Refund(_) => "ACQ.CANCEL_NOT_ALLOWED",
        }),
        Reply::RefundOrder(Err(refused)) => Some(of_refund(*refused)),
        Reply::TransferMoney(Err(refused)) => Some(match refused {
            TransferRefused::PayerNotFound => "PAYER_NOT_EXIST",
            TransferRefused::NumberTaken { .. } => "PAYMENT_INFO_INCONSISTENCY",
            TransferRefused::PayeeNotFound => "PAYEE_NOT_EXIST",
            TransferRefused::PayeeNameDiffers => "PAYEE_USERINFO_ERROR",
            TransferRefused::PayeeBlocked => "PAYEE_ACCOUNT_STATUS_ERROR",
            TransferRefused::PayeeIsPayer => "PAYER_PAYEE_CANNOT_SAME",
            TransferRefused::NotSigned => "PRODUCT_NOT_SIGN",
            TransferRefused::PayerBlocked | TransferRefused::PayerStopped => "PAYER_STATUS_ERROR",
            TransferRefused::Limit(LimitRefused::TooSmall) => "EXCEED_LIMIT_SM_MIN_AMOUNT",
            TransferRefused::Limit(LimitRefused::TooLarge) => "EXCEED_LIMIT_SM_AMOUNT",
            TransferRefused::Limit(LimitRefused::Day) => "EXCEED_LIMIT_DM_AMOUNT",
            TransferRefused::Limit(LimitRefused::Month) => "EXCEED_LIMIT_MM_AMOUNT",
            TransferRefused::BalanceTooLow => "PAYER_BALANCE_NOT_ENOUGH",
            TransferRefused::Risk(_) => "SECURITY_CHECK_FAILED",
        }),
        Reply::TransferToCard(Err(refused)) => Some(of_card_transfer_refused(*refused)),
        Reply::FindTransfer(Err(TransferNotFound)) | Reply::FindCardTransfer(Err(TransferNotFound)) => {
            Some("ORDER_NOT_EXIST")
        }
        Reply::FindOrder(Err(FindRefused::TradeNotFound))
        | Reply::FindRefund(Err(FindRefused::TradeNotFound)) => Some("ACQ.TRADE_NOT_EXIST"),
        _ => None,
    }
}

fn of_open(refused: OpenRefused) -> &'static str {
    match refused {
        OpenRefused::SellerNotFound => "ACQ.SELLER_NOT_EXIST",
        OpenRefused::NumberTaken { .. } => "ACQ.CONTEXT_INCONSISTENT",
        OpenRefused::AlreadyPaid | OpenRefused::Pay(PayRefused::AlreadyPaid) => "ACQ.TRADE_HAS_SUCCESS",
        OpenRefused::AlreadyClosed | OpenRefused::Pay(PayRefused::AlreadyClosed) => "ACQ.TRADE_HAS_CLOSE",
        OpenRefused::SellerBlocked => "ACQ.SELLER_BEEN_BLOCKED",
        OpenRefused::NotSigned => "ACQ.ACCESS_FORBIDDEN",
        OpenRefused::TotalTooLarge => "ACQ.TOTAL_FEE_EXCEED",
        OpenRefused::Receiving(_) => unreachable!("no merchant of a town signed an application"),
        OpenRefused::ExpiryPassed => "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
        OpenRefused::BuyerNotFound => "ACQ.BUYER_NOT_EXIST",
        OpenRefused::Pay(PayRefused::CodeInvalid) => "ACQ.PAYMENT_AUTH_CODE_INVALID",
        OpenRefused::Pay(PayRefused::TradeNotFound) => "ACQ.TRADE_NOT_EXIST",
        OpenRefused::Pay(PayRefused::ProofMissing) => "ACQ.PAYMENT_FAIL",
        OpenRefused::Pay(PayRefused::BuyerBlocked) => "ACQ.BUYER_ENABLE_STATUS_FORBID",
        OpenRefused::Pay(PayRefused::BuyerIsSeller) => "ACQ.BUYER_SELLER_EQUAL",
        OpenRefused::Pay(PayRefused::BuyerDiffers) => "ACQ.TRADE_BUYER_NOT_MATCH",
        OpenRefused::TooManyWaiting | OpenRefused::Pay(PayRefused::StaticLimit) => {
            unreachable!("no order of a town came by a counter code")
        }
        OpenRefused::Pay(PayRefused::BuyerStopped) => "ACQ.ERROR_BALANCE_PAYMENT_DISABLE",
        OpenRefused::Pay(PayRefused::BuyerLimit) => "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
        OpenRefused::Pay(PayRefused::CardUnderWay) => "ACQ.PAYMENT_FAIL",
        OpenRefused::Pay(PayRefused::BalanceTooLow) => "ACQ.BUYER_BALANCE_NOT_ENOUGH",
        OpenRefused::Pay(PayRefused::Risk(_)) => "ACQ.PAYMENT_REQUEST_HAS_RISK",
    }
}

fn of_refund(refused: RefundRefused) -> &'static str {
    match refused {
        RefundRefused::TradeNotFound => "ACQ.TRADE_NOT_EXIST",
        RefundRefused::NumberTaken { .. } => "ACQ.DISCORDANT_REPEAT_REQUEST",
        RefundRefused::NotPaid => "ACQ.TRADE_STATUS_ERROR",
        RefundRefused::AlreadyClosed => "ACQ.TRADE_HAS_CLOSE",
        RefundRefused::Finished => "ACQ.TRADE_HAS_FINISHED",
        RefundRefused::PartNeedsNumber => "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
        RefundRefused::MoreThanLeft => "ACQ.REASON_TRADE_REFUND_FEE_ERR",
        RefundRefused::Back(_) => unreachable!("no plan splits an order"),
        RefundRefused::SellerBalanceTooLow => "ACQ.SELLER_BALANCE_NOT_ENOUGH",
        RefundRefused::BuyerClosed => "ACQ.BUYER_NOT_EXIST",
    }
}
