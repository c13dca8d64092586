"""Latency and speed of many servings: the serving model corrected by evidence, with 80 % intervals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.catalog.published_facts import PublishedServing
from farthing.estimate.cells import Row
from farthing.estimate.evidence_cache import kept
from farthing.estimate.serving_evidence import ServingEvidence, ServingTraits, serving_traits
from farthing.estimate.serving_row import setup_of
from farthing.estimate.serving_setup import ServingSetup
from farthing.estimate.serving_steps import Served, physics
from farthing.estimate.step_prediction import Known, Prediction, corrected, scales
from farthing.units.problem import FarthingError
from farthing.units.types import FloatArray

QUANTITIES: Final = ("tpot_ms", "ttft_ms", "output_tok_s")
_PER_S: Final = 1000.0


@dataclass(frozen=True, slots=True)
class MeasuredServing:
    """One measured serving; nan where a quantity was not measured."""

    id: str
    setup: ServingSetup
    tpot_ms: float
    ttft_ms: float
    output_tok_s: float


def predict(setups: Sequence[ServingSetup], known: Known | None = None) -> dict[str, Prediction]:
    """Every quantity of set-ups, corrected by the published measurements or by what is `known`."""
    modelled, traits, of = physics(setups), serving_traits(setups), known or {}
    found = {
        name: corrected(quantity(modelled, name), of.get(name) or evidence(name), traits)
        for name in QUANTITIES
    }
    least = quantity(modelled, "tpot_ms") * np.exp(modelled.least_tpot_log_ratio)
    return {**found, "tpot_ms": replace(found["tpot_ms"], mid=np.maximum(found["tpot_ms"].mid, least))}


def quantity(modelled: Served, name: str) -> FloatArray:
    """A quantity of the model in the unit of tables: milliseconds, or tokens a second."""
    if name == "output_tok_s":
        return modelled.output_tokens_per_s
    return (modelled.tpot_s if name == "tpot_ms" else modelled.ttft_s) * _PER_S


@lru_cache(maxsize=1)
def measurements() -> tuple[MeasuredServing, ...]:
    """The published servings of the catalog, as measurements."""
    return tuple(measured_servings([as_row(fact) for fact in catalog().published_serving.values()]))


@lru_cache(maxsize=4)
def evidence(name: str) -> ServingEvidence:
    """How measurements of a quantity differ from the serving model."""
    return kept(f"serving_{name}_evidence", partial(_evidence, name), ServingEvidence, ServingTraits)


def measured_servings(rows: Sequence[Row]) -> list[MeasuredServing]:
    """The rows that can be read, as measurements.

    Rows that cannot are left out, and those that as they are read could not have run: what they leave
    open is not what it was taken for.
    """
    found = []
    for row in rows:
        try:
            setup = setup_of(row)
        except FarthingError:
            continue
        if not setup.holds_weights:
            continue
        numbers = (_number(row, name) for name in QUANTITIES)
        found.append(MeasuredServing(row.get("id") or "", setup, *numbers))
    return found


def as_row(fact: PublishedServing) -> Row:
    """A published serving as the text columns of a table."""
    fields = msgspec.structs.asdict(fact)
    return {name: None if value is None else _text(value) for name, value in fields.items()}


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


def _evidence(name: str) -> ServingEvidence:
    known = [each for each in measurements() if math.isfinite(getattr(each, name))]
    modelled = quantity(physics([each.setup for each in known]), name)
    ratio = np.array([getattr(each, name) for each in known]) / modelled
    scale = scales(f"serving_{name}")
    noise = np.full(len(known), scale["noise_sd"])
    return ServingEvidence(
        serving_traits([each.setup for each in known]), np.log(ratio), noise, scale
    ).robust()


def _number(row: Row, name: str) -> float:
    try:
        value = float(row.get(name) or "nan")
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and value > 0 else math.nan
