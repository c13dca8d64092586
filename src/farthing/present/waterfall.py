"""From what was calculated to what was billed as a waterfall of text: a step for each cause."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from farthing.estimate.answer import Estimate, Row

_BAR = 24
_RISE, _FALL = "+", "-"


def waterfall(answer: Estimate) -> list[str]:
    """Lines of text: calculated, each cause with its amount and a bar, billed; nothing without rows."""
    steps = _steps(answer.rows)
    if not steps:
        return []
    first, last = (_amount(answer, name) for name in ("calculated_usd", "billed_usd"))
    largest = max(abs(usd) for usd in steps.values()) or Fraction(1)
    names = ["calculated", *steps, "billed"]
    amounts = [_money(first), *(_money(usd, signed=True) for usd in steps.values()), _money(last)]
    bars = ["", *(_bar(usd, largest) for usd in steps.values()), ""]
    left, right = max(map(len, names)), max(map(len, amounts))
    return [
        f"  {name:<{left}}  {amount:>{right}}  {bar}".rstrip()
        for name, amount, bar in zip(names, amounts, bars, strict=True)
    ]


def _steps(rows: Iterable[Row]) -> Mapping[str, Fraction]:
    found: dict[str, Fraction] = {}
    for row in rows:
        cause = str(row["cause"])
        found[cause] = found.get(cause, Fraction(0)) + Fraction(str(row["amount_usd"]))
    return found


def _amount(answer: Estimate, name: str) -> Fraction:
    return Fraction(answer.results[name].exact or 0)


def _money(usd: Fraction, *, signed: bool = False) -> str:
    sign = "-" if usd < 0 else _RISE if signed else ""
    return f"{sign}${float(abs(usd)):,.2f}"


def _bar(usd: Fraction, largest: Fraction) -> str:
    length = -(-abs(usd) * _BAR // largest)
    return (_FALL if usd < 0 else _RISE) * int(length)
