"""Which tokenizer a model uses, by patterns of its name; the first that matches wins."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final


@dataclass(frozen=True, slots=True)
class Family:
    """Models whose names match use `tokenizer`; a note where that is assumed rather than published."""

    patterns: tuple[str, ...]
    tokenizer: str
    source: str
    note: str = ""


UNKNOWN: Final = "unknown"
_OWN: Final = "own-tokenizer-measure-2026-11"

FAMILIES: Final = (
    Family(
        ("gpt-2*", "gpt-3-*", "davinci", "curie", "babbage", "ada", "text-davinci*"),
        "p50k",
        "tiktoken-models",
    ),
    Family(
        ("gpt-3.5*", "gpt-4", "gpt-4-*", "gpt-35*", "text-embedding*", "davinci-002", "babbage-002"),
        "cl100k",
        "tiktoken-models",
    ),
    Family(
        ("gpt-4o*", "gpt-4.*", "gpt-5*", "gpt-oss*", "chatgpt*", "o1*", "o3*", "o4*", "codex*"),
        "o200k",
        "tiktoken-models",
    ),
    Family(
        ("gpt-*",), "o200k", "tiktoken-models", "newer than what is published of tokenizers; taken as before"
    ),
    Family(("claude-v1*", "claude-1*", "claude-2*", "claude-instant*"), "claude-2", _OWN),
    Family(
        (
            "claude-3*",
            "claude-opus-4-0*",
            "claude-opus-4-1*",
            "claude-opus-4-5*",
            "claude-opus-4-6*",
            "claude-opus-4",
            "claude-sonnet-4*",
            "claude-haiku-4*",
            "claude-4-*",
        ),
        "claude-3",
        "token-approx-2025-11",
    ),
    Family(("claude*",), "claude-4.7", "anthropic-2026-opus-4-7"),
    Family(("gemini*", "gemma*", "learnlm*"), "gemini", "google-gemini-tokens"),
    Family(("llama-3*", "llama3*", "meta-llama-3*", "codellama-3*"), "llama-3", _OWN),
    Family(("llama-4*", "llama4*"), "llama-4", _OWN),
    Family(
        ("llama*", "codellama*", "phi-3*", "phi-2*", "phi-1*", "vicuna*", "yi-*"),
        "mistral",
        _OWN,
        "another vocabulary of 32,000 pieces stands in",
    ),
    Family(("phi-4-mini*",), "o200k", "phi-4-mini-report"),
    Family(("phi-4*",), "cl100k", "phi-4-report"),
    Family(
        (
            "mistral-7b*",
            "mixtral*",
            "mistral-tiny*",
            "mistral-medium-2312*",
            "codestral-22b*",
            "mistral-large-2*",
            "mistral-large-2402*",
            "mistral-large-2407*",
            "mistral-large-2411*",
            "mistral-small-2402*",
            "mistral-small-2409*",
        ),
        "mistral",
        _OWN,
    ),
    Family(
        (
            "mistral*",
            "ministral*",
            "magistral*",
            "devstral*",
            "codestral*",
            "pixtral*",
            "voxtral*",
            "open-mistral*",
        ),
        "tekken",
        _OWN,
    ),
    Family(("deepseek*",), "deepseek", _OWN),
    Family(("qwen3.*", "qwen-3.*"), UNKNOWN, _OWN, "a larger vocabulary than the one measured"),
    Family(("qwen*", "qwq*", "qvq*"), "qwen", _OWN),
)


def family_of(model: str) -> Family:
    """The family of a model by its name, without a provider or a folder before it."""
    name = model.lower().rsplit("/", 1)[-1]
    for family in FAMILIES:
        if any(fnmatchcase(name, pattern) for pattern in family.patterns):
            return family
    return Family(
        (), UNKNOWN, _OWN, "its tokenizer is not known; the range is that of all that were measured"
    )
