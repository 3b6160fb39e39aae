"""Who asks for all and does not come back: killed, stopped, refused, or waiting for somebody. The others wait no longer
than they should, and then help themselves.

They wait up to 25 seconds where AWS is asked, 90 where a person or a process is, and 5 where it is a person whom they
could not ask themselves. What takes so long begins with the session and is looked at in its end, as in test_waits.py.
"""

import contextlib
import json
import os
import select
import signal
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import crowd
import faulty
import loopback
import pty_session
from crowd import gathered, is_in_line, wait_until
from kubeconfigs import API_GROUP
from plugin import ACCESS_KEY, assert_error, run_command
from tools import STRACE
from ways import DEVICE, OWN_CACHE, WAYS, lay_out, signer

PROMPT = f"Enter MFA code for {DEVICE}: "
CODE = "287082"

MARGIN = 20  # seconds that a busy machine may add
PATIENCE = 120  # seconds, which nothing here takes

NOWHERE = "http://127.0.0.1:9"  # where nobody listens, nor is asked
NO_MORE = loopback.refusal("NoMore")
SESSIONS = [loopback.session(f"ASIA{n}") for n in range(10)]

ROLE, MFA, PROCESS = WAYS["role"], WAYS["MFA"], WAYS["process"]

# A command that runs the one behind it, which finds out only after 3 seconds that it has no terminal.
SLOW_TO_FIND_NO_TERMINAL = [
    STRACE, "-f", "-qq", "-o", "/dev/null", "-P", "/dev/tty", "-e", "inject=open,openat:delay_enter=3000000"
]  # fmt: skip

NOBODY_TO_ASK = {"apiVersion": f"{API_GROUP}/v1", "kind": "ExecCredential", "spec": {"interactive": False}}


@contextlib.contextmanager
def in_line(number, env, asks):
    """So many of us who wait for one more, the holder, as soon as that `asks`."""
    with gathered(1, ROLE.command(), env) as holder, gathered(number, ROLE.command(), env) as others:
        holder.open_gate()
        wait_until(asks)
        others.open_gate()
        others.wait_in_line()
        yield holder, others


@contextlib.contextmanager
def holding_back(aws):
    """A place before AWS from where requests go on only when `told`; `heard`: one is there."""
    told = threading.Event()

    def pass_on(connection, peer):
        select.select([connection], [], [])
        peer.heard.set()
        told.wait()
        with socket.create_connection((urlsplit(aws.url).hostname, urlsplit(aws.url).port)) as behind:
            behind.sendall(connection.recv(65536))
            connection.sendall(behind.recv(65536))

    with faulty.peer(pass_on) as peer:
        peer.told = told
        try:
            yield peer
        finally:
            told.set()


def at_terminal(way, env, *flags):
    """One of us at a terminal, which is its standard error, too."""
    return pty_session.running(["/bin/sh", "-c", 'exec "$@" 2> /dev/tty', "sh", *way.command(*flags)], env)


def sees(session, what, holder):
    """What somebody is told who waits for longer than a moment."""
    line = f"ekscred: waiting for another ekscred (process {holder}), which {what}\r\n"
    session.screen.expect_exact(line)
    assert session.screen.before == ""


def test_killed(home):
    """The others go on at once, which is long before they would have had enough of waiting."""
    lay_out(home)
    with loopback.serving(AssumeRole=[loopback.HANG, SESSIONS[1], NO_MORE]) as aws:
        with in_line(20, ROLE.environment(home, aws.url), asks=aws.calls) as (holder, others):
            os.kill(*holder.process_ids, signal.SIGKILL)
            killed = time.monotonic()
            assert {signer(result) for result in others.results()} == {"ASIA1"}
            assert time.monotonic() - killed < 15
        assert aws.operations() == ["AssumeRole"] * 2


def test_refused(home):
    """Who waited is told what the holder was; who comes later asks again."""
    lay_out(home)
    refused = loopback.refusal("AccessDenied", "Not today.")
    with loopback.serving(AssumeRole=[refused, SESSIONS[1], NO_MORE]) as aws, holding_back(aws) as place:
        env = ROLE.environment(home, f"http://{place.address}")
        with in_line(20, env, asks=place.heard.is_set) as (holder, others):
            place.told.set()
            results = holder.results() + others.results()
        for result in results:
            assert_error(result, 254, "AccessDenied: Not today.")
        assert len({result.stderr for result in results}) == 1
        assert aws.operations() == ["AssumeRole"]
        assert [signer(result) for result in crowd.run(1, ROLE.command(), env)] == ["ASIA1"]
        assert aws.operations() == ["AssumeRole"] * 2


