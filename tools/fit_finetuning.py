"""Fit what is particular to fine-tuning: adapters, packed weights, kernels, memory; and its evidence.

    python tools/fit_finetuning.py

Reads `published/finetuning.csv` alone. Speed keeps the constants of training (`tools/fit_training.py`) and
adds a few of its own; memory has its own, since adapters are trained by other software.
Writes catalog/data/calibration/{finetuning,finetune_evidence,finetune_memory_evidence}.yaml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from fit_training import Priors, entry, soft, solve, tuned, unit_of, write

from farthing.catalog.load import catalog
from farthing.estimate import finetune_steps, steps
from farthing.estimate.evidence import Evidence, Traits, covariance
from farthing.estimate.finetune_prediction import (
    MeasuredTuning,
    as_row,
    measured_tunings,
    noise_sd,
    tuning_traits,
)
from farthing.units.types import FloatArray

SPEED_PRIORS: Priors = {
    "dequantize_pass_count": (
        3.0,
        0.3,
        "packed weights turned into 16 bits: forward, backward, recomputed forward",
    ),
    "adapter_pass_count": (3.0, 0.4, "passes over inputs and outputs that adapters add to each matrix"),
    "score_pass_count": (10.0, 0.3, "passes over attention scores where attention is not fused"),
    "fine_kernel_traffic_ratio": (0.5, 0.25, "memory traffic left where kernels are written by hand"),
}
MEMORY_PRIORS: Priors = {
    "selective_kept_share": (0.40, 0.30, "activations that selective recomputation keeps"),
    "activation_overhead_ratio": (
        1.10,
        0.20,
        "workspaces, masks and adapters' inputs beside the counted activations",
    ),
    "logit_byte": (8.0, 0.30, "bytes a logit: 16 bits, a 32-bit copy and its gradient"),
    "gathered_layer_count": (2.0, 0.20, "layers gathered at a time under stage 3"),
    "unpacked_layer_count": (1.0, 0.50, "layers of packed weights held in 16 bits at a time"),
    "fragmentation_ratio": (1.03, 0.03, "reserved over allocated"),
    "runtime_memory_gib": (1.0, 0.40, "context, communication buffers"),
    "score_copy_count": (2.0, 0.30, "copies of attention scores where attention is not fused"),
    "fine_kernel_memory_ratio": (0.6, 0.25, "activations left where kernels are written by hand"),
}
SCALE_ROUNDS = 30
"""Rounds after which the scales of the evidence no longer move."""
SPEED_SCALE = {
    "software_sd": 0.25,
    "software_kind_sd": 0.10,
    "release_sd": 0.05,
    "release_mixture_sd": 0.03,
    "release_era_sd": 0.08,
    "era_sd": 0.05,
    "era_format_sd": 0.08,
    "model_sd": 0.05,
    "model_accelerator_sd": 0.05,
    "layout_sd": 0.12,
    "twin_sd": 0.08,
    "noise_sd": 0.03,
    "release_length_year": 0.5,
    "layout_length_ratio": 4.0,
    "twin_length_ratio": 3.0,
}
MEMORY_SCALE = {
    "software_sd": 0.20,
    "software_kind_sd": 0.10,
    "release_sd": 0.05,
    "release_mixture_sd": 0.05,
    "release_era_sd": 0.03,
    "era_sd": 0.03,
    "era_format_sd": 0.05,
    "model_sd": 0.10,
    "model_accelerator_sd": 0.05,
    "layout_sd": 0.08,
    "twin_sd": 0.08,
    "noise_sd": 0.04,
    "release_length_year": 0.5,
    "layout_length_ratio": 3.0,
    "twin_length_ratio": 2.0,
}


@dataclass(frozen=True)
class Data:
    """Measured fine-tuning steps with everything the fit asks of them."""

    rows: Sequence[MeasuredTuning]

    @cached_property
    def traits(self) -> Traits:
        """What evidence is compared by."""
        return tuning_traits([row.setup for row in self.rows])

    def measured(self, what: str) -> FloatArray:
        """`tokens_per_s` or `mem_gib`; nan where not measured."""
        return np.array([getattr(row, what) for row in self.rows])

    def modelled(self, what: str, constants: Mapping[str, float]) -> FloatArray:
        """The same by the step model with these constants."""
        return np.asarray(getattr(finetune_steps.physics([row.setup for row in self.rows], constants), what))

    def having(self, what: str) -> "Data":
        """The rows in which something is measured."""
        return self.take(np.isfinite(self.measured(what)))

    def take(self, keep: FloatArray) -> "Data":
        """Some of the rows."""
        return Data([row for row, kept in zip(self.rows, keep, strict=True) if kept])


def centers() -> dict[str, float]:
    """The constants of training, and the prior ones of fine-tuning."""
    own = {name: prior[0] for name, prior in {**SPEED_PRIORS, **MEMORY_PRIORS}.items()}
    return {**steps.constants(), **own}


def fitted(
    data: Data, what: str, priors: Priors, others: Mapping[str, float], scale: Mapping[str, float]
) -> tuple[dict[str, float], FloatArray]:
    """Constants of one quantity and their standard deviations as logarithms."""
    known = data.having(what)
    measured = known.measured(what)
    own = covariance(known.traits, known.traits, scale) + np.diag(noise_sd(known.rows, scale) ** 2)
    white = np.linalg.inv(np.linalg.cholesky(own))

    def miss(constants: dict[str, float]) -> FloatArray:
        return soft(white @ np.log(measured / known.modelled(what, {**others, **constants})))

    return solve(priors, miss)


def fit(data: Data) -> tuple[dict[str, float], dict[str, float]]:
    """All constants of fine-tuning, and their standard deviations as logarithms."""
    memory, memory_sd = fitted(data, "mem_gib", MEMORY_PRIORS, centers(), MEMORY_SCALE)
    speed, speed_sd = fitted(data, "tokens_per_s", SPEED_PRIORS, {**centers(), **memory}, SPEED_SCALE)
    sds = dict(zip(memory, memory_sd, strict=True)) | dict(zip(speed, speed_sd, strict=True))
    return {**speed, **memory}, sds


def evidence(data: Data, what: str, constants: Mapping[str, float], scale: Mapping[str, float]) -> Evidence:
    """How a measured quantity differs from the model with these constants."""
    known = data.having(what)
    ratio = known.measured(what) / known.modelled(what, {**steps.constants(), **constants})
    return Evidence(known.traits, np.log(ratio), noise_sd(known.rows, scale), scale)


def published() -> Data:
    """The steps that ship with the catalog."""
    return Data(measured_tunings(as_row(step) for step in catalog().published_finetuning.values()))


def main() -> None:
    """Fit and write."""
    data = published()
    constants, sds = fit(data)
    notes = {name: prior[2] for name, prior in {**SPEED_PRIORS, **MEMORY_PRIORS}.items()}
    source = "fit-finetuning-2026"
    entries = {
        name: entry(value, sds[name], unit_of(name), notes[name], source) for name, value in constants.items()
    }
    write("finetuning", entries, "Constants of the fine-tuning step.", "fit_finetuning.py")
    for stem, what, start in (
        ("finetune_evidence", "tokens_per_s", SPEED_SCALE),
        ("finetune_memory_evidence", "mem_gib", MEMORY_SCALE),
    ):
        scale = tuned(evidence(data, what, constants, start), rounds=SCALE_ROUNDS)
        note = "scale of one thing that measured runs have in common"
        entries = {name: entry(value, 0.0, unit_of(name), note, source) for name, value in scale.items()}
        write(
            stem, entries, "Scales of the evidence (logarithm of measured / modelled).", "fit_finetuning.py"
        )


if __name__ == "__main__":
    main()
