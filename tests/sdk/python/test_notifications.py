"""Notifications: a merchant on the loopback receives them and verifies them with its SDK."""

import time
import urllib.parse

import pytest

from outcomes import OK, outcome

NEVER_EMPTY = ("notify_time", "notify_type", "notify_id", "charset", "version", "sign_type", "sign", "app_id",
               "auth_app_id", "trade_no", "out_trade_no", "trade_status", "total_amount", "seller_id", "buyer_id",
               "gmt_create", "subject")


def pay(client, sandbox, buyer, new_number, site, path="/ok", **more):
    """A paid order that asks for notifications."""
    biz = {"out_trade_no": new_number("N"), "total_amount": "10.00", "subject": "通知 100% {a} \"b\" \\c + d😀",
           "scene": "bar_code", "auth_code": sandbox.pay_code(buyer["login"]), **more}
    answer = client.call("alipay.trade.pay", biz, notify_url=site.url(path))
    assert outcome(answer) == OK, answer
    return biz, answer


def check(client, item):
    """What holds for every notification: transport, members, signature."""
    params = item["params"]
    assert item["content_type"].lower().replace(" ", "").startswith(
        "application/x-www-form-urlencoded;charset=utf-8")
    assert len(item["pairs"]) == len(params), "a name came twice"
    assert "" not in params.values() and "alipay_cert_sn" not in params
    assert not [name for name in NEVER_EMPTY if name not in params]
    assert (params["notify_type"], params["version"], params["sign_type"]) == ("trade_status_sync", "1.0", "RSA2")
    assert client.verify_notification(params)
    changed = {**params, "total_amount": "0.01"}
    try:
        assert not client.verify_notification(changed)
    except Exception as error:  # the official SDK raises, python-alipay-sdk answers False
        assert type(error).__name__ == "VerificationError"
    return params


def test_paid_refunded_and_closed(client, sandbox, buyer, new_number, merchant_site, entries):
    biz, paid = pay(client, sandbox, buyer, new_number, merchant_site)
    number = biz["out_trade_no"]
    params = check(client, merchant_site.wait(number, lambda p: p["trade_status"] == "TRADE_SUCCESS"))
    assert params["trade_no"] == paid["trade_no"] and params["subject"] == biz["subject"]
    assert params["app_id"] == params["auth_app_id"] == entries[client.mode]["app_id"]
    assert params["seller_id"] == entries[client.mode]["seller_id"] and params["buyer_id"] == buyer["user_id"]
    assert params["total_amount"] == params["receipt_amount"] == params["buyer_pay_amount"] == "10.00"
    assert params["gmt_payment"] and "fundChannel" in params["fund_bill_list"]
    assert "gmt_refund" not in params and "refund_fee" not in params

    # No notify_url here: that of the order counts (protocol 6.1).
    refund = {"out_trade_no": number, "refund_amount": "4.00", "out_request_no": "n1"}
    assert outcome(client.call("alipay.trade.refund", refund)) == OK
    part = check(client, merchant_site.wait(number, lambda p: p.get("refund_fee") == "4.00"))
    assert (part["trade_status"], part["out_biz_no"]) == ("TRADE_SUCCESS", "n1")
    assert part["gmt_refund"][-4] == ".", "gmt_refund has milliseconds"
    assert part["notify_id"] != params["notify_id"], "another event has another id"

    refund = {"out_trade_no": number, "refund_amount": "6.00", "out_request_no": "n2"}
    assert outcome(client.call("alipay.trade.refund", refund)) == OK
    full = check(client, merchant_site.wait(number, lambda p: p.get("refund_fee") == "10.00"))
    assert full["trade_status"] == "TRADE_CLOSED" and full["gmt_close"] and full["gmt_payment"]


def test_qr_order(client, sandbox, buyer, new_number, merchant_site):
    biz = {"out_trade_no": new_number("N"), "total_amount": "1.23", "subject": "二维码", "body": "a=b&c=d",
           "passback_params": urllib.parse.quote("shop=1&desk=2")}
    made = client.call("alipay.trade.precreate", biz, notify_url=merchant_site.url())
    sandbox.pay(buyer["login"], qr_code=made["qr_code"])
    params = check(client, merchant_site.wait(biz["out_trade_no"], lambda p: p["trade_status"] == "TRADE_SUCCESS"))
    assert params["body"] == "a=b&c=d" and params["passback_params"] == biz["passback_params"]


def test_page_order(client, sandbox, buyer, new_number, merchant_site):
    biz = {"out_trade_no": new_number("N"), "total_amount": "1.24", "subject": "page",
           "product_code": "FAST_INSTANT_TRADE_PAY"}
    url = client.page_url("alipay.trade.page.pay", biz, notify_url=merchant_site.url("/ok?shop=1&desk=2"))
    sandbox.pay(buyer["login"], order_url=url)
    check(client, merchant_site.wait(biz["out_trade_no"], lambda p: p["trade_status"] == "TRADE_SUCCESS"))


def test_closing_an_unpaid_order_is_told(client, buyer, new_number, merchant_site):
    biz = {"out_trade_no": new_number("N"), "total_amount": "1.25", "subject": "close me",
           "buyer_id": buyer["user_id"]}
    assert outcome(client.call("alipay.trade.create", biz, notify_url=merchant_site.url())) == OK
    assert outcome(client.call("alipay.trade.close", {"out_trade_no": biz["out_trade_no"]})) == OK
    params = check(client, merchant_site.wait(biz["out_trade_no"], lambda p: p["trade_status"] == "TRADE_CLOSED"))
    assert params["gmt_close"] and "gmt_payment" not in params


def test_no_address_no_notification(client, sandbox, buyer, new_number, entries):
    biz = {"out_trade_no": new_number("N"), "total_amount": "1.00", "subject": "quiet", "scene": "bar_code",
           "auth_code": sandbox.pay_code(buyer["login"])}
    assert outcome(client.call("alipay.trade.pay", biz)) == OK
    assert sandbox.notifications(entries[client.mode]["app_id"], biz["out_trade_no"]) == []


@pytest.mark.parametrize("path, delivered", [
    ("/ok", True), ("/shout", False), ("/newline", False), ("/broken", False), ("/move", False)])
def test_b12_only_exactly_success_counts(app, paid, sandbox, new_number, merchant_site, path, delivered):
    answer = paid(notify_url=merchant_site.url(path))
    number = answer["out_trade_no"]
    item = merchant_site.wait(number)
    found = {}

    def settled():
        found["it"] = sandbox.notifications(app.app_id, number)[0]
        return found["it"]["attempts"] >= 1 and (found["it"]["last_error"] if not delivered else True)

    wait_until(settled)
    one = found["it"]
    assert one["notify_id"] == item["params"]["notify_id"]
    assert (one["out_trade_no"], one["trade_status"]) == (number, "TRADE_SUCCESS")
    assert bool(one["last_error"]) != delivered
    assert [seen["path"] for seen in merchant_site.seen(number)] == [path], "one attempt, and no redirect followed"


def wait_until(holds, limit_s=15):
    """Waits for `holds()`; bounded."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)
