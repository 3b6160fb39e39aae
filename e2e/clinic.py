"""The clinic: a setup that works from the kubeconfig to the API server, for a test to break in one place.

    setup = clinic.healthy(home)               # a user's kubeconfig and AWS files, and the variables of a shell
    setup.exec["args"].remove("--profile")     # … broken
    report = setup.doctor()                    # what `ekscred doctor` says
    setup.whoami()                             # whom the cluster takes kubectl for, if it does get in

AWS is ministack under AWS's own names (aws_by_name.py), with people of ours; the API server is apiserver.py's, under a
name as EKS gives them. Whatever a kubeconfig would run is a trap for doctor, and ekscred for kubectl.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator
from urllib.parse import quote

import botocore.session
import yaml
from botocore.config import Config

import apiserver
import aws_by_name
import ministack_server
from aws_by_name import Answer, AwsByName, Proxy, Request, refusal
from certificates import Authority
from ministack_server import ACCOUNT, CLUSTER, REGION, Ministack, allow
from plugin import EKSCRED, run_command, run_plugin
from tools import KUBECTL

STEPS = ["kubeconfig", "settings", "credentials", "identity", "cluster", "access", "api-server"]
CLUSTER_ARN = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"
OTHER_ACCOUNT = "444455556666"  # has a cluster of the same name
EMPTY_ACCOUNT = "777788889999"
HOST = f"0123456789ABCDEF0123456789ABCDEF.gr7.{REGION}.eks.amazonaws.com"
FORMER_HOST = f"FEDCBA9876543210FEDCBA9876543210.gr7.{REGION}.eks.amazonaws.com"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"

LOOKS = ["eks:DescribeCluster", "eks:ListClusters"]
READS = [*LOOKS, "eks:ListAccessEntries", "eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies"]


@dataclass(frozen=True)
class Person:
    """A user, or a role that doris may assume: what AWS lets them do, and what the cluster has for them."""

    may: list[str] = field(default_factory=lambda: READS)
    entry: bool = True
    policy: bool = True
    account: str = ACCOUNT


USERS = {
    "doris": Person([*READS, "sts:AssumeRole"]),  # gets in
    "nora": Person(entry=False),
    "paula": Person(policy=False),
    "quentin": Person([]),
    "lena": Person(LOOKS),
    "oscar": Person(account=OTHER_ACCOUNT, entry=False),
    "otto": Person(account=EMPTY_ACCOUNT, entry=False),
}
ROLES = {
    "team/operator": Person(),
    "team/outsider": Person(entry=False),
    "team/closed": Person(),  # trusts nobody
}


def user_arn(name: str) -> str:
    return f"arn:aws:iam::{USERS[name].account}:user/{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


@dataclass
class Clinic:
    ministack: Ministack
    names: AwsByName
    server: apiserver.ApiServer  # the API server
    impostor: apiserver.ApiServer  # another, whose certificate has another name
    detour: Proxy  # leads to the API server alone
    authority: str  # the cluster's, as in a kubeconfig
    keys: dict[str, dict[str, str]]  # of each user, as variables
    folder: Path  # its `bin` has what kubeconfigs run, its `trap` what nobody may run
    described: dict = field(default_factory=dict)  # how the cluster differs from what ministack tells

    def reset(self):
        self.names.reset()
        self.names.aws.answers.append(self.describe)
        self.names.proxy.routes.update({HOST.lower(): self.server.server_port, FORMER_HOST.lower(): self.server.server_port})
        self.server.requests.clear()
        self.server.lets_in, self.server.user = True, None
        self.described = {
            "endpoint": f"https://{HOST}",
            "certificateAuthority": {"data": self.authority},
            "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
        }
        self.sprung.unlink(missing_ok=True)

    @property
    def mode(self) -> str:
        return self.described["accessConfig"]["authenticationMode"]

    @mode.setter
    def mode(self, mode: str):
        self.described["accessConfig"] = {"authenticationMode": mode}

    def session(self, role: str, name: str, seconds: int = 3600) -> dict[str, str]:
        """A session of a role that doris assumes, as variables. With negative seconds it has ended."""
        key_id, secret_key = self.keys["doris"].values()
        sts = botocore.session.get_session().create_client(
            "sts", region_name=REGION, endpoint_url=self.ministack.url, aws_access_key_id=key_id, aws_secret_access_key=secret_key,
            config=Config(parameter_validation=False),  # botocore would let nobody ask for these
        )  # fmt: skip
        answer = sts.assume_role(RoleArn=role_arn(role), RoleSessionName=name, DurationSeconds=seconds)
        return ministack_server.environment(answer["Credentials"])

    @property
    def sprung(self) -> Path:
        """This file is there when a trap was run."""
        return self.folder / "sprung"

    def describe(self, request: Request, answer: Answer) -> Answer | None:
        """EKS's answers as they would be of a cluster that is more than ministack's."""
        if not request.host.startswith("eks.") or answer.status != 200:
            return None
        if self.mode == "CONFIG_MAP" and "/access-entries" in request.path:
            modes = "[API, API_AND_CONFIG_MAP]"
            why = f"The cluster's authentication mode must be set to one of {modes} to perform this operation."
            return refusal("InvalidRequestException", why)
        document = json.loads(answer.body)
        if document.get("cluster", {}).get("arn") != CLUSTER_ARN:
            return None
        document["cluster"].update(self.described)
        return Answer(200, answer.content_type, json.dumps(document))

    def healthy(self, home: Path, shape: str = "ekscred", profile: str = "doris", role: str | None = None) -> Setup:
        credentials = "".join(ini(name, keys) for name, keys in self.keys.items())
        return Setup(
            clinic=self,
            home=home,
            kubeconfig=kubeconfig(SHAPES[shape](profile, role), self.authority),
            files={".aws/credentials": credentials},
            environment={"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **self.names.environment},
        )


def ini(profile: str, settings: dict[str, str]) -> str:
    return "\n".join([f"[{profile}]", *(f"{name.lower()} = {value}" for name, value in settings.items()), "", ""])


@dataclass
class Setup:
    clinic: Clinic
    home: Path
    kubeconfig: dict | str | None  # a text stands in the file as it is
    files: dict[str, str]
    environment: dict[str, str]
    arguments: list[str] = field(default_factory=list)  # of `ekscred doctor`
    whoami_result: subprocess.CompletedProcess | None = None  # of the last `whoami`

    @property
    def user(self) -> dict:
        return self.kubeconfig["users"][0]["user"]

    @property
    def exec(self) -> dict:
        return self.user["exec"]

    @property
    def cluster(self) -> dict:
        return self.kubeconfig["clusters"][0]["cluster"]

    @property
    def context(self) -> dict:
        return self.kubeconfig["contexts"][0]["context"]

    def exec_variable(self, name: str, value: str) -> None:
        self.exec["env"] = [*self.exec.get("env", []), {"name": name, "value": value}]

    def flag(self, name: str, value: str) -> None:
        """Another value for a flag in the kubeconfig, or a flag that was not there."""
        arguments = self.exec["args"]
        if name in arguments:
            arguments[arguments.index(name) + 1] = value
        else:
            arguments += [name, value]

    def write(self) -> None:
        files = dict(self.files)
        if self.kubeconfig is not None:
            is_text = isinstance(self.kubeconfig, str)
            files[".kube/config"] = self.kubeconfig if is_text else yaml.safe_dump(self.kubeconfig)
        for name, text in files.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o600)

    def doctor(self, *arguments: str, **options):
        """A run of `ekscred doctor`. It set off no trap, and its output has no secret."""
        self.write()
        environment = {"PATH": str(self.clinic.folder / "trap"), **self.environment}
        result = run_plugin("doctor", *self.arguments, *arguments, env=environment, **options)
        assert not self.clinic.sprung.exists(), "a command of the kubeconfig was run"
        self.assert_no_secret((result.stdout or "") + result.stderr)
        return result

    def report(self) -> Report:
        return Report.of(self.doctor("--output", "json"))

    def whoami(self) -> str | None:
        """Whom the cluster takes kubectl for, with this setup and by ekscred; None where it does not get in."""
        self.write()
        environment = {"PATH": str(self.clinic.folder / "bin"), **self.environment}
        command = [list(KUBECTL.values())[-1], "auth", "whoami", "-o", "json", *self.arguments]
        self.whoami_result = run_command(command, environment, timeout=60)
        if self.whoami_result.returncode != 0:
            return None
        return json.loads(self.whoami_result.stdout)["status"]["userInfo"]["username"]

    def assert_no_secret(self, output: str) -> None:
        for secret in self.secrets():
            assert secret not in output and quote(secret, safe="") not in output, f"a secret: {secret!r} in {output!r}"

    def secrets(self) -> set[str]:
        """What nobody may print: keys and session tokens that anybody has or got, signatures, tokens for the cluster."""
        clinic = self.clinic
        secrets = {value for keys in clinic.keys.values() for name, value in keys.items() if name != "AWS_ACCESS_KEY_ID"}
        secrets |= {value for name, value in self.environment.items() if name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}
        secrets |= clinic.names.aws.secrets()
        secrets |= {request.token for request in clinic.server.requests if request.token}
        return secrets


@dataclass(frozen=True)
class Report:
    """What `ekscred doctor --output json` says."""

    code: int
    stderr: str
    steps: dict[str, dict]  # by their names

    @classmethod
    def of(cls, result: subprocess.CompletedProcess) -> Report:
        document = json.loads(result.stdout)
        steps = document["steps"]
        assert [step["step"] for step in steps] == STEPS
        assert all(step["state"] in ("done", "failed", "skipped") for step in steps), steps
        return cls(result.returncode, result.stderr, {step["step"]: step for step in steps})

    @property
    def states(self) -> dict[str, str]:
        return {name: step["state"] for name, step in self.steps.items()}

    @property
    def first_failed(self) -> str | None:
        return next((name for name, state in self.states.items() if state == "failed"), None)


# Users of a kubeconfig, as three programs write them


def ekscred(profile: str, role: str | None) -> dict:
    arguments = ["--region", REGION, "eks", "get-token", "--cluster-name", CLUSTER, "--output", "json", "--profile", profile]
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "args": arguments + (["--role-arn", role] if role else []),
        "command": "ekscred",
        "interactiveMode": "IfAvailable",
    }


def aws(profile: str, role: str | None) -> dict:
    """`aws eks update-kubeconfig`"""
    arguments = ["--region", REGION, "eks", "get-token", "--cluster-name", CLUSTER, "--output", "json"]
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "args": arguments + (["--role", role] if role else []),
        "command": "aws",
        "env": [{"name": "AWS_PROFILE", "value": profile}],
    }


def authenticator(profile: str, role: str | None) -> dict:
    """eksctl, where aws-iam-authenticator is installed"""
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "args": ["token", "-i", CLUSTER] + (["-r", role] if role else []),
        "command": "aws-iam-authenticator",
        "env": [
            {"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"},
            {"name": "AWS_DEFAULT_REGION", "value": REGION},
            {"name": "AWS_PROFILE", "value": profile},
        ],
    }


SHAPES = {"ekscred": ekscred, "aws": aws, "authenticator": authenticator}


def kubeconfig(entry: dict, authority: str) -> dict:
    cluster = {"certificate-authority-data": authority, "server": f"https://{HOST}"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CLUSTER_ARN, "cluster": cluster}],
        "contexts": [{"name": CLUSTER_ARN, "context": {"cluster": CLUSTER_ARN, "user": CLUSTER_ARN}}],
        "current-context": CLUSTER_ARN,
        "users": [{"name": CLUSTER_ARN, "user": {"exec": entry}}],
    }


# The people and what they run


@contextlib.contextmanager
def running(ministack: Ministack, folder: Path) -> Iterator[Clinic]:
    """The clinic, until the block ends."""
    keys = make_people(ministack)
    make_commands(folder)
    kubernetes = Authority("kubernetes")
    webhook = ministack.webhooks[CLUSTER]
    with (
        aws_by_name.running(ministack.url, folder) as names,
        apiserver.running(webhook, kubernetes.issue(HOST, FORMER_HOST)) as server,
        apiserver.running(webhook, kubernetes.issue("kubernetes.default.svc")) as impostor,
        aws_by_name.serving(Proxy()) as detour,
    ):
        detour.routes[HOST.lower()] = server.server_port
        yield Clinic(ministack, names, server, impostor, detour, in_kubeconfig(kubernetes), keys, folder)


def in_kubeconfig(authority: Authority) -> str:
    return base64.b64encode(authority.pem).decode()


def make_people(ministack: Ministack) -> dict[str, dict[str, str]]:
    """Users, roles and their access entries; the users' keys."""
    keys = {}
    for name, person in USERS.items():
        iam = ministack_server.client("iam", ministack.url, *root_of(person))
        iam.create_user(UserName=name)
        if person.may:
            iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=allow(*person.may, Resource="*"))
        keys[name] = ministack_server.environment(iam.create_access_key(UserName=name)["AccessKey"])
        admit(ministack, user_arn(name), person)
    iam = ministack_server.client("iam", ministack.url)
    for name, person in ROLES.items():
        path, _, name = f"/{name}".rpartition("/")
        trusted = role_arn("team/nobody") if name == "closed" else user_arn("doris")
        trust = allow("sts:AssumeRole", Principal={"AWS": trusted})
        iam.create_role(Path=f"{path}/", RoleName=name, AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=allow(*person.may, Resource="*"))
        admit(ministack, f"arn:aws:iam::{ACCOUNT}:role{path}/{name}", person)
    make_cluster_of_others(ministack)
    return keys


