"""From options to a question: one way for the command line, scenario files and the library."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from farthing.app.field import Field
from farthing.app.fields import COMMON, IDLE_IN_LEDGER, READS_BOOK, READS_LEDGER, VERBS
from farthing.app.reading import (
    Collector,
    exchange_rates,
    merge,
    read_flag,
    read_number,
    read_quantity,
    read_word,
    resolve_name,
    split_pair,
    unknown_options,
)
from farthing.estimate.question import Number, Question, Solve
from farthing.units.dates import parse_date
from farthing.units.money import Rate, currency_of
from farthing.units.problem import InputError, Problem, quoted
from farthing.units.spread import Spread

SEED = 0
DRAWS = 16_384
MOST_DRAWS = 1_000_000
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one question, read as far as they can be before the formulas are known."""

    verb: str
    options: Mapping[str, object]
    question: Question
    fields: tuple[Field, ...]
    currency: str
    rates: Mapping[str, Rate]

    def with_names(self, names: Collection[str]) -> Question:
        """The question with `--set` and `--solve` read, now that the names of the chain are known."""
        collector = Collector()
        sets: dict[str, Number] = {}
        solve: Solve | None = None
        for text in _texts(self.options.get("set")):
            with collector:
                name, value = self._pair(text, names, "--set")
                sets[name] = value
        with collector:
            solve = self._solve(names)
        collector.done()
        return replace(self.question, sets=sets, solve=solve)

    @property
    def given_rates(self) -> tuple[Rate, ...]:
        """The rates that were given with `--fx`, without those of the catalog."""
        return tuple(rate for rate in self.rates.values() if rate.source == "given")

    def _pair(self, text: str, names: Collection[str], where: str) -> tuple[str, Number]:
        word, value = split_pair(text, where)
        name = resolve_name(word, names, self.fields, where)
        return name, read_number(value, name, f"{where} {name}", self.rates)

    def _solve(self, names: Collection[str]) -> Solve | None:
        word, target = self.options.get("solve"), self.options.get("target")
        if word is None and target is None:
            return None
        if word is None or target is None:
            raise InputError([_half_a_wish(word is None)])
        name = resolve_name(str(word), names, self.fields, "--solve")
        result, value = self._pair(str(target), names, "--target")
        if isinstance(value, Spread):
            raise InputError([_vague_target(str(target))])
        return Solve(name, result, value)


def ask(verb: str, given: Mapping[str, object]) -> Asked:
    """Read the options of a verb. Raises InputError with everything that is wrong at once."""
    fields = (*VERBS[verb], *COMMON)
    given = {name: value for name, value in given.items() if value is not None}
    if unknown := unknown_options(given, fields):
        raise InputError(unknown)
    scenario = given.pop("scenario", None)
    options = given if scenario is None else _with_scenario(str(scenario), fields, given)
    collector = Collector()
    collector.problems += [_not_read(name, verb) for name in sorted(idle(verb).intersection(options))]
    as_of, seed, draws, currency = today(), SEED, DRAWS, "USD"
    with collector:
        as_of = parse_date(str(options["as_of"]), "--as-of") if "as_of" in options else as_of
    with collector:
        seed = _whole(options.get("seed", SEED), "--seed", 0, _LARGEST_SEED)
    with collector:
        draws = _whole(options.get("draws", DRAWS), "--draws", 1, MOST_DRAWS)
    with collector:
        currency = currency_of(str(options.get("currency", "USD")), "--currency")
    rates: Mapping[str, Rate] = {}
    with collector:
        rates = exchange_rates(_texts(options.get("fx")), as_of)
    question = Question(verb, as_of, seed=seed, draws=draws, books=_texts(options.get("book")))
    asked = Asked(verb, options, question, fields, currency, rates)
    question = _fill(asked, VERBS[verb], collector)
    collector.done()
    return replace(asked, question=question)


def idle(verb: str) -> frozenset[str]:
    """Options that every verb has and this one does not read."""
    if verb in READS_LEDGER:
        return IDLE_IN_LEDGER if verb == "import" else IDLE_IN_LEDGER | {"set"}
    return frozenset({"ledger"} if verb in READS_BOOK else {"ledger", "book"})


def now() -> datetime:
    """The moment of the clock."""
    return datetime.now(tz=UTC)


def today() -> date:
    """The date of the clock."""
    return now().date()


def _with_scenario(path: str, fields: tuple[Field, ...], given: dict[str, object]) -> dict[str, object]:
    from farthing.app.scenario import read_scenario  # YAML costs 15 ms to import

    return merge(read_scenario(path, fields), given)


def _fill(asked: Asked, fields: Iterable[Field], collector: Collector) -> Question:
    """The question with its numbers, words and flags."""
    numbers: dict[str, Number] = {}
    words: dict[str, str] = {}
    many: dict[str, tuple[str, ...]] = {}
    flags: set[str] = set()
    for field in fields:
        written = asked.options.get(field.name)
        if written is None:
            continue
        with collector:
            if field.choices and field.quantity:
                numbers[field.quantity] = float(field.choices.index(read_word(written, field)))
            elif field.quantity:
                numbers[field.quantity] = read_quantity(_scalar(written), field, asked.rates)
            elif field.kind == "words":
                many[field.name] = tuple(read_word(text, field) for text in _texts(written))
            elif field.kind == "switch":
                words[field.name] = "yes" if read_flag(written, field) else "no"
            elif field.kind == "flag":
                flags |= {field.name} if read_flag(written, field) else set()
            else:
                words[field.name] = read_word(written, field)
    return replace(asked.question, numbers=numbers, words=words, flags=frozenset(flags), many=many)


def _scalar(written: object) -> str | int | float | Spread:
    return written if isinstance(written, str | int | float | Spread) else str(written)


def _texts(written: object) -> tuple[str, ...]:
    """The values of a repeatable option: a list of texts, one text, or a mapping."""
    if written is None:
        return ()
    if isinstance(written, Mapping):
        return tuple(f"{name}={value}" for name, value in written.items())
    return (written,) if isinstance(written, str) else tuple(str(text) for text in written)  # type: ignore[attr-defined]


def _whole(written: object, where: str, least: int, most: int) -> int:
    text = str(written).replace("_", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
        return int(text)
    what = f"{quoted(text)} is not a whole number from {least:,} to {most:,}"
    raise InputError(
        [Problem("not-a-number", "error", where, what, "", f"write one such as {max(least, 1)}")]
    )


def _not_read(name: str, verb: str) -> Problem:
    what, why = f"--{name} is not read by farthing {verb}", "it would change nothing, without a word"
    return Problem("not-built", "error", f"--{name}", what, why, "leave it out")


def _half_a_wish(no_name: bool) -> Problem:
    missing, there = ("--solve", "--target") if no_name else ("--target", "--solve")
    return Problem(
        code="missing-input",
        severity="error",
        where=missing,
        what=f"{there} was given without {missing}",
        why="one says what to find, the other what to meet",
        fix='write both: --solve count --target "wall_clock_days=30"',
    )


def _vague_target(text: str) -> Problem:
    what = f"{quoted(text)} is a range"
    return Problem("not-exact", "error", "--target", what, "a target is met at its median", "give one value")
