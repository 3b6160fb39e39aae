"""`convert-kubeconfig`: users that other programs set up become ekscred's, kubectl takes them, and there is a way back.

The entries are as the AWS CLI and kubectl really write them, and as eksctl does (kubeconfigs.py).
"""

import re

import pytest
import yaml

import kubeconfigs
from desk import FORMER, NEWEST, OLDEST, PROGRAMS, Desk, assert_says, former_in, profile
from eks import arn, role_arn
from ministack_server import CLUSTER, REGION
from plugin import EKSCRED, KEYS, assert_error
from shape_texts import AWS_CLI, COMMENTS
from tools import KUBECTL

DEMO = arn(CLUSTER)
DEVELOPER = role_arn("developer")

oldest_and_newest = pytest.mark.parametrize("version", [OLDEST, NEWEST])


@pytest.fixture
def desk(desk, ministack, aws_files):
    """With alice's keys in a profile, too."""
    aws_files(credentials=profile("alice", ministack.callers["user"]))
    return desk


# Entries of others


def by_the_aws_cli(program, *arguments):
    def write(desk, _server):
        result = desk.update("--name", CLUSTER, "--alias", "context", *arguments, program=program)
        assert result.returncode == 0, result.stderr

    return write


def by_eksctl(shape, command, *arguments):
    """For lack of eksctl: what it writes."""

    def write(desk, server):
        entry = {**shape(), "command": command}
        desk.write(kubeconfigs.kubeconfig(server, {**entry, "args": [*entry["args"], *arguments]}))

    return write


def by_kubectl(command, arguments, version=NEWEST):
    def write(desk, server):
        desk.write(kubeconfigs.kubeconfig(server, kubeconfigs.aws_cli()))
        flags = [f"--exec-command={command}", *(f"--exec-arg={word}" for word in arguments)]
        flags += ["--exec-api-version=client.authentication.k8s.io/v1beta1", "--exec-env=AWS_DEFAULT_REGION=" + REGION]
        desk.must("config", "set-credentials", "user", *flags, version=version)

    return write


GET_TOKEN = ["eks", "get-token", "--cluster-name", CLUSTER]
WRITERS = {
    "AWS CLI v1": (by_the_aws_cli("aws1"), "user"),
    "AWS CLI v1, profile": (by_the_aws_cli("aws1", "--profile", "alice"), "user"),
    "AWS CLI v1, role": (by_the_aws_cli("aws1", "--role-arn", DEVELOPER), "developer"),
    "AWS CLI v1, aliases": (by_the_aws_cli("aws1", "--user-alias", "me", "--proxy-url", ""), "user"),
    "AWS CLI v2": (by_the_aws_cli("aws2"), "user"),
    "AWS CLI v2, profile and role": (by_the_aws_cli("aws2", "--profile", "alice", "--role-arn", DEVELOPER), "developer"),
    "eksctl": (by_eksctl(kubeconfigs.eksctl, "aws"), "user"),
    "eksctl, role": (by_eksctl(kubeconfigs.eksctl, "aws", "--role-arn", DEVELOPER), "developer"),
    "eksctl, authenticator": (by_eksctl(kubeconfigs.eksctl_authenticator, "aws-iam-authenticator"), "user"),
    "authenticator, role": (by_eksctl(kubeconfigs.eksctl_authenticator, "/x/aws-iam-authenticator", "-r", DEVELOPER),
                            "developer"),
    "kubectl": (by_kubectl("/usr/local/bin/aws", GET_TOKEN), "user"),
    "kubectl, old": (by_kubectl("aws.exe", GET_TOKEN, OLDEST), "user"),
    "globals anywhere": (by_kubectl("aws", ["--region=" + REGION, "eks", "--no-cli-pager", "get-token", "--profile", "alice",
                                            "--output=text", "--cluster-name=" + CLUSTER, "--output", "json"]), "user"),
    "many flags": (by_kubectl("aws", ["--no-verify-ssl", "--color", "off", *GET_TOKEN, "--cli-read-timeout", "5"]), "user"),
    "authenticator's flags": (by_kubectl("../bin/aws-iam-authenticator", ["token", "--cluster-id", CLUSTER, "--cache",
                                         "--role=" + DEVELOPER, "--session-name", "alice"]), "developer"),
}  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory, eks, ministack, demo_cluster):
    """written(name): the file of that writer, which writes once."""
    files = {}

    def written(name):
        if name not in files:
            home = tmp_path_factory.mktemp("writer")
            (home / ".aws").mkdir()
            (home / ".aws/credentials").write_text(profile("alice", ministack.callers["user"]))
            desk = Desk(home, eks, ministack.callers["user"])
            WRITERS[name][0](desk, demo_cluster)
            files[name] = desk.config.read_bytes()
        return files[name]

    return written


