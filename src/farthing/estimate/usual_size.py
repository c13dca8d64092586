"""The usual size of a run whose size was not said: accelerators, batch, and the memory to fill."""

import math
from typing import Final

from farthing.catalog.facts import Accelerator
from farthing.estimate import steps
from farthing.estimate.formats import half_peak_flop_per_s

USUAL_BATCH_TOKENS: Final = 4e6
LARGE_BATCH_TOKENS: Final = 16e6
LARGE_RUN_FLOP: Final = 1e24
USUAL_DAYS: Final = 30.0
_USUAL_MFU: Final = 0.4
_PER_GIB: Final = 2**30


def usual_count(accelerator: Accelerator, flop: float) -> float:
    """Accelerators for about a month at two fifths of the peak: a power of two of whole machines."""
    wanted = flop / (_USUAL_MFU * half_peak_flop_per_s(accelerator) * USUAL_DAYS * 86_400)
    return 8.0 * 2.0 ** max(0, math.ceil(math.log2(max(wanted, 1.0) / 8)))


def usual_batch(seq_len: float, count: float, flop: float) -> float:
    """Sequences of a usual batch: about 4M tokens, 16M for the largest runs.

    A multiple of the accelerators, or of a half, a quarter, ... of them, so that replicas share it evenly.
    """
    wanted = (LARGE_BATCH_TOKENS if flop >= LARGE_RUN_FLOP else USUAL_BATCH_TOKENS) / seq_len
    unit = count
    while unit > wanted and unit % 2 == 0:
        unit /= 2
    return unit * max(1, round(wanted / unit))


def room_gib(accelerator: Accelerator) -> float:
    """Memory that a layout may plan to fill, in GiB on each accelerator."""
    return accelerator.memory_byte / _PER_GIB * steps.constants()["usable_memory_share"]
