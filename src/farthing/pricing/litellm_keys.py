"""The keys of LiteLLM's map: what is metered, in which tier, beyond which length of input.

Keys are put together from parts: `input_cost_per_token_above_200k_tokens_batches` is what an input
token costs in a batch beyond 200,000 tokens of input. A part that is not known here (another tier, a
resolution of video) leaves the whole key out: no price is better than one for something else.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

Model = Mapping[str, Any]
Rates = dict[tuple[str, int], dict[str, Decimal]]  # by tier and length of input: dollars by meter

_TIERS: Final = {"_batches": "batch", "_flex": "flex", "_priority": "priority"}
_ABOVE: Final = re.compile(r"_above_(\d+)k_tokens$")
_THOUSAND: Final = 1000
_METERS: Final = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "input_cost_per_token_cache_hit": "cache_read",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_reasoning_token": "reasoning",
    "citation_cost_per_token": "citation",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "cache_read_input_image_token_cost": "cache_read_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_video_token": "output_video",
    "input_cost_per_character": "input_character",
    "input_cost_per_audio_per_second": "input_audio_time",
    "input_cost_per_request": "request",
    "input_cost_per_text_message": "text_message",
    "ocr_cost_per_page": "page",
    "annotation_cost_per_page": "annotated_page",
    "code_interpreter_cost_per_session": "code_execution",
    "output_cost_per_image": "image",
    "output_cost_per_video_per_second": "video",
}
_BY_MODE: Final = {  # keys that mean something else in another kind of model
    ("input_cost_per_second", "audio_transcription"): "input_audio_time",
    ("input_cost_per_second", "realtime"): "audio",
    ("output_cost_per_second", "audio_speech"): "output_audio_time",
    ("output_cost_per_second", "video_generation"): "video",
    ("input_cost_per_query", "rerank"): "rerank",
    ("input_cost_per_query", "search"): "web_search",
}
_SEARCH: Final = "search_context_cost_per_query"
_FILE_SEARCH: Final = "file_search_cost_per_1k_calls"


def rates(model: Model) -> Rates:
    """Every rate above zero that our meters have."""
    found: Rates = {}
    mode = str(model.get("mode", ""))
    for key, value in model.items():
        _add(found, key, value, mode, 0)
    for usd, meter in _searches(model):
        found.setdefault(("standard", 0), {}).setdefault(meter, usd)
    for start, tier in _ranges(model.get("tiered_pricing")):
        for key, value in tier.items():
            _add(found, key, value, mode, start)
    return found


def amount(value: object) -> Decimal | None:
    """A number of the map, exactly as it is written there; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _add(found: Rates, key: str, value: object, mode: str, start: int) -> None:
    stem, tier, above = _parts(key)
    meter = _METERS.get(stem) or _BY_MODE.get((stem, mode))
    if meter is None or (usd := amount(value)) is None:
        return
    meters = found.setdefault((tier, above or start), {})
    if stem == "input_cost_per_token_cache_hit":
        meters.setdefault(meter, usd)
    else:
        meters[meter] = usd


def _parts(key: str) -> tuple[str, str, int]:
    """What is metered, the tier, and the length of input."""
    tier = "standard"
    for ending, name in _TIERS.items():
        if key.endswith(ending):
            key, tier = key.removesuffix(ending), name
    above = _ABOVE.search(key)
    return (key[: above.start()], tier, int(above[1]) * _THOUSAND) if above else (key, tier, 0)


def _ranges(tiers: object) -> Iterator[tuple[int, Model]]:
    """Each range of lengths of input with its keys; the vendor bills the whole request at its rates."""
    for tier in tiers if isinstance(tiers, list) else ():
        bounds = tier.get("range") if isinstance(tier, dict) else None
        if isinstance(bounds, list) and bounds:
            start = amount(bounds[0])
            yield int(start or 0), tier


def _searches(model: Model) -> Iterator[tuple[Decimal, str]]:
    """What a search costs; of several sizes of context the middle one."""
    sizes = model.get(_SEARCH)
    if isinstance(sizes, dict) and (usd := amount(sizes.get("search_context_size_medium"))) is not None:
        yield usd, "web_search"
    if (usd := amount(model.get(_FILE_SEARCH))) is not None:
        yield usd / _THOUSAND, "file_search"
