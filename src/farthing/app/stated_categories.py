"""`demo --categories`: the report's seven kinds of models beside the prices of the book and our scores.

Each kind has a range of prices, of scores on MMLU and of quality per dollar. A named model is looked up
on the report's day and on another one; where several editions go by the name, each is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from farthing.app.asking import today
from farthing.app.stated import AS_PRINTED, over, stated, stated_range
from farthing.catalog.load import catalog
from farthing.estimate.answer import Range
from farthing.estimate.price_history import History, histories
from farthing.pricing.book import book

MMLU: Final = "mmlu"
PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class _Named:
    """A model as the report names it: its stated price, each edition's places `provider:model`, its score.

    `scored` is the name under which an open model has its score; a maker's own model has it under its own.
    """

    name: str
    seed: str
    editions: tuple[str, ...]
    scored: str = ""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of the report: its name in the seeds, its models, prices that explain its quality per dollar."""

    name: str
    seed: str
    models: tuple[_Named, ...]
    at_usd: tuple[float, ...] = ()


_LLAMA_405B: Final = (
    "deepinfra:meta-llama/meta-llama-3.1-405b-instruct sambanova:meta-llama-3.1-405b-instruct "
    "fireworks:llama-v3p1-405b-instruct aws:meta.llama3-1-405b-instruct-v1:0"
)
_QWEN_72B: Final = "deepinfra:qwen/qwen2.5-72b-instruct sambanova:qwen2.5-72b-instruct"
_KINDS: Final = (
    _Kind(
        "Reasoning", "reasoning",
        (
            _Named("o1", "o1", ("openai:o1",)),
            _Named("o3", "o3", ("openai:o3",)),
            _Named("o4-mini", "o4_mini", ("openai:o4-mini",)),
            _Named("Claude Opus", "claude_opus", (
                "anthropic:claude-opus-4-0", "anthropic:claude-opus-4-1", "anthropic:claude-opus-4-5",
            )),
        ),
    ),
    _Kind(
        "Commercial large", "commercial_large",
        (
            _Named("GPT-4o", "gpt_4o", ("openai:gpt-4o",)),
            _Named("Claude Sonnet", "claude_sonnet", (
                "anthropic:claude-sonnet-4-0", "anthropic:claude-sonnet-4-5",
            )),
            _Named("Gemini 2.5 Pro", "gemini_2_5_pro", ("google:gemini-2.5-pro",)),
        ),
        (3.0, 2.5),
    ),
    _Kind(
        "Commercial small", "commercial_small",
        (
            _Named("GPT-4o-mini", "gpt_4o_mini", ("openai:gpt-4o-mini",)),
            _Named("Claude Haiku", "claude_haiku", (
                "anthropic:claude-3-haiku", "anthropic:claude-3-5-haiku-latest", "anthropic:claude-haiku-4-5",
            )),
            _Named("Flash-Lite", "flash_lite", (
                "google:gemini-2.0-flash-lite", "google:gemini-2.5-flash-lite",
            )),
        ),
        (0.15, 0.15),
    ),
    _Kind(
        "Open-source", "open_source",
        (
            _Named("DeepSeek V3", "deepseek_v3", ("deepseek:deepseek-chat",), "deepseek-v3"),
            _Named("Llama 3.1 405B", "", (_LLAMA_405B,), "llama-3.1-405b"),
            _Named("Qwen 2.5 72B", "", (_QWEN_72B,), "qwen2.5-72b"),
        ),
        (0.28,),
    ),
    _Kind(
        "Fine-tuned", "fine_tuned",
        (
            _Named("7B, its base", "", ("deepinfra:qwen/qwen2.5-7b-instruct",), "qwen2.5-7b"),
            _Named("Phi-4, its base", "", ("deepinfra:microsoft/phi-4",), "phi-4"),
            _Named("a tuned GPT-4o-mini", "", ("openai:ft:gpt-4o-mini",)),
        ),
        (0.06, 0.06),
    ),
    _Kind(
        "Instruct", "instruct",
        (
            _Named("Llama 3.2 3B", "", ("sambanova:meta-llama-3.2-3b-instruct",), "llama-3.2-3b"),
            _Named("Phi-4 14B", "", ("deepinfra:microsoft/phi-4",), "phi-4"),
            _Named("Qwen 2.5 7B-Instruct", "", ("deepinfra:qwen/qwen2.5-7b-instruct",), "qwen2.5-7b"),
        ),
    ),
    _Kind("Specialist", "specialist", (), (0.01,)),
)  # fmt: skip


