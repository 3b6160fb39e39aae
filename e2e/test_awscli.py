"""Whoever changes `command: aws` to `command: ekscred` must get the same token: one environment and one set of
files through AWS CLI v2 and through ekscred, hundreds of times.

The tables are in cases_files.py and cases_settings.py. Where ekscred differs on purpose, the reason stands beside
the case, and the case fails on the day when it no longer differs.
"""

import json
import re
import subprocess
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

import aws2
import cases_files
import cases_settings
import plugin
import tools

CASES = cases_files.CASES + cases_settings.CASES
CLUSTER = ("eks", "get-token", "--cluster-name", "demo")


@pytest.fixture(scope="module")
def cli():
    with aws2.running() as cli:
        yield cli


class Identity(NamedTuple):
    """What a token says: to whom it is addressed, and who signed it."""

    url: str
    access_key_id: str
    region: str
    session_token: str
    parameters: frozenset

    @property
    def summary(self):
        return f"{self.access_key_id} {urlsplit(self.url).netloc}"


def identity(document):
    url = urlsplit(plugin.token_url(json.loads(document)["status"]["token"]))
    query = parse_qs(url.query, keep_blank_values=True, strict_parsing=True)
    access_key_id, _date, region, _sts, _end = query["X-Amz-Credential"][0].rsplit("/", 4)
    session_token = query.get("X-Amz-Security-Token", [""])[0]
    return Identity(f"{url.scheme}://{url.netloc}{url.path}", access_key_id, region, session_token, frozenset(query))


def test_case_names_are_unique():
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_same_token_as_the_aws_cli(cli, run, home, case):
    env = lay_out(case, home)
    theirs = cli.run(*CLUSTER, *case.arguments, env={"HOME": str(home), **env}, cwd=home)
    ours = run(*CLUSTER, *case.arguments, env={**aws2.ENVIRONMENT, **env}, cwd=home)

    expected_code = case.instead if isinstance(case.instead, int) else case.fails
    if expected_code:
        plugin.assert_error(ours, expected_code)
        assert (theirs.code != 0 and theirs.stdout == "") == bool(case.fails), f"AWS CLI: {theirs}"
        return
    plugin.assert_credential(ours)
    if case.instead:
        assert identity(ours.stdout).summary == case.instead
        assert theirs.code != 0 or identity(theirs.stdout) != identity(ours.stdout), "ekscred no longer differs"
    else:
        assert theirs.code == 0, f"AWS CLI: {theirs.stderr}"
        assert identity(ours.stdout) == identity(theirs.stdout)


def lay_out(case, home):
    """Write the case's files; its variables, with {home} filled in."""
    contents = {".aws/config": case.config, ".aws/credentials": case.credentials, **case.files}
    for path, content in contents.items():
        if content is not None:
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return {name: value and value.replace("{home}", str(home)) for name, value in case.env.items()}


@pytest.mark.parametrize("extra", [(), ("--region", "eu-west-1"), ("--profile", "nobody")],
                         ids=lambda extra: " ".join(extra) or "none")
def test_the_shortcut_is_the_aws_cli(cli, home, extra):
    """The forked CLI, which the tests here use, does what the program does when it is started."""
    env = {"HOME": str(home), **aws2.ENVIRONMENT, **plugin.KEYS}
    forked = cli.run(*CLUSTER, *extra, env=env, cwd=home)
    started = subprocess.run([tools.AWS2, *CLUSTER, *extra], env={"PATH": "/usr/bin:/bin", **env},
                             capture_output=True, text=True)

    assert (forked.code, forked.stderr) == (started.returncode, started.stderr)
    if forked.code == 0:
        assert identity(forked.stdout) == identity(started.stdout)
    else:
        assert (forked.stdout, started.stdout) == ("", "")


# What scripts ask for, and what shows how lists, objects and scalars are printed within one another.
QUERIES = [
    "@", "status.token", "status.expirationTimestamp", "kind", "nothing", "status", "length(@)", "status.*",
    "[kind, apiVersion]", "[[kind, apiVersion], [status.token]]", "[status.token, [kind]]", "[[kind], status.token]",
    "[status]", "[status, spec]", "{a: kind, b: status}", "{t: status.token, a: kind}", "{a: [kind, apiVersion]}",
    "{a: [status, `{\"token\": \"x\", \"z\": \"y\"}`]}", "{a: [[kind, apiVersion], [`1`, `2`]]}",
    "`true`", "`false`", "`null`", "`1`", "`1.5`", "`[]`", "[spec]", "`[[]]`", "`[[], 1]`", "{a: spec, b: `[]`}",
    "`[null, true, 1, 1.5]`",
    "`[{\"a\": 1, \"b\": [1, 2]}, {\"c\": \"x\"}]`",
    "`{\"a\": {\"b\": {\"c\": 1, \"d\": [1, [2, 3]]}}, \"e\": null}`",
    "`\"\"`", "`\"a b\"`", "`\"é\"`",
    "`[\"é\", \"yes\", \"null\", \"1\", \"1.0\", \"true\", \"~\", \"\", \"a: b\", \"# c\", \"- d\"]`",
    "sort_by(`[{\"a\": 2, \"b\": [1]}, {\"a\": 1}]`, &a)", "join('/', [kind, apiVersion])", "status.token | [0]",
    "to_string(spec)",
]  # fmt: skip

