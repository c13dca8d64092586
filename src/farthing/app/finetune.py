"""`finetune`: what adapting a model takes, on accelerators or as a managed service."""

from collections.abc import Mapping
from typing import Final, TypedDict, Unpack

from farthing.app.against import OPTION, saving
from farthing.app.asking import Asked, ask
from farthing.app.calibrations import calibrated
from farthing.app.reading import Written
from farthing.app.train import Way, usd_per_unit
from farthing.estimate import finetuning, managed_tuning
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared
from farthing.estimate.currency import in_currency
from farthing.estimate.graph import names_of
from farthing.estimate.question import Question
from farthing.estimate.solve import solved

_OWN: Final = Way("own or rented accelerators", finetuning.CHAIN, finetuning.estimate)
_MANAGED: Final = Way("managed service", managed_tuning.CHAIN, finetuning.estimate)


class FinetuneOptions(TypedDict, total=False):
    """What `finetune` may be asked; texts such as "5k" and plain numbers in the field's unit both do."""

    model: str
    config: str
    params: Written
    active_params: Written
    tokens: Written
    method: str
    weights: str
    rank: Written
    bits: Written
    reference: str
    kernel: str
    service: str
    examples: Written
    tokens_per_example: Written
    epochs: Written
    packing: bool
    accumulation: Written
    labels: str
    label_rate: Written
    synthetic: Written
    teacher: str
    teacher_rate: Written
    accelerator: str
    count: Written
    precision: str
    engine: str
    framework: str
    version: str
    seq: Written
    global_batch: Written
    micro_batch: Written
    tp: Written
    pp: Written
    vp: Written
    cp: Written
    dp: Written
    ep: Written
    zero: Written
    optimizer: str
    recompute: str
    mfu: Written
    goodput: Written
    rate: Written
    term: str
    provider_kind: str
    owned: bool
    country: str
    pue: Written
    calibration: str
    against: str
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


def finetune(**options: Unpack[FinetuneOptions]) -> Estimate:
    """What fine-tuning a model takes.

    Give a model with `examples` (or `tokens`), and how: `method`. Without an accelerator the
    cheapest that fits is taken. Raises InputError for what cannot be understood, and FarthingError
    with an `infeasible` problem for what does not fit.
    """
    return answer(ask("finetune", options))


def answer(asked: Asked) -> Estimate:
    """The estimate for options that were read already."""
    if OPTION in asked.options:
        found = saving(asked, prepared)
    else:
        found = solved(_question(asked), finetuning.estimate)
    return in_currency(found, asked.currency, usd_per_unit(asked))


def prepared(asked: Asked) -> Prepared:
    """The question worked out, with its draws."""
    return finetuning.prepared(_question(asked))


def ways() -> tuple[Way, ...]:
    """Every way in which this version answers `finetune`."""
    return (_OWN, _MANAGED)


def _question(asked: Asked) -> Question:
    """The question with `--set` and `--solve` read, and what its asker measured."""
    managed = asked.question.word("method") == "managed"
    return calibrated(asked.with_names(_names(asked)), "" if managed else "finetune")


def _names(asked: Asked) -> frozenset[str]:
    """What `--set` and `--solve` may speak of."""
    way = _MANAGED if asked.question.word("method") == "managed" else _OWN
    return names_of(way.chain)
