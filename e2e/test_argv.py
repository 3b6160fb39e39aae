"""Every way to write the command line that works for `aws` and aws-iam-authenticator works for ekscred.

What AWS CLI v2 accepts is asked of its own parsers, so the lists here hold only what differs.
"""

import json
import re

import pytest

import aws2
import plugin
import vectors
from cases import DEFAULT, keys
from test_botocore import date_of, taken_apart

ARN = "arn:aws:iam::111122223333:role/demo"
IRELAND = {**vectors.DEFAULTS, "region": "eu-west-1", "cluster": "demo"}

# Prefixes that `aws` accepts and ekscred does not, because flags of its own begin so as well.
AMBIGUOUS = {
    "--ca": "--ca-bundle, or the authenticator's --cache",
    "--d": "--debug, or our own --duration",
    "--e": "--endpoint-url, or the authenticator's --external-id",
    "--r": "--region, or --role-arn, which `aws` has not read yet when it looks for --region",
}

# An STS that refuses every connection: a role that is asked for is seen by that, and no real STS is troubled.
NOBODY = {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}

# Flags that are understood, and what comes of them where that is no token.
NO_TOKEN = {
    "--no-sign-request": 252,  # no cluster takes an unsigned token
    "--role-arn": 252,  # the value is no role
    "--version": 0,
}


@pytest.fixture(scope="module")
def cli():
    with aws2.running() as cli:
        yield cli


@pytest.fixture(scope="module")
def spellings(cli):
    return cli.accepted_spellings()


@pytest.fixture
def outcome(run, aws_files):
    """Exit code and output of a run, less what each run has anew."""
    aws_files(credentials=DEFAULT + keys("A"))

    def outcome(*arguments):
        result = run(*arguments, env=NOBODY)
        stdout = result.stdout
        if result.returncode == 0 and "k8s-aws-v1" in stdout:
            stdout = re.sub(r"k8s-aws-v1\.[\w-]+", lambda token: plugin.token_url(token[0]), stdout)
            stdout = re.sub(r"20\d\d-?\d\d-?\d\dT\d\d:?\d\d:?\d\dZ|X-Amz-Signature=\w+", "", stdout)
        return result.returncode, stdout

    return outcome


def command(flag, words):
    """A whole command line with one more flag, which may be the one that names the cluster."""
    cluster = [] if flag.startswith("--cluster-") else ["--cluster-name", "demo"]
    return ["eks", "get-token", *cluster, *words]


def words(spelling, value):
    return [spelling] if value is None else [spelling, value]


def test_all_flags_of_the_aws_cli(spellings, outcome):
    flags = {(flag, value) for _, flag, value, _ in spellings}
    assert {flag for flag, _ in flags} >= {"--region", "--profile", "--output", "--query", "--cluster-name",
                                           "--cluster-id"}
    for flag, value in sorted(flags, key=str):
        code, stdout = outcome(*command(flag, words(flag, value)))
        assert code == NO_TOKEN.get(flag, 0), f"{flag} {value}"
        assert bool(stdout) == (code == 0), f"{flag} {value}"


def test_all_prefixes_of_the_aws_cli(spellings, outcome):
    assert len(spellings) > 150
    for spelling, flag, value, _ in spellings:
        whole, short = (outcome(*command(flag, words(word, value))) for word in (flag, spelling))
        if spelling in AMBIGUOUS:
            assert short == (252, ""), f"{spelling} is no longer ambiguous"
        else:
            assert short == whole, f"{spelling} for {flag}"


def test_the_ambiguous_ones_work_for_the_aws_cli(spellings):
    assert AMBIGUOUS.keys() <= {spelling.spelling for spelling in spellings}


def test_values_behind_an_equals_sign(spellings, outcome):
    for spelling, flag, value, _ in spellings:
        if spelling not in AMBIGUOUS and value is not None:
            joined, apart = ([f"{spelling}={value}"], [flag, value])
            assert outcome(*command(flag, joined)) == outcome(*command(flag, apart)), spelling


def test_global_flags_stand_anywhere(spellings, outcome):
    for spelling, flag, value, is_global in spellings:
        if spelling == flag and is_global:
            first, *rest = command(flag, [])
            behind = outcome(first, *rest, *words(flag, value))
            assert outcome(*words(flag, value), first, *rest) == behind, f"{flag} in front"
            assert outcome(first, *words(flag, value), *rest) == behind, f"{flag} in between"


