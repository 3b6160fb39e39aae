"""`ekscred cache`, and pruning: they tell of what is ours and remove that alone, and no secret is told."""

import fcntl
import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from homes import FLAGGED_ROLE, LOGIN, ROLE_ARN, SECRETS, TOKEN, maker, state
from namespace import give_away
from plugin import assert_credential, assert_error, heed_permissions
from strace import run_traced
from test_cache_folders import REFUSED

pytestmark = pytest.mark.crowd

WARNING = r"(ekscred: warning: [^\n]+ is not used: [^\n]+\n)*"


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    with maker(tmp_path_factory.mktemp("homes")) as make:
        yield make


@pytest.fixture
def home(make):
    """One in which there is one of everything."""
    home = make()
    home.log_in()
    for arguments in LOGIN, TOKEN, [*FLAGGED_ROLE, "--cache"]:
        assert_credential(home.run(*arguments))
    return home


def cache(home, *arguments, **options):
    result = home.ekscred("cache", *arguments, **options)
    assert result.returncode == 0, result.stderr
    assert re.fullmatch(WARNING, result.stderr), result.stderr
    return result.stdout


def kept(home, **options):
    """What `list` tells of."""
    return json.loads(cache(home, "list", "--output", "json", **options))


# list


def test_list(home):
    told = {(entry["kind"], entry["file"]) for entry in kept(home)}
    sessions = [*home.cli.glob("*.json"), *home.own.glob("role-*.json")]
    assert len(sessions) == 3
    roles = {("role", str(path)) for path in sessions}
    tokens = {("token", str(path)) for path in home.own.glob("token-*.json")}
    assert told == roles | tokens
    for entry in kept(home):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["until"])
    table = cache(home, "list")
    assert all(entry["file"] in table and entry["for"] in table for entry in kept(home))


def test_list_tells_for_whom(home):
    whom = {entry["file"]: entry["for"] for entry in kept(home)}
    (token, other_token) = sorted(home.own.glob("token-*.json"), key=lambda path: "keys" in whom[str(path)])
    assert "dev" in whom[str(token)]
    assert ROLE_ARN in whom[str(other_token)]
    assert all(ROLE_ARN in whom[str(path)] or "Admin" in whom[str(path)] for path in home.cli.glob("*.json"))


def test_list_of_what_is_not_ours(home):
    """The AWS CLI's entries are its affair, and what is no entry is nobody's."""
    for path in home.entries():
        path.unlink()
    put_foreign_files(home)
    assert kept(home) == []


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
@pytest.mark.parametrize("flags", ["", "--output json", "--output text", "--output yaml", "--query []", "--debug"])
def test_list_tells_no_secret(flags, torn, home):
    bearers = [json.loads(path.read_bytes())["bearer"] for path in home.own.glob("token-*.json")]
    assert len(bearers) == 2
    for path, content in home.entries().items():
        assert any(secret.encode() in content for secret in SECRETS)
        if torn:
            path.write_bytes(content[:-20] + content)
    result = home.ekscred("cache", "list", *flags.split())
    assert result.returncode == 0
    assert [secret for secret in [*SECRETS, *bearers] if secret in result.stdout + result.stderr] == []
    assert torn or str(home.own) in result.stdout


# clear

HEX = "0123456789abcdef" * 4
# What others may have put there; some of it has names much like ours.
FOREIGN_IN_OWN = [
    "token-notes.json", "role-x.json", f"token-{HEX[1:]}.json", f"token-{HEX}0.json", f"token-{HEX.upper()}.json",
    f"token-{HEX}.json.bak", f"token-{HEX}.json.tmp", f"token-{HEX}.json.{HEX[:15]}.tmp",
    f"token-{HEX}.json.{HEX[:16]}.tmp~", f"role-{HEX}.txt", f"role-{HEX}", f"Role-{HEX}.json", f"session-{HEX}.json",
    f"{HEX}.json", f" role-{HEX}.json", f"old/token-{HEX}.json", f"pruned.{HEX[:16]}", "session.db", ".token",
    "notes.txt", "caf\udce9.json", "a\nb",
]  # fmt: skip
FOREIGN_IN_CLI = [
    "session.db", f"{HEX[:40]}.json", f"{HEX[1:41]}.json.bak", f"{HEX[:40]}.json.tmp", f"role-{HEX}.json", "x/y"
]  # fmt: skip
CLIS_SESSION = {
    "Credentials": {
        "AccessKeyId": "ASIATHECLIS", "SecretAccessKey": "secret", "SessionToken": "token",
        "Expiration": "2099-01-01T00:00:00Z",
    }
}  # fmt: skip


