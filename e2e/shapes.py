"""Kubeconfigs as they lie on people's disks: written by tools, by hand, by accident.

A shape is a file's bytes, and what an editor must leave of them. Most have a user `kind` without and a user `work` with an
exec block of the AWS CLI, so that `update-kubeconfig` adds to them and `convert-kubeconfig --all` changes them.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, replace

import yaml

from shape_texts import (
    ANCHORS, AWS_CLI, COMMENTS, EKSCTL, EXPLICIT_KEYS, EXTENSIONS, FLOW, FLOW_KEPT, INDENTED_BY_FOUR, KUBECTL, MERGE_KEYS,
    MINIKUBE, MULTI_LINE, OTHER_PLUGINS, PLAIN, QUOTED, SHARED_EXEC, SHARED_KEPT, TABS, TAGS, UNICODE, UNICODE_KEPT,
    UNKNOWN_FIELDS,
)  # fmt: skip

WORK = "work"  # the user whose exec block runs the AWS CLI


@dataclass(frozen=True)
class Shape:
    text: bytes
    users: tuple[str, ...] = (WORK,)  # those that `convert-kubeconfig --all` changes
    refused: str | None = None  # the regular expression of why, where nothing can be changed
    not_extended: str | None = None  # why nothing can be added, where users can be converted
    # Which lines may be changed to add something, beside that of current-context: a list that is empty so far.
    may_change: str = r"[^\S\n]*$"
    kept: tuple[bytes, ...] = ()  # what is left instead of whole lines, where lines are long

    def kept_by_update(self) -> list[bytes]:
        changed = re.compile(rf"""\s*["']?current-context|{self.may_change}""".encode())
        return list(self.kept) or [line for line in self.text.splitlines(True) if not changed.match(line)]

    def kept_by_convert(self) -> list[bytes]:
        """Everything but the commands, and what closes a line that something follows now."""
        changed = re.compile(rb"""[\s-]*["']?command\b|\s*aws\s*$|\s*env:""")
        return list(self.kept) or [line for line in self.text.splitlines(True) if not changed.match(line)]


def first_not_kept(pieces: list[bytes], text: bytes) -> bytes | None:
    """The first of the pieces that is not in the text, or not behind the one before it."""
    place = 0
    for piece in pieces:
        place = text.find(piece, place)
        if place < 0:
            return piece
        place += len(piece)
    return None


def as_json(indent: int | None = None) -> str:
    return json.dumps(yaml.safe_load(PLAIN), indent=indent)


JSON_KEPT = tuple(
    json.dumps(entry).encode()
    for kind in ("clusters", "contexts")
    for entry in yaml.safe_load(PLAIN)[kind]
) + (
    b'"kind": "Config", "preferences": {}, "users": ',
    b'{"name": "kind", "user": {"token": "of-the-laptop"}}',
    b'{"name": "work", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "args": '
    b'["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "work", "--output", "json"], "command": ',
)  # fmt: skip


