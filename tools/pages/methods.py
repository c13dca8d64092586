"""docs/methods.md: every formula with what it is, its equation and its source, from its docstring."""

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import farthing.formulas
from farthing.app.explain import equation_of
from farthing.catalog.load import catalog
from farthing.estimate.compose import cited_by
from farthing.units.figures import unit_label

_HEAD = """# Methods
Written by `tools/write_docs.py` from the docstrings of the formulas; nothing here is edited by hand.

A formula is a function whose name is the value that it makes and whose arguments are the values that it
needs, so every name below can be set with `--set NAME=VALUE` and explained with `farthing why NAME`.
`farthing graph train` prints the order in which they run.
"""


def page() -> str:
    """The page."""
    folder = Path(farthing.formulas.__file__).parent
    topics = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    return "\n".join([_HEAD, *(line for topic in topics for line in _topic(topic))])


def _topic(topic: str) -> Iterator[str]:
    module = import_module(f"farthing.formulas.{topic}")
    yield f"## {topic.replace('_', ' ').capitalize()}"
    yield f"{(inspect.getdoc(module) or '').split(chr(10) * 2)[0]}\n"
    for name, formula in vars(module).items():
        if inspect.isfunction(formula) and formula.__module__ == module.__name__ and not name.startswith("_"):
            yield from _formula(name, formula)


def _formula(name: str, formula: Callable[..., object]) -> Iterator[str]:
    unit = unit_label(name)
    yield f"### `{name}`{f' ({unit})' if unit else ''}"
    said = re.split(r"^>>> ", inspect.getdoc(formula) or "", flags=re.MULTILINE)[0].strip()
    said, _, named = (
        re.sub(r"\s+", " ", said.replace("\n\n", "\0")).replace("\0", "\n\n").partition("Source: ")
    )
    if not named:
        said, _, named = said.partition("Sources: ")
    yield f"{said.strip()}\n"
    yield f"```text\n{equation_of(formula)}\n```"
    yield f"Source: {_linked(formula, named.strip())}\n"


def _linked(formula: Callable[..., object], named: str) -> str:
    """The sources as links where the catalog knows them."""
    for source in cited_by(formula):
        known = catalog().sources[source]
        link = f"[{known.title}]({known.url})" if known.url else known.title
        named = re.sub(rf"\b{re.escape(source)}\b", lambda _, link=link: link, named, count=1)
    return named or "own derivation"
