"""How long a request waits for its first token and for each next one, and how many tokens that makes.

One copy of a model reads one prompt at a time, on `reader_count` accelerators, and works on
`running_sequences` requests at once.
"""

import numpy as np

from farthing.formulas.serving import expert_coverage_share, expert_read_s
from farthing.units.types import Real


def prefill_attention_flop(
    computed_tokens: Real,
    prompt_tokens: Real,
    attention_layer_count: Real,
    head_count: Real,
    head_dimension: Real,
    v_head_dimension: Real,
) -> Real:
    """Arithmetic of attention over one prompt, in FLOP; tokens that a cache holds are attended to.

    layers · heads · (key + value) · computed · context: each token sees half of the others on average.
    Source: pope-2022-inference.

    >>> f"{prefill_attention_flop(1000, 1000, 80, 64, 128, 128):.3e}"
    '1.311e+12'
    """
    heads = attention_layer_count * head_count * (head_dimension + v_head_dimension)
    return heads * computed_tokens * prompt_tokens


def prefill_flop_s(
    active_params: Real,
    active_routed_params: Real,
    computed_tokens: Real,
    prefill_attention_flop: Real,
    reader_count: Real,
    serve_peak_flop_per_s: Real,
    half_peak_flop_per_s: Real,
    prefill_flop_share: Real,
    expert_prefill_share: Real,
    prefill_attention_share: Real,
) -> Real:
    """Time of the arithmetic of reading one prompt, in seconds: weights, experts and attention.

    Attention is computed in 16 bits whatever the weights are. `reader_count` accelerators read for one copy:
    its own, or its part of those that do nothing else. Source: pope-2022-inference, fit-serving-2026.

    >>> round(prefill_flop_s(70e9, 0, 1000, 1.3e12, 1, 1e15, 1e15, 0.5, 0.3, 0.5), 4)
    0.2826
    """
    dense = (active_params - active_routed_params) / prefill_flop_share
    weights = 2 * computed_tokens * (dense + active_routed_params / expert_prefill_share)
    attention = prefill_attention_flop / (half_peak_flop_per_s * prefill_attention_share)
    return (weights / serve_peak_flop_per_s + attention) / reader_count


def prefill_read_s(
    dense_read_s: Real,
    routed_params: Real,
    weight_byte: Real,
    expert_count: Real,
    experts_per_token: Real,
    computed_tokens: Real,
    replica_count: Real,
    hbm_byte_per_s: Real,
    expert_read_share: Real,
) -> Real:
    """Time to read the weights that a prompt needs, in seconds: almost all experts, even for a short one.

    Source: shazeer-2017-moe, fit-serving-2026.

    >>> round(float(prefill_read_s(0.001, 640e9, 1, 256, 8, 1024, 8, 8e12, 0.5)), 3)
    0.021
    """
    touched = expert_coverage_share(expert_count, experts_per_token, computed_tokens, 1)
    return dense_read_s + expert_read_s(
        routed_params, weight_byte, touched, replica_count, hbm_byte_per_s, expert_read_share
    )


def prefill_s(
    prefill_flop_s: Real,
    prefill_read_s: Real,
    computed_tokens: Real,
    tp: Real,
    reader_count: Real,
    layer_count: Real,
    hidden_size: Real,
    link_byte_per_s: Real,
    link_share: Real,
) -> Real:
    """Time to read one prompt alone, in seconds: arithmetic or weights, and the exchange of activations.

    The longer of arithmetic and reading counts, rounded where they are alike.
    Source: pope-2022-inference, fit-serving-2026.

    >>> round(float(prefill_s(0.28, 0.01, 1000, 8, 8, 80, 8192, 450e9, 0.5)), 4)
    0.3004
    """
    group = np.minimum(tp, reader_count)
    moved = 2 * np.maximum(group - 1, 0) / reader_count * computed_tokens * hidden_size * 2
    roof = np.power(np.power(prefill_flop_s, 4) + np.power(prefill_read_s, 4), 0.25)
    return roof + 2 * layer_count * moved / (link_byte_per_s * link_share)


