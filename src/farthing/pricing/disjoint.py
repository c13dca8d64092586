"""Inclusive counts to disjoint ones: many vendors' `input` contains what was cached, ours does not.

OpenAI, Gemini and OpenTelemetry report totals of which cached, audio, image and reasoning tokens are
parts; Anthropic reports parts alone. Prices are for parts, so totals become what no part accounts for.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.units.meters import METERS
from farthing.units.problem import InputError, Problem

Int = npt.NDArray[np.int64]
_NAMED: Final = 10  # rows that an error names
_ALSO_WITHIN: Final = {"cache_read_audio": "input_audio", "cache_read_image": "input_image"}
WITHIN: Final[Mapping[str, tuple[str, ...]]] = {
    meter.name: tuple(filter(None, (meter.parent, _ALSO_WITHIN.get(meter.name)))) for meter in METERS.values()
}


def disjoint(
    counts: Mapping[str, Int], within: Mapping[str, tuple[str, ...]] = WITHIN, first_row: int = 1
) -> dict[str, Int]:
    """Counts of which each contains those of the meters `within` it, without what they account for.

    `within` names for a meter those that contain it, most often one; a vendor that counts reasoning
    beside its output leaves `reasoning` out. Cached audio lies in what is cached and in what is audio,
    and is taken from each once. A part whose whole is not among the counts stays as it is.

    Raises InputError where parts are more than their whole, or a count is negative, with the numbers
    of the first ten rows, `first_row` being that of the first.

    >>> given = {"input": np.array([2006]), "cache_read": np.array([1920])}
    >>> {meter: int(count[0]) for meter, count in disjoint(given).items()}
    {'input': 86, 'cache_read': 1920}
    """
    problems = [
        _problem("bad-quantity", meter, rows, first_row, "is negative", "counts are whole numbers from 0 on")
        for meter, column in counts.items()
        if len(rows := np.flatnonzero(column < 0))
    ]
    if problems:
        raise InputError(problems)
    found: dict[str, Int] = {}
    for meter in sorted(counts, key=lambda meter: _depth(meter, within), reverse=True):
        parts = [part for part in found if meter in _containing(part, within)]
        found[meter], rows = _rest(counts[meter], [found[part] for part in parts])
        if len(rows):
            what = f"is less than {' and '.join(sorted(parts))} in it"
            why = "what is cached, audio, image or reasoning is a part of the whole"
            problems.append(_problem("parts-exceed-whole", meter, rows, first_row, what, why))
    if problems:
        raise InputError(problems)
    return {meter: found[meter] for meter in counts}


def _rest(whole: Int, parts: Sequence[Int]) -> tuple[Int, npt.NDArray[np.intp]]:
    """The whole without its parts, and the rows where they are more; no step passes 64 bits."""
    rest, short = whole, np.zeros(len(whole), dtype=bool)
    for part in parts:
        short |= part > rest
        rest = np.maximum(rest - part, 0)
    return rest, np.flatnonzero(short)


def _containing(meter: str, within: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Every meter whose count contains this one's."""
    for whole in within.get(meter, ()):
        yield whole
        yield from _containing(whole, within)


def _depth(meter: str, within: Mapping[str, tuple[str, ...]]) -> int:
    return max((1 + _depth(whole, within) for whole in within.get(meter, ())), default=0)


def _problem(
    code: str, meter: str, rows: npt.NDArray[np.intp], first_row: int, what: str, why: str
) -> Problem:
    named = ", ".join(str(int(row) + first_row) for row in rows[:_NAMED])
    where = f"row {named}" if len(rows) == 1 else f"rows {named}"
    count = f" ({len(rows):,} rows in all)" if len(rows) > _NAMED else ""
    fix = "Say what the source counts, or correct the rows"
    return Problem(code, "error", where, f"the count of {meter} {what}{count}", why, fix)
