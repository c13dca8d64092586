"""Public sources taken as users: what is known without one, and what it measured.

Every source with at least MOST rows is taken out of the fit of the constants and out of the evidence, as if
it were somebody who measures steps that nobody has seen. Only the scales of the public evidence, fifteen
numbers, have seen it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import fit_finetuning
import fit_serving
import fit_training
import numpy as np
from fit_training import covering

from farthing.estimate import finetune_steps, steps
from farthing.estimate.own_evidence import TERMS, OwnEvidence, robust_precision, scatter, user_covariance
from farthing.estimate.serving_evidence import serving_traits
from farthing.estimate.serving_prediction import QUANTITIES as SERVED
from farthing.estimate.step_kinds import MEMORY, QUANTITIES, SPEED
from farthing.estimate.step_prediction import scales
from farthing.units.types import FloatArray

LEAST_ROWS = 10
GIVEN = 5
_NOTHING = dict.fromkeys(TERMS, 0.0)
_SCALES = {
    ("training", SPEED): "evidence",
    ("training", MEMORY): "memory_evidence",
    ("finetune", SPEED): "finetune_evidence",
    ("finetune", MEMORY): "finetune_memory_evidence",
}
_WHAT = {SPEED: "tokens_per_s", MEMORY: "mem_gib"}


@dataclass(frozen=True)
class PseudoUser:
    """A source that nothing public has seen. `own` has its rows with no scale of a user's yet."""

    kind: str
    source: str
    quantity: str
    own: OwnEvidence

    @property
    def name(self) -> str:
        """The user as tables name it."""
        what = {SPEED: "speed", MEMORY: "memory"}.get(self.quantity, self.quantity)
        return f"{self.kind} {what}: {self.source}"

    def between(self, scale: Mapping[str, float]) -> FloatArray:
        """Covariance of the user's rows that public evidence leaves."""
        return self.own.between + user_covariance(self.own.traits, self.own.traits, scale)

    def predicted(
        self, scale: Mapping[str, float], given: FloatArray, rest: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Error left (logarithm) and standard deviation on the rest of the rows, some of them given."""
        public, left = self.own.public.scale, self.own.left
        every = self.between(scale)
        toward = every[np.ix_(rest, given)]
        known = every[np.ix_(given, given)]
        precision = robust_precision(self.own.public, self.own.traits.take(given), left[given], known)
        mean = toward @ (precision @ left[given])
        variance = np.diag(every)[rest] - ((toward @ precision) * toward).sum(1)
        noise = public["interval_noise_sd"] ** 2 + scatter(left[given], known, public["noise_sd"])
        return left[rest] - mean, np.sqrt(np.maximum(variance, 0) + noise)

    def draws(self, count: int, given: int = GIVEN, seed: int = 0) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Random choices of rows to give, each with the rows that are left."""
        random = np.random.default_rng(seed)
        size = len(self.own.log_ratio)
        for _ in range(count):
            order = random.permutation(size)
            yield order[:given], order[given:]


def pseudo_users() -> list[PseudoUser]:
    """Every source of steps with enough rows, by kind and quantity."""
    return [*_training(), *_finetune()]


def serving_users() -> list[PseudoUser]:
    """Every source of servings with enough rows, by quantity."""
    known = np.array(fit_serving.measurements(), dtype=object)
    sources = np.array([each.setup.engine.source.partition(":")[0] for each in known])
    found = []
    for source in _large(sources):
        constants, _ = fit_serving.fit_constants(known[sources != source])
        for name in SERVED:
            have = np.array([np.isfinite(getattr(each, name)) for each in known])
            if (have & (sources == source)).sum() >= LEAST_ROWS:
                seen, own = known[have & (sources != source)], known[have & (sources == source)]
                public = fit_serving.evidence(name, seen, constants)
                measured = np.array([getattr(each, name) for each in own])
                ratio = np.log(measured / fit_serving.modelled(own, constants)[name])
                traits = serving_traits([each.setup for each in own])
                found.append(
                    PseudoUser("serving", source, name, OwnEvidence(public, traits, ratio, _NOTHING))
                )
    return found


def _training() -> Iterator[PseudoUser]:
    data = fit_training.published()
    family = data.traits.family
    for source in _large(data.traits.family):
        seen, out = data.take(family != source), data.take(family == source)
        constants, _ = fit_training.fit(seen)
        for quantity in QUANTITIES:
            what = "speed" if quantity == SPEED else "memory"
            measured = out.speed if quantity == SPEED else out.memory
            known = out.take(np.isfinite(measured) & ((out.extra_sd == 0) | (quantity == MEMORY)))
            if len(known.rows) >= LEAST_ROWS:
                scale = scales(_SCALES["training", quantity])
                plain = fit_training.evidence(seen, constants, what, scale)
                modelled = steps.physics([row.setup for row in known.rows], constants)
                values = (
                    known.speed / modelled.tokens_per_s
                    if what == "speed"
                    else known.memory / modelled.mem_gib
                )
                yield _user("training", source, quantity, plain, known.traits, values)


def _finetune() -> Iterator[PseudoUser]:
    data = fit_finetuning.published()
    family = np.array([row.setup.software.family for row in data.rows])
    for source in _large(family):
        seen, out = data.take(family != source), data.take(family == source)
        constants, _ = fit_finetuning.fit(seen)
        for quantity in QUANTITIES:
            known = out.having(_WHAT[quantity])
            if len(known.rows) >= LEAST_ROWS:
                scale = scales(_SCALES["finetune", quantity])
                plain = fit_finetuning.evidence(seen, _WHAT[quantity], constants, scale)
                every = {**finetune_steps.constants(), **constants}
                values = known.measured(_WHAT[quantity]) / known.modelled(_WHAT[quantity], every)
                yield _user("finetune", source, quantity, plain, known.traits, values)


def _user(kind, source, quantity, plain, traits, values) -> PseudoUser:  # noqa: ANN001
    known = plain.robust()
    noise = covering(known, plain.noise_sd <= plain.scale["noise_sd"])
    public = replace(known, scale=known.scale | {"interval_noise_sd": noise})
    return PseudoUser(kind, source, quantity, OwnEvidence(public, traits, np.log(values), _NOTHING))


def _large(sources: FloatArray) -> list[str]:
    return [name for name in sorted(set(sources)) if name and (sources == name).sum() >= LEAST_ROWS]
