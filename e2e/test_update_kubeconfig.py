"""`update-kubeconfig` beside the AWS CLI's: the same cluster, the same command line, and kubectl takes both.

The cluster is ministack's (eks.py), and so is the judgement of who may see it. What kubectl then makes of the file it says
itself, the oldest and the newest and those between.
"""

import pytest
import yaml

from desk import OLDEST, Desk, assert_says, mode, profile
from eks import arn, role_arn
from ministack_server import CLUSTER, OTHER_CLUSTER, REGION
from plugin import EKSCRED, KEYS, assert_error, run_command
from tools import KUBECTL

assert len(KUBECTL) >= 5 and OLDEST == "1.24", "e2e/install installs too little"

DEMO = arn(CLUSTER)
DEVELOPER = role_arn("developer")
ROLE = ["--role-arn", DEVELOPER]

every_kubectl = pytest.mark.parametrize("version", KUBECTL)


@pytest.fixture(scope="module")
def alice(ministack):
    return ministack.callers["user"]


@pytest.fixture
def profiles(aws_files, alice, ministack, eks):
    """Profiles `alice`, and `session` with keys of a role that she has assumed."""
    eks.let_role("developer", "eks:DescribeCluster")
    aws_files(credentials=profile("alice", alice) + profile("session", ministack.callers["role session"]))


WITHOUT_KEYS = {name: None for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}


def load(path):
    return yaml.safe_load(path.read_text())


# Beside the AWS CLI

# more of the command line, and of the environment; what AWS CLI v2 does not know is marked
CASES = {
    "plain": ([], {}),
    "role": (ROLE, {}),
    "alias": (["--alias", "dev"], {}),
    "user alias": (["--user-alias", "me"], {}),
    "alias and user alias": (["--alias", "dev", "--user-alias", "me"], {}),
    "proxy": (["--proxy-url", "socks5://127.0.0.1:1080"], {}),
    "--profile": (["--profile", "alice"], {}),
    "AWS_PROFILE": ([], {"AWS_PROFILE": "alice", **WITHOUT_KEYS}),
    "AWS_DEFAULT_PROFILE": ([], {"AWS_DEFAULT_PROFILE": "alice", **WITHOUT_KEYS}),
    "profile and role": (["--profile", "alice", *ROLE], {"AWS_PROFILE": "session"}),
    "name is the same as the alias": (["--alias", DEMO], {}),
}
LATER = {"user alias", "alias and user alias", "proxy"}  # than AWS CLI 2.9.19
BESIDE = [(program, case) for program in ("aws1", "aws2") for case in CASES if program == "aws1" or case not in LATER]


@pytest.mark.parametrize(("program", "case"), BESIDE)
def test_same_fields_as_the_aws_cli(program, case, desk, profiles):
    arguments, env = CASES[case]
    arguments = ["--name", CLUSTER, *arguments]
    theirs, ours = desk.home / "theirs/config", desk.home / "ours/config"
    said = desk.update(*arguments, "--kubeconfig", str(theirs), program=program, env=env)
    assert said.returncode == 0, said.stderr
    ours_said = desk.update(*arguments, "--kubeconfig", str(ours), env=env)
    assert_says(ours_said, said.stdout.strip().replace("theirs", "ours"))

    expected = load(theirs)
    (user,) = expected["users"]
    user["user"]["exec"] = instead_of(user["user"]["exec"], "--output" in user["user"]["exec"]["args"])
    document = load(ours)
    hint = document["users"][0]["user"]["exec"].pop("installHint")
    assert "ekscred" in hint
    assert document == expected
    assert list(document) == list(expected), "the same order"
    # Before the users begin it is the same text, but for the order in an entry.
    texts = [sorted(path.read_text().split("\nusers:\n")[0].splitlines()) for path in (ours, theirs)]
    assert texts[0] == texts[1]
    assert mode(ours) == mode(theirs) == 0o600


