"""Options on one set of draws: what each kind costs, where the cheaper one changes, how surely."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing import compare
from farthing.estimate.compare_draws import first_month
from farthing.estimate.compare_terms import Fleet, Terms
from farthing.estimate.compare_text import stages, wanted
from farthing.estimate.compare_volume import crossings, first_crossing
from farthing.units.problem import FarthingError, InputError

DAY = "2026-11-20"
WORK = {"input": 1000, "output": 300, "requests": "5k/day", "as_of": DAY, "draws": 512}
GPT_4O = "api:gpt-4o"
SELF = "self:llama-3.1-8b@l40s*1[rate=$1/h, tok_s=1000, spares=0, care=0, peak=2, headroom=20%]"


def ask(*options, **changed):
    return compare(option=list(options), **{**WORK, **changed})


def cost(found, place=0):
    return found.rows[place]["cost_usd"]


# What is written


def test_an_option_is_read_with_its_settings():
    found = wanted("self:llama-3.1-70b@h100-sxm*4[rate=$2/h, spares=0, precision=fp8]")
    assert (found.kind, found.what, found.accelerator, found.gpu_count) == (
        "self",
        "llama-3.1-70b",
        "h100-sxm",
        4,
    )
    assert found.numbers == {"rent_usd_per_gpu_hour": 2.0, "redundant_count": 0.0}
    assert found.words == {"precision": "fp8"}
    assert found.title == "self:llama-3.1-70b@h100-sxm*4"


def test_a_cascade_has_two_models_and_either_may_be_hosted():
    first, second = stages(wanted("cascade:llama-3.1-8b@l40s*1>gpt-4o[pass=70%]"))
    assert (first.kind, first.accelerator, second.kind) == ("self", "l40s", "api")


def test_a_comma_in_a_number_is_no_border():
    assert wanted("program:x[once=$1,000,000, monthly=$20,000]").numbers == {
        "other_once_usd": 1e6,
        "other_usd_per_month": 2e4,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gpt-4o", "is no option"),
        ("slf:gpt-4o", "Did you mean self"),
        ("self:llama-3.1-8b", "names no accelerator"),
        ("self:llama-3.1-8b@", "no accelerator after the @"),
        ("self:llama-3.1-8b@l40s*0", "no accelerator after the @"),
        ("api:gpt-4o[rate=$2/h]", "no setting=value of api"),
        ("api:gpt-4o[tier]", "no setting=value of api"),
        ("people:day@$5", "names no unit"),
        ("cascade:gpt-4o", "names no two models"),
        ("program:x", "says nothing of what it costs"),
        ("api:gpt-4o[success=many]", "success="),
    ],
)
def test_what_cannot_be_read_is_said(text, said):
    with pytest.raises(InputError) as caught:
        ask(GPT_4O, text)
    assert said in str(caught.value)


def test_nothing_to_compare_is_an_error():
    with pytest.raises(InputError, match="nothing to compare"):
        compare(as_of=DAY)


# What each kind costs, by hand


def test_an_api_costs_what_tokens_says():
    request = 1000 * 2.5e-6 + 300 * 10e-6
    assert cost(ask(GPT_4O)) == pytest.approx(request * 5000 * 730 / 24)


def test_reasoning_multiplies_the_output():
    request = 1000 * 2.5e-6 + 1200 * 10e-6
    assert cost(ask("api:gpt-4o[reasoning=4x]")) == pytest.approx(request * 5000 * 730 / 24)


def test_own_accelerators_cost_whole_replicas():
    capacity = 1000 * 86_400 / 300
    found = ask(SELF, requests="240k/day")
    count = math.ceil(240_000 * 2 * 1.2 / capacity)
    assert found.rows[0]["replicas"] == count == 2
    assert cost(found) == pytest.approx(count * 730)
    assert found.rows[0]["utilization"] == pytest.approx(240_000 / capacity / count)


def test_one_stands_by_unless_told_otherwise():
    assert ask(SELF.replace("spares=0, ", "")).rows[0]["replicas"] == ask(SELF).rows[0]["replicas"] + 1


def test_a_cascade_pays_twice_for_what_does_not_pass():
    small, large = (cost(ask(f"api:{name}")) for name in ("gpt-4o-mini", "gpt-4o"))
    assert cost(ask("cascade:gpt-4o-mini>gpt-4o[pass=70%]")) == pytest.approx(small + 0.3 * large)


def test_people_by_the_document_and_by_the_hour():
    assert cost(ask("people:document@$5")) == pytest.approx(5 * 5000 * 730 / 24)
    assert cost(ask("people:hour@$40[minutes=6]")) == pytest.approx(4 * 5000 * 730 / 24)
    reading = ask("people:hour@$40", input=4000, output=1000)
    assert 0.3 < reading.rows[0]["cost_per_request_usd"] / 40 < 1.0  # hours for 3,000 words in and 750 out


def test_code_is_built_once_and_looked_after():
    found = ask("code:rules[build=48, care=2, labor=$100/h]", horizon="24 months")
    assert cost(found) == pytest.approx(48 * 100 / 24 + 200)
    assert found.rows[0]["once_usd"] == pytest.approx(4800)


def test_an_integration_is_shared_by_tasks():
    one, twenty = (
        ask("api:gpt-4o[integration=240, labor=$100/h]", tasks=tasks).rows[0]["once_usd"] for tasks in (1, 20)
    )
    assert one == pytest.approx(24_000)
    assert twenty == pytest.approx(1200)


def test_tuning_is_spread_and_done_again():
    tuned = SELF.replace("self:", "finetuned:").replace(
        "tok_s", "tuning=$600, data=$4000, retunings=4, tok_s"
    )
    found = ask(tuned, horizon="20 months")
    assert found.rows[0]["once_usd"] == pytest.approx(4600)
    assert cost(found) == pytest.approx(730 + 4600 / 20 + 600 * 4 / 12)


def test_tuning_is_estimated_where_it_is_not_given():
    found = ask("finetuned:gpt-4o-mini")
    assert found.rows[0]["once_usd"] > 40  # 5,000 examples at the service's price, and what else it takes
    assert any("farthing finetune" in item.note for item in found.assumptions)


def test_a_distilled_model_has_a_teacher_that_is_paid():
    common = "rate=$1/h, tok_s=1000, examples=20000"
    small, large = (
        ask(f"distilled:llama-3.1-8b@l40s*1[{common}, teacher={name}]").rows[0]["once_usd"]
        for name in ("gpt-4.1-mini", "gpt-4.1")
    )
    assert 0 < small < large


def test_retrieval_lengthens_prompts_and_is_kept_up():
    plain = cost(ask("api:gpt-4o-mini"))
    settings_ = "corpus=100M, chunks=4, chunk_tokens=500, changed=10%"
    found = ask(f"rag:gpt-4o-mini[{settings_}]")
    longer = 2000 * 0.15e-6 * 5000 * 730 / 24
    assert cost(found) > plain + longer
    assert cost(ask(f"rag:gpt-4o-mini[{settings_.replace('10%', '50%')}]")) > cost(found)


def test_a_program_is_what_it_costs():
    assert cost(ask("program:x[once=$24,000, monthly=$500, request=$0.01]")) == pytest.approx(
        1000 + 500 + 0.01 * 5000 * 730 / 24
    )


def test_what_is_saved_elsewhere_is_taken_off():
    assert cost(ask("api:gpt-4o[saved=$100]")) == pytest.approx(cost(ask(GPT_4O)) - 100)


def test_a_share_of_successes_gives_the_cost_of_one():
    row = ask("api:gpt-4o[success=50%]").rows[0]
    assert row["cost_per_outcome_usd"] == pytest.approx(2 * row["cost_per_request_usd"])


# Where it flips


def api_terms(request_usd):
    return Terms(request_usd)


def own(capacity, usd, spare=0.0, upkeep=0.0, once=0.0):
    return Terms(0.0, upkeep, once, (Fleet(capacity, usd, 1.0, 0.0, 1.0, spare),))


def test_break_even_of_one_replica_is_its_price_over_that_of_requests():
    (found,) = crossings(api_terms(0.01), own(1e6, 730.0), 24)
    assert found.request_count_per_day == pytest.approx(730 / (730 / 24) / 0.01)
    assert found.other_is_cheaper_above
    assert not found.jump


def test_whole_replicas_make_several_crossings():
    found = crossings(api_terms(0.01), own(3000, 730.0), 24)
    assert len(found) >= 3  # cheaper, dearer again where the second one is added, cheaper again
    assert [each.other_is_cheaper_above for each in found[:3]] == [True, False, True]
    assert found[1].jump
    assert found[1].request_count_per_day == pytest.approx(3000)


def test_there_is_no_crossing_where_one_is_always_cheaper():
    assert crossings(api_terms(0.01), api_terms(0.02), 24) == ()
    assert crossings(api_terms(0.01), api_terms(0.01), 24) == ()
    assert crossings(api_terms(0.0001), own(1000, 730.0), 24) == ()


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-4, 1.0), st.floats(100, 1e5), st.floats(10, 5000), st.integers(0, 2), st.floats(0, 5000))
def test_on_draws_the_first_crossing_is_that_of_each_draw(price, capacity, usd, spare, upkeep):
    one, other = api_terms(price), own(capacity, usd, float(spare), upkeep)
    drawn = [Terms(np.array([price, price * 2])), other]
    found = first_crossing(*drawn, 24.0, 2)
    for place, terms in enumerate((one, api_terms(price * 2))):
        exact = crossings(terms, other, 24.0)
        first = exact[0].request_count_per_day if exact else math.inf
        if first < 40 * capacity:  # beyond that fewer replicas are looked at on draws
            assert found[place] == pytest.approx(first, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-4, 1.0), st.floats(100, 1e5), st.floats(10, 5000), st.floats(0, 1e4))
def test_at_every_crossing_the_cheaper_one_changes(price, capacity, usd, once):
    one, other = api_terms(price), own(capacity, usd, once=once)
    for each in crossings(one, other, 24.0)[:20]:
        at = each.request_count_per_day
        gaps = [
            one.cost_usd(at * f, 24.0) - float(other.cost_usd(at * f, 24.0)) for f in (1 - 1e-6, 1 + 1e-6)
        ]
        assert gaps[0] * gaps[1] <= 0


def test_one_l40s_against_sonnet_breaks_even_at_millions_of_tokens_a_day():
    alone = "self:qwen2.5-14b@l40s*1[rate=$2.219178/h, spares=0, care=0]"
    found = ask("api:claude-sonnet-4", alone, input=750, output=250, requests="5k/day")
    assert cost(found, 1) == pytest.approx(1620, rel=1e-4)
    expected = 1620 / (730 / 24) / (750 * 3e-6 + 250 * 15e-6) * 1000
    assert found.results["breakeven_tokens_per_day"].p50 == pytest.approx(expected, rel=1e-3)
    assert expected == pytest.approx(8.877e6, rel=1e-3)
    assert found.rows[1]["utilization"] < 0.05
    assert found.results["cheapest"].name == "api:claude-sonnet-4"


# On draws


def test_probabilities_are_of_one_whole_and_equals_go_to_the_first():
    found = ask(GPT_4O, "finetuned:gpt-4o-mini", "people:hour")
    assert sum(row["probability_cheapest"] for row in found.rows) == pytest.approx(1)
    twice = ask(GPT_4O, GPT_4O)
    assert [row["probability_cheapest"] for row in twice.rows] == [1, 0]
    assert [row["option"] for row in twice.rows] == ["api:gpt-4o (1)", "api:gpt-4o (2)"]


def test_what_two_options_share_cancels():
    found = ask("api:gpt-4o[care=5]", "api:gpt-4o-mini[care=5]")
    saving = found.results["saving_usd"]
    assert saving.p05 == pytest.approx(saving.p95)
    assert found.results["cost_usd"].p05 < found.results["cost_usd"].p95


def test_unlike_accelerators_have_rents_of_their_own():
    found = ask("self:llama-3.1-8b@l40s*1[tok_s=1000]", "self:llama-3.1-8b@h100-sxm*1[tok_s=1000]")
    named = {driver.name for driver in found.drivers}
    assert any(name.startswith("rent_usd_per_gpu_hour of") for name in named)


def test_growth_makes_the_months_dearer_and_the_fall_of_prices_cheaper():
    flat, grown, fallen = (
        ask(GPT_4O, horizon="12 months", **more).rows[0]["lifetime_cost_usd"]
        for more in ({}, {"growth": "10%"}, {"price_decline": "40%"})
    )
    assert fallen < flat < grown
    assert flat == pytest.approx(12 * cost(ask(GPT_4O)))
    assert grown == pytest.approx(cost(ask(GPT_4O)) * sum(1.1**month for month in range(12)))


def test_months_are_counted_from_the_first_and_inf_where_it_never_comes():
    own_way, other = np.array([[9.0, 9.0], [10.0, 10.0]]), np.array([[5.0, 1.0], [10.0, 2.0]])
    assert first_month(own_way, other).tolist() == [2.0, math.inf]


def test_the_crossover_month_is_when_what_was_paid_once_is_made_up_for():
    found = ask(GPT_4O, "api:gpt-4o-mini[once=$2,000]")
    saved = cost(ask(GPT_4O)) - cost(ask("api:gpt-4o-mini"))
    assert found.results["crossover_month"].p50 == math.ceil(2000 / saved)


def test_alone_and_integrated_may_be_answered_differently():
    options = ("code:rules[build=8, care=0.5]", "api:gpt-4o-mini[integration=80]")
    work = {"input": 300, "output": 50, "requests": "1k/day"}
    assert ask(*options, **work).results["cheapest"].name == "code:rules"
    found = ask(*options, **work, tasks=20)
    assert found.results["cheapest"].name == "api:gpt-4o-mini"
    (said,) = [problem for problem in found.problems if problem.code == "alone-or-integrated"]
    assert said.what.startswith("alone code:rules is cheapest")


def test_quality_has_its_source_and_that_of_a_tuned_model_is_its_base_s():
    rows = ask(GPT_4O, "finetuned:gpt-4o-mini", "api:gpt-4o-mini[quality=77]", "people:document@$1").rows
    assert rows[0]["quality"] > 0
    assert "," in rows[0]["quality_of"]
    assert "of its base before tuning" in rows[1]["quality_of"]
    assert (rows[2]["quality"], rows[2]["quality_of"]) == (77, "as given")
    assert rows[3]["quality"] is None


def test_an_unpriced_option_is_never_free():
    found = ask(GPT_4O, "api:no-such-model")
    assert cost(found, 1) is None
    assert found.rows[1]["unpriced"]
    assert found.results["cheapest"].name == GPT_4O
    with pytest.raises(FarthingError):
        ask("api:no-such-model")


def test_what_does_not_fit_says_what_would():
    with pytest.raises(FarthingError) as caught:
        ask(GPT_4O, "self:llama-3.1-405b@l40s*1")
    (problem,) = caught.value.problems
    assert problem.code == "infeasible"
    assert "@l40s*16" in problem.fix


def test_a_latency_nobody_meets_is_infeasible_and_a_tighter_one_never_cheaper():
    with pytest.raises(FarthingError, match="cannot meet"):
        ask("self:llama-3.1-70b@h100-sxm*4[tpot=0.1]")
    costs = [
        cost(ask("self:llama-3.1-8b@h100-sxm*1", requests="3M/day", tpot=each)) for each in (100, 30, 15)
    ]
    assert costs == sorted(costs)


def test_a_longer_context_never_needs_fewer_replicas():
    name = "self:llama-3.1-8b@h100-sxm*1[spares=0]"
    counts = [
        ask(name, input=tokens, output=300, requests="2M/day").rows[0]["replicas"]
        for tokens in (500, 1000, 1500, 3000, 6000)
    ]
    assert counts == sorted(counts)


def test_a_cached_share_leaves_more_room_for_answers():
    name = "self:llama-3.1-8b@h100-sxm*1[spares=0]"
    rows = [
        ask(name, input=6000, output=100, requests="2M/day", cached_share=share).rows[0]
        for share in ("0%", "90%")
    ]
    plain, cached = (row["utilization"] * row["replicas"] for row in rows)
    assert cached < plain


def test_demand_in_tokens_cannot_say_what_retrieval_adds():
    with pytest.raises(InputError, match="how long a request is"):
        compare(option="rag:gpt-4o-mini", demand="5M/day", as_of=DAY)


def test_of_several_options_the_flip_nearest_to_the_workload_is_told():
    found = ask(
        GPT_4O, "api:gpt-4o-mini[monthly=$500]", "api:gpt-4.1-nano[monthly=$5,000]", requests="50k/day"
    )
    assert [(flip.below, flip.above) for flip in found.flips] == [
        ("api:gpt-4o", "api:gpt-4o-mini"),
        ("api:gpt-4o-mini", "api:gpt-4.1-nano"),
    ]
    here, first = found.results["tokens_per_day"].p50, found.flips[0].tokens_per_day
    assert found.results["breakeven_tokens_per_day"].p50 == pytest.approx(
        min((flip.tokens_per_day for flip in found.flips), key=lambda at: abs(math.log(at / here))), rel=1e-6
    )
    request = {name: cost(ask(f"api:{name}")) / (5000 * 730 / 24) for name in ("gpt-4o", "gpt-4o-mini")}
    assert first == pytest.approx(500 / (730 / 24) / (request["gpt-4o"] - request["gpt-4o-mini"]) * 1300)


def test_every_volume_of_the_curve_costs_no_less_than_the_one_before():
    found = ask(GPT_4O, SELF, requests="100k/day")
    for option in {point.option for point in found.volumes}:
        costs = [point.cost_usd for point in found.volumes if point.option == option]
        assert costs == sorted(costs)
        assert sum(point.here for point in found.volumes if point.option == option) == 1
