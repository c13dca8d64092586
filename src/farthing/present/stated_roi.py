"""The report's returns beside what its own numbers, the dated book and the serving model say."""

import math
from collections.abc import Iterator, Sequence

from farthing.app.answers import Range
from farthing.app.stated import Checked
from farthing.app.stated_retention import Worth
from farthing.app.stated_roi import Idle, StatedRoi
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.stated_verdict import amount, range_of, times
from farthing.units.figures import figure

_NEVER = "never"
_BOX = (
    "Its sums are right, and what they are set against is not: 5M tokens a day of Sonnet cost a hundredth to "
    "a twentieth of $45,000."
)
_BREAKEVEN = "A month's price over days and the price of a million tokens: fixed costs need volume."
_FULL_USE = "Read and written tokens alike, an accelerator that is never idle; the books' price of input."
_SPEED = "Whatever the requests were, the report does not say; its latencies are those of small batches."
_KEPT = "A score over the frontier's 90.4. A size does not fix it: other models of it score otherwise."
_TUNED = "Differences of its own columns."
_REASONING = (
    "Its multiplier is percent of quality gained for each multiple of the price. It leaves out what a right "
    "answer is worth: at 2,000 tokens in and 500 out of GPT-4o, thinking aloud pays above the last column."
)
_VERTICALS = "Ratios of prices a million tokens hold by themselves; an L40S of one's own is paid idle too."
_FORMATS = (
    "Qwen2.5 14B on one L40S, 750 tokens in and 250 out: fewer bits leave more room and are read faster. "
    "Weights of 4 bits are multiplied in 16, so a full batch gains less than from 8."
)
_CODE = (
    "A function of 8 hours' work and half an hour's care a month against GPT-4o mini, 1,000 requests a day."
)


