"""What an option costs at any volume: a price a request, steps of replicas, what is paid in any case.

Every number may be an array of draws. An option is made of parts, each a chain of formulas that was run
once; the terms are read from their values, so that they can be read again at other inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from farthing.estimate.compare_text import Wanted
from farthing.estimate.graph import Chain, plan
from farthing.estimate.run import Evaluation
from farthing.formulas import compare
from farthing.units.problem import Problem
from farthing.units.types import Real

_FLEET: Final[Chain] = (
    compare.busy_replica_count,
    compare.paid_replica_count,
    compare.hosting_usd,
    compare.utilization_share,
)
_FLEET_WANTED: Final = ("hosting_usd", "paid_replica_count", "utilization_share")


@dataclass(frozen=True, slots=True)
class Fleet:
    """Replicas of one kind: what one can answer in a day, what it costs a month, how many in any case."""

    replica_request_count_per_day: Real
    replica_usd_per_month: Real
    peak_to_mean_ratio: Real
    headroom_share: Real
    least_count: Real
    redundant_count: Real

    def at(self, request_count_per_day: Real) -> dict[str, Real]:
        """What it costs, how many are paid for and how busy they are at a volume."""
        known: dict[str, Real] = {
            "request_count_per_day": request_count_per_day,
            "replica_request_count_per_day": self.replica_request_count_per_day,
            "replica_usd_per_month": self.replica_usd_per_month,
            "peak_to_mean_ratio": self.peak_to_mean_ratio,
            "headroom_share": self.headroom_share,
            "least_count": self.least_count,
            "redundant_count": self.redundant_count,
        }
        return plan(_FLEET, frozenset(known), _FLEET_WANTED).run(known)

    def for_share(self, share: Real) -> "Fleet":
        """The same where only a share of all requests comes here."""
        room = np.asarray(self.replica_request_count_per_day) / np.maximum(share, 1e-9)
        return replace(self, replica_request_count_per_day=room)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an option costs: for a request, in a month, once, and its fleets."""

    request_usd: Real
    upkeep_usd_per_month: Real = 0.0
    once_usd: Real = 0.0
    fleets: tuple[Fleet, ...] = ()

    def month_usd(self, request_count_per_day: Real) -> Real:
        """A month at this volume, without what is paid once."""
        hosting: Real = 0.0
        for fleet in self.fleets:
            hosting = hosting + np.asarray(fleet.at(request_count_per_day)["hosting_usd"])
        return compare.option_usd(self.request_usd, request_count_per_day, hosting, self.upkeep_usd_per_month)

    def cost_usd(self, request_count_per_day: Real, horizon_month: Real) -> Real:
        """The same with what is paid once spread over the months."""
        return compare.cost_usd(self.month_usd(request_count_per_day), self.once_usd, horizon_month)


Read = Callable[[Mapping[str, Real]], Terms]
Join = Callable[[Sequence[Terms], Mapping[str, Real]], Terms]


def mapped(terms: Terms, change: Callable[[Real], Real]) -> Terms:
    """Terms with every number changed in one way."""
    fleets = tuple(Fleet(*(change(getattr(each, name)) for name in Fleet.__slots__)) for each in terms.fleets)
    request, upkeep, once = terms.request_usd, terms.upkeep_usd_per_month, terms.once_usd
    return Terms(change(request), change(upkeep), change(once), fleets)


def by_request(name: str) -> Read:
    """Terms whose price of a request is the value of that name, with the work around it."""
    return lambda known: Terms(known[name], known["upkeep_usd_per_month"], known["once_usd"])


def around(known: Mapping[str, Real]) -> Terms:
    """The work around requests alone."""
    return Terms(0.0, known["upkeep_usd_per_month"], known["once_usd"])


@dataclass(frozen=True)
class Part:
    """A chain that was run, and how its values become terms."""

    run: Evaluation
    read: Read


@dataclass(frozen=True)
class Option:
    """One way to do the workload. `unpriced` says why nobody knows what it costs, and is else empty."""

    wanted: Wanted
    parts: tuple[Part, ...] = ()
    join: Join | None = None
    models: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unpriced: str = ""

    def terms(self) -> Terms:
        """What it costs on the draws of its own runs."""
        return self.joined([part.run.values for part in self.parts])

    def joined(self, values: Sequence[Mapping[str, Real]]) -> Terms:
        """The terms at given values of every part."""
        each = [part.read(known) for part, known in zip(self.parts, values, strict=True)]
        return each[0] if self.join is None else self.join(each, values[0])
