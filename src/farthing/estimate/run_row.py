"""Whole training runs from the rows of a table (`validate runs`): what was planned, nothing measured.

Columns: model, total_params, active_params, tokens, accelerator, n_accelerators, precision, year,
kind and, where it is known before the run, reported_mfu. A cell may be empty and a column missing.
"""

import math
import re
from dataclasses import dataclass, replace
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.catalog.load import catalog
from farthing.estimate.architecture import Architecture, known_model
from farthing.estimate.cells import Row, positive, text
from farthing.estimate.formats import Format, peak_flop_per_s, read_format, usual_format
from farthing.estimate.model_row import of_row
from farthing.estimate.setup import Setup, Software, release_year
from farthing.estimate.standard_shape import infer
from farthing.units.normal import Z95
from farthing.units.problem import InputError, Problem, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

USUAL_SEQ_LEN_TOKENS: Final = 4096.0
USUAL_TOKENS: Final = 1e12
LARGEST: Final = 1e18
_SAME_MODEL: Final = 0.25  # a catalog shape whose size is further off is another model of that name
_EXPERT_STEP: Final = 16
_OTHER_KINDS: Final = re.compile(
    r"non-?llm|not an? llm|vision|image|video|audio|speech|tts|3d", re.IGNORECASE
)

_USUAL_TOKENS: Final = (
    (re.compile(r"continued|adapt"), "continued_pretraining_tokens"),
    (re.compile(r"fine|sft|instruct|align|dpo|rlhf"), "fine_tuning_tokens"),
)


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A whole run before it starts.

    `setup` has no layout beyond sequence length and, where it is said, the accelerators.
    `active_params` are the row's own; `step_mfu` (share) is that of its steps, where it is given.
    `tokens_log_sd` is above 0 where the tokens had to be assumed.
    """

    id: str
    setup: Setup
    active_params: float
    tokens: float
    developer: str
    step_mfu: float | None = None
    tokens_log_sd: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def flop_per_token(self) -> float:
        """Arithmetic of a token by the 6·N rule, the convention of published runs."""
        return 6 * self.active_params


def run_of(row: Row) -> PlannedRun:
    """The run of one row. Raises InputError with the reason where it cannot be told."""
    notes: list[str] = []
    name, kind = text(row, "model"), text(row, "kind")
    if _OTHER_KINDS.search(kind):
        raise InputError([_problem("no-language-model", "kind", f"{kind}: 6·N·D speaks of language models")])
    found = find.found_accelerator(text(row, "accelerator"))
    active, architecture = _sizes(row, name, notes)
    layout = {"seq_len_tokens": USUAL_SEQ_LEN_TOKENS}
    if count := positive(row, "n_accelerators"):
        layout["accelerator_count"] = max(1.0, round(count))
    if found.assumed:
        notes.append(found.assumed)
    setup = Setup(
        model=name,
        architecture=architecture,
        accelerator=found,
        format=_format(row, found.fact, notes),
        layout=layout,
        software=Software("", release_year("", text(row, "year"))),
    )
    tokens, log_sd = _tokens(row, name, active, notes)
    mfu = read_mfu(text(row, "reported_mfu"))
    return PlannedRun(text(row, "id"), setup, active, tokens, developer_of(name), mfu, log_sd, tuple(notes))


def developer_of(model: str) -> str:
    """Who trains models of this name: the catalog's developer, else the first word of the name."""
    base = re.sub(r"\(.*?\)", "", model).strip()
    if (known := find.model_or_none(base)) is not None:
        return known.fact.developer.lower()
    word = re.match(r"[a-z]+", base.lower())
    return word[0] if word else ""


def read_mfu(text: str) -> float | None:
    """Utilization from `0.41`, `41%` or a range such as `0.38-0.43`, whose middle is taken.

    Raises InputError for what is no share.

    >>> read_mfu("0.462"), read_mfu("38-43%"), read_mfu("")
    (0.462, 0.405, None)
    """
    if not text:
        return None
    found = [float(number) for number in re.findall(r"\d*\.?\d+", text)]
    middle = sum(found) / len(found) if found else math.nan
    share = middle / 100 if "%" in text or middle > 1 else middle
    if not 0 < share <= 1:
        raise InputError([_problem("bad-field", "reported_mfu", f"reported_mfu is {quoted(text)}")])
    return round(share, 6)


