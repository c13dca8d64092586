"""`reconcile`: what events cost against what was billed, and why they differ."""

import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final, TypedDict, Unpack

from farthing.app.asking import Asked, ask, now
from farthing.app.bill_files import BillFiles, bill_files
from farthing.app.ledger_import import bring_in
from farthing.app.ledger_window import conditions_of, window_of
from farthing.app.ledgers import account, count, dollars, empty, in_asked_currency, ledger_of
from farthing.app.reconcile_rows import DIMENSIONS, rows_of
from farthing.app.spend import accounts_of
from farthing.estimate.answer import Estimate, Result
from farthing.importers import mapped, registry
from farthing.importers.format import Format
from farthing.ledger.engine import engine
from farthing.ledger.store import Ledger
from farthing.track.account import Accounts
from farthing.track.dimensions import Asked as Question
from farthing.track.reconcile.causes import UNEXPLAINED, Reconciled
from farthing.track.reconcile.solve import Reconciliation
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

_FORMATS_APART: Final = "give one of them"
_SHARE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(%?)")


class ReconcileOptions(TypedDict, total=False):
    """What `reconcile` may be asked."""

    invoice: str | list[str]
    report: str | list[str]
    by: str | list[str]
    since: str
    until: str
    where: str | list[str]
    tolerance: str
    format: str
    map: str
    keep: bool
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]


def reconcile(**options: Unpack[ReconcileOptions]) -> Estimate:
    """Events against a bill: the difference, split by cause, adding up to it exactly.

    `invoice` names bills in any format that `import` reads, `report` the provider's own cost report; without
    either, the bill lines in the ledger are the bill. A usage report counts at the book's prices.
    Raises InputError.
    """
    return answer(ask("reconcile", options))


def answer(asked: Asked) -> Estimate:
    """The comparison for options that were read already."""
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists():
        raise empty(ledger)
    question = Question(_by(asked), conditions_of(asked), window_of(asked))
    accounts = accounts_of(asked, ledger)
    invoices, reports = (asked.question.many.get(name, ()) for name in ("invoice", "report"))
    with ExitStack() as stack:
        read: list[BillFiles] = []
        compared: dict[str, Reconciled] = {}
        for option, words in (("--report", reports), ("--invoice", invoices)):
            if words:
                files = stack.enter_context(bill_files(words, _format(asked), now(), option))
                read.append(files)
                compared[option] = _against(files.ledger, accounts, question, option)
        if not read:
            compared["ledger"] = _against(ledger, accounts, question, "")
    if asked.question.words.get("keep") == "yes":
        _keep(asked, (*reports, *invoices))
    return _answer(asked, question, accounts, compared, read)


def _against(bill: Ledger, accounts: Accounts, question: Question, option: str) -> Reconciled:
    """The events against the charges of a ledger, and against its usage where a report was read."""
    has_usage = bool(option) and bill.events.exists()
    if not bill.charges.exists() and not has_usage:
        what = "no bill is there to compare with"
        fix = "name one: --invoice FILE, or import bills with farthing import"
        raise InputError([Problem("no-bill", "error", option or bill.url, what, "", fix)])
    asking = accounts.engine if not option else engine(None)
    usage = replace(accounts, ledger=bill, engine=asking) if has_usage else None
    charges = bill.charges.files()
    return Reconciliation(accounts, asking, charges, question, accounts.to_dollars, usage).run()


def _format(asked: Asked) -> Format | None:
    words = asked.question.words
    if "format" in words and "map" in words:
        what = "--format and --map both say how to read"
        raise InputError([Problem("usage", "error", "--map", what, "", _FORMATS_APART)])
    if "map" in words:
        return mapped.from_file(Path(words["map"]))
    return registry.named(words["format"]) if "format" in words else None


def _keep(asked: Asked, words: Sequence[str]) -> None:
    """Store the bills that were compared: the same lines again are duplicates."""
    options = {name: asked.options[name] for name in ("ledger", "format", "map") if name in asked.options}
    bring_in(files=list(words), **{name: str(value) for name, value in options.items()})


def _by(asked: Asked) -> tuple[str, ...]:
    found = [
        one.strip() for word in asked.question.many.get("by", ()) for one in word.split(",") if one.strip()
    ]
    problems = [
        Problem(
            "unknown-column",
            "error",
            "--by",
            f"{quoted(one)} is nothing that events and bills can both be told apart by",
            "",
            did_you_mean(one, DIMENSIONS) or f"One of {', '.join(DIMENSIONS)}.",
        )
        for one in found
        if one not in DIMENSIONS
    ]
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(found))


