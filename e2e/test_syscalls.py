"""What a run with key credentials does not do, as the kernel sees it: strace writes down every system call.

No socket, no thread, no child, no change to any file; and nothing is read but the AWS files and what the dynamic
loader and the run-time library read. A cached, networked or multi-threaded path that creeps into the plain one shows here.
"""

import re
from pathlib import Path

import pytest

from plugin import ACCESS_KEY, KEYS, SECRET_KEY
from strace import trace

NETWORK = {"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "recvfrom", "recvmsg"}
PROCESSES = {"clone", "clone3", "fork", "vfork"}
FILE_CHANGES = {
    "creat", "truncate", "ftruncate", "mkdir", "mkdirat", "mknod", "mknodat", "rmdir", "unlink", "unlinkat", "link", "linkat",
    "symlink", "symlinkat", "rename", "renameat", "renameat2", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown",
    "fchownat", "utimensat", "setxattr", "lsetxattr", "fsetxattr",
}  # fmt: skip
OPENING = {"open", "openat", "openat2"}
WRITING = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)")
SYSTEM_FILES = re.compile(r"/(usr/)?lib(64)?/.*\.so|/etc/ld\.so\.cache|/proc/self/maps$")  # the loader's and the run-time library's

PROFILE = f"""
[profile dev]
region = eu-west-1
aws_access_key_id = {ACCESS_KEY}
aws_secret_access_key = {SECRET_KEY}
"""

CREDENTIALS = {
    "environment": ([], KEYS),
    "profile": (["--profile", "dev"], {}),
    "AWS_PROFILE": ([], {"AWS_PROFILE": "dev"}),
}


@pytest.mark.parametrize("source", CREDENTIALS)
def test_key_credentials_touch_nothing(source, home, aws_files, tmp_path, capsys):
    arguments, variables = CREDENTIALS[source]
    aws = aws_files(config=PROFILE)
    calls = trace(["get-token", "--cluster-name", "dev", *arguments], {"HOME": str(home), **variables}, tmp_path / "trace")

    names = [name for name, _ in calls]
    assert names.count("execve") == 1
    assert [name for name in names if name in NETWORK] == []
    assert [name for name in names if name in PROCESSES] == []
    assert [name for name in names if name in FILE_CHANGES] == []
    opened = [arguments for name, arguments in calls if name in OPENING]
    assert [call for call in opened if WRITING.search(call)] == []
    read = [re.search(r'"([^"]*)"', call)[1] for call in opened]
    assert [path for path in read if not (Path(path).is_relative_to(aws) or SYSTEM_FILES.match(path))] == []
    assert str(aws / "config") in read, "the trace has seen what the program reads"

    with capsys.disabled():
        print(f"\nkeys from {source}: {len(calls)} system calls, {len(opened)} of them open a file")
