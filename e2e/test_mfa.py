"""Codes of an MFA device, typed by a person: a real pseudo-terminal, real shells and kubectls around it.

The STS is ministack's, which checks signatures but takes any code. So a front stands before it that keeps what was sent
and refuses, in AWS's words, every code but one, and that one too if it is sent again.
"""

import contextlib
import http.client
import json
import os
import signal
import termios
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pexpect
import pytest

import pty_session
from apiserver import NAMESPACES, token_review
from kubeconfigs import API_GROUP, aws_cli, ekscred, kubeconfig
from ministack_server import ACCOUNT, CLUSTER, REGION
from plugin import EKSCRED, assert_credential, assert_error
from pty_session import BACKSPACE, CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z
from tools import KUBECTL, ZSH

DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/developer"
GET_TOKEN = ["get-token", "--cluster-name", CLUSTER]
RIGHT = "287082"  # the code

PROMPT = f"Enter MFA code for {DEVICE}: "
PROMPT_AFTER_REFUSAL = f"AWS refused that code. {PROMPT}"
PROMPT_AFTER_REPETITION = f"That code is used: wait for the next one. {PROMPT}"
PROMPT_AFTER_SLIP = f"A code has 6 digits. {PROMPT}"

INTERRUPTED = 130
TERMINATED = 143

CONFIG = f"""
[profile dev]
role_arn = {ROLE}
source_profile = alice
mfa_serial = {DEVICE}
region = {REGION}
"""

# A dumb terminal, and zsh without promptsp: no more drawn than needed.
SHELLS = {
    "bash": ["/bin/bash", "--norc", "--noprofile", "-i"],
    "dash": ["/bin/dash", "-i"],
    "zsh": [str(ZSH), "-f", "-i", "+o", "promptsp"],
}
SHELL_VARIABLES = {"PATH": "/usr/bin:/bin", "PS1": "READY> ", "TERM": "dumb"}

every_kubectl = pytest.mark.parametrize("version", KUBECTL)


class Sts(ThreadingHTTPServer):
    """The front. `sent` has the parameters of each AssumeRole, in order."""

    def __init__(self, ministack):
        super().__init__(("127.0.0.1", 0), Handler)
        self.behind = urlsplit(ministack.url).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.sent: list[dict[str, str]] = []

    def codes(self) -> list[str]:
        assert all(request["SerialNumber"] == DEVICE for request in self.sent)
        return [request["TokenCode"] for request in self.sent]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sts

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = dict(parse_qsl(body.decode()))
        assert request["Action"] == "AssumeRole"
        used = request["TokenCode"] in self.server.codes()
        self.server.sent.append(request)
        if request["TokenCode"] == RIGHT and not used:
            self.forward(body)
        else:
            self.answer(403, REFUSAL)

    def forward(self, body):
        with contextlib.closing(http.client.HTTPConnection(self.server.behind, timeout=10)) as connection:
            connection.request("POST", self.path, body, dict(self.headers))
            answer = connection.getresponse()
            self.answer(answer.status, answer.read())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


REFUSAL = b"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code>
<Message>MultiFactorAuthentication failed with invalid MFA one time pass code. </Message>
</Error><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ErrorResponse>"""


@pytest.fixture(scope="module")
def front(ministack):
    with Sts(ministack) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def sts(front):
    front.sent.clear()
    return front


@pytest.fixture
def environment(sts, ministack, home):
    """The variables of alice, whose profile `dev` is a role that wants a code."""
    return write_profiles(home, sts, ministack)


def write_profiles(home, sts, ministack):
    folder = home / ".aws"
    folder.mkdir()
    (folder / "config").write_text(CONFIG)
    keys = [f"{name.lower()} = {value}" for name, value in ministack.callers["user"].environment.items()]
    (folder / "credentials").write_text("\n".join(["[alice]", *keys, ""]))
    return {"HOME": str(home), "AWS_PROFILE": "dev", "AWS_ENDPOINT_URL_STS": sts.url}


@pytest.fixture
def at_terminal(environment):
    """at_terminal(*arguments, env=…): ekscred on a terminal (pty_session.py)."""

    def start(*arguments, env=None, **options):
        return pty_session.running([EKSCRED, *GET_TOKEN, *arguments], {**environment, **(env or {})}, **options)

    return start


@pytest.fixture
def at_terminal_after(environment, tmp_path):
    """at_terminal_after(prepare): ekscred on a terminal, started when `prepare(session)` is done."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    wait_and_run = ["/bin/sh", "-c", 'read -r go < "$0"; exec "$@"', gate, EKSCRED, *GET_TOKEN]

    @contextlib.contextmanager
    def start(prepare):
        with pty_session.running(wait_and_run, environment) as session:
            prepare(session)
            gate.write_text("go\n")
            yield session

    return start


