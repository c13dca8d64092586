"""What a field expects: the kinds of quantity, each with its base unit, its bounds and a legal example."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import partial
from typing import Final

from farthing.units.measures import Dimension
from farthing.units.period import SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MONTH, SECONDS_PER_YEAR


class Kind(StrEnum):
    """What a field expects. A parsed value is in the kind's base unit, given here after the dash."""

    NUMBER = "number"  # any number
    MULTIPLE = "multiple"  # times, `8x` or `120%`
    COUNT = "count"  # whole things
    LEVEL = "level"  # a whole number that may be zero, such as a ZeRO stage
    TOKENS = "tokens"
    PARAMS = "params"
    FLOP = "flop"
    FLOP_PER_SECOND = "flop_per_second"
    BYTE = "byte"
    BYTE_PER_SECOND = "byte_per_second"
    SHARE = "share"  # 0 to 1
    DURATION = "duration"  # seconds
    GPU_HOURS = "gpu_hours"  # hours of one accelerator
    RATE_PER_DAY = "rate_per_day"
    RATE_PER_SECOND = "rate_per_second"
    POWER = "power"  # watts
    ENERGY = "energy"  # kWh
    MASS = "mass"  # kg
    MASS_PER_ENERGY = "mass_per_energy"  # kg per kWh
    MONEY = "money"
    MONEY_PER_HOUR = "money_per_hour"
    MONEY_PER_MONTH = "money_per_month"
    MONEY_PER_YEAR = "money_per_year"
    MONEY_PER_ENERGY = "money_per_energy"  # per kWh


class Floor(StrEnum):
    """How low a value may go."""

    POSITIVE = "greater than zero"
    NOT_NEGATIVE = "zero or more"
    NONE = "any number"

    def admits(self, value: float | Fraction) -> bool:
        """Whether `value` is high enough."""
        return self is Floor.NONE or value > 0 or (self is Floor.NOT_NEGATIVE and value == 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind is written and bounded.

    `phrase` and `example` appear in errors. `of` are the dimensions it may be in and `over` those it may be
    per; `of_size` and `over_size` say how large the base unit is in each. `bare`: a number alone is clear.
    """

    phrase: str
    example: str
    of: tuple[Dimension, ...] = ()
    over: tuple[Dimension, ...] = ()
    of_size: int = 1
    over_size: int = 1
    bare: bool = False
    floor: Floor = Floor.POSITIVE
    whole: bool = False


_TIME: Final = (Dimension.TIME, Dimension.GPU_TIME)
_DATA: Final = (Dimension.BYTE, Dimension.BIT)
_RATIO: Final = (Dimension.TIMES, Dimension.SHARE)
_THINGS: Final = (Dimension.COUNT, Dimension.TOKENS)
_PRICE: Final = partial(Rule, of=(Dimension.MONEY,), bare=True)

RULES: Final[Mapping[Kind, Rule]] = {
    Kind.NUMBER: Rule("a number", "0.5", _RATIO, bare=True, floor=Floor.NONE),
    Kind.MULTIPLE: Rule("a multiple", "1.5x", _RATIO, bare=True, floor=Floor.NOT_NEGATIVE),
    Kind.COUNT: Rule("a count", "512", (Dimension.COUNT, Dimension.TIMES), bare=True, whole=True),
    Kind.LEVEL: Rule("a whole number from 0", "1", bare=True, floor=Floor.NOT_NEGATIVE, whole=True),
    Kind.TOKENS: Rule("a number of tokens", "15T tokens", (Dimension.TOKENS,), bare=True),
    Kind.PARAMS: Rule("a number of parameters", "8.03B", (Dimension.PARAMS,), bare=True),
    Kind.FLOP: Rule("an amount of computing", "3.8e25 FLOP", (Dimension.FLOP,), bare=True),
    Kind.FLOP_PER_SECOND: Rule("a computing rate", "989 TFLOP/s", (Dimension.FLOP,), (Dimension.TIME,)),
    Kind.BYTE: Rule("a size in bytes", "80 GB", (Dimension.BYTE,)),
    Kind.BYTE_PER_SECOND: Rule("a data rate", "400 Gbit/s", _DATA, (Dimension.TIME,)),
    Kind.SHARE: Rule("a share", "30%", (Dimension.SHARE,), bare=True, floor=Floor.NOT_NEGATIVE),
    Kind.DURATION: Rule("a duration", "2 weeks", (Dimension.TIME,)),
    Kind.GPU_HOURS: Rule(
        "an amount of GPU-hours",
        "30.8M GPU-hours",
        (Dimension.GPU_TIME,),
        of_size=SECONDS_PER_HOUR,
        bare=True,
    ),
    Kind.RATE_PER_DAY: Rule("a rate", "5M/day", _THINGS, (Dimension.TIME,), over_size=SECONDS_PER_DAY),
    Kind.RATE_PER_SECOND: Rule("a rate", "12/s", _THINGS, (Dimension.TIME,)),
    Kind.POWER: Rule("a power", "700 W", (Dimension.POWER,)),
    Kind.ENERGY: Rule("an amount of energy", "1.5 MWh", (Dimension.ENERGY,)),
    Kind.MASS: Rule("a mass", "390 t", (Dimension.MASS,)),
    Kind.MASS_PER_ENERGY: Rule(
        "a carbon intensity", "0.37 kg/kWh", (Dimension.MASS,), (Dimension.ENERGY,), floor=Floor.NOT_NEGATIVE
    ),
    Kind.MONEY: _PRICE("an amount of money", "$5.6M"),
    Kind.MONEY_PER_HOUR: _PRICE("a rate", "$2.50/h", over=_TIME, over_size=SECONDS_PER_HOUR),
    Kind.MONEY_PER_MONTH: _PRICE("a price per month", "$299/month", over=_TIME, over_size=SECONDS_PER_MONTH),
    Kind.MONEY_PER_YEAR: _PRICE("a price per year", "$120k/year", over=_TIME, over_size=SECONDS_PER_YEAR),
    Kind.MONEY_PER_ENERGY: _PRICE(
        "a price of energy", "$0.08/kWh", over=(Dimension.ENERGY,), floor=Floor.NOT_NEGATIVE
    ),
}
"""What each kind accepts."""
