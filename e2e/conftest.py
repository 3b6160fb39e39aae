"""Fixtures that every suite shares.

    home          a fresh, empty HOME
    aws_files     writes ~/.aws/config and ~/.aws/credentials into it
    run           runs ekscred in that HOME, with no variable but HOME and those given
    ministack     AWS, which checks signatures: its STS and the people it knows (ministack_server.py)
    demo_cluster  an API server that asks ministack about every bearer token (apiserver.py)
    eks           ministack's clusters; the one at `demo_cluster` is called `demo` (eks.py)
    desk          a HOME of somebody who may see those clusters, for kubeconfigs (desk.py)

What to expect of a run is in plugin.py (`assert_credential`, `assert_error`), where the counterparts are in tools.py.
"""

import pytest

import apiserver
import eks as eks_server
import ministack_server
import plugin
import tools
from desk import Desk


def pytest_sessionstart(session):
    """Nothing is skipped: without the program or a counterpart no suite starts."""
    if not (tools.TOOLS / "stamp").is_file():
        pytest.exit("the counterparts are not installed; run e2e/install", returncode=3)
    if not plugin.EKSCRED.is_file():
        pytest.exit(f"{plugin.EKSCRED} not found; run cargo build --release --locked", returncode=3)


def pytest_collection_modifyitems(items):
    """The tests marked `first` begin what those marked `last` look at when all others have run (test_waits.py). In between,
    those marked `crowd` come late: what was begun is measured, and over by then.
    """
    order = {"first": -1, "crowd": 1, "last": 2}
    items.sort(key=lambda item: next((order[mark.name] for mark in item.iter_markers() if mark.name in order), 0))


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def aws_files(home):
    """aws_files(config=…, credentials=…), each text or bytes; what is not given is not written."""

    def write(**contents):
        folder = home / ".aws"
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            content = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(content)
        return folder

    return write


@pytest.fixture
def run(home):
    """run("get-token", "--cluster-name", "dev", env=KEYS); an `env` value of None takes the variable away."""

    def run(*arguments, env=None, **options):
        variables = {"HOME": str(home), **(env or {})}
        variables = {name: value for name, value in variables.items() if value is not None}
        return plugin.run_plugin(*arguments, env=variables, **options)

    return run


@pytest.fixture(scope="session")
def ministack():
    with ministack_server.running() as world:
        yield world


@pytest.fixture(scope="session")
def demo_cluster(ministack):
    with apiserver.running(ministack.webhooks[ministack_server.CLUSTER]) as server:
        yield server


@pytest.fixture(scope="session")
def eks(ministack, demo_cluster):
    with eks_server.running(ministack, demo_cluster) as server:
        yield server


@pytest.fixture
def desk(home, eks, ministack):
    """Alice's, with her keys in the environment."""
    eks.requests.clear()
    return Desk(home, eks, ministack.callers["user"])
