"""Usage by meter: what each kind of token cost on a day, at the prices that hold and without contracts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from farthing.pricing.book import Book
from farthing.pricing.table import Whole
from farthing.track.account import Accounts
from farthing.track.bought import lines_of
from farthing.track.dimensions import TAG, Asked
from farthing.track.focus_rows import UsageRow
from farthing.track.priced import Priced, whole
from farthing.track.spent import billed_usd
from farthing.track.usage import Question

REQUEST: Final = "request"
_Place: TypeAlias = tuple[tuple[str, ...], int, str]


@dataclass(slots=True)
class _Sum:
    quantity: int = 0
    usd: Fraction | None = Fraction(0)
    list_usd: Fraction | None = Fraction(0)

    def add(self, quantity: int, usd: Fraction | None, list_usd: Fraction | None) -> None:
        self.quantity += quantity
        self.usd = None if self.usd is None or usd is None else self.usd + usd
        self.list_usd = None if self.list_usd is None or list_usd is None else self.list_usd + list_usd


def usage_rows(accounts: Accounts, asked: Asked, listed: Book) -> Iterator[UsageRow]:
    """A row per day, operation, model, tier, region and meter, and per group of `asked.by`, as tags.

    `listed` is the book without contracts. What has no price has None for its costs; events that
    only their provider's charge prices become a row of requests with that charge.
    """
    by = ("day", "operation", *asked.by)
    for span in accounts.spans(asked.window):
        question = accounts.question(replace(asked, by=by), span.window)
        finds = [lines_of(span.book, span.at), lines_of(listed, span.at)]
        sums: dict[_Place, _Sum] = {}
        both = question.priced(finds)
        apart = frozenset(question.words[place].model for place in both[0].lacking.tolist())
        _add(sums, question, both, apart, accounts)
        if apart:
            _add(sums, question, question.priced(finds, apart=apart), frozenset(), accounts)
        yield from (_row(place, found, question, asked) for place, found in sorted(sums.items()))


def _add(
    sums: dict[_Place, _Sum],
    question: Question,
    both: Sequence[Priced],
    without: frozenset[str],
    accounts: Accounts,
) -> None:
    """Take in the rows of a cube, priced by both books, those of some models left out."""
    priced, plain = both
    if priced.priced_as is None or plain.priced_as is None:
        return
    layout, cube = priced.priced_as
    amounts, listed = layout.by_meter(cube), layout.by_meter(plain.priced_as[1])
    billed = _billed(priced, accounts)
    kept = np.array([words.model not in without for words in question.words], dtype=bool)[priced.line]
    for row in np.flatnonzero(kept).tolist():
        key, line = priced.keys[int(priced.group[row])], int(priced.line[row])
        if row in billed:
            events = int(whole(priced.answer.columns["events"])[row])
            sums.setdefault((key, line, REQUEST), _Sum()).add(events, billed[row], billed[row])
            continue
        for meter, count in cube.counts.items():
            if quantity := int(count[row]):
                usd, list_usd = (_usd(*found[meter], row, layout.table.scale) for found in (amounts, listed))
                sums.setdefault((key, line, meter), _Sum()).add(quantity, usd, list_usd)


def _billed(priced: Priced, accounts: Accounts) -> dict[int, Fraction]:
    """What was billed for the rows that no book prices, where that is known."""
    found = (
        (row, billed_usd(priced, row, accounts.to_dollars))
        for row in np.flatnonzero(priced.amounts.unpriced).tolist()
    )
    return {row: usd for row, usd in found if usd is not None}


def _usd(amounts: Whole, missing: npt.NDArray[np.bool_], row: int, scale: int) -> Fraction | None:
    return None if missing[row] else Fraction(int(amounts[row]), scale)


def _row(place: _Place, found: _Sum, question: Question, asked: Asked) -> UsageRow:
    (day, operation, *values), line, meter = place
    words = question.words[line]
    names = (one.removeprefix(TAG) for one in asked.by)
    return UsageRow(
        day=date.fromisoformat(day),
        provider=words.provider,
        model=words.accelerator or words.model,
        operation=operation,
        tier=words.service_tier,
        region=words.region,
        meter=meter,
        quantity=found.quantity,
        list_usd=found.list_usd if found.list_usd is not None else found.usd,
        cost_usd=found.usd,
        tags={name: value for name, value in zip(names, values, strict=True) if value},
    )
