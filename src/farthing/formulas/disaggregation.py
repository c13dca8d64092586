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


def prefill_wait_share(prefill_busy_share: Real, prefill_count: Real) -> Real:
    """Share of the requests that find all of them busy: they share one queue. Source: sakasegawa-1977.

    >>> round(float(prefill_wait_share(0.7, 1)), 9), round(float(prefill_wait_share(0.7, 30)), 3)
    (0.7, 0.086)
    """
    return np.power(prefill_busy_share, np.sqrt(2 * (prefill_count + 1)) - 1)


def prefill_wait_s(
    prefill_s: Real,
    prefill_count: Real,
    prefill_busy_share: Real,
    prefill_wait_share: Real,
    arrival_variation_ratio: Real,
    prompt_variation_ratio: Real,
) -> Real:
    """Mean time that a request waits until one of them is free, in seconds.

    S · share that waits / (c (1 - ρ)) · (Ca² + Cs²) / 2. Source: sakasegawa-1977.

    >>> round(prefill_wait_s(0.2, 4, 0.5, 0.2, 1, 1), 9)
    0.02
    """
    each = prefill_wait_share / (prefill_count * (1 - prefill_busy_share))
    return prefill_s * each * (arrival_variation_ratio + prompt_variation_ratio) / 2


def wait_busy_share(prefill_wait_share: Real, slot_wait_share: Real) -> Real:
    """Share of the requests that wait at all, before their prompt or for a place in a batch.

    Source: sakasegawa-1977.

    >>> float(wait_busy_share(0.1, 0.2))
    0.2
    """
    return np.maximum(prefill_wait_share, slot_wait_share)


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
