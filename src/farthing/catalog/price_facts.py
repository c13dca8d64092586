"""Facts about prices by the token: dated rows, rules, lifetimes of models, speeds of hosts, quality.

Amounts are quoted text, as the vendor quotes them, per what the vendor quotes them for. A row is in
force from `valid_from` until `valid_to` (left out); a change closes a row and appends another.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from farthing.catalog.facts import Amount, Count, DateText, Entry, Fact, Text

_MOMENT = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\dZ)?$"
Moment: TypeAlias = Annotated[str, Meta(pattern=_MOMENT)]  # a day, or a minute of a day; UTC
Tier: TypeAlias = Literal["standard", "batch", "flex", "priority", "fast"]
Currency: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
Decimals: TypeAlias = Annotated[str, Meta(pattern=r"^\d{1,12}(\.\d{1,12})?$")]


class Window(Entry, frozen=True, kw_only=True):
    """Hours of the week in which a row holds; `days` "mon-fri", `hours` "01:00-04:00, 06:00-10:00".

    Times are UTC plus `utc_offset`. An end before its start runs over midnight, and then belongs
    to the day on which it began.
    """

    days: Text = "mon-sun"
    hours: Text = "00:00-24:00"
    utc_offset: Annotated[str, Meta(pattern=r"^[+-]\d{2}:\d{2}$")] = "+00:00"


class TokenPrice(Fact, frozen=True, kw_only=True):
    """What a provider asks for a model's meters, from a day on.

    `amounts` maps meters to what they cost in `currency` for each `per`. `above_tokens` is the
    length of input beyond which the row holds: for the whole request ("cliff") or only for what
    lies beyond ("bracket"). Zero needs `free: true`, a price below 1e-4 or above 1e4 dollars per
    million tokens or a jump of more than ten times needs `confirm` with the reason. `names` are
    further exact names of the model at this provider.
    """

    provider: Text
    model: Text
    names: tuple[str, ...] = ()
    tier: Tier = "standard"
    region: str = ""
    amounts: Mapping[str, Decimals]
    per: Text = "1M tokens"
    currency: Currency = "USD"
    valid_from: Moment
    valid_to: Moment | None = None
    window: Window | None = None
    above_tokens: Count | None = None
    shape: Literal["cliff", "bracket"] = "cliff"
    confirm: str = ""
    free: bool = False


class PriceRule(Fact, frozen=True, kw_only=True):
    """A tier or a region that costs a multiple of the standard price.

    It holds for models that match one of the `models` patterns ("gpt-5*") and for `meters`, all
    token meters when none is named.
    """

    provider: Text
    models: tuple[str, ...] = ("*",)
    except_models: tuple[str, ...] = ()
    tier: Tier = "standard"
    region: str = ""
    meters: tuple[str, ...] = ()
    multiply: Decimals
    valid_from: Moment
    valid_to: Moment | None = None


class ModelLife(Fact, frozen=True, kw_only=True):
    """When a provider began and stopped to serve a model; prices outlive it."""

    provider: Text
    model: Text
    launched: DateText | None = None
    retired: DateText | None = None


class HostedSpeed(Fact, frozen=True, kw_only=True):
    """How fast a host answers: output tokens per second of one stream, seconds to the first token."""

    provider: Text
    model: Text
    output_tokens_per_s: Text
    ttft_s: Text | None = None


class Quality(Fact, frozen=True, kw_only=True):
    """A model's score on a benchmark, 0 to 100. `setting` says how it was run ("5-shot", "high effort").

    `model` is the name by which the price book knows it, without a provider.
    """

    model: Text
    benchmark: Text
    score: Annotated[float, Meta(ge=0, le=100)]
    setting: str = ""


class TokenizerMeasure(Fact, frozen=True, kw_only=True):
    """Characters of text that one token of a tokenizer holds, in one language or kind of text."""

    tokenizer: Text
    language: Text
    characters_per_token: Amount
    characters: Count
