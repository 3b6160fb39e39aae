"""doctor, and setups that are broken in one place (doctor_cases.py): it names the step, what is wrong, and what to do.

Whether a setup is as broken, or as healthy, as it should be is not for us to say: kubectl tries each, too. doctor runs
nothing that a kubeconfig names, and no output of it has a secret: every run of this suite is searched for both (clinic.py).
"""

import json
import os
import re
import socket

import pytest
import yaml

import clinic as clinics
import pty_session
from clinic import CLUSTER_ARN, HOST, STEPS, VIEW, user_arn
from doctor_cases import CASES
from doctor_well import AS_OPERATOR, OPERATOR, REMARKS, WELL
from ministack_server import ACCOUNT, CLUSTER, REGION
from plugin import EKSCRED, assert_error


@pytest.fixture(scope="module")
def open_clinic(ministack, tmp_path_factory):
    with clinics.running(ministack, tmp_path_factory.mktemp("clinic")) as clinic:
        yield clinic


@pytest.fixture
def clinic(open_clinic):
    open_clinic.reset()
    return open_clinic


@pytest.fixture
def setup(clinic, home):
    """A healthy one."""
    return clinic.healthy(home)


def test_enough_is_broken():
    assert len(CASES) >= 25
    assert {case.step for case in CASES.values()} == set(STEPS)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_broken(case, clinic, home):
    setup = clinic.healthy(home, **case.healthy)
    case.spoil(setup)
    report = setup.report()
    assert report.first_failed == case.step, report
    failed = report.steps[case.step]
    assert re.search(case.problem, failed["problem"]), failed
    assert failed["remedy"] and re.search(case.remedy, failed["remedy"]), failed
    if STEPS.index(case.step) < STEPS.index("access"):
        assert "aws-auth" not in json.dumps(report.steps), f"it leads astray: {report}"
    assert (report.code, report.stderr) == (case.code, ""), report
    assert_same_in_text(setup, report)
    if case.kubectl is not None:
        assert (setup.whoami() is not None) == case.kubectl, setup.whoami_result


@pytest.mark.parametrize("well", WELL.values(), ids=WELL)
def test_healthy(well, clinic, home):
    setup = clinic.healthy(home, **well.healthy)
    well.change(setup)
    report = setup.report()
    access = "skipped" if clinic.mode == "CONFIG_MAP" else "done"
    assert report.states == {**dict.fromkeys(STEPS, "done"), "access": access}, report
    assert (report.code, report.stderr) == (0, "")
    assert well.who in facts(report, "identity")
    assert CLUSTER in facts(report, "cluster") and clinic.mode in facts(report, "cluster")
    assert well.who in facts(report, "api-server") and "system:authenticated" in facts(report, "api-server")
    assert [step["step"] for step in report.steps.values() if step["remedy"]] == [], report
    assert_same_in_text(setup, report)
    assert setup.whoami() == well.who, setup.whoami_result


@pytest.mark.parametrize("case", REMARKS.values(), ids=REMARKS)
def test_remark(case, clinic, home):
    setup = clinic.healthy(home, **case.healthy)
    case.change(setup)
    report = setup.report()
    step = report.steps[case.step]
    assert (step["state"], report.first_failed, report.code) == (case.state, None, 0), report
    assert re.search(case.problem, step["problem"] or ""), step
    assert re.search(case.remedy, step["remedy"] or ""), step
    assert_same_in_text(setup, report)
    if case.kubectl is not None:
        assert (setup.whoami() is not None) == case.kubectl, setup.whoami_result


def facts(report, step):
    return json.dumps(report.steps[step]["facts"])


def assert_same_in_text(setup, report):
    """What a person reads: a line for each step, with its state. The debug log has no secret either."""
    result = setup.doctor("--debug")
    assert result.returncode == report.code
    lines = [line.split(maxsplit=2)[:2] for line in result.stdout.splitlines() if re.match(r"[a-z]", line)]
    assert lines == [[name, report.states[name]] for name in STEPS]
    assert "\x1b" not in result.stdout, "colour in a pipe"
    for step in report.steps.values():
        for told in step["problem"], step["remedy"]:
            assert without_times(told or "") in without_times(result.stdout)


