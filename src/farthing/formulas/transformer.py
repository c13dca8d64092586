"""How many parameters a decoder has: dense, grouped, latent, mixture-of-experts and hybrid.

Every formula takes plain floats or arrays in which the kinds are mixed: a field that a model
does not have is 0 (no experts, no latent rank, no Mamba layer), and what depends on it vanishes.
Norms, biases and convolution kernels are left out; together they stay under 1 % of a model of
more than a hundred million parameters. Matrices a family adds of its own enter as `other_params`.
"""

from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from farthing.formulas.experts import (
    active_expert_params_per_layer,
    active_moe_params,
    expert_layer_params,
    expert_params,
    expert_projection_params_per_layer,
    moe_layer_count,
    moe_params,
    router_params_per_layer,
    shared_expert_params_per_layer,
)
from farthing.units.types import Real

_Truth: TypeAlias = bool | npt.NDArray[np.bool_]


def _only_if(truth: _Truth, value: Real) -> Real:
    """The value where the condition is true, 0 elsewhere: one branch for floats and arrays."""
    return cast(Real, value * truth)


def grouped_attention_params_per_layer(
    hidden_size: Real,
    head_count: Real,
    kv_head_count: Real,
    head_dimension: Real,
    v_head_dimension: Real,
) -> Real:
    """Parameters of the query, key, value and output matrices of one layer, as a count.

    hidden · (heads + kv_heads) · (head_dim + v_dim). Multi-head (kv_heads = heads),
    grouped-query and multi-query (kv_heads = 1) attention; biases are left out.
    Source: ainslie-2023-gqa.

    >>> grouped_attention_params_per_layer(4096, 32, 8, 128, 128)       # Llama 3.1 8B
    41943040
    """
    return hidden_size * (head_count + kv_head_count) * (head_dimension + v_head_dimension)


def latent_query_params_per_layer(
    hidden_size: Real,
    head_count: Real,
    head_dimension: Real,
    rope_dimension: Real,
    q_lora_rank: Real,
) -> Real:
    """Parameters that make the queries of one latent-attention layer, as a count.

    Through a rank: rank · (hidden + heads · (head_dim + rope_dim)); with rank 0 (V2-Lite) one
    full matrix hidden · heads · (head_dim + rope_dim). Source: deepseek-v2-2024, section 2.1.

    >>> latent_query_params_per_layer(7168, 128, 128, 64, 1536)         # DeepSeek V3
    48758784
    >>> latent_query_params_per_layer(2048, 16, 128, 64, 0)             # DeepSeek V2-Lite
    6291456
    """
    query_size = head_count * (head_dimension + rope_dimension)
    direct = _only_if(q_lora_rank == 0, hidden_size * query_size)
    return direct + q_lora_rank * (hidden_size + query_size)


def latent_attention_params_per_layer(
    latent_query_params_per_layer: Real,
    hidden_size: Real,
    head_count: Real,
    head_dimension: Real,
    rope_dimension: Real,
    kv_lora_rank: Real,
    v_head_dimension: Real,
) -> Real:
    """Parameters of one layer of multi-head latent attention (DeepSeek, Kimi), as a count.

    queries + hidden · (rank + rope_dim) + rank · heads · (head_dim + v_dim)
    + heads · v_dim · hidden, where head_dim is the part of a key without rotation.
    Source: deepseek-v2-2024, section 2.1.

    >>> latent_attention_params_per_layer(48758784, 7168, 128, 128, 64, 512, 128)
    187105280
    """
    compress = hidden_size * (kv_lora_rank + rope_dimension)
    expand = kv_lora_rank * head_count * (head_dimension + v_head_dimension)
    output = head_count * v_head_dimension * hidden_size
    return latent_query_params_per_layer + compress + expand + output


