"""`import`: files of usage and bills into the ledger, each record once."""

import os
import tempfile
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

from farthing.app.asking import Asked, ask, now
from farthing.app.ledgers import account, count, ledger_of
from farthing.app.reading import split_pair
from farthing.catalog.load import catalog
from farthing.estimate.answer import Estimate, Row
from farthing.importers import logs_found, mapped, registry
from farthing.importers.files import meant
from farthing.importers.format import Format
from farthing.importers.map_facts import START
from farthing.importers.run import Imported, Run
from farthing.ledger.charges import BY_NAME as CHARGE_COLUMNS
from farthing.ledger.connection import IMPORT_MEMORY, connect, name, text
from farthing.ledger.events import BY_NAME as EVENT_COLUMNS
from farthing.ledger.events import TAG_NAMES
from farthing.ledger.store import Ledger
from farthing.pricing.book import Book
from farthing.pricing.overlay import book_with
from farthing.track.dimensions import TAG
from farthing.track.pinned import months, pin_of
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

_SHOWN = 100
# Each reads 2,048 records at once and keeps three copies of them: more would not do with so little memory.
_THREADS = 2
_MADE_HERE = ("event_id", "charge_id", "batch", "source", "day", "tags", "prefix_hashes")
_UNITS = ("read", "stored", "duplicate", "set_aside")


class ImportOptions(TypedDict, total=False):
    """What `import` may be asked."""

    files: str | list[str]
    format: str
    map: str
    set: str | list[str]
    ledger: str
    book: str | list[str]
    as_of: str
    fx: str | list[str]


def bring_in(**options: Unpack[ImportOptions]) -> Estimate:
    """Import files: usage events and bills, in any format that is known or described by a map.

    Raises InputError where a name means no file or an option is wrong; what is wrong in a file is set
    aside with its line and its reason, and the rest is kept. Importing twice changes nothing.
    """
    return answer(ask("import", options))


def answer(asked: Asked, told: Callable[[str, int], None] = lambda _name, _bytes: None) -> Estimate:
    """The import for options that were read already. `told` hears of each file before it is read."""
    question = asked.question
    paths = _paths(question.many.get("files", ()))
    format_ = _format(question.words.get("format"), question.words.get("map"))
    values = _values(question.many.get("set", ()))
    ledger = ledger_of(asked.options.get("ledger"))
    book = book_with(question.books, asked.given_rates)
    moment = now()
    batch = f"{moment:%Y%m%dT%H%M%S}-{moment:%f}{uuid.uuid4().hex[:4]}"  # in the order of time
    with (
        tempfile.TemporaryDirectory(prefix="farthing-import-") as folder,
        connect(IMPORT_MEMORY, _THREADS) as connection,
    ):
        connection.execute(f"ATTACH {text(str(Path(folder) / 'staged.duckdb'))} AS staged")
        connection.execute("USE staged")
        run = Run(ledger, connection, Path(folder), batch, moment, format_, values, told)
        found = run.files(paths)
    if any(one.stored for one in found):
        pin_fresh_months(ledger, book, moment)
    return _answer(asked, found, run.problems, batch, book.hash)


def nothing_usable(found: Estimate) -> bool:
    """Whether files were read and nothing in them was of any use."""
    results = {name: result.p50 for name, result in found.results.items()}
    return results["set_aside"] > 0 and results["stored"] + results["duplicate"] == 0


def undo(batch: str, ledger: object = None) -> tuple[int, int]:
    """Take a batch back: how many events and charges went. Raises InputError for one that is not there."""
    place = ledger_of(ledger)
    where = f"{name('batch')} = {text(batch)}"
    events, charges = (
        table.remove(where) if table.exists() else 0 for table in (place.events, place.charges)
    )
    if events + charges == 0:
        what = f"no batch {quoted(batch)} is in the ledger"
        raise InputError(
            [Problem("unknown-batch", "error", place.url, what, "", "farthing ledger batches lists them")]
        )
    return events, charges


