"""Training of a model that is no language model, by its own arithmetic per sample."""

from farthing.units.types import Real


def train_flop(flop_per_sample: Real, sample_count: Real) -> Real:
    """Training arithmetic of all samples, each pass over the data counted, in FLOP.

    FLOP per sample, forward and backward · samples. Source: sevilla-2022-compute-trends.

    >>> train_flop(2e12, 1e9)
    2e+21
    """
    return flop_per_sample * sample_count


def useful_flop_per_s_per_gpu(peak_flop_per_s: Real, mfu: Real) -> Real:
    """Model arithmetic that one accelerator gets done while it runs, in FLOP per second.

    dense peak rate · model FLOPs utilization. Source: chowdhery-2022-palm, appendix B.

    >>> useful_flop_per_s_per_gpu(312e12, 0.5)
    156000000000000.0
    """
    return peak_flop_per_s * mfu


def gpu_hours(train_flop: Real, useful_flop_per_s_per_gpu: Real, goodput: Real) -> Real:
    """Accelerator-hours that are paid for, in hours.

    FLOP / useful rate / 3,600 / goodput: lost time is paid too. Source: sevilla-2022-compute-trends.

    >>> round(gpu_hours(2e21, 156e12, 0.9), 1)
    3956.9
    """
    return train_flop / useful_flop_per_s_per_gpu / 3600 / goodput


def wall_clock_days(gpu_hours: Real, accelerator_count: Real) -> Real:
    """Time from start to end with every accelerator busy on the run, in days.

    accelerator-hours / accelerators / 24. Source: farthing-units.

    >>> wall_clock_days(4800, 100)
    2.0
    """
    return gpu_hours / accelerator_count / 24
