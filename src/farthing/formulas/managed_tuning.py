"""Fine-tuning as a service: what is billed, and what keeping the tuned model costs."""

import numpy as np

from farthing.units.period import HOURS_PER_MONTH
from farthing.units.types import Real


def billed_tokens(
    example_count: Real, tokens_per_example: Real, epoch_count: Real, answer_count_per_example: Real
) -> Real:
    """Tokens that a managed service bills: those of the data set times the epochs, no padding.

    Source: together-pricing; azure-tuning-costs; ori-tuning-billing.

    >>> billed_tokens(5000, 500, 3, 1)
    7500000
    """
    return example_count * answer_count_per_example * tokens_per_example * epoch_count


def compute_cost_usd(billed_tokens: Real, train_usd_per_m_tokens: Real, smallest_job_usd: Real) -> Real:
    """What a managed service asks for one tuning, in dollars; never less than its smallest job.

    Source: together-pricing; mistral-pricing.

    >>> float(compute_cost_usd(7.5e6, 0.48, 0)), float(compute_cost_usd(1e5, 1.0, 4.0))
    (3.6, 4.0)
    """
    return np.maximum(billed_tokens * train_usd_per_m_tokens / 1e6, smallest_job_usd)


def hosting_usd_per_month(deployment_usd_per_hour: Real, storage_usd_per_month: Real) -> Real:
    """What a service asks for keeping a tuned model ready, its tokens apart, in dollars per month.

    730 hours of the deployment and the storage of the model. Source: azure-tuning-costs; bedrock-pricing.

    >>> round(hosting_usd_per_month(1.70, 0.0)), hosting_usd_per_month(0.0, 1.95)
    (1241, 1.95)
    """
    return deployment_usd_per_hour * HOURS_PER_MONTH + storage_usd_per_month
