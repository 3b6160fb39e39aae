"""Profiles whose role sessions the AWS CLI keeps, and the names by which it keeps them.

SETUPS are by hand; `random_setups` has their names from botocore's own code.
"""

import json
import random
from hashlib import sha1
from typing import NamedTuple

from botocore.credentials import (
    AssumeRoleCredentialFetcher, AssumeRoleWithWebIdentityCredentialFetcher, SSOCredentialFetcher,
)  # fmt: skip

ROLE = "arn:aws:iam::123456789012:role/"
ACCOUNT = "111122223333"  # where SSO lets people in
START_URL = "https://d-abc.awsapps.com/start"
ALPHABETS = "größe-𝒳"  # a name that Python's JSON escapes, by two code units its last letter

# Names of entries. These four have been seen on disk, too, as an AWS CLI of another version wrote them.
ROLE_A = "2807bfcd7c5bd8aa285ad333d88b7686b1fa34f9"
ROLE_B = "9deccde993e123b98dabbcb64c6975ed09162c9e"
SSO_MY = "4d09414be2cca3aaa683315b677763c4504def01"
SSO_LEGACY = "e4036aeca759d8f3e4127e00fb05a5513fb88f99"


def name_of(text):
    """The AWS CLI's name for an entry of these parameters, or for a login."""
    return sha1(text.encode()).hexdigest()


def name_of_role(name, **more):
    return name_of(json.dumps({"RoleArn": ROLE + name, **more}, sort_keys=True))


# Sections of the config file


def section(name, **settings):
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in settings.items()), ""])


def keys(profile, key_id, secret):
    return section(f"profile {profile}", aws_access_key_id=key_id, aws_secret_access_key=secret)


def role(profile, name, source="base", **more):
    return section(f"profile {profile}", role_arn=ROLE + name, source_profile=source, **more)


def web_identity(profile, name, token_file="{home}/token", **more):
    return section(f"profile {profile}", role_arn=ROLE + name, web_identity_token_file=token_file, **more)


def sso(profile, session=None, url=START_URL, account=ACCOUNT, name="Admin"):
    """Of an sso-session, or the legacy way."""
    login = {"sso_start_url": url, "sso_region": "us-east-1"}
    rest = {"sso_account_id": account, "sso_role_name": name}
    if session is None:
        return section(f"profile {profile}", **login, **rest)
    return section(f"profile {profile}", sso_session=session, **rest) + section(f"sso-session {session}", **login)


BASE = keys("base", "AKIDBASE", "secretBASE")
OTHER = keys("other", "AKIDOTHER", "secretOTHER")


# By hand


class Setup(NamedTuple):
    config: str
    names: set[str]  # of the entries
    session: str  # the access key id that signs the token
    operations: list[str] = ["AssumeRole"]  # that a run needs which finds nothing
    env: dict = {}  # beside AWS_PROFILE=p
    below: set[str] = set()  # the names of what only ekscred keeps: SSO and web identities below a role


SIGNS = "a+=,.@:/-_"
PATH = 'of/the/"\\/'
OF_A_POD = {
    "AWS_PROFILE": None, "AWS_ROLE_ARN": f"{ROLE}Pod", "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token",
    "AWS_ROLE_SESSION_NAME": "pod",
}  # fmt: skip
OF_ALPHABETS = r'{"accountId":"111122223333","roleName":"Admin","sessionName":"gr\u00f6\u00dfe-\ud835\udcb3"}'

