"""Electricity that accelerators draw, what it costs, and the carbon that comes with it."""

from farthing.units.types import Real


def draw_watt_per_gpu(power_watt: Real, draw_share: Real, host_watt_per_gpu: Real) -> Real:
    """Average electric power of one accelerator with its part of the server, in watts.

    thermal design power · share of it that training draws + host. Holds for a busy machine; an
    idle one draws far less. Source: morrison-2025-environment (15 to 85 % of the maximum).

    >>> draw_watt_per_gpu(700, 0.8, 400)          # H100 in an eight-way server
    960.0
    """
    return power_watt * draw_share + host_watt_per_gpu


def energy_kwh(gpu_hours: Real, draw_watt_per_gpu: Real, pue: Real) -> Real:
    """Electricity that the facility takes from the grid, in kWh.

    accelerator-hours · watts / 1000 · power usage effectiveness, which adds cooling and
    conversion losses. Source: patterson-2021-carbon.

    >>> energy_kwh(1000, 960, 1.25)
    1200.0
    """
    return gpu_hours * draw_watt_per_gpu / 1000 * pue


def electricity_cost_usd(energy_kwh: Real, electricity_usd_per_kwh: Real) -> Real:
    """What that electricity costs, in dollars. A renter pays it inside the hourly price.

    energy · price. Source: cottier-2024-cost.

    >>> round(electricity_cost_usd(1200.0, 0.08), 2)
    96.0
    """
    return energy_kwh * electricity_usd_per_kwh


def carbon_kg(energy_kwh: Real, grid_kg_per_kwh: Real) -> Real:
    """Carbon dioxide equivalent of the electricity, location-based, in kilograms.

    energy · carbon intensity of the grid; certificates and offsets are left out.
    Source: patterson-2021-carbon.

    >>> round(carbon_kg(1200.0, 0.369), 1)
    442.8
    """
    return energy_kwh * grid_kg_per_kwh


def embodied_carbon_kg(
    gpu_hours: Real, embodied_kg_per_gpu: Real, lifetime_year: Real, utilization_share: Real
) -> Real:
    """Carbon of making the hardware, charged to a run by the hours it uses, in kilograms.

    hours / (hours in a lifetime · utilization) · carbon of one accelerator with its part of the
    server. Source: ecologits-methodology.

    >>> round(embodied_carbon_kg(8760, 985.5, 3, 1.0), 1)
    328.5
    """
    return gpu_hours / (lifetime_year * 8760 * utilization_share) * embodied_kg_per_gpu
