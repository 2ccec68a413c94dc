"""Bills, read with the standard library alone: zipfile, GBK, csv; and added up against the account."""

import csv
import datetime
import decimal
import http.cookiejar
import io
import itertools
import pathlib
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import pytest

import raw
import server as server_module
from sandbox import Sandbox

BILL = "alipay.data.dataservice.bill.downloadurl.query"
OK = ("10000", None)


class World:
    """A server of our own, because its clock is moved."""

    def __init__(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tongbao-bills-"))
        self.server = server_module.Server(server_module.binary_path(), folder / "data", with_port_80=False).start()
        self.sandbox = Sandbox(self.server.ready["sandbox"])
        entry = next(entry for entry in self.server.ready["apps"] if entry["mode"] == "key")
        self.app, self.seller = raw.RawApp(entry, self.server.ready["gateway"]), entry["seller_id"]
        self.buyer = self.sandbox.buyer("5000.00")
        self.numbers = itertools.count(1)

    def call(self, method, biz):
        answer = self.app.call(method, biz)
        assert answer.outcome == OK, answer
        return answer

    def sell(self, amount, refund=None):
        number = f"B{next(self.numbers):04d}"
        biz = {"out_trade_no": number, "total_amount": amount, "subject": "苹果,梨",
               "auth_code": self.sandbox.pay_code(self.buyer["login"])}
        self.call("alipay.trade.pay", biz)
        if refund:
            self.call("alipay.trade.refund",
                      {"out_trade_no": number, "refund_amount": refund, "out_request_no": "R1"})
        return number

    def advance(self, span):
        self.sandbox._send("/clock/advance", {"by": span})

    def bill(self, kind, date):
        """{name: lines of cells}, remarks apart."""
        url = self.call(BILL, {"bill_type": kind, "bill_date": date})["bill_download_url"]
        with urllib.request.urlopen(url, timeout=20) as response:
            archive = zipfile.ZipFile(io.BytesIO(response.read()), metadata_encoding="gbk")
        assert archive.testzip() is None
        found = {}
        for info in archive.infolist():
            text = archive.read(info).decode("gbk")
            remarks = [line for line in text.splitlines() if line.startswith("#")]
            lines = [line for line in text.splitlines() if not line.startswith("#")]
            table = list(csv.DictReader(lines, strict=True))
            assert all(None not in row and None not in row.values() for row in table), "lines are as long as the head"
            rows = [{name: cell.strip() for name, cell in row.items()} for row in table]
            found[info.filename] = (remarks, rows)
        return found

    def balance(self):
        return decimal.Decimal(self.call("alipay.data.bill.balance.query", {})["total_amount"])


@pytest.fixture(scope="module")
def world():
    made = World()
    yield made
    made.server.stop()


def yuan(rows, column):
    return sum((decimal.Decimal(row[column]) for row in rows), decimal.Decimal(0))


def test_the_days_of_a_merchant_add_up_to_its_balance(world):
    """Days with sales and refunds, a refund of an older sale, and every day's bill after the last is over."""
    days, balances = [], []
    older = None
    for amounts in ([("100.00", None), ("50.00", "20.00")], [("0.01", None), ("33.33", "33.33")], []):
        days.append(world.sandbox.today())
        for amount, refund in amounts:
            number = world.sell(amount, refund)
            older = older or number
        if not amounts:
            world.call("alipay.trade.refund",
                       {"out_trade_no": older, "refund_amount": "40.00", "out_request_no": "R2"})
        balances.append(world.balance())
        world.advance("1d")
    so_far, trades = decimal.Decimal(0), decimal.Decimal(0)
    for day, balance in zip(days, balances):
        details, summary = world.bill("signcustomer", str(day)).items()
        assert details[0] == f"{world.seller}0156_{day:%Y%m%d}_账务明细.csv"
        assert summary[0] == f"{world.seller}0156_{day:%Y%m%d}_账务明细(汇总).csv"
        remarks, rows = details[1]
        incomes, expenses = yuan(rows, "收入金额（+元）"), yuan(rows, "支出金额（-元）")
        so_far += incomes + expenses
        assert so_far == balance == decimal.Decimal(rows[-1]["账户余额（元）"])
        count = [sum(decimal.Decimal(row[column]) != 0 for row in rows)
                 for column in ("支出金额（-元）", "收入金额（+元）")]
        assert remarks[-3:-1] == [f"#支出合计：{count[0]}笔，共{expenses:.2f}元", f"#收入合计：{count[1]}笔，共{incomes:.2f}元"]
        assert summary[1][1][-1]["总金额（元）"] == f"{incomes + expenses:.2f}"
        own = [row for row in rows if row["商户订单号"]]
        trades += yuan(own, "收入金额（+元）") + yuan(own, "支出金额（-元）")
    sold = decimal.Decimal(0)
    for day in days:
        _, rows = next(iter(world.bill("trade", str(day)).values()))
        sold += sum(yuan(rows, column) for column in ("商家实收（元）", "服务费（元）", "分润（元）"))
        assert {row["商品名称"] for row in rows} == {"苹果，梨"}
    assert sold == trades


def test_numbers_are_kept_from_spreadsheets(world):
    """Each number has a tab behind it, in the bytes as they come."""
    day = world.sandbox.today()
    world.sell("1.00")
    world.advance("1d")
    url = world.call(BILL, {"bill_type": "trade", "bill_date": str(day)})["bill_download_url"]
    with urllib.request.urlopen(url, timeout=20) as response:
        archive = zipfile.ZipFile(io.BytesIO(response.read()), metadata_encoding="gbk")
    lines = archive.read(archive.infolist()[0]).decode("gbk").split("\r\n")
    cells = lines[5].split(",")
    assert [at for at, cell in enumerate(cells) if cell.endswith("\t")] == [0, 1, 2, 6, 8, 9, 10]
    assert lines[4].count(",") == 24 and lines[-1] == ""


@pytest.mark.parametrize("biz, sub_code", [
    ({"bill_type": "trade", "bill_date": "{today}"}, "isp.bill_not_exist"),
    ({"bill_type": "trade", "bill_date": "{month}"}, "isp.bill_not_exist"),
    ({"bill_type": "trade", "bill_date": "2099-01-01"}, "isp.bill_not_exist"),
    ({"bill_type": "trade", "bill_date": "2001-01-01"}, "BILL_DATE_BEFORE_REGISTRATION"),
    ({"bill_type": "trade", "bill_date": "01/02/2026"}, "invalid_arguments"),
    ({"bill_type": "trade", "bill_date": "2026-02-30"}, "invalid_arguments"),
    ({"bill_type": "trade", "bill_date": ["2026-01-01"]}, "invalid_arguments"),
    ({"bill_date": "2026-01-01"}, "invalid_arguments"),
    ({"bill_type": "trade"}, "invalid_arguments"),
    ({"bill_type": "everything", "bill_date": "2026-01-01"}, "invalid_arguments"),
    ({"bill_type": "merchant_act", "bill_date": "2026-01-01"}, "TYPE_NOT_SUPPORTED"),
    ({"bill_type": "trade", "bill_date": "2026-01-01", "smid": "2088000000000001"}, "invalid_arguments"),
])
def test_bad_input_is_refused_by_name(world, biz, sub_code):
    today = world.sandbox.today()
    fill = {"{today}": str(today), "{month}": f"{today:%Y-%m}"}
    biz = {name: fill.get(value, value) if isinstance(value, str) else value for name, value in biz.items()}
    assert world.app.call(BILL, biz).outcome == ("40004", sub_code)


def test_links_are_signed_and_short_lived(world):
    day = world.sandbox.today()
    world.sell("1.00")
    world.advance("1d")
    url = world.call(BILL, {"bill_type": "trade", "bill_date": str(day)})["bill_download_url"]
    parts = urllib.parse.urlsplit(url)
    pairs = dict(urllib.parse.parse_qsl(parts.query))
    other = day - datetime.timedelta(days=1)

    def status(**changed):
        query = urllib.parse.urlencode({**pairs, **changed})
        try:
            with urllib.request.urlopen(parts._replace(query=query).geturl(), timeout=20) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    assert status() == 200
    for changed in ({"bizType": "signcustomer"}, {"bizDates": f"{other:%Y%m%d}"}, {"userId": "2088000000000001"},
                    {"timestamp": str(int(pairs["timestamp"]) + 1)}, {"token": "0" * 32}, {"token": ""}):
        assert status(**changed) == 403, changed
    world.advance("31s")
    assert status() == 403


def test_a_person_exports_what_the_wallet_shows(world):
    """The file as programs for keeping books read it: 24 lines, then a CSV whose lines end with a comma."""
    who = world.sandbox.buyer("100.00")
    code = world.sandbox.pay_code(who["login"])
    paid = world.call("alipay.trade.pay", {"out_trade_no": "X1", "total_amount": "12.34", "subject": "苹果,梨",
                                           "auth_code": code})
    world.call("alipay.trade.refund", {"out_trade_no": "X1", "refund_amount": "2.34", "out_request_no": "R1"})
    root = world.server.ready["sandbox"].removesuffix("/sandbox")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def post(path, **fields):
        with browser.open(root + path, urllib.parse.urlencode(fields).encode(), timeout=20) as response:
            return response.headers, response.read()

    def token(path):
        with browser.open(root + path, timeout=20) as response:
            return re.search(r'name="csrf" value="([^"]+)"', response.read().decode())[1]

    post("/wallet/sign-in", csrf=token("/wallet/export"), next="export", login=who["login"],
         pay_password=who["pay_password"])
    today = world.sandbox.today()
    headers, body = post("/wallet/export", csrf=token("/wallet/export"), first=str(today), last=str(today))
    name = re.fullmatch(r'attachment; filename="(alipay_record_\d{8}_\d{6})\.zip"', headers["Content-Disposition"])[1]
    archive = zipfile.ZipFile(io.BytesIO(body), metadata_encoding="gbk")
    assert archive.namelist() == [name + ".csv"]
    lines = archive.read(name + ".csv").decode("gb18030").split("\n")
    assert lines[0] == "-" * 84 and lines[3] == f"支付宝账户：{who['login']}"
    assert lines[7:11] == ["共3笔记录", "收入：0笔 0.00元", "支出：1笔 12.34元", "不计收支：2笔 102.34元"]
    assert sum(1 for line in lines[:24] if line) == 22 and "电子客户回单" in lines[23]
    rows = list(csv.reader(lines[24:-1], strict=True))
    assert all(len(row) == 13 and row[12] == "" for row in rows)
    refund, payment, deposit = [dict(zip(rows[0], row)) for row in rows[1:]]
    assert payment["交易订单号"] == paid["trade_no"] + "\t" and payment["收/支"] == "支出"
    assert refund["交易订单号"] == f"{paid['trade_no']}_R1\t" and refund["交易状态"] == "退款成功"
    assert (payment["商品说明"], refund["商品说明"]) == ("苹果，梨", "退款-苹果，梨")
    assert (deposit["商品说明"], deposit["金额"], deposit["对方账号"]) == ("充值-普通充值", "100.00", "/")
