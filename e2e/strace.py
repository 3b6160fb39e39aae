"""strace: writes down every system call of a program, and changes some where a test wants that."""

from __future__ import annotations

import re
import socket
import struct
from pathlib import Path

from plugin import EKSCRED, assert_credential, run_command
from tools import STRACE


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
