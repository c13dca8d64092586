"""Lines that give nothing but money for several kinds of use: what can be proved of them by sums alone.

Each thing that may have happened to a line changes what the book asks for it by a known amount: all writes
to a cache billed at the other lifetime, reads billed as input, a tier billed as another, the prices of
another date. Some few of them together that come out as billed, to the last digit that is printed, are
believed; of an amount that none of them makes, only its sign is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from farthing.track.reconcile.bill import day_at
from farthing.track.reconcile.causes import CACHE, DRIFT, DUPLICATE, TIER
from farthing.track.reconcile.cells import Kind, Sum
from farthing.track.reconcile.open_cells import Open
from farthing.track.reconcile.parts import Rates
from farthing.track.reconcile.prices import TIERS

_AT_ONCE: Final = 3
_MOST_DATES: Final = 6
_REBILLED: Final = (
    ("cache_write_5m", "cache_write_1h"),
    ("cache_write_1h", "cache_write_5m"),
    ("cache_read", "input"),
    ("cache_write_5m", "input"),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """Something that may have happened to a line: by how much it changes what the book asks."""

    cause: str
    usd: Fraction
    why: str


def explained(guesses: Sequence[Guess], usd: Fraction, slack: Fraction) -> tuple[Guess, ...] | None:
    """The fewest guesses that come to an amount within the slack; None where none do, or several."""
    for count in range(1, _AT_ONCE + 1):
        fits = [
            some
            for some in combinations(guesses, count)
            if abs(sum((one.usd for one in some), Fraction(0)) - usd) <= slack
        ]
        if fits:
            return fits[0]
    return None


def guesses_of(one: Open, twice: dict[Kind, Sum], rates: Rates) -> list[Guess]:
    """What may have happened to a line, each with its amount."""
    kinds = {
        kind: Sum(total.quantity - again.quantity, total.usd - again.usd)
        for kind, total in one.cell.sums.items()
        for again in [twice.get(kind, Sum())]
    }
    found = [*_rebilled(one, kinds, rates), *_tiers(one, kinds, rates), *_dates(one, kinds, rates)]
    if again := sum((total.usd for total in twice.values()), Fraction(0)):
        found.append(Guess(DUPLICATE, again, "events that look alike are billed each"))
    return [guess for guess in found if guess.usd]


def _rebilled(one: Open, kinds: dict[Kind, Sum], rates: Rates) -> Iterator[Guess]:
    for away, to in _REBILLED:
        usd = sum(
            (_as(one, kind, total, rates, meter=to) for kind, total in kinds.items() if kind.meter == away),
            Fraction(0),
        )
        yield Guess(CACHE, usd, f"recorded as {away}, billed as {to}")


def _tiers(one: Open, kinds: dict[Kind, Sum], rates: Rates) -> Iterator[Guess]:
    for away in {kind.tier for kind in kinds}:
        for to in TIERS:
            if to != away:
                usd = sum(
                    (
                        _as(one, kind, total, rates, tier=to)
                        for kind, total in kinds.items()
                        if kind.tier == away
                    ),
                    Fraction(0),
                )
                yield Guess(TIER, usd, f"recorded as {away}, billed as {to}")


def _dates(one: Open, kinds: dict[Kind, Sum], rates: Rates) -> Iterator[Guess]:
    place = one.place
    for start in rates.changes(place.provider, place.model)[:_MOST_DATES]:
        for moment, word in ((start, "from"), (start - 1, "until")):
            usd = sum((_as(one, kind, total, rates, at=moment) for kind, total in kinds.items()), Fraction(0))
            yield Guess(DRIFT, usd, f"billed at the book's prices {word} {day_at(start)}")


def _as(
    one: Open, kind: Kind, total: Sum, rates: Rates, *, meter: str = "", tier: str = "", at: int | None = None
) -> Fraction:
    """By how much a kind of use costs another amount under another meter or tier or at another date."""
    start = one.cell.start_us
    usual = rates.rate(one.place.provider, kind.model, kind.meter, kind.tier, start)
    other = rates.rate(
        one.place.provider, kind.model, meter or kind.meter, tier or kind.tier, start if at is None else at
    )
    return total.usd * (other / usual - 1) if usual and other is not None else Fraction(0)
