"""People: what a person costs in full, how many a run needs, and for how long."""

import numpy as np

from farthing.units.types import Real


def loaded_usd_per_person_year(salary_usd_per_person_year: Real, load_multiple: Real) -> Real:
    """Full cost of employing one person for a year, in dollars.

    salary · multiple for taxes, benefits, equipment and office. Source: bls-employer-costs.

    >>> round(loaded_usd_per_person_year(200_000, 1.35))
    270000
    """
    return salary_usd_per_person_year * load_multiple


def project_year(wall_clock_days: Real, preparation_month: Real) -> Real:
    """Time for which a team is tied to a run, in years.

    days of training / 365 + months of preparation before and evaluation after / 12.
    Source: farthing-estimate.

    >>> project_year(73, 3)
    0.45
    """
    return wall_clock_days / 365 + preparation_month / 12


def person_count(
    compute_cost_usd: Real,
    people_share: Real,
    loaded_usd_per_person_year: Real,
    project_year: Real,
    smallest_team_multiple: Real,
) -> Real:
    """People a run keeps busy: as many as its compute bill suggests, never below the least team.

    max(compute · share / (cost of a person-year · years), least team; 0.5 is half of one person's
    time). Staff were 29 to 49 % of the cost of developing frontier models.
    Source: cottier-2024-cost.

    >>> float(person_count(4e6, 0.5, 400_000, 0.5, 1))
    10.0
    >>> float(person_count(10_000, 0.5, 400_000, 0.5, 1))
    1.0
    """
    busy = compute_cost_usd * people_share / (loaded_usd_per_person_year * project_year)
    return np.maximum(busy, smallest_team_multiple)


def people_cost_usd(person_count: Real, loaded_usd_per_person_year: Real, project_year: Real) -> Real:
    """What the team costs for the time of the run, in dollars.

    people · cost of a person-year · years. Source: cottier-2024-cost.

    >>> people_cost_usd(10, 400_000, 0.5)
    2000000.0
    """
    return person_count * loaded_usd_per_person_year * project_year
