"""The shape that a row of a table gives: a name, some columns, a free text about experts.

Columns are those of published training tables: model, layers, hidden, heads, kv_heads, ffn, vocab,
seq_len, params, active_params (or total_params) and moe. Any may be empty. What the row states wins
over the catalog; what neither states is chosen so that the stated size comes out.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from farthing.estimate import standard_shape
from farthing.estimate.architecture import Architecture, completed, count, known_model, truncated
from farthing.estimate.gather import Basis
from farthing.units.problem import InputError, Problem, quoted

COLUMNS: Final = {
    "layers": "layer_count",
    "hidden": "hidden_size",
    "heads": "head_count",
    "kv_heads": "kv_head_count",
    "ffn": "ffn_size",
    "vocab": "vocab_size",
    "seq_len": "seq_len_tokens",
    "params": "params",
    "total_params": "params",
    "active_params": "active_params",
}
LARGEST: Final = 1e15
CLOSE_ENOUGH: Final = 0.01
USUAL_HEAD_DIMENSION: Final = 128
USUAL_VOCABULARY: Final = 50_304
GATED_UP_TO: Final = 3.75
"""A feed-forward layer narrower than this multiple of the model is usually gated."""

_TEXT: Final = {
    "expert_count": re.compile(r"(\d+)\s*(?:routed|experts)", re.IGNORECASE),
    "experts_per_token": re.compile(r"top[ -]?(\d+)", re.IGNORECASE),
    "expert_ffn_size": re.compile(r"moe_ffn\s*=?\s*(\d+)", re.IGNORECASE),
    "shared_expert_count": re.compile(r"(\d+)\s*shared", re.IGNORECASE),
    "dense_layer_count": re.compile(r"first\s*(\d+)\s*(?:layers\s*)?dense", re.IGNORECASE),
    "q_lora_rank": re.compile(r"q_lora\s*(\d+)", re.IGNORECASE),
    "kv_lora_rank": re.compile(r"kv_lora\s*(\d+)", re.IGNORECASE),
    "mtp_layer_count": re.compile(r"(\d+)\s*MTP"),
    "head_dimension": re.compile(r"head_dim\s*(\d+)", re.IGNORECASE),
    "window_tokens": re.compile(r"sliding window\s*(\d+)", re.IGNORECASE),
}
_NO_MTP = re.compile(r"w/o MTP|without MTP", re.IGNORECASE)


def of_row(row: Mapping[str, str | None]) -> Architecture:
    """The shape of the model in one row. Raises InputError when neither name nor columns tell it."""
    name = (row.get("model") or "").strip()
    stated = _numbers(row, name)
    text = row.get("moe") or ""
    base = known_model(name)
    found = _known(base, stated, text) if base else _unknown(name, stated, text)
    return _without_mtp(found) if _NO_MTP.search(name) else found


def read_text(text: str) -> dict[str, float]:
    """The numbers in a remark such as '256 routed top8 + 1 shared, moe_ffn 2048, first 3 dense'."""
    found = {name: pattern.search(text) for name, pattern in _TEXT.items()}
    return {name: float(match[1]) for name, match in found.items() if match}


def _numbers(row: Mapping[str, str | None], name: str) -> dict[str, float]:
    stated: dict[str, float] = {}
    problems = []
    for column, field in COLUMNS.items():
        written = (row.get(column) or "").strip()
        if not written:
            continue
        value = _number(written)
        if not 0 < value <= LARGEST:
            what = f"{column} is {quoted(written)}, expected a number above 0"
            problems.append(_problem("bad-field", f"{name}: {column}", what, "Correct it or leave it empty."))
        stated.setdefault(field, value)
    if problems:
        raise InputError(problems)
    return stated


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return math.nan


def _known(base: Architecture, stated: Mapping[str, float], text: str) -> Architecture:
    """The catalog's shape with what the row states otherwise.

    Another hidden size or head count is another model that shares the name: its columns count.
    """
    usual = {name: base.shape[name] for name in ("layer_count", "hidden_size", "head_count", "vocab_size")}
    if any(stated.get(name, usual[name]) != usual[name] for name in ("hidden_size", "head_count")):
        return _from_columns(base.name, {**usual, **stated}, text)
    layers = stated.get("layer_count", usual["layer_count"])
    found = base if layers == usual["layer_count"] else truncated(base, int(layers))
    return _changed(found, stated, text)


def _changed(found: Architecture, stated: Mapping[str, float], text: str) -> Architecture:
    numbers = {name: stated[name] for name in COLUMNS.values() if name in found.shape and name in stated}
    if found.shape["position_embedding_count"] and "seq_len_tokens" in stated:
        numbers["position_embedding_count"] = stated["seq_len_tokens"]
    numbers.update(_remarks(text, {**found.shape, **numbers}))
    changes = {name: value for name, value in numbers.items() if value != found.shape[name]}
    if not changes:
        return found
    note = f"{found.name} with {', '.join(sorted(changes))} as stated"
    return replace(found, shape={**found.shape, **changes}, basis=Basis.DERIVED, note=note)


def _remarks(text: str, shape: Mapping[str, float]) -> dict[str, float]:
    """The numbers of the text under the names of a shape."""
    found = read_text(text)
    shared = found.pop("shared_expert_count", 0.0)
    if shared:
        found["shared_expert_ffn_size"] = shared * found.get("expert_ffn_size", shape["ffn_size"])
    if "head_dimension" in found:
        found["v_head_dimension"] = found["head_dimension"]
    if "window_tokens" in found:
        alternate = "alternate" in text.lower()
        found["windowed_layer_count"] = shape["layer_count"] // (2 if alternate else 1)
    if "dense_layer_count" in found:
        found["dense_layer_count"] = _dense_layers(found["dense_layer_count"], shape)
    return found


def _dense_layers(stated: float, shape: Mapping[str, float]) -> float:
    """As stated, unless the model was cut to fewer layers and keeps fewer of them."""
    kept = shape.get("dense_layer_count", 0.0)
    return kept if 0 < kept < stated else min(stated, shape["layer_count"])


def _unknown(name: str, stated: Mapping[str, float], text: str) -> Architecture:
    if {"layer_count", "hidden_size"} <= stated.keys():
        return _from_columns(name, stated, text)
    if "params" in stated:
        active = min(stated.get("active_params", stated["params"]), stated["params"])
        return replace(standard_shape.infer(stated["params"], active), name=name)
    what = f"no model is called {quoted(name)}, and the row gives neither its shape nor its size"
    fix = "Give layers and hidden, or params; see `farthing catalog list` for the models that are known."
    raise InputError([_problem("unknown-name", quoted(name), what, fix)])


def _from_columns(name: str, stated: Mapping[str, float], text: str) -> Architecture:
    """Layers and hidden size as stated, the rest as stated or usual, the size made to fit."""
    hidden, layers = stated["hidden_size"], stated["layer_count"]
    numbers = {field: value for field, value in stated.items() if field in COLUMNS.values()}
    numbers.setdefault("head_count", max(1.0, round(hidden / USUAL_HEAD_DIMENSION)))
    numbers.setdefault("vocab_size", USUAL_VOCABULARY)
    numbers["head_dimension"] = hidden / numbers["head_count"]
    numbers.setdefault("ffn_size", 4.0 * hidden)
    numbers.update(_remarks(text, {**completed(numbers), "ffn_size": numbers["ffn_size"]}))
    if "mamba" in text.lower():
        numbers.update(_hybrid(layers, hidden, numbers))
    if numbers.get("expert_count"):
        numbers.update(_missing_expert_numbers(numbers, stated))
    if numbers.get("kv_lora_rank"):
        numbers.update(head_dimension=128.0, v_head_dimension=128.0, rope_dimension=64.0)
    shape = _fitted(numbers, stated, "ffn_size" in stated)
    assumed = frozenset(shape) - stated.keys() - read_text(text).keys()
    nonzero = frozenset(field for field in assumed if shape[field])
    return Architecture(name, shape, Basis.GIVEN, (), None, "from the columns of its row", nonzero)


def _hybrid(layers: float, hidden: float, numbers: Mapping[str, float]) -> dict[str, float]:
    """Layers of three kinds in the shares of Nemotron 3: one in nine attends, the rest halves."""
    attention = max(1, round(layers / 9))
    mamba = round((layers - attention) / 2)
    inner = round(1.5 * hidden / 64) * 64
    return {
        "attention_layer_count": attention,
        "mamba_layer_count": mamba,
        "ffn_layer_count": layers - attention - mamba,
        "mamba_inner_size": inner,
        "mamba_head_count": inner / 64,
        "mamba_state_size": 128.0,
        "mamba_group_count": 8.0,
        "ffn_matrix_count": 2.0,
        "shared_expert_ffn_size": 2 * numbers.get("expert_ffn_size", 0.0),
    }


def _missing_expert_numbers(numbers: Mapping[str, float], stated: Mapping[str, float]) -> dict[str, float]:
    """Width and choice of experts that the text leaves out, from the sizes where they are stated."""
    width = numbers.get("expert_ffn_size") or numbers["ffn_size"]
    found = {"expert_ffn_size": width, "ffn_matrix_count": numbers.get("ffn_matrix_count", 3.0)}
    if "experts_per_token" not in numbers:
        found["experts_per_token"] = min(8.0, numbers["expert_count"])
        if "active_params" in stated:
            none = completed({**numbers, **found, "experts_per_token": 0.0})
            one = completed({**numbers, **found, "experts_per_token": 1.0})
            bare, step = (
                count(none, "active_params"),
                count(one, "active_params") - count(none, "active_params"),
            )
            chosen = round((stated["active_params"] - bare) / step)
            found["experts_per_token"] = min(max(1.0, chosen), numbers["expert_count"])
    return found


def _fitted(
    numbers: Mapping[str, float], stated: Mapping[str, float], width_stated: bool
) -> dict[str, float]:
    """The candidate nearest to the stated size; a remainder above 1 % becomes `other_params`."""
    candidates = [completed({**numbers, **choice}) for choice in _choices(numbers)]
    if "params" not in stated:
        return candidates[0]
    shape = min(candidates, key=lambda one: abs(count(one) - stated["params"]))
    missing = stated["params"] - count(shape)
    if abs(missing) <= CLOSE_ENOUGH * stated["params"]:
        return shape
    if not width_stated and not shape["expert_count"]:
        per_width = shape["ffn_layer_count"] * shape["ffn_matrix_count"] * shape["hidden_size"]
        shape["ffn_size"] = max(1.0, round(shape["ffn_size"] + missing / per_width))
        missing = stated["params"] - count(shape)
    shape["other_params"] = max(0.0, _room(shape, stated, missing))
    return shape


def _room(shape: Mapping[str, float], stated: Mapping[str, float], missing: float) -> float:
    """How much of the missing size can belong to parts that every token passes."""
    if not shape["expert_count"] or "active_params" not in stated:
        return missing
    return min(missing, stated["active_params"] - count(shape, "active_params"))


def _choices(numbers: Mapping[str, float]) -> Iterable[dict[str, float]]:
    """Matrices of the feed-forward layer and tied tables, the usual combination first."""
    gated = numbers["ffn_size"] < GATED_UP_TO * numbers["hidden_size"] or bool(numbers.get("expert_count"))
    usual = numbers.get("ffn_matrix_count", 3.0 if gated else 2.0)
    others = () if "ffn_matrix_count" in numbers else (5.0 - usual,)
    for matrices in (usual, *others):
        for tied in (0.0, 1.0):
            yield {"ffn_matrix_count": matrices, "tied_embeddings": tied}


def _without_mtp(found: Architecture) -> Architecture:
    return replace(found, shape={**found.shape, "mtp_layer_count": 0.0})


def _problem(code: str, where: str, what: str, fix: str) -> Problem:
    return Problem(code, "error", where, what, "a shape is needed to count FLOPs and memory", fix)
