"""A recorded load as the workload of a comparison: lengths, requests a day, the peak over the mean."""

from dataclasses import replace
from typing import Final

from farthing.estimate.question import Question
from farthing.estimate.serve_trace import Trace, read_trace
from farthing.units.period import SECONDS_PER_DAY
from farthing.units.problem import InputError, Problem

_SAID: Final = {
    "own_input_tokens": "--input",
    "own_uncached_tokens": "--uncached",
    "answer_tokens": "--output",
    "demand_tokens_per_day": "--demand",
}


def with_trace(question: Question) -> tuple[Question, tuple[Problem, ...]]:
    """The question with what its trace records; the requests a day may be given over those of the trace.

    Raises InputError for a file that cannot be read, and where the lengths are given twice.
    """
    path = question.word("trace")
    if path is None:
        return question, ()
    twice = [option for name, option in _SAID.items() if name in question.numbers]
    if twice:
        raise InputError([_conflict(option) for option in twice])
    found = read_trace(path)
    known: dict[str, float] = {"own_input_tokens": found.input_tokens, "answer_tokens": found.output_tokens}
    if found.mean_per_s is not None and found.hours is not None:
        known["request_count_per_day"] = found.mean_per_s * SECONDS_PER_DAY
        known["peak_to_mean_ratio"] = float(found.hours.max())
    return replace(question, numbers={**known, **question.numbers}), (*found.problems, _told(found))


def _told(found: Trace) -> Problem:
    lengths = f"{found.input_tokens:,.0f} tokens in and {found.output_tokens:,.0f} out on average"
    peak = "" if found.hours is None else f"{found.hours.max():.1f} times the mean"
    why = f"the busiest {found.bin_words} has {peak}" if peak else ""
    what = f"{found.requests:,.0f} requests, {lengths}"
    return Problem("trace", "note", found.name, what, why, "")


def _conflict(option: str) -> Problem:
    what, why = f"{option} and --trace say the same thing twice", "only one of them could count"
    return Problem("conflict", "error", option, what, why, "leave one of them out")
