"""Every method of the trade family through each SDK, in each mode, on both paths."""

import base64

import raw
from outcomes import (ALREADY_CLOSED, BAD_CODE, BAD_FIELD, NO_MONEY, NO_TRADE, NO_TRADE_FOR_REFUND_QUERY, OK,
                      OTHER_DATA, PAID_AGAIN, WAITING, WRONG_STATE, outcome)


def order(new_number, amount="8.88", **more):
    """The three fields that every order needs."""
    return {"out_trade_no": new_number(), "total_amount": amount, "subject": "红富士 apples", **more}


def pay(client, sandbox, buyer, new_number, amount="8.88", **more):
    """A paid order: (biz, answer)."""
    biz = order(new_number, amount, scene="bar_code", auth_code=sandbox.pay_code(buyer["login"]), **more)
    answer = client.call("alipay.trade.pay", biz)
    assert outcome(answer) == OK, answer
    return biz, answer


def query(client, number):
    """trade.query by out_trade_no."""
    return client.call("alipay.trade.query", {"out_trade_no": number})


def test_pay_by_code(client, sandbox, buyer, new_number):
    biz, answer = pay(client, sandbox, buyer, new_number)
    assert answer["out_trade_no"] == biz["out_trade_no"]
    assert len(answer["trade_no"]) == 28 and answer["trade_no"].isdigit()
    assert answer["total_amount"] == answer["buyer_pay_amount"] == answer["receipt_amount"] == "8.88"
    assert answer["buyer_user_id"] == buyer["user_id"]
    assert buyer["login"] not in str(answer) and "*" in answer["buyer_logon_id"]
    assert answer["gmt_payment"]
    assert {bill["fund_channel"]: bill["amount"] for bill in answer["fund_bill_list"]} == {"ALIPAYACCOUNT": "8.88"}


def test_pay_with_security_code_takes_the_same_path(client, sandbox, buyer, new_number):
    biz = order(new_number, scene="security_code", auth_code=sandbox.pay_code(buyer["login"]))
    assert outcome(client.call("alipay.trade.pay", biz)) == OK


def test_pay_code_works_once(client, sandbox, buyer, new_number):
    code = sandbox.pay_code(buyer["login"])
    first = order(new_number, scene="bar_code", auth_code=code)
    assert outcome(client.call("alipay.trade.pay", first)) == OK
    second = order(new_number, scene="bar_code", auth_code=code)
    assert outcome(client.call("alipay.trade.pay", second)) in BAD_CODE


def test_pay_with_unknown_code(client, new_number):
    biz = order(new_number, scene="bar_code", auth_code="288888888888888888")
    assert outcome(client.call("alipay.trade.pay", biz)) in BAD_CODE


def test_pay_without_money(client, sandbox, new_number):
    poor = sandbox.buyer("1.00")
    biz = order(new_number, "1.01", scene="bar_code", auth_code=sandbox.pay_code(poor["login"]))
    assert outcome(client.call("alipay.trade.pay", biz)) in NO_MONEY
    # The order may stay open or be closed (protocol 7.1); it is not paid.
    assert query(client, biz["out_trade_no"]).get("trade_status") in (None, "WAIT_BUYER_PAY", "TRADE_CLOSED")
    exact = order(new_number, "1.00", scene="bar_code", auth_code=sandbox.pay_code(poor["login"]))
    assert outcome(client.call("alipay.trade.pay", exact)) == OK


def test_a_failed_attempt_may_be_repeated_with_a_new_code(client, sandbox, buyer, new_number):
    biz = order(new_number, scene="bar_code", auth_code="288888888888888889")
    assert outcome(client.call("alipay.trade.pay", biz)) in BAD_CODE
    biz["auth_code"] = sandbox.pay_code(buyer["login"])
    assert outcome(client.call("alipay.trade.pay", biz)) == OK


def test_pay_above_the_password_free_limit_waits(client, sandbox, buyer, new_number):
    biz = order(new_number, "5000.00", scene="bar_code", auth_code=sandbox.pay_code(buyer["login"]))
    answer = client.call("alipay.trade.pay", biz)
    assert outcome(answer) == WAITING
    assert answer["msg"] == " order success pay inprocess"
    assert answer["buyer_pay_amount"] == "0.00" and answer["total_amount"] == "5000.00"
    assert query(client, biz["out_trade_no"])["trade_status"] == "WAIT_BUYER_PAY"
    confirmed = sandbox.pay(buyer["login"], trade_no=answer["trade_no"])
    assert confirmed == confirmed | {"trade_no": answer["trade_no"], "trade_status": "TRADE_SUCCESS"}
    assert query(client, biz["out_trade_no"])["trade_status"] == "TRADE_SUCCESS"


