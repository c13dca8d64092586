"""What a difference between events and a bill is put down to, and how much of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from farthing.track.dimensions import EVER, Window

MISSING: Final = "missing"
DUPLICATE: Final = "duplicate"
TIER: Final = "tier"
REGION: Final = "region"
CACHE: Final = "cache lifetime"
METER: Final = "meter"
LAG: Final = "lag"
FAILED: Final = "failed calls"
DRIFT: Final = "price drift"
DISCOUNT: Final = "discount"
CURRENCY: Final = "currency"
ROUNDING: Final = "rounding"
TAX: Final = "tax"
COMMITMENT: Final = "commitment"
ADJUSTMENT: Final = "adjustment"
NO_PRICE: Final = "no price"
NO_EVENTS: Final = "no events"
UNEXPLAINED: Final = "unexplained"
ORDER: Final[Mapping[str, int]] = MappingProxyType({
    cause: place
    for place, cause in enumerate((
        DUPLICATE, MISSING, LAG, FAILED, TIER, REGION, CACHE, METER, DRIFT, DISCOUNT, CURRENCY, ROUNDING,
        COMMITMENT, ADJUSTMENT, TAX, NO_PRICE, NO_EVENTS, UNEXPLAINED,
    ))
})  # fmt: skip
"""The order in which causes lead from what was calculated to what was billed."""


def rank(cause: str) -> int:
    """The place of a cause on the way from calculated to billed; "no events: storage" is a no-events."""
    return ORDER[cause.partition(":")[0]]


@dataclass(frozen=True, slots=True)
class Where:
    """Which part of the bill something is about; "" is not said, times are microseconds since 1970."""

    provider: str = ""
    model: str = ""
    meter: str = ""
    tier: str = ""
    region: str = ""
    start_us: int = 0
    end_us: int = 0
    service: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """A part of the difference: billed less calculated, in dollars, exactly."""

    cause: str
    usd: Fraction
    where: Where
    why: str
    lines: int = 0
    events: int = 0
    detail: str = ""  # what tells the place better than its days do, such as hours


@dataclass(slots=True)
class Reconciled:
    """What events come to, what was billed, and the effects that lead from one to the other.

    `foreign` counts lines in currencies without a rate, `others` names providers that have events and no
    line, `unpriced` models whose events have no price.
    """

    calculated_usd: Fraction = Fraction(0)
    billed_usd: Fraction = Fraction(0)
    effects: list[Effect] = field(default_factory=list)
    lines: int = 0
    foreign: dict[str, int] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    unpriced: set[tuple[str, str]] = field(default_factory=set)
    window: Window = EVER
