"""Numbers that contradict each other or physics: the slips that bit other spec tables.

A sparse rate quoted as dense, FP8 mixed with BF16, a bandwidth in bits, a parameter count that
the shape does not give, a price a hundred times the row before.
"""

import inspect
from collections.abc import Iterator
from itertools import pairwise

from farthing.catalog.contents import Catalog
from farthing.catalog.facts import Fact, Model, NumberFormat, Rental
from farthing.catalog.findings import Finding
from farthing.catalog.speed import half_precision_flop_per_s
from farthing.formulas import transformer
from farthing.units.problem import did_you_mean

# Rate against BF16 that silicon has shown so far; anything else needs a note that says why.
USUAL_RATIOS: dict[NumberFormat, tuple[float, float]] = {
    "fp16": (0.95, 1.05),
    "fp8": (1.9, 2.1),
    "fp6": (1.9, 4.2),
    "fp4": (3.8, 6.2),
    "int8": (1.9, 2.1),
    "int4": (3.8, 4.2),
}
FLOP_PER_BYTE = (15.0, 800.0)  # BF16 rate over memory bandwidth, K80 to TPU v6e with room
BYTE_PER_WATT_SECOND = (1e9, 2e10)  # memory bandwidth over power
LARGEST_PRICE_JUMP = 10.0
PARAMS_TOLERANCE = 0.01


def format_ratios(catalog: Catalog) -> Iterator[Finding]:
    """A number format whose rate has an unusual ratio to BF16 and no note."""
    for name, part in catalog.accelerators.items():
        base = part.peak_flop_per_s.get("bf16", part.peak_flop_per_s.get("fp16"))
        for number_format, (low, high) in USUAL_RATIOS.items():
            rate = part.peak_flop_per_s.get(number_format)
            if rate is None or base is None or _has_note(part, "peak_flop_per_s"):
                continue
            if not low <= rate / base <= high:
                yield Finding(
                    code="odd-rate",
                    place=f"accelerators/{name}",
                    what=f"{number_format} runs {rate / base:.2f} times as fast as BF16",
                    why="a sparse rate taken for a dense one is the usual slip",
                    fix="Correct the rate, or say in a note why it is so.",
                )


def memory_balance(catalog: Catalog) -> Iterator[Finding]:
    """A compute rate or power that does not fit the memory bandwidth."""
    for name, part in catalog.accelerators.items():
        base = half_precision_flop_per_s(part)
        if base is None:
            yield _odd_part(name, "There is no bf16, fp16 or fp32 rate", "every estimate needs one")
            continue
        balance = base / part.hbm_byte_per_s
        if not FLOP_PER_BYTE[0] <= balance <= FLOP_PER_BYTE[1]:
            what = f"{balance:.0f} FLOP for each byte of memory traffic"
            yield _odd_part(name, what, "parts so far lie between 15 and 800")
        per_watt = part.hbm_byte_per_s / part.power_watt
        if not BYTE_PER_WATT_SECOND[0] <= per_watt <= BYTE_PER_WATT_SECOND[1]:
            what = f"{per_watt:.2g} bytes of memory traffic for each joule"
            yield _odd_part(name, what, "parts so far lie between 1e9 and 2e10")


def known_accelerators(catalog: Catalog) -> Iterator[Finding]:
    """An accelerator without an entry that an instance, node or rental names, once."""
    uses = [
        (entry.accelerator, f"{room}/{name}")
        for room in ("instances", "nodes", "rentals")
        for name, entry in getattr(catalog, room).items()
    ]
    first = {part: place for part, place in reversed(uses) if part not in catalog.accelerators}
    for part, place in first.items():
        yield Finding(
            code="unknown-accelerator",
            place=place,
            what=f"The accelerator '{part}' has no entry",
            why="facts refer to accelerators by their id",
            fix=did_you_mean(part, catalog.accelerators) or "Add it.",
        )


def parameter_counts(catalog: Catalog) -> Iterator[Finding]:
    """A shape that does not give the published parameter count within one percent."""
    for name, model in catalog.models.items():
        published = {"params": model.published_params, "active_params": model.published_active_params}
        for what, stated in published.items():
            if stated is None or _has_note(model, f"published_{what}"):
                continue
            derived = derived_params(model, what)
            if abs(derived / stated - 1) > PARAMS_TOLERANCE:
                yield Finding(
                    code="odd-params",
                    place=f"models/{name}",
                    what=f"The shape gives {derived:.4g} {what}, published are {stated:.4g}",
                    why=f"they should agree within {PARAMS_TOLERANCE:.0%}",
                    fix="Correct the shape, or give the published figure a note in 'fields'.",
                )


def price_order(catalog: Catalog) -> Iterator[Finding]:
    """A rental price whose ends are reversed, or that is no number."""
    for name, rental in catalog.rentals.items():
        try:
            ordered = 0 < float(rental.low) <= float(rental.mid) <= float(rental.high)
        except ValueError:
            ordered = False
        if not ordered:
            yield _odd_price(name, f"{rental.low}, {rental.mid}, {rental.high} do not ascend from above 0")


def price_jumps(catalog: Catalog) -> Iterator[Finding]:
    """A price more than ten times, or less than a tenth of, the one before."""
    series: dict[tuple[str, ...], list[tuple[str, Rental]]] = {}
    for name, rental in sorted(catalog.rentals.items(), key=lambda item: item[1].valid_from):
        key = (rental.accelerator, rental.provider_kind, rental.provider, rental.term, rental.currency)
        series.setdefault(key, []).append((name, rental))
    for rows in series.values():
        for (_, before), (name, after) in pairwise(rows):
            low, high = sorted((_price(before), _price(after)))
            if high > LARGEST_PRICE_JUMP * low > 0 and not after.confirm:
                yield _odd_price(name, f"The price jumps from {before.mid} to {after.mid}")


RULES = (
    format_ratios,
    memory_balance,
    known_accelerators,
    parameter_counts,
    price_order,
    price_jumps,
)


def derived_params(model: Model, what: str) -> float:
    """`params` or `active_params` that follow from a model's shape, by the formulas."""
    known = model.shape()

    def value(name: str) -> float:
        if name not in known:
            formula = getattr(transformer, name)
            arguments = [value(argument) for argument in inspect.signature(formula).parameters]
            known[name] = float(formula(*arguments))
        return known[name]

    return value(what)


def _price(rental: Rental) -> float:
    try:
        return float(rental.mid)
    except ValueError:
        return 0.0  # price_order reports it


def _has_note(fact: Fact, field: str) -> bool:
    return field in fact.fields and bool(fact.fields[field].note)


def _odd_part(name: str, what: str, why: str) -> Finding:
    fix = "Correct the rate, the bandwidth or the power."
    return Finding("odd-part", f"accelerators/{name}", what, why, fix)


def _odd_price(name: str, what: str) -> Finding:
    why = "a slipped digit in a price row is the commonest error of all"
    fix = "Correct the row, or confirm a true jump with 'confirm: why'."
    return Finding("odd-price", f"rentals/{name}", what, why, fix)
