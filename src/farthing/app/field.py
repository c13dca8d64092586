"""An option of a verb: its name, its kind and what it says.

`quantity` is the canonical name of the number that a field gives to the formulas, empty for a choice of
words; with both, the number is the place of the word among its choices. Quantities are above zero unless
`zero` says otherwise, and not below `least`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal[
    "word", "flag", "file", "count", "tokens", "params", "flop", "number", "share",
    "duration", "money", "money_per_hour", "switch", "words", "rate_per_day", "rate_per_second",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a question may say."""

    name: str
    kind: FieldKind
    help: str
    quantity: str = ""
    choices: tuple[str, ...] = ()
    least: float = 0.0
    zero: bool = False  # whether nothing at all can be said

    @property
    def option(self) -> str:
        """The field as the command line writes it."""
        return f"--{self.name.replace('_', '-')}"
