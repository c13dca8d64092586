"""Accelerators that only read prompts, beside those that only write answers."""

import numpy as np

from farthing.units.types import Real


def prefill_count(
    peak_request_count_per_s: Real, prefill_s: Real, prefill_limit_share: Real, ttft_evidence_ratio: Real
) -> Real:
    """Copies of the model that only read prompts: whole ones, none busier than the limit.

    ⌈rate · time of a prompt / share⌉. Source: zhong-2024-distserve.

    >>> float(prefill_count(10.0, 0.2, 0.7, 1.0))
    3.0
    """
    return np.ceil(peak_request_count_per_s * prefill_s * ttft_evidence_ratio / prefill_limit_share)


def prefill_busy_share(peak_request_count_per_s: Real, prefill_s: Real, prefill_count: Real) -> Real:
    """Share of the time in which such a copy reads prompts. Source: zhong-2024-distserve.

    >>> float(prefill_busy_share(10.0, 0.2, 4))
    0.5
    """
    return np.minimum(peak_request_count_per_s * prefill_s / prefill_count, 0.999)


def kv_transfer_s(prompt_tokens: Real, kv_byte_per_token: Real, network_byte_per_s: Real) -> Real:
    """Time to move the cache of a prompt to where the answer is written, in seconds.

    Source: zhong-2024-distserve.

    >>> kv_transfer_s(1000, 100_000, 50e9)
    0.002
    """
    return prompt_tokens * kv_byte_per_token / network_byte_per_s


def first_s(ttft_s: Real, engine_wait_s: Real, kv_transfer_s: Real) -> Real:
    """Time to the first token of a request that finds nobody before it, its cache moved, in seconds.

    Source: zhong-2024-distserve.

    >>> round(first_s(0.35, 0.2, 0.01), 9)
    0.16
    """
    return ttft_s - engine_wait_s + kv_transfer_s
