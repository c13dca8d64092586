"""What a fact looks like: one Struct per kind of entry under `catalog/data/`.

Every Struct refuses keys it does not know. Figures that may be a range ("25000..40000") stay
text here, as the source quotes them, and are read where they are used. Names carry their unit.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

_DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"  # a day, a month or a year
DateText: TypeAlias = Annotated[str, Meta(pattern=_DATE)]
Id: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
Amount: TypeAlias = Annotated[float, Meta(gt=0, le=1e40)]
AmountOrZero: TypeAlias = Annotated[float, Meta(ge=0, le=1e40)]
Count: TypeAlias = Annotated[int, Meta(gt=0)]
CountOrZero: TypeAlias = Annotated[int, Meta(ge=0)]
Confidence: TypeAlias = Literal["A", "B", "C", "D"]
NumberFormat: TypeAlias = Literal["fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4", "int8", "int4"]
LinkKind: TypeAlias = Literal["nvlink", "pcie", "infinity-fabric", "ici", "ethernet", "neuronlink", "hccs"]
Term: TypeAlias = Literal["on_demand", "spot", "reserved_1y", "reserved_3y"]
ProviderKind: TypeAlias = Literal["hyperscaler", "neocloud", "marketplace", "index"]


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base of all facts: closed to unknown keys, immutable, keyword only."""


class Source(Entry, frozen=True, kw_only=True):
    """Where facts come from. `date` is when it was published or, failing that, read."""

    title: Text
    url: str = ""
    date: DateText
    note: str = ""


class Basis(Entry, frozen=True, kw_only=True):
    """Why one field may differ from its entry: its own source, date and confidence."""

    source: str | tuple[str, ...] = ()
    date: DateText | None = None
    confidence: Confidence | None = None
    note: str = ""


class Fact(Entry, frozen=True, kw_only=True):
    """An entry with provenance.

    `confidence`: A first-party or measured; B first-party but indirect, or two that agree; C one
    secondary; D our estimate, with its reasoning in `note`.
    """

    source: str | tuple[str, ...]
    date: DateText
    confidence: Confidence
    note: str = ""
    fields: Mapping[str, Basis] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """Source ids of the entry, without those of single fields."""
        return as_ids(self.source)

    def basis(self, field: str) -> Basis:
        """Provenance of one field: its own where given, the entry's elsewhere."""
        own = self.fields.get(field, Basis())
        return Basis(
            source=as_ids(own.source) or self.sources,
            date=own.date or self.date,
            confidence=own.confidence or self.confidence,
            note=own.note or self.note,
        )


def as_ids(source: str | tuple[str, ...]) -> tuple[str, ...]:
    """One id or several, always as a tuple."""
    return (source,) if isinstance(source, str) else source


class Accelerator(Fact, frozen=True, kw_only=True):
    """One accelerator as sold. Peak rates are dense; links are per direction.

    `default_for` lists bare names ("H100") that people use for several parts and that resolve
    to this one; an answer that used one says so.
    """

    name: Text
    vendor: Id
    architecture: Id
    kind: Literal["gpu", "tpu", "npu"]
    released: DateText
    memory_byte: Amount
    hbm_byte_per_s: Amount
    peak_flop_per_s: Mapping[NumberFormat, Amount]
    link_byte_per_s: Amount
    link_kind: LinkKind
    scale_up_count: Count
    network_byte_per_s: Amount
    power_watt: Amount
    purchase_usd: Text | None = None
    aliases: tuple[str, ...] = ()
    default_for: tuple[str, ...] = ()


class Instance(Fact, frozen=True, kw_only=True):
    """A cloud instance. `network_byte_per_s` is the whole instance's, per direction."""

    provider: Id
    accelerator: Id
    count: Count
    network_byte_per_s: Amount
    aliases: tuple[str, ...] = ()


class Node(Fact, frozen=True, kw_only=True):
    """A server or rack as sold.

    `network_byte_per_s` is per accelerator and direction, `power_watt` the whole system's
    maximum, `price_multiple` the system's price over the sum of its accelerators' prices.
    """

    name: Text
    accelerator: Id
    count: Count
    link_byte_per_s: Amount
    link_kind: LinkKind
    network_byte_per_s: Amount
    power_watt: Amount
    price_multiple: Text | None = None
    purchase_usd: Text | None = None
    aliases: tuple[str, ...] = ()


