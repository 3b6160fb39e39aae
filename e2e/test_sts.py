"""The request inside a token, sent to an STS that checks signatures, names its caller.

That is what an EKS cluster does with a token: it sends the presigned URL to STS with its own name in the header
x-k8s-aws-id, and lets in whom STS names. STS is ministack's here, for every region, so the request goes to its
port with the token's host in the Host header.
"""

from urllib.parse import urlsplit

import pytest

from ministack_server import CLUSTER, OTHER_CLUSTER, REGION
from plugin import ACCESS_KEY, assert_credential, token_url

ENDPOINTS = [
    ({"AWS_REGION": "us-east-1"}, "sts.us-east-1.amazonaws.com"),
    ({"AWS_REGION": "eu-west-1"}, "sts.eu-west-1.amazonaws.com"),
    ({"AWS_REGION": "ap-southeast-7"}, "sts.ap-southeast-7.amazonaws.com"),
    ({"AWS_REGION": "us-gov-west-1"}, "sts.us-gov-west-1.amazonaws.com"),
    ({"AWS_REGION": "cn-north-1"}, "sts.cn-north-1.amazonaws.com.cn"),
    ({"AWS_REGION": "eusc-de-east-1"}, "sts.eusc-de-east-1.amazonaws.eu"),
    ({"AWS_REGION": "us-west-2", "AWS_USE_FIPS_ENDPOINT": "true"}, "sts-fips.us-west-2.amazonaws.com"),
    ({"AWS_REGION": "us-west-2", "AWS_USE_DUALSTACK_ENDPOINT": "true"}, "sts.us-west-2.api.aws"),
    ({}, "sts.amazonaws.com"),
]
every_caller = pytest.mark.parametrize("name", ["user", "user session", "role session"])


@pytest.fixture
def url_in_token(run):
    """url_in_token(variables, cluster=…): the presigned URL that ekscred makes with these variables."""

    def make(variables, cluster=CLUSTER):
        credential = assert_credential(run("get-token", "--cluster-name", cluster, env=variables))
        return token_url(credential["status"]["token"])

    return make


@every_caller
@pytest.mark.parametrize(("variables", "host"), ENDPOINTS, ids=[host for _, host in ENDPOINTS])
def test_sts_names_the_caller(ministack, url_in_token, name, variables, host):
    caller = ministack.callers[name]
    url = url_in_token({**caller.environment, **variables})
    assert urlsplit(url).netloc == host
    assert ministack.ask(url, CLUSTER) == (200, caller.arn)


@every_caller
@pytest.mark.parametrize("cluster", ["a b", "Größe-日本", "a&b=c?d/e", "x" * 100])
def test_cluster_name_of_any_characters(ministack, url_in_token, name, cluster):
    caller = ministack.callers[name]
    assert ministack.ask(url_in_token(caller.environment, cluster), cluster) == (200, caller.arn)


@every_caller
@pytest.mark.parametrize("cluster", [OTHER_CLUSTER, "", None])
def test_only_the_cluster_it_was_made_for_can_use_it(ministack, url_in_token, name, cluster):
    url = url_in_token({**ministack.callers[name].environment, "AWS_REGION": REGION})
    assert ministack.ask(url, cluster) == (403, "SignatureDoesNotMatch")
    assert ministack.ask(url, CLUSTER) == (200, ministack.callers[name].arn)


@every_caller
def test_only_the_host_it_was_made_for_takes_it(ministack, url_in_token, name):
    url = url_in_token({**ministack.callers[name].environment, "AWS_REGION": "eu-west-1"})
    elsewhere = url.replace("sts.eu-west-1.", "sts.eu-west-2.")
    assert ministack.ask(elsewhere, CLUSTER) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("name", "wrong", "code"),
    [
        ("user", {"AWS_SECRET_ACCESS_KEY": "of-somebody-else"}, "SignatureDoesNotMatch"),
        ("user", {"AWS_ACCESS_KEY_ID": ACCESS_KEY}, "InvalidClientTokenId"),
        ("user session", {"AWS_SECRET_ACCESS_KEY": "of-somebody-else"}, "SignatureDoesNotMatch"),
        ("user session", {"AWS_SESSION_TOKEN": "of-somebody-else"}, "InvalidClientTokenId"),
        ("user session", {"AWS_SESSION_TOKEN": None}, "InvalidClientTokenId"),
    ],
)
def test_wrong_keys_are_refused(ministack, url_in_token, name, wrong, code):
    url = url_in_token({**ministack.callers[name].environment, **wrong})
    assert ministack.ask(url, CLUSTER) == (403, code)
