"""`catalog prices NAME`: whether a name is an accelerator's or a model's, and its prices."""

from collections.abc import Mapping
from datetime import date

from farthing.app import facts, price_list
from farthing.catalog.facts import Rental
from farthing.catalog.load import catalog
from farthing.pricing.overlay import book_with
from farthing.units.dates import parse_date
from farthing.units.money import parse_fx
from farthing.units.problem import InputError, Problem

_OF_MODELS = ("as_of", "history", "tier", "region", "book", "fx")


def prices_of(name: str, options: Mapping[str, object]) -> tuple[Rental, ...] | price_list.ModelPrices:
    """Rental quotes of an accelerator, or the prices of a model.

    Raises InputError for a name that is neither, and for options that the other kind has.
    """
    try:
        rentals = facts.prices(name, _day(options, "since"))
    except InputError as error:
        if any(problem.code != "unknown-name" for problem in error.problems):
            raise
    else:
        _refuse(options, _OF_MODELS, f"{name}, which is an accelerator")
        return rentals
    _refuse(options, ("since",), f"{name}, which is no accelerator")
    books, fx = _texts(options, "book"), _texts(options, "fx")
    found = price_list.model_prices(
        name,
        as_of=_day(options, "as_of"),
        history=bool(options.get("history")),
        tier=str(options.get("tier") or ""),
        region=str(options.get("region") or ""),
        books=books,
        fx=fx,
    )
    if found is None:
        raise price_list.unknown(name, book_with(books, tuple(map(parse_fx, fx))), catalog().accelerators)
    return found


def _day(options: Mapping[str, object], name: str) -> date | None:
    written = options.get(name)
    return parse_date(str(written), f"--{name.replace('_', '-')}") if written else None


def _texts(options: Mapping[str, object], name: str) -> tuple[str, ...]:
    written = options.get(name) or ()
    return tuple(map(str, written)) if isinstance(written, list | tuple) else (str(written),)


def _refuse(options: Mapping[str, object], names: tuple[str, ...], whose: str) -> None:
    """Options that would change nothing, without a word."""
    wrong = [f"--{name.replace('_', '-')}" for name in names if options.get(name)]
    if wrong:
        what, fix = f"{', '.join(wrong)} cannot be used with {whose}", "leave it out"
        raise InputError([Problem("usage", "error", "catalog prices", what, "", fix)])
