"""How many requests a second a rival prices; run by an interpreter that has it installed.

Prints one JSON object: rows priced, rows a second by the processor's time, seconds from the import
to the first price. What the rival wants to be given is made beforehand and not timed.

python benchmarks/pricing_rival.py genai-prices|litellm ROWS.json
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

CONTEXT = {
    "standard": None,
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
}
Call = Callable[[], object]


def genai_calls(rows: list[dict]) -> Iterator[Call]:
    """`genai_prices.calc_price` of each row."""
    from genai_prices import Usage, calc_price

    for row in rows:
        usage = Usage(
            input_tokens=row["input"] + row["cache_read"] + row["cache_write_5m"],
            cache_read_tokens=row["cache_read"],
            cache_write_tokens=row["cache_write_5m"],
            output_tokens=row["output"] + row["reasoning"],
        )
        known = {"provider_id": row["provider"], "price_context": CONTEXT[row["tier"]]}
        at = datetime.fromisoformat(row["at"])
        yield lambda usage=usage, row=row, at=at, known=known: calc_price(
            usage, row["model"], genai_request_timestamp=at, **known
        )


def litellm_calls(rows: list[dict]) -> Iterator[Call]:
    """`litellm.cost_per_token` of each row; tiers by name where it knows them."""
    from litellm import cost_per_token

    for row in rows:
        known = {
            "model": row["model"],
            "custom_llm_provider": {"x-ai": "xai", "google": "gemini"}.get(row["provider"], row["provider"]),
            "prompt_tokens": row["input"] + row["cache_read"] + row["cache_write_5m"],
            "completion_tokens": row["output"] + row["reasoning"],
            "cache_read_input_tokens": row["cache_read"],
            "cache_creation_input_tokens": row["cache_write_5m"],
            "service_tier": row["tier"] if row["tier"] in ("flex", "priority") else None,
        }
        yield lambda known=known: cost_per_token(**known)


def works(call: Call) -> bool:
    """Whether the rival knows the model."""
    try:
        call()
    except Exception:  # noqa: BLE001  a rival may raise whatever it likes
        return False
    return True


if __name__ == "__main__":
    rows = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    started = time.perf_counter()
    calls = (genai_calls if sys.argv[1] == "genai-prices" else litellm_calls)(rows)
    first = next(call for call in calls if works(call))
    first_s = time.perf_counter() - started
    known = [first, *(call for call in calls if works(call))]
    started = time.process_time()
    for call in known:
        call()
    seconds = time.process_time() - started
    print(json.dumps({"rows": len(known), "per_second": len(known) / seconds, "first_s": first_s}))
