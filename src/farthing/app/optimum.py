"""`optimum`: how big to train, for a budget, a loss or a size, and a lifetime of use."""

from collections.abc import Mapping
from typing import TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.reading import Written
from farthing.app.train import Way, usd_per_unit
from farthing.estimate import optimum as sizing
from farthing.estimate.answer import Estimate
from farthing.estimate.currency import in_currency
from farthing.estimate.graph import names_of
from farthing.estimate.solve import solved


class OptimumOptions(TypedDict, total=False):
    """What `optimum` may be asked; texts such as "10T" and plain numbers in the field's unit both do."""

    budget: Written
    flop: Written
    loss: Written
    params: Written
    lifetime_tokens: Written
    tokens: Written
    max_params: Written
    law: str
    by_flop: bool
    model: str
    accelerator: str
    serve_accelerator: str
    serve_rate: Written
    precision: str
    mfu: Written
    goodput: Written
    rate: Written
    term: str
    provider_kind: str
    as_of: str
    currency: str
    fx: str | list[str]
    set: str | list[str] | Mapping[str, Written]
    solve: str
    target: str
    book: str | list[str]
    ledger: str
    scenario: str
    seed: int
    draws: int


def optimum(**options: Unpack[OptimumOptions]) -> Estimate:
    """Which size of model and how many tokens.

    Give one of `budget`, `flop`, `loss` and `params`, and with `lifetime_tokens` what the model will serve.
    Raises InputError for what cannot be understood, and FarthingError with an `infeasible` problem
    for a loss that cannot be reached.
    """
    return answer(ask("optimum", options))


def answer(asked: Asked) -> Estimate:
    """The estimate for options that were read already."""
    names = frozenset().union(*(names_of(way.chain) for way in ways()))
    found = solved(asked.with_names(names), sizing.estimate)
    return in_currency(found, asked.currency, usd_per_unit(asked))


def ways() -> tuple[Way, ...]:
    """What can be sought, each with its formulas."""
    return tuple(Way(name, chain, sizing.estimate) for name, chain in sizing.CHAINS.items())