def test_precreate_scan_and_pay(client, sandbox, buyer, new_number):
    biz = order(new_number)
    made = client.call("alipay.trade.precreate", biz)
    assert outcome(made) == OK and made["out_trade_no"] == biz["out_trade_no"]
    assert made["qr_code"].startswith("http")
    assert outcome(query(client, biz["out_trade_no"])) in NO_TRADE, "a QR order does not exist before the scan"
    paid = sandbox.pay(buyer["login"], qr_code=made["qr_code"])
    assert paid["trade_status"] == "TRADE_SUCCESS"
    found = query(client, biz["out_trade_no"])
    assert (found["trade_no"], found["trade_status"]) == (paid["trade_no"], "TRADE_SUCCESS")


def test_precreate_of_a_paid_order(client, sandbox, buyer, new_number):
    biz, _ = pay(client, sandbox, buyer, new_number)
    again = {name: biz[name] for name in ("out_trade_no", "total_amount", "subject")}
    # Paid, or met in another shape: both are named in 5.4.
    assert outcome(client.call("alipay.trade.precreate", again)) in {("40004", "ACQ.TRADE_HAS_SUCCESS")} | OTHER_DATA


def test_precreate_without_a_subject(client, new_number):
    biz = order(new_number)
    del biz["subject"]
    assert outcome(client.call("alipay.trade.precreate", biz)) in BAD_FIELD


def test_create_and_pay_by_trade_number(client, sandbox, buyer, new_number):
    biz = order(new_number, buyer_id=buyer["user_id"])
    made = client.call("alipay.trade.create", biz)
    assert outcome(made) == OK and made["out_trade_no"] == biz["out_trade_no"]
    found = query(client, biz["out_trade_no"])
    assert (found["trade_status"], found["buyer_pay_amount"]) == ("WAIT_BUYER_PAY", "0.00")
    assert "send_pay_date" not in found
    assert sandbox.pay(buyer["login"], trade_no=made["trade_no"])["trade_status"] == "TRADE_SUCCESS"


def test_create_for_an_unknown_buyer(client, new_number):
    biz = order(new_number, buyer_id="2088999999999999")
    # An id that cannot be ours is a bad field; one that could be is an unknown buyer.
    assert outcome(client.call("alipay.trade.create", biz)) in BAD_FIELD | {("40004", "ACQ.BUYER_NOT_EXIST")}
    assert outcome(query(client, biz["out_trade_no"])) in NO_TRADE


def test_create_twice(client, buyer, new_number):
    biz = order(new_number, buyer_id=buyer["user_id"])
    first = client.call("alipay.trade.create", biz)
    again = client.call("alipay.trade.create", biz)
    assert (outcome(again), again["trade_no"]) == (OK, first["trade_no"])
    other = client.call("alipay.trade.create", {**biz, "total_amount": "8.89"})
    assert outcome(other) in OTHER_DATA


def test_query(client, sandbox, buyer, new_number):
    biz, paid = pay(client, sandbox, buyer, new_number)
    found = query(client, biz["out_trade_no"])
    assert outcome(found) == OK and found["trade_status"] == "TRADE_SUCCESS"
    assert found["buyer_user_id"] == buyer["user_id"] and found["send_pay_date"]
    by_trade_no = client.call("alipay.trade.query", {"trade_no": paid["trade_no"], "out_trade_no": "whatever"})
    assert by_trade_no["out_trade_no"] == biz["out_trade_no"], "trade_no wins"


def test_query_of_an_unknown_order(client, new_number):
    answer = query(client, new_number())
    assert outcome(answer) in NO_TRADE
    assert answer["msg"] == "Business Failed" and answer["sub_msg"]


def test_query_without_a_number(client):
    assert outcome(client.call("alipay.trade.query", {"query_options": ["fund_bill_list"]})) in BAD_FIELD


def test_cancel_of_an_unknown_order(client, new_number):
    number = new_number()
    answer = client.call("alipay.trade.cancel", {"out_trade_no": number})
    assert outcome(answer) == OK
    assert answer["out_trade_no"] == number and answer["retry_flag"] == "N"
    assert "trade_no" not in answer and "action" not in answer


