"""A published run beside its estimate, for the terminal."""

from farthing.app.demo import Beside, Demo
from farthing.present.layout import Ink, paragraph, table
from farthing.present.text import render as render_estimate
from farthing.units.figures import digits_for, figure, span


def render(found: Demo, *, width: int = 100, color: bool = False) -> str:
    """The command, the comparison, then the whole estimate; ends with a newline."""
    ink = Ink(color)
    lines = [ink.dim(f"$ {found.command}"), ""]
    lines += [ink.bold(f"{found.model}: what was reported beside what is estimated from its configuration")]
    lines += table([_row(item) for item in found.beside], "<><<", width)
    source = found.source
    lines += ["", *paragraph(f"Reported by {source.title} {source.url}".rstrip(), width), ""]
    return "\n".join(lines) + "\n" + render_estimate(found.estimate, width=width, color=color)


def _row(item: Beside) -> tuple[str, str, str, str]:
    middle = figure(item.p50, item.unit, digits_for(item.p05, item.p50, item.p95))
    between = span(item.p05, item.p50, item.p95, item.unit)
    place = "inside the interval" if item.inside else "outside the interval"
    off = f"{item.p50 / item.reported - 1:+.0%}, {place}"
    return (item.name, figure(item.reported, item.unit), f"estimated {middle} ({between})", off)