# One line per way to write the same thing: the keys of the environment, cluster `demo`, region eu-west-1.
AWS = [
    # What `aws eks update-kubeconfig` writes, and what eksctl writes.
    "--region eu-west-1 eks get-token --cluster-name demo --output json",
    "eks get-token --output json --cluster-name demo --region eu-west-1",
    "eks get-token --cluster-id demo --region eu-west-1",
    "eks --region eu-west-1 get-token --cluster-name demo",
    "--region=eu-west-1 eks get-token --cluster-name=demo --output=json",
    "--region us-west-2 eks get-token --cluster-name demo --region eu-west-1",
    "--region us-west-2 --region eu-west-1 eks get-token --cluster-name demo",
    "eks get-token --cluster-name other --cluster-name demo --region us-west-2 --region=eu-west-1",
    "eks get-token --cluster-id other --cluster-id=demo --region eu-west-1",
    "--output text eks get-token --cluster-name demo --region eu-west-1 --output json",
    "--no-cli-pager --color off eks get-token --cluster-name demo --region eu-west-1 --no-verify-ssl",
    "--cli-read-timeout 5 eks get-token --cluster-name demo --cli-connect-timeout=0 --region eu-west-1",
    "--reg eu-west-1 eks get-token --cluster-n demo --out json",
]
OTHERS = [
    "get-token --cluster-name demo --region eu-west-1",
    "--region eu-west-1 get-token --cluster-name demo",
    "token -i demo --region eu-west-1",
    "token --cluster-id demo --region eu-west-1",
    "token --cluster-id=demo --region=eu-west-1 --cache",
    "token -i other -i demo --region eu-west-1",
    "token -idemo --region eu-west-1",
    "token -i=demo --region eu-west-1",
    "--region eu-west-1 token -i demo --output json",
]


@pytest.mark.parametrize("line", AWS)
def test_what_aws_makes_a_token_of(cli, run, home, line):
    theirs = cli.run(*line.split(), env={"HOME": str(home), **plugin.KEYS}, cwd=home)
    assert signed_as(json.loads(theirs.stdout)["status"]["token"])
    assert signed_as(plugin.assert_credential(run(*line.split(), env=plugin.KEYS))["status"]["token"])


@pytest.mark.parametrize("line", OTHERS)
def test_what_others_make_a_token_of(run, line):
    assert signed_as(plugin.assert_credential(run(*line.split(), env=plugin.KEYS))["status"]["token"])


@pytest.mark.parametrize("line",
                         ["token -i demo --region eu-west-1 --token-only",
                          "get-token --cluster-name demo --region eu-west-1 --token-only"])
def test_the_bare_token(run, line):
    result = run(*line.split(), env=plugin.KEYS)
    assert (result.returncode, result.stderr) == (0, "")
    assert signed_as(result.stdout.removesuffix("\n"))


def signed_as(token, vector=IRELAND):
    """Whether a token is botocore's for these inputs."""
    url = plugin.token_url(token)
    return taken_apart(url) == taken_apart(vectors.presign(vector, date_of(url)))


@pytest.mark.parametrize("line", [
    f"--region eu-west-1 eks get-token --cluster-name demo --output json --role {ARN}",
    f"eks get-token --output json --cluster-name demo --region eu-west-1 --role-arn {ARN}",
    f"token -i demo -r {ARN}",
    f"token -i demo -r {ARN} -e external -s session --token-only --cache --region eu-west-1",
    f"token --cluster-id demo --role {ARN} --external-id external --session-name session",
    f"get-token --cluster-name demo --role-arn arn:aws:iam::111122223333:role/other --role-arn {ARN}",
])  # fmt: skip
def test_roles_are_understood(run, line):
    """Never a token of the keys at hand where a role is asked for."""
    result = run(*line.split(), env={**plugin.KEYS, **NOBODY})
    plugin.assert_error(result, 255, f"cannot reach 127.0.0.1:1: AssumeRole of {ARN}: ")


@pytest.mark.parametrize("flags", ["-e external", "-s session", "--forward-session-name"])
def test_the_authenticator_ignores_these_without_a_role(run, flags):
    plugin.assert_credential(run("token", "-i", "demo", *flags.split(), env={**plugin.KEYS, **NOBODY}))


def test_version_for_eksctl(run):
    """eksctl asks aws-iam-authenticator for its version, and reads `Version` of the JSON."""
    result = run("version", "-o", "json")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"v?\d+\.\d+\.\d+.*", json.loads(result.stdout)["Version"])


