"""Users and merchants who authorise an app, through both Python SDKs in both modes: the calls an integration makes, and
what it hears when a code or token is no good. python-alipay-sdk has a client of its own for apps that act for others."""

import json
import secrets

import pytest
from alipay import ISVAliPay
from alipay.exceptions import AliPayException

import raw
from sandbox import SandboxError

TOKEN = "alipay.system.oauth.token"
SHARE = "alipay.user.info.share"
APP_TOKEN = "alipay.open.auth.token.app"
APP_QUERY = "alipay.open.auth.token.app.query"
INVITE = "alipay.open.auth.appauth.invite.create"
RELATION = "alipay.open.auth.userauth.relationship.query"
WITHDRAWN = "alipay.user.deloauth.detail.query"


def outcome(answer):
    return answer.get("code"), answer.get("sub_code")


def refused_token(client, own):
    """(code, sub_code) of a token call that fails: its answer stands in error_response, which one SDK throws."""
    try:
        return outcome(client.call_with(TOKEN, own=own))
    except AliPayException as error:
        return outcome(json.loads(str(error).split("message:", 1)[1])["error_response"])


@pytest.fixture
def app_id(client, entries):
    return entries[client.mode]["app_id"]


@pytest.fixture
def shop(sandbox):
    """A merchant with an app of its own."""
    made = sandbox.merchant()
    return {**made, "app_id": sandbox.app(made["user_id"])["app_id"]}


def authorize(sandbox, who, party, app_id, **more):
    given = sandbox._send("/authorize", {"as": who, "login": party["login"], "app_id": app_id, **more})
    return given["auth_code" if who == "user" else "app_auth_code"]


def withdraw(sandbox, who, party, app_id):
    sandbox._send("/authorize/withdraw", {"as": who, "login": party["login"], "app_id": app_id})


def test_a_user_allows_and_takes_back(client, sandbox, app_id):
    user = sandbox.buyer("1.00")
    code = authorize(sandbox, "user", user, app_id, scope="auth_user")
    by_code = {"grant_type": "authorization_code", "code": code}
    tokens = client.call_with(TOKEN, own=by_code)
    assert (tokens["user_id"], tokens["expires_in"], tokens["re_expires_in"]) == (user["user_id"], 1296000, 2592000)
    assert refused_token(client, by_code) == ("40002", "isv.code-invalid")

    share = client.call_with(SHARE, auth_token=tokens["access_token"])
    assert (share["nick_name"], share["user_id"]) == ("测试买家", user["user_id"])
    by_refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    renewed = client.call_with(TOKEN, own=by_refresh)
    assert renewed["access_token"] != tokens["access_token"]
    assert refused_token(client, by_refresh) == ("40002", "isv.refreshed-token-invalid")

    asked = {"user_id": user["user_id"], "scopes": "auth_user,auth_base"}
    allowed = client.call_with(RELATION, asked)
    assert json.loads(allowed["query_detail"]) == {"auth_user": True, "auth_base": False}
    withdraw(sandbox, "user", user, app_id)
    assert json.loads(client.call_with(RELATION, asked)["query_detail"]) == {"auth_user": False, "auth_base": False}
    gone = client.call_with(SHARE, auth_token=renewed["access_token"])
    assert outcome(gone) == ("20001", "aop.invalid-auth-token")


def test_a_user_who_allows_the_base_alone_keeps_the_profile(client, sandbox, app_id):
    code = authorize(sandbox, "user", sandbox.buyer("1.00"), app_id, scope="auth_base")
    tokens = client.call_with(TOKEN, own={"grant_type": "authorization_code", "code": code})
    share = client.call_with(SHARE, auth_token=tokens["access_token"])
    assert outcome(share) == ("40006", "isv.insufficient-user-permissions")


@pytest.mark.parametrize("own, told", [
    ({"grant_type": "authorization_code", "code": "abcd"}, "isv.code-invalid"),
    ({"grant_type": "refresh_token", "refresh_token": "abcd"}, "isv.refresh-token-invalid"),
    ({"grant_type": "password", "code": "abcd"}, "isv.grant-type-invalid"),
])
def test_a_token_is_refused(client, own, told):
    assert refused_token(client, own) == ("40002", told)


