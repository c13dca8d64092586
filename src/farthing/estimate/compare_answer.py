"""The answer of a comparison: an estimate with the curves and crossings that belong to several options."""

import msgspec

from farthing.estimate.answer import Estimate, Range


class Flip(msgspec.Struct, frozen=True):
    """A volume at which another option becomes the cheapest of all, on the medians.

    `below` is the cheapest just before it, `above` just beyond; `jump` says that a replica is added there.
    """

    below: str
    above: str
    tokens_per_day: float
    jump: bool


class VolumePoint(msgspec.Struct, frozen=True):
    """What an option costs a month at a volume, on the medians; `here` marks the workload's own."""

    option: str
    tokens_per_day: float
    cost_usd: float
    replica_count: float | None
    here: bool


class MonthPoint(msgspec.Struct, frozen=True):
    """What an option has cost in all by the end of a month, what is paid once included."""

    option: str
    month: int
    cumulative_usd: Range


class Comparison(Estimate, frozen=True):
    """Options side by side: what every estimate says, and where the choice changes by volume and by month."""

    flips: tuple[Flip, ...]
    volumes: tuple[VolumePoint, ...]
    months: tuple[MonthPoint, ...]
