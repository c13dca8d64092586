"""How values are named: `<what>_<unit>[_per_<unit>]`, or one of the field's own words.

A name tells its unit, so that `--set wall_clock_days="2 weeks"` can be read. Add a word here when the
field really uses it; the house tests hold every formula and every argument to these tables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from farthing.units.kinds import Kind
from farthing.units.period import (
    SECONDS_PER_DAY,
    SECONDS_PER_HOUR,
    SECONDS_PER_MONTH,
    SECONDS_PER_WEEK,
    SECONDS_PER_YEAR,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit a name carries: `size` base units of `kind`."""

    kind: Kind
    size: Fraction = Fraction(1)


_NUMBER: Final = Unit(Kind.NUMBER)
_COUNT: Final = Unit(Kind.COUNT)
_LEVEL: Final = Unit(Kind.LEVEL)
_MULTIPLE: Final = Unit(Kind.MULTIPLE)
_SHARE: Final = Unit(Kind.SHARE)
_HOUR: Final = Unit(Kind.DURATION, Fraction(SECONDS_PER_HOUR))
_DAY: Final = Unit(Kind.DURATION, Fraction(SECONDS_PER_DAY))

SUFFIXES: Final[Mapping[str, Unit]] = {
    "byte": Unit(Kind.BYTE),
    "gib": Unit(Kind.BYTE, Fraction(2**30)),
    "flop": Unit(Kind.FLOP),
    "us": Unit(Kind.DURATION, Fraction(1, 10**6)),
    "ms": Unit(Kind.DURATION, Fraction(1, 10**3)),
    "s": Unit(Kind.DURATION),
    "h": _HOUR,
    "hours": _HOUR,
    "day": _DAY,
    "days": _DAY,
    "week": Unit(Kind.DURATION, Fraction(SECONDS_PER_WEEK)),
    "month": Unit(Kind.DURATION, Fraction(SECONDS_PER_MONTH)),
    "year": Unit(Kind.DURATION, Fraction(SECONDS_PER_YEAR)),
    "usd": Unit(Kind.MONEY),
    "kwh": Unit(Kind.ENERGY),
    "watt": Unit(Kind.POWER),
    "kg": Unit(Kind.MASS),
    "share": _SHARE,
    "tokens": Unit(Kind.TOKENS),
    "params": Unit(Kind.PARAMS),
    **dict.fromkeys(("count", "size", "dimension", "rank", "sequences", "steps", "experts"), _COUNT),
    **dict.fromkeys(("stage", "level"), _LEVEL),
    **dict.fromkeys(("ratio", "multiple"), _MULTIPLE),
    **dict.fromkeys(("exponent", "loss"), _NUMBER),
}
"""Last words of a name, and what they say about its value."""

FIELD_WORDS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(("mfu", "hfu", "goodput"), _SHARE),
    **dict.fromkeys(("tp", "pp", "vp", "cp", "dp", "ep"), _COUNT),
    "pue": _MULTIPLE,
    "tied_embeddings": _LEVEL,
    "utilization": _SHARE,
    **dict.fromkeys(("replicas", "batch"), _COUNT),
    **dict.fromkeys(("output_tok_s", "goodput_tok_s"), _NUMBER),
    **dict.fromkeys(
        (
            "cost_per_request_usd",
            "cost_per_outcome_usd",
            "cost_per_day_usd",
            "cost_per_30_days_usd",
            "all_input_cost_per_30_days_usd",
            "all_output_cost_per_30_days_usd",
            "cost_per_year_usd",
        ),
        Unit(Kind.MONEY),
    ),
}
"""Names that stand as they are, without a unit word."""

RATES: Final[Mapping[str, Kind]] = {
    "byte_per_s": Kind.BYTE_PER_SECOND,
    "flop_per_s": Kind.FLOP_PER_SECOND,
    "kg_per_kwh": Kind.MASS_PER_ENERGY,
    "usd_per_kwh": Kind.MONEY_PER_ENERGY,
    "usd_per_h": Kind.MONEY_PER_HOUR,
    "usd_per_hour": Kind.MONEY_PER_HOUR,
    "usd_per_gpu_hour": Kind.MONEY_PER_HOUR,
    "usd_per_month": Kind.MONEY_PER_MONTH,
    "usd_per_year": Kind.MONEY_PER_YEAR,
    "tokens_per_example": Kind.TOKENS,
    "usd_per_example": Kind.MONEY,
    "usd_per_m_tokens": Kind.MONEY,
    "usd_per_m_input_tokens": Kind.MONEY,
    "usd_per_m_output_tokens": Kind.MONEY,
    "count_per_s": Kind.RATE_PER_SECOND,
    "count_per_day": Kind.RATE_PER_DAY,
    "tokens_per_day": Kind.RATE_PER_DAY,
    "share_per_month": Kind.SHARE,
}
"""Rates that have a kind of their own, by the end of the name; other rates are read as plain numbers."""

PER_WORDS: Final = frozenset(
    (
        *("s", "h", "hour", "day", "week", "month", "year"),
        *("kwh", "watt", "byte", "flop", "usd", "kg"),
        *("gpu", "gpu_hour", "gpu_day", "gpu_year", "node", "node_hour", "node_day", "accelerator"),
        *(
            "token",
            "m_tokens",
            "m_input_tokens",
            "m_output_tokens",
            "param",
            "parameter",
            "layer",
            "head",
            "expert",
            "dimension",
            "rank",
            "stage",
        ),
        *("sequence", "sample", "example", "image", "request", "step", "micro_batch", "word"),
        *("person", "person_month", "person_year", "failure", "save"),
    )
)
"""What a rate may be per."""

_WELL_FORMED: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def is_legal_name(name: str) -> bool:
    """Whether `name` is a field word or ends in a unit, with every `per` followed by a known word.

    >>> is_legal_name("rent_usd_per_gpu_hour"), is_legal_name("mfu"), is_legal_name("rent")
    (True, True, False)
    """
    if name in FIELD_WORDS:
        return True
    head, *per = name.split("_per_")
    if not _WELL_FORMED.fullmatch(name) or not PER_WORDS.issuperset(per):
        return False
    return head in FIELD_WORDS or head.rpartition("_")[2] in SUFFIXES


def unit_of(name: str) -> Unit:
    """The unit that the value called `name` is in; a plain number where the name does not tell.

    >>> unit_of("rent_usd_per_gpu_hour").kind, unit_of("wall_clock_days").size
    (<Kind.MONEY_PER_HOUR: 'money_per_hour'>, Fraction(86400, 1))
    """
    if name in FIELD_WORDS:
        return FIELD_WORDS[name]
    if name == "gpu_hours" or name.endswith("_gpu_hours"):
        return Unit(Kind.GPU_HOURS)
    head, *per = name.split("_per_")
    last = head.rpartition("_")[2]
    if per:
        return Unit(RATES.get("_per_".join([last, *per]), Kind.NUMBER))
    return FIELD_WORDS.get(head) or SUFFIXES.get(last, _NUMBER)
