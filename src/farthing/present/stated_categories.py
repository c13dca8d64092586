"""The report's seven kinds of models beside the book's prices and known scores, for the terminal."""

from collections.abc import Iterator

from farthing.app.answers import Range
from farthing.app.stated_categories import Category, CategoryModel, StatedCategories
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.stated_verdict import amount, range_of
from farthing.units.figures import figure

_NONE = "-"
_MODELS = (
    "Input prices, from the cheapest to the dearest place that sells the model; - where it was not on sale "
    "or no dated price is known. The last column is about the range of its own kind."
)
_YIELD = (
    "The stated figures are a score in percent over dollars per million input tokens: the score they need, "
    "at a price that the report names. By its own ranges: lowest MMLU over highest price to highest over "
    "lowest."
)


def render(found: StatedCategories, *, width: int = 100, color: bool = False) -> str:
    """Both tables, each with what it means; ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold("Seven kinds of models as the report states them, beside the dated book")]
    rows = table(list(_models(found)), "<>>>>><", width, wrap=False)
    lines += section("Dollars per million input tokens", [*rows, *paragraph(_MODELS, width, 2)], ink)
    rows = table(list(_yields(found)), "<>>>><", width, wrap=False)
    lines += section("Quality per dollar", [*rows, *paragraph(_YIELD, width, 2)], ink)
    lines += ["", *paragraph(_verdict(found), width), "", ink.dim("$ farthing demo --categories --json")]
    return "\n".join(lines) + "\n"


def _models(found: StatedCategories) -> Iterator[tuple[str, ...]]:
    yield ("kind and model", "stated", found.report_day, found.as_of, "MMLU", "a dollar", "")
    for kind in found.categories:
        yield (kind.name, range_of(kind.stated, "USD"), "", "", _share(kind.stated_mmlu), "", "")
        for model in kind.models:
            yield (f"  {_named(model, kind)}", *_cells(model))


def _cells(model: CategoryModel) -> tuple[str, ...]:
    said = _NONE if model.stated_usd is None else amount(model.stated_usd, "USD")
    prices = (_NONE if price is None else range_of(price, "USD") for price in (model.then, model.now))
    score = _NONE if model.mmlu is None else f"{model.mmlu:.1f}"
    each = _NONE if model.quality_per_usd is None else figure(model.quality_per_usd, "", 3)
    place = f"outside: {', '.join(model.outside)}" if model.outside else "inside"
    return (said, *prices, score, each, f"{place}, not as stated" if model.as_stated is False else place)


def _yields(found: StatedCategories) -> Iterator[tuple[str, ...]]:
    yield ("kind", "stated", "by its own ranges", "needs a score of", "at", "")
    for kind in found.categories:
        if kind.stated_quality_per_usd:
            needs = " and ".join(f"{score:.0f}" for score in kind.needed_scores)
            prices = " and ".join(amount(usd, "USD") for usd in dict.fromkeys(kind.at_usd))
            own = _NONE if kind.own_quality_per_usd is None else _round(kind.own_quality_per_usd)
            yield (kind.name, _round(kind.stated_quality_per_usd), own, needs, prices, _agrees(kind))


def _agrees(kind: Category) -> str:
    """Whether the scores that the stated figure needs are the ones that the report gives the kind."""
    if kind.stated_mmlu is None:
        return "no score given"
    low, high = 100 * kind.stated_mmlu.p05, 100 * kind.stated_mmlu.p95
    inside = all(low - 0.5 <= score <= high + 0.5 for score in kind.needed_scores)
    return "its MMLU" if inside else "not its MMLU"


def _verdict(found: StatedCategories) -> str:
    models = [model for kind in found.categories for model in kind.models]
    outside = [f"{model.name} ({'; '.join(model.outside)})" for model in models if model.outside]
    priced = [model for model in models if model.as_stated is not None]
    differ = sum(not model.as_stated for model in priced)
    return (
        f"Outside the range of their own kind: {', '.join(outside) or 'none'}. At {differ} of {len(priced)} "
        f"editions the price of {found.report_day} was not the stated one."
    )


def _named(model: CategoryModel, kind: Category) -> str:
    """The report's name, or the edition where several go by it."""
    editions = sum(other.name == model.name for other in kind.models)
    return model.name if editions == 1 else model.place.partition(":")[2]


def _share(value: Range | None) -> str:
    return _NONE if value is None else f"{100 * value.p05:g} to {100 * value.p95:g}"


def _round(value: Range) -> str:
    low, high = (figure(end, "", 4) for end in (value.p05, value.p95))
    return low if low == high else f"{low} to {high}"
