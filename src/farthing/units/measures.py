"""The unit words people write, what they measure, and how large they are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from farthing.units.currency import CURRENCIES, SYMBOLS
from farthing.units.period import (
    SECONDS_PER_DAY,
    SECONDS_PER_HOUR,
    SECONDS_PER_MINUTE,
    SECONDS_PER_MONTH,
    SECONDS_PER_WEEK,
    SECONDS_PER_YEAR,
)


class Dimension(StrEnum):
    """What a unit measures; the value is the word that errors use."""

    COUNT = "things"
    TIMES = "a multiple"
    TOKENS = "tokens"
    PARAMS = "parameters"
    FLOP = "computing"
    BYTE = "bytes"
    BIT = "bits"
    SHARE = "a share"
    TIME = "time"
    GPU_TIME = "accelerator time"
    POWER = "power"
    ENERGY = "energy"
    MASS = "mass"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Measure:
    """One unit: its dimension, its size in that dimension's base unit, its currency if it is money."""

    dimension: Dimension
    size: Fraction = Fraction(1)
    currency: str | None = None


# A scale is a whole word or one letter, and stands before the unit. In lower case `m` is a million too,
# except where a duration is expected: there `m` is minutes, because units are tried before scales.
SCALES: Final[Mapping[str, int]] = {
    **dict.fromkeys(("k", "K", "thousand"), 10**3),
    **dict.fromkeys(("m", "M", "mn", "million"), 10**6),
    **dict.fromkeys(("b", "B", "bn", "billion"), 10**9),
    **dict.fromkeys(("t", "T", "tn", "trillion"), 10**12),
    "ki": 2**10,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
}

_DECIMAL: Final = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15,
                   "E": 10**18, "Z": 10**21, "Y": 10**24}  # fmt: skip
_BINARY: Final = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}

_SECONDS: Final[Mapping[str, Fraction]] = {
    **dict.fromkeys(("us", "µs", "microsecond", "microseconds"), Fraction(1, 10**6)),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), Fraction(1, 10**3)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Fraction(1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), Fraction(SECONDS_PER_MINUTE)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), Fraction(SECONDS_PER_HOUR)),
    **dict.fromkeys(("d", "day", "days"), Fraction(SECONDS_PER_DAY)),
    **dict.fromkeys(("w", "wk", "week", "weeks"), Fraction(SECONDS_PER_WEEK)),
    **dict.fromkeys(("mo", "month", "months"), Fraction(SECONDS_PER_MONTH)),
    **dict.fromkeys(("y", "yr", "year", "years"), Fraction(SECONDS_PER_YEAR)),
}

_ACCELERATOR_WORDS: Final = ("gpu", "accelerator", "chip", "device")

_NOUNS: Final[Mapping[Dimension, tuple[str, ...]]] = {
    Dimension.COUNT: (
        *_ACCELERATOR_WORDS, "gpus", "accelerators", "chips", "devices", "card", "cards", "node", "nodes",
        "layer", "layers", "head", "heads", "expert", "experts", "sequence", "sequences", "sample", "samples",
        "example", "examples", "image", "images", "row", "rows", "step", "steps", "epoch", "epochs",
        "request", "requests", "req", "query", "queries", "call", "calls", "event", "events", "user", "users",
        "customer", "customers", "people", "person", "document", "documents",
    ),
    Dimension.TIMES: ("x", "×", "times"),
    Dimension.TOKENS: ("token", "tokens", "tok", "toks"),
    Dimension.PARAMS: ("param", "params", "parameter", "parameters", "weight", "weights"),
}  # fmt: skip


def _nouns() -> Iterator[tuple[str, Measure]]:
    for dimension, words in _NOUNS.items():
        yield from ((word, Measure(dimension)) for word in words)


def _times() -> Iterator[tuple[str, Measure]]:
    for word, seconds in _SECONDS.items():
        yield word, Measure(Dimension.TIME, seconds)
        for accelerator in _ACCELERATOR_WORDS:
            yield f"{accelerator} {word}", Measure(Dimension.GPU_TIME, seconds)


