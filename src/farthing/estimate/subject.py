"""What is trained: a model from its name, its config file or its size, and on how many tokens."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Model
from farthing.estimate.architecture import Architecture, known_model, of_model
from farthing.estimate.config_shape import of_config
from farthing.estimate.gather import Basis, Input
from farthing.estimate.question import Question
from farthing.estimate.standard_shape import infer
from farthing.units.figures import figure
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

USUAL_SEQ_LEN_TOKENS: Final = 4096.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A model to train: its shape, what the catalog knows of its training, and what was assumed."""

    name: str
    architecture: Architecture
    inputs: tuple[Input, ...]
    seq_len_tokens: float
    problems: tuple[Problem, ...] = ()


def subject(question: Question) -> Subject:
    """The model of a question with its tokens and sequence length.

    Raises InputError where the model is not known or its tokens are not said.
    """
    architecture, fact = _architecture(question)
    seq_len, assumed = _seq_len(question, fact)
    inputs = (*_tokens(question, fact), *assumed)
    problems = (_assumed_shape(architecture),) if architecture.assumed else ()
    return Subject(architecture.name, architecture, inputs, seq_len, problems)


def shape_of(question: Question) -> tuple[Architecture, tuple[Problem, ...]]:
    """The shape of a question's model alone, with a word on one that was assumed.

    Raises InputError where the model is not known.
    """
    architecture, _ = _architecture(question)
    return architecture, (_assumed_shape(architecture),) if architecture.assumed else ()


def _seq_len(question: Question, fact: Model | None) -> tuple[float, tuple[Input, ...]]:
    """The sequence length, and an input where it was assumed: the usual one, or all that the model reads."""
    said = question.sets.get("seq_len_tokens", question.numbers.get("seq_len_tokens"))
    if isinstance(said, Spread):
        return said.p50, ()
    if said is not None:
        if said % 1:
            raise InputError([_not_whole(said)])
        return said, ()
    longest = fact.context_tokens if fact and fact.context_tokens else USUAL_SEQ_LEN_TOKENS
    usual = float(min(USUAL_SEQ_LEN_TOKENS, longest))
    note = "the usual length; give --seq"
    return usual, (Input("seq_len_tokens", usual, Basis.ASSUMED, note=note),)


def _architecture(question: Question) -> tuple[Architecture, Model | None]:
    model, config = question.word("model"), question.word("config")
    said = [f"--{name}" for name, value in (("model", model), ("config", config)) if value]
    sizes = [f"--{n.replace('_', '-')}" for n in ("params", "active_params") if n in question.numbers]
    if said and len(said + sizes) > 1:
        raise InputError([_two(*(said + sizes)[:2])])
    if config:
        return of_config(Path(config)), None
    if model:
        return of_model(model), find.model(model) if known_model(model) and _named(model) else None
    params = _median(question, "params")
    if params is None:
        raise InputError([_no_model()])
    return infer(params, _median(question, "active_params")), None


def _named(model: str) -> bool:
    """Whether the catalog has this very name, and not only the model it was cut from."""
    try:
        find.model(model)
    except InputError:
        return False
    return True


def _tokens(question: Question, fact: Model | None) -> tuple[Input, ...]:
    if "tokens" in question.numbers or "tokens" in question.sets:
        return ()
    if fact is not None and fact.trained_tokens:
        why = fact.basis("trained_tokens")
        sources = (why.source,) if isinstance(why.source, str) else why.source
        note = "what the model was trained on, since no --tokens were given"
        return (Input("tokens", fact.trained_tokens, Basis.LOOKED_UP, sources, why.confidence, note),)
    if question.solve is not None and question.solve.name == "tokens":
        return ()
    raise InputError([_no_tokens(fact)])


def _median(question: Question, name: str) -> float | None:
    value = question.sets.get(name, question.numbers.get(name))
    return value.p50 if isinstance(value, Spread) else value


def _assumed_shape(architecture: Architecture) -> Problem:
    shape = architecture.shape
    what = (
        f"{architecture.note}: {shape['layer_count']:.0f} layers of width {shape['hidden_size']:.0f}, "
        f"vocabulary {figure(shape['vocab_size'], '', 6)}"
    )
    why = "only the size was given; depth and width move speed and memory by some percent"
    return Problem("assumed-shape", "note", "--params", what, why, "give --model or --config")


def _no_model() -> Problem:
    why = "its shape decides how much there is to compute and to keep"
    fix = "give --model, --config or --params; farthing catalog list models has all"
    return Problem("missing-input", "error", "--model", "no model was given", why, fix)


def _no_tokens(fact: Model | None) -> Problem:
    known = f"the catalog does not know what {fact.name} was trained on" if fact else "a shape alone has none"
    return Problem(
        "missing-input", "error", "--tokens", "the tokens to train on are not known", known,
        "give them, for example --tokens 15T",
    )  # fmt: skip


def _not_whole(seq_len: float) -> Problem:
    what, why = f"a sequence of {seq_len:g} tokens cannot be", "it counts whole things"
    return Problem("bad-layout", "error", "--seq", what, why, "give a whole number, for example --seq 8192")


def _two(one: str, other: str) -> Problem:
    what = f"{one} and {other} describe two models"
    return Problem("conflict", "error", one, what, "only one is trained", "leave one of them out")