@pytest.fixture(scope="module", autouse=True)
def nobody_at_home(front, ministack, tmp_path_factory):
    """A prompt that nobody answers: opened first and looked at last, since ekscred waits a minute for somebody."""
    environment = write_profiles(tmp_path_factory.mktemp("nobody"), front, ministack)
    with pty_session.running([EKSCRED, *GET_TOKEN], environment) as session:
        session.waits_for(PROMPT)
        session.type("123")
        yield session


@pytest.mark.parametrize("stdin", ["terminal", "null", "pipe", "closed"])
def test_right_code(at_terminal, sts, ministack, stdin):
    with at_terminal(stdin=stdin) as session:
        session.answer(PROMPT, RIGHT)
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == [RIGHT]


def test_wrong_code_then_the_right_one(at_terminal, sts, ministack):
    with at_terminal() as session:
        session.answer(PROMPT, "111111")
        session.answer(PROMPT_AFTER_REFUSAL, RIGHT)
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == ["111111", RIGHT]


def test_no_code_is_sent_twice(at_terminal, sts, ministack):
    with at_terminal() as session:
        session.answer(PROMPT, "111111")
        session.answer(PROMPT_AFTER_REFUSAL, "111111")
        session.answer(PROMPT_AFTER_REPETITION, " 111111 ")
        session.answer(PROMPT_AFTER_REPETITION, "222222")
        session.answer(PROMPT_AFTER_REFUSAL, "111111")
        session.answer(PROMPT_AFTER_REPETITION, RIGHT)
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == ["111111", "222222", RIGHT]


def test_three_wrong_codes_are_enough(at_terminal, sts):
    with at_terminal() as session:
        session.answer(PROMPT, "111111")
        session.answer(PROMPT_AFTER_REFUSAL, "222222")
        session.answer(PROMPT_AFTER_REFUSAL, "333333")
        assert_error(session.result(), 254, "AccessDenied.*MultiFactorAuthentication failed")
    assert sts.codes() == ["111111", "222222", "333333"]


@pytest.mark.parametrize("slip", ["", "12345", "1234567", "12345a", "123 456", "+12345", "１２３４５６", 999 * "1"])
def test_what_is_no_code_is_not_sent(at_terminal, sts, ministack, slip):
    with at_terminal() as session:
        session.answer(PROMPT, slip)
        session.answer(PROMPT_AFTER_SLIP, slip)
        session.answer(PROMPT_AFTER_SLIP, f" {RIGHT}\t")
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == [RIGHT]


def test_endless_line_ends_the_question(at_terminal, sts):
    with at_terminal() as session:
        session.answer(PROMPT, "1" * 3000)
        assert_error(session.result(), 253, f"MFA code of {DEVICE}: .*over 1024 bytes")
    assert sts.codes() == []


def test_line_can_be_edited(at_terminal, sts, ministack):
    with at_terminal() as session:
        session.answer(PROMPT, f"9{BACKSPACE}{RIGHT}00{BACKSPACE}{BACKSPACE}")
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == [RIGHT]


def test_what_was_typed_before_the_question_is_dropped(at_terminal_after, sts, ministack):
    def type_ahead(session):
        session.type("111111\n222")
        session.screen.expect_exact("111111\r\n222")  # it lies there to be read

    with at_terminal_after(type_ahead) as session:
        session.answer(PROMPT, RIGHT)
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == [RIGHT]


@pytest.mark.parametrize(("key", "code"), [(CTRL_C, INTERRUPTED), (CTRL_BACKSLASH, TERMINATED)], ids=["^C", "^\\"])
@pytest.mark.parametrize("typed", ["", "123"])
def test_key_that_interrupts(at_terminal, sts, typed, key, code):
    with at_terminal() as session:
        session.waits_for(PROMPT)
        session.type(typed + key)
        assert_error(session.result("\n"), code, "interrupted")
    assert sts.codes() == []


