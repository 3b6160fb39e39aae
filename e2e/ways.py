"""Ways to a token by a session that is kept, what each costs, and an AWS that counts.

AWS is the loopback of tests/loopback/. Each session that it gives has a key id of its own, the n-th `ASIA<n>`: so a
token tells of which session it was made.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import loopback
from ministack_server import ACCOUNT, CLUSTER, REGION
from plugin import ACCESS_KEY, EKSCRED, KEYS, SECRET_KEY, assert_credential, token_url

GET_TOKEN = [EKSCRED, "get-token", "--cluster-name", CLUSTER, "--region", REGION]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/developer"
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/alice"

AWS_CACHE, OWN_CACHE, SSO_CACHE = ".aws/cli/cache", ".cache/ekscred", ".aws/sso/cache"
LOGIN = f"{SSO_CACHE}/3ece1471f44f63177cbc35ba0b904e0c096b6783.json"  # the SHA-1 of the session's name, `my`

PROFILES = f"""
[profile alice]
aws_access_key_id = {ACCESS_KEY}
aws_secret_access_key = {SECRET_KEY}

[profile dev]
role_arn = {ROLE}
source_profile = alice

[profile admin]
role_arn = arn:aws:iam::{ACCOUNT}:role/admin
source_profile = dev

[profile mfa]
role_arn = {ROLE}
source_profile = alice
mfa_serial = {DEVICE}

[profile sso]
sso_session = my
sso_account_id = {ACCOUNT}
sso_role_name = developer

[sso-session my]
sso_region = {REGION}
sso_start_url = https://example.awsapps.com/start

[profile process]
credential_process = /bin/sh {{home}}/process
"""


def when(minutes: float) -> str:
    """The time in so many minutes, as the AWS CLI writes it."""
    return (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(**body) -> dict:
    return {"status": 200, "body": json.dumps(body)}


# What the n-th call of an operation gives, the first being 0.
ANSWERS = {
    "AssumeRole": lambda n: loopback.session(f"ASIA{n}"),
    "AssumeRoleWithWebIdentity": lambda n: loopback.session(f"ASIA{n}", operation="AssumeRoleWithWebIdentity"),
    "GetRoleCredentials": lambda n: answer(
        roleCredentials={
            "accessKeyId": f"ASIA{n}", "secretAccessKey": "secret", "sessionToken": "token",
            "expiration": int(time.time() + 3600) * 1000,
        }
    ),
    "CreateToken": lambda n: answer(
        accessToken=f"good-{n + 1}", refreshToken=f"refresh-{n + 1}", expiresIn=28800, tokenType="Bearer"
    ),
    "Container": lambda n: answer(
        AccessKeyId=f"ASIA{n}", SecretAccessKey="secret", Token="token", Expiration=when(60)
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """What it asks of AWS, in this order, and how many sessions are kept afterwards."""

    operations: tuple[str, ...]
    kept: int
    arguments: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)

    def answers(self, times: int) -> dict[str, list]:
        """For going it so often. Each further request is refused."""
        counts = {name: times * self.operations.count(name) for name in self.operations}
        no_more = loopback.refusal("NoMore")
        return {name: [*map(ANSWERS[name], range(count)), no_more] for name, count in counts.items()}

    def signer(self, number: int) -> str:
        """The key id of the token when it is gone for the n-th time: the last session's that was fetched."""
        return f"ASIA{(number + 1) * self.operations.count(self.operations[-1]) - 1}"

    def command(self, *flags: str) -> list:
        return [*GET_TOKEN, *self.arguments, *flags]

    def environment(self, home: Path, aws: str) -> dict[str, str]:
        variables = {"HOME": str(home), "AWS_ENDPOINT_URL": aws, "AWS_EC2_METADATA_DISABLED": "true", **self.env}
        variables["LC_ALL"] = "C.UTF-8"  # without it a Python that starts us would add LC_CTYPE
        return {name: value.replace("{home}", str(home)).replace("{aws}", aws) for name, value in variables.items()}


def profile(name: str, *operations: str, kept: int = 1) -> Way:
    return Way(operations, kept, env={"AWS_PROFILE": name})


WAYS = {
    "role": profile("dev", "AssumeRole"),
    "chain": profile("admin", "AssumeRole", "AssumeRole", kept=2),
    "MFA": profile("mfa", "AssumeRole"),
    "SSO": profile("sso", "GetRoleCredentials"),
    "expired SSO": profile("sso", "CreateToken", "GetRoleCredentials"),
    "process": profile("process", kept=0),
    "--role-arn": Way(("AssumeRole",), kept=1, arguments=("--role-arn", ROLE), env=KEYS),
    "web identity": Way(
        ("AssumeRoleWithWebIdentity",),
        kept=1,
        env={"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/web-identity"},
    ),
    "container": Way(("Container",), kept=0, env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{aws}/container"}),
}

# A login, as `aws sso login` leaves it. The AWS that knows it takes each refresh token once.
LOGGED_IN = {
    "startUrl": "https://example.awsapps.com/start", "region": REGION, "clientId": "client",
    "clientSecret": "client-secret", "registrationExpiresAt": when(100000), "expiresAt": when(300),
    "accessToken": "good-0", "refreshToken": "refresh-0",
}  # fmt: skip


def lay_out(home: Path) -> None:
    """The files of all ways. The process counts its runs in `runs`."""
    (home / SSO_CACHE).mkdir(parents=True)
    (home / ".aws/config").write_text(PROFILES.replace("{home}", str(home)))
    (home / LOGIN).write_text(json.dumps(LOGGED_IN))
    (home / "web-identity").write_text("a-web-identity")
    keys = {"Version": 1, "AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET_KEY}
    # A script that sh reads. To execute it fails while anybody has it open for writing: a fork of ours, say.
    (home / "process").write_text(f"echo run >> {home}/runs\necho '{json.dumps(keys)}'\n")


def expire(home: Path) -> int:
    """Makes all sessions that are kept end before long. How many there are."""
    sessions = [*(home / AWS_CACHE).glob("*.json"), *(home / OWN_CACHE).glob("role-*.json")]
    for path in sessions:
        entry = json.loads(path.read_text())
        entry["Credentials"]["Expiration"] = when(5)  # under 15 minutes, and the AWS CLI fetches another, too
        replace(path, entry)
    return len(sessions)


def expire_login(home: Path) -> None:
    replace(home / LOGIN, {**json.loads((home / LOGIN).read_text()), "expiresAt": when(-5)})


def replace(path: Path, content: dict) -> None:
    """Puts a file of our own into the place of another, as its writers do."""
    temporary = path.resolve().with_suffix(".test")
    temporary.write_text(json.dumps(content))
    temporary.chmod(0o600)
    temporary.rename(path.resolve())


def signer(result) -> str:
    """The key id that signed the token of a run, which was a success."""
    url = token_url(assert_credential(result)["status"]["token"])
    return parse_qs(urlsplit(url).query)["X-Amz-Credential"][0].split("/")[0]
