"""The examples of a fine-tuning as inputs: how many, how long, who makes them, are they enough."""

import math
from dataclasses import replace
from typing import Final

from farthing.catalog import find, services
from farthing.catalog.load import catalog
from farthing.estimate.architecture import of_model
from farthing.estimate.gather import Basis, Input, Inputs
from farthing.estimate.graph import Chain, plan
from farthing.estimate.question import Question
from farthing.estimate.tuning_recipe import Recipe, median
from farthing.formulas import tuning_data
from farthing.units.figures import figure
from farthing.units.normal import Z95
from farthing.units.problem import InputError, Problem, did_you_mean
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

LENGTHS: Final[Chain] = (
    tuning_data.length_log_ratio,
    tuning_data.padding_efficiency_share,
    tuning_data.tokens,
)
DATA: Final[Chain] = (
    tuning_data.label_cost_usd,
    tuning_data.synthetic_tokens,
    tuning_data.bought_synthetic_cost_usd,
    tuning_data.teacher_gpu_hours,
    tuning_data.hosted_synthetic_cost_usd,
    tuning_data.synthetic_cost_usd,
    tuning_data.curation_cost_usd,
    tuning_data.data_cost_usd,
)
DEGRADING: Final = 2000.0
"""Examples below which the report sees a risk of degradation. Source: report-2026-02."""

_TOKENS: Final = "tokens_per_example"
_READ, _WRITTEN = "input_usd_per_m_tokens", "output_usd_per_m_tokens"
_RATIO: Final = "longest_to_shortest_ratio"
_USUAL_SEQ: Final = 2048.0
_FROM_LENGTHS: Final = "the range of --tokens-per-example, taken for p05 to p95 of the lengths"


def lengths_read(question: Question) -> tuple[Question, tuple[Input, ...]]:
    """A range of lengths as what it is: a distribution over examples, not a doubt about their mean.

    The question without the range, and its mean and width as inputs. A mean over thousands of
    examples is exact: exp(s² / 2) above the middle of a lognormal.
    """
    said = question.numbers.get(_TOKENS)
    if not isinstance(said, Spread) or said.p05 <= 0:
        return question, ()
    ratio = said.p95 / said.p05
    mean = math.sqrt(said.p05 * said.p95) * math.exp((math.log(ratio) / (2 * Z95)) ** 2 / 2)
    others = {name: value for name, value in question.numbers.items() if name != _TOKENS}
    return replace(question, numbers=others), (
        Input(_TOKENS, mean, Basis.GIVEN, note=f"mean of {_FROM_LENGTHS}"),
        Input(_RATIO, ratio, Basis.GIVEN, note=_FROM_LENGTHS),
    )


def gather_examples(inputs: Inputs, recipe: Recipe) -> None:
    """Add everything that decides how many tokens are trained.

    Raises InputError where neither examples nor tokens are given.
    """
    inputs.derive(
        "answer_count_per_example", recipe.sequences, f"sequences of one example of {recipe.method}"
    )
    if recipe.method == "continued":
        inputs.derive("epoch_count", 1.0, "continued pre-training reads its corpus once")
    for name in ("epoch_count", _TOKENS, _RATIO):
        _assume(inputs, name)
    if "example_count" in inputs:
        return
    if "tokens" not in inputs:
        raise InputError([_no_examples()])
    size = inputs.median(_TOKENS) * inputs.median("epoch_count") * recipe.sequences
    note = "what --tokens are in examples of the usual length"
    inputs.derive("example_count", max(1.0, round(inputs.median("tokens") / size)), note)


def seq_len(question: Question, inputs: Inputs, recipe: Recipe, longest: float) -> Input:
    """The length of a sequence in memory: what was said, a whole pack, or the longest of a padded batch."""
    said = median(question, "seq_len_tokens")
    if said is not None:
        if said % 1:
            what, fix = (
                f"a sequence of {said:g} tokens cannot be",
                "give a whole number, for example --seq 2048",
            )
            raise InputError([Problem("bad-layout", "error", "--seq", what, "it counts whole things", fix)])
        return Input("seq_len_tokens", said, Basis.GIVEN)
    mean, ratio = inputs.median(_TOKENS), inputs.median(_RATIO)
    spread = math.log(ratio) / (2 * Z95)
    long_one = mean * math.exp(-(spread**2) / 2) * math.sqrt(ratio)
    if recipe.packed:
        usual = max(_USUAL_SEQ, 2.0 ** math.ceil(math.log2(max(long_one, 1.0))))
        return Input("seq_len_tokens", min(usual, longest), Basis.ASSUMED, note="examples packed; give --seq")
    padded = min(8.0 * math.ceil(long_one / 8), longest)
    return Input(
        "seq_len_tokens", padded, Basis.DERIVED, note="p95 of the lengths, to which others are padded"
    )


