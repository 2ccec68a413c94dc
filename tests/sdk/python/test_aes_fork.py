"""AES with an official client: the fork alipay-sdk-python-iv-byte, in a virtual environment of its own."""

import json
import pathlib
import subprocess
import sys

import raw
from server import REPOSITORY

HERE = pathlib.Path(__file__).parent
INSTALL_LIMIT_S = 300


def fork_python():
    """The interpreter of target/venv-aes, which is made when it is not there."""
    folder = REPOSITORY / "target" / "venv-aes"
    python = folder / "bin" / "python"
    wanted = HERE / "requirements-aes.txt"
    stamp = folder / "requirements.done"
    if not stamp.is_file() or stamp.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=INSTALL_LIMIT_S)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(wanted)],
                       check=True, timeout=INSTALL_LIMIT_S)
        stamp.write_text(wanted.read_text())
    return python


def test_b09_encrypted_calls_with_the_fork(ready, entries, sandbox, buyer, new_number):
    gateway = ready.get("gateway_port_80")
    assert gateway, "gateway_port_80 is null: this SDK reaches only ports 80 and 443"
    entry = entries["key"]
    # First: what is installed on the first run takes longer than a pay code lives.
    python = fork_python()
    number = new_number("A")
    pay = {"out_trade_no": number, "total_amount": "4.56", "subject": "加密的订单", "scene": "bar_code",
           "auth_code": sandbox.pay_code(buyer["login"])}
    wanted = {
        "server_url": gateway, "app_id": entry["app_id"], "aes_key": entry["aes_key"],
        "private_key": raw.read(entry["private_key_pkcs1"]).strip(),
        "platform_public_key": raw.pem_or_bare(raw.read(entry["platform_public_key"]), "PUBLIC KEY").decode(),
        "calls": [["alipay.trade.pay", pay], ["alipay.trade.query", {"out_trade_no": number}],
                  ["alipay.trade.query", {"out_trade_no": "NOBODY_1"}]]}
    done = subprocess.run([str(python), str(HERE / "aes_fork_client.py")], input=json.dumps(wanted), text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    paid, found, missing = json.loads(done.stdout)
    assert (paid["code"], paid["out_trade_no"]) == ("10000", number)
    assert (found["trade_status"], found["total_amount"]) == ("TRADE_SUCCESS", "4.56")
    assert missing["sub_code"] == "ACQ.TRADE_NOT_EXIST"
