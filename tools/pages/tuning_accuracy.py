"""The section on fine-tuning of docs/accuracy.md."""

from collections.abc import Iterator, Mapping, Sequence

from pages.accuracy_tables import Scores, bar, least, open_bar, stamp, table

_FAR = 0.20
_HEAD = """## Fine-tuning
`farthing validate finetune`: speed, peak memory, and whether a step runs out of memory. A source is a
framework and its benchmark. Rows that ship are predicted from all others, the fifth that never ships from
those that do; the fitted constants have seen the rows that ship, unless it says that they are fitted anew.
"""
_SINGLE = (
    "**{names}** {verb} above 20%: a single row, predicted without any row of its own source, and far from "
    "what others reach on such hardware."
)
_FITTED = """### Fine-tuning with constants and evidence fitted anew
`tools/check_finetuning.py` fits everything without a tenth of the rows, a source, a model or an
accelerator, and predicts what was left out. Software withheld means that neither framework nor version nor
year is told, and with them precision and recomputation where a row does not say them.
"""
_TABLE = """### Fine-tuning, every measured row from all others
"""
_UNSEEN = """### Fine-tuning rows that were never fitted
"""


def section(measured: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The lines of the section; none where nothing was measured."""
    if "tuning_table" not in measured:
        return []
    fitted, unseen, every = (measured[f"tuning_{name}"] for name in ("cross_validation", "held_out", "table"))
    lines = [_HEAD, *_bars(fitted["scores"], unseen["scores"], every["scores"]), "", *_far(every["scores"])]
    for head, one in ((_TABLE, every), (_UNSEEN, unseen), (_FITTED, fitted)):
        lines += [head.rstrip(), stamp(one), "", *table(_errors(one["scores"])), ""]
        lines += [*_memory(one["scores"]), ""]
    return lines


def _bars(fitted: Scores, unseen: Scores, every: Scores) -> Iterator[str]:
    speed, memory, full = (every[name] for name in ("tokens_per_s_per_gpu", "peak_mem_gib", "out of memory"))
    yield "| measure | aimed at | found | | best elsewhere |"
    yield "|---|---:|---:|---|---|"
    nobody = "nobody publishes one; a sketch 5.9%, but only 53% within 15%"
    yield bar("throughput, median, row left out", 0.10, speed["median"], nobody)
    yield bar("the same, constants fitted anew", 0.10, fitted["speed by row"]["median"], "")
    yield bar("the same, rows never fitted", 0.10, unseen["tokens_per_s_per_gpu"]["median"], "")
    sources = _sources(every)
    yield bar("the worst source, row left out", _FAR, max(sources.values()), "")
    others = max(one for name, one in sources.items() if every[_key(name)]["n"] > 1)
    yield bar("the worst source with more than one row", _FAR, others, "")
    yield open_bar("a source and its software not in the table", fitted["speed by source"]["median"])
    yield open_bar("a model not in the table", fitted["speed by model"]["median"])
    yield open_bar("an accelerator not in the table", fitted["speed by accelerator"]["median"])
    estimator = "DeepSpeed's estimator: off by 10x; a sketch 12.6%"
    yield bar("peak memory, median, row left out", 0.12, memory["median"], estimator)
    yield bar("the same, constants fitted anew", 0.12, fitted["memory by row"]["median"], "")
    yield bar("the same, rows never fitted", 0.12, unseen["peak_mem_gib"]["median"], "")
    yield open_bar("a source of memory not in the table", fitted["memory by source"]["median"])
    yield least("out of memory, recall", 0.80, full["recall"], "nobody publishes one")
    yield least("the same, constants fitted anew", 0.80, fitted["out of memory by row"]["recall"], "")
    yield least("out of memory, specificity", 0.90, full["specificity"], "nobody publishes one")
    again = fitted["out of memory by row"]["specificity"]
    yield least("the same, constants fitted anew", 0.90, again, "")
    yield least("measured rows answered, speed", 0.95, speed["answered"], "")
    yield least("measured rows answered, memory", 0.95, memory["answered"], "")


def _sources(every: Scores) -> dict[str, float]:
    """The median error of speeds by source."""
    mark = _key("")
    return {name.removeprefix(mark): one["median"] for name, one in every.items() if name.startswith(mark)}


def _key(source: str) -> str:
    return f"tokens_per_s_per_gpu: {source}"


def _far(every: Scores) -> Sequence[str]:
    """Says which sources miss the bar."""
    far = [name for name, median in _sources(every).items() if median > _FAR]
    if not far:
        return []
    if all(every[_key(name)]["n"] == 1 for name in far):
        return [_SINGLE.format(names=", ".join(far), verb="is" if len(far) == 1 else "are"), ""]
    return [f"**{', '.join(far)}**: above 20%.", ""]


def _errors(scores: Scores) -> Iterator[tuple[str, Mapping[str, float]]]:
    return ((name, one) for name, one in scores.items() if "recall" not in one)


def _memory(scores: Scores) -> Iterator[str]:
    yield "| | ran out | found | ran | passed |"
    yield "|---|---:|---:|---:|---:|"
    for name, one in scores.items():
        if "recall" in one:
            out, ran = one["out_of_memory"], one["ran"]
            yield f"| {name} | {out} | {one['recall']:.1%} | {ran} | {one['specificity']:.1%} |"
