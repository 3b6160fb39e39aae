"""Behind a proxy that nobody here wrote: requests for AWS go through it, those for this machine's metadata never do.

The proxy is tinyproxy, which keeps a log of what went through; STS is ministack's, over plain HTTP and, behind a front
(front.py), over TLS with the certificate of a private authority.
"""

from urllib.parse import urlsplit

import pytest

import front
import tinyproxy
from certificates import Authority
from ministack_server import ACCOUNT, CLUSTER, REGION
from plugin import assert_credential, assert_error, token_url

ROLE = f"arn:aws:iam::{ACCOUNT}:role/developer"
NOBODY = "http://127.0.0.1:1"  # a proxy that is not there
USER, PASSWORD = "alice", "s3cret-.w0rd"

each_scheme = pytest.mark.parametrize("scheme", ["http", "https"])


@pytest.fixture(scope="module")
def open_proxy():
    with tinyproxy.running() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def guarded_proxy():
    with tinyproxy.running(USER, PASSWORD) as proxy:
        yield proxy


@pytest.fixture
def proxy(open_proxy):
    open_proxy.log.write_text("")
    return open_proxy


@pytest.fixture
def guarded(guarded_proxy):
    guarded_proxy.log.write_text("")
    return guarded_proxy


@pytest.fixture(scope="module")
def endpoints(ministack, tmp_path_factory):
    """STS by scheme: its front, and the variables that lead there."""
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority()
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "localhost.pem").write_bytes(authority.issue("localhost"))
    with front.running(ministack.url) as plain, front.running(ministack.url, folder / "localhost.pem") as secure:
        yield {
            "http": (plain, {"AWS_ENDPOINT_URL_STS": plain.url}),
            "https": (secure, {"AWS_ENDPOINT_URL_STS": secure.url, "AWS_CA_BUNDLE": str(folder / "ca.pem")}),
        }


@pytest.fixture
def get_token(endpoints, ministack, run):
    """get_token(scheme, **variables): assumes a role at the endpoint of that scheme."""

    def get_token(scheme, **variables):
        _, environment = endpoints[scheme]
        environment = {**ministack.callers["user"].environment, **environment, **variables}
        return run("get-token", "--cluster-name", CLUSTER, "--region", REGION, "--role-arn", ROLE, env=environment)

    return get_token


@pytest.fixture
def assert_token(ministack):
    def assert_token(result):
        url = token_url(assert_credential(result)["status"]["token"])
        assert ministack.ask(url, CLUSTER) == (200, f"arn:aws:sts::{ACCOUNT}:assumed-role/developer/EKSGetTokenAuth")

    return assert_token


@pytest.fixture
def passage(endpoints):
    """passage(scheme): what a proxy writes down of a request to that endpoint."""

    def passage(scheme):
        url = endpoints[scheme][0].url
        return f"POST {url}/" if scheme == "http" else "CONNECT " + url.removeprefix("https://")

    return passage


# Which proxy


@each_scheme
@pytest.mark.parametrize("letters", [str.upper, str.lower])
@pytest.mark.parametrize("value", ["http://{}", "http://{}/", "{}"])
def test_proxy(value, letters, scheme, proxy, get_token, assert_token, passage):
    assert_token(get_token(scheme, **{letters(f"{scheme}_proxy"): value.format(proxy.address)}))
    assert proxy.requests == [passage(scheme)]


@each_scheme
def test_lower_case_beats_upper_case(scheme, proxy, get_token, assert_token, passage):
    variables = {f"{scheme.upper()}_PROXY": NOBODY, f"{scheme}_proxy": f"http://{proxy.address}"}
    assert_token(get_token(scheme, **variables))
    assert proxy.requests == [passage(scheme)]


