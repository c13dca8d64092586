"""The user's calibrations on disk: one file a kind, replaced whole or not at all.

The last one made is in use. A file that cannot be understood is an error and never passed over: answers
would change without a word.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from farthing.app.table_file import replacing
from farthing.catalog.data_folder import data_folder
from farthing.estimate.calibration import Calibration
from farthing.estimate.question import Question
from farthing.estimate.step_kinds import KINDS
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

NONE: Final = "none"
USUAL_NAME: Final = "mine"
_FORM: Final = 1
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WHERE: Final = "calibration"


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One calibration; `digest` is that of its rows."""

    name: str
    date: str
    digest: str
    rows: tuple[dict[str, str], ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All calibrations of a kind, the latest last."""

    form: int
    kind: str
    calibrations: tuple[_Stored, ...]


def in_use(kind: str, wanted: str | None) -> Calibration | None:
    """The calibration that an answer uses: the one named, none for "none", else the last one made.

    Raises InputError for a name that there is not, and for a file that cannot be understood.
    """
    if wanted is not None and wanted.lower() == NONE:
        return None
    known = calibrations(kind)
    if wanted is None:
        return known[-1] if known else None
    for each in known:
        if each.name == wanted:
            return each
    raise InputError([_no_such(wanted, [each.name for each in known], f"of {kind} steps")])


def calibrated(question: Question, kind: str) -> Question:
    """A question with the calibration that it is to use; `kind` is '' where no step is estimated.

    Raises InputError for a calibration that there is not, or that would change nothing.
    """
    wanted = question.word("calibration")
    if kind:
        return replace(question, calibration=in_use(kind, wanted))
    if wanted is not None and wanted.lower() != NONE:
        raise InputError([_no_step()])
    return question


def calibrations(kind: str) -> tuple[Calibration, ...]:
    """Every calibration of a kind, the latest last. Raises InputError for a damaged file."""
    try:
        content = _path(kind).read_bytes()
    except (FileNotFoundError, NotADirectoryError, PermissionError, RuntimeError):
        return ()
    except OSError as error:
        raise InputError([_damaged(kind, error.strerror or str(error))]) from error
    try:
        found = msgspec.json.decode(content, type=_File)
    except msgspec.DecodeError as error:
        raise InputError([_damaged(kind, str(error))]) from error
    if found.form != _FORM or found.kind != kind:
        raise InputError([_damaged(kind, "it is of another version or kind")])
    altered = [each.name for each in found.calibrations if each.digest != digest(each.rows)]
    if altered:
        raise InputError([_damaged(kind, f"{quoted(altered[0])} was changed since it was written")])
    return tuple(
        Calibration(kind, each.name, each.date, each.digest, each.rows) for each in found.calibrations
    )


def save(calibration: Calibration) -> Path:
    """Keep a calibration in place of one of the same name, as the latest; says in which file.

    Raises InputError where nothing can be written, or where the file there cannot be understood.
    """
    with _locked(calibration.kind):
        others = [each for each in calibrations(calibration.kind) if each.name != calibration.name]
        return _write(calibration.kind, [*others, calibration])


def forget(name: str) -> tuple[Calibration, ...]:
    """Remove every calibration of that name, and say what they were. Raises InputError for none."""
    gone: list[Calibration] = []
    for kind in KINDS:
        if all(each.name != name for each in calibrations(kind)):
            continue
        with _locked(kind):
            known = calibrations(kind)
            gone += [each for each in known if each.name == name]
            _write(kind, [each for each in known if each.name != name])
    if not gone:
        raise InputError([_no_such(name, [each.name for kind in KINDS for each in calibrations(kind)])])
    return tuple(gone)


def named(name: str) -> tuple[Calibration, ...]:
    """Every calibration of that name. Raises InputError where there is none."""
    every = [each for kind in KINDS for each in calibrations(kind)]
    found = tuple(each for each in every if each.name == name)
    if not found:
        raise InputError([_no_such(name, [each.name for each in every])])
    return found


def digest(rows: Sequence[Mapping[str, str | None]]) -> str:
    """A digest of rows that does not depend on the order of their columns."""
    content = msgspec.json.encode([sorted(row.items()) for row in rows])
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def checked_name(name: str) -> str:
    """A name as it may be kept. Raises InputError for any other."""
    if _NAME.fullmatch(name) and name.lower() != NONE:
        return name
    what, why = f"{quoted(name)} cannot be a name", "it is letters, digits, dots and hyphens, and not none"
    raise InputError([Problem("bad-name", "error", "--name", what, why, "write one such as my-cluster")])


def _path(kind: str) -> Path:
    return data_folder() / "calibration" / f"{kind}.json"


def _write(kind: str, every: Sequence[Calibration]) -> Path:
    """Write all calibrations of a kind; a reader sees the old file or the new one, never half."""
    path = _path(kind)
    stored = tuple(
        _Stored(
            each.name,
            each.date,
            each.digest,
            tuple({k: v or "" for k, v in row.items()} for row in each.rows),
        )
        for each in every
    )
    text = msgspec.json.format(msgspec.json.encode(_File(_FORM, kind, stored)), indent=1).decode()
    with replacing(str(path), _WHERE) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path


@contextlib.contextmanager
def _locked(kind: str) -> Iterator[None]:
    """One writer at a time, where the system has locks; what a killed one left behind is removed."""
    try:
        folder = _path(kind).parent
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f".{kind}.lock").open("w", encoding="utf-8")
    except (OSError, RuntimeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise InputError([_unwritable(said)]) from error
    with lock:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed
        for left in folder.glob(f".{kind}.json-*"):
            left.unlink(missing_ok=True)
        yield


def _no_such(name: str, known: Sequence[str], of: str = "") -> Problem:
    what = f"there is no calibration {quoted(name)} {of}".strip()
    why = f"there are {', '.join(dict.fromkeys(known))}" if known else "none was made yet"
    fix = did_you_mean(name, known) or "farthing calibrate list shows what there is"
    return Problem("no-calibration", "error", "--calibration", what, why, fix)


def _damaged(kind: str, why: str) -> Problem:
    what = f"your calibrations of {kind} steps cannot be read"
    fix = f"--calibration none answers without them; remove {_path(kind)} to begin anew"
    return Problem("unusable-file", "error", _WHERE, what, why, fix)


def _unwritable(why: str) -> Problem:
    fix = "set FARTHING_DATA to a folder that can be written"
    return Problem("unwritable-file", "error", _WHERE, "the calibration cannot be kept", why, fix)


def _no_step() -> Problem:
    what, why = "--calibration plays no part in this answer", "no training step is estimated for it"
    return Problem("unused-input", "error", "--calibration", what, why, "leave it out")
