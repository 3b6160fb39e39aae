"""inspect: tokens of three programs, and tokens that botocore signed and that break each rule of the server.

With --verify it asks STS as a cluster does: the host in the token is AWS's own, and leads to ministack (aws_by_name.py).
"""

import base64
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

import aws_by_name
import tools
from aws_by_name import Answer
from ministack_server import ACCOUNT, CLUSTER, OTHER_CLUSTER, REGION
from plugin import ACCESS_KEY, EKSCRED, KEYS, SECRET_KEY, assert_error, token_url
from tokens import HOST, PREFIX, Signed, encoded

SESSION_TOKEN = "t0ken+/=" * 40
SESSION_KEYS = {**KEYS, "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SESSION_TOKEN": SESSION_TOKEN}

ALL = list(range(1, 16))
OFFLINE = ALL[:-1]

VERIFY = ["--verify", "--cluster-name", CLUSTER]

every_caller = pytest.mark.parametrize("name", ["user", "user session", "role session"])


@pytest.fixture(scope="module")
def open_aws(ministack, tmp_path_factory):
    with aws_by_name.running(ministack.url, tmp_path_factory.mktemp("aws")) as aws:
        yield aws


@pytest.fixture
def aws(open_aws):
    open_aws.reset()
    return open_aws


@pytest.fixture
def inspect(run, aws):
    """inspect(text, *arguments, …): one run with the text on standard input, and nothing secret in what it prints."""

    def inspect(text, *arguments, env=None, **options):
        result = run("inspect", *arguments, input=text, env={**aws.environment, **(env or {})}, **options)
        assert_no_secret(result, text)
        return result

    return inspect


@pytest.fixture
def report(inspect):
    """report(text, …): what is told of a token that no rule refuses."""

    def report(text, *arguments, **options):
        result = inspect(text, "--output", "json", *arguments, **options)
        assert (result.returncode, result.stderr) == (0, "")
        return json.loads(result.stdout)

    return report


def verdicts(report):
    """{"pass": [rule, …], "fail": …, "not reached": …}. Each rule that fails says why and what to do, no other does."""
    assert [rule["rule"] for rule in report["rules"]] == ALL
    rules = {"pass": [], "fail": [], "not reached": []}
    for rule in report["rules"]:
        assert (rule["verdict"] == "fail") == bool(rule["why"]) == bool(rule["remedy"]), rule
        rules[rule["verdict"]].append(rule["rule"])
    return rules


