"""Questions to the ledger by name: one SQL file each, in the DuckDB dialect."""

import functools
from importlib.resources import files

from farthing.units.problem import InputError, Problem, did_you_mean, quoted


@functools.cache
def view(title: str) -> str:
    """The SQL of a question. Raises InputError for a name that no file has."""
    if title not in titles():
        raise InputError([_unknown(title)])
    return (files("farthing.ledger") / "views" / f"{title}.sql").read_text(encoding="utf-8")


@functools.cache
def titles() -> tuple[str, ...]:
    """The names of all questions."""
    found = (files("farthing.ledger") / "views").iterdir()
    return tuple(sorted(path.name.removesuffix(".sql") for path in found if path.name.endswith(".sql")))


def _unknown(title: str) -> Problem:
    what = f"no question is called {quoted(title)}"
    return Problem("no-view", "error", title, what, "", did_you_mean(title, titles()))