def reading_s(prefill_s: Real, decode_step_s: Real, running_sequences: Real, answer_tokens: Real) -> Real:
    """Time from a request to the end of its prompt while others ask in a closed loop, in seconds.

    One prompt is read at a time and those who have their first token take o steps before they come back:
    a closed queue of one server. Schweitzer's estimate, R² + R·(Z - N·p) - p·Z = 0 with Z = o · step. One
    request waits for nobody; many with long prompts and short answers wait for all others.
    Source: schweitzer-1979-queues.

    >>> [round(float(reading_s(0.1, 0.02, n, 100)), 3) for n in (1, 8, 64)]
    [0.1, 0.148, 4.445]
    """
    rest = answer_tokens * decode_step_s
    ahead = prefill_s * np.maximum(running_sequences, 1) - rest
    return (ahead + np.sqrt(ahead**2 + 4 * prefill_s * rest)) / 2


def decoding_sequences(
    reading_s: Real, decode_step_s: Real, running_sequences: Real, answer_tokens: Real
) -> Real:
    """Requests of a copy that are writing; the others wait for their prompt or have it read.

    N · Z / (R + Z), by Little's law. Source: little-1961.

    >>> round(float(decoding_sequences(1.0, 0.02, 64, 100)), 1)
    42.7
    """
    rest = answer_tokens * decode_step_s
    return running_sequences * rest / (reading_s + rest)


def tpot_s(
    decode_step_s: Real,
    prefill_s: Real,
    decoding_sequences: Real,
    answer_tokens: Real,
    interference_ratio: Real,
    speculated_tokens: Real,
) -> Real:
    """Time between two tokens of one answer, in seconds.

    Every step also reads the prompts of those who come next: (B - 1)/o of a prompt a step, as far as both
    share the accelerators. A step that accepts guessed tokens counts for all of them.
    Source: fit-serving-2026.

    >>> round(float(tpot_s(0.02, 0.1, 33, 320, 1.0, 1.0)), 3)
    0.03
    """
    arriving = np.maximum(decoding_sequences - 1, 0) / np.maximum(answer_tokens, 1)
    return (decode_step_s + interference_ratio * arriving * prefill_s) / speculated_tokens


def engine_wait_s(
    prefill_s: Real,
    reading_s: Real,
    running_sequences: Real,
    queue_ratio: Real,
    waiting_ratio: Real,
    waiting_exponent: Real,
    cohort_ratio: Real,
) -> Real:
    """Time that a request of a closed loop waits for the prompts of the others, in seconds.

    The queue for the server that reads prompts, as far as it forms, and a part for those that happen to
    come, or all begin, together. Source: fit-serving-2026.

    >>> round(float(engine_wait_s(0.1, 0.1, 17, 1.0, 0.5, 0.5, 0.01)), 9)
    0.216
    """
    others = np.maximum(running_sequences - 1, 0)
    together = waiting_ratio * np.power(others, waiting_exponent) + cohort_ratio * others
    return queue_ratio * (reading_s - prefill_s) + together * prefill_s


def ttft_s(
    prefill_s: Real,
    engine_wait_s: Real,
    decode_step_s: Real,
    tp: Real,
    replica_count: Real,
    engine_first_s: Real,
    rank_exponent: Real,
    step_wait_ratio: Real,
) -> Real:
    """Time to the first token among so many requests, in seconds.

    A fixed part; its own prompt, which ranks with sequences of their own read alone; the wait for those of
    others; and some running steps. Source: fit-serving-2026.

    >>> round(float(ttft_s(0.1, 0.0, 0.02, 1, 1, 0.03, 0.5, 1.0)), 2)
    0.15
    """
    alone = np.power(replica_count / np.minimum(tp, replica_count), rank_exponent)
    return engine_first_s + prefill_s * alone + engine_wait_s + step_wait_ratio * decode_step_s


def output_tokens_per_s(
    running_sequences: Real, answer_tokens: Real, ttft_s: Real, tpot_s: Real, copy_count: Real
) -> Real:
    """Tokens that all copies write a second while each has so many requests: Little's law.

    B · o / (TTFT + (o - 1) · TPOT) · copies. Source: little-1961.

    >>> round(float(output_tokens_per_s(64, 500, 0.5, 0.02, 1)))
    3053
    """
    whole = ttft_s + (answer_tokens - 1) * tpot_s
    return copy_count * running_sequences * answer_tokens / whole
