"""`serve`: what serving a model takes, and what a month of it costs."""

from collections.abc import Mapping
from typing import TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.calibrations import calibrated
from farthing.app.reading import Written
from farthing.app.train import Way, usd_per_unit
from farthing.estimate import serve as serving
from farthing.estimate.answer import Estimate
from farthing.estimate.currency import in_currency
from farthing.estimate.graph import names_of
from farthing.estimate.serve_chain import every_name
from farthing.estimate.solve import solved


class ServeOptions(TypedDict, total=False):
    """What `serve` may be asked; texts such as "5M/day" and plain numbers in the field's unit both do."""

    model: str
    config: str
    params: Written
    active_params: Written
    accelerator: str
    count: Written
    tp: Written
    pp: Written
    ep: Written
    precision: str
    kv_precision: str
    engine: str
    calibration: str
    input: Written
    output: Written
    concurrency: Written
    arrival: Written
    demand: Written
    trace: str
    ttft: Written
    tpot: Written
    prefix_share: Written
    speculated: Written
    disaggregated: bool
    redundancy: Written
    min_replicas: Written
    window: Written
    scale_to_zero: bool
    cold_start: Written
    idle: Written
    peak_to_mean: Written
    shape: str
    headroom: Written
    rate: Written
    term: str
    provider_kind: str
    owned: bool
    country: str
    pue: Written
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


def serve(**options: Unpack[ServeOptions]) -> Estimate:
    """What serving a model takes.

    Give a model and an accelerator, what a request reads (`input`) and writes (`output`), and how much is
    asked: `concurrency`, `arrival`, `demand` or a `trace`. Raises InputError for what cannot be understood,
    and FarthingError with an `infeasible` problem for what cannot be done.
    """
    return answer(ask("serve", options))


def answer(asked: Asked) -> Estimate:
    """The estimate for options that were read already."""
    question = calibrated(asked.with_names(every_name()), "serving")
    found = solved(question, serving.estimate)
    return in_currency(found, asked.currency, usd_per_unit(asked))


def ways() -> tuple[Way, ...]:
    """So many requests at once, or requests that come by themselves."""
    at_once = Way("so many requests at once", serving.CHAIN, serving.estimate)
    return (at_once, Way("requests as they come", serving.DEMAND, serving.estimate))


__all__ = ["ServeOptions", "answer", "names_of", "serve", "ways"]
