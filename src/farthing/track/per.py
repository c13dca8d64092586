"""What a cost can be for: a request, a customer, an outcome."""

from dataclasses import dataclass

from farthing.ledger.connection import name, text
from farthing.ledger.events import BY_NAME
from farthing.track.dimensions import TAG, TIMES, grouped, read_dimensions
from farthing.units.problem import InputError, Problem, quoted

REQUEST = "request"
EVENT = "event"


@dataclass(frozen=True, slots=True)
class Per:
    """One of something: what it is called, and how many there are, in SQL over events."""

    title: str
    sql: str


def read_per(word: str | None) -> Per | None:
    """What `--per` means.

    Requests and events are counted, columns by their different values, tags by the events that carry
    them. Raises InputError for a column that is not there, and for more than one.
    """
    if not word:
        return None
    wanted = word.strip().removesuffix("s") if word.strip() in ("requests", "events") else word.strip()
    if wanted == REQUEST:
        return Per(wanted, f"SUM(CAST({name('requests')} AS DECIMAL(38, 0)))")
    if wanted == EVENT:
        return Per(wanted, "COUNT(*)")
    found = read_dimensions([wanted], BY_NAME, "--per")
    if len(found) != 1:
        what = f"{quoted(word)} is not one thing that a cost can be for"
        fix = "Name one, for example --per request, --per customer or --per tag:outcome."
        raise InputError([Problem("bad-value", "error", "--per", what, "", fix)])
    (one,) = found
    column = one.removeprefix(TAG)
    if one in TIMES:
        return Per(one, f"COUNT(DISTINCT {grouped(one, BY_NAME)})")
    if column in BY_NAME and BY_NAME[column].kind == "text":
        return Per(column, f"COUNT(DISTINCT NULLIF({name(column)}, ''))")
    return Per(column, f"COUNT(NULLIF({name('tags')}[{text(column)}], ''))")
