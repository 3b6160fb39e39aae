"""Many processes of one program at the same moment, as a script or a dashboard starts them: each needs the session of a
role, and nobody has it yet."""

import os
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import sts
from measure import fail, finish, note, spawn
from scenarios import role

ROUNDS = 5
ROUNDS_OF_RIVALS = 1  # they take long

# A process that becomes the program when its standard input ends. To start one takes longer than ekscred runs: without
# this the first would have ended before the last began. (Some rivals fail here, and say so in ten lines each.)
BEHIND_GATE = ["/bin/sh", "-c", 'read -r _; exec "$@" </dev/null 2>/dev/null', "sh"]


@dataclass
class Round:
    keys: float  # seconds, all processes together, of the profile whose keys assume the role
    role: float  # seconds, of the role
    requests: int  # for the role
    failed: int  # of all processes


@dataclass
class AtOnce:
    rounds: list[Round]

    @property
    def keys(self):
        return statistics.median(round.keys for round in self.rounds)

    @property
    def role(self):
        return statistics.median(round.role for round in self.rounds)

    @property
    def ratio(self):
        """To what nobody can do without: the same for the keys, and one round trip to STS."""
        return self.role / (self.keys + sts.ROUND_TRIP)

    @property
    def requests(self):
        return max(round.requests for round in self.rounds)

    @property
    def failed(self):
        return sum(round.failed for round in self.rounds)


def measure_at_once(programs):
    """What each program's rounds took, by name. The programs take turns, and the keys with the role."""
    rounds = {program.name: [] for program in programs}
    with tempfile.TemporaryDirectory(prefix="ekscred-bench-") as home, sts.running() as server:
        env = {"HOME": home, **role(Path(home), server.url)}
        for turn in range(ROUNDS):
            note(f"at once, round {turn + 1} of {ROUNDS}")
            for program in programs:
                if program.ours or turn < ROUNDS_OF_RIVALS:
                    rounds[program.name].append(one_round(program, env, server))
    return {name: AtOnce(rounds) for name, rounds in rounds.items()}


def one_round(program, env, server):
    keys, failed_keys = start_all(program, {**env, "AWS_PROFILE": "dev"})
    forget_sessions(Path(env["HOME"]))
    server.requests.clear()
    role, failed_role = start_all(program, env)
    failed = failed_keys + failed_role
    if program.ours and failed:
        fail(f"{failed} processes of {program.name} gave no token")
    if not server.requests:
        fail(f"{program.name} had a session before it asked for one")
    return Round(keys, role, len(server.requests), failed)


def start_all(program, env):
    """The seconds from when all may begin until the last has ended, and how many gave no token."""
    waiting, gate = os.pipe()
    started = [spawn([*BEHIND_GATE, *program.command], env, stdin=waiting) for _ in range(program.at_once)]
    os.close(waiting)
    start = time.perf_counter()
    os.close(gate)
    failed = sum(not finish(process) for process in started)
    return time.perf_counter() - start, failed


def forget_sessions(home):
    for folder in (home / ".aws/cli", home / ".cache"):
        if folder.exists():
            shutil.rmtree(folder)
