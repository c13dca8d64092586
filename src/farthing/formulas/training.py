"""From the speed of a step to the whole run: utilization, accelerator-hours, days."""

from farthing.units.types import Real


def tuned_tokens_per_s(physics_tokens_per_s: Real, evidence_ratio: Real) -> Real:
    """Speed of a well tuned step: the step model, corrected by measured steps like this one.

    In tokens per second per accelerator, as in a benchmark. Source: fit-training-2026.

    >>> tuned_tokens_per_s(10000, 1.25)
    12500.0
    """
    return physics_tokens_per_s * evidence_ratio


def mfu(
    tuned_tokens_per_s: Real, practice_ratio: Real, model_flop_per_token: Real, half_peak_flop_per_s: Real
) -> Real:
    """Model FLOPs utilization while a run's steps run, as a share of the dense 16-bit peak.

    The tuned step times what the steps of whole published runs make of it. Against the 16-bit peak
    whatever the run's number format, so that formats compare; an 8-bit run can pass 1. Recomputation
    does not count, attention does (causal). Source: chowdhery-2022-palm, appendix B; fit-runs-2026.

    >>> mfu(10000, 0.8, 48e9, 960e12)
    0.4
    """
    return tuned_tokens_per_s * practice_ratio * model_flop_per_token / half_peak_flop_per_s


def tokens_per_s_per_gpu(mfu: Real, half_peak_flop_per_s: Real, model_flop_per_token: Real) -> Real:
    """Training speed while steps run, in tokens per second per accelerator.

    Source: chowdhery-2022-palm, appendix B.

    >>> tokens_per_s_per_gpu(0.5, 960e12, 48e9)
    10000.0
    """
    return mfu * half_peak_flop_per_s / model_flop_per_token


def gpu_hours(tokens: Real, tokens_per_s_per_gpu: Real, goodput: Real) -> Real:
    """Accelerator-hours of the run, lost time included, in hours.

    Source: kokolis-2024-reliability.

    >>> gpu_hours(15e12, 2500, 0.8) * 3600
    7500000000.0
    """
    return tokens / (tokens_per_s_per_gpu * goodput * 3600)


def wall_clock_days(gpu_hours: Real, accelerator_count: Real) -> Real:
    """How long the run takes, in days.

    hours / accelerators / 24. Source: farthing-units.

    >>> wall_clock_days(94080, 280)
    14.0
    """
    return gpu_hours / accelerator_count / 24
