"""What moved most against the period before."""

from dataclasses import dataclass
from fractions import Fraction

from farthing.track.account import Account
from farthing.track.spent import Key

MOST = 5


@dataclass(frozen=True, slots=True)
class Mover:
    """A group, what it cost before and what it costs now, in dollars."""

    key: Key
    before_usd: Fraction
    now_usd: Fraction

    @property
    def change_usd(self) -> Fraction:
        """How much dearer it became; negative where it became cheaper."""
        return self.now_usd - self.before_usd


def movers(now: Account, before: Account, most: int = MOST) -> list[Mover]:
    """The groups whose cost changed most, the largest change first; those that stood still left out."""
    keys = dict.fromkeys((*now.usd, *before.usd))
    found = [Mover(key, before.usd.get(key, Fraction(0)), now.usd.get(key, Fraction(0))) for key in keys]
    moved = [one for one in found if one.change_usd]
    return sorted(moved, key=lambda one: (-abs(one.change_usd), one.key))[:most]
