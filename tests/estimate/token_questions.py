"""Questions to `tokens` that tests ask: one request a day on a fixed date, with few draws."""

from farthing.app.tokens import tokens
from farthing.estimate.answer import Estimate

SONNET = "claude-sonnet-4-5"


def ask(model, **options) -> Estimate:
    options.setdefault("requests", 1)
    options.setdefault("draws", 256)
    if "at" not in options:
        options.setdefault("as_of", "2026-11-20")
    return tokens(model=model, **options)


def exact(model, name="cost_per_request_usd", **options):
    return ask(model, **options).results[name].exact


def codes(answer):
    return [problem.code for problem in answer.problems]
