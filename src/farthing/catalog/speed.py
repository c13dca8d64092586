"""Accelerators compared: derived from their rates, never stated.

A report's own figure may stand in `Accelerator.reported`; it is shown beside, not used.
"""

from farthing.catalog.facts import Accelerator

A100_BF16_FLOP_PER_S = 312e12  # dense; source: nvidia-a100-datasheet-2021
H100_BF16_FLOP_PER_S = 989.4e12  # dense, SXM; source: nvidia-h100-whitepaper-2022


def half_precision_flop_per_s(part: Accelerator) -> float | None:
    """Dense BF16 rate, or FP16 on parts that lack BF16, in FLOP/s; None where neither is known."""
    return part.peak_flop_per_s.get("bf16", part.peak_flop_per_s.get("fp16"))


def speed_vs_a100(part: Accelerator) -> float:
    """Dense 16-bit peak rate over that of an A100, as a multiple.

    What training reaches differs with memory, links and software; estimates use those.
    """
    return (half_precision_flop_per_s(part) or 0.0) / A100_BF16_FLOP_PER_S


def h100_equivalents(part: Accelerator) -> float:
    """How many H100 SXM have the dense 16-bit peak rate of this part, as a count."""
    return (half_precision_flop_per_s(part) or 0.0) / H100_BF16_FLOP_PER_S
