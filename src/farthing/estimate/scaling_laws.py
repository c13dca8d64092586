"""Published laws of loss as inputs: their constants from the catalog, with what is known of their spread."""

import math
from collections.abc import Mapping
from typing import Final

from farthing.catalog.facts import CalibratedConstant
from farthing.catalog.load import catalog
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.formulas import scaling
from farthing.units.spread import Spread
from farthing.units.types import Real

USUAL_LAW: Final = "besiroglu_2024"
SHAPE: Final = ("one_nat_params", "size_exponent", "one_nat_tokens", "data_exponent")
"""The four constants that decide how size and data are traded."""

CHAIN: Final[Chain] = (
    scaling.matched_params,
    scaling.effective_params,
    scaling.effective_tokens,
    scaling.size_term_loss,
    scaling.data_term_loss,
    scaling.irreducible_loss,
    scaling.loss,
    scaling.tokens_per_param,
    scaling.chinchilla_multiple,
    scaling.data_pass_count,
)
_LEVEL: Final = ("irreducible_loss", "measured_loss", "measured_params", "measured_tokens")
_DECAY: Final = ("token_decay_ratio", "param_decay_ratio")
_Z80: Final = 1.2815515655446004


def gather_law(inputs: Inputs, law: str) -> None:
    """Add the constants of a law, and how repeated tokens and surplus parameters decay."""
    facts = catalog().calibration["scaling"]
    named = {name: facts.get(f"{law}_{name}") for name in (*SHAPE, *_LEVEL)}
    for name, fact in {**named, **{name: facts[name] for name in _DECAY}}.items():
        if fact is not None:
            inputs.look_up(name, spread_of(fact), fact.sources, fact.confidence, fact.note)


def spread_of(fact: CalibratedConstant) -> float | Spread:
    """A constant with its spread; `low` to `high` is the central 80 %."""
    if fact.low == fact.high:
        return fact.value
    return Spread.lognormal(fact.value, math.log(fact.high / fact.low) / (2 * _Z80))


def medians_of(law: str) -> dict[str, float]:
    """The constants of a law at their medians, decay included."""
    facts = catalog().calibration["scaling"]
    found = {name: facts.get(f"{law}_{name}", facts.get(name)) for name in (*SHAPE, *_LEVEL, *_DECAY)}
    return {name: fact.value for name, fact in found.items() if fact is not None}


def loss_of(law: str, params: Real, tokens: Real) -> Real:
    """The median law's loss of models trained on fresh tokens, in nats per token."""
    known: Mapping[str, Real] = {**medians_of(law), "effective_params": params, "effective_tokens": tokens}
    return plan(CHAIN, frozenset(known), ("loss",)).run(known)["loss"]
