"""Page, wap and app orders: what the SDKs build is paid through the cashier's headless door."""

import html.parser
import urllib.parse

import pytest

import clients
import raw
from outcomes import NO_TRADE, OK, outcome
from sandbox import SandboxError

PAGE = "alipay.trade.page.pay"
WAP = "alipay.trade.wap.pay"
APP = "alipay.trade.app.pay"
PRODUCTS = {PAGE: "FAST_INSTANT_TRADE_PAY", WAP: "QUICK_WAP_WAY", APP: "QUICK_MSECURITY_PAY"}


class Form(html.parser.HTMLParser):
    """The one form of a self-submitting page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "form":
            self.action = found["action"]
        if tag == "input" and found.get("name"):
            self.fields[found["name"]] = found.get("value", "")


def order(new_number, method, **more):
    """A page, wap or app order."""
    return {"out_trade_no": new_number("W"), "total_amount": "6.66", "subject": "\"quoted\" 书 50%",
            "product_code": PRODUCTS[method], **more}


def settled(client, number):
    """The order's state by query."""
    return client.call("alipay.trade.query", {"out_trade_no": number}).get("trade_status")


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_link_is_paid(client, sandbox, buyer, new_number, method):
    biz = order(new_number, method)
    url = client.page_url(method, biz)
    assert outcome(client.call("alipay.trade.query", {"out_trade_no": biz["out_trade_no"]})) in NO_TRADE, \
        "before the buyer comes there is no trade"
    paid = sandbox.pay(buyer["login"], order_url=url)
    assert paid["trade_status"] == "TRADE_SUCCESS"
    found = client.call("alipay.trade.query", {"out_trade_no": biz["out_trade_no"]})
    assert (outcome(found), found["trade_no"], found["total_amount"]) == (OK, paid["trade_no"], "6.66")


def test_order_string_is_paid(client, sandbox, buyer, new_number):
    biz = order(new_number, APP)
    paid = sandbox.pay(buyer["login"], order_string=client.order_string(APP, biz))
    assert paid["trade_status"] == "TRADE_SUCCESS"
    assert settled(client, biz["out_trade_no"]) == "TRADE_SUCCESS"


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_link_leads_to_the_cashier(client, new_number, method):
    url = client.page_url(method, order(new_number, method))
    parts = urllib.parse.urlsplit(url)
    status, headers, body = raw.exchange(url, "GET", parts.query)
    # 1.11: a redirect to the cashier, or the cashier itself.
    assert status in (200, 302, 303), body[:300]
    if status == 200:
        assert headers["Content-Type"].lower().startswith("text/html") and b"<form" in body
    else:
        assert urllib.parse.urljoin(url, headers["Location"]).startswith(f"{parts.scheme}://{parts.hostname}")


@pytest.mark.parametrize("method", [PAGE, WAP])
@pytest.mark.parametrize("mode", ["key", "cert"])
def test_form_leads_to_the_cashier_and_is_paid(ready, entries, sandbox, buyer, new_number, mode, method):
    # Only the official SDK makes forms; the shape of PHP's form is sent in checklist point B11.
    client = clients.OfficialPython(entries[mode], ready)
    biz = order(new_number, method)
    form = Form(client.page_form(method, biz))
    parts = urllib.parse.urlsplit(form.action)
    assert form.fields["biz_content"]
    status, _, body = raw.exchange(form.action, "POST", parts.query, raw.encode(form.fields))
    assert status in (200, 302, 303), body[:300]
    merged = form.action + "&" + raw.encode(form.fields)
    assert sandbox.pay(buyer["login"], order_url=merged)["trade_status"] == "TRADE_SUCCESS"
    assert settled(client, biz["out_trade_no"]) == "TRADE_SUCCESS"


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_a_changed_link_is_refused(client, sandbox, buyer, new_number, method):
    biz = order(new_number, method)
    changed = client.page_url(method, biz).replace("6.66", "0.01")
    status, headers, body = raw.exchange(changed, "GET", urllib.parse.urlsplit(changed).query)
    assert status == 200 and headers["Content-Type"].lower().startswith("text/html"), body[:300]
    with pytest.raises(SandboxError):
        sandbox.pay(buyer["login"], order_url=changed)
    assert outcome(client.call("alipay.trade.query", {"out_trade_no": biz["out_trade_no"]})) in NO_TRADE


def test_a_changed_order_string_is_refused(client, sandbox, buyer, new_number):
    biz = order(new_number, APP)
    changed = client.order_string(APP, biz).replace("6.66", "0.01")
    with pytest.raises(SandboxError):
        sandbox.pay(buyer["login"], order_string=changed)
    assert outcome(client.call("alipay.trade.query", {"out_trade_no": biz["out_trade_no"]})) in NO_TRADE


def test_a_link_is_paid_once(client, sandbox, new_number):
    two = sandbox.buyer("13.32")
    url = client.page_url(PAGE, order(new_number, PAGE))
    first = sandbox.pay(two["login"], order_url=url)
    try:
        again = sandbox.pay(two["login"], order_url=url)
        assert again["trade_no"] == first["trade_no"], "the same link may say again that it is paid"
    except SandboxError:
        pass  # or refuse
    # One order was charged: exactly one more fits, and then nothing.
    other = client.page_url(PAGE, order(new_number, PAGE))
    assert sandbox.pay(two["login"], order_url=other)["trade_status"] == "TRADE_SUCCESS"
    third = client.page_url(PAGE, order(new_number, PAGE, total_amount="0.01"))
    with pytest.raises(SandboxError):
        sandbox.pay(two["login"], order_url=third)


def test_wrong_payment_password_three_times_locks(client, sandbox, new_number):
    buyer = sandbox.buyer("10.00")
    url = client.page_url(PAGE, order(new_number, PAGE))
    codes = []
    for _ in range(3):
        with pytest.raises(SandboxError) as caught:
            sandbox.pay(buyer["login"], pay_password="100001", order_url=url)
        assert 400 <= caught.value.status < 500
        codes.append(caught.value.code)
    with pytest.raises(SandboxError) as locked:
        sandbox.pay(buyer["login"], order_url=url)  # the right one comes too late
    assert locked.value.code != codes[0], "the lock must be told apart from a wrong password"
