"""How fast a run is beside the step model: by published practice, or by steps that the user measured.

Nobody who has measured nothing knows how well their code will be tuned; published whole runs say how
it usually goes (`practice`). Whoever measured their own steps knows, for set-ups like those. So as far as
the measurements settle the speed of a step (`learned_share`, 0 to 1), they take the place of practice,
in the median and in the spread. What a run loses between steps is goodput, and no step says anything of it.
"""

from typing import Final

from farthing.estimate.calibration import Calibration
from farthing.estimate.evidence import Traits
from farthing.estimate.gather import Inputs
from farthing.estimate.own_evidence import OwnEvidence
from farthing.estimate.step_prediction import Known
from farthing.units.spread import Spread

Ground = tuple[str, tuple[str, ...]]
"""Why a number is believed, in words and by its sources."""

_PUBLIC: Final = ("measured steps like this one, relative to the step model", ("fit-training-2026",))
_OWN_EVIDENCE: Final = "{}: your steps like this one, relative to the step model, and public ones"
_SPREAD_IN_PRACTICE: Final = "; what is uncertain of it is part of practice_ratio"
_PRACTICE: Final = (
    "the steps of whole published runs, relative to a tuned step; lost time is in goodput. "
    "1 is a run as fast as a benchmark"
)
SETTLED: Final = "; your own steps settle {:.0%} of it"


def evidence_ground(
    calibration: Calibration | None, known: Known, quantity: str, public: Ground = _PUBLIC
) -> Ground:
    """What the correction of a quantity rests on: the `public` ground, and what was measured beside it."""
    if calibration is None or quantity not in known:
        return public
    return _OWN_EVIDENCE.format(calibration.source), (calibration.source, *public[1])


def learned_share(known: Known, traits: Traits) -> float:
    """How much of the speed of one step the user's own measurements settle, 0 to 1."""
    own = known.get("tokens_per_s_per_gpu")
    return float(own.learned_share(traits)[0]) if isinstance(own, OwnEvidence) else 0.0


def left_of(practice: Spread, learned: float) -> Spread:
    """What is left of practice: 1 - `learned` of the logarithm of its median and of its variance."""
    return _narrowed(practice, practice.p50 ** (1 - learned), 1 - learned)


def settle_practice(inputs: Inputs, usual: Spread, step: Spread, learned: float, ground: Ground) -> None:
    """Add `practice_ratio` and `evidence_ratio`: practice as far as nothing was measured, then the steps.

    The logarithm of practice keeps 1 - `learned` of its median and variance, that of the evidence gets
    `learned` of its variance.
    """
    note, sources = ground
    if not learned:
        inputs.derive("practice_ratio", usual, _PRACTICE, ("fit-runs-2026",))
        inputs.derive("evidence_ratio", step.p50, note + _SPREAD_IN_PRACTICE, sources)
        return
    practice = left_of(usual, learned)
    inputs.derive(
        "practice_ratio", practice, _PRACTICE + SETTLED.format(learned), ("fit-runs-2026", sources[0])
    )
    inputs.derive("evidence_ratio", _narrowed(step, step.p50, learned), note, sources)


def _narrowed(spread: Spread, median: float, share: float) -> Spread:
    """A lognormal spread with another median and that share of its variance."""
    return Spread.lognormal(median, spread.parameters[1] * share**0.5)
