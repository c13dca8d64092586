"""Every formula gives an array what it gives each place of it, whatever kinds of models are mixed."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing import formulas

PLACES = 8
POWERS = [1.0, 2.0, 4.0, 8.0, 16.0, 64.0]
FEW = {
    **dict.fromkeys(("tp", "pp", "vp", "cp", "ep"), POWERS),
    "zero_stage": [0.0, 1.0, 2.0, 3.0],
    "selective_level": [0.0, 1.0],
    "tied_embeddings": [0.0, 1.0],
    "ffn_matrix_count": [2.0, 3.0],
    "matmul_byte": [0.5, 1.0, 2.0, 4.0],
    # What a dense model has none of.
    **{name: [0.0, 1.0, 8.0] for name in ("expert_count", "experts_per_token", "moe_layer_count")},
    **{name: [0.0, 2048.0] for name in ("expert_ffn_size", "shared_expert_ffn_size")},
    **{name: [0.0, 64.0, 512.0] for name in ("kv_lora_rank", "q_lora_rank", "rope_dimension")},
    **{name: [0.0, 23.0] for name in ("mamba_layer_count", "mamba_inner_size", "mamba_state_size")},
    **{name: [0.0, 1.0, 128.0] for name in ("window_tokens", "windowed_layer_count", "mtp_layer_count")},
}


def all_formulas():
    for found in pkgutil.iter_modules(formulas.__path__):
        module = importlib.import_module(f"{formulas.__name__}.{found.name}")
        for name, formula in vars(module).items():
            if inspect.isfunction(formula) and formula.__module__ == module.__name__ and name[0] != "_":
                yield pytest.param(formula, id=f"{found.name}.{name}")


def column(name, random):
    """Values that the argument of this name may have, of all kinds of models mixed."""
    if name in FEW:
        return random.choice(FEW[name], PLACES)
    if name.endswith(("_share", "_level", "_exponent", "mfu", "goodput")):
        return random.uniform(0.01, 0.99, PLACES)
    return 10 ** random.uniform(0, 6, PLACES)


def columns(formula, seed):
    random = np.random.default_rng(seed)
    return {name: column(name, random) for name in inspect.signature(formula).parameters}


seeds = st.integers(min_value=0, max_value=2**32 - 1)


@pytest.mark.parametrize("formula", list(all_formulas()))
@settings(max_examples=10)
@given(seeds)
def test_an_array_is_the_loop(formula, seed):
    rows = columns(formula, seed)
    with np.errstate(all="ignore"):
        together = formula(**rows)
        alone = [
            formula(**{name: float(values[place]) for name, values in rows.items()})
            for place in range(PLACES)
        ]
    assert np.broadcast_to(together, PLACES) == pytest.approx(np.array(alone, float), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("formula", list(all_formulas()))
@settings(max_examples=4)
@given(seeds)
def test_one_number_beside_arrays_counts_for_all_places(formula, seed):
    rows = columns(formula, seed)
    first = next(iter(rows))
    one = float(rows[first][0])
    with np.errstate(all="ignore"):
        mixed = formula(**{**rows, first: one})
        spread = formula(**{**rows, first: np.full(PLACES, one)})
    assert np.broadcast_to(mixed, PLACES) == pytest.approx(np.broadcast_to(spread, PLACES), nan_ok=True)
