//! The table of codes: each row frozen, and each code one that the documentation lists for its method.

use gateway::codes_table;

/// Refusal → code, in the words of the refusal.
const TABLE: &str = "\
open: seller not found -> 40004 ACQ.SELLER_NOT_EXIST
open: the order number was used with another … -> 40004 ACQ.CONTEXT_INCONSISTENT
open: order is paid -> 40004 ACQ.TRADE_HAS_SUCCESS
open: order is closed -> 40004 ACQ.TRADE_HAS_CLOSE
open: seller is frozen or closed -> 40004 ACQ.SELLER_BEEN_BLOCKED
open: the merchant's contract for this product has ended -> 40004 ACQ.ACCESS_FORBIDDEN
open: total outside the limits -> 40004 ACQ.TOTAL_FEE_EXCEED
open: above what a merchant without a licence receives by one payment -> 40004 ACQ.MERCHANT_PERM_RECEIPT_SINGLE_LIMIT
open: above what a merchant without a licence receives on one day -> 40004 ACQ.MERCHANT_PERM_RECEIPT_DAY_LIMIT
open: above what a merchant without a licence receives in one month -> 40004 ACQ.MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT
open: expiry has passed -> 40004 ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR
open: buyer not found -> 40004 ACQ.BUYER_NOT_EXIST
open: pay code is unknown, expired or used -> 40004 ACQ.PAYMENT_AUTH_CODE_INVALID
open: trade not found -> 40004 ACQ.TRADE_NOT_EXIST
open: trade is paid -> 40004 ACQ.TRADE_HAS_SUCCESS
open: trade is closed -> 40004 ACQ.TRADE_HAS_CLOSE
open: the payment password must be given again -> 40004 ACQ.PAYMENT_FAIL
open: buyer is frozen or closed -> 40004 ACQ.BUYER_ENABLE_STATUS_FORBID
open: buyer and seller are the same party -> 40004 ACQ.BUYER_SELLER_EQUAL
open: another buyer than the order's -> 40004 ACQ.TRADE_BUYER_NOT_MATCH
open: above what one day allows by counter codes from this pocket -> 40004 ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR
open: payments from the buyer's balance are stopped -> 40004 ACQ.ERROR_BALANCE_PAYMENT_DISABLE
open: above the limit of the buyer's class -> 40004 ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR
open: balance too low -> 40004 ACQ.BUYER_BALANCE_NOT_ENOUGH
open: a payment by card is under way -> 40004 ACQ.PAYMENT_FAIL
open: refused by risk rules -> 40004 ACQ.PAYMENT_REQUEST_HAS_RISK
find: trade does not exist -> 40004 ACQ.TRADE_NOT_EXIST
close: trade does not exist -> 40004 ACQ.TRADE_NOT_EXIST
close: trade is paid -> 40004 ACQ.TRADE_STATUS_ERROR
close: trade is closed -> 40004 ACQ.REASON_TRADE_STATUS_INVALID
cancel: trade is finished -> 40004 ACQ.TRADE_HAS_FINISHED
cancel: the time for cancelling is over -> 40004 ACQ.TRADE_CANCEL_TIME_OUT
cancel: a refund case is open -> 40004 ACQ.CANCEL_NOT_ALLOWED
cancel: trade does not exist -> 40004 ACQ.CANCEL_NOT_ALLOWED
cancel: the refund number was used with another … -> 40004 ACQ.CANCEL_NOT_ALLOWED
cancel: trade is not paid -> 40004 ACQ.CANCEL_NOT_ALLOWED
cancel: trade is closed -> 40004 ACQ.CANCEL_NOT_ALLOWED
cancel: trade is finished -> 40004 ACQ.TRADE_HAS_FINISHED
cancel: a partial refund needs its own number -> 40004 ACQ.CANCEL_NOT_ALLOWED
cancel: more than is left to refund -> 40004 ACQ.REASON_TRADE_REFUND_FEE_ERR
cancel: seller balance too low -> 40004 ACQ.SELLER_BALANCE_NOT_ENOUGH
cancel: the buyer's account is closed -> 40004 ACQ.CANCEL_NOT_ALLOWED
refund: trade does not exist -> 40004 ACQ.TRADE_NOT_EXIST
refund: the refund number was used with another … -> 40004 ACQ.DISCORDANT_REPEAT_REQUEST
refund: trade is not paid -> 40004 ACQ.TRADE_STATUS_ERROR
refund: trade is closed -> 40004 ACQ.TRADE_HAS_CLOSE
refund: trade is finished -> 40004 ACQ.TRADE_HAS_FINISHED
refund: a partial refund needs its own number -> 40004 ACQ.REFUND_AMT_NOT_EQUAL_TOTAL
refund: more than is left to refund -> 40004 ACQ.REASON_TRADE_REFUND_FEE_ERR
refund: parts are being taken back for this refund -> 20000 ACQ.SYSTEM_ERROR
refund: parts can be taken back for the seller only -> 40004 ACQ.USER_NOT_MATCH_ERR
refund: the receiver of a part is not known -> 40004 ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST
refund: more than may be taken back -> 40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR
refund: too many splits of one trade to take back -> 40004 ACQ.FREQUENCY_LIMITED
refund: a receiver cannot give its part back -> 40004 ACQ.TRADE_SETTLE_ERROR
refund: seller balance too low -> 40004 ACQ.SELLER_BALANCE_NOT_ENOUGH
refund: the buyer's account is closed -> 40004 ACQ.BUYER_NOT_EXIST
user code: no such code or token -> 40002 isv.code-invalid
user code: it was issued to another app -> 40002 isv.unmatched-app-id
user code: its owner took the authorisation back -> 40002 isv.code-invalid
user code: it was used before -> 40002 isv.code-invalid
user code: its time is over -> 40002 isv.code-invalid
user refresh_token: no such code or token -> 40002 isv.refresh-token-invalid
user refresh_token: it was issued to another app -> 40002 isv.unmatched-app-id
user refresh_token: its owner took the authorisation back -> 40002 isv.refresh-token-invalid
user refresh_token: it was used before -> 40002 isv.refreshed-token-invalid
user refresh_token: its time is over -> 40002 isv.refresh-token-time-out
merchant code: no such code or token -> 40004 AUTH_CODE_NOT_EXIST
merchant code: it was issued to another app -> 40004 APP_ID_NOT_CONSISTENT
merchant code: its owner took the authorisation back -> 40004 AUTH_CODE_NOT_VALID
merchant code: it was used before -> 40004 AUTH_CODE_NOT_VALID
merchant code: its time is over -> 40004 AUTH_CODE_NOT_VALID
merchant refresh_token: no such code or token -> 40004 REFRESH_TOKEN_NOT_EXIST
merchant refresh_token: it was issued to another app -> 40004 APP_ID_NOT_CONSISTENT
merchant refresh_token: its owner took the authorisation back -> 40004 REFRESH_TOKEN_NOT_VALID
merchant refresh_token: it was used before -> 40004 REFRESH_TOKEN_NOT_VALID
merchant refresh_token: its time is over -> 40004 REFRESH_TOKEN_TIME_OUT
token query: no such code or token -> 40004 AUTH_TOKEN_NOT_EXISTED
token query: it was issued to another app -> 40004 AUTH_TOKEN_NOT_CONSISTENT
token query: its owner took the authorisation back -> 40004 AUTH_TOKEN_NOT_EXISTED
token query: it was used before -> 40004 AUTH_TOKEN_NOT_EXISTED
token query: its time is over -> 40004 AUTH_TOKEN_NOT_EXISTED
auth_token: no such code or token -> 20001 aop.invalid-auth-token
auth_token: it was issued to another app -> 20001 aop.invalid-auth-token
auth_token: its owner took the authorisation back -> 20001 aop.invalid-auth-token
auth_token: it was used before -> 20001 aop.invalid-auth-token
auth_token: its time is over -> 20001 aop.auth-token-time-out
app_auth_token: no such code or token -> 20001 aop.invalid-app-auth-token
app_auth_token: it was issued to another app -> 20001 aop.invalid-app-auth-token
app_auth_token: its owner took the authorisation back -> 20001 aop.invalid-app-auth-token
app_auth_token: it was used before -> 20001 aop.invalid-app-auth-token
app_auth_token: its time is over -> 20001 aop.app-auth-token-time-out
grant_type: no way to a user's token -> 40002 isv.grant-type-invalid
grant_type: no way to a merchant's token -> 40004 GRANT_TYPE_INVALID
certify: no such certification -> 40004 OPEN_CERTIFY_BILL_NOT_EXIST
certify: the number was used for another certification -> 40004 ARRANGEMENT_STATUS_ERROR
certify: it was decided before -> 40004 OPEN_CERTIFY_BILL_STATUS_ERROR
certify: its time is over -> 40004 CERTIFY_ID_EXPIRED
certify: nobody decided it yet -> 40004 OPEN_CERTIFY_BILL_STATUS_ERROR
consult: no such user -> 40004 USER_NOT_EXIST
consult: the user's account is frozen or closed -> 40004 USER_STAUTS_ERROR
sync: no such status -> 40004 ACQ.NOTIFY_STATUS_INVALID
sync: trade does not exist -> 40004 ACQ.TRADE_NOT_EXIST
act for others: the app may not act for other merchants -> 40004 APP_NOT_ISV
relation: the open_id was not given to this app -> 40002 isv.app-openid-not-match
invite: the invited app does not exist, or is disabled -> 40004 AUTH_APP_NOT_EXIST
invite: the invited app is the merchant's own -> 40004 AUTH_APP_IS_OWN
invite: redirect_url is on no site that the app registered -> 40004 REDIRECT_URL_NOT_REGISTERED
agreement: product not supported -> 40004 PRODUCT_CODE_NOT_SUPPORTED_ERROR
agreement: user not found -> 40004 USER_NOT_EXIST_ERROR
agreement offer: seller not found -> 40004 MERCHANT_AGREEMENT_IS_NOT_EXIST
agreement offer: the agreement's number was used with another … -> 40004 OUT_AGREEMENT_NO_DUPLICATE
agreement offer: agreement is signed -> 40004 AGREEMENT_ALREADY_SIGNED
agreement offer: agreement has ended -> 40004 AGREEMENT_HAS_UNSIGNED
agreement offer: seller is frozen or closed -> 40004 MERCHANT_STATUS_IS_NOT_NORMAL
agreement offer: the first day has passed -> 40004 ILLEGAL_EXECUTION_TIME
agreement find: agreement does not exist -> 40004 USER_AGREEMENT_NOT_EXIST
agreement unsign: agreement does not exist -> 40004 AGREEMENT_NOT_EXIST
agreement unsign: agreement is not in force -> 40004 USER_AGREEMENT_STATUS_IS_NOT_NORMAL
agreement postpone: agreement does not exist -> 40004 ILLEGAL_AGREEMENT
agreement postpone: agreement is not in force -> 40004 ILLEGAL_AGREEMENT
agreement postpone: no debit is planned -> 40004 ILLEGAL_AGREEMENT
agreement postpone: the next debit cannot be on this day -> 40004 ILLEGAL_EXECUTION_TIME
debit: agreement does not exist -> 40004 ACQ.AGREEMENT_NOT_EXIST
debit: agreement is not in force -> 40004 ACQ.AGREEMENT_STATUS_NOT_NORMAL
debit: agreement has ended -> 40004 ACQ.AGREEMENT_STATUS_NOT_NORMAL
debit: agreement is not valid for this debit -> 40004 ACQ.AGREEMENT_INVALID
debit: more than one debit may take -> 40004 ACQ.CYCLE_PAY_SINGLE_FEE_EXCEED
debit: more than all debits may take -> 40004 ACQ.CYCLE_PAY_TOTAL_FEE_EXCEED
debit: all debits were made -> 40004 ACQ.CYCLE_PAY_TOTAL_TIMES_EXCEED
debit: not in the days of the plan -> 40004 ACQ.CYCLE_PAY_DATE_NOT_MATCH
debit: buyer is frozen or closed -> 40004 ACQ.BUYER_ENABLE_STATUS_FORBID
debit: payments from the buyer's balance are stopped -> 40004 ACQ.ERROR_BALANCE_PAYMENT_DISABLE
debit: above the limit of the buyer's class -> 40004 ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR
debit: balance too low -> 40004 ACQ.BUYER_BALANCE_NOT_ENOUGH
debit: risk rules stop it -> 40004 ACQ.PAYMENT_REQUEST_HAS_RISK
freeze: payee not found -> 40004 PAYEE_NOT_EXIST
freeze: the number was used with another … -> 40004 UNIQUE_VIOLATION
freeze: the money is frozen -> 40004 FREEZE_ALREADY_SUCCESS
freeze: the freeze is finished -> 40004 ORDER_ALREADY_FINISH
freeze: the freeze is closed -> 40004 ORDER_ALREADY_CLOSED
freeze: payee is frozen or closed -> 40004 PAYEE_USER_STATUS_LIMIT
freeze: the merchant's contract for this product has ended -> 40004 ACCESS_FORBIDDEN
freeze: amount outside the limits -> 40004 PRODUCT_AMOUNT_LIMIT_ERROR
freeze: pay code is unknown, expired or used -> 40004 PAYMENT_AUTH_CODE_INVALID
freeze: nothing waits for this payer -> 40004 PAYER_NOT_EXIST
freeze: the money is frozen -> 40004 FREEZE_ALREADY_SUCCESS
freeze: the freeze is closed -> 40004 ORDER_ALREADY_CLOSED
freeze: the payment password must be given again -> 40004 PULL_MOBILE_CASHIER_FAIL
freeze: payer is frozen or closed -> 40004 PAYER_USER_STATUS_LIMIT
freeze: payer and payee are the same party -> 40004 PAYER_PAYEE_EQUAL
freeze: another payer than the freeze's -> 40004 USER_ACCOUNT_VALIDATE_FAIL
freeze: payments from the payer's balance are stopped -> 40004 ERROR_BALANCE_PAYMENT_DISABLE
freeze: above the limit of the payer's class -> 40004 ERROR_BALANCE_PAYMENT_DISABLE
freeze: balance too low -> 40004 MONEY_NOT_ENOUGH
freeze for: another payee than the merchant is named -> 40004 ILLEGAL_PAYEE_USER_ID
find freeze: the freeze does not exist -> 40004 AUTH_ORDER_NOT_EXIST
find freeze: the freeze has no such operation -> 40004 AUTH_OPERATION_NOT_EXIST
unfreeze: the freeze does not exist -> 40004 AUTH_ORDER_NOT_EXIST
unfreeze: the number was used with another … -> 40004 UNIQUE_VIOLATION
unfreeze: nothing is frozen yet -> 40004 ILLEGAL_STATUS
unfreeze: the freeze is finished -> 40004 ORDER_ALREADY_FINISH
unfreeze: the freeze is closed -> 40004 ORDER_ALREADY_CLOSED
unfreeze: more than is left of the freeze -> 40004 REQUEST_AMOUNT_EXCEED
cancel freeze: the freeze does not exist -> 40004 AUTH_ORDER_NOT_EXIST
cancel freeze: the freeze is finished -> 40004 ORDER_ALREADY_FINISH
cancel freeze: a part of the freeze was used -> 40004 REQUEST_AMOUNT_EXCEED
cancel freeze: the time for cancelling is over -> 40004 CANCEL_OPERATION_TIME_OUT
pay from freeze: seller not found -> 40004 ACQ.SELLER_NOT_EXIST
pay from freeze: the order number was used with another … -> 40004 ACQ.CONTEXT_INCONSISTENT
pay from freeze: order is closed -> 40004 ACQ.TRADE_HAS_CLOSE
pay from freeze: seller is frozen or closed -> 40004 ACQ.SELLER_BEEN_BLOCKED
pay from freeze: above what a merchant without a licence receives by one payment -> \
    40004 ACQ.MERCHANT_PERM_RECEIPT_SINGLE_LIMIT
