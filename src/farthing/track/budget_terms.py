"""What a budget is: whose spend, how much of it, in which stretch of days, and who is told."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from farthing.track.budget_period import Period
from farthing.track.dimensions import Condition
from farthing.track.webhook_target import Webhook
from farthing.units.money import Money

Basis: TypeAlias = Literal["actual", "forecast"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of the limit: of what was spent, or of what is expected by the end of the period."""

    share: Fraction
    of: Basis = "actual"
    is_hard: bool = False

    def __str__(self) -> str:
        """As a file says it, for people and as a part of an alert's identity."""
        percent = f"{float(self.share * 100):g}%"
        return percent if self.of == "actual" else f"forecast {percent}"


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget; `where` are its conditions and `scope` how they were written."""

    name: str
    scope: str
    where: tuple[Condition, ...]
    amount: Money
    period: Period
    soft: tuple[Threshold, ...]
    hard: Threshold | None
    is_rolled_over: bool
    alerts: tuple[Webhook, ...]

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """All of them, soft ones first."""
        return self.soft if self.hard is None else (*self.soft, self.hard)
