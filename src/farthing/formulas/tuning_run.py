"""A whole fine-tuning: passes of a reference model, start-up, the bill, adapters that are served."""

import numpy as np

from farthing.units.period import HOURS_PER_MONTH
from farthing.units.types import Real


def forward_share(frozen_share: Real, recompute_share: Real) -> Real:
    """Time of one forward pass over that of a step: forward, backward and what is recomputed (0 to 1).

    2 / (6 − 2 · frozen + 2 · recomputed): a third where all weights are trained, half where they
    are frozen. Source: kaplan-2020-scaling; hu-2021-lora.

    >>> round(forward_share(0.0, 0.0), 3), forward_share(1.0, 0.0), forward_share(0.0, 1.0)
    (0.333, 0.5, 0.25)
    """
    return 2 / (6 - 2 * frozen_share + 2 * recompute_share)


def reference_time_ratio(reference_pass_count: Real, forward_share: Real) -> Real:
    """Time of the reference model's passes over that of the policy's steps, as a ratio.

    Passes for each trained token: 1 where the reference stays loaded (DPO), one over the epochs
    where its answers are kept from one pass, 0 without a reference (ORPO).
    Source: rafailov-2023-dpo; hong-2024-orpo.

    >>> reference_time_ratio(1.0, 0.5), reference_time_ratio(0.0, 0.5)
    (0.5, 0.0)
    """
    return reference_pass_count * forward_share


def reference_memory_gib(
    reference_copy_count: Real, replica_params: Real, sharded_params: Real, zero_stage: Real
) -> Real:
    """Memory of a reference model beside the policy on each accelerator, in GiB.

    Two bytes a weight, shared out under stage 3. Adapters need no copy: the reference is the model
    without them. Source: rafailov-2023-dpo.

    >>> float(reference_memory_gib(1, 2**30, 2**27, 0)), float(reference_memory_gib(0, 2**30, 2**27, 0))
    (2.0, 0.0)
    """
    held = np.where(np.asarray(zero_stage) >= 3, sharded_params, replica_params)
    return reference_copy_count * 2.0 * held / 2**30


def peak_mem_gib(physics_mem_gib: Real, memory_evidence_ratio: Real, reference_memory_gib: Real) -> Real:
    """Peak memory of one accelerator while tuning, in GiB.

    The memory model corrected by measured steps like this one, and the reference model beside it.
    Source: fit-finetuning-2026.

    >>> peak_mem_gib(60.0, 1.05, 10.0)
    73.0
    """
    return physics_mem_gib * memory_evidence_ratio + reference_memory_gib


def train_flop(active_params: Real, tokens: Real, frozen_share: Real, reference_pass_count: Real) -> Real:
    """Arithmetic of the whole tuning by the 6·N·D rule, the reference's forward passes included, in FLOP.

    4·N·D where weights are frozen, and 2·N·D for a reference. Source: kaplan-2020-scaling; rafailov-2023-dpo.

    >>> train_flop(7e9, 1e7, 1.0, 0.0), train_flop(7e9, 1e7, 0.0, 1.0)
    (2.8e+17, 5.6e+17)
    """
    return (6 - 2 * frozen_share + 2 * reference_pass_count) * active_params * tokens


def gpu_hours(
    tokens: Real,
    tokens_per_s_per_gpu: Real,
    goodput: Real,
    reference_time_ratio: Real,
    startup_h: Real,
    accelerator_count: Real,
) -> Real:
    """Accelerator-hours of the tuning, lost time and the start of the machines included, in hours.

    Source: kokolis-2024-reliability; rafailov-2023-dpo.

    >>> gpu_hours(7.2e6, 2000, 1.0, 0.5, 0.25, 2)
    2.0
    """
    steps_h = tokens * (1 + reference_time_ratio) / (tokens_per_s_per_gpu * goodput * 3600)
    return steps_h + startup_h * accelerator_count


def tuning_runs_cost_usd(compute_cost_usd: Real, other_run_multiple: Real) -> Real:
    """Compute of the runs that find the settings and are not kept, in dollars.

    cost of the kept run · other runs. Source: farthing-estimate.

    >>> tuning_runs_cost_usd(20, 3)
    60
    """
    return compute_cost_usd * other_run_multiple


def people_cost_usd(setup_h: Real, person_usd_per_hour: Real) -> Real:
    """People who set the tuning up, watch it and judge the result, in dollars.

    hours · loaded hourly cost. Source: farthing-estimate.

    >>> people_cost_usd(10, 120)
    1200
    """
    return setup_h * person_usd_per_hour


def beyond_compute_cost_usd(
    data_cost_usd: Real, tuning_runs_cost_usd: Real, people_cost_usd: Real, evaluation_cost_usd: Real
) -> Real:
    """Everything beyond the compute of the kept run, in dollars. Source: report-2026-02 names the lines.

    >>> beyond_compute_cost_usd(1, 2, 3, 4)
    10
    """
    return data_cost_usd + tuning_runs_cost_usd + people_cost_usd + evaluation_cost_usd


def rent_usd_per_gpu_hour(owned_usd_per_gpu_hour: Real) -> Real:
    """What an hour of an own accelerator costs, where a price per hour is asked for, in dollars.

    Source: farthing-units.

    >>> rent_usd_per_gpu_hour(1.9)
    1.9
    """
    return owned_usd_per_gpu_hour


def adapter_gib(adapter_params: Real) -> Real:
    """Size of one adapter as it is served, in GiB: two bytes a weight. Source: hu-2021-lora.

    >>> adapter_gib(2**29)
    1.0
    """
    return 2 * adapter_params / 2**30


def adapter_serving_usd_per_month(
    adapter_gib: Real,
    memory_byte: Real,
    rent_usd_per_gpu_hour: Real,
    adapter_slowdown_share: Real,
    served_adapter_count: Real,
) -> Real:
    """What one adapter adds to a server that runs its base model all month, in dollars per month.

    rent · 730 · (memory it takes + its share of the slowdown). Adapters share one base model, so
    the slowdown is shared by all that are served. Source: sheng-2023-slora; chen-2023-punica.

    >>> round(adapter_serving_usd_per_month(0.8, 80 * 2**30, 2.0, 0.1, 10), 1)
    29.2
    """
    share = adapter_gib * 2**30 / memory_byte + adapter_slowdown_share / served_adapter_count
    return rent_usd_per_gpu_hour * HOURS_PER_MONTH * share
