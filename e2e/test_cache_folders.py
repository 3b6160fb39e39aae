"""Homes and folders in which nothing can be kept, or should not: the token comes, and they stay as they are.

The debug log says why. Where a place is only odd, it is used.
"""

import json
import os
import re
import shutil

import pytest

from homes import ROLE, SECRETS, TOKEN, maker, state
from namespace import give_away, mounted, read_only
from plugin import assert_credential, assert_error, heed_permissions


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    with maker(tmp_path_factory.mktemp("homes")) as make:
        yield make


@pytest.fixture
def home(make):
    """One in which nothing is kept."""
    return make()


def assert_kept(home, **options):
    """The next run gives the same token; it needs no session of the role, and so gets none."""
    credential = assert_credential(home.run(*TOKEN, **options))
    shutil.rmtree(home.cli, ignore_errors=True)
    assert assert_credential(home.run(*TOKEN, **options)) == credential
    assert not home.cli.exists()


def assert_explained(home, why, **options):
    """The debug log has a reason, and nothing that is nobody's business."""
    result = home.run(*TOKEN, "--force-refresh", "--debug", **options)
    assert result.returncode == 0
    assert re.search(f"cache: .*{why}", result.stderr), result.stderr
    assert [secret for secret in SECRETS if secret in result.stderr] == []


# Places of the own folder

PLACES = {
    "by default": ({}, b".cache/ekscred"),
    "XDG_CACHE_HOME": ({"XDG_CACHE_HOME": b"HOME/xdg"}, b"xdg/ekscred"),
    "a relative XDG_CACHE_HOME": ({"XDG_CACHE_HOME": b"xdg"}, b".cache/ekscred"),
    "an empty XDG_CACHE_HOME": ({"XDG_CACHE_HOME": b""}, b".cache/ekscred"),
    "EKSCRED_CACHE_DIR": ({"EKSCRED_CACHE_DIR": b"HOME/kept", "XDG_CACHE_HOME": b"HOME/xdg"}, b"kept"),
    "an empty EKSCRED_CACHE_DIR": ({"EKSCRED_CACHE_DIR": b""}, b".cache/ekscred"),
    "relative": ({"EKSCRED_CACHE_DIR": b"kept"}, b"kept"),
    "deep": ({"EKSCRED_CACHE_DIR": b"HOME/a/b/c"}, b"a/b/c"),
    "blanks": ({"EKSCRED_CACHE_DIR": b"HOME/ my  files "}, b" my  files "),
    "a line's end": ({"EKSCRED_CACHE_DIR": b"HOME/my\nfiles"}, b"my\nfiles"),
    "not UTF-8": ({"EKSCRED_CACHE_DIR": b"HOME/caf\xe9"}, b"caf\xe9"),
}


