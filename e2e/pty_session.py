"""A program at a terminal, and the person before it: what the screen shows, what is typed, what is left at the end.

* `running()` is for the tests: a program on a pseudo-terminal of its own;
* `lead()` is the leader of the terminal's session, a process of its own, as this file: it starts the program and
  outlives it. Without it the kernel would reset the terminal when the program ends, and hide what that left behind.

The program's standard output and error are files, so whatever the screen shows was written to the terminal itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from typing import Iterator

CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH, BACKSPACE = "\x03", "\x04", "\x1a", "\x1c", "\x7f"

END = "(the program has ended)"
PATIENCE = 20  # seconds, which nothing here takes
LOCAL_MODES = 3  # the place of the flags, ECHO among them, in what tcgetattr gives


class Session:
    """A program that runs, its screen and its keyboard; made by `running`."""

    def __init__(self, master: int, terminal: int, leader: subprocess.Popen, settings: list):
        from pexpect.fdpexpect import fdspawn  # the leader runs without site-packages

        self.screen = fdspawn(master, encoding="utf-8", timeout=PATIENCE)
        self.terminal = terminal
        self.settings = settings
        self.leader = leader
        self.pid = self._report()

    def echoes(self) -> bool:
        """Whether what is typed now is seen."""
        return bool(termios.tcgetattr(self.terminal)[LOCAL_MODES] & termios.ECHO)

    def waits_for(self, prompt: str) -> None:
        """The program asks in these very words and said nothing before. What is typed now is not seen."""
        self.screen.expect_exact(prompt)
        assert self.screen.before == ""
        assert not self.echoes()

    def type(self, keys: str) -> None:
        self.screen.send(keys)

    def answer(self, prompt: str, line: str) -> None:
        """Answers the prompt. The answer is not on the screen, which goes on in the next line."""
        self.waits_for(prompt)
        self.type(f"{line}\n")
        self.screen.expect_exact("\r\n")
        assert self.screen.before == ""

    def result(self, screen: str = "", patience: float = PATIENCE) -> subprocess.CompletedProcess:
        """Waits for the end of the program: the rest of the screen is this, and the terminal what it was at first."""
        self.screen.expect_exact(END, timeout=patience)
        assert self.screen.before == screen.replace("\n", "\r\n")
        assert termios.tcgetattr(self.terminal) == self.settings
        return self._completed()

    def hang_up(self) -> subprocess.CompletedProcess:
        """Closes the terminal, as one closes a window, and waits for the end of the program."""
        self.screen.close()
        return self._completed()

    def _completed(self) -> subprocess.CompletedProcess:
        report = self._report()
        self.seconds = report.pop("seconds")
        return subprocess.CompletedProcess(self.leader.args, **report)

    def _report(self):
        """The next that the leader tells: at first the program's id, in the end its result."""
        # The pipe has no buffer on our side (`bufsize=0`), where two reports at once would be hidden from `select`.
        readable, _, _ = select.select([self.leader.stdout], [], [], PATIENCE)
        assert readable, "the program does not end"
        return json.loads(self.leader.stdout.readline())


@contextlib.contextmanager
def running(command: list, env: dict[str, str], stdin: str = "terminal") -> Iterator[Session]:
    """Run a command on a new terminal. Its stdin is the "terminal", "null", "closed", or a "pipe" that never ends."""
    master, terminal = pty.openpty()
    settings = termios.tcgetattr(terminal)
    with subprocess.Popen(
        [sys.executable, "-S", __file__, os.ttyname(terminal), stdin, *map(str, command)],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
    ) as leader:  # fmt: skip
        try:
            yield Session(master, terminal, leader, settings)
        finally:
            os.killpg(leader.pid, signal.SIGKILL)
            os.close(terminal)
            with contextlib.suppress(OSError):  # it is closed after `hang_up`
                os.close(master)


def lead(terminal: str, stdin: str, command: list[str]) -> None:
    """Start the program, tell its id and what came out, and stay until we are killed, or who started us is gone."""
    for number in signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM:
        signal.signal(number, lambda *_: None)  # the keyboard's are for the program, which gets them as usual
    # The first terminal that the leader of a session opens becomes the controlling one.
    screen = open(terminal, "r+b", buffering=0)
    streams = {"terminal": screen, "null": subprocess.DEVNULL, "pipe": subprocess.PIPE}
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        close = (lambda: os.close(0)) if stdin == "closed" else None
        started = time.monotonic()
        program = subprocess.Popen(command, stdin=streams.get(stdin), stdout=stdout, stderr=stderr, preexec_fn=close)
        print(program.pid, flush=True)
        result = {"returncode": program.wait(), "seconds": time.monotonic() - started}
        for name, stream in ("stdout", stdout), ("stderr", stderr):
            stream.seek(0)
            result[name] = stream.read()
    with contextlib.suppress(OSError):  # after `hang_up`
        screen.write(END.encode())
    print(json.dumps(result), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    lead(sys.argv[1], sys.argv[2], sys.argv[3:])
