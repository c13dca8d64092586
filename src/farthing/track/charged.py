"""What bills say: charges added up by the same dimensions as usage, without what usage already counts."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from farthing.ledger.answer import Engine
from farthing.ledger.charges import BY_NAME
from farthing.ledger.connection import name
from farthing.ledger.files import Files
from farthing.track.dimensions import Asked, filters, grouped, shown
from farthing.track.spent import DOLLARS, Key, ToDollars

COST: Final = "COALESCE(effective_cost, billed_cost)"
_CURRENCY: Final = f"UPPER({name('currency')})"


@dataclass(slots=True)
class Charged:
    """Charges in groups, in dollars.

    `counted_usd` is by provider what bills ask for tokens of days of which the ledger has events from that
    provider: it is not added a second time, whichever of those events were asked for. `foreign` says how
    many lines are in a currency without a rate.
    """

    groups: dict[Key, Fraction] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)
    counted_usd: dict[str, Fraction] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)


def charged(
    engine: Engine,
    charges: Files,
    events: Files | None,
    asked: Asked,
    to_dollars: ToDollars,
    *,
    lasting: bool | None = None,
) -> Charged:
    """Charges by groups; those for models whose usage is among `events`, all of the ledger's, apart.

    With `lasting`, only lines that are for longer than the day they begin on, or (false) only the others.
    """
    found = Charged()
    if not charges.rows:
        return found
    tables = {"charges": charges}
    if events is not None and events.rows and not {"model", "provider"} & charges.empty:
        tables["events"] = events
    columns = engine.ask(_sql(asked, "events" in tables, lasting), tables).columns
    for place in range(len(columns["lines"])):
        key = tuple(shown(one, columns[f"by_{turn}"][place]) for turn, one in enumerate(asked.by))
        _add(found, key, {title: cells[place] for title, cells in columns.items()}, to_dollars)
    return found


def _add(found: Charged, key: Key, row: dict[str, object], to_dollars: ToDollars) -> None:
    lines, currency = int(str(row["lines"])), str(row["currency_code"])
    rate: Fraction | None = Fraction(1)
    if currency not in DOLLARS:
        rate = to_dollars(currency, date.fromisoformat(str(row["on_day"])[:10]))
    if rate is None:
        found.foreign[currency] = found.foreign.get(currency, 0) + lines
        return
    usd = Fraction(Decimal(str(row["cost"] or 0))) * rate
    if provider := str(row["counted"]):
        found.counted_usd[provider] = found.counted_usd.get(provider, Fraction(0)) + usd
        return
    found.groups[key] = found.groups.get(key, Fraction(0)) + usd
    found.lines[key] = found.lines.get(key, 0) + lines


def _sql(asked: Asked, apart: bool, lasting: bool | None) -> str:
    keys = [f"{grouped(one, BY_NAME)} AS by_{place}" for place, one in enumerate(asked.by)]
    counted = f"CASE WHEN counted_id IS NULL THEN '' ELSE {name('provider')} END" if apart else "''"
    keys += [f"{counted} AS counted", f"{_CURRENCY} AS currency_code"]
    keys += [f"CASE WHEN {_CURRENCY} NOT IN ('', 'USD') THEN {name('day')} END AS on_day"]
    origin = f"charges LEFT JOIN ({_COUNTED}) AS already ON counted_id = charge_id" if apart else "charges"
    wanted = filters(asked, BY_NAME)
    if lasting is not None:
        wanted += f" AND {'' if lasting else 'NOT '}{_LASTS}"
    return (
        f"SELECT {', '.join(keys)}, COUNT(*) AS lines, SUM({COST}) AS cost"
        f" FROM {origin} WHERE {wanted} GROUP BY ALL ORDER BY ALL"
    )


_LASTS: Final = (
    "COALESCE(epoch_us(\"until\") > (date_diff('day', DATE '1970-01-01', \"day\") + 1) * 86400000000, FALSE)"
)


# A bill line is for the days from its own to before `until`, its own at least.
_COUNTED: Final = """
    SELECT DISTINCT c.charge_id AS counted_id
    FROM charges AS c
    JOIN (SELECT DISTINCT provider, "day" FROM events) AS used
      ON used.provider = c.provider AND used."day" >= c."day"
     AND (used."day" = c."day"
          OR date_diff('day', DATE '1970-01-01', used."day") * 86400000000 < epoch_us(c."until"))
    WHERE c.model <> ''
"""