def put_foreign_files(home):
    """All of them are old."""
    for folder, names in (home.own, FOREIGN_IN_OWN), (home.cli, FOREIGN_IN_CLI):
        for name in names:
            path = folder / name
            path.parent.mkdir(exist_ok=True, mode=0o700)
            path.write_text(json.dumps(CLIS_SESSION))
            path.chmod(0o600)
            home.age(path, path.parent)


def foreign_files(home):
    paths = [home.own / name for name in FOREIGN_IN_OWN] + [home.cli / name for name in FOREIGN_IN_CLI]
    return [state(path) for path in paths]


def test_clear(home):
    """Also what is torn, or is a link."""
    put_foreign_files(home)
    (home.own / "pruned").unlink()
    (home.own / "pruned").mkdir()
    outside = home.path / "outside"
    outside.write_bytes(b"a letter")
    (home.own / f"role-{HEX}.json").symlink_to(outside)
    (home.own / f"token-{HEX}.json").write_text("{")
    (home.own / f"token-{HEX}.json.{HEX[:16]}.tmp").touch()
    (home.cli / f"{HEX[:40]}.json.{HEX[:16]}.tmp").touch()
    foreign, login = foreign_files(home), state(home.login)
    assert cache(home, "clear") == "removed 7 files of kept sessions and tokens\n"
    assert foreign_files(home) == foreign
    assert state(home.login) == login
    assert outside.read_bytes() == b"a letter"
    assert {path.name for path in home.own.iterdir()} == {name.split("/")[0] for name in [*FOREIGN_IN_OWN, "pruned"]}
    assert {path.name for path in home.cli.iterdir()} == {name.split("/")[0] for name in FOREIGN_IN_CLI}
    assert kept(home) == []
    assert cache(home, "clear") == "removed 0 files of kept sessions and tokens\n"
    assert_credential(home.run(*TOKEN))


def test_clear_before_anything(make):
    home = make()
    assert kept(home) == []
    assert cache(home, "clear") == "removed 0 files of kept sessions and tokens\n"
    assert list(home.path.iterdir()) == []


def test_clear_while_somebody_else_does(home):
    """What is gone before its turn comes is no failure."""
    for call, error in ("unlink", "ENOENT"), ("flock", "EAGAIN"):
        result, calls = run_traced(["cache", "clear"], home.env, home.path / "trace", f"--inject={call}:error={error}")
        assert any(call.is_struck for call in calls)
        assert (result.returncode, result.stderr) == (0, "")


def test_clear_that_cannot(home):
    """A person who wants it all gone had better know."""
    home.own.chmod(0o500)
    result = home.ekscred("cache", "clear", preexec_fn=heed_permissions)
    assert_error(result, 253, f"cannot remove {home.own}/.*: Permission denied")


def test_clear_beside_a_directory(home):
    """We have not made it, whatever its name. All else goes."""
    directory = home.own / f"role-{HEX}.json"
    directory.mkdir()
    assert_error(home.ekscred("cache", "clear"), 253, f"cannot remove {directory}: Is a directory")
    assert list(home.own.iterdir()) == [directory]
    assert list(home.cli.iterdir()) == []


# Folders that are refused


def let_all_write(folder):
    folder.chmod(0o777)
    return []


@pytest.mark.parametrize("refused", [let_all_write, give_away])
@pytest.mark.parametrize("which", ["own", "cli"])
def test_refused_folder_with_entries(which, refused, home):
    folder = getattr(home, which)
    inside = refused(folder)
    before = state(folder)
    assert {entry["file"].startswith(str(folder)) for entry in kept(home, inside=inside)} == {False}
    cache(home, "clear", inside=inside)
    cache(home, "path", inside=inside)
    assert state(folder) == before


