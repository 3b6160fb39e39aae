"""ministack: an emulator of AWS, here with two EKS clusters and people who may enter them.

With `AUTH=true` ministack recomputes every signature, in its STS and in the TokenReview webhook of its
clusters, and so it judges our tokens as AWS would. It runs in a process of its own, as this file:

* `running()` is for the tests: it starts that process, waits for its one line of JSON, and ends it again;
* `serve()` is the process: it serves ministack on a free port of 127.0.0.1 and makes the clusters and the
  people. A cluster's webhook lies behind a secret path that only ministack's memory knows, which is why
  the making happens there.

The file is not called `ministack.py`, since it would then hide the package that it imports.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator
from urllib.parse import urlsplit

from tools import MINISTACK_PYTHON

ACCOUNT = "111122223333"
REGION = "eu-west-1"
CLUSTER = "demo"
OTHER_CLUSTER = "other"

ENVIRONMENT = {
    "AUTH": "true",
    "MINISTACK_ACCOUNT_ID": ACCOUNT,
    # Where Docker runs, ministack would start a real cluster in it.
    "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    # Listeners with fixed ports, which nothing here needs.
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials, and the ARN that AWS knows them by."""

    arn: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Ministack:
    """A running ministack: its STS is at `url`, and `webhooks` has the TokenReview webhook of each cluster."""

    url: str
    webhooks: dict[str, str]
    callers: dict[str, Caller]


    def ask(self, url: str, cluster: str | None) -> tuple[int, str]:
        """Send a presigned request as a cluster of that name would; returns the status and the caller's ARN or the error's code."""
        url = urlsplit(url)
        headers = {"Host": url.netloc}
        if cluster is not None:
            headers["x-k8s-aws-id"] = cluster.encode()  # bytes, since http.client would take text for Latin-1
        with contextlib.closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)) as connection:
            connection.request("GET", f"{url.path}?{url.query}", headers=headers)
            answer = connection.getresponse()
            status, body = answer.status, answer.read().decode()
        element = "Arn" if status == 200 else "Code"
        return status, re.search(rf"<{element}>(.*)</{element}>", body).group(1)


@contextlib.contextmanager
def running(**settings: str) -> Iterator[Ministack]:
    """Start ministack, and end it when the block ends. Should we be killed, it sees its stdin close and goes too."""
    with tempfile.TemporaryDirectory(prefix="ministack-") as scratch:
        log = Path(scratch, "log")
        with log.open("wb") as stderr, subprocess.Popen(
            [MINISTACK_PYTHON, __file__],
            env={**ENVIRONMENT, **settings, "HOME": scratch, "TMPDIR": scratch},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
        ) as process:  # fmt: skip
            try:
                announcement = process.stdout.readline()
                if not announcement:
                    raise RuntimeError(f"ministack did not start:\n{log.read_text()}")
                world = json.loads(announcement)
                callers = {name: Caller(**caller) for name, caller in world["callers"].items()}
                yield Ministack(world["url"], world["webhooks"], callers)
            finally:
                process.terminate()


async def serve() -> None:
    """Serve until stdin closes; print where and for whom as soon as all is made."""
    import hypercorn.asyncio
    from hypercorn.config import Config
    from ministack.app import app

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.loglevel = "WARNING"

    parent_gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, parent_gone.set)
    world_made = loop.run_in_executor(None, announce_world, url)  # its requests wait until ministack serves
    serving = asyncio.ensure_future(hypercorn.asyncio.serve(app, config, shutdown_trigger=parent_gone.wait))
    await asyncio.wait({world_made, serving}, return_when=asyncio.FIRST_COMPLETED)
    world_made.result()
    await serving


def announce_world(url: str) -> None:
    callers = make_callers(url)
    webhooks = make_clusters(url, callers)
    print(json.dumps({"url": url, "webhooks": webhooks, "callers": callers}), flush=True)


def client(service: str, url: str, access_key_id: str = "test", secret_access_key: str = "test", region: str = REGION):
    """A botocore client; as root, unless told otherwise. No token is ever tested as root: its secret is not checked."""
    import botocore.session

    return botocore.session.get_session().create_client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
    )


def make_callers(url: str) -> dict[str, dict]:
    """A user with an access key; a session of the user; a session of a role that the user may assume."""
    iam = client("iam", url)
    user = iam.create_user(UserName="alice")["User"]["Arn"]
    may = allow("eks:DescribeCluster", "sts:AssumeRole", Resource="*")
    iam.put_user_policy(UserName="alice", PolicyName="may", PolicyDocument=may)
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    trust = allow("sts:AssumeRole", Principal={"AWS": user})
    role = iam.create_role(RoleName="developer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    sts = client("sts", url, key["AccessKeyId"], key["SecretAccessKey"])
    user_session = sts.get_session_token()["Credentials"]
    assumed = sts.assume_role(RoleArn=role, RoleSessionName="alice")
    role_session = assumed["Credentials"]
    for session in user_session, role_session:
        make_realistic(session)
    return {
        "user": {"arn": user, "environment": environment(key)},
        "user session": {"arn": user, "environment": environment(user_session)},
        "role session": {"arn": assumed["AssumedRoleUser"]["Arn"], "environment": environment(role_session)},
    }


def make_clusters(url: str, callers: dict[str, dict]) -> dict[str, str]:
    """Two clusters that let the user and the role in; returns their TokenReview webhooks."""
    from ministack.services import eks as memory

    trust = allow("sts:AssumeRole", Principal={"Service": "eks.amazonaws.com"})
    role = client("iam", url).create_role(RoleName="eks", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    eks = client("eks", url)
    webhooks = {}
    for name in CLUSTER, OTHER_CLUSTER:
        eks.create_cluster(name=name, roleArn=role, resourcesVpcConfig={})
        for principal in callers["user"]["arn"], f"arn:aws:iam::{ACCOUNT}:role/developer":
            eks.create_access_entry(clusterName=name, principalArn=principal)
        eks.get_waiter("cluster_active").wait(name=name, WaiterConfig={"Delay": 1})
        secret = memory._clusters.get_scoped(ACCOUNT, REGION, name)["_auth_token"]
        webhooks[name] = f"{url}/_ministack/eks-auth/{ACCOUNT}/{REGION}/{name}/{secret}"
    return webhooks


def allow(*actions: str, **rest) -> str:
    """An IAM policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, **rest}]})


def environment(credentials: dict) -> dict[str, str]:
    names = {
        "AccessKeyId": "AWS_ACCESS_KEY_ID",
        "SecretAccessKey": "AWS_SECRET_ACCESS_KEY",
        "SessionToken": "AWS_SESSION_TOKEN",
    }
    return {name: credentials[field] for field, name in names.items() if field in credentials}


def make_realistic(session: dict) -> None:
    """AWS's session tokens are long base64; ministack's are short and hold nothing that a URL must escape."""
    from ministack.services import sts as memory

    session["SessionToken"] = session["SessionToken"] * 6 + "+/+/=="
    memory._sessions[session["AccessKeyId"]]["SessionToken"] = session["SessionToken"]


if __name__ == "__main__":
    asyncio.run(serve())
