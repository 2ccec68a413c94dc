"""Checklist of protocol appendix B, points 1 to 9: what travels on the wire.

Raw HTTP with own signatures where no SDK can send it. Points 10 to 14 are in test_checklist_life.py.
"""

import base64
import json
import urllib.parse

import pytest
from alipay import AliPayException
from alipay.aop.api.exception.Exception import ResponseException

import clients
import raw
from outcomes import BAD_FIELD, NO_TRADE, OK, outcome
from sandbox import SandboxError

QUERY = "alipay.trade.query"
CREATE = "alipay.trade.create"
NASTY = "中文 a/b \"q\" \\s {x{y}z} 100% %41 😀 \u2028 <&>'"


def unknown(app, **more):
    """A signed query of an order that does not exist: proof that the request was understood."""
    return app.signed(app.parameters(QUERY, {"out_trade_no": "NOBODY_1"}, **more))


def understood(app, answer, sign_type="RSA2"):
    """The gateway verified the request and reached the business."""
    assert app.checked(answer, sign_type).outcome in NO_TRADE, answer


SPLITS = {
    "all in the query": lambda names: names,
    "all in the body": lambda names: set(),
    "only charset in the query": lambda names: {"charset"},
    "sign in the body": lambda names: names - {"sign"},
    "every second name": lambda names: set(sorted(names)[::2]),
}


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("mode", ["key", "cert"])
def test_b01_parameters_split_any_way(apps, split, mode):
    signed = unknown(apps[mode])
    understood(apps[mode], apps[mode].send(signed, in_query=SPLITS[split](set(signed))))


def test_b01_get_with_everything_in_the_query(app):
    signed = unknown(app)
    understood(app, app.send(signed, in_query=set(signed), verb="GET"))


def test_b01_the_same_parameter_twice_with_one_value(app):
    signed = unknown(app)
    query = raw.encode({n: v for n, v in signed.items() if n != "biz_content"}) + "&charset=utf-8"
    body = raw.encode({"charset": "utf-8", "biz_content": signed["biz_content"]})
    understood(app, raw.request(app.gateway, "POST", query, body))


def test_b02_absolute_form_target(app):
    signed = unknown(app)
    query = raw.encode({n: v for n, v in signed.items() if n != "biz_content"})
    body = raw.encode({"biz_content": signed["biz_content"]})
    for host in (urllib.parse.urlsplit(app.gateway).netloc, "127.0.0.1", "pay.example"):
        target = f"http://{host}/gateway.do?{query}"
        understood(app, raw.request(app.gateway, "POST", body=body, target=target))


def test_b02_request_line_of_16_kilobytes(app):
    goods = [{"goods_id": f"g{i:03d}", "goods_name": "长名字的商品" * 4, "quantity": 1, "price": "1.00"}
             for i in range(100)]
    biz = {"out_trade_no": "NOBODY_1", "query_options": ["fund_bill_list"], "goods_detail": goods}
    signed = app.signed(app.parameters(QUERY, biz))
    assert len(raw.encode(signed)) > 16 * 1024
    understood(app, app.send(signed, in_query=set(signed), verb="GET"))


def test_b02_multipart_with_typed_text_parts(app):
    signed = unknown(app)
    in_parts = {"biz_content"}
    boundary = "ALIPAY_SDK_PYTHON_BOUNDARY"
    lines = []
    for name in in_parts:
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"',
                  "Content-Type: text/plain; charset=utf-8", "", signed[name]]
    lines += [f"--{boundary}", 'Content-Disposition: form-data; name="file_content"; filename="图.png"',
              "Content-Type: image/png", "Content-Transfer-Encoding: binary", "", "not signed, not a parameter",
              f"--{boundary}--", ""]
    query = raw.encode({n: v for n, v in signed.items() if n not in in_parts})
    for content_type in (f"multipart/form-data; boundary={boundary}",
                         f"multipart/form-data;charset=utf-8;boundary={boundary}"):
        understood(app, raw.request(app.gateway, "POST", query, "\r\n".join(lines).encode(), content_type))


@pytest.mark.parametrize("style", ["plus", "percent 20", "lower case escapes", "everything escaped"])
def test_b03_percent_escapes(app, style):
    def lower(data):
        text = urllib.parse.quote(data, safe="")
        return "".join(c.lower() if i and "%" in text[max(0, i - 2):i] else c for i, c in enumerate(text))

    quote = {"plus": urllib.parse.quote_plus, "percent 20": lambda b: urllib.parse.quote(b, safe=""),
             "lower case escapes": lower, "everything escaped": lambda b: "".join(f"%{x:02X}" for x in b)}[style]
    signed = app.signed(app.parameters(QUERY, {"out_trade_no": "NOBODY_1", "note": "空 格 + ~*"}))
    understood(app, raw.request(app.gateway, "POST", "", raw.encode(signed, quote=quote)))