def without_times(text):
    """The two runs are not of the same second."""
    return re.sub(r"\d+", "0", " ".join(text.split()))


# What the steps tell


def test_steps_of_a_user(setup, clinic):
    report = setup.report()
    assert CLUSTER_ARN in facts(report, "kubeconfig") and str(setup.home / ".kube/config") in facts(report, "kubeconfig")
    assert REGION in facts(report, "settings") and "--region" in facts(report, "settings")
    assert "doris" in facts(report, "settings") and "--profile" in facts(report, "settings")
    key_id = clinic.keys["doris"]["AWS_ACCESS_KEY_ID"]
    assert "credentials file" in facts(report, "credentials")
    assert key_id[-4:] in facts(report, "credentials") and key_id not in facts(report, "credentials"), "it is masked"
    assert "ACTIVE" in facts(report, "cluster") and HOST in facts(report, "cluster")
    assert user_arn("doris") in facts(report, "access") and VIEW.split("/")[-1] in facts(report, "access")


def test_winner_of_the_credentials_is_told(clinic, home):
    """The profile that the kubeconfig names has lost, which people do not expect."""
    setup = clinic.healthy(home, shape="aws")
    setup.environment |= clinic.keys["nora"]
    report = setup.report()
    told = facts(report, "settings") + facts(report, "credentials")
    assert re.search("environment|AWS_ACCESS_KEY_ID", told)
    assert re.search("AWS_PROFILE", told) and "doris" in told


def test_clock_is_compared(setup):
    assert re.search(r"clock|offset", facts(setup.report(), "identity").lower())


