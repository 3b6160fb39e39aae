"""botocore, the signer inside the AWS CLI, judges the URLs inside our tokens.

Each URL is signed again by botocore for the instant that its X-Amz-Date tells. The same host, the same
parameters and the same signature mean that STS would take ours wherever it takes the AWS CLI's.
"""

import json
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import EndpointVariantError

import plugin
import vectors

VECTORS = json.loads(vectors.FILE.read_text(encoding="utf-8"))

# Where botocore refuses to name a dual-stack host, and the host that AWS's own endpoint rules give.
BOTOCORE_REFUSES = {
    "eu-isoe-west-1": "api.cloud-aws.adc-e.uk",
    "us-isof-south-1": "api.aws.hci.ic.gov",
}


def test_golden_tokens_are_what_botocore_makes():
    assert vectors.FILE.read_text(encoding="utf-8") == vectors.text(), f"if botocore is right, run: {vectors.REFRESH}"


def test_golden_tokens_cover_enough():
    assert len(VECTORS) >= 40
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_url_is_the_one_that_botocore_signs(run, vector):
    ours = url_of(run, vector)
    assert taken_apart(ours) == taken_apart(vectors.presign(vector, date_of(ours)))


@pytest.mark.parametrize("fips", [False, True], ids=["dual-stack", "FIPS and dual-stack"])
@pytest.mark.parametrize("region", BOTOCORE_REFUSES)
def test_dual_stack_where_botocore_refuses(run, region, fips):
    vector = {**vectors.DEFAULTS, "region": region, "dualstack": True, "fips": fips}
    with pytest.raises(EndpointVariantError):
        vectors.presign(vector, vectors.SIGNED_AT)

    ours = url_of(run, vector)

    host = f"sts{'-fips' if fips else ''}.{region}.{BOTOCORE_REFUSES[region]}"
    assert taken_apart(ours) == taken_apart(signed_for_host(host, vector, date_of(ours)))


@pytest.mark.parametrize(
    "change",
    [{"cluster": "Demo"}, {"secret_access_key": "other"}, {"session_token": "other"}, {"region": "eu-west-2"}, {"fips": True}],
    ids=lambda change: next(iter(change)),
)
def test_the_judge_notices(run, change):
    """What the tests above compare would differ, were one of the inputs taken wrongly."""
    ours = url_of(run, vectors.DEFAULTS)
    assert taken_apart(ours) == taken_apart(vectors.presign(vectors.DEFAULTS, date_of(ours)))
    assert taken_apart(ours) != taken_apart(vectors.presign({**vectors.DEFAULTS, **change}, date_of(ours)))


def url_of(run, vector):
    """The URL inside the token that ekscred makes from a vector's inputs."""
    env = {
        "AWS_ACCESS_KEY_ID": vector["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": vector["secret_access_key"],
        "AWS_SESSION_TOKEN": vector["session_token"],
        "AWS_REGION": vector["region"],
        "AWS_USE_FIPS_ENDPOINT": str(vector["fips"]),
        "AWS_USE_DUALSTACK_ENDPOINT": str(vector["dualstack"]),
    }
    credential = plugin.assert_credential(run("get-token", "--cluster-name", vector["cluster"], env=env))
    return plugin.token_url(credential["status"]["token"])


def taken_apart(url):
    """What of a URL counts: all but the order of the parameters."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path, sorted(parse_qsl(parts.query, strict_parsing=True))


def date_of(url):
    return datetime.strptime(dict(parse_qsl(urlsplit(url).query))["X-Amz-Date"], "%Y%m%dT%H%M%SZ")


def signed_for_host(host, vector, instant):
    """What botocore's signer, which its own endpoint rules do not stop, makes for that host."""
    request = AWSRequest(
        method="GET",
        url=f"https://{host}/",
        params={"Action": "GetCallerIdentity", "Version": "2011-06-15"},
        headers={"x-k8s-aws-id": vector["cluster"]},
    )
    keys = Credentials(vector["access_key_id"], vector["secret_access_key"], vector["session_token"])
    with vectors.clock_at(instant):
        SigV4QueryAuth(keys, "sts", vector["region"], expires=60).add_auth(request)
    return request.url