@pytest.mark.parametrize("writer", WRITERS)
def test_every_kubectl_gets_in(writer, desk, written, ministack):
    """As whom it would have: args, role, profile and variables are the old ones. And the way back is exact."""
    before = written(writer)
    desk.write(before)
    views = {version: desk.view(version=version) for version in (OLDEST, NEWEST)}
    (name, user), = views[NEWEST]["users"].items()
    former = user["exec"]["command"]
    line = f"converted {name} in {desk.config}: {former} -> {EKSCRED}"
    assert_says(desk.convert(), line)

    session = DEVELOPER.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
    whom = {"user": ministack.callers["user"].arn, "developer": session}
    for version in KUBECTL:
        assert desk.who_am_i(version=version).startswith(whom[WRITERS[writer][1]])
    for version, view in views.items():
        block = view["users"][name]["exec"]
        block["env"] = [*(block.get("env") or []), {"name": FORMER, "value": former}]
        block["command"] = str(EKSCRED)
        assert desk.view(version=version) == view

    converted = desk.config.read_bytes()
    for arguments in [], ["--all"], ["--context", "context"], ["--all", "--dry-run"]:
        assert_says(desk.convert(*arguments))
        assert desk.config.read_bytes() == converted
    assert_says(desk.convert("--revert"), f"reverted {name} in {desk.config}: {EKSCRED} -> {former}")
    assert desk.config.read_bytes() == before


def test_update_of_a_converted_entry(desk, written, ministack):
    """It is the same entry, and there is still a way back: to the AWS CLI, which takes what we write."""
    alice = ministack.callers["user"].arn
    desk.write(written("AWS CLI v1, profile"))
    assert desk.convert().returncode == 0
    assert desk.update("--name", CLUSTER, "--profile", "alice", "--alias", "context").returncode == 0
    assert list(desk.view()["users"]) == [DEMO]
    assert desk.who_am_i(env=KEYS) == alice
    assert_says(desk.convert("--revert"), f"reverted {DEMO} in {desk.config}: {EKSCRED} -> aws")
    (desk.home / "aws").symlink_to(PROGRAMS["aws1"])
    # An endpoint in the environment would get into the AWS CLI's token.
    assert desk.who_am_i(env={**KEYS, "PATH": desk.home, "AWS_ENDPOINT_URL": None}) == alice


def test_the_aws_cli_after_us(desk, written):
    """It replaces the whole entry, as ever; that is converted anew."""
    desk.write(written("AWS CLI v1"))
    assert desk.convert().returncode == 0
    assert desk.update("--name", CLUSTER, "--alias", "context", program="aws1").returncode == 0
    assert desk.config.read_bytes() == written("AWS CLI v1")
    assert desk.convert().stdout.startswith("converted ")


# Others edit between

EDITS = {
    "set-context": ["config", "set-context", "context", "--namespace=shop"],
    "new context": ["config", "set-context", "second", "--cluster=none", "--user=none"],
    "use-context": ["config", "use-context", "old"],
    "another user": ["config", "set-credentials", "other", "--token=of-another"],
    "rename-context": ["config", "rename-context", "old", "older"],
    "a variable": ["config", "set-credentials", "{user}", "--exec-env=AWS_PROFILE=bob"],
    "new arguments": ["config", "set-credentials", "{user}", *(f"--exec-arg={word}" for word in GET_TOKEN)],
}


@oldest_and_newest
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("writer", ["AWS CLI v1, profile", "eksctl, authenticator", "AWS CLI v2"])
def test_kubectl_edits_between(writer, edit, version, desk, written):
    """kubectl writes the whole file anew, and keeps what we need for the way back: as if it alone had edited."""
    desk.write(written(writer))
    (user,) = desk.view()["users"]
    edit = [word.replace("{user}", user) for word in edit]
    former = desk.view()["users"][user]["exec"]["command"]
    desk.must("config", "set-context", "old", "--cluster=old", version=version)
    before = desk.config.read_bytes()
    desk.must(*edit, version=version)
    alone = desk.view(version=version)

    desk.write(before)
    assert desk.convert("--all").stdout.startswith("converted ")
    desk.must(*edit, version=version)
    assert former_in(desk.view()["users"][user]["exec"]["env"]) == former
    assert_says(desk.convert("--all"))
    assert_says(desk.convert("--all", "--revert"), f"reverted {user} in {desk.config}: {EKSCRED} -> {former}")
    assert desk.view(version=version) == alone


def test_edited_by_hand_between(desk):
    desk.write(COMMENTS)
    assert desk.convert("--all").returncode == 0
    by_hand = {"- eu-west-1": "- eu-west-2", "# the program": "# a program", "namespace: default": "namespace: x"}
    desk.write(replaced(desk.config.read_text(), by_hand))
    assert desk.convert("--all", "--revert").returncode == 0
    assert desk.config.read_text() == replaced(COMMENTS, by_hand)


