"""How a model is to be tuned: which weights, for which objective, against which reference, packed or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from farthing.estimate.architecture import Architecture
from farthing.estimate.finetune_row import FROZEN_BYTE
from farthing.estimate.question import Question
from farthing.estimate.setup import Tuning
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

WEIGHTS: Final = ("full", "lora", "qlora")
USUAL_WEIGHTS: Final[Mapping[str, str]] = {
    **{name: name for name in WEIGHTS},
    "dpo": "lora",
    "orpo": "lora",
    "distill": "lora",
    "continued": "full",
    "managed": "lora",
}
"""What is trained where a method leaves it open."""

_PAIRS: Final = ("dpo", "orpo")
_PACKED: Final[Mapping[str, float]] = {"4": FROZEN_BYTE["nf4-dq"], "8": FROZEN_BYTE["8bit"]}
_KERNELS: Final = "flash"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way of tuning. `reference_passes` are forward passes of a frozen model for each trained token.

    `sequences` is 2 for preference pairs. `reference_copy` says whether a second model lies beside
    the trained one; adapters are their own difference to the reference and need none.
    """

    method: str
    weights: str
    tuning: Tuning
    packed: bool
    sequences: float = 1.0
    reference: str = "none"

    @property
    def reference_copies(self) -> float:
        """Models kept in memory beside the trained one."""
        return float(self.reference == "kept" and self.weights == "full")

    def reference_passes(self, epochs: float) -> float:
        """Forward passes of the reference for each trained token."""
        return {"kept": 1.0, "precomputed": 1.0 / epochs}.get(self.reference, 0.0)

    def with_weights(self, weights: str) -> "Recipe":
        """The same for other weights."""
        frozen = self.tuning.frozen_byte if self.weights == weights == "qlora" else _frozen_byte(weights, "4")
        return replace(self, weights=weights, tuning=replace(self.tuning, method=weights, frozen_byte=frozen))

    @property
    def label(self) -> str:
        """The method as answers name it: `lora`, `dpo lora`, `continued full`."""
        return self.weights if self.method in WEIGHTS else f"{self.method} {self.weights}"


def recipe(question: Question, rank: float) -> Recipe:
    """The recipe of a question, with what it leaves open filled in.

    Raises InputError for choices that contradict each other.
    """
    method = question.word("method") or "lora"
    weights = question.word("weights") or USUAL_WEIGHTS[method]
    problems = _conflicts(question, method, weights)
    if problems:
        raise InputError(problems)
    frozen_byte = _frozen_byte(weights, question.word("bits") or "4")
    tuning = Tuning(weights, rank, None, frozen_byte, question.word("kernel") or _KERNELS)
    sequences = 2.0 if method in _PAIRS else 1.0
    packed = (question.word("packing") or "yes") == "yes" and sequences == 1
    reference = question.word("reference") or ("kept" if method == "dpo" else "none")
    return Recipe(method, weights, tuning, packed, sequences, reference)


def check_rank(rank: float, architecture: Architecture) -> None:
    """Raise InputError for an adapter that is no smaller than what it adapts."""
    shape = architecture.shape
    narrow = min(shape["hidden_size"], shape["head_count"] * shape["head_dimension"] or shape["hidden_size"])
    if rank > narrow / 2:
        what = f"a rank of {rank:g} cannot be"
        why = f"the narrowest matrices of {architecture.name} are {narrow:g} wide, and low means below half"
        raise InputError([Problem("bad-rank", "error", "--rank", what, why, "give one such as 16")])


def median(question: Question, name: str) -> float | None:
    """What the question says of a number, at its middle."""
    value = question.sets.get(name, question.numbers.get(name))
    return value.p50 if isinstance(value, Spread) else value


def _frozen_byte(weights: str, bits: str) -> float:
    return _PACKED[bits] if weights == "qlora" else 2.0


def _conflicts(question: Question, method: str, weights: str) -> list[Problem]:
    problems = []
    if question.word("weights") and method in WEIGHTS and weights != method:
        what = f"--method {method} and --weights {weights} train two different things"
        why = "--weights says what is trained under dpo, orpo, distill, continued and managed"
        problems.append(Problem("conflict", "error", "--weights", what, why, "leave one of them out"))
    if "lora_rank" in question.numbers and weights == "full":
        what = "--rank is the size of an adapter, and full fine-tuning has none"
        problems.append(_idle("--rank", what, "leave it out, or give --method lora"))
    if question.word("bits") and weights != "qlora":
        what = f"--bits {question.word('bits')} packs frozen weights, and {weights} has none packed"
        problems.append(_idle("--bits", what, "give --method qlora"))
    if question.word("reference") not in (None, "none") and method != "dpo":
        what = f"{method} has no reference model"
        problems.append(_idle("--reference", what, "give --method dpo, or leave it out"))
    if question.word("packing") == "yes" and method in _PAIRS:
        what = f"pairs of {method} are padded, not packed"
        problems.append(_idle("--packing", what, "leave it out"))
    return problems


def _idle(option: str, what: str, fix: str) -> Problem:
    return Problem("conflict", "error", option, what, "it would change nothing, without a word", fix)
