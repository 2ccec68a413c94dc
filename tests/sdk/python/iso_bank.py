"""A bank that somebody else wrote: PyPI's mock-bank, in a process of its own, spoken with in ISO 20022 over HTTP."""

import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

from server import REPOSITORY, free_port

HERE = pathlib.Path(__file__).parent
INSTALL_LIMIT_S = 300
START_LIMIT_S = 30
ANSWER_LIMIT_S = 20


def iso_python():
    """The interpreter of target/venv-iso, which is made when it is not there."""
    folder = REPOSITORY / "target" / "venv-iso"
    python = folder / "bin" / "python"
    wanted = HERE / "requirements-iso.txt"
    stamp = folder / "requirements.done"
    if not stamp.is_file() or stamp.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=INSTALL_LIMIT_S)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps",
                        "-r", str(wanted)], check=True, timeout=INSTALL_LIMIT_S)
        stamp.write_text(wanted.read_text())
    return python


def faults_of(texts):
    """What the published schemas find wrong with messages; an empty list when nothing is."""
    done = subprocess.run([str(iso_python()), str(HERE / "iso_schemas.py")], input=json.dumps(texts), text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told) == len(texts)
    return [fault for fault in told if fault]


def iban(number):
    """An IBAN of the bank, with its check digits."""
    rest = int("".join(str(int(letter, 36)) for letter in f"MOCK{number:010d}NL00")) % 97
    return f"NL{98 - rest:02d}MOCK{number:010d}"


class IsoBank:
    """One bank. Ends with `stop`."""

    def __init__(self, clock):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [str(iso_python()), "-m", "mockbank", "--port", str(self.port), "--clock", clock, "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + START_LIMIT_S
        while True:
            try:
                self.call("GET", "/_mock/health")
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < limit, "the bank does not start"
                time.sleep(0.05)

    def call(self, verb, path, body=None, raw=None):
        """The JSON of an answer; of a refusal too."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=verb,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_LIMIT_S) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return {"status": error.code, **json.loads(error.read())}

    def account(self, name, number, **more):
        """Opens an account; gives its IBAN."""
        made = self.call("POST", "/_mock/accounts", {
            "id": name, "name": name, "iban": iban(number), "bic": "MOCKNL2A", "currency": "CNY", **more})
        assert made["id"] == name, made
        return made["iban"]

    def behaves(self, name, behaviour):
        """Has an account behave in one of the bank's ways."""
        changed = self.call("PATCH", f"/_mock/accounts/{name}", {"behaviour": behaviour})
        assert changed["behaviour"] == behaviour, changed

    def balance(self, name):
        """The balance in fen."""
        return self.call("GET", f"/_mock/accounts/{name}")["balance"]

    def payment(self, key):
        """What the bank decided on a payment."""
        return self.call("GET", f"/_mock/payments/{key}")

    def pay_in(self, name, amount, **reference):
        """Somebody pays in."""
        made = self.call("POST", "/_mock/credits", {"account": name, "amount": amount, **reference})
        assert made["amount"] == amount, made

    def messages(self, kind=""):
        """All messages that the bank sent."""
        return self.call("GET", f"/_mock/messages?type={kind}")

    def advance(self, days=1):
        """Lets the bank's days go by."""
        self.call("POST", f"/_mock/advance?days={days}")

    def stop(self):
        """Ends this process."""
        self.process.terminate()
        try:
            self.process.wait(ANSWER_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(ANSWER_LIMIT_S)


def code_of(message):
    """The code in what a bank's customer is told."""
    return re.search(r"\d{6}", message).group()
