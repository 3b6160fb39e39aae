"""Files in the caches' folders that ekscred has not made, or not so: none is believed, none is waited for, and what a
link leads to stays as it is.
"""

import os
import re
import socket

import pytest

from homes import FLAGGED_ROLE, ROLE, TOKEN, is_fresh, is_private, maker, state
from namespace import give_away, mounted
from plugin import assert_credential, heed_permissions

MAX_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    with maker(tmp_path_factory.mktemp("homes")) as make:
        yield make


# Entries: a role's session in the AWS CLI's folder and in our own, and a token

ENTRIES = {
    "session": (ROLE, ".aws/cli/cache/*.json"),
    "flagged role's session": (FLAGGED_ROLE, ".cache/ekscred/role-*.json"),
    "token": (TOKEN, ".cache/ekscred/token-*.json"),
}


@pytest.fixture(params=ENTRIES.values(), ids=ENTRIES)
def entry(request, make):
    return Entry(make, *request.param)


class Entry:
    """One that is good, and all that is kept."""

    def __init__(self, make, arguments, pattern):
        self.aws = make.aws
        self.home = make()
        self.arguments = arguments
        assert_credential(self.home.run(*arguments))
        (self.path,) = self.home.path.glob(pattern)
        for path in self.home.entries().keys() - {self.path}:
            path.unlink()
        self.content = self.path.read_bytes()

    def is_used(self, inside=()):
        """Whether the next run needs no AWS. If it does, the log says what is wrong with the entry."""
        before = len(self.aws.calls())
        log = self.home.path / "log"
        assert_credential(self.home.run(*self.arguments, inside=inside, env={"EKSCRED_LOG_FILE": str(log)}))
        is_used = len(self.aws.calls()) == before
        assert is_used or re.search(rf"cache: .*{self.path.name} is not used: .", log.read_text())
        log.unlink()
        return is_used


def test_good_entry(entry):
    assert entry.is_used()
    entry.path.write_bytes(entry.content.ljust(MAX_BYTES))
    assert entry.is_used()


def content(change):
    """The entry's content, changed."""

    def spoil(entry, outside):
        entry.path.write_bytes(change(entry.content))

    return spoil


def mode(mode):
    return lambda entry, outside: entry.path.chmod(mode)


def something_else(make):
    """In the entry's place."""

    def spoil(entry, outside):
        entry.path.unlink()
        make(entry.path)

    return spoil


def link_out(entry, outside):
    """To a file that would do."""
    entry.path.rename(outside)
    entry.path.symlink_to(outside)


def make_socket(path):
    # By a short name: it must fit into 108 bytes.
    folder = os.open(path.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


MISSES = {
    "empty": content(lambda content: b""),
    "torn": content(lambda content: content[: len(content) // 2]),
    "zeros": content(lambda content: bytes(len(content))),
    "not UTF-8": content(lambda content: b"\xff" + content),
    "two of them": content(lambda content: content + content),
    "a list": content(lambda content: b"[" + content + b"]"),
    "an empty object": content(lambda content: b"{}"),
    "60 000 brackets": content(lambda content: b"[" * 60_000),
    "a byte too long": content(lambda content: content.ljust(MAX_BYTES + 1)),
    "10 MB": content(lambda content: content.ljust(10_000_000)),
    "others may write": mode(0o622),
    "link out": link_out,
    "link to nowhere": something_else(lambda path: path.symlink_to("nowhere")),
    "link to itself": something_else(lambda path: path.symlink_to(path.name)),
    "link to a device": something_else(lambda path: path.symlink_to("/dev/zero")),
    "FIFO": something_else(os.mkfifo),
    "socket": something_else(make_socket),
    "empty directory": something_else(os.mkdir),
}


@pytest.mark.parametrize("spoil", MISSES.values(), ids=MISSES)
def test_entry_that_is_a_miss(spoil, entry, tmp_path):
    """And is replaced by the next good one."""
    outside = tmp_path / "outside"
    spoil(entry, outside)
    before = state(outside)
    assert not entry.is_used()
    assert not entry.path.is_symlink() and entry.path.is_file()
    assert is_fresh(entry.path.read_bytes()) and is_private(entry.path)
    assert state(outside) == before
    assert entry.is_used()


def test_entry_that_others_may_read(entry):
    """Our own must be private; the AWS CLI's folder is its affair."""
    entry.path.chmod(0o644)
    assert entry.is_used() == entry.path.is_relative_to(entry.home.cli)


def test_entry_of_somebody_else(entry):
    assert not entry.is_used(inside=give_away(entry.path))


def test_device_in_an_entrys_place(entry):
    assert not entry.is_used(inside=mounted('mount --bind /dev/zero "$1"', entry.path))


def test_directory_in_an_entrys_place(entry):
    """It may hold anything, and so it stays."""
    entry.path.unlink()
    entry.path.mkdir()
    (entry.path / "file").write_text("whatever")
    before = state(entry.path)
    assert not entry.is_used()
    assert state(entry.path) == before


def test_hard_link_to_an_entry(entry, tmp_path):
    """What else it is, is not written to."""
    outside = tmp_path / "outside"
    os.link(entry.path, outside)
    assert_credential(entry.home.run(*entry.arguments, "--force-refresh"))
    assert outside.read_bytes() == entry.content
    assert entry.path.stat().st_nlink == 1


# Locks, and the stamp of the last pruning


def instead(make):
    """In place of that file."""

    def spoil(path, outside):
        path.unlink()
        make(path, outside)
        if path.is_file() and not path.is_symlink():
            path.chmod(0o600)  # by its mode it could be ours

    return spoil


def directory(path, outside):
    path.mkdir()
    (path / "file").write_text("whatever")


ODD = {
    "garbage": instead(lambda path, outside: path.write_bytes(b"\xff" * 100)),
    "10 MB": instead(lambda path, outside: path.write_bytes(bytes(10_000_000))),
    "anybody may write": lambda path, outside: path.chmod(0o666),
    "may not be read": lambda path, outside: path.chmod(0),
    "link out": instead(lambda path, outside: path.symlink_to(outside)),
    "hard link": instead(lambda path, outside: path.hardlink_to(outside)),
    "link to nowhere": instead(lambda path, outside: path.symlink_to(outside.parent / "nowhere")),
    "link to itself": instead(lambda path, outside: path.symlink_to(path)),
    "link to a device": instead(lambda path, outside: path.symlink_to("/dev/zero")),
    "FIFO": instead(lambda path, outside: os.mkfifo(path)),
    "socket": instead(lambda path, outside: make_socket(path)),
    "directory": instead(directory),
}


@pytest.mark.parametrize("spoil", ODD.values(), ids=ODD)
@pytest.mark.parametrize("name", ["role-*.lock", "token-*.lock", "pruned"])
def test_odd_file(name, spoil, make, tmp_path):
    home = make()
    assert_credential(home.run(*TOKEN))
    (path,) = home.own.glob(name)
    outside = tmp_path / "outside"
    outside.write_text("a letter to somebody")
    outside.chmod(0o600)
    spoil(path, outside)
    before = state(tmp_path)
    home.run_out()
    assert_credential(home.run(*TOKEN, preexec_fn=heed_permissions))
    assert all(map(is_fresh, home.entries().values()))
    assert state(tmp_path) == before
