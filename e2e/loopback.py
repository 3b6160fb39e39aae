"""The loopback AWS of the tests (tests/loopback/), for Python: STS, SSO and their like, scripted, every call kept.

It is the program `loopback_aws` of examples/. `cargo test` builds it; EKSCRED_LOOPBACK_AWS names another build of it.
What a script may say is in tests/loopback/setup.rs, what a call's line has (`AssumeRole {aws} as AKID… RoleArn=…`) in
the file of its service there.

    with loopback.serving(AssumeRole=["ok", loopback.HANG]) as aws:
        run(…, env={**KEYS, "AWS_ENDPOINT_URL": aws.url})
        assert aws.operations() == ["AssumeRole"]
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from typing import Iterator

import tools

LOOPBACK = "EKSCRED_LOOPBACK_AWS"  # names a built loopback AWS
BUILT = tools.E2E.parent / "target/debug/examples/loopback_aws"

HANG = {"hang": True}  # an answer that never comes


def refusal(code: str, message: str = "No.", status: int = 403) -> dict:
    """An answer by which AWS refuses."""
    return {"status": status, "code": code, "message": message}


def session(key_id: str, operation: str = "AssumeRole", lifetime: int = 3600) -> dict:
    """STS's answer with a session that can be told from others: by default those of one role are all the same."""
    secret = "<SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>"
    end = f"<Expiration>{{now+{lifetime}}}</Expiration>"
    credentials = f"<Credentials><AccessKeyId>{key_id}</AccessKeyId>{secret}{end}</Credentials>"
    result = f"<{operation}Result>{credentials}</{operation}Result>"
    return {"status": 200, "body": f"<{operation}Response>{result}</{operation}Response>"}


class Loopback:
    """The program behind its pipes: a line of JSON each way."""

    def __init__(self, process: subprocess.Popen):
        self._process = process

    def start(self, settings: dict) -> dict[str, str]:
        """Begins an AWS; where its parts are: {"aws": url, "proxy": url, "ca": path}."""
        places = self._ask(start=settings)
        self.url, self.proxy, self.ca = places["aws"], places["proxy"], places["ca"]
        return places

    def report(self) -> dict:
        """What it was asked so far: {"calls": [line, …], "connections": number, "connects": number}."""
        return self._ask(report=True)

    def stop(self) -> dict:
        """Ends that AWS; its report."""
        return self._ask(stop=True)

    def calls(self) -> list[str]:
        return self.report()["calls"]

    def operations(self) -> list[str]:
        """The calls' first words: `AssumeRole`, `GetRoleCredentials`, …"""
        return [call.split()[0] for call in self.calls()]

    def _ask(self, **request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextlib.contextmanager
def running(program: os.PathLike | str | None = None) -> Iterator[Loopback]:
    """The program, which does nothing yet, until the block ends."""
    program = Path(program or os.environ.get(LOOPBACK, BUILT))
    assert program.is_file(), f"{program} not found; `cargo test --locked` builds it"
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Loopback(process)
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


@contextlib.contextmanager
def serving(**answers: list) -> Iterator[Loopback]:
    """An AWS until the block ends. It answers each operation as listed, the last again and again; others as usual."""
    with running() as aws:
        aws.start({"answers": answers})
        yield aws
