"""Tables of what was measured: CSV, or what a load generator wrote, with cells that the whole file shares."""

import json
from collections.abc import Mapping
from typing import Final

from farthing.app.table_file import Table, parsed_table, text_of
from farthing.estimate.question import Question
from farthing.estimate.serving_benchmarks import COLUMNS, Value, rows_of
from farthing.units.problem import InputError, Problem, quoted

SHARED: Final[Mapping[str, str]] = {
    "model": "model",
    "accelerator": "accelerator",
    "count": "n_accelerators",
    "tp": "tp",
    "pp": "pp",
    "ep": "ep",
    "precision": "weight_precision",
    "kv_precision": "kv_precision",
    "engine": "engine",
}
"""Options that say what all rows of servings ran on, and their columns."""
_OPENING: Final = ("{", "[")


def read_measured(path: str, where: str, kind: str, shared: Mapping[str, str] | None = None) -> Table:
    """A CSV table; of servings also a JSON file of a load generator, in which `shared` takes precedence.

    Of a CSV table it fills empty cells.

    Raises InputError for what can be read as neither.
    """
    text, said = text_of(path, where), shared or {}
    if kind != "serving" or not text.lstrip().startswith(_OPENING):
        table = parsed_table(text, path, where)
        columns = tuple(dict.fromkeys((*table.columns, *said)))
        return Table(columns, tuple({**said, **row} for row in table.rows))
    rows = rows_of(_document(text, path, where))
    if not rows:
        raise InputError([_unknown_format(path, where)])
    full = ({name: cell for name, cell in row.items() if cell} for row in rows)
    return Table(COLUMNS, tuple({**row, **said} for row in full))


def shared_cells(question: Question) -> dict[str, str]:
    """What a question says of all rows at once, by column."""
    said = {column: question.word(option) for option, column in SHARED.items()}
    return {column: word for column, word in said.items() if word is not None}


def _document(text: str, path: str, where: str) -> Value:
    """The JSON of a file: one value, or one a line as runs are appended."""
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        what, why = f"{quoted(path)} cannot be used", f"it is no JSON: {error}"
        raise InputError(
            [Problem("unusable-file", "error", where, what, why, "give the file as it was written")]
        ) from error


def _unknown_format(path: str, where: str) -> Problem:
    what, why = f"{quoted(path)} is of no known format", "no throughput and latency was found in it"
    fix = "give the JSON of vllm bench serve --save-result, of AIPerf, GenAI-Perf or GuideLLM, or a CSV table"
    return Problem("unusable-file", "error", where, what, why, fix)
