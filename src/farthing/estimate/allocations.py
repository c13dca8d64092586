"""What different laws make of the same training compute: the three approaches of 2022, and later fits."""

from typing import Final

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.graph import plan
from farthing.estimate.run import quantiles, uniforms
from farthing.estimate.scaling_laws import SHAPE, medians_of, spread_of
from farthing.formulas import scaling, size_optimum
from farthing.units.spread import Spread

PRINTED_FLOP: Final = (1.92e19, 1.21e20, 1.23e22, 5.76e23, 3.85e24, 9.90e24, 3.43e25, 1.27e26, 1.30e28)
"""The compute of Hoffmann and others' table 3."""

_FRESH: Final = 1e30  # tokens; more than any size asks for
_DRAWS: Final = 4096


class Allocation(msgspec.Struct, frozen=True):
    """The compute-optimal size for so much training compute, by each law, in parameters."""

    train_flop: float
    approach_1: float
    approach_2: float
    hoffmann_2022: float
    muennighoff_2023: float
    besiroglu_2024: float


def allocations() -> tuple[Allocation, ...]:
    """The sizes for the compute of the printed table."""
    return tuple(_allocation(flop) for flop in PRINTED_FLOP)


def by_approach(approach: str, flop: float) -> float:
    """The size by `approach_1` or `approach_2`, which are power laws of compute, in parameters."""
    facts = catalog().calibration["scaling"]
    return float(
        scaling.allocated_params(
            flop,
            facts[f"{approach}_allocation_flop"].value,
            facts["allocation_params"].value,
            facts[f"{approach}_allocation_exponent"].value,
        )
    )


def by_law(law: str, flop: float) -> float:
    """The size by a law of loss at its medians, in parameters."""
    known = {**medians_of(law), "train_flop": flop}
    chain = (scaling.compute_optimal_params,)
    return float(
        plan(chain, frozenset(known), ("compute_optimal_params",)).run(known)["compute_optimal_params"]
    )


def optimal_tokens(law: str, params: float) -> tuple[float, float, float]:
    """p05, p50 and p95 of the tokens for which a size is compute-optimal, over the law's constants."""
    facts = catalog().calibration["scaling"]
    spreads = {name: spread_of(facts[f"{law}_{name}"]) for name in SHAPE}
    columns = uniforms([name for name in SHAPE if isinstance(spreads[name], Spread)], 0, _DRAWS)
    drawn = {
        name: spread.quantile(columns[name]) if isinstance(spread, Spread) else np.full(_DRAWS, spread)
        for name, spread in spreads.items()
    }
    fresh = {
        "unique_tokens": _FRESH,
        "matched_params": _FRESH,
        "lifetime_tokens": 0.0,
        "served_token_ratio": 1.0,
    }
    decay = {name: facts[name].value for name in ("token_decay_ratio", "param_decay_ratio")}
    known = {**drawn, **fresh, **decay, "params": params}
    chain = (size_optimum.tokens,)
    return quantiles(plan(chain, frozenset(known), ("tokens",)).run(known)["tokens"])


def _allocation(flop: float) -> Allocation:
    return Allocation(
        train_flop=flop,
        approach_1=by_approach("approach_1", flop),
        approach_2=by_approach("approach_2", flop),
        hoffmann_2022=by_law("hoffmann_2022", flop),
        muennighoff_2023=by_law("muennighoff_2023", flop),
        besiroglu_2024=by_law("besiroglu_2024", flop),
    )
