"""Budgets looked at again and again by a process that runs on: alerts go out when a threshold is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from farthing.app.asking import ask
from farthing.app.budget import look
from farthing.app.budget_outbox import Outbox
from farthing.app.budget_sending import Sender, Told
from farthing.app.state import folder
from farthing.estimate.answer import Estimate
from farthing.units.problem import InputError


@dataclass(frozen=True, slots=True)
class Checked:
    """Where budgets stand, and what became of their alerts. `answer` is None while nothing is known yet."""

    answer: Estimate | None
    told: Told


def check(files: Sequence[str], now: datetime, *, ledger: str | None = None) -> Checked:
    """Look at the budgets of some files at a moment, and tell what is due: each alert is tried once.

    What does not arrive is kept and tried at later checks, less and less often, down to once an hour. An
    empty ledger is no mistake here. It waits for receivers, ten seconds for each alert at most: call it
    where that holds up nobody, one check after the other. Raises InputError for a file that cannot be used.
    """
    asked = ask("budget", {"file": list(files), "ledger": ledger, "as_of": now.date().isoformat()})
    try:
        looked = look(asked, now)
    except InputError as error:
        if any(problem.code == "empty-ledger" for problem in error.problems):
            return Checked(None, Told())
        raise
    sender = Sender(Outbox(folder()), tries=1, is_patient=True)
    return Checked(looked.answer, sender.send(looked.alerts, looked.targets))
