"""Where a budget stands: what was spent of it, exactly, what is expected, and when it is used up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal, TypeAlias

from farthing.track.account import Account, Accounts
from farthing.track.budget_outlook import Expected, Outlook, outlook, settled
from farthing.track.budget_period import first_day, last_day
from farthing.track.budget_terms import Budget, Threshold
from farthing.track.dimensions import Asked, Window
from farthing.track.spent import DOLLARS
from farthing.units.problem import InputError, Problem

Expect: TypeAlias = Callable[[Budget, datetime, date], Expected | None]
"""What makes a forecast of a budget's spend from a moment to a last day; None without any history."""
Status: TypeAlias = Literal["over", "will pass", "near", "may pass", "within", "not begun"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget on a day. Money is exact; what is expected (`outlook`) is an estimate with its range.

    `window` is the whole period, `limit_usd` has what the period before left over (`carried_usd`).
    `passed_on` is the day since which more than the limit was spent. `outlook` is None where nothing is
    known to expect from.
    """

    budget: Budget
    window: Window
    limit_usd: Fraction
    carried_usd: Fraction
    usd_per_unit: Fraction
    found: Account
    passed_on: date | None
    outlook: Outlook | None
    is_begun: bool = True

    @property
    def spent_usd(self) -> Fraction:
        """What was spent in the period so far."""
        return self.found.total_usd

    @property
    def spent_share(self) -> Fraction | None:
        """What was spent of the limit; None where the limit is nothing."""
        return self.spent_usd / self.limit_usd if self.limit_usd else None

    @property
    def is_least(self) -> bool:
        """Whether more was spent than is said, nobody knows how much."""
        return bool(self.found.spent.unpriced_events or self.found.charges.foreign)

    @property
    def is_over(self) -> bool:
        """Whether the hard limit is passed."""
        hard = self.budget.hard
        return hard is not None and hard.of == "actual" and self.has_reached(hard)

    @property
    def will_be_over(self) -> bool:
        """Whether the hard limit is expected to be passed by the end of the period."""
        hard = self.budget.hard
        if hard is None or self.outlook is None:
            return False
        return self.outlook.p50 > float(self.limit_usd * hard.share)

    @property
    def status(self) -> Status:
        """In one word or two."""
        if not self.is_begun:
            return "not begun"
        if self.is_over or self.spent_usd > self.limit_usd:
            return "over"
        if self.outlook is not None and self.outlook.p50 > self.limit_usd:
            return "will pass"
        if any(map(self.has_reached, self.budget.soft)):
            return "near"
        return "may pass" if self.outlook is not None and self.outlook.p90 > self.limit_usd else "within"

    def has_reached(self, threshold: Threshold) -> bool:
        """Whether a threshold is reached: a soft one at its share, a hard one beyond it."""
        bar = self.limit_usd * threshold.share
        if threshold.of == "forecast":
            return self.outlook is not None and 0 < self.outlook.p50 >= bar
        return self.spent_usd > bar or (not threshold.is_hard and self.spent_usd == bar > 0)


def standing(budget: Budget, accounts: Accounts, day: date, moment: datetime, expect: Expect) -> Standing:
    """Where a budget stands on a day: what was spent up to it, and what is expected from `moment` on.

    Raises InputError for a currency without a rate.
    """
    window = budget.period.at(day)
    known = Window(window.since, min(last_day(window), day) + timedelta(days=1))
    rate = _usd_per_unit(budget, accounts, min(day, last_day(window)))
    carried = _carried(budget, accounts, window, rate) if budget.is_rolled_over else Fraction(0)
    limit = Fraction(budget.amount.amount) * rate + carried
    found = _by_day(budget, accounts, known)
    passed_on = _passed_on(found, limit)
    ahead = _outlook(budget, window, moment, expect, found.total_usd, limit)
    return Standing(
        budget=budget,
        window=window,
        limit_usd=limit,
        carried_usd=carried,
        usd_per_unit=rate,
        found=found,
        passed_on=passed_on,
        outlook=ahead if ahead is None or passed_on is None else ahead.passed(passed_on),
        is_begun=day >= first_day(window),
    )


def _outlook(
    budget: Budget, window: Window, moment: datetime, expect: Expect, spent_usd: Fraction, limit_usd: Fraction
) -> Outlook | None:
    if moment.date() > last_day(window):
        return settled(spent_usd)
    expected = expect(budget, moment, last_day(window))
    return None if expected is None else outlook(expected, window, moment, spent_usd, limit_usd)


def _usd_per_unit(budget: Budget, accounts: Accounts, day: date) -> Fraction:
    """What a unit of the budget's currency is worth on a day, which holds for the whole period."""
    currency = budget.amount.currency
    rate = Fraction(1) if currency in DOLLARS else accounts.to_dollars(currency, day)
    if rate is None:
        what, fix = f"no exchange rate for {currency} is known", f"give one: --fx {currency}=RATE@DATE"
        raise InputError([Problem("currency", "error", budget.name, what, "", fix)])
    return rate


def _carried(budget: Budget, accounts: Accounts, window: Window, rate: Fraction) -> Fraction:
    """What the period before left over; nothing where the ledger begins within it."""
    before = budget.period.before(window)
    if before is None or not accounts.days or accounts.days[0] > first_day(before):
        return Fraction(0)
    spent = _by_day(budget, accounts, before).total_usd
    return max(Fraction(0), Fraction(budget.amount.amount) * rate - spent)


def _by_day(budget: Budget, accounts: Accounts, window: Window) -> Account:
    return accounts.account(Asked(("day",), budget.where, window))


def _passed_on(found: Account, limit_usd: Fraction) -> date | None:
    """The day since which more than the limit was spent; None where it is not, credits counted."""
    if found.total_usd <= limit_usd:
        return None
    total, passed = Fraction(0), None
    for (day,), usd in sorted(found.usd.items()):
        before, total = total, total + usd
        if before <= limit_usd < total:
            passed = date.fromisoformat(day)
    return passed
