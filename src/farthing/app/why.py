"""`why`: explain one number of an answer."""

from farthing.app.explain import Explanation, explain
from farthing.app.explain_ledger import explain_result
from farthing.app.fields import READS_LEDGER
from farthing.app.last import recall
from farthing.estimate.answer import Estimate
from farthing.units.problem import InputError, Problem


def why(name: str, answer: Estimate | None = None) -> Explanation:
    """Explain a value by its name: formula, inputs, ground and source.

    Without an answer it is the last one that the command line gave. Raises InputError for a name
    that the answer does not have, and where there is no last answer.
    """
    found = answer if answer is not None else recall()
    if found is None:
        raise InputError([_nothing_yet()])
    return explain_result(name, found) if found.verb in READS_LEDGER else explain(name, found)


def _nothing_yet() -> Problem:
    return Problem(
        code="no-answer",
        severity="error",
        where="why",
        what="there is no last answer to explain",
        why="none was given on this machine, or its folder cannot be read",
        fix="ask first, or give the options of the question here too: farthing why NAME --accelerator …",
    )
