"""One face over the SDKs under test, so that the same test runs with each.

The SDKs themselves are used as their packages ship them: only the gateway address and the
keys are set. Each call leaves the SDK's own verification on.

The official Python SDK has no certificate mode: it neither computes serial numbers nor expects
`alipay_cert_sn` between the answer and its signature (protocol 1.7). With a certificate app
it can send the two serials as extra parameters (`add_other_text_param`), sign pages and order
strings, and verify notifications; the answer of `execute` it calls "maybe illegal" although the
call was carried out. There the adapter takes the answer from the SDK's own exception and verifies it
with the SDK's own `verify_with_rsa`.
"""

import importlib
import json
import re

from alipay import AliPay, DCAliPay
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.exception.Exception import ResponseException
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa

import raw


def class_name(method):
    """alipay.trade.fastpay.refund.query -> AlipayTradeFastpayRefundQuery."""
    return "".join(part.capitalize() for part in re.split(r"[._]", method))


def official_request(method, biz, notify_url=None, return_url=None):
    """The typed request of the official SDK with its typed model."""
    base = class_name(method)
    request_class = getattr(importlib.import_module(f"alipay.aop.api.request.{base}Request"), f"{base}Request")
    model_class = getattr(importlib.import_module(f"alipay.aop.api.domain.{base}Model"), f"{base}Model")
    request = request_class(biz_model=model_class.from_alipay_dict(biz))
    if notify_url:
        request.notify_url = notify_url
    if return_url:
        request.return_url = return_url
    return request


def official_response(method, content):
    """The answer parsed by the typed response of the official SDK."""
    base = class_name(method)
    response = getattr(importlib.import_module(f"alipay.aop.api.response.{base}Response"), f"{base}Response")()
    response.parse_response_content(content)
    return response


class OfficialPython:
    """alipay-sdk-python."""

    def __init__(self, entry, ready):
        gateway = ready.get("gateway_port_80")
        if not gateway:
            raise AssertionError(
                "gateway_port_80 is null: the server could not listen on 127.0.0.1:80. The official Python SDK "
                "can only reach ports 80 and 443; run the tests as root, or allow low ports with "
                "`sysctl net.ipv4.ip_unprivileged_port_start=80`, and see that nothing else uses port 80.")
        self.entry = entry
        self.cert_mode = entry["mode"] == "cert"
        self.platform_public_key = raw.pem_or_bare(raw.read(entry["platform_public_key"]), "PUBLIC KEY").decode()
        config = AlipayClientConfig()
        config.server_url = gateway
        config.app_id = entry["app_id"]
        config.app_private_key = raw.read(entry["private_key_pkcs1"]).strip()
        config.alipay_public_key = self.platform_public_key
        self.client = DefaultAlipayClient(config)

    def _request(self, method, biz, notify_url=None, return_url=None):
        request = official_request(method, biz, notify_url, return_url)
        if self.cert_mode:
            self._add_serials(request)
        return request

    def _add_serials(self, request):
        request.add_other_text_param("app_cert_sn", DCAliPay.get_cert_sn(raw.read(self.entry["app_cert"])))
        request.add_other_text_param(
            "alipay_root_cert_sn", DCAliPay.get_root_cert_sn(raw.read(self.entry["root_cert"])))

    def call(self, method, biz, notify_url=None):
        """The inner object of the verified answer."""
        return self._send(method, self._request(method, biz, notify_url))

    def call_with(self, method, biz=None, own=None, **common):
        """The same of a method with parameters of its own beside the common ones, or with more of these."""
        base = class_name(method)
        module = importlib.import_module(f"alipay.aop.api.request.{base}Request")
        request = self._request(method, biz) if biz else getattr(module, f"{base}Request")()
        for name, value in (own or {}).items():
            setattr(request, name, value)
        for name, value in common.items():
            request.add_other_text_param(name, value)
        if self.cert_mode and not biz:
            self._add_serials(request)
        return self._send(method, request)

    def _send(self, method, request):
        if self.cert_mode:
            try:
                self.client.execute(request)
            except ResponseException as error:
                return self._from_exception(method, str(error))
            raise AssertionError("the answer had no alipay_cert_sn although the app is in certificate mode")
        content = self.client.execute(request)
        found = json.loads(content)
        typed = official_response(method, content)
        assert typed.is_success() == ("sub_code" not in found)
        assert (typed.code, typed.sub_code) == (found["code"], found.get("sub_code"))
        return found

    def _from_exception(self, method, text):
        assert "response shape maybe illegal. " in text, text
        body = text.split("response shape maybe illegal. ", 1)[1].encode()
        match = raw.ANSWER.match(body)
        assert match and match[3] and match[4], text
        assert verify_with_rsa(self.platform_public_key, match[2], match[4].decode())
        assert match[1].decode() in (method.replace(".", "_") + "_response", "error_response")
        return json.loads(match[2])

    def page_url(self, method, biz, notify_url=None, return_url=None):
        """page_execute(GET)."""
        return self.client.page_execute(self._request(method, biz, notify_url, return_url), http_method="GET")

    def page_form(self, method, biz, notify_url=None, return_url=None):
        """page_execute(POST): an HTML form that submits itself."""
        return self.client.page_execute(self._request(method, biz, notify_url, return_url))

    def order_string(self, method, biz, notify_url=None):
        """sdk_execute."""
        return self.client.sdk_execute(self._request(method, biz, notify_url))

    def verify_notification(self, params):
        """The SDK's two steps, as its documentation tells merchants."""
        rest = {name: value for name, value in params.items() if name not in ("sign", "sign_type")}
        return verify_with_rsa(self.platform_public_key, get_sign_content(rest).encode("utf-8"), params["sign"])


