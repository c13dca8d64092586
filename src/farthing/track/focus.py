"""Usage and bills as a FOCUS 1.4 Cost and Usage dataset: CSV, Parquet or a spreadsheet.

A line per day, model, provider, tier, region, meter and tags. Costs are in dollars for usage (what it costs
at the prices that hold is all of BilledCost, EffectiveCost and ContractedCost) and in their own currency for
bills. What has no price has no line, because FOCUS wants costs on every one; it is told instead.

In CSV text that a spreadsheet would run is guarded with an apostrophe (`safe_text`). The file stays valid:
amounts, dates, JSON and the words that FOCUS allows never begin with such a sign, so that only free text and
ids can be touched, and reading the file again takes the apostrophe away. Parquet has no need of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from farthing.track.focus_charges import ChargeRow, charge_row
from farthing.track.focus_rows import COLUMNS, FocusRow, UsageRow, usage_row
from farthing.track.sheet import Cell
from farthing.track.table_files import write_table

TITLE: Final = "Cost and Usage"
VERSION: Final = "1.4"


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Usage that is not in the export, because nobody knows its price."""

    provider: str
    model: str
    meter: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Written:
    """What an export holds, and what it could not hold: `unbilled` charges do not say what they cost."""

    rows: int
    unpriced: tuple[Unpriced, ...]
    unbilled: int


@dataclass(slots=True)
class LeftOut:
    """What has no costs, counted while rows go by: quantities by provider, model and meter, and charges."""

    usage: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    charges: int = 0


def write_focus(path: Path, usage: Iterable[UsageRow], charges: Iterable[ChargeRow] = ()) -> Written:
    """Write a dataset to a .csv, .parquet or .xlsx file. Raises InputError where that cannot be done."""
    left = LeftOut()
    rows = write_table(path, TITLE, COLUMNS, _cells(focus_rows(usage, charges, left)))
    unpriced = tuple(Unpriced(*key, quantity) for key, quantity in sorted(left.usage.items()))
    return Written(rows, unpriced, left.charges)


def focus_rows(usage: Iterable[UsageRow], charges: Iterable[ChargeRow], left: LeftOut) -> Iterator[FocusRow]:
    """The lines of a dataset; `left` counts what has none."""
    for row in usage:
        if row.quantity == 0 and not row.cost_usd:
            continue
        if (line := usage_row(row)) is not None:
            yield line
        else:
            left.usage[row.provider, row.model, row.meter] += row.quantity
    for charge in charges:
        if (line := charge_row(charge)) is not None:
            yield line
        else:
            left.charges += 1


def _cells(rows: Iterable[FocusRow]) -> Iterator[Sequence[Cell]]:
    return (tuple(row[column] for column in COLUMNS) for row in rows)
