"""The shape that a Hugging Face `config.json` describes, whatever the family calls its fields."""

from pathlib import Path
from typing import Final

from farthing.estimate.architecture import Architecture, completed
from farthing.estimate.config_file import LONGEST_LIST, Fields, Values, flat, read
from farthing.estimate.gather import Basis

TIED: Final = frozenset(
    [
        "gpt2",
        "gpt_neo",
        "gpt_bigcode",
        "opt",
        "bloom",
        "falcon",
        "RefinedWeb",
        "RefinedWebModel",
        "mpt",
        "gemma",
        "gemma2",
        "gemma3",
        "gemma3_text",
        "cohere",
        "cohere2",
        "starcoder2",
    ]
)
"""Families whose output matrix is the input table unless the file says otherwise."""

PLAIN: Final = frozenset(
    [
        "gpt2",
        "gpt_neo",
        "gpt_neox",
        "gptj",
        "codegen",
        "gpt_bigcode",
        "opt",
        "bloom",
        "falcon",
        "RefinedWeb",
        "RefinedWebModel",
        "mpt",
        "phi",
        "starcoder2",
        "nemotron",
        "nemotron_h",
    ]
)
"""Families whose feed-forward layer has two matrices."""

LEARNED_POSITIONS: Final = frozenset(("gpt2", "gpt_neo", "gpt_bigcode", "opt"))
ALTERNATING: Final = frozenset(("gemma2", "gpt_oss"))
EXPERTS: Final = ("num_local_experts", "n_routed_experts", "num_experts", "moe_num_experts")
CHOSEN: Final = (
    "num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk", "moe_top_k", "moe_k"
)  # fmt: skip
HYBRID_MARKS: Final = {"M": "mamba", "*": "attention", "-": "mlp", "E": "moe"}


def of_config(path: Path) -> Architecture:
    """The shape in a `config.json`. Raises InputError that names every field that is wrong."""
    return of_values(read(path), path.name)


def of_values(values: Values, where: str = "config.json") -> Architecture:
    """The same from fields that have been read already."""
    fields = Fields(flat(values), where)
    if fields.truth("is_encoder_decoder", False):
        fields.problem(
            "bad-config", "is_encoder_decoder", "encoder-decoder models are not read", "Use --params."
        )
    numbers = _Shape(fields).numbers()
    fields.done()
    name = fields.word("_name_or_path") or fields.word("model_type") or where
    return Architecture(name, completed(numbers), Basis.GIVEN, note=f"read from {where}")


