"""Bill lines and events side by side: cells as coarse as the bill is, with what events put into each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

from farthing.pricing.rows import STANDARD
from farthing.track.reconcile.bill import DAY_US, BillLine
from farthing.track.reconcile.causes import Where
from farthing.track.reconcile.parts import Part
from farthing.units.meters import METERS

ANY: Final = "*"
_LIFETIMES: Final = ("cache_write_5m", "cache_write_1h")
_WITHIN_OUTPUT: Final = ("reasoning", "citation")


class Place(NamedTuple):
    """What a cell is of; ANY is what the bill does not tell apart."""

    provider: str
    model: str
    meter: str
    tier: str
    region: str


class Kind(NamedTuple):
    """A kind of use within a cell: what events say of it."""

    model: str
    meter: str
    tier: str


@dataclass(slots=True)
class Sum:
    """Quantity and money of some events, exactly; `usd` without what has no price, which `lacks` tells."""

    quantity: int = 0
    usd: Fraction = Fraction(0)
    lacks: bool = False

    def add(self, part: Part) -> None:
        """Take in a part."""
        self.quantity += part.quantity
        self.usd += part.usd or Fraction(0)
        self.lacks = self.lacks or part.usd is None


@dataclass(slots=True)
class Cell:
    """The lines of a bill for one place and stretch of time, and the events for it."""

    place: Place
    start_us: int
    end_us: int
    lines: list[BillLine] = field(default_factory=list)
    sums: dict[Kind, Sum] = field(default_factory=dict)

    @property
    def quantity(self) -> int:
        """Units that events count."""
        return sum(one.quantity for one in self.sums.values())

    @property
    def usd(self) -> Fraction:
        """Dollars that events come to."""
        return sum((one.usd for one in self.sums.values()), Fraction(0))

    @property
    def lacks(self) -> bool:
        """Whether some use has no price."""
        return any(one.lacks for one in self.sums.values())

    @property
    def line_count(self) -> int:
        """Lines of the bill."""
        return sum(line.lines for line in self.lines)

    @property
    def billed_quantity(self) -> Fraction | None:
        """Units that the bill counts; None where a line of it does not say; 0 without lines."""
        found = Fraction(0)
        for line in self.lines:
            if line.quantity is None:
                return None
            found += line.quantity
        return found

    @property
    def where(self) -> Where:
        """The cell for a row of an answer."""
        provider, model, meter, tier, region = ("" if one == ANY else one for one in self.place)
        return Where(provider, model, meter, tier, region, self.start_us, self.end_us)


@dataclass(frozen=True)
class Grid:
    """What a bill tells apart: meters of each model, tiers and regions of a provider, stretches of time."""

    meters: Mapping[tuple[str, str], frozenset[str]]
    tiers: frozenset[str]
    regions: frozenset[str]
    spans: Mapping[tuple[str, ...], tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, lines: Sequence[BillLine], event_regions: Mapping[str, set[str]]) -> "Grid":
        """The grid of some lines; regions count where the bill and the events have one in common."""
        meters: dict[tuple[str, str], set[str]] = {}
        regions: dict[str, set[str]] = {}
        spans: dict[tuple[str, ...], set[tuple[int, int]]] = {}
        for line in lines:
            meters.setdefault((line.provider, line.model), set()).add(line.meter)
            regions.setdefault(line.provider, set()).add(line.region)
            for key in (
                (line.provider, line.model, line.meter),
                (line.provider, line.model),
                (line.provider,),
            ):
                spans.setdefault(key, set()).add((line.start_us, line.end_us))
        return cls(
            {key: frozenset(found) for key, found in meters.items()},
            frozenset(line.provider for line in lines if line.tier not in ("", STANDARD)),
            frozenset(
                home for home, found in regions.items() if (found - {""}) & event_regions.get(home, set())
            ),
            {key: _joined(found) for key, found in spans.items()},
        )

    def of_line(self, line: BillLine) -> tuple[Place, int, int]:
        """Where a line of the bill belongs."""
        place = self._place(line.provider, line.model, line.meter or ANY, line.tier or STANDARD, line.region)
        return place, *self._span((line.provider, line.model, line.meter), line.start_us)

    def of_part(self, part: Part) -> tuple[Place, int, int]:
        """Where use belongs: with the lines that bill it, else by itself."""
        model = part.model if (part.provider, part.model) in self.meters else ""
        told = self.meters.get((part.provider, model), frozenset())
        for_all = self.meters.get((part.provider, ""), frozenset())
        if model and part.meter not in told and part.meter in for_all:
            model, told = "", for_all
        if not model and "" not in told and part.meter not in told:
            model = part.model
        meter = _meter(part.meter, told)
        place = self._place(part.provider, model, meter, part.tier, part.region)
        keys = (
            (part.provider, model, "" if meter == ANY else meter),
            (part.provider, model),
            (part.provider,),
        )
        return place, *self._span_of_any(keys, part.at_us)

    def _place(self, provider: str, model: str, meter: str, tier: str, region: str) -> Place:
        known_tier = tier if provider in self.tiers else ANY
        return Place(provider, model, meter, known_tier, region if provider in self.regions else ANY)

    def _span(self, key: tuple[str, ...], at_us: int) -> tuple[int, int]:
        return next(span for span in self.spans[key] if span[0] <= at_us < span[1])

    def _span_of_any(self, keys: Iterable[tuple[str, ...]], at_us: int) -> tuple[int, int]:
        for key in keys:
            for span in self.spans.get(key, ()):
                if span[0] <= at_us < span[1]:
                    return span
        day = at_us // DAY_US * DAY_US
        return day, day + DAY_US


def cells_of(grid: Grid, lines: Iterable[BillLine], parts: Iterable[Part]) -> dict[tuple[Place, int], Cell]:
    """Lines and parts in their cells, known by place and start."""
    cells: dict[tuple[Place, int], Cell] = {}
    for line in lines:
        _at(cells, *grid.of_line(line)).lines.append(line)
    for part in parts:
        cell = _at(cells, *grid.of_part(part))
        kind = Kind(part.model, part.meter, part.tier)
        cell.sums.setdefault(kind, Sum()).add(part)
    return cells


def _at(cells: dict[tuple[Place, int], Cell], place: Place, start: int, end: int) -> Cell:
    return cells.setdefault((place, start), Cell(place, start, end))


def _meter(meter: str, told: frozenset[str]) -> str:
    """The meter under which a bill that tells some counts this one."""
    if meter in told:
        return meter
    if meter in _LIFETIMES and "cache_write" in told and not set(_LIFETIMES) & told:
        return "cache_write"
    if meter in _WITHIN_OUTPUT and "output" in told:
        return "output"
    return ANY if "" in told else meter


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches of time, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def by_span(cells: Iterable[Cell]) -> Iterator[tuple[tuple[str, str, int], list[Cell]]]:
    """Cells of one model and stretch of time together."""
    found: dict[tuple[str, str, int], list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.place.provider, cell.place.model, cell.start_us), []).append(cell)
    yield from found.items()


def is_input(meter: str) -> bool:
    """Whether a meter is one of the kinds of input."""
    while meter in METERS:
        if meter == "input":
            return True
        meter = METERS[meter].parent
    return False


def total_of(kinds: Mapping[Kind, Sum]) -> Sum:
    """The sum of several kinds of use."""
    found = Sum()
    for one in kinds.values():
        found.quantity += one.quantity
        found.usd += one.usd
        found.lacks = found.lacks or one.lacks
    return found


def is_kin(one: Place, other: Place) -> bool:
    """Whether two places are the same but for the tier, or but for the kind of input."""
    return one._replace(tier="") == other._replace(tier="") or (
        one._replace(meter="") == other._replace(meter="") and "cache" in one.meter + other.meter
    )


def service_of(cell: Cell) -> str:
    """What a cell is called: its model, else the service that its lines name, else the provider."""
    named = cell.place.model or next((line.service for line in cell.lines if line.service), "")
    return named or cell.place.provider
