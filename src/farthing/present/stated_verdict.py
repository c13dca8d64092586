"""How a stated figure fares, in few words, and figures of any size beside each other."""

from farthing.app.answers import Range
from farthing.app.stated import Checked
from farthing.units.figures import figure

_NEAR = 1.25  # the factor that "about" means everywhere here


def verdict(found: Checked) -> str:
    """Holds, nearly, or by which factor the stated figure lies outside."""
    if found.holds:
        return "holds"
    word = "nearly" if 1 / _NEAR <= found.factor <= _NEAR else "outside"
    return f"{word}, {times(found.factor)}"


def times(factor: float) -> str:
    """A factor: x1.8, x0.05."""
    return f"x{figure(factor, '', 2)}"


def range_of(value: Range, unit: str) -> str:
    """A range, or the number itself where both ends are the same."""
    low, high = (amount(end, unit) for end in (value.p05, value.p95))
    return low if low == high else f"{low} to {high}"


def amount(value: float, unit: str) -> str:
    """A figure with two digits that count, dollars below a cent written out."""
    if unit == "x":
        return f"{figure(value, '', 2)}x"
    if unit == "USD" and 0 < value < 1:
        return f"${_plain(value)}"
    return figure(value, unit, None if unit == "USD" else 2)


def percent(share: float) -> str:
    """A share in whole percent: 45%, -8%."""
    return f"{round(100 * share)}%"


def _plain(value: float) -> str:
    text = f"{float(f'{value:.3g}'):.10f}".rstrip("0")
    return text if len(text.partition(".")[2]) >= 2 else f"{float(text):.2f}"
