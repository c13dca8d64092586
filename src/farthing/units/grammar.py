"""The shape of a quantity as people write it, before anybody knows what it measures.

A quantity is `[~] side` or `side .. side`, the ends parted by `..`, a dash or `to`. A side is
`[currency] number [scale] [unit] [/ unit]`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from farthing.units.currency import CURRENCIES, SYMBOLS

LONGEST: Final = 200
"""Characters a quantity may have; anything longer is not one."""

_SYMBOLS: Final = "|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True))
_DIGITS: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+(?:_[0-9]+)*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"
_CODES: Final = "|".join(CURRENCIES)
_SIDE: Final = re.compile(
    rf"(?P<minus>[-−])?\s*(?P<money>{_SYMBOLS}|(?:{_CODES})\b)?\s*(?P<sign>[-+−])?(?P<number>{_DIGITS})"
    r"(?![0-9.,_])\s*(?P<rest>(?:[^0-9]|(?<=CO)2)*)"
)
_BETWEEN: Final = re.compile(r"\s*(?<!\.)\.\.(?!\.)\s*|\s*[–—]\s*|\s+to\s+")
_ABOUT: Final = re.compile(r"(?:~|≈|about\s|approximately\s|approx\.?\s)\s*", re.IGNORECASE)
_PER: Final = re.compile(r"\s*/\s*|\s+per\s+|\s+an?\s+|^per\s+|^an?\s+")


class UnreadableError(Exception):
    """The text does not have the shape of a quantity; says why and, if known, the nearest legal form."""

    def __init__(self, code: str, why: str, fix: str = "") -> None:
        super().__init__(why)
        self.code, self.why, self.fix = code, why, fix


@dataclass(frozen=True, slots=True)
class Side:
    """One number as written: `of` is its scale and unit, `per` what it is divided by."""

    number: Fraction
    money: str | None
    of: str
    per: str


@dataclass(frozen=True, slots=True)
class Written:
    """One side, or the two ends of a range; `about` when marked as approximate."""

    sides: tuple[Side, ...]
    about: bool = False


def read(text: str) -> Written:
    """Take a quantity apart, or raise `UnreadableError`."""
    if len(text) > LONGEST:
        raise UnreadableError("too_long", f"a quantity has at most {LONGEST} characters, not {len(text)}")
    stripped = text.strip()
    if not stripped:
        raise UnreadableError("empty", "there is nothing to read")
    about = _ABOUT.match(stripped)
    parts = _BETWEEN.split(stripped[about.end() :] if about else stripped)
    if len(parts) > 2:
        raise UnreadableError("not_a_range", "a range has two ends")
    if about and len(parts) == 2:
        raise UnreadableError("not_a_range", "a range tells its own width", "Leave ~ out")
    return Written(tuple(_side(part) for part in parts), about=about is not None)


def _side(part: str) -> Side:
    match = _SIDE.fullmatch(part)
    if match is None:
        raise _complaint(part)
    if match["minus"] and match["sign"]:
        raise UnreadableError("not_a_number", "it has two signs")
    number = Fraction(match["number"].replace(",", ""))
    negative = match["minus"] or match["sign"] in ("-", "−")
    of, *per = _PER.split(match["rest"].strip())
    money = match["money"]
    return Side(
        number=-number if negative else number,
        money=SYMBOLS.get(money, money),
        of=of.strip(),
        per=" ".join(per).strip() if all(per) else "/",
    )


_NOT_FINITE: Final = re.compile(r"[-+]?(?:nan|inf|infinity)\b", re.IGNORECASE)
_LEADING_DOT: Final = re.compile(r"\.[0-9]")
_DECIMAL_COMMA: Final = re.compile(r"([0-9]+),([0-9]{1,2})(?![0-9,])")
_HYPHENATED: Final = re.compile(rf"([^0-9]*{_DIGITS}[^-]*?)\s*-\s*([^0-9-]*{_DIGITS}.*)")


def _complaint(part: str) -> UnreadableError:
    """Why `part` is no number with a unit, with the nearest legal form where one is plain."""
    if not part:
        return UnreadableError("not_a_range", "one end of the range is missing")
    if _NOT_FINITE.match(part):
        return UnreadableError("not_finite", "only finite numbers can be used")
    if _LEADING_DOT.match(part):
        fix = f"Write 0{part}, and put amounts such as '$2.50/h' in single quotes: a shell eats $2"
        return UnreadableError("leading_dot", "a number begins with a digit", fix)
    if hyphenated := _HYPHENATED.fullmatch(part):
        fix = f"Write {hyphenated[1].strip()}..{hyphenated[2].strip()}"
        return UnreadableError("not_a_range", "a range is written with two dots", fix)
    if comma := _DECIMAL_COMMA.search(part):
        return UnreadableError("decimal_comma", "commas group thousands", f"Write {comma[1]}.{comma[2]}")
    return UnreadableError("not_a_number", "it does not read as a number with a unit")