def test_key_that_interrupts_the_second_question(at_terminal, sts):
    with at_terminal() as session:
        session.answer(PROMPT, "111111")
        session.waits_for(PROMPT_AFTER_REFUSAL)
        session.type(CTRL_C)
        assert_error(session.result("\n"), INTERRUPTED, "interrupted")
    assert sts.codes() == ["111111"]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, INTERRUPTED),
        (signal.SIGTERM, TERMINATED),
        (signal.SIGHUP, TERMINATED),
        (signal.SIGQUIT, TERMINATED),
    ],
)
def test_signal(at_terminal, sts, number, code):
    with at_terminal() as session:
        session.waits_for(PROMPT)
        os.kill(session.pid, number)
        assert_error(session.result("\n"), code, "interrupted")
    assert sts.codes() == []


@pytest.mark.parametrize("name", ["HUP", "INT", "QUIT", "TERM"])
def test_signal_that_who_started_us_ignores(environment, sts, ministack, name):
    """As with `nohup`: it goes on being ignored, sent by somebody or by the keyboard."""
    ignoring = ["/bin/sh", "-c", f"trap '' {name}; exec \"$0\" \"$@\"", EKSCRED, *GET_TOKEN]
    with pty_session.running(ignoring, environment) as session:
        session.waits_for(PROMPT)
        os.kill(session.pid, getattr(signal, f"SIG{name}"))
        session.type({"INT": CTRL_C, "QUIT": CTRL_BACKSLASH}.get(name, ""))
        session.type(f"{RIGHT}\n")
        assert_token_of_the_role(session.result("\n"), ministack)
    assert sts.codes() == [RIGHT]


def test_interruption_while_the_output_is_stopped(at_terminal_after, sts):
    """By Ctrl-S, a slip perhaps: the question cannot be shown, but Ctrl-C is heard."""
    with at_terminal_after(lambda session: termios.tcflow(session.terminal, termios.TCOOFF)) as session:
        wait_until(lambda: not session.echoes())
        session.type(CTRL_C)
        wait_until(session.echoes)
        termios.tcflow(session.terminal, termios.TCOON)
        assert_error(session.result(), INTERRUPTED, "interrupted")
    assert sts.codes() == []


def test_window_is_closed(at_terminal, sts):
    with at_terminal() as session:
        session.waits_for(PROMPT)
        assert_error(session.hang_up(), TERMINATED, "interrupted")
    assert sts.codes() == []


def test_end_of_input(at_terminal, sts):
    with at_terminal() as session:
        session.waits_for(PROMPT)
        session.type(CTRL_D)
        assert_error(session.result("\n"), 253, f"MFA code of {DEVICE}: no code was typed")
    assert sts.codes() == []


@pytest.mark.parametrize("shell", SHELLS)
def test_key_that_stops_programs_does_not_stop_us(environment, sts, shell):
    """Ctrl-Z is a character like others. (Only a shell's jobs can be stopped by it.)"""
    with interactive(shell, environment) as screen:
        screen.sendline(f"{EKSCRED} {' '.join(GET_TOKEN)} > /dev/null; echo co''de=$?.")
        screen.expect_exact(PROMPT)
        screen.send(f"{CTRL_Z}{BACKSPACE}{RIGHT}\n")
        screen.expect_exact("code=0.")
    assert sts.codes() == [RIGHT]


def test_code_is_in_no_log(at_terminal, home, sts):
    log = home / "log"
    with at_terminal("--debug", env={"EKSCRED_LOG_FILE": str(log)}) as session:
        session.answer(PROMPT, "111111")
        session.answer(PROMPT_AFTER_REFUSAL, RIGHT)
        result = session.result()
    assert result.returncode == 0
    for text in result.stderr, log.read_text():
        assert "AssumeRole" in text, "it does tell what happens"
        assert "111111" not in text and RIGHT not in text
    assert sts.codes() == ["111111", RIGHT]


def test_no_terminal(run, environment, sts):
    result = run(*GET_TOKEN, env=environment, start_new_session=True)
    assert_error(result, 253, f"`dev` needs an MFA code of {DEVICE}, and there is no terminal to ask on")
    assert "`ekscred get-token --profile dev --cluster-name NAME` once in a terminal" in result.stderr
    assert sts.codes() == []


