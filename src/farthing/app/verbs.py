"""Every verb by its name, for doors that are told which one is meant and with which options.

A verb of `fields.VERBS` is answered by `answer(asked)` of the module that is called like it. Adding a verb
there is all it takes to ask it over HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final, TypeAlias

import msgspec

from farthing.app import fields as asked_fields
from farthing.app.asking import ask, idle
from farthing.app.field import Field
from farthing.app.fields import COMMON
from farthing.app.reading import read_word
from farthing.app.verb_options import checked
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

Answer: TypeAlias = msgspec.Struct | Sequence[msgspec.Struct]
_Answering: TypeAlias = Callable[[dict[str, object]], Answer]

_HOMES: Final = {"import": "ledger_import"}  # a word of Python's
_KINDS: Final = {
    "validate": ("training", "runs", "finetune", "serving"),
    "calibrate": ("training", "finetune", "serving"),
}
# Words that name files, folders or URLs; fields of kind `file` do so anyway.
_PLACES: Final = frozenset({"ledger", "files", "file", "out", "invoice", "report"})
_CHANGING: Final = frozenset({"import", "calibrate", "export"})
_CHANGING_OPTIONS: Final = frozenset({"apply", "keep", "alert"})  # the last one sends to webhooks
_KIND: Final = "kind"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: the module that answers it, what it may be asked, and what that does to the machine."""

    name: str
    home: str
    fields: tuple[Field, ...]
    run: _Answering

    @property
    def title(self) -> str:
        """One line on what it is for, as its module says it."""
        said = (import_module(self.home).__doc__ or "").partition("\n")[0]
        return said.partition(": ")[2].strip() or said

    @property
    def changes(self) -> bool:
        """Whether asking it alone changes what is kept on the machine, or writes a file."""
        return self.name in _CHANGING

    @property
    def changing_options(self) -> frozenset[str]:
        """Options with which it changes what is kept."""
        return frozenset(field.name for field in self.fields if field.name in _CHANGING_OPTIONS)

    @property
    def path_options(self) -> frozenset[str]:
        """Options that name files, folders or URLs that the process reads or writes."""
        return frozenset(field.name for field in self.fields if field.kind == "file" or field.name in _PLACES)

    @property
    def reads_ledger(self) -> bool:
        """Whether what is in the ledger matters."""
        return self.name in (*asked_fields.READS_LEDGER, "ledger")

    def answer(self, given: object) -> Answer:
        """The answer to options as JSON has them. Raises InputError with everything that is wrong."""
        return self.run(checked(given, self.fields))


def verb(name: str) -> Verb:
    """The verb of a name. Raises InputError for a word that is none."""
    found = verbs()
    if name not in found:
        fix = did_you_mean(name, found) or f"the verbs are {', '.join(found)}"
        raise InputError([Problem("unknown-verb", "error", "", f"{quoted(name)} is no verb", "", fix)])
    return found[name]


@cache
def verbs() -> Mapping[str, Verb]:
    """Every verb that answers with a document."""
    asked = {name: _asked(name, fields) for name, fields in asked_fields.VERBS.items()}
    return asked | {one.name: one for one in (_why(), _graph(), _catalog(), _ledger())}


def _asked(name: str, fields: tuple[Field, ...]) -> Verb:
    """A verb of the table of fields."""
    home = f"farthing.app.{_HOMES.get(name, name)}"
    common = tuple(field for field in COMMON if field.name not in idle(name))
    if name in _KINDS:
        kinds = Field(_KIND, "word", "what is measured", choices=_KINDS[name])
        return Verb(name, home, (kinds, *fields, *common), lambda given: _of_kind(name, home, given))
    return Verb(name, home, (*fields, *common), lambda given: import_module(home).answer(ask(name, given)))


def _of_kind(name: str, home: str, given: dict[str, object]) -> Answer:
    kind = given.pop(_KIND, None)
    if kind is None:
        raise InputError([_missing(_KIND, f"one of {', '.join(_KINDS[name])}")])
    found: Answer = import_module(home).answer(str(kind), ask(name, given))
    return found


def _why() -> Verb:
    """Over HTTP there is no last answer: the question is asked anew."""
    own = (
        Field("name", "word", "the value to explain, for example gpu_hours"),
        Field("verb", "word", "whose answer (default: train)", choices=asked_fields.CHAINED),
    )
    every = {
        one.name: one
        for name in asked_fields.CHAINED
        for one in _asked(name, asked_fields.VERBS[name]).fields
    }
    every |= {one.name: one for one in own}

    def run(given: dict[str, object]) -> Answer:
        if "name" not in given:
            raise InputError([_missing("name", "for example gpu_hours")])
        name, asked = str(given.pop("name")), read_word(given.pop("verb", "train"), own[1])
        answer = verb(asked).answer(given)
        found: Answer = import_module("farthing.app.why").why(name, answer)
        return found

    return Verb("why", "farthing.app.why", tuple(every.values()), run)


def _graph() -> Verb:
    fields = (Field("verb", "word", "the verb whose formulas are shown", choices=asked_fields.CHAINED),)
    home = "farthing.app.graph"
    return Verb(
        "graph",
        home,
        fields,
        lambda given: import_module(home).graph(read_word(given.get("verb", "train"), fields[0])),
    )


def _catalog() -> Verb:
    home = "farthing.app.facts"
    fields = (
        Field("kind", "word", "list the entries of this kind; with nothing said, the kinds there are"),
        Field("show", "word", "one entry by any of its names"),
        Field("search", "word", "entries that have this in one of their names"),
        Field("prices", "word", "what this model or accelerator costs"),
    )

    def run(given: dict[str, object]) -> Answer:
        if len(given) > 1:
            what = f"{' and '.join(given)} ask for different things"
            raise InputError([Problem("conflict", "error", "catalog", what, "", "give one of them")])
        facts = import_module(home)
        name, word = next(iter(given.items()), ("kind", None))
        ways: Mapping[str, Callable[..., Answer]] = {
            "kind": facts.entries,
            "show": facts.show,
            "search": facts.search,
            "prices": lambda named: import_module("farthing.app.price_look_up").prices_of(named, {}),
        }
        return ways[name](word)

    return Verb("catalog", home, fields, run)


def _ledger() -> Verb:
    home = "farthing.app.ledger_keeping"
    shown = {"batches": "batches", "months": "priced_months"}
    fields = (
        Field(
            "show", "word", "imports, or how each month is priced (default: batches)", choices=tuple(shown)
        ),
        *(field for field in COMMON if field.name == "ledger"),
    )

    def run(given: dict[str, object]) -> Answer:
        wanted = shown[read_word(given.get("show", "batches"), fields[0])]
        found: Answer = getattr(import_module(home), wanted)(given.get("ledger"))
        return found

    return Verb("ledger", home, fields, run)


def _missing(name: str, example: str) -> Problem:
    return Problem("missing-input", "error", name, f"{name} is not given", "", f"give {name}: {example}")
