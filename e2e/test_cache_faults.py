"""Whatever happens while ekscred writes down what it keeps: the token comes, and an entry is the old one or a new one.

strace makes system calls fail. A run without faults tells which calls touch what is kept; then each of them is struck
in turn, in runs that find old entries in place and in first runs, which find nothing.
"""

import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from homes import COMMAND, LOGIN, LOGIN_FILE, TOKEN, is_fresh, is_private, maker
from namespace import alone
from plugin import EKSCRED, assert_credential, run_command
from strace import run_traced

pytestmark = pytest.mark.crowd

AT_ONCE = 4

each_error = pytest.mark.parametrize("error", ["ENOSPC", "EIO"])


@pytest.fixture(scope="module")
def new_home(tmp_path_factory):
    """new_home(arguments): one in which that run finds nothing kept."""
    with maker(tmp_path_factory.mktemp("homes")) as make:

        def new_home(arguments):
            home = make()
            if arguments == LOGIN:
                home.log_in()
            return home

        yield new_home


def with_old_entries(new_home, arguments):
    """And it is time to prune: there is a lock that nobody needs."""
    home = new_home(arguments)
    assert_credential(home.run(*arguments))
    home.run_out()
    old = home.entries()
    lock, stamp = home.own / f"role-{'0' * 64}.lock", home.own / "pruned"

    def next_home():
        home.keep(old)  # and nothing that the run before has left
        lock.touch(0o600)
        home.age(lock, stamp)
        return home

    return next_home


def with_nothing(new_home, arguments):
    return lambda: new_home(arguments)


# what a run finds, and which run: of a role's session and its token, of a login and its session
RUNS = {
    "old entries": (with_old_entries, TOKEN),
    "nothing": (with_nothing, TOKEN),
    "old login": (with_old_entries, LOGIN),
}
each_run = pytest.mark.parametrize(("with_what", "arguments"), RUNS.values(), ids=RUNS)


# Striking


def touching(home, arguments):
    """The calls of a run that touch what is kept; it leaves everything fresh."""
    result, calls = run_traced([*COMMAND, *arguments], home.env, home.path / "trace")
    assert_credential(result)
    assert_fresh(home)
    return [call for call in calls if home.holds(call.line)]


def strike(next_home, arguments, call, fault):
    """A run with that fault at that call: its home, the entries as they were before, and the result."""
    # tokio wakes itself by a write() now and then, so that a number may be off by one.
    for _ in range(20):
        home = next_home()
        before = home.entries()
        result, calls = run_traced([*COMMAND, *arguments], home.env, home.path / "trace", call.inject(fault))
        if any(struck.is_struck and home.holds(struck.line) for struck in calls):
            return home, before, result
    raise AssertionError(f"never struck: {call}")


def strike_each(homes, arguments, fault, check, calls_of=touching):
    """Strikes each call that `calls_of` finds in a run, several at once, and lets `check` see what came of it."""
    calls = list(calls_of(homes[0](), arguments))

    def work(number):
        for call in calls[number::AT_ONCE]:
            check(call, *strike(homes[number], arguments, call, fault))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, range(AT_ONCE)))  # raises what they raised


def assert_old_or_new(home, before):
    for path, content in home.entries().items():
        assert content == before.get(path) or (is_fresh(content) and is_private(path)), path


def assert_fresh(home):
    entries = home.entries()
    assert entries
    for path, content in entries.items():
        assert is_fresh(content) and is_private(path), path


# Killed


@each_run
def test_killed_at_any_call(with_what, arguments, new_home):
    homes = [with_what(new_home, arguments) for _ in range(AT_ONCE)]
    left = set()

    def check(call, home, before, result):
        assert (result.returncode, result.stderr) == (-signal.SIGKILL, "")
        assert_old_or_new(home, before)
        left.update(home.temporaries())
        assert_credential(home.run(*arguments))
        assert_fresh(home)

    strike_each(homes, arguments, "signal=KILL", check)
    assert left, "what a write leaves that was killed"


def test_what_killed_writers_leave_is_pruned(new_home):
    """An hour later, by whoever writes next; or it is cleared."""
    home = with_old_entries(new_home, TOKEN)()
    assert_credential(home.run(*TOKEN))

    def again():
        home.run_out()
        home.age(home.own / "pruned")
        return home

    def leave():
        calls = [call for call in touching(again(), TOKEN) if call.name == "rename"]
        for call in calls:
            strike(again, TOKEN, call, "signal=KILL")
        assert len(home.temporaries()) == len(calls)
        return home.temporaries()

    left = leave()
    assert {path.parent for path in left} == {home.own, home.cli}, "a token's, a session's"
    assert_credential(again().run(*TOKEN))
    assert home.temporaries() == left, "they might be those of somebody who is slow"
    home.age(*left)
    assert_credential(again().run(*TOKEN))
    assert home.temporaries() == set()
    assert_fresh(home)

    leave()
    assert home.ekscred("cache", "clear").returncode == 0
    assert home.temporaries() == set()


