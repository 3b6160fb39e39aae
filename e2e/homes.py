"""Homes in which ekscred keeps sessions and tokens, and what lies there as another program sees it.

    with homes.maker(folder) as make:
        home = make()
        home.run(*ROLE)        # a role's session is fetched and kept
        home.run_out()         # everything kept is about to end, or has ended
        home.entries()         # {path: content}

The AWS config file lies outside (homes.config), since a home may be nobody's to write to; AWS is the loopback one.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
from datetime import datetime, timedelta, timezone
from hashlib import sha1
from pathlib import Path
from typing import Callable, Iterator

import loopback
import tools
from plugin import EKSCRED, SECRET_KEY, run_command

COMMAND = ["get-token", "--cluster-name", "dev", "--region", "eu-west-1"]

# What can be asked for: what is kept of it differs.
KEYS = ["--profile", "keys"]
ROLE = ["--profile", "dev"]
TOKEN = ["--profile", "dev", "--cache"]
LOGIN = ["--profile", "sso"]
ROLE_ARN = "arn:aws:iam::123456789012:role/developer"
FLAGGED_ROLE = [*KEYS, "--role-arn", ROLE_ARN]

CONFIG = tools.E2E / "homes.config"

LOGIN_FILE = sha1(b"my").hexdigest() + ".json"  # after the sso-session, as botocore's SSOTokenLoader has it

# What may be in no message: of the keys, of the loopback AWS's sessions, of the login.
SECRETS = [
    SECRET_KEY, "secretdeveloper", "tokendeveloper", "secretAdmin", "tokenAdmin",
    "good-first", "good-refreshed", "refresh-first", "refresh-rotated", "client-secret",
    "k8s-aws-v1", "X-Amz-Signature",
]  # fmt: skip

# The AWS CLI's rule for sessions, and ours: with less left, they are fetched anew.
FIFTEEN_MINUTES = 900


class Home:
    """A HOME, and the folders below it in which something is kept."""

    def __init__(self, path: Path, url: str):
        path.mkdir()
        self.path = path
        self.env = {
            "HOME": str(path), "AWS_CONFIG_FILE": str(CONFIG),
            "AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        self.own = path / ".cache/ekscred"
        self.cli = path / ".aws/cli/cache"
        self.login = path / ".aws/sso/cache"
        self.folders = [self.own, self.cli, self.login]

    def run(self, *arguments: str, **options):
        """One `get-token`."""
        return self.ekscred(*COMMAND, *arguments, **options)

    def ekscred(self, *arguments: str, env: dict = {}, inside: list | tuple = (), **options):
        """One run of ekscred; an `env` value of None takes a variable away, `inside` is the command that runs it."""
        variables = {name: value for name, value in {**self.env, **env}.items() if value is not None}
        return run_command([*inside, EKSCRED, *arguments], variables, **options)

    def holds(self, text: str) -> bool:
        """Whether that names anything in the folders, or one of these."""
        return any(str(folder) in text for folder in self.folders)

    def entries(self) -> dict[Path, bytes]:
        """What is kept."""
        found = (folder.glob("*.json") for folder in self.folders)
        return {path: path.read_bytes() for path in itertools.chain(*found) if path.is_file()}

    def temporaries(self) -> set[Path]:
        """What a write leaves that did not end."""
        return {path for folder in self.folders for path in folder.glob("*.tmp")}

    def log_in(self):
        """As `aws sso login` does; but the token that it got has expired."""
        self.keep({self.login / LOGIN_FILE: json.dumps(expired_login()).encode()})

    def keep(self, entries: dict[Path, bytes]):
        """Puts these in place of all that is kept."""
        for path in [*self.entries(), *self.temporaries()]:
            path.unlink()
        for path, content in entries.items():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(content)
            path.chmod(0o600)

    def run_out(self):
        """Takes the time away from all that is kept: the next run has to fetch and write it anew."""
        for path, content in self.entries().items():
            path.write_text(json.dumps(run_out(json.loads(content))))

    def age(self, *paths: Path):
        """Makes it two days since they were changed."""
        for path in paths:
            os.utime(path, times=(time.time() - 2 * 86_400,) * 2, follow_symlinks=False)


@contextlib.contextmanager
def maker(folder: Path, **answers: list) -> Iterator[Callable[[], Home]]:
    """Makes homes in the folder; their AWS answers as listed until the block ends. It is `make.aws`."""
    with loopback.serving(**answers) as aws:
        numbers = itertools.count()

        def make() -> Home:
            return Home(folder / f"home-{next(numbers)}", aws.url)

        make.aws = aws
        yield make


def state(path: Path):
    """What lies there and below: modes with kinds, owners, contents and links' targets."""
    if not os.path.lexists(path):
        return None
    status = path.lstat()
    content = None
    if path.is_symlink():
        content = os.readlink(path)
    elif path.is_dir() and os.access(path, os.R_OK | os.X_OK):
        content = {child.name: state(child) for child in path.iterdir()}
    elif path.is_file():
        content = path.read_bytes()
    return status.st_mode, status.st_uid, content


def text_of(seconds: float) -> str:
    """The time so many seconds from now, as AWS writes it."""
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def expired_login() -> dict:
    return {
        "startUrl": "https://example.awsapps.com/start", "region": "eu-west-1",
        "accessToken": "good-first", "expiresAt": text_of(-3600), "refreshToken": "refresh-first",
        "clientId": "client", "clientSecret": "client-secret", "registrationExpiresAt": text_of(864_000),
    }  # fmt: skip


def run_out(entry: dict) -> dict:
    if "Credentials" in entry:
        return {**entry, "Credentials": {**entry["Credentials"], "Expiration": text_of(FIFTEEN_MINUTES - 60)}}
    if "bearer" in entry:
        return {**entry, "expires_at": entry["expires_at"] - 3600}
    return expired_login()


def is_fresh(content: bytes) -> bool:
    """Whether it is a whole entry, and one that needs not be fetched anew."""
    entry = json.loads(content)
    if "Credentials" in entry:
        keys = entry["Credentials"]
        assert keys["SecretAccessKey"].startswith("secret") and keys["SessionToken"].startswith("token")
        return keys["Expiration"] > text_of(FIFTEEN_MINUTES + 60)
    if "bearer" in entry:
        assert entry["bearer"].startswith("k8s-aws-v1.")
        return entry["expires_at"] > time.time() + 60
    assert entry["refreshToken"].startswith("refresh-")
    return entry["expiresAt"] > text_of(FIFTEEN_MINUTES + 60)


def is_private(path: Path) -> bool:
    return path.stat().st_mode & 0o077 == 0 and path.stat().st_uid == os.geteuid()
