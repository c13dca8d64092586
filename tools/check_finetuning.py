"""Cross-validate the fine-tuning step and its evidence: by row, source, model and accelerator.

    python tools/check_finetuning.py

Each group is predicted by constants and evidence fitted without it; rows in ten folds. Only the scales of
the evidence are those that ship. Running out of memory is foretold from the same predictions. Prints JSON.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from cross_validation import Scores, Study, cross_validated, folds, summary
from fit_finetuning import Data, evidence, fit, published
from out_of_memory import memory_score, ran_out

from farthing.catalog.load import catalog
from farthing.estimate import steps
from farthing.estimate.finetune_prediction import as_row, unsaid_sd
from farthing.estimate.finetune_row import setup_of
from farthing.estimate.step_prediction import scales
from farthing.estimate.validate_finetune import fits

QUANTITIES = {
    "speed": ("tokens_per_s", "finetune_evidence"),
    "memory": ("mem_gib", "finetune_memory_evidence"),
}
SOFTWARE = ("framework", "version", "year")


def study(data: Data, what: str) -> Study[Data]:
    """Speed or memory of fine-tuning steps."""
    quantity, kind = QUANTITIES[what]
    scale = scales(kind)
    return Study(
        data=data,
        scale=scale,
        fit=lambda seen: {**steps.constants(), **fit(seen)[0]},
        evidence=lambda seen, constants: evidence(seen, quantity, constants, scale),
        modelled=lambda left, constants: left.modelled(quantity, constants),
        measured=data.measured(quantity),
        extra_sd=lambda left: unsaid_sd([row.setup for row in left.rows]),
    )


def blind(data: Data) -> Data:
    """The same rows read again where nobody says which software runs them."""
    facts = catalog().published_finetuning
    cells = [{**as_row(facts[row.id]), **dict.fromkeys(SOFTWARE)} for row in data.rows]
    return Data([replace(row, setup=setup_of(cell)) for row, cell in zip(data.rows, cells, strict=True)])


def groupings(data: Data) -> dict[str, list[str]]:
    """The ways in which the rows are divided; a source is a framework with whatever kernels."""
    return {
        "row": folds(len(data.rows)),
        "source": [row.setup.software.family for row in data.rows],
        "model": list(data.traits.model),
        "accelerator": list(data.traits.accelerator),
    }


def report(data: Data) -> dict[str, dict[str, float]]:
    """Scores by how the data were divided, and by source; out of memory beside them."""
    found: dict[str, dict[str, float]] = {}
    sources = np.array(groupings(data)["source"])
    for what in QUANTITIES:
        asked = study(data, what)
        known = np.isfinite(asked.measured)
        for name, groups in groupings(data).items():
            scores = cross_validated(asked, groups)
            found[f"{what} by {name}"] = summary(scores, known)
            if name in ("row", "source"):
                found.update(by_source(f"{what} by {name}", scores, sources, known))
            if what == "memory":
                found[f"out of memory by {name}"] = memory_score(foretold(data, scores))
        unsaid = cross_validated(asked, groupings(data)["row"], told=blind)
        found[f"{what} by row, software withheld"] = summary(unsaid, known)
    return found


def by_source(
    name: str, scores: Scores, sources: np.ndarray, known: np.ndarray
) -> Iterator[tuple[str, dict[str, float]]]:
    """The scores of each source."""
    for source in sorted(set(sources[known])):
        yield f"{name}: {source}", summary(scores, known & (sources == source))


def foretold(data: Data, scores: Scores) -> Iterator[tuple[bool, bool]]:
    """Whether each step ran out of memory, and whether it was foretold."""
    facts = catalog().published_finetuning
    for row, mid, sd in zip(data.rows, scores.mid, scores.sd, strict=True):
        yield ran_out(facts[row.id].oom), not fits(row.setup, float(mid), float(sd))


def main() -> None:
    """Print the scores as JSON."""
    print(json.dumps(report(published()), indent=1))


if __name__ == "__main__":
    main()
