"""Instance metadata and the container endpoint, of an AWS that nobody here wrote.

ministack's STS does not know the keys that its metadata gives, so a token tells here only whose keys it is made of,
and for which region. A front before ministack keeps what it was asked for (front.py).
"""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

import front
import ministack_server
from ministack_server import CLUSTER, REGION
from plugin import assert_credential, assert_error, token_url

ROLES = "/latest/meta-data/iam/security-credentials/"
ROLE_OF_THE_INSTANCE = ROLES + "ministack-instance-role"


@pytest.fixture(scope="module")
def strict_ministack():
    """One whose instance metadata takes no request without a token of version 2."""
    with ministack_server.running(MINISTACK_IMDS_V2_REQUIRED="1", MINISTACK_REGION="eu-north-1") as world:
        yield world


@pytest.fixture
def on_instance(run):
    """on_instance(metadata): a run as on an EC2 instance, whose metadata is at that front."""

    def on_instance(metadata, **env):
        variables = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url, "AWS_EC2_METADATA_DISABLED": "false", **env}
        return run("get-token", "--cluster-name", CLUSTER, env=variables)

    return on_instance


def assert_temporary_keys(result, region):
    """The token is of keys that ministack made up, for that region's STS."""
    url = urlsplit(token_url(assert_credential(result)["status"]["token"]))
    parameters = parse_qs(url.query)
    assert url.netloc == f"sts.{region}.amazonaws.com"
    assert re.fullmatch(rf"ASIA[A-Z0-9]{{16}}/\d{{8}}/{region}/sts/aws4_request", parameters["X-Amz-Credential"][0])
    assert parameters["X-Amz-Security-Token"]


def test_instance_metadata_version_2(strict_ministack, on_instance):
    with front.running(strict_ministack.url) as metadata:
        assert_temporary_keys(on_instance(metadata), "eu-north-1")
    region = "GET /latest/meta-data/placement/region"
    assert metadata.summaries == ["PUT /latest/api/token", f"GET {ROLES}", f"GET {ROLE_OF_THE_INSTANCE}", region]
    assert metadata.connections == 1


def test_instance_metadata_where_a_region_is_set(strict_ministack, on_instance):
    with front.running(strict_ministack.url) as metadata:
        assert_temporary_keys(on_instance(metadata, AWS_REGION=REGION), REGION)
    assert metadata.summaries == ["PUT /latest/api/token", f"GET {ROLES}", f"GET {ROLE_OF_THE_INSTANCE}"]


def test_instance_metadata_version_1(ministack, on_instance):
    with front.running(ministack.url, forbidden="PUT") as metadata:
        assert_temporary_keys(on_instance(metadata, AWS_REGION=REGION), REGION)
    assert metadata.summaries == ["PUT /latest/api/token", f"GET {ROLES}", f"GET {ROLE_OF_THE_INSTANCE}"]


def test_instance_metadata_that_gives_no_token_and_demands_one(strict_ministack, on_instance):
    with front.running(strict_ministack.url, forbidden="PUT") as metadata:
        assert_error(on_instance(metadata), 253, f"no credentials found: .*instance metadata: {metadata.url} gave no answer")
    assert metadata.summaries == ["PUT /latest/api/token", f"GET {ROLES}"]


def test_instance_metadata_version_1_disabled(ministack, on_instance):
    with front.running(ministack.url, forbidden="PUT") as metadata:
        result = on_instance(metadata, AWS_EC2_METADATA_V1_DISABLED="true")
    assert_error(result, 253, f"instance metadata: {metadata.url} gave no token, and version 1 is disabled")
    assert metadata.summaries == ["PUT /latest/api/token"]


def test_container(ministack, run):
    with front.running(ministack.url) as container:
        endpoint = f"{container.url}/v2/credentials/5c5e1f3a"
        variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint, "AWS_REGION": REGION}
        assert_temporary_keys(run("get-token", "--cluster-name", CLUSTER, env=variables), REGION)
    assert container.summaries == ["GET /v2/credentials/5c5e1f3a"]
