"""What a user's own measurements bring, as a part of docs/accuracy.md."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pages.accuracy_tables import stamp

_HEAD = """## With five measurements of your own
`tools/check_calibration.py` takes a public source out of the fit and out of the evidence, as if it were a
user whom nobody knows, predicts its rows, gives five of them to `farthing calibrate` and predicts the others
again; the scales of a user's evidence are fitted without that source too. Five at random are drawn 60 times:
medians over the draws, and the worst. Chosen are the five that `calibrate` names as worth measuring first.
The bar is a median error of half or less, in at least 3 of 4 sources."""
_WAYS = ("at random", "chosen")
_GIVEN = 5


def section(kept: Path) -> Iterator[str]:
    """The lines, from the figures kept in docs/calibration.json."""
    measured = json.loads(kept.read_text("utf-8"))
    scores: Mapping[str, Mapping[str, float]] = measured["scores"]
    yield from (_HEAD, "", stamp(measured), "")
    yield "| five rows | speed of a step: halved in | memory: halved in |"
    yield "|---|---|---|"
    for way in _WAYS:
        yield f"| {way} | {_halved(scores, ' speed: ', way)} | {_halved(scores, ' memory: ', way)} |"
    yield from (
        "",
        "| source | rows | before | five at random | worst | five chosen | 80% interval, at random |",
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name in dict.fromkeys(name.partition(",")[0] for name in scores):
        random, chosen = (scores[f"{name}, {_GIVEN} rows {way}"] for way in _WAYS)
        cells = (random["before"], random["after"], random["worst"], chosen["after"], random["coverage_80"])
        yield f"| {name} | {random['rows']} | {' | '.join(f'{cell:.1%}' for cell in cells)} |"


def _halved(scores: Mapping[str, Mapping[str, float]], quantity: str, way: str) -> str:
    ratios = [
        one["ratio"]
        for name, one in scores.items()
        if quantity in name and name.endswith(f"{_GIVEN} rows {way}")
    ]
    count = sum(ratio <= 0.5 for ratio in ratios)
    word = "met" if count >= 0.75 * len(ratios) else "**missed**"
    return f"{count} of {len(ratios)} sources, {word}"
