"""One cache of role sessions for two: the AWS CLI and ekscred keep them in ~/.aws/cli/cache, and use each other's.

What ekscred leaves alone there is in test_shared_entries.py.
"""

import json
import os

import pytest

import pty_session
import shared_machine
import strace
from plugin import assert_credential, assert_error, run_command
from shared_machine import GET_TOKEN, PROGRAMS, live, time_in
from shared_setups import (
    ACCOUNT, BASE, ROLE, ROLE_A, ROLE_B, SETUPS,
    name_of_role, random_role, random_setups, random_sso, random_web_identity, role, sso,
)  # fmt: skip

P = SETUPS["role"].config
DEVICE = "arn:aws:iam::123456789012:mfa/me"

# Who writes, and who reads it. Version 1 of the AWS CLI keeps no SSO credentials.
PAIRS = [("aws2", "ekscred"), ("ekscred", "aws2")]
PAIRS_WITH_AWS1 = [("aws1", "ekscred"), ("ekscred", "aws1")]


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    with shared_machine.making(tmp_path_factory.mktemp("home")) as make:
        yield make


# Both ways


BOTH_WAYS = [(name, *pair) for name in SETUPS for pair in PAIRS]
BOTH_WAYS.remove(("web identity of the environment", "aws2", "ekscred"))  # see test_shared_entries.py
BOTH_WAYS += [(name, *pair) for name in ("role", "everything", "two hops", "web identity") for pair in PAIRS_WITH_AWS1]


@pytest.mark.parametrize(("name", "writer", "reader"), BOTH_WAYS)
def test_one_asks_for_both(name, writer, reader, make):
    setup = SETUPS[name]
    machine = make(setup.config)
    with machine.asks(*setup.operations):
        assert machine.session(writer, **setup.env) == setup.session
    written = machine.entries()
    assert written.keys() == setup.names | (setup.below if writer == "ekscred" else set())
    with machine.asks():
        assert machine.session(reader, **setup.env) == setup.session
    assert machine.entries() == written


@pytest.mark.parametrize("name", SETUPS)
def test_aws_cli_finds_our_entry_whole(name, make):
    """It exports what we wrote; and signs with it, which AWS checks."""
    setup = SETUPS[name]
    machine = make(setup.config)
    machine.session("ekscred", **setup.env)
    found = [entry["Credentials"] for entry in machine.entries().values()]
    (entry,) = [credentials for credentials in found if credentials["AccessKeyId"] == setup.session]
    with machine.asks("GetCallerIdentity"):
        assert machine.run("aws2", "sts", "get-caller-identity", **setup.env).returncode == 0
    with machine.asks():
        exported = json.loads(machine.run("aws2", "configure", "export-credentials", **setup.env).stdout)
    account = ACCOUNT if setup.session == "ASIAAdmin" else "123456789012"
    assert entry.pop("AccountId") == account, "later versions than 2.9.19 want it"
    assert entry["Expiration"].endswith("Z")
    assert exported == {"Version": 1, **entry, "Expiration": entry["Expiration"].replace("Z", "+00:00")}


@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_hop_below_is_shared_too(writer, reader, make):
    machine = make(SETUPS["two hops"].config)
    machine.session(writer)
    machine.entry(ROLE_B).unlink()
    with machine.asks("AssumeRole"):
        assert machine.session(reader) == "ASIAB"
    assert f" as ASIAA RoleArn={ROLE}B " in machine.aws.calls()[-1]


@pytest.mark.parametrize(("writer", "reader"), PAIRS + PAIRS_WITH_AWS1)
def test_code_typed_into_one_serves_the_other(writer, reader, make):
    machine = make(BASE + role("p", "A", mfa_serial=DEVICE))
    with machine.asks("AssumeRole"):
        with pty_session.running([PROGRAMS[writer], *GET_TOKEN], machine.environment()) as session:
            session.answer(f"Enter MFA code for {DEVICE}: ", "287082")
            assert session.result().returncode == 0
    assert "TokenCode=287082" in machine.aws.calls()[-1]
    assert machine.entries().keys() == {name_of_role("A", SerialNumber=DEVICE)}
    with machine.asks():
        assert machine.session(reader) == "ASIAA"


# The names


@pytest.mark.parametrize("kind", [random_role, random_web_identity, random_sso])
def test_names_are_botocores(kind, make):
    for setup in random_setups(kind):
        machine = make(setup.config)
        machine.log_in(*setup.login)
        machine.session("ekscred", *setup.arguments)
        assert machine.entries().keys() == {setup.name}, setup.config


# How long it is good