def _prefixed() -> Iterator[tuple[str, Measure]]:
    for prefix, size in _DECIMAL.items():
        for word in ("FLOP", "FLOPs", "flop", "flops"):
            yield prefix + word, Measure(Dimension.FLOP, Fraction(size))
        for word in ("bit", "bits", "b"):
            yield prefix + word, Measure(Dimension.BIT, Fraction(size, 8))
        for word in ("W", "watt", "watts"):
            yield prefix + word, Measure(Dimension.POWER, Fraction(size))
        yield f"{prefix}Wh", Measure(Dimension.ENERGY, Fraction(size, 1000))
    for prefix, size in (_DECIMAL | _BINARY).items():
        # `gb` in lower case is common and means bytes; `Gb` means bits, and is taken as such.
        yield f"{prefix}B", Measure(Dimension.BYTE, Fraction(size))
        if prefix:
            yield f"{prefix.lower()}b", Measure(Dimension.BYTE, Fraction(size))
    yield from ((word, Measure(Dimension.BYTE)) for word in ("byte", "bytes"))


def _rest() -> Iterator[tuple[str, Measure]]:
    yield from ((word, Measure(Dimension.SHARE, Fraction(1, 100))) for word in ("%", "percent", "pct"))
    yield "kwh", Measure(Dimension.ENERGY)
    yield "g", Measure(Dimension.MASS, Fraction(1, 1000))
    for suffix in ("", " co2", " co2e", "co2", "co2e"):
        yield f"kg{suffix}", Measure(Dimension.MASS)
        yield f"t{suffix}", Measure(Dimension.MASS, Fraction(1000))
    yield from ((word, Measure(Dimension.MASS, Fraction(1000))) for word in ("tonne", "tonnes"))


def _monies() -> Iterator[tuple[str, Measure]]:
    for code in CURRENCIES:
        yield code.lower(), Measure(Dimension.MONEY, currency=code)
    for symbol, code in SYMBOLS.items():
        yield symbol, Measure(Dimension.MONEY, currency=code)
    yield from ((word, Measure(Dimension.MONEY, currency="USD")) for word in ("dollar", "dollars"))
    yield from ((word, Measure(Dimension.MONEY, Fraction(1, 100), "USD")) for word in ("cent", "cents", "¢"))


def _gather(*sources: Iterable[tuple[str, Measure]]) -> Mapping[str, tuple[Measure, ...]]:
    table: dict[str, tuple[Measure, ...]] = {}
    for source in sources:
        for word, measure in source:
            table[word] = (*table.get(word, ()), measure)
    return table


RATES: Final[Mapping[str, tuple[str, str]]] = {
    prefix + rate: (prefix + amount, "s")
    for prefix in _DECIMAL
    for rate, amount in (("bps", "b"), ("Bps", "B"), ("FLOPS", "FLOP"))
}
"""Rates written as one word, taken apart: `Gbps` is `Gb` per `s`."""

MEASURES: Final = _gather(_nouns(), _times(), _prefixed(), _rest(), _monies())


def measures(word: str) -> tuple[Measure, ...]:
    """What `word` can mean, by exact case first; words longer than a letter in any case.

    >>> [measure.dimension.name for measure in measures("GPU-hours")]
    ['GPU_TIME']
    >>> measures("furlongs")
    ()
    """
    written = " ".join(word.replace("-", " ").split())
    return MEASURES.get(written) or (MEASURES.get(written.lower(), ()) if len(written) > 1 else ())


def measure_of(word: str, dimensions: Iterable[Dimension]) -> Measure | None:
    """The meaning of `word` that has one of these dimensions, the first listed winning."""
    meanings = {measure.dimension: measure for measure in reversed(measures(word))}
    return next((meanings[dimension] for dimension in dimensions if dimension in meanings), None)
