"""Whatever hangs, ends in time, with one line that names who did not answer.

The bounds: 3 seconds for a connection (TLS and tunnel included), 10 for data, 20 for all requests together, 1.5 for
instance metadata, 60 for a credential_process. Nobody wants to sit through them, so that all cases wait side by side,
and beside the other tests: the session's first test begins them, its last ones look at what came of it.
"""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

import faulty
from faulty import HEAD, black_hole, drip, say, say_nothing, silent_name_server
from network import COMMAND, KEYS, ONCE, ROLE, WAYS, Way
from plugin import EKSCRED, assert_error, ends, run_command
from strace import with_name_server

MARGIN = 2  # seconds that a busy machine may add

DRIPPING = say(b"", then=drip(HEAD))
HEAD_ONLY = say(HEAD, then=say_nothing)
TUNNEL_TO_NOWHERE = say(b"HTTP/1.1 200 Connection established\r\n\r\n", then=say_nothing)


def eight_seconds_late(connection, peer):
    """A container endpoint that takes its time, and an STS that says nothing."""
    keys = b'{"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret", "Token": "token"}'
    if connection.recv(65536).startswith(b"GET /creds ") and not peer.closing.wait(8):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(keys), keys))
    say_nothing(connection, peer)


@dataclass(frozen=True)
class Wait:
    """By which way ekscred gets to whom, and what it says after how many seconds: no less than `least`, little more than `most`."""

    way: Way
    peer: object
    why: str
    least: float
    most: float
    env: dict[str, str] = field(default_factory=lambda: ONCE)
    flags: tuple[str, ...] = ()

    def run(self):
        with faulty.peer(self.peer) as peer:
            return timed(self.way.command(*self.flags), self.way.environment(peer.address, self.env))

    def check(self, result):
        assert_error(result, self.way.code, rf"127\.0\.0\.1.* {self.why}")


@dataclass(frozen=True)
class WaitForName(Wait):
    """The same where it is the name server that says nothing; `peer` is the name."""

    def run(self):
        with faulty.peer(silent_name_server) as server:
            command = [*with_name_server(server.address), *self.way.command(*self.flags)]
            return timed(command, self.way.environment(self.peer, self.env))

    def check(self, result):
        assert_error(result, self.way.code, f"{self.peer}.* {self.why}")


class WaitForProcess:
    """A credential_process that does nothing; it is not there any more when ekscred has ended."""

    least = most = 60

    def run(self):
        with tempfile.TemporaryDirectory() as folder:
            config, id_of_process = Path(folder, "config"), Path(folder, "id")
            config.write_text(f"[default]\ncredential_process = /bin/sh -c 'echo $$ > {id_of_process}; exec /bin/sleep 600'\n")
            outcome = timed([EKSCRED, *COMMAND], {"HOME": folder, "AWS_CONFIG_FILE": str(config)})
            assert ends(id_of_process.read_text(), within=1)
            return outcome

    def check(self, result):
        assert_error(result, 253, "the credential_process of profile `default` did not end within 60 s")


def timed(command, env):
    """The result of a run, and the seconds that it took."""
    start = time.monotonic()
    result = run_command(command, env, timeout=90)
    return result, time.monotonic() - start


def no_connection(way, peer, seconds, kind=Wait, **options):
    return kind(WAYS[way], peer, f"HTTP connect timeout occurred after {seconds}s", seconds, seconds, **options)


def no_data(way, peer, seconds, **options):
    return Wait(WAYS[way], peer, f"HTTP read timeout occurred after {seconds}s", seconds, seconds, **options)


def no_end(way, peer, **options):
    return Wait(WAYS[way], peer, r"within 20\.\d s", 20, 20, **options)


def no_metadata(peer, seconds=1.5, kind=Wait, **options):
    return kind(WAYS["metadata"], peer, "gave no answer", seconds, seconds, **options)


CONNECT_1 = {"flags": ("--cli-connect-timeout", "1")}
READ_1 = {"flags": ("--cli-read-timeout", "1")}
THRICE = {"env": {}}

container, sts = WAYS["container"], WAYS["STS"]
CONTAINER_THEN_STS = Way(
    {**container.variables, "AWS_ENDPOINT_URL_STS": "http://ADDRESS"}, "", arguments=("--role-arn", ROLE)
)

