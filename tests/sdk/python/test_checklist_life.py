"""Checklist of protocol appendix B, points 10 to 14: certificates, pages, notifications, repeats, races."""

import base64
import concurrent.futures
import threading
import urllib.parse

import pytest

import raw
from outcomes import BAD_FIELD, NO_MONEY, NO_TRADE, OK, OTHER_DATA, PAID_AGAIN
from sandbox import SandboxError

QUERY = "alipay.trade.query"
CREATE = "alipay.trade.create"
PAY = "alipay.trade.pay"
REFUND = "alipay.trade.refund"
CANCEL = "alipay.trade.cancel"
PAGE = "alipay.trade.page.pay"
DOWNLOAD = "alipay.open.app.alipaycert.download"
RACERS = 16


# ---- 10: certificates

def test_b10_download_without_version(apps):
    app = apps["cert"]
    answer = app.call(DOWNLOAD, {"alipay_cert_sn": app.platform_cert_sn}, version=None)
    assert answer.outcome == OK
    pem = base64.b64decode(answer["alipay_cert_content"])
    assert raw.x509.load_pem_x509_certificate(pem) == app.platform_certificate


def test_b10_certificates_fit_every_client(apps):
    app = apps["cert"]
    roots = raw.x509.load_pem_x509_certificates(app.root_pem.encode())
    for certificate in [app.app_certificate, app.platform_certificate, *roots]:
        short = [attribute.rfc4514_attribute_name for attribute in certificate.issuer]
        assert sorted(short) == ["C", "CN", "O", "OU"], "python-alipay-sdk knows exactly these four"
        assert certificate.serial_number.bit_length() <= 128, "PHP hashes longer ones as 0x text"
        for attribute in certificate.issuer:
            assert attribute.value.isascii() and not set(attribute.value) & set(',+"\\<>;='), attribute.value
        assert certificate.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.11", "SHA-256 with RSA"
    assert app.root_pem.strip().count("BEGIN CERTIFICATE") == len(app.root_pem.strip().split("\n\n"))
    # The chain holds: a client that checks it, as Java's does, is content.
    app.platform_certificate.verify_directly_issued_by(roots[0])
    app.app_certificate.verify_directly_issued_by(roots[0])
    own = app.private_key.public_key().public_numbers()
    assert app.app_certificate.public_key().public_numbers() == own
    assert app.platform_certificate.public_key().public_numbers() == app.platform_key.public_numbers() != own


@pytest.mark.parametrize("changes, expected", [
    ({"app_cert_sn": None}, {("40001", "isv.missing-app-cert-sn")}),
    ({"alipay_root_cert_sn": None}, {("40001", "isv.missing-alipay-root-cert-sn")}),
    ({"app_cert_sn": "0" * 32}, {("40002", "isv.app-cert-not-exist")}),
    ({"alipay_root_cert_sn": "0" * 32}, {("40002", "isv.invalid-alipay-root-cert-sn")}),
])
def test_b10_serials_are_checked(apps, changes, expected):
    answer = apps["cert"].call(QUERY, {"out_trade_no": "NOBODY_1"}, **changes)
    assert answer.outcome in expected


# ---- 11: pages

def page_parameters(app, new_number, amount="2.22", **more):
    """A page order with what only some SDKs send."""
    biz = {"out_trade_no": new_number("L"), "total_amount": amount, "subject": "it's \"two\" & no <more>".replace(
        "&", "+"), "product_code": "FAST_INSTANT_TRADE_PAY"}
    return biz["out_trade_no"], app.signed(app.parameters(PAGE, biz, **more))


@pytest.mark.parametrize("mode", ["key", "cert"])
def test_b11_php_form_with_everything_in_the_body(apps, new_number, mode):
    app = apps[mode]
    _, signed = page_parameters(app, new_number, charset="UTF-8", alipay_sdk="alipay-sdk-PHP-4.20.880.ALL",
                                return_url="http://127.0.0.1/r")
    status, headers, body = raw.exchange(app.gateway, "POST", "charset=UTF-8", raw.encode(signed))
    assert status in (200, 302, 303), body[:300]
    assert status != 200 or (b"<form" in body and headers["Content-Type"].lower().startswith("text/html"))


