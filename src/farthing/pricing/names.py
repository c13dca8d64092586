"""How providers are called elsewhere, and the name of a model without the provider's."""

import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[^\w\x00-\x1f\x7f]+|_+")  # not letters of any script, nor controls
ALIASES: Final = {
    "amazon": "aws",
    "amazon bedrock": "aws",
    "anthropic claude": "anthropic",
    "aws bedrock": "aws",
    "azure ai": "azure",
    "azure ai inference": "azure",
    "azure ai openai": "azure",
    "azure openai": "azure",
    "bedrock": "aws",
    "bedrock converse": "aws",
    "cohere chat": "cohere",
    "fireworks ai": "fireworks",
    "gcp gemini": "google",
    "gcp gen ai": "google",
    "gcp vertex ai": "google",
    "gemini": "google",
    "mistral ai": "mistral",
    "mistralai": "mistral",
    "moonshot": "moonshotai",
    "moonshot ai": "moonshotai",
    "text completion openai": "openai",
    "together ai": "together",
    "vertex": "google",
    "vertex ai": "google",
    "voyage": "voyageai",
    "x ai": "x-ai",
    "xai": "x-ai",
    "z ai": "zai",
}


def key(name: str) -> str:
    """A name without case, spaces and punctuation."""
    return _PUNCTUATION.sub("", name.lower())


def provider_alias(name: str) -> str:
    """The id of a provider that is called so elsewhere; the name itself, in lower case, when unknown."""
    lowered = name.strip().lower()
    return ALIASES.get(_PUNCTUATION.sub(" ", lowered).strip(), lowered)
