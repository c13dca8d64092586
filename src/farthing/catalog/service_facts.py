"""Facts about services: managed fine-tuning, people who label, models that write examples.

Prices stay text, as the vendor quotes them; a range is the central 90 %.
"""

from typing import Annotated, Literal

from msgspec import Meta

from farthing.catalog.facts import Amount, AmountOrZero, DateText, Fact, Id, Text


class TuningService(Fact, frozen=True, kw_only=True):
    """A managed fine-tuning service: one model, or open models of a size.

    `model` is empty where any open model from `above_params` (left out) to `up_to_params` will do.
    `weights` says what is trained, `objective` what for. Hosting keeps the tuned model ready:
    an hour where the deployment is billed by the hour, a month where the stored model is.
    """

    name: Text
    provider: Id
    model: Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9.\-]*)?$")] = ""
    weights: Literal["any", "lora", "full"]
    objective: Literal["supervised", "preference"] = "supervised"
    above_params: AmountOrZero = 0
    up_to_params: Amount | None = None
    train_usd_per_m_tokens: Text
    smallest_job_usd: Text | None = None
    hosting_usd_per_hour: Text | None = None
    hosting_usd_per_month: Text | None = None
    valid_from: DateText
    valid_to: DateText | None = None

    def takes(self, params: float) -> bool:
        """Whether an open model of this size is trained at this price."""
        return not self.model and self.above_params < params <= (self.up_to_params or float("inf"))


class LabelKind(Fact, frozen=True, kw_only=True):
    """What one example costs when people of a kind make or judge it."""

    name: Text
    usd_per_example: Text
    aliases: tuple[str, ...] = ()


class TeacherPrice(Fact, frozen=True, kw_only=True):
    """What a model that writes examples costs by its tokens."""

    name: Text
    input_usd_per_m_tokens: Text
    output_usd_per_m_tokens: Text
    aliases: tuple[str, ...] = ()


class Workload(Fact, frozen=True, kw_only=True):
    """Mean lengths of a benchmark's requests; `models` are the plain names of models it is run with."""

    name: Text
    input_tokens: Amount
    output_tokens: Amount
    models: tuple[str, ...] = ()
