"""A fleet that serves a model: how much it holds, what it costs a month, what it does with the time.

What is held is paid for, busy or idle: utilization comes out and never goes into a price. A month is 730
hours.
"""

import numpy as np

from farthing.units.types import Real

_MONTH_H = 730
_MONTH_S = 730 * 3600


def available_share(
    failure_count_per_gpu_day: Real,
    preemption_count_per_gpu_day: Real,
    replica_count: Real,
    cold_start_s: Real,
) -> Real:
    """Share of the time that a copy is there: it is gone while it starts anew after a failure or an eviction.

    1 / (1 + events a day of all its accelerators · time to start / day). Source: farthing-units.

    >>> round(available_share(0.0, 0.1, 8, 1080), 4)
    0.9901
    """
    events = (failure_count_per_gpu_day + preemption_count_per_gpu_day) * replica_count
    return 1 / (1 + events * cold_start_s / 86_400)


def copy_goodput_tokens_per_s(
    limit_tokens_per_s: Real, tpot_evidence_ratio: Real, limit_context_ratio: Real, available_share: Real
) -> Real:
    """Tokens that one copy writes within the latency target, in tokens a second.

    The serving model at the largest batch that meets the target, as measurements correct it, for the time
    that the copy is there. Source: little-1961, fit-serving-2026.

    >>> round(copy_goodput_tokens_per_s(1000.0, 1.25, 0.9, 0.99), 2)
    712.8
    """
    return limit_tokens_per_s / tpot_evidence_ratio * limit_context_ratio * available_share


def goodput_tok_s(copy_goodput_tokens_per_s: Real, replicas: Real) -> Real:
    """Tokens that the whole fleet could write within the latency target, in tokens a second.

    Source: farthing-units.

    >>> goodput_tok_s(891.0, 2)
    1782.0
    """
    return copy_goodput_tokens_per_s * replicas


def utilization(
    request_count_per_s: Real, answer_tokens: Real, goodput_tok_s: Real, paid_share: Real
) -> Real:
    """Share of what the paid hours could have served that was asked for.

    mean rate · answer / (goodput · share of the hours paid), 1 at most. Source: farthing-units.

    >>> round(float(utilization(1.0, 200, 2000, 1.0)), 9)
    0.1
    """
    return np.minimum(request_count_per_s * answer_tokens / (goodput_tok_s * paid_share), 1.0)


def gpu_count(replicas: Real, prefill_count: Real, replica_count: Real) -> Real:
    """Accelerators of the fleet: those of all copies, and of those that only read prompts.

    Source: farthing-units.

    >>> gpu_count(3, 1, 8)
    32
    """
    return (replicas + prefill_count) * replica_count


def gpu_hours(gpu_count: Real, paid_share: Real) -> Real:
    """Accelerator-hours that a month of 730 hours is paid for, busy or idle.

    Source: farthing-units.

    >>> gpu_hours(2, 1.0)
    1460.0
    """
    return gpu_count * _MONTH_H * paid_share


def cost_usd(gpu_hours: Real, rent_usd_per_gpu_hour: Real) -> Real:
    """What the fleet costs a month, in dollars: every hour that it is held.

    hours · price. Source: farthing-units.

    >>> round(cost_usd(730.0, 2.22), 2)
    1620.6
    """
    return gpu_hours * rent_usd_per_gpu_hour


def draw_watt_per_gpu(
    power_watt: Real, idle_draw_share: Real, draw_share: Real, utilization: Real, host_watt_per_gpu: Real
) -> Real:
    """Average electric power of an accelerator that serves, with its part of the server, in watts.

    From the draw of an idle one to that of a busy one by utilization. Source: morrison-2025-environment.

    >>> draw_watt_per_gpu(700, 0.2, 0.8, 0.5, 400)
    750.0
    """
    return power_watt * (idle_draw_share + (draw_share - idle_draw_share) * utilization) + host_watt_per_gpu


