"""The tables, for a terminal or in Markdown, and what their figures depend on."""

import os
import platform
import re
import subprocess

from sts import ROUND_TRIP

MIB = 1024 * 1024


def print_costs(scenarios, programs, costs, markdown):
    """One run: a row for each scenario and program. Ratios are to the first program, ekscred."""
    rows = [
        [name, *cells(program, costs[name], costs[name][programs[0].name])]
        for name, scenario in scenarios.items()
        for program in programs
        if scenario.measures(program)
    ]
    headings = ["credentials", "program", "instructions", "wall time", "peak memory", "sockets", "threads"]
    print_table(headings, rows, 2, markdown)


def cells(program, costs, base):
    if not program.path:
        return [program.name, "not installed", "", "", "", ""]
    cost = costs[program.name]

    def ratio(value, to):
        return "" if program.ours else f" ({value / to:,.0f}×)" if value > 10 * to else f" ({value / to:.1f}×)"

    return [
        program.name,
        f"{cost.instructions / 1e6:,.3f} M" + ratio(cost.instructions, base.instructions),
        f"{cost.wall * 1e3:,.1f} ms" + ratio(cost.wall, base.wall),
        f"{cost.memory / MIB:.1f} MiB" + ratio(cost.memory, base.memory),
        str(cost.sockets),
        str(cost.threads),
    ]


def print_at_once(programs, at_once, markdown):
    """Many runs at once: a row for each program."""
    rows = [
        [
            program.name,
            f"{program.at_once}",
            f"{at_once[program.name].keys:.2f} s",
            f"{at_once[program.name].role:.2f} s",
            f"{at_once[program.name].ratio:.2f}",
            f"{at_once[program.name].requests}",
            f"{at_once[program.name].failed}",
        ]
        for program in programs
    ]
    answers = f"role, cold (STS answers after {ROUND_TRIP * 1e3:.0f} ms)"
    print_table(["at once", "processes", "keys", answers, "ratio", "AssumeRole", "failed"], rows, 1, markdown)


def print_table(headings, rows, words, markdown):
    """The first columns are words; figures stand to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows)]
    if markdown:
        line = ["-" * width if column < words else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
        rows = [line, *rows]
    for row in (headings, *rows):
        padded = [cell.ljust(width) for cell, width in zip(row[:words], widths)]
        padded += [cell.rjust(width) for cell, width in zip(row[words:], widths[words:])]
        print("| " + " | ".join(padded) + " |" if markdown else "  ".join(padded))
    print()


def print_particulars(programs, markdown):
    bullet = "- " if markdown else ""
    for program in once_each(programs):
        print(f"{bullet}{program.name}: {describe(program)}")
    print(f"{bullet}machine: {machine()}")


def once_each(programs):
    """The programs without those that are another one with other arguments."""
    first = {}
    for program in programs:
        first.setdefault(program.path, program)
    return first.values()


def describe(program):
    if not program.path:
        return "not installed; put it on PATH or give --authenticator PATH"
    is_aws_cli = program.name == "AWS CLI"
    question = "--version" if is_aws_cli else "version"
    answer = subprocess.run([program.path, question], env={}, capture_output=True, text=True).stdout
    version = re.search(r"\d+\.\d+\.\d+", answer)
    # The AWS CLI is a script and a thousand modules: no file's size would say much.
    size = "" if is_aws_cli else f", {program.path.stat().st_size / 1e6:.1f} MB"
    return (version[0] if version else "version unknown") + size


def machine():
    """What the figures depend on, and nothing by which the machine is known."""
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    processor = models[0] if models else "unknown"
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{processor}, {os.cpu_count()} cores; {system}, {os.confstr('CS_GNU_LIBC_VERSION')}"
