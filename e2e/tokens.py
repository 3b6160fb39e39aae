"""Tokens that botocore signed: good ones, and any that is wrong in one way.

Each is signed as it is, so that nothing is wrong with its signature.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import vectors
from ministack_server import CLUSTER, REGION

PREFIX = "k8s-aws-v1."
HOST = f"sts.{REGION}.amazonaws.com"


@dataclass(frozen=True)
class Signed:
    """What is signed. The fields' defaults make a good token."""

    keys: dict[str, str]  # as variables
    cluster: str | None = CLUSTER
    scheme: str = "https"
    host: str = HOST
    path: str = "/"
    query: str = "Action=GetCallerIdentity&Version=2011-06-15"
    headers: tuple[tuple[str, str], ...] = ()  # to be signed, too
    expires: int = 60
    age: timedelta = timedelta()

    @property
    def signed_at(self) -> datetime:
        return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0) - self.age

    @property
    def url(self) -> str:
        headers = dict(self.headers) | ({"x-k8s-aws-id": self.cluster} if self.cluster is not None else {})
        request = AWSRequest("GET", f"{self.scheme}://{self.host}{self.path}?{self.query}", headers=headers)
        names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
        credentials = Credentials(*map(self.keys.get, names))
        with vectors.clock_at(self.signed_at):
            botocore.auth.SigV4QueryAuth(credentials, "sts", REGION, self.expires).add_auth(request)
        return request.url

    @property
    def token(self) -> str:
        return encoded(self.url)


def encoded(url: str) -> str:
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
