"""Exact money: a decimal amount in one currency. Two currencies meet only at a dated rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from farthing.units.currency import CURRENCIES
from farthing.units.dates import parse_date
from farthing.units.kinds import Floor, Kind
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import Quantity
from farthing.units.reading import Reader
from farthing.units.spread import Spread

# Enough for any amount that can be written: nothing is rounded unless `rounded` is called.
_EXACT: Final = Context(prec=1000, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of `currency` was worth in US dollars on `date`, and who says so."""

    currency: str
    usd_per_unit: Decimal
    date: date
    source: str


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency. Sums of two currencies raise InputError.

    >>> Money(Decimal("0.10"), "USD") + Money(Decimal("0.20"), "USD")
    Money(amount=Decimal('0.30'), currency='USD')
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        currency_of(self.currency, "currency")
        if not self.amount.is_finite():
            raise ValueError(f"money is a finite amount, got {self.amount}")

    def __add__(self, other: "Money") -> "Money":
        return Money(_EXACT.add(self.amount, self._alike(other)), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(_EXACT.subtract(self.amount, self._alike(other)), self.currency)

    def __mul__(self, factor: Decimal | int) -> "Money":
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def in_usd(self, rate: Rate) -> "Money":
        """This amount in US dollars at `rate`, which must be for this currency."""
        if rate.currency != self.currency:
            raise ValueError(f"a rate for {rate.currency} does not convert {self.currency}")
        return Money(_EXACT.multiply(self.amount, rate.usd_per_unit), "USD")

    def rounded(self) -> "Money":
        """To the currency's own decimals, half to even: done once, at the edge.

        >>> str(Money(Decimal("2.345"), "USD").rounded())
        '2.34 USD'
        """
        places = Decimal(1).scaleb(-CURRENCIES[self.currency].decimals)
        return Money(self.amount.quantize(places, context=_EXACT), self.currency)

    def _alike(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            what = f"{self.currency} and {other.currency} cannot be added"
            fix = f"Convert one first, for instance with --fx {other.currency}=RATE@DATE"
            why = "two currencies meet only at a dated exchange rate"
            raise InputError([Problem("currency", "error", "money", what, why, fix)])
        return other.amount


def currency_of(code: str, where: str) -> str:
    """The currency's code in capitals. Raises InputError for one that is not known."""
    if (upper := code.strip().upper()) in CURRENCIES:
        return upper
    fix = f"{did_you_mean(code, CURRENCIES)} Write an ISO 4217 code such as USD, EUR or GBP".strip()
    what = f"{quoted(code)} is no currency known here"
    raise InputError([Problem("currency", "error", where, what, "", fix)])


def parse_money(text: str, where: str, currency: str = "USD") -> Money:
    """An exact amount such as `$5.6M` or `12.50 EUR`; a number alone is in `currency`. Raises InputError.

    >>> str(parse_money("£1,299.95", "price"))
    '1299.95 GBP'
    """
    amounts = Reader(text, Kind.MONEY, where, Floor.NOT_NEGATIVE).amounts()
    if amounts.about or len(amounts.values) > 1:
        what, why = f"{quoted(text)} is not exact", "an exact amount is expected"
        raise InputError([Problem("not_exact", "error", where, what, why, "Write one amount such as $5.60")])
    return Money(_decimal(amounts.values[0]), amounts.currency or currency)


def parse_fx(text: str, where: str = "--fx") -> Rate:
    """A dated rate as `GBP=1.27@2026-02-10`: one pound was worth 1.27 US dollars. Raises InputError.

    >>> parse_fx("GBP=1.27@2026-02-10").usd_per_unit
    Decimal('1.27')
    """
    code, equals, rest = text.partition("=")
    number, at, day = rest.partition("@")
    if not (equals and at):
        what, why = f"{quoted(text)} is not a dated rate", "a rate needs its currency and its day"
        fix = "Write what one unit costs in dollars and when, such as GBP=1.27@2026-02-10"
        raise InputError([Problem("fx", "error", where, what, why, fix)])
    currency = currency_of(code, where)
    amounts = Reader(number, Kind.NUMBER, where, Floor.POSITIVE).amounts()
    if amounts.about or len(amounts.values) > 1:
        what, why = f"{quoted(number)} is not exact", "a rate is one number"
        fix = "Write one number, such as GBP=1.27@2026-02-10"
        raise InputError([Problem("fx", "error", where, what, why, fix)])
    return Rate(currency, _decimal(amounts.values[0]), parse_date(day, where), "given")


def in_usd(quantity: Quantity, rates: Mapping[str, Rate], where: str) -> float | Spread:
    """The value of `quantity` in US dollars, at the rate of its currency; dollars stay as they are.

    Raises InputError when there is no rate for its currency.
    """
    code = quantity.currency
    if code is None or code == "USD":
        return quantity.value
    if code not in rates:
        what, why = f"{quoted(quantity.text)} is in {code}", f"no exchange rate for {code} is known"
        raise InputError([Problem("currency", "error", where, what, why, f"Give --fx {code}=RATE@DATE")])
    factor = float(rates[code].usd_per_unit)
    value = quantity.value
    return value.times(factor) if isinstance(value, Spread) else value * factor


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
