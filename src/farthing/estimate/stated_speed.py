"""A speed that the question states, as the utilization it means."""

from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.units.spread import Spread


def gather_stated_speed(inputs: Inputs, chain: Chain) -> None:
    """Add the utilization that a stated speed means, so that the two cannot contradict each other."""
    if "tokens_per_s_per_gpu" not in inputs or "mfu" in inputs:
        return
    steps = plan(chain, inputs.names, ("model_flop_per_token",))
    flop = float(steps.run({name: inputs.median(name) for name in steps.inputs})["model_flop_per_token"])
    share, stated = flop / inputs.median("half_peak_flop_per_s"), inputs["tokens_per_s_per_gpu"].value
    used = stated.times(share) if isinstance(stated, Spread) else stated * share
    inputs.derive("mfu", used, "what the stated tokens_per_s_per_gpu means")
