"""`serve`: what must hold whatever is asked, and what its parts do."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing import FarthingError, InputError, serve
from farthing.catalog import find
from farthing.estimate import serve_choice, serve_refusal, serve_rows

DAY = {"as_of": "2026-11-20", "draws": 64}
SMALL = {"model": "llama-3.1-8b", "accelerator": "h100-sxm", **DAY}
SLOW = settings(max_examples=12)


def middle(answer, name):
    return answer.results[name].p50


def alone(**options):
    """The answer without the fleets beside it, which take most of the time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(serve_choice, "elsewhere", lambda *_: ())
        patched.setattr(serve_rows, "ways_to_pay", lambda *_: ())
        patched.setattr(serve_refusal, "_ways", lambda *_: [])
        return serve(**options)


def cost_or_never(**options):
    """The bill of a month, infinite where nothing can do it."""
    try:
        return middle(alone(**options), "cost_usd")
    except FarthingError:
        return math.inf


def test_one_card_of_the_report_is_mostly_idle_and_costs_the_same_whatever_is_asked():
    """$1,620 a month is $2.219 an hour for 730 hours; 5M tokens a day use a hundredth of it."""
    rate = 1620 / 730
    card = {"model": "llama-2-7b", "accelerator": "l40s", "count": 1, "rate": rate, **DAY}
    bills = {demand: serve(**card, demand=demand) for demand in ("50k/day", "5M/day", "50M/day")}
    assert [answer.results["cost_usd"].p50 for answer in bills.values()] == pytest.approx([1620] * 3)
    assert bills["5M/day"].results["cost_usd"].is_exact
    used = [middle(answer, "utilization") for answer in bills.values()]
    assert used == sorted(used)
    assert used[1] < 0.05
    assert any(problem.code == "mostly-idle" for problem in bills["5M/day"].problems)


@SLOW
@given(st.floats(4, 9), st.floats(1.05, 20), st.sampled_from([{}, {"tpot": "30ms"}, {"scale_to_zero": True}]))
def test_more_traffic_never_lowers_the_bill(power, times, more):
    demand = 10**power
    one, other = (cost_or_never(**SMALL, demand=f"{d:.0f}/day", **more) for d in (demand, demand * times))
    assert one <= other * (1 + 1e-9)


@SLOW
@given(st.floats(8, 60), st.floats(1.0, 4.0), st.floats(0.2, 3.0), st.sampled_from(["concurrency", "demand"]))
def test_a_tighter_target_never_lowers_the_bill(tpot, looser, ttft, kind):
    load = {"concurrency": 200} if kind == "concurrency" else {"demand": "2B/day"}
    loose = cost_or_never(**SMALL, **load, tpot=tpot * looser, ttft=f"{ttft * looser}s")
    tight = cost_or_never(**SMALL, **load, tpot=tpot, ttft=f"{ttft}s")
    without = cost_or_never(**SMALL, **load)
    assert without <= loose * (1 + 1e-9)
    assert loose <= tight * (1 + 1e-9)


@SLOW
@given(
    st.integers(32, 60_000),
    st.floats(1.01, 8.0),
    st.sampled_from(["llama-3.1-8b", "qwen2.5-14b", "mixtral-8x7b"]),
    st.sampled_from([{"concurrency": 16}, {"concurrency": 256}, {}, {"tpot": "40ms"}]),
)
def test_a_longer_context_never_raises_output(tokens, times, model, load):
    speeds = []
    for prompt in (tokens, int(tokens * times) + 1):
        options = {**SMALL, "draws": 1, "model": model, "count": 8, "output": 256, "input": prompt, **load}
        try:
            speeds.append(middle(alone(**options), "output_tok_s"))
        except FarthingError:
            speeds.append(0.0)
    assert speeds[1] <= speeds[0] * (1 + 1e-9)


@SLOW
@given(
    st.integers(100, 100_000), st.integers(1, 4000), st.sampled_from(["h100-sxm", "l40s", "a100-sxm-80gb"])
)
def test_a_batch_fits_into_memory_and_copies_are_whole(prompt, at_once, part):
    options = {**SMALL, "accelerator": part, "count": 2, "input": prompt, "output": 200}
    try:
        answer = alone(**options, concurrency=at_once)
    except FarthingError:
        return
    results = {name: middle(answer, name) for name in answer.results}
    memory = find.accelerator(part).memory_byte
    assert results["peak_mem_gib"] * 2**30 <= memory
    assert results["batch"] == int(results["batch"]) >= 1
    assert results["replicas"] == int(results["replicas"]) >= 1
    assert results["batch"] <= max(1, at_once)


