"""One line of a table of predictions: what `validate` writes for each row and quantity."""

import math
from dataclasses import dataclass
from typing import Final

COLUMNS: Final = ("id", "quantity", "low", "mid", "high", "status", "reason")


@dataclass(frozen=True, slots=True)
class PredictionRow:
    """A prediction with its 80 % interval; `status` is ok, infeasible or refused (nan numbers)."""

    id: str
    quantity: str
    low: float
    mid: float
    high: float
    status: str
    reason: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line as text; numbers that are none stay empty."""
        numbers = (self.low, self.mid, self.high)
        shown = ("" if math.isnan(number) else f"{number:.6g}" for number in numbers)
        return (self.id, self.quantity, *shown, self.status, self.reason)


def refused(name: str, quantity: str, reason: str) -> PredictionRow:
    """The line of a row that cannot be answered."""
    return PredictionRow(name, quantity, math.nan, math.nan, math.nan, "refused", reason)