def _answer(
    asked: Asked,
    question: Question,
    accounts: Accounts,
    compared: dict[str, Reconciled],
    read: Sequence[BillFiles],
) -> Estimate:
    main = compared.get("--invoice") or compared.get("--report") or compared["ledger"]
    results = _results(main)
    if (report := compared.get("--report")) is not None:
        results["report_usd"] = dollars(report.billed_usd)
    made = account(
        asked,
        _verdict(main),
        results,
        rows_of(main, question.by),
        problems=[*_problems(main), *_asides(read)],
        book=accounts.book.hash,
        main="variance_usd",
        following="farthing reconcile --by model,day" if not question.by else "farthing spend --by day",
    )
    return in_asked_currency(asked, made)


def _results(found: Reconciled) -> dict[str, Result]:
    unexplained = sum((one.usd for one in found.effects if one.cause == UNEXPLAINED), Fraction(0))
    return {
        "calculated_usd": dollars(found.calculated_usd),
        "billed_usd": dollars(found.billed_usd),
        "variance_usd": dollars(found.billed_usd - found.calculated_usd),
        "unexplained_usd": dollars(unexplained),
        "lines": count(found.lines, "lines"),
    }


def _verdict(found: Reconciled) -> str:
    variance = found.billed_usd - found.calculated_usd
    share = f" ({float(variance / found.calculated_usd):+.2%})" if found.calculated_usd else ""
    least = "at least " if found.unpriced else ""
    said = (
        f"Billed ${float(found.billed_usd):,.2f}, calculated {least}${float(found.calculated_usd):,.2f}"
        f"{_when(found)}: {_signed(variance)}{share}"
    )
    sums: dict[str, Fraction] = {}
    for one in found.effects:
        sums[one.cause] = sums.get(one.cause, Fraction(0)) + one.usd
    unexplained = sums.pop(UNEXPLAINED, Fraction(0))
    dearest = sorted(sums.items(), key=lambda one: -abs(one[1]))[:2]
    parts = [f"{cause} {_signed(usd)}" for cause, usd in dearest if abs(usd) >= Fraction(1, 200)]
    rest = f"{_signed(unexplained)} unexplained" if unexplained else "nothing unexplained"
    return f"{said}; {', '.join((*parts, rest))}."


def _signed(usd: Fraction) -> str:
    return f"{'-' if usd < 0 else '+'}${float(abs(usd)):,.2f}"


def _when(found: Reconciled) -> str:
    window = found.window
    return f" from {window.since} to before {window.until}" if window.since is not None else ""


def _problems(found: Reconciled) -> Iterable[Problem]:
    for provider, model in sorted(found.unpriced):
        place = "/".join(part for part in (provider, model) if part)
        fix = "give its price: --book FILE with prices: [{provider, model, meter, amount, per}]"
        yield Problem(
            "unpriced",
            "warning",
            place,
            "it has no price, so that its bill is compared with nothing",
            "",
            fix,
        )
    for currency, lines in sorted(found.foreign.items()):
        what = f"{lines:,} lines in {currency} are left out: no exchange rate is known"
        yield Problem("unpriced", "warning", currency, what, "", f"give one: --fx {currency}=1.08@2026-11-01")
    if found.others:
        what, why = "these have events and are on no line of the bill", "they are not compared"
        yield Problem("not-billed", "note", ", ".join(sorted(found.others)), what, why, "")


def _asides(read: Iterable[BillFiles]) -> Iterable[Problem]:
    for one in (imported for files in read for imported in files.imported):
        if one.set_aside:
            where = f"{one.file}:{one.asides[0].line}" if one.asides and one.asides[0].line else one.file
            what = f"{one.set_aside:,} lines are set aside"
            yield Problem("set-aside", "warning", where, what, one.asides[0].why if one.asides else "", "")


def tolerance_of(asked: Asked) -> Fraction | None:
    """The share of --tolerance ("1%", "0.01"); None without it. Raises InputError."""
    word = asked.question.words.get("tolerance")
    if word is None:
        return None
    found = _SHARE.fullmatch(word.strip())
    if found is None:
        what = f"{quoted(word)} is no share"
        raise InputError([Problem("bad-value", "error", "--tolerance", what, "", "write one such as 1%")])
    return Fraction(found[1]) / (100 if found[2] else 1)


def beyond(found: Estimate, tolerance: Fraction) -> bool:
    """Whether the difference is more than a share of what was calculated."""
    variance, calculated = (found.results[name].p50 for name in ("variance_usd", "calculated_usd"))
    return abs(variance) > float(tolerance) * abs(calculated)
