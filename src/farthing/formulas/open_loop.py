"""Requests that come whenever they come: how many there are, and how many copies of a model they need."""

import numpy as np

from farthing.units.types import Real


def request_count_per_s(demand_tokens_per_day: Real, prompt_tokens: Real, answer_tokens: Real) -> Real:
    """Mean rate of requests that a demand in tokens means, in requests a second.

    tokens a day / 86,400 / tokens of a request. Source: farthing-units.

    >>> request_count_per_s(86_400_000, 800, 200)
    1.0
    """
    return demand_tokens_per_day / 86_400 / (prompt_tokens + answer_tokens)


def peak_request_count_per_s(request_count_per_s: Real, peak_to_mean_ratio: Real, open_share: Real) -> Real:
    """Rate in the busiest hour, in requests a second: a fleet that is up part of the day gets it all then.

    mean · peak over mean / share of the hours. Source: farthing-units.

    >>> peak_request_count_per_s(1.0, 2.0, 0.5)
    4.0
    """
    return request_count_per_s * peak_to_mean_ratio / open_share


def needed_count(
    peak_request_count_per_s: Real, answer_tokens: Real, headroom_share: Real, copy_goodput_tokens_per_s: Real
) -> Real:
    """Copies of the model that the busiest hour needs: whole ones.

    ⌈peak · (1 + headroom) · answer / goodput of a copy⌉. Source: farthing-units.

    >>> float(needed_count(10, 200, 0.2, 1000))
    3.0
    """
    asked = peak_request_count_per_s * answer_tokens * (1 + headroom_share)
    return np.ceil(asked / copy_goodput_tokens_per_s)


def replicas(needed_count: Real, least_count: Real, redundant_count: Real) -> Real:
    """Copies to keep: what is needed, never fewer than the warm floor, and spare ones beside them.

    Source: farthing-units.

    >>> float(replicas(3.0, 1, 1)), float(replicas(1.0, 4, 0))
    (4.0, 4.0)
    """
    return np.maximum(needed_count, np.maximum(least_count, 1)) + redundant_count


def copy_request_count_per_s(peak_request_count_per_s: Real, replicas: Real) -> Real:
    """Requests that one copy gets in the busiest hour, in requests a second.

    Source: farthing-units.

    >>> copy_request_count_per_s(12.0, 3)
    4.0
    """
    return peak_request_count_per_s / replicas


def wait_s(prefill_wait_s: Real, slot_wait_s: Real) -> Real:
    """Mean time that a request waits before it is read, in seconds.

    Source: kingman-1961.

    >>> round(wait_s(0.1, 0.02), 9)
    0.12
    """
    return prefill_wait_s + slot_wait_s


def wait_busy_share(prefill_busy_share: Real, slot_wait_share: Real) -> Real:
    """Share of the requests that wait at all: those that find a prompt being read or the batch full.

    Source: kingman-1961.

    >>> float(wait_busy_share(0.3, 0.1))
    0.3
    """
    return np.maximum(prefill_busy_share, slot_wait_share)


def output_tok_s(peak_request_count_per_s: Real, answer_tokens: Real) -> Real:
    """Tokens that the fleet writes in the busiest hour, in tokens a second.

    Source: farthing-units.

    >>> output_tok_s(10.0, 200)
    2000.0
    """
    return peak_request_count_per_s * answer_tokens
