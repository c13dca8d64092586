"""Money that bought nothing: failed calls, retries, replicas that idled, commitments that nobody used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from farthing.track.account import Account, Accounts
from farthing.track.charged import charged
from farthing.track.dimensions import Asked, Condition
from farthing.track.spent import Key, Spent
from farthing.track.wording import counted

FINE: Final = ("", "ok", "success", "cached")
IDLE: Final = Fraction(20, 100)
_NOT_AGAIN: Final = frozenset({"", "0", "1", "false", "no"})
_NO_RETRY: Final = frozenset({"", "0", "false", "no"})
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Waste:
    """One way in which money bought nothing, and how much."""

    kind: str
    title: str
    usd: Fraction
    why: str


def waste(accounts: Accounts, asked: Asked) -> list[Waste]:
    """What of the rows that were asked for bought nothing, the dearest first."""
    found = [one for look in (_failed, _retried, _idle, _unused) for one in look(accounts, asked)]
    return sorted((one for one in found if one.usd > 0), key=lambda one: -one.usd)


def _failed(accounts: Accounts, asked: Asked) -> Iterator[Waste]:
    """Calls that did not end well and cost something all the same."""
    failed = Condition("status", FINE, negated=True)
    account = accounts.account(replace(asked, by=("status",), where=(*asked.where, failed)))
    total = account.spent
    if total.events:
        words = ", ".join(key[0] for key in sorted(account.usage.groups)[:3])
        why = f"{counted(total.events, 'event')}: {words}"
        yield Waste("failed_calls", "Failed calls that were paid for", total.usd, why)


def _retried(accounts: Accounts, asked: Asked) -> Iterator[Waste]:
    """Calls that say they are not the first try."""
    if "tags" in accounts.events.empty:
        return
    account = accounts.account(replace(asked, by=("tag:attempt", "tag:retry")))
    again = [
        spent
        for (attempt, retry), spent in account.usage.groups.items()
        if attempt.lower() not in _NOT_AGAIN or retry.lower() not in _NO_RETRY
    ]
    if again:
        events = sum(spent.events for spent in again)
        usd = sum((spent.usd for spent in again), Fraction(0))
        yield Waste("retries", "Retries", usd, f"{counted(events, 'event')} with the tag attempt or retry")


def _idle(accounts: Accounts, asked: Asked) -> Iterator[Waste]:
    """Replicas below a fifth of use: as their tag says, else beside the busiest of their kind."""
    if "accelerator" in accounts.events.empty:
        return
    by = ("provider", "accelerator", "model", "tag:replica", "tag:utilization")
    paid = Condition("accelerator", ("",), negated=True)
    account = accounts.account(replace(asked, by=by, where=(*asked.where, paid)))
    groups = account.usage.groups
    for replica, share in sorted(_use(account).items()):
        if share < IDLE:
            paid_usd = sum((one.usd for key, one in groups.items() if key[:4] == replica), Fraction(0))
            title = f"Idle: {replica[1]} {replica[3] or replica[2]}".rstrip()
            why = f"used {float(share):.0%} of its time"
            yield Waste("idle_replicas", title, paid_usd * (1 - share), why)


def _use(account: Account) -> Mapping[Key, Fraction]:
    """The use of each replica, weighed by time; of one that does not say, beside the busiest of its kind."""
    told: dict[Key, list[tuple[Fraction, int]]] = {}
    silent: dict[Key, Spent] = {}
    for key, spent in account.usage.groups.items():
        share = _share(key[4])
        if share is None:
            silent.setdefault(key[:4], Spent()).add(spent)
        else:
            told.setdefault(key[:4], []).append((share, spent.counts.get("gpu_ms", 0)))
    return {**_beside_the_busiest(silent), **{key: _weighed(parts) for key, parts in told.items()}}


def _weighed(parts: Sequence[tuple[Fraction, int]]) -> Fraction:
    time = sum(lasted for _, lasted in parts)
    return sum((share * lasted for share, lasted in parts), Fraction(0)) / time if time else Fraction(1)


def _beside_the_busiest(replicas: Mapping[Key, Spent]) -> dict[Key, Fraction]:
    """Tokens written for each second paid, as a share of what the busiest of the kind writes."""
    rates = {
        key: Fraction(spent.counts.get("output_tokens", 0), spent.counts["gpu_ms"])
        for key, spent in replicas.items()
        if spent.counts.get("gpu_ms")
    }
    best: dict[Key, Fraction] = {}
    for key, rate in rates.items():
        best[key[1:3]] = max(best.get(key[1:3], Fraction(0)), rate)
    return {key: rate / best[key[1:3]] for key, rate in rates.items() if best[key[1:3]]}


def _share(written: str) -> Fraction | None:
    """A share as people write it: 0.15, 15 or 15%."""
    number = written.strip().removesuffix("%")
    try:
        value = Fraction(number)
    except (ValueError, ZeroDivisionError):
        return None
    share = value / _PERCENT if value > 1 or written.strip().endswith("%") else value
    return share if 0 <= share <= 1 else None


def _unused(accounts: Accounts, asked: Asked) -> Iterator[Waste]:
    """Commitments that were paid for and not used."""
    unused = Condition("commitment_status", ("Unused",))
    if "commitment_status" in accounts.charges.empty:
        return
    lost = replace(asked, by=("commitment",), where=(*asked.where, unused))
    found = charged(accounts.engine, accounts.charges, None, lost, accounts.to_dollars)
    if found.groups:
        dearest, usd = max(found.groups.items(), key=lambda one: (one[1], one[0]))
        why = f"{counted(len(found.groups), 'commitment')}, the dearest {dearest[0]} (${float(usd):,.2f})"
        total = sum(found.groups.values(), Fraction(0))
        yield Waste("unused_commitments", "Commitments that nobody used", total, why)