def test_cancel_of_an_unpaid_order(client, buyer, new_number):
    biz = order(new_number, buyer_id=buyer["user_id"])
    client.call("alipay.trade.create", biz)
    for _ in range(2):  # repeating is safe
        answer = client.call("alipay.trade.cancel", {"out_trade_no": biz["out_trade_no"]})
        assert outcome(answer) == OK and answer["action"] == "close" and answer["retry_flag"] == "N"
    assert query(client, biz["out_trade_no"])["trade_status"] == "TRADE_CLOSED"


def test_cancel_of_a_paid_order_gives_the_money_back(client, sandbox, new_number):
    buyer = sandbox.buyer("8.88")
    biz, paid = pay(client, sandbox, buyer, new_number)
    answer = client.call("alipay.trade.cancel", {"trade_no": paid["trade_no"]})
    assert (outcome(answer), answer["action"]) == (OK, "refund")
    assert query(client, biz["out_trade_no"])["trade_status"] == "TRADE_CLOSED"
    pay(client, sandbox, buyer, new_number)  # all 8.88 are there again


def test_close(client, sandbox, buyer, new_number):
    biz = order(new_number, buyer_id=buyer["user_id"])
    made = client.call("alipay.trade.create", biz)
    closed = client.call("alipay.trade.close", {"out_trade_no": biz["out_trade_no"]})
    assert (outcome(closed), closed["trade_no"]) == (OK, made["trade_no"])
    assert query(client, biz["out_trade_no"])["trade_status"] == "TRADE_CLOSED"
    late = {**order(new_number), "out_trade_no": biz["out_trade_no"], "scene": "bar_code",
            "auth_code": sandbox.pay_code(buyer["login"])}
    assert outcome(client.call("alipay.trade.pay", late)) in {("40004", "ACQ.TRADE_HAS_CLOSE")} | OTHER_DATA


def test_close_refused(client, sandbox, buyer, new_number):
    assert outcome(client.call("alipay.trade.close", {"out_trade_no": new_number()})) in NO_TRADE
    biz, _ = pay(client, sandbox, buyer, new_number)
    assert outcome(client.call("alipay.trade.close", {"out_trade_no": biz["out_trade_no"]})) in WRONG_STATE
    assert query(client, biz["out_trade_no"])["trade_status"] == "TRADE_SUCCESS"


def test_partial_refunds_until_nothing_is_left(client, sandbox, buyer, new_number):
    biz, paid = pay(client, sandbox, buyer, new_number, "10.00")
    number = biz["out_trade_no"]

    def refund(request, amount):
        return client.call("alipay.trade.refund",
                           {"out_trade_no": number, "refund_amount": amount, "out_request_no": request})

    first = refund("r1", "3.00")
    assert (outcome(first), first["fund_change"], first["refund_fee"]) == (OK, "Y", "3.00")
    assert first["trade_no"] == paid["trade_no"] and first["buyer_user_id"] == buyer["user_id"]
    again = refund("r1", "3.00")
    assert (outcome(again), again["fund_change"], again["refund_fee"]) == (OK, "N", "3.00")
    assert outcome(refund("r1", "3.01")) == ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST")
    assert outcome(refund("r2", "7.01")) == ("40004", "ACQ.REASON_TRADE_REFUND_FEE_ERR")
    assert query(client, number)["trade_status"] == "TRADE_SUCCESS"
    last = refund("r3", "7.00")
    assert (outcome(last), last["fund_change"], last["refund_fee"]) == (OK, "Y", "10.00")
    assert query(client, number)["trade_status"] == "TRADE_CLOSED"
    # Everything is back; which of the two is said first is not told by 5.9.
    assert outcome(refund("r4", "0.01")) in {("40004", "ACQ.TRADE_HAS_CLOSE"),
                                             ("40004", "ACQ.REASON_TRADE_REFUND_FEE_ERR")}
    assert outcome(refund("r1", "3.00")) == OK, "an answered refund keeps its answer"


def test_full_refund_without_a_request_number(client, sandbox, new_number):
    buyer = sandbox.buyer("8.88")
    biz, _ = pay(client, sandbox, buyer, new_number)
    answer = client.call("alipay.trade.refund", {"out_trade_no": biz["out_trade_no"], "refund_amount": "8.88"})
    assert (outcome(answer), answer["refund_fee"], answer["fund_change"]) == (OK, "8.88", "Y")
    pay(client, sandbox, buyer, new_number)


