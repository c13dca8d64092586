"""From options on draws to the answer: rows, ranges, the staircase of volumes, the curve of months."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from farthing import __version__
from farthing.catalog.load import catalog
from farthing.estimate import compare_words
from farthing.estimate.answer import Driver, Line, Range, Result, Row
from farthing.estimate.compare_answer import Comparison, Flip, MonthPoint, VolumePoint
from farthing.estimate.compare_draws import Draws, medians
from farthing.estimate.compare_flips import Pair, breakeven, flip_pair, flips, saving_pair
from farthing.estimate.compare_quality import Rated, rated
from farthing.estimate.compare_terms import Option
from farthing.estimate.compare_told import assumptions_of, sources_of, steps_of
from farthing.estimate.question import Question
from farthing.estimate.run import quantiles
from farthing.formulas import compare
from farthing.pricing.book import Book
from farthing.units.problem import Problem
from farthing.units.types import FloatArray

_POINTS: Final = 25
_DECADES: Final = 2.0


def answer(
    question: Question, book: Book, options: Sequence[Option], found: Draws, noted: Sequence[Problem]
) -> Comparison:
    """The whole answer."""
    pair, turns = saving_pair(found), flips(found)
    turning, first = flip_pair(found, turns, pair)
    breaks = {place: breakeven(found, 0, place) for place in range(len(found.sides))}
    turn = breaks[turning.other] if turning.first == 0 else breakeven(found, *turning)
    quality = rated(question, options)
    problems = (*noted, *_problems(options, found, turning, turn))
    told = [found.work, *(part.run for option in options for part in option.parts)]
    return Comparison(
        farthing=__version__,
        verb=question.verb,
        as_of=question.as_of.isoformat(),
        catalog=catalog().hash,
        book=book.hash,
        seed=question.seed,
        draws=question.draws,
        verdict=compare_words.verdict(found, turning, turn, first, turns),
        results=_results(found, pair, turn),
        lines=tuple(_lines(found)),
        rows=tuple(_rows(options, found, breaks, quality)),
        assumptions=assumptions_of(options, found.work),
        drivers=tuple(Driver(name, share) for name, share in found.drivers(*pair).items()),
        problems=problems,
        sources=sources_of(told, quality),
        next=compare_words.following(found),
        confidence=max(
            (i.confidence for run in told for i in run.inputs.values() if i.confidence), default=None
        ),
        main="saving_usd",
        tornado=found.tornado(*pair),
        industry=(),
        steps=steps_of(options, found.work),
        flips=turns,
        volumes=tuple(_volumes(found, first)),
        months=tuple(_months(found)),
    )


def _results(found: Draws, pair: Pair, breaks: FloatArray) -> dict[str, Result]:
    best = found.place_of_cheapest
    share = float(found.cheapest_share[best])
    results = {"cheapest": Result(share, share, share, unit="share", name=found.sides[best].title)}
    reached = breaks[np.isfinite(breaks)]
    if 2 * reached.size > breaks.size:
        results["breakeven_tokens_per_day"] = _result(reached, "tokens/day")
    results["cost_usd"] = _result(found.costs[best], "USD")
    if pair.first != pair.other:
        results["saving_usd"] = _result(found.costs[pair.first] - found.costs[pair.other], "USD", "estimated")
        months = found.crossover_month(pair.other, pair.first)
        if 2 * np.isfinite(months).sum() > months.size:
            results["crossover_month"] = _result(months[np.isfinite(months)], "months")
    results["lifetime_cost_usd"] = _result(found.cumulative[best, -1], "USD")
    results["tokens_per_day"] = _result(found.value("workload_tokens_per_day"), "tokens/day")
    return results


def _result(values: FloatArray, unit: str, basis: str | None = None) -> Result:
    return Result(*quantiles(np.ascontiguousarray(values)), unit=unit, basis=basis)


def _rows(
    options: Sequence[Option], found: Draws, breaks: Mapping[int, FloatArray], quality: Mapping[str, Rated]
) -> Iterator[Row]:
    places = {side.title: place for place, side in enumerate(found.sides)}
    for option in options:
        title = option.wanted.title
        place = places.get(title)
        score = quality[title]
        known = {"quality": score.score, "quality_of": score.said}
        if place is None:
            yield {
                "option": title,
                "cost_usd": None,
                "usd_per_m_tokens": None,
                **known,
                "unpriced": option.unpriced,
            }
            continue
        yield {"option": title, **_numbers(option, found, place, breaks[place]), **known, "unpriced": ""}


def _numbers(option: Option, found: Draws, place: int, breaks: FloatArray) -> Row:
    """The numbers of a row: medians, and the 90 % range of the month."""
    side, volume = found.sides[place], found.value("request_count_per_day")
    low, mid, high = quantiles(found.costs[place])
    tokens = compare.blended_usd_per_m_tokens(found.costs[place], volume, found.value("request_tokens"))
    success = option.wanted.numbers.get("success_share")
    each = found.costs[place] / (volume * 730 / 24)
    requests = medians(found.work, ("request_count_per_day",))[0]
    fleets = [fleet.at(requests) for fleet in side.median.fleets]
    lifetime = quantiles(found.cumulative[place, -1])
    return {
        "cost_usd": mid,
        "cost_low_usd": low,
        "cost_high_usd": high,
        "usd_per_m_tokens": quantiles(np.asarray(tokens))[1],
        "probability_cheapest": float(found.cheapest_share[place]),
        "breakeven_tokens_per_day": _middle(breaks),
        "cost_per_request_usd": quantiles(each)[1],
        "cost_per_outcome_usd": None if success is None else quantiles(each / _share(success))[1],
        "once_usd": quantiles(found.spread(side.terms.once_usd))[1],
        "lifetime_cost_usd": lifetime[1],
        "lifetime_low_usd": lifetime[0],
        "lifetime_high_usd": lifetime[2],
        "crossover_month": _middle(found.crossover_month(place, 0)) if place else None,
        "replicas": sum(float(each["paid_replica_count"]) for each in fleets) if fleets else None,
        "utilization": float(fleets[0]["utilization_share"]) if fleets else None,
    }


def _share(value: object) -> float:
    return float(getattr(value, "p50", value))  # type: ignore[arg-type]


def _middle(values: FloatArray) -> float | None:
    """The median where most draws have one."""
    middle = float(np.sort(values)[len(values) // 2])
    return middle if np.isfinite(middle) else None


def _lines(found: Draws) -> Iterator[Line]:
    """The month of the cheapest option by what is paid for."""
    side = found.sides[found.place_of_cheapest]
    terms, volume = side.terms, found.value("request_count_per_day")
    hosting = sum(
        (found.spread(fleet.at(volume)["hosting_usd"]) for fleet in terms.fleets), np.zeros(found.draws)
    )
    parts = (
        ("Requests", "operation.inference.tokens", found.spread(terms.request_usd) * volume * 730 / 24),
        ("Accelerators", "operation.inference.gpu_hours", hosting),
        ("Upkeep", "operation.people", found.spread(terms.upkeep_usd_per_month)),
        (
            "Paid once, a month of it",
            "development.people",
            found.spread(terms.once_usd) / found.value("horizon_month"),
        ),
    )
    for label, category, amount in parts:
        if np.any(amount):
            yield Line(label, category, Range(*quantiles(np.ascontiguousarray(amount))), basis=side.title)


def _volumes(found: Draws, first: Flip | None) -> Iterator[VolumePoint]:
    """Costs over volumes on the medians, from far below the workload to far above it and its break-evens."""
    tokens, requests, months = medians(
        found.work, ("request_tokens", "request_count_per_day", "horizon_month")
    )
    here = tokens * requests
    ends = [here, here if first is None else first.tokens_per_day]
    low, high = np.log10(min(ends)) - _DECADES / 2, np.log10(max(ends)) + _DECADES / 2
    places = sorted({*np.logspace(low, high, _POINTS).tolist(), here})
    for side in found.sides:
        for volume in places:
            count = volume / tokens
            paid = [float(fleet.at(count)["paid_replica_count"]) for fleet in side.median.fleets]
            cost = float(side.median.cost_usd(count, months))
            yield VolumePoint(side.title, float(volume), cost, sum(paid) if paid else None, volume == here)


def _months(found: Draws) -> Iterator[MonthPoint]:
    for place, side in enumerate(found.sides):
        for month, values in enumerate(found.cumulative[place]):
            yield MonthPoint(side.title, month + 1, Range(*quantiles(np.ascontiguousarray(values))))


def _problems(options: Sequence[Option], found: Draws, pair: Pair, breaks: FloatArray) -> Iterator[Problem]:
    for option in options:
        for problem in option.problems:
            yield compare_words.told(option, problem)
    if pair.first != pair.other:
        yield from compare_words.never(found, pair, breaks)
    yield from compare_words.assumed(found)
    yield from compare_words.alone(found)
