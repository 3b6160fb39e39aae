"""Roles and web identities, at an AWS that nobody here wrote.

ministack decides who may assume which role, by the role's trust policy; and it says whose token it is that we made of
the role's keys. A front before it keeps what it was asked for (front.py).
"""

import base64
import json
import re
import shlex
import subprocess
from urllib.parse import urlsplit

import pytest

import front
import ministack_server
from kubeconfigs import ekscred, kubeconfig, with_environment
from ministack_server import ACCOUNT, CLUSTER, REGION, allow
from plugin import EKSCRED, KEYS, assert_credential, assert_error, token_url
from tools import KUBECTL

ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
SERVICE_ACCOUNT = "system:serviceaccount:apps:shop"


def arn_of(role):
    return f"arn:aws:iam::{ACCOUNT}:role/{role}"


def session_of(role, name):
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"


@pytest.fixture(scope="module")
def roles(ministack):
    """Makes the roles; `developer` is there already, and trusts alice without conditions (ministack_server.py)."""
    iam = ministack_server.client("iam", ministack.url)
    alice = ministack.callers["user"].arn
    provider = iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ThumbprintList=["0" * 40])

    def trusting(kind, who, action="sts:AssumeRole", **condition):
        conditions = {"Condition": {"StringEquals": condition}} if condition else {}
        return allow(action, Principal={kind: who}, **conditions)

    oidc = provider["OpenIDConnectProviderArn"]
    trust_policies = {
        "partner": trusting("AWS", alice, **{"sts:ExternalId": "agreed-with-alice"}),
        "personal": trusting("AWS", alice, **{"sts:RoleSessionName": "alice@example.com"}),
        "second": trusting("AWS", arn_of("developer")),
        "third": trusting("AWS", arn_of("second")),
        "of-bob": trusting("AWS", arn_of("bob")),
        "shop": trusting("Federated", oidc, "sts:AssumeRoleWithWebIdentity", **{f"{ISSUER}:sub": SERVICE_ACCOUNT}),
        "above-shop": trusting("AWS", arn_of("shop")),
    }
    for name, policy in trust_policies.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)
    may = allow("sts:AssumeRole", Resource="*")
    for name in "developer", "second", "shop":
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=may)


@pytest.fixture
def sts(roles, ministack):
    """ministack's STS, seen through a front."""
    with front.running(ministack.url) as server:
        yield server


@pytest.fixture
def get_token(run, sts):
    """get_token(*more_arguments, env=…): one run whose requests to STS go to `sts`."""

    def get_token(*arguments, env=None):
        variables = {"AWS_ENDPOINT_URL_STS": sts.url, **(env or {})}
        return run("get-token", "--cluster-name", CLUSTER, "--region", REGION, *arguments, env=variables)

    return get_token


@pytest.fixture
def alice(ministack, aws_files):
    """alice(config): her keys in the credentials file, as profile `alice`, and that config file."""
    keys = ministack.callers["user"].environment

    def write(config=""):
        credentials = "".join(f"{name.lower()} = {value}\n" for name, value in keys.items())
        aws_files(credentials=f"[alice]\n{credentials}", config=config)
        return keys

    return write


@pytest.fixture
def whose(ministack):
    """whose(result): the ARN by which STS knows the bearer of the token that a run gave."""

    def whose(result):
        url = token_url(assert_credential(result)["status"]["token"])
        assert urlsplit(url).netloc == f"sts.{REGION}.amazonaws.com"
        status, arn = ministack.ask(url, CLUSTER)
        assert status == 200, arn
        return arn

    return whose


def profile(name, **settings):
    return "\n".join([f"[profile {name}]", *(f"{key} = {value}" for key, value in settings.items()), ""])


def role_profile(name, role, source="alice", **settings):
    return profile(name, role_arn=arn_of(role), source_profile=source, **settings)


# Roles in profiles


