"""How many tokens a text is: counted where a tokenizer lies on this machine, else estimated.

An estimate divides the characters of each part of the text by what one token held of that language or
kind when it was measured (catalog/data/tokenizers.yaml). Its range is what held-out text needed, which
`tools/measure_tokenizers.py` measures anew and `docs/decisions/token-counts.md` tells. Nothing here
reaches a network.
"""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.text_kinds import characters_by_kind
from farthing.estimate.tokenizer_families import UNKNOWN, Family, family_of
from farthing.estimate.tokenizer_files import counter
from farthing.estimate.tokenizer_stand_ins import STAND_INS, Ratio

_SOURCE: Final = "own-tokenizer-measure-2026-11"
_MODERN: Final = ("cl100k", "o200k", "llama-3", "llama-4", "tekken", "deepseek", "qwen")
_DATA: Final = frozenset({"csv", "json"})
_CODE: Final = frozenset({"python", "javascript", "c", "html", "markdown"})
# How far an estimate strays from the count, as a power of e: nine of ten of every second held-out text of
# LONG characters, with a little room. A shorter text strays further, by the fifth root of how much shorter.
_PROSE_STRAYS, _CODE_STRAYS, _DATA_STRAYS, _RATIO_STRAYS = 0.13, 0.28, 0.45, 0.08
_MESSAGES: Final = frozenset({"ar", "fa", "he", "th"})  # measured on a program's messages more than on prose
LONG: Final = 3_000
_SHORTER_STRAYS_BY: Final = 0.2


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of a text by one model's tokenizer.

    A count has low = mid = high. `kinds` gives characters by language or kind of text as detected.
    A message to a chat model adds a few tokens of its own, which are not part of this.
    """

    low: int
    mid: int
    high: int
    method: Literal["counted", "estimated"]
    tokenizer: str
    kinds: Mapping[str, int]
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TokenFactor:
    """Tokens that one model makes of a text for each token that another makes of it."""

    low: float
    mid: float
    high: float
    sources: tuple[str, ...]
    note: str = ""


def count(text: str, model: str) -> TokenCount:
    """Tokens of a text for a model of this name; an unknown name gets the range of all tokenizers.

    A family that borrows another's vocabulary is never said to be counted.
    """
    kinds = characters_by_kind(text)
    family = family_of(model)
    counted = None if family.note else counter(family.tokenizer)
    if counted is None:
        return estimate(kinds, model)
    tokens = counted(text)
    return TokenCount(tokens, tokens, tokens, "counted", family.tokenizer, kinds, (family.source,))


def estimate(kinds: Mapping[str, int], model: str) -> TokenCount:
    """The same from characters by language or kind, when the text itself is not at hand."""
    family = family_of(model)
    length = sum(kinds.values())
    shorter = max(1.0, LONG / max(length, 1)) ** _SHORTER_STRAYS_BY
    parts = [
        (n, _tokens_per_character(family.tokenizer, kind), _strays(kind) * shorter)
        for kind, n in kinds.items()
    ]
    return TokenCount(
        round(sum(n * rate.low / math.exp(strays) for n, rate, strays in parts)),
        round(sum(n * rate.mid for n, rate, _ in parts)),
        round(sum(n * rate.high * math.exp(strays) for n, rate, strays in parts)),
        "estimated",
        family.tokenizer,
        dict(kinds),
        _sources(family),
        _note(family),
    )


def factor(from_model: str, to_model: str, language: str = "en") -> TokenFactor:
    """How many tokens the second model makes for each of the first, of text in one language or kind."""
    source, target = family_of(from_model), family_of(to_model)
    sources = tuple(dict.fromkeys((*_sources(source), *_sources(target))))
    note = " ".join(dict.fromkeys(filter(None, (_note(source), _note(target)))))
    by = _ratio(source.tokenizer, target.tokenizer, language)
    if source.note or target.note:
        by = Ratio(by.low / math.exp(_RATIO_STRAYS), by.mid, by.high * math.exp(_RATIO_STRAYS))
    return TokenFactor(by.low, by.mid, by.high, sources, note)


def _ratio(source: str, target: str, kind: str) -> Ratio:
    """Tokens of one tokenizer for each of another: as published of the two, else over what was measured."""
    if source == target != UNKNOWN:
        return Ratio(1.0, 1.0, 1.0)
    if target in STAND_INS and STAND_INS[target].base == source:
        return STAND_INS[target].ratio(kind)
    if source in STAND_INS and STAND_INS[source].base == target:
        there = STAND_INS[source].ratio(kind)
        return Ratio(1 / there.high, 1 / there.mid, 1 / there.low)
    one, other = _tokens_per_character(source, kind), _tokens_per_character(target, kind)
    strays = math.exp(_RATIO_STRAYS)
    return Ratio(other.low / one.high / strays, other.mid / one.mid, other.high / one.low * strays)


@functools.cache
def _tokens_per_character(tokenizer: str, kind: str) -> Ratio:
    """Tokens of one character, with the range that comes from not knowing the tokenizer."""
    if tokenizer in STAND_INS:
        stand_in = STAND_INS[tokenizer]
        base = _tokens_per_character(stand_in.base, kind)
        by = stand_in.ratio(kind)
        return Ratio(base.low * by.low, base.mid * by.mid, base.high * by.high)
    if tokenizer == UNKNOWN:
        rates = [_tokens_per_character(name, kind).mid for name in _MODERN]
        return Ratio(min(rates), float(np.median(rates)), max(rates))
    return _measured(tokenizer, kind)


def _measured(tokenizer: str, kind: str) -> Ratio:
    """A measured rate; a language that nobody measured gets the range of those that were."""
    facts = catalog().tokenizers
    fact = facts.get(f"{tokenizer}:{kind}")
    if fact is not None:
        rate = 1 / fact.characters_per_token
        return Ratio(rate, rate, rate)
    languages = [row for row in facts.values() if row.tokenizer == tokenizer and len(row.language) == 2]
    rates = [1 / row.characters_per_token for row in languages]
    return Ratio(min(rates), float(np.median(rates)), max(rates))


def _strays(kind: str) -> float:
    if kind in _DATA:
        return _DATA_STRAYS
    return _CODE_STRAYS if kind in _CODE | _MESSAGES else _PROSE_STRAYS


def _sources(family: Family) -> tuple[str, ...]:
    stand_in = STAND_INS.get(family.tokenizer)
    own = (family.source, _SOURCE) if stand_in is None else (*stand_in.sources, _SOURCE)
    return tuple(dict.fromkeys(own))


def _note(family: Family) -> str:
    stand_in = STAND_INS.get(family.tokenizer)
    return family.note if stand_in is None else stand_in.note
