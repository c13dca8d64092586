"""`validate serving`: predictions of latency and throughput for a table of measured servings."""

from collections.abc import Iterable, Iterator, Mapping

from farthing.estimate.cells import Row
from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.serving_prediction import QUANTITIES, predict
from farthing.estimate.serving_row import setup_of
from farthing.estimate.serving_setup import ServingSetup
from farthing.estimate.step_prediction import Known, Prediction
from farthing.units.problem import FarthingError

__all__ = ["QUANTITIES", "predictions"]


def predictions(rows: Iterable[Row], known: Known | None = None) -> list[PredictionRow]:
    """A line for each quantity of each row, in the table's order; a row that cannot be read is refused.

    `known` corrects the serving model in place of the public evidence alone.
    """
    read = [(row.get("id") or "", _read(row)) for row in rows]
    setups = [setup for _, setup in read if isinstance(setup, ServingSetup)]
    predicted = predict(setups, known) if setups else {}
    places = iter(range(len(setups)))
    lines: list[PredictionRow] = []
    for name, setup in read:
        if isinstance(setup, str):
            lines.extend(refused(name, quantity, setup) for quantity in QUANTITIES)
        else:
            lines.extend(_said(name, setup, predicted, next(places)))
    return lines


def _read(row: Row) -> ServingSetup | str:
    """The set-up of a row, or why it cannot be told."""
    try:
        return setup_of(row)
    except FarthingError as error:
        return "; ".join(problem.what for problem in error.problems)


def _said(
    name: str, setup: ServingSetup, found: Mapping[str, Prediction], place: int
) -> Iterator[PredictionRow]:
    short = shortage(setup)
    for quantity in QUANTITIES:
        predicted = found[quantity]
        yield PredictionRow(
            id=name,
            quantity=quantity,
            low=float(predicted.low[place]),
            mid=float(predicted.mid[place]),
            high=float(predicted.high[place]),
            status="infeasible" if short else "ok",
            reason="; ".join((*setup.notes, short) if short else setup.notes),
        )


def shortage(setup: ServingSetup) -> str:
    """Said where the weights alone are beyond the memory of all accelerators together."""
    if setup.holds_weights:
        return ""
    stored, has = setup.stored_byte, setup.layout["accelerator_count"] * setup.accelerator.fact.memory_byte
    return f"the weights take {stored / 2**30:.0f} GiB, all accelerators together have {has / 2**30:.0f}"
