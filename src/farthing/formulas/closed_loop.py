"""So many requests at once, each followed by the next: what a fleet serves that is always asked."""

import numpy as np

from farthing.units.types import Real


def output_tok_s(
    output_tokens_per_s: Real, tpot_evidence_ratio: Real, context_ratio: Real, replicas: Real
) -> Real:
    """Tokens that all copies write, in tokens a second, as measurements correct it.

    What slows a token down slows the output; the rest of the correction is that of the first token, and that
    no more is told than with any shorter prompt. Source: little-1961, fit-serving-2026.

    >>> output_tok_s(1000.0, 1.25, 0.9, 2)
    1440.0
    """
    return output_tokens_per_s / tpot_evidence_ratio * context_ratio * replicas


def request_count_per_s(output_tok_s: Real, answer_tokens: Real) -> Real:
    """Requests that are answered, in requests a second. Source: little-1961.

    >>> request_count_per_s(2000.0, 200)
    10.0
    """
    return output_tok_s / answer_tokens


def copy_request_count_per_s(copy_tokens_per_s: Real, answer_tokens: Real) -> Real:
    """Requests that one copy answers, in requests a second. Source: little-1961.

    >>> copy_request_count_per_s(2000.0, 200)
    10.0
    """
    return copy_tokens_per_s / answer_tokens


def backlog_wait_s(copy_concurrency_ratio: Real, running_sequences: Real, stay_s: Real) -> Real:
    """Time that a request waits because its copy cannot hold all that are asked at once, in seconds.

    (asked / running - 1) · how long each stays; 0 where all run. Source: little-1961.

    >>> float(backlog_wait_s(200, 100, 3.0)), float(backlog_wait_s(50, 50, 3.0))
    (3.0, 0.0)
    """
    return np.maximum(copy_concurrency_ratio / running_sequences - 1, 0) * stay_s


def wait_s(engine_wait_s: Real) -> Real:
    """Mean time that a request waits for the prompts of the others, in seconds.

    Source: fit-serving-2026.

    >>> wait_s(0.2)
    0.2
    """
    return 1.0 * engine_wait_s


def peak_request_count_per_s(request_count_per_s: Real) -> Real:
    """Requests in the busiest hour: every hour is the same, in requests a second. Source: farthing-units.

    >>> peak_request_count_per_s(10.0)
    10.0
    """
    return 1.0 * request_count_per_s
