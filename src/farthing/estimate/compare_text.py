"""How an option is written: `kind:what[setting=value, ...]`, read into a frozen form.

`api:claude-sonnet-4` `self:llama-3.1-70b@h100-sxm*4[spares=0]` `finetuned:llama-3.1-8b@l40s*1`
`rag:gpt-4o-mini[corpus=50M]` `cascade:gpt-4o-mini>claude-sonnet-4[pass=70%]` `people:hour@$40[minutes=6]`
`code:invoice-rules[build=80]` `program:NAME[once=$1M, monthly=$20k]`. In `MODEL@ACCELERATOR*N` the N
accelerators hold one copy of the model; how many copies are paid for follows from the demand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from farthing.estimate.question import Number
from farthing.units.kinds import Floor
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

KINDS: Final = ("api", "self", "finetuned", "distilled", "rag", "cascade", "people", "code", "program")
_COMMON: Final = (
    *("name", "once", "monthly", "build", "integration", "care", "spared", "labor", "saved"),
    *("quality", "success"),
)
_API: Final = ("tier", "region", "reasoning")
_SELF: Final = (
    *("rate", "term", "provider_kind", "spares", "replicas", "peak", "headroom", "tok_s"),
    *("precision", "kv_precision", "engine", "tp", "ttft", "tpot"),
)
_MODEL: Final = (*_API, *_SELF)
_TUNED: Final = (
    "tuning",
    "data",
    "retunings",
    "examples",
    "tokens_per_example",
    "epochs",
    "method",
    "teacher",
)
_RAG: Final = ("corpus", "chunks", "chunk_tokens", "changed", "embedding", "store", "dimension")
SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "api": (*_COMMON, *_API),
    "self": (*_COMMON, *_SELF, "reasoning"),
    "finetuned": (*_COMMON, *_MODEL, *_TUNED),
    "distilled": (*_COMMON, *_MODEL, *_TUNED),
    "rag": (*_COMMON, *_MODEL, *_RAG),
    "cascade": (*_COMMON, *_MODEL, "pass"),
    "people": (*_COMMON, "minutes"),
    "code": (*_COMMON, "request"),
    "program": (*_COMMON, "request"),
}
"""What each kind may be told in brackets."""

NUMBERS: Final[Mapping[str, str]] = {
    "once": "other_once_usd",
    "monthly": "other_usd_per_month",
    "build": "build_h_per_person",
    "integration": "integration_h_per_person",
    "care": "care_h_per_month",
    "spared": "spared_h_per_month",
    "labor": "labor_usd_per_hour",
    "saved": "saved_usd_per_month",
    "quality": "quality_score",
    "success": "success_share",
    "reasoning": "output_multiple",
    "rate": "rent_usd_per_gpu_hour",
    "spares": "redundant_count",
    "replicas": "least_count",
    "peak": "peak_to_mean_ratio",
    "headroom": "headroom_share",
    "tok_s": "replica_output_tokens_per_s",
    "tp": "tp",
    "ttft": "ttft_ms",
    "tpot": "tpot_ms",
    "tuning": "tuning_usd",
    "data": "data_usd",
    "retunings": "retuning_count_per_year",
    "examples": "example_count",
    "tokens_per_example": "tokens_per_example",
    "epochs": "epoch_count",
    "corpus": "corpus_tokens",
    "chunks": "chunk_count",
    "chunk_tokens": "chunk_tokens",
    "changed": "changed_share_per_month",
    "dimension": "vector_dimension",
    "pass": "pass_share",
    "minutes": "handling_minutes",
    "request": "request_usd",
}
"""The canonical name of each setting that is a number; the others are words."""

_HOURS: Final = {"build": "build_h", "integration": "integration_h"}
_ANY: Final = (
    "saved",
    "spares",
    "retunings",
    "changed",
    "care",
    "spared",
    "once",
    "monthly",
    "request",
    "pass",
)
_LARGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """An option as it was asked for. `gpu_count` is 0 where nobody named an accelerator."""

    text: str
    kind: str
    what: str
    accelerator: str
    gpu_count: int
    rate: str
    numbers: Mapping[str, Number]
    words: Mapping[str, str]

    @property
    def title(self) -> str:
        """What it is called: its own name, else as it was written without brackets."""
        return self.words.get("name", self.text.partition("[")[0].strip())

    @property
    def hosted(self) -> bool:
        """Whether it runs on accelerators of its own."""
        return bool(self.accelerator)


_SHAPE: Final = re.compile(
    r"^\s*(?P<kind>[A-Za-z-]+)\s*:\s*(?P<body>[^\[\]]+?)\s*(?:\[(?P<told>[^\[\]]*)\])?\s*$"
)
_PLACE: Final = re.compile(r"^(?P<accelerator>[^*×@]+?)\s*(?:[*×]\s*(?P<count>\d{1,4}))?$")


def wanted(text: str) -> Wanted:
    """Read an option. Raises InputError with everything that is wrong with it."""
    found = _SHAPE.match(text[:_LARGEST])
    if found is None:
        raise InputError([_not_an_option(text)])
    kind = found["kind"].lower().replace("-", "")
    if kind not in KINDS:
        raise InputError([_unknown_kind(text, kind)])
    numbers, words = _settings(text, kind, found["told"] or "")
    what, at, place = found["body"].partition("@")
    if kind == "people":
        return Wanted(text, kind, _unit(text, what), "", 0, place.strip(), numbers, words)
    if kind == "cascade":
        return Wanted(text, kind, found["body"], "", 0, "", numbers, words)
    accelerator, count = _accelerator(text, place) if at else ("", 0)
    if kind == "self" and not accelerator:
        raise InputError([_no_accelerator(text, what)])
    return Wanted(text, kind, what.strip(), accelerator, count, "", numbers, words)


def stages(option: Wanted) -> tuple[Wanted, ...]:
    """The two models of a cascade, each as an option of its own."""
    names = [name.strip() for name in option.text.partition(":")[2].partition("[")[0].split(">")]
    if len(names) != 2 or not all(names):
        raise InputError([_no_cascade(option.text)])
    found = []
    for name in names:
        what, at, place = name.partition("@")
        accelerator, count = _accelerator(option.text, place) if at else ("", 0)
        kind = "self" if accelerator else "api"
        told = {key: value for key, value in option.words.items() if key != "name"}
        found.append(Wanted(name, kind, what.strip(), accelerator, count, "", option.numbers, told))
    return tuple(found)


def _settings(text: str, kind: str, told: str) -> tuple[dict[str, Number], dict[str, str]]:
    numbers: dict[str, Number] = {}
    words: dict[str, str] = {}
    problems: list[Problem] = []
    for pair in filter(str.strip, _split(told)):
        key, equals, value = (part.strip() for part in pair.partition("="))
        key = key.lower().replace("-", "_").replace(" ", "_")
        if key not in SETTINGS[kind] or not equals or not value:
            problems.append(_unknown_setting(text, kind, key))
        elif key in NUMBERS:
            try:
                numbers[_HOURS.get(key, NUMBERS[key])] = _number(key, value)
            except InputError as error:
                problems += error.problems
        else:
            words[key] = value
    if problems:
        raise InputError(problems)
    return numbers, words


def _split(told: str) -> list[str]:
    """Settings at commas; a comma between digits belongs to a number."""
    return re.split(r";|,(?!\d{3}(?:\D|$))", told)


def _number(key: str, value: str) -> Number:
    name = NUMBERS[key]
    plain = value.removesuffix("h").strip() if key in (*_HOURS, "care", "spared") else value
    floor = Floor.NOT_NEGATIVE if key in _ANY or key in _HOURS else Floor.POSITIVE
    found = parse_as(plain, name, f"{key}=", floor).value
    return found if isinstance(found, Spread) else float(found)


def _unit(text: str, what: str) -> str:
    unit = what.strip().lower()
    if unit not in ("document", "hour"):
        fix = "write people:document@$5 or people:hour@$40"
        raise InputError([Problem("bad-option", "error", "--option", f"{quoted(text)} names no unit",
                                  "people are paid by the document or by the hour", fix)])  # fmt: skip
    return unit


def _accelerator(text: str, place: str) -> tuple[str, int]:
    found = _PLACE.match(place.strip())
    if found is None or found["count"] == "0":
        what, why = f"{quoted(text)} has no accelerator after the @", "a copy of the model runs on some"
        raise InputError([Problem("bad-option", "error", "--option", what, why, "write @h100-sxm*4")])
    return found["accelerator"].strip(), int(found["count"] or 1)


def _not_an_option(text: str) -> Problem:
    what = f"{quoted(text)} is no option"
    fix = "write api:MODEL, self:MODEL@ACCELERATOR*N, people:document@$5 or another kind"
    return Problem("bad-option", "error", "--option", what, "an option is KIND:WHAT[SETTING=VALUE]", fix)


def _unknown_kind(text: str, kind: str) -> Problem:
    fix = did_you_mean(kind, KINDS) or f"the kinds are {', '.join(KINDS)}"
    return Problem("bad-option", "error", "--option", f"{quoted(text)} is of no known kind", "", fix)


def _unknown_setting(text: str, kind: str, key: str) -> Problem:
    fix = did_you_mean(key, SETTINGS[kind]) or f"{kind} takes {', '.join(SETTINGS[kind])}"
    what = f"{quoted(text)}: {quoted(key or 'nothing')} is no setting=value of {kind}"
    return Problem("bad-option", "error", "--option", what, "a misspelled setting would be lost", fix)


def _no_accelerator(text: str, what: str) -> Problem:
    why = "what it costs to serve follows from what it runs on"
    fix = f"write self:{what}@h100-sxm*1"
    return Problem("bad-option", "error", "--option", f"{quoted(text)} names no accelerator", why, fix)


def _no_cascade(text: str) -> Problem:
    fix = "write cascade:SMALL>LARGE, for example cascade:gpt-4o-mini>claude-sonnet-4"
    return Problem("bad-option", "error", "--option", f"{quoted(text)} names no two models", "", fix)
