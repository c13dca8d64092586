"""`spend --against SCENARIO`: what was estimated beside what it came to, line by line, and what drifted."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple

from farthing.app.asking import ask
from farthing.app.field import Field
from farthing.app.fields import COMMON, VERBS
from farthing.app.scenario import read_scenario, read_text
from farthing.app.spend_rows import amount
from farthing.catalog.document import parse
from farthing.estimate.answer import Estimate, Line, Range, Row
from farthing.track.account import Account, Accounts, cache_hit_share
from farthing.track.dimensions import Window
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

DEFAULT_VERB: Final = "tokens"
ESTIMATES: Final = ("tokens", "serve", "train", "finetune")
_TOTALS: Final = ("train", "finetune")  # their cost is of a whole run, that of the others of a month
_MONTH_H: Final = 730
_DAY_H: Final = 24
_HOUR_MS: Final = 3_600_000
_MILLION: Final = 1_000_000
_ASSUMED: Final[Mapping[str, str]] = {
    "request_count_per_day": "requests_per_day",
    "own_input_tokens": "input_tokens_per_request",
    "prompt_tokens": "input_tokens_per_request",
    "answer_tokens": "output_tokens_per_request",
    "cached_share": "cached_share",
    "rent_usd_per_gpu_hour": "usd_per_gpu_hour",
}


class Drift(NamedTuple):
    """A quantity, what was estimated, and what it came to."""

    name: str
    unit: str
    estimated: Range
    actual: float

    @property
    def verdict(self) -> str:
        """Whether it came out within the central 90 % of the estimate."""
        if self.estimated.p05 <= self.actual <= self.estimated.p95:
            return "as estimated"
        above = self.actual > self.estimated.p95
        if not self.estimated.p50:
            return "above" if above else "below"
        return f"{self.actual / self.estimated.p50 - 1:+.0%}"


def estimate_of(path: str) -> Estimate:
    """The estimate of a scenario file, whose key `verb` says which. Raises InputError."""
    verb = _verb(path)
    fields = (Field("verb", "word", "which estimate"), *VERBS[verb], *COMMON)
    options = read_scenario(path, fields, "--against")
    options.pop("verb", None)
    answer: Callable[..., Estimate] = import_module(f"farthing.app.{verb}").answer
    return answer(ask(verb, options))


def drifts(estimate: Estimate, found: Account, accounts: Accounts, window: Window) -> list[Drift]:
    """Every quantity that the estimate speaks of and the ledger knows, money first."""
    actual = dict(_actual(estimate.verb, found, _days(accounts, window)))
    said: dict[str, tuple[str, Range]] = {
        name: (result.unit, result) for name, result in estimate.results.items()
    }
    said |= {
        _ASSUMED[item.name]: (item.unit, item.value) for item in estimate.assumptions if item.name in _ASSUMED
    }
    return [
        Drift(name, said[name][0], Range(said[name][1].p05, said[name][1].p50, said[name][1].p95), value)
        for name, value in actual.items()
        if name in said
    ]


def rows_of(found: list[Drift]) -> list[Row]:
    """The comparison as a table."""
    return [
        {
            "quantity": one.name,
            "unit": one.unit,
            "estimated_p05": one.estimated.p05,
            "estimated": one.estimated.p50,
            "estimated_p95": one.estimated.p95,
            "actual": one.actual,
            "verdict": one.verdict,
        }
        for one in found
    ]


def lines_of(found: list[Drift]) -> list[Line]:
    """What the difference in money is made of; the parts add up to it."""
    by_name = {one.name: one for one in found}
    per_day = by_name.get("cost_per_day_usd")
    requests, tokens = by_name.get("requests_per_day"), by_name.get("tokens_per_day")
    if per_day is not None and requests is not None and tokens is not None:
        return list(_by_requests(per_day, requests, tokens))
    total, hours = by_name.get("cost_usd"), by_name.get("gpu_hours")
    if total is not None and hours is not None and hours.estimated.p50:
        rate = total.estimated.p50 / hours.estimated.p50
        more = (hours.actual - hours.estimated.p50) * rate
        rest = total.actual - total.estimated.p50 - more
        return [_part("accelerator-hours", more, hours), _part("price of an hour, and what is beside", rest)]
    return []


def _by_requests(per_day: Drift, requests: Drift, tokens: Drift) -> Iterator[Line]:
    """A day's difference by the number of requests, their size, and the price of a token."""
    each = per_day.estimated.p50 / requests.estimated.p50 if requests.estimated.p50 else 0.0
    size = tokens.estimated.p50 / requests.estimated.p50 if requests.estimated.p50 else 0.0
    sized = tokens.actual / requests.actual if requests.actual else 0.0
    volume = (requests.actual - requests.estimated.p50) * each
    length = requests.actual * each * (sized / size - 1) if size else 0.0
    rest = per_day.actual - per_day.estimated.p50 - volume - length
    yield _part("number of requests", volume, requests)
    yield _part("tokens of a request", length)
    yield _part("price of a token: models, tiers, caching", rest)


def _part(what: str, usd: float, drift: Drift | None = None) -> Line:
    basis = f"{drift.estimated.p50:,.6g} became {drift.actual:,.6g}" if drift is not None else ""
    return Line(f"Drift: {what}", "track.drift", amount(Fraction(usd)), basis=basis)


def _actual(verb: str, found: Account, days: int) -> Iterator[tuple[str, float]]:
    total, counts = found.spent, found.spent.counts
    usd = float(found.total_usd)
    requests = counts.get("requests", 0)
    read = sum(counts.get(column, 0) for column in (
        "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"))  # fmt: skip
    written = counts.get("output_tokens", 0)
    yield "cost_usd", usd if verb in _TOTALS else usd / days * _MONTH_H / _DAY_H
    yield "cost_per_day_usd", usd / days
    yield "requests_per_day", requests / days
    yield "tokens_per_day", (read + written) / days
    if requests:
        yield "cost_per_request_usd", float(total.usd / requests)
        yield "input_tokens_per_request", read / requests
        yield "output_tokens_per_request", written / requests
    if (hit := cache_hit_share(counts)) is not None:
        yield "cached_share", float(hit)
    if read + written:
        yield "usd_per_m_tokens", usd / (read + written) * _MILLION
    if hours := counts.get("gpu_ms", 0) / _HOUR_MS:
        yield "gpu_hours", hours
        yield "usd_per_gpu_hour", usd / hours
        yield "wall_clock_days", float(days)


def _days(accounts: Accounts, window: Window) -> int:
    """Calendar days of the window, as far as the ledger goes."""
    held = [day for day in accounts.days if window.has(day)]
    if not held:
        return 1
    first = held[0] if window.since is None else window.since
    last = held[-1] if window.until is None else window.until - timedelta(days=1)
    return max(1, (last - first).days + 1)


def _verb(path: str) -> str:
    document = parse(read_text(path, "--against"), Path(path).name)
    if document.problems:
        raise InputError(document.problems)
    verb = str(document.value.get("verb", DEFAULT_VERB)) if isinstance(document.value, dict) else DEFAULT_VERB
    if verb not in ESTIMATES:
        what = f"{quoted(verb)} is no estimate that a ledger can be held against"
        fix = did_you_mean(verb, ESTIMATES) or f"It is one of {', '.join(ESTIMATES)}."
        raise InputError([Problem("not-a-choice", "error", f"{Path(path).name}: verb", what, "", fix)])
    return verb