class _Shape:
    """One pass over the fields, part by part."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.family = fields.word("model_type")
        self.kinds = _hybrid_kinds(fields)
        self.hidden = fields.required("hidden_size", "n_embd", "d_model", "dim")
        self.layers = len(self.kinds) or fields.required(
            "num_hidden_layers", "n_layer", "n_layers", "num_layers"
        )

    def numbers(self) -> dict[str, float]:
        """All numbers that the file gives or implies."""
        numbers: dict[str, float] = {
            "layer_count": self.layers,
            "hidden_size": self.hidden,
            "mtp_layer_count": self.fields.whole("num_nextn_predict_layers", "num_mtp_modules"),
        }
        numbers.update(self._tables())
        numbers.update(self._attention())
        numbers.update(self._feed_forward())
        numbers.update(self._windows())
        numbers.update(self._recurrent())
        return numbers

    def _tables(self) -> dict[str, float]:
        fields = self.fields
        learned = self.family in LEARNED_POSITIONS or (
            self.family == "mpt" and fields.truth("learned_pos_emb", True)
        )
        if self.family == "mpt" and fields.section("attn_config").truth("alibi", False):
            learned = False
        positions = (
            fields.whole("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len") if learned else 0
        )
        return {
            "vocab_size": fields.required("vocab_size", "padded_vocab_size"),
            "tied_embeddings": float(fields.truth("tie_word_embeddings", self.family in TIED)),
            "position_embedding_count": positions + (2 if self.family == "opt" else 0),
        }

    def _attention(self) -> dict[str, float]:
        fields = self.fields
        heads = fields.required("num_attention_heads", "n_head", "n_heads")
        kv_heads = self._kv_heads(heads)
        if kv_heads > heads and not fields.problems:
            what = f"{kv_heads} key-value heads are more than {heads} heads"
            fields.problem("bad-field", "num_key_value_heads", what, "Correct one of the two.")
        rank = fields.whole("kv_lora_rank")
        dimension = fields.whole("qk_nope_head_dim") if rank else fields.whole("head_dim", "kv_channels")
        dimension = dimension or self._divided(heads)
        return {
            "head_count": heads,
            "kv_head_count": kv_heads,
            "head_dimension": dimension,
            "v_head_dimension": fields.whole("v_head_dim") or dimension,
            "q_lora_rank": fields.whole("q_lora_rank") if rank else 0,
            "kv_lora_rank": rank,
            "rope_dimension": fields.whole("qk_rope_head_dim") if rank else 0,
        }

    def _kv_heads(self, heads: int) -> int:
        fields = self.fields
        if self.family == "falcon" and not fields.truth("new_decoder_architecture", False):
            return 1 if fields.truth("multi_query", True) else heads
        stated = fields.whole("num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query_group_num")
        stated = stated or fields.section("attn_config").whole("kv_n_heads")
        return stated or (1 if fields.truth("multi_query", self.family == "gpt_bigcode") else heads)

    def _divided(self, heads: int) -> int:
        if self.hidden % heads and not self.fields.problems:
            what = f"hidden size {self.hidden} does not divide into {heads} heads"
            self.fields.problem("bad-field", "head_dim", what, "Add head_dim or correct one of the two.")
        return max(1, self.hidden // heads)

    def _feed_forward(self) -> dict[str, float]:
        fields, inner = self.fields, self.fields.section("ffn_config")
        experts = fields.whole(*EXPERTS) or inner.whole("moe_num_experts")
        plain = self.family in PLAIN and inner.word("ffn_type") != "mptglu"
        width = self._width(plain and experts <= 1)
        numbers: dict[str, float] = {"ffn_matrix_count": 2 if plain else 3, "ffn_size": width}
        if experts > 1:
            numbers.update(self._experts(experts, width))
        if self.kinds:
            numbers["ffn_layer_count"] = self.kinds.count("mlp") + self.kinds.count("moe")
        return numbers

    def _width(self, usual: bool) -> int:
        fields, inner = self.fields, self.fields.section("ffn_config")
        names = ("intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size", "moe_intermediate_size")
        width = (
            fields.whole("intermediate_size_mlp") or fields.whole(*names) or inner.whole("ffn_hidden_size")
        )
        multiple = fields.number("expansion_ratio", 4.0 if usual else 0.0)
        if not width and not multiple and "mlp" in (self.kinds or ["mlp"]):
            fields.required(*names)
        return width or round(multiple * self.hidden)

    def _experts(self, experts: int, width: int) -> dict[str, float]:
        fields, inner = self.fields, self.fields.section("ffn_config")
        chosen = fields.whole(*CHOSEN) or inner.whole("moe_top_k")
        if not 1 <= chosen <= experts:
            what = f"{chosen} of {experts} experts are chosen for a token"
            fields.problem("bad-field", CHOSEN[0], what, "Give how many experts a token passes.")
        one = fields.whole("moe_intermediate_size") or fields.whole("intermediate_size") or width
        shared = fields.whole("shared_expert_intermediate_size", "moe_shared_expert_intermediate_size")
        shared = shared or one * fields.whole(
            "n_shared_experts", "num_shared_experts", "moe_num_shared_experts"
        )
        return {
            "expert_count": experts,
            "experts_per_token": chosen,
            "expert_ffn_size": one,
            "expert_hidden_size": fields.whole("moe_latent_size") or self.hidden,
            "shared_expert_ffn_size": shared or (one if self.family.startswith("llama4") else 0),
            "dense_layer_count": min(self._dense_layers(), self.layers),
        }

    def _dense_layers(self) -> int:
        fields = self.fields
        if self.kinds:
            return self.kinds.count("mlp")
        if frequency := fields.items("moe_layer_freq"):
            return frequency.count(0)
        if kinds := fields.items("mlp_layer_types"):
            return kinds.count("dense")
        leading = fields.whole("first_k_dense_replace", "moe_layer_start_index")
        listed = len(fields.items("mlp_only_layers"))
        steps = 1 if isinstance(fields.values.get("moe_layer_freq"), list) else None
        step = steps or fields.whole(
            "decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_freq", default=1
        )
        remaining = max(0, self.layers - leading)
        return leading + listed + (remaining - remaining // step if step > 1 else 0)

    def _windows(self) -> dict[str, float]:
        fields = self.fields
        window = fields.whole("sliding_window", "sliding_window_size")
        kinds = fields.items("layer_types")
        if not window or not fields.truth("use_sliding_window", True):
            return {}
        pattern = fields.whole("sliding_window_pattern")
        if kinds:
            windowed = sum(1 for kind in kinds if kind == "sliding_attention")
        elif pattern > 1:
            windowed = self.layers - self.layers // pattern
        else:
            windowed = (self.layers + 1) // 2 if self.family in ALTERNATING else self.layers
        return {"window_tokens": window, "windowed_layer_count": min(windowed, self.layers)}

    def _recurrent(self) -> dict[str, float]:
        if self.kinds:
            return self._mamba()
        linear = self._linear_layers()
        return self._gated_delta(linear) if linear else {}

    def _mamba(self) -> dict[str, float]:
        fields = self.fields
        heads = fields.whole("mamba_num_heads", "mamba_n_heads")
        return {
            "attention_layer_count": self.kinds.count("attention"),
            "mamba_layer_count": self.kinds.count("mamba"),
            "mamba_head_count": heads,
            "mamba_inner_size": heads * fields.whole("mamba_head_dim", "mamba_d_head"),
            "mamba_state_size": fields.whole("ssm_state_size", "mamba_d_state"),
            "mamba_group_count": fields.whole("n_groups", "mamba_n_groups"),
        }

    def _linear_layers(self) -> int:
        if kinds := self.fields.items("layer_types"):
            return sum(1 for kind in kinds if kind == "linear_attention")
        interval = self.fields.whole("full_attention_interval")
        return self.layers - self.layers // interval if interval > 1 else 0

    def _gated_delta(self, layers: int) -> dict[str, float]:
        """Linear attention has the matrices of a Mamba layer under other names."""
        fields = self.fields
        values, keys = fields.whole("linear_num_value_heads"), fields.whole("linear_num_key_heads")
        return {
            "attention_layer_count": max(0, self.layers - layers),
            "mamba_layer_count": min(layers, self.layers),
            "mamba_head_count": 2 * values,
            "mamba_inner_size": values * fields.whole("linear_value_head_dim"),
            "mamba_state_size": fields.whole("linear_key_head_dim"),
            "mamba_group_count": keys,
        }


def _hybrid_kinds(fields: Fields) -> list[str]:
    """What each layer of a hybrid is: mamba, attention, mlp or moe; empty for other models."""
    if kinds := fields.items("layers_block_type"):
        return [kind if isinstance(kind, str) else "" for kind in kinds]
    pattern = fields.word("hybrid_override_pattern")
    return [HYBRID_MARKS[mark] for mark in pattern[:LONGEST_LIST] if mark in HYBRID_MARKS]
