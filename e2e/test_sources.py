"""Sources of credentials in bad surroundings: processes that misbehave, homes that are no use, crowds.

And what those sources do without that need no network, as the kernel sees it.
"""

import json
import os
import resource
import select
import shlex
import signal
import subprocess

import pytest

from ministack_server import ACCOUNT, CLUSTER, REGION
from plugin import (
    ACCESS_KEY, EKSCRED, KEYS, SECRET_KEY, assert_credential, assert_error, ends, heed_permissions, token_url,
)  # fmt: skip
from strace import trace

COMMAND = ["get-token", "--cluster-name", CLUSTER, "--region", REGION]
ANSWER = json.dumps({"Version": 1, "AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY})


# credential_process


@pytest.fixture
def with_process(run, aws_files):
    """with_process(command): a run with that credential_process."""

    def with_process(command, **options):
        aws_files(config=f"[default]\ncredential_process = {command}\n")
        return run(*COMMAND, env={"PATH": "/usr/bin:/bin"}, **options)

    return with_process


def shell(script):
    return f"/bin/sh -c {shlex.quote(script)}"


def assert_token(result):
    assert f"X-Amz-Credential={ACCESS_KEY}" in token_url(assert_credential(result)["status"]["token"])


PRINT = f"echo '{ANSWER}'"
TALKATIVE = {
    "some words": f"echo Welcome! >&2; {PRINT}",
    "300 MB before": f"head -c 300000000 /dev/zero >&2; {PRINT}",
    "300 MB after": f"{PRINT}; head -c 300000000 /dev/zero >&2",
}


@pytest.mark.parametrize("script", TALKATIVE.values(), ids=TALKATIVE)
def test_process_that_talks(script, with_process):
    """What it says on standard error is nobody's business while it succeeds, and takes no memory."""
    assert_token(with_process(shell(script), preexec_fn=limit_memory))


def limit_memory():
    bytes = 400_000_000  # of addresses; a debug build takes 200 MB
    resource.setrlimit(resource.RLIMIT_AS, (bytes, bytes))


PLACE = "the credential_process of profile `default`"
# the command, and what is said of it
MISBEHAVING = {
    "fails": (shell("echo Who are you? >&2; exit 3"), rf"{PLACE} failed \(exit status: 3\): Who are you\?$"),
    "prints and fails": (shell(f"{PRINT}; exit 3"), rf"{PLACE} failed \(exit status: 3\)$"),
    "is killed": (shell("kill -9 $$"), rf"{PLACE} failed \(signal: 9 \(SIGKILL\)\)$"),
    "floods stderr and fails": (
        shell("head -c 300000000 /dev/zero | tr '\\0' x >&2; exit 3"), rf"{PLACE} failed \(exit status: 3\): x{{100,500}}\.\.\.$"
    ),
    "floods stdout": (shell("head -c 300000000 /dev/zero | tr '\\0' x"), rf"{PLACE} printed .{{,100}}$"),
    "prints nothing": ("/bin/true", rf"what {PLACE} printed is not JSON"),
    "closes stdout": (shell("exec >&-; sleep 0.1"), rf"what {PLACE} printed is not JSON"),
    "closes stdout and fails": (shell("exec >&-; sleep 0.1; exit 3"), rf"{PLACE} failed \(exit status: 3\)$"),
    "is missing": ("/nonexistent/program", rf"{PLACE} cannot be run: `/nonexistent/program`: No such file"),
    "is missing in PATH": ("ekscred-nonexistent", rf"{PLACE} cannot be run: `ekscred-nonexistent`: No such file"),
    "is a directory": ("/bin/", rf"{PLACE} cannot be run: `/bin/`: Permission denied"),
    "is no program": ("/etc/passwd", rf"{PLACE} cannot be run: `/etc/passwd`: Permission denied"),
}  # fmt: skip


@pytest.mark.parametrize(("command", "why"), MISBEHAVING.values(), ids=MISBEHAVING)
def test_process_that_misbehaves(command, why, with_process):
    assert_error(with_process(command, preexec_fn=limit_memory), 253, why)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_while_a_process_works(number, code, home, aws_files):
    """Ctrl-C reaches both, as everything in the terminal's foreground: none of them is left, and nothing is said."""
    started = home / "started"
    os.mkfifo(started)
    aws_files(config=f"[default]\ncredential_process = {shell(f'echo $$ > {started}; exec sleep 600')}\n")
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen([EKSCRED, *COMMAND], env=environment, start_new_session=True, **pipes) as ekscred:
        process_id = read_line(started)
        assert not ends(process_id, within=0)
        os.killpg(ekscred.pid, number)
        assert ekscred.communicate(timeout=1) == ("", "")
    assert ekscred.returncode in (code, -number)
    assert ends(process_id, within=1)


def read_line(fifo):
    """What somebody writes into it, within 5 seconds."""
    end = os.open(fifo, os.O_RDWR)  # does not wait for the writer, as reading alone would
    try:
        readable, _, _ = select.select([end], [], [], 5)
        assert readable, "nobody wrote"
        return os.read(end, 100).decode().strip()
    finally:
        os.close(end)


# Surroundings


@pytest.fixture(scope="module")
def role(ministack, tmp_path_factory):
    """The variables that make the role `developer` of ministack's alice the source, with files that lie outside of HOME."""
    folder = tmp_path_factory.mktemp("aws")
    keys = "".join(f"{name.lower()} = {value}\n" for name, value in ministack.callers["user"].environment.items())
    settings = f"role_arn = arn:aws:iam::{ACCOUNT}:role/developer\nsource_profile = alice\nrole_session_name = alice\n"
    (folder / "config").write_text(f"[profile alice]\n{keys}[profile dev]\n{settings}")
    return {"AWS_CONFIG_FILE": str(folder / "config"), "AWS_PROFILE": "dev", "AWS_ENDPOINT_URL_STS": ministack.url}


@pytest.fixture
def assert_role(ministack):
    def assert_role(result):
        url = token_url(assert_credential(result)["status"]["token"])
        assert ministack.ask(url, CLUSTER) == (200, f"arn:aws:sts::{ACCOUNT}:assumed-role/developer/alice")

    return assert_role


@pytest.mark.parametrize("home", [None, "", "/nonexistent/home", "/dev/null"])
def test_home_that_is_none(home, role, run, assert_role):
    """Nothing is kept, since the password database knows a home: that of whoever runs the tests."""
    assert_role(run(*COMMAND, env={**role, "HOME": home, "EKSCRED_CACHE": "off"}))


def test_home_that_cannot_be_written(home, role, run, assert_role):
    home.chmod(0o555)
    assert_role(run(*COMMAND, env=role, preexec_fn=heed_permissions))
    assert list(home.iterdir()) == []


def test_directory_that_is_gone(role, run, assert_role, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    assert_role(run(*COMMAND, env=role, cwd=gone, preexec_fn=gone.rmdir))


@pytest.mark.parametrize("source", ["role", "process"])
def test_stdin_that_never_ends(source, role, assert_role, with_process, run):
    """One client hands its plugins such a pipe: whoever reads it waits for ever."""
    reader, writer = os.pipe()
    try:
        if source == "role":
            assert_role(run(*COMMAND, env=role, stdin=reader, timeout=5))
        else:
            assert_token(with_process(shell(PRINT), stdin=reader, timeout=5))
    finally:
        os.close(reader)
        os.close(writer)


def test_50_at_once(home, role, assert_role):
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = {"HOME": str(home), **role}
    processes = [subprocess.Popen([EKSCRED, *COMMAND], env=environment, **pipes) for _ in range(50)]
    for process in processes:
        stdout, stderr = process.communicate(timeout=20)
        assert_role(subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr))


# System calls


WITHOUT_NETWORK = {
    "keys in the environment": ("", KEYS),
    "keys in a profile": (f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n", {}),
    "process": (f"credential_process = {shell(PRINT)}\n", {}),
}


@pytest.mark.parametrize(("profile", "variables"), WITHOUT_NETWORK.values(), ids=WITHOUT_NETWORK)
def test_no_network(profile, variables, home, aws_files, tmp_path):
    aws_files(config=f"[default]\nregion = {REGION}\n{profile}")
    assert sockets(trace(COMMAND, {"HOME": str(home), **variables}, tmp_path / "trace")) == []


def test_one_connection(home, role, tmp_path):
    """What the above do without."""
    calls = trace(COMMAND, {"HOME": str(home), **role}, tmp_path / "trace")
    assert len(sockets(calls)) == 1
    assert len([name for name, _ in calls if name == "connect"]) == 1


def sockets(calls):
    """Sockets of the internet, either version."""
    return [rest for name, rest in calls if name == "socket" and rest.startswith("AF_INET")]