pay from freeze: above what a merchant without a licence receives on one day -> \
    40004 ACQ.MERCHANT_PERM_RECEIPT_DAY_LIMIT
pay from freeze: above what a merchant without a licence receives in one month -> \
    40004 ACQ.MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT
pay from freeze: order's time to pay is over -> 40004 ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR
pay from freeze: the freeze does not exist -> 40004 ACQ.AUTH_NO_ERROR
pay from freeze: the freeze is of another product -> 40004 ACQ.PRE_AUTH_PROD_CODE_INCONSISTENT
pay from freeze: the buyer is not the freeze's payer -> 40004 ACQ.PAYER_UNMATCHED
pay from freeze: nothing is frozen yet -> 40004 ACQ.AUTH_ORDER_NOT_PAID
pay from freeze: the freeze is finished -> 40004 ACQ.AUTH_ORDER_HAS_FINISHED
pay from freeze: the freeze is closed -> 40004 ACQ.AUTH_ORDER_HAS_CLOSED
pay from freeze: more than is left of the freeze -> 40004 ACQ.AUTH_AMOUNT_NOT_ENOUGH
split: trade does not exist -> 40004 ACQ.TRADE_NOT_EXIST
split: the request number was used with another … -> 40004 ACQ.DISCORDANT_REPEAT_REQUEST
split: trade is not paid -> 40004 ACQ.TRADE_STATUS_ERROR
split: trade's money is held in escrow -> 40004 ACQ.ALLOC_REFUSE_BEFORE_SETTLE
split: trade is closed or finished -> 40004 ACQ.ILLEGAL_SETTLE_STATE
split: the trade's splits were finished -> 40004 ACQ.ALREADY_FINISH_ALLOC
split: too many splits of one trade -> 40004 ACQ.FREQUENCY_LIMITED
split: seller is frozen, stopped or closed -> 40004 ACQ.USER_ACCOUNT_HAD_FREEZEN
split: only the seller can pay -> 40004 ACQ.MUST_ALLOC_FROM_ROOT_ACCOUNT
split: payer and receiver are the same party -> 40004 ACQ.ROYALTY_ACCOUNTS_EQUAL
split: the receiver is not bound -> 40004 ACQ.ROYALTY_RECEIVER_INVALID
split: more than may be split -> 40004 ACQ.ALLOC_AMOUNT_VALIDATE_ERROR
split: seller balance too low -> 40004 ACQ.TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH
bind: no receiver was named -> 40004 RECEIVER_LIST_EMPTY
bind: too many receivers in one request -> 40004 RECEIVER_LIST_OVERLOAD
bind: no such way to name a receiver -> 40004 INVALID_RECEIVER_TYPE
bind: receiver not found -> 40004 USER_NOT_EXIST
bind: the receiver has another name -> 40004 USERNAME_NOT_MATCH
bind: receiver is frozen or closed -> 40004 RECEIVER_ACCOUNT_STATE_INVALID
bind: too many receivers -> 40004 RELATION_QUANTITY_LIMIT
find_split: trade does not exist, or is another merchant's -> 40004 MERCHANT_TRADE_NOT_MATCH
find_split: the trade has no such split -> 40004 INVALID_PARAMETER
bill: bills of this kind are not simulated -> 40004 TYPE_NOT_SUPPORTED
bill: the merchant was opened later -> 40004 BILL_DATE_BEFORE_REGISTRATION
bill: there is no bill of this time -> 40004 isp.bill_not_exist
transfer: payer not found -> 40004 PAYER_NOT_EXIST
transfer: the number was used with another … -> 40004 PAYMENT_INFO_INCONSISTENCY
transfer: payee not found -> 40004 PAYEE_NOT_EXIST
transfer: the payee has another name -> 40004 PAYEE_USERINFO_ERROR
transfer: payee account is closed -> 40004 PAYEE_ACCOUNT_STATUS_ERROR
transfer: payer and payee are the same party -> 40004 PAYER_PAYEE_CANNOT_SAME
transfer: the payer's contract for transfers has ended -> 40004 PRODUCT_NOT_SIGN
transfer: payer is frozen or closed -> 40004 PAYER_STATUS_ERROR
transfer: payments from the payer's balance are stopped -> 40004 PAYER_STATUS_ERROR
transfer: below the least that can be sent -> 40004 EXCEED_LIMIT_SM_MIN_AMOUNT
transfer: above the limit of one transfer -> 40004 EXCEED_LIMIT_SM_AMOUNT
transfer: above the limit of the day -> 40004 EXCEED_LIMIT_DM_AMOUNT
transfer: above the limit of the month -> 40004 EXCEED_LIMIT_MM_AMOUNT
transfer: balance too low -> 40004 PAYER_BALANCE_NOT_ENOUGH
transfer: refused by risk rules -> 40004 SECURITY_CHECK_FAILED
find_transfer: the transfer does not exist -> 40004 ORDER_NOT_EXIST
account: the account is not the merchant's own -> 40004 NO_PERMISSION_ACCOUNT
card_transfer: payer not found -> 40004 PAYER_NOT_EXIST
card_transfer: the number was used with another … -> 40004 PAYMENT_INFO_INCONSISTENCY
card_transfer: the payer's contract for transfers has ended -> 40004 PRODUCT_NOT_SIGN
card_transfer: payer is frozen or closed -> 40004 PAYER_STATUS_ERROR
card_transfer: payments from the payer's balance are stopped -> 40004 PAYER_STATUS_ERROR
card_transfer: below the least that can be sent -> 40004 EXCEED_LIMIT_SM_MIN_AMOUNT
card_transfer: above the limit of one transfer -> 40004 EXCEED_LIMIT_SM_AMOUNT
card_transfer: above the limit of the day -> 40004 EXCEED_LIMIT_DM_AMOUNT
card_transfer: above the limit of the month -> 40004 EXCEED_LIMIT_MM_AMOUNT
card_transfer: balance too low -> 40004 PAYER_BALANCE_NOT_ENOUGH
card_transfer: the card was named wrongly too often today -> 40004 RESOURCE_LIMIT_EXCEED
card_transfer: the bank does not know this card under this name -> 40004 PAYEE_CARD_INFO_ERROR
card_transfer: no answer about the card, or another list of names came meanwhile -> 40004 REQUEST_PROCESSING
card_transfer: refused by risk rules -> 40004 SECURITY_CHECK_FAILED
card_not_paid: the bank refused it: NoMoney -> 40004 BANK_RESPONSE_ERROR
card_not_paid: the bank refused it: OverLimit -> 40004 EXCEED_LIMIT_DC_RECEIVED
card_not_paid: the bank refused it: CardBlocked -> 40004 PAYEE_CARD_INFO_ERROR
card_not_paid: the bank refused it: AgreementEnded -> 40004 PAYEE_CARD_INFO_ERROR
card_not_paid: the bank refused it: Other -> 40004 BANK_RESPONSE_ERROR
card_sent_back: the bank sent it back -> 40004 PAYEE_CARD_INFO_ERROR
batch: payer not found -> 40004 PAYER_NOT_EXIST
batch: the number was used for another batch -> 40004 PAYMENT_INFO_INCONSISTENCY
batch: a batch has one to a thousand details -> 40004 PARAM_ILLEGAL
batch: two details have the same number -> 40004 PARAM_ILLEGAL
batch: the details do not come to the total -> 40004 PARAM_ILLEGAL
batch: the moment until which it waits is over or too far away -> 40004 PARAM_ILLEGAL
batch: the payer's contract for transfers has ended -> 40004 PRODUCT_NOT_SIGN
batch: payer is frozen or closed -> 40004 PAYER_STATUS_ERROR
batch: payments from the payer's balance are stopped -> 40004 PAYER_STATUS_ERROR
batch: no answer about a card, or another list of names came meanwhile -> 40004 REQUEST_PROCESSING
find_batch: the batch does not exist -> 40004 ORDER_NOT_EXIST
batch_detail: the detail failed: PayerNotFound -> 40004 PAYER_NOT_EXIST
batch_detail: the detail failed: NumberTaken -> 40004 PAYMENT_INFO_INCONSISTENCY
batch_detail: the detail failed: PayeeNotFound -> 40004 PAYEE_NOT_EXIST
batch_detail: the detail failed: PayeeNameDiffers -> 40004 PAYEE_USERINFO_ERROR
batch_detail: the detail failed: PayeeBlocked -> 40004 PAYEE_ACCOUNT_STATUS_ERROR
batch_detail: the detail failed: PayeeIsPayer -> 40004 PAYER_PAYEE_CANNOT_SAME
batch_detail: the detail failed: NotSigned -> 40004 PRODUCT_NOT_SIGN
batch_detail: the detail failed: PayerBlocked -> 40004 PAYER_STATUS_ERROR
batch_detail: the detail failed: PayerStopped -> 40004 PAYER_STATUS_ERROR
batch_detail: the detail failed: TooSmall -> 40004 EXCEED_LIMIT_SM_MIN_AMOUNT
batch_detail: the detail failed: TooLarge -> 40004 EXCEED_LIMIT_SM_AMOUNT
batch_detail: the detail failed: DayLimit -> 40004 EXCEED_LIMIT_DM_AMOUNT
batch_detail: the detail failed: MonthLimit -> 40004 EXCEED_LIMIT_MM_AMOUNT
batch_detail: the detail failed: BalanceTooLow -> 40004 PAYER_BALANCE_NOT_ENOUGH
batch_detail: the detail failed: Risk -> 40004 SECURITY_CHECK_FAILED
batch_detail: the detail failed: CardWrong -> 40004 PAYEE_CARD_INFO_ERROR
batch_detail: the detail failed: TooManyNames -> 40004 RESOURCE_LIMIT_EXCEED
batch_detail: the detail failed: BankCard -> 40004 PAYEE_CARD_INFO_ERROR
batch_detail: the detail failed: BankLimit -> 40004 EXCEED_LIMIT_DC_RECEIVED
batch_detail: the detail failed: BankRefused -> 40004 BANK_RESPONSE_ERROR
";

#[test]
fn every_refusal_has_its_frozen_code() {
    let printed: String = codes_table()
        .iter()
        .map(|row| format!("{}: {} -> {} {}\n", row.request, row.refusal, row.code, row.sub_code))
        .collect();
    assert_eq!(printed, TABLE);
}

#[test]
fn one_code_has_one_text_and_the_text_is_chinese() {
    let mut rows = codes_table();
    rows.sort_by_key(|row| row.sub_code);
    for row in &rows {
        assert!(!row.sub_msg.is_ascii(), "{row:?}");
    }
    for pair in rows.windows(2).filter(|pair| pair[0].sub_code == pair[1].sub_code) {
        assert_eq!(pair[0].sub_msg, pair[1].sub_msg);
    }
}
