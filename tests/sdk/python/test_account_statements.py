"""Statements of merchants' accounts in ISO 20022, read with the standard library alone: they fit the published schema,
add up, hang together from day to day, and say what the account bill says."""

import datetime
import urllib.error
import urllib.request
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from iso_bank import faults_of
from test_bills import World

CAMT = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}


@pytest.fixture(scope="module")
def world():
    """A server whose clock is moved."""
    made = World()
    yield made
    made.server.stop()


def statement(base, party, day):
    """(opening, [signed amounts], closing, text) of a day, read by an independent reader."""
    with urllib.request.urlopen(f"{base}/accounts/{party}/statements/{day}.xml", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
        text = answer.read().decode()
    tree = ElementTree.fromstring(text)

    def signed(node):
        amount = node.find("c:Amt", CAMT)
        assert amount.get("Ccy") == "CNY"
        return Decimal(amount.text) * (1 if node.find("c:CdtDbtInd", CAMT).text == "CRDT" else -1)

    balances = {node.find("c:Tp/c:CdOrPrtry/c:Cd", CAMT).text: signed(node)
                for node in tree.iterfind(".//c:Stmt/c:Bal", CAMT)}
    entries = list(tree.iterfind(".//c:Stmt/c:Ntry", CAMT))
    assert [entry.find("c:NtryRef", CAMT).text for entry in entries] == [str(n + 1) for n in range(len(entries))]
    return balances["OPBD"], [signed(entry) for entry in entries], balances["CLBD"], text


def test_a_merchants_days_add_up_and_hang_together(world):
    day = world.sandbox.today()
    numbers = [world.sell("100.00"), world.sell("0.05", refund="0.05"), world.sell("33.33", refund="3.33")]
    world.advance("24h")
    numbers.append(world.sell("7.77"))
    world.advance("48h")
    days = [str(day + datetime.timedelta(days=n)) for n in range(-1, 3)]
    told = [statement(world.sandbox.base, world.seller, day) for day in days]
    for opening, amounts, closing, _ in told:
        assert opening + sum(amounts) == closing
    for (_, _, closing, _), (opening, _, _, _) in zip(told, told[1:]):
        assert opening == closing
    assert [bool(amounts) for _, amounts, _, _ in told] == [False, True, True, False]
    texts = [text for *_, text in told]
    assert faults_of(texts) == []
    assert [number in "".join(texts) for number in numbers] == [True] * 4
    assert "苹果,梨" in texts[1]
    # The account bill of the day has the same lines.
    rows = next(rows for name, (_, rows) in world.bill("signcustomer", days[1]).items() if "汇总" not in name)
    changes = [Decimal(row["收入金额（+元）"] or 0) + Decimal(row["支出金额（-元）"] or 0) for row in rows]
    assert changes == told[1][1]
    # Fetched again it is the same.
    assert statement(world.sandbox.base, world.seller, days[1])[3] == texts[1]


@pytest.mark.parametrize("party, file, status", [
    ("2088000000000000", "2026-01-02.xml", 404),
    ("nobody", "2026-01-02.xml", 400),
    (None, "2026-02-30.xml", 400),
    (None, "2026-01-02.csv", 400),
    (None, "9999-01-01.xml", 409),
])
def test_what_is_no_statement_is_refused(world, party, file, status):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{world.sandbox.base}/accounts/{party or world.seller}/statements/{file}", timeout=20)
    assert refused.value.code == status
