"""Published models on the scale of over-training: tokens for each parameter, and times Chinchilla."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from farthing.catalog import find
from farthing.catalog.load import catalog
from farthing.estimate.answer import Row
from farthing.estimate.architecture import of_model
from farthing.estimate.exchange import first_day
from farthing.estimate.scaling_laws import loss_of
from farthing.formulas import scaling
from farthing.units.problem import InputError, Problem

CONTINUED: Final = ("codellama-",)
"""Models whose trained tokens are those of a later stage alone; the base was trained on others before."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A published model with what it was trained on; `active_params` are those that a token uses."""

    id: str
    name: str
    developer: str
    released: str
    params: float
    active_params: float
    tokens: float

    @property
    def tokens_per_param(self) -> float:
        """Tokens for each parameter, all of them counted."""
        return float(scaling.tokens_per_param(self.tokens, self.params))

    @property
    def tokens_per_active_param(self) -> float:
        """Tokens for each parameter that a token uses: what decides compute, and so the measure here."""
        return float(scaling.tokens_per_param(self.tokens, self.active_params))


@lru_cache(maxsize=1)
def placed_models() -> tuple[Placed, ...]:
    """Every model of the catalog whose tokens are known, the most over-trained first."""
    found = [
        _placed(name)
        for name, fact in catalog().models.items()
        if fact.trained_tokens and not _continued(name)
    ]
    return tuple(sorted(found, key=lambda model: -model.tokens_per_active_param))


def scale_rows(law: str, chinchilla: float, as_of: date, highlighted: str | None) -> tuple[Row, ...]:
    """The models known on a day as rows, the most over-trained first; `chosen` marks the highlighted one.

    Raises InputError where the highlighted model is not among them.
    """
    chosen = _highlighted(highlighted)
    known = [model for model in placed_models() if first_day(model.released) <= as_of or model.id == chosen]
    return tuple(_rows(known, law, chinchilla, chosen))


def _rows(known: list[Placed], law: str, chinchilla: float, chosen: str | None) -> Iterator[Row]:
    for model in known:
        ratio = model.tokens_per_active_param
        yield {
            "model": model.id,
            "released": model.released,
            "params": model.params,
            "active_params": model.active_params,
            "tokens": model.tokens,
            "tokens_per_param": model.tokens_per_param,
            "tokens_per_active_param": ratio,
            "chinchilla_multiple": float(scaling.chinchilla_multiple(ratio, chinchilla)),
            "loss": float(loss_of(law, model.active_params, model.tokens)),
            "chosen": model.id == chosen,
        }


def _placed(name: str) -> Placed:
    fact, shape = catalog().models[name], of_model(name)
    return Placed(
        id=name,
        name=fact.name,
        developer=fact.developer,
        released=fact.released,
        params=fact.published_params or shape.count("params"),
        active_params=_active(name),
        tokens=fact.trained_tokens or 0.0,
    )


def _active(name: str) -> float:
    fact, shape = catalog().models[name], of_model(name)
    if fact.published_active_params:
        return fact.published_active_params
    if fact.expert_count:
        return shape.count("active_params")
    return fact.published_params or shape.count("params")


def _continued(name: str) -> bool:
    return name.startswith(CONTINUED)


def _highlighted(word: str | None) -> str | None:
    if word is None:
        return None
    found = find.found_model(word).id
    if all(model.id != found for model in placed_models()):
        what = f"what {found} was trained on is not known from its first token on"
        fix = "name one whose trained_tokens the catalog has: farthing catalog show MODEL"
        raise InputError([Problem("missing-input", "error", "--model", what, "it has no place then", fix)])
    return found
