"""Shared fixtures: one server, one merchant, apps of both modes, clients of each SDK."""

import itertools
import secrets

import pytest

try:
    from alipay import AliPay  # noqa: F401  (python-alipay-sdk)
    import alipay.aop.api.DefaultAlipayClient  # noqa: F401  (alipay-sdk-python)
except ImportError as error:
    raise pytest.UsageError(
        f"the SDKs under test are not both installed ({error}). They share the module `alipay`; run: "
        "pip install -r tests/sdk/python/requirements.txt, and if that does not help "
        "pip install --force-reinstall --no-deps python-alipay-sdk==3.4.0") from None

import clients
import raw
import server as server_module
from merchant import Merchant
from sandbox import Sandbox

# Points of the conformance checklist that belong to later work. Printed after every run, so that
# nobody takes silence for a pass.
OPEN_POINTS = [
    ("B4", "SM2 with a Java client; OpenSSL signs and checks it in crates/wire and crates/server"),
    ("B6", "Node curl (v3), both PHP clients, one Go client; PHP's and yansongda's rules are modelled byte by byte"),
    ("B6", "the official Python SDK's own verification in certificate mode: the SDK has none"),
    ("B9", "AES with PHP and smartwalle clients; Node's runs in tests/sdk/node"),
    ("B11", "strings made by PHP, Java and Go clients; PHP's form shape is imitated"),
    ("B12", "the waits between attempts (4 m, 10 m, ...): unit tests of the notify crate with a clock of their own"),
    ("B13", "transfer, freeze, unfreeze, cash.trigger: methods of later work"),
    ("B15, B17, B18", "simulated clock, v3, international"),
]


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than ten seconds")


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("checklist points that are open")
    for point, text in OPEN_POINTS:
        terminalreporter.write_line(f"{point:8} {text}")


@pytest.fixture(scope="session")
def running():
    """(ready, server or None)."""
    try:
        ready, server = server_module.running_or_started()
    except server_module.ServerDidNotStart as error:
        pytest.exit(str(error), returncode=3)
    yield ready, server
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def ready(running):
    """The parsed ready file."""
    return running[0]


@pytest.fixture(scope="session")
def sandbox(ready):
    """The headless API."""
    return Sandbox(ready["sandbox"])


@pytest.fixture(scope="session")
def merchant_site():
    """The merchant's web server."""
    site = Merchant()
    yield site
    site.close()


@pytest.fixture(scope="session")
def entries(ready):
    """The seeded app of each mode."""
    found = {}
    for entry in ready["apps"]:
        found.setdefault(entry["mode"], entry)
    assert set(found) == {"key", "cert"}, f"the ready file must name one app of each mode, not {sorted(found)}"
    return found


@pytest.fixture(scope="session")
def apps(entries, ready):
    """The raw client of each mode."""
    return {mode: raw.RawApp(entry, ready["gateway"]) for mode, entry in entries.items()}


@pytest.fixture(scope="session")
def app(apps):
    """The raw client of the public-key app."""
    return apps["key"]


@pytest.fixture(scope="session")
def buyer(sandbox):
    """A buyer with plenty of money."""
    return sandbox.buyer("500000.00")


_numbers = itertools.count(1)
_run = secrets.token_hex(4)


@pytest.fixture(scope="session")
def new_number():
    """Makes order numbers that were never used."""
    return lambda prefix="T": f"{prefix}{_run}{next(_numbers):06d}"


@pytest.fixture(scope="session", params=["official-key", "official-cert", "community-key", "community-cert"])
def client(request, ready, entries):
    """Each SDK in each mode."""
    kind, mode = request.param.split("-")
    made = clients.CLIENTS[kind](entries[mode], ready)
    made.kind, made.mode = kind, mode
    return made


@pytest.fixture
def paid(app, sandbox, buyer, new_number):
    """Pays orders by pay code with the raw client: paid(amount) -> the answer."""
    def pay(amount="10.00", by=None, using=None, **more):
        who = by or buyer
        biz = {"out_trade_no": new_number("P"), "total_amount": amount, "subject": "苹果", "scene": "bar_code",
               "auth_code": sandbox.pay_code(who["login"])}
        answer = (using or app).call("alipay.trade.pay", biz, **more)
        assert answer.outcome == ("10000", None), answer
        return answer
    return pay