@pytest.mark.parametrize("name", ["GBK", "gbk", "gb2312", "GB18030"])
def test_b03_gbk(app, buyer, new_number, name):
    biz = {"out_trade_no": new_number("G"), "total_amount": "1.00", "subject": "测试商品", "buyer_id": buyer["user_id"]}
    made = app.checked(app.send(app.signed(app.parameters(CREATE, biz, charset=name), charset="gbk"), charset="gbk"))
    assert made.outcome == OK
    found = app.checked(app.send(app.signed(
        app.parameters(QUERY, {"out_trade_no": biz["out_trade_no"]}, charset=name), charset="gbk"), charset="gbk"))
    assert found.get("subject", biz["subject"]) == biz["subject"]
    refused = app.checked(app.send(app.signed(
        app.parameters(QUERY, {"out_trade_no": "NOBODY_1"}, charset=name), charset="gbk"), charset="gbk"))
    assert refused.outcome in NO_TRADE and not refused["sub_msg"].isascii(), "a Chinese sub_msg in GBK bytes"


@pytest.mark.parametrize("name", ["UTF-8", "utf8"])
def test_b03_names_of_utf8(app, name):
    understood(app, app.send(unknown(app, charset=name)))


def own_app(sandbox, ready, entries, bits, allow_rsa=None):
    """An app that registered a key of its own."""
    key, public = raw.new_key(bits)
    entry = sandbox.app(entries["key"]["seller_id"], public_key=public, allow_rsa=allow_rsa)
    return raw.RawApp({"mode": "key", "seller_id": entries["key"]["seller_id"], **entry}, ready["gateway"], key)


@pytest.mark.parametrize("bits", [2048, 4096])
def test_b04_rsa2_key_sizes(sandbox, ready, entries, bits):
    app = own_app(sandbox, ready, entries, bits)
    understood(app, app.send(unknown(app)))


@pytest.mark.parametrize("bits", [1024, 2048])
def test_b04_rsa_with_sha1_where_the_app_allows_it(sandbox, ready, entries, bits):
    app = own_app(sandbox, ready, entries, bits, allow_rsa=True)
    understood(app, app.send(unknown(app, sign_type="RSA")), "RSA")  # answered with the request's sign_type


def test_b04_a_short_key_is_no_rsa2_key(sandbox, ready, entries):
    try:
        app = own_app(sandbox, ready, entries, 1024)
    except SandboxError as error:  # refused when it is registered ...
        assert 400 <= error.status < 500
        return
    answer = app.send(unknown(app))  # ... or when it is used
    assert answer.outcome in {("40002", "isv.invalid-signature"), ("40002", "isv.invalid-signature-type")}


def test_b04_wrong_sign_type_for_the_app(app):
    for sign_type in ("RSA", "MD5", "SM2"):
        answer = app.send(unknown(app, sign_type=sign_type))
        assert answer.outcome == ("40002", "isv.invalid-signature-type"), answer
        assert answer.node == "alipay_trade_query_response"


def test_b05_empty_parameters_do_not_take_part(app):
    # AopCertClient sends empty parameters that it did not sign.
    signed = {**unknown(app), "auth_token": "", "terminal_type": "", "notify_url": ""}
    understood(app, app.send(signed))


def test_b05_retry_with_the_empties(app):
    parameters = app.parameters(QUERY, {"out_trade_no": "NOBODY_1"}, auth_token="", prod_code="")
    understood(app, app.send(app.signed(parameters, keep_empty=True)))


