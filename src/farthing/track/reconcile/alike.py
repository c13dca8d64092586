"""Events that look alike: one call that was recorded twice under two ids."""

from typing import Final

from farthing.ledger.connection import name
from farthing.ledger.events import COUNTS
from farthing.track.account import Accounts
from farthing.track.dimensions import Asked
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
    return list(parts_of(some(accounts, copies_sql(nearly=nearly)), asked, named, by_hour=by_hour))


def copies_sql(*, nearly: bool = False) -> str:
    """SQL of the events that repeat an earlier one."""
    counted = [column.name for column in COUNTS if column.name != "requests"]
    used = " OR ".join(f"{name(column)} > 0" for column in counted)
    told = ", ".join(map(name, _SAME if nearly else (*_SAME, "at")))
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
