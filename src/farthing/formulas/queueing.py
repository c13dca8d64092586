"""How long requests wait for their first token: means and tails, in a closed loop and as they come.

Requests that come by themselves wait for two things: for the prompts before them, which one copy reads
one after the other, and for a place in the batch. Both are queues with general arrivals and general
service; how uneven either is enters as a squared coefficient of variation (1: Poisson arrivals).
"""

from typing import Final

import numpy as np

from farthing.units.types import Real

_FULLEST: Final = 0.999  # beyond it a queue has no mean
_Z: Final = {0.5: 0.0, 0.95: 1.6448536269514722, 0.99: 2.3263478740408408}


def first_s(ttft_s: Real, engine_wait_s: Real) -> Real:
    """Time to the first token of a request that finds nobody before it, in seconds.

    Source: fit-serving-2026.

    >>> round(first_s(0.35, 0.2), 9)
    0.15
    """
    return ttft_s - engine_wait_s


def prefill_busy_share(copy_request_count_per_s: Real, prefill_s: Real) -> Real:
    """Share of the time in which a copy reads prompts, and a new one has to wait.

    rate · time of a prompt, below 1. Source: kingman-1961.

    >>> float(prefill_busy_share(4, 0.2))
    0.8
    """
    return np.minimum(copy_request_count_per_s * prefill_s, _FULLEST)


def prefill_wait_s(
    prefill_s: Real, prefill_busy_share: Real, arrival_variation_ratio: Real, prompt_variation_ratio: Real
) -> Real:
    """Mean time that a request waits for the prompts before it, in seconds: one server, general laws.

    S · ρ / (1 - ρ) · (Ca² + Cs²) / 2, exact for Poisson arrivals. Source: kingman-1961.

    >>> round(prefill_wait_s(0.2, 0.5, 1, 1), 9)
    0.2
    """
    uneven = (arrival_variation_ratio + prompt_variation_ratio) / 2
    return prefill_s * prefill_busy_share / (1 - prefill_busy_share) * uneven


def slot_busy_share(running_sequences: Real, slot_count: Real) -> Real:
    """Share of the places of a batch that are taken. Source: little-1961.

    >>> float(slot_busy_share(50, 200))
    0.25
    """
    return np.minimum(running_sequences / np.maximum(slot_count, 1), _FULLEST)


def stay_s(ttft_s: Real, tpot_s: Real, answer_tokens: Real) -> Real:
    """Time that a request holds its place in the batch, in seconds.

    Source: little-1961.

    >>> stay_s(0.5, 0.02, 101)
    2.5
    """
    return ttft_s + (answer_tokens - 1) * tpot_s


def seen_stay_s(
    ttft_s: Real, tpot_s: Real, answer_tokens: Real, ttft_evidence_ratio: Real, tpot_evidence_ratio: Real
) -> Real:
    """The same as measurements correct it, in seconds. Source: little-1961, fit-serving-2026.

    >>> seen_stay_s(0.5, 0.02, 101, 2.0, 0.5)
    2.0
    """
    return ttft_s * ttft_evidence_ratio + (answer_tokens - 1) * tpot_s * tpot_evidence_ratio


def copy_tokens_per_s(running_sequences: Real, answer_tokens: Real, seen_stay_s: Real) -> Real:
    """Tokens that a copy writes a second while so many requests run in it.

    B · o / (TTFT + (o - 1) · TPOT). Source: little-1961.

    >>> copy_tokens_per_s(64, 100, 2.0)
    3200.0
    """
    return running_sequences * answer_tokens / seen_stay_s


def slot_wait_share(slot_busy_share: Real, slot_count: Real) -> Real:
    """Share of the requests that find the batch full: the more places, the fewer.

    ρ^(√(2(c + 1)) - 1), which for one place is ρ. Source: sakasegawa-1977.

    >>> round(float(slot_wait_share(0.9, 1)), 9), round(float(slot_wait_share(0.9, 100)), 3)
    (0.9, 0.249)
    """
    return np.power(slot_busy_share, np.sqrt(2 * (np.maximum(slot_count, 1) + 1)) - 1)


def slot_wait_s(
    stay_s: Real,
    slot_count: Real,
    slot_busy_share: Real,
    slot_wait_share: Real,
    arrival_variation_ratio: Real,
    answer_variation_ratio: Real,
) -> Real:
    """Mean time that a request waits for a place in the batch, in seconds: many servers, general laws.

    S · share that waits / (c (1 - ρ)) · (Ca² + Cs²) / 2; for one place it is the formula of one server.
    Source: sakasegawa-1977.

    >>> float(slot_wait_s(2.0, 1, 0.5, 0.5, 1, 1)), round(float(slot_wait_s(2.0, 100, 0.9, 0.25, 1, 1)), 9)
    (2.0, 0.05)
    """
    each = slot_wait_share / (np.maximum(slot_count, 1) * (1 - slot_busy_share))
    return stay_s * each * (arrival_variation_ratio + answer_variation_ratio) / 2


