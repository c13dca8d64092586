"""How providers are called elsewhere, and the name of a model without the provider's."""

import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[^\w\x00-\x1f\x7f]+|_+")  # not letters of any script, nor controls
_BEDROCK: Final = re.compile(
    r"^(?:(?:us|eu|apac|jp|au|ca|global|regional)\.)?"
    r"(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|moonshotai|openai|qwen|writer)\.[a-z0-9]"
)
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


def clouds_of(model: str) -> tuple[str, ...]:
    """The cloud that gives models names of this form: "us.anthropic.claude-..." is Bedrock's.

    >>> clouds_of("eu.anthropic.claude-sonnet-4-5-20250929-v1:0"), clouds_of("gpt-4o")
    (('aws',), ())
    """
    return ("aws",) if _BEDROCK.match(model.lower()) else ()


def provider_alias(name: str) -> str:
    """The id of a provider that is called so elsewhere; the name itself, in lower case, when unknown."""
    lowered = name.strip().lower()
    return ALIASES.get(_PUNCTUATION.sub(" ", lowered).strip(), lowered)
