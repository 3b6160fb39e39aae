"""The network is broken: one line says who did not answer as they should, and how.

Here is what fails at once; test_waits.py has what must be waited for.
"""

import re
import signal
import subprocess
from datetime import timedelta

import pytest

import faulty
import front
from certificates import NOW, Authority
from faulty import hang_up, nobody, page, reset, say, say_nothing
from network import ONCE, ROLE, WAYS
from plugin import ACCESS_KEY, KEYS, assert_credential, assert_error, run_command, token_url
from strace import with_name_server

NOT_HTTP = say(b"SSH-2.0-OpenSSH_9.2p1\r\n")
HALF = say(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<AssumeRoleResponse>")
TUNNEL = say(b"HTTP/1.1 200 Connection established\r\n\r\n", hang_up)
LOGIN = "Location: http://login.example/"

# What is wrong with the peer, by the way that leads there; and what is said of it.
BROKEN = {
    "STS": {
        "nobody listens": (nobody, "Connection refused"),
        "hangs up": (hang_up, "connection closed"),
        "resets": (reset, "Connection reset"),
        "no HTTP": (NOT_HTTP, "invalid HTTP"),
        "half an answer": (HALF, "the answer cannot be understood"),
        "login page": (page("200 OK"), "HTTP status 200, but the answer is not from AWS"),
        "redirection": (page("302 Found", LOGIN), "HTTP status 302, but the answer is not from AWS"),
        "somebody else's refusal": (page("403 Forbidden"), "HTTP status 403, but the answer is not from AWS"),
        "load balancer": (page("502 Bad Gateway"), "HTTP status 502, but the answer is not from AWS"),
        "nothing": (say(b"HTTP/1.1 204 No Content\r\n\r\n"), "HTTP status 204, but the answer is not from AWS"),
    },
    "STS over TLS": {
        "nobody listens": (nobody, "Connection refused"),
        "hangs up": (hang_up, "tls handshake eof"),
        "resets": (reset, "Connection reset"),
        "no TLS": (page("400 Bad Request"), "TLS handshake failed"),
    },
    "proxy": {
        "nobody listens": (nobody, "Connection refused"),
        "hangs up": (hang_up, "unexpected end of file"),
        "resets": (reset, "Connection reset"),
        "no HTTP": (NOT_HTTP, "the proxy did not open a tunnel"),
        "wants to know who is there": (page("407 Proxy Authentication Required"), "proxy authorization required"),
        "forbids": (page("403 Forbidden"), "the proxy did not open a tunnel"),
        "finds nobody": (page("502 Bad Gateway"), "the proxy did not open a tunnel"),
        "hangs up in the tunnel": (TUNNEL, "tls handshake eof"),
    },
    "proxy for HTTP": {
        "nobody listens": (nobody, "Connection refused"),
        "wants to know who is there": (page("407 Proxy Authentication Required"), "HTTP status 407"),
        "finds nobody": (page("502 Bad Gateway"), "HTTP status 502"),
    },
    "metadata": {
        "nobody listens": (nobody, "gave no answer"),
        "hangs up": (hang_up, "gave no answer"),
        "resets": (reset, "gave no answer"),
        "no HTTP": (NOT_HTTP, "gave no answer"),
        "login page": (page("200 OK"), "gave no credentials"),
        "redirection": (page("302 Found", LOGIN), "gave no answer"),
    },
}


@pytest.mark.parametrize(("way", "what"), [(way, what) for way, peers in BROKEN.items() for what in peers])
def test_broken_peer(way, what):
    broken, why = BROKEN[way][what]
    way = WAYS[way]
    with faulty.peer(broken) as peer:
        result = run_command(way.command(), way.environment(peer.address, ONCE), timeout=2)
    way.assert_error(result, peer.address, why)


@pytest.mark.parametrize(("env", "times"), [({}, 3), (ONCE, 1), ({"AWS_MAX_ATTEMPTS": "2"}, 2)])
def test_attempts(env, times):
    """At random intervals of a second at most."""
    way = WAYS["STS"]
    with faulty.peer(hang_up) as peer:
        result = run_command(way.command(), way.environment(peer.address, env), timeout=4)
    way.assert_error(result, peer.address, "connection closed")
    assert len(peer.connections) == times


def test_keys_need_nobody():
    """With keys in the environment none of all those who could be asked is."""
    with faulty.peer(say_nothing) as peer:
        variables = {name: value for way in WAYS.values() for name, value in way.environment(peer.address).items()}
        result = run_command(WAYS["metadata"].command(), {**variables, **KEYS}, timeout=2)
    assert f"X-Amz-Credential={ACCESS_KEY}" in token_url(assert_credential(result)["status"]["token"])
    assert peer.connections == []


def test_instance_metadata_is_not_asked_where_it_is_switched_off():
    way = WAYS["metadata"]
    with faulty.peer(say_nothing) as peer:
        environment = way.environment(peer.address, {"AWS_EC2_METADATA_DISABLED": "true"})
        result = run_command(way.command(), environment, timeout=2)
    assert_error(result, 253, "no credentials found: .*instance metadata: AWS_EC2_METADATA_DISABLED is true")
    assert peer.connections == []


# Names


@pytest.mark.parametrize(
    ("way", "address", "why"),
    [
        ("STS", "sts.example.invalid", "cannot reach sts.example.invalid: AssumeRole of .*: dns error"),
        ("STS over TLS", "sts.example.invalid", "cannot reach sts.example.invalid: AssumeRole of .*: dns error"),
        ("proxy", "proxy.example.invalid:3128", "through the proxy proxy.example.invalid:3128 .* dns error"),
        ("metadata", "imds.example.invalid", "instance metadata: http://imds.example.invalid gave no answer"),
    ],
)
def test_name_server_that_is_not_there(way, address, why):
    way = WAYS[way]
    with faulty.peer(nobody) as name_server:
        command = [*with_name_server(name_server.address), *way.command()]
        result = run_command(command, way.environment(address, ONCE), timeout=4)
    assert_error(result, way.code, why)


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A private authority; `bundle` is the file of its certificate."""
    authority = Authority()
    authority.bundle = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.bundle.write_bytes(authority.pem)
    return authority


@pytest.fixture
def over_tls(tmp_path):
    """over_tls(certificate, bundle): a run whose STS shows that certificate; and whether a request came through."""

    def run(certificate, bundle=None):
        (tmp_path / "server.pem").write_bytes(certificate)
        way = WAYS["STS over TLS"]
        trust = {"AWS_CA_BUNDLE": str(bundle)} if bundle else {}
        with front.running("http://127.0.0.1:9", tmp_path / "server.pem") as server:
            environment = way.environment(server.url.removeprefix("https://"), {**ONCE, **trust})
            result = run_command(way.command(), environment, timeout=4)
        return result, bool(server.requests)

    return run


BAD_CERTIFICATES = {
    "expired": ({"host": "localhost", "until": NOW - timedelta(minutes=5)}, "[Ee]xpired"),
    "for another name": ({"host": "sts.example"}, "not valid for"),
}


@pytest.mark.parametrize(("certificate", "why"), BAD_CERTIFICATES.values(), ids=BAD_CERTIFICATES)
def test_bad_certificate(certificate, why, authority, over_tls):
    result, came_through = over_tls(authority.issue(**certificate), authority.bundle)
    assert_error(result, 255, rf"cannot reach localhost:\d+: AssumeRole of {ROLE}: .*certificate.*{why}")
    assert not came_through


@pytest.mark.parametrize("trusted", ["the system's authorities", "another one"])
def test_certificate_of_an_unknown_authority(trusted, authority, over_tls, tmp_path):
    bundle = None
    if trusted == "another one":
        bundle = tmp_path / "other.pem"
        bundle.write_bytes(Authority("another authority").pem)
    result, came_through = over_tls(authority.issue("localhost"), bundle)
    assert_error(result, 255, rf"cannot reach localhost:\d+: AssumeRole of {ROLE}: .*certificate.*UnknownIssuer")
    assert result.stderr.endswith("\nhint: name its certificate authority with AWS_CA_BUNDLE or --ca-bundle\n")
    assert not came_through


def test_good_certificate(authority, over_tls):
    """What the others differ from: the request comes through (and nobody is behind the front to answer it)."""
    _, came_through = over_tls(authority.issue("localhost"), authority.bundle)
    assert came_through


BAD_BUNDLES = {
    "missing": (None, "cannot be read: No such file"),
    "empty": (b"", "holds no PEM certificate"),
    "no certificate": (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "has a certificate that cannot be parsed"),
    "cut off": (Authority().pem[:-40], "has a broken PEM block|holds no PEM certificate"),
}


@pytest.mark.parametrize(("content", "why"), BAD_BUNDLES.values(), ids=BAD_BUNDLES)
def test_bad_bundle(content, why, tmp_path):
    """A setting that is wrong, so nobody is asked, and not three times."""
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    way = WAYS["STS over TLS"]
    with faulty.peer(say_nothing) as peer:
        environment = way.environment(peer.address, {"AWS_CA_BUNDLE": str(bundle)})
        assert_error(run_command(way.command(), environment, timeout=2), 253, f"{bundle} \\(AWS_CA_BUNDLE\\) ({why})")
    assert peer.connections == []


# Signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("way", ["STS", "STS over TLS", "proxy", "container", "metadata"])
def test_signal_while_waiting(way, number, code):
    """It ends at once, and says nothing; the code is the shell's for a program that a signal ended."""
    way = WAYS[way]
    with faulty.peer(say_nothing) as peer:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(way.command(), env=way.environment(peer.address), **pipes) as process:
            assert peer.heard.wait(5)
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=1)
    assert (stdout, stderr) == ("", "")
    assert process.returncode in (code, -number)
