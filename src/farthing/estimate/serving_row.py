"""Set-ups from the rows of a table of serving measurements (`validate serving`, `calibrate serving`).

Columns are those of the contract; a cell may be empty and a column missing. What a row leaves open
takes a default that is named in the set-up's notes.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.catalog.load import catalog
from farthing.catalog.service_facts import Workload
from farthing.estimate.architecture import Architecture
from farthing.estimate.cells import Row, positive, text
from farthing.estimate.model_row import of_row
from farthing.estimate.serving_setup import (
    WEIGHT_BYTE,
    Engine,
    Load,
    ServingSetup,
    engine_family,
)
from farthing.units.problem import InputError, Problem, quoted

_BILLION: Final = 1e9
_WEIGHTS_AT_MOST: Final = 0.6  # of the memory of a copy that nobody described
_USUAL_LENGTHS: Final = (1024.0, 1024.0)
_BURST_SOURCES: Final = ("aic_silicon_nvidia",)
_SQUARED_SOURCES: Final = ("aic_silicon_inferencex",)
_PER_SECOND: Final = re.compile(r"(?:^(?:qps|rate)=|@)\s*([\d.]+|inf)", re.IGNORECASE)
_SCENARIO: Final = re.compile(r"^mlperf-(\w+)$", re.IGNORECASE)
_FORMATS: Final = {
    "uint4": "int4",
    "w4a16": "int4",
    "awq": "int4",
    "gptq": "int4",
    "nvfp4": "fp4",
    "bfloat16": "bf16",
    "float16": "fp16",
    "half": "fp16",
    "float32": "fp32",
    "e4m3": "fp8",
}
_EIGHT_BIT: Final = ("fp8", "int8", "e4m3", "e5m2")


def setup_of(row: Row) -> ServingSetup:
    """The set-up of one row. Raises InputError where model or accelerator cannot be told."""
    notes: list[str] = []
    accelerator = find.found_accelerator(text(row, "accelerator"))
    engine = _engine(row)
    weights = _weight_format(row, accelerator.fact, notes)
    prompt, answer = _lengths(row, notes)
    architecture = _architecture(row)
    stored = architecture.count("params") * WEIGHT_BYTE[weights]
    return ServingSetup(
        model=text(row, "model"),
        architecture=architecture,
        accelerator=accelerator,
        weight_format=weights,
        kv_byte=_kv_byte(row, weights, engine.family),
        layout=_layout(row, stored, accelerator.fact.memory_byte, notes),
        input_tokens=prompt,
        output_tokens=answer,
        load=_load(row, engine.source),
        engine=engine,
        notes=tuple(notes),
    )


def _architecture(row: Row) -> Architecture:
    """The shape of the model; where the name is unknown, of its sizes, which tables give in billions."""
    sizes = {"params": positive(row, "params_b"), "active_params": positive(row, "active_params_b")}
    stated = {name: str(value * _BILLION) for name, value in sizes.items() if value is not None}
    if stated.get("active_params") == stated.get("params"):
        stated.pop("active_params", None)
    if find.model_or_none(text(row, "model")) is not None:
        stated = {}  # the catalog's shape gives its own counts
    return of_row({"model": text(row, "model"), **stated})


def _engine(row: Row) -> Engine:
    said = text(row, "engine")
    source = text(row, "source_family")
    if scenario := _scenario(row):
        source = f"mlperf:{scenario}"
    release = re.sub(r"\s*\(.*?\)", "", said.lower()).strip()
    return Engine(engine_family(said), release, source, "disagg" in said.lower())


def _scenario(row: Row) -> str:
    for column in ("concurrency_or_batch", "workload"):
        said = text(row, column).lower()
        found = _SCENARIO.match(said) or re.match(r"^mlperf:.*:(\w+)$", said)
        if found:
            return found[1]
    return ""


def _weight_format(row: Row, part: Accelerator, notes: list[str]) -> str:
    said = re.sub(r"[^a-z0-9]", "", text(row, "weight_precision").lower())
    named = _FORMATS.get(said, said)
    if named in WEIGHT_BYTE:
        return named
    rates = part.peak_flop_per_s
    usual = next((name for name in ("fp4", "fp8", "bf16", "fp16", "fp32") if name in rates), "fp16")
    what = f"weight_precision {quoted(said)} is not known" if said else "weight_precision not stated"
    notes.append(f"{what}: {usual} taken, the smallest that the part computes in")
    return usual


def _kv_byte(row: Row, weights: str, engine: str) -> float:
    """Bytes of a cached number; unstated it is 8 bits where TensorRT-LLM serves weights of 8 bits or less."""
    said = text(row, "kv_precision").lower()
    if said:
        return 1.0 if any(name in said for name in _EIGHT_BIT) else 0.5 if "4" in said else 2.0
    return 1.0 if engine == "tensorrt-llm" and weights in ("fp8", "fp4") else 2.0


def _layout(row: Row, weight_byte: float, memory_byte: float, notes: list[str]) -> dict[str, float]:
    layout = {name: _count(row, name) or 1.0 for name in ("tp", "pp", "ep")}
    count = _count(row, "n_accelerators") or layout["tp"] * layout["pp"]
    if text(row, "source_family").startswith(_SQUARED_SOURCES) and count == layout["ep"] ** 2:
        count = layout["ep"]
        layout["tp"] = min(layout["tp"], count)
        notes.append(f"widths that this source multiplies: {count:.0f} accelerators taken")
    group = layout["tp"] * layout["pp"]
    if count < group:
        notes.append(f"tp {layout['tp']:.0f} on {count:.0f} accelerators: {group:.0f} taken")
        count = group
    smallest = _smallest_group(weight_byte, memory_byte, count)
    if not _count(row, "tp"):
        layout["tp"] = smallest
        notes.append(f"tp not stated: copies on {smallest:.0f} of {count:.0f} accelerators taken")
    elif max(group, layout["ep"]) < smallest and weight_byte > max(group, layout["ep"]) * memory_byte:
        layout["ep"] = smallest
        notes.append(f"weights beyond tp {layout['tp']:.0f}: copies on {smallest:.0f} accelerators taken")
    return {"accelerator_count": count, **layout}


def _smallest_group(weight_byte: float, memory_byte: float, count: float) -> float:
    """The smallest power of two of accelerators that holds the weights and leaves room for caches."""
    group = 1.0
    while group < count and weight_byte > _WEIGHTS_AT_MOST * group * memory_byte:
        group *= 2
    return min(group, count)


def _lengths(row: Row, notes: list[str]) -> tuple[float, float]:
    prompt, answer = (
        positive(row, "input_len", zero_is_empty=True),
        positive(row, "output_len", zero_is_empty=True),
    )
    if prompt and answer:
        return prompt, answer
    known = workload_of(text(row, "workload"), text(row, "model"))
    if known is not None:
        notes.append(f"lengths of {known.name} taken")
        return prompt or known.input_tokens, answer or known.output_tokens
    notes.append("lengths not stated: 1,024 in and 1,024 out taken")
    return prompt or _USUAL_LENGTHS[0], answer or _USUAL_LENGTHS[1]


def workload_of(named: str, model: str) -> Workload | None:
    """A benchmark's mean lengths, by its name and the model it is for; None for one that is not known."""
    if not named.lower().startswith("mlperf"):
        return None
    plain = _letters(model)
    facts: Mapping[str, Workload] = catalog().workloads
    return next(
        (fact for fact in facts.values() if plain in map(_letters, fact.models)),
        facts.get("mlperf-llama2-70b"),
    )


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _load(row: Row, source: str) -> Load:
    said = text(row, "concurrency_or_batch").lower()
    burst = source in _BURST_SOURCES
    if found := _PER_SECOND.search(said):
        return Load("rate", math.inf if found[1] == "inf" else float(found[1]))
    if _scenario(row) or said in ("", "max"):
        return Load("full")
    try:
        size = float(said)
    except ValueError:
        size = math.nan
    if not 0 < size < _BILLION:
        what = f"concurrency_or_batch is {quoted(said)}"
        fix = "Give a number, max, rate=N or qps=N."
        why = "latency depends on how many requests run at once"
        raise InputError([Problem("bad-field", "error", "concurrency_or_batch", what, why, fix)])
    static = "static" in text(row, "engine").lower() or "static" in text(row, "workload").lower()
    return Load("static" if static else "closed", size, burst)


def _count(row: Row, column: str) -> float | None:
    """A number above 0, or None where the cell is empty or says zero."""
    return positive(row, column, zero_is_empty=True)
