"""Rounding a table of amounts so that what is shown adds up, in every row and every column.

The largest remainder: everything is rounded down to its last place, and what is then missing from the
total goes one place at a time to the parts that lost most by it.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Final, TypeAlias

Table: TypeAlias = Mapping[str, Sequence[Fraction]]
CENTS: Final = 2
_LEAST_PLACES: Final = 12


def rounded_sums(columns: Table, places: int) -> dict[str, list[Fraction]]:
    """Columns whose cells are rounded: the cells of all of them add up to their rounded sum.

    >>> thirds = rounded_sums({"a": [Fraction(1, 3)] * 3, "b": [Fraction(1)] * 3}, 2)
    >>> [float(cell) for cell in thirds["a"]]
    [0.34, 0.33, 0.33]
    """
    totals = [sum(cells, Fraction(0)) for cells in columns.values()]
    whole = _at(sum(totals, Fraction(0)), places)
    shown = largest_remainder(totals, whole, places)
    return {
        name: largest_remainder(cells, total, places)
        for (name, cells), total in zip(columns.items(), shown, strict=True)
    }


def largest_remainder(parts: Sequence[Fraction], total: Fraction, places: int) -> list[Fraction]:
    """Parts in whole last places that add up to `total`, which is in whole last places, too."""
    scale = 10**places
    down = [floor(part * scale) for part in parts]
    missing = int(total * scale) - sum(down)
    # Those that lost most come first; equal ones in their order.
    order = sorted(range(len(parts)), key=lambda place: down[place] - parts[place] * scale)
    for place in order[:missing]:
        down[place] += 1
    return [Fraction(units, scale) for units in down]


def places_of(columns: Table) -> int:
    """Decimals that show every part and every sum that has an end in full, and others to twelve places."""
    cells = [cell for column in columns.values() for cell in column]
    sums = [sum(column, Fraction(0)) for column in columns.values()]
    return max(_LEAST_PLACES, *map(_decimals, [*cells, *sums, sum(sums, Fraction(0))]))


def _decimals(value: Fraction) -> int:
    """How many decimals a fraction has; none where they do not end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else 0


def _at(value: Fraction, places: int) -> Fraction:
    """A fraction at so many decimals, half to even."""
    return Fraction(round(value * 10**places), 10**places)