# Settings that lead past the proxy, as they do in the AWS CLI: SCHEME is the endpoint's, OTHER the other one.
PAST = {
    "empty lower-case name": {"SCHEME_PROXY": NOBODY, "scheme_proxy": ""},
    "proxy for the other scheme": {"OTHER_PROXY": NOBODY, "other_proxy": NOBODY},
    "ALL_PROXY": {"ALL_PROXY": NOBODY, "all_proxy": NOBODY},
    "NO_PROXY names the host": {"SCHEME_PROXY": NOBODY, "NO_PROXY": "HOST"},
    "NO_PROXY names host and port": {"SCHEME_PROXY": NOBODY, "NO_PROXY": "HOST:PORT"},
    "NO_PROXY names it among others": {"SCHEME_PROXY": NOBODY, "NO_PROXY": "example.com, HOST ,example.net"},
    "NO_PROXY is a star": {"SCHEME_PROXY": NOBODY, "NO_PROXY": "*"},
    "no_proxy": {"SCHEME_PROXY": NOBODY, "no_proxy": "HOST"},
    "no_proxy beats NO_PROXY": {"SCHEME_PROXY": NOBODY, "NO_PROXY": "example.com", "no_proxy": "HOST"},
}


def filled(settings, scheme, url):
    """The settings for the endpoint at that URL."""
    other = {"http": "https", "https": "http"}[scheme]
    host, port = urlsplit(url).netloc.split(":")
    words = {"SCHEME": scheme.upper(), "scheme": scheme, "OTHER": other.upper(), "other": other}
    for word, meant in words.items():
        settings = {name.replace(f"{word}_", f"{meant}_"): value for name, value in settings.items()}
    return {name: value.replace("HOST", host).replace("PORT", port) for name, value in settings.items()}


@each_scheme
@pytest.mark.parametrize("settings", PAST.values(), ids=PAST)
def test_past_the_proxy(settings, scheme, endpoints, get_token, assert_token):
    assert_token(get_token(scheme, **filled(settings, scheme, endpoints[scheme][0].url)))


@each_scheme
@pytest.mark.parametrize("no_proxy", ["example.com", "ost", "1", ".com", ","])
def test_no_proxy_of_others(no_proxy, scheme, proxy, get_token, assert_token, passage):
    assert_token(get_token(scheme, **{f"{scheme}_proxy": f"http://{proxy.address}", "no_proxy": no_proxy}))
    assert proxy.requests == [passage(scheme)]


# A proxy that wants to know who is there


@each_scheme
@pytest.mark.parametrize(
    "login", [f"{USER}:{PASSWORD}", "%61lice:s3cret-%2ew0r%64", "alice:s3cret%2D.w0rd"], ids=["plain", "escapes", "one escape"]
)
def test_user_and_password(login, scheme, guarded, get_token, assert_token, passage):
    assert_token(get_token(scheme, **{f"{scheme.upper()}_PROXY": f"http://{login}@{guarded.address}"}))
    assert guarded.requests == [passage(scheme)]


@each_scheme
@pytest.mark.parametrize("login", ["", "alice:wr0ng-w0rd@", "alice@", "bob:s3cret-.w0rd@"])
def test_wrong_user_or_password(login, scheme, guarded, endpoints, get_token):
    """It is told which proxy refused, and not with which password."""
    endpoint, _ = endpoints[scheme]
    endpoint.requests.clear()
    name = f"{scheme.upper()}_PROXY"
    result = get_token(scheme, AWS_MAX_ATTEMPTS="1", **{name: f"http://{login}{guarded.address}"})
    assert_error(result, 255, rf"(cannot reach|no good answer from) \S+:\d+ through the proxy {guarded.address} \({name}\): AssumeRole of {ROLE}: .")
    assert "w0rd" not in result.stderr
    assert endpoint.requests == []


# Never through a proxy


@pytest.fixture
def all_proxies(guarded):
    names = [letters(name) for name in ("http_proxy", "https_proxy", "all_proxy") for letters in (str.upper, str.lower)]
    return dict.fromkeys(names, f"http://{USER}:{PASSWORD}@{guarded.address}")


@pytest.mark.parametrize("variable", ["AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_FULL_URI"])
def test_metadata(variable, all_proxies, guarded, ministack, run):
    url = ministack.url + ("/v2/credentials/5c5e1f3a" if "CONTAINER" in variable else "")
    result = run("get-token", "--cluster-name", CLUSTER, "--region", REGION, env={variable: url, "AWS_EC2_METADATA_DISABLED": "false", **all_proxies})
    assert "X-Amz-Security-Token" in token_url(assert_credential(result)["status"]["token"])
    assert guarded.requests == []