def test_b11_alipay_sdk_parameter_in_a_link(app, sandbox, buyer, new_number):
    number, signed = page_parameters(app, new_number, alipay_sdk="alipay-sdk-nodejs-4.0.0")
    paid = sandbox.pay(buyer["login"], order_url=app.gateway + "?" + raw.encode(signed))
    assert paid["trade_status"] == "TRADE_SUCCESS"
    assert app.call(QUERY, {"out_trade_no": number})["trade_no"] == paid["trade_no"]


def test_b11_order_string_of_any_order(app, sandbox, buyer, new_number):
    biz = {"out_trade_no": new_number("L"), "total_amount": "2.23", "subject": "app",
           "product_code": "QUICK_MSECURITY_PAY"}
    signed = app.signed(app.parameters("alipay.trade.app.pay", biz))
    text = raw.encode(dict(reversed(list(signed.items()))), quote=lambda b: urllib.parse.quote(b, safe=""))
    assert sandbox.pay(buyer["login"], order_string=text)["trade_status"] == "TRADE_SUCCESS"


def test_b11_wrong_pages_are_told_in_html(app, new_number):
    _, signed = page_parameters(app, new_number)
    signed["sign"] = app.sign_bytes(b"something else")
    for verb in ("GET", "POST"):
        query, body = (raw.encode(signed), None) if verb == "GET" else ("", raw.encode(signed))
        status, headers, text = raw.exchange(app.gateway, verb, query, body)
        assert status == 200 and headers["Content-Type"].lower().startswith("text/html")
        assert b"<html" in text.lower() and b"<form" not in text.lower(), text[:300]


# ---- 12: notifications (more in test_notifications.py)

def test_b12_notification_rules_of_every_verifier(app, paid, merchant_site):
    answer = paid(notify_url=merchant_site.url())
    params = merchant_site.wait(answer["out_trade_no"])["params"]
    rest = {n: v for n, v in params.items() if n not in ("sign", "sign_type")}
    for keep_empty in (True, False):  # verifiers that keep empties and those that drop them agree
        app.verify(raw.sign_text(rest, keep_empty).encode(), params["sign"])
    assert not [n for n, v in params.items() if v.startswith("@")], "PHP leaves such values out"
    assert params["sign_type"] == "RSA2" and params["charset"].lower() == "utf-8"


def test_b12_notification_in_gbk(app, buyer, sandbox, new_number, merchant_site):
    biz = {"out_trade_no": new_number("L"), "total_amount": "1.00", "subject": "国标商品", "scene": "bar_code",
           "auth_code": sandbox.pay_code(buyer["login"])}
    parameters = app.parameters(PAY, biz, charset="GBK", notify_url=merchant_site.url())
    assert app.checked(app.send(app.signed(parameters, charset="gbk"), charset="gbk")).outcome == OK
    item = merchant_site.wait(biz["out_trade_no"])
    assert "charset=gb" in item["content_type"].lower().replace(" ", "")
    params = item["params"]
    assert params["subject"] == "国标商品" and params["charset"].lower().startswith("gb")
    rest = {n: v for n, v in params.items() if n not in ("sign", "sign_type")}
    app.verify(raw.sign_text(rest).encode("gbk"), params["sign"])


# ---- 13: repeats

def code_order(sandbox, buyer, new_number, amount="5.00"):
    """An order to be paid by code."""
    return {"out_trade_no": new_number("R"), "total_amount": amount, "subject": "again", "scene": "bar_code",
            "auth_code": sandbox.pay_code(buyer["login"])}


