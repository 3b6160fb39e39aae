"""strace: writes down every system call of a program, and changes some where a test wants that."""

from __future__ import annotations

import re
import socket
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from plugin import EKSCRED, assert_credential, run_command
from tools import STRACE


@dataclass(frozen=True)
class Call:
    """A system call: the `number`-th of its name since the program's start, and strace's line about it."""

    name: str
    number: int
    line: str

    def inject(self, fault: str) -> str:
        """strace's option that makes it fail: by `error=EIO`, `signal=KILL`."""
        return f"--inject={self.name}:{fault}:when={self.number}"

    @property
    def is_struck(self) -> bool:
        """Whether it was made to fail: by an error, or so that it never came back."""
        return self.line.endswith(("(INJECTED)", "= ?")) and self.name != "exit_group"


def run_traced(arguments: list, env: dict, log: Path, *options: str):
    """Run ekscred under strace with these options: its result, and the calls of its main thread."""
    # -y tells the path behind each file descriptor.
    result = run_command([STRACE, "-f", "-y", "-qq", "-o", log, *options, EKSCRED, *arguments], env)
    lines = [re.match(r"(\d+) +(\w+)\(", line) for line in log.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    numbers: Counter = Counter()
    calls = []
    for line in lines:
        if line[1] == lines[0][1]:
            numbers[line[2]] += 1
            calls.append(Call(line[2], numbers[line[2]], line.string))
    return result, calls


def trace(arguments: list[str], env: dict[str, str], log: Path) -> list[tuple[str, str]]:
    """Run ekscred under strace: every system call of it, its threads and its children, as (name, rest of the line)."""
    # -f follows threads and children, -v and -s keep the arguments whole, -qq leaves out strace's own remarks.
    command = [STRACE, "-f", "-v", "-qq", "-s", "4096", "-o", log, EKSCRED, *arguments]
    assert_credential(run_command(command, env))
    lines = [re.fullmatch(r"\d+ +(\w+)\((.*)", line) for line in log.read_text().splitlines()]
    return [(line[1], line[2]) for line in lines if line]


def with_name_server(address: str) -> list[str]:
    """A command that runs the command behind it with that name server, for a program that connects nowhere else: strace
    puts its address into every connect()."""
    host, port = address.split(":")
    socket_address = struct.pack("=H", socket.AF_INET) + struct.pack(">H", int(port)) + socket.inet_aton(host)
    inject = f"inject=connect:poke_enter=@arg2={socket_address.hex()}"
    return [str(STRACE), "-f", "-qq", "-o", "/dev/null", "-e", "trace=connect", "-e", inject]
