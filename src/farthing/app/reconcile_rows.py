"""The causes of a difference as rows: one for each cause, and for each group that was asked for."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Final

from farthing.estimate.answer import Row
from farthing.estimate.exact import decimal_texts
from farthing.track.dimensions import TIMES, shown
from farthing.track.reconcile.bill import day_at
from farthing.track.reconcile.causes import Effect, Reconciled, Where, rank

_MOST_NAMED: Final = 3
_STRETCHES: Final = ("day", "week", "month", "year")


def _time(dimension: str) -> Callable[[Where], str]:
    def said(where: Where) -> str:
        day = day_at(where.start_us)
        if dimension == "week":
            day -= timedelta(days=day.weekday())
        return shown(dimension, day)

    return said


_OF: Final[Mapping[str, Callable[[Where], str]]] = {
    "provider": lambda where: where.provider,
    "model": lambda where: where.model,
    "meter": lambda where: where.meter,
    "service_tier": lambda where: where.tier,
    "region": lambda where: where.region,
    "service": lambda where: where.service,
    **{one: _time(one) for one in _STRETCHES if one in TIMES},
}
DIMENSIONS: Final = tuple(_OF)


def rows_of(found: Reconciled, by: Sequence[str]) -> list[Row]:
    """A row for each cause in the order that leads from calculated to billed; amounts add up to it all."""
    groups: dict[tuple[str, ...], list[Effect]] = {}
    for one in found.effects:
        groups.setdefault((one.cause, *(_OF[dimension](one.where) for dimension in by)), []).append(one)
    keys = sorted(groups, key=lambda key: (rank(key[0]), key))
    amounts = decimal_texts([sum((one.usd for one in groups[key]), Fraction(0)) for key in keys])
    return [
        {
            "cause": key[0],
            **dict(zip(by, key[1:], strict=True)),
            "amount_usd": amount,
            "lines": sum(one.lines for one in groups[key]),
            "events": sum(one.events for one in groups[key]),
            "where": _where(groups[key]),
            "why": _why(groups[key]),
        }
        for key, amount in zip(keys, amounts, strict=True)
    ]


def _where(effects: Sequence[Effect]) -> str:
    """The models and days of a cause, the dearest first."""
    models = _names(effects, lambda where: where.model or where.service or where.provider)
    first = day_at(min(one.where.start_us for one in effects))
    last = day_at(max(one.where.end_us for one in effects) - 1)
    days = f"{first}" if first == last else f"{first} to {last}"
    return f"{models}, {days}"


def _why(effects: Sequence[Effect]) -> str:
    """What is said of the dearest effects, and where events are silent."""
    said = _dearest({(one.why, one.detail): Fraction(0) for one in effects}, effects)
    text = "; ".join(f"{why}: {detail}" if detail else why for why, detail in said[:_MOST_NAMED])
    return text if len(said) <= _MOST_NAMED else f"{text}; and {len(said) - _MOST_NAMED} more"


def _dearest(sums: dict[tuple[str, str], Fraction], effects: Sequence[Effect]) -> list[tuple[str, str]]:
    for one in effects:
        sums[one.why, one.detail] += abs(one.usd)
    return sorted(sums, key=lambda key: -sums[key])


def _names(effects: Sequence[Effect], named: Callable[[Where], str]) -> str:
    sums: dict[str, Fraction] = {}
    for one in effects:
        sums[named(one.where)] = sums.get(named(one.where), Fraction(0)) + abs(one.usd)
    listed = sorted(sums, key=lambda name: (-sums[name], name))
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"{', '.join(listed[:_MOST_NAMED])}{more}"
