"""In what units FOCUS counts and prices each meter, and what it calls the meter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from farthing.importers.token_keys import KINDS
from farthing.track.focus_values import is_unit
from farthing.units.meters import METERS

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """ConsumedUnit and PricingUnit, and how many of ours are one of each."""

    consumed: str
    priced: str
    per_consumed: int
    per_priced: int

    def consumed_quantity(self, quantity: int) -> Fraction:
        """ConsumedQuantity of a quantity in the meter's own unit."""
        return Fraction(quantity, self.per_consumed)

    def pricing_quantity(self, quantity: int) -> Fraction:
        """PricingQuantity of a quantity in the meter's own unit."""
        return Fraction(quantity, self.per_priced)


def _counted(plural: str, per_priced: int = 1) -> Unit:
    priced = plural if per_priced == 1 else f"{per_priced} {plural}"
    return Unit(plural, priced, 1, per_priced)


UNITS: Final[Mapping[str, Unit]] = MappingProxyType({
    "token": _counted("Tokens", _MILLION),
    "token hour": _counted("Token-Hours", _MILLION),
    "request": _counted("Requests"),
    "search": _counted("Searches", 1_000),
    "session": _counted("Sessions"),
    "message": _counted("Messages"),
    "image": _counted("Images"),
    "pixel": _counted("Pixels", _MILLION),
    "second": _counted("Seconds"),
    "character": _counted("Characters", _MILLION),
    "page": _counted("Pages", 1_000),
    "unit": _counted("Units", _MILLION),
    "gb month": _counted("GB-Months"),
    "gpu millisecond": Unit("GPU-Hours", "GPU-Hours", 3_600_000, 3_600_000),
})  # fmt: skip
"""By the units of meters."""
_TITLES: Final = {"gpu_time": "GPU Time", "request": "Requests"}


_SCALES: Final = {"": 1, "K": 1_000, "M": 1_000_000}
_NUMBERED: Final = re.compile(r"([0-9]+)([KM]?) (.+)")
_WORDS: Final = {"hrs": "Hours", "tokens": "Tokens", "gb-mo": "GB-Months", "lambda-gb-second": "GB-Seconds"}


def focus_unit(unit: str) -> str:
    """A bill's unit as FOCUS writes units; Units where it is none that can be written so.

    >>> focus_unit("1K tokens"), focus_unit("Hrs"), focus_unit("GB-Hours"), focus_unit("50%")
    ('1000 Tokens', 'Hours', 'GB-Hours', 'Units')
    """
    if (numbered := _NUMBERED.fullmatch(unit)) is not None:
        count = int(numbered[1]) * _SCALES[numbered[2]]
        unit = numbered[3] if count == 1 else f"{count} {_WORDS.get(numbered[3].lower(), numbered[3])}"
    unit = _WORDS.get(unit.lower(), unit)
    return unit if is_unit(unit) else "Units"


def unit_of(meter: str) -> Unit:
    """The units of a meter; one that is none of ours is counted in units."""
    known = METERS.get(meter)
    return UNITS[known.unit] if known is not None else _counted("Units")


def sku_meter(meter: str) -> str:
    """SkuMeter, by which people know what is metered.

    >>> sku_meter("cache_read"), sku_meter("web_search")
    ('Cache Read Input Tokens', 'Web Search')
    """
    kind = KINDS.get(meter)
    return kind.sku_meter if kind is not None else _TITLES.get(meter, meter.replace("_", " ").title())
