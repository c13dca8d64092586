"""How LiteLLM's map calls providers and models, in our words."""

from typing import Final

from farthing.pricing.names import provider_alias

_FAMILIES: Final = {  # beginnings of its provider names, which it splits by kind of model
    "azure": "azure",
    "bedrock": "aws",
    "amazon_nova": "aws",
    "aws_polly": "aws",
    "sagemaker": "aws",
    "transcribe": "aws",
    "cohere": "cohere",
    "fireworks_ai": "fireworks",
    "vertex_ai": "google",
    "codestral": "mistral",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "dashscope": "alibaba",
    "jina_ai": "jina",
    "lambda_ai": "lambda",
    "meta_llama": "meta",
    "ai21": "ai21",
}
_RESOLD: Final = ("vertex_ai", "bedrock_mantle", "text-completion")  # second to the provider's own entry


def provider_of(name: str) -> str:
    """Our id of a provider that the map calls so."""
    for beginning, home in _FAMILIES.items():
        if name.startswith(beginning):
            return home
    return provider_alias(name).replace("_", "-")


def name_of(key: str, provider: str) -> tuple[str, str, bool]:
    """Our provider, the model's name without the provider's, and whether the entry is the provider's own.

    The map names models with their provider before them or without: "xai/grok-4", "gpt-5".
    """
    home = provider_of(provider)
    before, _, after = key.partition("/")
    name = after if after and before and provider_of(before) == home else key
    return home, name, not provider.startswith(_RESOLD)
