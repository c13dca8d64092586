"""Parameters of mixture-of-experts layers: routed experts, shared experts, routers.

As everywhere in the count of parameters, a model without experts has 0 in every field of theirs,
and all of this vanishes, also where an array mixes models of both kinds.
"""

from typing import cast

from farthing.units.types import Real


def expert_params(expert_hidden_size: Real, expert_ffn_size: Real, ffn_matrix_count: Real) -> Real:
    """Parameters of one routed expert, as a count.

    matrices · expert_hidden · expert_ffn. The width an expert works in is the model's hidden
    size, or a narrower latent one (Nemotron 3 Super). Source: shazeer-2017-moe.

    >>> expert_params(7168, 2048, 3)                                    # DeepSeek V3
    44040192
    """
    return ffn_matrix_count * expert_hidden_size * expert_ffn_size


def expert_layer_params(expert_params: Real, expert_count: Real) -> Real:
    """Parameters of all routed experts of one layer, as a count; shared experts are apart.

    experts · expert. Source: shazeer-2017-moe.

    >>> expert_layer_params(44040192, 256)
    11274289152
    """
    return expert_count * expert_params


def shared_expert_params_per_layer(
    hidden_size: Real, shared_expert_ffn_size: Real, ffn_matrix_count: Real
) -> Real:
    """Parameters of the always-on experts of one layer, as a count.

    matrices · hidden · shared width, the width of all shared experts together.
    Source: deepseek-moe-2024.

    >>> shared_expert_params_per_layer(7168, 2048, 3)
    44040192
    """
    return ffn_matrix_count * hidden_size * shared_expert_ffn_size


def expert_projection_params_per_layer(
    hidden_size: Real, expert_hidden_size: Real, expert_count: Real
) -> Real:
    """Parameters of the two matrices into and out of a narrower space for experts, as a count.

    2 · hidden · expert_hidden where experts exist and are narrower than the model, else 0.
    Source: nvidia-nemotron-3-super.

    >>> expert_projection_params_per_layer(4096, 1024, 512)
    8388608
    >>> expert_projection_params_per_layer(4096, 4096, 8)
    0
    """
    narrower = (expert_hidden_size < hidden_size) & (expert_count > 0)
    return cast(Real, 2 * hidden_size * expert_hidden_size * narrower)


def active_expert_params_per_layer(
    expert_params: Real,
    experts_per_token: Real,
    shared_expert_params_per_layer: Real,
    expert_projection_params_per_layer: Real,
) -> Real:
    """Parameters of one mixture layer that one token passes, router apart, as a count.

    experts_per_token · expert + shared experts + projections. Source: shazeer-2017-moe.

    >>> active_expert_params_per_layer(44040192, 8, 44040192, 0)        # DeepSeek V3
    396361728
    """
    return (
        experts_per_token * expert_params
        + shared_expert_params_per_layer
        + expert_projection_params_per_layer
    )


def router_params_per_layer(hidden_size: Real, expert_count: Real) -> Real:
    """Parameters of the router that scores experts in one layer, as a count.

    hidden · experts. Source: shazeer-2017-moe.

    >>> router_params_per_layer(7168, 256)
    1835008
    """
    return hidden_size * expert_count


def moe_layer_count(ffn_layer_count: Real, dense_layer_count: Real, expert_count: Real) -> Real:
    """Number of layers whose feed-forward part is a mixture of experts.

    ffn_layers − dense layers where experts exist, else 0; whether the dense ones lead
    (DeepSeek) or alternate (Llama 4 Maverick) makes no difference here.
    Source: deepseek-moe-2024.

    >>> moe_layer_count(61, 3, 256), moe_layer_count(32, 0, 0)
    (58, 0)
    """
    return cast(Real, (ffn_layer_count - dense_layer_count) * (expert_count > 0))


def moe_params(
    expert_layer_params: Real,
    shared_expert_params_per_layer: Real,
    expert_projection_params_per_layer: Real,
    router_params_per_layer: Real,
    moe_layer_count: Real,
) -> Real:
    """Parameters of all mixture layers: experts, shared experts, routers, as a count.

    (routed + shared + projections + router) · mixture layers. Source: shazeer-2017-moe.

    >>> moe_params(11274289152, 44040192, 0, 1835008, 58)               # DeepSeek V3
    656569532416
    """
    return moe_layer_count * (
        expert_layer_params
        + shared_expert_params_per_layer
        + expert_projection_params_per_layer
        + router_params_per_layer
    )


def active_moe_params(
    active_expert_params_per_layer: Real, router_params_per_layer: Real, moe_layer_count: Real
) -> Real:
    """Parameters of all mixture layers that one token passes, as a count.

    (active experts + router) · mixture layers. Source: shazeer-2017-moe.

    >>> active_moe_params(396361728, 1835008, 58)                       # DeepSeek V3
    23095410688
    """
    return moe_layer_count * (active_expert_params_per_layer + router_params_per_layer)
