"""The section on serving of docs/accuracy.md."""

from collections.abc import Iterator, Mapping

import msgspec

from farthing.estimate.scores import score
from farthing.estimate.validate_shipped import left_out, shipped_rows
from farthing.estimate.validate_tables import SERVING, pairs, predicted
from pages.accuracy_tables import Scores, bar, interval_bar, least, open_bar, stamp, table

_HEAD = """## Serving
`farthing validate serving`: the time between tokens (TPOT), the time to the first one (TTFT) and output
throughput. Each published fact is predicted from all others; the fitted constants have seen it, unless it
says that they are fitted anew. Many rows are points of one curve, a set-up under several loads, so a row
left out has neighbors: a curve, a pair of model and accelerator, or more left out says how well strangers
are predicted. The aims are for measured rows of which some are of pairs that nobody has seen.
"""
_FITTED = """### Serving with constants and evidence fitted anew
`tools/check_serving.py` fits everything without a tenth of the rows, curves or pairs of model and
accelerator, or without a model, an accelerator, a generation, an engine or a source, and predicts what was
left out. The last column is the score of an interval made of the quantiles of the residuals of all rows
that were seen, around the same medians: ours should be lower.
"""
_UNSEEN = """### Serving rows that were never fitted
A fifth of the table of measurements, by the SHA-256 of each id, by source too.
"""
_BARS = {"tpot_ms": ("TPOT", 0.14), "ttft_ms": ("TTFT", 0.33), "output_tok_s": ("output throughput", 0.15)}
_MEAN, _GROUPS = 0.24, 0.17
_RIVALS = {
    "tpot_ms": "aiconfigurator 16%, answers 73% of rows",
    "ttft_ms": "aiconfigurator 47%",
    "output_tok_s": "a fitted roofline about 20%",
}


def section(measured: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The lines of the section; none where nothing was measured."""
    if "serving_cross_validation" not in measured:
        return []
    fitted, unseen = measured["serving_cross_validation"], measured.get("serving_held_out", {})
    live = _live()
    lines = [_HEAD, *_bars(live, fitted["scores"], unseen.get("scores", {})), ""]
    lines += [_FITTED.rstrip(), stamp(fitted), "", *_table(fitted["scores"]), ""]
    if unseen:
        lines += [_UNSEEN.rstrip(), stamp(unseen), "", *table(unseen["scores"].items())]
    return lines


def _live() -> Scores:
    rows = shipped_rows(SERVING)
    lines = left_out(SERVING, rows, predicted(SERVING, rows))
    found = {}
    for quantity in SERVING.quantities:
        one = score([pair for pair, _ in pairs(SERVING, quantity, rows, lines)])
        assert one is not None
        found[quantity] = msgspec.structs.asdict(one)
    return found


def _bars(live: Scores, fitted: Scores, unseen: Scores) -> Iterator[str]:
    yield "| measure | aimed at | found | | best elsewhere |"
    yield "|---|---:|---:|---|---|"
    for name, (words, most) in _BARS.items():
        yield bar(f"{words}, median, fact left out", most, live[name]["median"], _RIVALS[name])
        if unseen:
            yield bar("the same, rows never fitted", most, unseen[name]["median"], "")
        yield open_bar("the same, a tenth of all curves left out", _of(fitted, name, "curve"))
        yield open_bar("the same, a tenth of all pairs of model and accelerator", _of(fitted, name, "pair"))
        for what in ("model", "accelerator", "source"):
            yield open_bar(f"the same, a whole {what}", _of(fitted, name, what))
        if name == "tpot_ms":
            yield from _more_of_tpot(live, fitted, unseen)
        yield interval_bar(f"80% interval of {words}, fact left out", live[name]["coverage_80"])
        if unseen:
            yield interval_bar("the same, rows never fitted", unseen[name]["coverage_80"])
        yield least(f"{words} rows answered", 0.95, live[name]["answered"], "")


def _more_of_tpot(live: Scores, fitted: Scores, unseen: Scores) -> Iterator[str]:
    yield bar("TPOT, mean, fact left out", _MEAN, live["tpot_ms"]["mean"], "aiconfigurator 27%")
    if unseen:
        yield bar("the same, rows never fitted", _MEAN, unseen["tpot_ms"]["mean"], "")
    yield open_bar("the same, a tenth of all pairs left out", fitted["tpot_ms by pair"]["mean"])
    yield bar("TPOT, median over groups, fact left out", _GROUPS, live["tpot_ms"]["macro_median"], "")
    yield open_bar("the same, a tenth of all pairs left out", fitted["tpot_ms by pair"]["macro_median"])


def _of(fitted: Scores, name: str, what: str) -> float:
    return fitted[f"{name} by {what}"]["median"]


def _table(scores: Scores) -> Iterator[str]:
    yield "| what | rows | median | over groups | mean | within 25% | 80% interval | score | of residuals |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, one in scores.items():
        shares = (one[column] for column in ("median", "macro_median", "mean", "within_25", "coverage_80"))
        cells = (*(f"{share:.1%}" for share in shares), f"{one['interval_score']:.2f}")
        yield f"| {name} | {one['n']} | {' | '.join(cells)} | {one['residual_score']:.2f} |"
