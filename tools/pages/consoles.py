"""Console blocks: the commands that a page shows are run again and their output put in place.

A block is fenced as `console`. Lines that begin with `$ farthing` are run in this process; a line `...`
says that only as many lines as stand before it are shown. Other commands are left as they are.
"""

import contextlib
import io
import re
import shlex

from farthing.doors.cli.main import main

_BLOCK = re.compile(r"(?<=```console\n).*?(?=^```)", re.DOTALL | re.MULTILINE)
_CUT = "..."
_PROGRESS = re.compile(r"  (predicted|reading) ")  # what only a slow machine says


def renewed(text: str) -> str:
    """The page with the output of every command as it is now."""
    return _BLOCK.sub(lambda block: _block(block.group()), text)


def output(command: str) -> str:
    """What a command line prints, problems included."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(shlex.split(command)[1:])
    if code == 1:
        raise SystemExit(f"{command}\n{out.getvalue()}a page must not show a mistake of ours")
    lines = (line.rstrip("\r") for line in out.getvalue().rstrip("\n").split("\n"))
    return "\n".join(line for line in lines if not _PROGRESS.match(line))


def _block(block: str) -> str:
    parts = re.split(r"^(?=\$ )", block, flags=re.MULTILINE)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    command, _, shown = part.partition("\n")
    if not command.startswith("$ farthing "):
        return part
    lines = shown.rstrip("\n").split("\n")
    found = output(command.removeprefix("$ "))
    if _CUT in lines:
        found = "\n".join([*found.split("\n")[: lines.index(_CUT)], _CUT])
    gap = "\n" if shown == "\n" or shown.endswith("\n\n") else ""
    return f"{command}\n{found}\n{gap}"
