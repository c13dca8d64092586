"""What a published measurement looks like: one Struct per table under `catalog/data/published/`."""

from farthing.catalog.facts import Amount, AmountOrZero, Confidence, Count, Entry, Text


class PublishedRun(Entry, frozen=True, kw_only=True):
    """One whole training run as published: a row of `published/runs.csv`."""

    id: Text
    model: Text
    total_params: Amount | None = None
    active_params: Amount | None = None
    tokens: Amount | None = None
    accelerator: Text
    n_accelerators: Amount | None = None
    gpu_hours: Amount | None = None
    wall_clock_days: Amount | None = None
    reported_mfu: str = ""
    implied_mfu_6nd: Amount | None = None
    precision: str = ""
    reported_cost_usd: Amount | None = None
    price_per_gpu_hour_usd: Amount | None = None
    year: Count
    kind: str = ""
    quality: Confidence | None = None
    source: Text
    confidence: Confidence
    notes: str = ""


class PublishedStep(Entry, frozen=True, kw_only=True):
    """One measured training configuration as published: a row of `published/training.csv`."""

    id: Text
    framework: str = ""
    version: str = ""
    model: Text
    layers: Amount | None = None
    hidden: Amount | None = None
    heads: AmountOrZero | None = None
    kv_heads: AmountOrZero | None = None
    ffn: AmountOrZero | None = None
    vocab: Amount | None = None
    seq_len: Amount | None = None
    params: Amount | None = None
    active_params: Amount | None = None
    moe: str = ""
    accelerator: Text
    n_accel: Amount | None = None
    tp: Amount | None = None
    pp: Amount | None = None
    vp: Amount | None = None
    cp: Amount | None = None
    dp: Amount | None = None
    ep: Amount | None = None
    fsdp: str = ""
    micro_batch: Amount | None = None
    grad_accum: Amount | None = None
    global_batch: Amount | None = None
    precision: str = ""
    recompute: str = ""
    tflops_per_gpu: Amount | None = None
    mfu_pct: Amount | None = None
    hfu_pct: Amount | None = None
    tokens_per_s_per_gpu: Amount | None = None
    step_time_s: Amount | None = None
    peak_mem_gib: Amount | None = None
    flops_convention: str = ""
    year: Count
    source: Text
    confidence: Confidence
    notes: str = ""


class PublishedServing(Entry, frozen=True, kw_only=True):
    """One measured serving as published: a row of `published/serving.csv`."""

    id: Text
    model: Text
    params_b: Amount | None = None
    active_params_b: Amount | None = None
    accelerator: Text
    n_accelerators: Amount | None = None
    tp: Amount | None = None
    pp: Amount | None = None
    ep: Amount | None = None
    weight_precision: str = ""
    kv_precision: str = ""
    engine: str = ""
    input_len: Amount | None = None
    output_len: Amount | None = None
    concurrency_or_batch: str = ""
    output_tok_s: Amount | None = None
    ttft_ms: Amount | None = None
    tpot_ms: Amount | None = None
    year: Count | None = None
    workload: str = ""
    tput_kind: str = ""
    source_family: str = ""
    source: Text
    confidence: Confidence
    notes: str = ""


class PublishedTuning(Entry, frozen=True, kw_only=True):
    """One measured fine-tuning configuration as published: a row of `published/finetuning.csv`."""

    id: Text
    framework: str = ""
    version: str = ""
    model: Text
    config: str = ""
    method: Text
    kernel: str = ""
    quant: str = ""
    params: Amount | None = None
    trainable_params: Amount | None = None
    lora_rank: Amount | None = None
    accelerator: Text
    n_accel: Amount | None = None
    tp: Amount | None = None
    pp: Amount | None = None
    micro_batch: Amount | None = None
    grad_accum: Amount | None = None
    global_batch: Amount | None = None
    seq_len: Amount | None = None
    seq_len_max: Amount | None = None
    precision: str = ""
    recompute: str = ""
    tokens_per_s_per_gpu: Amount | None = None
    peak_mem_gib: Amount | None = None
    peak_mem_gb: Amount | None = None
    oom: str = ""
    year: Count
    source: Text
    confidence: Confidence
    notes: str = ""