def assert_no_secret(result, text=""):
    """Neither a token that was put in, nor what it holds, came out."""
    output = result.stdout + result.stderr
    for token in re.findall(r"k8s-aws-v\d\.([\w-]+)", text):
        url = base64.urlsafe_b64decode(token[: len(token) // 4 * 4]).decode("utf-8", "replace")
        secrets = [token[:50], *re.findall("(?:Signature|Security-Token)=([^&]{20,})", url)]
        assert not [secret for secret in secrets if secret in output], output
    for secret in SECRET_KEY, SESSION_TOKEN:
        assert secret not in output and quote(secret, safe="") not in output


# Tokens of programs, by a pipe

GET_TOKEN = ["--region", REGION, "eks", "get-token", "--cluster-name", CLUSTER]
PROGRAMS = {"ekscred": EKSCRED, "aws2": tools.AWS2, "aws1": tools.TOOLS / "venv-aws1/bin/aws"}


def through_a_pipe(command, variables, home):
    """What a shell does with `… | ekscred inspect --output json`."""
    environment = {"HOME": str(home), "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", **variables}
    with subprocess.Popen(list(map(str, command)), env=environment, stdout=subprocess.PIPE) as program:
        command = [EKSCRED, "inspect", "--output", "json"]
        result = subprocess.run(command, env={"HOME": str(home)}, stdin=program.stdout, capture_output=True, text=True, timeout=20)
    assert program.returncode == 0
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


@every_caller
@pytest.mark.parametrize("program", PROGRAMS)
def test_credential_of_a_program(program, name, ministack, home):
    before = datetime.now(timezone.utc).replace(microsecond=0)
    caller = ministack.callers[name]
    report = through_a_pipe([PROGRAMS[program], *GET_TOKEN], caller.environment, home)
    assert verdicts(report) == {"pass": OFFLINE, "fail": [], "not reached": [15]}
    assert report["accessKeyId"] == caller.environment["AWS_ACCESS_KEY_ID"]
    assert report["credentials"] == ("long-term" if name == "user" else "temporary")
    assert (report["host"], report["region"], report["partition"]) == (HOST, REGION, "aws")
    assert report["isBoundToCluster"] is True
    assert (report["notes"], report["verified"]) == ([], None)
    signed, server_end, client_end = (moment(report[key]) for key in ("signedAt", "serverEnd", "clientEnd"))
    assert before <= signed <= datetime.now(timezone.utc)
    assert server_end - signed == timedelta(minutes=15)
    # The AWS CLI reads the clock twice.
    assert timedelta(minutes=14) <= client_end - signed <= timedelta(minutes=14, seconds=2)
    assert os.listdir(home) in ([], [".aws"])  # `.aws` is the AWS CLI's


@every_caller
def test_bare_token_of_ekscred(name, ministack, home):
    command = [EKSCRED, *GET_TOKEN, "--token-only"]
    report = through_a_pipe(command, ministack.callers[name].environment, home)
    assert verdicts(report)["pass"] == OFFLINE
    assert moment(report["clientEnd"]) - moment(report["signedAt"]) == timedelta(minutes=14)


def test_bare_token_of_the_aws_cli(ministack, home):
    command = [PROGRAMS["aws1"], *GET_TOKEN, "--query", "status.token", "--output", "text"]
    report = through_a_pipe(command, ministack.callers["user"].environment, home)
    assert verdicts(report)["pass"] == OFFLINE


def test_size(report):
    token = Signed(SESSION_KEYS).token
    told = report(token)
    assert (told["bytes"], told["maxBytes"]) == (len(token), 4096)


# The id and account of https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489; ids from before 2019
# tell nothing.
@pytest.mark.parametrize(
    ("key_id", "account"), [("ASIAQNZGKIQY56JQ7WML", "029608264753"), (ACCESS_KEY, None)], ids=["new", "old"]
)
def test_account(key_id, account, report):
    assert report(Signed({**SESSION_KEYS, "AWS_ACCESS_KEY_ID": key_id}).token)["account"] == account


def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


# Tokens that break a rule: the rule, the token, and which rules cannot be applied then


def changed(pattern, replacement, signed):
    """A token whose URL was changed after it was signed."""
    url, count = re.subn(pattern, replacement, signed.url)
    assert count == 1
    return encoded(url)


GOOD = Signed(KEYS)
WITHOUT_URL = list(range(4, 15))
BROKEN = {
    "two bytes longer than the longest": (1, lambda: token_of(4097), []),
    "session token of 3500 bytes": (1, lambda: Signed({**SESSION_KEYS, "AWS_SESSION_TOKEN": "t0" * 1750}).token, []),
    "version 2": (2, lambda: GOOD.token.replace("k8s-aws-v1.", "k8s-aws-v2."), [3, *WITHOUT_URL]),
    "no prefix": (2, lambda: GOOD.token.removeprefix(PREFIX), [3, *WITHOUT_URL]),
    "prefix in capitals": (2, lambda: GOOD.token.replace(PREFIX, PREFIX.upper()), [3, *WITHOUT_URL]),
    "padding": (3, lambda: GOOD.token + "=", WITHOUT_URL),
    "the alphabet of plain base64": (3, lambda: PREFIX + base64.b64encode(b"https://sts/?\xff\xfe>").decode(), WITHOUT_URL),
    "cut short": (3, lambda: cut_short(GOOD.token), WITHOUT_URL),
    "no URL": (4, lambda: encoded("sts"), list(range(5, 15))),
    "http": (4, lambda: Signed(KEYS, scheme="http").token, []),
    "another host": (5, lambda: Signed(KEYS, host="sts.example.com").token, []),
    "this machine": (5, lambda: Signed(KEYS, host="localhost:4566").token, []),
    "a port": (5, lambda: Signed(KEYS, host=f"{HOST}:8443").token, []),
    "a VPC endpoint": (5, lambda: Signed(KEYS, host=f"vpce-0a1b2c3d4e5f-0a1b2c3d.sts.{REGION}.vpce.amazonaws.com").token, []),
    "capitals": (5, lambda: encoded(GOOD.url.replace("sts.eu", "STS.eu")), []),
    "a path": (6, lambda: Signed(KEYS, path="/sts").token, []),
    "no path": (6, lambda: encoded(GOOD.url.replace(".com/?", ".com?")), []),
    "a parameter twice": (7, lambda: encoded(f"{GOOD.url}&Version=2011-06-15"), []),
    "a parameter twice, in two cases": (7, lambda: Signed(KEYS, query=f"{GOOD.query}&version=2011-06-15").token, []),
    "a foreign parameter": (8, lambda: Signed(KEYS, query=f"{GOOD.query}&x-id=GetCallerIdentity").token, []),
    "another action": (9, lambda: Signed(KEYS, query=GOOD.query.replace("GetCallerIdentity", "AssumeRole")).token, []),
    "bound to no cluster": (10, lambda: Signed(KEYS, cluster=None).token, []),
    "901 seconds": (11, lambda: Signed(KEYS, expires=901).token, []),
    "no seconds": (11, lambda: changed("&X-Amz-Expires=60", "", GOOD), []),
    "no number of seconds": (11, lambda: changed("Expires=60", "Expires=1m", GOOD), []),
    "another form of date": (12, lambda: changed(r"Date=(\d{4})(\d\d)(\d\d)T", r"Date=\1-\2-\3T", GOOD), [13]),
    "no date": (12, lambda: changed(r"X-Amz-Date=\w+&", "", GOOD), [13]),
    "16 minutes old": (13, lambda: Signed(KEYS, age=timedelta(minutes=16)).token, []),
    "no signature": (14, lambda: changed(r"&X-Amz-Signature=\w+", "", GOOD), []),
    "no key": (14, lambda: changed(r"X-Amz-Credential=[^&]+&", "", GOOD), []),
    "a header too many": (14, lambda: Signed(KEYS, headers=(("x-of-mine", "1"),)).token, []),
}
# What is wrong besides, and cannot be otherwise.
ALSO = {"bound to no cluster": [14]}


def token_of(size):
    """A token of this many bytes, or the next that base64 has."""
    lengths = range(2600, 2800)
    tokens = (Signed({**SESSION_KEYS, "AWS_SESSION_TOKEN": "t" * length}).token for length in lengths)
    return next(token for token in tokens if len(token) >= size)


def cut_short(token):
    """Somewhere where base64 does not end: behind one letter of four."""
    length = len(token) - len(PREFIX)
    return token[: len(PREFIX) + (length - 2) // 4 * 4 + 1]


def test_every_rule_is_broken():
    assert sorted({rule for rule, _, _ in BROKEN.values()}) == OFFLINE


def test_good_token(report):
    assert verdicts(report(GOOD.token)) == {"pass": OFFLINE, "fail": [], "not reached": [15]}


def test_longest_token(report):
    """Of 4096 bytes there is none: behind the prefix there would be a letter that base64 has no use for."""
    token = token_of(4095)
    assert len(token) == 4095
    assert verdicts(report(token))["fail"] == []


@pytest.mark.parametrize(("rule", "make", "not_reached"), BROKEN.values(), ids=BROKEN)
def test_broken_rule(rule, make, not_reached, inspect, aws, request):
    """The report names it, and the token is sent to nobody: its host may be anybody's."""
    token = make()
    result = inspect(token, "--output", "json", *VERIFY)
    rules = verdicts(json.loads(result.stdout))
    also = ALSO.get(request.node.callspec.id, [])
    assert (rules["fail"], rules["not reached"]) == ([rule, *also], [*not_reached, 15])
    assert result.returncode == 253
    assert_complains(result, rf"rule {rule}\b")
    assert (aws.proxy.asked, aws.aws.requests) == ([], [])


def assert_complains(result, what):
    """One line of error, at most one hint, beside the report."""
    error, *hint = result.stderr.splitlines()
    assert re.match(rf"ekscred: error: .*{what}", error), result.stderr
    assert len(hint) <= 1 and all(line.startswith("hint: ") for line in hint), result.stderr


@pytest.mark.parametrize(("rule", "make", "_"), BROKEN.values(), ids=BROKEN)
def test_broken_rule_for_a_person(rule, make, _, inspect):
    result = inspect(make())
    marks = dict(re.findall(r"^ *(\d+)  (pass|FAIL|-) ", result.stdout, re.MULTILINE))
    assert list(marks) == [str(number) for number in ALL]
    assert marks[str(rule)] == "FAIL"
    assert_complains(result, rf"rule {rule}\b")
    assert result.returncode == 253


def test_report_for_a_person(inspect):
    result = inspect(Signed(SESSION_KEYS).token)
    assert (result.returncode, result.stderr) == (0, "")
    for fact in "ASIAIOSFODNN7EXAMPLE", "temporary", REGION, HOST, "4096", "bound to one":
        assert fact in result.stdout
    assert "\x1b" not in result.stdout, "colour in a pipe"


def test_report_in_yaml(inspect):
    token = Signed(SESSION_KEYS).token
    assert yaml.safe_load(inspect(token, "--output", "yaml").stdout) == json.loads(inspect(token, "--output", "json").stdout)


# Asking STS

CANONICAL = {
    "user": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "user session": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "role session": f"arn:aws:iam::{ACCOUNT}:role/developer",
}


@every_caller
def test_verify(name, report, aws, ministack):
    caller = ministack.callers[name]
    token = Signed(caller.environment).token
    told = report(token, *VERIFY)
    assert verdicts(told) == {"pass": ALL, "fail": [], "not reached": []}
    verified = told["verified"]
    assert (verified["cluster"], verified["arn"]) == (CLUSTER, caller.arn)
    assert (verified["canonicalArn"], verified["accessEntryArn"]) == (CANONICAL[name], CANONICAL[name])
    assert ("path" in (verified["accessEntryNote"] or "")) == (name == "role session")


def test_verify_asks_as_a_cluster_does(report, aws, ministack):
    """The same URL, these two headers, and nothing of ours. By the proxy, with our own certificates."""
    token = Signed(ministack.callers["role session"].environment).token
    report(token, *VERIFY)
    assert aws.proxy.asked == [f"CONNECT {HOST}:443"]
    (request,) = aws.aws.requests
    assert (request.method, f"https://{request.host}{request.target}") == ("GET", token_url(token))
    assert (request.headers["x-k8s-aws-id"], request.headers["accept"]) == (CLUSTER, "application/json")
    assert "authorization" not in request.headers
    assert request.body == ""


@every_caller
def test_verify_for_a_person(name, inspect, ministack):
    caller = ministack.callers[name]
    result = inspect(Signed(caller.environment).token, *VERIFY)
    assert (result.returncode, result.stderr) == (0, "")
    for fact in caller.arn, CANONICAL[name]:
        assert re.search(rf" {re.escape(fact)}( |$)", result.stdout, re.MULTILINE)


def test_cluster_by_its_arn(report, ministack):
    token = Signed(ministack.callers["user"].environment).token
    arn = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"
    assert verdicts(report(token, "--verify", "--cluster-name", arn))["fail"] == []


def body(code, message):
    return json.dumps({"Error": {"Code": code, "Message": message, "Type": "Sender"}, "RequestId": "1"})


def answers(status, text, content_type="application/json"):
    return lambda request, answer: Answer(status, content_type, text)


# Whom STS refuses: what it says, and the token's keys, its cluster, and STS's answer where that is not ministack's.
REFUSED = {
    "token for another cluster": ("SignatureDoesNotMatch", {}, OTHER_CLUSTER, None),
    "wrong secret": ("SignatureDoesNotMatch", {"AWS_SECRET_ACCESS_KEY": SECRET_KEY}, CLUSTER, None),
    "unknown key": ("InvalidClientTokenId", KEYS, CLUSTER, None),
    "session that is over": ("ExpiredToken", {}, CLUSTER, answers(403, body("ExpiredToken", "The security token is expired"))),
    "too many requests": ("STS throttles", {}, CLUSTER, answers(400, body("Throttling", "Rate exceeded"))),
}


@pytest.mark.parametrize(("what", "keys", "cluster", "opinion"), REFUSED.values(), ids=REFUSED)
def test_sts_refuses(what, keys, cluster, opinion, inspect, aws, ministack):
    aws.aws.answers += [opinion] if opinion else []
    token = Signed({**ministack.callers["user"].environment, **keys}, cluster=cluster).token
    result = inspect(token, "--output", "json", *VERIFY)
    told = json.loads(result.stdout)
    assert (verdicts(told)["fail"], told["verified"]) == ([15], None)
    assert what in told["rules"][-1]["why"]
    assert_complains(result, what)
    assert result.returncode == 254
    assert len(aws.aws.requests) == 1


ODD = {
    "no JSON": answers(200, "<html>Welcome to our network</html>", "text/html"),
    "other JSON": answers(200, "[]"),
    "nobody": answers(200, json.dumps({"GetCallerIdentityResponse": {"GetCallerIdentityResult": {"Account": ACCOUNT}}})),
}


@pytest.mark.parametrize("opinion", ODD.values(), ids=ODD)
def test_odd_answer_of_sts(opinion, inspect, aws, ministack):
    aws.aws.answers.append(opinion)
    result = inspect(Signed(ministack.callers["user"].environment).token, "--output", "json", *VERIFY)
    assert verdicts(json.loads(result.stdout))["fail"] == [15]
    assert result.returncode == 254
    assert_complains(result, r"rule 15\b")


# STS cannot be reached: that is not the token's fault.
UNREACHABLE = {
    "proxy is down": ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "127.0.0.1:1"),
    "unknown authority": ({"AWS_CA_BUNDLE": None}, "certificate"),
}


@pytest.mark.parametrize(("variables", "what"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_sts_cannot_be_reached(variables, what, inspect, aws, ministack):
    result = inspect(Signed(ministack.callers["user"].environment).token, "--output", "json", *VERIFY, env=variables)
    assert verdicts(json.loads(result.stdout)) == {"pass": OFFLINE, "fail": [], "not reached": [15]}
    assert result.returncode == 255
    assert_complains(result, what)
    assert aws.aws.requests == []


def test_proxy_refuses(inspect, aws, ministack):
    aws.proxy.refusal = "403 Forbidden"
    result = inspect(Signed(ministack.callers["user"].environment).token, "--output", "json", *VERIFY)
    assert result.returncode == 255
    assert_complains(result, aws.proxy.address)


@pytest.mark.parametrize("arguments", [["--verify"], ["--cluster-name", CLUSTER]], ids=" ".join)
def test_flags_that_need_each_other(arguments, inspect, aws):
    result = inspect(GOOD.token, *arguments)
    assert_error(result, 252, "--verify")
    assert "--cluster-name" in result.stderr
    assert aws.proxy.asked == []


# What is read


CREDENTIAL = {
    "kind": "ExecCredential",
    "apiVersion": "client.authentication.k8s.io/v1beta1",
    "spec": {},
    "status": {"expirationTimestamp": "2026-11-22T12:00:00Z", "token": "TOKEN"},
}
SHAPES = {
    "token": "{}",
    "line": "{}\n",
    "Windows line": "{}\r\n",
    "blanks around": "\n\t  {}  \n\n",
    "byte order mark": "\ufeff{}",
    "header's value": "Bearer {}",
    "header": "Authorization: Bearer {}\n",
    "ExecCredential": json.dumps(CREDENTIAL).replace("{", "{{").replace("}", "}}").replace("TOKEN", "{}"),
    "indented": json.dumps(CREDENTIAL, indent=4).replace("{", "{{").replace("}", "}}").replace("TOKEN", "{}"),
    "YAML": yaml.safe_dump(CREDENTIAL).replace("{", "{{").replace("}", "}}").replace("TOKEN", "{}"),
    "JSON text": '"{}"\n',
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_shape(shape, report):
    token = GOOD.token
    told = report(shape.format(token))
    assert told["bytes"] == len(token)
    assert verdicts(told)["pass"] == OFFLINE


def test_dash_is_standard_input(report):
    assert verdicts(report(GOOD.token, "-"))["pass"] == OFFLINE


def test_file(report, tmp_path):
    (tmp_path / "token").write_text(GOOD.token)
    assert verdicts(report("", str(tmp_path / "token")))["pass"] == OFFLINE


def test_pipe_as_a_file(report):
    """As `inspect <(ekscred get-token …)` has it."""
    read, write = os.pipe()
    with os.fdopen(write, "w") as pipe:
        pipe.write(GOOD.token)
    with os.fdopen(read):
        assert verdicts(report("", f"/dev/fd/{read}", pass_fds=[read]))["pass"] == OFFLINE


NO_TOKEN = {
    "nothing": b"",
    "blanks": b" \n\t\n",
    "a word": b"word\n",
    "binary": bytes(range(256)) * 40,
    "zeros": b"\0" * 4096,
    "JSON list": b"[]",
    "JSON without a token": b'{"kind": "ExecCredential", "status": {}}',
    "JSON with an empty token": b'{"kind": "ExecCredential", "status": {"token": ""}}',
    "half a document": json.dumps(CREDENTIAL).encode()[:-2],
    "two megabytes": b"k8s-aws-v1." + b"A" * (2 << 20),
    "an error message": b"Unable to locate credentials. You can configure credentials by running \"aws configure\".\n",
}


@pytest.mark.parametrize("content", NO_TOKEN.values(), ids=NO_TOKEN)
@pytest.mark.parametrize("place", ["standard input", "file"])
def test_no_token(place, content, run, tmp_path):
    path = tmp_path / "input"
    path.write_bytes(content)
    with path.open("rb") as file:
        result = run("inspect", *([str(path)] if place == "file" else []), stdin=file)
    assert_error(result, 253, place if place == "standard input" else str(path))
    assert_no_secret(result, content.decode("latin-1"))
    assert len(result.stderr) < 1000


def test_input_without_end(run):
    """It is not waited for: enough is enough."""
    with subprocess.Popen(["/usr/bin/yes", "A" * 100], stdout=subprocess.PIPE) as endless:
        result = run("inspect", stdin=endless.stdout)
        endless.stdout.close()
    assert_error(result, 253, "standard input")


@pytest.mark.parametrize("path", ["missing", ".", "/dev/null"])
def test_file_that_is_none(path, run, tmp_path):
    assert_error(run("inspect", path, cwd=tmp_path), 253)


def test_closed_standard_input(run):
    assert_error(run("inspect", preexec_fn=lambda: os.close(0)), 253, "standard input")


@pytest.mark.parametrize("arguments", [["{}"], ["Bearer {}"], ["-", "{}"], ["--verify", "--cluster-name", "{}"]], ids=" ".join)
def test_token_as_argument(arguments, run, aws):
    """All programs of the machine see arguments; at least it is not repeated on the screen."""
    token = Signed(SESSION_KEYS).token
    result = run("inspect", *(argument.format(token) for argument in arguments), env=aws.environment)
    assert result.returncode in (252, 253)
    assert result.stdout == ""
    assert_no_secret(result, token)
    assert aws.proxy.asked == []


# What comes out


def test_debug_log_has_no_secret(inspect, ministack, home):
    log = home / "log"
    for cluster in CLUSTER, OTHER_CLUSTER:
        token = Signed(ministack.callers["role session"].environment, cluster=cluster).token
        result = inspect(token, *VERIFY, "--debug", env={"EKSCRED_LOG_FILE": str(log)})
        assert_no_secret(subprocess.CompletedProcess([], 0, result.stdout, result.stderr + log.read_text()), token)
        assert log.read_text()


def test_closed_pipe(run):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as stdout:
        result = run("inspect", input=GOOD.token, stdout=stdout)
    assert result.returncode == 255
    assert re.fullmatch(r"ekscred: error: cannot write to standard output: .*\n", result.stderr)


def test_full_disk(run):
    with Path("/dev/full").open("w") as stdout:
        result = run("inspect", input=GOOD.token, stdout=stdout)
    assert result.returncode == 255
    assert re.fullmatch(r"ekscred: error: cannot write to standard output: .*\n", result.stderr)
