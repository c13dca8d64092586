"""Where the ledger lies, who answers questions to it, and the shape of an answer out of it."""

import contextlib
import os
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from farthing import __version__
from farthing.app.asking import Asked
from farthing.app.state import folder
from farthing.catalog.data_folder import data_folder
from farthing.catalog.load import catalog
from farthing.estimate.answer import Estimate, Line, Result, Row
from farthing.estimate.currency import in_currency
from farthing.estimate.exact import decimal_text
from farthing.ledger.engine import DUCKDB, Engine, engine
from farthing.ledger.store import Ledger, open_ledger
from farthing.pricing.exchange import exchange
from farthing.track.remembered import RememberedEngine
from farthing.track.spent import ToDollars
from farthing.units.problem import InputError, Problem

LEDGER_VARIABLE = "FARTHING_LEDGER"
ENGINE_VARIABLE = "FARTHING_ENGINE"


def ledger_of(given: object) -> Ledger:
    """The ledger that was named, else FARTHING_LEDGER, else the one in the user's data folder."""
    return open_ledger(str(given or os.environ.get(LEDGER_VARIABLE) or data_folder() / "ledger"))


def engine_of() -> Engine:
    """DuckDB in this process, or the engine that FARTHING_ENGINE names; what it answered before is kept."""
    setting = os.environ.get(ENGINE_VARIABLE, "").strip()
    return RememberedEngine(setting or DUCKDB, lambda: engine(setting), folder() / "answers")


def forget_answers() -> None:
    """Take away what was answered before: it may name those whose data was taken out."""
    with contextlib.suppress(OSError):
        for path in (folder() / "answers").glob("*"):
            path.unlink(missing_ok=True)


def to_dollars(asked: Asked) -> ToDollars:
    """What one unit of a currency was worth on a day: as given by `--fx`, else as the catalog knows it."""
    known = exchange(catalog().fx.values(), asked.given_rates)

    def rate(currency: str, day: date) -> Fraction | None:
        found = known.on(currency, day.isoformat())
        return None if found is None else Fraction(Decimal(str(found.usd_per_unit)))

    return rate


def dollars(amount: Fraction) -> Result:
    """An exact amount of money as a result."""
    number = float(amount)
    return Result(number, number, number, unit="USD", exact=decimal_text(amount))


def count(number: int, unit: str) -> Result:
    """A number of things as a result."""
    return Result(number, number, number, unit=unit, exact=str(number))


def share(part: Fraction) -> Result:
    """A share as a result."""
    number = float(part)
    return Result(number, number, number, unit="share")


def account(
    asked: Asked,
    verdict: str,
    results: Mapping[str, Result],
    rows: Iterable[Row],
    *,
    lines: Iterable[Line] = (),
    problems: Iterable[Problem] = (),
    book: str | None = None,
    main: str = "",
    following: str = "",
) -> Estimate:
    """An answer out of the ledger, in the one shape that all answers have: nothing in it is drawn."""
    return Estimate(
        farthing=__version__,
        verb=asked.verb,
        as_of=asked.question.as_of.isoformat(),
        catalog=catalog().hash,
        book=book,
        seed=asked.question.seed,
        draws=1,
        verdict=verdict,
        results=results,
        lines=tuple(lines),
        rows=tuple(rows),
        assumptions=(),
        drivers=(),
        problems=tuple(problems),
        sources=(),
        next=following,
        confidence=None,
        main=main,
        tornado=(),
        industry=(),
        steps=(),
    )


def in_asked_currency(asked: Asked, answer: Estimate) -> Estimate:
    """The answer with every amount in the currency that was asked for, too."""
    if asked.currency == "USD":
        return answer
    from farthing.app.train import usd_per_unit  # the estimates behind it cost 200 ms to import

    return in_currency(answer, asked.currency, usd_per_unit(asked))


def empty(ledger: Ledger) -> InputError:
    """There is nothing in the ledger yet."""
    what, why = "nothing was imported yet", "money can only be followed where usage is in the ledger"
    fix = "farthing import FILE brings it in; farthing import alone looks for logs of coding agents"
    return InputError([Problem("empty-ledger", "error", ledger.url, what, why, fix)])
