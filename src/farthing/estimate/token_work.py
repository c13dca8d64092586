"""The workload of a question about tokens: what each request reads and writes, and how many there are.

`--input` is the whole input of a request, cached tokens included, as OpenAI, Google and OpenTelemetry
count; `--uncached` counts the rest beside the cached ones, as Anthropic does.
"""

from pathlib import Path
from typing import Final

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.gather import Inputs
from farthing.estimate.question import Number, Question
from farthing.estimate.run import Evaluation
from farthing.units.period import MONTHS_PER_YEAR
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

_NOTHING: Final = {
    "chunk_count": "no retrieval",
    "shortened_share": "the prompt as it is",
    "tool_call_count": "no tools",
    "cache_write_5m_tokens": "nothing is written to a cache",
    "cache_write_1h_tokens": "nothing is written to a cache for an hour",
    "reasoning_tokens": "reasoning is part of the output",
    "web_search_count": "no searches",
    "retry_share": "nothing is sent twice",
    "batch_share": "nothing is sent in batches",
    "growth_share_per_month": "no growth",
}
_USUAL: Final = {
    "own_input_tokens": "--input",
    "answer_tokens": "--output",
    "request_count_per_day": "--requests",
}
_CACHED: Final = ("cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
_LARGEST_TEXT_BYTE: Final = 64 * 1024 * 1024
_MIX_TOKENS: Final = 1000.0
_TOLERANCE: Final = 1e-9
_KIND: Final = "large"  # all kinds share one rate where that was least wrong
_LEAST_YEARS: Final = 0.25


def gather_work(inputs: Inputs, model: str) -> tuple[Problem, ...]:
    """Add every quantity of the workload. Raises InputError for one that contradicts another."""
    question = inputs.question
    _check_conflicts(question)
    noted: list[Problem] = []
    if "demand_tokens_per_day" in question.numbers:
        noted += _gather_demand(inputs)
    if (path := question.word("text")) is not None:
        noted.append(_gather_text(inputs, path, model))
    if "own_uncached_tokens" in question.numbers:
        _gather_uncached(inputs)
    if "horizon_month" in question.numbers:
        _gather_decline(inputs)
    _gather_absent(inputs)
    if "demand_tokens_per_day" not in question.numbers:
        for name, option in _USUAL.items():
            noted += _assume(inputs, name, option)
    return tuple(noted)


def _gather_absent(inputs: Inputs) -> None:
    """What nobody spoke of is not there: no cache, no tools, no failures."""
    if not any(name in inputs for name in ("cache_read_tokens", "cached_share")):
        inputs.derive("cached_share", 0.0, "nothing is read from a cache")
    if "tool_call_count" not in inputs:
        for name in ("tool_ask_tokens", "tool_result_tokens"):
            inputs.derive(name, 0.0, "no tools")
    if "chunk_count" not in inputs:
        inputs.derive("chunk_tokens", 0.0, "no retrieval")
    inputs.derive("success_share", 1.0, "every request succeeds")
    for name, why in _NOTHING.items():
        inputs.derive(name, 0.0, why)


def check_work(run: Evaluation) -> None:
    """Raise InputError where there are no tokens, or more are cached than read or reasoned than written."""
    if not np.all(np.asarray(run.values["call_input_tokens"]) + run.values["call_output_tokens"]):
        raise InputError([_no_tokens()])
    if _least(run, "uncached_tokens") < -_TOLERANCE * max(1.0, run.median("call_input_tokens")):
        raise InputError([_cached_above_input(run)])
    reasoning = np.max(np.asarray(run.values["reasoning_tokens"]) - run.values["call_output_tokens"])
    if reasoning > _TOLERANCE * max(1.0, run.median("call_output_tokens")):
        raise InputError([_reasoning_above_output(run)])


def _least(run: Evaluation, name: str) -> float:
    return float(np.min(np.asarray(run.values[name])))


def _check_conflicts(question: Question) -> None:
    given = question.numbers
    pairs = (
        ("own_input_tokens", "demand_tokens_per_day", "--input", "--demand"),
        ("answer_tokens", "demand_tokens_per_day", "--output", "--demand"),
        ("own_uncached_tokens", "demand_tokens_per_day", "--uncached", "--demand"),
        ("own_input_tokens", "own_uncached_tokens", "--input", "--uncached"),
        ("own_uncached_tokens", "cached_share", "--uncached", "--cached-share"),
        ("cache_read_tokens", "cached_share", "--cache-read", "--cached-share"),
        ("request_count_per_day", "demand_tokens_per_day", "--requests", "--demand"),
    )
    found = [_conflict(one, other) for name, twin, one, other in pairs if name in given and twin in given]
    if "text" in question.words:
        twins = (
            ("own_input_tokens", "--input"),
            ("own_uncached_tokens", "--uncached"),
            ("demand_tokens_per_day", "--demand"),
        )
        found += [_conflict("--text", option) for name, option in twins if name in given]
    if "demand_tokens_per_day" in given:
        adding = (("chunk_count", "--chunks"), ("tool_call_count", "--tool-calls"))
        found += [_beyond_demand(option) for name, option in adding if name in given]
    if found:
        raise InputError(found)


def _gather_demand(inputs: Inputs) -> list[Problem]:
    """Tokens a day of an unknown or given mix, as requests of a thousand tokens."""
    inputs.derive("mix_tokens", _MIX_TOKENS, "the demand counted in requests of 1,000 tokens")
    noted: list[Problem] = []
    if "output_share" not in inputs:
        inputs.assume(
            "output_share",
            Spread.uniform(0.0, 1.0),
            ("farthing-estimate",),
            "D",
            "any mix of input and output",
        )
        noted.append(_any_mix())
    return noted


def _gather_decline(inputs: Inputs) -> None:
    """How prices fall, from how they fell: for who moves along to what is as good and cheaper."""
    if "price_decline_share_per_year" in inputs:
        return
    from farthing.estimate.trajectory import outlook

    years = max(inputs.median("horizon_month") / MONTHS_PER_YEAR, _LEAST_YEARS)
    found = outlook(inputs.question.as_of)
    note = (
        f"{found.method}, tested on the dated prices; a model's own list price mostly "
        "stays: --price-decline 0"
    )
    inputs.assume(
        "price_decline_share_per_year", found.decline(_KIND, years), ("farthing-estimate",), "C", note
    )


def _gather_uncached(inputs: Inputs) -> None:
    total = 0.0
    for name in ("own_uncached_tokens", *_CACHED):
        part = inputs[name].value if name in inputs else 0.0
        if isinstance(part, Spread):
            raise InputError([_vague_uncached()])
        total += part
    inputs.derive("own_input_tokens", total, "--uncached and the cached tokens beside it")


def _gather_text(inputs: Inputs, path: str, model: str) -> Problem:
    from farthing.estimate.token_count import count

    found = count(_read_text(path), model)
    value: Number = float(found.mid)
    if found.low < found.high:
        value = Spread.between(float(max(found.low, 1)), float(found.high))
    how = "counted" if found.method == "counted" else "estimated from the characters of its kinds of text"
    note = f"{how}, {found.tokenizer}" + (f"; {found.note}" if found.note else "")
    confidence = "A" if found.method == "counted" else "C"
    inputs.look_up("own_input_tokens", value, found.sources, confidence, note)
    what = f"{Path(path).name} has {found.mid:,} tokens" + (
        "" if found.method == "counted" else f" ({found.low:,} to {found.high:,})"
    )
    return Problem("token-count", "note", "--text", what, note, "")


def _read_text(path: str) -> str:
    place = Path(path)
    try:
        if place.stat().st_size > _LARGEST_TEXT_BYTE:
            raise InputError([_bad_text(path, "it is larger than 64 MB", "split it, and add up the counts")])
        return place.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InputError([_bad_text(path, "it is not UTF-8 text", "convert it first")]) from error
    except OSError as error:
        raise InputError(
            [_bad_text(path, error.strerror or "it cannot be read", "check the path")]
        ) from error


def _assume(inputs: Inputs, name: str, option: str) -> list[Problem]:
    """A named default of the catalog, said aloud."""
    if name in inputs:
        return []
    from farthing.units.quantity import parse_as

    fact = catalog().assumptions[name]
    value = parse_as(fact.value, name, f"assumption {name}").value
    inputs.assume(name, value, fact.sources, fact.confidence, fact.note)
    what = f"no {option} was given; {fact.value} is taken"
    return [Problem("assumed-work", "note", option, what, fact.note, f"give {option}")]


def _conflict(one: str, other: str) -> Problem:
    what, why = f"{one} and {other} say the same thing twice", "only one of them could count"
    return Problem("conflict", "error", one, what, why, "leave one of them out")


def _beyond_demand(option: str) -> Problem:
    what, why = f"{option} would add tokens to --demand", "--demand counts every token of a day already"
    return Problem("conflict", "error", option, what, why, "give --input, --output and --requests instead")


def _any_mix() -> Problem:
    what = "the mix of input and output is open, from all input to all output"
    why = "an output token costs several times an input token"
    return Problem("open-mix", "note", "--demand", what, why, "give --output-share, or --input and --output")


def _cached_above_input(run: Evaluation) -> Problem:
    worst = int(np.argmin(np.asarray(run.values["uncached_tokens"])))
    total, *cached = (
        float(column if column.ndim == 0 else column[worst])
        for column in (np.asarray(run.values[name]) for name in ("call_input_tokens", *_CACHED))
    )
    what = f"{sum(cached):,.0f} cached tokens are more than the {total:,.0f} of the input"
    why = "--input is the whole input of a request, the cached part included"
    fix = "raise --input, or give what is beside the cache as --uncached, as Anthropic counts it"
    return Problem("cached-above-input", "error", "--cache-read", what, why, fix)


def _reasoning_above_output(run: Evaluation) -> Problem:
    what = f"{run.median('reasoning_tokens'):,.0f} tokens of reasoning are more than the output"
    why = "--output is everything that is written, reasoning included"
    return Problem("reasoning-above-output", "error", "--reasoning", what, why, "raise --output")


def _no_tokens() -> Problem:
    what, why = "a request neither reads nor writes a token", "there is nothing to pay for by the token"
    return Problem("no-tokens", "error", "--input", what, why, "give --input or --output above zero")


def _vague_uncached() -> Problem:
    what, why = "--uncached takes no ranges", "it is added up with the cached tokens"
    return Problem("not-exact", "error", "--uncached", what, why, "give --input as a range instead")


def _bad_text(path: str, what: str, fix: str) -> Problem:
    return Problem(
        "bad-file", "error", "--text", f"{path[:200]}: {what}", "its tokens are to be counted", fix
    )