def test_b06_every_python_verifier_in_each_mode(client, apps, sandbox, buyer, new_number):
    number = new_number("B")
    biz = {"out_trade_no": number, "total_amount": "1.00", "subject": "b06", "body": NASTY, "scene": "bar_code",
           "auth_code": sandbox.pay_code(buyer["login"])}
    assert outcome(client.call("alipay.trade.pay", biz)) == OK
    # The same bytes under the rules of clients that do not run here.
    app = apps[client.mode]
    answer = app.call(QUERY, {"out_trade_no": number})
    text = answer.raw.decode()
    php_end = text.rindex('"alipay_cert_sn"') if app.mode == "cert" else text.rindex('"sign"')
    php_start = text.index(answer.node) + len(answer.node) + 2
    assert text[php_start:php_end - 1] == answer.signed_bytes.decode(), "PHP cuts out the signed text"
    go_end = text.index(',"alipay_cert_sn":') if app.mode == "cert" else text.index(',"sign":')
    assert text[text.index('_response":') + 11:go_end] == answer.signed_bytes.decode(), "gopay does"
    assert text.count(answer.node) == 1, "Java and .NET look for the node's name"
    php_encoded = json.dumps(answer.inner, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    php_encoded = php_encoded.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    assert php_encoded.encode() == answer.signed_bytes, "yansongda encodes again and compares"


def test_b07_answer_with_every_awkward_character(client, apps, buyer, new_number):
    number = new_number("B")
    biz = {"out_trade_no": number, "total_amount": "1.00", "subject": "😀 awkward", "body": NASTY,
           "buyer_id": buyer["user_id"]}
    assert outcome(client.call(CREATE, biz)) == OK
    found = client.call(QUERY, {"out_trade_no": number})
    assert found["subject"] == "😀 awkward" and found["body"] == NASTY
    signed = apps[client.mode].call(QUERY, {"out_trade_no": number}).signed_bytes.decode()
    assert "中文" in signed and "😀" in signed and "a\\/b" in signed and "\\u4e2d" not in signed


@pytest.mark.parametrize("body", ["{{{", "}}", "a}b{c", "\\{", "{\"a\":1"])
def test_b07_unbalanced_braces(client, buyer, new_number, body):
    number = new_number("B")
    biz = {"out_trade_no": number, "total_amount": "1.00", "subject": "braces", "body": body,
           "buyer_id": buyer["user_id"]}
    assert outcome(client.call(CREATE, biz)) == OK
    assert client.call(QUERY, {"out_trade_no": number})["body"] == body


def broken(client, ready, entries, **changes):
    """The client of the same kind with an entry that is wrong somewhere."""
    return clients.CLIENTS[client.kind]({**entries[client.mode], **changes}, ready)


def test_b08_unknown_app(client, ready, entries):
    wrong = broken(client, ready, entries, app_id="2021999999999999")
    error = ResponseException if client.kind == "official" else AliPayException
    with pytest.raises((error, AssertionError)) as caught:
        result = wrong.call(QUERY, {"out_trade_no": "NOBODY_1"})
        # A server that signs even this lets both SDKs read the code.
        assert outcome(result) == ("40002", "isv.invalid-app-id"), result
        raise AssertionError("isv.invalid-app-id")
    assert "isv.invalid-app-id" in str(caught.value)


def test_b08_bad_signature(client, ready, entries, tmp_path):
    key, _ = raw.new_key()
    path = tmp_path / "other.pem"
    path.write_bytes(key.private_bytes(raw.serialization.Encoding.PEM,
                                       raw.serialization.PrivateFormat.TraditionalOpenSSL,
                                       raw.serialization.NoEncryption()))
    wrong = broken(client, ready, entries, private_key_pkcs1=str(path))
    answer = wrong.call(QUERY, {"out_trade_no": "NOBODY_1"})
    assert outcome(answer) == ("40002", "isv.invalid-signature") and answer["msg"] == "Invalid Arguments"


def test_b08_business_failure(client):
    answer = client.call(QUERY, {"out_trade_no": "NOBODY_1"})
    assert outcome(answer) in NO_TRADE and answer["msg"] == "Business Failed"


@pytest.mark.parametrize("name, sub_code", [
    ("app_id", "isv.missing-app-id"), ("sign_type", "isv.missing-signature-type"),
    ("sign", "isv.missing-signature"), ("timestamp", "isv.missing-timestamp"), ("version", "isv.missing-version")])
def test_b08_missing_parameter(app, name, sub_code):
    if name == "sign":
        parameters = app.parameters(QUERY, {"out_trade_no": "NOBODY_1"})
    else:
        parameters = app.signed(app.parameters(QUERY, {"out_trade_no": "NOBODY_1"}, **{name: None}))
    answer = app.send(parameters)
    assert answer.status == 200 and answer.outcome == ("40001", sub_code), answer
    assert answer["msg"] == "Missing Required Arguments"
    if name != "app_id":
        app.checked(answer)


def test_b08_missing_method(app):
    answer = app.send(app.signed(app.parameters(None, {"out_trade_no": "NOBODY_1"})))
    assert (answer.node, answer.outcome) == ("error_response", ("40001", "isv.missing-method"))
    app.checked(answer)


def test_b08_unknown_method(app):
    answer = app.checked(app.send(app.signed(app.parameters("alipay.trade.nonsense", {"a": "1"}))))
    assert answer.outcome == ("40002", "isv.invalid-method")
    # 1.10: error_response for an unknown method; clients accept the method's own node too.
    assert answer.node in ("error_response", "alipay_trade_nonsense_response")


def test_b08_a_method_that_is_not_here_yet_says_so(app):
    answer = app.call("alipay.fund.trans.refund", {"out_biz_no": "1", "trans_amount": "1.00"})
    assert answer["code"] == "40006" and answer["sub_code"].startswith("isv."), answer
    assert answer.node == "alipay_fund_trans_refund_response"


@pytest.mark.parametrize("mode", ["key", "cert"])
def test_b08_bad_json(apps, mode):
    answer = apps[mode].call(QUERY, "{\"out_trade_no\":")
    assert answer.outcome in {("40002", "isv.invalid-parameter"), ("40002", "isv.illegal-json")}


@pytest.fixture(scope="module")
def aes_app(app):
    """The seeded public-key app, which has an AES key."""
    assert app.aes_key and len(base64.b64decode(app.aes_key)) == 16, "apps[].aes_key: 16 bytes in base64"
    return app


def sealed(app, text, **more):
    """A signed query whose biz_content is encrypted."""
    return app.signed(app.parameters(QUERY, raw.aes(app.aes_key, text.encode(), True), encrypt_type="AES", **more))


def test_b09_encrypted_call(aes_app, paid):
    number = paid("3.21")["out_trade_no"]
    answer = aes_app.checked(aes_app.send(sealed(aes_app, json.dumps({"out_trade_no": number}))))
    assert answer.encrypted, "the answer is a quoted base64 text, signed with its quotes"
    inner = json.loads(raw.aes(aes_app.aes_key, answer.inner, False))
    assert (inner["code"], inner["trade_status"], inner["total_amount"]) == ("10000", "TRADE_SUCCESS", "3.21")


def test_b09_business_failure_is_encrypted_too(aes_app):
    answer = aes_app.checked(aes_app.send(sealed(aes_app, '{"out_trade_no":"NOBODY_1"}')))
    assert answer.encrypted, "PHP decodes a plain object in an encrypted call to null (protocol 1.9)"
    inner = json.loads(raw.aes(aes_app.aes_key, answer.inner, False))
    assert (inner["code"], inner["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")


@pytest.mark.parametrize("content", ["not base64!", "QUJD", base64.b64encode(bytes(32)).decode()])
def test_b09_what_cannot_be_decrypted(aes_app, content):
    answer = aes_app.call(QUERY, content, encrypt_type="AES")
    assert answer.outcome == ("40003", "isv.decryption-error-unknown") and not answer.encrypted


def test_b09_unknown_encrypt_type(aes_app):
    content = raw.aes(aes_app.aes_key, b'{"out_trade_no":"NOBODY_1"}', True)
    answer = aes_app.call(QUERY, content, encrypt_type="DES")
    # 1.10 has both names for it.
    assert answer.outcome in {("40002", "isv.invalid-encrypt-type"),
                              ("40002", "isv.decryption-error-not-valid-encrypt-type")}


def test_b09_encrypted_content_without_encrypt_type(aes_app):
    content = raw.aes(aes_app.aes_key, b'{"out_trade_no":"NOBODY_1"}', True)
    answer = aes_app.call(QUERY, content)
    # Named, or seen as what it also is: no JSON.
    assert answer.outcome in {("40001", "isv.decryption-error-missing-encrypt-type"),
                              ("40002", "isv.illegal-json")} | BAD_FIELD


def test_b09_app_without_aes_key(sandbox, ready, entries):
    key, public = raw.new_key()
    entry = sandbox.app(entries["key"]["seller_id"], public_key=public, aes=False)
    app = raw.RawApp({"mode": "key", "seller_id": entries["key"]["seller_id"], **entry}, ready["gateway"], key)
    content = raw.aes("MDEyMzQ1Njc4OWFiY2RlZg==", b'{"out_trade_no":"NOBODY_1"}', True)
    answer = app.call(QUERY, content, encrypt_type="AES")
    # 1.9 and 1.10: not possible for this app, or its key is not valid.
    assert answer.outcome in {("40002", "isv.invalid-encrypt"), ("40003", "isv.decryption-error-unknown"),
                              ("40002", "isv.decryption-error-not-valid-encrypt-key")}
