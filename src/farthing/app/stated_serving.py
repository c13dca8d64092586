"""`demo --serving`: the seed report's table of vLLM throughput, recomputed beside what it says.

The report gives tokens a second and a latency and no load. So each row is asked for twice: at the most
requests that memory holds, and at the most that keep the next token within the stated latency.
"""

from typing import Final

import msgspec

from farthing.app.serve import ServeOptions, serve
from farthing.app.stated import stated
from farthing.catalog.load import catalog
from farthing.estimate.answer import Estimate, Range
from farthing.units.problem import FarthingError

ROWS: Final = (
    ("7B", "qwen2.5-7b", "l40s", "report_vllm_7b_l40s"),
    ("8B (Llama 3.1)", "llama-3.1-8b", "h100-sxm", "report_vllm_8b_h100"),
    ("14B", "qwen2.5-14b", "a100-sxm-80gb", "report_vllm_14b_a100"),
    ("32B", "qwen2.5-32b", "a100-sxm-80gb", "report_vllm_32b_a100"),
)
TOKENS: Final = 512
_CLOSE: Final = 1.25  # a report that rounds and a range that is nine times in ten


class StatedServing(msgspec.Struct, frozen=True):
    """Tokens a second of one model on one accelerator: as stated, at most, and within the stated latency.

    `batch` are the requests at once behind each. `factor` is stated over the nearest end of what is found at
    most, 1 where they meet; `holds` within a quarter.
    """

    name: str
    model: str
    accelerator: str
    stated_tok_s: float
    stated_ms: float
    most: Range
    most_batch: int
    most_tpot_ms: float
    within: Range | None
    within_batch: int | None
    factor: float
    command: str

    @property
    def holds(self) -> bool:
        """Whether the stated throughput is found, whatever the load."""
        return 1 / _CLOSE <= self.factor <= _CLOSE


def stated_serving() -> tuple[StatedServing, ...]:
    """Each row of the table with vLLM and 16-bit weights, 512 tokens in and 512 out."""
    return tuple(_row(*row) for row in ROWS)


def _row(name: str, model: str, part: str, seed: str) -> StatedServing:
    day = f"{catalog().seeds[f'{seed}_output_tokens_per_s'].date}-01"
    said, latency = stated(f"{seed}_output_tokens_per_s"), stated(f"{seed}_latency_ms")
    most = _served(model, part, day, None)
    within: Estimate | None
    try:
        within = _served(model, part, day, latency)
    except FarthingError:
        within = None
    found = _range(most)
    ends = (found.p05, found.p95)
    factor = said / ends[1] if said > ends[1] else said / ends[0] if said < ends[0] else 1.0
    words = f"--model {model} --accelerator {part} --count 1 --input {TOKENS} --output {TOKENS} --as-of {day}"
    return StatedServing(
        name=name,
        model=model,
        accelerator=part,
        stated_tok_s=said,
        stated_ms=latency,
        most=found,
        most_batch=round(most.results["batch"].p50),
        most_tpot_ms=most.results["tpot_ms"].p50,
        within=None if within is None else _range(within),
        within_batch=None if within is None else round(within.results["batch"].p50),
        factor=factor,
        command=f"farthing serve {words}",
    )


def _served(model: str, part: str, day: str, tpot_ms: float | None) -> Estimate:
    asked = ServeOptions(model=model, accelerator=part, count=1, engine="vllm", as_of=day)
    asked |= {"input": TOKENS, "output": TOKENS}
    if tpot_ms is not None:
        asked["tpot"] = tpot_ms
    return serve(**asked)


def _range(answer: Estimate) -> Range:
    result = answer.results["output_tok_s"]
    return Range(result.p05, result.p50, result.p95)
