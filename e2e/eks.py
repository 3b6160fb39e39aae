"""EKS: ministack's, behind a front that adds what ministack lacks.

ministack's clusters are at addresses where nobody listens, are active as soon as they are made, and are listed on one
page, however many they are. Here cluster `demo` is where the API server of the tests is (apiserver.py), any other may be
described as a test wants it, and lists have pages. Who may see a cluster is ministack's to say.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from typing import Iterator
from urllib.parse import parse_qs, urlsplit

import front
import ministack_server
from apiserver import ApiServer
from ministack_server import ACCOUNT, CLUSTER, REGION, Caller, Ministack, allow

FLEET_REGION = "eu-central-1"
PAGE = 7


def arn(name: str, region: str = REGION) -> str:
    return f"arn:aws:eks:{region}:{ACCOUNT}:cluster/{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


class Eks(front.Front):
    request_queue_size = 128  # crowds come

    def __init__(self, ministack: Ministack, demo_cluster: ApiServer):
        super().__init__(ministack.url, None, None)
        self.RequestHandlerClass = Handler
        self.described: dict[str, dict] = {}  # what DescribeCluster tells of a cluster instead
        self.describe(
            CLUSTER,
            endpoint=demo_cluster.url,
            certificateAuthority={"data": demo_cluster.certificate_authority_data},
        )
        self._ministack = ministack

    def describe(self, name: str, **fields) -> None:
        self.described.setdefault(name, {}).update(fields)

    def create(self, *names: str, region: str = REGION) -> None:
        """Makes clusters. Each has an authority of its own, so that none can be taken for another."""
        client = ministack_server.client("eks", self._ministack.url, region=region)
        for name in names:
            client.create_cluster(name=name, roleArn=role_arn("eks"), resourcesVpcConfig={})
            authority = base64.b64encode(f"the authority of {name}".encode()).decode()
            self.describe(name, certificateAuthority={"data": authority})

    def user(self, name: str, *may: str) -> Caller:
        """Somebody new, who may do so much with everything."""
        iam = ministack_server.client("iam", self._ministack.url)
        user = iam.create_user(UserName=name)["User"]["Arn"]
        if may:
            iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=allow(*may, Resource="*"))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Caller(user, ministack_server.environment(key))

    def role(self, name: str, trusted: Caller) -> str:
        """A role that somebody may assume."""
        trust = allow("sts:AssumeRole", Principal={"AWS": trusted.arn})
        ministack_server.client("iam", self._ministack.url).create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return role_arn(name)

    def let_role(self, name: str, *actions: str) -> None:
        """What a role may do with everything."""
        policy = {"RoleName": name, "PolicyName": "eks", "PolicyDocument": allow(*actions, Resource="*")}
        ministack_server.client("iam", self._ministack.url).put_role_policy(**policy)


class Handler(front.Handler):
    server: Eks

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        url = urlsplit(self.path)
        if status == 200 and self.command == "GET":
            if described := re.fullmatch("/clusters/([^/]+)", url.path):
                document = json.loads(body)
                document["cluster"].update(self.server.described.get(described[1], {}))
                body = json.dumps(document).encode()
            elif url.path == "/clusters":
                body = json.dumps(page(json.loads(body)["clusters"], parse_qs(url.query))).encode()
        super().answer(status, content_type, body)


def page(names: list[str], query: dict[str, list[str]]) -> dict:
    begin = int(query.get("nextToken", ["0"])[0])
    more = {"nextToken": str(begin + PAGE)} if begin + PAGE < len(names) else {}
    return {"clusters": names[begin : begin + PAGE], **more}


@contextlib.contextmanager
def running(ministack: Ministack, demo_cluster: ApiServer) -> Iterator[Eks]:
    with front.serving(Eks(ministack, demo_cluster)) as server:
        yield server
