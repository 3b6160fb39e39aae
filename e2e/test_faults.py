"""Bad input and a hostile environment, on the real program.

Whatever happens, kubectl must get either a correct token or one line that its user can act on: exit code 252 (usage),
253 (configuration) or 255 (the rest), nothing on stdout, within two seconds. "Correct" means: the URL that botocore
signs for the same instant.
"""

import os
import socket
import subprocess
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from plugin import (
    ACCESS_KEY, EKSCRED, KEYS, SECRET_KEY, assert_credential, assert_error, heed_permissions, run_plugin, token_url,
)  # fmt: skip
from vectors import DEFAULTS, presign

COMMAND = ["get-token", "--cluster-name", "dev", "--region", "eu-west-1"]
PROFILE = f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
NO_KEYS = {}
NO_FILES = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

NOT_UTF8 = b"caf\xe9"
EXEC_INFO_WARNING = r"ekscred: warning: KUBERNETES_EXEC_INFO [^\n]+\n"
SIZE_WARNING = r"ekscred: warning: the token has \d+ bytes [^\n]+\n"

each_file = pytest.mark.parametrize("name", ["config", "credentials"])


@pytest.fixture
def get_token(run):
    """get_token(*more_arguments, env=…): one run, with the example keys in the environment unless `env` says otherwise."""

    def get_token(*arguments, env=KEYS, **options):
        return run(*COMMAND, *arguments, env=env, **{"timeout": 2, **options})

    return get_token