@pytest.mark.parametrize("spoil", [spoil for spoil, _ in REFUSED.values()], ids=REFUSED)
@pytest.mark.parametrize("which", ["own", "cli"])
def test_refused_folder(which, spoil, make):
    home = make()
    folder = getattr(home, which)
    options = spoil(folder)
    before = state(folder.parent)
    assert cache(home, "path", **options) == f"{home.own}\n"
    assert kept(home, **options) == []
    assert cache(home, "clear", **options) == "removed 0 files of kept sessions and tokens\n"
    assert state(folder.parent) == before


# Beside runs that write


def test_list_and_clear_beside_writers(home):
    with ThreadPoolExecutor(20) as pool:
        for _ in range(3):
            runs = [
                pool.submit(home.run, *TOKEN, "--force-refresh", "--cluster-name", f"cluster-{number % 5}")
                for number in range(20)
            ]
            while not all(run.done() for run in runs):
                kept(home)
                cache(home, "clear")
            for run in runs:
                assert_credential(run.result())


# Pruning


def copies(home, kind, numbers):
    """Entries of that kind, one for each number; their names are such as digests make them."""
    content = next(home.own.glob(f"{kind}-*.json")).read_bytes()
    paths = [home.own / f"{kind}-{sha256(b'%d' % number).hexdigest()}.json" for number in numbers]
    for path in paths:
        path.write_bytes(content)
        path.chmod(0o600)
    return paths


def write_something(home):
    assert_credential(home.run(*FLAGGED_ROLE, "--cache", "--force-refresh"))


def test_pruning(home):
    """Of 10,000 files, what is old and ours goes; what is new stays, and what others have put there."""
    new = [*home.own.glob("*.json"), *copies(home, "role", range(100)), *copies(home, "token", range(100))]
    put_foreign_files(home)
    foreign, cli, login = foreign_files(home), state(home.cli), state(home.login)
    old = [*copies(home, "role", range(100, 5100)), *copies(home, "token", range(100, 5100))]
    for name in f"role-{HEX}.lock", f"token-{HEX}.json.{HEX[:16]}.tmp":
        (home.own / name).touch(0o600)
        old.append(home.own / name)
    home.age(*old, home.own / "pruned")
    write_something(home)
    assert [path for path in old if path.exists()] == []
    assert [path for path in new if not path.exists()] == []
    assert foreign_files(home) == foreign
    assert state(home.cli) == cli and state(home.login) == login


def test_pruning_once_an_hour(home):
    (old,) = copies(home, "role", [1])
    home.age(old)
    write_something(home)
    assert old.exists()
    home.age(home.own / "pruned")
    write_something(home)
    assert not old.exists()


def test_directory_in_the_stamps_place(home):
    """Somebody's own: it stays, whoever prunes or clears."""
    (home.own / "pruned").unlink()
    (home.own / "pruned").mkdir()
    for content in None, "whatever":
        if content:
            (home.own / "pruned/file").write_text(content)
        home.age(home.own / "pruned")
        before = state(home.own / "pruned")
        write_something(home)
        cache(home, "clear")
        assert state(home.own / "pruned") == before


def test_lock_in_use_is_not_pruned(home):
    lock = home.own / f"role-{HEX}.lock"
    with lock.open("w") as held:
        lock.chmod(0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        home.age(lock, home.own / "pruned")
        write_something(home)
        assert lock.exists()


def test_number_of_entries(home):
    """The newest thousand stay."""
    before = list(home.own.glob("*.json"))
    many = copies(home, "role", range(1500))
    now = time.time()
    for age, path in enumerate(many):
        os.utime(path, (now - age, now - age))
    for path in before:
        path.unlink()
    home.age(home.own / "pruned")
    assert_credential(home.run(*FLAGGED_ROLE))
    assert [path.exists() for path in many] == [True] * 999 + [False] * 501
