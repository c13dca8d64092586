"""Facts of the catalog for the terminal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from farthing.app.facts import Checked, FactShown, Listed
from farthing.catalog.facts import Rental
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.prices import age


def listing(entries: Sequence[Listed], *, width: int = 100) -> str:
    """Entries under each other, and how many there are."""
    rows = [(entry.id, entry.name, entry.kind) for entry in entries]
    return _joined([*table(rows, "<<<", width, indent=0), "", f"{len(rows):,} entries"])


def kinds(entries: Iterable[Listed], known: Mapping[str, str], *, width: int = 100) -> str:
    """How many entries there are of each kind, and how to see them."""
    counted = Counter(entry.kind for entry in entries)
    rows = [(kind, f"{counted[kind]:,}", what) for kind, what in known.items()]
    return _joined([*table(rows, "<><", width), "", "Next: farthing catalog list accelerators"])


def fact(found: FactShown, *, width: int = 100, color: bool = False) -> str:
    """One entry with all its fields and sources."""
    ink = Ink(color)
    rows = [(name, _plain(value)) for name, value in found.fields.items() if name != "source"]
    lines = [ink.bold(f"{found.id} ({found.kind})"), *paragraph(found.note, width)]
    lines = [line for line in lines if line] + table(rows, "<<", width)
    derived = [(name, _plain(value)) for name, value in found.derived.items()]
    lines += section("Derived", table(derived, "<>", width), ink)
    lines += section("Stated elsewhere, not used", table(list(found.stated.items()), "<>", width), ink)
    sources = table(list(found.sources.items()), "<<", width)
    return _joined([*lines, *section("Sources", sources, ink)])


def prices(rows: Sequence[Rental], *, width: int = 100) -> str:
    """Rental quotes, oldest first."""
    head = ("from", "term", "provider", "low", "mid", "high", "", "sources")
    body = [
        (
            row.valid_from,
            row.term.replace("_", " "),
            row.provider or row.provider_kind,
            row.low,
            row.mid,
            row.high,
            row.currency,
            ", ".join(row.sources),
        )
        for row in rows
    ]
    return _joined(table([head, *body], "<<<>>><<", width, indent=0, wrap=False))


def check(found: Checked, *, width: int = 100) -> str:
    """The counts of every kind of fact, and each problem."""
    lines = table([(kind, f"{count:,}") for kind, count in found.counts.items()], "<>", width)
    lines += [
        line for problem in found.problems for line in paragraph(f"{problem.severity}: {problem}", width)
    ]
    verdict = f"{len(found.problems)} problems" if found.problems else "nothing is wrong"
    aged = [age(found.book)] if found.book is not None else []
    return _joined([*lines, "", *aged, f"{verdict} ({found.catalog[:19]})"])


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) and value < 1e6 else f"{value:.6g}"
    return str(value)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
