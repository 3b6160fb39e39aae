"""tinyproxy: a proxy that nobody here wrote, and what it writes down about who went through it."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from tools import TINYPROXY


@dataclass(frozen=True)
class Proxy:
    address: str
    log: Path

    @property
    def requests(self) -> list[str]:
        """What it was asked for, `CONNECT host:port` or `POST http://host/`. It writes that down before it obeys."""
        return re.findall(r"Request \(file descriptor \d+\): (\S+ \S+) HTTP/1\.1", self.log.read_text())


@contextlib.contextmanager
def running(user: str = "", password: str = "") -> Iterator[Proxy]:
    """A proxy, until the block ends; for that user alone, if one is given. Both may hold letters, digits and `-._`."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="tinyproxy-") as scratch:
        log = Path(scratch, "log")
        settings = [f"Port {port}", "Listen 127.0.0.1", f'LogFile "{log}"', "LogLevel Connect", "Timeout 30"]
        if user:
            settings.append(f"BasicAuth {user} {password}")
        Path(scratch, "conf").write_text("\n".join([*settings, ""]))
        with subprocess.Popen([TINYPROXY, "-d", "-c", f"{scratch}/conf"], stdin=subprocess.DEVNULL) as process:
            try:
                wait_for(port, process)
                yield Proxy(f"127.0.0.1:{port}", log)
            finally:
                process.terminate()


def free_port() -> int:
    """tinyproxy cannot choose one itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)
    raise RuntimeError(f"tinyproxy does not listen on port {port}")
