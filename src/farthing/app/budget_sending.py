"""Alerts on their way: each is tried a few times, waits where it cannot arrive, and is sent once."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from farthing.app.asking import now as clock
from farthing.app.budget_alert import SIGNATURE, Alert, signature
from farthing.app.budget_outbox import Kept, Outbox, Turn
from farthing.app.webhook import Outcome, post
from farthing.track.webhook_target import Webhook, refusal
from farthing.units.problem import InputError, Problem

TRIES: Final = 4
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 10.0
_SLOWEST: Final = timedelta(hours=1)
_LARGEST_SECRET_BYTE: Final = 4096


@dataclass(frozen=True, slots=True)
class Told:
    """What became of alerts: how many were sent, how many still wait, and why."""

    sent: tuple[str, ...] = ()
    waiting: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """How alerts are sent. With `is_patient` (a check every minute) each waits longer from try to try."""

    outbox: Outbox
    tries: int = TRIES
    is_patient: bool = False
    pause: Callable[[float], None] = field(default=time.sleep)

    def send(self, alerts: Iterable[Alert], targets: Mapping[str, Webhook]) -> Told:
        """Keep new alerts, then send all that wait for these targets."""
        try:
            self.outbox.keep(alerts, clock())
            return self._send(targets)
        except (sqlite3.Error, OSError) as error:
            what, fix = (
                f"alerts cannot be kept ({error})",
                "look at the rights and the room of the state folder",
            )
            return Told(problems=(replace(_missing(what), where="alert", fix=fix),))

    def _send(self, targets: Mapping[str, Webhook]) -> Told:
        sent: list[str] = []
        problems: list[Problem] = []
        waiting = [one for one in self.outbox.waiting(targets) if self._is_due(one, clock())]
        for kept in waiting:
            outcome = self._deliver(kept, targets[kept.target])
            if outcome is not None and outcome.has_arrived:
                sent.append(f"{kept.what}: told {targets[kept.target].shown}")
            elif outcome is not None:
                problems.append(_undelivered(kept, outcome))
        return Told(tuple(sent), len(self.outbox.waiting(targets)), tuple(problems))

    def _is_due(self, kept: Kept, moment: datetime) -> bool:
        if moment < kept.not_before:
            return False
        rest = min(timedelta(minutes=kept.tries), _SLOWEST) if self.is_patient else timedelta()
        return moment >= kept.tried_at + rest

    def _deliver(self, kept: Kept, target: Webhook) -> Outcome | None:
        """How the last try went; None where another process had sent it."""
        outcome = None
        for turn_number in range(self.tries):
            with self.outbox.turn(kept.alert_id) as turn:
                if turn is None:
                    return outcome
                outcome = _try(turn, target)
            if outcome.has_arrived or not outcome.is_worth_another_try:
                return outcome
            wait = _wait_s(outcome, turn_number)
            if wait > _LONGEST_PAUSE_S or turn_number == self.tries - 1:
                return outcome
            self.pause(wait)
        return outcome


def _try(turn: Turn, target: Webhook) -> Outcome:
    """One try under the lock: what arrived is recorded before anybody else may look."""
    try:
        url, secret = _address(target), _secret(target)
    except InputError as error:
        turn.failed(clock(), None)
        return Outcome("; ".join(problem.what for problem in error.problems))
    moment, body = clock(), turn.alert.body
    headers = {"Idempotency-Key": turn.alert.alert_id}
    if secret is not None:
        headers[SIGNATURE] = signature(secret, body, moment)
    outcome = post(url, body, headers, moment)
    if outcome.has_arrived:
        turn.was_sent(clock())
    else:
        wait = None if outcome.wait_s is None else clock() + timedelta(seconds=outcome.wait_s)
        turn.failed(clock(), wait)
    return outcome


def _wait_s(outcome: Outcome, turn_number: int) -> float:
    """What the receiver asked for, else longer each time; spread out, so that many do not come at once."""
    if outcome.wait_s is not None:
        return outcome.wait_s
    return float(_FIRST_PAUSE_S * 2**turn_number * random.uniform(0.5, 1.5))


def _address(target: Webhook) -> str:
    url = os.environ.get(target.url_env, "") if target.url_env else target.url
    if not url:
        raise InputError([_missing(f"{target.url_env} is not set: it has the address")])
    if why := refusal(url, insecure=target.insecure):
        raise InputError([_missing(f"the address in {target.shown} cannot be used: {why[0]}")])
    return url


def _secret(target: Webhook) -> bytes | None:
    """The key to sign with; None where the file names none. Raises InputError where it is not there."""
    if target.secret_env:
        found = os.environ.get(target.secret_env, "").encode()
    elif target.secret_file:
        found = _of_file(Path(target.secret_file).expanduser())
    else:
        return None
    if not found:
        named = target.secret_env or target.secret_file
        raise InputError([_missing(f"{named} has no secret, and nothing is sent unsigned")])
    return found


def _of_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_SECRET_BYTE).strip()
    except OSError:
        return b""


def _missing(what: str) -> Problem:
    return Problem("alert-not-sent", "warning", "", what, "", "")


def _undelivered(kept: Kept, outcome: Outcome) -> Problem:
    why = "it is kept and goes out with the next check"
    return replace(_missing(f"{kept.what}, but {outcome.why}"), why=why, where="alert")
