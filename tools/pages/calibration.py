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
_SERVED = """### With one or five measurements of a served model
The same with each source of servings as the user (`tools/check_calibration.py servings`): one row of its own
is what one benchmark gives, five are a sweep. Rows are drawn at random 60 times, or chosen."""
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


def servings(kept: Path) -> Iterator[str]:
    """The same of servings; nothing where it was not measured."""
    if not kept.exists():
        return
    measured = json.loads(kept.read_text("utf-8"))
    scores: Mapping[str, Mapping[str, float]] = measured["scores"]
    yield from ("", _SERVED, "", stamp(measured), "")
    yield "| source | rows | before | one at random | chosen | five at random | chosen | 80% held, five |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name in dict.fromkeys(name.partition(",")[0] for name in scores):
        told = [scores[f"{name}, {given} rows {way}"] for given in (1, _GIVEN) for way in _WAYS]
        cells = (told[0]["before"], *(one["after"] for one in told), told[2]["coverage_80"])
        yield f"| {name} | {told[0]['rows']} | {' | '.join(f'{cell:.1%}' for cell in cells)} |"


def _halved(scores: Mapping[str, Mapping[str, float]], quantity: str, way: str) -> str:
    ratios = [
        one["ratio"]
        for name, one in scores.items()
        if quantity in name and name.endswith(f"{_GIVEN} rows {way}")
    ]
    count = sum(ratio <= 0.5 for ratio in ratios)
    word = "met" if count >= 0.75 * len(ratios) else "**missed**"
    return f"{count} of {len(ratios)} sources, {word}"
