"""Kubeconfigs of all shapes, in all places.

A run either does what was meant and nothing else, or leaves the file as it was, byte for byte.
kubectl, the oldest and the newest, says what a file means.
"""

import json
import os
import re
from pathlib import Path

import pytest

from desk import BACKUP, FORMER, NEWEST, OLDEST, assert_success, former_in, mode
from eks import arn
from homes import state
from ministack_server import CLUSTER
from namespace import SOMEBODY_ELSE, mounted, read_only
from plugin import EKSCRED, assert_error, heed_permissions
from shape_texts import AWS_CLI
from shapes import SHAPES, first_not_kept
from strace import run_traced

DEMO = arn(CLUSTER)
UPDATE = ["update-kubeconfig", "--name", CLUSTER]
CONVERT = ["convert-kubeconfig", "--all"]

each_command = pytest.mark.parametrize("arguments", [UPDATE, CONVERT], ids=["update", "convert"])


# Shapes

USABLE = {name: shape for name, shape in SHAPES.items() if not shape.refused}
REFUSED = {name: shape for name, shape in SHAPES.items() if shape.refused}
assert len(USABLE) >= 30 and len(REFUSED) >= 10

usable = pytest.mark.parametrize("shape", USABLE.values(), ids=USABLE)


@usable
def test_update(shape, desk):
    desk.write(shape.text)
    before = views(desk, desk.config)
    fresh = desk.home / "fresh"
    assert_success(desk.ekscred(*UPDATE, "--kubeconfig", str(fresh)))
    if shape.not_extended:
        assert_error(desk.ekscred(*UPDATE), 253, rf"{desk.config}\b.*({shape.not_extended})")
        assert desk.files() == {"config": shape.text}
        return
    assert_success(desk.ekscred(*UPDATE))
    after, added = views(desk, desk.config), views(desk, fresh)
    for version in before:
        expected = {**before[version], "current-context": DEMO}
        for kind in "clusters", "contexts", "users":
            expected[kind] = {**expected[kind], **added[version][kind]}
        assert after[version] == expected
    text = desk.config.read_bytes()
    assert first_not_kept(shape.kept_by_update(), text) is None
    assert_same_line_ends(shape.text, text)
    if shape.text:
        assert desk.files()["config" + BACKUP] == shape.text
    assert_success(desk.ekscred(*UPDATE))
    assert desk.config.read_bytes() == text


@usable
def test_convert(shape, desk):
    desk.write(shape.text)
    before = views(desk, desk.config)
    result = desk.convert("--all")
    assert_success(result)
    for user in shape.users:
        assert re.search(rf"^converted {re.escape(user)} in {desk.config}: ", result.stdout, re.MULTILINE)
    for version, view in views(desk, desk.config).items():
        for user in shape.users:
            become_the_former(view["users"][user]["exec"])
        assert view == before[version]
    text = desk.config.read_bytes()
    assert first_not_kept(shape.kept_by_convert(), text) is None
    assert_same_line_ends(shape.text, text)
    assert (text != shape.text) == bool(shape.users)

    assert_success(desk.convert("--all"))
    assert desk.config.read_bytes() == text, "twice is once"
    assert_success(desk.convert("--all", "--revert"))
    assert desk.config.read_bytes() == shape.text


