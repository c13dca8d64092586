"""Events and bill compared cell by cell: duplicates, then prices, then quantities, then what is left."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias

from farthing.pricing.rows import STANDARD
from farthing.track.account import Accounts
from farthing.track.dimensions import Asked as Question
from farthing.track.reconcile import alike
from farthing.track.reconcile.bill import DAY_US, BillLine
from farthing.track.reconcile.causes import (
    DRIFT,
    DUPLICATE,
    FAILED,
    MISSING,
    NO_EVENTS,
    NO_PRICE,
    UNEXPLAINED,
    Effect,
    Reconciled,
)
from farthing.track.reconcile.cells import (
    ANY,
    Cell,
    Grid,
    Kind,
    Place,
    Sum,
    cells_of,
    is_kin,
    service_of,
    total_of,
)
from farthing.track.reconcile.coarse import guesses_of
from farthing.track.reconcile.gaps import gaps
from farthing.track.reconcile.inferred import counted, reasoned
from farthing.track.reconcile.late import Late
from farthing.track.reconcile.open_cells import Open, moved, twins
from farthing.track.reconcile.parts import Names, Part, Rates, parts_of, some
from farthing.track.reconcile.prices import Bill, drifts, price_effects, prices_near, terms_for
from farthing.track.reconcile.split import Split, fine, split, unbilled
from farthing.track.reconcile.terms import Asked, Terms, terms_of

At: TypeAlias = tuple[Place, int]
_DEARER: Final = "the bill gives money alone, and asks more than the events come to"
_CHEAPER: Final = "the bill gives money alone, and asks less than the events come to"
_LOOK_ALIKE: Final = "events alike in moment, model and counts, under several ids"
_NEARLY: Final = "events alike in model and counts within an hour, as many as the bill lacks"


@dataclass
class Comparison:
    """One comparison. `rate` is what a unit of a currency was worth on a day; `found` takes the results."""

    accounts: Accounts
    asked: Question
    named: Names
    rate: Callable[[str, int], Fraction | None]
    windows: Mapping[str, tuple[int, int]]
    by_hour: bool
    found: Reconciled
    repeats: dict[tuple[str, str, int], int]
    cells: dict[At, Cell] = field(default_factory=dict)
    opened: dict[At, Open] = field(default_factory=dict)
    twice: dict[At, dict[Kind, Sum]] = field(default_factory=dict)
    kept_twice: dict[At, dict[Kind, Sum]] = field(default_factory=dict)
    parts: dict[At, list[At]] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    terms: dict[tuple[str, str, int], Terms] = field(default_factory=dict)

    def solve(self, lines: Sequence[BillLine], parts: Sequence[Part], twice: Sequence[Part]) -> None:
        """Fill `found` with every effect."""
        regions: dict[str, set[str]] = {}
        for part in parts:
            regions.setdefault(part.provider, set()).add(part.region)
        grid = Grid.of(lines, regions)
        self.cells = cells_of(grid, lines, parts)
        self.twice = self._sums(grid, twice)
        self.found.calculated_usd = sum((cell.usd for cell in self.cells.values()), Fraction(0))
        self._open({(part.provider, part.model) for part in parts})
        self._take_duplicates()
        self._price()
        self._infer()
        self._quantities(grid)
        self.found.effects += price_effects(self.bills, self.terms)

    def _sums(self, grid: Grid, parts: Iterable[Part]) -> dict[At, dict[Kind, Sum]]:
        """Parts added up by the cells that they belong to, and by kinds of use."""
        found: dict[At, dict[Kind, Sum]] = {}
        for part in parts:
            place, start, _ = grid.of_part(part)
            told = fine(place, part.meter, part.tier)
            at = (told if (told, start) in self.opened else place, start)
            if at in self.cells or at in self.opened:
                kind = Kind(part.model, part.meter, part.tier)
                found.setdefault(at, {}).setdefault(kind, Sum()).add(part)
        return found

    def _open(self, known: set[tuple[str, str]]) -> None:
        """The cells that can be compared; those that cannot are effects as they are."""
        rates = Rates.of(self.accounts)
        providers = {provider for provider, _ in known}
        for at, cell in self.cells.items():
            place = cell.place
            is_known = (place.provider, place.model) in known if place.model else place.provider in providers
            if not is_known:
                self._whole(cell, f"{NO_EVENTS}: {service_of(cell)}", "no events of it are known")
                continue
            rate = self._rate(cell, rates)
            if cell.lacks or rate is None:
                self.found.unpriced.add((place.provider, place.model))
                self._whole(cell, NO_PRICE, "the price book has no price for it")
                continue
            billed = cell.billed_quantity
            more = Fraction(0) if billed is None else billed - cell.quantity
            self.opened[at] = Open(cell, rate, more)

    def _whole(self, cell: Cell, cause: str, why: str) -> None:
        """All of a cell's difference is of one cause."""
        usd = self._billed(cell) - cell.usd
        if usd:
            self.found.effects.append(Effect(cause, usd, cell.where, why, cell.line_count))

    def _billed(self, cell: Cell) -> Fraction:
        return sum((line.cost * self._dated(line) for line in cell.lines), Fraction(0))

    def _dated(self, line: BillLine) -> Fraction:
        rate = self.rate(line.currency, line.start_us)
        assert rate is not None, "lines without a rate are not compared"
        return rate

    def _rate(self, cell: Cell, rates: Rates) -> Fraction | None:
        """What a unit costs by the book: as events do, else as the model's others do beside the list."""
        if cell.quantity:
            return cell.usd / cell.quantity
        listed = self._listed(cell.place, cell.start_us, rates)
        for (place, start), other in self.cells.items() if listed else ():
            if start == cell.start_us and other.quantity and is_kin(place, cell.place):
                beside = self._listed(place, start, rates)
                if beside:
                    return listed * (other.usd / other.quantity) / beside if listed else None
        return listed

    def _listed(self, place: Place, start_us: int, rates: Rates) -> Fraction | None:
        if place.meter == ANY:
            return None
        tier = STANDARD if place.tier == ANY else place.tier
        region = "" if place.region == ANY else place.region
        meter = "cache_write_5m" if place.meter == "cache_write" else place.meter
        return rates.rate(place.provider, place.model, meter, tier, start_us, region)

    def _take_duplicates(self) -> None:
        """Take away what was recorded twice, where the bill does not have it twice as well."""
        decided = {
            at: _is_twice(self.opened[at], total_of(twice))
            for at, twice in self.twice.items()
            if at in self.opened
        }
        said = list(decided.values())
        is_usual = said.count(False) > said.count(True)  # twins are different calls in this ledger
        for at, answer in decided.items():
            if answer or (answer is None and not is_usual):
                self._take_twice(at)

    def _take_twice(self, at: At) -> None:
        one, twice = self.opened[at], total_of(self.twice[at])
        cell = one.cell
        self.found.effects.append(
            Effect(DUPLICATE, -twice.usd, cell.where, _LOOK_ALIKE, cell.line_count, self._copies(cell))
        )
        quantity = cell.quantity - twice.quantity
        if quantity:
            one.rate = (cell.usd - twice.usd) / quantity
        if cell.billed_quantity is not None:
            one.left += twice.quantity
        self.kept_twice[at] = self.twice[at]
        one.counted = quantity
        one.usd = cell.usd - twice.usd

    def _copies(self, cell: Cell) -> int:
        """How many events of a cell repeat others; those of one call are in several cells and count once."""
        mine = [
            at
            for at in self.repeats
            if at[:2] == cell.place[:2] and cell.start_us <= at[2] * DAY_US < cell.end_us
        ]
        return sum(self.repeats.pop(at) for at in mine)

    def _price(self) -> None:
        """Bills of all cells, the terms that they share, and single prices that differ."""
        self.bills = [bill for one in self.opened.values() for bill in self._bills(one)]
        groups: dict[tuple[str, str], list[Asked]] = {}
        for bill in self.bills:
            if bill.asked.usd:
                groups.setdefault((bill.cell.place.provider, bill.currency), []).append(bill.asked)
        for (provider, currency), asked in groups.items():
            for start, agreed in terms_of(asked, currency).items():
                self.terms[provider, currency, start] = agreed
        rates = Rates.of(self.accounts)
        self._split(rates, lambda bill, one: len(bill.cell.sums) > 1 or bool(one.left))
        drifts(self.bills, self.terms, rates)
        self._split(rates, lambda bill, _: bill.cause == DRIFT and not bill.is_shared)
        self._loosen(rates)
        self._split_unbilled()

    def _loosen(self, rates: Rates) -> None:
        """Where a meter has several rates (long prompts, hours) the calls that lack may have had another mix.

        What a single line asks beside the average is then the rate of those calls, not another price.
        """
        for bill in self.bills:
            one = self.opened.get((bill.cell.place, bill.cell.start_us))
            if one is None or bill.cause != DRIFT or bill.is_shared or not bill.asked.is_sure or not one.left:
                continue
            listed = self._listed(one.place, one.cell.start_us, rates)
            rate = (bill.asked.cost / terms_for(bill, self.terms).of(bill.asked) - one.usd) / one.left
            if one.counted and listed != one.usd / one.counted and rate > 0:
                one.rate = rate
                bill.factor, bill.cause = Fraction(1), ""
                bill.asked = bill.asked.worth(one.usd + one.left * rate)

    def _split(self, rates: Rates, chosen: Callable[[Bill, Open], bool]) -> None:
        """Tell kinds of use apart by money where lines do not fit and lump several together.

        It must come out for each line of a place that does not fit: by chance it does for some.
        """
        found: dict[Place, list[tuple[Bill, Split | None]]] = {}
        for bill in self.bills:
            at, agreed = (bill.cell.place, bill.cell.start_us), terms_for(bill, self.terms)
            one = self.opened.get(at)
            if one is None or not bill.asked.is_sure or agreed.fits(bill.asked) or not chosen(bill, one):
                continue
            made = split(one, bill, agreed, self.kept_twice.get(at, {}), rates)
            found.setdefault(at[0], []).append((bill, made))
        for tried in found.values():
            if all(made is not None for _, made in tried):
                for bill, made in tried:
                    if made is not None:
                        self._use(bill, made)

    def _use(self, bill: Bill, made: Split) -> None:
        at = (bill.cell.place, bill.cell.start_us)
        bill.factor, bill.cause, bill.asked = Fraction(1), "", bill.asked.worth(made.usd)
        del self.opened[at]
        self.parts[at] = [(other.place, at[1]) for other in made.opened]
        self.opened |= dict(zip(self.parts[at], made.opened, strict=True))

    def _split_unbilled(self) -> None:
        """Tell kinds of use apart where nothing is billed, beside cells where that was done."""
        split_up = {(at[0].provider, at[0].model, at[1]) for at in self.opened if at not in self.cells}
        for at in [at for at, one in self.opened.items() if not one.cell.lines]:
            place, start = at
            if (place.provider, place.model, start) in split_up and at in self.cells:
                one = self.opened.pop(at)
                for other in unbilled(one, self.kept_twice.get(at, {})):
                    self.opened[other.place, start] = other

    def _bills(self, one: Open) -> Iterator[Bill]:
        """What each currency of a cell asks: the book's value is split as the money is."""
        currencies = {line.currency for line in one.cell.lines}
        billed = self._billed(one.cell)
        for currency in sorted(currencies):
            lines = [line for line in one.cell.lines if line.currency == currency]
            cost = sum((line.cost for line in lines), Fraction(0))
            rate = self._dated(lines[0])
            share = cost * rate / billed if len(currencies) > 1 and billed else Fraction(1)
            usd = (one.usd + one.left * one.rate) * share
            if not one.rate:
                if cost:
                    where, why = one.cell.where, "billed where the book asks nothing"
                    self.found.effects.append(Effect(DRIFT, cost * rate, where, why, len(lines)))
                continue
            listed = [line.list_cost for line in lines if line.list_cost is not None]
            asked = Asked(
                place=one.place,
                start_us=one.cell.start_us,
                usd=usd,
                cost=cost,
                slack=sum((line.slack for line in lines), Fraction(0)),
                rate=rate,
                is_sure=one.cell.billed_quantity is not None,
                list_cost=sum(listed, Fraction(0)) if len(listed) == len(lines) else None,
            )
            quantity = (one.counted + one.left) * share
            yield Bill(one.cell, asked, currency, usd / quantity if quantity else one.rate, quantity)

    def _infer(self) -> None:
        """Where the bill gives money alone: the quantity that the money is for."""
        rates = Rates.of(self.accounts)
        shared: dict[Place, list[Bill]] = {}
        for bill in self.bills:
            if bill.is_shared:
                shared.setdefault(bill.cell.place, []).append(bill)
        for bill in self.bills:
            asked, agreed = bill.asked, terms_for(bill, self.terms)
            one = self.opened.get((bill.cell.place, bill.cell.start_us))
            if one is None or asked.is_sure or bill.factor != 1 or (asked.usd and agreed.fits(asked)):
                continue
            if len(one.cell.sums) > 1:
                twice = self.kept_twice.get((one.place, one.cell.start_us), {})
                self.found.effects += reasoned(bill, one, agreed, guesses_of(one, twice, rates))
            else:
                counted(bill, one, agreed, prices_near(bill, shared.get(bill.cell.place, ())))

    def _quantities(self, grid: Grid) -> None:
        """Put what the bill counts more or less than events down to causes."""
        every = list(self.opened.values())
        in_units = [one for one in every if not one.is_money]
        self.found.effects += twins(in_units)
        late = Late(self.accounts, self.asked, self.named, grid, Rates.of(self.accounts))
        for provider in {one.place.provider for one in every}:
            self.found.effects += late.effects(one for one in every if one.place.provider == provider)
        self.found.effects += moved(in_units)
        if any(one.left < -one.slack for one in every):
            self._take_exact(
                grid, alike.failed_sql(), FAILED, "calls that failed, which the bill does not have"
            )
            self._take_exact(
                grid, alike.copies_sql(self.accounts.events.empty, nearly=True), DUPLICATE, _NEARLY
            )
        left = [one for one in every if not one.is_settled]
        silent = gaps(self.accounts, self.asked, [one for one in left if one.left > 0], self.named)
        for one in left:
            if one.left > 0:
                why = _DEARER if one.is_money else "the bill counts more than the events"
                self.found.effects.append(
                    one.take(one.left, MISSING, why, detail=silent.get((one.place, one.cell.start_us), ""))
                )
            else:
                why = _CHEAPER if one.is_money else "the bill lacks what events count, and nothing says why"
                self.found.effects.append(one.take(one.left, UNEXPLAINED, why))
        self._round_quantities(every)

    def _take_exact(self, grid: Grid, chosen: str, cause: str, why: str) -> None:
        """Take the quantity of some events where that is just what a cell has too much."""
        parts = parts_of(some(self.accounts, chosen), self.asked, self.named, by_hour=self.by_hour)
        inside = (part for part in parts if part.provider in self.windows)
        for at, kinds in self._sums(grid, inside).items():
            one, total = self.opened.get(at), total_of(kinds)
            if one is None or one.left >= -one.slack:
                continue
            measured = total.usd if one.is_money else Fraction(total.quantity)
            if abs(one.left + measured) <= one.slack:
                self.found.effects.append(one.take(-measured, cause, why))

    def _round_quantities(self, every: Iterable[Open]) -> None:
        """What is left of inferred quantities is rounding: the book's value follows what was taken."""
        left = {(one.place, one.cell.start_us): one.left for one in every if one.left}
        for bill in self.bills:
            at = (bill.cell.place, bill.cell.start_us)
            rounded = sum(
                (self.opened[one].rate * left.get(one, 0) for one in self.parts.get(at, [at])), Fraction(0)
            )
            if rounded:
                bill.asked = bill.asked.worth(bill.asked.usd - rounded)


def _is_twice(one: Open, twice: Sum) -> bool | None:
    """Whether the bill says that what looks alike was recorded twice: it lacks at least as much.

    None where it does not tell.
    """
    if one.cell.billed_quantity is None or not one.cell.lines:
        return None
    if one.left == 0:
        return False
    return True if one.left + twice.quantity <= 0 else None