def test_refund_refused(client, sandbox, buyer, new_number):
    def refund(**biz):
        return outcome(client.call("alipay.trade.refund", biz))

    assert refund(out_trade_no=new_number(), refund_amount="1.00") in NO_TRADE
    unpaid = order(new_number, buyer_id=buyer["user_id"])
    client.call("alipay.trade.create", unpaid)
    assert refund(out_trade_no=unpaid["out_trade_no"], refund_amount="8.88") in WRONG_STATE
    biz, _ = pay(client, sandbox, buyer, new_number)
    number = biz["out_trade_no"]
    assert refund(out_trade_no=number, refund_amount="1.00") == ("40004", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    for amount in ("0", "-1", "0.001"):
        # 7.3 has an older code for a refund amount of a bad shape too.
        assert refund(out_trade_no=number, refund_amount=amount, out_request_no="x") in BAD_FIELD | {
            ("40004", "ACQ.REFUND_FEE_ERROR"), ("40004", "ACQ.REASON_TRADE_REFUND_FEE_ERR")}, amount
    assert query(client, number)["trade_status"] == "TRADE_SUCCESS"


def test_refund_query(client, sandbox, buyer, new_number):
    biz, paid = pay(client, sandbox, buyer, new_number, "10.00")
    number = biz["out_trade_no"]
    client.call("alipay.trade.refund", {"out_trade_no": number, "refund_amount": "2.50", "out_request_no": "q1"})
    known = client.call("alipay.trade.fastpay.refund.query", {"out_trade_no": number, "out_request_no": "q1"})
    assert (outcome(known), known["refund_status"], known["refund_amount"], known["total_amount"]) == (
        OK, "REFUND_SUCCESS", "2.50", "10.00")
    assert (known["out_request_no"], known["trade_no"]) == ("q1", paid["trade_no"])
    unknown = client.call("alipay.trade.fastpay.refund.query", {"out_trade_no": number, "out_request_no": "q2"})
    assert outcome(unknown) == OK and "refund_status" not in unknown and "out_request_no" not in unknown
    nowhere = client.call("alipay.trade.fastpay.refund.query",
                          {"out_trade_no": new_number(), "out_request_no": "q1"})
    assert outcome(nowhere) in NO_TRADE_FOR_REFUND_QUERY


def test_refund_of_a_cancelled_order(client, buyer, new_number):
    biz = order(new_number, buyer_id=buyer["user_id"])
    client.call("alipay.trade.create", biz)
    client.call("alipay.trade.cancel", {"out_trade_no": biz["out_trade_no"]})
    answer = client.call("alipay.trade.refund", {"out_trade_no": biz["out_trade_no"], "refund_amount": "8.88"})
    assert outcome(answer) in ALREADY_CLOSED


def test_pay_again_after_payment(client, sandbox, buyer, new_number):
    biz, paid = pay(client, sandbox, buyer, new_number)
    same = client.call("alipay.trade.pay", biz)
    assert outcome(same) in PAID_AGAIN
    if outcome(same) == OK:
        assert same["trade_no"] == paid["trade_no"]
    other = client.call("alipay.trade.pay", {**biz, "total_amount": "8.89"})
    # Either fault may be named first: the order is paid, and the amount is another one.
    assert outcome(other) in OTHER_DATA | {("40004", "ACQ.TRADE_HAS_SUCCESS")}


def test_certificate_download(client, apps):
    serial = apps["cert"].platform_cert_sn
    answer = client.call("alipay.open.app.alipaycert.download", {"alipay_cert_sn": serial})
    wrong = client.call("alipay.open.app.alipaycert.download", {"alipay_cert_sn": "0" * 32})
    no_such_certificate = BAD_FIELD | {("40002", "isv.alipay-cert-not-exist")}
    assert outcome(wrong) in no_such_certificate
    if client.mode == "key":
        # 1.8 says nothing of an app without certificates: served or refused, but in the verified envelope.
        assert outcome(answer) in no_such_certificate | {OK, ("40006", "isv.insufficient-isv-permissions")}
        return
    assert outcome(answer) == OK
    pem = base64.b64decode(answer["alipay_cert_content"]).decode()
    assert raw.certificate_serial(raw.x509.load_pem_x509_certificate(pem.encode())) == serial
