"""Cost lines beyond the compute of the final run, each a share of it, and the likely bill.

People have their own arithmetic in `people`. The shares are assumptions with sources; any of
them can be set, and the lines are always shown apart from compute.
"""

from farthing.units.types import Real


def failed_runs_cost_usd(compute_cost_usd: Real, failed_runs_share: Real) -> Real:
    """Compute of attempts that were abandoned, in dollars. Restarts inside a run are goodput.

    compute · share. Source: morrison-2025-environment.

    >>> round(failed_runs_cost_usd(1e6, 0.1))
    100000
    """
    return compute_cost_usd * failed_runs_share


def experiments_cost_usd(compute_cost_usd: Real, experiments_share: Real) -> Real:
    """Compute of ablations, scaling studies and hyperparameter search, in dollars.

    compute · share; model development took half of what training took for OLMo.
    Source: morrison-2025-environment.

    >>> experiments_cost_usd(1e6, 0.5)
    500000.0
    """
    return compute_cost_usd * experiments_share


def data_cost_usd(compute_cost_usd: Real, data_share: Real) -> Real:
    """Collecting, licensing, filtering and annotating training data, in dollars.

    compute · share. Public corpora sit at the low end; human annotation for alignment can be
    several times the compute. Source: kang-2025-data-cost.

    >>> round(data_cost_usd(1e6, 0.2))
    200000
    """
    return compute_cost_usd * data_share


def post_training_cost_usd(compute_cost_usd: Real, post_training_share: Real) -> Real:
    """Supervised fine-tuning, preference and reinforcement learning after the run, in dollars.

    compute · share. Source: deepseek-2024-v3 (5K of 2,788K GPU-hours), report-2026-02 (0.5 to 5x).

    >>> round(post_training_cost_usd(1e6, 0.1))
    100000
    """
    return compute_cost_usd * post_training_share


def storage_cost_usd(compute_cost_usd: Real, storage_share: Real) -> Real:
    """Checkpoints, corpus and logs kept during and after the run, in dollars.

    compute · share. Source: report-2026-02.

    >>> round(storage_cost_usd(1e6, 0.05))
    50000
    """
    return compute_cost_usd * storage_share


def network_cost_usd(compute_cost_usd: Real, network_share: Real) -> Real:
    """Moving data in and out of the facility, in dollars; the cluster's fabric is in its price.

    compute · share. Source: report-2026-02.

    >>> round(network_cost_usd(1e6, 0.02))
    20000
    """
    return compute_cost_usd * network_share


def evaluation_cost_usd(compute_cost_usd: Real, evaluation_cost_share: Real) -> Real:
    """Benchmarks, red-teaming and judges outside the run, in dollars.

    compute · share. Evaluation that holds up training is part of goodput instead.
    Source: farthing-estimate.

    >>> round(evaluation_cost_usd(1e6, 0.03))
    30000
    """
    return compute_cost_usd * evaluation_cost_share


def beyond_compute_cost_usd(
    data_cost_usd: Real,
    failed_runs_cost_usd: Real,
    experiments_cost_usd: Real,
    post_training_cost_usd: Real,
    people_cost_usd: Real,
    storage_cost_usd: Real,
    network_cost_usd: Real,
    evaluation_cost_usd: Real,
) -> Real:
    """Everything beyond the compute of the final run, in dollars: the sum of the lines.

    Source: report-2026-02 names the lines.

    >>> beyond_compute_cost_usd(1, 2, 3, 4, 5, 6, 7, 8)
    36
    """
    attempts = failed_runs_cost_usd + experiments_cost_usd + post_training_cost_usd
    services = storage_cost_usd + network_cost_usd + evaluation_cost_usd
    return data_cost_usd + attempts + people_cost_usd + services


def cost_usd(compute_cost_usd: Real, beyond_compute_cost_usd: Real) -> Real:
    """The likely bill, in dollars: compute of the final run and every line beyond it.

    Source: report-2026-02 names the lines.

    >>> cost_usd(1e6, 2e6)
    3000000.0
    """
    return compute_cost_usd + beyond_compute_cost_usd
