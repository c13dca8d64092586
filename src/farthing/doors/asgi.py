"""One server for everything that is reached over HTTP. `farthing up` starts it by the name of `serve`."""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from farthing.app.access_tokens import Tokens
from farthing.app.asking import now
from farthing.app.ledgers import ledger_of
from farthing.app.watching import Watching
from farthing.doors.http import receiving
from farthing.doors.http.access import Access
from farthing.doors.http.application import application
from farthing.doors.http.door import Door
from farthing.doors.http.guard import allowed_hosts, is_loopback
from farthing.doors.http.limits import Limits
from farthing.doors.http.rates import Rates
from farthing.doors.http.server import address_of, bound, run

_CLOSE_S: Final = 30.0


class Receiver(receiving.Receiver, Protocol):
    """A receiver that this process starts and ends."""

    def start(self) -> None:
        """Open what is kept, and begin."""

    def close(self, timeout_s: float) -> None:
        """Take nothing more, move what waits, and end."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `farthing up` may be told. `budgets` are files that are looked at every minute."""

    host: str = "127.0.0.1"
    port: int = 8088
    ledger: str | None = None
    journal: str | None = None
    allow_hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    budgets: tuple[str, ...] = ()

    @property
    def defaults(self) -> Mapping[str, Mapping[str, object]]:
        """Options of verbs, for questions that say nothing."""
        return {"budget": {"file": list(self.budgets)}} if self.budgets else {}


def serve(settings: Settings, told: Callable[[str], None]) -> None:
    """Answer until told to stop. Raises InputError where the place cannot be listened at or kept in."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with contextlib.ExitStack() as ending:
        listening = ending.enter_context(contextlib.closing(bound(settings.host, settings.port)))
        ledger = ledger_of(settings.ledger).url
        receiver = _receiver(settings)
        receiver.start()
        ending.callback(receiver.close, _CLOSE_S)
        watching = Watching(settings.budgets, ledger)
        watching.start()
        ending.callback(watching.close, _CLOSE_S)
        door = door_of(receiver, settings, ledger)
        ending.callback(door.close)
        app = application(door, allowed_hosts(settings.host, settings.allow_hosts))
        run(app, listening, settings.limits, lambda: _say(settings, address_of(listening), ledger, told))


def door_of(receiver: receiving.Receiver, settings: Settings, ledger: str) -> Door:
    """The parts of one server."""
    access = Access(Tokens(), Rates(settings.limits.rate_per_s, time.monotonic), now)
    return Door(receiver, access, settings.limits, ledger, settings.defaults)


def _receiver(settings: Settings) -> Receiver:
    from farthing.app.live import receiver_of  # what it decodes with is wanted by a server alone

    return receiver_of(settings.ledger, settings.journal)


def _say(settings: Settings, address: str, ledger: str, told: Callable[[str], None]) -> None:
    told(f"farthing is up at {address}, ledger {ledger}")
    if not Tokens().any_hold(now()):
        told("Nobody has a token yet: farthing token create --scope write")
    if not is_loopback(settings.host):
        told(
            "Tokens travel in the clear: let a proxy with TLS stand in front when others reach this address."
        )
