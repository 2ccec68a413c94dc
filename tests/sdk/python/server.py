"""Starts the server under test, or joins one that already runs.

TONGBAO_READY=file  use the running server described by that file; it is not stopped.
TONGBAO_BIN=path    start this binary on a fresh data folder (default: target/release/tongbao).
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
START_LIMIT_S = 60
STOP_LIMIT_S = 30


class ServerDidNotStart(Exception):
    """The binary is missing, ended early or never wrote its ready file."""


def free_port():
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server. `ready` is the parsed ready file."""

    def __init__(self, binary, data, port=None, with_port_80=True, more=()):
        self.binary = str(binary)
        self.data = pathlib.Path(data)
        self.port = port or free_port()
        self.with_port_80 = with_port_80
        self.more = list(more)
        self.log_path = self.data.parent / (self.data.name + ".log")
        self.ready_path = self.data.parent / (self.data.name + ".ready.json")
        self.process = None
        self.ready = None

    def start(self):
        """Starts the binary and waits until it serves."""
        self.ready_path.unlink(missing_ok=True)
        command = [self.binary, "up", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        if self.with_port_80:
            command += ["--listen", "127.0.0.1:80"]
        command += ["--ready", str(self.ready_path), *self.more]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        limit = time.monotonic() + START_LIMIT_S
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise ServerDidNotStart(
                    f"{' '.join(command)} ended with {self.process.returncode}:\n{self.log_tail()}")
            found = self._read_ready()
            if found is not None:
                self.ready = found
                return self
            time.sleep(0.02)
        self.stop()
        raise ServerDidNotStart(f"no ready file after {START_LIMIT_S} s:\n{self.log_tail()}")

    def _read_ready(self):
        try:
            return json.loads(self.ready_path.read_text())
        except (OSError, ValueError):
            return None  # not written yet, or only half of it

    def log_tail(self, size=4000):
        """The end of what the server printed."""
        try:
            return self.log_path.read_text(errors="replace")[-size:]
        except OSError:
            return "(no log)"

    def stop(self):
        """Asks the server to end (SIGTERM), insists after a while; only ever this process."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_LIMIT_S)

    def kill(self):
        """kill -9: no chance to tidy up."""
        self.process.kill()
        self.process.wait(STOP_LIMIT_S)


def binary_path():
    """The binary to test, or a message that says what to do."""
    path = pathlib.Path(os.environ.get("TONGBAO_BIN") or REPOSITORY / "target" / "release" / "tongbao")
    if not path.is_file():
        raise ServerDidNotStart(
            f"{path} does not exist. Build it with `cargo build --release --bin tongbao`, "
            "or set TONGBAO_BIN (a binary) or TONGBAO_READY (the ready file of a running server).")
    return path.resolve()


def running_or_started():
    """(ready, server or None, log path or None)."""
    ready_file = os.environ.get("TONGBAO_READY")
    if ready_file:
        return json.loads(pathlib.Path(ready_file).read_text()), None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tongbao-sdk-"))
    server = Server(binary_path(), folder / "data").start()
    return server.ready, server
