"""A model's whole life in FLOP and in money: trained once, served for every token that is ever asked of it.

Serving is simple here: time in proportion to size, for the prompt by arithmetic and for the answer by
arithmetic or by reading the weights, whichever takes longer. The cache and attention are left out, which
favors long contexts. Both costs are then in proportion to size, so that one number weighs them.
"""

import numpy as np

from farthing.units.types import Real


def train_flop(params: Real, tokens: Real) -> Real:
    """Training arithmetic of a dense model by the 6·N·D rule, in FLOP. Source: kaplan-2020-scaling.

    >>> f"{train_flop(7e9, 8e12):.2e}"
    '3.36e+23'
    """
    return 6 * params * tokens


def serve_flop(params: Real, lifetime_tokens: Real) -> Real:
    """Arithmetic of every token read or written over a model's life, in FLOP.

    2·N a token, forward alone. Source: sardana-2024-inference-optimal, eq. 2.

    >>> serve_flop(7e9, 2e12)
    2.8e+22
    """
    return 2 * params * lifetime_tokens


def train_usd_per_param_per_token(useful_flop_per_gpu_hour: Real, rent_usd_per_gpu_hour: Real) -> Real:
    """Price of training one parameter on one token, in dollars.

    6 · rent / FLOP that an hour really gives. Source: kaplan-2020-scaling.

    >>> train_usd_per_param_per_token(9e17, 3.0)
    2e-17
    """
    return 6 * rent_usd_per_gpu_hour / useful_flop_per_gpu_hour


def prefill_s_per_param_per_token(serve_peak_flop_per_s: Real, prefill_mfu_share: Real) -> Real:
    """Accelerator time to read one token of a prompt, for each parameter, in seconds.

    2 / (peak · utilization). Source: pope-2022-inference.

    >>> prefill_s_per_param_per_token(1e15, 0.4)
    5e-15
    """
    return 2 / (serve_peak_flop_per_s * prefill_mfu_share)


def decode_s_per_param_per_token(
    serve_peak_flop_per_s: Real,
    decode_mfu_share: Real,
    serve_weight_byte: Real,
    serve_hbm_byte_per_s: Real,
    decode_bandwidth_share: Real,
    decode_batch_sequences: Real,
) -> Real:
    """Accelerator time to write one token, for each parameter, in seconds.

    The longer of its arithmetic, 2 / (peak · utilization), and of its part of reading the weights once for
    the whole batch, bytes / (bandwidth · share · batch). Source: pope-2022-inference.

    >>> float(decode_s_per_param_per_token(1e15, 0.25, 2, 4e12, 0.5, 100))
    1e-14
    """
    arithmetic = 2 / (serve_peak_flop_per_s * decode_mfu_share)
    reading = serve_weight_byte / (serve_hbm_byte_per_s * decode_bandwidth_share * decode_batch_sequences)
    return np.maximum(arithmetic, reading)


def serve_s_per_param_per_token(
    prefill_s_per_param_per_token: Real,
    decode_s_per_param_per_token: Real,
    output_token_share: Real,
    serve_utilization_share: Real,
) -> Real:
    """Accelerator time held for one served token, for each parameter, in seconds.

    Prompt and answer by their shares, over the share of held time that has work to do.
    Source: pope-2022-inference.

    >>> round(serve_s_per_param_per_token(5e-15, 1e-14, 0.2, 0.5) * 1e15, 6)
    12.0
    """
    read = (1 - output_token_share) * prefill_s_per_param_per_token
    return (read + output_token_share * decode_s_per_param_per_token) / serve_utilization_share


def serve_usd_per_gpu_hour(rent_usd_per_gpu_hour: Real) -> Real:
    """Price of an accelerator while it serves, in dollars per hour: that of training where nothing is said.

    Source: farthing-estimate.

    >>> serve_usd_per_gpu_hour(2.5)
    2.5
    """
    return rent_usd_per_gpu_hour


def serve_usd_per_param_per_token(serve_s_per_param_per_token: Real, serve_usd_per_gpu_hour: Real) -> Real:
    """Price of serving one token, for each parameter, in dollars. Source: sardana-2024-inference-optimal.

    >>> round(serve_usd_per_param_per_token(1.2e-14, 3.0) * 1e17, 9)
    1.0
    """
    return serve_s_per_param_per_token * serve_usd_per_gpu_hour / 3600


def served_token_ratio(serve_usd_per_param_per_token: Real, train_usd_per_param_per_token: Real) -> Real:
    """What a served token costs beside a trained one; a third where FLOPs are counted.

    Source: sardana-2024-inference-optimal.

    >>> served_token_ratio(1e-17, 2e-17)
    0.5
    """
    return serve_usd_per_param_per_token / train_usd_per_param_per_token


def train_cost_usd(params: Real, tokens: Real, train_usd_per_param_per_token: Real) -> Real:
    """Compute of the training run, in dollars. Source: kaplan-2020-scaling.

    >>> train_cost_usd(8e9, 2e12, 2e-17)
    320000.0
    """
    return params * tokens * train_usd_per_param_per_token


def serve_cost_usd(params: Real, lifetime_tokens: Real, serve_usd_per_param_per_token: Real) -> Real:
    """Compute of serving over the model's life, at today's price, in dollars.

    Source: sardana-2024-inference-optimal.

    >>> serve_cost_usd(8e9, 1e12, 1e-17)
    80000.0
    """
    return params * lifetime_tokens * serve_usd_per_param_per_token


def total_cost_usd(train_cost_usd: Real, serve_cost_usd: Real) -> Real:
    """Training and serving together, in dollars. Source: sardana-2024-inference-optimal.

    >>> total_cost_usd(320_000, 80_000)
    400000
    """
    return train_cost_usd + serve_cost_usd


def serve_usd_per_m_tokens(params: Real, serve_usd_per_param_per_token: Real) -> Real:
    """Compute behind a million served tokens, in dollars. Source: sardana-2024-inference-optimal.

    >>> serve_usd_per_m_tokens(8e9, 1e-17)
    0.08
    """
    return 1e6 * params * serve_usd_per_param_per_token


def affordable_param_tokens(budget_usd: Real, train_usd_per_param_per_token: Real) -> Real:
    """What a budget would train if nothing were ever served, in parameters times tokens.

    Source: farthing-units.

    >>> affordable_param_tokens(2e6, 2e-17)
    1e+23
    """
    return budget_usd / train_usd_per_param_per_token
