"""What each verb may be asked: one table that the command line, scenario files and the library share.

A field's name is the option (`global_batch` is `--global-batch`), `quantity` the canonical name of
the number it gives to the formulas, empty for a choice of words; with both, the number is the place
of the word among its choices. Quantities are above zero unless `zero` says otherwise, and not below
`least`. Light on purpose:
the command line reads this before it knows whether anything has to be computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal[
    "word", "flag", "file", "count", "tokens", "params", "flop", "number", "share",
    "duration", "money", "money_per_hour", "switch", "words", "rate_per_day", "rate_per_second",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a question may say."""

    name: str
    kind: FieldKind
    help: str
    quantity: str = ""
    choices: tuple[str, ...] = ()
    least: float = 0.0
    zero: bool = False  # whether nothing at all can be said

    @property
    def option(self) -> str:
        """The field as the command line writes it."""
        return f"--{self.name.replace('_', '-')}"


PRECISIONS = ("fp32", "tf32", "fp16", "bf16", "fp8", "fp6", "fp4")
TERMS = ("on_demand", "spot", "reserved_1y", "reserved_3y")
PROVIDER_KINDS = ("hyperscaler", "neocloud", "marketplace", "index")
RECOMPUTE = ("none", "selective", "full")
OPTIMIZERS = ("adamw", "adamw_8bit", "muon", "sgd_momentum", "sgd")
ZERO_STAGES = ("0", "1", "2", "3")

WHAT = (
    Field("model", "word", "a model of the catalog, for example llama-3.1-8b"),
    Field("config", "file", "a config.json with Hugging Face's field names"),
    Field("params", "params", "parameters alone, for example 8B; a usual shape is assumed", "params"),
    Field("active_params", "params", "parameters used per token, where not all are", "active_params"),
    Field("tokens", "tokens", "tokens to train on, for example 15T", "tokens"),
    Field("flop_per_sample", "flop", "for no language model: FLOPs to train on one sample, backward "
          "pass included", "flop_per_sample"),
    Field("samples", "number", "samples to train on, each pass counted", "sample_count"),
)  # fmt: skip
WHERE = (
    Field("accelerator", "word", "an accelerator or cloud instance, for example h100-sxm"),
    Field("count", "count", "how many accelerators", "accelerator_count"),
    Field("duration", "duration", "how long they are held, for example '2 weeks'", "duration_h"),
    Field("precision", "word", "number format of the matrix products", choices=PRECISIONS),
    Field("engine", "word", "training software, for example megatron-lm"),
    Field("framework", "word", "the same as --engine"),
    Field("version", "word", "release of the training software"),
)
LAYOUT = (
    Field("seq", "tokens", "sequence length in tokens", "seq_len_tokens"),
    Field("global_batch", "count", "sequences in one optimizer step", "global_batch_sequences"),
    Field("micro_batch", "count", "sequences in one forward pass", "micro_batch_sequences"),
    Field("tp", "count", "tensor parallelism", "tp"),
    Field("pp", "count", "pipeline parallelism", "pp"),
    Field("vp", "count", "virtual pipeline stages on each device", "vp"),
    Field("cp", "count", "context parallelism", "cp"),
    Field("dp", "count", "data parallelism", "dp"),
    Field("ep", "count", "expert parallelism", "ep"),
    Field("zero", "word", "ZeRO stage", "zero_stage", ZERO_STAGES),
    Field("optimizer", "word", "what keeps states beside the weights", choices=OPTIMIZERS),
    Field("recompute", "word", "activations computed again", "recompute_level", RECOMPUTE),
)
SPEED = (
    Field("mfu", "share", "model FLOPs utilization, instead of the estimated one", "mfu"),
    Field("goodput", "share", "share of the time that counts, failures and restarts taken off",
          "goodput"),
)  # fmt: skip
OWN = (
    Field("calibration", "word", "your own measured steps to use: a name, or none (default: the last made)"),
)
AGAINST = (Field("against", "file", "a YAML file with options that differ: what does this save against it?"),)
MONEY = (
    Field("rate", "money_per_hour", "price of one accelerator for one hour, for example '$2.50/h'",
          "rent_usd_per_gpu_hour"),
    Field("term", "word", "how it is rented, where no --rate is given", choices=TERMS),
    Field("provider_kind", "word", "from whom, where no --rate is given", choices=PROVIDER_KINDS),
    Field("owned", "flag", "the accelerators are bought, not rented"),
    Field("country", "word", "where it runs: the price of power and the carbon of the grid"),
    Field("pue", "number", "power of the data center over power of the machines", "pue", least=1.0),
)  # fmt: skip

