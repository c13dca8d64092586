"""Providers as programs that call models name them, and as the price book does."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "amazon_bedrock": "aws",
    "amazon-bedrock": "aws",
    "aws.bedrock": "aws",
    "aws_bedrock": "aws",
    "bedrock": "aws",
    "az.ai.inference": "azure",
    "az.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure_openai": "azure",
    "azure-openai": "azure",
    "fireworks_ai": "fireworks",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex.agent": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "google_genai": "google",
    "google_vertexai": "google",
    "google.generative-ai": "google",
    "google.vertex": "google",
    "vertex_ai": "google",
    "vertexai": "google",
    "mistral_ai": "mistral",
    "mistralai": "mistral",
    "moonshot_ai": "moonshotai",
    "moonshot": "moonshotai",
    "together_ai": "together",
    "togetherai": "together",
    "x_ai": "x-ai",
    "xai": "x-ai",
}
"""In small letters; what is not here is called the same."""
_SERVERS: Final[Mapping[str, str]] = {
    "openai.azure.com": "azure",
    "cognitiveservices.azure.com": "azure",
    "services.ai.azure.com": "azure",
    "openrouter.ai": "openrouter",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together",
    "api.x.ai": "x-ai",
    "api.cerebras.ai": "cerebras",
}


@lru_cache(1_000)
def provider_named(name: str, server: str = "") -> str:
    """The price book's word for a provider; the server that was called knows better than a client's name.

    >>> provider_named("azure.ai.openai"), provider_named("openai", "api.groq.com"), provider_named("Cohere")
    ('azure', 'groq', 'cohere')
    """
    host = server.lower()
    for end, ours in _SERVERS.items():
        if host == end or host.endswith(f".{end}"):
            return ours
    # The AI SDK adds the kind of model to the provider: "openai.chat", "google.vertex.chat".
    plain = name.strip().lower()
    return NAMES.get(plain) or NAMES.get(plain.rpartition(".")[0]) or _before_kind(plain)


def _before_kind(name: str) -> str:
    first, _, kind = name.partition(".")
    return first if kind in ("chat", "completion", "embedding", "image", "messages", "responses") else name
