"""How many training layouts a second llm-analysis evaluates; run by an interpreter that has it installed.

Prints one JSON object. GPT-3 175B on 512 A100 at sequence length 2,048, as in our own search: all
layouts, most of which it turns away at once because they do not fit, and those alone that do.
"""

import contextlib
import io
import itertools
import json
import logging
import time

SECONDS = 2.0
LAYOUTS = list(itertools.product((1, 2, 4, 8), (1, 2, 4, 8, 16, 32), (1, 2, 4), (False, True)))

with contextlib.redirect_stdout(io.StringIO()):
    from llm_analysis import analysis, config

MODEL = config.ModelConfig(
    name="gpt3", num_layers=96, n_head=96, hidden_dim=12288, vocab_size=50257, max_seq_len=2048
)
GPU = config.get_gpu_config_by_name("a100-sxm-80gb")


def fits(tensor: int, pipeline: int, micro: int, full: bool) -> bool:
    """Speed and memory of one layout; False where it says that the layout does not fit."""
    level = analysis.ActivationRecomputation.FULL if full else analysis.ActivationRecomputation.SELECTIVE
    layout = config.ParallelismConfig(tp_size=tensor, pp_size=pipeline, dp_size=512 // (tensor * pipeline))
    found = analysis.LLMAnalysis(MODEL, GPU, parallelism_config=layout, flops_efficiency=0.5)
    try:
        found.training(
            batch_size_per_gpu=micro,
            gradient_accumulation_steps=8,
            seq_len=2048,
            activation_recomputation=level,
            total_num_tokens=300_000_000_000,
        )
    except AssertionError:
        return False
    return True


def per_second(layouts: list[tuple[int, int, int, bool]]) -> float:
    """Layouts a second, again and again for two seconds."""
    choices, count, started = itertools.cycle(layouts), 0, time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        with contextlib.redirect_stdout(io.StringIO()):
            fits(*next(choices))
        count += 1
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    fitting = [layout for layout in LAYOUTS if fits(*layout)]
    print(
        json.dumps({"fitting": len(fitting), "per_second": per_second(fitting), "all": per_second(LAYOUTS)})
    )
