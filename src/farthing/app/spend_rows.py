"""The table of `spend`, and the lines of its bill."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from farthing.estimate.answer import Line, Range, Row
from farthing.estimate.exact import decimal_text, decimal_texts
from farthing.ledger.events import COUNTS
from farthing.track.account import Account, cache_hit_share
from farthing.track.dimensions import TIMES
from farthing.track.movers import Mover
from farthing.track.per import Per
from farthing.track.spent import Key
from farthing.track.waste import Waste
from farthing.track.wording import counted

_ALWAYS: Final = ("input_tokens", "output_tokens")
_TOKENS: Final = "operation.inference.tokens"
_BILLS: Final = "operation.infrastructure"


def token_columns(account: Account) -> list[str]:
    """The columns of counts that are shown: input and output, and the others that hold anything."""
    total = account.spent.counts
    return [
        column.name
        for column in COUNTS
        if column.name != "requests"
        and (column.name in _ALWAYS or total.get(column.name))
        and column.name in total
    ]


def rows_of(
    account: Account, by: Sequence[str], per: Per | None, counted: Mapping[Key, int] | None
) -> list[Row]:
    """A row a group: in the order of time where it is by time, else the dearest first."""
    columns = token_columns(account)
    charges = bool(account.charges.groups)
    keys = _ordered(account, by)
    costs = decimal_texts(account.usd[key] for key in keys)
    return [
        _row(account, key, cost, by, columns, charges, per, counted or {})
        for key, cost in zip(keys, costs, strict=True)
    ]


def lines_of(account: Account, moved: Iterable[Mover], lost: Iterable[Waste]) -> list[Line]:
    """What the total is made of, what moved, and what bought nothing."""
    return [*_parts(account), *map(_moved, moved), *map(_lost, lost)]


def amount(usd: Fraction) -> Range:
    """An exact amount as a range."""
    return Range(float(usd), float(usd), float(usd))


def _row(
    account: Account,
    key: Key,
    cost_usd: str,
    by: Sequence[str],
    columns: Sequence[str],
    charges: bool,
    per: Per | None,
    counted: Mapping[Key, int],
) -> Row:
    spent, usd = account.of(key), account.usd[key]
    row: dict[str, str | int | float | bool | None] = dict(zip(by, key, strict=True))
    row["events"] = spent.events
    row["requests"] = spent.counts.get("requests", 0)
    row |= {column: spent.counts.get(column, 0) for column in columns}
    hit = cache_hit_share(spent.counts)
    row["cache_hit_share"] = None if hit is None else round(float(hit), 6)
    if charges:
        row["charges_usd"] = decimal_text(account.charges.groups.get(key, Fraction(0)))
    if per is not None:
        number = counted.get(key, 0)
        row[f"{per.title}_count"] = number
        row[f"cost_per_{per.title}_usd"] = decimal_text(usd / number) if number else None
    row["cost_usd"] = cost_usd
    row["unpriced_events"] = spent.unpriced_events
    return row


def _ordered(account: Account, by: Sequence[str]) -> list[Key]:
    if any(one in TIMES for one in by):
        return sorted(account.usd)
    return sorted(account.usd, key=lambda key: (-account.usd[key], key))


def _parts(account: Account) -> Iterator[Line]:
    total = account.spent
    if total.billed_usd:
        yield Line("Usage at the price book's rates", _TOKENS, amount(total.usd - total.billed_usd))
        why = f"{counted(total.billed_events, 'event')} that the book has no price for"
        yield Line("Usage as providers billed it", _TOKENS, amount(total.billed_usd), basis=why)
    elif account.charges_usd:
        yield Line("Usage at the price book's rates", _TOKENS, amount(total.usd))
    if account.charges_usd:
        lines = sum(account.charges.lines.values())
        yield Line("Bills", _BILLS, amount(account.charges_usd), basis=f"{lines:,} charges")


def _moved(mover: Mover) -> Line:
    name = ", ".join(part or "(not said)" for part in mover.key)
    basis = f"from ${float(mover.before_usd):,.2f} to ${float(mover.now_usd):,.2f}"
    return Line(f"Moved: {name}", "track.mover", amount(mover.change_usd), basis=basis)


def _lost(lost: Waste) -> Line:
    return Line(lost.title, f"track.waste.{lost.kind}", amount(lost.usd), basis=lost.why)
