"""LiteLLM's map of prices as a second source: models that the first source lacks.

The map is a JSON object of models with prices in dollars for single tokens, seconds, pages. It has
no dates, forgets retired models, and writes 0 both for what is free and for what nobody filled in;
so a rate of 0 is left out here, and a model without any other is not taken over at all.
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from farthing.pricing import litellm_keys
from farthing.pricing.litellm_names import name_of
from farthing.pricing.own import dated_by_name, moment_us
from farthing.pricing.rows import FOREVER, SECOND, STANDARD, Hours, Rate, Row, Sku
from farthing.pricing.windows import weekly
from farthing.units.meters import METERS
from farthing.units.week import DAYS

SOURCE: Final = "litellm-price-map"
_FILE: Final = "model_prices_and_context_window_backup.json"
_EXAMPLE: Final = "sample_spec"
_MILLION: Final = 1_000_000
_REGIONS: Final = {
    "regional_processing_uplift_multiplier_eu": "eu",
    "regional_processing_uplift_multiplier_us": "us",
}
Model = Mapping[str, Any]  # as JSON has it: anybody may write anything, so each value is looked at
Place = tuple[str, str]


def installed() -> Path | None:
    """The map of an installed litellm, found without importing it; None where there is none."""
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name(_FILE)
    return path if path.is_file() else None


def is_map(document: object) -> bool:
    """Whether a JSON value looks like LiteLLM's map."""
    if not isinstance(document, dict):
        return False
    return any(isinstance(model, dict) and "litellm_provider" in model for model in document.values())


def skus(content: bytes) -> Mapping[Place, Sku]:
    """Every model of the map that has a price, by our provider's id and the model's name in lower case.

    Raises ValueError where the text is no JSON or not the map.
    """
    try:
        document = json.loads(content, parse_float=str, parse_int=str)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not is_map(document):
        raise ValueError("it has no models with a litellm_provider")
    found: dict[Place, Sku] = {}
    for name, model in document.items():
        if name == _EXAMPLE or not isinstance(model, dict):
            continue
        provider, own_name, direct = name_of(name, str(model.get("litellm_provider", "")))
        place = (provider, own_name.lower())
        rows = tuple(_rows(model))
        if rows and (direct or place not in found):
            found[place] = _sku(provider, own_name, model, rows)
    return found


def _sku(provider: str, name: str, model: Model, rows: tuple[Row, ...]) -> Sku:
    return Sku(
        provider=provider,
        model=name,
        name=name,
        launched=dated_by_name(name),
        retired=_day(model.get("deprecation_date")),
        rows=rows,
    )


def _rows(model: Model) -> Iterator[Row]:
    """Rows of every tier and length of input, then hours, then regions; nothing without a standard one."""
    rates = litellm_keys.rates(model)
    if not rates.get((STANDARD, 0)):
        return
    for (tier, above), meters in sorted(rates.items(), key=lambda item: item[0][1]):
        yield _row(tier, above, meters)
    off_peak = model.get("off_peak_pricing")
    if isinstance(off_peak, dict) and (hours := _hours(off_peak.get("windows"))) is not None:
        for (tier, above), meters in litellm_keys.rates(off_peak).items():
            yield _row(tier, above, meters, hours)
    for key, region in _REGIONS.items():
        multiple = litellm_keys.amount(model.get(key))
        if multiple and multiple != 1:
            yield Row(layer=SECOND, region=region, multiply=f"{multiple:f}", **_ORIGIN)


_ORIGIN: Final[Mapping[str, Any]] = {
    "sources": (SOURCE,),
    "confidence": "C",
    "note": "undated: the map says what holds when it was released",
}


def _row(tier: str, above: int, meters: Mapping[str, Decimal], hours: Hours | None = None) -> Row:
    rates = {meter: _rate(meter, usd) for meter, usd in meters.items()}
    return Row(layer=SECOND, tier=tier, above_tokens=above, hours=hours, rates=rates, **_ORIGIN)


def _rate(meter: str, usd: Decimal) -> Rate:
    """Tokens by the million, as everybody quotes them; all else by the unit."""
    per = _MILLION if METERS[meter].is_tokens else 1
    return Rate(amount=f"{(usd * per).normalize():f}", per=per)


def _hours(windows: object) -> Hours | None:
    """The hours of all windows together; None where one of them cannot be read."""
    spans: list[tuple[int, int]] = []
    for window in windows if isinstance(windows, list) else ():
        try:
            hours = window["hours_utc"]
            days = ",".join(DAYS[int(day) - 1] for day in window.get("weekdays") or range(1, 8))
            text = hours if isinstance(hours, str) else ", ".join(hours)
            spans += weekly(days, text, "+00:00").spans
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return None
    return Hours(spans=tuple(spans)) if spans else None


def _day(text: object) -> int:
    try:
        return moment_us(str(text)) if text else FOREVER
    except ValueError:
        return FOREVER
