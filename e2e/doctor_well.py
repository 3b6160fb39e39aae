"""Setups that work, each in a way of its own, and setups of which doctor has something to say though nothing is broken.

Like those of doctor_cases.py they are the clinic's healthy one, changed in one place.
"""

from __future__ import annotations

import base64
import functools
from dataclasses import dataclass
from typing import Callable

import yaml

from certificates import Authority
from clinic import CLUSTER_ARN, HOST, SHAPES, Setup, role_arn, user_arn
from doctor_cases import section
from ministack_server import ACCOUNT, CLUSTER, REGION


@dataclass(frozen=True)
class Well:
    """A setup that works, in some way of its own."""

    change: Callable[[Setup], None]
    who: str  # the cluster takes us for
    healthy: dict


@dataclass(frozen=True)
class Remark:
    """A setup without a fault that doctor can be sure of, and something to say about a step: why it is not possible, or
    what to do all the same."""

    change: Callable[[Setup], None]
    step: str
    state: str
    problem: str
    remedy: str
    kubectl: bool | None
    healthy: dict


WELL: dict[str, Well] = {}
REMARKS: dict[str, Remark] = {}


def well(who: str = user_arn("doris"), **healthy):
    """Makes a healthy setup of a function that changes one."""

    def enter(change: Callable[[Setup], None]):
        WELL[change.__name__.replace("_", " ")] = Well(change, who, healthy)
        return change

    return enter


def remark(step: str, state: str, problem: str = "", remedy: str = "", kubectl: bool | None = True, **healthy):
    """Makes a setup with a remark of a function that changes one."""

    def enter(change: Callable[[Setup], None]):
        REMARKS[change.__name__.replace("_", " ")] = Remark(change, step, state, problem, remedy, kubectl, healthy)
        return change

    return enter


# What works, and must be found to work

OPERATOR = role_arn("team/operator")
AS_OPERATOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/EKSGetTokenAuth"

for shape in SHAPES:
    for mode in "API", "API_AND_CONFIG_MAP", "CONFIG_MAP":
        for role, who in (None, user_arn("doris")), (OPERATOR, AS_OPERATOR):
            kind = "role" if role else "user"
            change = functools.partial(lambda setup, mode: setattr(setup.clinic, "mode", mode), mode=mode)
            WELL[f"{shape}, {kind}, {mode}"] = Well(change, who, {"shape": shape, "role": role})


@well()
def context_by_name(setup):
    setup.kubeconfig["current-context"] = "prod"
    setup.arguments = ["--context", CLUSTER_ARN]


@well()
def kubeconfig_by_name(setup):
    setup.arguments = ["--kubeconfig", str(setup.home / "elsewhere")]
    setup.files["elsewhere"] = yaml.safe_dump(setup.kubeconfig)
    setup.kubeconfig["current-context"] = "prod"


@well()
def kubeconfig_of_two_files(setup):
    """The user in a second file, as kubectl reads several."""
    users = setup.kubeconfig.pop("users")
    setup.files["users"] = yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "users": users})
    setup.environment["KUBECONFIG"] = f"{setup.home}/.kube/config::{setup.home}/missing:{setup.home}/users"


@well()
def certificate_authority_in_a_file(setup):
    setup.files[".kube/ca.pem"] = base64.b64decode(setup.cluster.pop("certificate-authority-data")).decode()
    setup.cluster["certificate-authority"] = "ca.pem"


@well()
def cluster_by_its_extension(setup):
    """One user for all clusters: the cluster's entry says which one it is."""
    extension = {"clusterName": CLUSTER, "region": REGION}
    setup.cluster["extensions"] = [{"name": "client.authentication.k8s.io/exec", "extension": extension}]
    setup.exec.update({"args": ["get-token", "--profile", "doris"], "provideClusterInfo": True})


