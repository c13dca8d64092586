"""Exchanges: none where there is one rank, fewer bytes than everything, and never slower on a faster road."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import network as n

ROAD = {
    "scale_up_count": 8,
    "link_byte_per_s": 450e9,
    "network_byte_per_s": 50e9,
    "link_efficiency_share": 0.7,
    "network_efficiency_share": 0.9,
}
powers = st.sampled_from([1, 2, 4, 8, 16, 64])
tokens = st.floats(min_value=16, max_value=131_072)


def tp_s(tp, rows=8192, **road):
    return float(n.tp_comm_s(rows, tp, 8192, 80, **{**ROAD, **road}, collective_latency_us=20))


def cp_s(cp, rows=8192, tp=1, **road):
    return float(n.cp_comm_s(rows, tp, cp, 8, 128, 80, **{**ROAD, **road}, collective_latency_us=20))


def ep_s(ep, rows=8192, tp=1, **road):
    return float(n.ep_comm_s(rows, tp, ep, 7168, 8, 58, **{**ROAD, **road}, collective_latency_us=20))


def pp_s(pp, rows=8192, tp=1, vp=1, **road):
    return float(n.pp_comm_s(rows, tp, pp, vp, 8192, **{**ROAD, **road}, cp=1, collective_latency_us=20))


def dp_s(ranks, stage=1, rounds=8, **road):
    return float(
        n.dp_comm_s(
            7e9, ranks, 1, stage, rounds, 4, **{**ROAD, **road}, network_latency_us=10, layer_count=32
        )
    )


EXCHANGES = [tp_s, cp_s, ep_s, pp_s, dp_s]


@pytest.mark.parametrize("exchange", EXCHANGES)
@given(rows=tokens)
def test_one_rank_exchanges_nothing(exchange, rows):
    assert (exchange(1) if exchange is dp_s else exchange(1, rows)) == 0


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_one_replica_sends_no_gradients(stage):
    assert dp_s(1, stage) == 0


@pytest.mark.parametrize("exchange", EXCHANGES)
@given(ranks=st.sampled_from([2, 4, 8, 16, 64]), link=st.floats(1e10, 2e12), card=st.floats(1e9, 4e11))
def test_more_bandwidth_is_never_slower(exchange, ranks, link, card):
    road = {"link_byte_per_s": link, "network_byte_per_s": card}
    slow = exchange(ranks, **road)
    assert exchange(ranks, **{**road, "link_byte_per_s": 2 * link}) <= slow
    assert exchange(ranks, **{**road, "network_byte_per_s": 2 * card}) <= slow
    assert 0 < slow < math.inf


@pytest.mark.parametrize("exchange", [tp_s, cp_s, ep_s, pp_s])
@given(ranks=st.sampled_from([2, 4, 8, 16, 64]), rows=tokens)
def test_more_tokens_are_never_faster(exchange, ranks, rows):
    assert exchange(ranks, rows) < exchange(ranks, 2 * rows) <= 2 * exchange(ranks, rows)


@given(powers, st.sampled_from([1, 2, 4, 8, 16]))
def test_a_group_inside_a_machine_has_the_link_and_beyond_it_never_more(size, stride):
    rate = float(n.group_byte_per_s(size, stride, **ROAD))
    link, card = 450e9 * 0.7, 50e9 * 0.9
    assert rate == link if size * stride <= 8 else card <= rate <= link


def test_a_group_that_leaves_the_machine_shares_its_cards():
    cards = [float(n.group_byte_per_s(64, stride, **ROAD)) for stride in (1, 2, 4, 8, 16)]
    assert cards == pytest.approx([min(315e9, 45e9 * local) for local in (8, 4, 2, 1, 1)])


def test_leaving_the_machine_is_slower():
    assert tp_s(16, network_byte_per_s=10e9) > 2 * tp_s(8, network_byte_per_s=10e9)
    assert pp_s(16) > pp_s(8)


@given(st.floats(min_value=1, max_value=64), st.floats(min_value=1, max_value=512))
def test_a_token_reaches_no_more_bins_than_there_are_or_than_it_draws(draws, bins):
    reached = float(n.distinct_count(draws, bins))
    assert 1 - 1e-9 <= reached <= min(draws, bins) * (1 + 1e-9)


def test_bins_by_hand():
    thrown = [len({a, b, c}) for a in range(4) for b in range(4) for c in range(4)]
    assert n.distinct_count(3, 4) == pytest.approx(np.mean(thrown))


def test_sharding_everything_sends_half_as_much_again_in_every_microbatch():
    def bytes_only(stage, rounds):
        return float(n.dp_comm_s(7e9, 64, 1, stage, rounds, 2, **ROAD, network_latency_us=0, layer_count=32))

    assert bytes_only(3, 1) == pytest.approx(1.5 * bytes_only(1, 1))
    assert bytes_only(3, 8) == pytest.approx(8 * bytes_only(3, 1))
    assert bytes_only(1, 8) == bytes_only(1, 1) == bytes_only(2, 8)


@given(powers)
def test_interleaving_hands_over_more_often(vp):
    assert pp_s(8, vp=2 * vp) == pytest.approx(2 * pp_s(8, vp=vp))


def test_latency_grows_with_the_ring():
    assert dp_s(512) > dp_s(64) > dp_s(8) > 0
