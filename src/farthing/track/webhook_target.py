"""Where an alert goes: an address that people write, with a secret that they do not."""

import hashlib
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from farthing.catalog.entries import Place
from farthing.catalog.facts import Entry
from farthing.track.written_file import Slips
from farthing.units.problem import quoted

_LOCAL: Final = "localhost"


class AlertEntry(Entry, frozen=True, kw_only=True):
    """What a file says of an alert: an address, or the variable that holds it, and where its secret is."""

    webhook: str = ""
    webhook_env: str = ""
    secret_env: str = ""
    secret_file: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address, or the environment variable that has it; the secret is in a variable or a file."""

    url: str = ""
    url_env: str = ""
    secret_env: str = ""
    secret_file: str = ""
    insecure: bool = False

    @property
    def key(self) -> str:
        """What tells this target from others, without saying where it is: addresses can be secrets."""
        said = "\n".join((self.url, self.url_env))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def shown(self) -> str:
        """The target as it may be printed: the host alone."""
        return f"${self.url_env}" if self.url_env else host_of(self.url)


def read_webhook(entry: AlertEntry, place: Place, keys: tuple[str | int, ...], slips: Slips) -> Webhook:
    """The target that an entry means; what is wrong with it goes to `slips`."""
    if bool(entry.webhook) == bool(entry.webhook_env):
        fix = "write webhook: https://..., or webhook_env: NAME where the address itself is a secret"
        slips.say(place.at(*keys), "an alert needs one address", "", fix)
    elif entry.webhook and (why := refusal(entry.webhook, insecure=entry.insecure)):
        slips.say(place.at(*keys, "webhook"), f"{quoted(host_of(entry.webhook))} cannot be told", *why)
    if entry.secret_env and entry.secret_file:
        slips.say(place.at(*keys), "secret_env and secret_file are both given", "", "keep one of them")
    return Webhook(entry.webhook, entry.webhook_env, entry.secret_env, entry.secret_file, entry.insecure)


def refusal(url: str, *, insecure: bool) -> tuple[str, str] | None:
    """Why an address cannot be used, and what to do; None where it can."""
    parts = _parts(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "it is no address of a web server", "write https://HOST/PATH"
    if parts.username or parts.password:
        return "it holds a name or a password", "use secret_env: what is sent is signed with it"
    if parts.scheme == "http" and not insecure and not _is_loopback(parts.hostname):
        return "without https others can read and change what is sent", "write https, or insecure: true"
    return None


def host_of(url: str) -> str:
    """The host of an address as it may be printed, its path being left out: it may be a secret."""
    parts = _parts(url)
    if parts is None or not parts.hostname:
        return "(no host)"
    return parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is said only here
    except ValueError:
        return None
    return None if any(not sign.isprintable() or sign.isspace() for sign in url) else parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == _LOCAL