TRAIN: tuple[Field, ...] = (*WHAT, *WHERE, *LAYOUT, *SPEED, *OWN, *MONEY, *AGAINST)

METHODS = ("lora", "qlora", "full", "dpo", "orpo", "distill", "continued", "managed")
TUNING = (
    Field("method", "word", "how it is tuned (default: lora)", choices=METHODS),
    Field("weights", "word", "what is trained under dpo, orpo, distill and continued",
          choices=("lora", "qlora", "full")),
    Field("rank", "count", "rank of the adapters (default: 16)", "lora_rank"),
    Field("bits", "word", "bits of a packed weight under qlora (default: 4)", choices=("4", "8")),
    Field("reference", "word", "dpo: a reference model kept beside, its answers precomputed, or none",
          choices=("kept", "precomputed", "none")),
    Field("kernel", "word", "attention and loss kernels (default: flash)",
          choices=("hf", "flash", "unsloth", "liger")),
    Field("service", "word", "managed: the service, for example together (default: the cheapest)"),
)  # fmt: skip
EXAMPLES = (
    Field("examples", "count", "examples to train on, for example 5000", "example_count"),
    Field("tokens_per_example", "tokens", "mean length, or a range: p05 to p95 of the lengths",
          "tokens_per_example"),
    Field("epochs", "count", "passes over the examples (default: 3)", "epoch_count"),
    Field("packing", "switch", "share sequences among examples (default), or pad each to the longest"),
    Field("accumulation", "count", "microbatches of one accelerator in an optimizer step",
          "accumulation_steps"),
    Field("labels", "word", "people who make or judge the examples: classification, preference, response, "
          "expert-response ..."),
    Field("label_rate", "money", "what they are paid for an example, for example '$4'",
          "label_usd_per_example"),
    Field("synthetic", "share", "share of the examples that a teacher writes", "synthetic_share"),
    Field("teacher", "word", "the model that writes them, by its listed price or hosted"),
    Field("teacher_rate", "money", "what the teacher asks for a million written tokens",
          "output_usd_per_m_tokens"),
)  # fmt: skip
FINETUNE: tuple[Field, ...] = (
    *(field for field in WHAT if field.name not in ("flop_per_sample", "samples")),
    *TUNING,
    *EXAMPLES,
    *(field for field in WHERE if field.name != "duration"),
    *LAYOUT,
    *SPEED,
    *OWN,
    *MONEY,
    *AGAINST,
)

COMMON: tuple[Field, ...] = (
    Field("as_of", "word", "answer as on this date (default: today)"),
    Field("currency", "word", "show money in this currency too, for example EUR"),
    Field("fx", "word", "exchange rate, for example GBP=1.27@2026-02-10 (repeatable)"),
    Field("set", "word", "override an input or a value on the way: NAME=VALUE (repeatable)"),
    Field("solve", "word", "find the value of this name that meets --target"),
    Field("target", "word", "what --solve must meet: NAME=VALUE"),
    Field("book", "file", "prices of your own: a contract, price list or locked book (repeatable)"),
    Field(
        "ledger",
        "word",
        "where the ledger lies: a folder or URL (default: FARTHING_LEDGER, else your data folder)",
    ),
    Field("scenario", "file", "a YAML file with these options (underscores for hyphens)"),
    Field("seed", "number", "seed of the draws (default 0)"),
    Field("draws", "number", "draws of the uncertain inputs (default 16384; 1 gives medians)"),
)

