"""Results out of the ledger explained: they come from counts and prices, not from a chain of formulas."""

from collections.abc import Mapping
from typing import Final

from farthing.app.explain import Explanation, Part
from farthing.app.field import Field
from farthing.app.fields_ledger import LEDGERED
from farthing.app.reading import resolve_name
from farthing.estimate.answer import Estimate

_FIELDS: Final[tuple[Field, ...]] = LEDGERED
_BASIS: Final = "added up from the ledger"
_FORECAST: Final = "carried on from the ledger"
_EVERY_INPUT: Final = "input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens"
_PRICED: Final = (
    "Every count of every event times its rate at that moment, in the price book of its month; what a "
    "provider charged where no book has a price. Exact: nothing is rounded on the way."
)
_BILLED: Final = (
    "Bills: effective cost where a bill tells it, else billed cost; tokens that events count are left out."
)
_MEANING: Final[Mapping[str, tuple[str, str]]] = {
    "total_usd": ("Usage at the prices of its days, and bills beside it.", "usage_usd + charges_usd"),
    "usage_usd": (_PRICED, ""),
    "charges_usd": (_BILLED, ""),
    "events": ("Records of usage in the ledger that the question means.", ""),
    "requests": ("Requests that those events stand for: reports add several up in one record.", ""),
    "unpriced_events": ("Events of which something has no price: the total is at least what is said.", ""),
    "cost_per_request_usd": ("What a request cost on average.", "usage_usd / requests"),
    "cache_hit_share": (
        "The share of all input tokens that were read from a cache.",
        f"cache_read_tokens / ({_EVERY_INPUT})",
    ),
    "previous_usd": ("The same of as many days before.", ""),
    "change_share": ("How much dearer it became.", "(total_usd - previous_usd) / previous_usd"),
    "before_usd": ("What the events cost with the price books that their months are pinned to.", ""),
    "after_usd": ("What they cost with the other prices; closed months keep theirs.", ""),
    "change_usd": ("The difference that other prices make.", "after_usd - before_usd"),
    "spent_usd": ("Usage and bills of the periods of all budgets so far; each budget counts its own.", ""),
    "limit_usd": ("What may be spent in those periods, in dollars at the rate of the day.", ""),
    "spent_share": ("How much of the limits was spent.", "spent_usd / limit_usd"),
    "exhausted_on": ("The first day on which more than a limit is spent, from the day asked for on.", ""),
    "direct_usd": ("What is in no pool: it goes to whom its events and bill lines name.", ""),
    "shared_usd": ("What pools give to those who share them, idle cost apart.", ""),
    "idle_usd": ("What was paid and not used.", ""),
    "ledger_usd": ("What the ledger has of it: usage at the prices of its days, and bills.", ""),
    "stated_usd": ("What the file of rules states besides the ledger.", ""),
    "calculated_usd": ("What the events come to of the providers and days that the bill is about.", ""),
    "billed_usd": ("What the bill asks, in dollars at the dated rate, with taxes and credits.", ""),
    "report_usd": ("What the provider's own report asks.", ""),
    "variance_usd": ("The difference, of which the rows are the causes.", "billed_usd - calculated_usd"),
    "unexplained_usd": ("The part of the difference that no cause accounts for.", ""),
    "lines": ("Lines of the bill.", ""),
    "read": ("Records that were read.", "stored + duplicate + set_aside"),
    "stored": ("Records that are new in the ledger.", ""),
    "duplicate": ("Records that were there already, or came more than once.", ""),
    "set_aside": ("Records that cannot be used; each is named with its reason.", ""),
    "forecast_usd": ("What will be spent until the horizon, or in all of a budget's period.", ""),
    "low_80_usd": ("One time in ten it is less.", ""),
    "high_80_usd": ("One time in ten it is more.", ""),
    "wape": ("Sum of absolute errors over the sum of spend, of forecasts made at moments of the past.", ""),
    "coverage_80": ("The share of what then happened that lay within the 80% range; 80% is right.", ""),
    "anomalies": ("Stretches that cost more than the past before them let expect, one for each cause.", ""),
    "excess_usd": ("How much more than expected they cost.", ""),
    "rows_written": ("Rows of the file that was written.", ""),
}  # fmt: skip


def meanings(answer: Estimate) -> list[tuple[str, str]]:
    """What the results of an answer are, by their names; an equation stands before what it means."""
    known = [(name, _MEANING[name]) for name in answer.results if name in _MEANING]
    return [(name, f"{equation}: {meaning}" if equation else meaning) for name, (meaning, equation) in known]


def explain_result(word: str, answer: Estimate) -> Explanation:
    """Explain a result of an answer out of the ledger. Raises InputError with the nearest names."""
    name = resolve_name(word, list(answer.results), _FIELDS, "why")
    meaning, equation = _MEANING.get(name, ("A sum over the events that the question means.", ""))
    result = answer.results[name]
    parts = [one for one in answer.results if one != name and one in equation.replace("(", " ").split()]
    return Explanation(
        name=name,
        value=result,
        unit=result.unit,
        basis=_FORECAST if answer.verb == "forecast" else _BASIS,
        meaning=meaning,
        equation=equation,
        formula="",
        parts=tuple(
            Part(one, answer.results[one], answer.results[one].unit, "added up from the ledger")
            for one in parts
        ),
        used_by=(),
        note=f"Exactly {result.exact} {result.unit}." if result.exact else "",
        confidence=None,
        share=None,
        sources=answer.sources,
        answer=answer.verdict,
        as_of=answer.as_of,
    )
