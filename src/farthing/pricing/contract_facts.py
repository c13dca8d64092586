"""What a user's price overlay may say: prices, discounts and commitments of their own contracts."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from farthing.catalog.facts import Count, DateText, Entry, Text, as_ids
from farthing.catalog.price_facts import Currency, Decimals, Moment, Tier, Window

Share: TypeAlias = Annotated[str, Meta(pattern=r"^\s*\d{1,3}(\.\d{1,12})?\s*%?\s*$")]  # "15%" or "0.15"
EVERY = "*"


class Agreed(Entry, frozen=True, kw_only=True):
    """What every entry of a contract says: with whom, from when until when, and where that is written.

    Money in another currency becomes dollars at `usd_per_unit` of the day `fx_date`, where given.
    """

    provider: Text
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    source: str | tuple[str, ...] = ()
    note: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the contract says so."""
        return as_ids(self.source) or ("contract",)


class AgreedPrice(Agreed, frozen=True, kw_only=True):
    """What a contract asks for one `meter`, or for several in `amounts`, for each `per`."""

    model: Text
    names: tuple[str, ...] = ()
    meter: str = ""
    amount: Decimals | None = None
    amounts: Mapping[str, Decimals] = {}
    per: Text = "1M tokens"
    currency: Currency = "USD"
    usd_per_unit: Decimals | None = None
    fx_date: DateText | None = None
    tier: Tier = "standard"
    region: str = ""
    window: Window | None = None
    above_tokens: Count | None = None
    shape: Literal["cliff", "bracket"] = "cliff"
    confirm: str = ""
    free: bool = False

    @property
    def rates(self) -> Mapping[str, str]:
        """All amounts by meter."""
        single = {self.meter: self.amount} if self.meter and self.amount is not None else {}
        return {**self.amounts, **single}


class Discount(Agreed, frozen=True, kw_only=True):
    """A share off, or a multiple of, what the book asks for models that match one of the patterns.

    It holds in every tier and for all meters of tokens unless it names some; `meters: ["*"]` are all
    meters there are. Prices that the contract fixes itself are left alone.
    """

    models: str | tuple[str, ...] = "*"
    discount: Share | None = None
    multiply: Decimals | None = None
    tier: Literal["standard", "batch", "flex", "priority", "fast", "*"] = "*"
    meters: str | tuple[str, ...] = ()


class Commitment(Agreed, frozen=True, kw_only=True):
    """Spend that was promised for each month or year, and the discount on usage that it buys."""

    amount: Decimals
    currency: Currency = "USD"
    usd_per_unit: Decimals | None = None
    fx_date: DateText | None = None
    per: Literal["month", "year"] = "month"
    discount: Share = "0"


KINDS: Mapping[str, type[Agreed]] = {"prices": AgreedPrice, "discounts": Discount, "commitments": Commitment}