VALIDATE: tuple[Field, ...] = (
    Field(
        "table", "file", "a CSV table with an id and the columns of a set-up (default: the facts that ship)"
    ),
    Field("predictions", "file", "where to write id, quantity, low, mid, high, status and reason as CSV"),
    *OWN,
)
CALIBRATE: tuple[Field, ...] = (
    Field("table", "file", "a CSV table with the columns of a set-up and what was measured"),
    Field("name", "word", "what to call it (default: mine); one of that name is replaced"),
    Field("dry_run", "flag", "say what it would bring and keep nothing"),
)
CALIBRATE_SERVING: tuple[Field, ...] = (
    Field("table", "file", "a CSV table, or the JSON of vllm bench serve, AIPerf, GenAI-Perf or GuideLLM"),
    *CALIBRATE[1:],
    Field("model", "word", "what all rows that do not say it served, for example llama-3.1-8b"),
    Field("accelerator", "word", "what they ran on, for example h100-sxm"),
    Field("count", "word", "on how many"),
    Field("tp", "word", "tensor parallelism"),
    Field("pp", "word", "pipeline parallelism"),
    Field("ep", "word", "expert parallelism"),
    Field("precision", "word", "format of the weights, for example fp8"),
    Field("kv_precision", "word", "format of the cache of keys and values"),
    Field("engine", "word", "what served, for example 'vllm 0.11'"),
)

LAWS = ("besiroglu_2024", "hoffmann_2022", "muennighoff_2023", "sardana_2024")
OPTIMUM: tuple[Field, ...] = (
    Field("budget", "money", "what training and serving may cost together, for example '$1M'", "budget_usd"),
    Field("flop", "flop", "the same in FLOPs, for example 5.76e23; FLOPs are then weighed, not money",
          "budget_flop"),
    Field("loss", "number", "the loss to reach, in nats per token of the law, for example 2.0",
          "wanted_loss"),
    Field("params", "params", "the size, for example 7B: how many tokens is it worth?", "params"),
    Field("lifetime_tokens", "tokens", "tokens read and written over the model's whole life, for example 10T",
          "lifetime_tokens", zero=True),
    Field("tokens", "tokens", "unique tokens there are to train on; more are read again", "unique_tokens"),
    Field("max_params", "params", "the largest size that can be served, for example 70B", "most_params"),
    Field("law", "word", "which law of loss (default: besiroglu_2024)", choices=LAWS),
    Field("by_flop", "flag", "weigh training and serving by their FLOPs, not their money"),
    Field("model", "word", "a published model to mark on the scale, for example llama-3.1-8b"),
    Field("accelerator", "word", "what trains it, and serves it (default: h100-sxm)"),
    Field("serve_accelerator", "word", "what serves it, where that is another"),
    Field("serve_rate", "money_per_hour", "price of an accelerator that serves (default: as for training)",
          "serve_usd_per_gpu_hour"),
    Field("precision", "word", "number format of the matrix products in training", choices=PRECISIONS),
    *SPEED,
    *(field for field in MONEY if field.name in ("rate", "term", "provider_kind")),
)  # fmt: skip

