"""A front before ministack: passes requests on, keeps what they asked for, and speaks TLS where a test wants it.

What it adds to ministack is eyes: STS does not tell which parameters it was sent, nor over how many connections.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterator
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    form: dict[str, str]

    @property
    def summary(self) -> str:
        """`AssumeRole` for a request to STS, `GET /latest/…` for one to a metadata endpoint."""
        return self.form.get("Action") or f"{self.method} {self.target}"


class Front(ThreadingHTTPServer):
    daemon_threads = True  # a client may keep its connection open
    block_on_close = False

    def __init__(self, behind: str, certificate: Path | None, forbidden: str | None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behind = urlsplit(behind).netloc
        self.forbidden = forbidden
        self.requests: list[Request] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self.server_port}"
        if certificate:
            self.url = f"https://localhost:{self.server_port}"
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            # Shake hands in the thread of the connection, not in the one that accepts all of them.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that does not like our certificate

    @property
    def summaries(self) -> list[str]:
        return [request.summary for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Front

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append(Request(self.command, self.path, dict(parse_qsl(body.decode()))))
        if self.command == self.server.forbidden:
            return self.answer(403, "text/plain", b"")
        with contextlib.closing(http.client.HTTPConnection(self.server.behind, timeout=10)) as connection:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            self.answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())

    do_POST = do_PUT = do_GET

    def answer(self, status: int, content_type: str, body: bytes):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running(behind: str, certificate: Path | None = None, forbidden: str | None = None) -> Iterator[Front]:
    """Stand before the server at the URL `behind` until the block ends, and answer 403 to all of one method."""
    with serving(Front(behind, certificate, forbidden)) as server:
        yield server


@contextlib.contextmanager
def serving(server: Front) -> Iterator[Front]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