class CategoryModel(msgspec.Struct, frozen=True):
    """A named model: its stated price, the book's on two days, its MMLU, its quality per dollar.

    Prices are None where nothing of that name was on sale then, or no dated price is known. `outside`
    tells which of the prices lie outside the range of its own kind, `as_stated` whether the stated price
    was the book's on the report's day; None where either is missing.
    """

    name: str
    place: str
    stated_usd: float | None
    then: Range | None
    now: Range | None
    mmlu: float | None
    quality_per_usd: float | None
    outside: tuple[str, ...]
    as_stated: bool | None


class Category(msgspec.Struct, frozen=True):
    """A kind as stated, the quality per dollar of its own ranges, and the scores that the stated one needs.

    `needed_scores` are what the ends of the stated quality per dollar mean in percent at `at_usd`, prices
    of models that the report names.
    """

    name: str
    stated: Range
    stated_mmlu: Range | None
    stated_quality_per_usd: Range | None
    own_quality_per_usd: Range | None
    at_usd: tuple[float, ...]
    needed_scores: tuple[float, ...]
    models: tuple[CategoryModel, ...]


class StatedCategories(msgspec.Struct, frozen=True):
    """The seven kinds, on the report's day and on another."""

    report_day: str
    as_of: str
    categories: tuple[Category, ...]


def stated_categories(as_of: date | None = None) -> StatedCategories:
    """All seven kinds, with the prices of a day beside those of the report's."""
    day = as_of or today()
    printed = date.fromisoformat(f"{catalog().seeds[_seed('reasoning', 'usd_per_m_tokens')].date}-01")
    found = tuple(_category(kind, printed, day) for kind in _KINDS)
    return StatedCategories(printed.isoformat(), day.isoformat(), found)


def _category(kind: _Kind, then: date, now: date) -> Category:
    said = stated_range(_seed(kind.seed, "usd_per_m_tokens"))
    mmlu, per_usd = (_optional(_seed(kind.seed, what)) for what in ("mmlu_share", "quality_per_usd_ratio"))
    ends = (per_usd.p05, per_usd.p95)[: len(kind.at_usd)] if per_usd else ()
    own = None
    if mmlu:
        own = over((PERCENT * mmlu.p05 / said.p95, PERCENT * mmlu.p95 / said.p05))
    return Category(
        name=kind.name,
        stated=said,
        stated_mmlu=mmlu,
        stated_quality_per_usd=per_usd,
        own_quality_per_usd=own,
        at_usd=kind.at_usd,
        needed_scores=tuple(end * usd for end, usd in zip(ends, kind.at_usd, strict=True)),
        models=tuple(_models(kind, said, then, now)),
    )


def _models(kind: _Kind, said: Range, then: date, now: date) -> Iterator[CategoryModel]:
    for named in kind.models:
        price = stated(f"report_{named.seed}_usd_per_m_tokens") if named.seed else None
        for edition in named.editions:
            places = edition.split()
            known = histories(book(), places)
            before, after = _price(known, then), _price(known, now)
            mmlu = _mmlu(named.scored or places[0].partition(":")[2])
            at = before or after
            seen = {"stated": price and over((price,)), "then": before, "now": after}
            yield CategoryModel(
                name=named.name,
                place=places[0],
                stated_usd=price,
                then=before,
                now=after,
                mmlu=mmlu,
                quality_per_usd=mmlu / at.p05 if mmlu and at else None,
                outside=tuple(when for when, found in seen.items() if found and _outside(found, said)),
                as_stated=not _outside(over((price,)), before) if price and before else None,
            )


def _price(known: tuple[History, ...], day: date) -> Range | None:
    """From the cheapest to the dearest place on a day, dollars per million input tokens."""
    prices = [step.input for one in known if (step := one.at(day)) is not None]
    return over(prices) if prices else None


def _outside(found: Range, said: Range) -> bool:
    """Whether no price lies in the range, as rounded as it is printed."""
    return found.p05 > said.p95 * (1 + AS_PRINTED) or found.p95 < said.p05 * (1 - AS_PRINTED)


def _mmlu(model: str) -> float | None:
    """The score of a model on MMLU in percent; None where there is none."""
    facts = catalog().quality.values()
    return next((fact.score for fact in facts if fact.benchmark == MMLU and fact.model == model), None)


def _optional(name: str) -> Range | None:
    return stated_range(name) if name in catalog().seeds else None


def _seed(kind: str, what: str) -> str:
    return f"report_{kind}_category_{what}"
