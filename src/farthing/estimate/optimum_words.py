"""What `optimum` says in words: the verdict, and the command that comes next."""

from typing import Final

from farthing.estimate.run import Evaluation
from farthing.units.figures import figure, span

_SERVED: Final = "no served tokens"
_SAME: Final = 1e-9


def verdict(run: Evaluation, way: str) -> str:
    """One sentence: what was asked for, the size, the tokens, where that lies on the scale, what it costs."""
    size, data = _range(run, "params", ""), _range(run, "tokens", "")
    ratio = figure(run.median("tokens_per_param"), "", 2)
    multiple = figure(run.median("chinchilla_multiple"), "", 2)
    scale = f"about {ratio} a parameter or {multiple} x Chinchilla"
    said = f"{_task(run, way)}: {size} parameters on {data} tokens, {scale}"
    if "total_cost_usd" not in run.values:
        return f"{said}."
    train, serve = (_range(run, name, "USD") for name in ("train_cost_usd", "serve_cost_usd"))
    return f"{said}; training costs {train}, serving {serve}."


def following(run: Evaluation, accelerator: str) -> str:
    """The command that looks at the training run itself."""
    size, data = (_written(run.median(name)) for name in ("params", "tokens"))
    return f"farthing train --params {size} --tokens {data} --accelerator {accelerator}"


def _task(run: Evaluation, way: str) -> str:
    served = run.median("lifetime_tokens")
    use = f"{figure(served, '', 3)} served tokens" if served else _SERVED
    if way == "for a loss":
        return f"For a loss of {run.median('wanted_loss'):g} and {use}"
    if way == "for a size":
        return f"For {figure(run.median('params'), '', 3)} parameters and {use}"
    if "budget_usd" in run.values:
        return f"For {figure(run.median('budget_usd'), 'USD', 3)} in all and {use}"
    return f"For {figure(6 * run.median('affordable_param_tokens'), 'flop', 3)} in all and {use}"


def _range(run: Evaluation, name: str, unit: str) -> str:
    """The central 90 %, or three digits of what is the same in all draws but for their last digits."""
    low, mid, high = run.quantiles(name)
    return figure(mid, unit, 3) if high - low <= _SAME * abs(mid) else span(low, mid, high, unit)


def _written(value: float) -> str:
    """A number as the command line reads it: 7.23B, 1.5T."""
    for word, size in (("T", 1e12), ("B", 1e9), ("M", 1e6)):
        if value >= size:
            return f"{value / size:.3g}{word}"
    return f"{value:.3g}"
