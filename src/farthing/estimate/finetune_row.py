"""Set-ups from the rows of a table of fine-tuning measurements (`validate finetune`, `calibrate`)."""

from collections.abc import Mapping
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.estimate.cells import Row, positive, text
from farthing.estimate.formats import Format, read_format, usual_format
from farthing.estimate.framework_recipe import Recipe, recipe_of
from farthing.estimate.model_row import of_row
from farthing.estimate.setup import Setup, Software, Tuning, family_of, release_year
from farthing.estimate.step_row import recomputation

USUAL_SEQ_LEN_TOKENS: Final = 1024.0
USUAL_RANK: Final = 16.0
FROZEN_BYTE: Final[Mapping[str, float]] = {
    "nf4-dq": 0.52,
    "nf4": 0.56,
    "4bit": 0.56,
    "int4": 0.56,
    "8bit": 1.06,
    "int8": 1.06,
}
"""Bytes of a packed weight with its scales: 4 bits in blocks of 64, doubly quantized or not; 8 bits.
Source: dettmers-2023-qlora."""

_WIDEST_TP: Final = 8.0
_TRAINED_BYTE: Final = 8.0  # weights, gradients and Adam's two states in 16 bits


def setup_of(row: Row) -> Setup:
    """The set-up of one row. Raises InputError where model or accelerator cannot be told."""
    notes: list[str] = []
    family = family_of(text(row, "framework") or text(row, "source_family"))
    software = Software(family, release_year(text(row, "version"), text(row, "year")))
    found = find.found_accelerator(text(row, "accelerator"))
    architecture = of_row(_shape_cells(row))
    tuning = _tuning(row, notes)
    layout = _layout(row, architecture.shape["head_count"], recipe_of(family), notes)
    layout["zero_stage"] = 3.0 if recipe_of(family).shares(tuning, layout["accelerator_count"]) else 1.0
    held = architecture.count("params") * (tuning.frozen_byte if tuning.frozen else _TRAINED_BYTE)
    if held / (layout["tp"] * layout["pp"]) > found.fact.memory_byte and layout["accelerator_count"] > 1:
        layout["zero_stage"] = 3.0
        notes.append("the weights fit only when shared out: stage 3 taken")
    return Setup(
        model=text(row, "model"),
        architecture=architecture,
        accelerator=found,
        format=_format(row, found.fact, family, notes),
        layout=layout,
        software=software,
        tuning=tuning,
        notes=tuple(notes),
    )


def _shape_cells(row: Row) -> Row:
    """The cells that describe a shape: a sequence length here is that of the data, not of the model."""
    return {name: row.get(name) for name in ("model", "params", "active_params", "layers", "hidden", "heads")}


def _tuning(row: Row, notes: list[str]) -> Tuning:
    method, quant = text(row, "method").lower(), text(row, "quant").lower()
    if not method:
        notes.append("method not stated: LoRA assumed")
        method = "lora"
    full = "full" in method or method.startswith("sft")
    packed = next((size for name, size in FROZEN_BYTE.items() if name in quant), None)
    if packed is None and "qlora" in method:
        packed = FROZEN_BYTE["nf4"]
    return Tuning(
        method="full" if full else ("qlora" if packed else "lora"),
        lora_rank=positive(row, "lora_rank") or USUAL_RANK,
        trainable_params=positive(row, "trainable_params"),
        frozen_byte=packed or 2.0,
        kernel=read_kernel(text(row, "kernel")),
    )


def read_kernel(text_: str) -> str:
    """The kind of kernels that a text means: unsloth, liger, flash, hf or ''.

    >>> read_kernel("Unsloth+FA2"), read_kernel("HF+FA2"), read_kernel("HF"), read_kernel("")
    ('unsloth', 'flash', 'hf', '')
    """
    plain = text_.lower()
    for name, words in (("unsloth", ("unsloth",)), ("liger", ("liger",)), ("flash", ("fa2", "fa3", "flash"))):
        if any(word in plain for word in words):
            return name
    return "hf" if plain else ""


def _layout(row: Row, head_count: float, recipe: Recipe, notes: list[str]) -> dict[str, float]:
    count = positive(row, "n_accel") or 1.0
    seq = positive(row, "seq_len") or positive(row, "seq_len_max")
    if seq is None:
        notes.append(f"seq_len not stated: {USUAL_SEQ_LEN_TOKENS:.0f} assumed")
    micro, accumulation = positive(row, "micro_batch"), positive(row, "grad_accum")
    parallel = _parallelism(row, count, head_count, micro or 1.0, accumulation)
    replicas = count / (parallel["tp"] * parallel["pp"] * parallel["cp"])
    batch = positive(row, "global_batch") or (micro or 1.0) * (accumulation or 1.0) * replicas
    if micro is None:
        micro = max(1.0, batch / replicas / accumulation) if accumulation else 1.0
    layout = {
        "accelerator_count": count,
        "seq_len_tokens": seq or USUAL_SEQ_LEN_TOKENS,
        "global_batch_sequences": max(batch, replicas * micro),
        "micro_batch_sequences": micro,
        "vp": 1.0,
        "ep": 1.0,
        "zero_stage": 1.0,
        **parallel,
    }
    stated = text(row, "recompute") or recipe.recompute(count)
    return {**layout, **recomputation(stated)}


def _parallelism(
    row: Row, count: float, head_count: float, micro: float, accumulation: float | None
) -> dict[str, float]:
    """Tensor, pipeline and context parallelism: stated, or what the batch leaves of the accelerators."""
    tp, pp, cp = (positive(row, name) for name in ("tp", "pp", "cp"))
    whole = positive(row, "global_batch")
    if tp or pp or cp or not (whole and accumulation):
        return {"tp": tp or 1.0, "pp": pp or 1.0, "cp": cp or 1.0}
    shared = max(1.0, count * micro * accumulation / whole)
    tp = 1.0
    while tp < min(shared, _WIDEST_TP) and head_count % (tp * 2) == 0 and shared % (tp * 2) == 0:
        tp *= 2
    return {"tp": tp, "pp": 1.0, "cp": max(1.0, shared // tp)}


def _format(row: Row, accelerator: Accelerator, family: str, notes: list[str]) -> Format:
    stated = text(row, "precision")
    usual = usual_format(accelerator, family)
    if not stated:
        notes.append(f"precision not stated: {usual.key} assumed")
        return usual
    wanted = read_format(stated)
    if wanted.byte < 2 and wanted.key not in accelerator.peak_flop_per_s:
        notes.append(f"{accelerator.name} has no {wanted.key} units: {usual.key} taken")
        return usual_format(accelerator)
    return wanted
