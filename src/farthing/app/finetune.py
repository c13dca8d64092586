"""`finetune`: what adapting a model takes, on accelerators or as a managed service."""

from typing import Final, Unpack

from farthing.app.against import OPTION, saving
from farthing.app.asking import Asked, ask
from farthing.app.calibrations import calibrated
from farthing.app.reading import Written
from farthing.app.run_options import RunOptions
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


class FinetuneOptions(RunOptions, total=False):
    """What `finetune` may be asked; texts such as "5k" and plain numbers in the field's unit both do."""

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
