"""What the report says of hosting: dollars a million tokens, tokens a second, the break-even with an API."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from farthing.app.compare import compare as compared
from farthing.app.stated import THE_BOOK, Checked, check, over, stated
from farthing.app.tokens import tokens
from farthing.catalog import find, rental
from farthing.catalog.facts import Term
from farthing.catalog.load import catalog
from farthing.estimate.answer import Range
from farthing.estimate.serve_load import Asked, Target
from farthing.estimate.serve_search import Extras, Layouts
from farthing.estimate.serving_row import setup_of
from farthing.estimate.serving_setup import WEIGHT_BYTE, ServingSetup
from farthing.estimate.serving_steps import physics
from farthing.formulas import compare
from farthing.units.normal import Z95
from farthing.units.spread import Spread

THE_MODEL: Final = "the serving model"
_IN, _OUT = 750.0, 250.0
_YEAR: Final = 365
_THOUSAND: Final = 1000
_DRAWS: Final = 2048


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model on one accelerator, how it is rented, the format of its weights."""

    model: str
    accelerator: str
    term: Term = "on_demand"
    weights: str = "bf16"


L40S_14B: Final = Deployment("qwen2.5-14b", "l40s", weights="fp8")
_DEPLOYED: Final[Mapping[str, Deployment]] = {
    "self_hosted_7b_h100": Deployment("qwen2.5-7b", "h100-sxm", "spot", "fp8"),
    "self_hosted_7b_l40s": Deployment("qwen2.5-7b", "l40s", weights="fp8"),
    "self_hosted_14b_a100": Deployment("qwen2.5-14b", "a100-sxm-80gb"),
}
_MEASURED: Final[Mapping[str, Deployment]] = {
    "7b_l40s": Deployment("qwen2.5-7b", "l40s"),
    "8b_h100": Deployment("llama-3.1-8b", "h100-sxm"),
    "14b_a100": Deployment("qwen2.5-14b", "a100-sxm-80gb"),
    "32b_a100": Deployment("qwen2.5-32b", "a100-sxm-80gb"),
}
_BOUGHT: Final[Mapping[str, str]] = {
    "flash_lite": "google/gemini-2.0-flash-lite",
    "gpt_4o_mini": "gpt-4o-mini",
    "deepseek_v3": "deepseek/deepseek-chat",
    "claude_sonnet": "claude-sonnet-4",
}
_FORMATS: Final = ("bf16", "fp8", "int4")


class Format(msgspec.Struct, frozen=True):
    """A 14B model on one L40S with weights of a format: their size, the room left, the speed, its price."""

    weights: str
    weight_gib: float
    requests_at_once: float
    output_tokens_per_s: Range
    usd_per_m_tokens: Range


def deployments(day: date) -> Iterator[Checked]:
    """Dollars a million tokens: own accelerators at full use, APIs by the book's price of input."""
    for name, each in _DEPLOYED.items():
        found = price_at_full_use(each, day)
        note = f"{each.term.replace('_', ' ')}, never idle, {_IN:.0f} tokens in and {_OUT:.0f} out"
        yield check(_title(each), stated(f"report_{name}_usd_per_m_tokens"), found, "USD", THE_MODEL, note)
    for name, model in _BOUGHT.items():
        price = _price(model, day, read=True)
        yield check(f"{model}, input", stated(f"report_{name}_usd_per_m_tokens"), price, "USD", THE_BOOK)


def throughput(_: date) -> Iterator[Checked]:
    """Tokens a second of one accelerator, all requests together."""
    for name, each in _MEASURED.items():
        said = stated(f"report_vllm_{name}_output_tokens_per_s")
        note = f"written tokens at full load, {_IN:.0f} in and {_OUT:.0f} out"
        yield check(_title(each), said, _written(each), "tokens/s", THE_MODEL, note)