class CommunityPython:
    """python-alipay-sdk: AliPay in public-key mode, DCAliPay in certificate mode."""

    def __init__(self, entry, ready):
        self.gateway = ready["gateway"]
        private_key = raw.pem_or_bare(raw.read(entry["private_key_pkcs1"]), "RSA PRIVATE KEY").decode()
        if entry["mode"] == "cert":
            self.client = DCAliPay(
                appid=entry["app_id"], app_private_key_string=private_key,
                app_public_key_cert_string=raw.read(entry["app_cert"]),
                alipay_public_key_cert_string=raw.read(entry["platform_cert"]),
                alipay_root_cert_string=raw.read(entry["root_cert"]))
        else:
            self.client = AliPay(
                appid=entry["app_id"], app_private_key_string=private_key,
                alipay_public_key_string=raw.pem_or_bare(
                    raw.read(entry["platform_public_key"]), "PUBLIC KEY").decode())
        self.client._gateway = self.gateway  # the only way this SDK has to name another gateway

    def call(self, method, biz, notify_url=None):
        """The inner object, verified by the SDK; its own shortcuts where it has them."""
        biz = dict(biz)
        if notify_url:
            return self.client.server_api(method, biz, notify_url=notify_url)
        shortcut = getattr(self.client, "api_" + method.replace(".", "_"), None)
        returns_text = ("alipay.open.app.alipaycert.download", "alipay.trade.app.pay")
        if shortcut is None or method in returns_text or not self._fits(method, biz):
            return self.client.server_api(method, biz)
        return shortcut(**biz)

    def call_with(self, method, biz=None, own=None, **common):
        """The same of a method with parameters of its own beside the common ones, or with more of these."""
        data = self.client.build_body(method, biz, **{**(own or {}), **common})
        return self.client.verified_sync_response(data, method.replace(".", "_") + "_response")

    @staticmethod
    def _fits(method, biz):
        # The shortcuts insist on these arguments; without them the generic call is used.
        wanted = {"alipay.trade.pay": {"out_trade_no", "scene", "auth_code", "subject"},
                  "alipay.trade.precreate": {"out_trade_no", "total_amount", "subject"},
                  "alipay.trade.create": {"out_trade_no", "total_amount", "subject", "buyer_id"},
                  "alipay.trade.refund": {"refund_amount"},
                  "alipay.trade.fastpay.refund.query": {"out_request_no"}}.get(method, set())
        extra_ok = method not in ("alipay.trade.query", "alipay.trade.cancel", "alipay.trade.close",
                                  "alipay.trade.fastpay.refund.query")
        known = {"out_trade_no", "trade_no", "out_request_no", "operator_id"}
        scene_ok = biz.get("scene", "bar_code") in ("bar_code", "wave_code")
        named = bool({"out_trade_no", "trade_no"} & set(biz))
        return named and wanted <= set(biz) and (extra_ok or set(biz) <= known) and scene_ok

    def page_url(self, method, biz, notify_url=None, return_url=None):
        """api_alipay_trade_page_pay / _wap_pay: a query string to hang on the gateway. What has no such shortcut is
        built and signed by the SDK's own two steps."""
        shortcut = getattr(self.client, "api_" + method.replace(".", "_"), None)
        if shortcut is None:
            data = self.client.build_body(method, biz, notify_url=notify_url, return_url=return_url)
            return self.gateway + "?" + self.client.sign_data(data)
        biz = {name: value for name, value in biz.items() if name != "product_code"}
        return self.gateway + "?" + shortcut(notify_url=notify_url, return_url=return_url, **biz)

    def order_string(self, method, biz, notify_url=None):
        """api_alipay_trade_app_pay."""
        biz = {name: value for name, value in biz.items() if name != "product_code"}
        return getattr(self.client, "api_" + method.replace(".", "_"))(notify_url=notify_url, **biz)

    def verify_notification(self, params):
        """verify(data, signature) as the README of the SDK shows it."""
        data = dict(params)
        return self.client.verify(data, data.pop("sign"))


CLIENTS = {"official": OfficialPython, "community": CommunityPython}