@SLOW
@given(st.floats(5, 10), st.integers(16, 300))
def test_every_quantile_of_the_copies_is_whole(power, draws):
    answer = alone(**{**SMALL, "draws": draws}, demand=f"{10**power:.0f}/day")
    copies = answer.results["replicas"]
    assert all(value == int(value) for value in (copies.p05, copies.p50, copies.p95))


def test_throughput_is_little_s_law_of_the_latency_told():
    answer = serve(**{**SMALL, "draws": 1}, concurrency=64, count=1, input=1000, output=250)
    whole = middle(answer, "ttft_ms") + 249 * middle(answer, "tpot_ms")
    assert middle(answer, "e2e_ms") == pytest.approx(whole)
    assert middle(answer, "output_tok_s") <= 64 * 250 / whole * 1000 * (1 + 1e-9)
    assert middle(answer, "output_tok_s") == pytest.approx(64 * 250 / whole * 1000, rel=0.3)


def test_what_does_not_fit_says_what_would():
    with pytest.raises(FarthingError) as refused:
        serve(model="llama-3.1-405b", accelerator="l40s", count=1, concurrency=1, **DAY)
    (problem,) = refused.value.problems
    assert problem.code == "infeasible"
    assert "--count" in problem.fix
    count = int(problem.fix.partition("--count ")[2].split()[0])
    assert serve(model="llama-3.1-405b", accelerator="l40s", count=count, concurrency=1, **DAY).feasible


@pytest.mark.parametrize(
    ("load", "says"),
    [
        ({"demand": "50B/day", "count": 1}, "not enough"),
        ({"concurrency": 4, "tpot": "1ms"}, "cannot be met"),
        ({"concurrency": 5000, "count": 1, "tpot": "20ms"}, "at most"),
    ],
)
def test_what_cannot_be_done_says_why(load, says):
    with pytest.raises(FarthingError, match=says):
        serve(**SMALL, **load)


def test_a_target_is_met_by_the_fleet_that_answers():
    answer = serve(**{**SMALL, "draws": 1}, demand="20B/day", ttft="1s", tpot="15ms")
    assert middle(answer, "tpot_ms") <= 15 * 1.001
    assert middle(answer, "ttft_p95_ms") <= 1000 * 1.001
    first = answer.rows[0]
    assert first["chosen"] is True
    assert first["ttft_p95_ms"] <= 1000 * 1.001


def test_tails_are_in_order_and_grow_with_the_load():
    quiet, busy = (
        serve(**{**SMALL, "draws": 1}, arrival=rate, count=1, input=2000, output=200, peak_to_mean=1)
        for rate in ("0.5/s", "10/s")
    )
    for answer in (quiet, busy):
        tails = [middle(answer, f"ttft_{level}_ms") for level in ("p50", "p95", "p99")]
        assert tails == sorted(tails)
    assert middle(busy, "ttft_p95_ms") > middle(quiet, "ttft_p95_ms")


def test_what_is_held_is_paid_whatever_it_does():
    load = {**SMALL, "demand": "1M/day"}
    always = middle(serve(**load), "cost_usd")
    window = middle(serve(**load, window="10 h"), "cost_usd")
    asleep = middle(serve(**load, scale_to_zero=True), "cost_usd")
    assert window == pytest.approx(always * 10 / 24, rel=0.02)
    assert asleep < always
    committed = {**load, "term": "reserved_1y"}
    held = middle(serve(**committed), "cost_usd")
    assert middle(serve(**committed, window="10 h"), "cost_usd") == pytest.approx(held)
    assert middle(serve(**committed, scale_to_zero=True), "cost_usd") == pytest.approx(held)
    owned = [middle(serve(**{**SMALL, "demand": d}, owned=True), "cost_usd") for d in ("1k/day", "5M/day")]
    assert owned[0] == pytest.approx(owned[1], rel=0.01)  # idle ones draw a little less


