"""What an accelerator-hour costs: rented, reserved, at spot prices, or owned.

Idle hours are paid for. A reserved or owned accelerator costs the same whether it works or not,
so its price per useful hour is divided by utilization; no price is ever multiplied by it.
"""

import numpy as np

from farthing.units.types import Real

_YEAR_H = 8760


def compute_cost_usd(gpu_hours: Real, rent_usd_per_gpu_hour: Real) -> Real:
    """Rented accelerators for the hours of the run, lost time included, in dollars.

    hours · price. Source: cottier-2024-cost.

    >>> compute_cost_usd(94_080, 2.50)             # 280 A100 for two weeks
    235200.0
    """
    return gpu_hours * rent_usd_per_gpu_hour


def discounted_usd_per_gpu_hour(on_demand_usd_per_gpu_hour: Real, commitment_discount_share: Real) -> Real:
    """Price of a committed accelerator for every hour of the term, in dollars.

    on-demand price · (1 − discount). Source: epoch-cost-trends.

    >>> round(discounted_usd_per_gpu_hour(4.0, 0.37), 2)
    2.52
    """
    return on_demand_usd_per_gpu_hour * (1 - commitment_discount_share)


def reserved_cost_usd(reserved_gpu_count: Real, term_year: Real, reserved_usd_per_gpu_hour: Real) -> Real:
    """Bill for a reservation, used or not, in dollars.

    accelerators · years · 8,760 · price. Source: farthing-units.

    >>> reserved_cost_usd(8, 1, 2.0)
    140160.0
    """
    return reserved_gpu_count * term_year * _YEAR_H * reserved_usd_per_gpu_hour


def effective_reserved_usd_per_gpu_hour(reserved_usd_per_gpu_hour: Real, utilization_share: Real) -> Real:
    """Price of a reserved hour that does work, in dollars: idle hours ride on the busy ones.

    price / utilization. Source: farthing-units.

    >>> effective_reserved_usd_per_gpu_hour(2.0, 0.5)
    4.0
    """
    return reserved_usd_per_gpu_hour / utilization_share


def breakeven_utilization_share(reserved_usd_per_gpu_hour: Real, on_demand_usd_per_gpu_hour: Real) -> Real:
    """Utilization above which reserving beats renting on demand (0 to 1, more means never).

    reserved / on-demand price. Source: farthing-units.

    >>> breakeven_utilization_share(2.0, 4.0)
    0.5
    """
    return reserved_usd_per_gpu_hour / on_demand_usd_per_gpu_hour


def spot_overhead_multiple(checkpoint_share: Real, rework_share: Real, restart_share: Real) -> Real:
    """Paid hours for each hour of progress on capacity that can be taken away.

    1 / what checkpoints, repeated work and restarts leave. Source: daly-2006.

    >>> round(spot_overhead_multiple(0.05, 0.05, 0.1), 3)
    1.231
    """
    return 1 / ((1 - checkpoint_share) * (1 - rework_share) * (1 - restart_share))


def effective_spot_usd_per_gpu_hour(spot_usd_per_gpu_hour: Real, spot_overhead_multiple: Real) -> Real:
    """Price of a spot hour that makes progress, in dollars.

    price · paid hours per hour of progress. Source: daly-2006.

    >>> round(effective_spot_usd_per_gpu_hour(1.0, 1.231), 3)
    1.231
    """
    return spot_usd_per_gpu_hour * spot_overhead_multiple


def capital_usd_per_gpu(purchase_usd: Real, server_multiple: Real, interconnect_share: Real) -> Real:
    """Capital tied up in one accelerator with its part of servers and fabric, in dollars.

    purchase · server multiple / (1 − interconnect's share of the cluster).
    Source: epoch-cost-trends (1.64 and 19 %).

    >>> round(capital_usd_per_gpu(30_000, 1.64, 0.19))
    60741
    """
    return purchase_usd * server_multiple / (1 - interconnect_share)


def annuity_share_per_year(capital_share_per_year: Real, lifetime_year: Real) -> Real:
    """Equal yearly payment that repays one dollar with interest over the lifetime.

    r / (1 − (1 + r)^−n), and 1 / n when capital is free. Source: brealey-corporate-finance.

    >>> round(float(annuity_share_per_year(0.10, 5)), 4)
    0.2638
    >>> round(float(annuity_share_per_year(0.0, 4)), 4)
    0.25
    """
    rate = np.maximum(capital_share_per_year, 1e-12)
    return rate / -np.expm1(-lifetime_year * np.log1p(rate))


