"""Metrics and traces of one service in two files: each call once, whichever file comes first."""

import json
from pathlib import Path

import pytest

from farthing.app.ledger_import import bring_in
from farthing.app.spend import spend

BOTH = Path(__file__).parent / "otlp" / "both" / "input.jsonl"
AN_HOUR = 3_600
METRICS, TRACES = "resourceMetrics", "resourceSpans"


def halves():
    lines = [json.loads(line) for line in BOTH.read_text("utf-8").splitlines()]
    return ([one for one in lines if METRICS in one], [one for one in lines if METRICS not in one])


def written(folder, name, documents):
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return str(path)


def imported(folder, *files):
    found = bring_in(files=list(files), ledger=str(folder / "ledger"))
    return {name: result.p50 for name, result in found.results.items()}


def tokens(folder):
    results = spend(ledger=str(folder / "ledger")).results
    return results["input_tokens"].p50, results["output_tokens"].p50


def shifted(documents, seconds):
    """The same at another time."""
    text = json.dumps(documents)
    moments = {word for word in text.replace('"', " ").split() if word.isdigit() and len(word) == 19}
    for moment in moments:
        text = text.replace(moment, str(int(moment) + seconds * 10**9))
    return json.loads(text)


@pytest.mark.parametrize("first", [0, 1])
def test_the_files_of_one_import_are_seen_together(tmp_path, first):
    metrics, calls = halves()
    files = [written(tmp_path, "metrics.jsonl", metrics), written(tmp_path, "traces.jsonl", calls)]
    found = imported(tmp_path, files[first], files[1 - first])
    assert found == {"read": 3, "stored": 2, "duplicate": 1, "set_aside": 0}
    assert tokens(tmp_path) == (10 + 70, 5)  # a call of the one service, and metrics of the other


@pytest.mark.parametrize(
    ("what", "seconds"), [("before the first call", -AN_HOUR), ("long after the last", 2 * AN_HOUR)]
)
def test_metrics_of_a_time_without_traces_are_kept(tmp_path, what, seconds):
    metrics, calls = halves()
    files = [
        written(tmp_path, "metrics.jsonl", shifted(metrics, seconds)),
        written(tmp_path, "traces.jsonl", calls),
    ]
    assert imported(tmp_path, *files)["duplicate"] == 0, what


def test_metrics_of_another_service_are_kept(tmp_path):
    metrics, calls = halves()
    other = json.loads(json.dumps(metrics).replace("chatbot", "another"))
    files = [written(tmp_path, "metrics.jsonl", other), written(tmp_path, "traces.jsonl", calls)]
    assert imported(tmp_path, *files)["duplicate"] == 0
