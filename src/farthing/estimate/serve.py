"""`serve`: what it takes to serve a model to so many, within a latency, and what a month of it costs."""

from typing import Final

from farthing.estimate import bill, serve_words
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared, Said, compose, main_of
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Question
from farthing.estimate.rent import RENT
from farthing.estimate.run import evaluate
from farthing.estimate.serve_chain import CLOSED, OPEN, chain_of
from farthing.estimate.serve_choice import choose
from farthing.estimate.serve_fleets import plan_of
from farthing.estimate.serve_inputs import gather_copy, gather_extras, gather_hours, gather_money
from farthing.estimate.serve_load import gather_load, target_of
from farthing.estimate.serve_rows import rows_of
from farthing.estimate.subject import shape_of

CHAIN: Final[Chain] = CLOSED
DEMAND: Final[Chain] = OPEN
_RESULTS: Final = (
    *("output_tok_s", "ttft_ms", "tpot_ms", "e2e_ms", "batch", "kv_gib", "replicas", "gpu_count"),
    *("utilization", "goodput_tok_s", "ttft_p50_ms", "ttft_p95_ms", "ttft_p99_ms", "peak_mem_gib"),
    *("energy_kwh", "carbon_kg", "energy_kwh_per_m_tokens"),
)
_MONEY: Final = ("cost_usd", "usd_per_m_input_tokens", "usd_per_m_output_tokens", "usd_per_m_tokens")
_TARGETS: Final = ("ttft_target_ms", "tpot_target_ms")


def estimate(question: Question) -> Estimate:
    """What serving takes. Raises as `prepared` does."""
    return compose(*prepared(question))


def prepared(question: Question) -> Prepared:
    """The same with its draws.

    Raises InputError for what cannot be understood, and FarthingError with an `infeasible` problem that
    says what would do where nothing fits or meets the target.
    """
    inputs = Inputs(question)
    architecture, shaped = shape_of(question)
    asked, loaded = gather_load(inputs)
    extras = gather_extras(inputs)
    formats = serve_words.formats_of(question)
    choice = choose(question, plan_of(question, architecture, formats, (asked, target_of(question)), extras))
    plan, fleet = choice.plan, choice.fleet
    gather_copy(inputs, plan, fleet)
    paid = gather_money(inputs, fleet.setup.accelerator)
    hours = gather_hours(inputs, plan, fleet)
    owned = "owned" in question.flags
    sleeping = "paid_share" not in inputs
    chain = chain_of(by_itself=asked.by_itself, owned=owned, sleeping=sleeping, apart=extras.apart)
    wanted = (*_RESULTS, *(_MONEY if RENT in inputs or owned else ()))
    bill.assume_missing(inputs, chain, wanted)
    for name in (*_TARGETS, "accelerator_count", "params", "active_params", "pp", "ep", "concurrency_count"):
        if name in inputs:
            inputs.median(name)  # read by the search
    run = evaluate(chain, inputs, wanted)
    said = Said(
        verdict=serve_words.verdict(run, plan, fleet),
        main=main_of(run, ("cost_usd", "usd_per_m_output_tokens", "output_tok_s")),
        results=wanted,
        lines=serve_words.lines(run, owned=owned),
        rows=rows_of(question, choice, run),
        problems=(*shaped, *loaded, *choice.problems, *paid, *hours, *serve_words.warnings(run, plan, fleet)),
        beside_published=False,
    )
    return Prepared(inputs, run, said)
