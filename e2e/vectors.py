#!/usr/bin/env python3
"""Golden tokens: what botocore signs, for every partition and every kind of key, session token and cluster name.

    e2e/.tools/venv/bin/python e2e/vectors.py --write      refresh tests/fixtures/tokens.json

That file is read by the Rust tests, which need no Python. `test_botocore.py` fails when it is not what the
installed botocore makes, and tries the same inputs on the real program.
"""

import base64
import json
import os
import sys
from datetime import datetime
from functools import cache
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import botocore.auth
import botocore.session
from botocore.config import Config

FILE = Path(__file__).resolve().parent.parent / "tests/fixtures/tokens.json"
REFRESH = "e2e/.tools/venv/bin/python e2e/vectors.py --write"

# X-Amz-Date of every golden token: 20260102T030405Z.
SIGNED_AT = datetime(2026, 1, 2, 3, 4, 5)

DEFAULTS = {
    "access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "session_token": None,
    "region": "eu-west-1",
    "fips": False,
    "dualstack": False,
    "cluster": "demo",
}

# One region or two of every partition.
REGIONS = [
    "us-east-1", "ap-southeast-2",
    "cn-north-1", "cn-northwest-1",
    "us-gov-west-1", "us-gov-east-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
]  # fmt: skip

# For these two partitions botocore knows no dual-stack endpoints (test_botocore.py shows it); AWS's rules have them.
WITHOUT_DUALSTACK = ["eu-isoe-west-1", "us-isof-south-1"]

ONE_OF_EACH = ["us-east-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1"]

# Each of `+`, `/` and `=` must arrive in the URL as %2B, %2F and %3D.
SESSION_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJH+MEUCIQD+x/Z=="

SESSIONS = {
    "temporary keys": SESSION_TOKEN,
    "session token of one character": "+",
    "session token of 1200 characters": (SESSION_TOKEN * 20)[:1200],
    "session token with all that a URL escapes": "a%20b&c=e?f#g~h.i_j-k:l;m,n@o!p$q'r(s)t*u",
}

CLUSTERS = {
    "one character": "x",
    "every character that EKS allows": "Az09_-",
    "100 characters": "n" * 100,
    "a space inside": "two words",
    "runs of spaces inside": "two   words  and   more",
    "leading and trailing spaces": "  demo  ",
    "umlauts": "größe",
    "four-byte characters": "日本-🦀",
    "characters that a URL escapes": "a/b?c=d&e%20f+g",
}


def inputs():
    """The inputs of all vectors: their names and, beside the defaults, what is special about them."""
    yield "static keys", {}
    yield "no region", {"region": None}
    yield "no region, temporary keys", {"region": None, "session_token": SESSION_TOKEN}
    yield "region aws-global", {"region": "aws-global"}
    yield "region that nobody knows yet", {"region": "mars-north-1"}
    yield "secret with + and =", {"secret_access_key": "++//==++//==++//==++//==++//==++//==++//=="}
    yield "access key id of 128 characters", {"access_key_id": "AKIA" + "EXAMPLE7" * 15 + "LAST"}
    for region in REGIONS:
        yield f"region {region}", {"region": region}
    for region in ONE_OF_EACH + WITHOUT_DUALSTACK:
        yield f"FIPS, {region}", {"region": region, "fips": True}
    for region in ONE_OF_EACH:
        yield f"dual-stack, {region}", {"region": region, "dualstack": True}
    for region in ONE_OF_EACH:
        yield f"FIPS and dual-stack, {region}", {"region": region, "fips": True, "dualstack": True}
    for name, token in SESSIONS.items():
        yield name, {"access_key_id": "ASIAIOSFODNN7EXAMPLE", "session_token": token}
    for name, cluster in CLUSTERS.items():
        yield f"cluster name: {name}", {"cluster": cluster}
    yield "all at once", {
        "access_key_id": "ASIAIOSFODNN7EXAMPLE", "session_token": SESSION_TOKEN, "region": "us-gov-east-1",
        "fips": True, "dualstack": True, "cluster": "  zwei  Wörter  ",
    }  # fmt: skip


def make():
    """All vectors, in order."""
    return [complete({"name": name, **DEFAULTS, **special}) for name, special in inputs()]


def complete(vector):
    """A vector's inputs, and what botocore makes of them."""
    url = presign(vector, SIGNED_AT)
    encoded = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return {**vector, "url": url, "host": urlsplit(url).netloc, "token": f"k8s-aws-v1.{encoded}"}


def presign(vector, instant):
    """The URL that the AWS CLI's get-token would put into its token at that instant: botocore's presigned
    GetCallerIdentity, with the cluster's name as one more signed header."""

    def add_cluster(request, **_):
        request.headers["x-k8s-aws-id"] = vector["cluster"]

    with nothing_from_this_machine(), clock_at(instant):
        client = session().create_client(
            "sts",
            region_name=vector["region"],
            aws_access_key_id=vector["access_key_id"],
            aws_secret_access_key=vector["secret_access_key"],
            aws_session_token=vector["session_token"],
            config=Config(use_fips_endpoint=vector["fips"], use_dualstack_endpoint=vector["dualstack"]),
        )
        client.meta.events.register("before-sign.sts.GetCallerIdentity", add_cluster)
        return client.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")


@cache
def session():
    """One for all clients: it keeps the service's description, which takes botocore long to read."""
    return botocore.session.Session()


def clock_at(instant):
    """The time that botocore signs with."""
    return mock.patch.object(botocore.auth, "get_current_datetime", lambda: instant)


def nothing_from_this_machine():
    """Neither the variables nor the AWS files of whoever runs this."""
    files = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return mock.patch.dict(os.environ, files, clear=True)


def text():
    """The content that FILE should have."""
    return json.dumps(make(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(f"usage: {REFRESH}")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