LIFETIMES = {"14:50": (14 * 60 + 50, ["AssumeRole"]), "15:30": (15 * 60 + 30, [])}


@pytest.mark.parametrize(("lifetime", "asked"), LIFETIMES.values(), ids=LIFETIMES)
@pytest.mark.parametrize(("writer", "reader"), PAIRS)
def test_quarter_of_an_hour_must_be_left(writer, reader, lifetime, asked, make):
    machine = make(P, AssumeRole=[{"expires_in": lifetime}])
    machine.session(writer)
    for program in reader, writer:
        with machine.asks(*asked):
            machine.session(program)


SPELLINGS = [
    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%SUTC",
    "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%f+00:00", "%Y-%m-%dT%H:%M:%S.%fUTC", "%Y-%m-%dT%H:%M:%S.5Z",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("program", ["aws2", "ekscred"])
def test_spelling_of_the_time(program, spelling, make):
    machine = make(P)
    machine.put(ROLE_A, live(time_in(15 * 60 + 30, spelling)))
    with machine.asks():
        assert machine.session(program) == "ASIALIVE"
    machine.put(ROLE_A, live(time_in(14 * 60 + 50, spelling)))
    with machine.asks("AssumeRole"):
        assert machine.session(program) == "ASIAA"


# What else is there


LOGOUTS = {"sso-session": (sso("p", "my"), "--sso-session my"), "legacy": (sso("p"), "--profile p")}


@pytest.mark.parametrize(("config", "hint"), LOGOUTS.values(), ids=LOGOUTS)
def test_logout_sweeps_what_sso_gave(config, hint, make):
    """Also the tokens, since the login that they came from is gone."""
    machine = make(config + BASE + role("role", "A"))
    machine.wait_for_tokens()
    machine.session("ekscred", "--cache")
    machine.session("ekscred", AWS_PROFILE="role")
    assert len(machine.entries()) == 2
    assert len([*machine.own_folder.glob("token-*.json")]) == 1

    assert machine.run("aws2", "sso", "logout").returncode == 0

    assert machine.entries().keys() == {ROLE_A}
    with machine.asks():
        for mode in (), ("--cache",):
            result = machine.run("ekscred", *GET_TOKEN, *mode)
            assert_error(result, 253)
            assert f"aws sso login {hint}" in result.stderr
        assert machine.session("ekscred", AWS_PROFILE="role") == "ASIAA"


def test_only_the_owner_reads_entries(make):
    machine = make(P)
    command = [PROGRAMS["ekscred"], *GET_TOKEN]
    assert_credential(run_command(command, machine.environment(), preexec_fn=lambda: os.umask(0)))
    assert machine.cache.stat().st_mode & 0o777 == 0o700
    assert machine.entry(ROLE_A).stat().st_mode & 0o777 == 0o600


def test_other_files_stay(make):
    """Be they old, expired or torn."""
    machine = make(P)
    machine.put("another", live(time_in(-9)))
    machine.put(ROLE_B, live(time_in(-9))).chmod(0o644)
    machine.put("torn", "{")
    (machine.cache / "session.db").write_bytes(b"SQLite format 3\0")
    (machine.cache / "tmpabcdef.tmp").write_text("of boto")
    (machine.cache / "folder.json").mkdir()
    others = [*machine.cache.iterdir()]
    for path in others:
        os.utime(path, (0, 0))

    def state(path):
        status = path.lstat()
        return status.st_ino, status.st_mode, status.st_mtime, path.is_file() and path.read_bytes()

    before = [state(path) for path in others]
    for arguments in (), (), ("--cache",), ("--force-refresh",), ("--role-arn", f"{ROLE}B"), ("--no-cache",):
        machine.session("ekscred", *arguments)
    assert [state(path) for path in others] == before
    assert {*machine.cache.iterdir()} == {*others, machine.entry(ROLE_A)}


OFF = {"--no-cache": (["--no-cache"], {}), "EKSCRED_CACHE=off": ([], {"EKSCRED_CACHE": "off"})}


@pytest.mark.parametrize(("arguments", "env"), OFF.values(), ids=OFF)
def test_off_means_that_neither_folder_is_touched(arguments, env, make, tmp_path):
    machine = make(P)
    machine.session("aws2")

    def touches(arguments=(), **env):
        calls = strace.trace([*GET_TOKEN, *arguments], machine.environment(**env), tmp_path / "trace")
        folders = str(machine.cache.parent), str(machine.own_folder)
        return [call for call in calls if any(folder in call[1] for folder in folders)]

    with machine.asks("AssumeRole"):
        assert touches(arguments, **env) == []
    with machine.asks():
        assert touches() != []
