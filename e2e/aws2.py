"""AWS CLI v2, run hundreds of times at little cost: the near end of aws2_driver.py's pipe.

2.9.19 comes as a Debian package and so can be had anywhere. Where it is older than something that matters, the
suite says so: it predates the newest partitions, `AWS_ENDPOINT_URL` and `aws login`, and its get-token ignores
`--output` and `--query`.
"""

import contextlib
import json
import subprocess
from typing import NamedTuple, Optional

import tools

# Python reads files in the locale's encoding. The last, since no machine that runs this is an EC2 instance.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}


class Result(NamedTuple):
    code: int
    stdout: str
    stderr: str


class Spelling(NamedTuple):
    spelling: str
    flag: str
    value: Optional[str]  # None where the flag takes none
    is_global: bool  # may stand before `eks`, too


class Aws2:
    def __init__(self, process):
        self._process = process

    def run(self, *arguments, env, cwd):
        """`aws` with these arguments and exactly these variables (and ENVIRONMENT)."""
        answer = self._ask(arguments=arguments, env={**ENVIRONMENT, **env}, cwd=str(cwd))
        return Result(**answer)

    def formatted(self, document, output, query=None):
        """What its formatters print of a document; None where they fail."""
        return self._ask(document=document, output=output, query=query).get("stdout")

    def accepted_spellings(self):
        """Every flag of `aws eks get-token` and every prefix of one that it accepts."""
        return [Spelling(*spelling) for spelling in self._ask(spellings=True)]

    def _ask(self, **request):
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextlib.contextmanager
def running():
    process = subprocess.Popen(
        [tools.TOOLS / "venv-aws2/bin/python", tools.E2E / "aws2_driver.py"],
        env={"HOME": "/nonexistent", **ENVIRONMENT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Aws2(process)
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()
