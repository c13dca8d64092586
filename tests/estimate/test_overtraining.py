"""The scale of over-training, its growth, the corpus, and the report's tables beside them."""

from datetime import date

import pytest

from farthing.app.stated_sizes import stated_sizes
from farthing.estimate.answer import Range
from farthing.estimate.corpus import COMPONENTS, components
from farthing.estimate.overtraining import Placed, placed_models, scale_rows
from farthing.estimate.overtraining_trend import growth, own_pretraining
from farthing.units.problem import InputError
from farthing.units.spread import Spread

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def tables():
    return stated_sizes(DAY)


def row(rows, **wanted):
    return next(r for r in rows if all(getattr(r, name) == value for name, value in wanted.items()))


def test_forty_published_models_and_more_are_on_the_scale():
    models = {model.id: model for model in placed_models()}
    assert len(models) >= 140
    assert models["qwen3-0.6b"].tokens_per_param == pytest.approx(60_000, rel=0.01)
    assert models["deepseek-v3"].tokens_per_active_param == pytest.approx(400)
    assert models["deepseek-v3"].tokens_per_param == pytest.approx(22, abs=0.1)
    assert not [name for name in models if name.startswith("codellama")]


def test_every_model_of_the_scale_has_a_loss_that_falls_with_size_and_data():
    rows = {r["model"]: r for r in scale_rows("besiroglu_2024", 20.0, DAY, None)}
    assert rows["llama-3.1-8b"]["loss"] > rows["llama-3.1-70b"]["loss"] > rows["llama-3.1-405b"]["loss"]
    assert rows["llama-2-7b"]["loss"] > rows["llama-3.1-8b"]["loss"]
    assert rows["qwen3-0.6b"]["chinchilla_multiple"] == pytest.approx(3_000, rel=0.01)


def test_models_of_the_future_are_not_on_the_scale():
    names = {r["model"] for r in scale_rows("besiroglu_2024", 20.0, date(2023, 1, 1), None)}
    assert "chinchilla-70b" in names
    assert "llama-2-7b" not in names


@pytest.mark.parametrize("name", ["codellama-7b", "no-such-model"])
def test_a_model_without_a_place_is_refused(name):
    with pytest.raises(InputError):
        scale_rows("besiroglu_2024", 20.0, DAY, name)


def test_the_report_s_chinchilla_tokens_hold(tables):
    assert [r.name for r in tables.chinchilla] == ["7B", "32B", "70B", "80B", "130B", "405B"]
    for found in tables.chinchilla:
        assert found.holds
        assert found.by_law.p05 < found.stated < found.by_law.p95


def test_the_report_s_over_training_ratios_hold_by_its_own_numbers(tables):
    assert len(tables.overtrained) == 8
    assert all(found.holds for found in tables.overtrained)
    tiny = row(tables.overtrained, model="qwen3-0.6b")
    assert (tiny.own, tiny.own_multiple) == (60_000, 3_000)
    largest = row(tables.overtrained, model="llama-3.1-405b")
    assert (round(largest.catalog_active), round(largest.own_multiple)) == (38, 2)


def test_what_of_them_does_not_hold_by_the_models_own_numbers(tables):
    """Qwen2.5 7B has 7.6B parameters and Phi-4 14.7B; DeepSeek V3's 400 counts only active ones."""
    assert row(tables.overtrained, model="qwen2.5-7b").catalog_active == pytest.approx(2_364, rel=0.001)
    assert row(tables.overtrained, model="phi-4").catalog_active == pytest.approx(682, rel=0.001)
    assert row(tables.overtrained, model="deepseek-v3").catalog_total == pytest.approx(22.1, abs=0.1)


def test_the_report_s_practical_ratios_hold_and_one_of_its_examples_does_not(tables):
    assert [found.holds for found in tables.data] == [True] * 4
    assert row(tables.data, name="7B").models_tokens.p95 == 36e12
    assert row(tables.data, name="130B").models_tokens is None
    assert not tables.example_stated.p05 <= tables.example_found <= tables.example_stated.p95


def test_three_times_a_year_lies_inside_since_2020_and_outside_since_2022_and_2024(tables):
    stated = tables.stated_growth
    assert stated == 3
    since = {year: row(tables.growths, models=f"since {year}") for year in (2020, 2022, 2024)}
    assert since[2020].holds(stated)
    assert since[2022].low > stated
    assert since[2024].high < stated
    without = [found.mid for found in tables.growths if found.models.startswith("without")]
    assert len(without) == 7
    assert 2 < min(without) < 3 < max(without) < 4.5


def test_a_growth_that_is_there_is_found():
    models = [
        Placed(
            f"m{month}",
            "",
            f"d{month}",
            f"{2020 + month // 12}-{month % 12 + 1:02}",
            1.0,
            1.0,
            3 ** (month / 12),
        )
        for month in range(48)
    ]
    found = growth("made", models)
    assert found.mid == pytest.approx(3, rel=0.01)
    assert found.low < 3.01
    assert found.high > 2.99
    assert found.cluster_count == 48


def test_models_on_the_pretraining_of_another_count_once():
    names = [model.id for model in own_pretraining()]
    assert "llama-3.1-70b" in names or "llama-3-70b" in names
    assert "llama-3.3-70b" not in names
    assert "deepseek-r1" not in names


def test_a_corpus_is_the_sum_of_its_components_and_in_proportion_to_its_tokens():
    rows = components(8e12)
    assert [r.name for r in rows] == [*COMPONENTS, "all"]
    assert rows[-1].cost_usd.p50 > max(r.cost_usd.p50 for r in rows[:-1])
    assert components(16e12)[-1].cost_usd.p50 == pytest.approx(2 * rows[-1].cost_usd.p50)
    assert components(Spread.between(4e12, 16e12))[-1].cost_usd.p95 > rows[-1].cost_usd.p95
    assert rows[-1].usd_per_m_tokens is None
    assert isinstance(rows[0].share, Range)