def of_size(size: int) -> str:
    """So many bytes at least: hundreds of clusters with their certificates."""
    certificate = base64.b64encode(bytes(range(256)) * 12).decode()
    entry = f"- cluster:\n    certificate-authority-data: {certificate}\n    server: https://example.com\n  name: c-"
    entries = "".join(f"{entry}{number}\n" for number in range(size // len(entry) + 1))
    return PLAIN.replace("contexts:\n", f"{entries}contexts:\n", 1)


def plain(text: str | bytes, **more) -> Shape:
    return Shape(text if isinstance(text, bytes) else text.encode(), **more)


def refused(text: str | bytes, why: str) -> Shape:
    return replace(plain(text), refused=why)


EMPTY_LIST = r"(clusters|contexts|users):|\{\}|null|~"

SHAPES = {
    "comments": plain(COMMENTS),
    "no newline at the end": plain(PLAIN.removesuffix("\n")),
    "blanks at the end": plain(PLAIN + "   \n\n  # no more\n\n"),
    "lists are indented": plain(re.sub("(?m)^(?=- |  )", "  ", PLAIN)),
    "indented by four": plain(INDENTED_BY_FOUR),
    "anchors": plain(ANCHORS),
    "shared exec block": plain(SHARED_EXEC, users=(), kept=SHARED_KEPT),
    "merge keys": plain(MERGE_KEYS),
    "flow style": plain(FLOW, kept=FLOW_KEPT),
    "JSON": plain(as_json(), kept=JSON_KEPT),
    "JSON, pretty": plain(as_json(4) + "\n", may_change=r"\s+[\]}],?$"),
    "quoted": plain(QUOTED, users=("it's work",)),
    "unknown fields": plain(UNKNOWN_FIELDS),
    "extensions": plain(EXTENSIONS),
    "values of several lines": plain(MULTI_LINE),
    "explicit keys": plain(EXPLICIT_KEYS, not_extended="without a risk"),
    "tags": plain(TAGS, users=()),  # whoever tags the command says more than we may change
    "not ASCII": plain(UNICODE, kept=UNICODE_KEPT),
    "tabs between words": plain(TABS),
    "CRLF": plain(COMMENTS.replace("\n", "\r\n")),
    "byte order mark": plain("\ufeff" + PLAIN),
    "document's begin and end": plain("# mine\n---\n" + PLAIN + "...\n# the end\n"),
    "kubectl's": plain(KUBECTL),
    "the AWS CLI's": plain(AWS_CLI),
    "eksctl's": plain(EKSCTL, users=("alice@work.eu-west-1.eksctl.io", "bob@work.eu-west-1.eksctl.io")),
    "minikube's": plain(MINIKUBE, users=()),
    "other plugins'": plain(OTHER_PLUGINS, users=()),
    "5 MB": plain(of_size(5_000_000)),
    "empty": plain("", users=()),
    "only a comment": plain("# nothing yet\n\n# really\n", users=()),
    "only a document's begin": plain("---\n", users=()),
    "an empty map": plain("{}\n", users=(), may_change=EMPTY_LIST),
    "only a version": plain("apiVersion: v1\n", users=()),
    "empty lists": plain(
        "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\ncurrent-context: \"\"\n# the end\n",
        users=(), may_change=EMPTY_LIST,
    ),
    "no lists": plain(
        "apiVersion: v1\nkind: Config # mine\nclusters: null\ncontexts: ~\nusers:\ncurrent-context:\n",
        users=(), may_change=EMPTY_LIST,
    ),
    # Nothing of these can be changed without a guess.
    "tabs that indent": refused(PLAIN.replace("    server", "\tserver"), r"line 4\b.*tab"),
    "several documents": refused(PLAIN + "---\n" + PLAIN, "document"),
    "duplicate names": refused(PLAIN.replace("name: kind\n", "name: work\n"), "duplicate.*work"),
    "duplicate keys": refused(PLAIN + "users: []\n", "users|duplicate"),
    "half a file": refused(as_json()[:-40], "line"),
    "not YAML": refused("apiVersion: v1\nclusters: [\n", "line"),
    "Latin-1": refused(UNICODE.encode("latin-1", "replace"), "UTF-8"),
    "UTF-16": refused(PLAIN.encode("utf-16"), "UTF-8"),
    "a NUL": refused(PLAIN + "# \0\n", "line|character|NUL"),
    "a list": refused("- name: kind\n", "map"),
    "a word": refused("kubeconfig\n", "map"),
    "a manifest": refused("apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\n", "kind is not Config"),
    "clusters are no list": refused("apiVersion: v1\nkind: Config\nclusters: {kind: {}}\n", "clusters"),
    "an image": refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "UTF-8|line|character"),
    "17 MB": refused(of_size(17_000_000), "large|MiB"),
}  # fmt: skip
