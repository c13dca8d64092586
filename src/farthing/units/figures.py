"""Numbers as people read them: rounded to what their interval supports, in a unit's usual form."""

import math
from decimal import Decimal
from typing import Final

from farthing.units.period import SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE

_SCALES: Final = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
_TIMES: Final = (("days", SECONDS_PER_DAY), ("h", SECONDS_PER_HOUR), ("min", SECONDS_PER_MINUTE), ("s", 1))
_PLAIN_TO = 1e9  # exact numbers below it are written out
_WIDEST_PLAIN = 1e15
_SMALLEST_PLAIN = 1e-4
_LABELS: Final = {
    "usd": "USD",
    "gib": "GiB",
    "kwh": "kWh",
    "watt": "W",
    "hours": "h",
    "day": "days",
    **dict.fromkeys(
        ("count", "size", "dimension", "rank", "level", "stage", "multiple", "ratio", "exponent"), ""
    ),
}
_WORD_LABELS: Final = {
    **dict.fromkeys(("mfu", "hfu", "goodput"), "share"),
    **dict.fromkeys(("tp", "pp", "vp", "cp", "dp", "ep", "pue", "tied_embeddings"), ""),
    **dict.fromkeys(("replicas", "batch"), ""),
    **dict.fromkeys(("output_tok_s", "goodput_tok_s"), "tokens/s"),
    "utilization": "share",
}
_PER_LABELS: Final = {
    "m_tokens": "M tokens",
    "m_input_tokens": "M input tokens",
    "m_output_tokens": "M output tokens",
}


def unit_label(name: str) -> str:
    """The unit that a value's name carries, as answers write it; empty for a bare number.

    >>> [unit_label(name) for name in ("cost_usd", "gpu_hours", "mfu", "rent_usd_per_gpu_hour", "tp")]
    ['USD', 'h', 'share', 'USD/gpu hour', '']
    """
    if name.startswith("cost_per_") and name.endswith("_usd"):
        return "USD"
    head, *per = name.split("_per_")
    last = head.rpartition("_")[2]
    label = _WORD_LABELS.get(head, _LABELS.get(last, last))
    return "/".join([label, *(_PER_LABELS.get(word, word.replace("_", " ")) for word in per)])


def digits_for(p05: float, p50: float, p95: float) -> int | None:
    """Significant digits that an interval supports: 2, 3 or 4, and None (all) where it is exact.

    >>> digits_for(90, 100, 130), digits_for(99, 100, 101), digits_for(5, 5, 5)
    (2, 3, None)
    """
    if p05 == p95:
        return None
    width = (p95 - p05) / abs(p50) if p50 else math.inf
    return 2 if width > 0.1 else 3 if width > 0.01 else 4


def figure(value: float, unit: str, digits: int | None = None) -> str:
    """A value in its unit: `$235,200`, `94,080 h`, `38%`, `3.8e25 flop`.

    >>> figure(235200, "USD"), figure(1234567, "USD", 2), figure(0.384, "share", 2)
    ('$235,200', '$1.2M', '38%')
    >>> figure(2.5, "USD/gpu hour"), figure(30.84e6, "h", 3), figure(3.8e25, "flop")
    ('$2.50/gpu hour', '30.8M h', '3.8e+25 flop')
    """
    if unit == "share":
        return f"{number(100 * value, digits or 4)}%"
    if unit == "USD" or unit.startswith("USD/"):
        return f"{money(value, '$', digits)}{unit[3:]}"
    return number(value, digits) + (f" {unit}" if unit else "")


def span(p05: float, p50: float, p95: float, unit: str) -> str:
    """The central 90 % of a quantity, or the quantity itself where it is exact.

    >>> span(1.2e6, 2e6, 3.1e6, "USD"), span(5, 5, 5, "h"), span(1, 2, 4, "kg/kwh")
    ('$1.2M to $3.1M', '5 h', '1 to 4 kg/kwh')
    """
    digits = digits_for(p05, p50, p95)
    if digits is None:
        return figure(p50, unit)
    low = money(p05, "$", digits) if unit.startswith("USD") else number(p05, digits)
    return f"{figure(p05, unit, digits) if unit == 'share' else low} to {figure(p95, unit, digits)}"


def duration(seconds: float, digits: int | None = 3) -> str:
    """A time in the largest unit that it fills: days at most, since months differ.

    >>> duration(45 * 86400), duration(5400), duration(0.25), duration(0)
    ('45 days', '1.5 h', '250 ms', '0 s')
    """
    for word, size in _TIMES:
        # The unit is chosen after rounding, so that 59.99 s is not shown as 60 s.
        shown = _significant(seconds / size, digits) if digits else seconds / size
        if abs(shown) >= 1:
            return f"{number(shown)} {'day' if word == 'days' and shown == 1 else word}"
    return f"{number(1000 * seconds, digits)} ms" if seconds else "0 s"


def money(value: float, symbol: str, digits: int | None = None) -> str:
    """An amount with its symbol: cents below a thousand, whole units above, all of a fraction of a dollar.

    >>> money(12.3, "$"), money(-4000, "$"), money(0.000217, "$"), money(0.0135, "$"), money(0, "$")
    ('$12.30', '-$4,000', '$0.000217', '$0.0135', '$0')
    >>> money(0.0000321, "$"), money(0.00002, "$", 2)
    ('$0.0000321', '$0.00002')
    """
    sign, size = ("-" if value < 0 else ""), abs(value)
    kept = size if digits is None else _significant(size, digits)
    if size and (1 <= size < 1000 or (0.01 <= size < 1 and _is_cents(kept))):
        cents = digits is None or kept < 10 ** (digits - 1)
        text = f"{kept:,.2f}" if cents else f"{kept:,.0f}"
        return f"{sign}{symbol}{text}"
    if 0 < size < _SMALLEST_PLAIN:
        return f"{sign}{symbol}{Decimal(f'{size:.{digits or 6}g}'):f}"
    whole = float(round(size)) if size >= 1000 and digits is None else size
    return f"{sign}{symbol}{number(whole, digits)}"


def number(value: float, digits: int | None = None) -> str:
    """A bare number: commas, M, B and T for large ones where rounded or round, powers of ten beyond that.

    >>> number(94080), number(15e12, 3), number(6.02e23), number(0.5), number(1234.5678, 2)
    ('94,080', '15T', '6.02e+23', '0.5', '1,200')
    >>> number(8e9), number(8_030_261_248)
    ('8B', '8,030,261,248')
    >>> number(123.4e6, 2), number(1.5e12, 4)
    ('120M', '1.5T')
    """
    kept = value if digits is None else _significant(value, digits)
    size = abs(kept)
    if size >= _WIDEST_PLAIN or 0 < size < _SMALLEST_PLAIN:
        return f"{kept:.{(digits or 4)}g}"
    if digits is not None or (size >= _PLAIN_TO and _significant(value, 4) == value):
        for scale, letter in _SCALES:
            if size >= scale:
                return f"{_trimmed(kept / scale)}{letter}"
    return f"{kept:,.0f}" if kept == int(kept) else _trimmed(kept)


def _is_cents(value: float) -> bool:
    return abs(100 * value - round(100 * value)) < 1e-9


def _significant(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _trimmed(value: float) -> str:
    places = max(0, 5 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{min(places, 10)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
