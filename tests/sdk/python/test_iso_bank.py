"""A week with a bank that somebody else wrote, spoken with in ISO 20022: withdrawals, refusals of every kind, money that
comes in, kills. Every message of both sides fits the published schemas, and at the end both books say the same."""

import contextlib
import datetime
import json
import signal
import sqlite3
import subprocess
import urllib.request

import pytest

from iso_bank import IsoBank, code_of, faults_of
from sandbox import Sandbox, SandboxError
from server import Server, binary_path

FINAL = {"done", "failed"}
DAY_LIMIT_S = 60


class Week:
    """A platform and its bank."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        self.today = "2026-12-07"  # A Monday.
        self.bank = IsoBank(f"{self.today}T16:00")  # After the hour up to which it settles on the same day.
        self.iban = self.bank.account("TONGBAO", 71, balance=50_000)
        config = folder / "bank.toml"
        config.write_text(f'url = "{self.bank.url}"\nname = "通宝 & Partner"\niban = "{self.iban}"\n'
                          'bank_code = "MOCKNL2A"\nclearing_member = "999999992"\n')
        self.server = Server(binary_path(), self.data, with_port_80=False, more=["--bank-iso", str(config)])
        self.asked = {}
        self.start()
        self.say("/clock/set", {"to": f"{self.today} 10:00:00"})
        self.say("/clock/freeze", {})
        self.opening = self.bank.balance("TONGBAO")
        # A statement waits until the tables hold what was answered.
        seller = self.server.ready["apps"][0]["seller_id"]
        urllib.request.urlopen(f"{self.sandbox.base}/accounts/{seller}/statements/2026-12-06.xml", timeout=20).close()
        self.reserve = self.books("bank_reserve")

    def start(self):
        self.server.start()
        self.sandbox = Sandbox(self.server.ready["sandbox"])
        self.buyer = self.server.ready["buyers"][0]

    def say(self, path, body):
        return self.sandbox._send(path, body)

    def card(self, number):
        asked = self.say("/bank/cards", {"login": self.buyer["login"], "card_number": number, "holder": "张三",
                                         "mobile": "13812345678"})
        self.say("/bank/cards/confirm", {"login": self.buyer["login"], "card_id": asked["card_id"],
                                         "code": code_of(asked["bank_message"])})
        return asked["card_id"]

    def ask(self, way, card, amount):
        number = len(self.asked)
        made = self.say(f"/bank/{way}", {"login": self.buyer["login"], "pay_password": self.buyer["pay_password"],
                                         "card_id": card, "amount": amount, "key": f"k{number}"})
        no = made["bank_order_no"]
        self.asked[no] = way
        return no

    def key(self, no):
        """What the order is called at the bank."""
        return json.loads((self.data / "worlds/default/bank.json").read_text())["generation"] + no

    def order(self, no):
        return self.sandbox._send(f"/bank/orders/{no}?login={self.buyer['login']}")

    def state(self, no):
        return self.order(no)["state"]

    def advance(self, by):
        self.say("/clock/advance", {"by": by})

    def night(self):
        """The bank closes its day, then the world's goes by."""
        self.bank.advance()
        self.advance("24h")

    def kept(self, folder):
        return sorted((self.data / "worlds/default/bank_messages" / folder).glob("*.xml"))

    def books(self, *kinds):
        """What stands on accounts of these kinds, over all slots, in fen."""
        path = self.data / "worlds/default/tables.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as tables:
            marks = ", ".join("?" * len(kinds))
            return tables.execute(f"SELECT COALESCE(SUM(balance_minor), 0) FROM account WHERE kind IN ({marks})",
                                  kinds).fetchone()[0]

    def settles(self, days):
        """Has the platform read the bank's statements of days that are over."""
        first = datetime.date.fromisoformat(self.today)
        for number in range(days):
            self.say("/recon/fetch", {"day": str(first + datetime.timedelta(days=number))})


@pytest.fixture
def week(tmp_path):
    made = Week(tmp_path)
    yield made
    made.server.stop()
    made.bank.stop()


