"""Broken setups: each is the clinic's healthy one, but for one thing that is wrong. What doctor must say of each.

A case names the first step that fails, what the problem and the remedy must tell (regular expressions over decisive
words), the exit code, and whether kubectl gets in all the same (None where this cannot be asked of it).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Callable

from certificates import Authority
from clinic import CLUSTER_ARN, FORMER_HOST, HOST, OTHER_ACCOUNT, Setup, in_kubeconfig, role_arn, user_arn
from ministack_server import ACCOUNT, CLUSTER, REGION
from plugin import KEYS
from tools import LIBFAKETIME

MINUTES_20 = r"(19|20) minutes"
NOBODY = "http://127.0.0.1:1"  # a proxy that is not there

USAGE, CONFIGURATION, REFUSED, OTHER = 252, 253, 254, 255  # exit codes


@dataclass(frozen=True)
class Case:
    spoil: Callable[[Setup], None]
    step: str
    problem: str
    remedy: str
    code: int
    kubectl: bool | None
    healthy: dict  # which healthy setup: see `Clinic.healthy`


CASES: dict[str, Case] = {}


def case(step: str, problem: str, remedy: str, code: int, kubectl: bool | None = False, **healthy):
    """Makes a case of a function that spoils a setup; its name is the function's."""

    def enter(spoil: Callable[[Setup], None]):
        CASES[spoil.__name__.replace("_", " ")] = Case(spoil, step, problem, remedy, code, kubectl, healthy)
        return spoil

    return enter


def create_entry(principal: str) -> str:
    """The command that lets somebody in."""
    return rf"aws eks create-access-entry --cluster-name {CLUSTER} --region {REGION} --principal-arn {principal}\b"


def in_config_map(kind: str, arn: str) -> str:
    """The item of the ConfigMap aws-auth that lets somebody in."""
    return rf'- \{{{kind}arn: "?{arn}"?, username: '


# The kubeconfig


@case("kubeconfig", r"no kubeconfig|\.kube/config", "ekscred update-kubeconfig", CONFIGURATION)
def no_kubeconfig(setup):
    setup.kubeconfig = None


@case("kubeconfig", r"\.kube/config: line 3\b", "correct the file.*--kubeconfig", CONFIGURATION)
def broken_yaml(setup):
    setup.kubeconfig = "apiVersion: v1\nkind: Config\nclusters: [\n"


@case("kubeconfig", "prod", f"contexts there: {CLUSTER_ARN}", CONFIGURATION)
def context_that_does_not_exist(setup):
    setup.arguments = ["--context", "prod"]


@case("kubeconfig", "current-context|current context", "use-context|--context", CONFIGURATION)
def no_current_context(setup):
    del setup.kubeconfig["current-context"]


@case("kubeconfig", "prod", f"contexts there: {CLUSTER_ARN}", CONFIGURATION)
def current_context_that_does_not_exist(setup):
    setup.kubeconfig["current-context"] = "prod"


@case("kubeconfig", "user", "ekscred update-kubeconfig|set-context", CONFIGURATION)
def context_without_user(setup):
    del setup.context["user"]


@case("kubeconfig", "user `?somebody", "ekscred update-kubeconfig|set-context", CONFIGURATION)
def user_entry_missing(setup):
    setup.context["user"] = "somebody"


@case("kubeconfig", "cluster `?elsewhere", "ekscred update-kubeconfig|set-context", CONFIGURATION)
def cluster_entry_missing(setup):
    setup.context["cluster"] = "elsewhere"


@case("kubeconfig", "v1alpha1", "v1beta1|/v1", CONFIGURATION)
def exec_of_v1alpha1(setup):
    setup.exec["apiVersion"] = "client.authentication.k8s.io/v1alpha1"


@case("kubeconfig", "interactiveMode", "interactiveMode", CONFIGURATION)
def exec_of_v1_without_interactive_mode(setup):
    del setup.exec["interactiveMode"]


@case("kubeconfig", "interactiveMode `Sometimes", "IfAvailable", CONFIGURATION)
def interactive_mode_that_does_not_exist(setup):
    setup.exec["interactiveMode"] = "Sometimes"


@case("kubeconfig", "token beside its plugin", "take token out", CONFIGURATION)
def token_beside_the_plugin(setup):
    """kubectl sends that one, and does not run the plugin."""
    setup.user["token"] = "a-t0ken-of-a-service-account"


@case("kubeconfig", "user in its URL", "take the user out", CONFIGURATION)
def server_with_a_user(setup):
    """kubectl names that one, and sends no token."""
    setup.cluster["server"] = f"https://doris:s3cret@{HOST}"


@case("kubeconfig", "/opt/gone/ekscred", "install|command", CONFIGURATION)
def command_that_is_not_installed(setup):
    setup.exec["command"] = "/opt/gone/ekscred"


@case("kubeconfig", "--cluster-nmae", "--cluster-name|args", USAGE)
def flag_mistyped(setup):
    setup.exec["args"][setup.exec["args"].index("--cluster-name")] = "--cluster-nmae"