# Failing


@each_error
@each_run
def test_error_at_any_call(with_what, arguments, error, new_home):
    homes = [with_what(new_home, arguments) for _ in range(AT_ONCE)]
    fresh = set()

    def check(call, home, before, result):
        assert_credential(result)
        assert_old_or_new(home, before)
        assert call.name.startswith("unlink") or home.temporaries() == set()
        fresh.add(sum(map(is_fresh, home.entries().values())))

    strike_each(homes, arguments, f"error={error}", check, calls_of=touching_the_cache)
    assert len(fresh) > 1, "some faults cost an entry, some do not"


def touching_the_cache(home, arguments):
    """Without the reading of the login, which is no cache, but the identity; and without what cannot fail."""
    changing = {"flock", "readlink", "rename"}
    login = str(home.login / LOGIN_FILE)
    folders = [f"<{folder}>" for folder in home.folders]
    for call in touching(home, arguments):
        is_reading = login in call.line and ".tmp" not in call.line and call.name not in changing
        # Rust's closedir() takes it for a bug if it fails, which Linux has no reason to let it do.
        is_closedir = call.name == "close" and any(folder in call.line for folder in folders)
        if not is_reading and not is_closedir:
            yield call


@each_error
@each_run
def test_error_at_all_calls_of_a_name(with_what, arguments, error, new_home):
    """As far as nothing else makes such calls: from then on nothing can be locked, or written to the end, …"""
    next_home = with_what(new_home, arguments)
    home = next_home()
    _, calls = run_traced([*COMMAND, *arguments], home.env, home.path / "trace")
    touching = {call.name for call in calls if home.holds(call.line)}
    names = touching - {call.name for call in calls if not home.holds(call.line)}
    assert {"flock", "fsync", "rename"} <= names
    for name in names:
        home = next_home()
        before = home.entries()
        fault = f"--inject={name}:error={error}"
        result, calls = run_traced([*COMMAND, *arguments], home.env, home.path / "trace", fault)
        assert any(call.is_struck for call in calls)
        assert_credential(result)
        assert_old_or_new(home, before)


@each_run
@pytest.mark.parametrize("error", ["ENOLCK", "EOPNOTSUPP", "ENOSYS", "EINTR"])
def test_no_locks(error, with_what, arguments, new_home):
    """As on some network file systems: everyone goes alone, and what is kept is kept."""
    home = with_what(new_home, arguments)()
    fault = f"--inject=flock:error={error}"
    result, calls = run_traced([*COMMAND, *arguments], home.env, home.path / "trace", fault)
    assert any(call.is_struck for call in calls)
    assert_credential(result)
    assert_fresh(home)


# A full disk

# $disk is a small one, $fill fills it, $out is somewhere else. The command runs when the disk is full and nothing is
# kept, when there is room, and when it is full and everything is kept.
ON_A_FULL_DISK = """
disk=$1 fill=$2 out=$3
shift 3
mount -t tmpfs -o size=256k,nr_inodes=40,mode=700 none "$disk"
eval "$fill"
"$@" > "$out/1"
cp -r "$disk" "$out/first"
rm "$disk"/filler*
"$@" > "$out/2"
cp -r "$disk" "$out/before"
eval "$fill"
"$@" > "$out/3"
cp -r "$disk" "$out/after"
"""
FULL_OF = {
    "bytes": '! head -c 1M /dev/zero > "$disk/filler"',
    "files": 'for n in $(seq 50); do touch "$disk/filler$n" || break; done; test "$n" != 50',
}


@pytest.mark.parametrize("fill", FULL_OF.values(), ids=FULL_OF)
def test_full_disk(fill, new_home, tmp_path):
    home = new_home(TOKEN)
    script = alone(ON_A_FULL_DISK, home.path, f"{{ {fill}; }} 2> /dev/null", tmp_path)
    result = run_command([*script, EKSCRED, *COMMAND, *TOKEN, "--force-refresh"], home.env)
    assert (result.returncode, result.stderr) == (0, "")
    for number in "123":
        assert_credential(subprocess.CompletedProcess("", 0, (tmp_path / number).read_text(), ""))
    first, before, after = (kept_below(tmp_path / name) for name in ("first", "before", "after"))
    assert first == {}
    assert len(before) == 2
    assert before == after


def kept_below(folder):
    """Entries and temporaries, wherever they lie."""
    files = [path for pattern in ("*.json", "*.tmp") for path in folder.rglob(pattern)]
    return {path.relative_to(folder): path.read_bytes() for path in files}
