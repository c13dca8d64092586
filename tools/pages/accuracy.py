"""docs/accuracy.md: how far off we are, beside what was aimed at and what others reach."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from farthing.estimate.scores import Score, by_group, score
from farthing.estimate.step_row import setup_of
from farthing.estimate.validate_shipped import left_out, shipped_rows
from farthing.estimate.validate_tables import RUNS, TRAINING, Kind, pairs, predicted
from pages import calibration
from pages.accuracy_tables import Scores, bar, interval_bar, least, open_bar, stamp, table
from pages.serving_accuracy import section as serving_section
from pages.tuning_accuracy import section

_HEAD = """# Accuracy
Written by `tools/write_docs.py`; nothing here is edited by hand. An error is |predicted / measured - 1|.
Every error on this page is out of fold: a measurement is never among the evidence that predicts it, and
it is said whether the fitted constants have seen it. An interval is an 80% one and should hold 80%; its
score is the mean width of the interval of logarithms plus ten times what falls outside, so that neither a
wide nor an overconfident one wins.
"""
_LEFT_OUT = """## Each published fact from all the others
`farthing validate training` and `farthing validate runs`, on the facts that ship. The fitted constants
of the step model have seen the row; the evidence that corrects them has not. Many have siblings, the same
model and software in another layout: this says how well neighbors are predicted, the next table how well
strangers are.
"""
_FITTED = """## With constants and evidence fitted anew
`tools/check_training.py` fits everything without a tenth of the rows, a source, a model, an accelerator
or a generation of accelerators, and predicts what was left out. Software withheld means that neither
framework nor version nor year is told.
"""
_UNSEEN = """## On rows that were never fitted
A fifth of the table of measurements, by the SHA-256 of each id, never ships and was never fitted. They
come from the same sources as the others, so this says how well a neighbor is predicted; the table above
says more about strangers.
"""
_BARS = """## Beside what was aimed at, and what others reach
"""


def page(kept: Path) -> str:
    """The page, from the catalog and the figures kept in docs/accuracy.json."""
    measured = json.loads(kept.read_text("utf-8"))
    live = _live()
    fitted, unseen = measured["cross_validation"], measured["held_out"]
    lines = [_HEAD, _BARS.rstrip(), *_bars(live, fitted["scores"], unseen.get("scores", {})), ""]
    lines += [_LEFT_OUT, *table((name, msgspec.structs.asdict(one)) for name, one in live.items()), ""]
    lines += [_FITTED.rstrip(), stamp(fitted), "", *table(fitted["scores"].items()), ""]
    if unseen:
        lines += [_UNSEEN.rstrip(), stamp(unseen), "", *table(unseen["scores"].items())]
    lines += [
        "",
        *section(measured),
        "",
        *serving_section(measured),
        "",
        *calibration.section(kept.with_name("calibration.json")),
        *calibration.servings(kept.with_name("serving_calibration.json")),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _live() -> dict[str, Score]:
    """Scores of the facts that ship, each left out, by quantity and by group."""
    found: dict[str, Score] = {}
    for kind in (TRAINING, RUNS):
        rows = shipped_rows(kind)
        found.update(_scored(kind, rows, ""))
    stated = [row for row in shipped_rows(RUNS) if row["reported_mfu"]]
    silent = [{**row, "reported_mfu": ""} for row in shipped_rows(RUNS)]
    found.update(_scored(RUNS, stated, ", step MFU given"))
    found.update(_scored(RUNS, silent, ", step MFU never given"))
    return found


def _scored(kind: Kind, rows: Sequence[Mapping[str, str]], suffix: str) -> Iterator[tuple[str, Score]]:
    lines = left_out(kind, rows, predicted(kind, rows))
    for quantity in kind.quantities:
        every = pairs(kind, quantity, rows, lines)
        if (one := score([pair for pair, _ in every])) is not None:
            yield f"{quantity}{suffix}", one
        if kind is TRAINING:
            names = {id(pair): _family(row) for pair, row in every}
            groups = by_group((pair for pair, _ in every), lambda pair: names[id(pair)])  # noqa: B023
            yield from ((f"{quantity}, {name}", one) for name, one in groups.items())


def _family(row: Mapping[str, str]) -> str:
    return "mixtures of experts" if setup_of(row).architecture.shape["expert_count"] else "dense"


def _bars(live: Mapping[str, Score], fitted: Scores, unseen: Scores) -> Iterator[str]:
    """Each bar with what was found out of fold, and whether that meets it."""
    speed, memory, hours = (live[name] for name in ("tokens_per_s_per_gpu", "peak_mem_gib", "gpu_hours"))
    given, silent = live["gpu_hours, step MFU given"], live["gpu_hours, step MFU never given"]
    mixtures = live["tokens_per_s_per_gpu, mixtures of experts"]
    row, part, era = (fitted[f"speed by {name}"] for name in ("row", "accelerator", "generation"))
    held = unseen.get("tokens_per_s_per_gpu", {})
    flat = "flat MFU 30% / 45%; Calculon 4 to 36% by set; fitted for each accelerator 17 to 19%"
    yield "| measure | aimed at | found | | best elsewhere |"
    yield "|---|---:|---:|---|---|"
    yield bar("throughput, median, fact left out", 0.07, speed.median, flat)
    yield bar("the same, constants fitted anew", 0.07, row["median"], "")
    if held:
        yield bar("the same, rows never fitted", 0.07, held["median"], "")
    yield least("within 25%, fact left out", 0.88, speed.within_25, "a sketch of the physics 86.5%")
    yield least("the same, constants fitted anew", 0.88, row["within_25"], "")
    yield bar("median over groups, fact left out", 0.12, speed.macro_median, "")
    yield bar("mixtures of experts, fact left out", 0.15, mixtures.median, "")
    yield bar("an accelerator not in the table", 0.12, part["median"], "")
    yield bar("a generation not in the table", 0.20, era["median"], "")
    yield open_bar("a model not in the table", fitted["speed by model"]["median"])
    yield open_bar(
        "a mixture of experts not in the table", fitted["speed by model, mixtures of experts"]["median"]
    )
    yield open_bar("a source and its software not in the table", fitted["speed by source"]["median"])
    yield open_bar(
        "framework, version and year withheld", fitted["speed by row, software withheld"]["median"]
    )
    if held:
        blind = unseen["tokens_per_s_per_gpu, software withheld"]["median"]
        yield open_bar("the same, rows never fitted", blind)
    yield bar(
        "peak memory, fact left out", 0.10, memory.median, "SimuMax within 5% on one machine; a sketch 7.8%"
    )
    yield bar("the same, a model not in the table", 0.10, fitted["memory by model"]["median"], "")
    yield bar("GPU-hours of whole runs, step MFU never given", 0.27, silent.median, "a sketch 24 to 29%")
    yield bar("the same where the run's step MFU is given", 0.13, given.median, "step MFU × goodput 9.9%")
    yield interval_bar("80% interval of throughput, fact left out", speed.coverage_80)
    yield interval_bar("80% interval of memory, fact left out", memory.coverage_80)
    yield interval_bar("80% interval of GPU-hours, fact left out", hours.coverage_80)
    yield least("throughput rows answered", 0.95, speed.answered, "")
    yield least("whole runs answered", 0.95, hours.answered, "")
