"""How often each token may ask: a bucket that fills evenly and holds one second's worth."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


class Rates:
    """Buckets by token. `clock` gives seconds that never go back."""

    def __init__(self, rate_per_s: float, clock: Callable[[], float]) -> None:
        self._rate_per_s = rate_per_s
        self._most = max(1.0, rate_per_s)
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, holder: str) -> float:
        """Take one; 0 where there was one, else the seconds until there is."""
        now_s = self._clock()
        bucket = self._buckets.setdefault(holder, _Bucket(self._most, now_s))
        bucket.left = min(self._most, bucket.left + (now_s - bucket.at_s) * self._rate_per_s)
        bucket.at_s = now_s
        if bucket.left >= 1:
            bucket.left -= 1
            return 0.0
        return (1 - bucket.left) / self._rate_per_s
