"""One pool of a file of rules, as it is written and as it is meant."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import Meta

from farthing.catalog.entries import Place, Tree, to_fact
from farthing.catalog.facts import Count, Entry, Text
from farthing.ledger.events import BY_NAME
from farthing.track.allocate_terms import By, Gpus, Pool, Usage
from farthing.track.dimensions import Condition
from farthing.track.written_file import Slips, amount, conditions, slip
from farthing.units.money import Money
from farthing.units.problem import InputError, did_you_mean, quoted

EVENTS: Final = "events"
"""The metric that counts records themselves."""
_NOTHING: Final = Money(Decimal(0), "USD")
_ON_ACCELERATORS: Final = (Condition("accelerator", ("",), negated=True),)
_PERCENT: Final = "%"
_WHOLE: Final = 100
Words: TypeAlias = str | tuple[str, ...]
Part: TypeAlias = Annotated[str, Meta(pattern=r"^\d{1,9}(\.\d{1,9})? ?%?$")]


class GpuEntry(Entry, frozen=True, kw_only=True):
    """Accelerators that are paid for by the hour."""

    count: Count
    rent_usd_per_gpu_hour: Text


class CostEntry(Entry, frozen=True, kw_only=True):
    """What a pool holds: one of the three."""

    where: Words = ()
    amount: str = ""
    currency: str = "USD"
    gpu: GpuEntry | None = None


class UsageEntry(Entry, frozen=True, kw_only=True):
    """By what usage a pool is shared."""

    metric: Text
    where: Words = ()


class ShareEntry(Entry, frozen=True, kw_only=True):
    """How a pool is shared, where it takes more than a word."""

    fixed: Mapping[str, Part] = {}
    usage: UsageEntry | None = None


class PoolEntry(Entry, frozen=True, kw_only=True):
    """What a file says of one pool."""

    name: Text
    cost: CostEntry
    share: Literal["proportional", "even"] | ShareEntry = "proportional"
    idle: Literal["even", "proportional", "separate"] | None = None
    reserved_gpus: Count | None = None
    used: Words = ()


def read_pool(tree: Tree, place: Place, slips: Slips) -> Pool | None:
    """The pool that an entry means; None, with what is wrong among `slips`, where it has no form."""
    entry, problems = to_fact(tree, PoolEntry, place)
    slips.problems += problems
    if entry is None:
        return None
    cost: tuple[Condition, ...] | Money | Gpus = _NOTHING
    by: By = "even"
    used: tuple[Condition, ...] = ()
    with slips.at(place.at("cost")):
        cost = _cost(entry.cost)
    with slips.at(place.at("share")):
        by = _by(entry.share)
    with slips.at(place.at("used")):
        used = conditions(entry.used) or _ON_ACCELERATORS
    reserved = entry.reserved_gpus or (cost.count if isinstance(cost, Gpus) else 0)
    if entry.idle is not None and isinstance(cost, Money) and not reserved:
        fix = "write reserved_gpus, or leave idle out"
        slips.say(place.at("idle"), "of an amount nobody knows what was idle", "", fix)
    if entry.idle is None and (entry.reserved_gpus or entry.used):
        slips.say(
            place.at("reserved_gpus"), "it is for idle cost, which is not told apart", "", "write idle:"
        )
    return Pool(entry.name, cost, by, entry.idle, reserved, used)


def _cost(entry: CostEntry) -> tuple[Condition, ...] | Money | Gpus:
    if sum(map(bool, (entry.where, entry.amount, entry.gpu))) != 1:
        fix = 'write one of where: [...], amount: "12,000", gpu: {count: ..., rent_usd_per_gpu_hour: ...}'
        raise InputError([slip("", "a pool holds one kind of cost", "", fix)])
    if entry.gpu is not None:
        return Gpus(entry.gpu.count, amount(entry.gpu.rent_usd_per_gpu_hour, "USD"))
    return amount(entry.amount, entry.currency) if entry.amount else conditions(entry.where)


def _by(entry: Literal["proportional", "even"] | ShareEntry) -> By:
    if not isinstance(entry, ShareEntry):
        return entry
    if bool(entry.fixed) == bool(entry.usage):
        fix = "write proportional, even, {fixed: {search: 60%, ads: 40%}} or {usage: {metric: requests}}"
        raise InputError([slip("", "a pool is shared in one way", "", fix)])
    if entry.usage is None:
        return _fixed(entry.fixed)
    return Usage(_metric(entry.usage.metric), conditions(entry.usage.where))


def _fixed(parts: Mapping[str, str]) -> dict[str, Fraction]:
    """Parts that add up to one. Raises InputError."""
    in_percent = [part.endswith(_PERCENT) for part in parts.values()]
    found = {key: Fraction(part.removesuffix(_PERCENT).strip()) for key, part in parts.items()}
    total = sum(found.values(), Fraction(0))
    if any(in_percent) and not all(in_percent):
        raise InputError([slip("", "some parts are in percent and some are not", "", "write all alike")])
    if not total or (any(in_percent) and total != _WHOLE):
        fix = "write 100% in all, or bare numbers as weights"
        raise InputError([slip("", f"the parts add up to {float(total):g}{'%' * any(in_percent)}", "", fix)])
    return {key: part / total for key, part in found.items()}


def _metric(written: str) -> str:
    """A column of events that can be added up. Raises InputError."""
    known = [EVENTS, *(name for name, column in BY_NAME.items() if column.kind in ("count", "duration"))]
    if written in known:
        return written
    fix = did_you_mean(written, known) or f"use one of: {', '.join(known)}"
    raise InputError([slip("", f"{quoted(written)} cannot be added up", "", fix)])
