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


def measure(programs, env, scratch):
    """The cost of each program, by name, run with exactly the variables of `env`."""
    for program in programs:
        run(program.command, env)  # once for nothing, to fill the disk cache, and Python's of compiled modules
    walls = wall_times(programs, env)
    costs = {}
    for program in programs:
        note(f"  callgrind, {program.name}")
        instructions = count_instructions(program, env, scratch)
        memory = peak_memory(program, env, scratch)
        sockets, threads = count_system_calls(program, env, scratch)
        costs[program.name] = Cost(instructions, statistics.median(walls[program.name]), memory, sockets, threads)
    return costs


def run(command, env):
    """Run a command that prints a token; the seconds from before its start until after its end."""
    reading, writing = os.pipe()  # standard output is a pipe under kubectl too; it holds far more than a token
    streams = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, writing, 1)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, env, file_actions=streams)
    _, status, _ = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    os.close(writing)
    with open(reading, "rb") as output:
        if status or TOKEN not in output.read():
            fail(f"there is nothing to measure, for this gives no token: {' '.join(command)}")
    return seconds


def wall_times(programs, env):
    """The programs take turns, so that a busy minute of the machine is nobody's alone."""
    walls = {program.name: [] for program in programs}
    for turn in range(max(program.runs for program in programs)):
        for program in programs:
            if turn < program.runs:
                walls[program.name].append(run(program.command, env))
    return walls


def count_instructions(program, env, scratch):
    """The instructions in user space, of the program and of its children (the AWS CLI has some)."""
    counts = scratch / "callgrind"
    counts.mkdir()
    callgrind = [shutil.which("valgrind"), "--tool=callgrind", "--trace-children=yes", f"--callgrind-out-file={counts}/%p"]
    # What valgrind has to say (of Python: "brk segment overflow") is not for the terminal.
    run([*callgrind, f"--log-file={scratch}/valgrind.log", *program.command], {**env, **program.counting_env})
    lines = [line for file in counts.iterdir() for line in file.read_text().splitlines()]
    shutil.rmtree(counts)
    return sum(int(line.split()[1]) for line in lines if line.startswith("totals:"))


def peak_memory(program, env, scratch):
    """The most of three runs.

    By way of time(1): Linux adds what a process was before it became the program, and would report no child of ours
    below what this Python has.
    """
    report = scratch / "time"
    kibibytes = []
    for _ in range(3):
        run([shutil.which("time"), "--format=%M", f"--output={report}", *program.command], env)
        kibibytes.append(int(report.read_text()))
    return max(kibibytes) * 1024


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
