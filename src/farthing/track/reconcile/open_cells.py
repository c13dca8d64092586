"""Cells whose quantities are compared: what the bill counts and events do not, until causes take it up."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from farthing.track.reconcile.causes import CACHE, METER, REGION, TIER, Effect
from farthing.track.reconcile.cells import Cell, Place, is_input


@dataclass(slots=True)
class Open:
    """A cell: `left` is what the bill counts more than events (less where it is negative).

    `rate` is what a unit costs by the book; `slack` units are within rounding, where the bill gives money
    alone. `counted` units, `usd` dollars, are those of the events that were not recorded twice.
    """

    cell: Cell
    rate: Fraction
    left: Fraction
    slack: Fraction = Fraction(0)
    counted: int = 0
    usd: Fraction = Fraction(0)
    is_money: bool = False

    def owes(self, usd: Fraction, slack: Fraction) -> None:
        """From now on count dollars instead of units: the line tells nothing else."""
        self.left, self.slack, self.rate, self.is_money = usd, slack, Fraction(1), True

    def __post_init__(self) -> None:
        self.counted, self.usd = self.cell.quantity, self.cell.usd

    @property
    def place(self) -> Place:
        """What the cell is of."""
        return self.cell.place

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left but rounding."""
        return abs(self.left) <= self.slack

    def take(self, quantity: Fraction, cause: str, why: str, *, events: int = 0, detail: str = "") -> Effect:
        """Put a quantity down to a cause."""
        self.left -= quantity
        lines = self.cell.line_count
        return Effect(cause, quantity * self.rate, self.cell.where, why, lines, events, detail)


Same: TypeAlias = Callable[[Open], tuple[object, ...]]


def twins(cells: Iterable[Open]) -> Iterator[Effect]:
    """Quantities that moved whole: what one place has too much another of the same time lacks, exactly."""
    yield from _passes(list(cells), is_exact=True)


def moved(cells: Iterable[Open]) -> Iterator[Effect]:
    """Quantities that the bill has under another tier, region or meter than the events."""
    every = list(cells)
    yield from _passes(every, is_exact=False)
    inputs = [one for one in every if is_input(one.place.meter)]
    yield from _between(inputs, lambda one: (_but(one, meter="", tier=""), one.cell.start_us), CACHE, False)


def _passes(every: list[Open], *, is_exact: bool) -> Iterator[Effect]:
    inputs = [one for one in every if is_input(one.place.meter)]
    yield from _between(every, lambda one: (_but(one, tier=""), one.cell.start_us), TIER, is_exact)
    yield from _between(every, lambda one: (_but(one, region=""), one.cell.start_us), REGION, is_exact)
    yield from _between(inputs, lambda one: (_but(one, meter=""), one.cell.start_us), CACHE, is_exact)


def _but(one: Open, **changed: str) -> Place:
    return one.place._replace(**changed)


def _is_twin(one: Open, other: Open) -> bool:
    """Whether what one lacks the other has, all of it."""
    return one is not other and abs(one.left + other.left) <= one.slack + other.slack


def _between(cells: list[Open], same: Same, cause: str, is_exact: bool) -> Iterator[Effect]:
    """Net what some cells lack against what others have too much, equal amounts first (or alone)."""
    groups: dict[tuple[object, ...], list[Open]] = {}
    for one in cells:
        if not one.is_settled:
            groups.setdefault(same(one), []).append(one)
    for group in groups.values():
        froms = sorted((one for one in group if one.left < 0), key=lambda one: one.left)
        tos = sorted((one for one in group if one.left > 0), key=lambda one: -one.left)
        for away in froms:
            for to in sorted(tos, key=lambda to: not _is_twin(away, to)):
                if not away.is_settled and not to.is_settled and (not is_exact or _is_twin(away, to)):
                    yield from _move(away, to, cause)


def _move(away: Open, to: Open, cause: str) -> Iterator[Effect]:
    """Move as much as both allow; of a quantity that is rounded and one that is not, the latter counts."""
    if _is_twin(away, to):
        quantity = -away.left if away.slack <= to.slack else to.left
    else:
        quantity = min(-away.left, to.left)
    cause, why = _said(away.place, to.place, cause)
    first = away.take(-quantity, cause, why)
    second = to.take(quantity, cause, why)
    yield replace(second, usd=first.usd + second.usd, lines=max(first.lines, second.lines))


def _said(away: Place, to: Place, cause: str) -> tuple[str, str]:
    if cause == CACHE and away.meter != to.meter:
        is_cache = "cache" in away.meter + to.meter
        return CACHE if is_cache else METER, f"recorded as {away.meter}, billed as {to.meter}"
    if cause == REGION:
        return REGION, f"recorded in {away.region or 'no region'}, billed in {to.region or 'no region'}"
    return TIER, f"recorded as {away.tier}, billed as {to.tier}"
