"""What papers and price pages print of fine-tuning, against the chains that `finetune` runs."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from farthing.catalog.find import found_accelerator
from farthing.estimate.architecture import of_model
from farthing.estimate.finetuning import CHAIN
from farthing.estimate.graph import plan
from farthing.estimate.question import Question
from farthing.estimate.tuning_recipe import recipe
from farthing.estimate.tuning_ways import best_ways, job_of
from farthing.formulas import managed_tuning

FOLDER = Path(__file__).parent / "finetuning"


def worlds():
    for path in sorted(FOLDER.glob("*.yaml")):
        for world in yaml.safe_load(path.read_text(encoding="utf-8")):
            for output in world["outputs"]:
                yield pytest.param(world, output, id=f"{world['name']}, {output}")


@pytest.mark.parametrize(("world", "output"), list(worlds()))
def test_what_is_printed_comes_out(world, output):
    shape = of_model(world["model"]).numbers() if "model" in world else {}
    known = shape | {name: float(value) for name, value in world["inputs"].items()}
    found = plan(CHAIN, frozenset(known), (output,)).run(known)[output]
    assert float(found) == pytest.approx(float(world["outputs"][output]), rel=world["rel"])


@pytest.mark.parametrize(
    ("examples", "tokens", "epochs", "price", "cost"),
    [
        (1, 16_000_000, 1, 0.46, 7.36),  # Ori's own example: 5M tokens, 3 epochs, 1M of validation
        (1, 100_000, 4, 25.00, 10.00),  # GPT-4o as explained beside its price
        (1, 1_000_000, 4, 25.00, 100.00),
        (1000, 500, 3, 0.48, 0.72),  # a thousand examples of 500 tokens at Together
    ],
)
def test_what_services_compute_for_their_prices(examples, tokens, epochs, price, cost):
    billed = managed_tuning.billed_tokens(examples, tokens, epochs, 1)
    assert float(managed_tuning.compute_cost_usd(billed, price, 0.0)) == pytest.approx(cost)


def test_a_65b_model_is_tuned_on_one_card_of_48_gb():
    """Dettmers et al. 2023: Guanaco 65B, QLoRA on 48 GB, sequences of 512.

    At rank 16: the states of the paper's adapters of rank 64 are paged out to the host when memory is short.
    """
    question = Question("finetune", date(2023, 6, 1), words={"method": "qlora"})
    job = job_of(question, recipe(question, 16.0), of_model("llama-65b"), 512.0)
    part = found_accelerator("rtx-a6000")
    ways = best_ways(job, [part], 1.0)
    assert ways[part.id, "qlora"].fits
    assert not ways[part.id, "lora"].fits
    assert not ways[part.id, "full"].fits
    assert not best_ways(job, [found_accelerator("rtx-4090")], 1.0)["rtx-4090", "qlora"].fits