@pytest.mark.parametrize(("variables", "place"), PLACES.values(), ids=PLACES)
def test_place(variables, place, home):
    variables = {name: value.replace(b"HOME", os.fsencode(home.path)) for name, value in variables.items()}
    assert_kept(home, env=variables, cwd=home.path)
    folder = home.path / os.fsdecode(place)
    assert [path.name.split("-")[0] for path in folder.glob("*.json")] == ["token"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(home.path.rglob("token-*.json"))) == 1, "and nowhere else"

    told, kept, cleared = (
        home.ekscred("cache", *command, env=variables, cwd=home.path, errors="surrogateescape")
        for command in (["path"], ["list", "--query", "[].kind"], ["clear"])
    )
    for result in told, kept, cleared:
        assert (result.returncode, result.stderr) == (0, "")
    assert home.path / told.stdout.removesuffix("\n") == folder
    assert json.loads(kept.stdout) == ["token"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_folder_that_was_there(mode, home):
    made(home.own, mode)
    assert_kept(home)
    assert home.own.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("link", [".cache", ".cache/ekscred"])
def test_link_to_a_folder(link, home):
    """People move their caches to another disk."""
    made((home.path / link).parent, 0o700)
    (home.path / link).symlink_to(made(home.path / "elsewhere", 0o700))
    assert_kept(home)
    assert list((home.path / "elsewhere").rglob("token-*.json"))


# Homes


def password_database(home, line):
    """That line in its place, and nobody else to ask."""
    (home.path / "passwd").write_text(line)
    (home.path / "nsswitch.conf").write_text("passwd: files\n")
    return mounted('for file in passwd nsswitch.conf; do mount --bind "$1/$file" "/etc/$file"; done', home.path)


def test_home_of_the_password_database(home):
    inside = password_database(home, f"root:x:0:0::{home.path}:/bin/sh\n")
    assert_kept(home, env={"HOME": None}, inside=inside)
    assert list(home.own.glob("token-*.json"))


def test_no_home(home):
    """Not even in the password database. A place of its own does without."""
    inside = password_database(home, "")
    for arguments in ROLE, TOKEN:
        assert_credential(home.run(*arguments, env={"HOME": None}, inside=inside))
    assert {path.name for path in home.path.iterdir()} == {"passwd", "nsswitch.conf"}
    assert_error(home.ekscred("cache", "path", env={"HOME": None}, inside=inside), 253, "home directory")
    assert home.ekscred("cache", "list", "--output", "json", env={"HOME": None}, inside=inside).stdout == "[]\n"
    assert_kept(home, env={"HOME": None, "EKSCRED_CACHE_DIR": str(home.path / "kept")}, inside=inside)


def missing(home):
    home.path.rmdir()
    return {}


def a_file(home):
    home.path.rmdir()
    home.path.touch()
    return {}


def not_ours_to_write(home):
    home.path.chmod(0o555)
    return {"preexec_fn": heed_permissions}


def mounted_read_only(home):
    return {"inside": read_only(home.path)}


@pytest.mark.parametrize("spoil", [missing, a_file, not_ours_to_write, mounted_read_only])
def test_home_that_is_no_use(spoil, home):
    options = spoil(home)
    before = state(home.path)
    for arguments in ROLE, TOKEN, TOKEN:
        assert_credential(home.run(*arguments, **options))
    assert_explained(home, re.escape(str(home.own)), **options)
    for command in "path", "list", "clear":
        assert home.ekscred("cache", command, **options).returncode == 0
    assert state(home.path) == before


def test_entries_in_a_read_only_home(home):
    """They are used while they last."""
    credential = assert_credential(home.run(*TOKEN))
    shutil.rmtree(home.cli)
    before = state(home.path)
    inside = read_only(home.path)
    assert assert_credential(home.run(*TOKEN, inside=inside)) == credential
    assert_credential(home.run(*ROLE, inside=inside))
    assert_credential(home.run(*TOKEN, "--force-refresh", inside=inside))
    assert state(home.path) == before


# Folders that are refused


def made(folder, mode):
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    return folder


def writable(mode):
    """By others."""
    return lambda folder: made(folder, mode) and {}


def closed(mode):
    """To us as well."""
    return lambda folder: made(folder, mode) and {"preexec_fn": heed_permissions}


def somebody_elses(folder):
    return {"inside": give_away(made(folder, 0o700))}


def something_else(make):
    def spoil(folder):
        made(folder.parent, 0o700)
        make(folder)
        return {}

    return spoil


def below_a_file(folder):
    made(folder.parent.parent, 0o700)
    folder.parent.touch()
    return {}


def link_to_a_folder_of_all(folder):
    made(folder.parent / "all", 0o777)
    folder.symlink_to("all")
    return {}


# what is in a folder's place, and why it is refused
REFUSED = {
    "anybody may write": (writable(0o777), "others may write"),
    "anybody may write, sticky": (writable(0o1777), "others may write"),
    "the group may write": (writable(0o770), "others may write"),
    "link to a folder of all": (link_to_a_folder_of_all, "others may write"),
    "somebody else's": (somebody_elses, "another user"),
    "file": (something_else(lambda path: path.touch()), "not a directory"),
    "FIFO": (something_else(os.mkfifo), "not a directory"),
    "device": (something_else(lambda path: path.symlink_to("/dev/null")), "not a directory"),
    "below a file": (below_a_file, "Not a directory"),
    "link to nowhere": (something_else(lambda path: path.symlink_to("nowhere")), "File exists"),
    "link to itself": (something_else(lambda path: path.symlink_to(path.name)), "symbolic links"),
    "may not be written": (closed(0o500), "Permission denied"),
    "may not be entered": (closed(0o600), "Permission denied"),
    "closed": (closed(0o000), "Permission denied"),
}


@pytest.mark.parametrize(("spoil", "why"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("which", ["own", "cli"])
def test_refused_folder(which, spoil, why, home):
    folder = getattr(home, which)
    options = spoil(folder)
    before = state(folder.parent)
    for arguments in ROLE, TOKEN, TOKEN:
        assert_credential(home.run(*arguments, **options))
    assert_explained(home, why, **options)
    assert state(folder.parent) == before


def test_name_that_is_too_long(home):
    options = {"env": {"EKSCRED_CACHE_DIR": str(home.path / ("x" * 300))}}
    assert_credential(home.run(*TOKEN, **options))
    assert_explained(home, "File name too long", **options)
