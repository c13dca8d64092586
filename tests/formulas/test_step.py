"""A step: what adds, what hides, and what never gets faster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import step as s

seconds = st.floats(min_value=0, max_value=100)
positive = st.floats(min_value=1e-6, max_value=100)
shares = st.floats(min_value=0, max_value=1)
powers = st.sampled_from([1, 2, 4, 8, 16, 64])
near = {"rel": 1e-9, "abs": 1e-12}


@given(seconds, seconds, seconds, seconds, seconds, shares)
def test_layers_take_what_the_device_takes_and_at_least_the_launches(
    matmul, experts, scores, moved, launch, hidden
):
    taken = float(s.layers_s(matmul, experts, scores, moved, launch, hidden))
    device = matmul + experts + scores + moved
    assert max(device, launch) * (1 - 1e-9) <= taken <= (device + launch) * (1 + 1e-9)
    assert float(s.layers_s(matmul, experts, scores, moved, 0, hidden)) == pytest.approx(device, **near)


@given(positive, shares, shares, shares, shares, st.sampled_from([0.0, 1.0]))
def test_recomputing_more_takes_longer_and_at_most_a_forward_pass(
    layers, attention, moved, share, repeat, selective
):
    scores, traffic = attention * layers / 2, moved * layers / 2

    def again(part):
        return float(s.recompute_s(layers, scores, traffic, part, selective, repeat))

    assert -1e-12 <= again(share) <= layers / 3 * (1 + 1e-9)
    assert again(share / 2) <= again(share) * (1 + 1e-9) + 1e-12
    assert again(1.0) == pytest.approx(layers / 3)


@given(seconds, seconds, seconds, seconds, shares, shares, shares)
def test_no_more_shows_than_was_exchanged(tensor, context, expert, attention, one, two, three):
    shown = float(s.exposed_s(tensor, context, expert, attention, one, two, three, 0.0))
    assert -1e-12 <= shown <= (tensor + context + expert) * (1 + 1e-9)
    assert float(s.exposed_s(0, 0, 0, attention, one, two, three, 1.0)) == 0


@given(positive, shares)
def test_a_ring_longer_than_attention_shows(ring, share):
    free = float(s.exposed_s(0, ring, 0, 10 * ring, 0, share, 0, 0))
    crowded = float(s.exposed_s(0, ring, 0, 0, 0, share, 0, 0))
    assert free == pytest.approx(share * ring, **near)
    assert crowded == pytest.approx(ring)


@given(positive, seconds, seconds, seconds, shares, shares)
def test_one_stage_is_everything(layers, again, shown, output, uneven, exposed):
    whole = s.stage_s(layers, again, shown, output, 0.0, 1, uneven, exposed)
    assert whole == pytest.approx(layers + again + shown + output, **near)


@given(positive, seconds, powers, shares)
def test_the_slowest_stage_has_at_least_its_share(layers, output, pp, uneven):
    slowest = s.stage_s(layers, 0, 0, output, 0, pp, uneven, 0)
    assert (layers + output) / pp * (1 - 1e-9) <= slowest <= (layers / pp + output) * (1 + 1e-9)


@given(positive, st.integers(min_value=1, max_value=4096), powers, st.sampled_from([1, 2, 4]))
def test_a_bubble_shrinks_with_microbatches_and_interleaving(stage, count, pp, vp):
    def bubble(microbatches, chunks):
        return s.pipeline_s(stage, microbatches, pp, chunks) / (microbatches * stage) - 1

    assert bubble(count, vp) == pytest.approx((pp - 1) / (vp * count), rel=1e-6, abs=1e-9)
    assert bubble(2 * count, vp) <= bubble(count, vp) + 1e-12
    assert s.pipeline_s(stage, 2 * count, pp, vp) >= s.pipeline_s(stage, count, pp, vp)


@given(seconds, positive, st.integers(1, 512), st.sampled_from([0, 1, 2, 3]), shares, st.floats(0, 1.5))
def test_gradients_show_at_least_their_share_and_never_more_than_they_take(
    comm, pipeline, count, stage, share, hidden
):
    shown = float(s.dp_exposed_s(comm, pipeline, count, stage, share, hidden))
    assert share * comm * (1 - 1e-9) <= shown <= comm * (1 + 1e-9)


@given(st.floats(1e6, 1e12), powers, st.sampled_from([0, 1, 2, 3]))
def test_the_optimizer_is_shared_from_stage_one_on(params, ranks, stage):
    taken = float(s.optimizer_s(params, ranks, stage, 2e12, 0.8, 30))
    alone = float(s.optimizer_s(params, ranks, 0, 2e12, 0.8, 30))
    assert taken == pytest.approx(alone if stage == 0 else alone / ranks)
    assert float(s.optimizer_s(params, ranks, stage, 4e12, 0.8, 30)) == pytest.approx(taken / 2)


@given(positive, seconds, seconds, st.integers(1, 100_000), st.floats(0, 0.05))
def test_larger_machines_wait_longer(pipeline, shown, optimizer, count, share):
    one = float(s.step_s(pipeline, shown, optimizer, 20, 1, share))
    many = float(s.step_s(pipeline, shown, optimizer, 20, count, share))
    assert one == pytest.approx(pipeline + shown + optimizer + 0.02)
    assert many >= one * (1 - 1e-12)


def test_speed_is_the_batch_over_the_step():
    batch = s.global_batch_tokens(32, 2, 8, 4096)
    assert s.physics_tokens_per_s(batch, 4.0, 64) == 32 * 2 * 8 * 4096 / 4 / 64
