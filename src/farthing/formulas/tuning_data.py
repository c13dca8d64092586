"""Examples to tune on: how many tokens they become, and what people and models ask for making them."""

import numpy as np

from farthing.units.normal import Z95, normal_quantile
from farthing.units.types import Real

_PLACES = 512
_LEVELS = (np.arange(_PLACES) + 0.5) / _PLACES


def length_log_ratio(longest_to_shortest_ratio: Real) -> Real:
    """Standard deviation of the natural logarithm of the examples' lengths, as a ratio.

    ln(p95 / p05) / (2 · 1.645): lengths are taken for lognormal. Source: krell-2021-packing.

    >>> float(length_log_ratio(1.0)), round(float(length_log_ratio(10.0)), 3)
    (0.0, 0.7)
    """
    return np.log(longest_to_shortest_ratio) / (2 * Z95)


def padding_efficiency_share(length_log_ratio: Real, padded_sequences: Real) -> Real:
    """Share of the tokens in a padded microbatch that belong to examples (0 to 1].

    Mean length over the mean of the longest of n lengths, since all are padded to the longest.
    The longest of n draws lies at the level u^(1/n); one sequence alone, or one that is packed,
    has no padding. Source: krell-2021-packing.

    >>> padding_efficiency_share(0.0, 8.0), padding_efficiency_share(0.7, 1.0)
    (1.0, 1.0)
    >>> round(float(padding_efficiency_share(0.7, 8.0)), 3)
    0.428
    """
    spread, count = np.asarray(length_log_ratio), np.asarray(padded_sequences)
    longest = normal_quantile(_LEVELS ** (1 / count[..., None]))
    mean = np.exp(spread[..., None] * normal_quantile(_LEVELS)).mean(axis=-1)
    share = mean / np.exp(spread[..., None] * longest).mean(axis=-1)
    return share if share.ndim else float(share)


def tokens(
    example_count: Real,
    tokens_per_example: Real,
    epoch_count: Real,
    answer_count_per_example: Real,
    padding_efficiency_share: Real,
) -> Real:
    """Tokens that pass through the model in training, padding included.

    examples · answers · mean length · epochs / share that is no padding; a preference pair is two
    sequences. Source: krell-2021-packing; rafailov-2023-dpo.

    >>> tokens(5000, 500, 3, 1, 0.5), tokens(5000, 500, 3, 2, 1.0)
    (15000000.0, 15000000.0)
    """
    return (
        example_count * answer_count_per_example * tokens_per_example * epoch_count / padding_efficiency_share
    )


def label_cost_usd(example_count: Real, labeled_share: Real, label_usd_per_example: Real) -> Real:
    """What people are paid for making or judging examples, in dollars.

    examples · share · price. Source: report-2026-02 (1 to 100 dollars an example).

    >>> label_cost_usd(5000, 0.5, 4.0)
    10000.0
    """
    return example_count * labeled_share * label_usd_per_example


def synthetic_tokens(
    example_count: Real, synthetic_share: Real, answer_count_per_example: Real, tokens_per_example: Real
) -> Real:
    """Tokens of the examples that a model writes, prompts included.

    Source: report-2026-02.

    >>> synthetic_tokens(1000, 0.5, 1, 400)
    200000.0
    """
    return example_count * synthetic_share * answer_count_per_example * tokens_per_example


def bought_synthetic_cost_usd(
    synthetic_tokens: Real,
    written_share: Real,
    kept_share: Real,
    input_usd_per_m_tokens: Real,
    output_usd_per_m_tokens: Real,
) -> Real:
    """What a teacher asks for writing examples, by its list price, in dollars.

    tokens · (read · input price + written · output price) / share of the examples that is kept.
    Source: report-2026-02 (0.10 to 1.00 dollars for a thousand).

    >>> round(bought_synthetic_cost_usd(0.5e6, 0.6, 1.0, 0.15, 0.60), 3)
    0.21
    """
    price = (1 - written_share) * input_usd_per_m_tokens + written_share * output_usd_per_m_tokens
    return synthetic_tokens * price / 1e6 / kept_share


def teacher_gpu_hours(
    synthetic_tokens: Real,
    kept_share: Real,
    teacher_params: Real,
    half_peak_flop_per_s: Real,
    generation_utilization_share: Real,
) -> Real:
    """Accelerator-hours of a teacher that runs on own or rented accelerators.

    2 · active parameters · tokens / (kept · peak · utilization). Source: kaplan-2020-scaling.

    >>> round(teacher_gpu_hours(1e9, 1.0, 70e9, 1e15, 0.1), 1)
    388.9
    """
    flop = 2 * teacher_params * synthetic_tokens / kept_share
    return flop / (half_peak_flop_per_s * generation_utilization_share * 3600)


def hosted_synthetic_cost_usd(teacher_gpu_hours: Real, rent_usd_per_gpu_hour: Real) -> Real:
    """What a teacher on rented accelerators costs, in dollars. Source: kaplan-2020-scaling.

    >>> hosted_synthetic_cost_usd(100, 2.5)
    250.0
    """
    return teacher_gpu_hours * rent_usd_per_gpu_hour


def synthetic_cost_usd(bought_synthetic_cost_usd: Real, hosted_synthetic_cost_usd: Real) -> Real:
    """Examples written by models, bought or made on own accelerators, in dollars.

    Source: report-2026-02.

    >>> synthetic_cost_usd(100, 0)
    100
    """
    return bought_synthetic_cost_usd + hosted_synthetic_cost_usd


def curation_cost_usd(curation_h: Real, person_usd_per_hour: Real) -> Real:
    """Collecting, cleaning and formatting the examples, in dollars.

    hours · loaded hourly cost. Source: report-2026-02 (an analyst's 40 hours for 4,000 dollars).

    >>> curation_cost_usd(40, 100)
    4000
    """
    return curation_h * person_usd_per_hour


def data_cost_usd(label_cost_usd: Real, synthetic_cost_usd: Real, curation_cost_usd: Real) -> Real:
    """Everything the examples cost, in dollars. Source: report-2026-02 names the parts.

    >>> data_cost_usd(1, 2, 3)
    6
    """
    return label_cost_usd + synthetic_cost_usd + curation_cost_usd
