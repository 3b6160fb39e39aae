"""The program under test, and what each of its runs must look like from outside.

kubectl takes stdout for the protocol and repeats stderr to its user. So a run is either a success
(`assert_credential`: one whole document, silence on stderr) or a failure (`assert_error`: one line that says
what went wrong, at most one hint, and nothing on stdout).
"""

import base64
import ctypes
import json
import os
import re
import select
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).resolve().parent.parent
EKSCRED = Path(os.environ.get("EKSCRED_BIN", ROOT / "target/release/ekscred")).resolve()

# AWS's documentation example keys.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

# The only parameters that the server lets into a token's URL; the session token's is there when there is one.
PARAMETERS = {
    "Action", "Version", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
    "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
}  # fmt: skip


def run_plugin(*arguments, env=None, **options):
    """Run ekscred; see `run_command`. Its last resort, the address of instance metadata, is out of bounds for tests."""
    return run_command([EKSCRED, *arguments], {"AWS_EC2_METADATA_DISABLED": "true", **(env or {})}, **options)


def run_command(command, env, **options):
    """Run a command with exactly the variables of `env`; stdin is empty. The result's output is text."""
    stdin = {} if "input" in options else {"stdin": subprocess.DEVNULL}
    options = {**stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 20, **options}
    return subprocess.run(command, env=env or {}, encoding="utf-8", **options)


def heed_permissions():
    """Makes root's next program heed file permissions (for others it changes nothing): takes CAP_DAC_OVERRIDE and
    CAP_DAC_READ_SEARCH out of what execve grants."""
    PR_CAPBSET_DROP = 24
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def ends(process_id, within):
    """Whether that process is gone, or goes within so many seconds."""
    try:
        process = os.pidfd_open(int(process_id))
    except ProcessLookupError:
        return True
    with open(process):
        gone, _, _ = select.select([process], [], [], within)
    return bool(gone)


def assert_credential(result, stderr=""):
    """A success: exit 0, one ExecCredential with a well-formed token, and on stderr the regular expression `stderr` alone."""
    assert re.fullmatch(stderr, result.stderr), f"stderr: {result.stderr!r}"
    assert result.returncode == 0
    credential = json.loads(result.stdout)  # refuses anything before or behind the one document
    assert list(credential) == ["kind", "apiVersion", "spec", "status"]
    assert credential["kind"] == "ExecCredential"
    assert credential["spec"] == {}
    assert list(credential["status"]) == ["expirationTimestamp", "token"]
    parameters = dict(parse_qsl(urlsplit(token_url(credential["status"]["token"])).query, strict_parsing=True))
    assert parameters.keys() - {"X-Amz-Security-Token"} == PARAMETERS
    return credential


def token_url(token):
    """The presigned URL inside a token."""
    prefix, encoded = token.split(".", 1)
    assert prefix == "k8s-aws-v1"
    assert re.fullmatch(r"[A-Za-z0-9_-]+", encoded), "unpadded base64url"
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")


def assert_error(result, code, what=""):
    """A failure: that exit code, one error line that holds the regular expression `what`, one hint or none, no stdout."""
    assert not result.stdout
    error, *hint = result.stderr.splitlines() or [""]
    assert re.match(rf"ekscred: error: .*{what}", error), f"stderr: {result.stderr!r}"
    assert "internal error" not in error, f"a panic: {error!r}"
    assert len(hint) <= 1 and all(line.startswith("hint: ") for line in hint), f"stderr: {result.stderr!r}"
    assert result.stderr.endswith("\n")
    assert result.returncode == code
