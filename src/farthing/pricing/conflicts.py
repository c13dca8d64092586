"""Where sources of prices disagree: what each says, which one is taken, and why.

The sources are the catalog, the package and, where there is one, LiteLLM's map. Each is asked alone
for a model by one name; names lead to a model differently in each, and a stale alias shows as a
conflict too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from farthing.pricing.book import Book
from farthing.pricing.card import Card, Moment, card
from farthing.pricing.rows import CATALOG, CONTRACT, LAYERS, PACKAGE, SECOND, STANDARD, Row, Sku
from farthing.pricing.table import week_minute

_NEVER = Card({})
_ROUNDING = Fraction(1, 10**6)


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says that a unit of a meter costs: dollars, and the row that says so."""

    layer: int
    usd: Fraction
    row: Row

    @property
    def source(self) -> str:
        """The source in words."""
        return LAYERS[self.layer]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A meter of a model for which sources differ; `chosen` is what the book takes, and `why`."""

    provider: str
    model: str
    meter: str
    said: tuple[Said, ...]
    chosen: Said
    why: str

    @property
    def ratio(self) -> Fraction:
        """The highest rate over the lowest."""
        rates = [one.usd for one in self.said]
        return max(rates) / min(rates) if min(rates) else Fraction(0)


def conflicts(book: Book, package: Book, second: Book | None, at_us: int) -> tuple[Conflict, ...]:
    """Every standard rate on which sources differ at a moment, the widest apart first.

    `book` is what prices are taken from, `package` the package alone, `second` another source alone.
    """
    alone = {PACKAGE: package} | ({SECOND: second} if second is not None else {})
    found = [
        conflict
        for provider, model in _names((book, *alone.values()))
        for conflict in _of_model(book, alone, provider, model, at_us)
    ]
    return tuple(sorted(found, key=lambda one: (-one.ratio, one.provider, one.model, one.meter)))


def _names(books: Iterable[Book]) -> Iterable[tuple[str, str]]:
    """Every provider and name that any source lists, once."""
    listed: dict[tuple[str, str], tuple[str, str]] = {}
    for book in books:
        for provider in book.providers:
            for sku in book.skus(provider).values():
                for name in (sku.model, *sku.names):
                    listed.setdefault((provider, name.lower()), (provider, name))
    return listed.values()


def _of_model(
    book: Book, alone: Mapping[int, Book], provider: str, model: str, at_us: int
) -> Iterator[Conflict]:
    sku = book.find(model, provider)
    if sku is None:
        return
    cards = {layer: _card(source.find(model, provider), at_us) for layer, source in alone.items()}
    cards[CATALOG] = _card(_only(sku, CATALOG), at_us)
    chosen = _card(sku, at_us)
    for meter, rate in chosen.rates.items():
        said = tuple(
            Said(layer, rates[meter].usd, rates[meter].row)
            for layer, rates in sorted((layer, card.rates) for layer, card in cards.items())
            if meter in rates
        )
        if _apart(one.usd for one in said):
            taken = Said(rate.row.layer, rate.usd, rate.row)
            yield Conflict(provider, model, meter, said[::-1], taken, why(taken, said))


def why(chosen: Said, said: Iterable[Said]) -> str:
    """The rule by which one source is taken and not the others, in words."""
    others = [one for one in said if one.usd != chosen.usd and one.layer != chosen.layer]
    if chosen.layer == CONTRACT:
        return "your contract overrules every list"
    if not others:
        return "it is the only one that has the model under this name"
    if chosen.row.dated and not all(one.row.dated for one in others):
        return f"{chosen.source} says since when it holds: a dated price beats an undated one"
    if chosen.layer == CATALOG:
        return "the catalog was checked row by row against its sources and fixes what the package has wrong"
    if all(one.layer == SECOND for one in others):
        return "the package reads the vendors' own lists, the map is kept by others and has no dates"
    return f"{chosen.source} comes before {_listed(others)}"


def _apart(rates: Iterable[Fraction]) -> bool:
    """Whether rates differ by more than a map's rounding of thirds."""
    ordered = sorted(rates)
    return bool(ordered) and ordered[-1] - ordered[0] > ordered[-1] * _ROUNDING


def _listed(others: Iterable[Said]) -> str:
    return " and ".join(dict.fromkeys(one.source for one in others))


def _card(sku: Sku | None, at_us: int) -> Card:
    if sku is None or not sku.rows:
        return _NEVER
    return card(sku, Moment(at_us, week_minute(at_us), STANDARD))


def _only(sku: Sku, layer: int) -> Sku:
    return msgspec.structs.replace(sku, rows=tuple(row for row in sku.rows if row.layer == layer))