def test_questions_are_as_few_as_can_be(setup, clinic):
    """One of each, and none besides."""
    setup.report()
    access = f"eks GET /clusters/{CLUSTER}/access-entries"
    entry = f"{access}/{user_arn('doris')}"
    asked = clinic.names.aws.summaries
    assert asked[:2] == ["sts GetCallerIdentity", f"eks GET /clusters/{CLUSTER}"]
    assert set(asked[2:]) <= {access, entry, f"{entry}/access-policies"}
    assert len(asked) == len(set(asked))
    assert [(request.method, request.path) for request in clinic.server.requests] == [
        ("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
    ]


def test_sts_is_asked_with_the_very_token(setup, clinic):
    """By the URL that the cluster will use, as it does; with no header that tells who we are besides."""
    setup.report()
    asked = next(request for request in clinic.names.aws.requests if request.host.startswith("sts."))
    assert (asked.method, asked.headers["x-k8s-aws-id"]) == ("GET", CLUSTER)
    assert "authorization" not in asked.headers


def test_nothing_is_kept(setup):
    """doctor looks; it leaves no token behind."""
    setup.write()
    before = sorted(path for path in setup.home.rglob("*"))
    setup.doctor()
    assert sorted(path for path in setup.home.rglob("*")) == before


# By flags, without a kubeconfig

FLAGS = ["--cluster-name", CLUSTER, "--region", REGION, "--profile", "doris"]


@pytest.fixture
def by_flags(setup):
    setup.kubeconfig = None
    setup.arguments = list(FLAGS)
    return setup


@pytest.mark.parametrize(
    ("more", "who"),
    [([], user_arn("doris")), (["--role-arn", OPERATOR], AS_OPERATOR), (["-r", OPERATOR, "-s", "me"], AS_OPERATOR.replace("EKSGetTokenAuth", "me"))],
    ids=["user", "role", "role with a session name"],
)
def test_flags(more, who, by_flags):
    by_flags.arguments += more
    report = by_flags.report()
    assert (report.code, report.first_failed) == (0, None), report
    assert report.states == dict.fromkeys(STEPS, "done")
    assert who in facts(report, "identity") and who in facts(report, "api-server")
    assert_same_in_text(by_flags, report)


def test_cluster_by_its_arn(by_flags):
    by_flags.arguments = ["--cluster-name", CLUSTER_ARN, "--profile", "doris"]
    report = by_flags.report()
    assert (report.code, report.first_failed) == (0, None), report


def test_mfa_code_is_not_told(by_flags, clinic):
    code = "394857"
    by_flags.arguments += ["--role-arn", OPERATOR, "--mfa-serial", f"arn:aws:iam::{ACCOUNT}:mfa/doris", "--mfa-code", code]
    result = by_flags.doctor("--debug")
    assert result.returncode == 0
    assert [request.parameters.get("TokenCode") for request in clinic.names.aws.requests if "AssumeRole" in request.summary] == [code]
    assert code not in result.stdout + result.stderr


@pytest.mark.parametrize("more", [["--context", "prod"], ["--kubeconfig", "elsewhere"]], ids=" ".join)
def test_flags_beside_a_context(more, by_flags):
    """Which of both is meant, nobody can tell."""
    assert_error(by_flags.doctor(*more), 252, "context")


# Who must not be told, and who must not be believed


def test_no_token_for_a_server_without_tls(setup, clinic):
    """kubectl runs no plugin for such a one; and whoever listens there would have the token."""
    setup.cluster["server"] = clinic.described["endpoint"] = clinic.names.proxy.url
    report = setup.report()
    assert report.first_failed == "api-server" and report.code == 253
    assert "https" in report.steps["api-server"]["problem"]
    assert [asked for asked in clinic.names.proxy.asked if not asked.startswith("CONNECT ")] == []


def test_passwords_of_proxies(setup, clinic):
    password = "s3cret-.w0rd"
    for variables, proxy_url in ({"HTTPS_PROXY": f"http://doris:{password}@127.0.0.1:1"}, None), ({}, f"http://doris:{password}@127.0.0.1:1"):
        setup.environment |= variables
        if proxy_url:
            setup.cluster["proxy-url"] = proxy_url
        for arguments in ["--output", "json"], ["--debug"]:
            result = setup.doctor(*arguments)
            assert result.returncode == 255
            assert "w0rd" not in result.stdout + result.stderr


def test_api_server_that_writes_on_the_screen(setup, clinic):
    """Names come from outside: they can neither clear the screen nor forge lines."""
    clinic.server.user = {"username": "\x1b[2J\nroot\rdone", "groups": ["\x1b]0;title\x07", "a\nb"]}
    result = setup.doctor()
    assert result.returncode == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", result.stdout)
    assert [line for line in result.stdout.splitlines() if line.startswith(("root", "b"))] == []


def test_api_server_that_hangs(setup, clinic):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        clinic.names.proxy.routes[HOST.lower()] = silent.getsockname()[1]
        report = setup.report()
    assert (report.first_failed, report.code) == ("api-server", 255)
    assert HOST in report.steps["api-server"]["problem"] and report.steps["api-server"]["remedy"]


# How it is told


def test_yaml(setup):
    """The same as JSON, but for how long things take."""
    result = setup.doctor("--output", "yaml")
    steps = yaml.safe_load(result.stdout)["steps"]
    assert [(step["step"], step["state"]) for step in steps] == [(name, "done") for name in STEPS]


def test_version_is_in_the_report(setup, run):
    document = json.loads(setup.doctor("--output", "json").stdout)
    assert document["ekscred"] == run("version", "--short").stdout.strip()


@pytest.mark.parametrize(("variables", "is_coloured"), [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)], ids=["xterm", "NO_COLOR", "dumb"])
def test_colour_in_a_terminal(variables, is_coloured, setup):
    """Only there, and only where it is wanted."""
    setup.write()
    environment = {**setup.environment, "AWS_EC2_METADATA_DISABLED": "true", **variables}
    command = ["/bin/sh", "-c", '"$0" doctor > /dev/tty 2> /dev/null', EKSCRED]
    with pty_session.running(command, environment) as session:
        session.screen.expect_exact(pty_session.END)
        screen = session.screen.before
    assert ("\x1b[" in screen) == is_coloured
    assert "api-server" in screen
    setup.assert_no_secret(screen)


def test_closed_pipe(setup):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as stdout:
        setup.write()
        result = setup.doctor(stdout=stdout)
    assert result.returncode == 255
    assert re.fullmatch(r"ekscred: error: cannot write to standard output: .*\n", result.stderr)
