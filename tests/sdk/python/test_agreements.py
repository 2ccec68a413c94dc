"""Agreements through each SDK in each mode: signed by link and by form, queried, debited, postponed, ended, told."""

import datetime

import pytest

import clients
from outcomes import NO_MONEY, NO_TRADE, OK, OTHER_DATA, outcome
from sandbox import PAY_PASSWORD, SandboxError
from test_pages import Form

SIGN = "alipay.user.agreement.page.sign"
QUERY = "alipay.user.agreement.query"
UNSIGN = "alipay.user.agreement.unsign"
MODIFY = "alipay.user.agreement.executionplan.modify"
NOBODY = "20990101000000000000"
# What protocol 6.4 promises; scene, names and numbers were given.
TOLD = {"agreement_no", "alipay_logon_id", "alipay_user_id", "app_id", "auth_app_id", "charset",
        "external_agreement_no", "external_logon_id", "invalid_time", "notify_id", "notify_time", "notify_type",
        "personal_product_code", "sign", "sign_scene", "sign_time", "sign_type", "status", "valid_time", "version"}


def terms(new_number, first, **rule):
    """What is signed: 30.00 every 7 days from `first` on."""
    return {"personal_product_code": "CYCLE_PAY_AUTH_P", "product_code": "CYCLE_PAY_AUTH",
            "sign_scene": "INDUSTRY|DIGITAL_MEDIA", "external_agreement_no": new_number(""),
            "external_logon_id": "会员 7", "access_params": {"channel": "ALIPAYAPP"},
            "period_rule_params": {"period_type": "DAY", "period": 7, "execute_time": str(first),
                                   "single_amount": "30.00", **rule}}


@pytest.fixture
def tomorrow(sandbox):
    """The day after the world's."""
    return sandbox.today() + datetime.timedelta(days=1)


@pytest.fixture
def signed(client, sandbox, buyer, new_number, merchant_site, tomorrow):
    """Signs by the SDK's link: signed(...) -> (biz, agreement_no)."""
    def sign(first=tomorrow, who=buyer, **rule):
        biz = terms(new_number, first, **rule)
        said = sandbox.sign_agreement(who["login"],
                                      sign_url=client.page_url(SIGN, biz, notify_url=merchant_site.url()))
        assert said["status"] == "NORMAL"
        return biz, said["agreement_no"]
    return sign


@pytest.fixture
def debit(client, new_number):
    """Takes money: debit(agreement_no, amount) -> (biz, answer)."""
    def take(agreement_no, amount, notify_url=None, **more):
        biz = {"out_trade_no": new_number("D"), "total_amount": amount, "subject": "会员月费",
               "product_code": "CYCLE_PAY_AUTH", "agreement_params": {"agreement_no": agreement_no}, **more}
        return biz, client.call("alipay.trade.pay", biz, notify_url=notify_url)
    return take


def check(client, item, members):
    """What holds for each notification of an agreement."""
    params = item["params"]
    assert set(params) == members and len(item["pairs"]) == len(params)
    assert client.verify_notification(params)
    try:
        assert not client.verify_notification({**params, "alipay_user_id": "2088000000000000"})
    except Exception as error:  # the official SDK raises, python-alipay-sdk answers False
        assert type(error).__name__ == "VerificationError"
    return params


def test_signed_told_queried_and_ended(client, signed, sandbox, buyer, merchant_site, entries):
    biz, number = signed()
    news = check(client, merchant_site.wait(number, lambda p: p["notify_type"] == "dut_user_sign"), TOLD)
    assert (news["status"], news["alipay_user_id"]) == ("NORMAL", buyer["user_id"])
    assert news["app_id"] == news["auth_app_id"] == entries[client.mode]["app_id"]
    assert {name: news[name] for name in ("external_agreement_no", "external_logon_id", "sign_scene")} == {
        name: biz[name] for name in ("external_agreement_no", "external_logon_id", "sign_scene")}
    assert news["invalid_time"] == "2115-02-01 00:00:00" and news["valid_time"] == news["sign_time"]

    named = {"alipay_user_id": buyer["user_id"], "personal_product_code": "CYCLE_PAY_AUTH_P",
             "sign_scene": biz["sign_scene"], "external_agreement_no": biz["external_agreement_no"]}
    for asked in ({"agreement_no": number}, named):
        found = client.call(QUERY, asked)
        assert outcome(found) == OK, found
        assert (found["agreement_no"], found["status"], found["principal_id"]) == (number, "NORMAL", buyer["user_id"])
        assert found["next_deduct_time"] == biz["period_rule_params"]["execute_time"]
        assert found["execution_plans"][0]["single_amount"] == "30.00"

    assert outcome(client.call(UNSIGN, named)) == OK
    ended = check(client, merchant_site.wait(number, lambda p: p["notify_type"] == "dut_user_unsign"),
                  TOLD | {"unsign_time"})
    assert ended["status"] == "UNSIGN"
    assert outcome(client.call(QUERY, {"agreement_no": number})) == ("40004", "USER_AGREEMENT_NOT_EXIST")
    assert outcome(client.call(UNSIGN, {"agreement_no": number})) == ("40004", "AGREEMENT_NOT_EXIST")