def test_role_of_a_profile(alice, sts, get_token, whose):
    alice(role_profile("dev", "developer", role_session_name="alice-at-work"))
    assert whose(get_token("--profile", "dev")) == session_of("developer", "alice-at-work")
    assert sts.summaries == ["AssumeRole"]


def test_session_name_is_the_aws_clis_where_none_is_given(alice, get_token, whose):
    alice(role_profile("dev", "developer"))
    assert re.fullmatch(session_of("developer", r"botocore-session-\d{10}"), whose(get_token("--profile", "dev")))


@pytest.mark.parametrize(
    ("settings", "duration"),
    [({}, None), ({"duration_seconds": 900}, "900"), ({"duration_seconds": 43200}, "43200")],
)
def test_duration_of_a_profile(settings, duration, alice, sts, get_token, whose):
    alice(role_profile("dev", "developer", role_session_name="alice", **settings))
    assert whose(get_token("--profile", "dev")) == session_of("developer", "alice")
    assert sts.requests[0].form.get("DurationSeconds") == duration


# What the trust policy demands: the settings, and whether they get the role
DEMANDS = {
    "external id": ("partner", {"external_id": "agreed-with-alice"}, True),
    "wrong external id": ("partner", {"external_id": "agreed-with-bob"}, False),
    "no external id": ("partner", {}, False),
    "session name": ("personal", {"role_session_name": "alice@example.com"}, True),
    "wrong session name": ("personal", {"role_session_name": "bob@example.com"}, False),
    "no session name": ("personal", {}, False),
    "somebody else": ("of-bob", {}, False),
    "missing role": ("nonexistent", {}, False),
}
FLAGS = {"external_id": "--external-id", "role_session_name": "--session-name"}
each_demand = pytest.mark.parametrize(("role", "settings", "granted"), DEMANDS.values(), ids=DEMANDS)


def assert_demand(result, role, settings, granted, whose):
    if granted:
        name = settings.get("role_session_name")
        assert re.fullmatch(session_of(role, name or ".*"), whose(result))
    else:
        assert_error(result, 254, rf"AssumeRole of {arn_of(role)} was refused: AccessDenied: User: .*")


@each_demand
def test_trust_policy_and_a_profile(role, settings, granted, alice, get_token, whose):
    alice(role_profile("dev", role, **settings))
    assert_demand(get_token("--profile", "dev"), role, settings, granted, whose)


@each_demand
def test_trust_policy_and_flags(role, settings, granted, alice, get_token, whose):
    keys = alice()
    flags = [word for key, value in settings.items() for word in (FLAGS[key], value)]
    assert_demand(get_token("--role-arn", arn_of(role), *flags, env=keys), role, settings, granted, whose)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"aws_secret_access_key": "of-somebody-else"}, "SignatureDoesNotMatch"),
        ({"aws_access_key_id": "AKIANOBODYNOBODYNOBO"}, "InvalidClientTokenId"),
    ],
)
def test_wrong_keys_below_a_role(wrong, code, ministack, aws_files, sts, get_token):
    keys = {name.lower(): value for name, value in ministack.callers["user"].environment.items()}
    aws_files(config=profile("alice", **{**keys, **wrong}) + role_profile("dev", "developer"))
    assert_error(get_token("--profile", "dev"), 254, f"AssumeRole of {arn_of('developer')} was refused: {code}")
    assert sts.summaries == ["AssumeRole"]


# Chains

CHAIN = (
    role_profile("dev", "developer", role_session_name="hop-1")
    + role_profile("two", "second", source="dev", role_session_name="hop-2")
    + role_profile("three", "third", source="two", role_session_name="hop-3")
)


@pytest.mark.parametrize(("name", "role", "hops"), [("dev", "developer", 1), ("two", "second", 2), ("three", "third", 3)])
def test_chain_of_roles(name, role, hops, alice, sts, get_token, whose):
    """Each role trusts only the one before it. One host, one connection, one request a hop."""
    alice(CHAIN)
    assert whose(get_token("--profile", name)) == session_of(role, f"hop-{hops}")
    assert [request.form["RoleArn"] for request in sts.requests] == [
        arn_of(role) for role in ("developer", "second", "third")[:hops]
    ]
    assert sts.connections == 1


