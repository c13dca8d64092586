"""Options side by side: their table, the staircase of volumes, the curve of months."""

from typing import Final

from farthing.estimate.answer import Cell, Row
from farthing.estimate.compare_answer import Comparison, VolumePoint
from farthing.present.layout import paragraph, table
from farthing.units.figures import digits_for, figure

_MOST_FLIPS: Final = 6
_VOLUMES: Final = 9
_MONTHS: Final = 6
_FEW_PERCENT: Final = 0.02
_NONE: Final = "-"
_ANY_WIDTH: Final = 1000
_ADDED: Final = "a replica is added"
_COLUMNS: Final = (  # title, the row's name, how it is written
    ("a month", "cost_usd", "month"),
    ("in all", "lifetime_cost_usd", "usd"),
    ("per M tokens", "usd_per_m_tokens", "usd"),
    ("cheapest", "probability_cheapest", "share"),
    ("flips at/day", "breakeven_tokens_per_day", "tokens"),
    ("quality", "quality", "number"),
    ("replicas", "replicas", "number"),
    ("busy", "utilization", "share"),
    ("paid once", "once_usd", "usd"),
    ("an outcome", "cost_per_outcome_usd", "usd"),
)
_ALWAYS: Final = ("a month", "per M tokens", "cheapest", "flips at/day")
_DROPPED: Final = ("paid once", "in all", "busy", "replicas", "per M tokens")


def side_by_side(answer: Comparison, width: int) -> list[str]:
    """A line for each option; `flips at/day` is where the cheaper of it and the first one changes."""
    rows = answer.rows
    columns = [["option", *(str(row["option"]) for row in rows)]]
    for title, name, kind in _COLUMNS:
        if title in _ALWAYS or any(row.get(name) for row in rows):
            columns.append([title, *(_cell(row, name, kind) for row in rows)])
    for title in _DROPPED:
        if 2 + sum(2 + max(map(len, column)) for column in columns) - 2 <= width:
            break
        columns = [column for column in columns if column[0] != title]
    lines = table(list(zip(*columns, strict=True)), "<" + ">" * (len(columns) - 1), width)
    return [*lines, *_about(answer, width)]


def _about(answer: Comparison, width: int) -> list[str]:
    """The range of each month, and what its quality is a score of."""
    lines: list[str] = []
    for row in answer.rows:
        said = [f"unpriced, {row['unpriced']}"] if row["unpriced"] else [_range(row)]
        if row["quality_of"]:
            said.append(f"quality: {row['quality_of']}")
        lines += paragraph(f"{row['option']}: {'; '.join(part for part in said if part)}", width, 4)
    return lines


def staircase(answer: Comparison, width: int) -> list[str]:
    """Every change on the medians, then what each option costs at volumes around the workload's own."""
    flips = [
        (f"{tokens(flip.tokens_per_day)}/day", f"{flip.above} is cheapest above", _ADDED if flip.jump else "")
        for flip in answer.flips[:_MOST_FLIPS]
    ]
    lines = table(flips, "><<", width)
    if len(answer.flips) > _MOST_FLIPS:
        lines.append(f"  and {len(answer.flips) - _MOST_FLIPS} more")
    options = list(dict.fromkeys(point.option for point in answer.volumes))
    shown = _shown([point for point in answer.volumes if point.option == options[0]])
    body = [
        (tokens(volume), *(_at(answer, option, volume) for option in options), _here(answer, volume))
        for volume in shown
    ]
    return [*lines, *([""] if lines else []), *_curve("tokens a day", options, body, width)]


def by_month(answer: Comparison, width: int) -> list[str]:
    """What has been paid in all by the end of some months, once and month by month, on the medians."""
    options = list(dict.fromkeys(point.option for point in answer.months))
    last = max(point.month for point in answer.months)
    chosen = sorted({1, *(round(1 + (last - 1) * step / (_MONTHS - 1)) for step in range(_MONTHS))})
    known = {(point.option, point.month): point.cumulative_usd for point in answer.months}
    body = [(str(month), *(_usd(known[option, month].p50) for option in options), "") for month in chosen]
    return _curve("month", options, body, width)


def _curve(first: str, options: list[str], body: list[tuple[str, ...]], width: int) -> list[str]:
    """A column for each option; where their names make it too wide, letters that are told below."""
    align = ">" * (len(options) + 1) + "<"
    lines = table([(first, *options, ""), *body], align, _ANY_WIDTH)
    if max(map(len, lines)) <= width:
        return lines
    letters = [chr(ord("A") + place) for place in range(len(options))]
    told = "; ".join(f"{letter} is {option}" for letter, option in zip(letters, options, strict=True))
    return [*table([(first, *letters, ""), *body], align, _ANY_WIDTH), *paragraph(told, width, 2)]


def tokens(value: float) -> str:
    """A volume in short: 8.9M, 1.2B."""
    for size, mark in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{figure(value / size, '', 2)}{mark}"
    return figure(value, "", 2)


def _cell(row: Row, name: str, kind: str) -> str:
    value = row.get(name)
    if value is None or isinstance(value, str):
        return "unpriced" if name == "cost_usd" else _NONE
    if kind == "share":
        return f"{float(value):.1%}" if 0 < float(value) < _FEW_PERCENT else f"{float(value):.0%}"
    if kind == "tokens":
        return tokens(float(value))
    return figure(float(value), "", 3) if kind == "number" else _usd(value)


def _usd(value: Cell) -> str:
    return figure(float(value), "USD", 3 if abs(float(value)) < 1 else None)  # type: ignore[arg-type]


def _range(row: Row) -> str:
    low, mid, high = (float(row[name]) for name in ("cost_low_usd", "cost_usd", "cost_high_usd"))  # type: ignore[arg-type]
    if low == high:
        return "a month exactly"
    digits = digits_for(low, mid, high)
    return f"{figure(low, 'USD', digits)} to {figure(high, 'USD', digits)} a month, nine times in ten"


def _shown(points: list[VolumePoint]) -> list[float]:
    """A few volumes, the workload's own among them."""
    step = max(1, len(points) // (_VOLUMES - 1))
    return [point.tokens_per_day for place, point in enumerate(points) if place % step == 0 or point.here]


def _at(answer: Comparison, option: str, volume: float) -> str:
    point = next(p for p in answer.volumes if p.option == option and p.tokens_per_day == volume)
    copies = f" ×{point.replica_count:.0f}" if point.replica_count else ""
    return f"{_usd(point.cost_usd)}{copies}"


def _here(answer: Comparison, volume: float) -> str:
    return "you are here" if any(p.here and p.tokens_per_day == volume for p in answer.volumes) else ""
