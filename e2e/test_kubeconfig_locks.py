"""Many at once, of ours and of kubectl's, and the locks by which they do not meet.

A run either does what was meant and nothing else, or leaves the file as it was, byte for byte.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk import BACKUP, NEWEST, OLDEST, assert_success
from eks import arn
from ministack_server import CLUSTER
from plugin import EKSCRED, assert_error
from shape_texts import AWS_CLI, COMMENTS, PLAIN
from strace import run_traced
from tools import STRACE

UPDATE = ["update-kubeconfig", "--name", CLUSTER]
CONVERT = ["convert-kubeconfig", "--all"]

each_command = pytest.mark.parametrize("arguments", [UPDATE, CONVERT], ids=["update", "convert"])
oldest_and_newest = pytest.mark.parametrize("version", [OLDEST, NEWEST])


# Crowds


@pytest.mark.crowd
@pytest.mark.parametrize("old", [COMMENTS, PLAIN, None], ids=["comments", "plain", "no file"])
def test_twenty_at_once(old, crowd, desk):
    """Every entry is there. Whoever reads meanwhile reads a whole file, in which nothing is lost again."""
    before = {"clusters": {}, "contexts": {}, "users": {}}
    if old:
        desk.write(old)
        before = desk.view()
    with reading_all_the_time(desk) as seen:
        results = at_once([lambda name=name: desk.ekscred("update-kubeconfig", "--name", name) for name in crowd])
    for result in results:
        assert_success(result)
    assert seen and seen == sorted(seen)

    view = desk.view()
    for kind in "clusters", "contexts", "users":
        assert view[kind].keys() == before[kind].keys() | set(map(arn, crowd))
        assert {name: view[kind][name] for name in before[kind]} == before[kind]
    for name in crowd:
        assert name in view["users"][arn(name)]["exec"]["args"]
    authorities = {cluster.get("certificate-authority-data") for cluster in view["clusters"].values()}
    assert len(authorities - {None}) == len(crowd), "each has its own"
    text = desk.config.read_text()
    assert all(line in text for line in (old or "").splitlines() if not line.startswith("current-context"))
    assert desk.files().keys() == {"config", "config" + BACKUP}


@pytest.mark.crowd
@oldest_and_newest
def test_twenty_beside_kubectl(version, crowd, desk):
    """kubectl's locks are ours: nothing that it writes is lost by us, and it fails by nothing but a lock.

    What we write may be lost by kubectl: it reads the file once before it locks, and removes what was not there then.
    """
    desk.write(COMMENTS)
    names = [f"of-kubectl-{number}" for number in range(10)]

    def kubectl():
        for name in names:
            while (result := desk.kubectl("config", "set-context", name, "--cluster=kind", version=version)).returncode:
                assert result.stderr == f"error: open {desk.config}.lock: file exists\n"

    runs = [lambda name=name: desk.ekscred("update-kubeconfig", "--name", name) for name in crowd]
    for result in at_once([kubectl, *runs])[1:]:
        assert_success(result)
    contexts = desk.view()["contexts"]
    assert contexts.keys() >= {"kind", "work", *names}
    assert desk.files().keys() == {"config", "config" + BACKUP}


@pytest.mark.crowd
def test_twenty_in_two_files(crowd, desk):
    """Whoever needs both takes both locks, in whatever order they are named."""
    one, two = desk.write(COMMENTS, "one"), desk.write(AWS_CLI, "two")
    orders = [{"KUBECONFIG": f"{one}:{two}"}, {"KUBECONFIG": f"{two}:{one}"}] * len(crowd)

    def run(name, env):
        return lambda: desk.ekscred("update-kubeconfig", "--name", name, env=env)

    for result in at_once([run(*pair) for pair in zip(crowd, orders)]):
        assert_success(result)
    clusters = desk.view(one)["clusters"].keys() | desk.view(two)["clusters"].keys()
    assert clusters >= set(map(arn, crowd))
    assert {path.name for path in desk.home.iterdir() if path.is_file()} == {"one", "two", "one" + BACKUP, "two" + BACKUP}


@pytest.fixture(scope="module")
def crowd(eks):
    names = [f"crowd-{number:02}" for number in range(20)]
    eks.create(*names)
    return names


def at_once(runs):
    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(lambda run: run(), runs))


@contextlib.contextmanager
def reading_all_the_time(desk):
    """Gives how many clusters kubectl saw, each time. While there is no file it sees none."""
    seen, over = [], threading.Event()

    def read():
        while not over.is_set():
            seen.append(len(json.loads(desk.must("config", "view", "-o", "json"))["clusters"] or []))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        try:
            yield seen
        finally:
            over.set()
            reading.result()


# Locks


@each_command
def test_waits_for_a_lock(arguments, desk):
    """It is waiting when it has met the lock, and goes on when that is gone."""
    desk.write(AWS_CLI)
    lock = locked(desk.config)
    with meeting(lock, [EKSCRED, *arguments], desk) as (process, met):
        met()
        assert desk.config.read_text() == AWS_CLI
        lock.unlink()
        stdout, stderr = process.communicate(timeout=20)
    assert (process.returncode, stderr) == (0, "")
    assert desk.config.read_text() != AWS_CLI
    assert not lock.exists()


def left_by_kubectl(desk):
    return locked(desk.config)


def left_by_a_kill(desk):
    """Of ourselves, in the midst of writing."""
    kill = "--inject=rename,renameat,renameat2:signal=KILL"
    result, _ = run_traced(CONVERT, desk.environment({}), desk.home / "trace", kill)
    assert result.returncode == -signal.SIGKILL
    return Path(f"{desk.config}.lock")


@each_command
@pytest.mark.parametrize("leave", [left_by_kubectl, left_by_a_kill])
def test_lock_that_stays(leave, arguments, desk):
    """After 5 s it is named, with the command that removes it. That command serves."""
    desk.write(AWS_CLI)
    lock = leave(desk)
    before = desk.files()
    assert lock.name in before
    started = time.monotonic()
    result = desk.ekscred(*arguments)
    assert 4.5 < time.monotonic() - started < 15
    assert_error(result, 255, re.escape(str(lock)))
    assert desk.files() == before
    command = re.search("hint: .*(rm .*)", result.stderr)[1]
    subprocess.run(["sh", "-c", command], check=True)
    assert desk.files().keys() == before.keys() - {lock.name}
    assert_success(desk.ekscred(*arguments))


def test_several_locks(desk):
    """5 s in all: who has waited 3 s for one lock waits 2 s for the next, and gives back what was to be had."""
    files = [desk.write(AWS_CLI, name) for name in ("a", "b", "c")]
    first, second = locked(files[1]), locked(files[2])
    started = time.monotonic()
    release = threading.Timer(3, first.unlink)
    release.start()
    result = desk.convert("--all", env={"KUBECONFIG": ":".join(map(str, files))})
    assert 4.5 < time.monotonic() - started < 7.5
    release.join()
    assert_error(result, 255, re.escape(str(second)))
    assert sorted(path.name for path in desk.home.iterdir()) == ["a", "b", "c", "c.lock"]


def test_hint_names_a_path_that_a_shell_takes(desk):
    file = desk.write(AWS_CLI, "my 'files'/$config")
    lock = locked(file)
    result = desk.convert("--all", "--kubeconfig", str(file))
    subprocess.run(["sh", "-c", re.search("hint: .*(rm .*)", result.stderr)[1]], check=True)
    assert not lock.exists()


@oldest_and_newest
def test_kubectl_stands_back_while_we_write(version, desk, tmp_path):
    """Stopped in the midst of it, we hold the lock that it wants."""
    desk.write(AWS_CLI)
    with stopped_at_rename([EKSCRED, *CONVERT], desk, tmp_path / "trace") as tracer:
        refused = desk.kubectl("config", "set-context", "mine", "--cluster=kind", version=version)
        meanwhile = desk.config.read_text()
    assert (refused.returncode, refused.stderr) == (1, f"error: open {desk.config}.lock: file exists\n")
    assert meanwhile == AWS_CLI
    assert tracer.returncode == 0
    desk.must("config", "set-context", "mine", "--cluster=kind", version=version)
    assert desk.view()["contexts"].keys() == {"kind", "mine"}


def test_lock_is_taken_after_the_cluster_is_known(desk, eks, tmp_path):
    """Nobody is kept waiting for AWS."""
    desk.write(AWS_CLI)
    result, calls = run_traced(UPDATE, desk.environment({}), tmp_path / "trace")
    assert_success(result)
    lines = [call.line for call in calls]
    locking = next(number for number, line in enumerate(lines) if ".lock" in line and "O_EXCL" in line)
    receiving = r" (recvfrom|read|recvmsg|readv)\(\d+<(socket|TCP)"
    last = max(number for number, line in enumerate(lines) if re.search(receiving, line))
    assert last < locking


def locked(file):
    """As kubectl locks it: nobody may read or write that file."""
    lock = file.with_name(file.name + ".lock")
    os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0))
    return lock


@contextlib.contextmanager
def meeting(lock, command, desk):
    """Runs a command that finds that lock taken: the process, and a function that returns when it has found it."""
    lines, trace = os.pipe()
    options = ["-f", "-qq", "-e", "trace=openat,open,link,linkat", "-e", "signal=none", "-o", f"/dev/fd/{trace}"]
    with subprocess.Popen(
        [STRACE, *options, *command], env=desk.environment({}), pass_fds=[trace],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    ) as process, open(lines) as lines:  # fmt: skip
        os.close(trace)

        def met():
            """The id of the process that has met it."""
            for line in lines:
                if str(lock) in line and "EEXIST" in line:
                    # The rest is of no interest, but must be read.
                    threading.Thread(target=lines.read, daemon=True).start()
                    return int(line.split()[0])
            raise AssertionError("it never met the lock")

        yield process, met


@contextlib.contextmanager
def stopped_at_rename(command, desk, log):
    """Runs a command that stops before a file is put into its place, and goes on when the block ends."""
    renames = "rename,renameat,renameat2"
    options = ["-f", "-qq", "-o", log, "-e", f"trace={renames}", "-e", f"inject={renames}:signal=STOP"]
    with subprocess.Popen([STRACE, *options, *command], env=desk.environment({}), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as tracer:  # fmt: skip
        process = None
        try:
            process = stopped(tracer, log)
            yield tracer
        finally:
            while tracer.poll() is None:  # at every rename
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process or tracer.pid, signal.SIGCONT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    tracer.wait(0.05)


def stopped(tracer, log):
    """The id of the process that strace has stopped, as soon as it has."""
    while tracer.poll() is None:
        if found := re.search(r"^(\d+) .*stopped by SIGSTOP", log.read_text() if log.exists() else "", re.MULTILINE):
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError("it ended without a rename")


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_while_waiting_for_a_lock(number, desk):
    """It ends at once, without a word, and the lock is left to whose it is."""
    one, two = desk.write(AWS_CLI, "one"), desk.write(AWS_CLI, "two")
    lock = locked(two)
    desk.env["KUBECONFIG"] = f"{one}:{two}"
    with meeting(lock, [EKSCRED, *UPDATE], desk) as (process, met):
        os.kill(met(), number)
        stdout, _ = process.communicate(timeout=20)
    assert process.returncode == (130 if number == signal.SIGINT else 143)
    assert stdout == ""
    assert sorted(path.name for path in desk.home.iterdir()) == ["one", "two", "two.lock"]
    assert one.read_text() == two.read_text() == AWS_CLI
