"""What an alert says, and its signature: so that a receiver knows who wrote it, and drops what it had."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from farthing import __version__
from farthing.estimate.answer import Row
from farthing.track.budget import Standing
from farthing.track.budget_terms import Threshold
from farthing.track.webhook_target import Webhook

VERSION: Final = 1
SIGNATURE: Final = "Farthing-Signature"
_ID_LETTERS: Final = 32


@dataclass(frozen=True, slots=True)
class Alert:
    """A threshold of a budget that was reached in a period, for one receiver.

    `alert_id` is the same for the same threshold, budget, period and receiver, whoever finds it: by it the
    alert is sent once, and a receiver that gets it twice can tell.
    """

    alert_id: str
    target: Webhook
    what: str
    body: bytes


def alerts_of(found: Standing, row: Row, sentence: str, ledger: str, moment: datetime) -> Iterator[Alert]:
    """The alerts for every threshold that a budget has reached; `row` is its row of the answer."""
    for threshold in found.budget.thresholds:
        if found.is_begun and found.has_reached(threshold):
            for target in found.budget.alerts:
                name = _id(found, threshold, target, ledger)
                yield Alert(
                    name, target, _what(found, threshold), _body(name, threshold, row, sentence, moment)
                )


def signature(secret: bytes, body: bytes, moment: datetime) -> str:
    """`t=UNIX SECONDS,v1=HEX` of the HMAC-SHA256 over `t.body`, as Stripe's webhooks have it.

    >>> from datetime import UTC
    >>> signature(b"key", b"{}", datetime(2026, 1, 1, tzinfo=UTC))[:16]
    't=1767225600,v1='
    """
    second = int(moment.timestamp())
    digest = hmac.new(secret, f"{second}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={second},v1={digest}"


def _body(name: str, threshold: Threshold, row: Row, sentence: str, moment: datetime) -> bytes:
    """Version 1 of what is sent. `text` is what Slack and its like show."""
    return msgspec.json.encode({
        "version": VERSION,
        "type": "budget.threshold",
        "id": name,
        "at": moment.isoformat(timespec="seconds"),
        "text": f"Budget {sentence}",
        "threshold": {
            "of": threshold.of,
            "share": float(threshold.share),
            "kind": "hard" if threshold.is_hard else "soft",
        },
        "budget": row,
        "farthing": __version__,
    })  # fmt: skip


def _id(found: Standing, threshold: Threshold, target: Webhook, ledger: str) -> str:
    budget = found.budget
    said = (
        ledger, budget.name, budget.scope, str(budget.amount), str(found.window.since),
        str(found.window.until), str(threshold), "hard" if threshold.is_hard else "soft", target.key,
    )  # fmt: skip
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:_ID_LETTERS]


def _what(found: Standing, threshold: Threshold) -> str:
    reached = "passed" if threshold.is_hard else "reached"
    return f"{found.budget.name}: {threshold} of the limit is {reached}"
