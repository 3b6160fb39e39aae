"""Which file `update-kubeconfig` writes to, what it keeps of it, `--all`, and when it writes nothing.

Of several files kubectl says which is meant; who may see a cluster is ministack's to say.
"""

import re

import pytest
import yaml

from desk import BACKUP, NEWEST, OLDEST, Desk, assert_says
from eks import FLEET_REGION, arn, role_arn
from ministack_server import CLUSTER, REGION
from plugin import EKSCRED, KEYS, assert_error

DEMO = arn(CLUSTER)
WITHOUT_KEYS = {name: None for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}


EXISTING = {
    "none": [],
    "the first": ["a/one"],
    "the second": ["b/two"],
    "the last": ["c/three"],
    "all": ["a/one", "b/two", "c/three"],
}


@pytest.mark.parametrize("existing", EXISTING.values(), ids=EXISTING)
@pytest.mark.parametrize("files", ["a/one:b/two:c/three", ":a/one::b/two:", "b/two:a/one:b/two", "a/one"])
def test_several_files_as_kubectl_takes_them(files, existing, desk):
    """A new cluster comes where kubectl would put it, the oldest and the newest."""
    written = {}
    for who in OLDEST, NEWEST, "ekscred":
        folder = desk.home / who
        for name in existing:
            desk.write(yaml.safe_dump(NOTHING), f"{who}/{name}")
        env = {"KUBECONFIG": ":".join(name and f"{folder}/{name}" for name in files.split(":"))}
        if who == "ekscred":
            assert desk.update("--name", CLUSTER, env=env).returncode == 0
        else:
            # It warns of files that are not there.
            assert not desk.kubectl("config", "set-cluster", DEMO, "--server=https://x", version=who, env=env).returncode
        (path,) = [path for path in folder.rglob("*") if path.is_file() and DEMO in path.read_text()]
        written[who] = path.relative_to(folder)
    assert written["ekscred"] == written[OLDEST] == written[NEWEST]


NOTHING = {"apiVersion": "v1", "kind": "Config", "clusters": [], "contexts": [], "users": [], "current-context": ""}


@pytest.mark.parametrize("current", [[], [0], [1], [2], [0, 2], [1, 2]])
def test_cluster_and_current_context_in_different_files(current, desk):
    """The entries come where the cluster is, the context is changed where kubectl takes it from."""
    paths = []
    for number in range(3):
        document = {**NOTHING, "current-context": f"here-{number}" if number in current else ""}
        if number == 1:
            document["clusters"] = [{"name": DEMO, "cluster": {"server": "https://127.0.0.1:1"}}]
        paths.append(desk.write(yaml.safe_dump(document), f"config-{number}"))
    env = {"KUBECONFIG": ":".join(map(str, paths))}
    assert_says(desk.update("--name", CLUSTER, env=env), f"Updated context {DEMO} in {paths[1]}")
    changed = min(current, default=1)
    for number, path in enumerate(paths):
        expected = f"here-{number}" if number in current else ""
        assert yaml.safe_load(path.read_text())["current-context"] == (DEMO if number == changed else expected)
        assert [len(yaml.safe_load(path.read_text())[kind]) for kind in ("users", "contexts")] == [int(number == 1)] * 2
    for version in OLDEST, NEWEST:
        assert desk.must("config", "current-context", version=version, env=env) == f"{DEMO}\n"


def test_kubeconfig_flag_beats_the_variable(desk):
    result = desk.update("--name", CLUSTER, "--kubeconfig", "~/mine", env={"KUBECONFIG": "/nonexistent/config"})
    assert_says(result, f"Added new context {DEMO} to {desk.home}/mine")
    assert_says(
        desk.update("--name", CLUSTER, "--kubeconfig", "new folder/deeper/config", env={"KUBECONFIG": "x"}),
        f"Added new context {DEMO} to {desk.home}/new folder/deeper/config",
    )
    assert sorted(path.name for path in desk.home.iterdir()) == ["mine", "new folder"]


