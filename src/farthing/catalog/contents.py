"""The whole catalog as one value."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from farthing.catalog import facts, price_facts, published, published_facts, service_facts


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All facts by id.

    `hash` names this state of the data; `places` gives file and line of each entry by `room/id`.
    """

    hash: str
    folder: str
    accelerators: Mapping[str, facts.Accelerator] = {}
    instances: Mapping[str, facts.Instance] = {}
    nodes: Mapping[str, facts.Node] = {}
    models: Mapping[str, facts.Model] = {}
    closed_models: Mapping[str, facts.ClosedModel] = {}
    rentals: Mapping[str, facts.Rental] = {}
    power: Mapping[str, facts.Grid] = {}
    pue: Mapping[str, facts.Facility] = {}
    fx: Mapping[str, facts.ExchangeRate] = {}
    assumptions: Mapping[str, facts.Assumption] = {}
    seeds: Mapping[str, facts.Assumption] = {}
    tuning_services: Mapping[str, service_facts.TuningService] = {}
    label_kinds: Mapping[str, service_facts.LabelKind] = {}
    teachers: Mapping[str, service_facts.TeacherPrice] = {}
    prices: Mapping[str, price_facts.TokenPrice] = {}
    price_rules: Mapping[str, price_facts.PriceRule] = {}
    model_lives: Mapping[str, price_facts.ModelLife] = {}
    hosted_speeds: Mapping[str, price_facts.HostedSpeed] = {}
    quality: Mapping[str, price_facts.Quality] = {}
    tokenizers: Mapping[str, price_facts.TokenizerMeasure] = {}
    workloads: Mapping[str, service_facts.Workload] = {}
    calibration: Mapping[str, Mapping[str, facts.CalibratedConstant]] = {}
    taxonomy: Mapping[str, facts.Category] = {}
    sources: Mapping[str, facts.Source] = {}
    places: Mapping[str, str] = {}

    @property
    def published_runs(self) -> Mapping[str, published_facts.PublishedRun]:
        """Whole training runs as published, by id; read when first asked for."""
        return published.runs(Path(self.folder))

    @property
    def published_training(self) -> Mapping[str, published_facts.PublishedStep]:
        """Measured training configurations, by id; read when first asked for."""
        return published.steps(Path(self.folder))

    @property
    def published_serving(self) -> Mapping[str, published_facts.PublishedServing]:
        """Measured servings, by id; read when first asked for."""
        return published.servings(Path(self.folder))

    @property
    def published_finetuning(self) -> Mapping[str, published_facts.PublishedTuning]:
        """Measured fine-tuning configurations, by id; read when first asked for."""
        return published.tunings(Path(self.folder))
