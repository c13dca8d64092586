"""Values of an answer as words: rounded to what their interval supports, with any currency's twin."""

from farthing.estimate.answer import Estimate, Range, Result
from farthing.units.currency import CURRENCIES
from farthing.units.figures import digits_for, figure, money, span

_USD = "_usd"
NINE_IN_TEN = "nine times in ten"


def middle(value: Range, unit: str) -> str:
    """The median, in as many digits as the interval supports."""
    return figure(value.p50, unit, digits_for(value.p05, value.p50, value.p95))


def interval(value: Range, unit: str) -> str:
    """The central 90 %, empty where the value is exact."""
    return "" if value.is_exact else span(value.p05, value.p50, value.p95, unit)


def result_words(answer: Estimate, name: str) -> tuple[str, str, str]:
    """Median, interval, and the median in the other currency where there is one."""
    result = answer.results[name]
    if result.name is not None:
        return result.name, f"in {middle(result, result.unit)} of the draws", ""
    return middle(result, result.unit), interval(result, result.unit), twin(answer.results.get(_bare(name)))


def twin(amount: Result | None) -> str:
    """An amount in the other currency."""
    if amount is None or amount.currency is None:
        return ""
    known = CURRENCIES.get(amount.currency)
    symbol = known.symbol if known else f"{amount.currency} "
    return money(amount.p50, symbol, digits_for(amount.p05, amount.p50, amount.p95))


def own_results(answer: Estimate) -> list[str]:
    """Names of the results without the twins in another currency."""
    return [name for name, result in answer.results.items() if result.currency is None]


def sentence(text: str) -> str:
    """Text that begins with a capital."""
    return text[:1].upper() + text[1:]


def _bare(name: str) -> str:
    return name.removesuffix(_USD) if name.endswith(_USD) else ""
