"""However many of us run at once: one request, one code, one run of a process, and everybody has what came of it."""

import contextlib
import json
import os
import subprocess
import time

import pytest

import crowd
import loopback
import pty_session
from apiserver import NAMESPACES
from crowd import watching, wait_until
from kubeconfigs import ekscred, kubeconfig
from ministack_server import REGION
from plugin import ACCESS_KEY, EKSCRED, heed_permissions
from tools import KUBECTL
from ways import AWS_CACHE, DEVICE, LOGIN, OWN_CACHE, ROLE, SSO_CACHE, WAYS, expire, expire_login, lay_out, signer

pytestmark = pytest.mark.crowd

PROMPT = f"Enter MFA code for {DEVICE}: "
CODE = "287082"
WAITING = r"ekscred: waiting for another ekscred \(process (\d+)\), which asks for an MFA code\r\n"

AT_REST = 2.5  # seconds after which a file counts for a token that is kept; somewhat more than it takes


@pytest.fixture
def prepared(home):
    """prepared(name, times): that way, an AWS that lets us go it so often, and the variables. The files are watched."""
    lay_out(home)
    with contextlib.ExitStack() as stack:
        stack.enter_context(watching(*(home / folder for folder in (AWS_CACHE, OWN_CACHE, SSO_CACHE))))

        def prepare(name, times):
            way = WAYS[name]
            aws = stack.enter_context(loopback.serving(**way.answers(times)))
            return way, aws, way.environment(home, aws.url)

        yield prepare


@pytest.mark.parametrize(
    ("name", "size", "rounds"),
    [
        ("role", 200, 20),
        ("expired SSO", 200, 20),
        ("SSO", 50, 5),
        ("chain", 50, 5),
        ("web identity", 50, 5),
        ("--role-arn", 50, 5),
    ],
)
def test_one_asks_for_all(prepared, home, name, size, rounds):
    """In the first round there is not even a folder to keep anything in; in the others, what is there ends too soon."""
    way, aws, env = prepared(name, rounds)
    for number in range(rounds):
        assert expire(home) == (way.kept if number else 0)
        if name == "expired SSO":
            expire_login(home)
        results = crowd.run(size, way.command(), env)
        assert {signer(result) for result in results} == {way.signer(number)}
        assert aws.operations() == list(way.operations) * (number + 1)


@pytest.mark.parametrize("name", ["role", "SSO", "container"])
def test_one_token_serves_all(prepared, home, name):
    way, aws, env = prepared(name, times=3)
    for number in range(3):
        expire(home)
        forget_tokens(home)
        results = crowd.run(50, way.command("--cache"), env)
        assert {signer(result) for result in results} == {way.signer(number)}
        assert len({result.stdout for result in results}) == 1
        assert aws.operations() == list(way.operations) * (number + 1)


def test_one_process_serves_all(prepared, home):
    way, _, env = prepared("process", times=0)
    for number in range(5):
        forget_tokens(home)
        results = crowd.run(20, way.command("--cache"), env)
        assert {signer(result) for result in results} == {ACCESS_KEY}
        assert (home / "runs").read_text() == "run\n" * (number + 1)


def forget_tokens(home):
    """No token is kept; what is read on the way to one is at rest."""
    for token in (home / OWN_CACHE).glob("token-*.json"):
        token.unlink()
    wait_until(lambda: all(time.time() - os.stat(home / path).st_ctime > AT_REST for path in (".aws/config", LOGIN)))


# SSO logins


def test_each_refresh_token_is_used_once(prepared, home):
    way, aws, env = prepared("expired SSO", times=3)
    for number in range(3):
        expire(home)
        expire_login(home)
        crowd.run(20, way.command(), env)
        login = json.loads((home / LOGIN).read_text())
        assert (login["accessToken"], login["refreshToken"]) == (f"good-{number + 1}", f"refresh-{number + 1}")
        assert f"refreshToken=refresh-{number}" in aws.calls()[-2]
        assert f"token=good-{number + 1}" in aws.calls()[-1]


def test_login_behind_a_link(prepared, home):
    """The link stays, and what it leads to is replaced."""
    way, aws, env = prepared("expired SSO", times=3)
    (home / "elsewhere").mkdir()
    target = (home / LOGIN).rename(home / "elsewhere/login")
    (home / LOGIN).symlink_to(target)
    for number in range(3):
        expire(home)
        expire_login(home)
        assert {signer(result) for result in crowd.run(50, way.command(), env)} == {way.signer(number)}
        assert (home / LOGIN).readlink() == target
        assert json.loads(target.read_text())["accessToken"] == f"good-{number + 1}"
    assert aws.operations() == list(way.operations) * 3


