"""`demo --prices`: the report's prices from 2024 to 2030, recomputed beside what it says.

Years that have begun are read off the dated book, later ones are forecast from a day on by the one curve
of `formulas/trajectory.py`, with the range that past forecasts needed. Nothing is forced to agree.
"""

import math
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import msgspec

from farthing.app.asking import today
from farthing.app.stated import THE_BOOK, Checked, check, over, stated, stated_range
from farthing.app.stated_tasks import TaskCost, claims, task_costs
from farthing.app.stated_years import DAYS_PER_YEAR, KINDS, YEARS, price_in, seed_name
from farthing.catalog.load import catalog
from farthing.estimate.price_floors import FloorDecline, floor_declines
from farthing.estimate.price_lines import LARGE
from farthing.estimate.price_series import class_series
from farthing.estimate.price_survival import Survival, survival
from farthing.estimate.trajectory import LATE_INPUT, STATED, TYPICAL_INPUT, Decline, declines, outlook
from farthing.estimate.trajectory_backtest import BackTest
from farthing.formulas.trajectory import implied_decline_share_per_year, price_multiple
from farthing.units.problem import InputError, Problem

__all__ = ["LARGE", "LATE_INPUT", "TYPICAL_INPUT", "StatedDecline", "StatedPrices", "stated_prices"]


class StatedDecline(msgspec.Struct, frozen=True):
    """The yearly decline that two columns of the report's table imply; `holds` is for its own sentence."""

    kind: str
    since: int
    until: int
    implied: float
    holds: bool


class StatedPrices(msgspec.Struct, frozen=True):
    """Every table: the trajectory, what its columns imply, what was measured and tested, tasks and claims.

    `carried_decline` is the yearly decline that the forecasts carry forward. `since_report` puts prices of
    the day beside what the report's decline makes of those of its own day; empty for a day before it.
    """

    as_of: str
    prices: tuple[Checked, ...]
    implied: tuple[StatedDecline, ...]
    declines: tuple[Decline, ...]
    floors: tuple[FloorDecline, ...]
    survival: Survival
    test: BackTest
    carried_decline: float
    since_report: tuple[Checked, ...]
    tasks: tuple[TaskCost, ...]
    claims: tuple[Checked, ...]


def stated_prices(as_of: date | None = None) -> StatedPrices:
    """All the tables, with what is known on a day. Raises InputError where a kind had no price yet."""
    day = as_of or today()
    _need_prices(day)
    test = outlook(day).test
    return StatedPrices(
        as_of=day.isoformat(),
        prices=tuple(_prices(day)),
        implied=tuple(_implied()),
        declines=declines(day),
        floors=floor_declines(day),
        survival=survival(day),
        test=test,
        carried_decline=-math.expm1(sum(test.rates.values()) / len(test.rates)),
        since_report=tuple(_since_report(day)),
        tasks=task_costs(day),
        claims=claims(day),
    )


def _need_prices(day: date) -> None:
    missing = [kind for kind in KINDS if kind not in class_series(day)]
    if missing:
        what = f"on {day} no dated price of these kinds is known: {', '.join(missing)}"
        fix = "name a later day"
        raise InputError(
            [Problem("too-early", "error", "--as-of", what, "the table has all four kinds", fix)]
        )


def _prices(day: date) -> Iterator[Checked]:
    for kind in KINDS:
        for year in YEARS:
            found, by = price_in(kind, year, day)
            yield check(f"{kind} {year}", stated(seed_name(kind, year)), found, "USD", by)


def _implied() -> Iterator[StatedDecline]:
    said = stated_range(STATED)
    for kind in KINDS:
        for since, until in pairwise(YEARS):
            multiple = stated(seed_name(kind, until)) / stated(seed_name(kind, since))
            share = float(implied_decline_share_per_year(multiple, until - since))
            yield StatedDecline(kind, since, until, share, said.p05 <= round(share, 2) <= said.p95)


def _since_report(day: date) -> Iterator[Checked]:
    printed = date.fromisoformat(f"{catalog().seeds[STATED].date}-01")
    years = (day - printed).days / DAYS_PER_YEAR
    if years <= 0:
        return
    then, now, said = class_series(printed), class_series(day), stated_range(STATED)
    for kind in KINDS:
        shares = (said.p05, said.p50, said.p95)
        expected = over(float(then[kind].usd[-1] * price_multiple(share, years)) for share in shares)
        yield check(kind, expected, float(now[kind].usd[-1]), "USD", THE_BOOK)