def instead_of(block, has_output):
    """What ekscred writes where the AWS CLI writes that exec block."""
    arguments = ["--role-arn" if word == "--role" else word for word in block["args"]]
    if not has_output:  # before AWS CLI 2.11
        arguments[6:6] = ["--output", "json"]
    if variables := block.get("env"):
        (variable,) = variables
        assert variable["name"] == "AWS_PROFILE"
        arguments[8:8] = ["--profile", variable["value"]]
    return {
        "apiVersion": "client.authentication.k8s.io/v1", "args": arguments,
        "command": str(EKSCRED), "interactiveMode": "IfAvailable",
    }  # fmt: skip


@every_kubectl
def test_every_kubectl_reads_both(version, desk):
    theirs, ours = desk.home / "theirs", desk.home / "ours"
    assert desk.update("--name", CLUSTER, "--alias", "dev", "--kubeconfig", str(theirs), program="aws1").returncode == 0
    assert desk.update("--name", CLUSTER, "--alias", "dev", "--kubeconfig", str(ours)).returncode == 0
    seen = []
    for file in theirs, ours:
        view = desk.view(file, version)
        told = [
            desk.must("--kubeconfig", str(file), "config", *words, version=version)
            for words in (["get-contexts"], ["get-clusters"], ["get-users"], ["current-context"])
        ]
        block = view["users"][DEMO].pop("exec")
        assert block["args"] == ["--region", REGION, "eks", "get-token", "--cluster-name", CLUSTER, "--output", "json"]
        seen.append((view, told))
    assert seen[0] == seen[1]


@every_kubectl
def test_every_kubectl_gets_in(version, desk, demo_cluster, alice):
    demo_cluster.requests.clear()
    assert_says(desk.update("--name", CLUSTER), f"Added new context {DEMO} to {desk.config}")
    assert desk.who_am_i(version=version) == alice.arn
    assert demo_cluster.requests


@pytest.mark.parametrize("program", ["aws1", "aws2"])
def test_both_in_turn(program, desk):
    """Whoever writes last: all of its entry, and no second one."""
    alone = {}
    for name in program, "ekscred":
        file = desk.home / f"{name}.config"
        assert desk.update("--name", CLUSTER, "--kubeconfig", str(file), program=name).returncode == 0
        alone[name] = desk.view(file)
    for order in ([program, "ekscred", program], ["ekscred", program, "ekscred"]):
        for name in order:
            result = desk.update("--name", CLUSTER, program=name)
            assert result.returncode == 0, result.stderr
            assert desk.view() == alone[name]
        assert result.stdout == f"Updated context {DEMO} in {desk.config}\n"
        desk.config.unlink()


def test_entry_of_the_aws_cli_with_a_profile_and_a_role(desk, profiles, alice):
    """The same identity: the entry becomes ours, and the variable an argument."""
    arguments = ["--name", CLUSTER, "--profile", "alice", *ROLE]
    assert desk.update(*arguments, program="aws1").returncode == 0
    before = desk.view()
    assert before["users"][DEMO]["exec"]["env"] == [{"name": "AWS_PROFILE", "value": "alice"}]
    assert desk.update(*arguments).returncode == 0
    after = desk.view()
    assert list(after["users"]) == [DEMO]
    assert not after["users"][DEMO]["exec"].get("env")
    assert {**after, "users": None} == {**before, "users": None}
    assert desk.who_am_i(env=KEYS) == f"{session_of('developer')}/EKSGetTokenAuth"


def session_of(role):
    return role_arn(role).replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")


# Identities


def test_profile_beats_stray_keys(desk, profiles, alice):
    """In the AWS CLI's entry it is a variable, which loses to them."""
    assert desk.update("--name", CLUSTER, "--profile", "alice", env=WITHOUT_KEYS).returncode == 0
    assert desk.who_am_i(env=KEYS) == alice.arn


