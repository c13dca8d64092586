"""What was asked: the typed and frozen form in which every verb hands its question down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from farthing.estimate.calibration import Calibration
from farthing.units.spread import Spread

Number: TypeAlias = float | Spread


@dataclass(frozen=True, slots=True)
class Solve:
    """Find the value of `name` at which `target` comes out at `value` (both canonical names)."""

    name: str
    target: str
    value: float


@dataclass(frozen=True, slots=True)
class Question:
    """A verb with everything its asker said, and what the door decided for it.

    `numbers` are quantities by canonical name (`accelerator_count`, `rent_usd_per_gpu_hour`),
    `words` are choices by option name (`accelerator`, `precision`), `flags` are switches.
    `sets` overrides any input or intermediate value. `draws` = 1 asks for medians only.
    `calibration` is what the asker measured on their own machines; `many` holds choices of which there
    may be several (`model` where models are compared), `books` files to lay over the price book.
    """

    verb: str
    as_of: date
    numbers: Mapping[str, Number] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    sets: Mapping[str, Number] = field(default_factory=dict)
    solve: Solve | None = None
    seed: int = 0
    draws: int = 16_384
    calibration: Calibration | None = None
    many: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    books: tuple[str, ...] = ()

    def word(self, name: str) -> str | None:
        """What was said for a choice, or None."""
        return self.words.get(name)

    def at_median(self) -> "Question":
        """The same question for one draw, where every spread stands at its median."""
        return replace(self, draws=1)

    def having(self, name: str, value: Number) -> "Question":
        """The same question with one more value set, as `--set` does, and nothing left to solve."""
        return replace(self, sets={**self.sets, name: value}, solve=None)
