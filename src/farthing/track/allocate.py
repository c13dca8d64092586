"""Shared and idle cost to those who cause it: every dollar goes to somebody, none is lost or made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from farthing.track.allocate_costs import Costs
from farthing.track.allocate_terms import BILLS, POOL, UNTAGGED, By, Gpus, Pool, Usage
from farthing.units.problem import Problem, did_you_mean

NOBODY: Final = ""
_NONE: Final = Fraction(0)


@dataclass(slots=True)
class Shares:
    """What goes to whom, exact. NOBODY is the target of what names none.

    `pools` has the shares of each pool's cost that was used, `idle` of what was idle; `idle_alone_usd` is
    idle cost that stands apart.
    """

    direct: dict[str, Fraction]
    pools: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    idle: dict[str, Fraction] = field(default_factory=dict)
    idle_alone_usd: Fraction = _NONE
    stated_usd: Fraction = _NONE
    problems: list[Problem] = field(default_factory=list)

    @property
    def direct_usd(self) -> Fraction:
        """What is in no pool."""
        return sum(self.direct.values(), _NONE)

    @property
    def shared_usd(self) -> Fraction:
        """What pools gave, idle cost apart."""
        return sum((usd for shares in self.pools.values() for usd in shares.values()), _NONE)

    @property
    def idle_usd(self) -> Fraction:
        """What was paid and not used."""
        return sum(self.idle.values(), self.idle_alone_usd)

    @property
    def total_usd(self) -> Fraction:
        """All of it."""
        return self.direct_usd + self.shared_usd + self.idle_usd


def allocated(costs: Costs) -> Shares:
    """The cost of a window to its targets. Raises InputError for a currency without a rate."""
    split, rules = costs.split, costs.rules
    made = Shares(dict(split.direct))
    unnamed = (
        (BILLS, split.untagged_bills, rules.bills),
        (UNTAGGED, split.untagged_usage, rules.untagged),
    )
    for name, usd, rule in unnamed:
        if usd and rule == "share":
            made.pools[name] = _parts(usd, _weights("proportional", name, costs, made))
        elif usd:
            made.direct[NOBODY] = made.direct.get(NOBODY, _NONE) + usd
    inflow: dict[str, Fraction] = {}
    for pool in rules.order:
        _share(pool, inflow, costs, made)
    made.problems = list(dict.fromkeys(made.problems))
    return made


def _share(pool: Pool, inflow: dict[str, Fraction], costs: Costs, made: Shares) -> None:
    """Give away what a pool holds, and what came to it from pools before."""
    held = costs.held_usd(pool)
    if not isinstance(pool.cost, tuple):
        made.stated_usd += held
    if isinstance(pool.cost, Gpus) and (twice := costs.counted_twice_usd(pool)):
        made.problems.append(_counted_twice(pool, twice))
    total = held + inflow.get(pool.name, _NONE)
    idle = _NONE if pool.idle is None else _idle_usd(pool, total, costs, made)
    weights = _weights(pool.by, pool.name, costs, made)
    given = _parts(total - idle, weights)
    for key in pool.gives_to:
        inflow[key] = inflow.get(key, _NONE) + given.pop(POOL + key)
    made.pools[pool.name] = given
    if idle and pool.idle == "separate":
        made.idle_alone_usd += idle
    elif idle:
        plain = {key: weight for key, weight in weights.items() if not key.startswith(POOL)}
        by: By = plain if pool.idle == "proportional" and any(plain.values()) else "even"
        for target, usd in _parts(idle, _weights(by, pool.name, costs, made)).items():
            made.idle[target] = made.idle.get(target, _NONE) + usd


def _idle_usd(pool: Pool, total_usd: Fraction, costs: Costs, made: Shares) -> Fraction:
    """What of a pool was paid and not used."""
    if not pool.reserved_gpus:
        return costs.unused_usd(pool)
    reserved, used = costs.reserved_gpu_hours(pool), costs.used_gpu_hours(pool)
    if used > reserved:
        made.problems.append(_overused(pool, used, reserved))
        return _NONE
    return total_usd * (1 - used / reserved)


def _parts(usd: Fraction, weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """An amount by weights, which are not all zero; the parts add up to it exactly."""
    whole = sum(weights.values(), _NONE)
    return {key: usd * weight / whole for key, weight in weights.items()}


def _weights(by: By, pool: str, costs: Costs, made: Shares) -> dict[str, Fraction]:
    """Weights that are not below zero and not all zero: even ones where nothing tells targets apart."""
    if isinstance(by, Mapping):
        made.problems += (_unknown(pool, key, costs) for key in by if _is_unknown(key, costs))
        return dict(by)
    if not costs.targets:
        made.problems.append(_nobody(pool, costs))
        return {NOBODY: Fraction(1)}
    even = dict.fromkeys(costs.targets, Fraction(1))
    if by == "even":
        return even
    used = costs.used(by) if isinstance(by, Usage) else costs.split.direct
    weights = {target: max(used[target], _NONE) for target in costs.targets}
    if any(weights.values()):
        return weights
    made.problems.append(_evenly(pool, by))
    return even


def _is_unknown(key: str, costs: Costs) -> bool:
    return not key.startswith(POOL) and key not in costs.seen and key not in costs.rules.targets


def _unknown(pool: str, key: str, costs: Costs) -> Problem:
    what, why = f"{key} spent nothing in these days", "it gets its part all the same"
    return Problem("unknown-target", "warning", pool, what, why, did_you_mean(key, costs.seen))


def _evenly(pool: str, by: By) -> Problem:
    what = f"no {by.metric} by anybody" if isinstance(by, Usage) else "nobody has direct spend"
    return Problem("shared-evenly", "warning", pool, what, "it is shared evenly, so that nothing is lost", "")


def _nobody(pool: str, costs: Costs) -> Problem:
    what = f"the ledger names no {costs.rules.to} to share it among"
    fix = "name them: targets: [search, ads]"
    return Problem("shared-by-nobody", "warning", pool, what, "it stays with (not said)", fix)


def _overused(pool: Pool, used: Fraction, reserved: Fraction) -> Problem:
    what = f"{float(used):,.1f} GPU-hours were used of {float(reserved):,.1f} reserved"
    return Problem("over-reserved", "warning", pool.name, what, "so none was idle", "look at reserved_gpus")


def _counted_twice(pool: Pool, usd: Fraction) -> Problem:
    what = f"the ledger has ${float(usd):,.2f} for the work of these accelerators besides"
    fix = "take them out of the ledger's prices, or say cost: {where: [...]} and reserved_gpus"
    return Problem("counted-twice", "warning", pool.name, what, "both are in the total", fix)
