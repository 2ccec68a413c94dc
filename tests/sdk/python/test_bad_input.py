"""Bad input: each a specific error in the right envelope, and nothing changed."""

import contextlib
import json
import re
import socket
import time
import urllib.parse

import pytest

import raw
from outcomes import (BAD_FIELD, BAD_JSON, BAD_TEXT, NO_TRADE, NO_TRADE_FOR_REFUND_QUERY, OK, REPEATED, TOO_MUCH)
from sandbox import PAY_PASSWORD

CREATE = "alipay.trade.create"
QUERY = "alipay.trade.query"
NODE = "alipay_trade_create_response"


@pytest.fixture
def order(buyer, new_number):
    """A good trade.create, which exists at once when it succeeds."""
    return {"out_trade_no": new_number("X"), "total_amount": "1.00", "subject": "bad", "buyer_id": buyer["user_id"]}


@pytest.fixture
def nothing_changed(app, order):
    """After the test the order still does not exist."""
    yield
    assert app.call(QUERY, {"out_trade_no": order["out_trade_no"]}).outcome in NO_TRADE


def refused(answer, allowed, node=NODE):
    """One of the allowed outcomes in the method's own envelope."""
    assert answer.status == 200 and answer.node == node, answer
    assert answer.outcome in allowed, answer
    assert answer["sub_msg"], "a failure says why"


def test_the_good_order_is_good(app, order):
    assert app.call(CREATE, order).outcome == OK


# ---- the envelope