def admit(ministack: Ministack, principal: str, person: Person) -> None:
    eks = ministack_server.client("eks", ministack.url)
    if person.entry:
        eks.create_access_entry(clusterName=CLUSTER, principalArn=principal)
    if person.entry and person.policy:
        scope = {"type": "cluster"}
        eks.associate_access_policy(clusterName=CLUSTER, principalArn=principal, policyArn=VIEW, accessScope=scope)


def make_cluster_of_others(ministack: Ministack) -> None:
    iam, eks = (ministack_server.client(name, ministack.url, OTHER_ACCOUNT, "root") for name in ("iam", "eks"))
    trust = allow("sts:AssumeRole", Principal={"Service": "eks.amazonaws.com"})
    role = iam.create_role(RoleName="eks", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    eks.create_cluster(name=CLUSTER, roleArn=role, resourcesVpcConfig={})
    eks.get_waiter("cluster_active").wait(name=CLUSTER, WaiterConfig={"Delay": 1})


def root_of(person: Person) -> list[str]:
    """Another account's root has its number for a key."""
    return [] if person.account == ACCOUNT else [person.account, "root"]


def make_commands(folder: Path) -> None:
    """`bin`: every command is ekscred. `trap`: every command gives itself away."""
    for place in "bin", "trap":
        (folder / place).mkdir()
    trap = f'#!/bin/sh\necho "$0 $*" >> "{folder}/sprung"\n'
    for name in "ekscred", "aws", "aws-iam-authenticator", "aws-vault", "sh":
        path = folder / "trap" / name
        path.write_text(trap)
        path.chmod(0o755)
    for name in "ekscred", "aws", "aws-iam-authenticator":
        (folder / "bin" / name).symlink_to(EKSCRED)
