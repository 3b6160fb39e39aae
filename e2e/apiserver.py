"""A stand-in for the API server of an EKS cluster: TLS, bearer tokens, and just enough API for kubectl and helm.

Like the real one it judges no token itself: it puts each to a TokenReview webhook and takes its word. Every
request is kept in `requests`, with what the webhook said, so that a test can see who refused.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import gzip
import http.client
import ipaddress
import json
import ssl
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterator
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

WHO_AM_I = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
NAMESPACES = ["default", "kube-system"]
HELM_RELEASE = "shop"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str | None  # the bearer token
    review: dict | None  # the TokenReview's status; None without a token, which nobody was asked about
    status: int  # of our answer


class ApiServer(ThreadingHTTPServer):
    def __init__(self, webhook: str, certificate: Path):
        super().__init__(("127.0.0.1", 0), Handler)
        self.webhook = webhook
        self.lets_in = True  # else it refuses those, too, whom the webhook knows
        self.user: dict | None = None  # takes everybody for this one
        self.requests: list[Request] = []
        self.url = f"https://127.0.0.1:{self.server_port}"
        self.certificate_authority_data = base64.b64encode(certificate.read_bytes()).decode()

        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        # Shake hands in the thread of the connection, not in the one that accepts all of them.
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        pass  # a client that does not like our certificate


def token_review(webhook: str, token: str) -> dict:
    """A webhook's verdict on a token: {"authenticated": False}, or True and the user."""
    question = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    url = urlsplit(webhook)
    with contextlib.closing(http.client.HTTPConnection(url.netloc, timeout=10)) as connection:
        connection.request("POST", url.path, json.dumps(question), {"Content-Type": "application/json"})
        return json.load(connection.getresponse())["status"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer's body waits 40 ms for its header to be acknowledged
    server: ApiServer

    def do_GET(self):
        self.skip_body()
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        token = token if scheme == "Bearer" else None
        review = token_review(self.server.webhook, token) if token else None
        if self.server.lets_in and review and review["authenticated"]:
            status, document = answer(self.command, urlsplit(self.path).path, self.server.user or review["user"])
        else:
            status, document = failure(401, "Unauthorized")
        # Kept before it is answered: a client that has its answer finds the request here.
        self.server.requests.append(Request(self.command, self.path, token, review, status))
        self.send_json(status, document)

    do_POST = do_GET

    def skip_body(self):
        """No answer depends on what was sent, but the next request begins behind it."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + len("\r\n"))
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def send_json(self, status: int, document: dict):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running(webhook: str, pem: bytes | None = None) -> Iterator[ApiServer]:
    """Serve until the block ends, with a key and certificate of its own or these."""
    with tempfile.TemporaryDirectory(prefix="apiserver-") as scratch:
        certificate = Path(scratch, "certificate.pem")
        certificate.write_bytes(pem or make_certificate())
        with ApiServer(webhook, certificate) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield server
            finally:
                server.shutdown()
                thread.join()


def make_certificate() -> bytes:
    """A throw-away key and its certificate for 127.0.0.1, which is its own authority; PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ekscred e2e API server")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def answer(method: str, path: str, user: dict) -> tuple[int, dict]:
    """What the API says to an authenticated user; who may do what is not its business."""
    if (method, path) == ("POST", WHO_AM_I):
        review = {"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1", "status": {"userInfo": user}}
        return 201, review
    if method == "GET" and path in DOCUMENTS:
        return 200, DOCUMENTS[path]
    return failure(404, "NotFound")


def failure(code: int, reason: str) -> tuple[int, dict]:
    return code, {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": reason,
        "reason": reason,
        "code": code,
    }


def resources(group_version: str, *kinds: tuple[str, str, bool, list[str]]) -> dict:
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": [
            {"name": name, "singularName": "", "namespaced": namespaced, "kind": kind, "verbs": verbs}
            for name, kind, namespaced, verbs in kinds
        ],
    }


def items(kind: str, documents: list[dict]) -> dict:
    return {"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": documents}


def namespace(name: str) -> dict:
    return {"metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"}, "status": {"phase": "Active"}}


def helm_release(name: str) -> dict:
    """An installed chart, in the secret where helm keeps it: JSON, gzip, and base64 twice (helm's own, the API's)."""
    release = {
        "name": name,
        "namespace": "default",
        "version": 1,
        "info": {"status": "deployed", "last_deployed": "2026-01-01T00:00:00Z"},
        "chart": {"metadata": {"name": name, "version": "1.0.0", "apiVersion": "v2"}},
    }
    data = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(release).encode())))
    return {
        "metadata": {
            "name": f"sh.helm.release.v1.{name}.v1",
            "namespace": "default",
            "labels": {"owner": "helm", "name": name, "status": "deployed", "version": "1"},
        },
        "type": "helm.sh/release.v1",
        "data": {"release": data.decode()},
    }


DOCUMENTS = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []},
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [
            {
                "name": "authentication.k8s.io",
                "versions": [{"groupVersion": "authentication.k8s.io/v1", "version": "v1"}],
                "preferredVersion": {"groupVersion": "authentication.k8s.io/v1", "version": "v1"},
            }
        ],
    },
    "/api/v1": resources(
        "v1",
        ("namespaces", "Namespace", False, ["get", "list"]),
        ("secrets", "Secret", True, ["get", "list"]),
    ),
    "/apis/authentication.k8s.io/v1": resources(
        "authentication.k8s.io/v1",
        ("selfsubjectreviews", "SelfSubjectReview", False, ["create"]),
    ),
    "/api/v1/namespaces": items("NamespaceList", [namespace(name) for name in NAMESPACES]),
    "/api/v1/secrets": items("SecretList", [helm_release(HELM_RELEASE)]),
}
