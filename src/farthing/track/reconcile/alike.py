"""Events that look alike: one call that was recorded twice under two ids."""

from typing import Final

from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME, COUNTS
from farthing.track.account import Accounts
from farthing.track.dimensions import Asked, filters
from farthing.track.reconcile.bill import DAY_US
from farthing.track.reconcile.parts import Names, Part, parts_of, some

_ALL: Final = '"events of all kinds"'
_NEAR_US: Final = 3_600_000_000
_SAME: Final = ("provider", "model", "service_tier", "accelerator", *(column.name for column in COUNTS))


def copies(
    accounts: Accounts, asked: Asked, named: Names, *, by_hour: bool, nearly: bool = False
) -> list[Part]:
    """The use of all but one of events that are alike: same moment, model, tier and counts.

    With `nearly` the moments may differ, by up to an hour from one to the next.
    """
    chosen = some(accounts, copies_sql(accounts.events.empty, nearly=nearly))
    return list(parts_of(chosen, asked, named, by_hour=by_hour))


def copies_sql(empty: frozenset[str], *, nearly: bool = False) -> str:
    """SQL of the events that repeat an earlier one; `empty` columns need not be looked at."""
    counted = [column.name for column in COUNTS if column.name != "requests" and column.name not in empty]
    used = " OR ".join(f"{name(column)} > 0" for column in counted) or "FALSE"
    same = [column for column in (*_SAME, *(() if nearly else ("at",))) if column not in empty]
    told = ", ".join(map(name, same))
    alike = f"hash({told})"
    # Few events repeat: which do is told from one number each, and only those are put in order.
    repeated = f"SELECT {alike} AS alike FROM {_ALL} WHERE {used} GROUP BY alike HAVING COUNT(*) > 1"
    among = f"SELECT *, {alike} AS alike FROM {_ALL} WHERE ({used}) AND {alike} IN ({repeated})"
    order = f"PARTITION BY alike ORDER BY {name('at')}, event_id"
    if not nearly:
        return f"SELECT * FROM ({among}) QUALIFY row_number() OVER ({order}) > 1"
    since = f"epoch_us({name('at')}) - epoch_us(lag({name('at')}) OVER ({order}))"
    return f"SELECT * FROM ({among}) QUALIFY {since} <= {_NEAR_US}"


def failed_sql() -> str:
    """SQL of the events of calls that went wrong."""
    return f"SELECT * FROM {_ALL} WHERE status NOT IN ('', 'ok')"


def repeats(accounts: Accounts, asked: Asked, named: Names) -> dict[tuple[str, str, int], int]:
    """How many events repeat others, by provider, model and day since 1970."""
    day = f"epoch_us({name('at')}) // {DAY_US}"
    sql = (
        f"SELECT provider, model, {day} AS on_day, COUNT(*) AS copies FROM events"
        f" WHERE {filters(asked, BY_NAME)} GROUP BY ALL"
    )
    columns = (
        some(accounts, copies_sql(accounts.events.empty)).engine.ask(sql, {"events": accounts.events}).columns
    )
    found: dict[tuple[str, str, int], int] = {}
    titles = ("provider", "model", "on_day", "copies")
    for provider, model, at, count in zip(*(columns[title].tolist() for title in titles), strict=True):
        place = (*named(provider, model), at)
        found[place] = found.get(place, 0) + count
    return found
