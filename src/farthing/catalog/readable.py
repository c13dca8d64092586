"""Whether figures that facts keep as text ("25000..40000") can be read where they are used."""

from collections.abc import Iterator

from farthing.catalog.contents import Catalog
from farthing.catalog.findings import Finding
from farthing.units.kinds import Floor
from farthing.units.problem import InputError
from farthing.units.quantity import parse_as

FIGURES = {  # fields that hold a quantity as text, by room; each is read by its own name
    "accelerators": ("purchase_usd",),
    "nodes": ("purchase_usd", "price_multiple"),
    "power": ("electricity_usd_per_kwh", "grid_kg_per_kwh"),
    "pue": ("pue",),
    "tuning_services": (
        "train_usd_per_m_tokens",
        "smallest_job_usd",
        "hosting_usd_per_hour",
        "hosting_usd_per_month",
    ),
    "label_kinds": ("usd_per_example",),
    "teachers": ("input_usd_per_m_tokens", "output_usd_per_m_tokens"),
    "closed_models": (
        "params",
        "active_params",
        "trained_tokens",
        "train_flop",
        "accelerator_count",
        "gpu_hours",
        "wall_clock_days",
        "compute_cost_usd",
        "training_cost_usd",
    ),
}


def unreadable_figures(catalog: Catalog) -> Iterator[Finding]:
    """A figure kept as text that is no quantity of the kind its name says."""
    for place, name, text in _figures(catalog):
        try:
            parse_as(text, name, place, Floor.NOT_NEGATIVE)
        except InputError as error:
            for problem in error.problems:
                yield Finding("unreadable-figure", place, problem.what, problem.why, problem.fix)


def _figures(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Place, name and text of each figure that is given."""
    for room, fields in FIGURES.items():
        for entry, fact in getattr(catalog, room).items():
            for field in fields:
                if text := getattr(fact, field):
                    yield f"{room}/{entry}", field, text
    for room in ("assumptions", "seeds"):
        for name, assumption in getattr(catalog, room).items():
            if assumption.unit != "id":
                yield f"{room}/{name}", name, assumption.value
