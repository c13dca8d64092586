"""Which model a name means: hosts call the same weights by names of their own.

"meta-llama/Llama-3.1-8B-Instruct-Turbo" is Llama 3.1 8B, but "gpt-4-turbo" is not GPT-4, and a release
("deepseek-r1-0528") may be another model than the first of its name. A name is therefore taken apart
into the model and its release, and how it is served is left out.
"""

import functools
import re
from typing import Final, NamedTuple

from farthing.pricing.names import key

_RELEASE: Final = re.compile(
    r"[-@](20\d{2}-?[01]\d-?[0-3]\d|20\d{2}-[01]\d|[01]\d-20\d{2}|[01]\d[0-3]\d|2[0-9][01]\d|00[1-9])$"
)
_SERVED: Final = re.compile(
    r"[-_:](instruct|chat|it|turbo|versatile|instant|specdec|hf|fp8|awq|bf16|latest|preview|free|tput|reference"
    r"|text|generate|maas|v\d+:\d+)$"
)
_PRODUCTS: Final = re.compile(
    r"^(gpt-\d|chatgpt|o\d)"
)  # of these "turbo", "chat", "preview" are other models
_SOLD: Final = re.compile(r"[-:](latest|free|v\d+:\d+)$")
_FIRST: Final = re.compile(r"(?<=-\d)-0$")  # Claude Opus 4 is sold as claude-opus-4-0 too
_OWNER: Final = re.compile(
    r"^(global|regional|us|eu|apac)\.|^(meta|anthropic|amazon|mistral|openai|qwen)\.|^meta-(?=llama)"
)


class ModelName(NamedTuple):
    """A model and, where the name says it, the release; both without case and punctuation."""

    base: str
    release: str = ""


@functools.lru_cache(maxsize=4096)
def model_name(name: str) -> ModelName:
    """The model that a name means, without owner and manner of serving.

    >>> model_name("deepseek-ai/DeepSeek-R1-0528-Turbo"), model_name("gpt-4-turbo")
    (ModelName(base='deepseekr1', release='0528'), ModelName(base='gpt4turbo', release=''))
    >>> model_name("gemini-2.5-flash-lite").base, model_name("meta.llama3-1-8b-instruct-v1:0").base
    ('gemini25flashlite', 'llama318b')
    """
    rest = name.lower().rpartition("/")[2]
    rest = _OWNER.sub("", _OWNER.sub("", rest))
    served = _SOLD if _PRODUCTS.match(rest) else _SERVED
    releases: list[str] = []
    before = ""
    while rest != before:
        before, rest = rest, served.sub("", rest)
        if found := _RELEASE.search(rest):
            releases.insert(0, key(found.group()))
            rest = rest[: found.start()]
    return ModelName(key(_FIRST.sub("", rest)), "".join(releases))
