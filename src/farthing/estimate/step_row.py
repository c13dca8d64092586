"""Set-ups from the rows of a table of training measurements (`validate training`, `calibrate`).

Columns are those of the contract; a cell may be empty and a column missing. What a row leaves open
takes a default that is named in the set-up's notes.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.estimate.cells import Row, positive, text
from farthing.estimate.formats import Format, read_format, usual_format
from farthing.estimate.model_row import of_row
from farthing.estimate.setup import Setup, Software, family_of, release_year
from farthing.units.problem import InputError, Problem

USUAL_SEQ_LEN_TOKENS: Final = 4096.0
USUAL_BATCH_TOKENS: Final = 4e6
_COUNTS: Final = {"tp": "tp", "pp": "pp", "vp": "vp", "cp": "cp", "ep": "ep"}
_NATIVE_SHARDING: Final = ("mlperf-maxtext", "maxtext")


def setup_of(row: Row) -> Setup:
    """The set-up of one row. Raises InputError where model or accelerator cannot be told."""
    notes: list[str] = []
    software = Software(
        family_of(text(row, "framework") or text(row, "source_family")),
        release_year(text(row, "version"), text(row, "year")),
    )
    accelerator = find.found_accelerator(text(row, "accelerator"))
    layout = _parallelism(row)
    layout["seq_len_tokens"] = _count(row, "seq_len") or _assumed(notes, "seq_len", USUAL_SEQ_LEN_TOKENS)
    layout.update(_batch(row, layout, notes))
    layout["zero_stage"] = _sharding(row, software.family, notes)
    layout.update(recomputation(text(row, "recompute")))
    return Setup(
        model=text(row, "model"),
        architecture=of_row(row),
        accelerator=accelerator,
        format=_format(row, accelerator.fact, software.family, notes),
        layout=layout,
        software=software,
        notes=tuple(notes),
    )


def zero_stage(sharding: str, family: str = "") -> float:
    """ZeRO stage that a sharding column means: 3 for FSDP, 2 for SHARD_GRAD_OP, else 1.

    Megatron's distributed optimizer (stage 1) is the rule where nothing is said; frameworks that
    shard everything by nature are stage 3. A number is the size of the sharding group; 0 is off.
    """
    plain = sharding.strip().lower()
    if "grad" in plain or "zero-2" in plain:
        return 2.0
    if (
        any(word in plain for word in ("full", "fsdp", "zero-3", "zero3", "dp across"))
        or family in _NATIVE_SHARDING
    ):
        return 3.0
    if "ddp" in plain or "zero-0" in plain:
        return 0.0
    number = re.match(r"\d+", plain)
    return 3.0 if number and int(number[0]) > 0 else 1.0


def recomputation(text: str) -> dict[str, float]:
    """`selective_level` and, where the text tells it, `recompute_share`."""
    plain = text.strip().lower()
    if not plain:
        return {"selective_level": 0.0}
    if plain.startswith("full"):
        return {"selective_level": 0.0, "recompute_share": 1.0}
    return {"selective_level": 0.0 if plain.startswith("no") else 1.0, "recompute_share": 0.0}


def _sharding(row: Row, family: str, notes: list[str]) -> float:
    """ZeRO stage of a row: everything shared out where nothing at all is said of the layout."""
    if not any(text(row, column) for column in ("tp", "pp", "cp", "ep", "fsdp")):
        notes.append("layout not stated: states taken as fully sharded")
        return 3.0
    return zero_stage(text(row, "fsdp"), family)


def _parallelism(row: Row) -> dict[str, float]:
    layout = {name: _count(row, column) or 1.0 for column, name in _COUNTS.items()}
    devices = layout["tp"] * layout["pp"] * layout["cp"]
    replicas = _count(row, "dp") or 1.0
    count = _count(row, "n_accel") or _count(row, "n_accelerators") or devices * replicas
    if count < devices:
        what = f"tp × pp × cp = {devices:.0f} but there are {count:.0f} accelerators"
        raise InputError([_problem("layout-too-large", "n_accel", what, "Correct the layout or the count.")])
    return {"accelerator_count": count, **layout}


def _batch(row: Row, layout: Mapping[str, float], notes: list[str]) -> dict[str, float]:
    replicas = layout["accelerator_count"] / (layout["tp"] * layout["pp"] * layout["cp"])
    micro, accumulation = (
        _count(row, "micro_batch"),
        _count(row, "grad_accum"),
    )
    whole = _count(row, "global_batch")
    if whole is None:
        known = (micro or 1.0) * (accumulation or 0.0) * replicas
        whole = known or _assumed(
            notes, "global_batch", math.ceil(USUAL_BATCH_TOKENS / layout["seq_len_tokens"])
        )
    if micro is None:
        micro = max(1.0, whole / replicas / accumulation) if accumulation else 1.0
    micro = split_for_pipeline(micro, whole, replicas, layout["pp"])
    return {"global_batch_sequences": max(whole, replicas * micro), "micro_batch_sequences": micro}


def split_for_pipeline(micro: float, whole: float, replicas: float, pp: float) -> float:
    """A microbatch no larger than lets every pipeline stage have one at a time.

    Some frameworks print the local batch, which the pipeline splits again.
    """
    if pp > 1 and whole / (replicas * micro) < pp:
        return max(1.0, whole / (replicas * pp))
    return micro


def _format(row: Row, accelerator: Accelerator, family: str, notes: list[str]) -> Format:
    if stated := text(row, "precision"):
        wanted = read_format(stated)
        if wanted.key in ("fp8", "fp4", "int8") and wanted.key not in accelerator.peak_flop_per_s:
            usual = usual_format(accelerator)
            notes.append(f"{accelerator.name} has no {wanted.key} units: {usual.key} taken")
            return usual
        return wanted
    usual = usual_format(accelerator, family)
    notes.append(f"precision not stated: {usual.key} assumed")
    return usual


def _count(row: Row, column: str) -> float | None:
    """A number above 0, or None where the cell is empty or says zero."""
    return positive(row, column, zero_is_empty=True)


def _assumed(notes: list[str], column: str, value: float) -> float:
    notes.append(f"{column} not stated: {value:.0f} assumed")
    return value


def _problem(code: str, where: str, what: str, fix: str) -> Problem:
    return Problem(code, "error", where, what, "the speed of a step depends on it", fix)
