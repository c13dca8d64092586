"""What a check found, before it is known in which line."""

from collections.abc import Mapping
from dataclasses import dataclass

from farthing.units.problem import Problem, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt about an entry at `place` (`room/id`)."""

    code: str
    place: str
    what: str
    why: str
    fix: str
    severity: Severity = "error"

    def problem(self, places: Mapping[str, str]) -> Problem:
        """The same as a problem, with file and line where they are known."""
        line = places.get(self.place)
        where = self.place if line is None else f"{line} ({self.place})"
        return Problem(self.code, self.severity, where, self.what, self.why, self.fix)
