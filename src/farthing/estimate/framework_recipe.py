"""What fine-tuning recipes do where a row does not say: the defaults of the frameworks they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from farthing.estimate.setup import Tuning


@dataclass(frozen=True, slots=True)
class Recipe:
    """The defaults of a framework's own recipes.

    `recomputes` and `shards` say from how many accelerators on layers are recomputed and trained weights
    shared out, `shards_frozen` whether frozen ones are too. `loss_chunk_count` are the pieces in which
    the loss sees the logits.
    """

    recomputes: float = float("inf")
    shards: float = float("inf")
    shards_frozen: bool = True
    loss_chunk_count: float = 1.0

    def recompute(self, accelerator_count: float) -> str:
        """What is recomputed on so many accelerators; '' leaves it open."""
        if self.recomputes == float("inf"):
            return ""
        return "full" if accelerator_count >= self.recomputes else "none"

    def shares(self, tuning: Tuning, accelerator_count: float) -> bool:
        """Whether weights are shared out."""
        return accelerator_count >= self.shards and (self.shards_frozen or not tuning.frozen)


RECIPES: Final[Mapping[str, Recipe]] = {
    "torchtune": Recipe(recomputes=1, shards=2, loss_chunk_count=8.0),
    "litgpt": Recipe(recomputes=2, shards=2, shards_frozen=False),
    "hf-unsloth-bench": Recipe(recomputes=1),
    "llama-factory": Recipe(recomputes=1),
    "meta": Recipe(recomputes=1),
    "llm4decompile": Recipe(recomputes=1),
}
"""By software family. torchtune's configurations as of 2025: checkpointing, a loss in eight chunks;
LitGPT's measured memory shows sharding only of trained weights.
Sources: pytorch-torchtune; lightning-ai-litgpt."""


def recipe_of(family: str) -> Recipe:
    """The recipe of a software family; one that assumes nothing where it is not known."""
    return RECIPES.get(family, Recipe())