def replaced(text, words):
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    return text


# What is left

LEFT = {
    "aws-vault": (["aws-vault", "exec", "work", "--", "aws", *GET_TOKEN], "aws-vault"),
    "sh -c": (["sh", "-c", f"aws {' '.join(GET_TOKEN)}"], "sh"),
    "bash -lc": (["/bin/bash", "-lc", f"aws {' '.join(GET_TOKEN)}"], "bash"),
    "env": (["env", "AWS_PROFILE=work", "aws", *GET_TOKEN], "env"),
    "aws-okta": (["aws-okta", "exec", "work", "--", "aws", *GET_TOKEN], "aws-okta"),
    "saml2aws": (["saml2aws", "exec", "--", "aws-iam-authenticator", "token", "-i", CLUSTER], "saml2aws"),
    "script": (["/opt/wrap/aws.sh", *GET_TOKEN], "aws.sh"),
    "gke": (["gke-gcloud-auth-plugin"], "gke-gcloud-auth-plugin"),
    "kubelogin": (["kubelogin", "get-token", "--login", "azurecli"], "kubelogin"),
    "aws, other command": (["aws", "sts", "get-caller-identity"], "sts|token"),
    "aws, nothing": (["aws"], "token|argument"),
    "aws, no cluster": (["aws", "eks", "get-token"], "cluster"),
    "aws, unknown flag": (["aws", *GET_TOKEN, "--frobnicate"], "frobnicate"),
    "aws, unsigned": (["aws", *GET_TOKEN, "--no-sign-request"], "no-sign-request"),
    "authenticator, other command": (["aws-iam-authenticator", "verify", "-i", CLUSTER], "verify|token"),
    "authenticator, config file": (["aws-iam-authenticator", "token", "-c", "/etc/heptio.yaml", "-i", CLUSTER], "-c|config"),
    "authenticator, no cluster": (["aws-iam-authenticator", "token"], "cluster"),
    "old authenticator": (["heptio-authenticator-aws", "token", "-i", CLUSTER], "heptio-authenticator-aws"),
}


@pytest.mark.parametrize(("command", "why"), LEFT.values(), ids=LEFT)
def test_left_with_a_reason(command, why, desk, demo_cluster):
    """Who asks for that very user is told by an error."""
    entry = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": command[0], "args": command[1:]}
    text = kubeconfigs.kubeconfig(demo_cluster, entry)
    desk.write(text)
    result = desk.convert("--all")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(rf"left user in {desk.config}: .*({why}).*\n", result.stdout), result.stdout
    assert_says(desk.convert("--all", "--dry-run"))
    for flags in [], ["--context", "context"], ["--dry-run"]:
        assert_error(desk.convert(*flags), 253, rf"`user` in {desk.config}: .*({why})")
    assert desk.files() == {"config": text.encode()}


def test_some_are_left(desk):
    """One line a user: those converted, and those left for a reason; those that run nothing of the kind, in silence."""
    users = {
        "a": {"exec": {"command": "aws", "args": GET_TOKEN}},
        "b": {"exec": {"command": "aws-vault", "args": ["exec", "work", "--", "aws", *GET_TOKEN]}},
        "c": {"exec": {"command": "/opt/bin/aws-iam-authenticator", "args": ["token", "-i", CLUSTER]}},
        "d": {"token": "bearer"},
        "e": {"exec": {"command": str(EKSCRED), "args": ["get-token", "--cluster-name", CLUSTER]}},
        "f": {"exec": {"command": "ekscred", "args": GET_TOKEN}},
    }
    items = [{"name": name, "user": user} for name, user in users.items()]
    document = {"apiVersion": "v1", "kind": "Config", "users": items}
    desk.write(yaml.safe_dump(document))
    result = desk.convert("--all")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"converted a in {desk.config}: aws -> {EKSCRED}"
    assert re.fullmatch(rf"left b in {desk.config}: .*aws-vault.*", lines[1])
    assert lines[2] == f"converted c in {desk.config}: /opt/bin/aws-iam-authenticator -> {EKSCRED}"
    assert len(lines) == 3
    after = {user["name"]: user["user"] for user in yaml.safe_load(desk.config.read_text())["users"]}
    assert {name for name in users if after[name] != users[name]} == {"a", "c"}
    assert desk.convert("--all", "--revert").returncode == 0
    assert desk.config.read_text() == yaml.safe_dump(document)


def test_converted_runs_no_command(desk, tmp_path):
    """Not even to see what it is."""
    trap = tmp_path / "aws"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    desk.write(AWS_CLI.replace("command: aws", f"command: {trap}"))
    assert desk.convert("--all", env={"PATH": str(tmp_path)}).stdout.startswith("converted ")
    assert not (tmp_path / "sprung").exists()