def input_month_tokens(request_count_per_s: Real, prompt_tokens: Real) -> Real:
    """Tokens read in a month of 730 hours, cached ones included. Source: farthing-units.

    >>> input_month_tokens(1.0, 1000)
    2628000000.0
    """
    return request_count_per_s * prompt_tokens * _MONTH_S


def output_month_tokens(request_count_per_s: Real, answer_tokens: Real) -> Real:
    """Tokens written in a month of 730 hours. Source: farthing-units.

    >>> output_month_tokens(1.0, 200)
    525600000.0
    """
    return request_count_per_s * answer_tokens * _MONTH_S


def prefill_share(
    prefill_s: Real,
    decode_step_s: Real,
    answer_tokens: Real,
    running_sequences: Real,
    speculated_tokens: Real,
) -> Real:
    """Share of a request's accelerator time that reads its prompt; the rest writes its answer.

    prefill / (prefill + answer · step / batch). Source: pope-2022-inference.

    >>> round(prefill_share(0.1, 0.02, 200, 40, 1.0), 9)
    0.5
    """
    decode = answer_tokens * decode_step_s / running_sequences / speculated_tokens
    return prefill_s / (prefill_s + decode)


def usd_per_m_input_tokens(cost_usd: Real, prefill_share: Real, input_month_tokens: Real) -> Real:
    """What a million tokens read costs, in dollars: the bill by the accelerators' time, idle time alike.

    bill · share of prefill / tokens read. Source: farthing-units.

    >>> round(usd_per_m_input_tokens(1000.0, 0.4, 2e9), 9)
    0.2
    """
    return cost_usd * prefill_share / input_month_tokens * 1e6


def usd_per_m_output_tokens(cost_usd: Real, prefill_share: Real, output_month_tokens: Real) -> Real:
    """What a million tokens written costs, in dollars: the rest of the bill.

    bill · (1 - share of prefill) / tokens written. Source: farthing-units.

    >>> usd_per_m_output_tokens(1000.0, 0.4, 1e9)
    0.6
    """
    return cost_usd * (1 - prefill_share) / output_month_tokens * 1e6


def usd_per_m_tokens(cost_usd: Real, input_month_tokens: Real, output_month_tokens: Real) -> Real:
    """What a million tokens costs, read and written alike, in dollars. Source: farthing-units.

    >>> usd_per_m_tokens(900.0, 2e9, 1e9)
    0.3
    """
    return cost_usd / (input_month_tokens + output_month_tokens) * 1e6


def energy_kwh_per_m_tokens(energy_kwh: Real, input_month_tokens: Real, output_month_tokens: Real) -> Real:
    """Electricity for a million tokens, read and written alike, in kWh; idle hours included.

    Source: farthing-units.

    >>> energy_kwh_per_m_tokens(900.0, 2e9, 1e9)
    0.3
    """
    return energy_kwh / (input_month_tokens + output_month_tokens) * 1e6


def kv_gib(
    batch: Real, kv_byte_per_token: Real, most_held_tokens: Real, replica_count: Real, kv_shard_count: Real
) -> Real:
    """Caches of a full batch in one copy of the model, in GiB. Source: kwon-2023-pagedattention.

    >>> kv_gib(64, 131072, 2048, 1, 1)
    16.0
    """
    return batch * kv_byte_per_token * most_held_tokens * replica_count / kv_shard_count / 2**30


def peak_mem_gib(serve_weight_byte: Real, kv_gib: Real, replica_count: Real, reserve_byte: Real) -> Real:
    """Memory of one accelerator while the batch is full, in GiB: weights, caches and the engine's reserve.

    Source: kwon-2023-pagedattention.

    >>> peak_mem_gib(16 * 2**30, 32.0, 1, 2**31)
    50.0
    """
    return (serve_weight_byte / 2**30 + kv_gib) / replica_count + reserve_byte / 2**30