@pytest.mark.parametrize("line", [
    "", "eks", "eks get-tok --cluster-name demo", "ek get-token --cluster-name demo",
    "EKS get-token --cluster-name demo",
    "eks get-token", "eks get-token --cluster-name", "eks get-token --cluster-name=",
    "eks get-token --cluster-name --region eu-west-1",
    "eks get-token --cluster demo", "eks get-token --Cluster-Name demo", "eks get-token --cluster_name demo",
    "eks get-token -cluster-name demo",
    "eks get-token --cluster-name -x", "eks get-token --cluster-name demo extra",
    "eks get-token --cluster-name demo get-token",
    "eks get-token --cluster-name demo --bogus", "eks get-token --cluster-name demo --bogus=1",
    "eks get-token --cluster-name demo -v",
    "eks get-token --cluster-name demo --cluster-id demo", "eks get-token --cluster-name demo --cluster-id=",
    "eks get-token --cluster-name demo --region", "eks get-token --cluster-name demo --debug=1",
    "eks get-token --cluster-name demo --no-paginate=1",
    "eks get-token --cluster-name demo --output bogus",
    "eks get-token --cluster-name demo --cli-read-timeout bogus",
    "eks get-token --cluster-name demo --no-", "eks get-token --cluster-name demo --cli- 1",
    "--cluster-name demo eks get-token", "eks --cluster-name demo get-token",
])  # fmt: skip
def test_what_both_refuse(cli, run, home, line):
    theirs = cli.run(*line.split(), env={"HOME": str(home), **plugin.KEYS}, cwd=home)
    assert theirs.code != 0 and theirs.stdout == ""
    plugin.assert_error(run(*line.split(), env=plugin.KEYS), 252)


@pytest.mark.parametrize("name",
                         ["demo", " demo", "a b", "-demo", "--demo", "-1", "=", "a=b", "é", "x" * 100, "@file",
                          "http://host/x"])
def test_cluster_names_behind_an_equals_sign(cli, run, home, name):
    arguments = ["eks", "get-token", "--region", "eu-west-1", f"--cluster-name={name}"]
    vector = {**IRELAND, "cluster": name}
    theirs = cli.run(*arguments, env={"HOME": str(home), **plugin.KEYS}, cwd=home)
    assert signed_as(json.loads(theirs.stdout)["status"]["token"], vector)
    assert signed_as(plugin.assert_credential(run(*arguments, env=plugin.KEYS))["status"]["token"], vector)


# What `aws` takes and ekscred refuses.
CONTROL = "control characters cannot be in a header's value"
STRAY = "argparse swallows a stray --; behind it there should be no flags"
FORMAT = "nothing that reads tokens reads this format"
ONLY_AWS = {
    ("eks", "get-token", "--cluster-name", "demo\n"): CONTROL,
    ("eks", "get-token", "--cluster-name", "a\tb"): CONTROL,
    ("eks", "get-token", "--cluster-name", "-1"): "argparse takes it for a negative number; no cluster is called so",
    ("--", "eks", "get-token", "--cluster-name", "demo"): STRAY,
    ("eks", "--", "get-token", "--cluster-name", "demo"): STRAY,
    ("eks", "get-token", "--", "--cluster-name", "demo"): STRAY,
    ("eks", "get-token", "--cluster-name", "demo", "--output", "table"): FORMAT,
    ("eks", "get-token", "--cluster-name", "demo", "--output", "yaml-stream"): FORMAT,
}

# What ekscred takes and `aws` refuses.
NO_EFFECT = "a flag without effect; its value is not looked at"
ONLY_EKSCRED = {
    ("eks", "get-token", "--cluster-name", "demo", "--color", "bogus"): NO_EFFECT,
    ("eks", "get-token", "--cluster-name", "demo", "--cli-binary-format", "bogus"): NO_EFFECT,
    ("eks", "get-token", "--cluster-name", "demo", "--endpoint-url", "bogus"): NO_EFFECT,
    ("eks", "get-token", "--cluster-name", "demo", "--"): "nothing behind it is nothing amiss",
}


@pytest.mark.parametrize("arguments", ONLY_AWS, ids=lambda arguments: repr(" ".join(arguments)))
def test_what_only_aws_takes(cli, run, home, arguments):
    assert cli.run(*arguments, env={"HOME": str(home), **plugin.KEYS}, cwd=home).code == 0
    plugin.assert_error(run(*arguments, env=plugin.KEYS), 252)


@pytest.mark.parametrize("arguments", ONLY_EKSCRED, ids=lambda arguments: repr(" ".join(arguments)))
def test_what_only_ekscred_takes(cli, run, home, arguments):
    assert cli.run(*arguments, env={"HOME": str(home), **plugin.KEYS}, cwd=home).code == 252
    plugin.assert_credential(run(*arguments, env=plugin.KEYS))


def test_names_are_not_read_from_files(cli, run, home):
    """`aws` reads the file where a value begins with file://; a cluster's name has no colon, and no need of it."""
    (home / "name").write_text("demo")
    arguments = ["eks", "get-token", "--region", "eu-west-1", "--cluster-name", f"file://{home}/name"]
    theirs = cli.run(*arguments, env={"HOME": str(home), **plugin.KEYS}, cwd=home)
    assert signed_as(json.loads(theirs.stdout)["status"]["token"])
    ours = plugin.assert_credential(run(*arguments, env=plugin.KEYS))
    assert signed_as(ours["status"]["token"], {**IRELAND, "cluster": arguments[-1]})
