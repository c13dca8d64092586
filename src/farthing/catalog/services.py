"""Services of the catalog: look-ups by name and by what they take, and doubts about their prices."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeVar

from farthing.catalog import names
from farthing.catalog.contents import Catalog
from farthing.catalog.facts import Fact
from farthing.catalog.findings import Finding
from farthing.catalog.service_facts import LabelKind, TeacherPrice, TuningService
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

F = TypeVar("F", bound=Fact)
USUAL_TRAINING_USD = (0.05, 500.0)
"""Dollars for a million trained tokens that services have asked; a slipped thousand lies outside."""


def tuning_services(
    facts: Catalog, model: str, params: float | None, as_of: date
) -> dict[str, TuningService]:
    """Services that on a day train the model of this name, or open models of this many parameters; by id."""
    wanted = names.key(model)
    return {
        name: service
        for name, service in facts.tuning_services.items()
        if _in_force(service, as_of.isoformat())
        and (
            (service.model and wanted in map(names.key, (service.model, service.name, name)))
            or (params is not None and service.takes(params))
        )
    }


def label_kind(facts: Catalog, name: str) -> tuple[str, LabelKind]:
    """The kind of label of this name. Raises InputError with the nearest names."""
    return _named(facts.label_kinds, name, "--labels", "kind of label")


def teacher(facts: Catalog, name: str) -> tuple[str, TeacherPrice]:
    """The priced teacher of this name. Raises InputError with the nearest names."""
    return _named(facts.teachers, name, "--teacher", "priced teacher")


def tuned_models(facts: Catalog) -> list[str]:
    """Closed models that some service fine-tunes."""
    return sorted({service.model for service in facts.tuning_services.values() if service.model})


def odd_services(catalog: Catalog) -> Iterator[Finding]:
    """A service whose sizes are reversed, or whose training price no service ever asked."""
    for name, service in catalog.tuning_services.items():
        if service.up_to_params is not None and service.up_to_params <= service.above_params:
            yield _odd(name, f"It takes models above {service.above_params:g} to {service.up_to_params:g}")
        low, high = _ends(service.train_usd_per_m_tokens)
        if not USUAL_TRAINING_USD[0] <= low <= high <= USUAL_TRAINING_USD[1]:
            yield _odd(name, f"{service.train_usd_per_m_tokens} USD for a million trained tokens")


RULES = (odd_services,)


def _named(room: Mapping[str, F], name: str, where: str, what: str) -> tuple[str, F]:
    ids = names.index(room).get(names.key(name), set())
    if len(ids) == 1:
        entry = next(iter(ids))
        return entry, room[entry]
    known = [spelling for entry, fact in room.items() for spelling in names.spellings(entry, fact)]
    fix = did_you_mean(name, known) or f"It is one of {', '.join(room)}."
    why = "only what is in the catalog has a price behind it"
    raise InputError(
        [Problem("unknown-name", "error", where, f"No {what} is called {quoted(name)}", why, fix)]
    )


def _in_force(service: TuningService, day: str) -> bool:
    return service.valid_from <= day and (service.valid_to is None or day <= service.valid_to)


def _ends(text: str) -> tuple[float, float]:
    try:
        value = parse_as(text, "train_usd_per_m_tokens", "price").value
    except InputError:
        return USUAL_TRAINING_USD  # unreadable_figures reports it
    return (value.p05, value.p95) if isinstance(value, Spread) else (value, value)


def _odd(name: str, what: str) -> Finding:
    why = "a slip of a thousand or a million in a token price is the commonest error of all"
    return Finding("odd-service", f"tuning_services/{name}", what, why, "Correct the row.")
