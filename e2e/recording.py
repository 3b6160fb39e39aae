"""One credential case of tests/fixtures/credentials/, run by the real AWS CLI: the near end of `e2e/record`.

Two versions of the CLI do it, since neither knows everything. Version 2 is what ekscred replaces, and 2.9.19, which
comes as a Debian package, runs a case unless its `cli` says `"by": "awscli 1.45.11"`. That is version 1, much younger:
it knows `AWS_ENDPOINT_URL`, `aws login`, EKS Pod Identity and what else came after 2.9.19, and is used where it does as
version 2 of its age does. (It reads no `AWS_REGION` and no region of instance metadata, so its cases say
`AWS_DEFAULT_REGION`.) A case that neither can run says why, by hand: `"cli": {"not": "..."}`.
"""

import fcntl
import json
import os
import re
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import loopback
import plugin
import tools

ROOT = tools.E2E.parent
CASES = ROOT / "tests/fixtures/credentials"

VERSION_2 = "aws-cli 2.9.19"
VERSION_1 = "awscli 1.45.11"
PROGRAMS = {VERSION_2: tools.AWS2, VERSION_1: tools.TOOLS / "venv-aws1/bin/aws"}

SECONDS = 120  # for one run; a few cases wait for retries

ALONE = "EKSCRED_RECORDING_ALONE"  # this is the second start; see leave_the_network

PLACEHOLDER = re.compile(rb"\{(home|aws|proxy_address|proxy|ca|now[+-]\d+)\}")


def load(names=()):
    """The cases of these names, all of them without a name, in order."""
    folders = [CASES / name for name in names] or sorted(path for path in CASES.iterdir() if path.is_dir())
    missing = [folder.name for folder in folders if not (folder / "case.json").is_file()]
    if missing:
        sys.exit(f"e2e/record: error: no such case: {', '.join(missing)}")
    return [Case(folder) for folder in folders]


def check_versions():
    """A recording names the version that made it; it had better be true."""
    for version, program in PROGRAMS.items():
        if not program.exists():
            sys.exit(f"e2e/record: error: {program} is missing; run e2e/install")
        said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        if f"aws-cli/{version.split()[1]} " not in said:
            sys.exit(f"e2e/record: error: {program} is not {version} but {said.strip()!r}")


def build_loopback():
    """The loopback AWS as a program."""
    if loopback.LOOPBACK not in os.environ:
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        build = ["cargo", "build", "--quiet", "--locked", "--example", "loopback_aws"]
        if subprocess.run(build, cwd=ROOT).returncode:
            sys.exit("e2e/record: error: cannot build the loopback AWS")
        os.environ[loopback.LOOPBACK] = str(target / "debug/examples/loopback_aws")
    return os.environ[loopback.LOOPBACK]


def leave_the_network():
    """Starts this program once more, in a network of its own that has a loopback and nothing else: whatever a case makes
    the CLI do, it reaches neither AWS nor a link-local address."""
    if os.environ.get(ALONE) != "1":
        os.environ[ALONE] = "1"
        os.execvp("unshare", ["unshare", "--map-root-user", "--net", sys.executable, *sys.argv])
    with socket.socket() as anything:  # `ip link set lo up`
        fcntl.ioctl(anything, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        sys.exit("e2e/record: error: there is more than a loopback")


class Case:
    """A folder with a case.json."""

    def __init__(self, folder):
        self.folder = folder
        self.name = folder.name
        self.content = json.loads((folder / "case.json").read_text())

    @property
    def cli(self):
        return self.content.get("cli")

    @property
    def is_recorded(self):
        return "not" not in (self.cli or {})

    @property
    def version(self):
        return (self.cli or {}).get("by", VERSION_2)

    def save(self, cli):
        """Puts `cli` into the file, which may have been edited while the CLI ran."""
        self.content = {**json.loads((self.folder / "case.json").read_text()), "cli": cli}
        (self.folder / "case.json").write_text(json.dumps(self.content, indent=2, ensure_ascii=False) + "\n")

    def disagreement(self):
        """In what `expect` is not what the CLI did, where nothing says why; or that it is, though something does."""
        if not self.cli or not self.is_recorded:
            return None
        expected, actual = expected_of(self.content), actual_of(self.cli)
        if "differs" in self.content:
            return f"no longer differs: {actual}" if expected == actual else None
        return None if expected == actual else f"expected {expected}\n  the CLI  {actual}"


def expected_of(content):
    expect = content["expect"]
    calls = expect.get("calls", [])
    if "error" in expect:
        return "an error", calls
    return (expect["access_key_id"], expect.get("session_token", ""), expect.get("region", "us-east-1")), calls


def actual_of(cli):
    if "fails" in cli:
        return "an error", cli["calls"]
    return (cli["access_key_id"], cli["session_token"], cli["region"]), cli["calls"]


def record(case, program):
    """What the CLI makes of `case`: its `cli`."""
    try:
        return _record(case, program)
    except Exception as error:
        raise RuntimeError(f"{case.name} cannot be recorded: {error}") from error


def _record(case, program):
    with loopback.running(program) as aws, tempfile.TemporaryDirectory(prefix="record-") as scratch:
        home = Path(scratch, "home")
        places = aws.start(behaviour(case, home))
        values = {"home": str(home), "proxy_address": urlsplit(places["proxy"]).netloc, **places}
        lay_out(case.folder, home, values)
        env = environment(case, home, values)
        arguments = [fill(argument, values) for argument in case.content.get("args", [])]
        command = [PROGRAMS[case.version], "eks", "get-token", "--cluster-name", "demo", *arguments]
        code, stdout, stderr = run(command, env, home, case.content.get("terminal"))
        calls = aws.stop()["calls"]
    if code == 0:
        return {"by": case.version, **identity(stdout), "calls": calls}
    return {"by": case.version, "fails": first_line(stderr, values), "calls": calls}


def behaviour(case, home):
    """The case's `aws`, for the loopback."""
    settings = case.content.get("aws")
    return json.loads(json.dumps(settings if isinstance(settings, dict) else {}).replace("{home}", str(home)))


def lay_out(folder, home, values):
    """The case's files, in its HOME."""
    (home / ".aws").mkdir(parents=True)
    if (folder / "home").is_dir():
        shutil.copytree(folder / "home", home, dirs_exist_ok=True)
    for name in ("config", "credentials"):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, home / ".aws" / name)
    for path in home.rglob("*"):
        if path.is_file():
            path.write_bytes(fill_bytes(path.read_bytes(), values))


