"""The seed report's tables of model and data sizes beside what they follow from, for the terminal."""

from collections.abc import Iterator

from farthing.app.answers import Range
from farthing.app.stated_sizes import EXAMPLE, StatedSizes
from farthing.present.layout import Ink, paragraph, section, table
from farthing.units.figures import figure, span

_LAW = "Twenty tokens for each parameter, beside the refitted law of Besiroglu and others."
_TRAINED = "Used: parameters that a token uses, which are fewer than all in a mixture of experts."
_CORPUS = "Shares as the report has them, prices by kind of text as our dated assumptions, most of them D."
_GROWTH = (
    "A line through log tokens per used parameter over release dates, nine times in ten. Epoch AI finds 3.1x "
    "a year since 2022 among notable open models (August 2025)."
)


def render(found: StatedSizes, *, width: int = 100, color: bool = False) -> str:
    """All the tables, each with what its columns are; ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold("Sizes as the report states them, beside what follows from its own numbers and ours")]
    for title, said, rows, align in _tables(found):
        body = [*table(list(rows), align, width, wrap=False), *paragraph(said, width, 2)]
        lines += section(title, body, ink)
    lines += ["", *paragraph(_verdict(found), width), "", ink.dim("$ farthing optimum --params 7B")]
    return "\n".join(lines) + "\n"


def _tables(found: StatedSizes) -> Iterator[tuple[str, str, Iterator[tuple[str, ...]], str]]:
    yield "Chinchilla's tokens", _LAW, _chinchilla(found), "<>>><"
    yield "Over-training, tokens for each parameter", _TRAINED, _overtrained(found), "<>>>>><"
    yield "Tokens in practice", _example(found), _data(found), "<>>>><"
    tokens = figure(found.corpus_tokens, "", 3)
    yield f"A corpus of {tokens} tokens by component", _CORPUS, _corpus(found), "<>>><"
    size = "The compute-optimal size for the compute of Hoffmann and others' table 3."
    yield "The same compute by each law", size, _laws(found), ">>>>>>"
    stated = f"Growth of over-training a year, stated as {found.stated_growth:g}x"
    yield stated, _GROWTH, _growth(found), "<>>>><"


def _chinchilla(found: StatedSizes) -> Iterator[tuple[str, ...]]:
    yield ("size", "stated", "20 each", "by the law", "")
    for row in found.chinchilla:
        yield (row.name, _count(row.stated), _count(row.twenty), _range(row.by_law), _word(row.holds))


def _overtrained(found: StatedSizes) -> Iterator[tuple[str, ...]]:
    yield ("model", "stated", "own numbers", "used, catalog", "all, catalog", "x Chinchilla", "")
    for row in found.overtrained:
        ratios = (row.stated, row.own, row.catalog_active, row.catalog_total)
        multiple = f"{row.stated_multiple:,.0f} and {figure(row.own_multiple, '', 3)}"
        yield (row.model, *(figure(ratio, "", 3) for ratio in ratios), multiple, _word(row.holds))


def _data(found: StatedSizes) -> Iterator[tuple[str, ...]]:
    yield ("size", "tokens stated", "ratio stated", "ratio", "models since 2024", "")
    for row in found.data:
        given = f"{row.model_count}: {_range(row.models_tokens)}" if row.models_tokens else "none"
        yield (
            row.name,
            _range(row.tokens),
            _range(row.stated_ratio),
            _range(row.own_ratio),
            given,
            _word(row.holds),
        )


def _corpus(found: StatedSizes) -> Iterator[tuple[str, ...]]:
    yield ("text", "share", "a million tokens", "cost", "confidence")
    for row in found.corpus:
        price = _money(row.usd_per_m_tokens) if row.usd_per_m_tokens else ""
        share = span(row.share.p05, row.share.p50, row.share.p95, "share")
        yield (row.name, share, price, _money(row.cost_usd), row.confidence)


def _laws(found: StatedSizes) -> Iterator[tuple[str, ...]]:
    yield ("FLOP", "approach 1", "approach 2", "approach 3", "Muennighoff", "Besiroglu")
    for row in found.allocations:
        sizes = (row.approach_1, row.approach_2, row.hoffmann_2022, row.muennighoff_2023, row.besiroglu_2024)
        yield (f"{row.train_flop:.2e}", *map(_count, sizes))


def _growth(found: StatedSizes) -> Iterator[tuple[str, ...]]:
    yield ("models", "count", "low", "a year", "high", "")
    for row in found.growths:
        ends = (f"{value:.1f}x" for value in (row.low, row.mid, row.high))
        yield (row.models, str(row.count), *ends, _word(row.holds(found.stated_growth)))


def _example(found: StatedSizes) -> str:
    stated, told = _range(found.example_stated), _count(found.example_found)
    return (
        f"Its example {EXAMPLE} with {stated} does not hold: its makers say {told}. Dense models within 30 %."
    )


def _verdict(found: StatedSizes) -> str:
    first = found.growths[0]
    inside = "lies inside" if first.holds(found.stated_growth) else "lies outside"
    alone = [row for row in found.growths if row.models.startswith("without")]
    away = f"{min(row.mid for row in alone):.1f}x to {max(row.mid for row in alone):.1f}x"
    return (
        f"{found.stated_growth:g}x a year {inside} what {first.count} models {first.models} show, "
        f"{first.low:.1f}x to {first.high:.1f}x; leaving any one year out gives {away}."
    )


def _count(value: float) -> str:
    return figure(value, "", 3)


def _range(value: Range) -> str:
    return span(value.p05, value.p50, value.p95, "")


def _money(value: Range) -> str:
    return span(value.p05, value.p50, value.p95, "USD")


def _word(holds: bool) -> str:
    return "holds" if holds else "does not hold"
