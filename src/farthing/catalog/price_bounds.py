"""Which prices can be believed: what a million tokens may cost, and by how much a price may jump."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from farthing.units.meters import METERS

LEAST_USD_PER_M_TOKENS: Final = Fraction(1, 10_000)
MOST_USD_PER_M_TOKENS: Final = Fraction(10_000)
LARGEST_JUMP: Final = 10
_MILLION: Final = 1_000_000


def doubt(amount: str, per: int, meter: str, usd_per_unit: Fraction, *, confirmed: bool, free: bool) -> str:
    """What is odd about a price, in words; empty where nothing is.

    Zero is a price only where it is said to be free; a price of tokens below 1e-4 or above 1e4
    dollars for a million of them only where it is confirmed.
    """
    usd = Fraction(Decimal(amount)) * usd_per_unit
    if not usd:
        return "" if free else f"{meter} costs nothing; say 'free: true' where that is so"
    if confirmed or not METERS[meter].is_tokens:
        return ""
    for_million = usd / per * _MILLION
    if for_million < LEAST_USD_PER_M_TOKENS:
        return f"{meter} costs {_said(for_million)} for a million tokens, which is less than any price so far"
    if for_million > MOST_USD_PER_M_TOKENS:
        return f"{meter} costs {_said(for_million)} for a million tokens, which is more than any price so far"
    return ""


def jumps(before: Fraction, after: Fraction) -> bool:
    """Whether one price is more than ten times the other; from or to nothing is no jump."""
    low, high = sorted((before, after))
    return 0 < low * LARGEST_JUMP < high


def _said(usd: Fraction) -> str:
    return f"${float(usd):,.6g}"
