"""What load generators write, as rows of a table of servings: one reader a format.

`vllm bench serve`, AIPerf and GenAI-Perf, and GuideLLM say how much was asked, how long prompts and answers
were, and what came of it; none says what it ran on. A row has the columns of the contract, means where a file
has several statistics, and the time between tokens without the first: (end - first token) / (tokens - 1).
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from farthing.catalog import find
from farthing.estimate.cells import Row
from farthing.estimate.model_names import model_name

Value: TypeAlias = Any
"""A value of a JSON document."""
Object: TypeAlias = Mapping[str, Value]

COLUMNS: Final = (
    *("id", "model", "accelerator", "n_accelerators", "tp", "pp", "ep", "weight_precision", "kv_precision"),
    *("engine", "input_len", "output_len", "concurrency_or_batch", "output_tok_s", "ttft_ms", "tpot_ms"),
)
_NOTED: Final = ("accelerator", "n_accelerators", "tp", "pp", "ep", "weight_precision", "kv_precision")
_MS: Final = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3, "sec": 1e3, "seconds": 1e3}
_STORED: Final = re.compile(
    r"[-_.](?:quantized[-_.])?(nvfp4|mxfp4|fp4|fp8|w4a16|awq|gptq|int4|w8a8|int8|bf16)\b.*$", re.IGNORECASE
)
_FORMATS_OF: Final = {"w4a16": "int4", "awq": "int4", "gptq": "int4", "w8a8": "int8", "nvfp4": "fp4"}
_AT_ONCE: Final = ("concurrency", "max_concurrency", "streams")
_ALONE: Final = "synchronous"


def rows_of(document: Value) -> tuple[Row, ...]:
    """The runs of a file as rows; none where it is of no known format.

    >>> run = {"output_throughput": 900.0, "mean_ttft_ms": 80, "mean_tpot_ms": 9.5, "completed": 100}
    >>> found = rows_of(run | {"total_input_tokens": 1e5, "total_output_tokens": 2e4, "max_concurrency": 8})
    >>> found[0]["input_len"], found[0]["concurrency_or_batch"], found[0]["tpot_ms"]
    ('1000', '8', '9.5')
    """
    runs = document if isinstance(document, list) else [document]
    found = [_named(row) for run in runs if isinstance(run, Mapping) for row in _read(run)]
    return tuple({"id": f"run-{place + 1}", **row} for place, row in enumerate(found))


def _named(row: Row) -> Row:
    """A row whose model goes by the catalog's name; the name of a quantized one says how it is stored."""
    said = row.get("model") or ""
    plain = _STORED.sub("", said)
    known = (
        find.model_or_none(said) or find.model_or_none(plain) or find.model_or_none(model_name(plain).base)
    )
    stored = _STORED.search(said)
    word = (stored[1] or "").lower() if stored else ""
    precision = row.get("weight_precision") or _FORMATS_OF.get(word, word)
    return {**row, "model": known.id if known else said, "weight_precision": precision}


def _read(run: Object) -> Iterator[Row]:
    for known, reader in _FORMATS:
        if known(run):
            yield from reader(run)
            return


def _vllm(run: Object) -> Iterator[Row]:
    """`vllm bench serve --save-result`; what `--metadata` added under the name of a column is read too."""
    done = _number(run.get("completed")) or _number(run.get("num_prompts"))
    asked = _load(run) or _text(run.get("num_prompts"))
    yield _row(
        model=run.get("model_id"),
        engine=run.get("backend") if run.get("backend") not in ("openai", "openai-chat") else "vllm",
        input_len=_per(run.get("total_input_tokens"), done),
        output_len=_per(run.get("total_output_tokens"), done),
        concurrency_or_batch=asked,
        output_tok_s=run.get("output_throughput"),
        ttft_ms=run.get("mean_ttft_ms", run.get("median_ttft_ms")),
        tpot_ms=run.get("mean_tpot_ms", run.get("median_tpot_ms")),
        **{name: run.get(name) for name in _NOTED},
    )