TIERS = ("standard", "batch", "flex", "priority", "fast")
TOKENS: tuple[Field, ...] = (
    Field("model", "words", "a model, or provider/model; repeat it to compare (default: the best buys)"),
    Field("input", "tokens", "tokens that a request reads, cached ones included", "own_input_tokens",
          zero=True),
    Field("uncached", "tokens", "instead: those beside the cached ones, as Anthropic counts",
          "own_uncached_tokens", zero=True),
    Field("output", "tokens", "tokens that a request writes, reasoning included", "answer_tokens", zero=True),
    Field("cache_read", "tokens", "of the input: read from a cache", "cache_read_tokens", zero=True),
    Field("cached_share", "share", "the same as a share of the input", "cached_share", zero=True),
    Field("cache_write_5m", "tokens", "of the input: written to a cache of five minutes",
          "cache_write_5m_tokens", zero=True),
    Field("cache_write_1h", "tokens", "of the input: written to a cache of an hour", "cache_write_1h_tokens",
          zero=True),
    Field("reasoning", "tokens", "of the output: reasoning", "reasoning_tokens", zero=True),
    Field("requests", "rate_per_day", "how many requests, for example 10k/day", "request_count_per_day"),
    Field("demand", "rate_per_day", "instead: tokens in all, for example 5M/day", "demand_tokens_per_day"),
    Field("output_share", "share", "with --demand: the share that is output (default: any)", "output_share",
          zero=True),
    Field("tier", "word", "how it is bought (default: standard)", choices=TIERS),
    Field("region", "word", "where it is processed, as the provider calls it, for example us"),
    Field("at", "word", "the moment of the requests, for example 2026-11-18T02:00Z: some prices know hours"),
    Field("text", "file", "a text file that is the input: its tokens are counted or estimated"),
    Field("chunks", "number", "retrieved chunks in each prompt", "chunk_count", zero=True),
    Field("chunk_tokens", "tokens", "tokens of a chunk", "chunk_tokens"),
    Field("shorten", "share", "share of the prompt that is cut out: what does it save?", "shortened_share",
          zero=True),
    Field("tool_calls", "number", "uses of tools in a request: each asks the model again", "tool_call_count",
          zero=True),
    Field("tool_tokens", "tokens", "tokens that a tool answers", "tool_result_tokens", zero=True),
    Field("web_searches", "number", "searches in a request, at the provider's fee", "web_search_count",
          zero=True),
    Field("retries", "number", "requests sent again for each that is asked, for example 0.05", "retry_share",
          zero=True),
    Field("batch_share", "share", "share of the requests that can wait for a batch", "batch_share",
          zero=True),
    Field("success", "share", "share of the requests that succeed: what does a success cost?",
          "success_share"),
    Field("growth", "share", "growth of the requests from month to month", "growth_share_per_month",
          zero=True),
    Field("horizon", "duration", "add the bill of that long, for example '2 years', along the fall of prices",
          "horizon_month"),
    Field("price_decline", "share", "how much prices fall a year over the horizon (default: as they did)",
          "price_decline_share_per_year", zero=True),
    Field("min_quality", "number", "leave out models that score less than this", "least_quality", zero=True),
    Field("benchmark", "word", "by which score, for example mmlu-pro"),
)  # fmt: skip

_COMPARED_WORK = (
    *("input", "uncached", "output", "cache_read", "cached_share", "cache_write_5m", "cache_write_1h"),
    *("reasoning", "requests", "demand", "output_share", "tier", "region", "at", "text"),
    *("tool_calls", "tool_tokens", "retries", "batch_share", "growth", "benchmark"),
)
COMPARE: tuple[Field, ...] = (
    Field("option", "words", "a way to do the work, KIND:WHAT[SETTING=VALUE, ...]; repeat it to compare"),
    *(field for field in TOKENS if field.name in _COMPARED_WORK),
    Field("horizon", "duration", "how long it is done: what is paid once is spread over it (default: 24 "
          "months)", "horizon_month"),
    Field("price_decline", "share", "how much prices of tokens fall a year (default: not at all)",
          "price_decline_share_per_year", zero=True),
    Field("ttft", "number", "the first token within so many milliseconds, on accelerators of your own",
          "ttft_ms"),
    Field("tpot", "number", "every further one within so many milliseconds", "tpot_ms"),
    Field("trace", "file", "recorded requests as the workload: a CSV, JSON lines or a ServeGen folder"),
    Field("savings", "file", "a YAML file of what options save besides, in dollars or hours a month"),
    Field("tasks", "count", "tasks that share one integration (default: this one alone)", "task_count"),
    Field("labor", "money_per_hour", "price of an hour of who builds and runs it (default: an engineer's)",
          "labor_usd_per_hour"),
    *(field for field in MONEY if field.name in ("term", "provider_kind")),
)  # fmt: skip