# Settings and credentials


@case("settings", "nobody", "profile", CONFIGURATION)
def unknown_profile(setup):
    setup.flag("--profile", "nobody")


@case("credentials", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY|unset", CONFIGURATION, shape="aws")
def half_a_key_pair(setup):
    setup.environment["AWS_ACCESS_KEY_ID"] = KEYS["AWS_ACCESS_KEY_ID"]


@case("credentials", "no credentials", "aws configure|aws sso login|profile", CONFIGURATION, shape="aws")
def no_credentials_at_all(setup):
    setup.exec.pop("env")
    setup.files.clear()


@case("credentials", "corp.*expired|expired.*corp", "aws sso login --(sso-session|profile) ", CONFIGURATION)
def sso_login_that_has_expired(setup):
    setup.flag("--profile", "work")
    sso = {"sso_session": "corp", "sso_account_id": ACCOUNT, "sso_role_name": "developer"}
    session = {"sso_start_url": "https://example.awsapps.com/start", "sso_region": REGION}
    setup.files[".aws/config"] = section("profile work", sso) + section("sso-session corp", session)
    login = {**session, "accessToken": "the-access-token-of-a-login", "expiresAt": "2026-01-02T03:04:05Z"}
    name = hashlib.sha1(b"corp").hexdigest()
    setup.files[f".aws/sso/cache/{name}.json"] = json.dumps(login)


@case("credentials", "expired", "new ones|new credentials|AWS_CREDENTIAL_EXPIRATION", CONFIGURATION, shape="aws")
def keys_whose_end_is_over(setup):
    setup.exec.pop("env")
    setup.environment |= {**setup.clinic.keys["doris"], "AWS_CREDENTIAL_EXPIRATION": "2026-01-02T03:04:05Z"}


@case("credentials", "team/closed.*AccessDenied", "trust|sts:AssumeRole", REFUSED, role=role_arn("team/closed"))
def role_that_may_not_be_assumed(setup):
    pass


# STS


@case("identity", "ExpiredToken", "sign in|log in|login|new (ones|credentials)|renew", REFUSED, shape="aws")
def session_that_has_expired(setup):
    """Nothing on this machine tells its end."""
    setup.exec.pop("env")
    setup.environment |= setup.clinic.session("team/operator", "late", seconds=-1)


@case("identity", "SignatureDoesNotMatch", "^(?!.*name the cluster).*secret access key", REFUSED)
def secret_key_mistyped(setup):
    secret = setup.clinic.keys["doris"]["AWS_SECRET_ACCESS_KEY"]
    setup.files[".aws/credentials"] = setup.files[".aws/credentials"].replace(secret, secret[::-1])


@case("identity", "InvalidClientTokenId", "key|deleted|inactive", REFUSED)
def key_that_aws_does_not_know(setup):
    key = setup.clinic.keys["doris"]["AWS_ACCESS_KEY_ID"]
    setup.files[".aws/credentials"] = setup.files[".aws/credentials"].replace(key, KEYS["AWS_ACCESS_KEY_ID"])


@case("identity", rf"clock is {MINUTES_20} ahead", "clock|time", REFUSED)
def clock_20_minutes_ahead(setup):
    setup.environment |= clock("+20m")


@case("identity", rf"clock is {MINUTES_20} behind", "clock|time", REFUSED)
def clock_20_minutes_behind(setup):
    setup.environment |= clock("-20m")


@case("identity", rf"clock is {MINUTES_20} behind", "clock|time", REFUSED, role=role_arn("team/operator"))
def clock_20_minutes_behind_for_a_role(setup):
    """AWS's own SDK gets the role all the same: it goes by AWS's clock once it was refused."""
    setup.environment |= clock("-20m")


@case("api-server", r"127.0.0.1:1 \(HTTPS_PROXY\)", "proxy", OTHER)
def proxy_that_is_down(setup):
    """Neither AWS nor the cluster can be reached; only the cluster must be."""
    setup.environment["HTTPS_PROXY"] = NOBODY


@case("api-server", r"127.0.0.1:\d+ \(HTTPS_PROXY\).*user and a password", "URL", OTHER)
def proxy_that_refuses(setup):
    setup.clinic.names.proxy.refusal = "407 Proxy Authentication Required"


@case("identity", r"missing\.pem \(AWS_CA_BUNDLE\)", "PEM", CONFIGURATION, kubectl=True)
def ca_bundle_that_is_missing(setup):
    setup.environment["AWS_CA_BUNDLE"] = str(setup.home / "missing.pem")


@case("identity", "4096", "session token|policy|policies|tags", CONFIGURATION, shape="aws")
def token_too_long(setup):
    setup.environment |= {**KEYS, "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SESSION_TOKEN": "t0ken+/=" * 438}


@case("identity", r"rule 5|host of STS", "--sts-endpoint", CONFIGURATION)
def sts_endpoint_that_is_not_of_aws(setup):
    setup.flag("--sts-endpoint", f"https://vpce-0123456789abcdef0.sts.{REGION}.vpce.amazonaws.com")


# The cluster as AWS knows it


@case("cluster", CLUSTER, rf"account.*{ACCOUNT}", CONFIGURATION)
def keys_of_another_account(setup):
    setup.flag("--profile", "otto")


@case("cluster", OTHER_ACCOUNT, "^(?!.*update-kubeconfig).*(account|profile|credentials)", CONFIGURATION)
def keys_of_another_account_with_such_a_cluster(setup):
    """Whoever wrote that one into the kubeconfig would lose the right one."""
    setup.flag("--profile", "oscar")


@case("cluster", "dmeo", f"is {CLUSTER} meant", CONFIGURATION)
def name_mistyped(setup):
    setup.flag("--cluster-name", "dmeo")


@case("cluster", "warehouse", rf"clusters there: .*{CLUSTER}", CONFIGURATION)
def cluster_that_was_deleted(setup):
    setup.flag("--cluster-name", "warehouse")


@case("cluster", "CREATING", "wait|ACTIVE", CONFIGURATION, kubectl=None)
def cluster_that_is_not_ready(setup):
    setup.clinic.described["status"] = "CREATING"


@case("cluster", "certificate authority|certificate-authority", "ekscred update-kubeconfig", CONFIGURATION)
def ca_that_changed(setup):
    setup.cluster["certificate-authority-data"] = in_kubeconfig(Authority("kubernetes"))


@case("cluster", f"{FORMER_HOST}|{HOST}", "ekscred update-kubeconfig", CONFIGURATION)
def endpoint_that_changed(setup):
    setup.cluster["server"] = f"https://{FORMER_HOST}"
    del setup.clinic.names.proxy.routes[FORMER_HOST.lower()]


# Access


@case("access", user_arn("nora"), create_entry(user_arn("nora")), REFUSED)
def no_access_entry(setup):
    setup.clinic.mode = "API"
    setup.flag("--profile", "nora")


@case("access", role_arn("(team/)?outsider"), create_entry(role_arn("team/outsider")), REFUSED, role=role_arn("team/outsider"))
def role_without_access_entry(setup):
    """The access entry wants the ARN with the role's path, which the kubeconfig has."""
    setup.clinic.mode = "API"


@case("access", user_arn("nora"), create_entry(user_arn("nora")), REFUSED, shape="aws")
def keys_of_the_environment_before_the_profile(setup):
    setup.clinic.mode = "API"
    setup.environment |= setup.clinic.keys["nora"]


# The API server


@case("api-server", "401 Unauthorized", f"{create_entry(user_arn('nora'))}.*mapUsers.*{in_config_map('user', user_arn('nora'))}", REFUSED)
def neither_access_entry_nor_config_map(setup):
    setup.flag("--profile", "nora")


@case("api-server", "401 Unauthorized", f"mapUsers.*{in_config_map('user', user_arn('nora'))}", REFUSED)
def user_who_is_not_in_the_config_map(setup):
    setup.clinic.mode = "CONFIG_MAP"
    setup.flag("--profile", "nora")


@case("api-server", "401 Unauthorized", f"mapRoles.*{in_config_map('role', role_arn('outsider'))}", REFUSED, role=role_arn("team/outsider"))
def role_that_is_not_in_the_config_map(setup):
    """The config map wants the ARN without the role's path, whatever IAM calls it."""
    setup.clinic.mode = "CONFIG_MAP"


@case("api-server", "401 Unauthorized.*though .* has an access entry", "wait a minute.*this very cluster", REFUSED)
def api_server_that_refuses(setup):
    setup.clinic.server.lets_in = False


@case("api-server", "127.0.0.1:1", "endpoint is private.*publicAccessCidrs", OTHER)
def api_server_where_nobody_listens(setup):
    setup.cluster["server"] = setup.clinic.described["endpoint"] = "https://127.0.0.1:1"


@case("api-server", r"proxy 127.0.0.1:\d+ \(HTTPS_PROXY\)", "proxy|whoever runs it", OTHER)
def api_server_that_the_proxy_does_not_know(setup):
    del setup.clinic.names.proxy.routes[HOST.lower()]


@case("api-server", f"certificate is not for {HOST}", "tls-server-name", CONFIGURATION)
def api_server_with_a_certificate_for_another_name(setup):
    setup.clinic.names.proxy.routes[HOST.lower()] = setup.clinic.impostor.server_port


@case("api-server", r"127.0.0.1:1 \(proxy-url\)", "proxy", OTHER)
def proxy_of_the_kubeconfig_that_is_down(setup):
    setup.cluster["proxy-url"] = NOBODY


def section(name: str, settings: dict[str, str]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in settings.items()), "", ""])


def clock(offset: str) -> dict[str, str]:
    """Moves the time of day; waits and files keep their own."""
    fake = {"LD_PRELOAD": str(LIBFAKETIME), "FAKETIME": offset}
    return {**fake, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
