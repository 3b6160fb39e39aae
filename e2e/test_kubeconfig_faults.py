"""Struck at any system call that touches the kubeconfig's folder: killed, interrupted, or told of a full disk.

A run either does what was meant and nothing else, or leaves the file as it was, byte for byte.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk import BACKUP, Desk, assert_success, mode
from ministack_server import CLUSTER
from plugin import assert_error
from shape_texts import AWS_CLI
from strace import run_traced

UPDATE = ["update-kubeconfig", "--name", CLUSTER]
CONVERT = ["convert-kubeconfig", "--all"]
AT_ONCE = 4

RUNS = {
    "update": (UPDATE, AWS_CLI),
    "new file": (UPDATE, None),
    "convert": (CONVERT, AWS_CLI),
}
each_run = pytest.mark.parametrize(("arguments", "old"), RUNS.values(), ids=RUNS)


class Struck:
    """A run with a fault at one of its calls, in a HOME of its own."""

    def __init__(self, desk, old, arguments, new):
        self.desk, self.arguments = desk, arguments
        self.old, self.new = old and old.encode(), new

    @property
    def text(self):
        return self.desk.config.read_bytes() if self.desk.config.exists() else None

    @property
    def lock(self):
        return Path(f"{self.desk.config}.lock")

    def left(self):
        """Files that are not the kubeconfig, its backup or its lock."""
        return self.desk.files().keys() - {"config", "config" + BACKUP, "config.lock"}

    def assert_old_or_new(self):
        assert self.text in (self.old, self.new)
        if self.text is not None:
            assert mode(self.desk.config) == 0o600
        if self.text == self.new and self.old:
            assert self.desk.files()["config" + BACKUP] == self.old


@pytest.fixture
def strike_each(tmp_path, eks, ministack):
    """strike_each(arguments, old, fault, check): strikes each call of a run that touches the kubeconfig's folder."""

    def next_desk(number, old):
        home = tmp_path / f"home-{number}"
        home.mkdir(parents=True)
        desk = Desk(home, eks, ministack.callers["user"])
        if old:
            desk.write(old)
        return desk

    def strike_each(arguments, old, fault, check):
        numbers = iter(range(10_000))
        desk = next_desk("calls", old)
        result, calls = run_traced(arguments, desk.environment({}), tmp_path / "trace-calls")
        assert_success(result)
        new = desk.config.read_bytes()
        calls = [call for call in calls if str(desk.config.parent) in call.line]
        assert {"openat", "rename", "fsync"} <= {call.name for call in calls}

        def strike(call):
            # tokio wakes itself by a write() now and then, so that a number may be off by one.
            for _ in range(20):
                number = next(numbers)
                desk = next_desk(number, old)
                log = tmp_path / f"trace-{number}"
                result, made = run_traced(arguments, desk.environment({}), log, call.inject(fault))
                if any(is_like(call, other) and str(desk.config.parent) in other.line for other in made):
                    return check(call, Struck(desk, old, arguments, new), result)
            raise AssertionError(f"never struck: {call}")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(strike, calls))  # raises what they raised

    return strike_each


def is_like(call, other):
    """Whether the other is the one that is struck in place of that call."""
    return (call.name, call.number) == (other.name, other.number)


@pytest.mark.crowd
@each_run
def test_killed_at_any_call(arguments, old, strike_each):
    """The file is the old one or the new one. What stands in the way of the next run is the lock, if anything."""
    locks, texts = set(), set()

    def check(call, struck, result):
        assert (result.returncode, result.stderr) == (-signal.SIGKILL, "")
        struck.assert_old_or_new()
        locks.add(struck.lock.exists())
        texts.add(struck.text)
        struck.lock.unlink(missing_ok=True)
        assert_success(struck.desk.ekscred(*struck.arguments))
        assert struck.text == struck.new
        assert not struck.lock.exists()

    strike_each(arguments, old, "signal=KILL", check)
    assert locks == {True, False}
    assert len(texts) == 2, "some came too late, some did not"


@pytest.mark.crowd
@each_run
@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_signal_at_any_call(name, arguments, old, strike_each):
    """No lock and no temporary file is left."""
    number = getattr(signal, f"SIG{name}")
    codes = set()

    def check(call, struck, result):
        codes.add(result.returncode)
        assert result.returncode in (0, 128 + number, -number), result
        struck.assert_old_or_new()
        assert not struck.lock.exists(), call
        assert struck.left() == set(), call
        if result.returncode == 0:
            assert struck.text == struck.new

    strike_each(arguments, old, f"signal={name}", check)
    assert 128 + number in codes


@pytest.mark.crowd
@each_run
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_error_at_any_call(error, arguments, old, strike_each):
    """Whoever says that it failed has changed nothing, unless the new file was in place already."""
    codes = set()

    def check(call, struck, result):
        codes.add(result.returncode)
        struck.assert_old_or_new()
        assert struck.lock.exists() == (call.name.startswith("unlink") and ".lock" in call.line), call
        assert struck.left() == set() or call.name.startswith("unlink"), call
        if result.returncode == 0:
            assert struck.text == struck.new
        else:
            assert_error(result, result.returncode, "")
            assert result.returncode in (253, 255)
            assert str(struck.desk.config.parent) in result.stderr

    strike_each(arguments, old, f"error={error}", check)
    assert 255 in codes