WAITS = {
    "no connection": no_connection("STS", black_hole, 3),
    "no connection, flag": no_connection("STS", black_hole, 1, **CONNECT_1),
    "no handshake": no_connection("STS over TLS", say_nothing, 3),
    "no handshake, flag": no_connection("STS over TLS", say_nothing, 1, **CONNECT_1),
    "no connection to the proxy": no_connection("proxy", black_hole, 1, **CONNECT_1),
    "no tunnel": no_connection("proxy", say_nothing, 3),
    "no tunnel, flag": no_connection("proxy", say_nothing, 1, **CONNECT_1),
    "tunnel to nowhere": no_connection("proxy", TUNNEL_TO_NOWHERE, 1, **CONNECT_1),
    "no name": no_connection("STS", "sts.example.invalid", 3, kind=WaitForName),
    "no name, flag": no_connection("STS over TLS", "sts.example.invalid", 1, kind=WaitForName, **CONNECT_1),
    "no name of the proxy": no_connection("proxy", "proxy.example.invalid:3128", 1, kind=WaitForName, **CONNECT_1),
    "no answer": no_data("STS", say_nothing, 10),
    "no answer, flag": no_data("STS", say_nothing, 1, **READ_1),
    "no answer of the proxy": no_data("proxy for HTTP", say_nothing, 1, **READ_1),
    "no body": Wait(sts, HEAD_ONLY, "the answer stopped halfway for 10 s", 10, 10),
    "no body, flag": Wait(sts, HEAD_ONLY, "the answer stopped halfway for 1 s", 1, 1, **READ_1),
    # Three attempts, with up to half a second and up to one second between.
    "no connection, thrice": Wait(sts, black_hole, "HTTP connect timeout", 9, 10.5, **THRICE),
    "no answer, flag, thrice": Wait(sts, say_nothing, "HTTP read timeout", 3, 4.5, **THRICE, **READ_1),
    "no answer, thrice": no_end("STS", say_nothing, **THRICE),
    # Each byte comes in time.
    "dripping head": no_end("STS", DRIPPING, **THRICE),
    "dripping body": no_end("STS", say(HEAD, then=drip(b"<" * 30))),
    # What a container endpoint takes, STS does not get. That endpoint is asked thrice, a second apart.
    "slow container, silent STS": Wait(CONTAINER_THEN_STS, eight_seconds_late, "", 20, 20, **THRICE),
    "container, no connection": Wait(container, black_hole, "HTTP connect timeout", 11, 11),
    "container, no answer, flag": Wait(container, say_nothing, "HTTP read timeout", 5, 5, **READ_1),
    "container, no answer": Wait(container, say_nothing, "", 20, 20),
    "container, no body": Wait(container, HEAD_ONLY, "", 20, 20),
    "container, dripping": Wait(container, DRIPPING, "", 20, 20),
    # Off EC2 the address of instance metadata is a black hole.
    "metadata, no connection": no_metadata(black_hole),
    "metadata, no answer": no_metadata(say_nothing),
    "metadata, no body": no_metadata(HEAD_ONLY),
    "metadata, dripping": no_metadata(DRIPPING),
    "metadata, no name": no_metadata("imds.example.invalid", kind=WaitForName),
    "metadata, patience": no_metadata(
        say_nothing, 4, env={"AWS_METADATA_SERVICE_TIMEOUT": "2", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"}
    ),
    "process": WaitForProcess(),
}  # fmt: skip


@pytest.fixture(scope="session")
def begun(request):
    """The outcomes to be, by name, of those cases that the session is to test."""
    tests = [item for item in request.session.items if item.function is test_wait]
    with ThreadPoolExecutor(max_workers=len(WAITS)) as pool:
        yield {item.callspec.id: pool.submit(WAITS[item.callspec.id].run) for item in tests}


@pytest.mark.first
def test_waits_begin(begun):
    assert not any(wait.done() for wait in begun.values())


@pytest.mark.last
@pytest.mark.parametrize("name", WAITS)
def test_wait(name, begun):
    result, seconds = begun[name].result()
    wait = WAITS[name]
    wait.check(result)
    assert wait.least <= seconds < wait.most + MARGIN
