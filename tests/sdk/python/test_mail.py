"""Codes by mail: from a person's call through `tongbao up --messages` to the mailbox of a mail server."""

import datetime
import ipaddress
import json
import mailbox
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from email.header import decode_header, make_header

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server import Server, binary_path, free_port

ADDRESS = "mei.chen@example.com"
LIMIT_S = 20


def certificates(folder):
    """An authority of its own and a server's certificate that it vouches for: the paths of (ca, certificate, key)."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def made(name, key, issuer, issuer_key, is_authority):
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=30))
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        if not is_authority:
            names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
            use = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
            builder = builder.add_extension(use, critical=False)
        return builder.sign(issuer_key, hashes.SHA256())

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mail authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    pem = serialization.Encoding.PEM
    paths = [folder / "ca.pem", folder / "server.pem", folder / "server.key"]
    paths[0].write_bytes(made(ca_name, ca_key, ca_name, ca_key, True).public_bytes(pem))
    paths[1].write_bytes(made(name, key, ca_name, ca_key, False).public_bytes(pem))
    paths[2].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths


class MailServer:
    """A mail server in a process of its own; what it takes lies in a maildir."""

    def __init__(self, folder, tls=None, port=None):
        self.port, self.folder = port or free_port(), folder / "maildir"
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"localhost:{self.port}"]
        if tls:
            command += ["--tlscert", str(tls[0]), "--tlskey", str(tls[1])]
        command += ["-c", "aiosmtpd.handlers.Mailbox", str(self.folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        limit = time.monotonic() + LIMIT_S
        while time.monotonic() < limit:
            try:
                socket.create_connection(("localhost", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise AssertionError("the mail server did not start")

    def mails(self):
        """Who each was for, its subject and its words."""
        found = []
        for mail in mailbox.Maildir(self.folder):
            words = mail.get_payload(decode=True).decode("utf-8")
            subject = str(make_header(decode_header(mail["Subject"])))
            found.append((mail["X-RcptTo"], subject, words))
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT_S)


def call(server, path, body):
    """(status, body) of a call to the platform."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data=json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def started(folder, settings):
    """The platform with these settings of who carries messages."""
    path = folder / "messages.toml"
    path.write_text(settings)
    os.chmod(path, 0o600)
    return Server(binary_path(), folder / "data", with_port_80=False, more=["--messages", str(path)]).start()


@pytest.fixture
def stops():
    """Ends what a test started, also when it fails."""
    started_here = []
    yield started_here
    for one in reversed(started_here):
        one.stop()


def code_of(words):
    """The six digits of a message."""
    digits = [part for part in "".join(c if c.isdigit() else " " for c in words).split() if len(part) == 6]
    assert len(digits) == 1, words
    return digits[0]


def test_a_code_arrives_by_mail_over_tls_and_opens_an_account(tmp_path, stops):
    ca, certificate, key = certificates(tmp_path)
    mails = MailServer(tmp_path, (certificate, key))
    stops.append(mails)
    server = started(tmp_path, f"""
[email]
server = "localhost"
port = {mails.port}
tls = "starttls"
from = "Tongbao <no-reply@pay.test>"
ca_file = "{ca}"
""")
    stops.append(server)
    status, body = call(server, "/api/v1/challenges", {"to": ADDRESS, "purpose": "register"})
    assert status == 200, (body, server.log_tail())
    [(recipient, subject, words)] = mails.mails()
    assert (recipient, subject) == (ADDRESS, "通宝验证码")
    status, body = call(server, "/api/v1/people", {
        "to": ADDRESS, "code": code_of(words), "login_password": "plum-blossom-7", "pay_password": "836205",
        "device": "phone"})
    assert status == 200, body
    assert ADDRESS not in server.log_tail(100_000) and code_of(words) not in server.log_tail(100_000)


def test_a_mail_server_that_nobody_vouches_for_gets_nothing(tmp_path, stops):
    _, certificate, key = certificates(tmp_path)
    mails = MailServer(tmp_path, (certificate, key))
    stops.append(mails)
    server = started(tmp_path, f"""
[email]
server = "localhost"
port = {mails.port}
tls = "starttls"
from = "no-reply@pay.test"
""")
    stops.append(server)
    status, body = call(server, "/api/v1/challenges", {"to": ADDRESS, "purpose": "register"})
    assert (status, body["code"]) == (503, "not_sent")
    assert mails.mails() == []


def test_who_got_no_code_is_told_and_asks_again_when_the_server_is_back(tmp_path, stops):
    port = free_port()
    server = started(tmp_path, f"""
[email]
server = "localhost"
port = {port}
tls = "none"
from = "no-reply@pay.test"
""")
    stops.append(server)
    wanted = {"to": ADDRESS, "purpose": "register"}
    status, body = call(server, "/api/v1/challenges", wanted)
    assert (status, body["code"]) == (503, "not_sent")
    log = server.log_tail(100_000)
    assert "a message was not sent" in log and "email" in log
    assert ADDRESS not in log and "mei" not in log

    mails = MailServer(tmp_path, port=port)
    stops.append(mails)
    status, _ = call(server, "/api/v1/challenges", wanted)
    assert status == 429, "a code a minute"
    assert call(server, "/sandbox/clock/advance", {"by": 61})[0] == 200
    assert call(server, "/api/v1/challenges", wanted)[0] == 200
    [(recipient, _, words)] = mails.mails()
    assert recipient == ADDRESS and code_of(words)
