"""A HOME that ekscred and the real AWS CLI share, and AWS as both of them see it.

    with shared_machine.making(folder) as make:
        machine = make(config)
        with machine.asks("AssumeRole"):    # AWS is asked for this and nothing else
            machine.session("aws2")         # the access key id that signs the AWS CLI's token
        with machine.asks():
            machine.session("ekscred")

AWS is the loopback AWS of the tests (loopback.py), reached through its proxy and under AWS's own names: 2.9.19 knows no
other way. `aws2` is that AWS CLI, forked from one that has started already (aws2_driver.py); `aws1` is
version 1, much younger, which takes a second to start.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable, Iterator

import aws2
import loopback
import recording
import tools
from plugin import EKSCRED, assert_credential, run_command
from shared_setups import ALPHABETS, START_URL, name_of

PROGRAMS = {"ekscred": EKSCRED, "aws2": tools.AWS2, "aws1": tools.TOOLS / "venv-aws1/bin/aws"}
GET_TOKEN = ("eks", "get-token", "--cluster-name", "demo")
SECONDS = 60  # for one run, which needs them on no machine
LOGINS = "my", ALPHABETS, START_URL  # of two sso-sessions; and one the legacy way, which is named by its URL


class Machine:
    def __init__(self, home: Path, aws: loopback.Loopback, forked: aws2.Aws2):
        self.home, self.aws, self._forked = home, aws, forked
        self.config = home / ".aws/config"
        self.cache = home / ".aws/cli/cache"
        self.own_folder = home / ".cache/ekscred"
        self.token_file = home / "token"

    def set_up(self, config: str) -> None:
        """Writes the config file, a web identity's token, and the SSO logins."""
        self.log_in(*LOGINS)
        self.token_file.write_text("a.web.identity")
        self.config.write_text(self._filled(config))
        self.tick()

    def log_in(self, *names: str) -> None:
        """As `aws sso login` would."""
        login = {"startUrl": START_URL, "region": "us-east-1", "accessToken": "good", "expiresAt": time_in(7200)}
        folder = self.home / ".aws/sso/cache"
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / f"{name_of(name)}.json").write_text(json.dumps(login))

    def tick(self) -> None:
        """Whatever is written from now on is younger than all that was written before: the clock of files stands still
        for some milliseconds at a time."""
        probe = self.home / "probe"
        probe.touch()
        before = probe.stat().st_mtime_ns
        while probe.stat().st_mtime_ns == before:
            probe.touch()

    def wait_for_tokens(self) -> None:
        """Until tokens are kept: none is while a file that it comes from was changed less than 2 s ago."""
        youngest = max(path.stat().st_ctime for path in self.home.rglob("*"))
        while time.time() < youngest + 2.1:
            time.sleep(0.1)

    def entry(self, name: str) -> Path:
        return self.cache / f"{name}.json"

    def entries(self) -> dict[str, dict]:
        return {path.stem: json.loads(path.read_text()) for path in self.cache.glob("*.json")}

    def put(self, name: str, content: bytes | str | dict) -> Path:
        """Makes an entry, as the AWS CLI would."""
        self.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = json.dumps(content) if isinstance(content, dict) else content
        path = self.entry(name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        return path

    def environment(self, **more: str | None) -> dict[str, str]:
        proxy = {"HTTPS_PROXY": self.aws.proxy, "AWS_CA_BUNDLE": self.aws.ca}
        env = {"HOME": str(self.home), "AWS_PROFILE": "p", "AWS_DEFAULT_REGION": "eu-west-1", **proxy, **more}
        return {**aws2.ENVIRONMENT, **{name: self._filled(value) for name, value in env.items() if value is not None}}

    def run(self, program: str, *arguments: str, **env: str | None) -> subprocess.CompletedProcess:
        if program == "aws2":
            result = self._forked.run(*arguments, env=self.environment(**env), cwd=self.home)
            return subprocess.CompletedProcess(arguments, *result)
        return run_command([PROGRAMS[program], *arguments], self.environment(**env), timeout=SECONDS)

    def session(self, program: str, *arguments: str, **env: str | None) -> str:
        """Lets a program make a token; the access key id of the session that signs it."""
        result = self.run(program, *GET_TOKEN, *arguments, **env)
        if program == "ekscred":
            assert_credential(result)
        assert result.returncode == 0, result.stderr
        return recording.identity(result.stdout)["access_key_id"]

    @contextlib.contextmanager
    def asks(self, *operations: str) -> Iterator[None]:
        """In this block AWS is asked for these, in this order, and nothing else."""
        before = len(self.aws.calls())
        yield
        asked = self.aws.operations()[before:]
        assert asked == list(operations), f"AWS was asked for {asked}"

    def _filled(self, text: str) -> str:
        return str(text).replace("{home}", str(self.home))


def time_in(seconds: int, spelling: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime(spelling)


def live(expiration: str | None = None, **more) -> dict:
    """An entry as the AWS CLI may have it, unless there is more to it."""
    keys = {"AccessKeyId": "ASIALIVE", "SecretAccessKey": "secretLIVE", "SessionToken": "tokenLIVE"}
    return {"Credentials": {**keys, "Expiration": expiration or time_in(3600)}, **more}


@contextlib.contextmanager
def making(home: Path) -> Iterator[Callable[..., Machine]]:
    """Gives a function that makes a machine of that HOME, anew each time. It is always the same, since the AWS CLI that
    others are forked from has found its folders once and for all."""
    with forking(home) as forked, loopback.running() as aws:

        def make(config: str = "", **answers: list) -> Machine:
            shutil.rmtree(home)
            home.mkdir()
            aws.start({"answers": answers})
            machine = Machine(home, aws, forked)
            machine.set_up(config)
            return machine

        yield make


@contextlib.contextmanager
def forking(home: Path) -> Iterator[aws2.Aws2]:
    process = subprocess.Popen(
        [tools.TOOLS / "venv-aws2/bin/python", tools.E2E / "aws2_driver.py"],
        env={"HOME": str(home), **aws2.ENVIRONMENT}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    try:
        yield aws2.Aws2(process)
    finally:
        process.communicate(timeout=SECONDS)
