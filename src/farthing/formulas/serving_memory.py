"""What serving keeps in memory: weights and the cache of keys and values, and how many requests fit."""

import numpy as np

from farthing.units.types import Real


def kv_byte_per_token(
    attention_layer_count: Real,
    kv_head_count: Real,
    head_dimension: Real,
    v_head_dimension: Real,
    kv_lora_rank: Real,
    rope_dimension: Real,
    kv_byte: Real,
) -> Real:
    """Cache that one token of context occupies in all layers, in bytes.

    Grouped-query attention: layers · kv heads · (key + value) · bytes. Latent attention keeps one compressed
    vector for all heads: layers · (rank + rope) · bytes. Source: pope-2022-inference, deepseek-2024-v2.

    >>> float(kv_byte_per_token(80, 8, 128, 128, 0, 0, 2))
    327680.0
    >>> float(kv_byte_per_token(61, 128, 128, 128, 512, 64, 1))
    35136.0
    """
    heads = kv_head_count * (head_dimension + v_head_dimension)
    width = np.where(np.asarray(kv_lora_rank) > 0, kv_lora_rank + rope_dimension, heads)
    return attention_layer_count * width * kv_byte


def most_held_tokens(
    prompt_tokens: Real,
    answer_tokens: Real,
    window_tokens: Real,
    windowed_layer_count: Real,
    attention_layer_count: Real,
) -> Real:
    """Tokens that a finished sequence keeps in an average layer: a window forgets what lies before it.

    Source: jiang-2023-mistral.

    >>> float(most_held_tokens(7168, 1024, 0, 0, 32)), float(most_held_tokens(7168, 1024, 128, 18, 36))
    (8192.0, 4160.0)
    """
    return _held(prompt_tokens + answer_tokens, window_tokens, windowed_layer_count, attention_layer_count)


def mean_held_tokens(
    prompt_tokens: Real,
    answer_tokens: Real,
    window_tokens: Real,
    windowed_layer_count: Real,
    attention_layer_count: Real,
) -> Real:
    """Tokens that a sequence keeps in an average layer halfway through its answer.

    Source: jiang-2023-mistral.

    >>> float(mean_held_tokens(1024, 512, 0, 0, 32))
    1280.0
    """
    return _held(
        prompt_tokens + answer_tokens / 2, window_tokens, windowed_layer_count, attention_layer_count
    )


def _held(kept: Real, window_tokens: Real, windowed_layer_count: Real, attention_layer_count: Real) -> Real:
    """Full layers keep everything, layers with a window its last tokens."""
    share = np.where(
        np.asarray(window_tokens) > 0, windowed_layer_count / np.maximum(attention_layer_count, 1), 0.0
    )
    return kept + share * (np.minimum(kept, window_tokens) - kept)


def kv_shard_count(
    tp: Real, kv_head_count: Real, kv_lora_rank: Real, replica_count: Real, latent_shard_exponent: Real
) -> Real:
    """Accelerators among which the caches of a copy are spread.

    A tensor group shares out the heads, as far as there are any; a latent vector belongs to all of them, and
    every rank keeps it whole but for what engines do about it: ranks to the power of the fitted exponent.
    Where a copy is wider than its tensor group, each group keeps its own sequences or layers.
    Source: deepseek-2024-v2, fit-serving-2026.

    >>> float(kv_shard_count(8, 4, 0, 8, 0.5)), float(kv_shard_count(1, 128, 512, 16, 0.5))
    (4.0, 16.0)
    """
    group = np.minimum(tp, replica_count)
    heads = np.minimum(group, np.maximum(kv_head_count, 1))
    shared = np.where(np.asarray(kv_lora_rank) > 0, np.power(group, latent_shard_exponent), heads)
    return shared * replica_count / group


def routed_params(expert_params: Real, expert_count: Real, moe_layer_count: Real) -> Real:
    """Parameters of all routed experts of all layers. Source: shazeer-2017-moe.

    >>> routed_params(176_160_768, 8, 32)
    45097156608
    """
    return expert_params * expert_count * moe_layer_count


def active_routed_params(expert_params: Real, experts_per_token: Real, moe_layer_count: Real) -> Real:
    """Parameters of the routed experts of one token. Source: shazeer-2017-moe.

    >>> active_routed_params(176_160_768, 2, 32)
    11274289152
    """
    return expert_params * experts_per_token * moe_layer_count


def serve_weight_byte(params: Real, weight_byte: Real) -> Real:
    """Weights of one copy of the model, in bytes. Source: pope-2022-inference.

    >>> serve_weight_byte(70e9, 2)
    140000000000.0
    """
    return params * weight_byte


def kv_room_byte(
    memory_byte: Real,
    replica_count: Real,
    serve_weight_byte: Real,
    usable_memory_share: Real,
    reserve_byte: Real,
) -> Real:
    """Memory that one copy of the model has left for caches, in bytes; below 0 it does not fit.

    accelerators · (memory · usable - reserve) - weights. Source: kwon-2023-pagedattention.

    >>> kv_room_byte(80e9, 2, 140e9, 0.9, 1e9)
    2000000000.0
    """
    return replica_count * (memory_byte * usable_memory_share - reserve_byte) - serve_weight_byte


def most_sequences(
    kv_room_byte: Real,
    kv_byte_per_token: Real,
    most_held_tokens: Real,
    replica_count: Real,
    kv_shard_count: Real,
) -> Real:
    """Requests whose caches fit at once into one copy of the model.

    A cache that is spread among fewer accelerators than there are is kept more than once.
    Source: kwon-2023-pagedattention.

    >>> most_sequences(32e9, 131072, 2048, 1, 1)
    119.20928955078125
    """
    copies = replica_count / kv_shard_count
    return kv_room_byte / (kv_byte_per_token * most_held_tokens * copies)
