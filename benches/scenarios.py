"""What is there when a token is asked for: the AWS files in the home directory, the environment, and what is kept."""

import hashlib
import json
from dataclasses import dataclass
from typing import Callable

from measure import fail

CLUSTER = "demo"
REGION = "eu-west-1"

# AWS's documentation example keys.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"

# What kubectl 1.24 and later set for a plugin.
EXEC_INFO = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":true}}'
KUBECTL = {"KUBERNETES_EXEC_INFO": EXEC_INFO}

PROFILES = 5000
PROFILE_BYTES = 200
OTHERS = 10_000


@dataclass
class Scenario:
    """One row of the table for each program."""

    # Puts its files into an empty home and returns the variables that go with them, besides HOME. An STS answers at the
    # URL that it is given while the programs run for the first time, and is gone when they are measured.
    prepare: Callable
    rivals: tuple[str, ...] = ()  # who is measured beside ekscred
    crowded: bool = False  # with OTHERS entries more in each cache

    def measures(self, program):
        return program.ours or program.name in self.rivals


def environment(home, _):
    return {**KUBECTL, "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


def profile(home, _):
    """A person with two accounts."""
    default = f"[default]\nregion = {REGION}\noutput = json\n"
    write(home, "config", f"{default}\n[profile dev]\nregion = us-east-2\noutput = json\n")
    write(home, "credentials", f"[default]\n{KEYS}\n[dev]\n{KEYS}")
    return {**KUBECTL, "AWS_PROFILE": "dev"}


def five_thousand_profiles(home, _):
    """The file of a tool that writes down every account: 1 MB. The profile in use is the last one."""
    profiles = [one_of_many(number) for number in range(1, PROFILES + 1)]
    write(home, "config", "".join(profiles))
    return {**KUBECTL, "AWS_PROFILE": f"team-{PROFILES}"}


def one_of_many(number):
    """A profile of PROFILE_BYTES: by turns one of SSO, of a role and of keys. The last one has keys."""
    settings = [
        KEYS,
        f"role_arn = arn:aws:iam::{number:012}:role/Deployer\nsource_profile = team-{PROFILES}\n",
        "sso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n"
        f"sso_account_id = {number:012}\nsso_role_name = Admin\n",
    ][(PROFILES - number) % 3]
    section = f"[profile team-{number:04}]\nregion = {REGION}\noutput = json\n{settings}\n"
    comment = f"# account {number:04} "
    return comment.ljust(PROFILE_BYTES - len(section) - 1, "-") + "\n" + section


def role(home, sts_url):
    """A person whose keys are good for nothing but a role."""
    dev = f"[profile dev]\nregion = {REGION}\noutput = json\n"
    its_role = "role_arn = arn:aws:iam::111122223333:role/Deployer\nsource_profile = dev\n"
    deployer = f"[profile deployer]\nregion = {REGION}\n{its_role}"
    write(home, "config", f"{dev}\n{deployer}")
    write(home, "credentials", f"[dev]\n{KEYS}")
    # The AWS CLI learnt of AWS_ENDPOINT_URL_STS after 2.9.19; all versions take rules of endpoints from here.
    rule = {"conditions": [], "type": "endpoint", "endpoint": {"url": sts_url, "properties": {}, "headers": {}}}
    rules = {"version": "1.0", "parameters": {}, "rules": [rule]}
    write(home, "models/sts/2011-06-15/endpoint-rule-set-1.json", json.dumps(rules))
    return {**KUBECTL, "AWS_PROFILE": "deployer", "AWS_ENDPOINT_URL_STS": sts_url}


def crowd(home):
    """OTHERS entries more in ekscred's own folder, and in the AWS CLI's: copies of what is there, under other names."""
    own, cli = home / ".cache/ekscred", home / ".aws/cli/cache"
    token, session = one_of(own, "token-*.json"), one_of(cli, "*.json")
    digests = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(OTHERS)]
    for digest in digests[::2]:
        (own / f"token-{digest}.json").write_bytes(token)
        (own / f"role-{digest}.json").write_bytes(session)
    for digest in digests:
        (cli / f"{digest[:40]}.json").write_bytes(session)
    for file in (*own.iterdir(), *cli.glob("*.json")):
        file.chmod(0o600)


def one_of(folder, pattern):
    for file in folder.glob(pattern):
        return file.read_bytes()
    fail(f"nothing was kept: no {folder}/{pattern}")


def write(home, name, text):
    file = home / ".aws" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


OF_KEYS = ("AWS CLI", "aws-iam-authenticator")
OF_SESSIONS = ("AWS CLI", "aws-iam-authenticator --cache")

SCENARIOS = {
    "environment": Scenario(environment, OF_KEYS),
    "profile": Scenario(profile, OF_KEYS),
    "5000 profiles": Scenario(five_thousand_profiles, OF_KEYS),
    "role": Scenario(role, OF_SESSIONS),
    "role, 10 000 others": Scenario(role, crowded=True),
}
