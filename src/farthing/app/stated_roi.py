"""`demo --roi`: what the report says of returns, recomputed: tuning against an API, hosting against an API.

Its fine-tuning box, its break-even, its table of self-hosting, capability by size, tuned against frontier by
task, the reasoning multiplier, the multiples of its verticals; then what weights of fewer bits do, and when
a call of a model beats plain code. Nothing is forced to agree.
"""

from collections.abc import Iterator
from datetime import date

import msgspec

from farthing.app.asking import today
from farthing.app.stated import OWN_NUMBERS, THE_BOOK, Checked, check, over, stated
from farthing.app.stated_code import CodeOrModel, code_or_model
from farthing.app.stated_hosting import (
    L40S_14B,
    Format,
    breakeven,
    deployments,
    formats,
    full_speed,
    throughput,
)
from farthing.app.stated_retention import (
    Worth,
    reasoning,
    retention,
    tuned_tasks,
    worth_of_reasoning,
    worth_of_tuning,
)
from farthing.app.stated_verticals import verticals
from farthing.app.tokens import tokens
from farthing.catalog.load import catalog
from farthing.estimate.answer import Range
from farthing.formulas import compare

SONNET = "claude-sonnet-4"
DAYS = 30  # the report's month


class Idle(msgspec.Struct, frozen=True):
    """One L40S with the report's 14B: what it could answer in a day, and what share of that is asked."""

    asked_tokens_per_day: float
    able_tokens_per_day: Range
    busy_share: Range
    usd_per_month: float


class StatedRoi(msgspec.Struct, frozen=True):
    """Every table, on a day."""

    as_of: str
    box: tuple[Checked, ...]
    idle: Idle
    breakeven: tuple[Checked, ...]
    deployments: tuple[Checked, ...]
    throughput: tuple[Checked, ...]
    retention: tuple[Checked, ...]
    tuned: tuple[Checked, ...]
    tuned_worth: tuple[Worth, ...]
    reasoning: tuple[Checked, ...]
    reasoning_worth: tuple[Worth, ...]
    verticals: tuple[Checked, ...]
    formats: tuple[Format, ...]
    code: tuple[CodeOrModel, ...]


def stated_roi(as_of: date | None = None) -> StatedRoi:
    """All the tables, with prices of a day; of the report's own day where none is named."""
    day = as_of or _printed()
    ends = api_ends(day)
    return StatedRoi(
        as_of=day.isoformat(),
        box=tuple(_box(ends)),
        idle=_idle(),
        breakeven=tuple(breakeven(day)),
        deployments=tuple(deployments(day)),
        throughput=tuple(throughput(day)),
        retention=tuple(retention()),
        tuned=tuple(tuned_tasks()),
        tuned_worth=tuple(worth_of_tuning(day)),
        reasoning=tuple(reasoning()),
        reasoning_worth=tuple(worth_of_reasoning(day)),
        verticals=tuple(verticals(ends)),
        formats=tuple(formats(day)),
        code=code_or_model(day),
    )


def api_ends(day: date) -> Range:
    """Thirty days of Sonnet at 5M tokens a day: all of it input, half each, all of it output."""
    found = tokens(
        model=SONNET, demand=f"{stated('report_roi_tokens_per_day'):.0f}/day", as_of=day.isoformat()
    )
    ends = [found.results[f"all_{side}_cost_per_30_days_usd"].p50 for side in ("input", "output")]
    return Range(ends[0], sum(ends) / 2, ends[1])


def _printed() -> date:
    """The first day of the month in which the report was printed, unless that is yet to come."""
    return min(date.fromisoformat(f"{catalog().seeds['report_roi_api_usd_per_month'].date}-01"), today())


def _box(ends: Range) -> Iterator[Checked]:
    """The box line by line: its sums hold, what it puts against them does not."""
    tuning, serving, data = (
        stated(f"report_{name}_usd") for name in ("finetune_14b_qlora", "roi_serving", "roi_data")
    )
    first = stated("report_roi_first_month_usd")
    said, api = stated("report_roi_saving_usd_per_month"), stated("report_roi_api_usd_per_month")
    yield check("first month", first, tuning + serving + data, "USD", OWN_NUMBERS)
    yield check("saved a month", said, api - first, "USD", OWN_NUMBERS)
    note = f"5M tokens a day, {DAYS} days, all input to all output"
    yield check("the same by API, Sonnet", api, ends, "USD", THE_BOOK, note)
    saved = over((ends.p05 - serving, ends.p95 - serving))
    yield check(
        "saved a month, at its prices", said, saved, "USD", THE_BOOK, "below 0 where the API is cheaper"
    )
    needed = over(float(compare.payback_month(tuning + data, end, serving)) for end in (ends.p05, ends.p95))
    yield check(
        "payback",
        stated("report_roi_payback_month"),
        needed,
        "month",
        THE_BOOK,
        "never where nothing is saved",
    )


def _idle() -> Idle:
    """What one L40S could answer at 750 tokens in and 250 out."""
    asked = stated("report_roi_tokens_per_day")
    speed = full_speed(L40S_14B)
    able = Range(*(each * 86_400 for each in (speed.p05, speed.p50, speed.p95)))
    busy = Range(asked / able.p95, asked / able.p50, asked / able.p05)
    return Idle(asked, able, busy, stated("report_roi_serving_usd"))
