"""Goodput: the share of paid time in which a run makes progress that lasts.

Failures grow with the number of accelerators, each one throws away work since the last
checkpoint and takes a restart, and checkpoints themselves take time.
"""

import numpy as np

from farthing.units.types import Real

_DAY_S = 86_400


def interruption_count_per_day(
    accelerator_count: Real, failure_count_per_gpu_day: Real, preemption_count_per_gpu_day: Real
) -> Real:
    """Times a day that the whole job stops, because one of its accelerators fails or is taken.

    accelerators · (failures + preemptions per accelerator and day). Synchronous training: one
    loss stops all. Source: dubey-2024-llama3 (419 unexpected stops in 54 days on 16,384).

    >>> round(interruption_count_per_day(16_384, 419 / 54 / 16_384, 0), 2)
    7.76
    """
    return accelerator_count * (failure_count_per_gpu_day + preemption_count_per_gpu_day)


def checkpoint_interval_s(
    interruption_count_per_day: Real, checkpoint_write_s: Real, longest_checkpoint_interval_s: Real
) -> Real:
    """Time between checkpoints that wastes least, in seconds.

    √(2 · write time / interruption rate), never longer than the habit of the field.
    Valid where a write is short against the time between interruptions. Source: young-1974.

    >>> round(float(checkpoint_interval_s(7.76, 30, 14_400)))
    817
    """
    rate = np.maximum(interruption_count_per_day, 1e-9) / _DAY_S
    return np.minimum(np.sqrt(2 * checkpoint_write_s / rate), longest_checkpoint_interval_s)


def checkpoint_share(checkpoint_interval_s: Real, checkpoint_write_s: Real) -> Real:
    """Share of running time that goes into writing checkpoints (0 to 1).

    write / (interval + write), for the part of a write that stops training. Source: young-1974.

    >>> round(checkpoint_share(817, 30), 3)
    0.035
    """
    return checkpoint_write_s / (checkpoint_interval_s + checkpoint_write_s)


def rework_share(
    interruption_count_per_day: Real, checkpoint_interval_s: Real, checkpoint_write_s: Real
) -> Real:
    """Share of running time that is lost because work since a checkpoint is done again (0 to 1).

    1 − x / (eˣ − 1) with x = rate · (interval + write): the exact loss when interruptions are
    random, about x / 2 when x is small. Source: daly-2006.

    >>> round(float(rework_share(7.76, 817, 30)), 3)
    0.038
    """
    x = np.maximum(interruption_count_per_day, 1e-9) * (checkpoint_interval_s + checkpoint_write_s) / _DAY_S
    return 1 - x / np.expm1(x)


def restart_share(interruption_count_per_day: Real, restart_s: Real) -> Real:
    """Share of time spent noticing an interruption, replacing the machine and loading (0 to 1).

    1 − e^(−rate · restart time); interruptions can strike during a restart. Source: daly-2006.

    >>> round(float(restart_share(7.76, 600)), 3)
    0.052
    """
    return 1 - np.exp(-interruption_count_per_day * restart_s / _DAY_S)


def goodput(
    checkpoint_share: Real,
    rework_share: Real,
    restart_share: Real,
    evaluation_share: Real,
    rollback_share: Real,
) -> Real:
    """Share of paid accelerator time that ends in kept training steps (0 to 1).

    Product of what each loss leaves; `rollback_share` is what a schedule cannot foresee: loss
    spikes rolled back, slow machines, ramp-up, idle gaps. Source: dubey-2024-llama3.

    >>> round(goodput(0.035, 0.038, 0.052, 0.01, 0.0), 3)      # 16,384 accelerators
    0.871
    """
    lasting = (1 - checkpoint_share) * (1 - rework_share) * (1 - restart_share)
    return lasting * (1 - evaluation_share) * (1 - rollback_share)