def test_a_sleeping_fleet_tells_who_waits():
    answer = serve(**SMALL, demand="20k/day", scale_to_zero=True, cold_start="3 min", ttft="2s")
    codes = {problem.code for problem in answer.problems}
    assert {"cold-starts", "target-missed"} <= codes
    assert middle(answer, "ttft_p99_ms") > 180_000


def test_redundancy_and_floors_are_copies_that_are_paid():
    one = middle(serve(**SMALL, demand="1M/day"), "replicas")
    assert middle(serve(**SMALL, demand="1M/day", redundancy=1), "replicas") == one + 1
    assert middle(serve(**SMALL, demand="1M/day", min_replicas=3), "replicas") == 3


@pytest.mark.parametrize("more", [{"prefix_share": "80%"}, {"kv_precision": "fp8"}])
def test_less_work_never_serves_less(more):
    load = {**SMALL, "draws": 1, "count": 1, "input": 4000, "output": 200}
    plain, better = alone(**load), alone(**load, **more)
    assert middle(better, "goodput_tok_s") >= middle(plain, "goodput_tok_s") * 0.999


def test_guessing_ahead_helps_few_requests_more_than_many():
    def gain(at_once):
        load = {**SMALL, "draws": 1, "count": 1, "concurrency": at_once, "input": 200, "output": 1000}
        plain, guessed = serve(**load), serve(**load, speculated=2.5)
        return middle(plain, "tpot_ms") / middle(guessed, "tpot_ms")

    assert gain(1) > 1.5
    assert gain(1) > gain(512)


def test_prompts_read_elsewhere_take_accelerators_of_their_own():
    load = {"model": "llama-3.1-70b", "accelerator": "h100-sxm", "demand": "5B/day", **DAY}
    together, apart = serve(**load), serve(**load, disaggregated=True)
    copies, gpus = (middle(apart, name) for name in ("replicas", "gpu_count"))
    assert gpus > copies * 4
    assert middle(apart, "tpot_ms") < middle(together, "tpot_ms")


def test_prompts_read_elsewhere_need_a_second_copy():
    with pytest.raises(FarthingError, match="too few for two copies"):
        serve(**SMALL, count=1, concurrency=4, disaggregated=True)
    answer = serve(**SMALL, count=2, concurrency=4, disaggregated=True)
    assert middle(answer, "replicas") == 1


def test_without_an_accelerator_it_is_the_cheapest_that_does():
    answer = serve(model="llama-3.1-8b", demand="100M/day", tpot="40ms", **DAY)
    costs = [row["cost_usd"] for row in answer.rows if row["way"] == "on_demand"]
    assert len(costs) >= 3
    assert answer.rows[0]["cost_usd"] <= min(costs) * 1.3
    assert any(problem.code == "chosen-part" for problem in answer.problems)


def test_without_an_accelerator_and_a_demand_one_is_asked_for():
    with pytest.raises(InputError, match="no accelerator was named"):
        serve(model="llama-3.1-8b", concurrency=4, **DAY)


@pytest.mark.parametrize(
    "both",
    [
        {"concurrency": 4, "demand": "1M/day"},
        {"arrival": "1/s", "demand": "1M/day"},
        {"demand": "1M/day", "shape": "office", "peak_to_mean": 2},
        {"demand": "1M/day", "window": "8 h", "scale_to_zero": True},
    ],
)
def test_two_words_for_one_thing_are_refused(both):
    with pytest.raises(InputError) as refused:
        serve(**SMALL, **both)
    assert refused.value.problems[0].code == "conflict"


def test_a_day_s_shape_sets_the_peak():
    shapes = ("flat", "worldwide", "evening", "office")
    needed = [middle(serve(**SMALL, demand="50B/day", shape=shape), "replicas") for shape in shapes]
    assert all(one <= other for one, other in pairwise(needed))


def test_every_assumption_of_the_rows_is_priced_from_the_same_fleet():
    answer = serve(**SMALL, demand="50B/day")
    ways = {
        row["way"]: row
        for row in answer.rows
        if row["accelerator"] == "h100-sxm" and row["replicas"] == answer.rows[0]["replicas"]
    }
    assert ways["copies follow the hour"]["cost_usd"] < answer.rows[0]["cost_usd"] * 1.05
    assert ways["spot"]["cost_usd"] < ways["reserved_1y"]["cost_usd"]
