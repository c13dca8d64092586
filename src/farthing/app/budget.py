"""`budget`: what was spent of each limit, what is expected by the end, and when a limit is used up."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

import msgspec

from farthing.app.asking import Asked, ask
from farthing.app.budget_alert import Alert, alerts_of
from farthing.app.budget_outbox import Outbox
from farthing.app.budget_rows import results_of, row_of
from farthing.app.budget_sending import Sender, Told
from farthing.app.budget_words import limit_of, sentence, verdict
from farthing.app.forecast_time import moment_of
from farthing.app.ledgers import account, empty, in_asked_currency, ledger_of
from farthing.app.scenario import read_text
from farthing.app.spend import accounts_of, problems_of
from farthing.app.state import folder
from farthing.estimate.answer import Estimate
from farthing.track.account import Accounts
from farthing.track.budget import Standing, standing
from farthing.track.budget_file import read_budgets
from farthing.track.budget_forecast import expected
from farthing.track.budget_terms import Budget
from farthing.track.webhook_target import Webhook
from farthing.units.currency import CURRENCIES
from farthing.units.problem import InputError, Problem, Severity

OVER = "over-budget"  # the code of a problem that ends the command line with 3
_WORST_FIRST = ("over", "will pass", "near", "may pass", "within", "not begun")


class BudgetOptions(TypedDict, total=False):
    """What `budget` may be asked."""

    file: str | list[str]
    alert: bool
    fail_on: str
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]


@dataclass(frozen=True, slots=True)
class Looked:
    """Where budgets stand at a moment, with the answer that says so and the alerts that are due."""

    answer: Estimate
    alerts: tuple[Alert, ...]
    targets: dict[str, Webhook]


def budget(**options: Unpack[BudgetOptions]) -> Estimate:
    """Where the budgets of YAML files stand: spent, limit, forecast, and the day a limit is used up.

    With `alert`, thresholds that were reached are told to their webhooks, each once. Raises InputError.
    """
    return answer(ask("budget", options))


def answer(asked: Asked) -> Estimate:
    """The standing for options that were read already."""
    looked = look(asked)
    outbox = Outbox(folder())
    if asked.question.words.get("alert") == "yes":
        told = Sender(outbox).send(looked.alerts, looked.targets)
        return with_told(looked.answer, told)
    sent = outbox.sent(looked.alerts)
    return _with(looked.answer, (_not_sent(one) for one in looked.alerts if one.alert_id not in sent))


def memorable(made: Estimate) -> Estimate:
    """An answer as it can be kept: without a day that may never come, which files cannot hold."""
    finite = {name: result for name, result in made.results.items() if math.isfinite(result.p95)}
    return msgspec.structs.replace(made, results=finite)


def look(asked: Asked, present: datetime | None = None) -> Looked:
    """Where the budgets stand on the day that was asked for, at its moment `present`. Nothing is sent.

    Without a moment it is that of the clock, and the end of a day of the past of which the ledger has
    anything.
    """
    budgets = _budgets(asked.question.many.get("file", ()))
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists() and not ledger.charges.exists():
        raise empty(ledger)
    accounts = accounts_of(asked, ledger)
    moment, day = present or moment_of(asked, accounts), asked.question.as_of
    standings = sorted(
        _standings(budgets, accounts, day, moment), key=lambda one: _WORST_FIRST.index(one.status)
    )
    fails_early = asked.question.words.get("fail_on") == "forecast"
    made = account(
        asked,
        verdict(standings),
        results_of(standings, asked.question.as_of),
        list(map(row_of, standings)),
        problems=dict.fromkeys(_problems(standings, accounts, fails_early=fails_early)),
        book=accounts.book.hash,
        main="spent_usd",
        following="farthing spend --by model,day",
    )
    alerts = tuple(
        alert
        for found in standings
        for alert in alerts_of(found, row_of(found), sentence(found), ledger.url, moment)
    )
    targets = {target.key: target for one in budgets for target in one.alerts}
    return Looked(in_asked_currency(asked, made), alerts, targets)


def with_told(made: Estimate, told: Told) -> Estimate:
    """An answer with what became of its alerts."""
    sent = (Problem("alert-sent", "note", "alert", one, "", "") for one in told.sent)
    return _with(made, (*sent, *told.problems))


def _with(made: Estimate, problems: Iterable[Problem]) -> Estimate:
    return msgspec.structs.replace(made, problems=(*made.problems, *problems))


def _budgets(files: Sequence[str]) -> list[Budget]:
    if not files:
        fix = "write one: budgets: [{name: search, where: [team=search], amount: 5000, period: month}]"
        raise InputError(
            [Problem("missing-input", "error", "budget", "no file of budgets was given", "", fix)]
        )
    return [one for path in files for one in read_budgets(read_text(path, "budget"), Path(path).name)]


def _standings(
    budgets: Iterable[Budget], accounts: Accounts, day: date, moment: datetime
) -> Iterator[Standing]:
    for one in budgets:
        yield standing(one, accounts, day, moment, partial(expected, accounts))


def _problems(standings: Sequence[Standing], accounts: Accounts, *, fails_early: bool) -> Iterator[Problem]:
    for found in standings:
        if found.is_over:
            yield _over(found)
        elif found.will_be_over:
            yield _will_be_over(found, OVER if fails_early else "will-pass-budget")
        if found.budget.amount.currency != "USD":
            yield _converted(found)
        if found.outlook is None:
            what, why = "nothing can be forecast", "the ledger has no whole day of it before this one"
            yield Problem("no-history", "note", found.budget.name, what, why, "")
        else:
            yield from (replace(doubt, where=found.budget.name) for doubt in found.outlook.doubts)
    yield from accounts.book.problems
    for found in standings:
        yield from problems_of(found.found)


def _over(found: Standing) -> Problem:
    what = f"{found.budget.hard} of {limit_of(found)} is passed"
    fix = "see what it went on: farthing spend --by model,day"
    return Problem(OVER, "error", found.budget.name, what, "", fix)


def _will_be_over(found: Standing, code: str) -> Problem:
    what = f"{found.budget.hard} of {limit_of(found)} is expected to be passed"
    severity: Severity = "error" if code == OVER else "warning"
    fix = "" if code == OVER else "end with 3 for that: --fail-on forecast"
    return Problem(code, severity, found.budget.name, what, "", fix)


def _converted(found: Standing) -> Problem:
    currency = CURRENCIES[found.budget.amount.currency]
    what = f"a {currency.name} is taken as {float(found.usd_per_unit):.6g} dollars"
    fix = f"give another rate: --fx {currency.code}=RATE@DATE"
    return Problem("currency", "note", found.budget.name, what, "limits are held against dollars", fix)


def _not_sent(alert: Alert) -> Problem:
    why, fix = f"{alert.target.shown} was not told", "it is told once in a period: --alert"
    return Problem("alert-due", "note", "alert", alert.what, why, fix)
