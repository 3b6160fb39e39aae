"""Real kubectls and helms get into a cluster with ekscred, and stay out when the token is wrong.

The cluster is a stand-in, but who may enter is decided by software that nobody here wrote: ministack recomputes
the signature of each token (apiserver.py keeps its verdicts). Kubeconfigs have the shapes of kubeconfigs.py.
"""

import base64
import json
import re
import subprocess

import pytest

from apiserver import HELM_RELEASE, NAMESPACES, WHO_AM_I, token_review
from kubeconfigs import SHAPES, aws_cli, ekscred, kubeconfig, with_environment, with_version
from ministack_server import CLUSTER, OTHER_CLUSTER, REGION
from plugin import EKSCRED, assert_credential, token_url
from tools import AWS2, HELM, KUBECTL

assert len(KUBECTL) >= 5 and "1.24" in KUBECTL and len(HELM) >= 2, "e2e/install installs too little"

GET_NAMESPACES = ["get", "namespaces", "-o", "name"]

every_kubectl = pytest.mark.parametrize("version", KUBECTL)
oldest_and_newest_kubectl = pytest.mark.parametrize("version", [list(KUBECTL)[0], list(KUBECTL)[-1]])


@pytest.fixture
def client(home, demo_cluster):
    """client(program, *arguments, config=…) runs kubectl or helm; as `ekscred` they find ours, or `plugin=…`."""
    demo_cluster.requests.clear()
    folder = home / "bin"
    folder.mkdir()

    def run(program, *arguments, config, env=None, plugin=EKSCRED):
        (folder / "ekscred").unlink(missing_ok=True)
        (folder / "ekscred").symlink_to(plugin)
        (home / "kubeconfig").write_text(config)
        (home / "kubeconfig").chmod(0o600)  # helm warns of any other mode
        variables = {"HOME": str(home), "PATH": str(folder), "KUBECONFIG": str(home / "kubeconfig"), **(env or {})}
        return subprocess.run(
            [program, *arguments], env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    return run


@pytest.fixture(scope="session")
def config_of_aws_cli(ministack, demo_cluster, tmp_path_factory):
    """A kubeconfig that `aws eks update-kubeconfig` wrote for profile alice, with our one word after `command:`."""
    home = tmp_path_factory.mktemp("aws-cli")
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(profile("alice", ministack.callers["user"]))
    command = ["eks", "update-kubeconfig", "--name", CLUSTER, "--region", REGION, "--profile", "alice"]
    command += ["--endpoint-url", ministack.url]
    subprocess.run([AWS2, *command], env={"HOME": str(home)}, check=True, capture_output=True)
    config = (home / ".kube/config").read_text()
    # ministack's cluster has an address where nobody listens, and no certificate.
    config = replace_once(r"server: .*", f"server: {demo_cluster.url}", config)
    authority = f"certificate-authority-data: {demo_cluster.certificate_authority_data}"
    config = replace_once(r"certificate-authority-data: .*", authority, config)
    return replace_once(r"command: aws$", "command: ekscred", config)


@every_kubectl
@pytest.mark.parametrize("api", ["v1", "v1beta1"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_kubeconfig(client, demo_cluster, ministack, shape, api, version):
    user = ministack.callers["user"]
    config = kubeconfig(demo_cluster, with_version(SHAPES[shape](), api))
    assert_lists_namespaces(client(KUBECTL[version], *GET_NAMESPACES, config=config, env=user.environment))
    assert who_am_i(client, version, config=config, env=user.environment) == user.arn
    assert_all_accepted(demo_cluster)


@every_kubectl
def test_file_of_the_aws_cli_but_for_one_word(client, demo_cluster, ministack, aws_files, config_of_aws_cli, version):
    user = ministack.callers["user"]
    aws_files(credentials=profile("alice", user))
    assert_lists_namespaces(client(KUBECTL[version], *GET_NAMESPACES, config=config_of_aws_cli))
    assert who_am_i(client, version, config=config_of_aws_cli) == user.arn
    assert_all_accepted(demo_cluster)


@oldest_and_newest_kubectl
@pytest.mark.parametrize("way", ["environment", "AWS_PROFILE", "--profile"])
@pytest.mark.parametrize("name", ["user", "user session", "role session"])
def test_every_way_to_give_credentials(client, demo_cluster, ministack, aws_files, name, way, version):
    caller = ministack.callers[name]
    entry, environment = ekscred(), {}
    if way == "environment":
        environment = caller.environment
    else:
        aws_files(credentials=profile("alice", caller))
    if way == "AWS_PROFILE":
        entry = with_environment(entry, AWS_PROFILE="alice")
    if way == "--profile":
        entry["args"] = ["get-token", "--profile", "alice"]
        environment = {**caller.environment, "AWS_SECRET_ACCESS_KEY": "of-somebody-else"}  # the flag beats it
    assert who_am_i(client, version, config=kubeconfig(demo_cluster, entry), env=environment) == caller.arn
    assert_all_accepted(demo_cluster)


@every_kubectl
def test_token_for_another_cluster_is_refused(client, demo_cluster, ministack, version):
    config = kubeconfig(demo_cluster, aws_cli(cluster=OTHER_CLUSTER))
    result = client(KUBECTL[version], *GET_NAMESPACES, config=config, env=ministack.callers["user"].environment)
    assert_refused(result, demo_cluster)
    token = demo_cluster.requests[-1].token
    assert token_review(ministack.webhooks[OTHER_CLUSTER], token)["authenticated"], "nothing else is wrong with it"


@every_kubectl
def test_wrong_secret_key_is_refused(client, demo_cluster, ministack, version):
    environment = {**ministack.callers["user"].environment, "AWS_SECRET_ACCESS_KEY": "of-somebody-else"}
    config = kubeconfig(demo_cluster, ekscred())
    assert_refused(client(KUBECTL[version], *GET_NAMESPACES, config=config, env=environment), demo_cluster)


@every_kubectl
def test_tampered_token_is_refused(client, demo_cluster, ministack, run, tmp_path, version):
    credential = assert_credential(run(*aws_cli()["args"], env=ministack.callers["user"].environment))
    document = tmp_path / "credential.json"
    print_document = script(tmp_path, f'exec /bin/cat "{document}"')
    arguments = [KUBECTL[version], *GET_NAMESPACES]
    options = {"config": kubeconfig(demo_cluster, aws_cli()), "plugin": print_document}

    document.write_text(json.dumps(credential))
    assert_lists_namespaces(client(*arguments, **options))

    credential["status"]["token"] = with_one_digit_of_the_signature_changed(credential["status"]["token"])
    document.write_text(json.dumps(credential))
    demo_cluster.requests.clear()
    assert_refused(client(*arguments, **options), demo_cluster)


@every_kubectl
@pytest.mark.parametrize(
    ("arguments", "what", "code"),
    [
        (["get-token", "--cluster-name", CLUSTER, "--profile", "nobody"], "nobody", 253),
        (["get-token", "--region", REGION], "cluster", 252),
    ],
    ids=["unknown profile", "no cluster"],
)
def test_user_sees_why_ekscred_failed(client, demo_cluster, ministack, version, arguments, what, code):
    entry = {**aws_cli(), "args": arguments}
    config = kubeconfig(demo_cluster, entry)
    result = client(KUBECTL[version], *GET_NAMESPACES, config=config, env=ministack.callers["user"].environment)
    assert result.returncode == 1
    assert re.search(rf"^ekscred: error: .*{what}", result.stderr, re.MULTILINE)
    assert f"executable ekscred failed with exit code {code}" in result.stderr
    assert demo_cluster.requests == []


@every_kubectl
def test_one_run_of_the_plugin_serves_a_whole_command(client, demo_cluster, ministack, tmp_path, version):
    runs = tmp_path / "runs"
    counted = script(tmp_path, f'echo run >> "{runs}"\nexec "{EKSCRED}" "$@"')
    options = {"config": kubeconfig(demo_cluster, ekscred()), "env": ministack.callers["user"].environment}
    assert_lists_namespaces(client(KUBECTL[version], *GET_NAMESPACES, plugin=counted, **options))
    assert len(demo_cluster.requests) > 1
    assert runs.read_text() == "run\n"


@pytest.mark.parametrize("api", ["v1", "v1beta1"])
@pytest.mark.parametrize("version", HELM)
def test_helm_lists_its_releases(client, demo_cluster, ministack, api, version):
    config = kubeconfig(demo_cluster, with_version(ekscred(), api))
    result = client(HELM[version], "list", "-A", "-q", config=config, env=ministack.callers["user"].environment)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"{HELM_RELEASE}\n", "")
    assert_all_accepted(demo_cluster)


@pytest.mark.parametrize("version", HELM)
def test_helm_with_a_token_for_another_cluster_is_refused(client, demo_cluster, ministack, version):
    config = kubeconfig(demo_cluster, ekscred(), cluster=OTHER_CLUSTER)
    result = client(HELM[version], "list", "-A", "-q", config=config, env=ministack.callers["user"].environment)
    assert_refused(result, demo_cluster)


def assert_lists_namespaces(result):
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [f"namespace/{name}" for name in NAMESPACES]
    assert result.stderr == ""


def who_am_i(client, version, **options):
    """The name that the cluster knows us by. Before 1.28 there is no `kubectl auth whoami`, only its request."""
    command = ["auth", "whoami", "-o", "json"]
    if int(version.split(".")[1]) < 28:
        command = ["create", "--raw", WHO_AM_I, "-f", "/dev/null"]
    result = client(KUBECTL[version], *command, **options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["status"]["userInfo"]["username"]


def assert_all_accepted(cluster):
    assert cluster.requests
    assert all(request.review["authenticated"] for request in cluster.requests)


def assert_refused(result, cluster):
    """The client failed for lack of authentication, since the verifier said no to a token that did reach it."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert re.search("Unauthorized|asked for the client to provide credentials", result.stderr)
    assert cluster.requests
    for request in cluster.requests:
        assert request.token.startswith("k8s-aws-v1.")
        assert (request.review, request.status) == ({"authenticated": False}, 401)


def profile(name, caller):
    """A profile of the AWS files, with the keys that the environment would have."""
    lines = [f"{variable.lower()} = {value}" for variable, value in caller.environment.items()]
    return "\n".join([f"[{name}]", *lines, ""])


def script(folder, text):
    path = folder / "script"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def replace_once(pattern, replacement, text):
    text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
    assert count == 1, f"{pattern} in {text}"
    return text


def with_one_digit_of_the_signature_changed(token):
    before, parameter, signature = token_url(token).partition("X-Amz-Signature=")
    url = before + parameter + ("1" if signature[0] == "0" else "0") + signature[1:]
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
