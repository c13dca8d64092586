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
from dataclasses import dataclass
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
    """What an export holds, and what it could not hold."""

    rows: int
    unpriced: tuple[Unpriced, ...]


def write_focus(path: Path, usage: Iterable[UsageRow], charges: Iterable[ChargeRow] = ()) -> Written:
    """Write a dataset to a .csv, .parquet or .xlsx file. Raises InputError where that cannot be done."""
    left_out: Counter[tuple[str, str, str]] = Counter()
    rows = write_table(path, TITLE, COLUMNS, _cells(focus_rows(usage, charges, left_out)))
    return Written(rows, tuple(Unpriced(*key, quantity) for key, quantity in sorted(left_out.items())))


def focus_rows(
    usage: Iterable[UsageRow], charges: Iterable[ChargeRow], left_out: Counter[tuple[str, str, str]]
) -> Iterator[FocusRow]:
    """The lines of a dataset; `left_out` counts what has no price, by provider, model and meter."""
    for row in usage:
        if row.quantity == 0 and not row.cost_usd:
            continue
        line = usage_row(row)
        if line is None:
            left_out[row.provider, row.model, row.meter] += row.quantity
        else:
            yield line
    yield from map(charge_row, charges)


def _cells(rows: Iterable[FocusRow]) -> Iterator[Sequence[Cell]]:
    return (tuple(row[column] for column in COLUMNS) for row in rows)
