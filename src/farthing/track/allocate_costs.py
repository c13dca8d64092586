"""What rules of allocation share, out of the ledger: each cost once, and what each target used."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Final

from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME
from farthing.track.account import Account, Accounts
from farthing.track.allocate_pool_file import EVENTS
from farthing.track.allocate_terms import Gpus, Pool, Rules, Usage
from farthing.track.dimensions import NOT_SAID, Asked, Condition, filters, grouped
from farthing.track.spent import DOLLARS, Key
from farthing.units.money import Money
from farthing.units.period import HOURS_PER_DAY, SECONDS_PER_HOUR
from farthing.units.problem import InputError, Problem

_STATUS: Final = "commitment_status"
_UNUSED: Final = "Unused"
_NONE: Final = Fraction(0)


@dataclass(slots=True)
class Split:
    """Dollars of the ledger, each once: of targets, without a target, and in pools by their names.

    `unused` is the part of a pool's that bills call unused.
    """

    direct: dict[str, Fraction] = field(default_factory=dict)
    untagged_usage: Fraction = _NONE
    untagged_bills: Fraction = _NONE
    pools: dict[str, Fraction] = field(default_factory=dict)
    unused: dict[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Costs:
    """The cost of a window, to be shared by rules. `asked` has conditions and days, and no dimensions."""

    accounts: Accounts
    asked: Asked
    rules: Rules

    @cached_property
    def found(self) -> Account:
        """Everything, in the finest groups that the rules tell apart."""
        return self.accounts.account(replace(self.asked, by=self._by))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Those who take part: all whom the ledger names, and those whom the rules name besides."""
        return tuple(sorted(self.seen | self.rules.named))

    @cached_property
    def seen(self) -> frozenset[str]:
        """Those whom the ledger names."""
        return frozenset(key[0] for key in self.found.usd) - {NOT_SAID}

    @cached_property
    def split(self) -> Split:
        """Where each dollar of the ledger is."""
        made = Split(direct=dict.fromkeys(self.targets, _NONE))
        for key, spent in self.found.usage.groups.items():
            if not self._take(made, key, spent.usd):
                made.untagged_usage += spent.usd
        for key, usd in self.found.charges.groups.items():
            if not self._take(made, key, usd):
                made.untagged_bills += usd
        return made

    def held_usd(self, pool: Pool) -> Fraction:
        """What a pool holds of its own. Raises InputError for a currency without a rate."""
        if isinstance(pool.cost, Money):
            return self._usd(pool, pool.cost)
        if isinstance(pool.cost, Gpus):
            return self._usd(pool, pool.cost.rent) * self.reserved_gpu_hours(pool)
        return self.split.pools.get(pool.name, _NONE)

    def unused_usd(self, pool: Pool) -> Fraction:
        """What bills call unused of what a pool holds."""
        return max(self.split.unused.get(pool.name, _NONE), _NONE)

    def used(self, usage: Usage) -> dict[str, Fraction]:
        """What each target used by a metric: the sum of a column of its events, or their number."""
        summed = self._summed(usage.metric, (*self.asked.where, *usage.where), by_target=True)
        return {target: summed.get(target, _NONE) for target in self.targets}

    def used_gpu_hours(self, pool: Pool) -> Fraction:
        """Accelerator-hours that events of a pool's accelerators took."""
        seconds = self._summed("gpu_seconds", (*self.asked.where, *pool.used), by_target=False)
        return seconds.get(NOT_SAID, _NONE) / SECONDS_PER_HOUR

    def reserved_gpu_hours(self, pool: Pool) -> Fraction:
        """Accelerator-hours that are paid for in the window."""
        return Fraction(pool.reserved_gpus * self.days * HOURS_PER_DAY)

    def counted_twice_usd(self, pool: Pool) -> Fraction:
        """What the ledger has of the work of accelerators whose hours a pool states besides."""
        return self.accounts.account(replace(self.asked, where=(*self.asked.where, *pool.used))).total_usd

    @cached_property
    def days(self) -> int:
        """How many days the window has; from the ledger's first day to its last where it is open."""
        since, until = self._bounds
        return (until - since).days

    @cached_property
    def _by(self) -> tuple[str, ...]:
        told = (one.dimension for pool in self.rules.pools for one in _conditions(pool))
        return tuple(dict.fromkeys((self.rules.to, *told, _STATUS)))

    @property
    def _bounds(self) -> tuple[date, date]:
        window, days = self.asked.window, self.accounts.days
        since = window.since or min(days[0], (window.until or days[-1]) - timedelta(days=1))
        return since, window.until or max(days[-1], since) + timedelta(days=1)

    def _take(self, made: Split, key: Key, usd: Fraction) -> bool:
        """Add the dollars of a group to its pool or target; false where it has neither."""
        said = dict(zip(self._by, key, strict=True))
        pool = next((one for one in self.rules.pools if _fits(one, said)), None)
        if pool is not None:
            made.pools[pool.name] = made.pools.get(pool.name, _NONE) + usd
            if said[_STATUS] == _UNUSED:
                made.unused[pool.name] = made.unused.get(pool.name, _NONE) + usd
            return True
        if (target := said[self.rules.to]) != NOT_SAID:
            made.direct[target] += usd
            return True
        return False

    def _usd(self, pool: Pool, money: Money) -> Fraction:
        """An amount in dollars, at the rate of the window's last day."""
        day, code = self._bounds[1] - timedelta(days=1), money.currency
        rate = Fraction(1) if code in DOLLARS else self.accounts.to_dollars(code, day)
        if rate is None:
            what, fix = f"no exchange rate for {code} is known", f"give one: --fx {code}=RATE@DATE"
            raise InputError([Problem("currency", "error", pool.name, what, "", fix)])
        return Fraction(money.amount) * rate

    def _summed(self, metric: str, where: Iterable[Condition], *, by_target: bool) -> dict[str, Fraction]:
        """The sum of a column of events, exactly, by targets or for all together."""
        events = self.accounts.events
        if not events.rows:
            return {}
        keys = f"{grouped(self.rules.to, BY_NAME)} AS target, " if by_target else ""
        total = "COUNT(*)" if metric == EVENTS else f"SUM({name(metric)})"
        wanted = filters(replace(self.asked, where=tuple(where)), BY_NAME)
        sql = (
            f"SELECT {keys}{total} AS total FROM events WHERE {wanted}{' GROUP BY ALL' if by_target else ''}"
        )
        columns = self.accounts.engine.ask(sql, {"events": events}).columns
        sums = [Fraction(Decimal(str(total or 0))) for total in columns["total"].tolist()]
        targets = columns["target"].tolist() if by_target else [NOT_SAID]
        return dict(zip(map(str, targets), sums, strict=True))


def _conditions(pool: Pool) -> tuple[Condition, ...]:
    return pool.cost if isinstance(pool.cost, tuple) else ()


def _fits(pool: Pool, said: dict[str, str]) -> bool:
    """Whether a group is in a pool: all of its conditions hold."""
    wanted = _conditions(pool)
    return bool(wanted) and all((said[one.dimension] in one.values) != one.negated for one in wanted)