def test_chain_that_leaves_out_a_hop(alice, sts, get_token):
    alice(role_profile("dev", "developer") + role_profile("three", "third", source="dev"))
    assert_error(get_token("--profile", "three"), 254, f"AssumeRole of {arn_of('third')} was refused: AccessDenied")
    assert sts.summaries == ["AssumeRole", "AssumeRole"]


# Where the keys below a role come from


def test_credential_source_environment(alice, get_token, whose):
    keys = alice(profile("dev", role_arn=arn_of("developer"), credential_source="Environment", role_session_name="from-env"))
    assert whose(get_token("--profile", "dev", env=keys)) == session_of("developer", "from-env")


def test_role_of_aws_profile_stands_back_behind_the_environment(alice, ministack, sts, get_token, whose):
    keys = alice(role_profile("dev", "developer"))
    assert whose(get_token(env={**keys, "AWS_PROFILE": "dev"})) == ministack.callers["user"].arn
    assert sts.requests == []


def test_flagged_profile_beats_the_environment(alice, get_token, whose):
    alice(role_profile("dev", "developer", role_session_name="alice"))
    assert whose(get_token("--profile", "dev", env=KEYS)) == session_of("developer", "alice")


@pytest.fixture
def process_of_alice(ministack, tmp_path):
    """A credential_process that gives alice's keys."""
    keys = ministack.callers["user"].environment
    answer = {"Version": 1, "AccessKeyId": keys["AWS_ACCESS_KEY_ID"], "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"]}
    document = tmp_path / "alice's keys.json"
    document.write_text(json.dumps(answer))
    return f"/bin/cat {shlex.quote(str(document))}"


def test_process(process_of_alice, ministack, aws_files, sts, get_token, whose):
    aws_files(config=profile("process", credential_process=process_of_alice))
    assert whose(get_token("--profile", "process")) == ministack.callers["user"].arn
    assert sts.requests == []


def test_process_below_a_role(process_of_alice, aws_files, get_token, whose):
    config = profile("process", credential_process=process_of_alice)
    aws_files(config=config + role_profile("dev", "developer", source="process", role_session_name="alice"))
    assert whose(get_token("--profile", "dev")) == session_of("developer", "alice")


# --role-arn


def test_flagged_role(alice, sts, get_token, whose):
    keys = alice()
    result = get_token("--role-arn", arn_of("developer"), env=keys)
    assert whose(result) == session_of("developer", "EKSGetTokenAuth"), "the AWS CLI's name for it"
    assert sts.summaries == ["AssumeRole"]


def test_flagged_role_on_top_of_a_profiles_role(alice, sts, get_token, whose):
    alice(CHAIN)
    result = get_token("--profile", "two", "--role-arn", arn_of("third"), "--session-name", "on-top")
    assert whose(result) == session_of("third", "on-top")
    assert sts.summaries == ["AssumeRole"] * 3
    assert sts.connections == 1


def test_flagged_duration(alice, sts, get_token, whose):
    keys = alice()
    result = get_token("--role-arn", arn_of("developer"), "--session-name", "me", "--duration", "1800", env=keys)
    assert whose(result) == session_of("developer", "me")
    assert sts.requests[0].form["DurationSeconds"] == "1800"


def test_forwarded_session_name(alice, sts, get_token, whose):
    alice(CHAIN)
    result = get_token("--profile", "dev", "--role-arn", arn_of("second"), "--forward-session-name")
    assert whose(result) == session_of("second", "hop-1")
    assert sts.summaries == ["AssumeRole", "GetCallerIdentity", "AssumeRole"]
    assert sts.connections == 1