def test_identities_side_by_side(desk, profiles, alice, ministack):
    session = ministack.callers["role session"].arn
    ways = {
        DEMO: ([], alice.arn),
        f"{DEMO}@developer": (ROLE, f"{session_of('developer')}/EKSGetTokenAuth"),
        f"{DEMO}@session": (["--profile", "session"], session),
        f"{DEMO}@alice": (["--profile", "alice"], alice.arn),
        f"{DEMO}@developer-2": (["--profile", "alice", *ROLE], f"{session_of('developer')}/EKSGetTokenAuth"),
    }
    for number, (name, (arguments, _)) in enumerate(ways.items()):
        said = f"Updated context {name} in" if number else f"Added new context {name} to"
        assert_says(desk.update("--name", CLUSTER, *arguments), f"{said} {desk.config}")
    written = desk.config.read_bytes()
    for name, (arguments, who) in ways.items():
        assert desk.who_am_i("--context", name) == who
        assert desk.update("--name", CLUSTER, *arguments).returncode == 0
        assert desk.must("config", "current-context") == f"{name}\n"
    assert desk.config.read_bytes() == written, "the last was the last before, too"
    view = desk.view()
    assert list(view["clusters"]) == [DEMO]
    assert sorted(view["users"]) == sorted(view["contexts"]) == sorted(ways)


def test_user_alias_is_that_entry_whoever_it_was(desk, profiles):
    for arguments in [], ["--profile", "alice"]:
        assert desk.update("--name", CLUSTER, "--user-alias", "me", *arguments).returncode == 0
    view = desk.view()
    assert list(view["users"]) == list(view["contexts"]) == ["me"]
    assert "alice" in view["users"]["me"]["exec"]["args"]


def test_assumed_role_only_describes(desk, eks, home):
    """`--assume-role-arn`, for somebody who may not see the cluster: the same two requests as the AWS CLI's."""
    nobody = eks.user("nobody-who-may-assume", "sts:AssumeRole")
    describer = eks.role("describer", nobody)
    eks.let_role("describer", "eks:DescribeCluster")
    desk = Desk(home, eks, nobody)
    refused = desk.update("--name", CLUSTER)
    assert_error(refused, 254, "AccessDeniedException")
    asked = {}
    for program in "aws1", "ekscred":
        eks.requests.clear()
        file = home / program
        flags = ["--assume-role-arn", describer, "--kubeconfig", str(file)]
        result = desk.update("--name", CLUSTER, *flags, program=program)
        assert result.returncode == 0, result.stderr
        form = next(request.form for request in eks.requests if request.form)
        assert (form["RoleArn"], form["RoleSessionName"]) == (describer, "EKSDescribeClusterSession")
        asked[program] = eks.summaries
        assert "describer" not in file.read_text()
    assert asked["ekscred"] == asked["aws1"] == ["AssumeRole", f"GET /clusters/{CLUSTER}"]


# Flags


def test_dry_run(desk):
    """The file as it would be, and nothing else happens."""
    announced = desk.update("--name", CLUSTER, "--dry-run")
    assert (announced.returncode, announced.stderr) == (0, "")
    assert not desk.config.parent.exists()
    theirs = desk.update("--name", CLUSTER, "--dry-run", program="aws1")
    assert announced.stdout.split("\nusers:\n")[0] == theirs.stdout.split("\nusers:\n")[0]
    desk.update("--name", CLUSTER)
    assert desk.config.read_text() == announced.stdout
    assert mode(desk.config.parent) == 0o700

    before = desk.files()
    announced = desk.update("--name", OTHER_CLUSTER, "--alias", "second", "--dry-run")
    assert desk.files() == before
    desk.update("--name", OTHER_CLUSTER, "--alias", "second")
    assert desk.config.read_text() == announced.stdout


def test_verbose(desk):
    """The three entries, by whichever of the two."""
    theirs = desk.update("--name", CLUSTER, "--verbose", "--kubeconfig", "theirs", program="aws1")
    ours = desk.update("--name", CLUSTER, "--verbose", "--kubeconfig", "ours")
    assert (ours.returncode, ours.stderr) == (0, "")
    for result, file in (theirs, "theirs"), (ours, "ours"):
        first, _, rest = result.stdout.partition("\n")
        assert first == f"Added new context {DEMO} to {desk.home}/{file}"
        assert DEMO in rest and "server: https://127.0.0.1" in rest and "get-token" in rest


