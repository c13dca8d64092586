"""The rental price of an accelerator on a day: the newest row, or a stated way around its absence."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from farthing.catalog.facts import Accelerator, ProviderKind, Rental, Term
from farthing.catalog.load import Catalog
from farthing.catalog.speed import half_precision_flop_per_s
from farthing.units.problem import InputError, Problem
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

KINDS: Final[tuple[ProviderKind, ...]] = ("neocloud", "index", "marketplace", "hyperscaler")
STALE_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Rent:
    """Dollars per accelerator-hour: lowest, middle and highest of the quotes it rests on.

    `note` says what stood in for a missing price; `exact` is False when anything did.
    """

    low: float
    mid: float
    high: float
    sources: tuple[str, ...]
    confidence: str
    note: str = ""
    exact: bool = True

    @property
    def usd_per_gpu_hour(self) -> Spread:
        """Half of the mass on either side of the middle, none beyond the ends."""
        return Spread.empirical((self.low, self.mid, self.high))


def rent(facts: Catalog, accelerator: str, as_of: date, provider_kind: ProviderKind, term: Term) -> Rent:
    """What an accelerator (an id of the catalog) rents for, by the first of these rules that applies.

    1. The newest row of that kind of provider and term in force on the day. 2. Another kind of
    provider, in the order of `KINDS`. 3. The on-demand price times the usual ratio of the term.
    4. On a day before the first price, the first price. 5. The price per peak FLOP of the part that
    is nearest in speed: of its generation, else of its vendor, else of anyone. Whatever follows the
    first rule is a guess: its note says so, and from the third on its confidence is D. Raises
    InputError when none applies.
    """
    market = _Market(facts, as_of)
    kinds = (provider_kind, *(kind for kind in KINDS if kind != provider_kind))
    found = (
        market.listed(accelerator, kinds, term)
        or market.from_on_demand(accelerator, kinds, term)
        or market.earliest(accelerator, term)
        or market.from_relatives(accelerator, kinds, term)
    )
    if found is None:
        raise InputError([_unpriced(facts, accelerator, as_of)])
    return found


@dataclass(frozen=True, slots=True, order=True)
class _Relative:
    """Another part, nearest first: generation (0), vendor (1) or neither (2), then speed and memory."""

    distance: int
    speed_gap: float
    memory_gap: float
    name: str
    ratio: float


@dataclass(frozen=True, slots=True)
class _Market:
    """The rows of the catalog as they stood on a day."""

    facts: Catalog
    as_of: date

    def listed(self, part: str, kinds: tuple[ProviderKind, ...], term: Term) -> Rent | None:
        """The newest row of the first kind of provider that has one."""
        day = self.as_of.isoformat()
        for kind in kinds:
            rows = [
                row for row in self._rows(part, term) if row.provider_kind == kind and _in_force(row, day)
            ]
            if rows:
                other = f"No {kinds[0]} price is known: the {kind} price is taken"
                return self._quoted(_newest(rows), "" if kind == kinds[0] else other)
        return None

    def from_on_demand(self, part: str, kinds: tuple[ProviderKind, ...], term: Term) -> Rent | None:
        """The on-demand price times the usual ratio of the term."""
        base = None if term == "on_demand" else self.listed(part, kinds, "on_demand")
        if base is None:
            return None
        low, mid, high = self._term_ratio(term)
        note = f"No price for the term '{term}' is known: the usual ratio to the on-demand price is taken"
        return _scaled(base, (low, mid, high), note)

    def earliest(self, part: str, term: Term) -> Rent | None:
        """The first price ever, for a day before it."""
        rows = [row for row in self._rows(part, term) if _day(row.valid_from) > self.as_of.isoformat()]
        if not rows:
            return None
        first = min(rows, key=lambda row: (_day(row.valid_from), row.provider_kind))
        base = self._quoted(first, "")
        note = f"No price on {self.as_of} is known: the first one, from {first.valid_from}, is taken"
        return _scaled(base, (1.0, 1.0, 1.0), note)

    def from_relatives(self, part: str, kinds: tuple[ProviderKind, ...], term: Term) -> Rent | None:
        """The price per peak FLOP of the nearest part that has a price."""
        own = self.facts.accelerators.get(part)
        speed = half_precision_flop_per_s(own) if own else None
        if own is None or speed is None:
            return None
        for relative in sorted(self._relatives(own, speed)):
            base = self.listed(relative.name, kinds, term) or self.from_on_demand(relative.name, kinds, term)
            if base is not None:
                share = self._assumed("distant_part_share" if relative.distance else "similar_part_share")[1]
                ratio = relative.ratio
                note = f"No price is known: the price per peak FLOP of {relative.name} is taken"
                return _scaled(base, (ratio * (1 - share), ratio, ratio * (1 + share)), note)
        return None

    def _relatives(self, own: Accelerator, speed: float) -> Iterator["_Relative"]:
        for name, other in self.facts.accelerators.items():
            rate = half_precision_flop_per_s(other)
            if other is own or not rate:
                continue
            distance = (other.vendor != own.vendor) + (other.architecture != own.architecture)
            memory = abs(math.log(other.memory_byte / own.memory_byte))
            yield _Relative(distance, abs(math.log(speed / rate)), memory, name, speed / rate)

    def _rows(self, part: str, term: Term) -> list[Rental]:
        rows = self.facts.rentals.values()
        return [row for row in rows if row.accelerator == part and row.term == term and row.currency == "USD"]

    def _quoted(self, row: Rental, note: str) -> Rent:
        low, mid, high = float(row.low), float(row.mid), float(row.high)
        notes = [note] if note else []
        if low == high:
            share = self._assumed("single_quote_share")[1]
            low, high = mid * (1 - share), mid * (1 + share)
            notes.append(f"One figure is known: {share:.0%} either way is assumed")
        if (self.as_of - date.fromisoformat(_day(row.date))).days > STALE_DAYS:
            notes.append(f"The price is from {row.date}")
        return Rent(low, mid, high, row.sources, row.confidence, "; ".join(notes), exact=not note)

    def _term_ratio(self, term: Term) -> tuple[float, float, float]:
        if term == "spot":
            return self._assumed("spot_price_ratio")
        name = "one_year_discount_share" if term == "reserved_1y" else "three_year_discount_share"
        low, mid, high = self._assumed(name)
        return 1 - high, 1 - mid, 1 - low

    def _assumed(self, name: str) -> tuple[float, float, float]:
        value = parse_as(self.facts.assumptions[name].value, name, f"assumption {name}").value
        return (value.p05, value.p50, value.p95) if isinstance(value, Spread) else (value, value, value)


def _in_force(row: Rental, day: str) -> bool:
    return _day(row.valid_from) <= day and (row.valid_to is None or day <= row.valid_to)


def _newest(rows: Iterable[Rental]) -> Rental:
    return max(rows, key=lambda row: (_day(row.valid_from), row.quotes or 0))


def _day(text: str) -> str:
    """A date, a month or a year as its first day."""
    return f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10]


def _scaled(base: Rent, ratio: tuple[float, float, float], note: str) -> Rent:
    low, mid, high = ratio
    notes = "; ".join(part for part in (note, base.note) if part)
    return Rent(base.low * low, base.mid * mid, base.high * high, base.sources, "D", notes, exact=False)


def _unpriced(facts: Catalog, accelerator: str, as_of: date) -> Problem:
    part = facts.accelerators.get(accelerator)
    return Problem(
        code="unpriced",
        severity="error",
        where="accelerator",
        what=f"No rental price of {part.name if part else accelerator} is known on {as_of}",
        why="neither it nor another part of its generation has a row under rental/",
        fix="Give the price with --rate, for example --rate '$2.50/h'",
    )
