"""How often waiting rows are moved: soon after a silence, seldom under steady traffic, at once under a flood.

Each move is a version of the ledger and a file for each of its days, whatever the number of its rows.
"""

from typing import Final

SOONEST_S: Final = 1.0
LATEST_S: Final = 5.0


def pause_s(taken: int, most: int, before_s: float) -> float:
    """Seconds to wait after a move that took so many rows of at most `most`, and waited `before_s` before it.

    >>> pause_s(20_000, 20_000, 5.0)   # more waits
    0.0
    >>> pause_s(0, 20_000, 5.0)   # nothing came
    1.0
    >>> pause_s(500, 20_000, 2.0), pause_s(500, 20_000, 4.0)
    (4.0, 5.0)
    """
    if taken >= most:
        return 0.0
    if taken == 0:
        return SOONEST_S
    return min(LATEST_S, max(SOONEST_S, 2 * before_s))
