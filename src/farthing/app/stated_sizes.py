"""`demo --sizes`: the seed report's tables on model and data sizes, recomputed beside what it says.

Chinchilla's tokens, over-training, data set sizes, the corpus by component, and its "3x a year". Nothing is
forced to agree: where a figure does not hold, that is what is told.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from farthing.app.asking import today
from farthing.app.stated import stated_range, stated_spread
from farthing.estimate.allocations import Allocation, allocations, optimal_tokens
from farthing.estimate.answer import Range
from farthing.estimate.corpus import Component, components
from farthing.estimate.overtraining import Placed, placed_models
from farthing.estimate.overtraining_trend import Growth, growths
from farthing.estimate.scaling_laws import USUAL_LAW

CHINCHILLA_SIZES: Final = {"7b": 7e9, "32b": 32e9, "70b": 70e9, "80b": 80e9, "130b": 130e9, "405b": 405e9}
DATA_SIZES: Final = ("7b", "32b", "80b", "130b")
OVERTRAINED: Final = {
    "qwen3_0_6b": "qwen3-0.6b",
    "qwen2_5_7b": "qwen2.5-7b",
    "llama_3_1_8b": "llama-3.1-8b",
    "phi_3_3_8b": "phi-3-mini",
    "phi_4_14b": "phi-4",
    "deepseek_v3": "deepseek-v3",
    "llama_3_1_70b": "llama-3.1-70b",
    "llama_3_1_405b": "llama-3.1-405b",
}
"""Rows of the report's table, and the model of the catalog that each speaks of."""

EXAMPLE: Final = "qwen2.5-32b"
"""A model that the report names beside its table of data set sizes, with its tokens."""

_AS_PRINTED: Final = 0.025  # the rounding of the tables
_NEAR: Final = 0.3  # sizes this much apart, as a share, are of one kind
_SINCE: Final = date(2024, 1, 1)


class ChinchillaRow(msgspec.Struct, frozen=True):
    """Tokens for a size: as stated, 20 for each parameter, and by the refitted law with its range."""

    name: str
    params: float
    stated: float
    twenty: float
    by_law: Range
    holds: bool


class OvertrainedRow(msgspec.Struct, frozen=True):
    """Tokens for each parameter of a model: as stated, by the report's own numbers, and by the catalog's."""

    model: str
    stated: float
    stated_multiple: float
    own: float
    own_multiple: float
    catalog_active: float
    catalog_total: float
    holds: bool


class DataRow(msgspec.Struct, frozen=True):
    """Practical tokens for a size: as stated, what ratio they are, and what models since 2024 were given."""

    name: str
    params: float
    tokens: Range
    stated_ratio: Range
    own_ratio: Range
    models_tokens: Range | None
    model_count: int
    holds: bool


class StatedSizes(msgspec.Struct, frozen=True):
    """Every table, and the growth of over-training as stated and as measured on dated models.

    `example_stated` and `example_found` are the tokens of `EXAMPLE`, in the report and in the catalog.
    """

    as_of: str
    chinchilla: tuple[ChinchillaRow, ...]
    overtrained: tuple[OvertrainedRow, ...]
    data: tuple[DataRow, ...]
    example_stated: Range
    example_found: float
    corpus: tuple[Component, ...]
    corpus_tokens: float
    allocations: tuple[Allocation, ...]
    stated_growth: float
    growths: tuple[Growth, ...]


def stated_sizes(as_of: date | None = None) -> StatedSizes:
    """All the tables, with the models that are known on a day."""
    day = as_of or today()
    tokens = stated_spread("report_7b_flop_row_tokens").p50
    return StatedSizes(
        as_of=day.isoformat(),
        chinchilla=tuple(_chinchilla()),
        overtrained=tuple(_overtrained()),
        data=tuple(_data(day)),
        example_stated=stated_range("report_qwen2_5_32b_example_tokens"),
        example_found=next(model.tokens for model in placed_models() if model.id == EXAMPLE),
        corpus=components(tokens),
        corpus_tokens=tokens,
        allocations=allocations(),
        stated_growth=stated_spread("report_overtraining_growth_multiple_per_year").p50,
        growths=growths(day),
    )


def _chinchilla() -> Iterator[ChinchillaRow]:
    each = stated_spread("report_chinchilla_tokens_per_param").p50
    for name, params in CHINCHILLA_SIZES.items():
        stated = stated_spread(f"report_{name}_chinchilla_tokens").p50
        by_law = Range(*optimal_tokens(USUAL_LAW, params))
        yield ChinchillaRow(name.upper(), params, stated, each * params, by_law, _same(stated, each * params))


def _overtrained() -> Iterator[OvertrainedRow]:
    each = stated_spread("report_chinchilla_tokens_per_param").p50
    models = {model.id: model for model in placed_models()}
    for row, name in OVERTRAINED.items():
        params, tokens, stated, multiple = (
            stated_spread(f"report_{row}_overtraining_{column}").p50
            for column in ("params", "tokens", "tokens_per_param", "chinchilla_multiple")
        )
        own, known = tokens / params, models[name]
        yield OvertrainedRow(
            model=name,
            stated=stated,
            stated_multiple=multiple,
            own=own,
            own_multiple=own / each,
            catalog_active=known.tokens_per_active_param,
            catalog_total=known.tokens_per_param,
            holds=_same(stated, own) and (_same(multiple, own / each) or round(own / each) == multiple),
        )


def _data(as_of: date) -> Iterator[DataRow]:
    for name in DATA_SIZES:
        params = CHINCHILLA_SIZES[name]
        tokens, stated = (
            stated_range(f"report_{name}_practical_{what}") for what in ("tokens", "tokens_per_param")
        )
        own = Range(*(end / params for end in (tokens.p05, tokens.p50, tokens.p95)))
        given = sorted(model.tokens for model in _alike(params, as_of))
        found = Range(given[0], given[len(given) // 2], given[-1]) if given else None
        holds = all(abs(one / two - 1) < 0.08 for one, two in ((own.p05, stated.p05), (own.p95, stated.p95)))
        yield DataRow(name.upper(), params, tokens, stated, own, found, len(given), holds)


def _alike(params: float, as_of: date) -> Iterator[Placed]:
    """Dense models of about a size, released since 2024 and known on a day."""
    for model in placed_models():
        recent = _SINCE.isoformat() <= model.released <= as_of.isoformat()
        if recent and model.params == model.active_params and abs(model.params / params - 1) <= _NEAR:
            yield model


def _same(stated: float, found: float) -> bool:
    return abs(found / stated - 1) <= _AS_PRINTED
