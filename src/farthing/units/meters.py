"""What is metered and billed: one word per kind of quantity, and which price covers it.

Counts are disjoint: a token that was read from a cache is `cache_read` and not `input`. A meter
without a price of its own is billed at its parent's (a reasoning token is an output token); one
without a parent is then unpriced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Meter:
    """A kind of quantity: its name, what is counted (`unit`), whose price covers it, what it is."""

    name: str
    unit: str
    parent: str
    title: str

    @property
    def is_tokens(self) -> bool:
        """Whether it counts tokens, which is what prices per million speak of."""
        return self.unit == "token"


_ALL: Final = (
    Meter("input", "token", "", "input tokens, uncached"),
    Meter("output", "token", "", "output tokens, reasoning included"),
    Meter("cache_read", "token", "input", "input tokens read from a cache"),
    Meter("cache_write", "token", "input", "input tokens written to a cache of any lifetime"),
    Meter("cache_write_5m", "token", "cache_write", "input tokens written to a cache of five minutes"),
    Meter("cache_write_1h", "token", "cache_write", "input tokens written to a cache of one hour"),
    Meter("reasoning", "token", "output", "output tokens of reasoning, where they have a price of their own"),
    Meter("citation", "token", "output", "output tokens of citations, where they have a price of their own"),
    Meter("input_audio", "token", "input", "input tokens of audio"),
    Meter("output_audio", "token", "output", "output tokens of audio"),
    Meter("cache_read_audio", "token", "cache_read", "input tokens of audio read from a cache"),
    Meter("input_image", "token", "input", "input tokens of images"),
    Meter("output_image", "token", "output", "output tokens of images"),
    Meter("cache_read_image", "token", "cache_read", "input tokens of images read from a cache"),
    Meter("input_video", "token", "input", "input tokens of video"),
    Meter("output_video", "token", "output", "output tokens of video"),
    Meter("cache_storage", "token hour", "", "cached tokens kept for an hour"),
    Meter("request", "request", "", "requests billed by the call"),
    Meter("web_search", "search", "", "web searches"),
    Meter("social_search", "search", "", "searches of a social network"),
    Meter("file_search", "search", "", "searches of stored files"),
    Meter("rerank", "search", "", "searches of a reranker"),
    Meter("code_execution", "session", "", "sessions of a code interpreter"),
    Meter("text_message", "message", "", "messages of text"),
    Meter("image", "image", "", "images made"),
    Meter("input_pixel", "pixel", "", "pixels read"),
    Meter("audio", "second", "", "audio"),
    Meter("input_audio_time", "second", "audio", "audio heard"),
    Meter("output_audio_time", "second", "audio", "audio spoken"),
    Meter("video", "second", "", "video made"),
    Meter("input_character", "character", "", "characters read"),
    Meter("page", "page", "", "pages of documents"),
    Meter("annotated_page", "page", "", "pages of documents with annotations"),
    Meter("read_unit", "unit", "", "read units of a vector database"),
    Meter("write_unit", "unit", "", "write units of a vector database"),
    Meter("storage", "gb month", "", "gigabytes kept for a month"),
    Meter("gpu_time", "gpu millisecond", "", "time of an accelerator"),
)
METERS: Final[Mapping[str, Meter]] = {meter.name: meter for meter in _ALL}
UNITS: Final[Mapping[str, tuple[str, int]]] = {
    "token": ("token", 1),
    "token hour": ("token hour", 1),
    "request": ("request", 1),
    "call": ("request", 1),
    "search": ("search", 1),
    "session": ("session", 1),
    "message": ("message", 1),
    "image": ("image", 1),
    "pixel": ("pixel", 1),
    "second": ("second", 1),
    "minute": ("second", 60),
    "hour": ("second", 3600),
    "character": ("character", 1),
    "page": ("page", 1),
    "unit": ("unit", 1),
    "gb month": ("gb month", 1),
    "gpu second": ("gpu millisecond", 1_000),
    "gpu hour": ("gpu millisecond", 3_600_000),
}
_SCALES: Final = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


@dataclass(frozen=True, slots=True)
class Per:
    """What a price is for: `1M tokens` is a million of the unit `token`."""

    count: int
    unit: str


def read_per(text: str) -> Per | None:
    """The amount that a vendor's price is for, such as "1M tokens", "1K requests", "hour"; None when unclear.

    >>> read_per("1M tokens")
    Per(count=1000000, unit='token')
    >>> read_per("hour")
    Per(count=3600, unit='second')
    """
    words = text.strip().split(maxsplit=1)
    number, name = words if len(words) == 2 and words[0][:1].isdigit() else ("1", text.strip())
    scale = number[-1].upper() if number[-1:].isalpha() else ""
    digits = number[: len(number) - len(scale)].replace(",", "")
    key = " ".join(name.lower().replace("-", " ").split())
    unit = UNITS.get(key) or UNITS.get(key.removesuffix("s")) or UNITS.get(key.removesuffix("es"))
    if (
        unit is None
        or scale not in _SCALES
        or not digits.isascii()
        or not digits.isdigit()
        or not int(digits)
    ):
        return None
    return Per(int(digits) * _SCALES[scale] * unit[1], unit[0])
