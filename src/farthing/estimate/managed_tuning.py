"""`finetune` as a managed service: a price for a million trained tokens, and what keeping the model costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from farthing.catalog import find, names
from farthing.catalog.load import catalog
from farthing.catalog.service_facts import TuningService
from farthing.catalog.services import tuned_models, tuning_services
from farthing.estimate import bill, tuning_bill
from farthing.estimate.answer import Row
from farthing.estimate.architecture import Architecture
from farthing.estimate.compose import Prepared, Said, main_of
from farthing.estimate.gather import Input, Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.subject import subject
from farthing.estimate.tuning_examples import few_examples, gather_examples, gather_sources
from farthing.estimate.tuning_recipe import Recipe
from farthing.formulas import managed_tuning
from farthing.units.figures import figure, span
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

MANAGED: Final[Chain] = (
    managed_tuning.billed_tokens,
    managed_tuning.compute_cost_usd,
    managed_tuning.hosting_usd_per_month,
)
CHAIN: Final[Chain] = (*MANAGED, *tuning_bill.BEYOND)
RESULTS: Final = ("billed_tokens", "hosting_usd_per_month", "compute_cost_usd", "cost_usd")
_PRICE: Final = "train_usd_per_m_tokens"
_HOSTING: Final[Mapping[str, str]] = {
    "smallest_job_usd": "smallest_job_usd",
    "hosting_usd_per_hour": "deployment_usd_per_hour",
    "hosting_usd_per_month": "storage_usd_per_month",
}
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A model that a service is to tune: its name, and its size where it is open."""

    name: str
    architecture: Architecture | None


def prepared(question: Question, lengths: tuple[Input, ...], made: Recipe) -> Prepared:
    """The cheapest service that tunes the model, or the one that was named; rows for the others.

    Raises InputError where no service is known to tune it.
    """
    what = _wanted(question)
    inputs = Inputs(question)
    for item in lengths:
        inputs.add(item)
    gather_examples(inputs, made)
    offers = _offers(question, made, what)
    chosen = min(offers, key=lambda name: _middle(offers[name]))
    _gather_service(inputs, offers[chosen])
    gather_sources(inputs, made)
    if inputs.median("teacher_params"):
        raise InputError([_hosted(question.word("teacher") or "")])
    bill.assume_missing(inputs, CHAIN, RESULTS)
    run = evaluate(CHAIN, inputs, RESULTS)
    said = Said(
        verdict=_verdict(run, what, offers[chosen]),
        main=main_of(run, ("compute_cost_usd", "cost_usd")),
        results=RESULTS,
        lines=tuning_bill.lines(run, offers[chosen].name, "training.fine_tuning"),
        rows=tuple(_row(inputs, name, fact, chosen=name == chosen) for name, fact in _cheapest(offers)),
        problems=few_examples(inputs.median("example_count")),
        beside_published=False,
    )
    return Prepared(inputs, run, said)


def rows(inputs: Inputs, made: Recipe, architecture: Architecture) -> Iterator[Row]:
    """Services that would tune an open model, as rows beside its own ways."""
    wanted = _Wanted(inputs.question.word("model") or "", architecture)
    for name, fact in _cheapest(_matching(inputs.question, made, wanted)):
        yield _row(inputs, name, fact, chosen=False)


def is_tuned(model: str) -> bool:
    """Whether some service tunes a model of this name."""
    return names.key(model) in {names.key(known) for known in tuned_models(catalog())}


def _wanted(question: Question) -> _Wanted:
    """The model, open or closed. Raises InputError with the nearest names."""
    name = question.word("model")
    if name and find.model_or_none(name) is None and is_tuned(name):
        return _Wanted(name, None)
    try:
        found = subject(replace(question, numbers={**question.numbers, "tokens": 1.0}))
    except InputError as error:
        known = tuned_models(catalog())
        if name and (guess := did_you_mean(name, [*known, *catalog().models])):
            what = f"no model that can be tuned is called {quoted(name)}"
            raise InputError([Problem("unknown-name", "error", "--model", what, "", guess)]) from error
        raise
    return _Wanted(name or found.name, found.architecture)


