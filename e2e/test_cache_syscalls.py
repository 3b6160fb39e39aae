"""What runs with and without the caches do not do, as the kernel sees it.

Each claim is about names that strace wrote down; beside it stands a run of which the opposite is true.
"""

import pytest

from homes import COMMAND, CONFIG, FLAGGED_ROLE, LOGIN, ROLE, TOKEN, maker
from plugin import assert_credential
from strace import trace
from test_syscalls import FILE_CHANGES, NETWORK, OPENING, PROCESSES


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One in which everything is kept."""
    with maker(tmp_path_factory.mktemp("homes")) as make:
        home = make()
        home.log_in()
        for arguments in LOGIN, TOKEN, FLAGGED_ROLE:
            assert_credential(home.run(*arguments))
        yield home


def calls_of(home, arguments, variables={}):
    return trace([*COMMAND, *arguments], {**home.env, **variables}, home.path / "trace")


def below(folders, calls):
    return [line for _, line in calls if any(str(folder) in line for folder in folders)]


def names_of(calls):
    return {name for name, _ in calls}


@pytest.mark.parametrize("arguments", [ROLE, TOKEN, LOGIN, FLAGGED_ROLE], ids=" ".join)
@pytest.mark.parametrize(("flags", "variable"), [(["--no-cache"], "tokens"), ([], "off")], ids=["flag", "variable"])
def test_no_cache(flags, variable, arguments, home):
    """Nothing below the folders is looked at, opened, locked. (A login's own file is no cache.)"""
    without = [argument for argument in arguments if argument != "--cache"]
    folders = [home.own, home.cli]
    calls = calls_of(home, [*without, *flags], {"EKSCRED_CACHE": variable})
    assert below(folders, calls) == []
    assert "flock" not in names_of(calls)
    assert "connect" in names_of(calls), "the session is fetched"

    assert below(folders, calls_of(home, arguments)) != []


def test_session(home):
    """A role's session that is kept costs no network and no thread, and changes nothing."""
    calls = calls_of(home, ROLE)
    assert names_of(calls) & (NETWORK | PROCESSES | FILE_CHANGES | {"flock", "getdents64"}) == set()
    assert {"connect", "rename", "flock"} <= names_of(calls_of(home, [*ROLE, "--force-refresh"]))


def test_token(home, capsys):
    """A token that is kept costs less still: the AWS files are looked at, but not opened."""
    calls = calls_of(home, TOKEN)
    assert names_of(calls) & (NETWORK | PROCESSES | FILE_CHANGES | {"flock", "getdents64"}) == set()
    opened = below([home.path, CONFIG], [(name, line) for name, line in calls if name in OPENING])
    assert len(opened) == 1 and str(home.own / "token-") in opened[0]
    assert below([CONFIG], calls) != []

    afresh = calls_of(home, [*TOKEN, "--force-refresh"])
    assert below([CONFIG], [(name, line) for name, line in afresh if name in OPENING]) != []
    with capsys.disabled():
        print(f"\na kept token: {len(calls)} system calls; with a session that is kept: {len(calls_of(home, ROLE))}")