def _sizes(row: Row, name: str, notes: list[str]) -> tuple[float, Architecture]:
    """Active parameters and a shape of that size: the row's own numbers win over the catalog's."""
    total, active = positive(row, "total_params"), positive(row, "active_params")
    if total is None and active is None and not known_model(name):
        raise InputError([_problem("no-size", "total_params", f"the size of {quoted(name)} is not said")])
    architecture = of_row({"model": name, "total_params": _cell(total), "active_params": _cell(active)})
    if active is None:
        active = _unsaid_active(architecture, total, notes)
    total = max(total or active, active)
    counted = architecture.count("params")
    if abs(math.log(counted / total)) > _SAME_MODEL:
        notes.append(f"a usual shape of {total:.3g} parameters, not that of {architecture.name}")
        return active, _divisible(replace(infer(total, active), name=name))
    return active, _divisible(architecture) if architecture.assumed else architecture


def _divisible(assumed: Architecture) -> Architecture:
    """An assumed shape with experts that split over devices, as those of real models do."""
    experts = assumed.shape["expert_count"]
    if experts < _EXPERT_STEP:
        return assumed
    whole = float(_EXPERT_STEP * round(experts / _EXPERT_STEP))
    return replace(assumed, shape={**assumed.shape, "expert_count": whole})


def _unsaid_active(architecture: Architecture, total: float | None, notes: list[str]) -> float:
    """Active parameters by the shape; all of a stated total where the shape is another model's."""
    counted, whole = architecture.count("active_params"), architecture.count("params")
    if total is None:
        return counted
    if abs(math.log(whole / total)) <= _SAME_MODEL:
        return counted if architecture.shape["expert_count"] else total
    notes.append("active parameters not stated: all are taken as active")
    return total


def _tokens(row: Row, name: str, active: float, notes: list[str]) -> tuple[float, float]:
    """Tokens of a run, and the standard deviation of their logarithm where they had to be assumed."""
    if stated := positive(row, "tokens"):
        return stated, 0.0
    kind = text(row, "kind").lower()
    usual = next((usual for pattern, usual in _USUAL_TOKENS if pattern.search(kind)), "")
    known = find.model_or_none(name) if not usual else None
    if known is not None and known.fact.trained_tokens:
        notes.append(f"tokens not stated: {known.fact.trained_tokens:.3g} of the catalog taken")
        return known.fact.trained_tokens, 0.0
    fact = catalog().assumptions[usual or "pretraining_tokens_per_param"]
    spread = parse_as(fact.value, usual or "pretraining_tokens_per_param", f"assumption {usual}").value
    if not isinstance(spread, Spread):
        return spread, 0.0
    tokens = spread.p50 * (1.0 if usual else active)
    notes.append(f"tokens not stated: {tokens:.2g} assumed, within a factor of {spread.p95 / spread.p50:.2g}")
    return tokens, math.log(spread.p95 / spread.p50) / Z95


def _format(row: Row, accelerator: Accelerator, notes: list[str]) -> Format:
    """The stated format where the part has it, else the usual one, else what it has."""
    stated = text(row, "precision")
    usual = usual_format(accelerator)
    if not _has(accelerator, usual):
        usual = Format("fp32")
    wanted = read_format(stated) if stated else usual
    if _has(accelerator, wanted):
        return wanted
    notes.append(f"{accelerator.name} has no {wanted.key} units: {usual.key} taken")
    return usual


def _has(accelerator: Accelerator, wanted: Format) -> bool:
    try:
        return peak_flop_per_s(accelerator, wanted) > 0
    except InputError:
        return False


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)


def _problem(code: str, where: str, what: str) -> Problem:
    why = "the arithmetic of the run follows from its model and its tokens"
    return Problem(code, "error", where, what, why, "Correct or complete the row.")
