"""What a compiled book holds: models by provider, how their names are known, and their dated rates.

Plain Structs that decode in a millisecond. Times are UTC in microseconds since 1970, rates are
quoted text over the count they are for, so that nothing is rounded before money is counted.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

import msgspec

FOREVER: Final = 2**62
LONG_AGO: Final = -(2**62)
STANDARD: Final = "standard"


@lru_cache(maxsize=4096)
def exact(amount: str, per: int = 1) -> Fraction:
    """A quoted amount for one unit. Prices repeat, and fractions are slow to make."""
    return Fraction(Decimal(amount)) / per


class Struct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of what the book is made of."""


class Clause(Struct, frozen=True, kw_only=True):
    """One way to know a name: the relation and its text, or several clauses together."""

    relation: str  # equals, starts_with, ends_with, contains, regex, or, and
    text: str = ""
    parts: tuple["Clause", ...] = ()


class Rate(Struct, frozen=True, kw_only=True):
    """An amount of money for a count of a meter's unit: "3.00" for 1,000,000 tokens."""

    amount: str
    per: int

    @property
    def exact(self) -> Fraction:
        """Money for one unit."""
        return exact(self.amount, self.per)


class Hours(Struct, frozen=True, kw_only=True):
    """Minutes of the week (0 is Monday 00:00 UTC) from start to end, in which a row holds."""

    spans: tuple[tuple[int, int], ...]


class Row(Struct, frozen=True, kw_only=True):
    """Rates in force from `start` until `end` for one tier, and where, when and for whom they hold.

    `owns` says that the row alone speaks for the tokens of its time: rows of a lower `layer` are
    silent then. A row of `multiply` has no rates: it is a multiple of the standard ones. Rates are
    dollars; where the source quotes another `currency`, the note says the rate of exchange.
    """

    layer: int
    tier: str = STANDARD
    region: str = ""
    start: int = LONG_AGO
    end: int = FOREVER
    hours: Hours | None = None
    above_tokens: int = 0
    bracket: bool = False
    currency: str = "USD"
    rates: Mapping[str, Rate] = {}
    owns: bool = False
    multiply: str = ""
    meters: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    date: str = ""
    confidence: str = "B"
    note: str = ""

    @property
    def dated(self) -> bool:
        """Whether the row says when it began."""
        return self.start != LONG_AGO

    def holds(self, moment: int) -> bool:
        """Whether the row is in force at a moment, hours of the day aside."""
        return self.start <= moment < self.end


class Sku(Struct, frozen=True, kw_only=True):
    """A model at a provider: its names and its rows, in order of layer, the weakest first."""

    provider: str
    model: str
    name: str = ""
    match: Clause | None = None
    names: tuple[str, ...] = ()
    launched: int = LONG_AGO
    retired: int = FOREVER
    deprecated: bool = False
    rows: tuple[Row, ...] = ()


class Promise(Struct, frozen=True, kw_only=True):
    """Spend that a contract promises to a provider: dollars for each month or year, and what it buys.

    `discount` is the share off usage ("0.15") while the promise holds.
    """

    provider: str
    usd: str
    per: str = "month"
    discount: str = "0"
    start: int = LONG_AGO
    end: int = FOREVER
    sources: tuple[str, ...] = ()
    note: str = ""


class Overlay(Struct, frozen=True, kw_only=True):
    """A file that was laid over a book: its name, its kind and a digest of what it holds."""

    label: str
    kind: str
    digest: str


class Provider(Struct, frozen=True, kw_only=True):
    """A provider: how its own name and those of its models are known, and its models."""

    id: str
    name: str = ""
    match: Clause | None = None
    model_match: Clause | None = None
    lends: tuple[str, ...] = ()  # providers whose models it resells under their names and prices
    skus: tuple[Sku, ...] = ()


PACKAGE, CATALOG, CONTRACT = 1, 2, 3  # layers; a second source lies below all
SECOND: Final = 0
LAYERS: Final = {SECOND: "second source", PACKAGE: "genai-prices", CATALOG: "catalog", CONTRACT: "contract"}
