"""What requests to a model by the token cost: from a prompt and an answer to a bill for a month.

Plain arithmetic, so that the same formulas run on floats, on arrays of draws and on
exact fractions.
"""

import numpy as np

from farthing.units.types import Real


def context_tokens(chunk_count: Real, chunk_tokens: Real) -> Real:
    """Tokens that a retrieval puts before each question: chunks · tokens of one. Source: seed-001.

    >>> context_tokens(20, 5000)
    100000
    """
    return chunk_count * chunk_tokens


def prompt_tokens(own_input_tokens: Real, context_tokens: Real, shortened_share: Real) -> Real:
    """Tokens of the prompt of a request: its own and the retrieved ones, less what was cut out.

    (own + context) · (1 - shortened). Source: seed-001.

    >>> prompt_tokens(1000, 4000, 0.2)
    4000.0
    """
    return (own_input_tokens + context_tokens) * (1 - shortened_share)


def call_count(tool_call_count: Real) -> Real:
    """Calls of the model for one request: each use of a tool asks it once more. Source: farthing-units.

    >>> call_count(3)
    4
    """
    return 1 + tool_call_count


def call_input_tokens(
    prompt_tokens: Real, tool_call_count: Real, tool_ask_tokens: Real, tool_result_tokens: Real
) -> Real:
    """Tokens that an average call of a request reads, cached ones included.

    Each call reads the prompt and everything that tools were asked and answered before it:
    prompt + n/2 · (asked + answered). Source: farthing-units.

    >>> call_input_tokens(1000, 4, 50, 450)
    2000.0
    """
    return prompt_tokens + tool_call_count * (tool_ask_tokens + tool_result_tokens) / 2


def call_output_tokens(answer_tokens: Real, tool_call_count: Real, tool_ask_tokens: Real) -> Real:
    """Tokens that an average call of a request writes, reasoning included.

    (answer + n · asked) / (1 + n). Source: farthing-units.

    >>> call_output_tokens(400, 3, 80)
    160.0
    """
    return (answer_tokens + tool_call_count * tool_ask_tokens) / (1 + tool_call_count)


def cache_read_tokens(call_input_tokens: Real, cached_share: Real) -> Real:
    """Tokens of a call's input that are read from a cache. Source: farthing-units.

    >>> cache_read_tokens(2000, 0.75)
    1500.0
    """
    return call_input_tokens * cached_share


def uncached_tokens(
    call_input_tokens: Real,
    cache_read_tokens: Real,
    cache_write_5m_tokens: Real,
    cache_write_1h_tokens: Real,
) -> Real:
    """Tokens of a call's input that no cache has to do with. Source: farthing-units.

    >>> uncached_tokens(12307, 0, 12304, 0)
    3
    """
    return call_input_tokens - cache_read_tokens - cache_write_5m_tokens - cache_write_1h_tokens


def uncached_usd(uncached_tokens: Real, input_usd_per_m_tokens: Real) -> Real:
    """Price of a call's plain input. Source: seed-001.

    >>> uncached_usd(1_000_000, 3.0)
    3.0
    """
    return uncached_tokens * input_usd_per_m_tokens / 1_000_000


def cache_read_usd(cache_read_tokens: Real, cache_read_usd_per_m_tokens: Real) -> Real:
    """Price of a call's input that is read from a cache. Source: seed-001.

    >>> cache_read_usd(1_000_000, 0.3)
    0.3
    """
    return cache_read_tokens * cache_read_usd_per_m_tokens / 1_000_000


def cache_write_usd(
    cache_write_5m_tokens: Real,
    cache_write_5m_usd_per_m_tokens: Real,
    cache_write_1h_tokens: Real,
    cache_write_1h_usd_per_m_tokens: Real,
) -> Real:
    """Price of a call's input that is written to a cache, for five minutes or an hour. Source: seed-001.

    >>> cache_write_usd(1_000_000, 3.75, 1_000_000, 6.0)
    9.75
    """
    return (
        cache_write_5m_tokens * cache_write_5m_usd_per_m_tokens
        + cache_write_1h_tokens * cache_write_1h_usd_per_m_tokens
    ) / 1_000_000


def output_usd(
    call_output_tokens: Real,
    reasoning_tokens: Real,
    output_usd_per_m_tokens: Real,
    reasoning_usd_per_m_tokens: Real,
) -> Real:
    """Price of what a call writes; reasoning is part of the output, at its own price where it has one.

    Source: seed-001.

    >>> output_usd(500, 400, 10.0, 10.0)
    0.005
    """
    return (
        (call_output_tokens - reasoning_tokens) * output_usd_per_m_tokens
        + reasoning_tokens * reasoning_usd_per_m_tokens
    ) / 1_000_000


def call_usd(
    uncached_usd: Real, cache_read_usd: Real, cache_write_usd: Real, output_usd: Real, call_fee_usd: Real
) -> Real:
    """Price of one call: (input tokens · price in) + (output tokens · price out), and a fee if there is one.

    Source: seed-001.

    >>> call_usd(0.25, 0.0, 0.0, 0.5, 0.0)
    0.75
    """
    return uncached_usd + cache_read_usd + cache_write_usd + output_usd + call_fee_usd