def gather_sources(inputs: Inputs, recipe: Recipe) -> None:
    """Add who makes the examples: people of a kind, a priced teacher, or an open one that is hosted.

    Raises InputError for a kind or teacher nobody knows, and where a teacher is needed and not named.
    """
    teacher = inputs.question.word("teacher")
    _gather_labels(inputs, inputs.question.word("labels"))
    named = teacher is not None or _WRITTEN in inputs
    if not named and (recipe.method == "distill" or "synthetic_share" in inputs):
        raise InputError([_no_teacher()])
    why = "a teacher writes them all; --synthetic says otherwise" if named else "no --teacher was given"
    inputs.derive("synthetic_share", float(named), why)
    _gather_teacher(inputs, teacher)
    hosted = inputs.median("teacher_params") > 0
    for name, unused in (
        ("bought_synthetic_cost_usd", hosted or not named),
        ("hosted_synthetic_cost_usd", not hosted),
    ):
        if unused:
            inputs.derive(name, 0.0, "examples are not made in this way")


def few_examples(count: float) -> tuple[Problem, ...]:
    """A warning below what the report calls enough, and a graver one below its limit of degradation."""
    enough = float(catalog().seeds["report_smallest_finetune_example_count"].value)
    if count >= enough:
        return ()
    shown = figure(count, "", 6)
    risk = f"below {DEGRADING:,.0f} a fine-tuned model risks doing worse than its base model"
    why = risk if count < DEGRADING else f"from {enough:,.0f} on a fine-tuning is viable; {risk}"
    what = f"{shown} examples are fewer than the {enough:,.0f} that the report calls the least"
    code = "far-too-few-examples" if count < DEGRADING else "few-examples"
    fix = "collect or generate more, or compare with prompting alone (source: report-2026-02)"
    return (Problem(code, "warning", "--examples", what, why, fix),)


def tokens_of(inputs: Inputs, padded_sequences: float) -> float:
    """Tokens that are trained, padding included, at the middle of every input."""
    known = {name: inputs.median(name) for name in (*_COUNTED, "tokens") if name in inputs}
    known["padded_sequences"] = padded_sequences
    return float(plan(LENGTHS, frozenset(known), ("tokens",)).run(known)["tokens"])


_COUNTED: Final = ("example_count", _TOKENS, "epoch_count", "answer_count_per_example", _RATIO)


def _gather_labels(inputs: Inputs, kind: str | None) -> None:
    if kind is not None:
        _, fact = services.label_kind(catalog(), kind)
        price = parse_as(fact.usd_per_example, "label_usd_per_example", "catalog label").value
        inputs.look_up("label_usd_per_example", price, fact.sources, fact.confidence, fact.name)
    paid = "label_usd_per_example" in inputs
    inputs.derive("label_usd_per_example", 0.0, "nobody is paid for labels; --labels KIND prices them")
    inputs.derive("labeled_share", float(paid), "every example" if paid else "no --labels were given")


def _gather_teacher(inputs: Inputs, name: str | None) -> None:
    """The price of a teacher by its tokens; an open model without a price runs on the same accelerators."""
    hosted = 0.0
    if name is not None and _WRITTEN not in inputs:
        hosted = _look_up_teacher(inputs, name)
    if _WRITTEN in inputs:
        inputs.derive(_READ, inputs[_WRITTEN].value, "as for tokens that are written")
    for meter in (_READ, _WRITTEN):
        inputs.derive(meter, 0.0, "no teacher asks for it")
    note = f"active parameters of {name}" if hosted else "no teacher runs on these accelerators"
    inputs.derive("teacher_params", hosted, note)


def _look_up_teacher(inputs: Inputs, name: str) -> float:
    """Add the listed price of a teacher, or return the active parameters of an open one without a price."""
    try:
        _, fact = services.teacher(catalog(), name)
    except InputError as error:
        if find.model_or_none(name) is None:
            raise InputError([_unknown_teacher(name)]) from error
        return of_model(name).count("active_params")
    for meter in (_READ, _WRITTEN):
        price = parse_as(getattr(fact, meter), meter, "catalog teacher").value
        inputs.look_up(meter, price, fact.sources, fact.confidence, fact.name)
    return 0.0


def _assume(inputs: Inputs, name: str) -> None:
    fact = catalog().assumptions[name]
    inputs.assume(
        name, parse_as(fact.value, name, "assumption").value, fact.sources, fact.confidence, fact.note
    )


def _unknown_teacher(name: str) -> Problem:
    known = [*catalog().teachers, *catalog().models]
    fix = did_you_mean(name, known) or "give --teacher-rate '$10' for a million tokens"
    why = "its price, or its size where it is hosted, decides what examples cost"
    return Problem("unknown-name", "error", "--teacher", f"no teacher is called {name[:60]!r}", why, fix)


def _no_teacher() -> Problem:
    what, why = "it was not said which model writes the examples", "their price follows from its tokens"
    fix = "name it, for example --teacher gpt-4.1-mini, or give --teacher-rate '$10' for a million tokens"
    return Problem("missing-input", "error", "--teacher", what, why, fix)


def _no_examples() -> Problem:
    what, why = (
        "it was not said on how many examples",
        "time and cost follow from the tokens that are trained",
    )
    fix = "give --examples, for example --examples 5000, or --tokens"
    return Problem("missing-input", "error", "--examples", what, why, fix)
