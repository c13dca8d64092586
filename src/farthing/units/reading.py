"""From the shape of a quantity to its exact value: what each word means where a certain kind is expected."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from farthing.units.grammar import Side, UnreadableError, read
from farthing.units.kinds import RULES, Floor, Kind, Rule
from farthing.units.measures import MEASURES, RATES, SCALES, Dimension, Measure, measure_of, measures
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

_LARGEST: Final = Fraction(10**100)
_OPTIONAL_NUMERATORS: Final = frozenset({Dimension.COUNT, Dimension.MONEY})


@dataclass(frozen=True, slots=True)
class Amounts:
    """Exact values in the kind's base unit: one, or the two ends of a range, low first."""

    values: tuple[Fraction, ...]
    currency: str | None
    about: bool


@dataclass(frozen=True, slots=True)
class _Sized:
    """One side with its words understood; None where nothing was written."""

    number: Fraction
    scale: int | None
    unit: Measure | None
    per: Measure | None

    @property
    def bare(self) -> bool:
        return self.unit is None and self.per is None


@dataclass(frozen=True, slots=True)
class Reader:
    """One text read where `kind` is expected.

    `own` is the size of the field's own unit in base units: values are expressed in it and a number alone
    is in it. Without it a number alone is read only where the kind says that is clear.
    """

    text: str
    kind: Kind
    where: str
    floor: Floor
    own: Fraction | None = None

    @property
    def rule(self) -> Rule:
        """How the expected kind is written and bounded."""
        return RULES[self.kind]

    def amounts(self) -> Amounts:
        """The exact values. Raises InputError with the nearest legal form."""
        try:
            written = read(self.text)
            sides = _completed(tuple(map(self._sized, written.sides)))
            values = tuple(map(self._value, sides))
            self._check(values)
            return Amounts(values, self._currency(sides), written.about)
        except UnreadableError as reason:
            raise self._error(reason) from None

    def _sized(self, side: Side) -> _Sized:
        of, per = side.of, side.per
        if self.rule.over and not per:
            of, per = RATES.get(of, (of, per))
        scale, unit = self._unit(of)
        if side.money:
            if unit is not None and unit.currency != side.money:
                raise UnreadableError("unit_mismatch", f"{side.money} and {side.of} name two units")
            unit = unit or Measure(Dimension.MONEY, currency=side.money)
            if Dimension.MONEY not in self.rule.of:
                raise self._mismatch((unit,))
        return _Sized(side.number, scale, unit, self._word(per, self.rule.over) if per else None)

    def _unit(self, words: str) -> tuple[int | None, Measure | None]:
        """Scale and unit of what stands after the number; a unit of the expected kind wins over a scale."""
        if not words:
            return None, None
        whole = measure_of(words, self.rule.of)
        if whole is not None:
            return None, whole
        first, _, rest = words.partition(" ")
        if first not in SCALES:
            return None, self._word(words, self.rule.of)
        return SCALES[first], self._word(rest.strip(), self.rule.of) if rest else None

    def _word(self, word: str, dimensions: tuple[Dimension, ...]) -> Measure:
        found = measure_of(word, dimensions)
        if found is not None:
            return found
        if others := measures(word):
            raise self._mismatch(others)
        known = (known for known, means in MEASURES.items() if any(m.dimension in dimensions for m in means))
        fix = f"{did_you_mean(word, known)} {self._usual}".strip()
        raise UnreadableError("unknown_unit", f"{quoted(word)} is no unit known here", fix)

    def _value(self, side: _Sized) -> Fraction:
        number = side.number * (side.scale or 1)
        if side.bare and self.own is not None:
            return number
        self._complete(side)
        if side.unit is not None:
            number *= side.unit.size / self.rule.of_size
        if side.per is not None:
            number /= side.per.size / self.rule.over_size
        return number / (self.own or 1)

    def _complete(self, side: _Sized) -> None:
        """Whether enough is written to know the unit."""
        rated = side.per is not None or not self.rule.over
        united = side.unit is not None or (side.per is not None and _OPTIONAL_NUMERATORS & set(self.rule.of))
        if self.rule.bare or (rated and united):
            return
        fix = "Write min for minutes or mo for months" if self.kind is Kind.DURATION and side.scale else ""
        raise UnreadableError("unit_missing", f"the unit is missing and {self._expected} is expected", fix)

    def _check(self, values: tuple[Fraction, ...]) -> None:
        for value in values:
            if not self.floor.admits(value):
                raise UnreadableError("too_low", f"it must be {self.floor}")
            if self.kind is Kind.SHARE and value > 1:
                fix = "" if "%" in self.text or value > 100 else f"Write {float(value):g}%"
                raise UnreadableError("share_above_one", "a share lies between 0 and 1, or 0% and 100%", fix)
            if value and not 1 / _LARGEST < abs(value) < _LARGEST:
                raise UnreadableError("out_of_range", "no quantity here is that large or that small")
        if values[0] > values[-1]:
            fix = "Write the lower end first; a scale such as k or M after the upper end counts for both"
            raise UnreadableError("reversed_range", "the range runs from high to low", fix)
        if self.rule.whole and len(values) == 1 and values[0].denominator != 1:
            raise UnreadableError("not_whole", "it must be a whole number")

    def _currency(self, sides: Iterable[_Sized]) -> str | None:
        written = {side.unit.currency for side in sides if side.unit} - {None}
        if len(written) > 1:
            raise UnreadableError("unit_mismatch", "the two ends are in two currencies")
        return written.pop() if written else None

    @property
    def _expected(self) -> str:
        return self.kind.value.replace("_", " ")

    @property
    def _usual(self) -> str:
        return f"Write {self.rule.phrase} such as {self.rule.example}"

    def _mismatch(self, meanings: Iterable[Measure]) -> UnreadableError:
        found = " or ".join(dict.fromkeys(measure.dimension.value for measure in meanings))
        return UnreadableError("unit_mismatch", f"it measures {found} and {self._expected} is expected")

    def _error(self, reason: UnreadableError) -> InputError:
        what = f"{quoted(self.text)} cannot be used as {self.rule.phrase}"
        return InputError(
            [Problem(reason.code, "error", self.where, what, reason.why, reason.fix or self._usual)]
        )


def _completed(sides: tuple[_Sized, ...]) -> tuple[_Sized, ...]:
    """Both ends of a range in full: in `2..3M tokens` and `$2..3.5/h` one end lends the other its words."""
    if len(sides) == 1:
        return sides
    low, high = sides
    scale = low.scale
    if scale is None and high.scale is not None:
        if low.unit is None or high.unit is None:
            scale = high.scale
        elif low.unit.dimension is Dimension.MONEY:
            raise UnreadableError(
                "ambiguous_scale", "only the upper end has a scale", "Scale both ends, such as $2M..$3M"
            )
    unit, per = low.unit or high.unit, low.per or high.per
    return (
        replace(low, scale=scale, unit=unit, per=per),
        replace(high, unit=high.unit or unit, per=high.per or per),
    )
