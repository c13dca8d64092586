"""What is odd about a table of measurements that was predicted nevertheless."""

from collections import Counter
from collections.abc import Iterator, Sequence

from farthing.app.table_file import Table
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.validate_shipped import shipped_among, shipped_rows
from farthing.estimate.validate_tables import Kind, Row
from farthing.units.problem import Problem, did_you_mean, quoted


def table_problems(kind: Kind, table: Table, lines: Sequence[PredictionRow]) -> tuple[Problem, ...]:
    """Warnings and notes; nothing here keeps the predictions from being written."""
    found = [*column_problems(kind, table.columns), *_ids(table.rows)]
    turned_away = [line for line in lines if line.status == "refused"]
    if turned_away:
        first = turned_away[0]
        what = f"{len(turned_away):,} of {len(lines):,} lines are refused"
        why = f"the first is {quoted(first.id)}, {first.quantity}: {first.reason}"
        fix = "the column reason of the predictions says why"
        found.append(Problem("refused", "warning", "--table", what, why, fix))
    seen = len(shipped_among(kind, table.rows))
    if seen:
        what = f"{seen:,} of the {len(table.rows):,} rows are published facts that ship with farthing"
        why = "each of them is predicted from all the others, so that its error is out of fold"
        fix = "the fitted constants of the model saw them; docs/accuracy.md has the errors without that"
        found.append(Problem("left-out", "note", "--table", what, why, fix))
    return tuple(found)


def column_problems(kind: Kind, columns: Sequence[str]) -> Iterator[Problem]:
    """A warning for each column that looks like a misspelled one."""
    known = {*kind.measured, *(name for row in shipped_rows(kind)[:1] for name in row), "source_family"}
    for column in columns:
        if column not in known and (guess := did_you_mean(column, known.difference(columns))):
            what = f"the column {quoted(column)} is not read"
            yield Problem("unknown-column", "warning", "--table", what, "it is none of the contract's", guess)


def _ids(rows: Sequence[Row]) -> Iterator[Problem]:
    counted = Counter(row.get("id", "") for row in rows)
    without = counted.pop("", 0)
    twice = [name for name, count in counted.items() if count > 1]
    if without:
        what, fix = f"{without:,} rows have no id", "name them"
        yield Problem("missing-id", "warning", "--table", what, "their predictions cannot be told apart", fix)
    if twice:
        what = f"{len(twice):,} ids are used more than once, {quoted(twice[0])} first"
        why, fix = "each row has its lines; the last is the one that is scored", "give each row its own"
        yield Problem("duplicate-id", "warning", "--table", what, why, fix)
