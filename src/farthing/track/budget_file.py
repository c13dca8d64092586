"""Budgets as people write them: a YAML file whose every slip is said with its line.

    budgets:
      - name: search team
        where: [team=search]          # conditions as in --where, all of which hold; absent: everything
        amount: 5,000                 # or "£4,000", which says its currency itself
        currency: USD
        period: month                 # day, week, month, quarter, year; or from: and to:, both included
        starts: 15                    # month: its first day; quarter and year: a first day such as 04-06
        soft: [80%, forecast 100%]    # of what was spent, or of what is expected by the end
        hard: 100%                    # none: never an exit code of 3
        rollover: true                # what the period before left over is added
        alerts: [{webhook: https://..., secret_env: NAME}]

Of an alert, `webhook_env` names the variable that has its address where that is a secret itself, and
`secret_file` a file that has the key. `insecure: true` allows http:// beyond this machine.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

import msgspec

from farthing.catalog.entries import Place, Tree, to_fact
from farthing.catalog.facts import Entry, Text
from farthing.track.budget_period import LATEST_START, LONGEST_DAYS, MONTHS, Period, Repeats
from farthing.track.budget_terms import Budget, Threshold
from farthing.track.dimensions import Condition, Window
from farthing.track.webhook_target import AlertEntry, read_webhook
from farthing.track.written_file import Slips, amount, conditions, listed, share, slip, tree_of
from farthing.units.dates import parse_date
from farthing.units.money import Money
from farthing.units.problem import InputError, quoted

KEY: Final = "budgets"
_EVERYTHING: Final = "everything"
_FORECAST: Final = "forecast"
_NONE: Final = "none"


class BudgetEntry(Entry, frozen=True, kw_only=True):
    """What a file says of one budget, as it is written."""

    name: Text
    amount: Text
    where: str | tuple[str, ...] = ()
    currency: str = "USD"
    period: Literal["day", "week", "month", "quarter", "year"] | None = None
    starts: str = ""
    from_: str = msgspec.field(default="", name="from")
    to: str = ""
    soft: str | tuple[str, ...] = ()
    hard: str = "100%"
    rollover: bool = False
    alerts: tuple[AlertEntry, ...] = ()


def read_budgets(text: str, label: str) -> tuple[Budget, ...]:
    """The budgets of a file; `label` names it. Raises InputError with everything that is wrong."""
    tree, document = tree_of(text, label, (KEY,))
    entries = tree.get(KEY)
    if not isinstance(entries, list) or not entries:
        where, fix = (
            Place(label, document.lines, (KEY,)).at(),
            "write - name: ..., amount: ..., period: month",
        )
        raise InputError([slip(where, "there is no budget here", "", fix)])
    slips = Slips()
    found: dict[str, Budget] = {}
    for number, entry in enumerate(entries):
        place = Place(label, document.lines, (KEY, number))
        if (budget := _budget(entry, place, slips)) is None:
            continue
        if budget.name in found:
            slips.say(place.at("name"), f"two budgets are called {budget.name}", "names tell them apart")
        found[budget.name] = budget
    slips.done()
    return tuple(found.values())


def _budget(tree: Tree, place: Place, slips: Slips) -> Budget | None:
    entry, problems = to_fact(tree, BudgetEntry, place)
    slips.problems += problems
    if entry is None:
        return None
    money, hard = Money(Decimal(0), "USD"), None
    where: tuple[Condition, ...] = ()
    soft: tuple[Threshold, ...] = ()
    with slips.at(place.at("amount")):
        money = amount(entry.amount, entry.currency)
    with slips.at(place.at("where")):
        where = conditions(entry.where)
    with slips.at(place.at("soft")):
        soft = tuple(map(_threshold, listed(entry.soft)))
    with slips.at(place.at("hard")):
        hard = None if entry.hard == _NONE else replace(_threshold(entry.hard), is_hard=True)
    return Budget(
        name=entry.name,
        scope=", ".join(listed(entry.where)) or _EVERYTHING,
        where=where,
        amount=money,
        period=_period(entry, place, slips),
        soft=soft,
        hard=hard,
        is_rolled_over=entry.rollover,
        alerts=tuple(
            read_webhook(alert, place, ("alerts", number), slips) for number, alert in enumerate(entry.alerts)
        ),
    )


def _threshold(written: str) -> Threshold:
    first, _, rest = written.strip().partition(" ")
    return Threshold(share(rest), _FORECAST) if first == _FORECAST else Threshold(share(written))


def _period(entry: BudgetEntry, place: Place, slips: Slips) -> Period:
    if entry.from_ or entry.to:
        return _once(entry, place, slips)
    repeats = entry.period or "month"
    if not entry.starts:
        return Period(repeats)
    month, day = 1, 1
    with slips.at(place.at("starts")):
        month, day = _start(entry.starts, repeats)
    return Period(repeats, month, day)


def _once(entry: BudgetEntry, place: Place, slips: Slips) -> Period:
    if entry.period or entry.starts or not (entry.from_ and entry.to):
        fix = "write both from and to, and neither period nor starts"
        slips.say(place.at("from"), "the days of the budget are not clear", "", fix)
        return Period()
    since = until = date.min
    with slips.at(place.at("from")):
        since = parse_date(entry.from_, "from")
    with slips.at(place.at("to")):
        until = parse_date(entry.to, "to")
    if until == date.max:
        slips.say(place.at("to"), "the calendar ends there", "", "take an earlier day")
        return Period()
    if until < since:
        slips.say(place.at("to"), "the budget ends before it begins", "", "swap the two days")
    if (until - since).days > LONGEST_DAYS:
        slips.say(place.at("to"), f"the budget is for more than {LONGEST_DAYS:,} days", "", "take fewer")
        return Period()
    if entry.rollover:
        slips.say(place.at("rollover"), "there is no period before this one to roll over")
    return Period(None, once=Window(since, until + timedelta(days=1)))


def _start(written: str, repeats: Repeats) -> tuple[int, int]:
    """Month and day on which a period begins. Raises InputError."""
    month, dash, day = written.strip().partition("-")
    if repeats == "month" and not dash:
        month, day = "1", month
    elif repeats not in ("quarter", "year") or not dash:
        fix = "write a day for months (15), a first day for quarters and years (04-06)"
        raise InputError([slip("", f"a {repeats} does not start on {written}", "", fix)])
    is_day = month.isdecimal() and day.isdecimal() and len(month + day) <= len("1231")
    if not (is_day and 1 <= int(month) <= MONTHS["year"] and 1 <= int(day) <= LATEST_START):
        why = f"every month has the days 1 to {LATEST_START}"
        raise InputError([slip("", f"{quoted(written)} is no day that periods can start on", why)])
    return int(month), int(day)
