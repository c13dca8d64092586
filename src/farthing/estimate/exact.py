"""An estimate without uncertainty, worked out once more in fractions: money to the last decimal.

Floats carry sixteen digits, which is enough for every range but not for a bill. Where no input is
uncertain the same formulas run on fractions; what ends is written out, what does not is rounded once.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from farthing.estimate.gather import Input
from farthing.estimate.graph import Plan
from farthing.units.spread import Spread

_PLACES: Final = 12
_DIGITS: Final = 100


def exact_values(
    steps: Plan, inputs: Mapping[str, Input], known: Mapping[str, Fraction]
) -> Mapping[str, Fraction] | None:
    """Every value of a plan as a fraction, None where an input is uncertain.

    `known` are inputs whose exact value is at hand; the others are taken as they are written.
    """
    used = {name: inputs[name] for name in steps.inputs}
    if any(isinstance(item.value, Spread) for item in used.values()):
        return None
    values = {
        name: known.get(name, Fraction(Decimal(repr(float(item.value)))))  # type: ignore[arg-type]
        for name, item in used.items()
    }
    found = steps.run(values)  # type: ignore[arg-type]  # formulas are plain arithmetic
    return {name: Fraction(value) for name, value in found.items()}  # type: ignore[arg-type]


def decimal_text(value: Fraction) -> str:
    """A fraction as a decimal: all of its digits where they end, else rounded half to even.

    >>> decimal_text(Fraction(54399, 1_000_000)), decimal_text(Fraction(1, 3))
    ('0.054399', '0.333333333333')
    """
    with localcontext() as context:
        context.prec = _DIGITS
        whole = Decimal(value.numerator) / Decimal(value.denominator)
        if not _ends(value.denominator):
            whole = whole.quantize(Decimal(1).scaleb(-_PLACES))
    text = f"{whole:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal_texts(parts: Iterable[Fraction]) -> list[str]:
    """Fractions as decimals that add up to the decimal of their sum.

    What rounding leaves goes to the largest of those that were rounded.

    >>> decimal_texts([Fraction(1, 3), Fraction(2, 3), Fraction(1, 2)])
    ['0.333333333333', '0.666666666667', '0.5']
    >>> decimal_texts([Fraction(1, 3)] * 3)
    ['0.333333333334', '0.333333333333', '0.333333333333']
    """
    listed = list(parts)
    texts = list(map(decimal_text, listed))
    rounded = [place for place, part in enumerate(listed) if not _ends(part.denominator)]
    if rounded:
        left = Fraction(decimal_text(sum(listed, Fraction(0)))) - sum(map(Fraction, texts))
        largest = max(rounded, key=lambda place: abs(listed[place]))
        texts[largest] = decimal_text(Fraction(texts[largest]) + left)
    return texts


def _ends(denominator: int) -> bool:
    """Whether a fraction in lowest terms has finitely many decimals."""
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    return denominator == 1