def breakeven(day: date) -> Iterator[Checked]:
    """From how many tokens a day on one L40S is cheaper than Sonnet."""
    said, month = stated("report_breakeven_tokens_per_day"), stated("report_roi_serving_usd")
    prices = sonnet_prices(day)
    found = over(float(compare.breakeven_usd_tokens_per_day(month, usd)) for usd in prices)
    note = f"${month:,.0f} a month / (730 / 24 days) / ${min(prices):g} to ${max(prices):g} a million"
    yield check("break-even, one L40S alone", said, found, "tokens/day", THE_BOOK, note)
    yearly = over(said * _YEAR * usd / 1e6 for usd in prices)
    note = f"2M a day · {_YEAR} days · ${min(prices):g} to ${max(prices):g} a million"
    yield check(
        "2M a day by API, a year", stated("report_breakeven_api_usd_per_year"), yearly, "USD", THE_BOOK, note
    )
    answer = compared(
        option=["api:claude-sonnet-4", f"self:qwen2.5-14b@l40s*1[rate=${month / 730:.6f}/h]"],
        input=_IN, output=_OUT, requests="5k/day", as_of=day.isoformat(), draws=_DRAWS,
    )  # fmt: skip
    result = answer.results["breakeven_tokens_per_day"]
    found = Range(result.p05, result.p50, result.p95)
    note = "with a second one in reserve and hours of care"
    yield check("break-even, by farthing compare", said, found, "tokens/day", THE_MODEL, note)
    ratio = over(usd / price_at_full_use(L40S_14B, day).p50 for usd in prices)
    yield check(
        "cheaper beyond it, times", Range(10, 22, 50), ratio, "x", THE_MODEL, "at full use, never idle"
    )


def formats(day: date) -> Iterator[Format]:
    """What weights of fewer bits do to a 14B on one L40S."""
    for weights in _FORMATS:
        each = Deployment(L40S_14B.model, L40S_14B.accelerator, weights=weights)
        setup = _setup(each)
        stored = setup.architecture.count("params") * WEIGHT_BYTE[weights] / 2**30
        room = float(physics([setup]).most_sequences[0])
        yield Format(weights, stored, math.floor(room), _written(each), price_at_full_use(each, day))


def price_at_full_use(each: Deployment, day: date) -> Range:
    """Dollars a million tokens, read and written, where the accelerator never idles."""
    rent = rental.rent(catalog(), find.found_accelerator(each.accelerator).id, day, "neocloud", each.term)
    spread = rent.usd_per_gpu_hour
    middle = spread.p50 if isinstance(spread, Spread) else float(spread)
    wide = math.log(spread.p95 / spread.p05) / (2 * Z95) if isinstance(spread, Spread) else 0.0
    speed = full_speed(each)
    log_sd = math.hypot(wide, math.log(speed.p95 / speed.p05) / (2 * Z95))
    price = middle / 3600 / speed.p50 * 1e6
    return Range(price * math.exp(-Z95 * log_sd), price, price * math.exp(Z95 * log_sd))


def full_speed(each: Deployment) -> Range:
    """Tokens a second, read and written, of one accelerator at full load."""
    written = _written(each)
    return Range(*(end * (_IN + _OUT) / _OUT for end in (written.p05, written.p50, written.p95)))


def sonnet_prices(day: date) -> tuple[float, float]:
    """Dollars a million tokens of Sonnet's input and output on a day."""
    return _price("claude-sonnet-4", day, read=True), _price("claude-sonnet-4", day, read=False)


def _price(model: str, day: date, *, read: bool) -> float:
    """Dollars a million tokens in, or out, in requests of a thousand."""
    sizes = (_THOUSAND, 0) if read else (0, _THOUSAND)
    found = tokens(model=model, input=sizes[0], output=sizes[1], requests=1, as_of=day.isoformat())
    return found.results["usd_per_m_tokens"].p50


@lru_cache(maxsize=32)
def _written(each: Deployment) -> Range:
    """Tokens written a second at the most requests that memory holds."""
    asked = Asked("rate", _IN, _OUT)
    copy = Layouts((_setup(each),), asked, Target(), Extras())
    middle, log_sd = float(copy.told(copy.throughput(copy.limit))[0]), copy.log_sd(0)["tpot_ms"]
    return Range(middle * math.exp(-Z95 * log_sd), middle, middle * math.exp(Z95 * log_sd))


def _setup(each: Deployment) -> ServingSetup:
    return setup_of({
        "model": each.model, "accelerator": each.accelerator, "n_accelerators": "1", "tp": "1",
        "input_len": f"{_IN:.0f}", "output_len": f"{_OUT:.0f}", "engine": "vllm",
        "weight_precision": each.weights,
    })  # fmt: skip


def _title(each: Deployment) -> str:
    return f"{each.model}, {each.accelerator}, {each.weights}"
