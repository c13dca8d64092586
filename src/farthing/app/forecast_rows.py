"""What `forecast` shows of a forecast: a row a group, a row a period, and what moves it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from farthing.app.forecast_time import told
from farthing.estimate.answer import Line, Range, Row
from farthing.track.dimensions import Asked as Asking
from farthing.track.forecast import Forecast, Quantiles
from farthing.track.projection import DRIVERS, SEASONAL_NAIVE, TRAILING_MEAN
from farthing.track.season import DAY
from farthing.track.series import Series
from farthing.track.spent import Key
from farthing.units.problem import Problem

_CENTS: Final = 6  # decimals of a forecast amount: small unit prices, and no pretense beyond
SAID: Final = {
    DRIVERS: "requests × tokens × price",
    SEASONAL_NAIVE: "the last season again",
    TRAILING_MEAN: "the mean of late",
}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A forecast, and the stretch of it that was asked for, in periods from its start."""

    asking: Asking
    known: Series
    made: Forecast
    lo: float
    hi: float
    horizon: timedelta
    problems: tuple[Problem, ...]
    bills: Mapping[Key, Mapping[date, float]]

    @property
    def billed_usd(self) -> float:
        """Bills for longer than a day that are expected again within the horizon."""
        return sum(sum(days.values()) for days in self.bills.values())

    def total(self) -> Quantiles:
        """All of it as a range."""
        return above(self.made.total(self.lo, self.hi), self.billed_usd)


def above(range_: Quantiles, usd: float) -> Quantiles:
    """A range moved up by an amount."""
    return Quantiles(*(level + usd for level in (range_.p05, range_.p10, range_.p50, range_.p90, range_.p95)))


def period_rows(ahead: Ahead) -> Iterator[Row]:
    """A row a period: what is asked of it, so that the middle ones add up to the forecast."""
    made = ahead.made
    blank = dict.fromkeys(ahead.asking.by, "")
    shown = "%Y-%m-%d" if made.step >= DAY else "%Y-%m-%d %H:%M"
    for place in range(len(made.usd_mid)):
        part = min(ahead.hi - place, 1.0) - max(min(ahead.lo - place, 1.0), 0.0)
        low, middle, high = (
            round(float(usd[place]) * part, _CENTS) for usd in (made.usd_low80, made.usd_mid, made.usd_high80)
        )
        begin = made.start + place * made.step
        bills = round(_within(ahead.bills.values(), begin, begin + made.step), _CENTS)
        low, middle, high = low + bills, middle + bills, high + bills
        yield {**blank, "start": f"{begin:{shown}}", "forecast_usd": middle, "p10_usd": low, "p90_usd": high}


def _within(bills: Iterable[Mapping[date, float]], begin: datetime, end: datetime) -> float:
    """Dollars of bills whose day begins from a moment until before another."""
    starts = ((datetime.combine(day, time(), UTC), usd) for days in bills for day, usd in days.items())
    return sum(usd for start, usd in starts if begin <= start < end)


def group_rows(ahead: Ahead) -> Iterator[Row]:
    """A row a group for the whole horizon, where groups were asked for."""
    if not ahead.asking.by:
        return
    drivers = ahead.made.drivers
    for place, key in enumerate(ahead.made.groups):
        billed_usd = sum(ahead.bills.get(key, {}).values())
        total = above(ahead.made.of_group(place, ahead.lo, ahead.hi), billed_usd)
        low, middle, high = (round(usd, _CENTS) for usd in (total.p10, total.p50, total.p90))
        row: dict[str, str | int | float | bool | None] = dict(zip(ahead.asking.by, key, strict=True))
        row |= {"start": "", "forecast_usd": middle, "p10_usd": low, "p90_usd": high}
        if ahead.made.method == DRIVERS:
            row["requests"] = round(float(drivers.requests[place].sum()))
            row["tokens_per_request"] = round(float(drivers.tokens_per_request[place]))
            row["usd_per_m_tokens"] = round(float(drivers.usd_per_token[place]) * 1e6, _CENTS)
        yield row
    for key in ahead.bills.keys() - set(ahead.made.groups):
        usd = round(sum(ahead.bills[key].values()), _CENTS)
        named = dict(zip(ahead.asking.by, key, strict=True))
        yield {**named, "start": "", "forecast_usd": usd, "p10_usd": usd, "p90_usd": usd}


def lines(ahead: Ahead) -> Iterator[Line]:
    """What moves it, and how wrong each way would have been."""
    made = ahead.made
    if usd := ahead.billed_usd:
        basis = "lines for longer than a day, a month after the last ones"
        yield Line("Bills expected again", "track.forecast.bills", Range(usd, usd, usd), basis=basis)
    late = ahead.known.total_usd[-len(made.usd_mid) :]
    whole = float(late.mean()) * (ahead.hi - ahead.lo)
    yield Line("At the pace of late", "track.forecast.pace", Range(whole, whole, whole))
    if made.method == DRIVERS:
        drivers = made.drivers
        requests = float(drivers.requests.sum() / len(made.usd_mid))
        tokens = float(drivers.tokens.sum()) / len(made.usd_mid)
        if requests:
            said = f"{requests:,.6g} requests × {tokens / requests:,.6g} tokens"
            price = float(drivers.usd.sum()) / len(made.usd_mid) / tokens * 1e6 if tokens else 0.0
            basis = f"{said} × ${price:,.4g} a million tokens, each {told(made.step)}"
            yield Line("Drivers", "track.forecast.drivers", None, basis=basis)
    for name, error in made.candidates.items():
        if error is not None:
            used = ": used" if name == made.method else ""
            basis = f"back-tested error {error:.1%} (WAPE of {told(made.tested_periods * made.step)} ahead)"
            yield Line(f"{SAID[name].capitalize()}{used}", f"track.forecast.{name}", None, basis=basis)
