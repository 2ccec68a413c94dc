"""Kills the real server with -9 under load, ten times, and checks that every answer it gave still holds.

    crash.py [--clients 64] [--kills 10] [--orders 32] [--seed N]

64 clients pay, cancel, refund and query the same orders at once. The server dies and is started again in between. Each
client writes down every answer it got. What a client got no answer to counts as unknown: it may have happened
or not. At the end the answers are held against the final state (see check.py) and `tongbao verify` must be content.

TONGBAO_BIN names the binary (default target/release/tongbao). Needs the packages of tests/sdk/python/requirements.txt.
"""

import argparse
import dataclasses
import http.client
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sdk" / "python"))

import raw  # noqa: E402
import server as server_module  # noqa: E402
from sandbox import Sandbox, SandboxError  # noqa: E402

import check  # noqa: E402

AMOUNT = 1000  # fen
CALLS_PER_CLIENT = 2000  # an upper bound; time ends the run before
SERVING_S = (0.4, 1.4)  # how long the server lives between two kills
VERIFY_LIMIT_S = 120
SILENCE = (OSError, http.client.HTTPException, TimeoutError)


def yuan(fen):
    """Amounts as the wire writes them."""
    return f"{fen // 100}.{fen % 100:02d}"


@dataclasses.dataclass
class Order:
    """One order and its own buyer, who could pay for it twice."""
    number: str
    buyer: dict
    sent_refunds: dict = dataclasses.field(default_factory=dict)  # out_request_no -> fen
    cancel_sent: bool = False


@dataclasses.dataclass
class Seen:
    """An answer, with the moments of asking and of hearing."""
    kind: str
    order: str
    asked: float
    heard: float
    outcome: tuple
    inner: dict
    request: dict


class Load:
    """The clients and what they saw."""

    def __init__(self, app, sandbox, orders, seed):
        self.app, self.sandbox, self.orders, self.seed = app, sandbox, orders, seed
        self.seen, self.unknown = [], 0
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.faults = []

    def call(self, kind, order, method, biz):
        """One signed call; None when no answer came."""
        asked = time.monotonic()
        try:
            answer = self.app.call(method, biz)
        except SILENCE:
            with self.lock:
                self.unknown += 1
            time.sleep(0.05)
            return None
        found = Seen(kind, order.number, asked, time.monotonic(), answer.outcome, answer.inner, biz)
        with self.lock:
            if answer.outcome[0] == "20000" or answer.outcome[1] in ("ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR"):
                self.unknown += 1  # the server itself says that it does not know
                return None
            self.seen.append(found)
        return found

    def pay(self, order, dice):
        """Pays by code; as a careful till does, repeats the very same request while the result is unknown."""
        try:
            code = self.sandbox.pay_code(order.buyer["login"])
        except (*SILENCE, SandboxError):
            return
        biz = {"out_trade_no": order.number, "total_amount": yuan(AMOUNT), "subject": "crash", "scene": "bar_code",
               "auth_code": code}
        for _ in range(dice.choice((1, 3))):
            if self.call("pay", order, "alipay.trade.pay", biz) or self.stop.is_set():
                return

    def refund(self, order, dice):
        """Refunds a part under one of a few numbers, so that repeats and races happen; each number has one amount."""
        number = f"r{dice.randrange(12)}"
        fen = 10 * (int(number[1:]) + 1)
        with self.lock:
            order.sent_refunds[number] = fen
        self.call("refund", order, "alipay.trade.refund", {
            "out_trade_no": order.number, "refund_amount": yuan(fen), "out_request_no": number})

    def cancel(self, order):
        """Cancels: closes an unpaid order, gives everything back of a paid one."""
        with self.lock:
            order.cancel_sent = True
        self.call("cancel", order, "alipay.trade.cancel", {"out_trade_no": order.number})

    def client(self, index):
        """One client: bounded by CALLS_PER_CLIENT and by the end of the run."""
        dice = random.Random(self.seed * 1000 + index)
        try:
            for _ in range(CALLS_PER_CLIENT):
                if self.stop.is_set():
                    return
                order = self.orders[dice.randrange(len(self.orders))]
                kind = dice.choices(("pay", "query", "refund", "cancel"), (40, 30, 28, 2))[0]
                if kind == "pay":
                    self.pay(order, dice)
                elif kind == "refund":
                    self.refund(order, dice)
                elif kind == "cancel":
                    self.cancel(order)
                else:
                    self.call("query", order, "alipay.trade.query", {"out_trade_no": order.number})
        except Exception as error:  # an answer that is no answer: the run has failed
            with self.lock:
                self.faults.append(f"client {index}: {type(error).__name__}: {error}"[:600])
            self.stop.set()


def kill_and_restart(server, load, kills, dice):
    """The main thread's work while the clients are at it."""
    for number in range(1, kills + 1):
        if load.stop.wait(dice.uniform(*SERVING_S)):
            return
        server.kill()
        began = time.monotonic()
        server.start()
        print(f"kill -9 number {number}; serving again after {time.monotonic() - began:.2f} s; "
              f"{len(load.seen)} answers, {load.unknown} unknown so far", flush=True)
    load.stop.wait(dice.uniform(*SERVING_S))


def verify(server, when):
    """`tongbao verify` over the data folder; the fault as text, or None."""
    done = subprocess.run([server.binary, "verify", "--data", str(server.data)], capture_output=True, text=True,
                          timeout=VERIFY_LIMIT_S)
    print(f"tongbao verify ({when}): exit {done.returncode}", flush=True)
    if done.returncode:
        return f"tongbao verify ({when}) exits {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}"
    return None


def run(options):
    """The whole test: the list of faults and the number of checks."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tongbao-crash-"))
    server = server_module.Server(server_module.binary_path(), folder / "data", with_port_80=False).start()
    try:
        entry = next(one for one in server.ready["apps"] if one["mode"] == "key")
        app, sandbox = raw.RawApp(entry, server.ready["gateway"]), Sandbox(server.ready["sandbox"])
        orders = [Order(f"CRASH{options.seed}n{i}", sandbox.buyer(yuan(2 * AMOUNT))) for i in range(options.orders)]
        load = Load(app, sandbox, orders, options.seed)
        threads = [threading.Thread(target=load.client, args=(i,)) for i in range(options.clients)]
        for thread in threads:
            thread.start()
        try:
            kill_and_restart(server, load, options.kills, random.Random(options.seed))
        finally:
            load.stop.set()
            for thread in threads:
                thread.join(120)
        faults = load.faults + [f"a client hangs: {t.name}" for t in threads if t.is_alive()]
        counts = check.count(load.seen)
        print("answers: " + ", ".join(f"{kind} {pair[0]} {pair[1] or ''}".strip() + f" ×{n}"
                                      for (kind, pair), n in sorted(counts.items(), key=str)))
        faults += check.enough(counts)
        faults += check.answers(app, sandbox, orders, load.seen, AMOUNT)
        live = verify(server, "while it serves")
        server.stop()
        faults += [fault for fault in (live, verify(server, "stopped")) if fault]
        if faults:
            print(f"data folder kept: {folder}\n{server.log_tail()}")
        return faults, len(load.seen) + 2
    finally:
        server.stop()


def main():
    """Parses the options, runs, and says in one line how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--orders", type=int, default=32)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    print(f"crash test: seed {options.seed}, {options.clients} clients, {options.orders} orders, {options.kills} kills")
    try:
        faults, checks = run(options)
    except server_module.ServerDidNotStart as error:
        faults, checks = [str(error)], 1
    for fault in faults[:50]:
        print(f"FAULT: {fault}")
    print(f"{max(0, checks - len(faults))} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
