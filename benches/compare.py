#!/usr/bin/env python3
"""What one token costs: ekscred beside the AWS CLI and aws-iam-authenticator, measured in one run and printed as one table.

    benches/compare.py               target/release/ekscred and its rivals; some five minutes
    benches/compare.py --no-rivals   ekscred alone, against its budgets; seconds
    benches/compare.py --markdown    the table as the README has it

Exits with 1 when ekscred misses a budget, and names it. Wall time is printed and never judged: it depends on the machine
and on what else runs there. README.md beside this file says how each column is measured.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import STRACE, Program, fail, measure, note
from scenarios import CLUSTER, REGION, SCENARIOS

ROOT = Path(__file__).resolve().parent.parent
AWS2 = ROOT / "e2e/.tools/bin/aws2"
STATIC_TARGET = "x86_64-unknown-linux-gnu"
MIB = 1024 * 1024

# What `aws eks update-kubeconfig` writes behind `command:`, and the same request to the authenticator.
AWS_ARGUMENTS = ["--region", REGION, "eks", "get-token", "--cluster-name", CLUSTER, "--output", "json"]
AUTHENTICATOR_ARGUMENTS = ["token", "-i", CLUSTER, "--region", REGION]

# The most that ekscred may cost. The names of the limits are those of measure.Cost.
SIZE_BUDGET = 8_000_000
KEYS = {"instructions": 1_200_000, "memory": 6 * MIB, "sockets": 0, "threads": 0}
BUDGETS = {
    "environment": KEYS,
    "profile": KEYS,
    "5000 profiles": {"instructions": 20_000_000, "sockets": 0, "threads": 0},
}


def main():
    options = parse_options()
    for tool in ("valgrind", "time"):
        if not shutil.which(tool):
            fail(f"{tool} not found; on Debian: apt-get install {tool}")
    programs = find_programs(options)
    costs = {}
    for name, prepare in SCENARIOS.items():
        note(f"keys from {name}")
        with tempfile.TemporaryDirectory(prefix="ekscred-bench-") as scratch:
            home = Path(scratch, "home")
            home.mkdir()
            env = {"HOME": str(home), **prepare(home)}
            costs[name] = measure([program for program in programs if program.path], env, Path(scratch))
    print_report(programs, costs, options.markdown)
    missed = list(missed_budgets(programs, costs))
    for line in missed:
        note(f"missed: {line}")
    sys.exit(1 if missed else 0)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ekscred", type=Path, metavar="PATH", default=ROOT / "target/release/ekscred")
    parser.add_argument("--static", nargs="?", const="build", metavar="PATH",
                        help="measure a statically linked ekscred too: PATH, or one built into target/static")
    parser.add_argument("--authenticator", metavar="PATH", default=shutil.which("aws-iam-authenticator"))
    parser.add_argument("--no-rivals", action="store_true", help="measure ekscred alone")
    parser.add_argument("--runs", type=int, default=20, metavar="N",
                        help="runs that the wall time is the median of; of the AWS CLI a quarter as many (default 20)")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    return parser.parse_args()


def find_programs(options):
    """The programs of the table. ekscred comes first: the ratios are to it."""
    programs = [Program("ekscred", options.ekscred, AWS_ARGUMENTS, options.runs, ours=True)]
    if options.static:
        path = build_static() if options.static == "build" else Path(options.static)
        programs.append(Program("ekscred, static", path, AWS_ARGUMENTS, options.runs, ours=True))
    if not options.no_rivals:
        authenticator = Path(options.authenticator) if options.authenticator else None
        # callgrind gives up on the signals by which Go's scheduler interrupts its threads.
        counting_env = {"GODEBUG": "asyncpreemptoff=1"}
        programs += [
            Program("AWS CLI", AWS2, AWS_ARGUMENTS, max(1, options.runs // 4)),
            Program("aws-iam-authenticator", authenticator, AUTHENTICATOR_ARGUMENTS, options.runs, counting_env=counting_env),
        ]
    for path in [STRACE, *(program.path for program in programs if program.path)]:
        if not path.is_file():
            fail(f"{path} not found; cargo build --release --locked builds ekscred, e2e/install gets the AWS CLI and strace")
    return programs


def build_static():
    folder = ROOT / "target/static"
    command = ["cargo", "build", "--release", "--locked", "--target", STATIC_TARGET, "--target-dir", folder]
    if subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTFLAGS": "-C target-feature=+crt-static"}).returncode:
        fail("the static build failed")
    return folder / STATIC_TARGET / "release/ekscred"


def print_report(programs, costs, markdown):
    headings = ["keys from", "program", "instructions", "wall time", "peak memory", "sockets", "threads"]
    rows = [cells(scenario, program, costs[scenario]) for scenario in SCENARIOS for program in programs]
    widths = [max(map(len, column)) for column in zip(headings, *rows)]
    if markdown:
        rows.insert(0, ["-" * width if column < 2 else "-" * (width - 1) + ":" for column, width in enumerate(widths)])
    for row in (headings, *rows):
        words = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2])]
        figures = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        print("| " + " | ".join(words + figures) + " |" if markdown else "  ".join(words + figures))
    print()
    bullet = "- " if markdown else ""
    for program in programs:
        print(f"{bullet}{program.name}: {describe(program)}")
    print(f"{bullet}machine: {machine()}")


def cells(scenario, program, costs):
    if not program.path:
        return [scenario, program.name, "not installed", "", "", "", ""]
    cost, base = costs[program.name], costs["ekscred"]

    def ratio(value, to):
        return "" if program.ours else f" ({value / to:,.0f}×)" if value > 10 * to else f" ({value / to:.1f}×)"

    return [
        scenario,
        program.name,
        f"{cost.instructions / 1e6:,.3f} M" + ratio(cost.instructions, base.instructions),
        f"{cost.wall * 1e3:,.1f} ms" + ratio(cost.wall, base.wall),
        f"{cost.memory / MIB:.1f} MiB" + ratio(cost.memory, base.memory),
        str(cost.sockets),
        str(cost.threads),
    ]


def describe(program):
    if not program.path:
        return "not installed; put it on PATH or give --authenticator PATH"
    question = "--version" if program.path == AWS2 else "version"
    answer = subprocess.run([program.path, question], env={}, capture_output=True, text=True).stdout
    version = re.search(r"\d+\.\d+\.\d+", answer)
    # The AWS CLI is a script and a thousand modules: no file's size would say much.
    size = "" if program.path == AWS2 else f", {program.path.stat().st_size / 1e6:.1f} MB"
    return (version[0] if version else "version unknown") + size


def machine():
    """What the figures depend on, and nothing by which the machine is known."""
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{processor}, {os.cpu_count()} cores; {system}, {os.confstr('CS_GNU_LIBC_VERSION')}"


def missed_budgets(programs, costs):
    for program in programs:
        if not program.ours:
            continue
        size = program.path.stat().st_size
        if size > SIZE_BUDGET:
            yield f"{program.name}: {size:,} bytes, of {SIZE_BUDGET:,}"
        for scenario, budget in BUDGETS.items():
            for what, limit in budget.items():
                value = getattr(costs[scenario][program.name], what)
                if value > limit:
                    yield f"{program.name}, keys from {scenario}: {what} {value:,}, of {limit:,}"


if __name__ == "__main__":
    main()