@pytest.mark.parametrize("shape", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("arguments", [UPDATE, CONVERT, [*CONVERT, "--revert"]], ids=["update", "convert", "revert"])
def test_refused(arguments, shape, desk):
    desk.write(shape.text)
    result = desk.ekscred(*arguments)
    assert_error(result, 253, rf"{desk.config}\b.*({shape.refused})")
    assert desk.files() == {"config": shape.text}


def views(desk, file):
    """How the oldest and the newest kubectl read that file."""
    text = file.read_bytes()
    if text not in _views:
        _views[text] = json.dumps({version: desk.view(file, version) for version in (OLDEST, NEWEST)})
    return json.loads(_views[text])


_views: dict[bytes, str] = {}


def become_the_former(block):
    """Undoes in a converted exec block what is ours; whether there was a list of variables kubectl does not tell."""
    assert block["command"] == str(EKSCRED)
    assert block["env"][-1]["name"] == FORMER
    block["command"] = former_in(block["env"])
    block["env"] = block["env"][:-1] or None


def assert_same_line_ends(before, after):
    if b"\r\n" in before:
        assert after.count(b"\n") == after.count(b"\r\n")
    else:
        assert b"\r" not in after


# Places


def test_new_file_is_private(desk):
    assert_success(desk.ekscred(*UPDATE, preexec_fn=lambda: os.umask(0)))
    assert (mode(desk.config), mode(desk.config.parent)) == (0o600, 0o700)


@pytest.mark.parametrize("bits", [0o600, 0o640, 0o644, 0o660])
@each_command
def test_mode_is_kept(arguments, bits, desk):
    desk.write(AWS_CLI).chmod(bits)
    assert_success(desk.ekscred(*arguments, preexec_fn=lambda: os.umask(0o077)))
    assert mode(desk.config) == bits
    backup = Path(f"{desk.config}{BACKUP}")
    assert (mode(backup), backup.read_text()) == (bits, AWS_CLI)


def test_owner_is_kept(desk):
    """Under sudo, say. Only root can give a file away; others have groups."""
    owner = (SOMEBODY_ELSE, SOMEBODY_ELSE) if os.geteuid() == 0 else (os.geteuid(), os.getgroups()[-1])
    desk.write(AWS_CLI)
    os.chown(desk.config, *owner)
    assert_success(desk.ekscred(*CONVERT))
    assert desk.config.read_text() != AWS_CLI
    for path in desk.config, Path(f"{desk.config}{BACKUP}"):
        status = path.stat()
        assert (status.st_uid, status.st_gid) == owner


LINKS = {
    "to a file": ["elsewhere/real"],
    "to a link": ["link", "elsewhere/real"],
}


@each_command
@pytest.mark.parametrize("relative", [True, False], ids=["relative", "absolute"])
@pytest.mark.parametrize("hops", LINKS.values(), ids=LINKS)
def test_link(hops, relative, arguments, desk):
    """The link stays, the file that it leads to changes; kubectl's lock is beside the link."""
    real = desk.write(AWS_CLI, "elsewhere/real")
    desk.config.parent.mkdir()
    place = desk.config
    for hop in hops:
        target = desk.home / hop
        place.symlink_to(os.path.relpath(target, place.parent) if relative else target)
        place = target
    links = [path for path in [desk.config, desk.home / "link"] if path.is_symlink()]
    assert_success(desk.ekscred(*arguments))
    assert all(path.is_symlink() for path in links)
    assert real.read_text() != AWS_CLI
    assert {path.name for path in real.parent.iterdir()} == {"real", "real" + BACKUP}
    assert {path.name for path in desk.config.parent.iterdir()} == {"config"}
    _, calls = run_traced([*CONVERT, "--revert"], desk.environment({}), desk.home / "trace")
    locks = {re.search(r'"([^"]*\.lock)"', call.line)[1] for call in calls if '.lock"' in call.line}
    assert locks == {f"{desk.config}.lock"}


@each_command
def test_one_file_of_two_names(arguments, desk):
    """As kubectl has it: it is read twice, and changed once."""
    desk.write(AWS_CLI)
    link = desk.home / "link"
    link.symlink_to(desk.config)
    assert_success(desk.ekscred(*arguments, "--kubeconfig", str(desk.write(AWS_CLI, "alone"))))
    assert_success(desk.ekscred(*arguments, env={"KUBECONFIG": f"{desk.config}:{link}:{desk.config}"}))
    assert desk.config.read_bytes() == (desk.home / "alone").read_bytes()
    assert link.is_symlink()


def test_link_to_nowhere_yet(desk):
    desk.config.parent.mkdir()
    desk.config.symlink_to(desk.home / "real")
    assert_success(desk.ekscred(*UPDATE))
    assert desk.config.is_symlink()
    assert mode(desk.home / "real") == 0o600
    assert DEMO in desk.view()["clusters"]


def read_only_mount(desk):
    return {"inside": read_only(desk.config.parent)}


def folder_not_ours_to_write(desk):
    desk.config.parent.chmod(0o555)
    return {"preexec_fn": heed_permissions}


def file_that_is_mounted(desk):
    """As a container's kubeconfig may be: it can be written to, but not replaced."""
    return {"inside": mounted('mount --bind "$1" "$1"', desk.config)}


def file_that_may_not_be_written(desk):
    desk.config.chmod(0o400)
    return {"preexec_fn": heed_permissions}


def file_that_may_not_be_read(desk):
    desk.config.chmod(0o000)
    return {"preexec_fn": heed_permissions}


PLACES = [
    read_only_mount, folder_not_ours_to_write,
    file_that_is_mounted, file_that_may_not_be_written, file_that_may_not_be_read,
]  # fmt: skip


@each_command
@pytest.mark.parametrize("spoil", PLACES)
def test_place_where_nothing_can_be_replaced(spoil, arguments, desk):
    desk.write(AWS_CLI)
    options = spoil(desk)
    result = desk.ekscred(*arguments, **options)
    assert_error(result, result.returncode, str(desk.config))
    assert result.returncode in (253, 255)
    desk.config.parent.chmod(0o700)
    desk.config.chmod(0o600)
    files = desk.files()
    assert files.pop("config" + BACKUP, AWS_CLI.encode()) == AWS_CLI.encode()
    assert files == {"config": AWS_CLI.encode()}


def folder_instead(desk):
    desk.config.mkdir(parents=True)


def fifo_instead(desk):
    desk.config.parent.mkdir()
    os.mkfifo(desk.config)


def link_to_itself(desk):
    desk.config.parent.mkdir()
    desk.config.symlink_to("config")


def below_a_file(desk):
    desk.config.parent.touch()


def device(path):
    """Which lies there as a mount, lest the machine lose its own."""

    def spoil(desk):
        desk.write("")
        return mounted('mount --bind "$1" "$2"', path, desk.config)

    return spoil


NO_FILES = {
    "folder": folder_instead,
    "FIFO": fifo_instead,
    "link to itself": link_to_itself,
    "below a file": below_a_file,
    "device that never ends": device("/dev/zero"),
    "device that is empty": device("/dev/null"),
}


@each_command
@pytest.mark.parametrize("spoil", NO_FILES.values(), ids=NO_FILES)
def test_place_that_is_no_file(spoil, arguments, desk):
    """Nobody waits for a FIFO, or reads a device to its end."""
    inside = spoil(desk) or ()
    before = state(desk.home)
    result = desk.ekscred(*arguments, inside=inside)
    assert_error(result, result.returncode, str(desk.config))
    assert result.returncode in (253, 255)
    assert state(desk.home) == before
