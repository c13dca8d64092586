"""An anomaly in one sentence: since when, what moved from what to what, and how much money that is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from farthing.track.anomaly import CACHE, MIX, NEW, PRICE, REQUESTS, TOKENS, Anomaly
from farthing.track.season import DAY
from farthing.track.series import Series

_ALL = "all together"


def named(one: Anomaly, history: Series) -> str:
    """The group of an anomaly."""
    if one.group is None:
        return _ALL
    return ", ".join(part or "(not said)" for part in history.groups[one.group])


def when(period: int, history: Series) -> str:
    """A period as rows show it."""
    return _shown(history.start + period * history.step, history.step)


def sentence(one: Anomaly, history: Series) -> str:
    """What happened."""
    group, unit = named(one, history), "a day" if history.step >= DAY else "an hour"
    periods = one.last - one.first + 1
    since = f"on {when(one.first, history)}" if periods == 1 else f"from {when(one.first, history)}"
    more = f"${one.excess_usd / periods:,.2f} {unit} more than expected"
    if one.kind == NEW:
        return f"{since} {group} appeared and cost ${one.after:,.2f} {unit}: {more}"
    return f"{since} {_moved(one, group, periods)}: {more}"


def _moved(one: Anomaly, group: str, periods: int) -> str:
    drifted = "crept up" if one.kind == "drift" else "rose"
    if one.driver == CACHE:
        return f"cache reads of {group} fell from {one.before:.0%} to {one.after:.0%} of input"
    if one.driver == TOKENS:
        return f"tokens a request of {group} {drifted} from {_few(one.before)} to {_few(one.after)}"
    if one.driver == REQUESTS:
        before, after = (_few(requests / periods) for requests in (one.before, one.after))
        return f"requests of {group} {drifted} from {before} to {after}"
    price = f"from ${one.before * 1e6:,.4g} to ${one.after * 1e6:,.4g} a million tokens"
    if one.driver == MIX:
        return f"usage moved to what is dearer, {price}"
    if one.driver == PRICE and one.before < 1:
        return f"the price of {group} {drifted} {price}"
    return f"what {group} costs {drifted} from ${one.before / periods:,.2f} to ${one.after / periods:,.2f}"


def _few(number: float) -> str:
    """A count, with digits behind the point only where it is small."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def verdict(found: Sequence[Anomaly], history: Series, least: str) -> str:
    """How many, how much, and the one that cost most."""
    span = f"from {when(0, history)} to {when(history.periods - 1, history)}"
    if not found:
        return f"Nothing cost more than was to be expected {span}."
    dearest = max(found, key=lambda one: one.excess_usd)
    excess = sum(one.excess_usd for one in found)
    what = "1 anomaly" if len(found) == 1 else f"{len(found)} anomalies"
    said = f"{what} {span}, {least}${excess:,.2f} more than expected"
    told = sentence(dearest, history)
    return f"{said}; {told}." if len(found) == 1 else f"{said}; the dearest: {told}."


def _shown(moment: datetime, step: timedelta) -> str:
    return f"{moment:%Y-%m-%d}" if step >= DAY else f"{moment:%Y-%m-%d %H:%M}"