def batch_call_usd(
    uncached_usd: Real,
    cache_read_usd: Real,
    cache_write_usd: Real,
    output_usd: Real,
    call_fee_usd: Real,
    batch_input_multiple: Real,
    batch_cache_read_multiple: Real,
    batch_cache_write_multiple: Real,
    batch_output_multiple: Real,
) -> Real:
    """Price of the same call in a batch: every part at its own multiple, fees as they are.

    Source: farthing-units.

    >>> batch_call_usd(0.5, 0.25, 0.0, 0.5, 0.0, 0.5, 1.0, 0.5, 0.5)
    0.75
    """
    return (
        uncached_usd * batch_input_multiple
        + cache_read_usd * batch_cache_read_multiple
        + cache_write_usd * batch_cache_write_multiple
        + output_usd * batch_output_multiple
        + call_fee_usd
    )


def mean_call_usd(call_usd: Real, batch_call_usd: Real, batch_share: Real) -> Real:
    """Price of the average call where some are sent in batches: call - share · (call - in a batch).

    Source: farthing-units.

    >>> mean_call_usd(1.0, 0.5, 0.5)
    0.75
    """
    return call_usd - batch_share * (call_usd - batch_call_usd)


def tool_usd(web_search_count: Real, web_search_usd: Real) -> Real:
    """Price of the searches of one request. Source: farthing-units.

    >>> tool_usd(2, 0.01)
    0.02
    """
    return web_search_count * web_search_usd


def cost_per_request_usd(mean_call_usd: Real, call_count: Real, retry_share: Real, tool_usd: Real) -> Real:
    """What one request costs with its calls, its retries and its tools.

    calls · (1 + retries) · call + tools. Source: farthing-units.

    >>> cost_per_request_usd(0.0105, 1, 0.0, 0.0)
    0.0105
    """
    return mean_call_usd * call_count * (1 + retry_share) + tool_usd


def cost_per_outcome_usd(cost_per_request_usd: Real, success_share: Real) -> Real:
    """What one request that succeeds costs: those that fail are paid for too. Source: farthing-units.

    >>> cost_per_outcome_usd(0.09, 0.75)
    0.12
    """
    return cost_per_request_usd / success_share


def cost_per_day_usd(cost_per_request_usd: Real, request_count_per_day: Real) -> Real:
    """What a day of requests costs. Source: farthing-units.

    >>> cost_per_day_usd(0.01, 10_000)
    100.0
    """
    return cost_per_request_usd * request_count_per_day


def cost_per_30_days_usd(cost_per_day_usd: Real) -> Real:
    """What thirty days of requests cost. Source: farthing-units.

    >>> cost_per_30_days_usd(15.0)
    450.0
    """
    return cost_per_day_usd * 30


def cost_usd(cost_per_day_usd: Real) -> Real:
    """What a month of requests costs: 730 hours of 24 a day. Source: farthing-units.

    >>> cost_usd(24.0)
    730.0
    """
    return cost_per_day_usd * 730 / 24


def cost_per_year_usd(cost_usd: Real, growth_share_per_month: Real) -> Real:
    """What the coming year costs at today's prices, month upon month of growth.

    cost · Σ (1 + growth)^k for the months k = 0 to 11. Source: farthing-units.

    >>> cost_per_year_usd(100.0, 0.0)
    1200.0
    """
    return cost_usd * sum((1 + growth_share_per_month) ** month for month in range(12))


def first_month_cost_usd(cost_usd: Real) -> Real:
    """The bill of the month with which a stretch of time begins. Source: farthing-units.

    >>> first_month_cost_usd(100.0)
    100.0
    """
    return cost_usd


def billed_usd(cost_usd: Real, promised_usd_per_month: Real, promised_discount_share: Real) -> Real:
    """What a month is billed where spend was promised: usage less the discount, the promise if that is more.

    max(promise, cost · (1 - discount)). Source: farthing-units.

    >>> float(billed_usd(4000, 5000, 0.1)), float(billed_usd(8000, 5000, 0.1))
    (5000.0, 7200.0)
    """
    return np.maximum(promised_usd_per_month, cost_usd * (1 - promised_discount_share))


def usd_per_m_tokens(mean_call_usd: Real, call_input_tokens: Real, call_output_tokens: Real) -> Real:
    """Price of a million tokens of this mix of input and output. Source: farthing-units.

    >>> usd_per_m_tokens(0.5, 75_000, 25_000)
    5.0
    """
    return mean_call_usd / (call_input_tokens + call_output_tokens) * 1_000_000


def tokens_per_day(
    call_input_tokens: Real,
    call_output_tokens: Real,
    call_count: Real,
    retry_share: Real,
    request_count_per_day: Real,
) -> Real:
    """Tokens that are paid for in a day. Source: farthing-units.

    >>> tokens_per_day(1000, 500, 1, 0.0, 10)
    15000.0
    """
    return (call_input_tokens + call_output_tokens) * call_count * (1 + retry_share) * request_count_per_day


def cache_breakeven_share(write_multiple: Real, read_multiple: Real) -> Real:
    """Share of cached tokens that must be read again for caching everything to pay.

    (w - 1) / (w - r), for prices as multiples of plain input: a token is written at w when it is new
    and read at r when it is not. Zero where writing costs nothing more. Source: prompt-caching-2024.

    >>> round(cache_breakeven_share(1.25, 0.1), 3), round(cache_breakeven_share(2.0, 0.1), 3)
    (0.217, 0.526)
    """
    return (write_multiple - 1) / (write_multiple - read_multiple)