def test_an_app_acts_for_a_merchant_until_it_is_taken_back(client, sandbox, app_id, shop, buyer, new_number):
    code = authorize(sandbox, "merchant", shop, app_id)
    given = client.call(APP_TOKEN, {"grant_type": "authorization_code", "code": code})
    assert (given["user_id"], given["auth_app_id"]) == (shop["user_id"], shop["app_id"])
    assert given["tokens"][0]["app_auth_token"] == given["app_auth_token"]
    token = given["app_auth_token"]

    number = new_number("I")
    order = {"out_trade_no": number, "total_amount": "8.88", "subject": "茶"}
    made = client.call_with("alipay.trade.precreate", order, app_auth_token=token)
    sandbox.pay(buyer["login"], qr_code=made["qr_code"])
    found = client.call_with("alipay.trade.query", {"out_trade_no": number}, app_auth_token=token)
    assert found["trade_status"] == "TRADE_SUCCESS"
    own = client.call_with("alipay.trade.query", {"out_trade_no": number})
    assert outcome(own) == ("40004", "ACQ.TRADE_NOT_EXIST"), "the order is the merchant's"

    seen = client.call(APP_QUERY, {"app_auth_token": token})
    assert (seen["status"], seen["user_id"]) == ("valid", shop["user_id"])
    assert "alipay.trade.pay" in seen["auth_methods"]
    withdraw(sandbox, "merchant", shop, app_id)
    gone = client.call_with("alipay.trade.query", {"out_trade_no": number}, app_auth_token=token)
    assert outcome(gone) == ("20001", "aop.invalid-app-auth-token")
    assert client.call(APP_QUERY, {"app_auth_token": token})["status"] == "invalid"


@pytest.mark.parametrize("biz, told", [
    ({"grant_type": "authorization_code", "code": "abcd"}, "AUTH_CODE_NOT_EXIST"),
    ({"grant_type": "refresh_token", "refresh_token": "abcd"}, "REFRESH_TOKEN_NOT_EXIST"),
    ({"grant_type": "x"}, "GRANT_TYPE_INVALID"),
])
def test_a_merchant_s_token_is_refused(client, biz, told):
    assert outcome(client.call(APP_TOKEN, biz)) == ("40004", told)


def test_a_merchant_is_invited_by_one_of_its_apps(client, sandbox, app_id, shop):
    second = sandbox.app(shop["user_id"])["app_id"]
    biz = {"auth_app_id": second, "redirect_url": "http://127.0.0.1:3000/back", "state": "YQ=="}
    page = client.call_with(INVITE, biz)["task_page_url"]
    assert "/oauth2/appToAppAuth.htm?" in page and f"auth_app_id={second}" in page
    assert outcome(client.call_with(INVITE, {**biz, "auth_app_id": app_id})) == ("40004", "AUTH_APP_IS_OWN")
    code = authorize(sandbox, "merchant", shop, app_id, auth_app_id=second)
    given = client.call(APP_TOKEN, {"grant_type": "authorization_code", "code": code})
    assert given["auth_app_id"] == second
    with pytest.raises(SandboxError) as refused:
        authorize(sandbox, "merchant", shop, app_id, auth_app_id=app_id)
    assert refused.value.code == "no_own_app"


def test_nobody_took_anything_back_long_ago(client):
    answer = client.call_with(WITHDRAWN, {"date": "20230102", "offset": 20, "limit": 1})
    assert outcome(answer) == ("10000", None) and "details" not in answer


def test_the_community_client_for_isvs(entries, ready, sandbox, shop, new_number):
    entry = entries["key"]
    code = authorize(sandbox, "merchant", shop, entry["app_id"])

    def isv(**given):
        made = ISVAliPay(
            appid=entry["app_id"],
            app_private_key_string=raw.pem_or_bare(
                raw.read(entry["private_key_pkcs1"]), "RSA PRIVATE KEY").decode(),
            alipay_public_key_string=raw.pem_or_bare(
                raw.read(entry["platform_public_key"]), "PUBLIC KEY").decode(), **given)
        made._gateway = ready["gateway"]
        return made

    first = isv(app_auth_code=code)
    given = first.api_alipay_open_auth_token_app()
    assert (outcome(given), given["user_id"]) == (("10000", None), shop["user_id"])
    second = isv(app_auth_token=given["app_auth_token"])
    assert second.api_alipay_open_auth_token_app_query()["status"] == "valid"
    made = second.api_alipay_trade_precreate(
        out_trade_no=new_number("V"), total_amount="1.00", subject=f"茶 {secrets.token_hex(2)}")
    assert outcome(made) == ("10000", None)
    renewed = second.api_alipay_open_auth_token_app(refresh_token=given["app_refresh_token"])
    assert renewed["app_auth_token"] != given["app_auth_token"]
