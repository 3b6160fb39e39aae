"""`convert-kubeconfig`, byte by byte: ways to spell an exec block, there and back, and the diff that `patch` takes."""

import os
import re
import subprocess

import pytest

from desk import BACKUP, assert_says, former_in
from plugin import EKSCRED, assert_error, run_command
from shape_texts import AWS_CLI, COMMENTS, EKSCTL, INDENTED_BY_FOUR
from shapes import SHAPES
from tools import PATCH

EXEC = """\
apiVersion: v1
kind: Config
current-context: work
contexts: [{{name: work, context: {{cluster: work, user: work}}}}]
clusters: [{{name: work, cluster: {{server: "https://work.example.com"}}}}]
users:
- name: work
  user:
    exec:
{block}
# the end
"""
API = "client.authentication.k8s.io/v1beta1"
BASE = f"      apiVersion: {API}\n      args: [eks, get-token, --cluster-name, work]\n"
BLOCKS = {
    "no env": BASE + "      command: aws",
    "command first": "      command: aws\n" + BASE,
    "env: null": BASE + "      command: aws\n      env: null",
    "env: ~": BASE + "      env: ~ # none\n      command: aws",
    "env:": BASE + "      env:\n      command: aws",
    "env: []": BASE + "      env: []\n      command: aws",
    "env: [ ] with a comment": BASE + "      env: [  ] # nothing\n      command: aws # the old one",
    "env, flow": BASE + "      env: [{name: AWS_PROFILE, value: p}]\n      command: aws",
    "env, flow, comma": BASE + "      env: [ {name: A, value: b}, ]\n      command: aws",
    "env, flow, lines": BASE
    + "      env: [\n        {name: A, value: b}, # first\n        {name: C, value: d}  # second\n      ]\n      command: aws",
    "env, block": BASE + "      env:\n      - name: A # first\n        value: b\n      # behind\n      command: aws",
    "env, block, indented": BASE + "      command: aws\n      env:\n        -   name: A\n            value: b",
    "env, other fields": BASE + "      command: aws\n      env:\n      - {x-note: mine, value: b, name: A}",
    "double quotes": BASE + '      command: "aws"',
    "single quotes": BASE + "      command: 'aws'",
    "folded": BASE + "      command: >-\n        aws",
    "literal": BASE + "      command: |-\n        aws",
    "own line": BASE + "      command:\n        aws # there",
    "anchor": BASE + "      command: &it aws",
    "path with blanks": BASE + '      command: "/opt/my tools/aws"',
    "Windows": BASE + "      command: C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe",
    "Windows, quoted": BASE + '      command: "C:\\\\Program Files\\\\Amazon\\\\AWSCLIV2\\\\aws.exe"',
    "flow": f"      {{apiVersion: {API}, command: aws, args: [eks, get-token, --cluster-name, work]}}",
    "flow, env: []": f"      {{apiVersion: {API}, env: [], command: aws, args: [eks, get-token, --cluster-name, work]}}",
    "JSON": f'      {{"apiVersion":"{API}","command":"aws","args":["eks","get-token","--cluster-name","work"]}}',
    "JSON, env null": f'      {{"env":null,"apiVersion":"{API}","command":"aws","args":["eks","get-token","--cluster-name=w"]}}',
}  # fmt: skip


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_there_and_back(block, ends, desk):
    before = EXEC.format(block=block).replace("\n", ends)
    desk.write(before)
    theirs = desk.view()["users"]["work"]["exec"]
    assert desk.convert().stdout == f"converted work in {desk.config}: {theirs['command']} -> {EKSCRED}\n"
    ours = desk.view()["users"]["work"]["exec"]
    assert ours.pop("command") == str(EKSCRED)
    *variables, last = ours.pop("env")
    assert variables == (theirs["env"] or [])
    assert former_in([last]) == theirs["command"]
    assert ours == {name: value for name, value in theirs.items() if name not in ("command", "env")}
    assert desk.convert("--revert").stdout == f"reverted work in {desk.config}: {EKSCRED} -> {theirs['command']}\n"
    assert desk.config.read_bytes() == before.encode()


UNSPOKEN = {
    "tag": (BASE + "      command: !!str aws", "line 12: a tag"),
    "alias": ("      x-it: &it aws\n" + BASE + "      command: *it", "line 13: an alias"),
    "alias of env": (BASE + "      env: &env [{name: A, value: b}]\n      command: aws\n      x-env: *env", "line 12: "),
    "alias for env": ("      x-env: &env [{name: A, value: b}]\n" + BASE + "      env: *env\n      command: aws", "line 13: "),
}


