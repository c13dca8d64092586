"""The number format of a run's matrix products: what it is called, what it costs, what it needs."""

import re
from dataclasses import dataclass
from typing import Final

from farthing.catalog.facts import Accelerator, NumberFormat
from farthing.catalog.speed import half_precision_flop_per_s
from farthing.units.problem import InputError, Problem, did_you_mean

BYTE: Final[dict[str, float]] = {
    "fp32": 4.0,
    "tf32": 4.0,
    "fp16": 2.0,
    "bf16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "fp4": 0.5,
}
"""Formats that training uses, and the bytes of one operand."""

_READ_ORDER: Final[tuple[NumberFormat, ...]] = ("fp4", "int8", "fp8", "bf16", "fp16", "tf32", "fp32")
_FINE_GRAINED: Final = re.compile(r"mx|row|block|fp4|sub|1d|2d")


@dataclass(frozen=True, slots=True)
class Format:
    """A number format: its key in the catalog, and how finely its operands are scaled.

    `scaling` is `whole` (one scale a tensor, or none), `row` (rows scaled in software) or `block`
    (blocks scaled in hardware: MXFP8, NVFP4).
    """

    key: NumberFormat
    scaling: str = "whole"

    @property
    def byte(self) -> float:
        """Bytes of an operand."""
        return BYTE[self.key]


def read_format(text: str) -> Format:
    """The format that a name means: `BF16`, `amp_bf16`, `FP8-CS`, `MXFP8`, `FP8 rowwise`, `NVFP4`.

    Raises InputError with the nearest names.
    """
    plain = re.sub(r"[^a-z0-9]", "", text.lower()).replace("bfloat", "bf").replace("float", "fp")
    for key in _READ_ORDER:
        if key in plain:
            return Format(key, _scaling(plain, key))
    raise InputError([_unknown(text)])


def _scaling(plain: str, key: str) -> str:
    if key not in ("fp8", "fp4") or not _FINE_GRAINED.search(plain):
        return "whole"
    return "row" if "row" in plain else "block"


def usual_format(accelerator: Accelerator, framework: str = "") -> Format:
    """The format to expect where none is stated.

    NVIDIA's own recipes train in 8 bits where the part can; Google's MLPerf runs use 8-bit
    integers; everybody else uses bfloat16, or float16 or float32 on parts without it.
    """
    rates = accelerator.peak_flop_per_s
    if framework == "mlperf-maxtext" and "int8" in rates:
        return Format("int8")
    if framework in ("megatron-bridge", "mlperf-nvidia") and "fp8" in rates:
        return Format("fp8")
    widths: tuple[NumberFormat, ...] = ("bf16", "fp16")
    return Format(next((key for key in widths if key in rates), "fp32"))


def peak_flop_per_s(accelerator: Accelerator, wanted: Format) -> float:
    """Dense peak rate of a format on an accelerator, in FLOP/s.

    16-bit formats stand in for each other. Raises InputError where the accelerator lacks the format.
    """
    rates = accelerator.peak_flop_per_s
    twin = {"bf16": "fp16", "fp16": "bf16", "tf32": "fp32"}.get(wanted.key)
    rate = rates.get(wanted.key) or (rates.get(twin) if twin else None)  # type: ignore[call-overload]
    if rate is None:
        raise InputError([_lacking(accelerator, wanted.key)])
    return float(rate)


def half_peak_flop_per_s(accelerator: Accelerator) -> float:
    """Dense peak rate in 16 bits, in FLOP/s: what utilization is measured against; 32 on parts without."""
    return half_precision_flop_per_s(accelerator) or max(accelerator.peak_flop_per_s.values())


def _unknown(text: str) -> Problem:
    known = ["bf16", "fp16", "fp8", "mxfp8", "nvfp4", "int8", "tf32", "fp32"]
    return Problem(
        code="unknown-precision",
        severity="error",
        where="--precision",
        what=f"no number format is called {text!r}",
        why="the rate of matrix products depends on it",
        fix=did_you_mean(text, known) or f"one of {', '.join(known)}",
    )


def _lacking(accelerator: Accelerator, key: str) -> Problem:
    has = [name for name in BYTE if name in accelerator.peak_flop_per_s and name != "int8"]
    return Problem(
        code="unsupported-precision",
        severity="error",
        where="--precision",
        what=f"{accelerator.name} has no {key} matrix units",
        why="its data sheet gives no rate for that format",
        fix=f"use one it has: {', '.join(has)}",
    )