WEIGHTS = ("fp32", "bf16", "fp16", "fp8", "int8", "fp4", "mxfp4", "int4")
CACHES = ("fp32", "bf16", "fp16", "fp8", "int8", "fp4", "int4")
ENGINES = ("vllm", "sglang", "tensorrt_llm", "lmdeploy", "other")
DAYS = ("flat", "office", "evening", "worldwide")
ASKED = (
    Field("input", "tokens", "tokens that a request reads", "prompt_tokens"),
    Field("output", "tokens", "tokens that a request writes", "answer_tokens"),
    Field("concurrency", "count", "requests at once, each followed by the next", "concurrency_count"),
    Field("arrival", "rate_per_second", "or: requests that come by themselves, for example 12/s",
          "request_count_per_s"),
    Field("demand", "rate_per_day", "or: tokens in all, for example 5M/day", "demand_tokens_per_day"),
    Field("trace", "file", "or: recorded requests: Azure, Mooncake, ServeGen, BurstGPT, or your own CSV"),
    Field("ttft", "duration", "target: first token of 19 of 20 requests, for example 2s", "ttft_target_ms"),
    Field("tpot", "duration", "target: time between two tokens, for example 50ms", "tpot_target_ms"),
    Field("peak_to_mean", "number", "busiest hour over the mean (default: 1.5 to 3)", "peak_to_mean_ratio",
          least=1.0),
    Field("shape", "word", "instead: the course of the day", choices=DAYS),
    Field("headroom", "share", "room kept above the busiest hour (default: 20%)", "headroom_share",
          zero=True),
)  # fmt: skip
SERVED = (
    Field("tp", "count", "tensor parallelism", "tp"),
    Field("pp", "count", "pipeline parallelism", "pp"),
    Field("ep", "count", "expert parallelism", "ep"),
    Field("precision", "word", "format of the weights (default: bf16)", choices=WEIGHTS),
    Field("kv_precision", "word", "format of the cache of keys and values (default: bf16)", choices=CACHES),
    Field("engine", "word", "what serves (default: vllm)", choices=ENGINES),
    Field("prefix_share", "share", "share of the input that a cache of prefixes holds", "prefix_share",
          zero=True),
    Field("speculated", "number", "tokens kept of each step where tokens are guessed ahead, for example 2.4",
          "accepted_tokens", least=1.0),
    Field("disaggregated", "flag", "prompts are read on accelerators of their own"),
)  # fmt: skip
KEPT = (
    Field("redundancy", "count", "spare copies beside those that are needed", "redundant_count", zero=True),
    Field("min_replicas", "count", "copies that are always there", "least_count"),
    Field("window", "duration", "the fleet is up so long each day, for example '10 h'", "window_h"),
    Field("scale_to_zero", "flag", "copies follow the hour, and the last one sleeps when nobody asks"),
    Field("cold_start", "duration", "time until a copy has started, for example '3 min'", "cold_start_s"),
    Field("idle", "duration", "time without requests after which the last copy sleeps (default: 5 min)",
          "idle_s"),
)  # fmt: skip
SERVE: tuple[Field, ...] = (
    *(field for field in WHAT if field.name in ("model", "config", "params", "active_params")),
    Field("accelerator", "word", "an accelerator or cloud instance (default with a demand: the cheapest)"),
    Field("count", "count", "how many accelerators there are (default: as many as it takes)",
          "accelerator_count"),
    *ASKED,
    *SERVED,
    *KEPT,
    *OWN,
    *MONEY,
)  # fmt: skip

