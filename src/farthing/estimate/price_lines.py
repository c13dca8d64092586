"""Which models of the price book are of one kind, and which of one maker followed which.

A line is what one maker sells for one purpose, oldest model first. Its price on a day is that of the
newest model it has on sale, so that a maker counts once however many models it keeps listed. An open
model is on sale at many hosts: the cheapest speaks. Which model belongs where is our judgment; it
follows the examples that the report gives for its categories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LARGE: Final = "large"
SMALL: Final = "small"
OPEN: Final = "open-source"
HOSTED: Final = "small hosted"
"""Open models of 7 to 9 billion parameters at a host: what a fine-tuned variant of one costs to serve."""


@dataclass(frozen=True, slots=True)
class Line:
    """Models of one maker, oldest first; each is one or more places `provider:model` that sell it."""

    name: str
    models: tuple[tuple[str, ...], ...]


def _line(name: str, provider: str, models: str) -> Line:
    return Line(name, tuple((f"{provider}:{model}",) for model in models.split()))


def _hosted(name: str, *models: str) -> Line:
    return Line(name, tuple(tuple(model.split()) for model in models))


_LARGE: Final = (
    _line(
        "openai", "openai",
        "davinci text-davinci-002 text-davinci-003 gpt-4 gpt-4-turbo gpt-4o gpt-4.1 gpt-5 gpt-5.1 gpt-5.2 "
        "gpt-5.4 gpt-5.5 gpt-5.6-sol gpt-6-sol gpt-6.1-sol",
    ),
    _line(
        "anthropic", "anthropic",
        "claude-v1 claude-2 claude-2.1 claude-3-sonnet claude-3-5-sonnet claude-3-7-sonnet-latest "
        "claude-sonnet-4-0 claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-sonnet-5-5",
    ),
    _line(
        "google", "google",
        "text-unicorn gemini-pro gemini-1.5-pro gemini-2.5-pro gemini-3-pro-preview gemini-3.1-pro-preview "
        "gemini-4-argon",
    ),
    _line("mistral", "mistral", "mistral-medium-2312 mistral-large-latest"),
    _line("x-ai", "x-ai", "grok-beta grok-2-1212 grok-3 grok-4-0709 grok-4.20 grok-4.3 grok-4.5"),
    _line("cohere", "cohere", "command-r-plus command-a"),
    _line("alibaba", "alibaba", "qwen-max qwen3-max qwen3.7-max qwen3.8-max"),
)  # fmt: skip
_SMALL: Final = (
    _line(
        "openai", "openai",
        "curie gpt-3.5-turbo gpt-4o-mini gpt-4.1-mini gpt-5-mini gpt-5.4-mini gpt-5.6-luna gpt-6-luna",
    ),
    _line(
        "anthropic", "anthropic",
        "claude-instant-1.2 claude-3-haiku claude-3-5-haiku-latest claude-haiku-4-5 claude-haiku-5-5",
    ),
    _line(
        "google", "google",
        "gemini-1.5-flash gemini-2.0-flash gemini-2.5-flash gemini-3-flash-preview gemini-3.5-flash "
        "gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash",
    ),
    _line(
        "google, the lightest", "google",
        "gemini-1.5-flash-8b gemini-2.0-flash-lite gemini-2.5-flash-lite gemini-3.1-flash-lite "
        "gemini-3.5-flash-lite",
    ),
    _line("mistral", "mistral", "mistral-small-latest"),
    _line("x-ai", "x-ai", "grok-3-mini grok-4-fast-reasoning grok-4-1-fast-reasoning"),
    _line("cohere", "cohere", "command-r"),
)  # fmt: skip
_OPEN: Final = (
    _line("deepseek", "deepseek", "deepseek-chat deepseek-v4-flash"),
    _hosted(
        "llama",
        "deepinfra:meta-llama/llama-2-70b-chat-hf groq:llama2-70b-4096 replicate:meta/llama-2-70b-chat",
        "deepinfra:meta-llama/meta-llama-3-70b-instruct groq:llama3-70b-8192 "
        "replicate:meta/llama-3-70b-instruct",
        "deepinfra:meta-llama/meta-llama-3.1-70b-instruct cerebras:llama3.1-70b "
        "sambanova:meta-llama-3.1-70b-instruct aws:meta.llama3-1-70b-instruct-v1:0",
        "deepinfra:meta-llama/llama-3.3-70b-instruct cerebras:llama-3.3-70b "
        "sambanova:meta-llama-3.3-70b-instruct novita:meta-llama/llama-3.3-70b-instruct",
        "deepinfra:meta-llama/llama-4-maverick-17b-128e-instruct-fp8 "
        "sambanova:llama-4-maverick-17b-128e-instruct",
    ),
    _hosted(
        "mixtral",
        "deepinfra:mistralai/mixtral-8x7b-instruct-v0.1 groq:mixtral-8x7b-32768 mistral:mixtral-8x7b "
        "together:mistralai/mixtral-8x7b-instruct-v0.1 replicate:mistralai/mixtral-8x7b-instruct-v0.1",
        "mistral:mixtral-8x22b-instruct fireworks:mixtral-8x22b-instruct-hf",
        "mistral:mistral-large-2512",
    ),
    _hosted(
        "qwen",
        "fireworks:qwen2-72b-instruct",
        "deepinfra:qwen/qwen2.5-72b-instruct sambanova:qwen2.5-72b-instruct",
        "deepinfra:qwen/qwen3-235b-a22b-instruct-2507 deepinfra:qwen/qwen3-235b-a22b "
        "together:qwen/qwen3-235b-a22b-fp8-tput aws:qwen.qwen3-235b-a22b-2507-v1:0",
        "together:qwen/qwen3.5-397b-a17b",
    ),
    _hosted(
        "gpt-oss",
        "deepinfra:openai/gpt-oss-120b groq:openai/gpt-oss-120b together:openai/gpt-oss-120b "
        "fireworks:gpt-oss-120b cerebras:gpt-oss-120b",
    ),
    _hosted(
        "kimi",
        "moonshotai:kimi-k2-0711-preview deepinfra:moonshotai/kimi-k2-instruct "
        "groq:moonshotai/kimi-k2-instruct",
        "deepinfra:moonshotai/kimi-k2-instruct-0905 together:moonshotai/kimi-k2-instruct-0905",
        "moonshotai:kimi-k2.5 together:moonshotai/kimi-k2.5 fireworks:kimi-k2p5",
        "moonshotai:kimi-k2.6",
        "moonshotai:kimi-k3 together:moonshotai/kimi-k3",
    ),
    _hosted(
        "glm",
        "deepinfra:zai-org/glm-4.5 fireworks:glm-4p5",
        "fireworks:glm-4p6 together:zai-org/glm-4.6 zai:glm-4.6",
        "zai:glm-4.7 together:zai-org/glm-4.7",
        "zai:glm-5",
    ),
    _hosted("minimax", "minimax:minimax-m2", "minimax:minimax-m3"),
)
_HOSTED: Final = (
    _hosted(
        "llama",
        "replicate:meta/llama-2-7b-chat",
        "deepinfra:meta-llama/meta-llama-3-8b-instruct groq:llama3-8b-8192 "
        "replicate:meta/llama-3-8b-instruct aws:meta.llama3-8b-instruct-v1:0",
        "deepinfra:meta-llama/meta-llama-3.1-8b-instruct groq:llama-3.1-8b-instant cerebras:llama3.1-8b "
        "sambanova:meta-llama-3.1-8b-instruct novita:meta-llama/llama-3.1-8b-instruct "
        "aws:meta.llama3-1-8b-instruct-v1:0",
    ),
    _hosted(
        "mistral",
        "mistral:mistral-7b replicate:mistralai/mistral-7b-instruct-v0.2 perplexity:mistral-7b-instruct",
        "mistral:ministral-8b-latest",
    ),
    _hosted("gemma", "groq:gemma-7b-it"),
    _hosted("qwen", "deepinfra:qwen/qwen2.5-7b-instruct"),
    _hosted("command", "cohere:command-r7b"),
    _hosted("gpt-oss", "deepinfra:openai/gpt-oss-20b groq:openai/gpt-oss-20b together:openai/gpt-oss-20b "
            "fireworks:gpt-oss-20b"),
)  # fmt: skip

CLASSES: Final[Mapping[str, tuple[Line, ...]]] = {LARGE: _LARGE, SMALL: _SMALL, OPEN: _OPEN, HOSTED: _HOSTED}
"""The four rows of the report's trajectory, and the lines whose prices say where each stands."""
