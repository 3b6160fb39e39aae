"""The ways that lead ekscred to a peer, and what an error says that is about that peer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import plugin
from plugin import KEYS

COMMAND = ["get-token", "--cluster-name", "dev", "--region", "eu-west-1"]
ROLE = "arn:aws:iam::111122223333:role/developer"
ONCE = {"AWS_MAX_ATTEMPTS": "1"}  # AWS's services are asked up to three times otherwise


@dataclass(frozen=True)
class Way:
    """Variables and arguments that lead to ADDRESS; and the exit code and the error's begin where that fails."""

    variables: dict[str, str]
    error: str
    code: int = 255
    arguments: tuple[str, ...] = ()

    def command(self, *flags: str) -> list:
        return [plugin.EKSCRED, *COMMAND, *self.arguments, *flags]

    def environment(self, address: str, more: dict[str, str] = {}) -> dict[str, str]:
        to_peer = {name: value.replace("ADDRESS", address) for name, value in self.variables.items()}
        return {"HOME": "/nonexistent", **to_peer, **more}

    def assert_error(self, result, address: str, why: str) -> None:
        """The error is about that peer, and says why."""
        plugin.assert_error(result, self.code, self.error.replace("ADDRESS", re.escape(address)) + why)


of_role = partial(Way, arguments=("--role-arn", ROLE))

# Nobody there, or somebody who is not AWS; the reason behind it tells which.
UNSERVED = "(cannot reach|no good answer from)"

WAYS = {
    "STS": of_role(
        {**KEYS, "AWS_ENDPOINT_URL_STS": "http://ADDRESS"}, rf"{UNSERVED} ADDRESS: AssumeRole of {ROLE}: .*"
    ),
    "STS over TLS": of_role(
        {**KEYS, "AWS_ENDPOINT_URL_STS": "https://ADDRESS"}, rf"{UNSERVED} ADDRESS: AssumeRole of {ROLE}: .*"
    ),
    "proxy": of_role(
        {**KEYS, "HTTPS_PROXY": "http://ADDRESS"},
        rf"{UNSERVED} sts\.eu-west-1\.amazonaws\.com through the proxy ADDRESS \(HTTPS_PROXY\): AssumeRole of {ROLE}: .*",
    ),
    "proxy for HTTP": of_role(
        {**KEYS, "HTTP_PROXY": "http://ADDRESS", "AWS_ENDPOINT_URL_STS": "http://sts.example"},
        rf"{UNSERVED} sts\.example through the proxy ADDRESS \(HTTP_PROXY\): AssumeRole of {ROLE}: .*",
    ),
    "container": Way(
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://ADDRESS/creds"}, "cannot reach http://ADDRESS/creds: .*"
    ),
    "metadata": Way(
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://ADDRESS"},
        "no credentials found: .*instance metadata: http://ADDRESS .*",
        code=253,
    ),
}