@pytest.mark.parametrize(("block", "why"), UNSPOKEN.values(), ids=UNSPOKEN)
def test_left_where_more_would_change(block, why, desk):
    """Or where it would have to be guessed how to write it."""
    before = EXEC.format(block=block)
    desk.write(before)
    assert desk.view()["users"]["work"]["exec"]["command"] == "aws"
    result = desk.convert("--all")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(rf"left work in {desk.config}: {why}.*\n", result.stdout), result.stdout
    assert_error(desk.convert(), 253, rf"`work` in {desk.config}: {why}")
    assert desk.files() == {"config": before.encode()}


@pytest.mark.parametrize("block", ["no env", "env, block", "double quotes", "single quotes", "folded"])
def test_command_is_spelled_as_the_former(block, desk):
    """As plain or quoted as it was, and all else as it was; a path that needs quotes has them."""
    desk.write(EXEC.format(block=BLOCKS[block]))
    strange = "/opt/it's #1: \"best\" \\o/ é/ekscred"
    assert desk.convert("--command", strange).returncode == 0
    assert desk.view()["users"]["work"]["exec"]["command"] == strange
    assert desk.convert("--revert").returncode == 0
    assert desk.config.read_text() == EXEC.format(block=BLOCKS[block])
    assert desk.convert().returncode == 0
    quote = {"double quotes": '"', "single quotes": "'"}.get(block, "")
    assert f"{quote}{EKSCRED}{quote}\n" in desk.config.read_text()


# The diff


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if not shape.refused])
def test_diff_is_what_patch_takes(name, desk):
    """`--dry-run` writes nothing; what it says makes of the file what a run makes of it. And so back."""
    before = SHAPES[name].text
    desk.write(before)
    there = dry_run(desk, "--all")
    assert desk.files() == {"config": before}
    assert desk.convert("--all").returncode == 0
    after = desk.config.read_bytes()
    assert patched(desk, before, there) == after
    back = dry_run(desk, "--all", "--revert")
    assert desk.config.read_bytes() == after
    assert patched(desk, after, back) == before
    assert bool(there) == bool(SHAPES[name].users)


def test_diff_of_several_files(desk):
    texts = {"one": AWS_CLI, "two": EKSCTL, "three": COMMENTS}
    paths = [desk.write(text, name) for name, text in texts.items()]
    desk.env["KUBECONFIG"] = ":".join(map(str, paths))
    diff = dry_run(desk, "--all")
    assert [path.read_text() for path in paths] == list(texts.values())
    assert desk.convert("--all").returncode == 0
    expected = [path.read_text() for path in paths]
    for path, text in zip(paths, texts.values()):
        path.write_text(text)
    subprocess.run([PATCH, "--quiet", "-p1", "-d", "/"], input=diff, check=True)
    assert [path.read_text() for path in paths] == expected


def dry_run(desk, *flags):
    """The diff, byte for byte."""
    with open(desk.home / "diff", "wb+") as file:
        result = desk.convert("--dry-run", *flags, stdout=file)
        assert (result.returncode, result.stderr) == (0, "")
    return (desk.home / "diff").read_bytes()


def patched(desk, text, diff):
    """What `patch` makes of a text; without a diff there is nothing to do."""
    if not diff:
        return text
    path = desk.write(text, "patched")
    command = [PATCH, "--quiet", "--binary", "--no-backup-if-mismatch", str(path)]
    result = subprocess.run(command, input=diff, capture_output=True, cwd=desk.home)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    return path.read_bytes()


@pytest.mark.parametrize("text", [AWS_CLI, COMMENTS, EKSCTL, INDENTED_BY_FOUR])
def test_revert_of_nothing(text, desk):
    """Entries that are not converted stay, ekscred's own as well."""
    desk.write(text)
    assert_says(desk.convert("--all", "--revert"))
    assert desk.files() == {"config": text.encode()}
    own = text.replace("command: aws\n", f"command: {EKSCRED}\n")
    desk.write(own)
    assert_says(desk.convert("--all", "--revert"))
    assert desk.files() == {"config": own.encode()}


def test_backup_is_of_before_the_last_change(desk):
    desk.write(AWS_CLI)
    assert desk.convert("--all").returncode == 0
    converted = desk.config.read_bytes()
    assert desk.files()["config" + BACKUP] == AWS_CLI.encode()
    assert desk.convert("--all").returncode == 0
    assert desk.files()["config" + BACKUP] == AWS_CLI.encode(), "nothing was changed, so nothing is backed up"
    assert desk.convert("--all", "--revert").returncode == 0
    assert desk.files() == {"config": AWS_CLI.encode(), "config" + BACKUP: converted}


def test_symlinked_command_stays_one(desk):
    folder = desk.home / "bin"
    folder.mkdir()
    (folder / "ekscred").symlink_to(EKSCRED)
    desk.write(AWS_CLI)
    env = desk.environment({"PATH": str(folder)})
    result = run_command(["ekscred", "convert-kubeconfig", "--all"], env)
    assert_says(result, f"converted work in {desk.config}: aws -> {folder}/ekscred")
    assert os.path.islink(desk.view()["users"]["work"]["exec"]["command"])
