"""The shape of a model as formulas want it, wherever the shape came from.

From a catalog model here; from a `config.json` in `config_shape`, from a size alone in
`standard_shape`, from the row of a table in `model_row`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Model
from farthing.catalog.find import Found
from farthing.estimate.gather import Basis, Input
from farthing.estimate.graph import arguments_of, plan
from farthing.formulas.transformer import PARAMETER_FORMULAS

_MADE = frozenset(formula.__name__ for formula in PARAMETER_FORMULAS)
_ASKED = {name for formula in PARAMETER_FORMULAS for name in arguments_of(formula)} - _MADE
SHAPE_NAMES: Final = frozenset(_ASKED | {"layer_count", "window_tokens", "windowed_layer_count"})
"""The numbers that describe a shape: what formulas ask for and none of them makes."""

FOLLOWS: Final[Mapping[str, str]] = {
    "kv_head_count": "head_count",
    "v_head_dimension": "head_dimension",
    "expert_hidden_size": "hidden_size",
    "attention_layer_count": "layer_count",
    "ffn_layer_count": "layer_count",
}
"""Numbers that equal another one unless they are given."""

_TRUNCATED = re.compile(r"(?P<base>.+?)\s+truncated to (?P<layers>\d{1,4}) layers?", re.IGNORECASE)
_REMARK = re.compile(r"(?P<base>.+?)\s*\([^()]*\)\s*")


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model's shape: every number in `SHAPE_NAMES`, and where it came from.

    `assumed` names the numbers nobody stated; `note` says how they were chosen.
    """

    name: str
    shape: Mapping[str, float]
    basis: Basis
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    note: str = ""
    assumed: frozenset[str] = frozenset()

    def numbers(self) -> dict[str, float]:
        """The inputs of formulas, by their argument names."""
        return dict(self.shape)

    def inputs(self) -> Iterator[Input]:
        """The same with the basis of each number."""
        for name, value in self.shape.items():
            basis = Basis.ASSUMED if name in self.assumed else self.basis
            yield Input(name, value, basis, self.sources, self.confidence, self.note)

    def count(self, name: str = "params") -> float:
        """A parameter count that follows from the shape: `params`, `active_params`, ..."""
        return count(self.shape, name)


def count(shape: Mapping[str, float], name: str = "params") -> float:
    """A parameter count that follows from the numbers of a shape."""
    return float(plan(PARAMETER_FORMULAS, SHAPE_NAMES, (name,)).run(shape)[name])


def completed(numbers: Mapping[str, float]) -> dict[str, float]:
    """A whole shape from the numbers that are known; the rest is zero or follows another."""
    shape = dict.fromkeys(SHAPE_NAMES, 0.0)
    shape.update({name: float(value) for name, value in numbers.items() if name in SHAPE_NAMES})
    for name, other in FOLLOWS.items():
        if name not in numbers:
            shape[name] = shape[other]
    return shape


@lru_cache(maxsize=512)
def of_model(name: str) -> Architecture:
    """The shape of a catalog model by any of its names.

    `NAME truncated to N layers` is the same model with N layers, and a remark in brackets behind
    a known name is left aside. Raises InputError with the nearest names.
    """
    if cut := _TRUNCATED.fullmatch(name.strip()):
        return truncated(of_model(cut["base"]), int(cut["layers"]))
    entry = _entry(name)
    fact = entry.fact
    shape = completed({key: value for key, value in fact.shape().items() if key in SHAPE_NAMES})
    return Architecture(fact.name, shape, Basis.LOOKED_UP, fact.sources, fact.confidence, fact.note)


def truncated(base: Architecture, layer_count: int) -> Architecture:
    """The same model with fewer (or more) layers, as people do to fit a model into one machine.

    Kinds of layers keep their shares; of leading dense layers at least one stays.
    """
    share = layer_count / base.shape["layer_count"]
    shape = {**base.shape, "layer_count": float(layer_count)}
    for name in ("attention_layer_count", "ffn_layer_count", "mamba_layer_count", "windowed_layer_count"):
        shape[name] = float(round(base.shape[name] * share))
    if base.shape["dense_layer_count"]:
        shape["dense_layer_count"] = max(1.0, round(base.shape["dense_layer_count"] * share))
    note = f"{base.name} with {layer_count} of {base.shape['layer_count']:.0f} layers"
    return replace(base, name=note, shape=shape, basis=Basis.DERIVED, note=note)


@lru_cache(maxsize=1024)
def known_model(name: str) -> Architecture | None:
    """The shape of a catalog model, or None when no model has this name."""
    cut = _TRUNCATED.fullmatch(name.strip())
    return of_model(name) if _named(cut["base"] if cut else name) else None


def _entry(name: str) -> Found[Model]:
    return _named(name) or find.found_model(name)  # which raises, with the nearest names


def _named(name: str) -> Found[Model] | None:
    """The catalog's model of this name, a remark at its end left out where it is needed."""
    found = find.model_or_none(name)
    if found is None and (remark := _REMARK.fullmatch(name)):
        return find.model_or_none(remark["base"])
    return found