def render(found: StatedRoi, *, width: int = 100, color: bool = False) -> str:
    """All the tables, each with what it means; ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold(f"Returns as the report states them, recomputed with prices of {found.as_of}")]
    for title, note, rows in _checks(found):
        lines += section(title, [*_table(rows, width), *paragraph(note, width, 2)], ink)
        if title == _FIRST:
            lines += ["", *paragraph(_idle(found.idle), width, 2)]
    worth = table(list(_worth(found.tuned_worth)), "<>>>", width)
    lines += section("Tuned against frontier: what a right answer must be worth", worth, ink)
    worth = table(list(_worth(found.reasoning_worth)), "<>>><", width)
    lines += section("Thinking aloud: the same", [*worth, *paragraph(_REASONING, width, 2)], ink)
    formats = table(list(_formats(found)), "<>>>>", width)
    lines += section("Weights of fewer bits", [*formats, *paragraph(_FORMATS, width, 2)], ink)
    code = table(list(_code(found)), "<>><>", width)
    lines += section("A model or plain code", [*code, *paragraph(_CODE, width, 2)], ink)
    lines += ["", *paragraph(_verdict(found), width), "", ink.dim("$ farthing demo --roi --json")]
    return "\n".join(lines) + "\n"


_FIRST = "Fine-tuning a 14B, first month"


def _checks(found: StatedRoi) -> Iterator[tuple[str, str, Sequence[Checked]]]:
    yield _FIRST, _BOX, found.box
    yield "Break-even of one L40S with Sonnet", _BREAKEVEN, found.breakeven
    yield "Dollars a million tokens", _FULL_USE, found.deployments
    yield "Tokens a second", _SPEED, found.throughput
    yield "Capability that is kept, by size", _KEPT, found.retention
    yield "A tuned 7B against the frontier", _TUNED, found.tuned
    yield "The reasoning multiplier", _REASONING.partition(". ")[0] + ".", found.reasoning
    yield "Multiples of the verticals", _VERTICALS, found.verticals


def _table(rows: Sequence[Checked], width: int) -> list[str]:
    """A line for each figure, with its note beside it, or below where there is no room."""
    body = [
        (row.name, _range(row.stated, row.unit), _range(row.found, row.unit), row.by, _fares(row), row.note)
        for row in rows
    ]
    head = ("", "stated", "found", "by", "", "")
    beside = table([head, *body], "<>><<<", width)
    if max(map(len, beside)) <= width:
        return beside
    alone = table([head, *((*cells[:-1], "") for cells in body)], "<>><<<", width)
    notes = dict.fromkeys(f"{row.name}: {row.note}." for row in rows if row.note)
    return [*alone, *(line for note in notes for line in paragraph(note, width, 4))]


def _fares(row: Checked) -> str:
    if row.holds:
        return "holds"
    return f"off, {times(row.factor)}" if math.isfinite(row.factor) else "off"


def _range(value: Range, unit: str) -> str:
    ends = [end for end in (value.p05, value.p95) if math.isfinite(end)]
    if not ends:
        return _NEVER
    if len(ends) == 1:
        return f"{_amount(ends[0], unit)} to {_NEVER}"
    if unit == "ratio":
        return " to ".join(dict.fromkeys(f"{end:.3g}" for end in ends))
    if unit in ("USD", "x", "share"):
        return range_of(value, unit)
    low, high = (_amount(end, unit) for end in ends)
    return low if low == high else f"{low.split(' ')[0]} to {high}"


def _amount(value: float, unit: str) -> str:
    return figure(value, unit, 2) if unit in ("tokens/day", "tokens/s", "months") else amount(value, unit)


def _idle(found: Idle) -> str:
    ends = (found.able_tokens_per_day.p05, found.able_tokens_per_day.p95)
    able = " to ".join(f"{figure(end / 1e6, '', 2)}M" for end in ends)
    busy = f"{found.busy_share.p05:.1%} to {found.busy_share.p95:.1%}"
    asked = f"{found.asked_tokens_per_day / 1e6:.0f}M tokens a day"
    return (
        f"One L40S could answer {able} tokens a day; at {asked} it is busy {busy} of the time and costs "
        f"${found.usd_per_month:,.0f} a month whatever is asked of it."
    )


def _worth(rows: Sequence[Worth]) -> Iterator[tuple[str, ...]]:
    told = any(row.stated for row in rows)
    yield ("task", "dearer a request", "right more often", "worth above", *(("verdict",) if told else ()))
    for row in rows:
        worth = _NEVER if row.worth_usd is None else f"${row.worth_usd:.2f}"
        gained = f"{100 * row.gained_share:+.0f}%"
        yield (row.name, f"${row.extra_request_usd:.4f}", gained, worth, *((row.stated,) if told else ()))


def _formats(found: StatedRoi) -> Iterator[tuple[str, ...]]:
    yield ("weights", "size", "at once", "tokens/s written", "per M tokens")
    for row in found.formats:
        speed = (
            f"{figure(row.output_tokens_per_s.p05, '', 2)} to {figure(row.output_tokens_per_s.p95, '', 2)}"
        )
        size = figure(row.weight_gib, "gib", 2)
        yield (row.weights, size, f"{row.requests_at_once:.0f}", speed, range_of(row.usd_per_m_tokens, "USD"))


def _code(found: StatedRoi) -> Iterator[tuple[str, ...]]:
    yield ("", "code, a month", "model, a month", "cheaper", "code again above")
    for row in found.code:
        months = (range_of(each, "USD") for each in (row.code_usd, row.model_usd))
        above = (
            "-"
            if row.breakeven_requests_per_day is None
            else f"{figure(row.breakeven_requests_per_day, '', 2)}/day"
        )
        yield (row.name, *months, row.cheaper.partition("[")[0], above)


def _verdict(found: StatedRoi) -> str:
    every = [row for _, _, rows in _checks(found) for row in rows]
    kept = sum(row.holds for row in every)
    wrong = [row.name for row in found.breakeven if not row.holds]
    return (
        f"{kept} of {len(every)} figures hold. The break-even is millions of tokens a day more than stated: "
        f"{_range(found.breakeven[0].found, found.breakeven[0].unit)}, not "
        f"{_range(found.breakeven[0].stated, found.breakeven[0].unit)}."
        if wrong
        else f"{kept} of {len(every)} figures hold."
    )
