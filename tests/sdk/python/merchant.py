"""A merchant's web server on the loopback, which receives notifications."""

import collections
import http.server
import threading
import time
import urllib.parse


class Merchant:
    """Collects notifications by out_trade_no, or by agreement_no. The path says how to answer:
    /ok `success`, /shout `SUCCESS`, /newline `success` and a line end, /broken status 500, /move a redirect to /ok."""

    def __init__(self):
        self._arrived = collections.defaultdict(list)
        self._news = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer._take(self.path, self.headers, raw)
                status, body = {"/shout": (200, b"SUCCESS"), "/newline": (200, b"success\n"),
                                "/broken": (500, b"success"), "/move": (302, b"success")}.get(
                                    self.path, (200, b"success"))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", outer.url("/ok"))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def url(self, path="/ok"):
        """A notify_url (or return_url) on this server."""
        return f"http://127.0.0.1:{self._http.server_address[1]}{path}"

    def close(self):
        """Stops listening."""
        self._http.shutdown()
        self._http.server_close()

    def _take(self, path, headers, raw):
        content_type = headers.get("Content-Type", "")
        charset = "gbk" if "gb" in content_type.lower().partition("charset=")[2] else "utf-8"
        pairs = urllib.parse.parse_qsl(raw.decode("ascii"), keep_blank_values=True, encoding=charset, errors="strict")
        with self._news:
            item = {"path": path, "content_type": content_type, "pairs": pairs, "params": dict(pairs)}
            about = item["params"].get("out_trade_no") or item["params"].get("agreement_no")
            self._arrived[about].append(item)
            self._news.notify_all()

    def seen(self, out_trade_no):
        """All that arrived for one order so far."""
        with self._news:
            return list(self._arrived[out_trade_no])

    def wait(self, out_trade_no, wanted=lambda params: True, limit_s=15):
        """The first notification of an order for which `wanted` holds."""
        end = time.monotonic() + limit_s
        with self._news:
            while True:
                for item in self._arrived[out_trade_no]:
                    if wanted(item["params"]):
                        return item
                rest = end - time.monotonic()
                if rest <= 0:
                    states = [i["params"].get("trade_status") for i in self._arrived[out_trade_no]]
                    raise AssertionError(f"no such notification for {out_trade_no} in {limit_s} s; came: {states}")
                self._news.wait(rest)