def _offers(question: Question, made: Recipe, what: _Wanted) -> dict[str, TuningService]:
    """Services that fit, narrowed to the one that was named."""
    fitting = _matching(question, made, what)
    if not fitting:
        raise InputError([_nobody(question, what)])
    said = question.word("service")
    if said is None:
        return fitting
    sought = names.key(said)
    named = {i: s for i, s in fitting.items() if sought in map(names.key, (i, s.name, s.provider))}
    if not named:
        raise InputError([_not_offered(said, what, fitting)])
    return named


def _matching(question: Question, made: Recipe, what: _Wanted) -> dict[str, TuningService]:
    params = None if what.architecture is None else what.architecture.count()
    every = tuning_services(catalog(), what.name, params, question.as_of)
    objective = "preference" if made.sequences > 1 else "supervised"
    trained = "full" if made.weights == "full" else "lora"
    open_choice = made.method == "managed" and question.word("weights") is None
    return {
        name: service
        for name, service in every.items()
        if service.objective == objective and (open_choice or service.weights in ("any", trained))
    }


def _cheapest(offers: Mapping[str, TuningService]) -> list[tuple[str, TuningService]]:
    return sorted(offers.items(), key=lambda offer: _middle(offer[1]))[:_SHOWN]


def _gather_service(inputs: Inputs, fact: TuningService) -> None:
    bill.look_up(inputs, _PRICE, fact, fact.train_usd_per_m_tokens)
    for field, name in _HOSTING.items():
        text = getattr(fact, field)
        if text is not None:
            bill.look_up(inputs, name, fact, text, field)
        inputs.derive(name, 0.0, f"{fact.name} asks for none")


def _row(inputs: Inputs, name: str, fact: TuningService, *, chosen: bool) -> Row:
    counted = ("example_count", "tokens_per_example", "epoch_count", "answer_count_per_example")
    tokens = managed_tuning.billed_tokens(*(inputs.median(part) for part in counted))
    least = float(fact.smallest_job_usd or 0.0)
    return {
        "method": f"managed {fact.weights}" if fact.weights != "any" else "managed",
        "accelerator": name,
        "accelerator_count": None,
        "compute_cost_usd": float(managed_tuning.compute_cost_usd(tokens, _middle(fact), least)),
        "wall_clock_days": None,
        "peak_mem_gib": None,
        "fits": True,
        "chosen": chosen,
        "smallest": False,
    }


def _middle(fact: TuningService) -> float:
    value = parse_as(fact.train_usd_per_m_tokens, _PRICE, "catalog service").value
    return value.p50 if isinstance(value, Spread) else float(value)


def _verdict(run: Evaluation, what: _Wanted, fact: TuningService) -> str:
    examples = f"{figure(run.median('example_count'), '', 6)} examples"
    billed = f"{figure(run.median('billed_tokens'), '', 2)} billed tokens"
    cost = span(*run.quantiles("compute_cost_usd"), "USD")
    kept = run.median("hosting_usd_per_month")
    hosting = f"; keeping the model ready costs {figure(kept, 'USD', 2)} a month" if kept else ""
    return f"{fact.name} tunes {what.name} on {examples} ({billed}) for {cost}{hosting}."


def _nobody(question: Question, what: _Wanted) -> Problem:
    known = ", ".join(tuned_models(catalog()))
    why = f"services tune open models by size, and {known} (on {question.as_of})"
    text = f"no managed service is known that tunes {what.name} in this way"
    return Problem(
        "no-service", "error", "--model", text, why, "name another model, or tune it on accelerators"
    )


def _not_offered(said: str, what: _Wanted, fitting: Mapping[str, TuningService]) -> Problem:
    known = [*fitting, *{service.provider for service in fitting.values()}]
    text = f"no service {quoted(said)} is known that tunes {what.name}"
    fix = did_you_mean(said, known) or f"one of {', '.join(fitting)}"
    return Problem("unknown-name", "error", "--service", text, "its price has to be in the catalog", fix)


def _hosted(teacher: str) -> Problem:
    what = f"the price of {quoted(teacher)} by its tokens is not known"
    why, fix = (
        "a managed tuning has no accelerators to run it on",
        "give --teacher-rate '$1' for a million tokens",
    )
    return Problem("missing-input", "error", "--teacher", what, why, fix)