def _paths(words: Sequence[str]) -> list[Path | None]:
    """The files that are meant; without a word the logs of coding agents on this machine."""
    found, problems = meant(words)
    if not words:
        folders = logs_found.found(Path.home(), os.environ)
        found, problems = meant(map(str, folders))
        problems = []
        if not found:
            what = "no file was named, and no logs of Claude Code or Codex were found"
            problems = [
                Problem("no-file", "error", "FILE", what, "", "name files, folders or - for standard input")
            ]
    if problems:
        raise InputError(problems)
    return found


def _format(word: str | None, map_file: str | None) -> Format | None:
    if word and map_file:
        what = "--format and --map both say how to read"
        raise InputError([Problem("usage", "error", "--map", what, "", "give one of them")])
    if map_file:
        return mapped.from_file(Path(map_file))
    return registry.named(word) if word else None


def _values(pairs: Sequence[str]) -> dict[str, str]:
    """What `--set column=value` says of every row, tags as `tag:NAME`. Raises InputError."""
    values = dict(map(_pair, pairs))
    known = [column for column in (*EVENT_COLUMNS, *CHARGE_COLUMNS, START) if column not in _MADE_HERE]
    if unknown := [column for column in values if column not in known and not column.startswith(TAG)]:
        raise InputError([_unknown_column(column, known) for column in unknown])
    return values


def _pair(written: str) -> tuple[str, str]:
    column, value = split_pair(written, "--set")
    plain = column.removeprefix(TAG)
    return (plain if plain in TAG_NAMES else column), value


def _unknown_column(column: str, known: Sequence[str]) -> Problem:
    what = f"the ledger has no column {quoted(column)}"
    fix = did_you_mean(column, known) or "a tag of your own is written tag:NAME=VALUE"
    return Problem("unknown-column", "error", "--set", what, "", fix)


def pin_fresh_months(ledger: Ledger, book: Book, moment: datetime) -> None:
    """Price months with this book from now on, where none is said for them."""
    state = ledger.pins.state()
    fresh = [month for month in months(ledger.events.files().days) if state.book_of(month) is None]
    ledger.pins.use(*(pin_of(book, month, catalog().hash, moment) for month in fresh))


def _answer(
    asked: Asked, found: Sequence[Imported], problems: Sequence[Problem], batch: str, book: str
) -> Estimate:
    sums = {unit: sum(getattr(one, unit) for one in found) for unit in _UNITS}
    parts = [
        f"{sums['stored']:,} stored",
        f"{sums['duplicate']:,} known already",
        f"{sums['set_aside']:,} set aside",
    ]
    files = f"{len(found):,} files" if len(found) != 1 else found[0].file
    verdict = f"Read {sums['read']:,} records of {files}: {', '.join(parts)}."
    return account(
        asked,
        verdict,
        {unit: count(number, "records") for unit, number in sums.items()},
        [_row(one, batch) for one in found],
        problems=[*problems, *_problems(found)],
        book=book,
        main="stored",
        following="farthing spend --by model"
        if sums["stored"] or sums["duplicate"]
        else "farthing import --help",
    )


def _row(one: Imported, batch: str) -> Row:
    return {
        "file": one.file,
        "format": one.format,
        "read": one.read,
        "stored": one.stored,
        "duplicate": one.duplicate,
        "set_aside": one.set_aside,
        "batch": batch,
    }


def _problems(found: Iterable[Imported]) -> list[Problem]:
    """What was set aside and why: the first hundred, and how many more there are."""
    asides = [aside for one in found for aside in one.asides]
    shown = [
        Problem(
            "set-aside",
            "warning",
            f"{aside.file}:{aside.line}" if aside.line else aside.file,
            aside.why,
            "",
            "",
        )
        for aside in asides[:_SHOWN]
    ]
    if (more := sum(one.set_aside for one in found) - len(shown)) > 0:
        what = f"{more:,} more were set aside"
        shown.append(Problem("set-aside", "warning", "", what, "", "correct those above and import again"))
    return shown