@pytest.mark.parametrize("api", ["v1", "v1beta1"])
def test_client_that_lets_nobody_be_asked(at_terminal, sts, api):
    exec_info = {"apiVersion": f"{API_GROUP}/{api}", "kind": "ExecCredential", "spec": {"interactive": False}}
    with at_terminal(env={"KUBERNETES_EXEC_INFO": json.dumps(exec_info)}) as session:
        result = session.result()
    assert_error(result, 253, f"`dev` needs an MFA code of {DEVICE}, and the client says that nobody can be asked")
    assert "`ekscred get-token --profile dev --cluster-name NAME` once in a terminal" in result.stderr
    assert sts.codes() == []


def test_program_that_reads_every_key_is_left_alone(environment, sts):
    """k9s, fzf or `watch`, whose screen a prompt would spoil and whose keys it would take."""
    raw = ["/bin/sh", "-c", 'stty -icanon -echo; "$0" "$@"; code=$?; stty icanon echo; exit $code', EKSCRED, *GET_TOKEN]
    with pty_session.running(raw, environment) as session:
        assert_error(session.result(), 253, "there is no terminal to ask on")
    assert sts.codes() == []


def test_shell_that_completes_a_line_is_left_alone(environment, sts, tmp_path):
    """`kubectl get <TAB>` runs kubectl, and that us, while the shell reads every key."""
    answer = tmp_path / "answer"
    with interactive("bash", environment) as shell:
        shell.sendline(f"complete_it() {{ {EKSCRED} {' '.join(GET_TOKEN)} 2> {answer}; COMPREPLY=(namespaces); }}")
        shell.sendline("complete -F complete_it get; echo RE''ADY")
        shell.expect_exact("READY")
        shell.send("get \t")
        shell.expect_exact("namespaces")
    assert "there is no terminal to ask on" in answer.read_text()
    assert sts.codes() == []


def test_background_is_not_stopped_for_asking(environment, sts):
    with interactive("bash", environment) as shell:
        shell.sendline(f"{EKSCRED} {' '.join(GET_TOKEN)} & wait $!; echo co''de=$?.")
        shell.expect(r"code=(\d+)\.")
        assert shell.match[1] == "253"
        assert "there is no terminal to ask on" in shell.before
    assert sts.codes() == []


def test_code_by_flag(run, environment, sts, ministack):
    result = run(*GET_TOKEN, "--mfa-code", RIGHT, env=environment, start_new_session=True)
    assert_token_of_the_role(result, ministack)
    assert sts.codes() == [RIGHT]


def test_wrong_code_by_flag_is_not_asked_for_again(at_terminal, sts):
    with at_terminal("--mfa-code", "111111") as session:
        assert_error(session.result(), 254, "AccessDenied.*MultiFactorAuthentication failed")
    assert sts.codes() == ["111111"]


def test_flag_that_is_no_code(at_terminal, sts):
    with at_terminal("--mfa-code", "12345") as session:
        assert_error(session.result(), 252, "--mfa-code is not a code of 6 digits")
    assert sts.codes() == []


def test_role_and_device_by_flag(at_terminal, sts, ministack):
    with at_terminal("--profile", "alice", "--region", REGION, "--role-arn", ROLE, "--mfa-serial", DEVICE) as session:
        session.answer(PROMPT, RIGHT)
        assert_token_of_the_role(session.result(), ministack)
    assert sts.codes() == [RIGHT]
    assert sts.sent[0]["RoleSessionName"] == "EKSGetTokenAuth"


@pytest.fixture
def kubectl(environment, home, demo_cluster):
    """kubectl(version, entry): command and variables of a kubectl that lists namespaces with that user entry."""
    demo_cluster.requests.clear()
    folder = home / "bin"
    folder.mkdir()
    (folder / "ekscred").symlink_to(EKSCRED)

    def make(version, entry):
        (home / "kubeconfig").write_text(kubeconfig(demo_cluster, entry))
        variables = {**environment, "PATH": f"{folder}:/usr/bin:/bin", "KUBECONFIG": str(home / "kubeconfig")}
        return [KUBECTL[version], "get", "namespaces", "-o", "name"], variables

    return make


