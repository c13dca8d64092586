"""Where prices go: one curve of yearly decline, and what bills and tasks become along it."""

import numpy as np

from farthing.units.types import Real

_MONTHS_PER_YEAR = 12
_M_TOKENS = 1_000_000
_STILL = 1e-12  # a monthly change of the logarithm that is none


def price_multiple(price_decline_share_per_year: Real, elapsed_year: Real) -> Real:
    """What a price is multiplied by after some years of a steady decline.

    (1 − decline) ^ years. A decline below 0 is a rise. The one curve that everything here follows.
    Source: farthing-units.

    >>> float(price_multiple(0.5, 2))
    0.25
    """
    return np.power(1 - price_decline_share_per_year, elapsed_year)


def implied_decline_share_per_year(price_multiple: Real, elapsed_year: Real) -> Real:
    """The steady yearly decline that takes a price to a multiple of itself in some years.

    1 − multiple ^ (1 / years): the curve read backwards. Source: farthing-units.

    >>> round(float(implied_decline_share_per_year(0.12 / 0.40, 2)), 3)    # 0.40 to 0.12 in two years
    0.452
    """
    return 1 - np.power(price_multiple, 1 / elapsed_year)


def future_usd_per_m_tokens(base_usd_per_m_tokens: Real, price_multiple: Real) -> Real:
    """Price of a million tokens at a date, in dollars: today's, along the curve.

    price · multiple. Source: farthing-units.

    >>> future_usd_per_m_tokens(2.50, 0.25)
    0.625
    """
    return base_usd_per_m_tokens * price_multiple


def task_cost_usd(
    input_tokens: Real,
    output_tokens: Real,
    input_usd_per_m_tokens: Real,
    output_usd_per_m_tokens: Real,
) -> Real:
    """What one task costs, in dollars, from its tokens and the prices of its day.

    (input · price + output · price) / 1,000,000. Source: farthing-units.

    >>> task_cost_usd(1_000, 500, 2.50, 10.00)                 # GPT-4o since October 2024
    0.0075
    """
    return (input_tokens * input_usd_per_m_tokens + output_tokens * output_usd_per_m_tokens) / _M_TOKENS


def implied_tokens(task_cost_usd: Real, usd_per_m_tokens: Real) -> Real:
    """Tokens that a task has if it costs so much at one price for all of them.

    cost / price · 1,000,000. Source: farthing-units.

    >>> round(implied_tokens(0.000032, 0.04))
    800
    """
    return task_cost_usd / usd_per_m_tokens * _M_TOKENS


def below_threshold_share(
    threshold_usd: Real, median_task_cost_usd: Real, task_cost_spread_ratio: Real
) -> Real:
    """Share of tasks that cost less than a threshold, task costs being lognormal.

    Φ(ln(threshold / median) / ln(spread)), where the spread is the geometric standard deviation:
    two tasks in three cost within that factor of the median. Source: farthing-units.

    >>> round(float(below_threshold_share(0.001, 0.002, 2.0)), 3)
    0.159
    """
    from scipy.special import ndtr

    share: Real = ndtr(np.log(threshold_usd / median_task_cost_usd) / np.log(task_cost_spread_ratio))
    return share


def mean_task_cost_usd(median_task_cost_usd: Real, task_cost_spread_ratio: Real) -> Real:
    """Average cost of a task, in dollars, task costs being lognormal.

    median · exp(ln(spread)² / 2): far above the median where tasks differ much.
    Source: farthing-units.

    >>> round(float(mean_task_cost_usd(0.001, np.e)), 6)
    0.001649
    """
    return median_task_cost_usd * np.exp(np.log(task_cost_spread_ratio) ** 2 / 2)


def worker_usd_per_day(task_cost_usd: Real, task_count_per_day: Real) -> Real:
    """What the tasks of one worker cost a day, in dollars: average cost · tasks a day.

    Source: farthing-units.

    >>> worker_usd_per_day(0.0085, 40)
    0.34
    """
    return task_cost_usd * task_count_per_day


def grown_request_count(request_count: Real, growth_share_per_month: Real, elapsed_month: Real) -> Real:
    """Requests after some months of steady growth.

    requests · (1 + growth) ^ months. Source: farthing-units.

    >>> round(float(grown_request_count(10_000, 0.05, 12)))
    17959
    """
    return request_count * np.power(1 + growth_share_per_month, elapsed_month)


def cumulative_cost_usd(
    first_month_cost_usd: Real,
    growth_share_per_month: Real,
    price_decline_share_per_year: Real,
    horizon_month: Real,
) -> Real:
    """Bill of several months together, in dollars, while demand grows and prices decline.

    first month · (r^n − 1) / (r − 1) with r = (1 + growth) · (1 − decline)^(1/12): months are billed
    at the price of their beginning. Growth that makes up for the decline costs n first months.
    Source: farthing-units.

    >>> float(cumulative_cost_usd(100, 0.0, 0.0, 12))
    1200.0
    >>> round(float(cumulative_cost_usd(100, 1.0, 0.0, 3)))     # 100 + 200 + 400
    700
    """
    decline = np.log1p(-price_decline_share_per_year) / _MONTHS_PER_YEAR
    change = np.log1p(growth_share_per_month) + decline
    still = np.abs(change) < _STILL
    rate = np.where(still, 1.0, change)
    months = np.where(still, horizon_month, np.expm1(rate * horizon_month) / np.expm1(rate))
    return first_month_cost_usd * months