def test_a_week_of_withdrawals_and_top_ups_with_a_foreign_bank(week):
    bank = week.bank
    card = week.card("6222021234567894")

    # Monday: accepted is not yet paid; booked is.
    first = week.ask("withdraw", card, "100.00")
    week.advance("1s")
    assert bank.payment(week.key(first))["status"] == "accepted"
    assert week.state(first) == "unknown"
    week.night()
    assert week.state(first) == "done"

    # Money comes in under the order's number, in whichever member its payer wrote it; a stranger's money is nobody's.
    ins = [week.ask("topup", card, amount) for amount in ("300.00", "20.05", "7.77")]
    week.advance("1h")
    assert {week.state(no) for no in ins} == {"unknown"}
    bank.pay_in("TONGBAO", 30_000, end_to_end_id=week.key(ins[0]))
    bank.pay_in("TONGBAO", 2_005, reference=week.key(ins[1]))
    bank.pay_in("TONGBAO", 777, note=["my wallet", week.key(ins[2])], debtor={"name": "李四 & Söhne"})
    bank.pay_in("TONGBAO", 4_444, note="nobody knows what for")
    week.night()
    assert [week.state(no) for no in ins] == ["done"] * 3

    # Wednesday: the bank says nothing, and pays. Unknown stays unknown until it is booked.
    bank.behaves("TONGBAO", "silent")
    silent = week.ask("withdraw", card, "12.34")
    week.advance("1s")
    assert week.state(silent) == "unknown"
    week.night()
    assert week.state(silent) == "done"

    # Refused for our own account, for the whole message, for the payee's account.
    bank.behaves("TONGBAO", "insufficient-funds")
    poor = week.ask("withdraw", card, "900.00")
    week.advance("1s")
    bank.behaves("TONGBAO", "reject-file")
    refused = week.ask("withdraw", card, "11.00")
    week.advance("1s")
    bank.behaves("TONGBAO", "accept")
    payee = bank.payment(week.key(first))["creditor_iban"]
    bank.account("CLOSED", 72, account_number=payee, behaviour="closed-account")
    closed = week.ask("withdraw", card, "12.00")
    week.advance("1s")
    assert [week.state(no) for no in (poor, refused, closed)] == ["failed"] * 3
    assert bank.payment(week.key(closed))["reason"] == "AC04"

    # The same message again is refused as such, and the order is not. The server is killed in between.
    other = week.card("6222020000000015")
    twice = week.ask("withdraw", other, "33.33")
    week.advance("1s")
    week.server.kill()
    message = week.folder / f"data/worlds/default/bank_messages/sent/{week.key(twice)}.xml"
    assert bank.call("POST", "/payments", raw=message.read_bytes())["status"] == "RJCT"
    week.start()
    week.advance("1h")
    assert week.state(twice) == "unknown"

    # Nobody answers: asked again under the same number, sent once.
    bank.process.send_signal(signal.SIGSTOP)
    late = week.ask("withdraw", other, "44.44")
    stopped = week.order(late)
    bank.process.send_signal(signal.SIGCONT)
    assert stopped["state"] in {"asked", "unknown"}
    week.advance("1m")
    week.night()
    week.night()
    assert [week.state(no) for no in (twice, late)] == ["done"] * 2
    assert len(bank.call("GET", f"/_mock/payments/{week.key(twice)}?all")) == 1
    assert len(bank.call("GET", f"/_mock/payments/{week.key(late)}?all")) == 1

    # The bank's statements settle all of it, over a week-end too; only the stranger's money is nobody's.
    while week.sandbox.today() < datetime.date(2026, 12, 15):
        week.night()
    week.settles(days=8)
    done = {no: fen(week.order(no)["amount"]) for no in week.asked if week.state(no) == "done"}
    ours = sum(amount if week.asked[no] == "topup" else -amount for no, amount in done.items())
    assert bank.balance("TONGBAO") - week.opening == ours + 4_444
    week.server.stop()
    assert week.books("clearing_in", "clearing_out") == 0
    assert week.books("suspense_owed", "suspense_due") == 4_444
    assert week.reserve - week.books("bank_reserve") == ours + 4_444
    week.start()

    # A statement with a hole in it is refused whole, and what it does not tell stays unsettled.
    bank.behaves("TONGBAO", "statement-gap")
    hole = week.ask("withdraw", other, "55.55")
    week.advance("1s")
    for _ in range(3):
        week.night()
    assert week.state(hole) == "done"
    with pytest.raises(SandboxError):
        week.say("/recon/fetch", {"day": "2026-12-16"})
    assert [path for path in week.kept("refused") if "camt.053" in path.read_text()]
    assert len(week.kept("refused")) == 1

    # Both books say the same, but for what no statement settled.
    assert {week.state(no) for no in week.asked} == FINAL
    texts = [path.read_text() for path in week.kept("sent")]
    assert len(texts) == sum(way == "withdraw" for way in week.asked.values())
    said = [letter["body"] for letter in bank.messages()]
    kinds = {letter["type"][:8] for letter in bank.messages()}
    assert kinds == {"pain.002", "camt.053", "camt.054"}
    assert faults_of(texts + said) == []
    week.server.stop()
    assert week.books("clearing_in", "clearing_out") == 5_555
    assert week.reserve - week.books("bank_reserve") - 5_555 == bank.balance("TONGBAO") - week.opening
    verified = subprocess.run([str(binary_path()), "verify", "--data", str(week.data), "--replay"],
                              capture_output=True, text=True, timeout=DAY_LIMIT_S)
    assert verified.returncode == 0, verified.stdout


def fen(amount):
    yuan, part = amount.split(".")
    return int(yuan) * 100 + int(part)
