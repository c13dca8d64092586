"""The multiples of the report's verticals: its own ratios, and the same where idle hours are paid too."""

from collections.abc import Iterator
from typing import Final

from farthing.app.stated import OWN_NUMBERS, THE_BOOK, Checked, check, over, stated, stated_range
from farthing.estimate.answer import Range
from farthing.formulas import compare

_TASKS: Final = ("compliance", "risk", "earnings", "transactions", "covenants")
_IDLE_TOO: Final = "idle hours paid"


def verticals(ends: Range) -> Iterator[Checked]:
    """Current price over tuned price, and the finance vertical's payback by its own numbers."""
    volume, month = stated("report_roi_tokens_per_day"), stated("report_roi_serving_usd")
    whole = float(compare.blended_usd_per_m_tokens(month, volume, 1.0))
    for task in _TASKS:
        now = stated_range(f"report_{task}_current_usd_per_m_tokens")
        tuned, said = (
            stated(f"report_{task}_tuned_usd_per_m_tokens"),
            stated_range(f"report_{task}_roi_multiple"),
        )
        yield check(f"{task}, times cheaper", said, _over(now, tuned), "x", OWN_NUMBERS)
        note = f"one L40S for 5M tokens a day is ${whole:.2f} a million"
        yield check(f"{task}, on an L40S of its own", said, _over(now, whole), "x", _IDLE_TOO, note)
    api, hosted, saved = (
        stated(f"report_vertical_{name}_usd_per_month") for name in ("api", "hosted", "saving")
    )
    yield check("finance, saved a month", saved, api - hosted, "USD", OWN_NUMBERS)
    first, payback = (
        stated_range("report_vertical_first_version_usd"),
        stated("report_vertical_payback_month"),
    )
    months = over(float(compare.payback_month(once, api, hosted)) for once in (first.p05, first.p95))
    note = f"${first.p05:,.0f} to ${first.p95:,.0f} over ${saved:,.0f} a month"
    yield check("finance, payback", payback, months, "months", OWN_NUMBERS, note)
    paid = over(end - hosted for end in (ends.p05, ends.p95))
    yield check(
        "finance, saved at the book's price", saved, paid, "USD", THE_BOOK, "5M tokens a day of Sonnet"
    )


def _over(now: Range, price: float) -> Range:
    return Range(*(end / price for end in (now.p05, now.p50, now.p95)))
