"""Farthing tells what AI costs: before it is built, while it runs, and what it would cost done better.

Every public name is listed in `_HOME` and imported on first use, so that `import farthing` is quick.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "train": "farthing.app.train",
    "finetune": "farthing.app.finetune",
    "optimum": "farthing.app.optimum",
    "tokens": "farthing.app.tokens",
    "serve": "farthing.app.serve",
    "compare": "farthing.app.compare",
    "bring_in": "farthing.app.ledger_import",
    "spend": "farthing.app.spend",
    "reprice": "farthing.app.reprice",
    "forecast": "farthing.app.forecast",
    "anomalies": "farthing.app.anomalies",
    "budget": "farthing.app.budget",
    "allocate": "farthing.app.allocate",
    "reconcile": "farthing.app.reconcile",
    "export": "farthing.app.export",
    "validate": "farthing.app.validate",
    "calibrate": "farthing.app.calibrate",
    "why": "farthing.app.why",
    "graph": "farthing.app.graph",
    "entries": "farthing.app.facts",
    "show": "farthing.app.facts",
    "search": "farthing.app.facts",
    "prices": "farthing.app.facts",
    "Estimate": "farthing.app.answers",
    "Explanation": "farthing.app.answers",
    "Validation": "farthing.app.validate",
    "Calibrated": "farthing.app.calibration_report",
    "Problem": "farthing.units.problem",
    "FarthingError": "farthing.units.problem",
    "InputError": "farthing.units.problem",
    "CatalogError": "farthing.units.problem",
    "Spread": "farthing.units.spread",
}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 - the table holds plain names


def __getattr__(name: str) -> object:
    """A public name, imported from its home on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'farthing' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted(__all__)
