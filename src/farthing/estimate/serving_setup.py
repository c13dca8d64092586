"""One way to serve a model: the model, the accelerators, the formats, the engine, the load.

`stack` turns any number of set-ups into the arrays that the serving chain takes.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np

from farthing.catalog.facts import Accelerator, NumberFormat
from farthing.catalog.find import Found
from farthing.catalog.speed import half_precision_flop_per_s
from farthing.estimate.architecture import Architecture
from farthing.units.types import FloatArray

LoadKind: TypeAlias = Literal["closed", "static", "rate", "full"]
ENGINES: Final = ("vllm", "sglang", "tensorrt-llm", "lmdeploy")
WEIGHT_BYTE: Final[Mapping[str, float]] = {
    "fp32": 4.0,
    "bf16": 2.0,
    "fp16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "fp4": 0.5625,
    "mxfp4": 0.53125,
    "int4": 0.53125,
}
"""Bytes of a stored weight and its scale: NVFP4 has one for 16 weights, MXFP4 and usual INT4 for 32."""

_COMPUTED_IN: Final[Mapping[str, tuple[NumberFormat, ...]]] = {
    "fp32": ("tf32", "fp32"),
    "fp8": ("fp8", "int8"),
    "int8": ("int8", "fp8"),
    "fp4": ("fp4", "fp8"),
}
"""Formats of the arithmetic, the best first; weights that are only stored in 4 bits are multiplied in 16."""

_SURELY_TOO_MUCH: Final = 1.15  # of the memory
_NAMED: Final = (
    (re.compile(r"vllm"), "vllm"),
    (re.compile(r"sglang"), "sglang"),
    (re.compile(r"lmdeploy|turbomind"), "lmdeploy"),
    (re.compile(r"trt|tensorrt|cuda|jetpack|triton|nim"), "tensorrt-llm"),
)


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked at once, of all copies together.

    `closed`: `size` requests, each followed by the next as soon as it is answered. `static`: one batch of
    that size from start to end. `rate`: so many requests a second, whenever they come. `full`: as many as
    there is room for. `burst` says that all begin together and few follow.
    """

    kind: LoadKind
    size: float = 0.0
    burst: bool = False


@dataclass(frozen=True, slots=True)
class Engine:
    """The software that serves: its family ('' where unknown), release, and whose measurement it is."""

    family: str = ""
    release: str = ""
    source: str = ""
    disaggregated: bool = False


@dataclass(frozen=True, slots=True)
class ServingSetup:
    """Everything that speed and latency depend on. `layout` has accelerator_count, tp, pp and ep."""

    model: str
    architecture: Architecture
    accelerator: Found[Accelerator]
    weight_format: str
    kv_byte: float
    layout: Mapping[str, float]
    input_tokens: float
    output_tokens: float
    load: Load
    engine: Engine = field(default=Engine())
    notes: tuple[str, ...] = ()

    @property
    def replica_count(self) -> float:
        """Accelerators of one copy of the model: those of a tensor and pipeline group, or of its experts."""
        count = self.layout["accelerator_count"]
        group = min(self.layout["tp"] * self.layout["pp"], count)
        return min(max(group, self.layout["ep"]), count)

    @property
    def stored_byte(self) -> float:
        """Weights of one copy of the model, in bytes."""
        return self.architecture.count("params") * WEIGHT_BYTE[self.weight_format]

    @property
    def holds_weights(self) -> bool:
        """Whether all accelerators together hold the weights once; tables err a little in counts."""
        has = self.layout["accelerator_count"] * self.accelerator.fact.memory_byte
        return self.stored_byte <= _SURELY_TOO_MUCH * has

    @property
    def copy_count(self) -> float:
        """Copies of the model on all accelerators together; of those that write, where others only read."""
        every = self.layout["accelerator_count"]
        if self.engine.disaggregated:
            return max(1.0, math.floor((every - 1) / self.replica_count))
        return max(1.0, every / self.replica_count)

    @property
    def reader_count(self) -> float:
        """Accelerators that read the prompts of one copy: its own, or its part of those that only read."""
        if not self.engine.disaggregated:
            return self.replica_count
        writers = self.copy_count * self.replica_count
        return max(1.0, self.layout["accelerator_count"] - writers) / self.copy_count


def engine_family(text: str) -> str:
    """The engine that a name means; '' for one that is not known.

    >>> engine_family("TensorRT-LLM 0.17"), engine_family("vllm 0.19.0"), engine_family("own")
    ('tensorrt-llm', 'vllm', '')
    """
    plain = text.lower()
    return next((family for pattern, family in _NAMED if pattern.search(plain)), "")


def serve_peak_flop_per_s(accelerator: Accelerator, weight_format: str) -> float:
    """Dense peak rate at which weights of a format are multiplied."""
    rates = accelerator.peak_flop_per_s
    for name in _COMPUTED_IN.get(weight_format, ()):
        if name in rates:
            return rates[name]
    return half_precision_flop_per_s(accelerator) or max(rates.values())


def stack(setups: Sequence[ServingSetup]) -> dict[str, FloatArray]:
    """Columns of the serving chain's inputs, one place a set-up, without the fitted constants."""
    rows = [_numbers(setup) for setup in setups]
    names = set().union(*rows)
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64) for name in names}


def _numbers(setup: ServingSetup) -> dict[str, float]:
    part = setup.accelerator.fact
    shape = setup.architecture.shape
    return {
        **shape,
        "tp": setup.layout["tp"],
        "replica_count": setup.replica_count,
        "copy_count": setup.copy_count,
        "reader_count": setup.reader_count,
        "weight_byte": WEIGHT_BYTE[setup.weight_format],
        "kv_byte": setup.kv_byte,
        "memory_byte": part.memory_byte,
        "hbm_byte_per_s": part.hbm_byte_per_s,
        "link_byte_per_s": part.link_byte_per_s,
        "half_peak_flop_per_s": half_precision_flop_per_s(part) or max(part.peak_flop_per_s.values()),
        "serve_peak_flop_per_s": serve_peak_flop_per_s(part, setup.weight_format),
        "prompt_tokens": setup.input_tokens,
        "computed_tokens": setup.input_tokens,
        "answer_tokens": setup.output_tokens,
    }