def test_login_that_cannot_be_replaced(prepared, home):
    """Nobody finds the new login in the file, and yet one refresh serves all."""
    way, aws, env = prepared("expired SSO", times=1)
    expire_login(home)
    (home / SSO_CACHE).chmod(0o500)
    results = crowd.run(50, way.command(), env, preexec_fn=heed_permissions)
    assert {signer(result) for result in results} == {way.signer(0)}
    assert aws.operations() == list(way.operations)


# MFA codes


# A command, so many times, at one terminal. What each prints, and its exit code, goes into the folder.
AT_ONE_TERMINAL = """
folder=$1 number=$2; shift 2
while [ $number -gt 0 ]; do
    number=$((number - 1))
    { "$@" > $folder/$number.stdout 2> ERRORS; echo $? > $folder/$number.returncode; } &
done
wait
"""


@contextlib.contextmanager
def at_one_terminal(folder, number, command, env, errors="$folder/$number.stderr"):
    folder.mkdir()
    script = AT_ONE_TERMINAL.replace("ERRORS", errors)
    with pty_session.running(["/bin/sh", "-c", script, "sh", folder, number, *command], env) as session:
        yield session


def results_in(folder):
    for code in folder.glob("*.returncode"):
        stdout, stderr = code.with_suffix(".stdout"), code.with_suffix(".stderr")
        said = stderr.read_text() if stderr.exists() else ""
        yield subprocess.CompletedProcess([], int(code.read_text()), stdout.read_text(), said)


@pytest.mark.parametrize(("size", "rounds"), [(20, 3), (200, 1)])
def test_one_code_serves_all(prepared, home, size, rounds):
    way, aws, env = prepared("MFA", rounds)
    for number in range(rounds):
        expire(home)
        folder = home / f"round {number}"
        with at_one_terminal(folder, size, way.command(), env) as session:
            session.answer(PROMPT, CODE)
            session.result()
        assert [signer(result) for result in results_in(folder)] == [way.signer(number)] * size
        assert len(aws.calls()) == number + 1
        assert f"SerialNumber={DEVICE} TokenCode={CODE}" in aws.calls()[number]


def test_who_waits_for_a_code_says_so(prepared, home):
    way, aws, env = prepared("MFA", times=1)
    with at_one_terminal(home / "results", 5, way.command(), env, errors="/dev/tty") as session:
        session.waits_for(PROMPT)
        who_asks = set()
        for _ in range(4):
            session.screen.expect(WAITING)
            assert session.screen.before == ""
            who_asks.add(session.screen.match[1])
        assert len(who_asks) == 1
        session.type(f"{CODE}\n")
        session.result("\n")
    assert [signer(result) for result in results_in(home / "results")] == [way.signer(0)] * 5
    assert aws.operations() == ["AssumeRole"]


@pytest.mark.parametrize("version", [list(KUBECTL)[0], list(KUBECTL)[-1]])
def test_second_kubectl_asks_for_no_code(ministack, demo_cluster, home, version):
    keys = "".join(f"{name.lower()} = {value}\n" for name, value in ministack.callers["user"].environment.items())
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(f"[alice]\n{keys}")
    (home / ".aws/config").write_text(
        f"[profile mfa]\nrole_arn = {ROLE}\nsource_profile = alice\nmfa_serial = {DEVICE}\nregion = {REGION}\n"
    )
    (home / "kubeconfig").write_text(kubeconfig(demo_cluster, ekscred()))
    (home / "ekscred").symlink_to(EKSCRED)
    env = {
        "HOME": str(home), "PATH": f"{home}:/usr/bin:/bin", "KUBECONFIG": str(home / "kubeconfig"),
        "AWS_PROFILE": "mfa", "AWS_ENDPOINT_URL_STS": ministack.url,
    }  # fmt: skip
    command = [KUBECTL[version], "get", "namespaces", "-o", "name"]
    with pty_session.running(command, env) as session:
        session.answer(PROMPT, CODE)
        results = [session.result()]
    with pty_session.running(command, env) as session:
        results.append(session.result())
    with pty_session.running(command, env, stdin="null") as session:
        results.append(session.result())
    for result in results:
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.splitlines() == [f"namespace/{name}" for name in NAMESPACES]
