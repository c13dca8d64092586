"""Options that are more than one model: tuned ones, retrieval, cascades, people, plain code, programs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from farthing.estimate import compare_api, compare_hosted, finetuning
from farthing.estimate.compare_own import assume_as, question_of, text_chain, worked_out
from farthing.estimate.compare_terms import Option, Part, Terms, by_request
from farthing.estimate.compare_text import Wanted, stages
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Number, Question
from farthing.formulas import compare
from farthing.pricing.book import Book
from farthing.units.problem import InputError, Problem, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread
from farthing.units.types import Real

_TEACHER: Final = "gpt-4.1-mini"  # where nobody says who writes the examples of a distilled model
_TUNED_EXAMPLES: Final = ("example_count", "tokens_per_example", "epoch_count")
_CASCADE_ITSELF: Final = (
    *("other_once_usd", "other_usd_per_month", "build_h", "integration_h"),
    *("spared_h_per_month", "saved_usd_per_month"),
)
BY_HAND: Final[Chain] = (compare.handling_h, compare.person_request_usd)


def tuned(question: Question, book: Book, wanted: Wanted) -> Option:
    """A model tuned on examples, served on accelerators of its own or by the service that tuned it."""
    more = partial(_gather_tuning, wanted=wanted)
    if wanted.hosted:
        return compare_hosted.option(question, wanted, more)
    found = compare_api.option(question, book, wanted, (f"ft:{wanted.what}", wanted.what), more)
    return replace(found, models=tuple(model.removeprefix("ft:") for model in found.models))


def _gather_tuning(inputs: Inputs, wanted: Wanted) -> None:
    """What tuning costs, by `finetune` unless it is given, and how often it is done again."""
    assume_as(inputs, "retuning_count_per_year", "retuning_count_per_year")
    if "tuning_usd" in inputs:
        return
    usual = "managed" if not wanted.hosted else "distill" if wanted.kind == "distilled" else "lora"
    method = wanted.words.get("method", usual)
    numbers = {name: wanted.numbers[name] for name in _TUNED_EXAMPLES if name in wanted.numbers}
    if "example_count" not in numbers:
        assume_as(inputs, "tuning_example_count", "example_count")
        numbers["example_count"] = inputs["example_count"].value
    words = {"model": wanted.what, "method": method}
    if method == "distill":
        words["teacher"] = wanted.words.get("teacher", _TEACHER)
    ask = Question("finetune", inputs.question.as_of, numbers, words, seed=inputs.question.seed)
    found = finetuning.prepared(ask)
    low, mid, high = found.run.quantiles("cost_usd")
    value: Number = mid if low == high else Spread.between(low, high)
    asked = "farthing finetune " + " ".join(f"--{name} {word}" for name, word in words.items())
    note = f"{asked}: the likely bill, data and people included"
    worst = max((i.confidence for i in found.run.inputs.values() if i.confidence), default="D")
    sources = dict.fromkeys(s for item in found.run.inputs.values() for s in item.sources)
    inputs.look_up("tuning_usd", value, sources, worst, note)
    inputs.draw_apart("tuning_usd", wanted.what)


def cascade(question: Question, book: Book, wanted: Wanted) -> Option:
    """A first model for every request, and a second one for those whose answer does not pass."""
    first, second = (_stage(question, book, each) for each in stages(wanted))
    gone = first.unpriced or second.unpriced
    problems = (*first.problems, *second.problems)
    if gone:
        return Option(wanted, problems=problems, unpriced=gone)
    share = Inputs(question_of(question, wanted))
    assume_as(share, "pass_share", "pass_share")
    share.draw_apart("pass_share", wanted.title)
    passing = Part(worked_out(share, (), ("pass_share",)), _upkeep)
    return Option(
        wanted, (passing, *first.parts, *second.parts), _cascade, (*first.models, *second.models), problems
    )


def _stage(question: Question, book: Book, wanted: Wanted) -> Option:
    """One model of a cascade, without the work around it, which is the cascade's."""
    alone = replace(wanted, numbers={k: v for k, v in wanted.numbers.items() if k not in _CASCADE_ITSELF})
    return (
        compare_hosted.option(question, alone) if wanted.hosted else compare_api.option(question, book, alone)
    )


def _upkeep(known: Mapping[str, Real]) -> Terms:
    return Terms(0.0, known["upkeep_usd_per_month"], known["once_usd"])


def _cascade(each: Sequence[Terms], known: Mapping[str, Real]) -> Terms:
    beside, first, second = each
    again = 1 - known["pass_share"]
    return Terms(
        compare.cascade_request_usd(first.request_usd, second.request_usd, known["pass_share"]),
        beside.upkeep_usd_per_month + first.upkeep_usd_per_month + second.upkeep_usd_per_month,
        beside.once_usd + first.once_usd + second.once_usd,
        (*first.fleets, *(fleet.for_share(again) for fleet in second.fleets)),
    )


def people(question: Question, wanted: Wanted) -> Option:
    """People who do the task by hand, paid by the document or by the hour."""
    rate = _rate(wanted)
    inputs = compare_api.text_inputs(question_of(question, wanted), "")
    chain = (*text_chain(inputs.question), *BY_HAND)
    if wanted.what == "document":
        if rate is not None:
            inputs.derive("person_request_usd", rate, f"as given: {wanted.title}")
    elif rate is not None:
        inputs.derive("office_usd_per_hour", rate, f"as given: {wanted.title}")
    minutes = wanted.numbers.get("handling_minutes")
    if minutes is not None:
        hours = minutes.times(1 / 60) if isinstance(minutes, Spread) else minutes / 60
        inputs.derive("handling_h", hours, "minutes= as given")
    run = worked_out(inputs, chain, ("person_request_usd",))
    return Option(wanted, (Part(run, by_request("person_request_usd")),))


def _rate(wanted: Wanted) -> Number | None:
    if not wanted.rate:
        return None
    name = "office_usd_per_hour" if wanted.what == "hour" else "person_request_usd"
    value = parse_as(wanted.rate, name, f"--option {wanted.title}").value
    return value if isinstance(value, Spread) else float(value)


def plain(question: Question, wanted: Wanted) -> Option:
    """Plain code, or a program: work and payments once and in a month, and what a request costs besides."""
    inputs = Inputs(question_of(question, wanted))
    inputs.derive("request_usd", 0.0, "running it costs next to nothing; request= says otherwise")
    if wanted.kind == "code":
        assume_as(inputs, "code_build_h", "build_h")
        assume_as(inputs, "code_care_h_per_month", "care_h_per_month")
        for name in ("build_h", "care_h_per_month"):
            inputs.draw_apart(name, wanted.title)
    elif not {"other_once_usd", "other_usd_per_month", "request_usd"} & set(wanted.numbers):
        raise InputError([_empty_program(wanted)])
    run = worked_out(inputs, (), ("request_usd",))
    return Option(wanted, (Part(run, by_request("request_usd")),))


def _empty_program(wanted: Wanted) -> Problem:
    what = f"{quoted(wanted.title)} says nothing of what it costs"
    fix = "add [once=$1M, monthly=$20k] or [request=$0.02]"
    return Problem("bad-option", "error", "--option", what, "a program is what it costs", fix)
