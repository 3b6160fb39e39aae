"""Entries of the cache that the AWS CLI and ekscred share, of which ekscred makes no use: broken and doubtful ones.

What the AWS CLI writes does not say whose credentials assumed the role. So ekscred uses it where that is beyond doubt,
and marks what it writes itself (`ekscred`), which the AWS CLI does not mind. A token comes in any case.
"""

import json
import os

import pytest

import loopback
import shared_machine
from namespace import give_away
from plugin import assert_credential, run_command
from shared_machine import GET_TOKEN, PROGRAMS, live
from shared_setups import (
    BASE, OF_A_POD, OTHER, ROLE, ROLE_A, SETUPS, START_URL, role, section, web_identity,
)  # fmt: skip

P = SETUPS["role"].config


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    with shared_machine.making(tmp_path_factory.mktemp("home")) as make:
        yield make


# Broken


BROKEN = {
    "empty": "",
    "torn": json.dumps(live())[:60],
    "empty object": "{}",
    "null": "null",
    "list": "[]",
    "garbage": bytes(range(256)),
    "credentials of another kind": {"Credentials": "ASIALIVE"},
    "no keys": {"Credentials": {"Expiration": "2100-01-01T00:00:00Z"}},
    "no time": live("never"),
    "time without a zone": live("2100-01-01T00:00:00"),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_entry_that_makes_the_aws_cli_fail_is_mended(content, make):
    machine = make(P)
    machine.put(ROLE_A, content)
    assert machine.run("aws2", *GET_TOKEN).returncode != 0
    with machine.asks("AssumeRole"):
        assert machine.session("ekscred") == "ASIAA"
    with machine.asks():
        assert machine.session("aws2") == "ASIAA"
        assert machine.session("ekscred") == "ASIAA"


MARKS = {"version": ({"version": 2}, False), "source": ({"source": "0" * 64}, True)}


@pytest.mark.parametrize(("other", "stays"), MARKS.values(), ids=MARKS)
def test_entry_with_another_mark(other, stays, make):
    """Of a later ekscred; or of a session that was got with other credentials, which is left to its owner."""
    machine = make(P)
    machine.session("ekscred")
    mark = machine.entries()[ROLE_A]["ekscred"]
    machine.put(ROLE_A, live(ekscred=mark))
    with machine.asks():
        assert machine.session("ekscred") == "ASIALIVE"
    machine.put(ROLE_A, live(ekscred={**mark, **other}))
    with machine.asks("AssumeRole"):
        assert machine.session("ekscred") == "ASIAA"
    with machine.asks():
        assert machine.session("ekscred") == "ASIAA"
        assert machine.session("aws2") == ("ASIALIVE" if stays else "ASIAA")


def test_fifo_is_replaced(make):
    """The AWS CLI would wait at it for ever."""
    machine = make(P)
    machine.cache.mkdir(parents=True, mode=0o700)
    os.mkfifo(machine.entry(ROLE_A), 0o600)
    with machine.asks("AssumeRole"):
        assert machine.session("ekscred") == "ASIAA"
    assert machine.entry(ROLE_A).is_file()
    with machine.asks():
        assert machine.session("aws2") == "ASIAA"


@pytest.mark.parametrize("leads", ["to an entry", "nowhere"])
def test_symlink_is_replaced_and_not_followed(leads, make):
    machine = make(P)
    target = machine.put("target", live())
    content = target.read_text()
    machine.entry(ROLE_A).symlink_to(target)
    if leads == "nowhere":
        target.unlink()
    else:
        assert machine.session("aws2") == "ASIALIVE"
    with machine.asks("AssumeRole"):
        assert machine.session("ekscred") == "ASIAA"
    assert not machine.entry(ROLE_A).is_symlink()
    assert not target.exists() if leads == "nowhere" else target.read_text() == content
    with machine.asks():
        assert machine.session("aws2") == "ASIAA"


@pytest.mark.parametrize("empty", [True, False], ids=["empty", "not empty"])
def test_folder_in_the_place_of_an_entry(empty, make):
    machine = make(P)
    machine.entry(ROLE_A).mkdir(parents=True)
    if not empty:
        (machine.entry(ROLE_A) / "file").touch()
    assert machine.run("aws2", *GET_TOKEN).returncode != 0
    with machine.asks("AssumeRole"):
        assert machine.session("ekscred") == "ASIAA"
    assert (machine.run("aws2", *GET_TOKEN).returncode == 0) == empty
    assert machine.entry(ROLE_A).is_file() == empty
    assert empty or (machine.entry(ROLE_A) / "file").is_file()


# Doubtful: the AWS CLI would use them


def set_back(path):
    """Changes a file and makes it look old; when it was changed is still to be seen."""
    past = path.stat().st_mtime_ns
    path.write_text(path.read_text() + "\n")
    os.utime(path, ns=(past, past))


def renew(machine):
    machine.token_file.write_text("another.web.identity")


CHANGES = {
    "config touched": ("role", lambda machine: machine.config.touch()),
    "config edited and set back": ("role", lambda machine: set_back(machine.config)),
    "credentials written": ("role", lambda machine: machine.config.with_name("credentials").write_text("")),
    "web identity renewed": ("web identity", renew),
    "login renewed": ("SSO", lambda machine: machine.log_in("my")),
    "legacy login renewed": ("legacy SSO", lambda machine: machine.log_in(START_URL)),
    "web identity renewed below": ("role above a web identity", renew),
    "login renewed below": ("role above legacy SSO", lambda machine: machine.log_in(START_URL)),
}


@pytest.mark.parametrize(("name", "change"), CHANGES.values(), ids=CHANGES)
def test_entry_that_is_older_than_what_it_came_from(name, change, make):
    setup = SETUPS[name]
    machine = make(setup.config)
    machine.session("aws2")
    machine.tick()
    change(machine)
    with machine.asks():
        machine.session("aws2")
    with machine.asks(*setup.operations):
        assert machine.session("ekscred") == setup.session
    with machine.asks():
        assert machine.session("ekscred") == setup.session
        machine.session("aws2")


SAME_NAMES = {
    "another source_profile": ("role", OTHER + role("q", "A", source="other"), False),
    "the same source_profile": ("role", role("q", "A"), True),
    "credential_source": ("role", section("profile q", role_arn=f"{ROLE}A", credential_source="Environment"), False),
    "web identity": ("role", web_identity("q", "A"), False),
    "role of keys": ("web identity", BASE + role("q", "Pod", role_session_name="me"), False),
    "another token file": ("web identity", web_identity("q", "Pod", "{home}/other", role_session_name="me"), False),
    "the same token file": ("web identity", web_identity("q", "Pod", role_session_name="me"), True),
}


@pytest.mark.parametrize(("name", "other", "used"), SAME_NAMES.values(), ids=SAME_NAMES)
def test_entry_that_another_profile_may_have_written(name, other, used, make):
    setup = SETUPS[name]
    machine = make(setup.config + other)
    machine.session("aws2")
    with machine.asks():
        machine.session("aws2")
    with machine.asks(*([] if used else setup.operations)):
        assert machine.session("ekscred") == setup.session
    with machine.asks():
        assert machine.session("ekscred") == setup.session
        machine.session("aws2")


IN_ENVIRONMENT = section("profile p", role_arn=f"{ROLE}A", credential_source="Environment")
KEYS = {"AWS_PROFILE": None, "AWS_ACCESS_KEY_ID": "AKIDBASE", "AWS_SECRET_ACCESS_KEY": "secretBASE"}
OUTSIDE = {
    "keys": (IN_ENVIRONMENT, ["--profile", "p"], KEYS, ["AssumeRole"]),
    "web identity": ("", [], OF_A_POD, ["AssumeRoleWithWebIdentity"]),
}


@pytest.mark.parametrize(("config", "arguments", "env", "operations"), OUTSIDE.values(), ids=OUTSIDE)
def test_entry_that_no_file_explains(config, arguments, env, operations, make):
    """The environment that it came from may have been another."""
    machine = make(config)
    machine.session("aws2", *arguments, **env)
    with machine.asks():
        machine.session("aws2", *arguments, **env)
    with machine.asks(*operations):
        machine.session("ekscred", *arguments, **env)
    with machine.asks():
        machine.session("ekscred", *arguments, **env)
        machine.session("aws2", *arguments, **env)


FOLDERS = {
    "writable by the group": lambda folder: folder.chmod(0o770) or [],
    "writable by others": lambda folder: folder.chmod(0o707) or [],
    "of another user": give_away,
}


@pytest.mark.parametrize("change", FOLDERS.values(), ids=FOLDERS)
def test_folder_that_is_not_ours_alone(change, make):
    machine = make(P)
    machine.session("aws2")
    written = machine.entry(ROLE_A).read_text()
    there = change(machine.cache)
    with machine.asks():
        machine.session("aws2")
    with machine.asks("AssumeRole"):
        assert_credential(run_command([*there, PROGRAMS["ekscred"], *GET_TOKEN], machine.environment()))
    assert machine.entry(ROLE_A).read_text() == written
    assert [*machine.cache.iterdir()] == [machine.entry(ROLE_A)]


# Two sources of one role

TWO = BASE + OTHER + role("p", "A") + role("q", "A", source="other")


def test_two_sources_of_one_role_have_a_session_each(make):
    answers = [loopback.session("ASIAOFP"), loopback.session("ASIAOFQ"), loopback.refusal("AccessDenied")]
    machine = make(TWO, AssumeRole=answers)
    with machine.asks("AssumeRole", "AssumeRole"):
        assert machine.session("ekscred") == "ASIAOFP"
        assert machine.session("ekscred", AWS_PROFILE="q") == "ASIAOFQ"
    with machine.asks():
        assert machine.session("ekscred") == "ASIAOFP"
        assert machine.session("ekscred", AWS_PROFILE="q") == "ASIAOFQ"
        assert machine.session("ekscred") == "ASIAOFP"
    assert [call.split()[3] for call in machine.aws.calls()] == ["AKIDBASE", "AKIDOTHER"]


def test_two_sources_beside_the_aws_clis_entry(make):
    answers = [loopback.session(f"ASIA{name}") for name in ("CLI", "OFP", "OFQ")]
    machine = make(TWO, AssumeRole=[*answers, loopback.refusal("AccessDenied")])
    assert machine.session("aws2", AWS_PROFILE="q") == "ASIACLI"
    assert machine.session("ekscred") == "ASIAOFP"
    assert machine.session("ekscred", AWS_PROFILE="q") == "ASIAOFQ"
    with machine.asks():
        assert machine.session("ekscred") == "ASIAOFP"
        assert machine.session("ekscred", AWS_PROFILE="q") == "ASIAOFQ"


def test_changed_key_id_is_another_source(make):
    machine = make(P)
    machine.session("ekscred")
    machine.config.write_text(OTHER.replace("other", "base") + role("p", "A"))
    with machine.asks("AssumeRole"):
        machine.session("ekscred")
    assert " as AKIDOTHER " in machine.aws.calls()[-1]