# Each answers with an object's members, whose order JMESPath leaves open; ekscred sorts them.
UNORDERED = ["keys(@)", "values(status)", "keys(`{\"b\": 1, \"a\": 2}`)", "`{\"b\": 1, \"a\": 2}`.*"]


@pytest.fixture
def printed(cli, run):
    """Both programs' output for a query, less what each run has anew."""

    def printed(output, query=None):
        document = json.loads(run(*CLUSTER, env=plugin.KEYS).stdout)
        ours = run(*CLUSTER, "--output", output, *(["--query", query] if query else []), env=plugin.KEYS)
        assert (ours.returncode, ours.stderr) == (0, "")
        return stable(ours.stdout), stable(cli.formatted(document, output, query))

    return printed


@pytest.mark.parametrize("query", [None, *QUERIES])
def test_text_is_the_aws_clis(printed, query):
    ours, theirs = printed("text", query)
    assert ours == theirs


@pytest.mark.parametrize("query", QUERIES)
def test_json_says_what_the_aws_clis_says(printed, query):
    ours, theirs = printed("json", query)
    assert json.loads(ours) == json.loads(theirs)
    assert ours == json.dumps(json.loads(ours), indent=4, ensure_ascii=False), "laid out as the AWS CLI does"


@pytest.mark.parametrize("query", QUERIES)
def test_yaml_says_what_the_aws_clis_json_says(printed, query):
    ours, _ = printed("yaml", query)
    _, theirs = printed("json", query)
    assert yaml.safe_load(ours) == json.loads(theirs)


def test_whole_json_is_the_aws_clis(printed):
    ours, theirs = printed("json")
    assert ours == theirs


def test_whole_yaml_is_the_aws_clis(printed):
    ours, theirs = printed("yaml")
    assert ours.replace('"', "'") == theirs, "but for the sort of quotes"


@pytest.mark.parametrize("query", UNORDERED)
def test_members_come_in_another_order(printed, query):
    ours, theirs = printed("text", query)
    assert sorted(ours.split("\t")) == sorted(theirs.split("\t"))
    ours, theirs = (json.loads(output) for output in printed("json", query))
    assert sorted(ours, key=str) == sorted(theirs, key=str)


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_an_empty_object_is_printed(printed, output):
    """The AWS CLI prints nothing for it, which is no JSON and leaves a script in the dark."""
    assert printed(output, "spec") == ("{}", "")


def test_objects_beside_scalars_are_printed(cli, run):
    """The AWS CLI's text formatter falls over such a list."""
    assert cli.formatted({"status": {"token": "x"}, "kind": "y"}, "text", "[status, kind]") is None
    ours = run(*CLUSTER, "--output", "text", "--query", "[status, kind]", env=plugin.KEYS)
    assert stable(ours.stdout) == "TIME\tTOKEN\nExecCredential"


def stable(output):
    """The part of an output that is the same in every run."""
    output = re.sub(r"k8s-aws-v1\.[\w-]+", "TOKEN", output)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", output).rstrip("\n")


def test_same_document_as_the_aws_cli(cli, run, home):
    """2.9.19 prints it on one line, later versions over several; fields and their order are the same."""
    env = {"HOME": str(home), **plugin.KEYS}
    theirs = json.loads(stable(cli.run(*CLUSTER, env=env, cwd=home).stdout))
    ours = json.loads(stable(run(*CLUSTER, env=env).stdout))
    assert json.dumps(ours) == json.dumps(theirs)


@pytest.mark.parametrize("query", ["[[", "", "status.", "a b"])
def test_bad_queries_are_refused(cli, run, home, query):
    theirs = cli.run(*CLUSTER, "--query", query, env={"HOME": str(home), **plugin.KEYS}, cwd=home)
    assert theirs.code == 252
    plugin.assert_error(run(*CLUSTER, "--query", query, env=plugin.KEYS), 252)


@pytest.mark.parametrize("query", ["nosuchfunction(@)", "length(`1`)", "abs(kind)"])
def test_queries_that_fail_on_the_document_are_refused(cli, run, query):
    assert cli.formatted({"kind": "ExecCredential"}, "json", query) is None
    plugin.assert_error(run(*CLUSTER, "--query", query, env=plugin.KEYS), 252)


@pytest.mark.parametrize("output", ["JSON", "", "bogus"])
def test_bad_formats_are_refused(cli, run, home, output):
    theirs = cli.run(*CLUSTER, f"--output={output}", env={"HOME": str(home), **plugin.KEYS}, cwd=home)
    assert theirs.code == 252
    plugin.assert_error(run(*CLUSTER, f"--output={output}", env=plugin.KEYS), 252)