def test_user_has_no_session_name_to_forward(alice, get_token, whose):
    keys = alice()
    result = get_token("--role-arn", arn_of("developer"), "--forward-session-name", env=keys)
    assert whose(result) == session_of("developer", "EKSGetTokenAuth")


# Web identities


@pytest.fixture
def web_identity(tmp_path):
    """web_identity(subject): a file with a token that says so, as EKS mounts it into a pod."""

    def write(subject):
        claims = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", "sub": subject}
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, claims)]
        path = tmp_path / "token"
        path.write_text(".".join([*parts, "c2lnbmF0dXJl"]))
        return str(path)

    return write


def irsa(token_file, **more):
    """What EKS puts into the environment of a pod."""
    return {"AWS_WEB_IDENTITY_TOKEN_FILE": token_file, "AWS_ROLE_ARN": arn_of("shop"), **more}


WAYS = ["environment", "profile", "source_profile"]


@pytest.fixture
def with_web_identity(web_identity, aws_files, get_token):
    """with_web_identity(way, subject): a run with the token of that subject, given in one of WAYS."""

    def run(way, subject):
        token_file = web_identity(subject)
        if way == "environment":
            return get_token(env=irsa(token_file, AWS_ROLE_SESSION_NAME="pod"))
        config = profile("pod", role_arn=arn_of("shop"), web_identity_token_file=token_file, role_session_name="pod")
        aws_files(config=config + role_profile("above", "above-shop", source="pod", role_session_name="pod"))
        return get_token("--profile", "pod" if way == "profile" else "above")

    return run


@pytest.mark.parametrize("way", WAYS)
def test_web_identity(way, sts, with_web_identity, whose):
    role, more = ("above-shop", ["AssumeRole"]) if way == "source_profile" else ("shop", [])
    assert whose(with_web_identity(way, SERVICE_ACCOUNT)) == session_of(role, "pod")
    assert sts.summaries == ["AssumeRoleWithWebIdentity", *more]
    assert sts.connections == 1


@pytest.mark.parametrize("way", WAYS)
def test_web_identity_of_somebody_else(way, sts, with_web_identity):
    result = with_web_identity(way, "system:serviceaccount:apps:admin")
    assert_error(result, 254, f"AssumeRoleWithWebIdentity of {arn_of('shop')} was refused: AccessDenied")
    assert sts.summaries == ["AssumeRoleWithWebIdentity"]


def test_web_identity_without_a_session_name(web_identity, get_token, whose):
    result = get_token(env=irsa(web_identity(SERVICE_ACCOUNT)))
    assert re.fullmatch(session_of("shop", r"botocore-session-\d{10}"), whose(result))


def test_environment_beats_web_identity_and_a_flagged_profile_beats_both(ministack, alice, web_identity, get_token, whose):
    keys = alice(role_profile("dev", "developer", role_session_name="alice"))
    pod = irsa(web_identity(SERVICE_ACCOUNT))
    assert whose(get_token(env={**pod, **keys})) == ministack.callers["user"].arn
    assert whose(get_token("--profile", "dev", env={**pod, **KEYS})) == session_of("developer", "alice")


# A cluster


def test_kubectl_with_the_role_of_a_profile(alice, ministack, demo_cluster, sts, home):
    alice(role_profile("dev", "developer", role_session_name="alice-at-work"))
    entry = {**ekscred(), "command": str(EKSCRED), "args": ["get-token", "--profile", "dev"]}
    entry = with_environment(entry, AWS_ENDPOINT_URL_STS=sts.url)
    (home / "kubeconfig").write_text(kubeconfig(demo_cluster, entry))
    newest = list(KUBECTL.values())[-1]
    result = subprocess.run(
        [newest, "auth", "whoami", "-o", "json"],
        env={"HOME": str(home), "KUBECONFIG": str(home / "kubeconfig")},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["status"]["userInfo"]["username"] == session_of("developer", "alice-at-work")
    assert sts.summaries == ["AssumeRole"]
