"""`optimum` as a whole: directions that must hold, agreement with `train`, limits, and what is refused."""

from datetime import date
from itertools import pairwise

import pytest

from farthing.estimate import optimum, training
from farthing.estimate.question import Question, Solve
from farthing.estimate.solve import solved
from farthing.units.problem import FarthingError, InputError
from farthing.units.spread import Spread

DAY = date(2026, 2, 1)


def ask(words=None, flags=(), draws=1, sets=None, **numbers):
    words = {"accelerator": "h100-sxm"} | (words or {})
    question = Question("optimum", DAY, numbers, words, frozenset(flags), sets or {}, draws=draws)
    return optimum.estimate(question)


def of(answer, *names):
    return [answer.results[name].p50 for name in names]


SOUGHT = [{"budget_usd": 1e6}, {"budget_flop": 5.76e23}, {"wanted_loss": 2.05}]


@pytest.mark.parametrize("sought", SOUGHT, ids=str)
@pytest.mark.parametrize("words", [{}, {"law": "hoffmann_2022"}, {"serve_accelerator": "l40s"}], ids=str)
def test_more_served_tokens_never_make_the_model_larger(sought, words):
    sizes = [of(ask(words, lifetime_tokens=10.0**power, **sought), "params")[0] for power in range(8, 15)]
    assert all(later <= earlier for earlier, later in pairwise(sizes))
    assert sizes[-1] < sizes[0]


@pytest.mark.parametrize("served", [0.0, 1e11, 1e13])
@pytest.mark.parametrize("stock", [{}, {"unique_tokens": 3e11}], ids=str)
def test_twice_the_budget_never_lowers_size_or_tokens_or_raises_loss(served, stock):
    rows = [
        of(
            ask(budget_usd=1e3 * 2.0**power, lifetime_tokens=served / 1e3, **stock),
            "params",
            "tokens",
            "loss",
        )
        for power in range(22)
    ]
    for (size, data, loss), (larger, longer, lower) in pairwise(rows):
        assert larger >= size
        assert longer >= data
        assert lower <= loss


def test_nothing_served_is_chinchilla():
    size, data, ratio, served = of(
        ask(budget_flop=5.76e23), "params", "tokens", "tokens_per_param", "serve_flop"
    )
    assert size == pytest.approx(70e9, rel=0.06)
    assert data == pytest.approx(1.4e12, rel=0.06)
    assert ratio == pytest.approx(20, rel=0.1)
    assert served == 0


def test_a_budget_is_spent_and_a_loss_is_met_in_every_draw():
    answer = ask(draws=2048, budget_usd=1e6, lifetime_tokens=1e12)
    assert answer.results["total_cost_usd"].is_exact
    assert of(answer, "total_cost_usd")[0] == pytest.approx(1e6)
    train, serve = (answer.results[name] for name in ("train_cost_usd", "serve_cost_usd"))
    assert train.p05 + serve.p95 == pytest.approx(1e6, rel=0.01)
    reached = ask(draws=2048, wanted_loss=2.0, lifetime_tokens=1e12).results["loss"]
    assert (reached.p05, reached.p95) == (pytest.approx(2.0), pytest.approx(2.0))


@pytest.mark.parametrize("size", [1e9, 8e9, 70e9])
def test_training_costs_what_train_says(size):
    found = ask(draws=4096, params=size)
    numbers = {"params": size, "tokens": of(found, "tokens")[0]}
    whole = training.estimate(Question("train", DAY, numbers, {"accelerator": "h100-sxm"}, draws=4096))
    told = whole.results["compute_cost_usd"]
    assert told.p05 < of(found, "train_cost_usd")[0] < told.p95
    assert of(found, "train_cost_usd")[0] == pytest.approx(told.p50, rel=0.1)


def test_the_model_that_is_found_costs_about_what_train_says_too():
    found = ask(draws=4096, budget_usd=1e6, lifetime_tokens=1e13)
    size, data, cost = of(found, "params", "tokens", "train_cost_usd")
    numbers = {"params": size, "tokens": data}
    whole = training.estimate(Question("train", DAY, numbers, {"accelerator": "h100-sxm"}, draws=4096))
    told = whole.results["compute_cost_usd"]
    assert told.p05 < cost < told.p95


def test_a_given_utilization_and_rent_decide_the_price_of_training():
    answer = ask(params=8e9, mfu=0.5, goodput=1.0, rent_usd_per_gpu_hour=2.0)
    cost, flop = of(answer, "train_cost_usd", "train_flop")
    assert cost == pytest.approx(flop / (0.5 * 989.4e12 * 3600) * 2.0, rel=0.1)
    assert not [problem for problem in answer.problems if problem.code == "unused-input"]


