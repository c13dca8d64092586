"""Worlds: what papers print, or what follows from it by hand, against the chains that verbs run."""

from pathlib import Path

import pytest
import yaml

from farthing.estimate.architecture import of_model
from farthing.estimate.finetune_chain import FINETUNE_CHAIN
from farthing.estimate.graph import plan
from farthing.estimate.training import CHAIN

WORLDS = sorted(Path(__file__).parent.glob("*.yaml"))
CHAINS = {"train": CHAIN, "finetune": FINETUNE_CHAIN}
KEYS = {"name", "source", "chain", "model", "inputs", "outputs", "rel"}


def worlds():
    for path in WORLDS:
        for world in yaml.safe_load(path.read_text(encoding="utf-8")):
            for output in world["outputs"]:
                yield pytest.param(world, output, id=f"{path.stem}: {world['name']}, {output}")


def number(value):
    return float(value)  # YAML reads 7.5e9 as a text


@pytest.mark.parametrize(("world", "output"), list(worlds()))
def test_what_is_printed_comes_out(world, output):
    assert world.keys() <= KEYS
    shape = of_model(world["model"]).numbers() if "model" in world else {}
    known = shape | {name: number(value) for name, value in world["inputs"].items()}
    found = plan(CHAINS[world.get("chain", "train")], frozenset(known), (output,)).run(known)[output]
    assert float(found) == pytest.approx(number(world["outputs"][output]), rel=world["rel"])
