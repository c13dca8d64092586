"""Tables of steps to predictions: one loop for training and fine-tuning."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from farthing.estimate.cells import Row
from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import Known, Prediction
from farthing.units.problem import FarthingError

QUANTITIES: Final = ("tokens_per_s_per_gpu", "peak_mem_gib")
PER_GIB: Final = 2**30

Predictor: TypeAlias = Callable[[Sequence[Setup], Known | None], dict[str, Prediction]]
Shortage: TypeAlias = Callable[[Setup, Mapping[str, Prediction], int], str]


@dataclass(frozen=True, slots=True)
class StepTable:
    """How a kind of step is read, predicted and judged.

    `shortage` says in words why a step does not fit into memory, and '' where it does.
    """

    setup_of: Callable[[Row], Setup]
    predict: Predictor
    shortage: Shortage

    def lines(self, rows: Iterable[Row], known: Known | None) -> list[PredictionRow]:
        """A line for each quantity of each row, in the table's order; what cannot be read is refused."""
        read = [(row.get("id") or "", self._read(row)) for row in rows]
        setups = [setup for _, setup in read if isinstance(setup, Setup)]
        predicted = self.predict(setups, known) if setups else {}
        places = iter(range(len(setups)))
        lines: list[PredictionRow] = []
        for name, setup in read:
            if isinstance(setup, str):
                lines.extend(refused(name, quantity, setup) for quantity in QUANTITIES)
            else:
                lines.extend(self._said(name, setup, predicted, next(places)))
        return lines

    def _read(self, row: Row) -> Setup | str:
        """The set-up of a row, or why it cannot be told."""
        try:
            return self.setup_of(row)
        except FarthingError as error:
            return "; ".join(problem.what for problem in error.problems)

    def _said(
        self, name: str, setup: Setup, found: Mapping[str, Prediction], place: int
    ) -> Iterator[PredictionRow]:
        short = self.shortage(setup, found, place)
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