def test_b13_pay(app, sandbox, new_number):
    buyer = sandbox.buyer("5.00")
    biz = code_order(sandbox, buyer, new_number)
    first = app.call(PAY, biz)
    assert first.outcome == OK
    for _ in range(3):
        again = app.call(PAY, biz)
        assert again.outcome in PAID_AGAIN
        assert again.get("trade_no", first["trade_no"]) == first["trade_no"]
    changed = app.call(PAY, {**biz, "subject": "another thing"})
    assert changed.outcome in OTHER_DATA | {("40004", "ACQ.TRADE_HAS_SUCCESS")}


def test_b13_precreate(app, sandbox, buyer, new_number):
    biz = {"out_trade_no": new_number("R"), "total_amount": "5.00", "subject": "again"}
    codes = [app.call("alipay.trade.precreate", biz) for _ in range(3)]
    assert [answer.outcome for answer in codes] == [OK] * 3
    assert sandbox.pay(buyer["login"], qr_code=codes[0]["qr_code"])["trade_status"] == "TRADE_SUCCESS"
    late = app.call("alipay.trade.precreate", {**biz, "total_amount": "5.01"})
    assert late.outcome in OTHER_DATA | {("40004", "ACQ.TRADE_HAS_SUCCESS")}
    try:  # an older code of the same order must not charge a second time
        again = sandbox.pay(buyer["login"], qr_code=codes[-1]["qr_code"])
        assert again["trade_no"] == app.call(QUERY, {"out_trade_no": biz["out_trade_no"]})["trade_no"]
    except SandboxError:
        pass


def test_b13_create(app, buyer, new_number):
    biz = {"out_trade_no": new_number("R"), "total_amount": "5.00", "subject": "again", "buyer_id": buyer["user_id"]}
    numbers = {app.call(CREATE, biz)["trade_no"] for _ in range(3)}
    assert len(numbers) == 1
    for change in ({"total_amount": "5.01"}, {"subject": "other"}):
        assert app.call(CREATE, {**biz, **change}).outcome in OTHER_DATA


def test_b13_refund(app, paid):
    number = paid("9.00")["out_trade_no"]
    biz = {"out_trade_no": number, "refund_amount": "2.00", "out_request_no": "one"}
    changes = [app.call(REFUND, biz)["fund_change"] for _ in range(4)]
    assert changes == ["Y", "N", "N", "N"]
    assert app.call(REFUND, {**biz, "refund_amount": "3.00"}).outcome == ("40004", "ACQ.DISCORDANT_REPEAT_REQUEST")
    assert app.call(REFUND, {**biz, "out_request_no": "two"})["refund_fee"] == "4.00"


def test_b13_close_and_cancel(app, buyer, new_number):
    biz = {"out_trade_no": new_number("R"), "total_amount": "5.00", "subject": "again", "buyer_id": buyer["user_id"]}
    app.call(CREATE, biz)
    actions = [app.call(CANCEL, {"out_trade_no": biz["out_trade_no"]}) for _ in range(3)]
    assert [(a.outcome, a["action"]) for a in actions] == [(OK, "close")] * 3


# ---- 14: races

def race(*calls):
    """Runs the calls at the same moment and returns their results in order."""
    gate = threading.Barrier(len(calls))

    def one(call):
        gate.wait(10)
        return call()

    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(one, call) for call in calls]]


def drained(app, sandbox, buyer, new_number, amount):
    """The buyer has exactly `amount`: it can be spent, and then not a fen more."""
    if amount != "0.00":
        assert app.call(PAY, code_order(sandbox, buyer, new_number, amount)).outcome == OK
    assert app.call(PAY, code_order(sandbox, buyer, new_number, "0.01")).outcome in NO_MONEY


def test_b14_one_order_paid_by_many_at_once(app, sandbox, new_number):
    buyer = sandbox.buyer("50.00")
    biz = code_order(sandbox, buyer, new_number)
    answers = race(*[lambda: app.call(PAY, biz)] * RACERS)
    assert {a.outcome for a in answers} <= PAID_AGAIN and OK in {a.outcome for a in answers}
    assert len({a["trade_no"] for a in answers if a.outcome == OK}) == 1
    drained(app, sandbox, buyer, new_number, "45.00")