def environment(case, home, values):
    """The variables of the case, and no others but these few."""
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    if case.content.get("aws"):
        env |= {"HTTPS_PROXY": values["proxy"], "AWS_CA_BUNDLE": values["ca"]}
    # A case that reaches instance metadata says where they are. For all others the link-local address stays untouched.
    if not mentions_metadata(case, home):
        env["AWS_EC2_METADATA_DISABLED"] = "true"
    env |= {name: fill(value, values) for name, value in case.content.get("env", {}).items()}
    # An empty one would not count as unset for the CLI, which then verifies no certificate at all.
    if env.get("AWS_CA_BUNDLE") == "":
        del env["AWS_CA_BUNDLE"]
    return env


def mentions_metadata(case, home):
    variables = case.content.get("env", {})
    config = home / ".aws/config"
    return (any(name.startswith("AWS_EC2_METADATA_") for name in variables)
            or config.is_file() and b"ec2_metadata_service_endpoint" in config.read_bytes())


def fill(text, values):
    return fill_bytes(text.encode(), values).decode()


def fill_bytes(content, values):
    """`content` with its placeholders filled in."""

    def value(match):
        name = match[1].decode()
        if name.startswith("now"):
            moment = datetime.now(timezone.utc) + timedelta(seconds=int(name[3:]))
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        return values[name].encode()

    return PLACEHOLDER.sub(value, content)


def identity(stdout):
    """Who a token says it is from."""
    url = plugin.token_url(json.loads(stdout)["status"]["token"])
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    access_key_id, _date, region, _sts, _end = query["X-Amz-Credential"][0].rsplit("/", 4)
    session_token = query.get("X-Amz-Security-Token", [""])[0]
    return {"access_key_id": access_key_id, "session_token": session_token, "region": region}


def first_line(stderr, values):
    """The first line of an error, less what is another in every run or on every machine."""
    stderr = re.sub(r"^/.*\.py:\d+: \w*Warning: .*\n( .*\n)?|^Warning: .*\n", "", stderr, flags=re.MULTILINE)  # getpass's
    lines = [line.strip() for line in stderr.splitlines() if line.strip()] or ["(nothing)"]
    line = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    for name in ("home", "ca", "aws", "proxy", "proxy_address"):
        line = line.replace(values[name], f"{{{name}}}")
    line = re.sub(r" \(_ssl\.c:\d+\)|0x[0-9a-f]{6,}", "", line)
    return re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^ ]*", "(a time)", line)[:300]


def run(command, env, home, typed):
    """Runs a command, with what somebody types at its prompts; without that, with no terminal."""
    if typed is None:
        result = subprocess.run(command, env=env, cwd=home, stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, timeout=SECONDS, start_new_session=True)
        return result.returncode, result.stdout, result.stderr
    terminal, theirs = os.openpty()
    # setsid makes its stdin the controlling terminal, which is where the CLI prompts.
    process = subprocess.Popen(["setsid", "--ctty", "--wait", *command], env=env, cwd=home, stdin=theirs,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    try:
        answer_prompts(process, terminal, typed)
        stdout, stderr = process.communicate(timeout=SECONDS)
        return process.returncode, stdout, stderr
    finally:
        process.kill()
        os.close(terminal)


def answer_prompts(process, terminal, typed):
    """Types the next answer whenever a prompt stands there; ends the process at a prompt that nobody answers."""
    answers, shown, deadline = list(typed), "", time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # the other end is closed
            return
        if shown.endswith(": "):
            shown = ""
            os.write(terminal, (answers.pop(0) + "\n").encode() if answers else b"\x04")
