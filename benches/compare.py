#!/usr/bin/env python3
"""What a token costs: ekscred beside the AWS CLI and aws-iam-authenticator, measured in one run, printed as two tables.

    benches/compare.py               target/release/ekscred and its rivals; some ten minutes
    benches/compare.py --no-rivals   ekscred alone, against its budgets; a minute
    benches/compare.py --markdown    the tables as the README has them

Exits with 1 when ekscred misses a budget, and names it. The wall time of one run is printed and never judged: it
depends on the machine and on what else runs there. README.md beside this file says how each column is measured.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sts
from at_once import measure_at_once
from measure import STRACE, Program, fail, measure, note, run
from report import MIB, once_each, print_at_once, print_costs, print_particulars
from scenarios import CLUSTER, REGION, SCENARIOS, crowd

ROOT = Path(__file__).resolve().parent.parent
AWS2 = ROOT / "e2e/.tools/bin/aws2"
STATIC_TARGET = "x86_64-unknown-linux-gnu"

# ekscred keeps no token where a file was changed less than 2 seconds before it.
SETTLED = 2.5  # seconds

# What `aws eks update-kubeconfig` writes behind `command:`, and the same request to the authenticator.
AWS_ARGUMENTS = ["--region", REGION, "eks", "get-token", "--cluster-name", CLUSTER, "--output", "json"]
AUTHENTICATOR_ARGUMENTS = ["token", "-i", CLUSTER, "--region", REGION]

# The most that ekscred may cost. The names of the limits are those of measure.Cost and at_once.AtOnce.
SIZE_BUDGET = 8_000_000
KEYS = {"instructions": 1_200_000, "memory": 6 * MIB, "sockets": 0, "threads": 0}
SESSION = {"instructions": 1_400_000, "sockets": 0, "threads": 0}
BUDGETS = {
    "environment": KEYS,
    "profile": KEYS,
    "5000 profiles": {"instructions": 20_000_000, "sockets": 0, "threads": 0},
    "role": SESSION,
    "role, 10 000 others": SESSION,
}
TOKEN_BUDGET = {"instructions": 800_000, "sockets": 0, "threads": 0}  # with --cache, whatever the credentials
CROWD_BUDGET = 1.01  # of the instructions without the others
AT_ONCE_BUDGET = {"ratio": 1.5, "requests": 1}


def main():
    options = parse_options()
    for tool in ("valgrind", "time"):
        if not shutil.which(tool):
            fail(f"{tool} not found; on Debian: apt-get install {tool}")
    programs = find_programs(options)
    costs = {name: measure_scenario(name, scenario, programs, options) for name, scenario in SCENARIOS.items()}
    many = [program for program in programs if program.path and program.at_once]
    at_once = measure_at_once(many)
    print_costs(SCENARIOS, programs, costs, options.markdown)
    print_at_once(many, at_once, options.markdown)
    print_particulars(programs, options.markdown)
    ours = [program for program in programs if program.ours]
    missed = [
        *missed_sizes(ours),
        *missed_costs(ours, costs),
        *missed_crowd(ours, costs),
        *missed_at_once(ours, at_once),
    ]
    for line in missed:
        note(f"missed: {line}")
    sys.exit(1 if missed else 0)


def measure_scenario(name, scenario, programs, options):
    note(name)
    programs = [program for program in programs if program.path and scenario.measures(program)]
    with tempfile.TemporaryDirectory(prefix="ekscred-bench-") as scratch:
        home = Path(scratch, "home")
        home.mkdir()
        with sts.running() as server:
            env = {"HOME": str(home), **scenario.prepare(home, server.url)}
            time.sleep(SETTLED)
            for program in programs:
                # Fills the disk cache, Python's cache of compiled modules, and those that the program has itself.
                run(program.command, env)
        if scenario.crowded:
            crowd(home)
        return measure(programs, env, Path(scratch), Path(options.counts or scratch) / name)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ekscred", type=Path, metavar="PATH", default=ROOT / "target/release/ekscred")
    parser.add_argument("--static", nargs="?", const="build", metavar="PATH",
                        help="measure a statically linked ekscred too: PATH, or one built into target/static")
    parser.add_argument("--authenticator", metavar="PATH", default=shutil.which("aws-iam-authenticator"))
    parser.add_argument("--no-rivals", action="store_true", help="measure ekscred alone")
    parser.add_argument("--runs", type=int, default=20, metavar="N",
                        help="runs that the wall time is the median of; of the AWS CLI a quarter as many (default 20)")
    parser.add_argument("--counts", metavar="FOLDER", help="leave callgrind's files in FOLDER")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    return parser.parse_args()


def find_programs(options):
    """The programs of the tables. ekscred comes first: the ratios are to it."""
    programs = ekscred("ekscred", options.ekscred, options)
    if options.static:
        path = build_static() if options.static == "build" else Path(options.static)
        programs += ekscred("ekscred, static", path, options)
    if not options.no_rivals:
        programs += rivals(options)
    for path in [STRACE, *(program.path for program in programs if program.path)]:
        if not path.is_file():
            hint = "cargo build --release --locked builds ekscred, e2e/install gets the AWS CLI and strace"
            fail(f"{path} not found; {hint}")
    return programs


def ekscred(name, path, options):
    return [
        Program(name, path, AWS_ARGUMENTS, options.runs, ours=True, at_once=200),
        Program(f"{name} --cache", path, [*AWS_ARGUMENTS, "--cache"], options.runs, ours=True, keeps_tokens=True),
    ]


def rivals(options):
    path = Path(options.authenticator) if options.authenticator else None
    # callgrind gives up on the signals by which Go's scheduler interrupts its threads.
    go = {"counting_env": {"GODEBUG": "asyncpreemptoff=1"}}
    cached = [*AUTHENTICATOR_ARGUMENTS, "--cache"]
    return [
        Program("AWS CLI", AWS2, AWS_ARGUMENTS, max(1, options.runs // 4), at_once=40),
        Program("aws-iam-authenticator", path, AUTHENTICATOR_ARGUMENTS, options.runs, at_once=200, **go),
        Program("aws-iam-authenticator --cache", path, cached, options.runs, **go),
    ]


def build_static():
    folder = ROOT / "target/static"
    command = ["cargo", "build", "--release", "--locked", "--target", STATIC_TARGET, "--target-dir", folder]
    if subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTFLAGS": "-C target-feature=+crt-static"}).returncode:
        fail("the static build failed")
    return folder / STATIC_TARGET / "release/ekscred"


def missed_sizes(programs):
    for program in once_each(programs):
        size = program.path.stat().st_size
        if size > SIZE_BUDGET:
            yield f"{program.name}: {size:,} bytes, of {SIZE_BUDGET:,}"


def missed_costs(programs, costs):
    for scenario, budget in BUDGETS.items():
        for program in programs:
            limits = TOKEN_BUDGET if program.keeps_tokens else budget
            yield from missed_limits(f"{program.name}, {scenario}", costs[scenario][program.name], limits)


def missed_crowd(programs, costs):
    for program in programs:
        alone, crowded = (costs[scenario][program.name].instructions for scenario in ("role", "role, 10 000 others"))
        if crowded > CROWD_BUDGET * alone:
            yield f"{program.name}, 10 000 others: instructions {crowded:,}, and {alone:,} without the others"


def missed_at_once(programs, at_once):
    for program in programs:
        if program.at_once:
            name = f"{program.name}, {program.at_once} at once"
            yield from missed_limits(name, at_once[program.name], AT_ONCE_BUDGET)


def missed_limits(name, measured, limits):
    for what, limit in limits.items():
        value = getattr(measured, what)
        if value > limit:
            yield f"{name}: {what} {value:,}, of {limit:,}"


if __name__ == "__main__":
    main()
