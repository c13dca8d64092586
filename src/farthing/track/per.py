"""What a cost can be for: a request, a customer, an outcome."""

from dataclasses import dataclass

from farthing.ledger.connection import name, text
from farthing.ledger.events import BY_NAME
from farthing.track.dimensions import TAG, grouped, read_dimensions

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
    them. Raises InputError for a column that is not there.
    """
    if not word:
        return None
    wanted = word.strip().removesuffix("s") if word.strip() in ("requests", "events") else word.strip()
    if wanted == REQUEST:
        return Per(wanted, f"CAST(SUM({name('requests')}) AS BIGINT)")
    if wanted == EVENT:
        return Per(wanted, "COUNT(*)")
    (one,) = read_dimensions([wanted], BY_NAME, "--per")[:1]
    if one.startswith(TAG) and one.removeprefix(TAG) not in BY_NAME:
        tag = one.removeprefix(TAG)
        return Per(tag, f"COUNT(NULLIF({name('tags')}[{text(tag)}], ''))")
    column = one.removeprefix(TAG)
    if column in BY_NAME:
        return Per(column, f"COUNT(DISTINCT NULLIF({name(column)}, ''))")
    return Per(column, f"COUNT(DISTINCT {grouped(column, BY_NAME)})")