def assert_token(result, stderr="", cluster="dev"):
    """A success whose token is the one that botocore signs for the example keys. Returns the credential."""
    credential = assert_credential(result, stderr)
    ours = urlsplit(token_url(credential["status"]["token"]))
    signed_at = datetime.strptime(parse_qs(ours.query)["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")
    theirs = urlsplit(presign({**DEFAULTS, "cluster": cluster}, signed_at))
    assert ours._replace(query=parse_qs(ours.query)) == theirs._replace(query=parse_qs(theirs.query))
    return credential


# Home


@pytest.mark.parametrize("home", [None, "", "/nonexistent/home"], ids=["unset", "empty", "missing"])
def test_home(home, get_token):
    assert_token(get_token(env={**KEYS, "HOME": home}))
    assert_error(get_token(env={**NO_FILES, "HOME": home}), 253, "no credentials")


def test_home_that_is_not_utf8(home, get_token):
    odd = os.fsencode(home) + b"/" + NOT_UTF8
    os.makedirs(odd + b"/.aws")
    Path(os.fsdecode(odd), ".aws/credentials").write_text(PROFILE)
    assert_token(get_token(env={"HOME": odd}))


# The AWS files


def make_socket(path):
    # By a short relative name: a socket's path must fit into 108 bytes.
    before = os.getcwd()
    os.chdir(path.parent)
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(before)


NOT_A_FILE = {
    "directory": lambda path: path.mkdir(),
    "FIFO": os.mkfifo,
    "socket": make_socket,
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "/dev/null": lambda path: path.symlink_to("/dev/null"),
}


@each_file
@pytest.mark.parametrize("kind", NOT_A_FILE)
def test_aws_file_that_is_no_file(kind, name, aws_files, get_token):
    """It counts as missing, as it does in botocore; above all, nobody waits for a FIFO's other end."""
    path = aws_files() / name
    NOT_A_FILE[kind](path)
    assert_token(get_token(env=KEYS))
    assert_error(get_token(env=NO_KEYS), 253, "no credentials")


@pytest.mark.parametrize("variable", NO_FILES)
def test_dev_null_in_place_of_one_file(variable, aws_files, get_token):
    aws_files(config=PROFILE, credentials=PROFILE)
    assert_token(get_token(env={variable: "/dev/null"}))


GOOD_CONTENT = {
    "CRLF": PROFILE.replace("\n", "\r\n").encode(),
    "byte-order mark": b"\xef\xbb\xbf" + PROFILE.encode(),
    "both": b"\xef\xbb\xbf" + PROFILE.replace("\n", "\r\n").encode(),
    "no newline at the end": PROFILE.strip().encode(),
}


@each_file
@pytest.mark.parametrize("content", GOOD_CONTENT)
def test_aws_file_with_odd_but_good_content(content, name, aws_files, get_token):
    aws_files(**{name: GOOD_CONTENT[content]})
    assert_token(get_token(env=NO_KEYS))


# content, and what the error says of it
BAD_CONTENT = {
    "binary": (bytes(range(256)) * 16, "line 2: "),
    "UTF-16": (PROFILE.encode("utf-16"), "line 1: "),
    "Latin-1": (PROFILE.encode() + b"# " + NOT_UTF8 + b"\n", "line 4: "),
    "no section": (b"region = eu-west-1\n", "line 1: "),
    "neither key nor section": (PROFILE.encode() + b"whatever\n", "line 4: "),
    "100 MB of comments": (b"# comment\n" * 10_000_000, "100000000 bytes"),
}


@each_file
@pytest.mark.parametrize("content", BAD_CONTENT)
@pytest.mark.parametrize("keys", [KEYS, NO_KEYS], ids=["keys in environment", "no keys"])
def test_aws_file_with_bad_content(keys, content, name, aws_files, get_token):
    """An error even if the environment has keys, as in the AWS CLI: the file might set another region."""
    data, why = BAD_CONTENT[content]
    path = aws_files(**{name: data}) / name
    assert_error(get_token(env=keys), 253, f"{path}.*{why}")


@each_file
def test_aws_file_of_100_mb_of_nothing(name, aws_files, get_token):
    path = aws_files() / name
    path.touch()
    os.truncate(path, 100_000_000)
    assert_error(get_token(env=NO_KEYS), 253, f"{path}.*100000000 bytes")


@each_file
def test_aws_file_without_read_permission(name, aws_files, get_token):
    path = aws_files(**{name: PROFILE}) / name
    path.chmod(0)
    assert_error(get_token(env=NO_KEYS, preexec_fn=heed_permissions), 253, f"{path}.*[Pp]ermission denied")


# KUBERNETES_EXEC_INFO


def exec_info(config):
    """What kubectl sends, with a cluster's extension that is already JSON."""
    return '{"apiVersion": "client.authentication.k8s.io/v1", "spec": {"cluster": {"config": %s}}}' % config


def test_exec_info_of_120_kb(get_token):
    """Nearly all that Linux lets into one variable."""
    padded = exec_info('{"padding": "%s"}' % ("x" * 120_000))
    credential = assert_token(get_token(env={**KEYS, "KUBERNETES_EXEC_INFO": padded}))
    assert credential["apiVersion"] == "client.authentication.k8s.io/v1"


BAD_EXEC_INFO = {
    "list": "[]",
    "null": "null",
    "number": "12",
    "text": '"v1"',
    "empty object": "{}",
    "spaces": "   ",
    "half": '{"apiVersion": "client.authentication.k8s.io/v1"',
    "not UTF-8": b'{"apiVersion": "' + NOT_UTF8 + b'"}',
    "60 000 brackets": "[" * 60_000,
    "60 000 lists in each other": "[" * 60_000 + "]" * 60_000,
    "object of 10 000 levels": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "extension of 10 000 levels": exec_info("[" * 10_000 + "]" * 10_000),
}


@pytest.mark.parametrize("value", BAD_EXEC_INFO)
def test_bad_exec_info(value, get_token):
    credential = assert_token(get_token(env={**KEYS, "KUBERNETES_EXEC_INFO": BAD_EXEC_INFO[value]}), EXEC_INFO_WARNING)
    assert credential["apiVersion"] == "client.authentication.k8s.io/v1beta1"


# Names and lengths


@pytest.mark.parametrize("name", ["", " ", "a\nb", "dev\n", "\r", "a\tb", "a\x7fb", "a\u0085b"], ids=ascii)
def test_cluster_name_that_cannot_be(name, get_token):
    assert_error(get_token("--cluster-name", name), 252, "the cluster name ")


@pytest.mark.parametrize("name", ["n" * 10_000, "größe 日本 🦀"], ids=["10 000 characters", "non-ASCII"])
def test_odd_cluster_name(name, get_token):
    assert_token(get_token("--cluster-name", name), cluster=name)


def test_long_session_token(get_token):
    """No server takes the token that comes of it, and the warning says so."""
    result = get_token(env={**KEYS, "AWS_SESSION_TOKEN": "t" * 5_000})
    assert_credential(result, SIZE_WARNING)


@pytest.mark.parametrize("variable", ["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"])
def test_endless_credentials(variable, get_token):
    assert_error(get_token(env={**KEYS, variable: "t" * 100_000}), 253, "has 100000 bytes")


ENDLESS_QUERIES = ["[" * 60_000, "(" * 60_000, "!" * 60_000 + "a", "a" + ".a" * 50_000]


@pytest.mark.parametrize("query", ENDLESS_QUERIES, ids=lambda query: query[:3])
def test_endless_query(query, get_token):
    assert_error(get_token("--query", query), 252, "--query")


# The standard streams


def test_stdout_whose_reader_has_gone(get_token):
    reader, writer = os.pipe()
    os.close(reader)
    assert_error(get_token(stdout=writer), 255, "standard output.*[Bb]roken pipe")
    os.close(writer)


def test_stdout_on_a_full_disk(get_token):
    with open("/dev/full", "w") as full:
        assert_error(get_token(stdout=full), 255, "standard output.*No space left")


def test_stdout_closed(get_token):
    """Rust puts /dev/null in place of a stream that is closed at the start: a success that nobody reads must not pass for one."""
    assert_error(get_token(stdout=None, preexec_fn=lambda: os.close(1)), 255, "standard output: it is closed")
    assert get_token(stdout=subprocess.DEVNULL).returncode == 0


def test_stderr_that_takes_nothing(get_token):
    warned = {**KEYS, "KUBERNETES_EXEC_INFO": "[]"}
    with open("/dev/full", "w") as full:
        for broken in ({"stderr": full}, {"stderr": None, "preexec_fn": lambda: os.close(2)}):
            result = get_token(env=NO_FILES, **broken)
            assert (result.returncode, result.stdout) == (253, "")
            result = get_token(env=warned, **broken)
            result.stderr = ""
            assert_token(result)


def test_stdin_closed(get_token):
    assert_token(get_token(stdin=None, preexec_fn=lambda: os.close(0)))


# Environment and locale


def test_nothing_in_the_environment():
    """`env -i`: the password database still has a home, and whether keys are there depends on whose it is."""
    result = run_plugin(*COMMAND, env={}, timeout=2)
    if result.returncode:
        assert_error(result, 253)
    else:
        assert_credential(result)
    assert_token(run_plugin(*COMMAND, env=KEYS, timeout=2))


@pytest.mark.parametrize("locale", ["C", "POSIX", "tr_TR.UTF-8", "nonsense"])
def test_locale(locale, aws_files, get_token):
    aws_files(config=PROFILE.replace("default", "profile größe"))
    result = get_token("--profile", "größe", "--cluster-name", "größe", env={"LC_ALL": locale, "LANG": locale})
    assert_token(result, cluster="größe")


@pytest.mark.parametrize("flag", ["--cluster-name", "--region", "--profile", "--query", "--output", "--api-version"])
def test_argument_that_is_not_utf8(flag, get_token):
    assert_error(get_token(flag, NOT_UTF8), 252)
    assert_error(get_token(flag.encode() + b"=" + NOT_UTF8), 252)


def test_flag_that_is_not_utf8(get_token):
    assert_error(get_token(b"--" + NOT_UTF8), 252)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"])
def test_variable_that_is_not_utf8(name, get_token):
    assert_error(get_token(env={**KEYS, name: NOT_UTF8}), 253, f"{name} .*UTF-8")


@pytest.mark.parametrize("name", ["AWS_CONFIG_FILE", "AWS_CA_BUNDLE", "PATH", "LANG", "SOMETHING_ELSE"])
def test_variable_that_need_not_be_utf8(name, get_token):
    assert_token(get_token(env={**KEYS, name: b"/nonexistent/" + NOT_UTF8}))


# Load


def test_50_at_once(home):
    """As kubectl does not, but a CI system does."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    processes = [subprocess.Popen([EKSCRED, *COMMAND], env={**KEYS, "HOME": str(home)}, **pipes) for _ in range(50)]
    for process in processes:
        stdout, stderr = process.communicate(timeout=20)
        assert_token(subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr))
