"""Many runs of one command at the same moment, and an eye on the files that they share.

* `gathered()` holds them before a gate until `open_gate`, so that they all begin together;
* `watching()` reads what is in their folders all along, as anybody may.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Callable, Iterator

# Each is a shell that reads a pipe, and becomes the command when the pipe ends.
AT_THE_GATE = ["/bin/sh", "-c", 'read -r _; exec "$@" < /dev/null', "sh"]

PATIENCE = 120  # seconds, which nothing here takes


class Crowd:
    """The runs; made by `gathered`."""

    def __init__(self, gate: BinaryIO, processes: list[subprocess.Popen]):
        self._gate = gate
        self._processes = processes

    def open_gate(self) -> None:
        self._gate.close()
        self._opened = time.monotonic()

    @property
    def process_ids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def wait_in_line(self) -> None:
        """Until all of them wait for somebody else: they have a lock's file open, and sleep."""
        for process_id in self.process_ids:
            wait_until(lambda: is_in_line(process_id))

    def results(self) -> list[subprocess.CompletedProcess]:
        """Waits for all to end. Each result has its `seconds`, from the opening of the gate."""
        with ThreadPoolExecutor(len(self._processes)) as pool:
            return list(pool.map(self._result, self._processes))

    def _result(self, process):
        stdout, stderr = process.communicate(timeout=PATIENCE)
        result = subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
        result.seconds = time.monotonic() - self._opened
        return result


@contextlib.contextmanager
def gathered(number: int, command: list, env: dict[str, str], **options) -> Iterator[Crowd]:
    """So many runs, about to begin; none is left when the block ends."""
    processes = []
    with contextlib.ExitStack() as pipe:
        queue, gate = (pipe.enter_context(open(end, mode)) for end, mode in zip(os.pipe(), ("rb", "wb")))
        try:
            for _ in range(number):
                processes.append(
                    subprocess.Popen(
                        [*AT_THE_GATE, *map(str, command)], env=env, stdin=queue, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, encoding="utf-8", **options,
                    )
                )  # fmt: skip
            yield Crowd(gate, processes)
        finally:
            for process in processes:
                process.kill()
                process.communicate()


def run(number: int, command: list, env: dict[str, str], **options) -> list[subprocess.CompletedProcess]:
    with gathered(number, command, env, **options) as crowd:
        crowd.open_gate()
        return crowd.results()


def is_in_line(process_id: int) -> bool:
    """Whether that process has a lock's file open, and sleeps."""
    process = Path("/proc", str(process_id))
    state = (process / "stat").read_text().rpartition(") ")[2][0]
    assert state != "Z", "it did not wait"
    try:
        return state == "S" and any(os.readlink(file).endswith(".lock") for file in (process / "fd").iterdir())
    except FileNotFoundError:  # closed since it was listed
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# An eye on the files


class Watcher(threading.Thread):
    """Reads every *.json of some folders again and again. `complaints` tells of each that was not whole, and of each
    that did not stay as it was: files here are replaced, never rewritten. (All that was seen is kept open, since the
    number of a file that is gone may come back.)"""

    def __init__(self, folders: tuple[Path, ...]):
        super().__init__()
        self.folders = folders
        self.closing = threading.Event()
        self.complaints: list[str] = []
        self.seen: dict[tuple[int, int], tuple] = {}

    def run(self):
        while not self.closing.wait(0.001):
            for folder in self.folders:
                for path in folder.glob("*.json"):
                    with contextlib.suppress(FileNotFoundError):  # it has gone since it was listed
                        self.look_at(path)

    def look_at(self, path: Path) -> None:
        file = path.open("rb")
        content, number = file.read(), os.fstat(file.fileno())
        key = (number.st_dev, number.st_ino)
        if key not in self.seen:
            self.seen[key] = (file, path, content)
            self.check(path, content)
        else:
            file.close()

    def check(self, path: Path, content: bytes) -> None:
        try:
            json.loads(content)
        except ValueError:
            self.complaints.append(f"{path} was not whole: {content!r}")

    def finish(self) -> None:
        self.closing.set()
        self.join()
        for file, path, content in self.seen.values():
            file.seek(0)
            if file.read() != content:
                self.complaints.append(f"{path} was rewritten in its place")
            file.close()


@contextlib.contextmanager
def watching(*folders: Path) -> Iterator[Watcher]:
    """Watch these folders, which need not exist yet, until the block ends. All that was seen must have been whole."""
    watcher = Watcher(folders)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.finish()
    assert watcher.complaints == []
