"""The thread that looks at budgets every minute, for as long as a receiver runs."""

import logging
import threading
from collections.abc import Sequence
from typing import Final

from farthing.app.asking import now
from farthing.app.budget_watch import check
from farthing.units.problem import FarthingError, Problem

_LOG: Final = logging.getLogger("farthing.budgets")
EVERY_S: Final = 60.0


class Watching:
    """Looks at the budgets of some files and tells of thresholds that were reached.

    A file that cannot be used is an InputError at once; what goes wrong later is logged, and tried again.
    """

    def __init__(self, files: Sequence[str], ledger: str, every_s: float = EVERY_S) -> None:
        self._files, self._ledger, self._every_s = tuple(files), ledger, every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="farthing-budgets", daemon=True)
        self._said: Problem | None = None

    def start(self) -> None:
        """Look once, and then every minute. Raises InputError for a file that cannot be used."""
        if self._files:
            self._look()
            self._thread.start()

    def close(self, timeout_s: float) -> None:
        """Look no more."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._ending.wait(self._every_s):
            try:
                self._look()
            except FarthingError as error:
                self._say(error.problems[0])
            except Exception:  # noqa: BLE001, the thread must outlive our own mistakes
                _LOG.exception("budgets could not be looked at")
            else:
                self._said = None

    def _look(self) -> None:
        check(self._files, now(), ledger=self._ledger)

    def _say(self, problem: Problem) -> None:
        """Log what is wrong, once for as long as it stays the same."""
        if problem != self._said:
            _LOG.warning("%s", problem)
        self._said = problem
