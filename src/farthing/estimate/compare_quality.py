"""How good each option is, on one benchmark for all, with the source of every score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from farthing.estimate.compare_terms import Option
from farthing.estimate.model_quality import BENCHMARKS, benchmark_of, score_of
from farthing.estimate.question import Question
from farthing.units.spread import Spread

_TUNED: Final = ("finetuned", "distilled")


@dataclass(frozen=True, slots=True)
class Rated:
    """A score, what it is a score of, and where it stands; None and '' where nobody knows."""

    score: float | None
    said: str
    sources: tuple[str, ...] = ()
    confidence: str | None = None


def rated(question: Question, options: Sequence[Option]) -> Mapping[str, Rated]:
    """The quality of every option by its title."""
    word = question.word("benchmark")
    benchmark = benchmark_of(word) if word else _best_known(options)
    return {option.wanted.title: _rated(option, benchmark) for option in options}


def _rated(option: Option, benchmark: str) -> Rated:
    given = option.wanted.numbers.get("quality_score")
    if given is not None:
        return Rated(given.p50 if isinstance(given, Spread) else float(given), "as given")
    facts = [score_of(model, benchmark) for model in option.models]
    known = [fact for fact in facts if fact is not None]
    if not known or len(known) < len(facts):
        return Rated(None, "no score is known" if option.models else "")
    sources = tuple(dict.fromkeys(source for fact in known for source in fact.sources))
    worst = max(fact.confidence for fact in known)
    if len(known) == 1:
        base = ", of its base before tuning" if option.wanted.kind in _TUNED else ""
        return Rated(known[0].score, f"{benchmark}{base}, {sources[0]}", sources, worst)
    low, high = sorted(fact.score for fact in known)
    said = f"{benchmark}, of its first model; at most {high:g}, of its second"
    return Rated(low, f"{said}, {sources[0]}", sources, worst)


def _best_known(options: Sequence[Option]) -> str:
    models = [model for option in options for model in option.models]
    counts = {name: sum(score_of(model, name) is not None for model in models) for name in BENCHMARKS}
    return max(BENCHMARKS, key=lambda name: counts[name])