CHANGES = {
    "unknown app": ({"app_id": "2021999999999999"}, ("40002", "isv.invalid-app-id")),
    "app id of letters": ({"app_id": "../etc"}, ("40002", "isv.invalid-app-id")),
    "unknown sign_type": ({"sign_type": "RSA3"}, ("40002", "isv.invalid-signature-type")),
    "timestamp in another form": ({"timestamp": "2026/01/02 03:04"}, ("40002", "isv.invalid-timestamp")),
    "timestamp that is no day": ({"timestamp": "2026-02-30 03:04:05"}, ("40002", "isv.invalid-timestamp")),
    "format XML": ({"format": "XML"}, ("40002", "isv.invalid-format")),
    "charset unknown": ({"charset": "utf-7"}, ("40002", "isv.invalid-charset")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_envelope(app, order, nothing_changed, name):
    changes, expected = CHANGES[name]
    signed = app.signed(app.parameters(CREATE, order, **changes), charset="utf-8")
    answer = app.send(signed)
    refused(answer, {expected})
    if "app_id" not in changes:
        app.checked(answer)


@pytest.mark.parametrize("spoil", [
    lambda s: s[:-8] + "AAAAAA==", lambda s: "AAAA", lambda s: "!!!!", lambda s: s + s, lambda s: s[1:]])
def test_wrong_signature(app, order, nothing_changed, spoil):
    signed = app.signed(app.parameters(CREATE, order))
    answer = app.checked(app.send({**signed, "sign": spoil(signed["sign"])}))
    refused(answer, {("40002", "isv.invalid-signature")})


def test_signed_for_another_amount(app, order, nothing_changed):
    signed = app.signed(app.parameters(CREATE, order))
    answer = app.checked(app.send({**signed, "biz_content": signed["biz_content"].replace("1.00", "0.01")}))
    refused(answer, {("40002", "isv.invalid-signature")})


def test_added_parameter(app, order, nothing_changed):
    signed = app.signed(app.parameters(CREATE, order))
    answer = app.checked(app.send({**signed, "notify_url": "http://127.0.0.1:9/"}))
    refused(answer, {("40002", "isv.invalid-signature")})


@pytest.mark.parametrize("name, other", [
    ("charset", "gbk"), ("biz_content", "{}"), ("notify_url", "http://127.0.0.1/b")])
def test_repeated_parameter_with_another_value(app, order, nothing_changed, name, other):
    signed = app.signed(app.parameters(CREATE, order, notify_url="http://127.0.0.1/a"))
    body = raw.encode({"biz_content": signed.pop("biz_content")}) + "&" + raw.encode({name: other})
    status, _, data = raw.exchange(app.gateway, "POST", raw.encode(signed), body)
    try:
        answer = raw.Answer(status, {}, data, "utf-8")
    except UnicodeDecodeError:
        answer = raw.Answer(status, {}, data, "gbk")  # one of the two charsets that were asked for
    # A request that says two things may be refused before its method is believed.
    assert answer.node in (NODE, "error_response") and answer.outcome in REPEATED, answer


def test_unknown_method_keeps_its_order_out(app, order, nothing_changed):
    answer = app.checked(app.send(app.signed(app.parameters("alipay.trade.create2", order))))
    assert answer.outcome == ("40002", "isv.invalid-method")


@pytest.mark.parametrize("method", ["", "alipay.trade.create\u0000", "../gateway", "a" * 500, "alipay.trade.<b>"])
def test_methods_that_are_no_names(app, order, nothing_changed, method):
    status, _, data = raw.exchange(app.gateway, "POST", "", raw.encode(app.signed(app.parameters(method, order))))
    answer = raw.Answer(status, {}, data)
    assert status == 200 and answer.outcome in {("40001", "isv.missing-method"), ("40002", "isv.invalid-method"),
                                                ("40002", "isv.invalid-parameter")}


def test_broken_percent_escape(app, order, nothing_changed):
    body = raw.encode(app.signed(app.parameters(CREATE, order))) + "&extra=%zz"
    status, _, data = raw.exchange(app.gateway, "POST", "", body)
    answer = raw.Answer(status, {}, data)
    assert status == 200 and answer.outcome in REPEATED | {("40002", "isv.invalid-content-type")}


# ---- the text

def send_bytes(app, content, charset="utf-8"):
    """biz_content as bytes, properly signed over those bytes."""
    parameters = app.parameters(CREATE, "BIZ_CONTENT_HERE", charset=charset)
    text = raw.sign_text(parameters).encode().replace(b"BIZ_CONTENT_HERE", content)
    signed = {**parameters, "biz_content": content, "sign": app.sign_bytes(text)}
    return app.checked(app.send(signed, charset="gbk" if charset == "gbk" else "utf-8"))


def as_json(order, **changes):
    """JSON text of the order; a value is written as it stands."""
    return "{" + ",".join(f'"{k}":{changes.get(k) or json.dumps(v)}' for k, v in order.items()) + "}"


@pytest.mark.parametrize("wrong", [b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"])
def test_bytes_that_are_no_utf8(app, order, nothing_changed, wrong):
    content = as_json(order, subject='"SUBJECT"').encode().replace(b"SUBJECT", b"a" + wrong + b"b")
    refused(send_bytes(app, content), BAD_TEXT)


@pytest.mark.parametrize("wrong", [b"\xff\xff", b"\x81 ", b"\xb2"])
def test_bytes_that_are_no_gbk(app, order, nothing_changed, wrong):
    content = as_json(order, subject='"SUBJECT"').encode().replace(b"SUBJECT", b"a" + wrong + b"\x01")
    refused(send_bytes(app, content, "gbk"), BAD_TEXT)


JSON_TEXTS = {
    "duplicate keys": lambda o: as_json(o)[:-1] + ',"total_amount":"2.00"}',
    "duplicate keys inside": lambda o: as_json(o)[:-1] + ',"extend_params":{"card_type":"a","card_type":"b"}}',
    "depth 100000 of lists": lambda o: as_json(o)[:-1] + ',"x":' + "[" * 100000 + "]" * 100000 + "}",
    "depth 20000 of objects": lambda o: as_json(o)[:-1] + ',"x":' + '{"a":' * 20000 + "1" + "}" * 20000 + "}",
    "cut off": lambda o: as_json(o)[:-1],
    "a list": lambda o: "[" + as_json(o) + "]",
    "a string": lambda o: '"hello"',
    "null": lambda o: "null",
    "trailing comma": lambda o: as_json(o)[:-1] + ",}",
    "two values": lambda o: as_json(o) * 2,
    "single quotes": lambda o: as_json(o).replace('"', "'"),
    "lone surrogate": lambda o: as_json(o, subject='"a\\ud83d"'),
    "bare NaN": lambda o: as_json(o, total_amount="NaN"),
    "bare leading zero": lambda o: as_json(o, total_amount="01.00"),
}


@pytest.mark.parametrize("name", JSON_TEXTS)
def test_json(app, order, nothing_changed, name):
    answer = app.call(CREATE, JSON_TEXTS[name](order))
    # A null or an empty list of fields may also be met as the first field that is missing.
    refused(answer, BAD_JSON | (BAD_FIELD if name in ("null", "lone surrogate") else set()))


AMOUNTS = ["0", "0.00", "-1", "-0.01", "0.001", "1.234", "1e3", "1E-1", "１．００", "100000000.01", "NaN", "Infinity",
           "9" * 40, "1" + "0" * 39 + ".00", "", " ", " 1.00", "1.00 ", "1,000.00", "+1.00", "0x10", ".5", "1.",
           "1.0.0", "一百", "1.00\u0000", "١", "true"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amount(app, order, nothing_changed, amount):
    refused(app.call(CREATE, {**order, "total_amount": amount}), TOO_MUCH)


@pytest.mark.parametrize("number", ["1e400", "1e3", "-1", "0", "0.001", "1" * 400, "1e-400", "true", "null", "[]", "{}",
                                    '["1.00"]'])
def test_amount_as_a_json_value(app, order, nothing_changed, number):
    refused(app.call(CREATE, as_json(order, total_amount=number)), TOO_MUCH | BAD_JSON)


def test_amounts_at_the_edge(app, order, buyer, new_number):
    for amount, text in (("0.01", '"0.01"'), ("100000000", '"100000000"'), ("1", "1"), ("1.5", "1.5")):
        biz = as_json({**order, "out_trade_no": new_number("X")}, total_amount=text)
        assert app.call(CREATE, biz).outcome == OK, amount


@pytest.mark.parametrize("subject", ["a&b", "a=b", "a/b", "a\u0000b", "a\nb", "a\u001bb", "a\u007fb", "", "x" * 257,
                                     "字" * 257])
def test_subject(app, order, nothing_changed, subject):
    refused(app.call(CREATE, {**order, "subject": subject}), BAD_FIELD)


def test_emoji_survives_whole_in_utf8(app, order):
    biz = {**order, "subject": "👩‍👩‍👧 family 🇨🇳 ok"}
    assert app.call(CREATE, biz).outcome == OK
    assert app.call(QUERY, {"out_trade_no": order["out_trade_no"]})["subject"] == biz["subject"]


@pytest.mark.parametrize("how", ["escaped", "four bytes of GB18030"])
def test_emoji_is_refused_in_gbk(app, order, nothing_changed, how):
    emoji = b"\\ud83d\\ude00" if how == "escaped" else "😀".encode("gb18030")
    content = as_json(order, subject='"SUBJECT"').encode().replace(b"SUBJECT", b"a" + emoji)
    refused(send_bytes(app, content, "gbk"), BAD_TEXT)


FIELDS = {
    "no number": {"out_trade_no": None},
    "empty number": {"out_trade_no": ""},
    "number of 65": {"out_trade_no": "n" * 65},
    "number with a dash": {"out_trade_no": "a-b"},
    "number with Chinese": {"out_trade_no": "订单1"},
    "number as a list": {"out_trade_no": ["a"]},
    "no amount": {"total_amount": None},
    "no subject": {"subject": None},
    "subject as an object": {"subject": {"a": "b"}},
    "no buyer": {"buyer_id": None},
    "body too long": {"body": "b" * 401},
    "time-out of 1.5h": {"timeout_express": "1.5h"},
    "time-out of 0m": {"timeout_express": "0m"},
    "time-out of 16d": {"timeout_express": "16d"},
    "time-out in words": {"timeout_express": "soon"},
    "expiry that is no time": {"time_expire": "tomorrow"},
    "expiry on 30 February": {"time_expire": "2030-02-30 00:00:00"},
    "buyer id of letters": {"buyer_id": "2088abcdefghijkl"},
    "goods as text": {"goods_detail": "apples"},
}


@pytest.mark.parametrize("name", FIELDS)
def test_field(app, order, nothing_changed, name):
    biz = {k: v for k, v in {**order, **FIELDS[name]}.items() if v is not None}
    allowed = BAD_FIELD | ({("40004", "ACQ.BUYER_NOT_EXIST")} if "buyer" in name else set())
    refused(app.call(CREATE, biz), allowed)


def test_expired_order(app, order, nothing_changed):
    refused(app.call(CREATE, {**order, "time_expire": "2020-01-01 00:00:00"}),
            {("40004", "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR")})


@pytest.mark.parametrize("code", ["", "12", "2" * 40, "288888888888888a", "198888888888888888", "２８８８８８８８８８８８８８８８８８"])
def test_auth_code(app, order, nothing_changed, code):
    biz = {"out_trade_no": order["out_trade_no"], "total_amount": "1.00", "subject": "s", "scene": "bar_code",
           "auth_code": code}
    refused(app.call("alipay.trade.pay", biz), BAD_FIELD | {("40004", "ACQ.PAYMENT_AUTH_CODE_INVALID")},
            "alipay_trade_pay_response")


def test_unknown_scene(app, order, sandbox, buyer, nothing_changed):
    biz = {"out_trade_no": order["out_trade_no"], "total_amount": "1.00", "subject": "s", "scene": "telepathy",
           "auth_code": sandbox.pay_code(buyer["login"])}
    refused(app.call("alipay.trade.pay", biz), BAD_FIELD | {("40004", "ACQ.UN_SUPPORT_TRADE_SCENE")},
            "alipay_trade_pay_response")


# ---- other people's things

@pytest.fixture(scope="module")
def stranger(sandbox, ready):
    """An app of another merchant."""
    shop = sandbox.merchant()
    entry = {"mode": "key", "seller_id": shop["user_id"], **sandbox.app(shop["user_id"])}
    return raw.RawApp(entry, ready["gateway"])


def test_ids_of_another_merchant(app, stranger, paid):
    mine = paid("10.00")
    for biz in ({"trade_no": mine["trade_no"]}, {"out_trade_no": mine["out_trade_no"]}):
        assert stranger.call(QUERY, biz).outcome in NO_TRADE
        assert stranger.call("alipay.trade.close", biz).outcome in NO_TRADE
        assert stranger.call("alipay.trade.refund", {**biz, "refund_amount": "10.00"}).outcome in NO_TRADE
        assert stranger.call("alipay.trade.fastpay.refund.query",
                             {**biz, "out_request_no": "1"}).outcome in NO_TRADE_FOR_REFUND_QUERY
        cancelled = stranger.call("alipay.trade.cancel", biz)
        # By number: an order nobody knows is cancelled without action. By trade_no: unknown.
        assert cancelled.outcome in NO_TRADE | {OK} and "action" not in cancelled.inner
    assert app.call(QUERY, {"out_trade_no": mine["out_trade_no"]})["trade_status"] == "TRADE_SUCCESS"


def test_seller_id_of_another_merchant(app, stranger, order, nothing_changed):
    refused(app.call(CREATE, {**order, "seller_id": stranger.seller_id}),
            BAD_FIELD | {("40004", f"ACQ.{n}") for n in ("SELLER_NOT_EXIST", "ACCESS_FORBIDDEN", "PARTNER_ERROR")})


def test_two_merchants_may_use_one_number(app, stranger, order, buyer):
    assert app.call(CREATE, order).outcome == OK
    assert stranger.call(CREATE, {**order, "total_amount": "2.00"}).outcome == OK
    assert app.call(QUERY, {"out_trade_no": order["out_trade_no"]})["total_amount"] == "1.00"


def test_signed_with_another_apps_key(app, stranger, order, nothing_changed):
    parameters = app.parameters(CREATE, order)
    refused(app.checked(app.send(stranger.signed(parameters))), {("40002", "isv.invalid-signature")})


# ---- size and time

def test_body_of_10_megabytes(app, order, nothing_changed):
    body = raw.encode(app.signed(app.parameters(CREATE, {**order, "body": "x" * (10 << 20)})))
    try:
        status, _, data = raw.exchange(app.gateway, "POST", "", body)
    except (BrokenPipeError, ConnectionResetError):
        status, data = 413, b""  # the server hung up before it had read all: allowed, it owes no answer
    # Either the gateway's envelope, or HTTP's own word from before the gateway.
    if status == 200:
        assert raw.Answer(status, {}, data).outcome in BAD_JSON | BAD_FIELD | {("40002", "isv.suspected-attack")}
    else:
        assert status == 413, (status, data[:200])
    assert app.call(QUERY, {"out_trade_no": "NOBODY_1"}).outcome in NO_TRADE, "and it still serves"


def test_too_many_parameters(app, order, nothing_changed):
    parameters = app.parameters(CREATE, order, **{f"extra{i}": "1" for i in range(1000)})
    answer = app.send(app.signed(parameters), in_query=set())
    assert answer.outcome in BAD_JSON | {("40002", "isv.suspected-attack")} and answer.status == 200


def test_slow_clients_stop_nobody(app):
    parts = urllib.parse.urlsplit(app.gateway)
    with contextlib.ExitStack() as stack:
        for i in range(50):
            slow = stack.enter_context(socket.create_connection((parts.hostname, parts.port or 80), 10))
            head = f"POST /gateway.do HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            slow.sendall((head + "Content-Length: 100\r\n\r\na=" if i % 2 else head).encode())
        began = time.monotonic()
        for _ in range(5):
            assert app.call(QUERY, {"out_trade_no": "NOBODY_1"}).outcome in NO_TRADE
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("noise", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"\r\n\r\n", b"GET\r\n\r\n",
    b"POST /gateway.do HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST /gateway.do HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"])
def test_noise_instead_of_http(app, noise):
    parts = urllib.parse.urlsplit(app.gateway)
    with socket.create_connection((parts.hostname, parts.port or 80), 10) as connection:
        connection.sendall(noise)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        with contextlib.suppress(ConnectionResetError):
            assert not connection.recv(65536).startswith(b"HTTP/1.1 2")
    assert app.call(QUERY, {"out_trade_no": "NOBODY_1"}).outcome in NO_TRADE


def test_zz_the_log_holds_no_secret(running, app, paid, buyer):
    ready, server = running
    if server is None:
        pytest.skip("the server was started by somebody else; its log is not known")
    signed = app.signed(app.parameters(QUERY, {"out_trade_no": "NOBODY_1"}))
    app.send(signed)
    log = server.log_path.read_text(errors="replace")
    assert signed["sign"] not in log and urllib.parse.quote_plus(signed["sign"]) not in log
    assert buyer["login"] not in log
    assert not re.search(rf"(?<!\d){PAY_PASSWORD}(?!\d)", log)
    for kind in ("private_key_pkcs1", "private_key_pkcs8"):
        body = "".join(raw.read(app.entry[kind]).strip().splitlines()[1:-1]) or raw.read(app.entry[kind]).strip()
        assert body[:64] not in log
    assert not app.aes_key or app.aes_key not in log
