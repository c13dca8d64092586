"""Layouts that contradict themselves, the model or the accelerators."""

from collections.abc import Iterator, Mapping
from typing import Final

from farthing.estimate.setup import Setup
from farthing.units.problem import InputError, Problem

_OPTIONS: Final = {
    "accelerator_count": "count",
    "micro_batch_sequences": "micro-batch",
    "zero_stage": "zero",
    "recompute_level": "recompute",
}


def check_layout(setup: Setup, fixed: Mapping[str, float], count: float | None, dp: float | None) -> None:
    """Raise InputError with everything wrong in what the question fixed."""
    problems = [*_whole(fixed, count, dp), *_against_model(setup, fixed), *_against_count(fixed, count, dp)]
    if problems:
        raise InputError(problems)


def _whole(fixed: Mapping[str, float], count: float | None, dp: float | None) -> Iterator[Problem]:
    for name, value in {**fixed, "accelerator_count": count, "dp": dp}.items():
        if value is not None and value != int(value):
            yield _problem(name, f"{name} is {value:g}", "it counts whole things", "give a whole number")


def _against_model(setup: Setup, fixed: Mapping[str, float]) -> Iterator[Problem]:
    shape = setup.architecture.shape
    heads, layers, experts = shape["head_count"], shape["layer_count"], shape["expert_count"]
    tp, pp, ep = (fixed.get(name, 1.0) for name in ("tp", "pp", "ep"))
    if tp > heads or heads % tp:
        why = f"{setup.architecture.name} has {heads:.0f} attention heads, shared evenly among the ranks"
        yield _problem("tp", f"tensor parallelism of {tp:.0f}", why, f"give a divisor of {heads:.0f}")
    if pp * fixed.get("vp", 1.0) > layers:
        why = f"{setup.architecture.name} has {layers:.0f} layers, at least one for each stage"
        yield _problem("pp", f"{pp * fixed.get('vp', 1.0):.0f} pipeline stages", why, f"at most {layers:.0f}")
    if ep > 1 and not experts:
        why = f"{setup.architecture.name} is dense: it has no experts"
        yield _problem("ep", f"expert parallelism of {ep:.0f}", why, "leave --ep out")
    elif ep > 1 and experts % ep:
        why = f"{setup.architecture.name} has {experts:.0f} experts, shared evenly among the ranks"
        yield _problem("ep", f"expert parallelism of {ep:.0f}", why, f"give a divisor of {experts:.0f}")


def _against_count(fixed: Mapping[str, float], count: float | None, dp: float | None) -> Iterator[Problem]:
    if count is None:
        return
    names = [name for name in ("tp", "pp", "cp") if name in fixed]
    devices = 1.0
    for name in names:
        devices *= fixed[name]
    said = " × ".join(f"{name} {fixed[name]:.0f}" for name in names)
    if devices > count or count % devices:
        why = f"{said} is {devices:.0f} for one replica, and replicas are whole"
        yield _problem("count", f"{count:.0f} accelerators", why, f"give a multiple of {devices:.0f}")
    elif dp is not None and len(names) == 3 and dp * devices != count:
        why = f"{said} × dp {dp:.0f} is {devices * dp:.0f}"
        yield _problem("dp", f"{count:.0f} accelerators", why, "leave --dp out: it follows from the others")
    elif dp is not None and count % dp:
        yield _problem(
            "dp", f"dp {dp:.0f} of {count:.0f} accelerators", "replicas are equal", "give a divisor"
        )


def _problem(option: str, what: str, why: str, fix: str) -> Problem:
    return Problem("bad-layout", "error", f"--{_OPTIONS.get(option, option)}", f"{what} cannot be", why, fix)
