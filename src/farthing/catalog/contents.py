"""The whole catalog as one value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from farthing.catalog import facts, price_facts, published, published_facts, service_facts

LATER: Final[Mapping[str, Any]] = {
    "prices": dict[str, price_facts.TokenPrice],
    "price_rules": dict[str, price_facts.PriceRule],
    "model_lives": dict[str, price_facts.ModelLife],
    "hosted_speeds": dict[str, price_facts.HostedSpeed],
    "quality": dict[str, price_facts.Quality],
    "tokenizers": dict[str, price_facts.TokenizerMeasure],
    "places": dict[str, str],
}
"""What few questions need and half of all facts are: decoded when first asked for."""


class Catalog(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All facts by id.

    `hash` names this state of the data; `later` holds what LATER names as it is stored.
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
    later: Mapping[str, msgspec.Raw] = {}
    workloads: Mapping[str, service_facts.Workload] = {}
    calibration: Mapping[str, Mapping[str, facts.CalibratedConstant]] = {}
    taxonomy: Mapping[str, facts.Category] = {}
    sources: Mapping[str, facts.Source] = {}

    @property
    def places(self) -> Mapping[str, str]:
        """File and line of each entry by `room/id`."""
        return self._decoded("places")

    @property
    def prices(self) -> Mapping[str, price_facts.TokenPrice]:
        """Dated prices of models by the token."""
        return self._decoded("prices")

    @property
    def price_rules(self) -> Mapping[str, price_facts.PriceRule]:
        """Tiers and regions that cost a multiple."""
        return self._decoded("price_rules")

    @property
    def model_lives(self) -> Mapping[str, price_facts.ModelLife]:
        """When providers began and stopped to serve models."""
        return self._decoded("model_lives")

    @property
    def hosted_speeds(self) -> Mapping[str, price_facts.HostedSpeed]:
        """How fast hosts answer."""
        return self._decoded("hosted_speeds")

    @property
    def quality(self) -> Mapping[str, price_facts.Quality]:
        """Scores of models on benchmarks."""
        return self._decoded("quality")

    @property
    def tokenizers(self) -> Mapping[str, price_facts.TokenizerMeasure]:
        """Characters that a token holds, by tokenizer and language."""
        return self._decoded("tokenizers")

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

    def _decoded(self, room: str) -> Any:  # noqa: ANN401  each property names its own kind
        """A room of LATER, decoded once."""
        known = vars(self)
        if room not in known:
            stored = self.later.get(room)
            known[room] = {} if stored is None else msgspec.msgpack.decode(stored, type=LATER[room])
        return known[room]
