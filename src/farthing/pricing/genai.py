"""The package genai-prices as rows of a book: read once, when the book is compiled.

Importing it costs most of a second, so nothing else does. Its data are a list of providers with
models, each with one price or several under a condition, the last that holds winning.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from farthing.pricing.rows import (
    FOREVER,
    LONG_AGO,
    PACKAGE,
    STANDARD,
    Clause,
    Hours,
    Provider,
    Rate,
    Row,
    Sku,
)
from farthing.pricing.windows import daily

SOURCE: Final = "genai-prices"
_METERS: Final = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_5m_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_reasoning_mtok": "reasoning",
    "output_citation_mtok": "citation",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "input_image_mtok": "input_image",
    "output_image_mtok": "output_image",
    "cache_image_read_mtok": "cache_read_image",
    "input_video_mtok": "input_video",
    "output_video_mtok": "output_video",
    "requests_kcount": "request",
    "web_searches_kcount": "web_search",
    "social_searches_kcount": "social_search",
    "storage_searches_kcount": "file_search",
    "rerank_searches_kcount": "rerank",
    "code_executions_kcount": "code_execution",
    "audio_hours": "audio",
    "input_audio_hours": "input_audio_time",
    "output_audio_hours": "output_audio_time",
    "input_mchars": "input_character",
    "input_gpixels": "input_pixel",
    "input_document_kpages": "page",
    "input_annotated_document_kpages": "annotated_page",
    "input_text_messages_kcount": "text_message",
}
_PER: Final = {
    "mtok": 10**6,
    "mchars": 10**6,
    "gpixels": 10**9,
    "hours": 3600,
    "kcount": 1000,
    "kpages": 1000,
}
_TIERS: Final = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}
_RELATIONS: Final = ("equals", "starts_with", "ends_with", "contains", "regex")


def providers() -> tuple[Provider, ...]:
    """Every provider of the installed package. Raises ImportError where it is not installed."""
    from genai_prices.data_snapshot import get_snapshot

    return as_rows(get_snapshot().providers)


def as_rows(given: Iterable[Any]) -> tuple[Provider, ...]:
    """Providers of the package, or of a file of the same shape (`genai_file`), with rows of ours."""
    return tuple(_provider(provider) for provider in given)


def _provider(given: Any) -> Provider:  # noqa: ANN401  the package's own classes, imported late
    return Provider(
        id=given.id,
        name=given.name,
        match=_clause(given.provider_match),
        model_match=_clause(given.model_match),
        lends=tuple(given.fallback_model_providers or ()),
        skus=tuple(_sku(given.id, model) for model in given.models),
    )


def _sku(provider: str, model: Any) -> Sku:  # noqa: ANN401
    rows = (*_standard(model.prices), *_variants(model.price_variants or ()))
    title = model.name or model.id
    return Sku(
        provider=provider,
        model=model.id,
        name=title,
        match=_clause(model.match),
        deprecated=bool(model.deprecated),
        rows=tuple(rows),
    )


def _clause(given: Any) -> Clause | None:  # noqa: ANN401
    if given is None:
        return None
    for attribute in ("or_", "and_"):
        if (parts := getattr(given, attribute, None)) is not None:
            inner = tuple(clause for part in parts if (clause := _clause(part)) is not None)
            return Clause(relation=attribute[:-1], parts=inner)
    relation = next(name for name in _RELATIONS if getattr(given, name, None) is not None)
    text = str(getattr(given, relation))
    return Clause(relation=relation, text=text if relation == "regex" else text.lower())


def _standard(prices: Any) -> Iterator[Row]:  # noqa: ANN401
    """Dated rows close each other; hours of the day hold from the last dated row on.

    The package cannot say both of one row, and its comments say that windows came last.
    """
    entries = list(prices) if isinstance(prices, list | tuple) else [prices]
    conditions = [getattr(entry, "constraint", None) for entry in entries]
    starts = [_start(condition) for condition in conditions]
    dated = [start for start, condition in zip(starts, conditions, strict=True) if not _is_daily(condition)]
    since = max(dated, default=LONG_AGO)
    for entry, condition, start in zip(entries, conditions, starts, strict=True):
        price = getattr(entry, "prices", entry)
        if condition is not None and _is_daily(condition):
            hours = daily(_minute(condition.start_time), _minute(condition.end_time))
            yield from _rows(price, STANDARD, since, FOREVER, hours)
        else:
            later = [other for other in dated if other > start]
            yield from _rows(price, STANDARD, start, min(later, default=FOREVER))


def _variants(variants: Iterable[Any]) -> Iterator[Row]:
    grouped: dict[str, list[Any]] = {}
    for variant in variants:
        if len(variant.when) == 1 and (tier := _TIERS.get(next(iter(variant.when.items())))):
            grouped.setdefault(tier, []).append(variant)
    for tier, members in grouped.items():
        starts = [_start(member.constraint) for member in members]
        for member, start in zip(members, starts, strict=True):
            end = min((other for other in starts if other > start), default=FOREVER)
            same_as_standard = Row(layer=PACKAGE, tier=tier, start=start, end=end, sources=(SOURCE,))
            yield from tuple(_rows(member.prices, tier, start, end)) or (same_as_standard,)


def _rows(price: Any, tier: str, start: int, end: int, hours: Hours | None = None) -> Iterator[Row]:  # noqa: ANN401
    """One row for each length of input at which a price changes, the shortest first."""
    by_length: dict[int, dict[str, Rate]] = {0: {}}
    for key, meter in _METERS.items():
        value = price.get(key) if isinstance(price, Mapping) else getattr(price, key, None)
        if value is None:
            continue
        for length, amount in _lengths(value).items():
            per = _PER[key.rsplit("_", 1)[-1]]
            by_length.setdefault(length, {})[meter] = Rate(amount=f"{Decimal(amount):f}", per=per)
    for length, rates in sorted(by_length.items()):
        if rates:
            yield Row(
                layer=PACKAGE,
                tier=tier,
                start=start,
                end=end,
                hours=hours,
                above_tokens=length,
                rates=rates,
                sources=(SOURCE,),
            )


def _lengths(value: Any) -> Mapping[int, Decimal]:  # noqa: ANN401
    if isinstance(value, Decimal):
        return {0: value}
    return {0: value.base, **{int(tier.start): tier.price for tier in value.tiers}}


def _start(condition: Any) -> int:  # noqa: ANN401
    day: date | None = getattr(condition, "start_date", None)
    if day is None:
        return LONG_AGO
    return int(datetime.combine(day, time(), tzinfo=UTC).timestamp()) * 1_000_000


def _is_daily(condition: Any) -> bool:  # noqa: ANN401
    return getattr(condition, "start_time", None) is not None


def _minute(moment: time) -> int:
    offset = moment.utcoffset()
    return (moment.hour * 60 + moment.minute - (int(offset.total_seconds()) // 60 if offset else 0)) % 1440


def release() -> str:
    """Name and version of the package."""
    from importlib.metadata import version

    return f"genai-prices {version('genai-prices')}"