def test_b14_one_order_paid_with_many_codes_at_once(app, sandbox, new_number):
    buyers = [sandbox.buyer("5.00") for _ in range(4)]
    first = code_order(sandbox, buyers[0], new_number)
    tries = [{**first, "auth_code": sandbox.pay_code(b["login"])} for b in buyers]
    answers = race(*[lambda biz=biz: app.call(PAY, biz) for biz in tries])
    paid = [i for i, a in enumerate(answers) if a.outcome == OK]
    assert len(paid) == 1, answers
    others = {a.outcome for i, a in enumerate(answers) if i != paid[0]}
    # Another buyer's code on a paid or a running order.
    assert others <= OTHER_DATA | {("40004", "ACQ.TRADE_HAS_SUCCESS"), ("40004", "ACQ.TRADE_BUYER_NOT_MATCH")}
    for i, buyer in enumerate(buyers):
        drained(app, sandbox, buyer, new_number, "0.00" if i == paid[0] else "5.00")


def test_b14_refund_races(app, sandbox, new_number, paid):
    buyer = sandbox.buyer("10.00")
    number = paid("10.00", by=buyer)["out_trade_no"]
    answers = race(*[lambda i=i: app.call(REFUND, {
        "out_trade_no": number, "refund_amount": "3.00", "out_request_no": f"r{i}"}) for i in range(RACERS)])
    good = [a for a in answers if a.outcome == OK]
    assert len(good) == 3 and sorted(a["refund_fee"] for a in good) == ["3.00", "6.00", "9.00"]
    assert {a.outcome for a in answers if a.outcome != OK} == {("40004", "ACQ.REASON_TRADE_REFUND_FEE_ERR")}
    drained(app, sandbox, buyer, new_number, "9.00")


def test_b14_one_refund_many_times_at_once(app, sandbox, new_number, paid):
    buyer = sandbox.buyer("10.00")
    number = paid("10.00", by=buyer)["out_trade_no"]
    answers = race(*[lambda: app.call(REFUND, {
        "out_trade_no": number, "refund_amount": "4.00", "out_request_no": "same"})] * RACERS)
    assert {a.outcome for a in answers} == {OK} and {a["refund_fee"] for a in answers} == {"4.00"}
    assert sorted(a["fund_change"] for a in answers) == ["N"] * (RACERS - 1) + ["Y"]
    drained(app, sandbox, buyer, new_number, "4.00")


def test_b14_cancel_against_pay(app, sandbox, new_number):
    for _ in range(8):
        buyer = sandbox.buyer("5.00")
        biz = code_order(sandbox, buyer, new_number)
        number = biz["out_trade_no"]
        paid, cancelled = race(lambda: app.call(PAY, biz), lambda: app.call(CANCEL, {"out_trade_no": number}))
        assert cancelled.outcome == OK
        found = app.call(QUERY, {"out_trade_no": number})
        if cancelled.get("action") is None and paid.outcome == OK:
            # The cancel came before the order existed: nothing to undo, the payment stands.
            assert found["trade_status"] == "TRADE_SUCCESS"
            drained(app, sandbox, buyer, new_number, "0.00")
        else:
            assert found.get("trade_status") in ("TRADE_CLOSED", None), found
            drained(app, sandbox, buyer, new_number, "5.00")


def test_b14_cancel_against_refund(app, sandbox, new_number, paid):
    for _ in range(4):
        buyer = sandbox.buyer("6.00")
        number = paid("6.00", by=buyer)["out_trade_no"]
        race(lambda: app.call(CANCEL, {"out_trade_no": number}),
             lambda: app.call(REFUND, {"out_trade_no": number, "refund_amount": "6.00", "out_request_no": "x"}))
        assert app.call(QUERY, {"out_trade_no": number})["trade_status"] == "TRADE_CLOSED"
        drained(app, sandbox, buyer, new_number, "6.00")


