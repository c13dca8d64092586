"""What a model costs on a day, for people to read: every way of asking for it, and every change."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np
import numpy.typing as npt

from farthing.pricing.book import Book
from farthing.pricing.card import ANY, Card, Moment, card
from farthing.pricing.rows import STANDARD, Hours, Row, Sku
from farthing.pricing.windows import WEEK_MINUTES, mask
from farthing.units.meters import METERS

Minutes = npt.NDArray[np.bool_]  # which minutes of the week
_QUOTED = {  # what a price of a unit is quoted for
    "token": (1_000_000, "1M tokens"),
    "token hour": (1_000_000, "1M tokens for an hour"),
    "character": (1_000_000, "1M characters"),
    "pixel": (1_000_000, "1M pixels"),
    "second": (3600, "hour"),
    "search": (1000, "1K searches"),
    "request": (1000, "1K requests"),
    "page": (1000, "1K pages"),
    "message": (1000, "1K messages"),
    "unit": (1_000_000, "1M units"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask for a model: a tier, a length of input, hours, a region; and its rates then."""

    tier: str
    region: str
    above_tokens: int
    hours: Hours | None
    card: Card


def ways(sku: Sku, at_us: int, tier: str = "", region: str = "") -> tuple[Way, ...]:
    """Every way to ask for a model at a moment whose rates differ from the plain one, that one first."""
    held = [row for row in sku.rows if row.holds(at_us)]
    every_tier = dict.fromkeys((STANDARD, *(row.tier for row in held if row.tier != ANY)))
    tiers = (tier,) if tier else tuple(every_tier)
    regions = (region,) if region else ("", *sorted({row.region for row in held} - {""}))
    lengths = sorted({0, *(row.above_tokens for row in held if not row.bracket)})
    kinds = _kinds_of_hours(row.hours for row in held if row.hours is not None)
    found: list[Way] = []
    for one_tier, one_region, above in product(tiers, regions, lengths):
        asked = Moment(at_us, 0, one_tier, one_region, above + 1 if above else 0)
        for hours, rates in _by_hours(sku, asked, kinds):
            _add(found, Way(one_tier, one_region, above, hours, rates))
    return tuple(found)


def changes(sku: Sku, tier: str = "") -> tuple[Row, ...]:
    """Every row of a model, oldest first; those without a date stand before all others."""
    rows = [row for row in sku.rows if not tier or row.tier in (tier, ANY)]
    return tuple(sorted(rows, key=lambda row: (row.start, row.layer, row.tier, row.above_tokens)))


def hosts(book: Book, name: str) -> tuple[tuple[Sku, ...], tuple[Sku, ...]]:
    """The models to show for a name, and further hosts of it: all are shown where nobody makes it."""
    found = book.candidates(name)
    if found and found[0].provider in book.makers(found[0].model):
        return found[:1], found[1:]
    return found, ()


def quoted(meter: str, usd: Fraction) -> tuple[Fraction, str]:
    """A price of one unit as it is usually quoted: dollars, and for how much."""
    count, per = _QUOTED.get(METERS[meter].unit, (1, METERS[meter].unit))
    return usd * count, per


def _add(found: list[Way], way: Way) -> None:
    """Keep a way that costs something else than those before it; of several alike the plainest."""
    prices = _prices(way.card)
    if not found or (prices and all(prices != _prices(known.card) for known in found)):
        found.append(way)


def _prices(card: Card) -> dict[str, tuple[Fraction, int, Fraction | None]]:
    return {meter: (rate.usd, rate.above_tokens, rate.beyond) for meter, rate in card.rates.items()}


def _kinds_of_hours(every: Iterable[Hours]) -> list[Minutes]:
    """The minutes of the week at which the same hours hold, those at which none does first."""
    masks = [mask(hours) for hours in dict.fromkeys(every)]
    if not masks:
        return [np.ones(WEEK_MINUTES, dtype=bool)]
    _, codes = np.unique(np.stack(masks), axis=1, return_inverse=True)
    return [codes.reshape(-1) == code for code in range(int(codes.max()) + 1)]


def _by_hours(sku: Sku, asked: Moment, kinds: Sequence[Minutes]) -> Iterator[tuple[Hours | None, Card]]:
    """Each card of a week and its hours, None where it holds all week."""
    cards: list[tuple[Minutes, Card]] = []
    for minutes in kinds:
        rates = card(sku, replace(asked, minute=int(np.argmax(minutes))))
        alike = next((held for held, known in cards if _prices(known) == _prices(rates)), None)
        if alike is None:
            cards.append((minutes.copy(), rates))
        else:
            alike |= minutes
    for minutes, rates in cards:
        yield (None if len(cards) == 1 else _spans(minutes)), rates


def _spans(minutes: Minutes) -> Hours:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], minutes, [False])).astype(np.int8)))
    return Hours(spans=tuple((int(start), int(end)) for start, end in edges.reshape(-1, 2)))
