"""The committed completion files, loaded by the shells that they are for.

Each shell gets its file where its users put it, a line to complete, and must offer what belongs there and say
nothing on stderr.
"""

import shutil

import pexpect
import pytest

from plugin import EKSCRED, ROOT, run_command
from tools import FISH, ZSH

COMPLETIONS = ROOT / "completions"

# What is typed, and some of what must be offered.
LINES = {
    "ekscred ": ["get-token", "completions", "version"],
    "ekscred get-token --clus": ["--cluster-name", "--cluster-id"],
    "ekscred get-token --cluster-name dev --reg": ["--region"],
    "ekscred eks get-token --cluster-n": ["--cluster-name"],
    "ekscred get-token --output ": ["json", "text", "yaml"],
    "ekscred completions ": ["bash", "zsh", "fish", "powershell"],
}

BASH_SCRIPT = """
source "$1"
read -ra COMP_WORDS <<< "$2"
[[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_LINE=$2 COMP_POINT=${#2} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
# Call the function that the file has registered as bash does: command, word, word before.
[[ $(complete -p ekscred) =~ -F\\ ([^ ]+) ]] || exit 1
"${BASH_REMATCH[1]}" ekscred "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def env(home):
    """HOME, and a PATH with the ekscred that is under test and the usual programs."""
    folder = home / "bin"
    folder.mkdir()
    (folder / "ekscred").symlink_to(EKSCRED)
    return {"HOME": str(home), "PATH": f"{folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


@pytest.fixture(params=["bash", "fish", "zsh"])
def shell(request):
    return request.param


@pytest.fixture
def complete(shell, env, home):
    """complete(line): the words that the shell offers for the end of a line, and what it says on stderr."""
    shells = {"bash": complete_in_bash, "fish": complete_in_fish, "zsh": complete_in_zsh}
    return lambda line: shells[shell](line, env, home)


@pytest.mark.parametrize("line", LINES)
def test_completion(line, complete):
    offered, stderr = complete(line)
    assert stderr == ""
    assert set(LINES[line]) <= set(offered)


def test_nothing_is_offered_that_does_not_fit(complete):
    offered, _ = complete("ekscred get-token --clus")
    assert "--cluster-name" in offered
    assert {"--region", "get-token", "version"}.isdisjoint(offered)


def complete_in_bash(line, env, _home):
    command = ["bash", "--norc", "--noprofile", "-c", BASH_SCRIPT, "bash", COMPLETIONS / "ekscred.bash", line]
    result = run_command(command, env)
    assert result.returncode == 0
    return result.stdout.split(), result.stderr


def complete_in_fish(line, env, home):
    folder = home / ".config/fish/completions"
    folder.mkdir(parents=True)
    shutil.copy(COMPLETIONS / "ekscred.fish", folder)
    result = run_command([FISH, "-c", 'complete -C "$argv[1]"', line], env)
    assert result.returncode == 0
    # One candidate per line: the word, a tab, its description.
    return [candidate.split("\t")[0] for candidate in result.stdout.splitlines()], result.stderr


def complete_in_zsh(line, env, home):
    """zsh completes in its line editor only, so it gets a terminal, the line, and the key that lists the choices."""
    folder = home / "completions"
    folder.mkdir()
    shutil.copy(COMPLETIONS / "_ekscred", folder)
    errors = home / "stderr"
    # The editor draws on the terminal, whatever stderr is. A dumb terminal and no promptsp: no more drawn than needed.
    arguments = ["-c", 'exec "$0" -f -i +o promptsp 2> "$1"', str(ZSH), str(errors)]
    env = {**env, "PS1": "READY> ", "TERM": "dumb"}
    zsh = pexpect.spawn("/bin/sh", arguments, env=env, encoding="utf-8", dimensions=(100, 250), timeout=10)
    try:
        zsh.expect("READY> ")
        zsh.sendline(f"fpath=('{folder}' $fpath); autoload -U compinit && compinit -u -d '{home}/.zcompdump'")
        zsh.expect("READY> ")
        zsh.send(line)
        zsh.send("\x04")  # ^D: list the choices
        zsh.sendline("\x15echo DO''NE")  # ^U: wipe the line
        zsh.expect("DONE\r")
    finally:
        zsh.close(force=True)
    # What is left of the screen without the line typed: rows of choices, or "choice  -- description".
    rows = zsh.before.replace(line, "").splitlines()
    return [word for row in rows for word in row.split(" -- ")[0].split()], errors.read_text()
