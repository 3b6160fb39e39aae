"""The AWS CLI v2 behind a pipe, so that a run of it costs a fork and not half a second of imports.

aws2.py starts this with the CLI's own Python and talks to it, one line of JSON each way:

    {"arguments": [...], "env": {...}, "cwd": "..."}         ->  {"code": 0, "stdout": "...", "stderr": "..."}
    {"document": {...}, "output": "yaml", "query": "kind"}   ->  {"stdout": "..."} or {"error": "..."}
    {"spellings": true}                                      ->  [["--regi", "--region", "eu-west-1", true], ...]

Every run is a process of its own, forked before the CLI has made its session: it sees only its own variables
and files, writes to real file descriptors and ends with a real exit code.
"""

import argparse
import contextlib
import functools
import gc
import io
import json
import os
import sys
import tempfile

import awscli.clidriver
import botocore.session
import jmespath
from awscli.argparser import ArgParseException, ArgTableArgParser
from awscli.formatter import get_formatter

# awscli sets this when it is imported, and finds its data by it.
DATA = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}

# The CLI's data files never change: what is read here, before the forks, no run needs to read again.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


def main():
    warm_up()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing that the CLI prints by itself may get between the answers
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


def warm_up():
    """Read the data files that get-token needs."""
    driver = awscli.clidriver.create_clidriver([])
    driver._get_command_table()["eks"]._get_command_table()
    driver.session.create_client("sts", region_name="us-east-1")
    gc.freeze()  # so that the collector does not touch, and the kernel need not copy, what the forks share


def answer(request):
    if "arguments" in request:
        return run(request)
    if "document" in request:
        return formatted(request["document"], request["output"], request["query"])
    return accepted_spellings()


def run(request):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        pid = os.fork()
        if pid == 0:
            run_here(request, stdout.fileno(), stderr.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return {"code": code, "stdout": content(stdout), "stderr": content(stderr)}


def content(file):
    file.seek(0)
    return file.read().decode("utf-8", "backslashreplace")


def run_here(request, stdout, stderr):
    """Become `aws` with these arguments and variables; does not return."""
    with open(os.devnull) as stdin:
        os.dup2(stdin.fileno(), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"], **DATA)
    sys.argv = ["aws", *request["arguments"]]
    try:
        sys.exit(awscli.clidriver.main())
    except SystemExit as exit:
        code = exit.code or 0
        if not isinstance(code, int):  # get-token *returns* an exception where the cluster is missing
            print(code, file=sys.stderr)
            code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def formatted(document, output, query):
    """What the CLI prints of a document. The get-token of 2.9.19 ignores --output and --query; every later one
    hands its document to these formatters and adds an empty line."""
    arguments = argparse.Namespace(query=jmespath.compile(query) if query else None, color="off")
    stream = io.StringIO()
    try:
        get_formatter(output, arguments)("get-token", document, stream)
    except Exception as error:
        return {"error": repr(error)}
    return {"stdout": stream.getvalue()}


def accepted_spellings():
    """Every flag that `aws eks get-token` knows, and every prefix of one that its parsers take for it: the
    spelling, the flag, a value for it (None where it takes none), and whether it is one of `aws` itself."""
    driver = awscli.clidriver.create_clidriver([])
    commands = driver._get_command_table()
    get_token = commands["eks"]._get_command_table()["get-token"]
    parsers = driver.create_parser(commands), ArgTableArgParser(get_token.arg_table)

    spellings = []
    for parser, action in [(parser, action) for parser in parsers for action in parser._actions]:
        value = None if action.nargs == 0 else example(action)
        for flag in action.option_strings:
            meant = meaning(parsers, flag, value)
            prefixes = (flag[:length] for length in range(len("--x"), len(flag) + 1))
            taken = (prefix for prefix in prefixes if meaning(parsers, prefix, value) == meant)
            spellings += [[prefix, flag, value, parser is parsers[0]] for prefix in taken]
    return spellings


def example(action):
    if action.choices:
        return action.choices[0]
    return {"profile": "default", "query": "kind", "endpoint_url": "https://localhost",
            "region": "eu-west-1"}.get(action.dest, "1")


def meaning(parsers, flag, value):
    """What the parsers make of one flag, in the CLI's own order: first the global flags, then the command's."""
    global_parser, own_parser = parsers
    words = [flag] if value is None else [flag, value]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            global_flags, rest = global_parser.parse_known_args(["eks", *words])
            own_flags, unknown = own_parser.parse_known_args(rest)
    except ArgParseException:
        return None
    except SystemExit:
        return "--version"
    return None if unknown else (vars(global_flags), vars(own_flags))


if __name__ == "__main__":
    main()