@every_kubectl
@pytest.mark.parametrize("entry", [aws_cli, ekscred])
def test_kubectl_lists_namespaces_after_the_right_code(kubectl, demo_cluster, sts, version, entry):
    with pty_session.running(*kubectl(version, entry())) as session:
        session.answer(PROMPT, "111111")
        session.answer(PROMPT_AFTER_REFUSAL, RIGHT)
        result = session.result()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [f"namespace/{name}" for name in NAMESPACES]
    assert all(ROLE.split("/")[1] in request.review["user"]["username"] for request in demo_cluster.requests)
    assert sts.codes() == ["111111", RIGHT]


@every_kubectl
def test_kubectl_asks_again_and_nobody_else_does(kubectl, demo_cluster, sts, version):
    """It runs a plugin that fails five times. The person is asked in the first run only."""
    wrong = ["111111", "222222", "333333"]
    with pty_session.running(*kubectl(version, ekscred())) as session:
        for prompt, code in zip([PROMPT, PROMPT_AFTER_REFUSAL, PROMPT_AFTER_REFUSAL], wrong):
            session.answer(prompt, code)
        result = session.result()
    assert result.returncode == 1 and result.stdout == ""
    assert "wait for the device's next code" in result.stderr
    assert demo_cluster.requests == [] and sts.codes() == wrong


@every_kubectl
def test_kubectl_is_interrupted_at_the_prompt(kubectl, demo_cluster, sts, version):
    with pty_session.running(*kubectl(version, ekscred())) as session:
        session.waits_for(PROMPT)
        session.type(f"123{CTRL_C}")
        result = session.result("\n")
    assert result.returncode == -signal.SIGINT
    assert result.stdout == ""
    assert demo_cluster.requests == [] and sts.codes() == []


@every_kubectl
@pytest.mark.parametrize("shell", SHELLS)
def test_shell_has_its_terminal_back_when_kubectl_is_interrupted(kubectl, sts, shell, version, tmp_path):
    """The shell takes the terminal back as soon as kubectl has ended: by then it must be what it was."""
    command, variables = kubectl(version, ekscred())
    with interactive(shell, variables) as screen:
        screen.sendline(f"stty -a > {tmp_path}/before; {' '.join(map(str, command))}")
        screen.expect_exact(PROMPT)
        screen.send(f"123{CTRL_C}")
        screen.expect_exact("READY> ")
        screen.sendline(f"stty -a > {tmp_path}/after; echo DO''NE")
        screen.expect_exact("DONE\r")
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()
    assert sts.codes() == []


@every_kubectl
@pytest.mark.parametrize("mode", ["v1 Never", "stdin"])
def test_kubectl_that_lets_nobody_be_asked(kubectl, demo_cluster, sts, version, mode):
    entry = {**ekscred(), "interactiveMode": "Never"} if mode == "v1 Never" else aws_cli()
    command, variables = kubectl(version, entry)
    with pty_session.running(command, variables, stdin="terminal" if mode == "v1 Never" else "null") as session:
        result = session.result()
    assert result.returncode == 1 and result.stdout == ""
    assert "the client says that nobody can be asked" in result.stderr
    assert "executable ekscred failed with exit code 253" in result.stderr
    assert demo_cluster.requests == [] and sts.codes() == []


def test_nobody_types_a_code(nobody_at_home):
    """The one slow test: up to a minute, less what the others took."""
    result = nobody_at_home.result("\n", patience=80)
    assert_error(result, 253, f"`dev` needs an MFA code of {DEVICE}: nobody typed it within 60 s")
    assert 60 <= nobody_at_home.seconds < 70
    # The half of a code that was typed is not left for the shell to read.
    nobody_at_home.type("456\n")
    assert os.read(nobody_at_home.terminal, 100) == b"456\n"


@contextlib.contextmanager
def interactive(name, variables):
    """A shell at whose prompt somebody types."""
    program, *arguments = SHELLS[name]
    variables = {**SHELL_VARIABLES, **variables}
    screen = pexpect.spawn(program, arguments, env=variables, encoding="utf-8", timeout=10, dimensions=(50, 500))
    try:
        screen.expect_exact("READY> ")
        yield screen
    finally:
        screen.close(force=True)


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def assert_token_of_the_role(result, ministack):
    """A success whose token the cluster takes for the role's."""
    token = assert_credential(result)["status"]["token"]
    review = token_review(ministack.webhooks[CLUSTER], token)
    assert review["authenticated"]
    assert review["user"]["username"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/developer/")
