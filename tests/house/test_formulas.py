"""Every formula: legal names, a source, an example that runs, and no argument it does not use."""

import ast
import re
from pathlib import Path

import pytest

from farthing.catalog.load import catalog
from farthing.units.names import is_legal_name

FORMULAS = Path("src/farthing/formulas")


def formulas():
    for path in sorted(FORMULAS.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield pytest.param(node, id=f"{path.stem}.{node.name}")


FOUND = list(formulas())
each_formula = pytest.mark.parametrize("formula", FOUND)


def arguments(formula):
    return [
        argument.arg for argument in [*formula.args.posonlyargs, *formula.args.args, *formula.args.kwonlyargs]
    ]


def test_there_are_formulas():
    assert len(FOUND) > 20


def test_no_two_formulas_of_one_module_share_a_name():
    names = [found.id for found in FOUND]
    assert len(names) == len(set(names))


@each_formula
def test_names_carry_a_unit(formula):
    illegal = [name for name in [formula.name, *arguments(formula)] if not is_legal_name(name)]
    assert illegal == [], "end the name in a unit, or add the field's own word to units/names.py"


@each_formula
def test_docstring_has_a_source_and_an_example(formula):
    said = ast.get_docstring(formula) or ""
    assert "Source:" in said
    assert f">>> {formula.name}(" in said or (">>>" in said and f"{formula.name}(" in said)


@each_formula
def test_its_sources_are_in_the_catalog(formula):
    said = (ast.get_docstring(formula) or "").partition("Source:")[2].partition(">>>")[0]
    cited = re.findall(r"\b[a-z][a-z0-9]*(?:-[a-z0-9]+)*-\d{4}(?:-[a-z0-9]+)*", said)
    assert [name for name in cited if name not in catalog().sources] == []


@each_formula
def test_every_argument_is_used(formula):
    read = {
        node.id for statement in formula.body for node in ast.walk(statement) if isinstance(node, ast.Name)
    }
    assert set(arguments(formula)) - read == set()


@each_formula
def test_no_formula_has_a_default_or_takes_whatever_comes(formula):
    given = formula.args
    assert given.defaults == []
    assert [default for default in given.kw_defaults if default is not None] == []
    assert given.vararg is None
    assert given.kwarg is None
