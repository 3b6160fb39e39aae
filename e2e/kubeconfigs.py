"""Kubeconfigs in the shapes that people have: the peers' user entries, and our own.

Each shape is what the tool named writes for a cluster, but for the word after `command:`. The entry is an
`exec` block; `kubeconfig()` puts it into a whole file.
"""

from __future__ import annotations

import json

from apiserver import ApiServer
from ministack_server import CLUSTER, REGION

API_GROUP = "client.authentication.k8s.io"


def aws_cli(cluster: str = CLUSTER) -> dict:
    """`aws eks update-kubeconfig`; versions before 2.11 leave out the --output."""
    return {
        "apiVersion": f"{API_GROUP}/v1beta1",
        "command": "ekscred",
        "args": ["--region", REGION, "eks", "get-token", "--cluster-name", cluster, "--output", "json"],
    }


def eksctl(cluster: str = CLUSTER) -> dict:
    """`eksctl utils write-kubeconfig`."""
    return {
        "apiVersion": f"{API_GROUP}/v1beta1",
        "command": "ekscred",
        "args": ["eks", "get-token", "--output", "json", "--cluster-name", cluster, "--region", REGION],
        "env": [{"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"}],
        "provideClusterInfo": False,
    }


def eksctl_authenticator(cluster: str = CLUSTER) -> dict:
    """The same where aws-iam-authenticator is installed."""
    return {
        "apiVersion": f"{API_GROUP}/v1beta1",
        "command": "ekscred",
        "args": ["token", "-i", cluster],
        "env": [
            {"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"},
            {"name": "AWS_DEFAULT_REGION", "value": REGION},
        ],
        "provideClusterInfo": False,
    }


def ekscred() -> dict:
    """Our own: one user for every cluster, since each cluster's entry says its name and region."""
    return {
        "apiVersion": f"{API_GROUP}/v1",
        "command": "ekscred",
        "args": ["get-token"],
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": True,
    }


SHAPES = {"aws": aws_cli, "eksctl": eksctl, "eksctl-authenticator": eksctl_authenticator, "ekscred": ekscred}


def with_version(entry: dict, version: str) -> dict:
    """The entry for another version of the exec API; v1 insists on an interactiveMode, which no peer writes."""
    return {"interactiveMode": "IfAvailable", **entry, "apiVersion": f"{API_GROUP}/{version}"}


def with_environment(entry: dict, **variables: str) -> dict:
    added = [{"name": name, "value": value} for name, value in variables.items()]
    return {**entry, "env": entry.get("env", []) + added}


def kubeconfig(server: ApiServer, entry: dict, cluster: str = CLUSTER) -> str:
    """A kubeconfig with this exec entry; JSON, which is YAML too. The cluster's extension names `cluster`."""
    extension = {"name": f"{API_GROUP}/exec", "extension": {"clusterName": cluster, "region": REGION}}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "cluster",
                    "cluster": {
                        "server": server.url,
                        "certificate-authority-data": server.certificate_authority_data,
                        "extensions": [extension],
                    },
                }
            ],
            "users": [{"name": "user", "user": {"exec": entry}}],
            "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "user"}}],
            "current-context": "context",
        }
    )
