"""A usual shape for a model of which only the size is known.

Hidden sizes follow a fit over the catalog; the rest is what most open models of the last years
share: heads of 128, eight key-value heads, a gated feed-forward layer about 3.5 times as wide as
the model. The last free number is solved so that the count comes out as given.
"""

import math
from typing import Final

from farthing.estimate.architecture import Architecture, completed, count
from farthing.estimate.gather import Basis
from farthing.units.figures import number
from farthing.units.problem import InputError, Problem

HIDDEN_AT_ONE_BILLION: Final = 1650.0
HIDDEN_EXPONENT: Final = 0.39
"""hidden = 1650 · (active parameters / 10⁹)^0.39, within about 16 % of the catalog's models."""

HEAD_DIMENSION: Final = 128
KV_HEAD_COUNT: Final = 8
FFN_MULTIPLE: Final = 3.5
EXPERTS_PER_TOKEN: Final = 8
LARGE_VOCABULARY: Final = 128_256
SMALL_VOCABULARY: Final = 50_304
LARGE_FROM_PARAMS: Final = 3e9
LARGEST_TABLE_SHARE: Final = 0.2
SMALL_WIDTH: Final = 256
LEAST_PARAMS: Final = 1e6
MOST_PARAMS: Final = 1e15
CHOSEN: Final = frozenset(
    [
        "layer_count",
        "hidden_size",
        "head_count",
        "kv_head_count",
        "head_dimension",
        "ffn_size",
        "ffn_matrix_count",
        "vocab_size",
        "tied_embeddings",
        "expert_count",
        "experts_per_token",
        "expert_ffn_size",
    ]
)


def infer(params: float, active_params: float | None = None) -> Architecture:
    """The usual shape of a model with that many parameters, marked as assumed.

    `active_params` below `params` makes it a mixture of experts. The shape counts to `params`
    within 1 %. Raises InputError where no model can have these counts.
    """
    active = params if active_params is None else active_params
    _check(params, active)
    base = _base(params, active)
    shape = _dense(base, params) if active > 0.95 * params else _mixture(base, params, active)
    size = f"{number(params, 4)} parameters" + (f", {number(active, 4)} active" if active < params else "")
    names = (
        CHOSEN if shape["expert_count"] else CHOSEN - {"expert_count", "experts_per_token", "expert_ffn_size"}
    )
    return Architecture(
        f"A model of {size}", shape, Basis.ASSUMED, (), "D", f"a usual shape of {size}", names
    )


def usual_hidden_size(active_params: float) -> int:
    """The hidden size that models of this size usually have, in heads that split over eight devices."""
    fitted = HIDDEN_AT_ONE_BILLION * (active_params / 1e9) ** HIDDEN_EXPONENT
    heads = fitted / HEAD_DIMENSION
    return _in_steps(heads, 8 if heads >= 12 else 1) * HEAD_DIMENSION


def _base(params: float, active: float) -> dict[str, float]:
    hidden = usual_hidden_size(active)
    heads = hidden // HEAD_DIMENSION
    usual = LARGE_VOCABULARY if params >= LARGE_FROM_PARAMS else SMALL_VOCABULARY
    return {
        "hidden_size": hidden,
        "head_count": heads,
        "kv_head_count": math.gcd(KV_HEAD_COUNT, heads),
        "head_dimension": HEAD_DIMENSION,
        "ffn_matrix_count": 3,
        "vocab_size": min(usual, max(1, round(LARGEST_TABLE_SHARE * active / hidden))),
        "tied_embeddings": float(params < LARGE_FROM_PARAMS),
    }


def _dense(base: dict[str, float], params: float) -> dict[str, float]:
    """As many layers as fit best, then the width of the feed-forward layer solved."""
    one_layer = {**base, "layer_count": 1, "ffn_size": FFN_MULTIPLE * base["hidden_size"]}
    tables = count(completed({**base, "layer_count": 0}))
    layers = max(1, round((params - tables) / (count(completed(one_layer)) - tables)))
    bare = count(completed({**base, "layer_count": layers}))
    width = (params - bare) / (layers * 3 * base["hidden_size"])
    return completed({**base, "layer_count": layers, "ffn_size": _usual_width(width)})


def _mixture(base: dict[str, float], params: float, active: float) -> dict[str, float]:
    """Layers of attention and experts: expert count and width solved from both sizes."""
    base["layer_count"] = _mixture_layers(base, active)
    router = base["hidden_size"] * base["layer_count"]
    others = count(completed(base))
    experts = _expert_count(params - others, active - others, router)
    width = _usual_width((params - others - router * experts) / (experts * 3 * router))
    if width < SMALL_WIDTH:  # a whole width is coarse here, so the number of experts is solved again
        experts = max(EXPERTS_PER_TOKEN + 1, round((params - others) / (router * (1 + 3 * width))))
    base.update(expert_count=experts, experts_per_token=EXPERTS_PER_TOKEN, expert_ffn_size=width)
    return completed({**base, "ffn_size": width * EXPERTS_PER_TOKEN})


def _expert_count(params: float, active: float, router: float) -> int:
    """Experts E of size x, of which k are chosen, beside a router of r for each.

    N = E·x + r·E and A = k·x + r·E give r·E² − (A + k·r)·E + k·N = 0. Where routers alone would take
    more than A allows, as many experts as come nearest. Made even so that they split over devices.
    """
    linear = active + EXPERTS_PER_TOKEN * router
    root = math.sqrt(max(0.0, linear**2 - 4 * router * EXPERTS_PER_TOKEN * params))
    experts = (linear - root) / (2 * router)
    return max(EXPERTS_PER_TOKEN + 1, _in_steps(experts, 8 if experts >= 96 else 2 if experts >= 32 else 1))


def _mixture_layers(base: dict[str, float], active: float) -> int:
    """Layers such that attention takes about a third of what is active beside the tables."""
    tables = count(completed({**base, "layer_count": 0}))
    attention = count(completed({**base, "layer_count": 1})) - tables
    return max(1, round((active - tables) / 3 / attention))


def _usual_width(width: float) -> int:
    """A width that splits over devices as usual ones do, within half a percent of the given one."""
    return _in_steps(width, 32 if width >= 8192 else 8 if width >= 2048 else 2 if width >= 512 else 1)


def _in_steps(value: float, step: int) -> int:
    return max(1, round(value / step)) * step


def _check(params: float, active: float) -> None:
    if not LEAST_PARAMS <= params <= MOST_PARAMS:
        why = f"shapes are inferred from {LEAST_PARAMS:.0e} to {MOST_PARAMS:.0e} parameters"
        raise InputError([_problem("params", f"{params:g} parameters are no language model", why)])
    if not 0.01 * params <= active <= params:
        what = f"{active:g} active of {params:g} parameters"
        why = "a token uses at most all parameters and, in known models, at least one in a hundred"
        raise InputError([_problem("active_params", what, why)])


def _problem(where: str, what: str, why: str) -> Problem:
    return Problem("bad-size", "error", where, what, why, "Give the counts as 8B or 8e9.")