def _aiperf(run: Object) -> Iterator[Row]:
    """`profile_export_aiperf.json` of AIPerf, and `profile_export_genai_perf.json` of GenAI-Perf."""
    config = _inside(run, "input_config")
    phases = [each for each in config.get("phases") or () if not each.get("exclude_from_results")]
    places = (
        *phases,
        _inside(config, "loadgen"),
        _inside(config, "perf_analyzer", "stimulus"),
        config,
    )
    yield _row(
        model=_model(config),
        input_len=_average(run, "input_sequence_length"),
        output_len=_average(run, "output_sequence_length"),
        concurrency_or_batch=next((load for load in map(_load, places) if load), ""),
        output_tok_s=_average(run, "output_token_throughput"),
        ttft_ms=_milliseconds(run, "time_to_first_token"),
        tpot_ms=_milliseconds(run, "inter_token_latency"),
    )


def _model(config: Object) -> Value:
    named = (
        *(_inside(config, "models").get("items") or ()),
        *(_inside(config, "endpoint").get("model_names") or ()),
        *(config.get("model_names") or ()),
        *(config.get("model") or () if isinstance(config.get("model"), list) else (config.get("model"),)),
    )
    return next((each.get("name") if isinstance(each, Mapping) else each for each in named if each), "")


def _guidellm(report: Object) -> Iterator[Row]:
    """GuideLLM's `benchmarks.json`, a row for each strategy of its sweep."""
    for run in report["benchmarks"]:
        metrics = _inside(run, "metrics")
        strategy = _inside(run, "config", "strategy") or _inside(run, "args", "strategy")
        running = _mean(metrics, "request_concurrency")
        alone = "1" if strategy.get("type_") == _ALONE else ""
        yield _row(
            model=_inside(run, "config", "backend").get("model")
            or _inside(run, "worker").get("backend_model")
            or _inside(report, "args").get("model"),
            input_len=_mean(metrics, "prompt_token_count"),
            output_len=_mean(metrics, "output_token_count"),
            concurrency_or_batch=alone or _load(strategy) or _text(running),
            output_tok_s=_mean(metrics, "output_tokens_per_second"),
            ttft_ms=_mean(metrics, "time_to_first_token_ms"),
            tpot_ms=_mean(metrics, "inter_token_latency_ms"),
        )


_FORMATS: Final[Sequence[tuple[Callable[[Object], bool], Callable[[Object], Iterator[Row]]]]] = (
    (lambda run: isinstance(run.get("benchmarks"), list), _guidellm),
    (lambda run: isinstance(run.get("time_to_first_token"), Mapping) and "input_config" in run, _aiperf),
    (lambda run: "output_throughput" in run and "total_output_tokens" in run, _vllm),
)


def _load(place: Object) -> str:
    """How much was asked at once, or a second; '' where that is not said."""
    for name in _AT_ONCE:
        at_once = _number(place.get(name))
        if at_once:
            return _text(at_once)
    rate = _number(place.get("request_rate", place.get("rate")))
    return f"rate={rate:g}/s" if rate else ""


def _mean(metrics: Object, name: str) -> Value:
    """A metric of GuideLLM over the requests that succeeded, or over all."""
    found = _inside(metrics, name)
    return _inside(found, "successful").get("mean") or _inside(found, "total").get("mean")


def _average(run: Object, name: str) -> Value:
    return _inside(run, name).get("avg")


def _milliseconds(run: Object, name: str) -> Value:
    value = _number(_average(run, name))
    size = _MS.get(str(_inside(run, name).get("unit", "ms")).lower())
    return None if value is None or size is None else value * size


def _inside(document: Value, *names: str) -> Object:
    """What lies under these names, an empty object where there is none."""
    for name in names:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document if isinstance(document, Mapping) else {}


def _per(whole: Value, count: float | None) -> Value:
    total = _number(whole)
    return total / count if total and count else None


def _number(value: Value) -> float | None:
    """A finite number above 0, however it was written; None for anything else."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found > 0 else None


def _text(value: Value) -> str:
    number = _number(value)
    return "" if number is None else f"{number:.6g}"


def _row(**cells: Value) -> Row:
    """Cells as a table has them: numbers as text, nothing where a file says nothing."""
    words = ("model", "engine", *_NOTED)
    read = {
        name: str(cell or "") if name in words and isinstance(cell, str | None) else _text(cell)
        for name, cell in cells.items()
        if name != "concurrency_or_batch"
    }
    return {**read, "concurrency_or_batch": str(cells["concurrency_or_batch"] or "")}