def ttft_ms(
    first_s: Real,
    wait_s: Real,
    backlog_wait_s: Real,
    cold_share: Real,
    cold_start_s: Real,
    ttft_evidence_ratio: Real,
) -> Real:
    """Mean time to the first token, in milliseconds, as measurements correct it.

    Source: fit-serving-2026.

    >>> round(ttft_ms(0.1, 0.05, 0.0, 0.01, 30, 1.0), 6)
    450.0
    """
    cold = cold_share * cold_start_s
    return 1000 * ((first_s + wait_s + backlog_wait_s) * ttft_evidence_ratio + cold)


def ttft_p50_ms(
    first_s: Real,
    prefill_s: Real,
    wait_s: Real,
    wait_busy_share: Real,
    backlog_wait_s: Real,
    prompt_variation_ratio: Real,
    cold_share: Real,
    cold_start_s: Real,
    ttft_evidence_ratio: Real,
) -> Real:
    """Time to the first token that half of the requests stay within, in milliseconds.

    Prompts are lognormal; a wait is exponential for those who wait at all. Source: kingman-1961.

    >>> round(float(ttft_p50_ms(0.1, 0.08, 0.0, 0.0, 0.0, 0.0, 0, 0, 1.0)), 6)
    100.0
    """
    warm = _tail(0.5, first_s, prefill_s, wait_s, wait_busy_share, prompt_variation_ratio)
    return _seen_ms(0.5, warm + backlog_wait_s, cold_share, cold_start_s, ttft_evidence_ratio)


def ttft_p95_ms(
    first_s: Real,
    prefill_s: Real,
    wait_s: Real,
    wait_busy_share: Real,
    backlog_wait_s: Real,
    prompt_variation_ratio: Real,
    cold_share: Real,
    cold_start_s: Real,
    ttft_evidence_ratio: Real,
) -> Real:
    """Time to the first token that 19 of 20 requests stay within, in milliseconds.

    Prompts are lognormal; a wait is exponential for those who wait at all; the long ones of both are taken
    together, which is on the safe side. Source: kingman-1961.

    >>> round(float(ttft_p95_ms(0.1, 0.08, 0.1, 1.0, 0.0, 0.0, 0, 0, 1.0)), 1)
    399.6
    """
    warm = _tail(0.95, first_s, prefill_s, wait_s, wait_busy_share, prompt_variation_ratio)
    return _seen_ms(0.95, warm + backlog_wait_s, cold_share, cold_start_s, ttft_evidence_ratio)


def ttft_p99_ms(
    first_s: Real,
    prefill_s: Real,
    wait_s: Real,
    wait_busy_share: Real,
    backlog_wait_s: Real,
    prompt_variation_ratio: Real,
    cold_share: Real,
    cold_start_s: Real,
    ttft_evidence_ratio: Real,
) -> Real:
    """Time to the first token that 99 of 100 requests stay within, in milliseconds.

    Source: kingman-1961.

    >>> round(float(ttft_p99_ms(0.1, 0.08, 0.1, 1.0, 0.0, 0.0, 0.02, 30, 1.0)))
    30561
    """
    warm = _tail(0.99, first_s, prefill_s, wait_s, wait_busy_share, prompt_variation_ratio)
    return _seen_ms(0.99, warm + backlog_wait_s, cold_share, cold_start_s, ttft_evidence_ratio)


def tpot_ms(tpot_s: Real, tpot_evidence_ratio: Real) -> Real:
    """Time between two tokens of an answer, in milliseconds, as measurements correct it.

    Source: fit-serving-2026.

    >>> tpot_ms(0.02, 1.5)
    30.0
    """
    return 1000 * tpot_s * tpot_evidence_ratio


def e2e_ms(ttft_ms: Real, tpot_ms: Real, answer_tokens: Real) -> Real:
    """Time from a request to the end of its answer, in milliseconds. Source: little-1961.

    >>> e2e_ms(200.0, 20.0, 101)
    2200.0
    """
    return ttft_ms + (answer_tokens - 1) * tpot_ms


def _tail(
    level: float, first: Real, prefill: Real, wait: Real, busy: Real, prompt_variation_ratio: Real
) -> Real:
    """First token within which a share of the requests stays, in seconds."""
    spread = np.log1p(prompt_variation_ratio)
    prompt = np.exp(_Z[level] * np.sqrt(spread) - spread / 2)
    waiting = np.asarray(busy) > 1 - level
    often = np.where(waiting, busy, 1.0)
    longest = np.where(waiting, wait / often * np.log(often / (1 - level)), 0.0)
    return first + prefill * (prompt - 1) + longest


def _seen_ms(level: float, warm: Real, cold_share: Real, cold_start_s: Real, ratio: Real) -> Real:
    """The same in milliseconds with measurements applied, and with a cold start where so many have one."""
    return 1000 * (warm * ratio + np.where(np.asarray(cold_share) > 1 - level, cold_start_s, 0.0))