def test_b14_scan_races(app, sandbox, new_number):
    buyers = [sandbox.buyer("7.00") for _ in range(6)]
    biz = {"out_trade_no": new_number("R"), "total_amount": "7.00", "subject": "one code"}
    qr_code = app.call("alipay.trade.precreate", biz)["qr_code"]

    def scan(buyer):
        try:
            return sandbox.pay(buyer["login"], qr_code=qr_code)["trade_status"] == "TRADE_SUCCESS"
        except SandboxError:
            return False

    won = race(*[lambda b=b: scan(b) for b in buyers])
    assert sum(won) == 1
    assert app.call(QUERY, {"out_trade_no": biz["out_trade_no"]})["trade_status"] == "TRADE_SUCCESS"
    for buyer, paid in zip(buyers, won):
        drained(app, sandbox, buyer, new_number, "0.00" if paid else "7.00")


# ---- people who may not

def test_frozen_buyer(app, sandbox, new_number):
    buyer = sandbox.buyer("5.00")
    biz = code_order(sandbox, buyer, new_number)
    sandbox.set_status(buyer["login"], "frozen")
    assert app.call(PAY, biz).outcome in {("40004", "ACQ.BUYER_ENABLE_STATUS_FORBID")}
    assert app.call(QUERY, {"out_trade_no": biz["out_trade_no"]}).get("trade_status") != "TRADE_SUCCESS"


def test_refund_to_a_closed_account(app, sandbox, paid):
    buyer = sandbox.buyer("5.00")
    number = paid("5.00", by=buyer)["out_trade_no"]
    sandbox.set_status(buyer["login"], "closed")
    answer = app.call(REFUND, {"out_trade_no": number, "refund_amount": "5.00"})
    # Appendix C names four codes for the buyer's account in a refund.
    assert answer.outcome in {("40004", f"ACQ.{name}") for name in (
        "BUYER_NOT_EXIST", "BUYER_ENABLE_STATUS_FORBID", "BUYER_ERROR", "REFUND_ACCOUNT_NOT_EXIST")}
    assert app.call(QUERY, {"out_trade_no": number})["trade_status"] == "TRADE_SUCCESS"


def test_frozen_merchant(sandbox, ready, buyer, new_number):
    shop = sandbox.merchant()
    entry = {"mode": "key", "seller_id": shop["user_id"], **sandbox.app(shop["user_id"])}
    app = raw.RawApp(entry, ready["gateway"])
    assert app.call(PAY, code_order(sandbox, buyer, new_number)).outcome == OK
    sandbox.set_status(shop["login"], "frozen")
    assert app.call(PAY, code_order(sandbox, buyer, new_number)).outcome in {
        ("40004", "ACQ.SELLER_BEEN_BLOCKED"), ("40004", "ACQ.BEYOND_PAY_RESTRICTION")}


def test_top_up_is_posted_once_per_key(app, sandbox, new_number):
    buyer = sandbox.buyer("0.00")
    for _ in range(3):
        sandbox.top_up(buyer["login"], "2.50", key=f"k{buyer['user_id']}")
    drained(app, sandbox, buyer, new_number, "2.50")


def test_buyer_and_seller_are_one(app, new_number):
    biz = {"out_trade_no": new_number("R"), "total_amount": "1.00", "subject": "self", "buyer_id": app.seller_id}
    # A merchant may be no buyer at all here.
    assert app.call(CREATE, biz).outcome in BAD_FIELD | {("40004", "ACQ.BUYER_SELLER_EQUAL"),
                                                         ("40004", "ACQ.BUYER_NOT_EXIST")}
    assert app.call(QUERY, {"out_trade_no": biz["out_trade_no"]}).outcome in NO_TRADE