def test_session_that_ends_soon(home):
    """Who finds it would fetch another, since it ends in under 15 minutes. Who waited for it could get no better."""
    lay_out(home)
    short = loopback.session("ASIA0", lifetime=600)
    with loopback.serving(AssumeRole=[short, SESSIONS[1], NO_MORE]) as aws, holding_back(aws) as place:
        env = ROLE.environment(home, f"http://{place.address}")
        with in_line(20, env, asks=place.heard.is_set) as (holder, others):
            place.told.set()
            assert {signer(result) for result in holder.results() + others.results()} == {"ASIA0"}
        assert aws.operations() == ["AssumeRole"]
        assert [signer(result) for result in crowd.run(1, ROLE.command(), env)] == ["ASIA1"]


def test_holder_without_a_terminal(home):
    """That it can ask nobody is its own misfortune: who waited for it and is at a terminal, asks there."""
    lay_out(home)
    with loopback.serving(AssumeRole=[SESSIONS[0], NO_MORE]) as aws:
        env = MFA.environment(home, aws.url)
        with gathered(1, [*SLOW_TO_FIND_NO_TERMINAL, *MFA.command()], env, start_new_session=True) as holder:
            holder.open_gate()
            wait_until(lambda: any(lock.stat().st_size for lock in (home / OWN_CACHE).glob("*.lock")))
            with pty_session.running(MFA.command(), env) as other:
                wait_until(lambda: is_in_line(other.pid))
                (result,) = holder.results()
                assert_error(result, 253, f"needs an MFA code of {DEVICE}, and there is no terminal to ask on")
                other.answer(PROMPT, CODE)
                assert signer(other.result()) == "ASIA0"


# What takes its time


def stopped(home):
    """The holder does nothing any more, and keeps the lock."""
    with loopback.serving(AssumeRole=[loopback.HANG, *SESSIONS[1:7], NO_MORE]) as aws:
        env = ROLE.environment(home, aws.url)
        with in_line(5, env, asks=aws.calls) as (holder, others), at_terminal(ROLE, env) as session:
            (stopped,) = holder.process_ids
            os.kill(stopped, signal.SIGSTOP)
            sees(session, "asks AWS", stopped)
            results = others.results()
            assert all(25 <= result.seconds < 25 + MARGIN for result in results)
            results.append(session.result(patience=PATIENCE))
            assert session.seconds < 25 + MARGIN
            signers = {signer(result) for result in results}
            assert signers <= {f"ASIA{n}" for n in range(1, 7)}
            # Who comes later finds what one of them left, and does not wait.
            asked = aws.operations()
            (later,) = crowd.run(1, ROLE.command(), env)
            assert signer(later) in signers
            assert later.seconds < 25
            assert aws.operations() == asked


def stuck(home):
    """AWS does not answer the holder, who has enough of it before the others have. They would fare no better."""
    with loopback.serving(AssumeRole=[loopback.HANG]) as aws:
        env = {**ROLE.environment(home, aws.url), "AWS_MAX_ATTEMPTS": "1"}
        with in_line(5, env, asks=aws.calls) as (holder, others):
            results = holder.results() + others.results()
        for result in results:
            assert_error(result, 255, "AssumeRole of .*: HTTP read timeout occurred after 10s")
            assert result.seconds < 10 + MARGIN
        assert len({result.stderr for result in results}) == 1
        assert aws.operations() == ["AssumeRole"]