# What the AWS CLI loses

TENDED = """\
# Ask Bob first.
apiVersion: v1
kind: Config
current-context: elsewhere
clusters:
- name: {demo} # through the tunnel
  cluster:
    server: https://old.example.com  # moved
    certificate-authority-data: b2xk
    proxy-url: socks5://127.0.0.1:1080
    tls-server-name: kubernetes
    extensions:
    - name: of-a-tool
      extension: {{a: 1}}
contexts:
- name: {demo}
  context:
    namespace: shop # mine
    user: {demo}
    cluster: {demo}
- name: second
  context: {{cluster: {demo}, user: {demo}, namespace: other}}
users:
- name: {demo}
  user:
    exec:
      # by hand
      apiVersion: client.authentication.k8s.io/v1beta1
      command: aws
      args: [--region, {region}, eks, get-token, --cluster-name, {name}, --output, json]
      env:
      - name: AWS_STS_REGIONAL_ENDPOINTS # for old versions
        value: regional
      provideClusterInfo: true
      interactiveMode: Never
"""


def test_what_was_tended_stays(desk, demo_cluster):
    desk.write(TENDED.format(demo=DEMO, name=CLUSTER, region=REGION))
    before = desk.view()
    assert_says(desk.update("--name", CLUSTER), f"Updated context {DEMO} in {desk.config}")
    after = desk.view()
    # Only these are AWS's or ours to say.
    before["current-context"] = DEMO
    before["clusters"][DEMO]["server"] = demo_cluster.url
    before["clusters"][DEMO]["certificate-authority-data"] = demo_cluster.certificate_authority_data
    block = before["users"][DEMO]["exec"]
    ours = after["users"][DEMO]["exec"]
    for name in "apiVersion", "command", "interactiveMode", "installHint":
        block[name] = ours[name]
    assert after == before
    assert (ours["apiVersion"], ours["command"]) == ("client.authentication.k8s.io/v1", str(EKSCRED))
    text = desk.config.read_text()
    for comment in re.findall("#.*", TENDED):
        assert comment in text


ARGUMENTS = {
    "plain": [],
    "role": ["--role-arn", role_arn("developer")],
    "aliases": ["--alias", "a", "--user-alias", "u"],
    "namespace, cache": ["--namespace", "shop", "--cache"],
}


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
def test_twice_changes_nothing(arguments, desk):
    assert desk.update("--name", CLUSTER, *arguments).returncode == 0
    before, status = desk.files(), desk.config.stat()
    current = desk.view()["current-context"]
    assert_says(desk.update("--name", CLUSTER, *arguments), f"Updated context {current} in {desk.config}")
    assert desk.files() == before
    assert (desk.config.stat().st_ino, desk.config.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)


# All clusters


@pytest.fixture(scope="module")
def fleet(eks):
    """Clusters of a region, on several pages: two of them are not there yet, one is about to go."""
    names = [f"fleet-{number:02}" for number in range(24)]
    eks.create(*names, region=FLEET_REGION)
    eks.describe("fleet-03", status="CREATING")
    eks.describe("fleet-11", status="FAILED")
    eks.describe("fleet-17", status="DELETING")
    eks.describe("fleet-20", status="UPDATING")
    return names


@pytest.fixture(scope="module")
def operator(eks):
    return eks.user("operator", "eks:ListClusters", "eks:DescribeCluster")


