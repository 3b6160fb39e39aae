"""Somebody's HOME with a kubeconfig in it, and the programs that work on it.

    desk = Desk(home, eks, caller)
    desk.update("--name", "demo")                    # ekscred update-kubeconfig
    desk.update("--name", "demo", program="aws1")    # aws eks update-kubeconfig, of AWS CLI v1
    desk.view()                                      # the kubeconfig as kubectl reads it
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from apiserver import WHO_AM_I
from eks import Eks
from ministack_server import REGION, Caller
from plugin import EKSCRED, run_command
from tools import AWS2, KUBECTL, TOOLS

# v2 is 2.9.19, which knows no --user-alias, --proxy-url, --assume-role-arn and AWS_ENDPOINT_URL; v1 is much younger.
PROGRAMS = {"ekscred": EKSCRED, "aws1": TOOLS / "venv-aws1/bin/aws", "aws2": AWS2}
OLDEST, NEWEST = list(KUBECTL)[0], list(KUBECTL)[-1]

BACKUP = ".ekscred-backup"  # behind the name of a kubeconfig
FORMER = "EKSCRED_CONVERTED_FROM"  # the variable in which a converted user keeps its former command


class Desk:
    def __init__(self, home: Path, eks: Eks | None = None, caller: Caller | None = None):
        self.home = home
        self.config = home / ".kube/config"
        self.env = {"HOME": str(home), "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
        if eks:
            self.env.update({"AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": eks.url})
        if caller:
            self.env.update(caller.environment)
        self._endpoint = ["--endpoint-url", eks.url] if eks else []

    def write(self, text: bytes | str, name: str = "") -> Path:
        """The kubeconfig, or another file of the HOME."""
        path = self.home / name if name else self.config
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(0o600)
        return path

    def files(self) -> dict[str, bytes]:
        """The kubeconfig and every file beside it; a lock may be nobody's to read."""
        files = (path for path in self.config.parent.glob("*") if path.is_file())
        return {path.name: path.read_bytes() if os.access(path, os.R_OK) else b"" for path in files}

    def ekscred(self, *arguments, env: dict = {}, inside: list | tuple = (), **options) -> subprocess.CompletedProcess:
        """One run of ekscred, which never tells a secret; `inside` is the command that runs it."""
        variables = self.environment(env)
        result = run_command([*inside, EKSCRED, *arguments], variables, cwd=self.home, **{"timeout": 60, **options})
        for name in "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN":
            assert variables.get(name, "k8s-aws-v1") not in (result.stdout or "") + result.stderr
        return result

    def update(self, *arguments, program: str = "ekscred", **options) -> subprocess.CompletedProcess:
        """`eks update-kubeconfig` in the very words of the AWS CLI."""
        words = ["eks", "update-kubeconfig", *self._endpoint, *arguments]
        if program == "ekscred":
            return self.ekscred(*words, **options)
        env = self.environment(options.pop("env", {}))
        return run_command([PROGRAMS[program], *words], env, cwd=self.home, **options)

    def convert(self, *arguments, **options) -> subprocess.CompletedProcess:
        return self.ekscred("convert-kubeconfig", *arguments, **options)

    def kubectl(self, *arguments, version: str = NEWEST, env: dict = {}, **options) -> subprocess.CompletedProcess:
        return run_command([KUBECTL[version], *arguments], self.environment(env), cwd=self.home, **options)

    def must(self, *arguments, version: str = NEWEST, **options) -> str:
        """What a kubectl says that succeeds."""
        result = self.kubectl(*arguments, version=version, **options)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        return result.stdout

    def view(self, file: Path | None = None, version: str = NEWEST) -> dict:
        """A kubeconfig as that kubectl reads it, without a word of warning. Lists of entries become maps."""
        flags = ["--kubeconfig", str(file)] if file else []
        document = json.loads(self.must("config", "view", "--raw", "-o", "json", *flags, version=version))
        for plural, singular in ("clusters", "cluster"), ("contexts", "context"), ("users", "user"):
            entries = document[plural] or []
            document[plural] = {entry["name"]: entry[singular] for entry in entries}
            assert len(document[plural]) == len(entries)
        return document

    def who_am_i(self, *flags, version: str = NEWEST, **options) -> str:
        """The ARN that the cluster knows us by. Before 1.28 there is no `kubectl auth whoami`, only its request."""
        command = ["auth", "whoami", "-o", "json"]
        if int(version.split(".")[1]) < 28:
            command = ["create", "--raw", WHO_AM_I, "-f", "/dev/null"]
        return json.loads(self.must(*command, *flags, version=version, **options))["status"]["userInfo"]["username"]

    def environment(self, more: dict) -> dict[str, str]:
        """The variables of a run; None takes one away."""
        return {name: str(value) for name, value in {**self.env, **more}.items() if value is not None}


def profile(name: str, caller: Caller) -> str:
    """A profile of the credentials file, with the keys that the environment would have."""
    lines = [f"{variable.lower()} = {value}" for variable, value in caller.environment.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def assert_success(result: subprocess.CompletedProcess) -> None:
    assert (result.returncode, result.stderr) == (0, "")


def assert_says(result: subprocess.CompletedProcess, *lines: str) -> None:
    """A success that says just this."""
    assert_success(result)
    assert result.stdout.splitlines() == list(lines)


def former_in(variables: list[dict]) -> str:
    """The former command, as it is kept: perhaps with the spelling of what cannot be told from the rest."""
    (value,) = [variable["value"] for variable in variables if variable["name"] == FORMER]
    return json.loads(value)["command"] if value.startswith("{") else value


def mode(path: Path) -> int:
    return os.stat(path).st_mode & 0o7777