def nobody_at_home(home):
    """Nobody answers the holder's prompt, which stands there for a minute. Who could ask, too, waits for that. Who could
    not, has an error of its own before long."""
    with loopback.serving() as aws:
        env = MFA.environment(home, aws.url)
        with pty_session.running(MFA.command(), env) as holder:
            holder.waits_for(PROMPT)
            with pty_session.running(MFA.command(), env) as other:
                wait_until(lambda: is_in_line(other.pid))
                never = {"KUBERNETES_EXEC_INFO": json.dumps(NOBODY_TO_ASK)}
                cannot_ask(env | never, "the client says that nobody can be asked")
                cannot_ask(env, "there is no terminal to ask on")
                results = [holder.result("\n", patience=PATIENCE), other.result(patience=PATIENCE)]
        for result in results:
            assert_error(result, 253, "nobody typed it within 60 s")
        assert results[0].stderr == results[1].stderr
        assert other.seconds < 60 + MARGIN
        assert aws.operations() == []


def cannot_ask(env, why):
    """It waits for 5 seconds."""
    start = time.monotonic()
    result = run_command(MFA.command(), env, start_new_session=True, timeout=PATIENCE)
    assert_error(result, 253, f"needs an MFA code of {DEVICE}, and {why}")
    assert 5 <= time.monotonic() - start < 5 + MARGIN


def stopped_at_the_prompt(home):
    """After 90 seconds another asks the person at its own terminal."""
    with loopback.serving(AssumeRole=[SESSIONS[0], NO_MORE]) as aws:
        env = MFA.environment(home, aws.url)
        with pty_session.running(MFA.command(), env) as holder:
            holder.waits_for(PROMPT)
            os.kill(holder.pid, signal.SIGSTOP)
            with at_terminal(MFA, env) as other:
                sees(other, "asks for an MFA code", holder.pid)
                other.screen.expect_exact(PROMPT, timeout=PATIENCE)
                other.type(f"{CODE}\n")
                assert signer(other.result("\n")) == "ASIA0"
                assert 90 <= other.seconds < 90 + MARGIN
        assert aws.operations() == ["AssumeRole"]


def stuck_at_its_process(home):
    """One waits for it in vain, for all."""
    (home / "process").write_text(f"echo run >> {home}/runs\nexec /bin/sleep 600\n")
    results = crowd.run(5, PROCESS.command("--cache"), PROCESS.environment(home, NOWHERE))
    for result in results:
        assert_error(result, 253, "the credential_process of profile `process` did not end within 60 s")
        assert result.seconds < 60 + MARGIN
    assert (home / "runs").read_text() == "run\n"


def stopped_at_its_process(home):
    """After 90 seconds another runs it, too."""
    env = PROCESS.environment(home, NOWHERE)
    with first_run_waiting(home) as is_running, gathered(1, PROCESS.command("--cache"), env) as holder:
        holder.open_gate()
        wait_until(is_running)
        os.kill(*holder.process_ids, signal.SIGSTOP)
        with at_terminal(PROCESS, env, "--cache") as other:
            sees(other, "runs a credential_process", *holder.process_ids)
            assert signer(other.result(patience=PATIENCE)) == ACCESS_KEY
            assert 90 <= other.seconds < 90 + MARGIN


@contextlib.contextmanager
def first_run_waiting(home):
    """The process, run for the first time, waits until the block ends; tells whether it does."""
    gate, once, script = home / "gate", home / "once", home / "process"
    os.mkfifo(gate)
    wait = f"/bin/mkdir {once} 2> /dev/null && read -r _ < {gate}"
    script.write_text(f"{wait}\n{script.read_text()}")
    try:
        yield once.is_dir
    finally:
        os.close(os.open(gate, os.O_RDWR | os.O_NONBLOCK))


SLOW = {
    check.__name__: check
    for check in (
        stopped, stuck, nobody_at_home, stopped_at_the_prompt, stopped_at_its_process, stuck_at_its_process
    )  # fmt: skip
}


def in_a_home(check):
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        check(Path(folder))


@pytest.fixture(scope="session")
def begun(request):
    """What is to become of those checks that the session is to make, by name."""
    tests = [item for item in request.session.items if item.function is test_slow_holder]
    with ThreadPoolExecutor(max_workers=len(SLOW)) as pool:
        yield {item.callspec.id: pool.submit(in_a_home, SLOW[item.callspec.id]) for item in tests}


@pytest.mark.first
def test_slow_holders_begin(begun):
    assert not any(check.done() for check in begun.values())


@pytest.mark.last
@pytest.mark.parametrize("name", SLOW)
def test_slow_holder(name, begun):
    begun[name].result()
