"""Inputs with their basis: what an estimate starts from and why it believes each number.

The first to say a name wins: what the user set, then what the user gave, then what the chain
looks up, derives or assumes, in the order in which it asks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from farthing.estimate.question import Number, Question
from farthing.units.spread import Shape, Spread


class Basis(StrEnum):
    """Where an input comes from."""

    GIVEN = "given"
    LOOKED_UP = "looked_up"
    DERIVED = "derived"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Input:
    """One number that goes into a chain: its value, where it comes from, how far to trust it.

    `sources` are ids of the catalog; `confidence` is A to D, None where given or derived. `stream` names
    what it is drawn with, where two facts of one name must not be drawn alike; '' is the name itself.
    """

    name: str
    value: Number
    basis: Basis
    sources: tuple[str, ...] = ()
    confidence: str | None = None
    note: str = ""
    stream: str = ""


class Inputs:
    """The inputs of one estimate, filled step by step; a name that is known is never replaced."""

    def __init__(self, question: Question) -> None:
        self._items: dict[str, Input] = {}
        self._read: set[str] = set()
        self.question = question
        for name, value in question.sets.items():
            self.add(Input(name, value, Basis.GIVEN, note="set"))
        for name, value in question.numbers.items():
            self.add(Input(name, value, Basis.GIVEN))

    def copy(self) -> "Inputs":
        """The same inputs, to be filled further without touching these."""
        twin = Inputs(self.question)
        twin._items, twin._read = dict(self._items), set(self._read)
        return twin

    def add(self, item: Input) -> None:
        """Add an input unless its name is known already."""
        if isinstance(item.value, Spread) and item.value.shape is Shape.EXACT:
            item = replace(item, value=item.value.p50)
        self._items.setdefault(item.name, item)

    def look_up(
        self, name: str, value: Number, sources: Iterable[str], confidence: str, note: str = ""
    ) -> None:
        """Add a fact of the catalog."""
        self.add(Input(name, value, Basis.LOOKED_UP, tuple(sources), confidence, note))

    def derive(self, name: str, value: Number, note: str, sources: Iterable[str] = ()) -> None:
        """Add a number worked out from other inputs; the note says from which."""
        self.add(Input(name, value, Basis.DERIVED, tuple(sources), None, note))

    def assume(
        self, name: str, value: Number, sources: Iterable[str], confidence: str, note: str = ""
    ) -> None:
        """Add a default that the user did not ask for; it is shown as an assumption."""
        self.add(Input(name, value, Basis.ASSUMED, tuple(sources), confidence, note))

    def draw_apart(self, name: str, whose: str) -> None:
        """Draw an input that is known by a stream of its own: that of a name and whose it is."""
        self._items[name] = replace(self._items[name], stream=f"{name} of {whose}")

    def leave_out(self, names: Iterable[str]) -> None:
        """Forget inputs, so that another value may be said for them."""
        for name in names:
            self._items.pop(name, None)

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[Input]:
        return iter(self._items.values())

    def __getitem__(self, name: str) -> Input:
        self._read.add(name)
        return self._items[name]

    @property
    def names(self) -> frozenset[str]:
        """Every name that is known."""
        return frozenset(self._items)

    def median(self, name: str) -> float:
        """The middle value of an input, as a search over layouts uses it."""
        value = self[name].value
        return value.p50 if isinstance(value, Spread) else float(value)

    def unread(self, used: Iterable[str]) -> tuple[Input, ...]:
        """Inputs the user gave that nothing read: each deserves a warning."""
        seen = self._read.union(used)
        return tuple(item for item in self if item.basis is Basis.GIVEN and item.name not in seen)
