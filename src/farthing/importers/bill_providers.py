"""Providers as bills name them, and as the price book does."""

import re
from collections.abc import Mapping
from typing import Final

from farthing.importers.readers import text

NAMES: Final[Mapping[str, str]] = {
    "alibaba": "Alibaba Cloud",
    "anthropic": "Anthropic",
    "aws": "AWS",
    "azure": "Microsoft",
    "cerebras": "Cerebras",
    "cloudflare": "Cloudflare",
    "cohere": "Cohere",
    "databricks": "Databricks",
    "deepinfra": "DeepInfra",
    "deepseek": "DeepSeek",
    "elevenlabs": "ElevenLabs",
    "fireworks": "Fireworks AI",
    "github-copilot": "GitHub Copilot",
    "google": "Google",
    "groq": "Groq",
    "minimax": "MiniMax",
    "mistral": "Mistral AI",
    "modal": "Modal",
    "moonshotai": "Moonshot AI",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "perplexity": "Perplexity",
    "replicate": "Replicate",
    "together": "Together AI",
    "voyageai": "Voyage AI",
    "x-ai": "xAI",
    "zai": "Z.ai",
}
"""The name that a bill gives to each provider of the price book; the others keep their word."""
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "amazon": "aws",
    "amazonbedrock": "aws",
    "microsoftazure": "azure",
    "googlecloud": "google",
    "googlecloudplatform": "google",
    "gcp": "google",
    "openaillc": "openai",
    "anthropicpbc": "anthropic",
    "mistral": "mistral",
}
# Sellers of several countries have names of their own: "Amazon Web Services EMEA SARL", "Google Cloud EMEA".
_BEGINNINGS: Final[Mapping[str, str]] = {
    "amazonwebservices": "aws",
    "microsoft": "azure",
    "googlecloud": "google",
}


def provider(name: str) -> str:
    """SQL: the price book's word for a provider that `name`, an SQL expression, spells in any way.

    A provider that the book does not know keeps its name.
    """
    letters = f"regexp_replace(lower({name}), '[^a-z0-9]', '', 'g')"
    known = {_letters(word): word for word in NAMES}
    known |= {_letters(shown): word for word, shown in NAMES.items()}
    known |= _OTHER_NAMES
    listed = ", ".join(f"{text(key)}: {text(word)}" for key, word in sorted(known.items()))
    begins = " ".join(
        f"WHEN starts_with({letters}, {text(begin)}) THEN {text(word)}" for begin, word in _BEGINNINGS.items()
    )
    return f"COALESCE(MAP {{{listed}}}[{letters}], CASE {begins} END, {name})"


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