def attention_params_per_layer(
    grouped_attention_params_per_layer: Real,
    latent_attention_params_per_layer: Real,
    kv_lora_rank: Real,
) -> Real:
    """Parameters of one attention layer of whichever kind the model has, as a count.

    Latent where the key-value rank is above 0, grouped elsewhere. Source: deepseek-v2-2024.

    >>> attention_params_per_layer(41943040, 0, 0), attention_params_per_layer(0, 187105280, 512)
    (41943040, 187105280)
    """
    latent = _only_if(kv_lora_rank > 0, latent_attention_params_per_layer)
    return latent + _only_if(kv_lora_rank == 0, grouped_attention_params_per_layer)


def ffn_params_per_layer(hidden_size: Real, ffn_size: Real, ffn_matrix_count: Real) -> Real:
    """Parameters of one dense feed-forward layer, as a count.

    matrices · hidden · ffn: three matrices when gated (SwiGLU, GeGLU), two when plain.
    Source: shazeer-2020-glu.

    >>> ffn_params_per_layer(4096, 14336, 3)                            # Llama 3.1 8B
    176160768
    """
    return ffn_matrix_count * hidden_size * ffn_size


def mamba_params_per_layer(
    hidden_size: Real,
    mamba_inner_size: Real,
    mamba_state_size: Real,
    mamba_group_count: Real,
    mamba_head_count: Real,
) -> Real:
    """Parameters of one Mamba-2 layer, as a count.

    hidden · (3 · inner + 2 · groups · state + heads): gate, input and output, the two state
    projections and the step width. Gated DeltaNet and lightning attention have the same shape
    (keys and queries in the place of the state projections). Source: dao-gu-2024-mamba2.

    >>> mamba_params_per_layer(2688, 4096, 128, 8, 64)                  # Nemotron 3 Nano
    38707200
    """
    states = 2 * mamba_group_count * mamba_state_size
    return hidden_size * (3 * mamba_inner_size + states + mamba_head_count)


def embedding_params(hidden_size: Real, vocab_size: Real, position_embedding_count: Real) -> Real:
    """Parameters of the tables that tokens (and learned positions) are looked up in, as a count.

    hidden · (vocabulary + positions). Looking up multiplies nothing. Source: radford-2019-gpt2.

    >>> embedding_params(768, 50257, 1024)                              # GPT-2
    39383808
    """
    return hidden_size * (vocab_size + position_embedding_count)


def output_params(hidden_size: Real, vocab_size: Real) -> Real:
    """Parameters of the matrix that makes logits, as a count.

    hidden · vocabulary, also where it is tied to the input table, because each token is
    multiplied by it all the same. Source: radford-2019-gpt2.

    >>> output_params(4096, 128256)
    525336576
    """
    return hidden_size * vocab_size


def mixing_params(
    attention_params_per_layer: Real,
    attention_layer_count: Real,
    mamba_params_per_layer: Real,
    mamba_layer_count: Real,
) -> Real:
    """Parameters of all layers that mix tokens with one another, as a count.

    attention · its layers + Mamba · its layers. Source: nvidia-nemotron-h.

    >>> mixing_params(41943040, 32, 0, 0)                               # Llama 3.1 8B
    1342177280
    """
    return attention_params_per_layer * attention_layer_count + mamba_params_per_layer * mamba_layer_count


def dense_ffn_params(ffn_params_per_layer: Real, ffn_layer_count: Real, moe_layer_count: Real) -> Real:
    """Parameters of all plain feed-forward layers, as a count.

    ffn · (ffn_layers − mixture layers). Source: shazeer-2020-glu.

    >>> dense_ffn_params(176160768, 32, 0)                              # Llama 3.1 8B
    5637144576
    """
    return ffn_params_per_layer * (ffn_layer_count - moe_layer_count)


def params(
    mixing_params: Real,
    dense_ffn_params: Real,
    moe_params: Real,
    embedding_params: Real,
    output_params: Real,
    tied_embeddings: Real,
    other_params: Real,
) -> Real:
    """Parameters of the model, as a count; extra heads for several-token prediction are apart.

    mixing + feed-forward + mixture + input table + output matrix (unless tied) + others.
    Source: kaplan-2020-scaling, table 1, extended to mixtures and hybrids.

    >>> params(1342177280, 5637144576, 0, 525336576, 525336576, 0, 0)   # Llama 3.1 8B
    8029995008
    """
    untied = output_params * (1 - tied_embeddings)
    return mixing_params + dense_ffn_params + moe_params + embedding_params + untied + other_params