def capital_usd_per_gpu_year(
    capital_usd_per_gpu: Real,
    residual_share: Real,
    capital_share_per_year: Real,
    lifetime_year: Real,
    annuity_share_per_year: Real,
) -> Real:
    """Depreciation and cost of capital of one accelerator, in dollars a year.

    annuity · (capital − residual value discounted from the end of life).
    Source: brealey-corporate-finance.

    >>> round(capital_usd_per_gpu_year(30_000, 0.0, 0.10, 5, 0.2638) / 8760 / 0.7, 2)
    1.29
    """
    residual = residual_share * (1 + capital_share_per_year) ** -lifetime_year
    return annuity_share_per_year * capital_usd_per_gpu * (1 - residual)


def depreciation_usd_per_gpu_year(
    capital_usd_per_gpu: Real, residual_share: Real, lifetime_year: Real
) -> Real:
    """Straight-line depreciation as the accounts show it, in dollars a year.

    capital · (1 − residual share) / lifetime; the cost of capital is left out.
    Source: brealey-corporate-finance.

    >>> round(depreciation_usd_per_gpu_year(30_000, 0.0, 3) / 8760 / 0.7, 2)
    1.63
    """
    return capital_usd_per_gpu * (1 - residual_share) / lifetime_year


def power_usd_per_gpu_year(draw_watt_per_gpu: Real, pue: Real, electricity_usd_per_kwh: Real) -> Real:
    """Electricity of one accelerator that runs all year, in dollars.

    watts / 1000 · 8,760 · PUE · price. Source: patterson-2021-carbon.

    >>> round(power_usd_per_gpu_year(1000, 1.25, 0.08))
    876
    """
    return draw_watt_per_gpu / 1000 * _YEAR_H * pue * electricity_usd_per_kwh


def hosting_usd_per_gpu_year(draw_watt_per_gpu: Real, hosting_usd_per_watt_per_month: Real) -> Real:
    """Space, cooling plant and remote hands in a colocation facility, in dollars a year.

    watts · price per watt and month · 12; electricity is its own line.
    Source: cbre-datacenter-h2-2024.

    >>> hosting_usd_per_gpu_year(1000, 0.15)
    1800.0
    """
    return draw_watt_per_gpu * hosting_usd_per_watt_per_month * 12


def operations_usd_per_gpu_year(
    capital_usd_per_gpu: Real,
    maintenance_share_per_year: Real,
    operated_gpu_count: Real,
    loaded_usd_per_person_year: Real,
) -> Real:
    """Repairs, spares, support contracts and the people who run the cluster, in dollars a year.

    capital · maintenance share + cost of a person-year / accelerators each looks after.
    Source: farthing-estimate.

    >>> round(operations_usd_per_gpu_year(60_000, 0.05, 500, 250_000))
    3500
    """
    staff = loaded_usd_per_person_year / operated_gpu_count
    return capital_usd_per_gpu * maintenance_share_per_year + staff


def owned_usd_per_gpu_year(
    capital_usd_per_gpu_year: Real,
    power_usd_per_gpu_year: Real,
    hosting_usd_per_gpu_year: Real,
    operations_usd_per_gpu_year: Real,
) -> Real:
    """Owning and running one accelerator, in dollars a year: the sum of its lines.

    Source: cottier-2024-cost names the lines.

    >>> owned_usd_per_gpu_year(14_000, 800, 1_800, 3_500)
    20100
    """
    running = power_usd_per_gpu_year + hosting_usd_per_gpu_year + operations_usd_per_gpu_year
    return capital_usd_per_gpu_year + running


def owned_usd_per_gpu_hour(owned_usd_per_gpu_year: Real, utilization_share: Real) -> Real:
    """Cost of an owned hour that does work, in dollars: the year's cost over the busy hours.

    cost a year / (8,760 · utilization). Electricity is charged as if always on, which is on the
    safe side by a few percent. Source: farthing-units.

    >>> round(owned_usd_per_gpu_hour(20_100, 0.7), 2)
    3.28
    """
    return owned_usd_per_gpu_year / (_YEAR_H * utilization_share)