def test_flops_and_money_weigh_serving_differently_and_need_no_more_than_they_say():
    money, flop = (ask(flags=flags, wanted_loss=2.1, lifetime_tokens=1e13) for flags in ((), ("by_flop",)))
    assert of(flop, "params")[0] > of(money, "params")[0]
    weighed = {item.name: item for item in flop.assumptions}["served_token_ratio"]
    assert weighed.value.p50 == pytest.approx(1 / 3)


def test_dearer_serving_makes_a_smaller_model():
    usual, dear = (
        ask(budget_usd=1e6, lifetime_tokens=1e12, **rate) for rate in ({}, {"serve_usd_per_gpu_hour": 30.0})
    )
    assert of(dear, "params")[0] < of(usual, "params")[0]
    assert of(dear, "tokens_per_param")[0] > of(usual, "tokens_per_param")[0]


def test_the_largest_size_is_kept_and_scarce_data_is_repeated():
    assert of(ask(budget_usd=1e6, most_params=7e9), "params")[0] == pytest.approx(7e9)
    scarce = ask(budget_usd=1e6, unique_tokens=1e11)
    codes = {problem.code: problem for problem in scarce.problems}
    assert "times" in codes["repeated-data"].what
    assert of(scarce, "loss")[0] > of(ask(budget_usd=1e6), "loss")[0]


def test_the_size_for_a_solved_budget_is_the_one_asked_for():
    question = Question(
        "optimum", DAY, {}, {"accelerator": "h100-sxm"}, draws=1, solve=Solve("budget_usd", "loss", 2.1)
    )
    answer = solved(question, optimum.estimate)
    assert of(answer, "loss")[0] == pytest.approx(2.1, abs=1e-6)
    assert answer.results["budget_usd"].p50 == pytest.approx(of(answer, "train_cost_usd")[0])


def test_the_law_s_constants_are_among_the_drivers_and_each_input_says_where_it_is_from():
    answer = ask(draws=4096, budget_flop=5.76e23)
    shares = {driver.name: driver.share for driver in answer.drivers}
    assert shares["size_exponent"] > 0.3
    assert shares["data_exponent"] > 0.3
    assert all(item.sources or item.basis in ("given", "derived") for item in answer.assumptions)
    assert {source.id for source in answer.sources} >= {"besiroglu-2024-replication", "fit-runs-2026"}


def test_the_rows_are_published_models_in_order_and_the_asked_one_is_marked():
    rows = ask({"model": "Llama 3.1 8B"}, params=8e9).rows
    ratios = [row["tokens_per_active_param"] for row in rows]
    assert ratios == sorted(ratios, reverse=True)
    assert len(rows) >= 40
    assert [row["model"] for row in rows if row["chosen"]] == ["llama-3.1-8b"]


@pytest.mark.parametrize("wanted", [1.0, 1.8, 1.86])
def test_a_loss_below_the_floor_is_infeasible_and_says_why(wanted):
    with pytest.raises(FarthingError) as caught:
        ask(draws=1024, wanted_loss=wanted)
    (problem,) = caught.value.problems
    assert problem.code == "infeasible"
    assert "in the text itself" in problem.why


def test_a_loss_that_too_small_a_size_cannot_reach_is_infeasible():
    with pytest.raises(FarthingError, match="no size and no data"):
        ask(wanted_loss=2.0, most_params=1e9)


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"budget_usd": 1e6, "wanted_loss": 2.0},
        {"params": 7e9, "budget_flop": 1e22},
        {"params": 10.0},
        {"params": 1e18},
        {"wanted_loss": 50.0},
        {"budget_usd": 1e-6},
        {"budget_usd": 1e6, "lifetime_tokens": 1e25},
    ],
    ids=str,
)
def test_absurd_questions_are_bad_input(numbers):
    with pytest.raises(InputError):
        ask(**numbers)


@pytest.mark.parametrize("numbers", [{"budget_usd": 1e12}, {"budget_flop": 1e30}, {"params": 5e13}], ids=str)
def test_very_large_questions_are_answered(numbers):
    assert ask(**numbers).feasible


def test_a_range_for_a_budget_widens_the_answer():
    wide = ask(draws=2048, budget_flop=Spread.between(1e23, 1e24)).results["params"]
    narrow = ask(draws=2048, budget_flop=3.16e23).results["params"]
    assert wide.p95 / wide.p05 > 1.5 * narrow.p95 / narrow.p05


def test_without_a_rent_only_flops_can_be_weighed():
    early, words = date(2018, 1, 1), {"accelerator": "mi210"}
    with pytest.raises(InputError) as caught:
        optimum.estimate(Question("optimum", early, {"params": 8e9}, words, draws=1))
    assert [problem.code for problem in caught.value.problems] == ["unpriced"]
    by_flop = Question("optimum", early, {"params": 8e9}, words, frozenset({"by_flop"}), draws=1)
    answer = optimum.estimate(by_flop)
    assert "train_cost_usd" not in answer.results
    assert answer.results["tokens"].p50 > 1e10
