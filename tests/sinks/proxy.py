"""A small HTTP proxy that stands before the real Elasticsearch and misbehaves as a test asks.

`proxy.fault` is asked about every request, with its number from 0 since the fault was set; it answers
with a `Fault` or None (the request goes through). `refuse()` closes the port, `accept()` opens it again.
With `pem` it speaks TLS, and with `admits` it lets in only whom it knows, as a secured cluster does.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """Answer so, without asking the server."""

    status: int
    body: bytes = b'{"error":{"type":"unavailable","reason":"planted"}}'


@dataclass(frozen=True)
class Hang:
    """Do not answer until the proxy is closed or healed."""


@dataclass(frozen=True)
class LoseAnswer:
    """Let the server do it, then cut the connection before the answer."""


@dataclass(frozen=True)
class ThrottleItems:
    """In a bulk request, let every n-th document get 429 and the others go through."""

    every: int


Fault = Reply | Hang | LoseAnswer | ThrottleItems
Choose = Callable[[str, int], Fault | None]
"""Path and number of the request to its fault."""


class Proxy:
    """The proxy, listening on loopback."""

    def __init__(
        self, target: str, pem: Path | None = None, admits: Callable[[str], bool] | None = None
    ) -> None:
        self.target = urlsplit(target).netloc
        self.pem = pem
        """Key and certificate; without it the proxy speaks plain HTTP."""
        self.admits = admits
        """Judges the Authorization header of a request; without it everybody is let in."""
        self.requests: list[str] = []
        self._choose: Choose = lambda _path, _number: None
        self._count = 0
        self._healed = threading.Event()
        self._lock = threading.Lock()
        self._server: _QuietServer | None = None
        self._port = 0
        self.accept()

    @property
    def url(self) -> str:
        """The address that the sink is given."""
        return f"{'https' if self.pem else 'http'}://127.0.0.1:{self._port}"

    def set_fault(self, choose: Choose) -> None:
        """Misbehave from now on."""
        with self._lock:
            self._choose, self._count = choose, 0
            self._healed.clear()

    def heal(self) -> None:
        """Behave from now on; requests that hang end."""
        self.set_fault(lambda _path, _number: None)
        self._healed.set()

    def choose(self, path: str) -> Fault | None:
        """Decide what happens to a request."""
        with self._lock:
            self.requests.append(path)
            number, self._count = self._count, self._count + 1
            return self._choose(path, number)

    def wait_healed(self) -> None:
        """Wait until `heal` or `close`."""
        self._healed.wait(120)

    def accept(self) -> None:
        """Listen, on the same port as before."""
        if self._server is not None:
            return
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = _QuietServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        if self.pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.pem)
            # the handshake belongs to the request's thread: one client must not hold up the others
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def refuse(self) -> None:
        """Close the port: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def close(self) -> None:
        """End it."""
        self.heal()
        self.refuse()


@contextmanager
def open_proxy(
    target: str, pem: Path | None = None, admits: Callable[[str], bool] | None = None
) -> Iterator[Proxy]:
    """Run a proxy before `target`."""
    proxy = Proxy(target, pem, admits)
    try:
        yield proxy
    finally:
        proxy.close()


_STRANGER = b'{"error":{"type":"security_exception","reason":"missing authentication credentials"}}'


class _QuietServer(ThreadingHTTPServer):
    """Says nothing of clients that have gone away; they were meant to."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Proxy

    def do_GET(self) -> None:
        self._handle()

    do_PUT = do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        admits = self.owner.admits
        if admits is not None and not admits(self.headers.get("Authorization") or ""):
            self._send(401, _STRANGER)
            return
        fault = self.owner.choose(self.path)
        match fault:
            case Reply(status, answer):
                self._send(status, answer)
            case Hang():
                self.owner.wait_healed()
                self.close_connection = True
            case LoseAnswer():
                self._forward(body)
                self.close_connection = True
            case ThrottleItems(every):
                self._throttle(body, every)
            case None:
                self._send(*self._forward(body))

    def _forward(self, body: bytes, path: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.owner.target, timeout=60)
        names = ("Accept", "Content-Type")
        headers = {name: self.headers[name] for name in names if self.headers.get(name)}
        try:
            connection.request(self.command, path or self.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 502, b'{"error":{"type":"bad_gateway","reason":"the server is away"}}'
        finally:
            connection.close()

    def _throttle(self, body: bytes, every: int) -> None:
        if not self.path.startswith("/_bulk"):
            self._send(*self._forward(body))
            return
        lines = body.splitlines(keepends=True)
        pairs = [lines[i] + lines[i + 1] for i in range(0, len(lines), 2)]
        passed = b"".join(pair for i, pair in enumerate(pairs) if i % every)
        items: list[Any] = []
        if passed:
            items = json.loads(self._forward(passed)[1])["items"]
        error = {"type": "es_rejected_execution_exception", "reason": "planted"}
        answers = iter(items)
        merged = [
            next(answers) if i % every else {"index": {"status": 429, "error": error}}
            for i in range(len(pairs))
        ]
        self._send(200, json.dumps({"items": merged}).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
