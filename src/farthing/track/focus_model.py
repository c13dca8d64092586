"""The column model of FOCUS: what a Cost and Usage dataset of version 1.4 must look like, as facts."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import yaml

from farthing.units.problem import InputError, Problem

ANY: Final = "any"
_LEVELS: Final = ("mandatory", "conditional", "recommended")
_TYPES: Final = ("text", "decimal", "time", "json")
_FORMS: Final = ("currency", "unit", "pairs", "object", "non-negative")
_WORKBOOK_TYPES: Final = {"String": "text", "Decimal": "decimal", "Date/Time": "time", "JSON": "json"}
_WORKBOOK_FORMS: Final = {
    "Currency": "currency",
    "Unit": "unit",
    "Key-Value": "pairs",
    "JSON Object": "object",
    "Decimal (non-negative)": "non-negative",
}
_COST_AND_USAGE: Final = "Cost and Usage"


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What a column holds: `type` is text, decimal, time or json, `form` narrows it, `allowed` its words."""

    level: str
    type: str
    form: str
    can_be_empty: bool
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class When:
    """Where all of `given` hold, the columns of `empty` say nothing and those of `filled` something.

    A given column has one of the values; None is empty, `any` is filled.
    """

    given: Mapping[str, tuple[str | None, ...]]
    empty: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A dataset's columns, which subcategories a category has, and the rules between columns.

    `needs`: the first column says something only where the second does. `never`: values that exclude each
    other. `orders`: the first moment lies before the second. `products`: price, quantity, cost.
    """

    version: str
    columns: Mapping[str, ColumnRule]
    subcategories: Mapping[str, frozenset[str]]
    when: tuple[When, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    never: tuple[Mapping[str, str], ...] = ()
    orders: tuple[tuple[str, str], ...] = ()
    products: tuple[tuple[str, str, str], ...] = ()


@functools.cache
def cost_and_usage() -> Model:
    """The Cost and Usage dataset of FOCUS 1.4."""
    facts = yaml.load(
        files("farthing.track").joinpath("focus_1_4.yaml").read_text(encoding="utf-8"), _loader()
    )
    subcategories = {
        category: frozenset((*named, f"Other ({category})"))
        for category, named in facts["subcategories"].items()
    }
    allowed = {column: frozenset(words) for column, words in facts["allowed"].items()}
    allowed["ServiceCategory"] = frozenset(subcategories)
    allowed["ServiceSubcategory"] = frozenset().union(*subcategories.values())
    return Model(
        version=facts["version"],
        columns={
            column: _column(said.split(), allowed.get(column, frozenset()))
            for column, said in facts["columns"].items()
        },
        subcategories=subcategories,
        when=tuple(_when(rule) for rule in facts["when"]),
        needs=tuple((first, second) for first, second in facts["needs"]),
        never=tuple(facts["never"]),
        orders=tuple((first, second) for first, second in facts["orders"]),
        products=tuple((price, quantity, cost) for price, quantity, cost in facts["products"]),
    )


def read_model(path: Path, dataset: str = _COST_AND_USAGE) -> Model:
    """A dataset's columns from the FinOps Foundation's own model as JSON; it has no rules between columns.

    Raises InputError where the file has no such dataset.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        columns = facts["datasets"][dataset]["columns"]
        parents: Mapping[str, str] = facts["service_subcategory_parents"]
        return Model(
            version=facts["focus_version"],
            columns={column: _workbook_column(one) for column, one in columns.items()},
            subcategories=_children(parents.items()) if dataset == _COST_AND_USAGE else {},
        )
    except (ValueError, KeyError, TypeError, OSError) as error:
        what = f"it is no FOCUS model with a dataset '{dataset}' ({error})"
        raise InputError([Problem("bad-file", "error", str(path), what, "", "Check the file.")]) from error


def _loader() -> type[yaml.SafeLoader]:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _column(words: Iterable[str], allowed: frozenset[str]) -> ColumnRule:
    said = set(words)
    level, type_ = (next(word for word in known if word in said) for known in (_LEVELS, _TYPES))
    form = next((word for word in _FORMS if word in said), "")
    assert said <= {level, type_, form, "null"}, f"a column is said to be {sorted(said)}"
    return ColumnRule(level, type_, form, "null" in said, allowed)


def _workbook_column(one: Mapping[str, object]) -> ColumnRule:
    allowed = one["allowed_values"]
    return ColumnRule(
        level=str(one["feature_level"]).lower(),
        type=_WORKBOOK_TYPES[str(one["data_type"])],
        form=_WORKBOOK_FORMS.get(str(one["value_format"]), ""),
        can_be_empty=bool(one["allows_nulls"]),
        allowed=frozenset(map(str, allowed)) if isinstance(allowed, list) else frozenset(),
    )


def _children(parents: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for child, parent in parents:
        found.setdefault(parent, set()).add(child)
    return {parent: frozenset(children) for parent, children in found.items()}


def _when(rule: Mapping[str, object]) -> When:
    given, empty, filled = (rule.get(key, ()) for key in ("if", "empty", "filled"))
    assert isinstance(given, dict), "a rule says when it holds"
    assert isinstance(empty, list | tuple), "columns are listed"
    assert isinstance(filled, list | tuple), "columns are listed"
    return When({column: tuple(values) for column, values in given.items()}, tuple(empty), tuple(filled))