def test_our_own_flags(desk):
    """`--cache`, `--namespace`, `--no-set-context` and `--command`."""
    assert desk.update("--name", OTHER_CLUSTER).returncode == 0
    flags = ["--cache", "--namespace", "shop", "--no-set-context", "--command", "/opt/bin/ekscred"]
    assert desk.update("--name", CLUSTER, *flags).returncode == 0
    view = desk.view()
    assert view["contexts"][DEMO] == {"cluster": DEMO, "user": DEMO, "namespace": "shop"}
    assert view["current-context"] == arn(OTHER_CLUSTER)
    block = view["users"][DEMO]["exec"]
    assert block["command"] == "/opt/bin/ekscred"
    assert block["args"][-3:] == ["--output", "json", "--cache"]


COMMANDS = {
    "absolute": lambda folder: [folder / "real" / "ekscred"],
    "relative": lambda folder: ["real/ekscred"],
    "in PATH": lambda folder: ["ekscred"],
}


@pytest.mark.parametrize("way", COMMANDS)
def test_command_is_where_it_was_found(way, desk, alice):
    """A link stays one: it outlives the next upgrade."""
    for name in "first", "real":
        (desk.home / name).mkdir()
    (desk.home / "real/ekscred").symlink_to(EKSCRED)
    (desk.home / "first/ekscred").write_text("not executable")
    env = desk.environment({"PATH": f"{desk.home}/first:{desk.home}/real"})
    result = run_command([*COMMANDS[way](desk.home), "update-kubeconfig", "--name", CLUSTER], env, cwd=desk.home)
    assert result.returncode == 0, result.stderr
    assert desk.view()["users"][DEMO]["exec"]["command"] == f"{desk.home}/real/ekscred"
    assert desk.who_am_i() == alice.arn


def test_name_may_be_an_arn(desk, eks):
    """Its region beats all others; the AWS CLI asks for a cluster of that name."""
    eks.create("far-away", region="us-west-2")
    assert desk.update("--name", arn("far-away", "us-west-2")).returncode == 0
    (user,) = desk.view()["users"].values()
    assert user["exec"]["args"][:6] == ["--region", "us-west-2", "eks", "get-token", "--cluster-name", "far-away"]


def test_endpoint(desk, eks):
    """By the flag or by a variable, whose own beats the general one; in the file there is none."""
    nowhere = "http://127.0.0.1:9"
    words = ["update-kubeconfig", "--name", CLUSTER]
    assert desk.ekscred(*words, "--endpoint-url", eks.url, env={"AWS_ENDPOINT_URL": nowhere}).returncode == 0
    assert desk.ekscred(*words, env={"AWS_ENDPOINT_URL": nowhere, "AWS_ENDPOINT_URL_EKS": eks.url}).returncode == 0
    assert eks.url not in desk.config.read_text()
    desk.config.unlink()
    assert_error(desk.ekscred(*words, "--endpoint-url", nowhere), 255, "127.0.0.1:9")
    assert not desk.config.exists()


def test_outposts(desk, eks):
    """A local cluster is known by its id. One with an etcd of its own in the region is not local."""
    eks.create("local", "extended")
    identity = {"id": "11111111-2222-3333-4444-555555555555"}
    eks.describe("local", outpostConfig={"outpostArns": [], "controlPlaneInstanceType": "m5.large"}, **identity)
    eks.describe("extended", outpostConfig={"outpostArns": [], "etcdInstanceType": "m5.large"}, **identity)
    for program in "aws1", "ekscred":
        assert desk.update("--name", "local", program=program).returncode == 0
        assert desk.view()["users"][arn("local")]["exec"]["args"][4:6] == ["--cluster-id", identity["id"]]
    assert desk.update("--name", "extended").returncode == 0
    assert desk.view()["users"][arn("extended")]["exec"]["args"][4:6] == ["--cluster-name", "extended"]
