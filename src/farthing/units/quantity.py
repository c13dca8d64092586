"""Reading quantities: "15T tokens", "$2.50/h", "2..3.5", typed by what a field expects.

A range `2..3.5` is the central 90% (see `Spread.between`; shares stay between 0 and 1, see `Spread.share`).
A number marked `~` is taken to be right within a factor of 1.25 either way, nine times in ten.
"""

from dataclasses import dataclass
from typing import Final

from farthing.units.kinds import RULES, Floor, Kind
from farthing.units.names import unit_of
from farthing.units.problem import InputError, Problem, quoted
from farthing.units.reading import Amounts, Reader
from farthing.units.spread import Spread

ABOUT: Final = 1.25
"""What `~` means: the central 90% lies within this factor either way (of the odds, for a share)."""

ABOUT_NOTE: Final = "~ is taken as right within a factor of 1.25 either way, nine times in ten"
UNIFORM_NOTE: Final = "a range that begins at 0 or ends at 100% is taken as uniform between its ends"


@dataclass(frozen=True, slots=True)
class Quantity:
    """What was read. `value` is in the base unit of `kind`, and in `currency` where it is money.

    `currency` is None when none was written. `note` says what was assumed in reading, if anything.
    """

    value: float | Spread
    kind: Kind
    currency: str | None
    text: str
    note: str = ""


def parse(text: str, kind: Kind, where: str, floor: Floor | None = None) -> float | Spread:
    """The value of `text` in the base unit of `kind`; `where` names the field in errors.

    `floor` overrides how low the kind may go. Raises InputError, also for money that is not in dollars:
    read that with `parse_quantity` and convert it at a dated rate.

    >>> parse("15T tokens", Kind.TOKENS, "--tokens")
    15000000000000.0
    >>> parse("2 weeks", Kind.DURATION, "--duration")
    1209600.0
    >>> round(parse("$2..3.5/h", Kind.MONEY_PER_HOUR, "--rate").p95, 12)
    3.5
    """
    quantity = parse_quantity(text, kind, where, floor)
    if quantity.currency not in (None, "USD"):
        why = f"{quantity.currency} becomes dollars only at a dated exchange rate"
        fix = f"Give --fx {quantity.currency}=RATE@DATE, or write dollars"
        raise InputError([Problem("currency", "error", where, f"{quoted(text)} is not in USD", why, fix)])
    return quantity.value


def parse_quantity(text: str, kind: Kind, where: str, floor: Floor | None = None) -> Quantity:
    """As `parse`, and tells the currency, the text and what was assumed. Raises InputError.

    >>> parse_quantity("£299/month", Kind.MONEY_PER_MONTH, "price").currency
    'GBP'
    """
    return _quantity(Reader(text, kind, where, floor or RULES[kind].floor))


def parse_as(text: str, name: str, where: str, floor: Floor | None = None) -> Quantity:
    """Read `text` for the value called `name`, in the unit that the name says. Raises InputError.

    A number alone is in that unit, so that `wall_clock_days` reads `30` and `30 days` alike.

    >>> parse_as("2 weeks", "wall_clock_days", "--target").value
    14.0
    """
    unit = unit_of(name)
    return _quantity(Reader(text, unit.kind, where, floor or RULES[unit.kind].floor, unit.size))


def _quantity(reader: Reader) -> Quantity:
    amounts = reader.amounts()
    value, note = _spread(reader, amounts)
    return Quantity(value, reader.kind, amounts.currency, reader.text, note)


def _spread(reader: Reader, amounts: Amounts) -> tuple[float | Spread, str]:
    low, high = float(amounts.values[0]), float(amounts.values[-1])
    if amounts.about:
        return _about(reader.kind, low), ABOUT_NOTE
    if low == high:
        return low, ""
    touches = (low == 0 and reader.floor is not Floor.NONE) or (reader.kind is Kind.SHARE and high == 1)
    if touches:
        return Spread.uniform(low, high), UNIFORM_NOTE
    return (Spread.share if reader.kind is Kind.SHARE else Spread.between)(low, high), ""


def _about(kind: Kind, value: float) -> float | Spread:
    if value == 0 or (kind is Kind.SHARE and value == 1):
        return value
    if kind is not Kind.SHARE:
        return Spread.between(*sorted((value / ABOUT, value * ABOUT)))
    odds = value / (1 - value)
    return Spread.share(odds / (odds + ABOUT), odds / (odds + 1 / ABOUT))
