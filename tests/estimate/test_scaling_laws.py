"""The laws of the catalog give what their papers print."""

from pathlib import Path

import pytest
import yaml

from farthing.estimate.allocations import allocations, by_approach, by_law, optimal_tokens
from farthing.estimate.graph import plan
from farthing.estimate.scaling_laws import CHAIN, loss_of, medians_of
from farthing.formulas import loss_optimum

WORLDS = yaml.safe_load((Path(__file__).parent / "worlds" / "scaling.yaml").read_text("utf-8"))
ENDLESS = {"unique_tokens": 1e30, "matched_params": 1e30}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world['name']}, {world['source']}")
def test_what_is_printed_comes_out(world):
    flop, law = float(world["train_flop"]), world["law"]
    size = by_approach(law, flop) if law.startswith("approach") else by_law(law, flop)
    assert size == pytest.approx(float(world["params"]), rel=world["rel"])
    if "tokens" in world:
        assert flop / 6 / size == pytest.approx(float(world["tokens"]), rel=world["rel"])


def test_the_example_of_the_inference_adjusted_optimum():
    """13B to Chinchilla's quality, 2T served tokens: 1.7e22 FLOP, 17 %, are saved by 7B instead."""
    law = medians_of("sardana_2024")
    shape = {name: value for name, value in law.items() if name != "irreducible_loss"} | ENDLESS
    floor, served = law["irreducible_loss"], 2e12
    data = optimal_tokens("sardana_2024", 13e9)[1]
    quality = loss_of("sardana_2024", 13e9, data)
    longer = loss_optimum.tokens(quality, floor, 7e9, **shape)
    usual, small = (6 * size * tokens + 2 * size * served for size, tokens in ((13e9, data), (7e9, longer)))
    assert usual - small == pytest.approx(1.7e22, rel=0.02)
    assert 1 - small / usual == pytest.approx(0.17, abs=0.01)
    best = loss_optimum.params(quality, floor, served, 1 / 3, **shape, most_params=1e18)
    assert best == pytest.approx(7e9, rel=0.02)


def test_the_refit_s_published_constants():
    """E 1.8172, A 482.01, B 2085.43 of Besiroglu and others, from the form in which they are kept."""
    law = medians_of("besiroglu_2024")
    floor = plan(CHAIN, frozenset(law), ("irreducible_loss",)).run(law)["irreducible_loss"]
    assert floor == pytest.approx(1.8172, abs=1e-4)
    assert law["one_nat_params"] ** law["size_exponent"] == pytest.approx(482.01, rel=1e-4)
    assert law["one_nat_tokens"] ** law["data_exponent"] == pytest.approx(2085.43, rel=1e-4)


def test_twenty_tokens_a_parameter_lie_inside_the_refit_s_range_at_every_size():
    for size in (7e9, 70e9, 405e9):
        low, _, high = optimal_tokens("besiroglu_2024", size)
        assert low < 20 * size < high


def test_the_first_two_approaches_agree_with_the_refit_and_the_third_does_not():
    for row in allocations():
        assert row.approach_1 == pytest.approx(row.besiroglu_2024, rel=0.25)
    last = allocations()[-1]
    assert last.hoffmann_2022 < 0.5 * last.approach_1