def test_all(home, eks, fleet, operator):
    desk = Desk(home, eks, operator)
    desk.write(TENDED.format(demo=DEMO, name=CLUSTER, region=REGION))
    before = desk.view()
    eks.requests.clear()
    result = desk.update("--all", "--region", FLEET_REGION)
    assert result.returncode == 0
    warnings = result.stderr.splitlines()
    left_out = {"fleet-03": "CREATING", "fleet-11": "FAILED", "fleet-17": "DELETING"}
    assert len(warnings) == len(left_out)
    for line, (name, status) in zip(sorted(warnings), left_out.items()):
        assert re.match(f"ekscred: warning: .*{name}.*{status}", line)
    lists = [summary for summary in eks.summaries if summary.startswith("GET /clusters?") or summary == "GET /clusters"]
    assert len(lists) == 4, "every page, once"

    names = {arn(name, FLEET_REGION) for name in fleet if name not in left_out}
    assert sorted(result.stdout.splitlines()) == sorted(f"Added new context {name} to {desk.config}" for name in names)
    after = desk.view()
    assert after["current-context"] == before["current-context"]
    for kind in "clusters", "contexts", "users":
        assert after[kind].keys() == before[kind].keys() | names
        assert {name: after[kind][name] for name in before[kind]} == before[kind]
    for name in names:
        assert after["users"][name]["exec"]["args"][:2] == ["--region", FLEET_REGION]
    authorities = {cluster["certificate-authority-data"] for cluster in after["clusters"].values()}
    assert len(authorities) == len(after["clusters"]), "each has its own"
    assert desk.files()["config" + BACKUP].decode() == TENDED.format(demo=DEMO, name=CLUSTER, region=REGION)

    files = desk.files()
    assert desk.update("--all", "--region", FLEET_REGION).returncode == 0
    assert desk.files() == files, "one write, which is not made twice"


def test_all_of_nothing(home, eks, operator):
    desk = Desk(home, eks, operator)
    result = desk.update("--all", "--region", "sa-east-1")
    assert not desk.config.exists()
    assert "sa-east-1" in result.stdout + result.stderr


@pytest.mark.parametrize("flags", [["--name", CLUSTER], ["--alias", "a"], ["--user-alias", "u"]])
def test_all_has_no_names(flags, desk, eks):
    assert_error(desk.update("--all", *flags), 252, flags[0])
    assert eks.requests == []


# Nothing is written

REFUSALS = {
    "missing": (["--name", "nobody-made-it"], {}, 254, "ResourceNotFoundException"),
    "creating": (["--name", "creating"], {}, 253, "creating is CREATING"),
    "failed": (["--name", "failed"], {}, 253, "failed is FAILED"),
    "deleting": (["--name", "deleting"], {}, 253, "deleting is DELETING"),
    "pending": (["--name", "pending"], {}, 253, "pending is PENDING"),
    "wrong secret": (["--name", CLUSTER], {"AWS_SECRET_ACCESS_KEY": "wrong"}, 254, "InvalidSignatureException"),
    "unknown key": (["--name", CLUSTER], KEYS, 254, "UnrecognizedClientException"),
    "no credentials": (["--name", CLUSTER], WITHOUT_KEYS, 253, "no credentials"),
    "half a pair": (["--name", CLUSTER], {"AWS_SECRET_ACCESS_KEY": None}, 253, "AWS_SECRET_ACCESS_KEY"),
    "unknown profile": (["--name", CLUSTER, "--profile", "nobody"], {}, 253, "nobody"),
    "role that is not ours": (["--name", CLUSTER, "--assume-role-arn", role_arn("nobodys")], {}, 254, "AccessDenied"),
    "no name": ([], {}, 252, "--name"),
    "empty name": (["--name", ""], {}, 252, ""),
    "name that is none": (["--name", "../clusters"], {}, 252, "clusters"),
}


@pytest.fixture(scope="module")
def unready(eks):
    """Clusters that are not to be had, named after what they are."""
    for status in "CREATING", "FAILED", "DELETING", "PENDING":
        eks.create(status.lower())
        eks.describe(status.lower(), status=status)


@pytest.mark.parametrize("there", ["a file", "nothing"])
@pytest.mark.parametrize("case", REFUSALS)
def test_refused(case, there, desk, unready):
    arguments, env, code, what = REFUSALS[case]
    if there == "a file":
        desk.write(TENDED.format(demo=DEMO, name=CLUSTER, region=REGION))
    before = desk.files()
    assert_error(desk.update(*arguments, env=env), code, what)
    assert desk.files() == before
    assert desk.config.parent.exists() == (there == "a file")
