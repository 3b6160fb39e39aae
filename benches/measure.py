"""The cost of one run of a program: instructions, wall time, peak memory, sockets and threads."""

import os
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

STRACE = Path(__file__).resolve().parent.parent / "e2e/.tools/bin/strace"
TOKEN = b"k8s-aws-v1."


@dataclass
class Program:
    name: str
    path: Path | None  # None: not installed
    arguments: list[str]
    runs: int  # for the wall time
    ours: bool = False
    keeps_tokens: bool = False
    at_once: int = 0  # so many processes, where many run at once
    counting_env: dict[str, str] = field(default_factory=dict)  # what callgrind needs to cope with it

    @property
    def command(self):
        return [str(self.path), *self.arguments]


@dataclass
class Cost:
    instructions: int
    wall: float  # seconds
    memory: int  # bytes
    sockets: int
    threads: int  # and child processes


def measure(programs, env, scratch, counts):
    """The cost of each program, by name, with exactly the variables of `env`. callgrind's files stay in `counts`."""
    walls = wall_times(programs, env)
    costs = {}
    for program in programs:
        note(f"  callgrind, {program.name}")
        instructions = count_instructions(program, env, scratch, counts)
        memory = peak_memory(program, env, scratch)
        sockets, threads = count_system_calls(program, env, scratch)
        costs[program.name] = Cost(instructions, statistics.median(walls[program.name]), memory, sockets, threads)
    return costs


def run(command, env):
    """Run a command that prints a token; the seconds from before its start until after its end."""
    with open(os.devnull) as nothing:
        start = time.perf_counter()
        gave_token = finish(spawn(command, env, nothing.fileno()))
        seconds = time.perf_counter() - start
    if not gave_token:
        fail(f"there is nothing to measure, for this gives no token: {' '.join(command)}")
    return seconds


def spawn(command, env, stdin):
    """Start a command; its process, and the pipe that it writes to."""
    reading, writing = os.pipe()  # standard output is a pipe under kubectl too; it holds far more than a token
    streams = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, writing, 1)]
    child = os.posix_spawn(command[0], command, env, file_actions=streams)
    os.close(writing)
    return child, reading


def finish(spawned):
    """Wait for what spawn() started; whether it gave a token."""
    child, reading = spawned
    _, status, _ = os.wait4(child, 0)
    with open(reading, "rb") as output:
        return TOKEN in output.read() and status == 0


def wall_times(programs, env):
    """The programs take turns, so that a busy minute of the machine is nobody's alone."""
    walls = {program.name: [] for program in programs}
    for turn in range(max(program.runs for program in programs)):
        for program in programs:
            if turn < program.runs:
                walls[program.name].append(run(program.command, env))
    return walls


def count_instructions(program, env, scratch, counts):
    """The instructions in user space, of the program and of its children (the AWS CLI has some)."""
    folder = counts / program.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    callgrind = ["--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={folder}/%p"]
    # What valgrind has to say (of Python: "brk segment overflow") is not for the terminal.
    valgrind = [shutil.which("valgrind"), f"--log-file={scratch}/valgrind.log", *callgrind]
    run([*valgrind, *program.command], {**env, **program.counting_env})
    lines = [line for file in folder.iterdir() for line in file.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("totals:"))


def peak_memory(program, env, scratch):
    """The most of three runs.

    By way of time(1): Linux adds what a process was before it became the program, and would report no child of ours
    below what this Python has.
    """
    drop_from_disk_cache(program.path)
    report = scratch / "time"
    kibibytes = []
    for _ in range(3):
        run([shutil.which("time"), "--format=%M", f"--output={report}", *program.command], env)
        kibibytes.append(int(report.read_text()))
    return max(kibibytes) * 1024


def drop_from_disk_cache(path):
    """Has the file read anew. One that was just written lies in the disk cache in larger pieces, and Linux maps a piece
    as a whole, which makes a copy of ekscred larger by 0.7 MiB than its original."""
    with open(path) as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def count_system_calls(program, env, scratch):
    """How many sockets it opens, and how many threads and children it starts."""
    log = scratch / "strace"
    traced = "--trace=socket,socketpair,clone,clone3,fork,vfork"
    trace = ["--follow-forks", "--quiet=all", "--signal=none", traced, f"--output={log}"]
    run([str(STRACE), *trace, *program.command], env)
    calls = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]  # "PID call(…) = result"
    calls = [call for call in calls if not call.startswith("<...")]  # the second half of a call
    sockets = [call for call in calls if call.startswith("socket")]
    return len(sockets), len(calls) - len(sockets)


def note(text):
    print(f"compare: {text}", file=sys.stderr, flush=True)


def fail(text):
    sys.exit(f"compare: error: {text}")
