"""What LiteLLM calls providers, models and kinds of calls, in the ledger's words."""

from collections.abc import Mapping
from typing import Final

from farthing.importers.readers import text

_PROVIDERS: Final[Mapping[str, str]] = {
    "ai21_chat": "ai21",
    "amazon_nova": "aws",
    "azure_ai": "azure",
    "azure_text": "azure",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "bedrock_mantle": "aws",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "github_copilot": "github-copilot",
    "jina_ai": "jina",
    "meta_llama": "meta",
    "moonshot": "moonshotai",
    "sagemaker": "aws",
    "sagemaker_chat": "aws",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vertex_ai": "google",
    "vertex_ai_beta": "google",
    "voyage": "voyageai",
    "xai": "x-ai",
}
_OPERATIONS: Final[Mapping[str, str]] = {
    "anthropic_messages": "chat",
    "completion": "chat",
    "embedding": "embeddings",
    "generate_content": "chat",
    "responses": "chat",
    "retrieve_batch": "chat",
    "text_completion": "chat",
}
_STANDARD: Final = ("standard", "default", "auto", "on_demand")


def provider_of(given: str) -> str:
    """SQL: who was paid; a name that is not ours is kept."""
    return _renamed(given, _PROVIDERS)


def model_of(given: str, provider: str, priced_as: str) -> str:
    """SQL: the model without its provider's name before it.

    On Azure a model is called as its customer pleases: what LiteLLM priced it as says what it is.
    """
    known = (
        f"CASE WHEN starts_with({provider}, 'azure') AND {priced_as} <> '' THEN {priced_as} ELSE {given} END"
    )
    prefix = f"{provider} || '/'"
    return (
        f"CASE WHEN {provider} <> '' AND starts_with({known}, {prefix})"
        f" THEN substr({known}, length({prefix}) + 1) ELSE {known} END"
    )


def operation_of(given: str) -> str:
    """SQL: the kind of a call: `acompletion` is the asynchronous form of `completion`."""
    both = {f"{letter}{name}": kind for name, kind in _OPERATIONS.items() for letter in ("", "a")}
    return _renamed(given, both)


def tier_of(call_type: str, speed: str, *tiers: str) -> str:
    """SQL: the tier as served; the result of a batch names none and is known by its call."""
    named = f"lower(COALESCE({', '.join(f'NULLIF({tier}, {text(str())})' for tier in tiers)}, ''))"
    # A list of many values would become a join, which loses the order of the rows.
    standard = " ".join(f"WHEN {text(tier)} THEN ''" for tier in _STANDARD)
    return (
        f"CASE WHEN ends_with({call_type}, 'retrieve_batch') THEN 'batch' WHEN {speed} = 'fast' THEN 'fast'"
        f" ELSE CASE {named} {standard} ELSE {named} END END"
    )


def _renamed(given: str, names: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN {text(theirs)} THEN {text(ours)}" for theirs, ours in names.items())
    return f"CASE {given} {cases} ELSE {given} END"
