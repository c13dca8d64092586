"""What is wrong or odd in a contract, before it is laid over a book."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from farthing.catalog.price_bounds import doubt
from farthing.catalog.price_checks import LARGEST_MULTIPLE, SMALLEST_MULTIPLE, wrong_period
from farthing.pricing.contract_facts import EVERY, Agreed, AgreedPrice, Commitment, Discount
from farthing.pricing.contracts import Contract, Entered, words
from farthing.pricing.exchange import DOLLAR, Exchange
from farthing.units.currency import CURRENCIES
from farthing.units.dates import parse_date
from farthing.units.meters import METERS, read_per
from farthing.units.money import Rate
from farthing.units.problem import Problem, did_you_mean
from farthing.units.week import read_days, read_hours

_ENDLESS = "9999"
_PERCENT = "%"


def problems(contract: Contract, rates: Exchange) -> Iterator[Problem]:
    """Every error of a contract that its own text shows."""
    for entered in contract.entered:
        yield from _period(entered)
    for entered, price in contract.prices:
        yield from _meters(entered, price)
        yield from _window(entered, price)
        yield from _amounts(entered, price, rates)
    for entered, discount in contract.discounts:
        yield from _discount(entered, discount)
    for entered, commitment in contract.commitments:
        yield from _commitment(entered, commitment, rates)
    yield from _twice(contract)
    yield from _two_commitments(contract)


def rate_of(agreed: AgreedPrice | Commitment, rates: Exchange) -> Rate | None:
    """The rate at which money of an entry becomes dollars: its own, else a given or a dated one."""
    if agreed.currency == DOLLAR:
        return rates.on(DOLLAR, "") or _one_dollar()
    if agreed.usd_per_unit is not None and agreed.fx_date is not None:
        day = parse_date((agreed.fx_date + "-01-01")[:10] if len(agreed.fx_date) < 10 else agreed.fx_date, "")
        return Rate(agreed.currency, Decimal(agreed.usd_per_unit), day, "contract")
    return rates.on(agreed.currency, agreed.valid_from or "")


def multiple_of(discount: Discount) -> Decimal:
    """What remains of a price after a discount."""
    if discount.multiply is not None:
        return Decimal(discount.multiply)
    return 1 - share(discount.discount or "0")


def share(text: str) -> Decimal:
    """A share from 0 to 1 that is written as "15%" or "0.15"."""
    tidy = text.strip()
    return Decimal(tidy.removesuffix(_PERCENT).strip()) / (100 if tidy.endswith(_PERCENT) else 1)


def _one_dollar() -> Rate:
    return Rate(DOLLAR, Decimal(1), parse_date("1970-01-01", ""), "")


def _period(entered: Entered) -> Iterator[Problem]:
    entry = entered.entry
    if wrong := wrong_period(entry.valid_from or "", entry.valid_to):
        key = "valid_to" if entry.valid_to else "valid_from"
        yield entered.problem("odd-period", wrong, "", "Correct the dates.", key=key)


def _meters(entered: Entered, price: AgreedPrice) -> Iterator[Problem]:
    if bool(price.meter) != (price.amount is not None):
        missing = "amount" if price.meter else "meter"
        what = f"'{missing}' is missing"
        yield entered.problem(
            "missing-key", what, "a price is an amount for a meter", f"Add '{missing}: ...'."
        )
    elif not price.rates:
        what, fix = "There is no price in this row", "Add 'meter:' and 'amount:', or 'amounts: {input: ...}'."
        yield entered.problem("missing-key", what, "", fix)
    per = read_per(price.per)
    if per is None:
        what = f"'{price.per}' is no amount of anything that is counted"
        yield entered.problem("bad-value", what, "", "Write 1M tokens, 1K searches, image, hour.", key="per")
    for meter in price.rates:
        if meter not in METERS:
            fix = did_you_mean(meter, METERS) or f"It is one of {', '.join(METERS)}."
            yield entered.problem("unknown-meter", f"No meter is called '{meter}'", "", fix, key="meter")
        elif per is not None and METERS[meter].unit != per.unit:
            what = f"{meter} is counted by the {METERS[meter].unit}, its price is per {price.per}"
            yield entered.problem("bad-value", what, "", "Correct 'per'.", key="per")


def _window(entered: Entered, price: AgreedPrice) -> Iterator[Problem]:
    try:
        if price.window is not None:
            read_days(price.window.days)
            read_hours(price.window.hours)
    except ValueError as error:
        yield entered.problem(
            "bad-value", f"The window cannot be read: {error}", "", "Correct it.", key="window"
        )


def _amounts(entered: Entered, price: AgreedPrice, rates: Exchange) -> Iterator[Problem]:
    yield from (wrong := list(_currency(entered, price, rates)))
    per, rate = read_per(price.per), None if wrong else rate_of(price, rates)
    if per is None or rate is None:
        return
    for meter in price.rates.keys() & METERS.keys():
        amount, usd = price.rates[meter], Fraction(rate.usd_per_unit)
        odd = doubt(amount, per.count, meter, usd, confirmed=bool(price.confirm), free=price.free)
        if odd:
            why, fix = (
                "a slipped digit in a price is the commonest error of all",
                "Correct it, or add 'confirm: why'.",
            )
            yield entered.problem("odd-price", odd, why, fix, key="amount")


def _currency(entered: Entered, agreed: AgreedPrice | Commitment, rates: Exchange) -> Iterator[Problem]:
    code = agreed.currency
    if code not in CURRENCIES:
        fix = did_you_mean(code, CURRENCIES) or "Write an ISO 4217 code such as EUR."
        yield entered.problem("currency", f"'{code}' is no currency known here", "", fix, key="currency")
    elif (agreed.usd_per_unit is None) != (agreed.fx_date is None):
        missing = "fx_date" if agreed.fx_date is None else "usd_per_unit"
        yield entered.problem(
            "fx", f"'{missing}' is missing", "a rate needs its day", f"Add '{missing}: ...'."
        )
    elif agreed.usd_per_unit is not None and not Decimal(agreed.usd_per_unit):
        yield entered.problem("fx", "A currency is worth nothing", "", "Correct it.", key="usd_per_unit")
    elif rate_of(agreed, rates) is None:
        day = f" on or before {agreed.valid_from}" if agreed.valid_from else ""
        what, why = f"No exchange rate for {code}{day} is known", "an amount becomes dollars at a dated rate"
        fix = f"Add 'usd_per_unit: ...' and 'fx_date: ...', or give --fx {code}=RATE@DATE."
        yield entered.problem("fx", what, why, fix, key="currency")


def _discount(entered: Entered, discount: Discount) -> Iterator[Problem]:
    if (discount.discount is None) == (discount.multiply is None):
        what, fix = (
            "It needs either a discount or a multiple",
            "Write 'discount: 15%' or 'multiply: \"0.85\"'.",
        )
        yield entered.problem("bad-value", what, "", fix)
        return
    left = multiple_of(discount)
    if not SMALLEST_MULTIPLE <= left <= LARGEST_MULTIPLE:
        what, why = f"It multiplies prices by {left:f}", "multiples lie between 0.01 and 10"
        yield entered.problem("bad-value", what, why, "Write 15% for a share of 0.15.", key="discount")
    for meter in words(discount.meters):
        if meter not in METERS and meter != EVERY:
            fix = did_you_mean(meter, METERS) or f"It is one of {', '.join(METERS)}."
            yield entered.problem("unknown-meter", f"No meter is called '{meter}'", "", fix, key="meters")


def _commitment(entered: Entered, commitment: Commitment, rates: Exchange) -> Iterator[Problem]:
    yield from _currency(entered, commitment, rates)
    if not 0 <= share(commitment.discount) < 1:
        what = f"A discount of {commitment.discount} leaves nothing to pay"
        yield entered.problem("bad-value", what, "", "Write 15% for a share of 0.15.", key="discount")
    if commitment.valid_from is None:
        what, why = "'valid_from' is missing", "a commitment begins on a day"
        yield entered.problem("missing-key", what, why, "Add 'valid_from: ...'.")


def _twice(contract: Contract) -> Iterator[Problem]:
    """Two prices of one meter that begin on one day, alike in all else."""
    first: dict[tuple[object, ...], Entered] = {}
    for entered, price in contract.prices:
        for meter in price.rates:
            alike = (price.provider, price.model.lower(), price.tier, price.region, price.above_tokens)
            key = (meter, *alike, str(price.window), price.valid_from)
            if (before := first.setdefault(key, entered)) is not entered:
                what, why = (
                    f"{meter} has two prices from the same day on",
                    f"the first stands at {before.place.at()}",
                )
                yield entered.problem("duplicate-price", what, why, "Keep one of them.")


def _two_commitments(contract: Contract) -> Iterator[Problem]:
    for (_, one), (entered, other) in combinations(tuple(contract.commitments), 2):
        if one.provider == other.provider and _meet(one, other):
            what = f"Two commitments to {other.provider} hold at once"
            yield entered.problem(
                "duplicate-price", what, "usage counts towards one of them", "Close the first."
            )


def _meet(one: Agreed, other: Agreed) -> bool:
    starts = max(one.valid_from or "", other.valid_from or "")
    return starts < min(one.valid_to or _ENDLESS, other.valid_to or _ENDLESS)
