"""What an answer may say, where the protocol leaves a choice.

Each set names the pairs (code, sub_code) that a correct server may answer. The sets are small on
purpose: a test that accepts any failure proves nothing.
"""

OK = ("10000", None)
WAITING = ("10003", None)

# The gateway may find a bad business field itself (40002) or leave it to the product (40004);
# protocol 1.10 and 7.3 list both for the same fault.
BAD_FIELD = {("40002", "isv.invalid-parameter"), ("40004", "ACQ.INVALID_PARAMETER")}
BAD_JSON = {("40002", "isv.invalid-parameter"), ("40002", "isv.illegal-json")}
# An amount with a valid shape above the limit has a code of its own.
TOO_MUCH = BAD_FIELD | {("40004", "ACQ.TOTAL_FEE_EXCEED")}
# Bytes that are not text in the declared charset: 1.10 has no code made for it.
BAD_TEXT = BAD_JSON | {("40002", "isv.invalid-charset")} | BAD_FIELD
# The same name twice with two values: 1.4 lets verification decide; refusing earlier is stricter.
REPEATED = {("40002", "isv.invalid-parameter"), ("40002", "isv.invalid-signature"), ("40002", "isv.suspected-attack")}
NO_TRADE = {("40004", "ACQ.TRADE_NOT_EXIST")}
# 5.9 shows both spellings for the refund query.
NO_TRADE_FOR_REFUND_QUERY = NO_TRADE | {("40004", "TRADE_NOT_EXIST")}
# 5.8 and 7.3 list three codes for "the state does not allow it".
WRONG_STATE = {("40004", "ACQ.TRADE_STATUS_ERROR"), ("40004", "ACQ.REASON_TRADE_STATUS_INVALID"),
               ("40004", "ACQ.REASON_ILLEGAL_STATUS")}
ALREADY_CLOSED = WRONG_STATE | {("40004", "ACQ.TRADE_HAS_CLOSE")}
NO_MONEY = {("40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH")}
BAD_CODE = {("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID")}
OTHER_DATA = {("40004", "ACQ.CONTEXT_INCONSISTENT")}
# A paid order paid again: 5.3 names TRADE_HAS_SUCCESS; the same request word for word may
# get the first answer again (idempotency, 5.3 first sentence). The caller sees which.
PAID_AGAIN = {OK, ("40004", "ACQ.TRADE_HAS_SUCCESS")}


def outcome(answer):
    """(code, sub_code) of an SDK's dictionary or a raw answer."""
    return answer["code"], answer.get("sub_code")
