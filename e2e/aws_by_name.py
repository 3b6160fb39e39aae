"""AWS under its own names: a proxy that leads there, and a server with a certificate for each name, before ministack.

A cluster accepts no token but for STS's own host, and whoever replays a token goes where the token says. No setting may
send that to a port of this machine, so its name leads here by way of a proxy, as in many a company's network.

The server passes requests on to ministack and keeps them. It adds what ministack lacks: STS's answers in JSON, which a
cluster asks for, and whatever a test says in `answers`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import select
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

from certificates import Authority

REGIONS = ["eu-west-1", "us-east-1"]
NAMES = ["sts.amazonaws.com", *(f"{service}.{region}.amazonaws.com" for service in ("sts", "eks") for region in REGIONS)]


@dataclass(frozen=True)
class Request:
    host: str
    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: str

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def parameters(self) -> dict[str, str]:
        """Those of the query and, of a form, those of the body."""
        form = {} if self.body.startswith("{") else dict(parse_qsl(self.body))
        return {**dict(parse_qsl(urlsplit(self.target).query)), **form}

    @property
    def summary(self) -> str:
        """`sts AssumeRole`, `eks GET /clusters/demo`"""
        service = self.host.split(".")[0]
        return f"{service} {self.parameters.get('Action') or f'{self.method} {self.path}'}"


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str


def refusal(code: str, message: str, status: int = 400) -> Answer:
    """An answer by which EKS refuses."""
    return Answer(status, "application/json", json.dumps({"__type": code, "code": code, "message": message}))


class Aws(ThreadingHTTPServer):
    daemon_threads = True  # a client may keep its connection open
    block_on_close = False

    def __init__(self, behind: str, certificate: Path):
        super().__init__(("127.0.0.1", 0), AwsHandler)
        self.behind = urlsplit(behind).netloc
        self.requests: list[Request] = []
        self.given: list[Answer] = []
        # Asked in turn what to answer in place of ministack, whose own answer they get; None is no opinion.
        self.answers: list[Callable[[Request, Answer], Answer | None]] = []
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        # Shake hands in the thread of the connection, not in the one that accepts all of them.
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def summaries(self) -> list[str]:
        return [request.summary for request in self.requests]

    def secrets(self) -> set[str]:
        """What no output may hold of what came and went: signatures, session tokens, secret keys."""
        asked = "\n".join(f"{request.target} {request.headers}" for request in self.requests)
        given = "\n".join(answer.body for answer in self.given)
        secrets = re.findall(r"Signature=([0-9a-f]{64})", asked)
        secrets += re.findall(r"<(?:SecretAccessKey|SessionToken)>(.*?)<", given)
        return set(secrets)

    def answer(self, request: Request) -> Answer:
        answer = self.of_ministack(request)
        for opinion in self.answers:
            answer = opinion(request, answer) or answer
        self.given.append(answer)
        wants_json = request.headers.get("accept") == "application/json"
        return in_json(answer) if wants_json and "xml" in answer.content_type else answer

    def of_ministack(self, request: Request) -> Answer:
        with contextlib.closing(http.client.HTTPConnection(self.behind, timeout=10)) as connection:
            headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
            connection.request(request.method, request.target, request.body.encode(), headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read().decode())

    def handle_error(self, request, client_address):
        pass  # a client that does not like our certificate


class AwsHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Aws

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(headers["host"], self.command, self.path, headers, body)
        self.server.requests.append(request)  # before it is answered: a client that has its answer finds it here
        answer = self.server.answer(request)
        self.send_response(answer.status)  # with the header `Date`
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body.encode())))
        self.send_header("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000")
        self.end_headers()
        self.wfile.write(answer.body.encode())

    do_POST = do_GET

    def log_message(self, *_):
        pass


def in_json(answer: Answer) -> Answer:
    """STS's answer as it is to `accept: application/json`."""
    root = ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", answer.body))
    document = {child.tag: children(child) for child in root}
    if root.tag != "ErrorResponse":
        document = {root.tag: document}
    return replace(answer, content_type="application/json", body=json.dumps(document))


def children(element: ElementTree.Element):
    return {child.tag: children(child) for child in element} if len(element) else element.text or ""


class Proxy(socketserver.ThreadingTCPServer):
    """Leads to the ports of this machine that `routes` has for the names; nobody else can be reached."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.routes: dict[str, int] = {}
        self.asked: list[str] = []  # `CONNECT host:port`
        self.refusal: str | None = None  # with this status it refuses everybody
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.address}"

    def handle_error(self, request, client_address):
        pass  # whoever hangs up early


class ProxyHandler(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self):
        method, target, *_ = self.rfile.readline().decode().split() or ["", ""]
        while self.rfile.readline().strip():
            pass
        self.server.asked.append(f"{method} {target}")
        port = self.server.routes.get(target.rpartition(":")[0].lower())
        if self.server.refusal:
            return self.refuse(self.server.refusal)
        if method != "CONNECT" or port is None:
            return self.refuse("502 Bad Gateway")
        try:
            server = socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            return self.refuse("502 Bad Gateway")
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with server:
            pump(self.connection, server)

    def refuse(self, status: str):
        self.wfile.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


def pump(one: socket.socket, other: socket.socket):
    """Passes bytes both ways until either side hangs up."""
    across = {one: other, other: one}
    while True:
        readable, _, _ = select.select(across, [], [])
        for side in readable:
            data = side.recv(65536)
            if not data:
                return
            across[side].sendall(data)


@dataclass(frozen=True)
class AwsByName:
    aws: Aws
    proxy: Proxy
    environment: dict[str, str]  # the variables that lead there

    def reset(self):
        """As at first, but for the routes."""
        self.aws.answers.clear()
        self.aws.requests.clear()
        self.aws.given.clear()
        self.proxy.asked.clear()
        self.proxy.refusal = None


@contextlib.contextmanager
def running(behind: str, folder: Path) -> Iterator[AwsByName]:
    """AWS and the way to it, until the block ends. The certificates go into the folder."""
    authority = Authority("ekscred e2e authority of AWS")
    (folder / "aws-ca.pem").write_bytes(authority.pem)
    (folder / "aws.pem").write_bytes(authority.issue(*NAMES))
    with serving(Aws(behind, folder / "aws.pem")) as aws, serving(Proxy()) as proxy:
        proxy.routes.update(dict.fromkeys(NAMES, aws.server_port))
        environment = {"HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": str(folder / "aws-ca.pem")}
        yield AwsByName(aws, proxy, environment)


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator:
    """The server at work until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
