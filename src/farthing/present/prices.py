"""Prices of models for the terminal: cards, histories, and where sources disagree."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from farthing.app.book_age import Dated
from farthing.present.layout import Ink, paragraph, section, table
from farthing.units.problem import Problem

if TYPE_CHECKING:  # their modules read contracts, which costs a listing of facts 30 ms
    from farthing.app.price_book import Conflicts, ConflictShown, Locked, Updated
    from farthing.app.price_list import Change, ModelPrices, PricedModel, RateShown, WayShown

_FEW = 12


def model(found: "ModelPrices", *, width: int = 100, color: bool = False) -> str:
    """What a name costs on a day, or how that changed."""
    ink = Ink(color)
    lines: list[str] = []
    for priced in found.models:
        lines += [*([""] if lines else []), ink.bold(_title(priced))]
        lines += _history(priced.history, width) if priced.history else _ways(priced.ways, width, ink)
    if len(found.models) > 1:
        said = f"{len(found.models)} providers sell it under this name; nobody makes it under this name."
        lines += ["", *paragraph(said, width)]
    if found.hosts:
        lines += ["", *paragraph(f"Also sold under this name by {', '.join(found.hosts)}.", width)]
    lines += _warnings(found.problems, width, ink)
    lines += ["", ink.dim(f"As of {found.as_of}. {age(found.book)}")]
    return _joined(lines)


def age(book: Dated) -> str:
    """The age of a book and its name in one sentence."""
    named = f"{book.package}, {book.hash[:19]}"
    if book.days is None:
        return f"No price in the book is dated ({named})."
    days = "1 day" if book.days == 1 else f"{book.days:,} days"
    return f"The newest price in the book is of {book.newest}, {days} old ({named})."


def conflicts(found: "Conflicts", *, width: int = 100, every: bool = False) -> str:
    """The rates on which sources differ under the rule that decides between them, the widest apart first."""
    by_rule: dict[str, list[ConflictShown]] = {}
    for one in found.conflicts:
        by_rule.setdefault(one.why, []).append(one)
    lines: list[str] = []
    for rule, members in by_rule.items():
        shown = members if every else members[:_FEW]
        more = len(members) - len(shown)
        lines += [*paragraph(f"{len(members):,} rates: {rule}", width), *_apart(shown, found.sources, width)]
        lines += [f"  and {more:,} more: --all", ""] if more else [""]
    count = f"{len(found.conflicts):,} rates differ between {', '.join(found.sources)} on {found.as_of}."
    return _joined([*lines, *paragraph(f"{count} Dollars for 1M tokens, 1K searches, one hour.", width)])


def _apart(conflicts: Iterable["ConflictShown"], names: Sequence[str], width: int) -> list[str]:
    body = []
    for one in conflicts:
        by_source = {said.source: f"{said.usd:,.6g}" for said in one.said}
        values = (by_source.get(name, "") for name in names)
        body.append((f"{one.provider}/{one.model}", one.meter, *values, one.chosen))
    return table([("model", "meter", *names, "taken"), *body], "<<" + ">" * len(names) + "<", width)


def updated(found: "Updated") -> str:
    """What an update or a reset did."""
    if found.path:
        first = f"Kept {found.models:,} models of {found.kind} in {found.path}; they are used from now on."
    else:
        first = (
            f"Took away {found.kind}: installed prices are used again." if found.kind else "Nothing was kept."
        )
    older = f"The newest price before was of {found.newest_before}: this is an older list."
    lines = [first, age(found.after), *([older] if found.after.newest < found.newest_before else [])]
    return _joined([*lines, "Next: farthing catalog conflicts"])


def locked(found: "Locked", *, width: int = 100) -> str:
    """What was locked, and how to use it."""
    about = found.about
    over = ", ".join(f"{layer.label} ({layer.digest[:19]})" for layer in about.overlays)
    rows = [
        ("book", about.hash),
        ("package", about.package),
        ("catalog", about.catalog),
        ("overlays", over),
        ("locked on", about.locked_on),
        ("file", f"{found.path}, {found.bytes:,} bytes"),
    ]
    shown = table([row for row in rows if row[1]], "<<", width)
    return _joined([*shown, "", f"Next: farthing catalog prices gpt-4o --book {found.path}"])


def _title(priced: "PricedModel") -> str:
    sold = [f"on sale from {priced.launched}"] if priced.launched else []
    sold += [f"retired {priced.retired}"] if priced.retired else []
    return f"{priced.provider}/{priced.model}" + (f" ({', '.join(sold)})" if sold else "")


def _ways(ways: Sequence["WayShown"], width: int, ink: Ink) -> list[str]:
    lines: list[str] = []
    for way in ways:
        body = table([_rate(rate) for rate in way.rates], "<><<<", width, indent=4)
        lines += [f"  {_when(way)}", *(body or [ink.warn(f"    no price: {way.reason}")])]
    return lines


def _rate(rate: "RateShown") -> tuple[str, ...]:
    beyond = f", ${rate.beyond_usd} beyond {rate.beyond_tokens:,}" if rate.beyond_usd else ""
    since = f"since {rate.valid_from}" if rate.dated else "undated"
    until = f" until {rate.valid_to}" if rate.valid_to else ""
    times = f", times {rate.multiply}" if rate.multiply else ""
    says = f"{', '.join(rate.sources)} ({rate.layer}, {rate.confidence}){times}"
    return (rate.meter, f"${rate.usd}", f"per {rate.per}{beyond}", f"{since}{until}", says)


def _when(way: "WayShown") -> str:
    parts = [way.tier]
    parts += [f"region {way.region}"] if way.region else []
    parts += [f"beyond {way.above_tokens:,} tokens of input"] if way.above_tokens else []
    parts += [f"{way.window} UTC"] if way.window else []
    return ", ".join(parts)


def _history(history: Iterable["Change"], width: int) -> list[str]:
    head = ("from", "until", "which", "dollars", "", "sources")
    body = []
    for change in history:
        which = _which(change)
        usd = ", ".join(f"{meter} {text}" for meter, text in change.usd.items())
        said = usd or f"times {change.multiply}"
        sources = ", ".join(change.sources)
        body.append(
            (change.valid_from or "undated", change.valid_to, which, said, change.confidence, sources)
        )
    return table([head, *body], "<<<<<<", width)


def _which(change: "Change") -> str:
    parts = [] if change.tier == "standard" else ["any tier" if change.tier == "*" else change.tier]
    parts += [change.region] if change.region else []
    parts += [f"beyond {change.above_tokens:,}"] if change.above_tokens else []
    parts += [change.window] if change.window else []
    return ", ".join(parts)


def _warnings(problems: Iterable[Problem], width: int, ink: Ink) -> list[str]:
    lines = [line for problem in problems for line in paragraph(f"{problem.severity}: {problem}", width, 2)]
    return section("Worth knowing", lines, ink)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
