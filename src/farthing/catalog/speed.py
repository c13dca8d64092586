"""Accelerators compared: derived from their rates, never stated.

What a report states instead is kept in `Catalog.seeds` and shown beside, never used.
"""

from farthing.catalog.facts import Accelerator, NumberFormat

A100_BF16_FLOP_PER_S = 312e12  # dense; source: nvidia-a100-datasheet-2021
H100_BF16_FLOP_PER_S = 989.4e12  # dense, SXM; source: nvidia-h100-whitepaper-2022


_TRAINING_FORMATS: tuple[NumberFormat, ...] = ("bf16", "fp16", "fp32")


def half_precision_flop_per_s(part: Accelerator) -> float | None:
    """Dense BF16 rate, or FP16 or FP32 on parts that lack it, in FLOP/s; None if none is known."""
    rates = part.peak_flop_per_s
    return next((rates[name] for name in _TRAINING_FORMATS if name in rates), None)


def speed_vs_a100(part: Accelerator) -> float:
    """Dense 16-bit peak rate over that of an A100, as a multiple.

    What training reaches differs with memory, links and software; estimates use those.
    """
    return (half_precision_flop_per_s(part) or 0.0) / A100_BF16_FLOP_PER_S


def h100_equivalents(part: Accelerator) -> float:
    """How many H100 SXM have the dense 16-bit peak rate of this part, as a count."""
    return (half_precision_flop_per_s(part) or 0.0) / H100_BF16_FLOP_PER_S
