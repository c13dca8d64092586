"""Exit codes that some verbs have beyond what their problems mean, for doors that ask any verb."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, TypeAlias

from farthing.app.asking import ask

Options: TypeAlias = Mapping[str, object]
_BAD_INPUT: Final = 2
_BEYOND: Final = 3


def code_of(verb: str, options: Options, answer: object) -> int:
    """The exit code of an answer to options that were read before, 0 where nothing is amiss."""
    found = _CODES.get(verb)
    return 0 if found is None else found(options, answer)


def _import(_options: Options, answer: Any) -> int:  # noqa: ANN401 - each verb knows its own answer
    return _BAD_INPUT if import_module("farthing.app.ledger_import").nothing_usable(answer) else 0


def _anomalies(options: Options, answer: Any) -> int:  # noqa: ANN401
    return _BEYOND if answer.rows and "fail" in ask("anomalies", options).question.flags else 0


def _reconcile(options: Options, answer: Any) -> int:  # noqa: ANN401
    reconcile = import_module("farthing.app.reconcile")
    tolerance = reconcile.tolerance_of(ask("reconcile", options))
    return _BEYOND if tolerance is not None and reconcile.beyond(answer, tolerance) else 0


_CODES: Final[Mapping[str, Callable[[Options, Any], int]]] = {
    "import": _import,
    "anomalies": _anomalies,
    "reconcile": _reconcile,
}
