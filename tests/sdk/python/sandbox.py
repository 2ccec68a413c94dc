"""The /sandbox JSON API: buyers without a browser."""

import datetime
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_S = 20
PAY_PASSWORD = "739164"


class SandboxError(Exception):
    """The sandbox said no."""

    def __init__(self, status, body):
        error = (body.get("error") or {}) if isinstance(body, dict) else {}
        self.status, self.code, self.message = status, error.get("code"), error.get("message")
        super().__init__(f"{status} {self.code}: {self.message}")


class Sandbox:
    """`base` is the `sandbox` member of the ready file."""

    def __init__(self, base):
        self.base = base

    def _send(self, path, body=None):
        data = None if body is None else json.dumps({k: v for k, v in body.items() if v is not None}).encode()
        call = urllib.request.Request(self.base + path, data=data, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(call, timeout=TIMEOUT_S) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raw = error.read()
            try:
                body = json.loads(raw)
            except ValueError:
                raise AssertionError(f"{path}: status {error.code} without JSON: {raw[:300]!r}") from None
            raise SandboxError(error.code, body) from None

    def pay_code(self, login):
        """A fresh pay code (what the buyer's phone shows)."""
        return self._send("/paycode", {"login": login})["auth_code"]

    def pay(self, login, pay_password=PAY_PASSWORD, **what):
        """`what` is one of qr_code, order_url, order_string, trade_no."""
        return self._send("/pay", {"login": login, "pay_password": pay_password, **what})

    def buyer(self, balance="10000.00", pay_password=PAY_PASSWORD):
        """A new buyer: {login, user_id, pay_password}."""
        login = f"buyer{secrets.token_hex(5)}@example.com"
        made = self._send("/party", {"kind": "buyer", "login": login, "name": "测试买家",
                                     "pay_password": pay_password, "balance": balance})
        return {"login": login, "pay_password": pay_password, "user_id": made["user_id"]}

    def merchant(self, name="测试商家"):
        """A new merchant: {login, user_id}."""
        login = f"shop{secrets.token_hex(5)}@example.com"
        made = self._send("/party", {"kind": "merchant", "login": login, "name": name})
        return {"login": login, "user_id": made["user_id"]}

    def app(self, seller_id, mode="key", public_key=None, allow_rsa=None, aes=None):
        """A new app of a merchant, in the form of apps[]."""
        return self._send("/app", {"seller_id": seller_id, "mode": mode, "public_key": public_key,
                                   "allow_rsa": allow_rsa, "aes": aes})

    def sign_agreement(self, login, pay_password=PAY_PASSWORD, **what):
        """`what` is one of sign_url, sign_string, agreement_no."""
        return self._send("/agreement/sign", {"login": login, "pay_password": pay_password, **what})

    def end_agreement(self, login, agreement_no, pay_password=PAY_PASSWORD):
        """The buyer ends an agreement."""
        return self._send("/agreement/end", {"login": login, "pay_password": pay_password,
                                             "agreement_no": agreement_no})

    def today(self):
        """The world's day in China."""
        return datetime.date.fromisoformat(self._send("/clock")["now"][:10])

    def set_status(self, login, status):
        """normal, frozen or closed."""
        return self._send("/party/status", {"login": login, "status": status})

    def top_up(self, login, amount, key):
        """Posts money to a buyer once per key."""
        return self._send("/topup", {"login": login, "amount": amount, "key": key})

    def notifications(self, app_id, out_trade_no):
        """What the platform has to tell about one order."""
        query = urllib.parse.urlencode({"app_id": app_id, "out_trade_no": out_trade_no})
        return self._send("/notifications?" + query)["notifications"]