LEDGERED = (
    Field("since", "word", "from this day on, for example 2026-11-01 (default: all there is)"),
    Field("until", "word", "to this day, which still counts (default: all there is)"),
    Field("where", "words", "only what says so: team=search, model=gpt-5|gpt-4o, status!=ok (repeatable)"),
)
IMPORT: tuple[Field, ...] = (
    Field("files", "words", "files, folders, patterns such as 'logs/*.jsonl', or - for standard input"),
    Field("format", "word", "read every file in this format (default: told from its content)"),
    Field("map", "file", "a YAML file that says which columns mean what, for a format of your own"),
    Field("set", "words", "say this of every row: team=search, tag:origin=gateway (repeatable)"),
)
SPEND: tuple[Field, ...] = (
    Field("by", "words", "columns, tag:NAME, or hour, day, week, month, year: --by model,tag:team,day"),
    *LEDGERED,
    Field("per", "word", "also the cost of one of these: request, customer, tag:outcome ..."),
    Field(
        "against", "file", "a YAML scenario (verb: tokens, train ...): what was estimated, what it came to"
    ),
    Field("top", "number", "show this many rows, the dearest first (default: 40; --json and --csv show all)"),
)
REPRICE: tuple[Field, ...] = (
    Field("by", "words", "columns, tag:NAME or stretches of time to show the difference by (default: model)"),
    *LEDGERED,
    Field("apply", "switch", "use these prices for every open month from now on"),
)
RECONCILE: tuple[Field, ...] = (
    Field("invoice", "words", "a bill: FOCUS, CUR, a cost report, any format of import (repeatable)"),
    Field("report", "words", "the provider's own cost report, compared in the same way (repeatable)"),
    Field("by", "words", "tell causes apart by provider, model, meter, service_tier, region, day, month ..."),
    *LEDGERED,
    Field("format", "word", "read every file in this format (default: told from its content)"),
    Field("map", "file", "a YAML file that says which columns of a bill mean what"),
    Field("tolerance", "word", "exit with 3 where the difference is more than this share, for example 1%"),
    Field("keep", "switch", "also store the bills in the ledger"),
)
EXPORT: tuple[Field, ...] = (
    Field("out", "word", "the file to write: .csv, .parquet or .xlsx; - for CSV on standard output"),
    Field("focus", "word", "as a FOCUS dataset of this version: 1.4"),
    Field("table", "word", "instead: events or charges as they are in the ledger",
          choices=("events", "charges", "spend")),
    Field("by", "words", "with --table spend: columns, tag:NAME or stretches of time"),
    *LEDGERED,
)  # fmt: skip

VERBS: Mapping[str, tuple[Field, ...]] = {
    "compare": COMPARE,
    "finetune": FINETUNE,
    "optimum": OPTIMUM,
    "serve": SERVE,
    "tokens": TOKENS,
    "train": TRAIN,
    "validate": VALIDATE,
    "calibrate": CALIBRATE_SERVING,
    "import": IMPORT,
    "spend": SPEND,
    "reprice": REPRICE,
    "reconcile": RECONCILE,
    "export": EXPORT,
}
# Verbs that have a chain of formulas.
CHAINED = ("train", "finetune", "optimum", "tokens", "compare", "serve")
REPEATABLE = frozenset({"fx", "set", "book"})
READS_LEDGER = ("import", "spend", "reprice", "reconcile", "export")
READS_BOOK = ("tokens", "compare", *READS_LEDGER)  # verbs that lay --book over the price book
IDLE_IN_LEDGER = frozenset({"solve", "target", "seed", "draws"})
LEDGER_COMMON = tuple(field for field in COMMON if field.name not in IDLE_IN_LEDGER | {"set"})
IDLE_IN_VALIDATE = ("set", "solve", "target", "currency", "fx")
