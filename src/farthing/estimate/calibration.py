"""A user's calibration: measured steps under a name."""

from dataclasses import dataclass, field

from farthing.estimate.cells import Row


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a user measured: the kind of steps, the name and date it goes by, a digest, and the rows."""

    kind: str
    name: str
    date: str
    digest: str
    rows: tuple[Row, ...] = field(compare=False, repr=False)

    @property
    def source(self) -> str:
        """The calibration as answers name it."""
        return f"your calibration {self.name} of {self.date}"
