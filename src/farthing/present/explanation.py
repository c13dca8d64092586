"""An explanation of one number, and a chain of formulas, for the terminal."""

from collections.abc import Iterable

from farthing.app.answers import Explanation
from farthing.app.graph import ChainShown
from farthing.estimate.answer import Range
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.wording import NINE_IN_TEN, interval, middle

_BASES = {"looked_up": "looked up in the catalog", "given": "given in the question"}


def render(found: Explanation, *, width: int = 100, color: bool = False) -> str:
    """Why a value is what it is, as text that ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold(f"{found.name} = {_value(found.value, found.unit)}"), f"  {_ground(found)}"]
    if found.note:
        lines += paragraph(found.note, width, 2)
    for part in found.meaning.split("\n\n"):
        lines += ["", *paragraph(part, width, 2)] if part else []
    if found.equation:
        *before, last = found.equation.split("\n")
        lines += section("As it is computed", [*(f"  {x}" for x in before), f"  {found.name} = {last}"], ink)
    parts = [(part.name, middle(part.value, part.unit), part.basis.replace("_", " ")) for part in found.parts]
    lines += section("From", table(parts, "<><", width), ink)
    lines += section("Used by", paragraph(", ".join(found.used_by), width, 2) if found.used_by else [], ink)
    sources = [(s.id, s.confidence or "", s.date, f"{s.title} {s.url}".strip()) for s in found.sources]
    lines += section("Sources", table(sources, "<<<<", width), ink)
    lines += ["", *paragraph(f"In the answer as of {found.as_of}: {found.answer}", width)]
    return "\n".join(lines) + "\n"


def chains(shown: Iterable[ChainShown], *, width: int = 100, color: bool = False) -> str:
    """Chains of formulas in the order in which they run, as text that ends with a newline."""
    ink = Ink(color)
    lines: list[str] = []
    for chain in shown:
        rows = [(link.name, f"← {', '.join(link.arguments)}") for link in chain.links]
        lines += section(f"{chain.verb}: {chain.way}", table(rows, "<<", width), ink)
        lines += ["", *paragraph(f"Inputs: {', '.join(chain.inputs)}", width, 2)]
    return "\n".join(lines[1:]) + "\n"


def _ground(found: Explanation) -> str:
    basis = _BASES.get(found.basis, found.basis)
    trust = f", confidence {found.confidence}" if found.confidence else ""
    share = (
        f", {found.share:.0%} of the variance of the main result"
        if found.share and found.share >= 0.005
        else ""
    )
    return f"{basis}{trust}{share}"


def _value(value: Range, unit: str) -> str:
    between = interval(value, unit)
    return f"{middle(value, unit)} ({between}, {NINE_IN_TEN})" if between else middle(value, unit)