# Which users

THREE = """\
apiVersion: v1
kind: Config
{current}
clusters: [{{name: c, cluster: {{server: "https://c.example.com"}}}}]
contexts:
- {{name: one, context: {{cluster: c, user: u1}}}}
- {{name: uno, context: {{cluster: c, user: u1}}}}
- {{name: two, context: {{cluster: c, user: u2}}}}
- {{name: nobody, context: {{cluster: c}}}}
- {{name: missing, context: {{cluster: c, user: gone}}}}
users:
- {{name: u1, user: {{exec: {{command: aws, args: [eks, get-token, --cluster-name, c]}}}}}}
- {{name: u2, user: {{exec: {{command: aws, args: [eks, get-token, --cluster-name, c]}}}}}}
- {{name: u3, user: {{exec: {{command: aws, args: [eks, get-token, --cluster-name, c]}}}}}}
"""
CHOICES = {
    "current context": ("current-context: two", [], {"u2"}),
    "named context": ("current-context: two", ["--context", "one"], {"u1"}),
    "another context of that user": ("", ["--context", "uno"], {"u1"}),
    "all": ("current-context: two", ["--all"], {"u1", "u2", "u3"}),
    "all without a current context": ("", ["--all"], {"u1", "u2", "u3"}),
}


@pytest.mark.parametrize(("current", "flags", "chosen"), CHOICES.values(), ids=CHOICES)
def test_chosen_users(current, flags, chosen, desk):
    text = THREE.format(current=current)
    desk.write(text)
    lines = [f"converted {user} in {desk.config}: aws -> {EKSCRED}" for user in sorted(chosen)]
    assert_says(desk.convert(*flags), *lines)
    users = desk.view()["users"]
    assert {name for name, user in users.items() if user["exec"]["command"] == str(EKSCRED)} == chosen
    assert desk.convert("--all").returncode == 0
    assert desk.convert("--revert", *flags).returncode == 0
    users = desk.view()["users"]
    assert {name for name, user in users.items() if user["exec"]["command"] == "aws"} == chosen


FAILURES = {
    "no such context": ("current-context: two", ["--context", "three"], 253, "three"),
    "no current context": ("", [], 253, "current-context"),
    "context without a user": ("", ["--context", "nobody"], 253, "nobody"),
    "user is missing": ("", ["--context", "missing"], 253, "gone"),
    "current context is gone": ("current-context: gone", [], 253, "gone"),
    "both": ("current-context: two", ["--context", "one", "--all"], 252, "--all|--context"),
}


@pytest.mark.parametrize(("current", "flags", "code", "what"), FAILURES.values(), ids=FAILURES)
def test_no_such_user(current, flags, code, what, desk):
    text = THREE.format(current=current)
    desk.write(text)
    assert_error(desk.convert(*flags), code, what)
    assert desk.files() == {"config": text.encode()}


@pytest.mark.parametrize("flags", [[], ["--all"], ["--all", "--revert"], ["--context", "x"]])
def test_no_kubeconfig(flags, desk):
    result = desk.convert(*flags)
    assert_error(result, 253, str(desk.config))
    assert not desk.config.parent.exists()


def test_several_files(desk):
    """Each user where it is; of two with a name, kubectl's: the first."""
    one = desk.write(THREE.format(current="").replace("u2", "u4"), "one")
    two = desk.write(THREE.format(current="current-context: two"), "two")
    before = one.read_bytes(), two.read_bytes()
    desk.env["KUBECONFIG"] = f"{one}:{desk.home}/missing:{two}"
    assert desk.view()["current-context"] == "two"
    assert_says(desk.convert(), f"converted u4 in {one}: aws -> {EKSCRED}")
    assert two.read_bytes() == before[1]
    assert desk.convert("--revert").returncode == 0
    assert (one.read_bytes(), two.read_bytes()) == before

    result = desk.convert("--all")
    assert f"converted u2 in {two}: aws -> {EKSCRED}" in result.stdout.splitlines()
    assert f"converted u1 in {one}: aws -> {EKSCRED}" in result.stdout.splitlines()
    assert {user["exec"]["command"] for user in desk.view()["users"].values()} == {str(EKSCRED)}
    assert desk.convert("--all", "--revert").returncode == 0
    assert (one.read_bytes(), two.read_bytes()) == before
    assert not (desk.home / "missing").exists()


def test_one_bad_file_of_several(desk):
    """All or nothing."""
    one, two = desk.write(AWS_CLI, "one"), desk.write("- not a kubeconfig\n", "two")
    result = desk.convert("--all", env={"KUBECONFIG": f"{one}:{two}"})
    assert_error(result, 253, str(two))
    assert one.read_text() == AWS_CLI
    assert sorted(path.name for path in desk.home.iterdir() if path.is_file()) == ["one", "two"]