def active_params(params: Real, moe_params: Real, active_moe_params: Real) -> Real:
    """Parameters one token uses, tables included, as a count; all of them in a dense model.

    params − what the router leaves idle. Publishers differ by the input table: OpenAI's figure
    for GPT-OSS leaves it out, most others count it. Source: jiang-2024-mixtral.

    >>> active_params(671e9, 656.6e9, 23.1e9) / 1e9
    37.5
    """
    return params - moe_params + active_moe_params


def matmul_params(
    active_params: Real, embedding_params: Real, output_params: Real, tied_embeddings: Real
) -> Real:
    """Parameters that multiply each token, as a count: the N of 2·N FLOPs per token forward.

    active − input table, the output matrix once, also when it is the tied input table.
    Source: kaplan-2020-scaling, section 2.1.

    >>> matmul_params(124e6, 39e6, 38e6, 1) / 1e6                       # GPT-2: tied
    123.0
    """
    return active_params - embedding_params + output_params * tied_embeddings


def mtp_params(
    attention_params_per_layer: Real,
    ffn_params_per_layer: Real,
    expert_layer_params: Real,
    shared_expert_params_per_layer: Real,
    expert_projection_params_per_layer: Real,
    router_params_per_layer: Real,
    hidden_size: Real,
    expert_count: Real,
    mtp_layer_count: Real,
) -> Real:
    """Parameters that heads for several-token prediction add to the model, as a count.

    layers · (attention + feed-forward or mixture + 2 · hidden²), the last joining the state with
    the next token's embedding; tables are shared with the model. They train with the model but
    published sizes leave them out. Source: deepseek-v3-2024, section 2.2.

    >>> mtp_params(187105280, 396361728, 11274289152, 44040192, 0, 1835008, 7168, 256, 1) / 1e9
    11.61003008
    """
    mixture = (
        expert_layer_params
        + shared_expert_params_per_layer
        + expert_projection_params_per_layer
        + router_params_per_layer
    )
    feed_forward = mixture + _only_if(expert_count == 0, ffn_params_per_layer)
    joining = 2 * hidden_size * hidden_size
    return mtp_layer_count * (attention_params_per_layer + feed_forward + joining)


def active_mtp_params(
    mtp_params: Real,
    expert_layer_params: Real,
    expert_params: Real,
    experts_per_token: Real,
    output_params: Real,
    mtp_layer_count: Real,
) -> Real:
    """Parameters of several-token-prediction heads that multiply each token, as a count.

    heads − idle experts + the shared output matrix once more per head.
    Source: deepseek-v3-2024, section 2.2.

    >>> active_mtp_params(11.61e9, 11.274e9, 44e6, 8, 0.927e9, 1) / 1e9
    1.615
    """
    idle = expert_layer_params - experts_per_token * expert_params
    return mtp_params + mtp_layer_count * (output_params - idle)


PARAMETER_FORMULAS: Final = (
    grouped_attention_params_per_layer,
    latent_query_params_per_layer,
    latent_attention_params_per_layer,
    attention_params_per_layer,
    ffn_params_per_layer,
    expert_params,
    expert_layer_params,
    shared_expert_params_per_layer,
    expert_projection_params_per_layer,
    active_expert_params_per_layer,
    router_params_per_layer,
    mamba_params_per_layer,
    embedding_params,
    output_params,
    moe_layer_count,
    mixing_params,
    dense_ffn_params,
    moe_params,
    active_moe_params,
    params,
    active_params,
    matmul_params,
    mtp_params,
    active_mtp_params,
)
"""The whole chain, from the fields of a model to its counts."""
