"""Rules of allocation: which cost is shared, among whom, by what, and what becomes of what was idle."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from farthing.track.dimensions import Condition
from farthing.units.money import Money

POOL: Final = "pool:"
"""What stands before the name of a pool that gets a share of another one."""

UNTAGGED: Final = "unnamed usage"
BILLS: Final = "unnamed bills"
"""Pools of what names no target, where the rules share it."""

Idle: TypeAlias = Literal["even", "proportional", "separate"]
Untagged: TypeAlias = Literal["keep", "share"]


@dataclass(frozen=True, slots=True)
class Gpus:
    """Accelerators that are paid for by the hour, used or not."""

    count: int
    rent: Money


@dataclass(frozen=True, slots=True)
class Usage:
    """Shares by what each used: the sum of a column of the events that say so."""

    metric: str
    where: tuple[Condition, ...]


By: TypeAlias = Literal["proportional", "even"] | Mapping[str, Fraction] | Usage
"""To direct spend, evenly, by fixed parts (which add up to one), or by usage."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A shared cost: what the ledger has of `cost`, an amount that it does not have, or accelerators.

    With `idle`, what was paid and not used is told apart: reserved hours without use, where it is known
    how many accelerators are reserved, else lines of bills that say "Unused".
    """

    name: str
    cost: tuple[Condition, ...] | Money | Gpus
    by: By
    idle: Idle | None
    reserved_gpus: int
    used: tuple[Condition, ...]

    @property
    def gives_to(self) -> tuple[str, ...]:
        """The names of pools that get a share of this one."""
        if not isinstance(self.by, Mapping):
            return ()
        return tuple(key.removeprefix(POOL) for key in self.by if key.startswith(POOL))


@dataclass(frozen=True, slots=True)
class Rules:
    """A whole file: to what the cost goes, the pools as written, and in an order where givers are first."""

    to: str
    targets: tuple[str, ...]
    untagged: Untagged
    bills: Untagged
    pools: tuple[Pool, ...]
    order: tuple[Pool, ...]

    @property
    def named(self) -> set[str]:
        """Those who are named by the rules themselves."""
        parts = (pool.by for pool in self.pools if isinstance(pool.by, Mapping))
        return {*self.targets, *(key for part in parts for key in part if not key.startswith(POOL))}


def slug(name: str) -> str:
    """The name of a pool as that of a column: "platform GPUs" is pool_platform_gpus.

    >>> slug("platform GPUs")
    'pool_platform_gpus'
    """
    letters = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    return f"pool_{letters}" if letters else "pool"