@well(who=f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/doris")
def role_of_a_profile(setup):
    setup.flag("--profile", "work")
    role = {"role_arn": OPERATOR, "source_profile": "doris", "role_session_name": "doris"}
    setup.files[".aws/config"] = section("profile work", role)


@well(who=f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/lost", shape="aws")
def session_of_a_role_whose_path_nobody_tells(setup):
    """The session's ARN has no path, the access entry's has."""
    setup.exec.pop("env")
    setup.environment |= setup.clinic.session("team/operator", "lost")


@well(who=AS_OPERATOR, role=OPERATOR)
def endpoint_of_sts_in_the_environment(setup):
    """It is for our own requests, AssumeRole here, and no part of the token."""
    setup.environment["AWS_ENDPOINT_URL_STS"] = "https://sts.us-east-1.amazonaws.com"


@well()
def tunnel(setup):
    """To the cluster by a port of this machine. Certificates go by the cluster's own name; no proxy is asked."""
    setup.cluster["server"] = setup.clinic.server.url
    setup.cluster["tls-server-name"] = HOST


@well()
def certificates_that_are_not_looked_at(setup):
    del setup.cluster["certificate-authority-data"]
    setup.cluster["insecure-skip-tls-verify"] = True


@well()
def proxy_of_the_kubeconfig(setup):
    """It beats the environment's, which leads to AWS alone."""
    setup.cluster["proxy-url"] = setup.clinic.detour.url
    del setup.clinic.names.proxy.routes[HOST.lower()]


@well()
def token_of_another_region(setup):
    """A cluster takes those of any region's STS; EKS is asked where the kubeconfig's entry says that the cluster is."""
    setup.flag("--region", "us-east-1")


@well()
def proxy_of_the_plugin_alone(setup):
    """What the exec block sets is for the plugin; kubectl goes to the cluster by its own environment."""
    setup.exec_variable("HTTPS_PROXY", setup.environment["HTTPS_PROXY"])
    setup.environment["HTTPS_PROXY"] = setup.clinic.detour.url


# No fault, and something to say


@remark("kubeconfig", "skipped", "certificate", kubectl=None)
def user_with_a_client_certificate(setup):
    setup.user.clear()
    setup.user.update({"client-certificate": "client.pem", "client-key": "client.key"})


@remark("kubeconfig", "skipped", "token of its own|a token", kubectl=None)
def user_with_a_token(setup):
    setup.user.clear()
    setup.user["token"] = "a-t0ken-of-a-service-account"


@remark("kubeconfig", "skipped", "aws-vault", kubectl=None)
def wrapper(setup):
    setup.exec.update({"command": "aws-vault", "args": ["exec", "doris", "--", "aws", *setup.exec["args"]]})


@remark("kubeconfig", "skipped", "sh", kubectl=None)
def shell(setup):
    setup.exec.update({"command": "sh", "args": ["-c", " ".join(["aws", *setup.exec["args"]])]})


@remark("kubeconfig", "skipped", "gke-gcloud-auth-plugin", kubectl=None)
def plugin_of_another_cloud(setup):
    setup.exec.update({"command": "gke-gcloud-auth-plugin", "args": []})


@remark("identity", "skipped", "certificate", "AWS_CA_BUNDLE|--ca-bundle")
def ca_bundle_of_others(setup):
    """STS cannot be asked, and need not be: a token from keys is made without it."""
    (setup.home / "others.pem").write_bytes(Authority("others").pem)
    setup.environment["AWS_CA_BUNDLE"] = str(setup.home / "others.pem")


@remark("cluster", "skipped", "eks:DescribeCluster")
def nobody_may_describe_the_cluster(setup):
    setup.flag("--profile", "quentin")


@remark("cluster", "skipped", "endpoint.*the API server lets the token in")
def cluster_by_another_name(setup):
    """As through a tunnel: whoever the certificate is of, a cluster that lets in is the right one."""
    setup.cluster["server"] = f"https://{HOST}:8443"


@remark("access", "skipped", "eks:(ListAccessEntries|DescribeAccessEntry)")
def nobody_may_see_access_entries(setup):
    setup.flag("--profile", "lena")


@remark("access", "done", remedy=rf"aws eks associate-access-policy .*--principal-arn {user_arn('paula')}\b")
def access_entry_that_allows_nothing(setup):
    """kubectl gets in, and is told of everything that it is forbidden."""
    setup.flag("--profile", "paula")


@remark("credentials", "done", remedy="unset AWS_ACCESS_KEY_ID|--profile nora", shape="aws")
def keys_of_the_environment_beside_a_profile(setup):
    setup.exec_variable("AWS_PROFILE", "nora")
    setup.environment |= setup.clinic.keys["doris"]
