"""The chains of `serve`: from one copy of a model to its latency, a fleet of copies and a month's bill."""

from collections.abc import Iterable
from typing import Final

from farthing.estimate.graph import Chain, Formula, names_of
from farthing.estimate.serving_chain import SERVING_CHAIN
from farthing.formulas import (
    closed_loop,
    disaggregation,
    energy,
    fleet,
    open_loop,
    owned_fleet,
    ownership,
    people,
    queueing,
    scale_to_zero,
    speculation,
)

WAITING: Final[Chain] = (
    queueing.first_s,
    queueing.stay_s,
    queueing.prefill_busy_share,
    queueing.prefill_wait_s,
    queueing.slot_busy_share,
    queueing.slot_wait_share,
    queueing.slot_wait_s,
)
SEEN: Final[Chain] = (
    queueing.seen_stay_s,
    queueing.copy_tokens_per_s,
    queueing.ttft_ms,
    queueing.ttft_p50_ms,
    queueing.ttft_p95_ms,
    queueing.ttft_p99_ms,
    queueing.tpot_ms,
    queueing.e2e_ms,
)
COPY: Final[Chain] = (
    *SERVING_CHAIN,
    speculation.computed_tokens,
    speculation.verified_tokens,
    speculation.speculated_tokens,
    *WAITING,
    *SEEN,
)
FLEET: Final[Chain] = (
    fleet.available_share,
    fleet.copy_goodput_tokens_per_s,
    fleet.goodput_tok_s,
    fleet.utilization,
    fleet.gpu_count,
    fleet.gpu_hours,
    fleet.cost_usd,
    fleet.draw_watt_per_gpu,
    energy.energy_kwh,
    energy.carbon_kg,
    fleet.input_month_tokens,
    fleet.output_month_tokens,
    fleet.prefill_share,
    fleet.usd_per_m_input_tokens,
    fleet.usd_per_m_output_tokens,
    fleet.usd_per_m_tokens,
    fleet.energy_kwh_per_m_tokens,
    fleet.kv_gib,
    fleet.peak_mem_gib,
)
OPEN_LOOP: Final[Chain] = (
    open_loop.request_count_per_s,
    open_loop.peak_request_count_per_s,
    open_loop.needed_count,
    open_loop.replicas,
    open_loop.copy_request_count_per_s,
    open_loop.wait_s,
    open_loop.wait_busy_share,
    open_loop.output_tok_s,
)
CLOSED_LOOP: Final[Chain] = (
    closed_loop.output_tok_s,
    closed_loop.request_count_per_s,
    closed_loop.copy_request_count_per_s,
    closed_loop.peak_request_count_per_s,
    closed_loop.backlog_wait_s,
    closed_loop.wait_s,
)
SLEEPING: Final[Chain] = (
    scale_to_zero.busy_load_ratio,
    scale_to_zero.cold_share,
    scale_to_zero.awake_share,
    scale_to_zero.paid_share,
)
APART: Final[Chain] = (
    disaggregation.prefill_count,
    disaggregation.kv_transfer_s,
    disaggregation.first_s,
)
POOLED: Final[Chain] = (
    disaggregation.prefill_busy_share,
    disaggregation.prefill_wait_share,
    disaggregation.prefill_wait_s,
    disaggregation.wait_busy_share,
)
"""Requests that come by themselves to accelerators that only read prompts."""
OWNED: Final[Chain] = (
    ownership.capital_usd_per_gpu,
    ownership.annuity_share_per_year,
    ownership.capital_usd_per_gpu_year,
    ownership.power_usd_per_gpu_year,
    ownership.hosting_usd_per_gpu_year,
    people.loaded_usd_per_person_year,
    ownership.operations_usd_per_gpu_year,
    ownership.owned_usd_per_gpu_year,
    owned_fleet.cost_usd,
)
OPEN: Final[Chain] = (*COPY, *OPEN_LOOP, *FLEET)
CLOSED: Final[Chain] = (*COPY, *CLOSED_LOOP, *FLEET)


def chain_of(*, by_itself: bool, owned: bool, sleeping: bool, apart: bool) -> Chain:
    """The chain for requests that come by themselves or so many at once, and for how the fleet is kept."""
    chain = OPEN if by_itself else CLOSED
    if apart:
        chain = replaced(chain, (*APART, *(POOLED if by_itself else ())))
    if owned:
        chain = replaced(chain, OWNED)
    return (*chain, *SLEEPING) if sleeping else chain


def replaced(chain: Iterable[Formula], others: Chain) -> Chain:
    """A chain in which formulas take the place of those of the same name."""
    names = {formula.__name__ for formula in others}
    return (*(formula for formula in chain if formula.__name__ not in names), *others)


def every_name() -> frozenset[str]:
    """Every name that any of the chains computes or asks for."""
    chains = (OPEN, CLOSED, SLEEPING, APART, POOLED, OWNED)
    return frozenset().union(*map(names_of, chains), ("ttft_target_ms", "tpot_target_ms"))