def test_a_debit_is_paid_once(client, signed, debit, buyer, merchant_site):
    _, number = signed()
    biz, first = debit(number, "30.00", merchant_site.url())
    assert outcome(first) == OK and first["buyer_user_id"] == buyer["user_id"], first
    again = client.call("alipay.trade.pay", biz)
    assert (outcome(again), again["trade_no"]) == (OK, first["trade_no"])
    assert outcome(client.call("alipay.trade.pay", {**biz, "total_amount": "29.00"})) in OTHER_DATA
    assert merchant_site.wait(biz["out_trade_no"])["params"]["trade_status"] == "TRADE_SUCCESS"
    assert len(merchant_site.seen(biz["out_trade_no"])) == 1


def test_what_the_terms_do_not_allow(client, signed, debit, sandbox, tomorrow):
    def refused(number, amount, code, **more):
        biz, answer = debit(number, amount, **more)
        assert outcome(answer) == ("40004", "ACQ." + code)
        assert outcome(client.call("alipay.trade.query", {"out_trade_no": biz["out_trade_no"]})) in NO_TRADE

    _, early = signed(tomorrow + datetime.timedelta(days=5))
    refused(early, "1.00", "CYCLE_PAY_DATE_NOT_MATCH")
    refused(early, "30.01", "CYCLE_PAY_SINGLE_FEE_EXCEED")
    refused(NOBODY, "1.00", "AGREEMENT_NOT_EXIST")
    _, total = signed(total_amount="30.00")
    assert outcome(debit(total, "20.00")[1]) == OK
    refused(total, "10.01", "CYCLE_PAY_TOTAL_FEE_EXCEED")
    refused(total, "10.00", "CYCLE_PAY_DATE_NOT_MATCH")
    _, once = signed(total_payments=1)
    assert outcome(debit(once, "20.00")[1]) == OK
    refused(once, "10.00", "CYCLE_PAY_TOTAL_TIMES_EXCEED")
    poor = sandbox.buyer("5.00")
    _, number = signed(who=poor)
    assert outcome(debit(number, "5.01")[1]) in NO_MONEY
    assert outcome(client.call(UNSIGN, {"agreement_no": number})) == OK
    refused(number, "1.00", "AGREEMENT_STATUS_NOT_NORMAL")


def test_the_next_debit_is_postponed(client, signed, debit, sandbox):
    _, number = signed()
    today = sandbox.today()

    def modify(days):
        return client.call(MODIFY, {"agreement_no": number, "deduct_time": str(today + datetime.timedelta(days=days)),
                                    "memo": "买家请求延期"})

    for day in (0, 1, 8):
        assert outcome(modify(day)) == ("40004", "ILLEGAL_EXECUTION_TIME")
    moved = modify(7)
    assert (outcome(moved), moved["deduct_time"]) == (OK, str(today + datetime.timedelta(days=7)))
    assert outcome(modify(7)) == OK, "the same again is the same"
    assert outcome(debit(number, "1.00")[1]) == ("40004", "ACQ.CYCLE_PAY_DATE_NOT_MATCH")
    nobody = client.call(MODIFY, {"agreement_no": NOBODY, "deduct_time": str(today)})
    assert outcome(nobody) == ("40004", "ILLEGAL_AGREEMENT")


def test_the_buyer_ends_it(client, signed, debit, sandbox, buyer, merchant_site):
    _, number = signed()
    sandbox.end_agreement(buyer["login"], number)
    item = merchant_site.wait(number, lambda p: p["notify_type"] == "dut_user_unsign")
    check(client, item, TOLD | {"unsign_time"})
    assert outcome(debit(number, "1.00")[1]) == ("40004", "ACQ.AGREEMENT_STATUS_NOT_NORMAL")
    with pytest.raises(SandboxError) as gone:
        sandbox.end_agreement(buyer["login"], number)
    assert gone.value.code == "agreement_not_found"


@pytest.mark.parametrize("mode", ["key", "cert"])
def test_the_form_of_the_official_sdk_is_signed(ready, entries, sandbox, buyer, new_number, tomorrow, mode):
    client = clients.OfficialPython(entries[mode], ready)
    form = Form(client.page_form(SIGN, terms(new_number, tomorrow)))
    merged = form.action + "&" + clients.raw.encode(form.fields)
    wrong = {"login": buyer["login"], "sign_url": merged}
    with pytest.raises(SandboxError) as refused:
        sandbox.sign_agreement(pay_password=PAY_PASSWORD[::-1], **wrong)
    assert refused.value.code == "wrong_password"
    said = sandbox.sign_agreement(buyer["login"], sign_url=merged)
    assert said["status"] == "NORMAL"
    assert client.call(QUERY, {"agreement_no": said["agreement_no"]})["status"] == "NORMAL"
