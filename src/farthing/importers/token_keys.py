"""How FOCUS names the tokens that a bill line counts: the one table for reading and for writing.

The properties of `SkuPriceDetails` are those of the drafts of FOCUS 1.5, which were renamed twice: files
that were written between have the older ones. Source: focus-spec, pull requests 2606 and 2682 of
github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec (CC-BY 4.0).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from farthing.units.meters import METERS

MODEL: Final = "ModelId"
DEVELOPER: Final = "ModelDeveloper"
DIRECTION: Final = "TokenDirection"
ACTIONS: Final = ("TokenCacheAction", "CacheAction")
"""Whether the tokens were read from or written to a cache: today's name, then the one before."""
TYPE: Final = "TokenType"
"""The first draft's one property for both."""
OWN_METER: Final = "x_Meter"
TIERS: Final = ("x_ServiceTier", "ServiceTier", "x_InferenceTier", "InferenceTier")
"""Not in the drafts yet (issue 2437): ours first."""
CHARGE_ID: Final = "x_FarthingChargeId"
"""The column in which an export keeps the id of a charge that came from a bill."""


@dataclass(frozen=True, slots=True)
class TokenKind:
    """What FOCUS says of the tokens that a meter counts: `SkuMeter`, the direction, what a cache did."""

    sku_meter: str
    direction: str = ""
    action: str = ""


_INPUT, _OUTPUT = "Input", "Output"
KINDS: Final[Mapping[str, TokenKind]] = {
    "input": TokenKind("Input Tokens", _INPUT, "Uncached"),
    "cache_read": TokenKind("Cache Read Input Tokens", _INPUT, "Read"),
    "cache_write": TokenKind("Cache Write Input Tokens", _INPUT, "Write"),
    "cache_write_5m": TokenKind("Cache Write Input Tokens", _INPUT, "Write"),
    "cache_write_1h": TokenKind("Cache Write Input Tokens", _INPUT, "Write"),
    "output": TokenKind("Output Tokens", _OUTPUT),
    "reasoning": TokenKind("Reasoning Output Tokens", _OUTPUT),
    "citation": TokenKind("Citation Output Tokens", _OUTPUT),
    "input_audio": TokenKind("Audio Input Tokens", _INPUT, "Uncached"),
    "input_image": TokenKind("Image Input Tokens", _INPUT, "Uncached"),
    "input_video": TokenKind("Video Input Tokens", _INPUT, "Uncached"),
    "cache_read_audio": TokenKind("Cache Read Audio Input Tokens", _INPUT, "Read"),
    "cache_read_image": TokenKind("Cache Read Image Input Tokens", _INPUT, "Read"),
    "output_audio": TokenKind("Audio Output Tokens", _OUTPUT),
    "output_image": TokenKind("Image Output Tokens", _OUTPUT),
    "output_video": TokenKind("Video Output Tokens", _OUTPUT),
    "cache_storage": TokenKind("Context Cache Storage"),
}
"""The meters that count tokens. Token-hours have neither direction nor action."""
_BY_PROPERTIES: Final[Mapping[tuple[str, str], str]] = {
    (_INPUT, "Read"): "cache_read",
    (_INPUT, "Write"): "cache_write",
    (_INPUT, "Uncached"): "input",
    (_INPUT, ""): "input",
    (_OUTPUT, ""): "output",
}
_BY_TYPE: Final[Mapping[str, str]] = {
    "input": "input",
    "cacheread": "cache_read",
    "cachewrite": "cache_write",
    "output": "output",
    "reasoning": "reasoning",
}
_OTHER_METERS: Final[Mapping[str, str]] = {"cached input tokens": "cache_read"}


def by_sku_meter() -> dict[str, str]:
    """Meters by what `SkuMeter` says, in small letters; one of any lifetime before those of one."""
    found = dict(_OTHER_METERS)
    for meter, kind in KINDS.items():
        found.setdefault(kind.sku_meter.lower(), meter)
    return found


def by_properties() -> dict[str, str]:
    """Meters by direction and action, `input:read`, in small letters."""
    return {f"{direction}:{action}".lower(): meter for (direction, action), meter in _BY_PROPERTIES.items()}


def by_type() -> dict[str, str]:
    """Meters by the first draft's `TokenType`, in small letters."""
    return dict(_BY_TYPE)


assert KINDS.keys() <= METERS.keys(), "a token kind is a meter"
