"""What only root may do, for everybody: mounts for a single command, in a namespace of its own that goes with it."""

from __future__ import annotations

import os
from pathlib import Path

SOMEBODY_ELSE = 4711


def alone(script: str, *arguments: os.PathLike | str) -> list:
    """A shell script that may mount what it likes; its $1, $2, … are the arguments, and what follows."""
    return ["unshare", "--map-root-user", "--mount", "sh", "-euc", script, "sh", *arguments]


def mounted(script: str, *arguments: os.PathLike | str) -> list:
    """The begin of a command line: what follows runs where that script has mounted things."""
    return alone(f'{script}\nshift {len(arguments)}\nexec "$@"', *arguments)


def read_only(folder: Path) -> list:
    """The same, where everything below that folder is read-only."""
    return mounted('mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"', folder)


def give_away(path: Path) -> list:
    """The same, where that file or folder is somebody else's: root gives it away, others see one of root's instead."""
    if os.geteuid() == 0:
        os.chown(path, SOMEBODY_ELSE, SOMEBODY_ELSE)
        return []
    return mounted('mount --bind "$1" "$2"', "/usr/share" if path.is_dir() else "/etc/hostname", path)
