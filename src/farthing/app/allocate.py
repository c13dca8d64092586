"""`allocate`: shared and idle cost to teams, customers or anything else, such that it adds up to the bill."""

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.ledger_window import conditions_of, window_of
from farthing.app.ledgers import account, dollars, empty, in_asked_currency, ledger_of
from farthing.app.scenario import read_text
from farthing.app.spend import accounts_of, problems_of
from farthing.estimate.answer import Estimate, Result, Row
from farthing.estimate.exact import decimal_text, decimal_texts
from farthing.track.account import Account
from farthing.track.allocate import NOBODY, Shares, allocated
from farthing.track.allocate_costs import Costs
from farthing.track.allocate_file import read_rules
from farthing.track.allocate_terms import Rules, slug
from farthing.track.dimensions import Asked as Asking
from farthing.track.dimensions import Window
from farthing.track.shown_sums import CENTS, places_of, rounded_sums
from farthing.units.problem import InputError, Problem

NOT_SAID, IDLE = "(not said)", "(idle)"
_IDLE_ROW = "\0idle"  # no target can be called so


class AllocateOptions(TypedDict, total=False):
    """What `allocate` may be asked."""

    file: str
    since: str
    until: str
    where: str | list[str]
    round: str
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]


def allocate(**options: Unpack[AllocateOptions]) -> Estimate:
    """What usage and bills cost each team, customer ... with its share of what is common and idle.

    The file says which cost is shared and by what. Totals are those of `spend` over the same days, to the
    last decimal, and amounts that the file itself states. Raises InputError.
    """
    return answer(ask("allocate", options))


def answer(asked: Asked) -> Estimate:
    """The allocation for options that were read already."""
    rules = _rules(asked.question.words.get("file"))
    ledger = ledger_of(asked.options.get("ledger"))
    accounts = accounts_of(asked, ledger)
    is_there = ledger.events.exists() or ledger.charges.exists()
    if not is_there or not accounts.days:
        raise empty(ledger)
    window = window_of(asked)
    costs = Costs(accounts, Asking((), conditions_of(asked), window), rules)
    made = allocated(costs)
    in_cents = asked.question.words.get("round") == "cents"
    rows = _rows(made, rules, in_cents=in_cents)
    found = account(
        asked,
        _verdict(made, costs.found, rules, window),
        _results(made),
        rows,
        problems=[*accounts.book.problems, *made.problems, *problems_of(costs.found)],
        book=accounts.book.hash,
        main="total_usd",
        following=f"farthing spend --by {rules.to}",
    )
    return in_asked_currency(asked, found)


def _rules(path: str | None) -> Rules:
    if path is None:
        fix = "write one: {to: team, pools: [{name: gpus, cost: {where: [provider=x]}, share: even}]}"
        raise InputError(
            [Problem("missing-input", "error", "allocate", "no file of rules was given", "", fix)]
        )
    return read_rules(read_text(path, "allocate"), Path(path).name)


def _results(made: Shares) -> dict[str, Result]:
    parts = (made.direct_usd, made.shared_usd, made.idle_usd)
    total = made.total_usd
    results = {
        name: Result(float(usd), float(usd), float(usd), unit="USD", exact=text)
        for name, usd, text in zip(
            ("direct_usd", "shared_usd", "idle_usd"), parts, decimal_texts(parts), strict=True
        )
    }
    results["total_usd"] = dollars(total)
    if made.stated_usd:
        results["ledger_usd"] = dollars(total - made.stated_usd)
        results["stated_usd"] = dollars(made.stated_usd)
    return results


def _rows(made: Shares, rules: Rules, *, in_cents: bool) -> list[Row]:
    """A row a target, the dearest first; every column and every row adds up."""
    targets = _ordered(made)
    columns = {"direct_usd": [made.direct.get(one, Fraction(0)) for one in targets]}
    for pool, shares in made.pools.items():
        columns[f"{slug(pool)}_usd"] = [shares.get(one, Fraction(0)) for one in targets]
    if made.idle or made.idle_alone_usd:
        idle = {**made.idle, _IDLE_ROW: made.idle_alone_usd}
        columns["idle_usd"] = [idle.get(one, Fraction(0)) for one in targets]
    shown = rounded_sums(columns, CENTS if in_cents else places_of(columns))
    return [
        {
            rules.to: {NOBODY: NOT_SAID, _IDLE_ROW: IDLE}.get(target, target),
            **{name: decimal_text(cells[place]) for name, cells in shown.items()},
            "total_usd": decimal_text(sum((cells[place] for cells in shown.values()), Fraction(0))),
        }
        for place, target in enumerate(targets)
    ]


def _ordered(made: Shares) -> list[str]:
    """Targets, the dearest first; who is not said and what is idle come last."""
    total: dict[str, Fraction] = dict.fromkeys(made.direct, Fraction(0))
    for shares in (made.direct, *made.pools.values(), made.idle):
        for target, usd in shares.items():
            total[target] = total.get(target, Fraction(0)) + usd
    unnamed = [NOBODY] if NOBODY in total else []
    total.pop(NOBODY, None)
    named = sorted(total, key=lambda one: (-total[one], one))
    return [*named, *unnamed, *([_IDLE_ROW] if made.idle_alone_usd else [])]


def _verdict(made: Shares, found: Account, rules: Rules, window: Window) -> str:
    least = "at least " if found.spent.unpriced_events or found.charges.foreign else ""
    total = made.total_usd
    parts = ((made.direct_usd, "direct"), (made.shared_usd, "shared"), (made.idle_usd, "idle"))
    said = ", ".join(f"${float(usd):,.2f} {word}" for usd, word in parts if usd or word == "direct")
    name = rules.to.removeprefix("tag:")
    return f"{least}${float(total):,.2f}{_days(window)} by {name}: {said}.".capitalize()


def _days(window: Window) -> str:
    since = "" if window.since is None else f" from {window.since}"
    return since if window.until is None else f"{since} to {window.until - timedelta(days=1)}"
