"""`compare --savings FILE.yaml`: what options bring besides the task itself, as dollars a month.

    savings:
      - {name: on-call, hours_per_month: 6..12, rate: $95/h, options: [api:gpt-4o]}
      - {name: fewer errors, usd_per_month: 4000}

A saving without `options` belongs to all but the first option, which is what they are compared with.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from farthing.app.scenario import read_text
from farthing.catalog.document import Document, parse
from farthing.estimate.compare_text import wanted
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

_KEYS: Final = ("name", "hours_per_month", "rate", "usd_per_month", "options")
_WHERE: Final = "--savings"


def with_savings(options: Sequence[str], path: str) -> tuple[str, ...]:
    """The options, each told what it saves. Raises InputError with the line of each slip."""
    document = parse(read_text(path, _WHERE), Path(path).name)
    if document.problems:
        raise InputError(document.problems)
    tree = document.value
    rows = tree.get("savings") if isinstance(tree, dict) and set(tree) == {"savings"} else None
    if not isinstance(rows, list) or not rows:
        raise InputError([_no_list(path)])
    titles = [wanted(text).title for text in options]
    found: dict[str, list[tuple[float, float]]] = {title: [] for title in titles}
    problems: list[Problem] = []
    for place, row in enumerate(rows):
        try:
            for title, amount in _saving(row, titles).items():
                found[title].append(amount)
        except InputError as error:
            at = _line(path, document, place)
            problems += [Problem(p.code, p.severity, at, p.what, p.why, p.fix) for p in error.problems]
    if problems:
        raise InputError(problems)
    return tuple(_told(text, found[title]) for text, title in zip(options, titles, strict=True))


def _saving(row: object, titles: Sequence[str]) -> Mapping[str, tuple[float, float]]:
    """What one line saves a month, from low to high, by option."""
    if not isinstance(row, dict):
        raise InputError([_bad("a saving is a mapping", "write {name: ..., usd_per_month: ...}")])
    unknown = [str(key) for key in row if key not in _KEYS]
    if unknown:
        guess = did_you_mean(unknown[0], _KEYS) or f"the keys are {', '.join(_KEYS)}"
        raise InputError([_bad(f"the key {quoted(unknown[0])} is not known", guess)])
    hours = "hours_per_month" in row
    if hours == ("usd_per_month" in row) or hours != ("rate" in row):
        raise InputError([_bad("it has neither hours and a rate nor dollars, or both",
                               "give hours_per_month and rate, or usd_per_month")])  # fmt: skip
    if hours:
        one, other = (
            _ends(row["hours_per_month"], "care_h_per_month"),
            _ends(row["rate"], "labor_usd_per_hour"),
        )
        amount = one[0] * other[0], one[1] * other[1]
    else:
        amount = _ends(row["usd_per_month"], "saved_usd_per_month")
    named = row.get("options", list(titles[1:]))
    chosen = [str(name) for name in named] if isinstance(named, list) else [str(named)]
    strangers = [name for name in chosen if name not in titles]
    if strangers:
        guess = did_you_mean(strangers[0], titles) or f"the options are {', '.join(titles)}"
        raise InputError([_bad(f"{quoted(strangers[0])} is none of the options", guess)])
    return dict.fromkeys(chosen, amount)


def _ends(written: object, name: str) -> tuple[float, float]:
    text = str(written).removesuffix("h").strip() if name == "care_h_per_month" else str(written)
    value = parse_as(text, name, _WHERE).value
    return (value.p05, value.p95) if isinstance(value, Spread) else (float(value), float(value))


def _told(text: str, amounts: Sequence[tuple[float, float]]) -> str:
    """The option with what it saves among its settings."""
    if not amounts:
        return text
    low, high = (sum(ends) for ends in zip(*amounts, strict=True))
    setting = f"saved=${low!r}" if low == high else f"saved=${low!r}..${high!r}"
    before, bracket, told = text.rstrip().removesuffix("]").partition("[")
    return f"{before}[{told}, {setting}]" if bracket and told.strip() else f"{before}[{setting}]"


def _line(path: str, document: Document, place: int) -> str:
    lines = [number for key, number in document.lines.items() if key[:2] == ("savings", place)]
    return f"{Path(path).name}:{min(lines, default=1)}"


def _bad(what: str, fix: str) -> Problem:
    return Problem("bad-saving", "error", _WHERE, what, "a saving is so much a month", fix)


def _no_list(path: str) -> Problem:
    what, why = f"{Path(path).name} holds no list under savings", "each saving is one entry"
    return Problem("bad-file", "error", _WHERE, what, why, "write savings: and a list of entries")
