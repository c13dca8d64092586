"""What every kind of option may have besides its requests: work before and during, and other payments."""

from dataclasses import replace
from typing import Final

from farthing.catalog.load import catalog
from farthing.estimate.bill import assume_missing
from farthing.estimate.compare_text import Wanted
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.formulas import compare, people, token_mix, tokens
from farthing.units.quantity import parse_as

OWN: Final[Chain] = (
    people.loaded_usd_per_person_year,
    compare.labor_usd_per_hour,
    compare.labor_once_usd,
    compare.labor_usd_per_month,
    compare.retuning_usd_per_month,
    compare.once_usd,
    compare.upkeep_usd_per_month,
)
TEXT: Final[Chain] = (  # what a request reads and writes, before any price
    tokens.context_tokens,
    tokens.prompt_tokens,
    tokens.call_count,
    tokens.call_input_tokens,
    tokens.call_output_tokens,
    tokens.cache_read_tokens,
    tokens.uncached_tokens,
)
MIX: Final[Chain] = (token_mix.own_input_tokens, token_mix.answer_tokens, token_mix.request_count_per_day)
OWN_WANTED: Final = ("once_usd", "upkeep_usd_per_month")
_NOTHING: Final = {
    "tuning_usd": "nothing is tuned",
    "data_usd": "no data is prepared",
    "index_usd": "nothing is indexed",
    "reindexing_usd_per_month": "nothing is indexed",
    "storage_usd_per_month": "nothing is stored",
    "retuning_count_per_year": "nothing is tuned again",
    "other_once_usd": "nothing else is paid once",
    "other_usd_per_month": "nothing else is paid in a month",
    "build_h": "no work before the first request was named",
    "integration_h": "no integration was named",
    "task_count": "this task alone",
    "care_h_per_month": "no upkeep was named",
    "spared_h_per_month": "it spares nobody any hours",
    "saved_usd_per_month": "it saves nothing elsewhere",
}


def question_of(question: Question, option: Wanted) -> Question:
    """The question with what the option was told; what it does not take of the common question is gone."""
    words = {**question.words, **{key: word for key, word in option.words.items() if key != "name"}}
    return replace(question, numbers={**question.numbers, **option.numbers}, words=words, solve=None)


def text_chain(question: Question) -> Chain:
    """The formulas of what a request reads and writes."""
    return (*MIX, *TEXT) if "demand_tokens_per_day" in question.numbers else TEXT


def known_sets(inputs: Inputs, chain: Chain) -> Inputs:
    """The inputs, with those set by name that this chain does not know taken out of its question."""
    from farthing.estimate.graph import names_of

    legal = names_of(chain)
    sets = {name: value for name, value in inputs.question.sets.items() if name in legal}
    inputs.question = replace(inputs.question, sets=sets)
    return inputs


def worked_out(inputs: Inputs, chain: Chain, wanted: tuple[str, ...]) -> Evaluation:
    """Run a part: what nobody speaks of is nothing, or the catalog's assumption."""
    whole, made = (*chain, *OWN), {formula.__name__ for formula in chain}
    for name, why in _NOTHING.items():
        if name not in made:
            inputs.derive(name, 1.0 if name == "task_count" else 0.0, why)
    asked = (*wanted, *OWN_WANTED)
    assume_missing(inputs, whole, asked)
    return evaluate(whole, known_sets(inputs, whole), asked)


def assume_as(inputs: Inputs, assumed: str, name: str) -> None:
    """Add a catalog's assumption under the name that the chain asks for."""
    fact = catalog().assumptions[assumed]
    value = parse_as(fact.value, name, "assumption").value
    inputs.assume(name, value, fact.sources, fact.confidence, fact.note)