class Model(Fact, frozen=True, kw_only=True):
    """The shape of an open model.

    A zero means "not this kind": no experts, no latent attention, no window. Counts that are
    None follow `layer_count`, `hidden_size` and `head_dimension`; `shape` fills them in.
    """

    name: Text
    developer: Text
    released: DateText
    layer_count: Count
    hidden_size: Count
    head_count: CountOrZero
    kv_head_count: CountOrZero
    head_dimension: CountOrZero
    ffn_size: CountOrZero
    ffn_matrix_count: Literal[2, 3]
    vocab_size: Count
    tied_embeddings: bool
    position_embedding_count: CountOrZero = 0
    expert_count: CountOrZero = 0
    experts_per_token: CountOrZero = 0
    expert_ffn_size: CountOrZero = 0
    shared_expert_ffn_size: CountOrZero = 0
    dense_layer_count: CountOrZero = 0
    q_lora_rank: CountOrZero = 0
    kv_lora_rank: CountOrZero = 0
    rope_dimension: CountOrZero = 0
    v_head_dimension: CountOrZero | None = None
    expert_hidden_size: CountOrZero | None = None
    window_tokens: CountOrZero = 0
    windowed_layer_count: CountOrZero = 0
    attention_layer_count: CountOrZero | None = None
    ffn_layer_count: CountOrZero | None = None
    mamba_layer_count: CountOrZero = 0
    mamba_inner_size: CountOrZero = 0
    mamba_state_size: CountOrZero = 0
    mamba_group_count: CountOrZero = 0
    mamba_head_count: CountOrZero = 0
    mtp_layer_count: CountOrZero = 0
    other_params: AmountOrZero = 0
    context_tokens: Count
    published_params: Amount | None = None
    published_active_params: Amount | None = None
    trained_tokens: Amount | None = None
    aliases: tuple[str, ...] = ()

    def shape(self) -> dict[str, float]:
        """Every number that a formula asks of a model's shape, by the formula's argument name."""
        numbers = {name: getattr(self, name) for name in self.__struct_fields__}
        default = {
            "v_head_dimension": self.head_dimension,
            "expert_hidden_size": self.hidden_size,
            "attention_layer_count": self.layer_count,
            "ffn_layer_count": self.layer_count,
        }
        filled = {name: default.get(name) if value is None else value for name, value in numbers.items()}
        return {name: float(value) for name, value in filled.items() if isinstance(value, int | float)}


class ClosedModel(Fact, frozen=True, kw_only=True):
    """What is reported or estimated about a model whose shape is not published."""

    name: Text
    developer: Text
    released: DateText
    params: str = ""
    active_params: str = ""
    trained_tokens: str = ""
    train_flop: str = ""
    accelerator: str = ""
    accelerator_count: str = ""
    gpu_hours: str = ""
    wall_clock_days: str = ""
    compute_cost_usd: str = ""
    training_cost_usd: str = ""
    aliases: tuple[str, ...] = ()


class Rental(Fact, frozen=True, kw_only=True):
    """A rental price in force from `valid_from` until `valid_to` (open when absent).

    A jump of more than ten times against the row before needs `confirm`, with the reason.
    """

    accelerator: Id
    provider_kind: ProviderKind
    provider: str = ""
    region: str = ""
    term: Term
    valid_from: DateText
    valid_to: DateText | None = None
    low: Text
    mid: Text
    high: Text
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "USD"
    per: Literal["gpu hour"] = "gpu hour"
    quotes: Count | None = None
    confirm: str = ""


class Grid(Fact, frozen=True, kw_only=True):
    """Electricity of a country: price for business and carbon per kWh."""

    name: Text
    electricity_usd_per_kwh: Text
    grid_kg_per_kwh: Text
    aliases: tuple[str, ...] = ()


class Facility(Fact, frozen=True, kw_only=True):
    """Power usage effectiveness of a kind of data center or of a provider's fleet."""

    name: Text
    pue: Text
    aliases: tuple[str, ...] = ()


class ExchangeRate(Fact, frozen=True, kw_only=True):
    """Value of one unit of a currency in dollars on a date."""

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    usd_per_unit: Amount


class Assumption(Fact, frozen=True, kw_only=True):
    """A named default, used when a question leaves an input open; answers list it."""

    value: Text
    unit: Text


class CalibratedConstant(Fact, frozen=True, kw_only=True):
    """A constant fitted on published measurements; `low` to `high` is its central 80 %."""

    value: float
    low: float
    high: float
    unit: Text


class Category(Entry, frozen=True, kw_only=True):
    """What a line of a bill is for. Its id is a path: `training.compute` is inside `training`."""

    name: Text
    note: str = ""
