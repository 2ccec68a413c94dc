"""A small shop that sells two coffees through Tongbao with the official Alipay SDK for Python.

    python shop.py READY_FILE

READY_FILE is what `tongbao up --ready READY_FILE` writes. Nothing below is special to Tongbao but the
gateway address, the keys, and the three lines that play the buyer's phone.
"""

import http.server
import json
import queue
import sys
import threading
import time
import urllib.parse
import urllib.request

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradePrecreateModel import AlipayTradePrecreateModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePrecreateRequest import AlipayTradePrecreateRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa


def read(path):
    """The text of a key file."""
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def say(step, text):
    """One step in plain words."""
    print(f"\n{step}. {text}", flush=True)


def connect(ready, app):
    """The official SDK, pointed at this server: gateway and keys are all that changes."""
    if not ready["gateway_port_80"]:
        sys.exit("The server could not listen on 127.0.0.1:80, and the official Python SDK reaches only ports 80 and "
                 "443. Start it as root, or run: sysctl net.ipv4.ip_unprivileged_port_start=80")
    config = AlipayClientConfig()
    config.server_url = ready["gateway_port_80"]
    config.app_id = app["app_id"]
    config.app_private_key = read(app["private_key_pkcs1"])
    config.alipay_public_key = read(app["platform_public_key"])
    return DefaultAlipayClient(config)


def ask(client, request_class, model_class, fields, notify_url=None):
    """One call. The SDK signs the request and verifies the answer's signature."""
    request = request_class(biz_model=model_class.from_alipay_dict(fields))
    if notify_url:
        request.notify_url = notify_url
    answer = json.loads(client.execute(request))
    if answer["code"] != "10000":
        sys.exit(f"{answer['code']} {answer.get('sub_code')}: {answer.get('sub_msg')}")
    return answer


def start_shop(platform_public_key):
    """The shop's web server: takes notifications, verifies them, answers `success`."""
    inbox = queue.Queue()

    class Notify(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
            told = dict(urllib.parse.parse_qsl(body))
            signed = {name: value for name, value in told.items() if name not in ("sign", "sign_type")}
            # Raises when the signature is wrong: then nothing is answered, and the platform tries again later.
            verify_with_rsa(platform_public_key, get_sign_content(signed).encode("utf-8"), told["sign"])
            inbox.put(told)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"success")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notify)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/notify", inbox


def show_qr(text):
    """The QR code as text; only the link when the package `qrcode` is not there."""
    try:
        import qrcode
        code = qrcode.QRCode(border=2)
        code.add_data(text)
        code.print_ascii(invert=True)
    except ImportError:
        pass
    print("   " + text)


def buyer_pays(ready, buyer, qr_code):
    """What the buyer's phone does in real life: scan, look, type the payment password."""
    order = {"login": buyer["login"], "pay_password": buyer["pay_password"], "qr_code": qr_code}
    call = urllib.request.Request(ready["sandbox"] + "/pay", data=json.dumps(order).encode(),
                                  headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(call, timeout=15) as response:
        return json.load(response)


def main():
    """Sells two coffees, is told about it, and takes one back."""
    with open(sys.argv[1], encoding="utf-8") as file:
        ready = json.load(file)
    app = next(app for app in ready["apps"] if app["mode"] == "key")
    buyer = ready["buyers"][0]
    client = connect(ready, app)
    notify_url, inbox = start_shop(read(app["platform_public_key"]))
    number = f"COFFEE{time.time_ns()}"
    order = {"out_trade_no": number, "total_amount": "36.00", "subject": "两杯咖啡 (two coffees)"}

    say(1, f"The shop asks for a QR code: {order['subject']}, 36.00 yuan, order {number}.")
    code = ask(client, AlipayTradePrecreateRequest, AlipayTradePrecreateModel, order, notify_url)["qr_code"]
    show_qr(code)

    say(2, f"The buyer {buyer['login']} scans it and types the payment password.")
    paid = buyer_pays(ready, buyer, code)
    print(f"   The trade {paid['trade_no']} is now {paid['trade_status']}.")

    say(3, "The platform tells the shop; the SDK verifies the signature.")
    told = inbox.get(timeout=30)
    assert (told["out_trade_no"], told["trade_status"]) == (number, "TRADE_SUCCESS"), told
    print(f"   Genuine: order {told['out_trade_no']} is {told['trade_status']}, {told['total_amount']} yuan.")

    say(4, "The shop does not rely on the notification alone: it asks.")
    found = ask(client, AlipayTradeQueryRequest, AlipayTradeQueryModel, {"out_trade_no": number})
    print(f"   {found['trade_status']}, paid by {found['buyer_logon_id']}.")

    say(5, "One coffee was cold: the shop gives 18.00 back.")
    refund = {"out_trade_no": number, "refund_amount": "18.00", "out_request_no": "cold-coffee-1",
              "refund_reason": "cold"}
    given = ask(client, AlipayTradeRefundRequest, AlipayTradeRefundModel, refund)
    print(f"   Money moved: {given['fund_change']}. Given back so far: {given['refund_fee']} yuan.")
    again = ask(client, AlipayTradeRefundRequest, AlipayTradeRefundModel, refund)
    print(f"   Asked a second time by mistake. Money moved: {again['fund_change']}. Still {again['refund_fee']} yuan.")

    say(6, "The shop asks how that refund went.")
    state = ask(client, AlipayTradeFastpayRefundQueryRequest, AlipayTradeFastpayRefundQueryModel,
                {"out_trade_no": number, "out_request_no": "cold-coffee-1"})
    print(f"   {state['refund_status']}: {state['refund_amount']} of {state['total_amount']} yuan.")
    print("\nDone: sold, told, asked, refunded. The buyer has one coffee and 18.00 yuan.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
