"""What the report says tasks and workers will cost: against its own tables, and against our forecast.

The report prices a task as one price for all its tokens, so its cost follows the price of the model it is
given to. Its 98 tasks are not printed; what can be tested are the thirteen that are, and whether its
averages and shares agree with each other.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import msgspec
import numpy as np

from farthing.app.stated import FORECAST, OWN_NUMBERS, Checked, check, of_spread, over, stated
from farthing.app.stated_years import YEARS, price_in, seed_name, years_until
from farthing.estimate.answer import Range
from farthing.estimate.price_lines import HOSTED, LARGE, SMALL
from farthing.estimate.trajectory import outlook
from farthing.formulas import trajectory
from farthing.units.normal import normal_quantile

BASE_YEAR: Final = 2025
TASKS: Final[Mapping[str, str]] = {
    "faq_answering": HOSTED,
    "email_drafting": SMALL,
    "code_generation": LARGE,
    "contract_review": LARGE,
    "litigation_risk": LARGE,
}
"""The tasks whose cost the report gives by year, and the kind of model whose price each follows."""

OFTEN: Final = (
    *("ticket_classification", "faq_answering", "sentiment_analysis", "expense_categorization"),
    *("resume_screening", "inventory_anomaly", "alert_triage", "transaction_flagging"),
    *("code_generation", "po_extraction"),
)
ROLES: Final = (
    *("support", "operations_manager", "content_marketing", "service_manager", "financial_analyst", "devops"),
    *("hr_partner", "supply_analyst", "marketing_analyst", "sales", "recruiter", "counsel", "compliance"),
    "software_developer",
)
_COLUMNS: Final = ("optimal", "all_large")


class TaskCost(msgspec.Struct, frozen=True):
    """A task in a year: as stated, by its own tokens at the report's price, and at the price that we find.

    `tokens` are those that its stated cost of 2025 buys at the report's price of that year.
    """

    task: str
    kind: str
    year: int
    tokens: float
    own_tokens: float
    own: Checked
    found: Checked


def task_costs(day: date) -> tuple[TaskCost, ...]:
    """Each task in each year."""
    return tuple(_cost(task, kind, year, day) for task, kind in TASKS.items() for year in YEARS)


def claims(day: date) -> tuple[Checked, ...]:
    """What the report says of all its tasks and workers together."""
    return (*_by_role(), *_by_share(day), *_by_average(day))


def _cost(task: str, kind: str, year: int, day: date) -> TaskCost:
    tokens, own_tokens = (_tokens(task, kind, one) for one in (BASE_YEAR, year))
    said = _task(task, year)
    price, by = price_in(kind, year, day)
    own = float(trajectory.task_cost_usd(tokens, 0, stated(seed_name(kind, year)), 0))
    ends = (price.p05, price.p50, price.p95)
    found = Range(*(float(trajectory.task_cost_usd(tokens, 0, usd, 0)) for usd in ends))
    return TaskCost(
        task=task,
        kind=kind,
        year=year,
        tokens=tokens,
        own_tokens=own_tokens,
        own=check(f"{task} {year}", said, own, "USD", OWN_NUMBERS),
        found=check(f"{task} {year}", said, found, "USD", by),
    )


def _by_role() -> Iterator[Checked]:
    best, large = ([stated(f"report_{role}_{what}_usd_per_day") for role in ROLES] for what in _COLUMNS)
    total, total_large = (stated(f"report_all_roles_{what}_usd_per_day") for what in _COLUMNS)
    yield check("14 roles a day, best models", total, sum(best), "USD", OWN_NUMBERS)
    yield check("14 roles a day, all at a large one", total_large, sum(large), "USD", OWN_NUMBERS)
    ratio = stated("report_all_roles_overspend_ratio")
    yield check("large over best, all roles", ratio, total_large / total, "x", OWN_NUMBERS)
    for role, one, other in zip(ROLES, best, large, strict=True):
        found = check(role, stated(f"report_{role}_overspend_ratio"), _printed(other, one), "x", OWN_NUMBERS)
        if not found.holds:
            yield found
    worker = stated("report_worker_2025_usd_per_day")
    yield check("a worker a day, 2025", worker, total / len(ROLES), "USD", OWN_NUMBERS)
    reduced = 1 - stated("report_worker_2030_usd_per_day") / worker
    said = stated("report_worker_reduction_share")
    yield check("less a worker, 2025 to 2030", said, reduced, "share", OWN_NUMBERS)


def _by_share(day: date) -> Iterator[Checked]:
    """Tasks below a tenth of a cent: the later share from the earlier one, and how unlike tasks must be."""
    threshold = stated("report_cheap_task_threshold_usd")
    then, later = (stated(f"report_cheap_task_{year}_share") for year in (2026, 2028))
    known = {task: _often(task) for task in OFTEN} | {task: _task(task, BASE_YEAR) for task in TASKS}
    costs = np.array(list(known.values()))
    printed = float(np.mean(costs * _own_multiple(2026) < threshold))
    yield check(
        "tasks below $0.001, 2026", then, printed, "share", OWN_NUMBERS, f"{len(costs)} printed tasks"
    )
    ratio = float(np.exp(np.std(np.log(costs), ddof=1)))
    median = _median(threshold, then, ratio)
    own = float(trajectory.below_threshold_share(threshold, median * _own_multiple(2028, 2026), ratio))
    note = f"from its 55%, printed tasks a factor of {ratio:.0f} apart"
    yield check("tasks below $0.001, 2028", later, own, "share", OWN_NUMBERS, note)
    ahead = outlook(day).multiple(LARGE, years_until(2028, day))
    shares = (
        float(trajectory.below_threshold_share(threshold, median * multiple, ratio))
        for multiple in (ahead.p95, ahead.p50, ahead.p05)
    )
    yield check("tasks below $0.001, 2028", later, Range(*shares), "share", FORECAST, note)


def _by_average(day: date) -> Iterator[Checked]:
    said, threshold = stated("report_average_task_2030_usd"), stated("report_cheap_task_threshold_usd")
    five = float(np.mean([_task(task, 2030) for task in TASKS]))
    yield check("average task, 2030", said, five, "USD", OWN_NUMBERS, "its five tasks of 2030")
    ratio = _ratio_of_shares()
    median = _median(threshold, stated("report_cheap_task_2028_share"), ratio) * _own_multiple(2030, 2028)
    mean = float(trajectory.mean_task_cost_usd(median, ratio))
    note = "lognormal tasks that its shares of 2026 and 2028 need"
    yield check("average task, 2030", said, mean, "USD", OWN_NUMBERS, note)
    invocations = sum(stated(f"report_{task}_count_per_day") for task in OFTEN)
    ten = sum(stated(f"report_{task}_count_per_day") * _often(task) for task in OFTEN)
    worker, total = stated("report_worker_2030_usd_per_day"), stated("report_all_roles_optimal_usd_per_day")
    note = f"if its ten tasks were all that 14 roles do; they cost ${ten:.2f} a day of ${total:.2f}"
    yield check("average task, 2030", said, worker * len(ROLES) / invocations, "USD", OWN_NUMBERS, note)
    note = "the same of 2025, at the price of large models"
    yield check("average task, 2030", said, _scaled(total / invocations, day), "USD", FORECAST, note)
    base = stated("report_worker_2025_usd_per_day")
    yield check("a worker a day, 2030", worker, _scaled(base, day), "USD", FORECAST, note)


def _scaled(base: float, day: date) -> Range:
    """A cost of 2025 in 2030, at our prices of large models, which nearly all of it is spent on."""
    price, _ = price_in(LARGE, BASE_YEAR, day)
    then = outlook(day).price(LARGE, years_until(2030, day))
    return of_spread(then.times(base / price.p50))


def _median(threshold: float, share: float, ratio: float) -> float:
    """The median of lognormal costs of which a share lies below a threshold."""
    return threshold / ratio ** _normal(share)


def _ratio_of_shares() -> float:
    """How unlike tasks are if its prices between 2026 and 2028 take its one share to the other."""
    shares = (stated(f"report_cheap_task_{year}_share") for year in (2026, 2028))
    first, second = map(_normal, shares)
    return float(_own_multiple(2028, 2026) ** (-1 / (second - first)))


def _own_multiple(year: int, since: int = BASE_YEAR) -> float:
    return stated(seed_name(LARGE, year)) / stated(seed_name(LARGE, since))


def _printed(over_: float, under: float) -> Range:
    """A ratio of two amounts that were rounded to the cent."""
    half = 0.005
    return over(((over_ - half) / (under + half), over_ / under, (over_ + half) / max(half, under - half)))


def _tokens(task: str, kind: str, year: int) -> float:
    return float(trajectory.implied_tokens(_task(task, year), stated(seed_name(kind, year))))


def _task(task: str, year: int) -> float:
    return stated(f"report_{task}_{year}_task_usd")


def _often(task: str) -> float:
    return stated(f"report_{task}_invocation_usd")


def _normal(share: float) -> float:
    return float(normal_quantile(np.array([share]))[0])
