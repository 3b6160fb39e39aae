"""One environment and one set of AWS files, and what both programs make of them; see test_awscli.py."""

from dataclasses import dataclass, field
from typing import Mapping, Union


@dataclass(frozen=True)
class Case:
    """By default both programs must print a token for the same identity, host and region."""

    name: str
    config: Union[str, bytes, None] = None  # ~/.aws/config
    credentials: Union[str, bytes, None] = None  # ~/.aws/credentials
    files: Mapping[str,
                   str] = field(default_factory=dict)  # other files, by their path in HOME; a path with / is a folder
    env: Mapping[str, Union[str, None]] = field(default_factory=dict)  # None takes HOME away
    arguments: tuple = ()  # behind `eks get-token --cluster-name demo`

    # Both programs fail; this is ekscred's exit code (the AWS CLI says 255 for most).
    fails: int = 0

    # ekscred does something else on purpose: its exit code, or the access key id and host of its token; and why.
    instead: Union[int, str, None] = None
    because: str = ""


def keys(name):
    """The lines of a pair of keys; its access key id is AKID and the name."""
    return f"aws_access_key_id = AKID{name}\naws_secret_access_key = secret{name}\n"


def env_keys(name="ENV"):
    return {"AWS_ACCESS_KEY_ID": f"AKID{name}", "AWS_SECRET_ACCESS_KEY": f"secret{name}"}


DEFAULT = "[default]\n"
GLOBAL = "sts.amazonaws.com"
IRELAND = "sts.eu-west-1.amazonaws.com"
REGION = "region = eu-west-1\n"