SETUPS = {
    "role": Setup(BASE + role("p", "A"), {ROLE_A}, "ASIAA"),
    "external id": Setup(BASE + role("p", "A", external_id=SIGNS), {name_of_role("A", ExternalId=SIGNS)}, "ASIAA"),
    "session name": Setup(
        BASE + role("p", "A", role_session_name="me"), {name_of_role("A", RoleSessionName="me")}, "ASIAA"),
    "duration": Setup(
        BASE + role("p", "A", duration_seconds=1800), {name_of_role("A", DurationSeconds=1800)}, "ASIAA"),
    "everything": Setup(
        BASE + role("p", f"{PATH}A", external_id="EX", role_session_name="me@here", duration_seconds=3600),
        {name_of_role(f"{PATH}A", ExternalId="EX", RoleSessionName="me@here", DurationSeconds=3600)}, "ASIAA"),
    "raw times": Setup(BASE + role("p", "A", cli_timestamp_format="wire"), {ROLE_A}, "ASIAA"),
    "two hops": Setup(
        BASE + role("hop", "A") + role("p", "B", source="hop"), {ROLE_A, ROLE_B}, "ASIAB",
        ["AssumeRole", "AssumeRole"]),
    "web identity": Setup(
        web_identity("p", "Pod", role_session_name="me"), {name_of_role("Pod", RoleSessionName="me")}, "ASIAPod",
        ["AssumeRoleWithWebIdentity"]),
    "web identity of the environment": Setup(
        "", {name_of_role("Pod", RoleSessionName="pod")}, "ASIAPod", ["AssumeRoleWithWebIdentity"], OF_A_POD),
    "role above a web identity": Setup(
        web_identity("pod", "Pod") + role("p", "A", source="pod"), {ROLE_A}, "ASIAA",
        ["AssumeRoleWithWebIdentity", "AssumeRole"], below={name_of_role("Pod")}),
    "SSO": Setup(sso("p", "my"), {SSO_MY}, "ASIAAdmin", ["GetRoleCredentials"]),
    "legacy SSO": Setup(sso("p"), {SSO_LEGACY}, "ASIAAdmin", ["GetRoleCredentials"]),
    "SSO in other alphabets": Setup(sso("p", ALPHABETS), {name_of(OF_ALPHABETS)}, "ASIAAdmin", ["GetRoleCredentials"]),
    "role above legacy SSO": Setup(
        sso("admin") + role("p", "A", source="admin"), {ROLE_A}, "ASIAA", ["GetRoleCredentials", "AssumeRole"],
        below={SSO_LEGACY}),
}  # fmt: skip


# By chance, and botocore's own code


class RandomSetup(NamedTuple):
    name: str  # of the entry
    config: str
    login: tuple = ()
    arguments: tuple = ()


class Dice(random.Random):
    def text(self, letters, least, most):
        return "".join(self.choices(letters, k=self.randint(least, most)))

    def role_name(self):
        """With a path, in which there may be any sign."""
        return f"{self.text(GRAPHIC, 0, 30)}/{self.text(WORD, 1, 9)}"


WORD = "abcXYZ0189_"
GRAPHIC = "".join(map(chr, range(0x21, 0x7F)))
SETTINGS = {
    "RoleSessionName": "role_session_name", "ExternalId": "external_id", "DurationSeconds": "duration_seconds",
    "SerialNumber": "mfa_serial",
}  # fmt: skip


def random_setups(kind):
    """A dozen of a kind, the same ones every time."""
    dice = Dice(kind.__name__)
    return [kind(dice) for _ in range(12)]


def random_role(dice):
    name = dice.role_name()
    parameters = {
        "RoleSessionName": dice.text(WORD + "+=,.@-", 2, 64),
        "ExternalId": dice.text(WORD + "+=,.@:/-", 2, 200),
        "DurationSeconds": dice.randint(1800, 43200),
        "SerialNumber": f"arn:aws:iam::123456789012:mfa/{dice.text(WORD + '+=/:,.@-', 1, 60)}",
    }
    parameters = dict(dice.sample(sorted(parameters.items()), dice.randint(0, 4)))
    config = BASE + role("p", name, **{SETTINGS[key]: value for key, value in parameters.items()})
    fetcher = AssumeRoleCredentialFetcher(None, None, ROLE + name, parameters)
    code = ("--mfa-code", "287082") if "SerialNumber" in parameters else ()
    return RandomSetup(fetcher._cache_key, config, arguments=code)


def random_web_identity(dice):
    name = dice.role_name()
    parameters = {"RoleSessionName": dice.text(WORD + "+=,.@-", 2, 64)} if dice.random() < 0.5 else {}
    config = web_identity("p", name, **{SETTINGS[key]: value for key, value in parameters.items()})
    fetcher = AssumeRoleWithWebIdentityCredentialFetcher(None, None, ROLE + name, parameters)
    return RandomSetup(fetcher._cache_key, config)


def random_sso(dice):
    session = "s" + dice.text("aZ09äßжя中文😀𝒳~^%$/", 0, 20) if dice.random() < 0.7 else None
    url = f"https://{dice.text('abc019-', 1, 20)}.awsapps.com/{dice.text('start/#%', 0, 9)}"
    account, name = dice.text("0123456789", 12, 12), dice.text(WORD + "+=,.@-", 1, 32)
    fetcher = SSOCredentialFetcher(url, "us-east-1", name, account, None, sso_session_name=session)
    return RandomSetup(fetcher._cache_key, sso("p", session, url, account, name), login=(session or url,))
