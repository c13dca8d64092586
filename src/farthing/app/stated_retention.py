"""What the report says of quality: capability by size, tuned against frontier, the reasoning multiplier."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import msgspec

from farthing.app.stated import OWN_NUMBERS, Checked, check, stated
from farthing.app.tokens import tokens
from farthing.estimate.model_quality import score_of
from farthing.formulas import compare

_MMLU: Final = "mmlu"
_SCORES: Final = "known scores"
_MODELS: Final[Mapping[str, str]] = {
    "1b": "llama-3.2-1b",
    "3b": "llama-3.2-3b",
    "3_8b": "phi-3-mini",
    "7b": "qwen2.5-7b",
    "14b": "phi-4",
    "24b": "mistral-small-24b",
}
_GAINED: Final = ("invoices", "tickets", "resumes")
_LOST: Final = ("contracts", "debugging")
_TASKS: Final = (
    *("simple_qa", "creative_writing", "code_gen", "legal_analysis", "math_reasoning", "agentic"),
)
_VERDICTS: Final[Mapping[str, str]] = {
    "simple_qa": "Never",
    "creative_writing": "Marginal",
    "code_gen": "Hard only",
    "legal_analysis": "Buy",
    "math_reasoning": "Strong buy",
    "agentic": "Essential",
}
_IN, _OUT = 2000, 500


class Worth(msgspec.Struct, frozen=True):
    """What a right answer must be worth for the dearer model to pay; None where the dearer is no better.

    `stated` is the report's verdict, '' where it gives none.
    """

    name: str
    extra_request_usd: float
    gained_share: float
    worth_usd: float | None
    stated: str = ""


def retention() -> Iterator[Checked]:
    """Scores of a model of each size over the frontier's, on MMLU."""
    frontier = stated("report_frontier_mmlu_share")
    for size, model in _MODELS.items():
        fact = score_of(model, _MMLU)
        if fact is not None:
            found = fact.score / 100 / frontier
            note = f"{model}, {fact.score:g} over {100 * frontier:g}, {fact.sources[0]}"
            name, said = f"{size.replace('_', '.')} of the frontier", stated(f"report_{size}_retention_share")
            yield check(name, said, found, "share", _SCORES, note)


def tuned_tasks() -> Iterator[Checked]:
    """Its differences by its own columns."""
    for task in (*_GAINED, *_LOST):
        tuned, frontier = (stated(f"report_{task}_{side}_share") for side in ("tuned", "frontier"))
        lost = task in _LOST
        said = stated(f"report_{task}_{'loss' if lost else 'delta'}_share")
        name = f"{task}, {'lost' if lost else 'gained'} by tuning"
        yield check(name, said, round(abs(tuned - frontier), 4), "share", OWN_NUMBERS)


def worth_of_tuning(day: date) -> Iterator[Worth]:
    """What a right answer must be worth for the frontier's price, where it is right more often."""
    frontier = _request_usd("claude-sonnet-4", day)
    tuned = stated("report_self_hosted_7b_l40s_usd_per_m_tokens") * (_IN + _OUT) / 1e6
    for task in (*_GAINED, *_LOST):
        gained = stated(f"report_{task}_frontier_share") - stated(f"report_{task}_tuned_share")
        yield _worth(task, frontier - tuned, gained)


def reasoning() -> Iterator[Checked]:
    """Its multiplier is percent of quality gained for each multiple of the price."""
    for task in _TASKS:
        instruct, thinking = (stated(f"report_rm_{task}_{side}_share") for side in ("instruct", "reasoning"))
        gain, cost = stated(f"report_rm_{task}_gain_share"), stated(f"report_rm_{task}_cost_multiple")
        own = float(compare.relative_gain_share(thinking, instruct))
        yield check(f"{task}, gain", gain, own, "share", OWN_NUMBERS, f"{thinking:g} / {instruct:g} - 1")
        found = float(compare.reasoning_multiple(gain, cost))
        said = stated(f"report_rm_{task}_reasoning_multiple")
        note = f"100 · {gain:g} / {cost:g}; {_VERDICTS[task]}"
        yield check(f"{task}, multiplier", said, found, "ratio", OWN_NUMBERS, note)


def worth_of_reasoning(day: date) -> Iterator[Worth]:
    """What a right answer must be worth for thinking aloud to pay, which the multiplier leaves out."""
    base = _request_usd("gpt-4o", day)
    for task in _TASKS:
        instruct, thinking = (stated(f"report_rm_{task}_{side}_share") for side in ("instruct", "reasoning"))
        extra = base * (stated(f"report_rm_{task}_cost_multiple") - 1)
        yield _worth(task, extra, thinking - instruct, _VERDICTS[task])


def _worth(name: str, extra: float, gained: float, said: str = "") -> Worth:
    worth = float(compare.breakeven_success_usd(extra, gained)) if gained > 0 else None
    return Worth(name, extra, gained, worth, said)


def _request_usd(model: str, day: date) -> float:
    """A request of 2,000 tokens in and 500 out."""
    found = tokens(model=model, input=_IN, output=_OUT, requests=1, as_of=day.isoformat())
    return found.results["cost_per_request_usd"].p50
