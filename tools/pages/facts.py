"""docs/facts.md: what the catalog knows, how much of it, and how far to trust it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from farthing.catalog.facts import Fact, Rental
from farthing.catalog.load import catalog
from farthing.estimate.architecture import of_model
from farthing.units.figures import number

_HEAD = """# Facts
Written by `tools/write_docs.py` from the catalog; nothing here is edited by hand. `farthing catalog show
NAME` prints one entry with all its fields and sources. Confidence: A first-party or measured by
ourselves, B first-party but indirect or two that agree, C one secondary source, D our estimate with its
reasoning. Each entry is shown with its own, and with the fields that are trusted least.
"""
_KINDS = {
    "accelerators": "accelerators",
    "models": "open models by their shape",
    "closed_models": "closed models as reported",
    "nodes": "servers and racks",
    "instances": "cloud instances",
    "rentals": "rental quotes",
    "power": "countries: electricity and carbon",
    "pue": "data centers",
    "tuning_services": "managed fine-tuning",
    "label_kinds": "kinds of labels",
    "teachers": "models that write examples",
    "fx": "exchange rates",
    "assumptions": "named defaults",
    "published_training": "measured training steps",
    "published_runs": "whole training runs",
}


def page() -> str:
    """The page."""
    counts = [(what, f"{len(getattr(catalog(), kind)):,}", _graded(kind)) for kind, what in _KINDS.items()]
    parts = [
        _table(("kind", "entries", "A / B / C / D"), "lrr", counts),
        f"{len(catalog().sources):,} sources stand behind them.\n",
        "## Accelerators\nDense peak rates, never sparse.\n",
        _table(
            ("id", "name", "memory GiB", "TB/s", "BF16 TFLOP/s", "FP8", "FP4", "W", "trust"),
            "llrrrrrrl",
            _parts(),
        ),
        "## Models\nParameters are counted from the shape; `off` is their distance to what was published.\n",
        _table(
            ("id", "developer", "parameters", "active", "layers", "hidden", "trust", "off"),
            "llrrrrlr",
            _models(),
        ),
        "## Rents\nMiddle of the latest quotes on demand, in dollars for an accelerator and an hour.\n",
        _table(
            ("accelerator", "quotes", "from", "to", "hyperscaler", "neocloud", "marketplace", "trust"),
            "lrllrrrl",
            _rents(),
        ),
        "## Electricity and carbon\n",
        _table(("country", "USD/kWh", "kg CO2/kWh", "trust"), "lrrl", _power()),
    ]
    return "\n".join([_HEAD, *parts])


def worst(fact: Fact) -> str:
    """The confidence of an entry, and the worst of its single fields where that is less, with their names."""
    least = max([basis.confidence or "" for basis in fact.fields.values()], default="")
    if least <= fact.confidence:
        return fact.confidence
    weak = [name for name, basis in fact.fields.items() if basis.confidence == least]
    return f"{fact.confidence}; {least}: {', '.join(weak)}"


def _graded(kind: str) -> str:
    grades = [getattr(fact, "confidence", "") for fact in getattr(catalog(), kind).values()]
    return " / ".join(f"{grades.count(grade):,}" for grade in "ABCD")


def _parts() -> Iterator[Sequence[str]]:
    for name, fact in catalog().accelerators.items():
        peak = {key: f"{value / 1e12:,.0f}" for key, value in fact.peak_flop_per_s.items()}
        half = peak.get("bf16") or peak.get("fp16", "")
        memory, traffic = f"{fact.memory_byte / 2**30:.0f}", f"{fact.hbm_byte_per_s / 1e12:.2f}"
        rates = (half, peak.get("fp8", ""), peak.get("fp4", ""))
        yield (f"`{name}`", fact.name, memory, traffic, *rates, f"{fact.power_watt:.0f}", worst(fact))


def _models() -> Iterator[Sequence[str]]:
    for name, fact in catalog().models.items():
        shape = of_model(name)
        total, active = shape.count("params"), shape.count("active_params")
        off = f"{total / fact.published_params - 1:+.2%}" if fact.published_params else ""
        used = number(active, 3) if active < 0.99 * total else ""
        sizes = (f"{fact.layer_count}", f"{fact.hidden_size:,}")
        yield (f"`{name}`", fact.developer, number(total, 3), used, *sizes, worst(fact), off)


def _rents() -> Iterator[Sequence[str]]:
    by_part: dict[str, list[Rental]] = defaultdict(list)
    for rental in catalog().rentals.values():
        by_part[rental.accelerator].append(rental)
    for name, rows in sorted(by_part.items()):
        days = sorted(row.valid_from for row in rows)
        mids = (_latest(rows, kind) for kind in ("hyperscaler", "neocloud", "marketplace"))
        yield (f"`{name}`", f"{len(rows)}", days[0], days[-1], *mids, max(map(worst, rows)))


def _latest(rows: Iterable[Rental], kind: str) -> str:
    known = [row for row in rows if (row.provider_kind, row.term, row.currency) == (kind, "on_demand", "USD")]
    return max(known, key=lambda row: row.valid_from).mid if known else ""


def _power() -> Iterator[Sequence[str]]:
    for fact in sorted(catalog().power.values(), key=lambda fact: fact.name):
        yield (fact.name, fact.electricity_usd_per_kwh, fact.grid_kg_per_kwh, worst(fact))


def _table(head: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> str:
    rule = "|".join(" ---: " if side == "r" else "---" for side in align)
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{rule}|", *body, ""])
