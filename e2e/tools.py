"""Where the counterparts are that `e2e/install` put into .tools/."""

from pathlib import Path

E2E = Path(__file__).resolve().parent
TOOLS = E2E / ".tools"

AWS2 = TOOLS / "bin/aws2"  # AWS CLI v2, 2.9.19
ZSH = TOOLS / "bin/zsh"
FISH = TOOLS / "bin/fish"
STRACE = TOOLS / "bin/strace"
TINYPROXY = TOOLS / "bin/tinyproxy"
PATCH = TOOLS / "debian/usr/bin/patch"
LIBFAKETIME = TOOLS / "debian/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"  # moves the clock of who loads it
MINISTACK_PYTHON = TOOLS / "venv-ministack/bin/python"  # the Python that can `import ministack`


def _by_version(name):
    folders = [path for path in (TOOLS / name).glob("*") if path.is_dir()]
    folders.sort(key=lambda folder: [int(part) for part in folder.name.split(".")])
    return {folder.name: folder / name for folder in folders}


KUBECTL = _by_version("kubectl")  # {"1.24": path, …}, oldest first
HELM = _by_version("helm")  # {"3.9.4": path, …}, oldest first
