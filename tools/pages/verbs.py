"""docs/verbs: one page a verb, from its help, its options and an example that is run."""

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from farthing.doors.cli.main import VERBS
from pages.consoles import renewed

_TIME = "--accelerator a100-sxm-80gb --count 280 --duration '2 weeks' --rate '$2.50/h' --as-of 2026-02-01"
_MODEL = "--model llama-3.1-8b --tokens 1T --accelerator h100-sxm --count 256 --as-of 2026-02-01"
_SIZE = "--accelerator h100-sxm --as-of 2026-02-01"
_DAY = "--as-of 2026-02-01"
_PRICED = "--as-of 2026-11-20"
_CALLS = f"--requests 10k/day {_PRICED}"
_TUNE = f"--examples 5000 --tokens-per-example 500 {_DAY}"
_WORK = f"--input 750 --output 250 --requests 5k/day {_PRICED}"
_FEW = f"--input 300 --output 50 --requests 1k/day {_PRICED}"
_ALONE = "self:qwen2.5-14b@l40s*1[rate=$1620/month, spares=0, care=0]"
_FOUND = "rag:gpt-4o-mini[corpus=100M, changed=20%]"
_CODE = "code:function[build=8, care=0.5]"
_CARD = "--accelerator l40s --count 1 --demand 5M/day --rate '$2.2192/h'"
_FLEET = "--demand 500M/day --ttft 2s --tpot 50ms"
_SERVED = "--input 1000 --output 250 --as-of 2026-11-20"
_NOW = "--as-of 2026-11-22"
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "finetune": (
        f"finetune --model qwen2.5-14b --method qlora {_TUNE}",
        f"finetune --model gpt-4o-mini --method managed {_TUNE} --quiet",
        f"finetune --model llama-3.1-8b --method dpo --labels preference {_TUNE} --quiet",
        f"finetune --model llama-3.1-70b --method qlora --accelerator rtx-4090 {_TUNE}",
    ),
    "train": (
        f"train {_MODEL}",
        f"train {_TIME} --quiet",
        f"train {_MODEL} --solve count --target 'wall_clock_days=7' --quiet",
        "train --model llama-3.1-405b --tokens 15T --accelerator h100-sxm --count 8 --as-of 2026-02-01",
    ),
    "optimum": (
        f"optimum --budget '$1M' --lifetime-tokens 10T --model llama-3.1-8b {_SIZE}",
        f"optimum --budget '$1M' {_SIZE} --quiet",
        f"optimum --flop 5.76e23 {_SIZE} --quiet",
        f"optimum --loss 2.05 --lifetime-tokens 1T {_SIZE} --quiet",
        f"optimum --params 7B --lifetime-tokens 10T --tokens 1T {_SIZE} --quiet",
        f"optimum --loss 1.7 {_SIZE}",
    ),
    "serve": (
        f"serve --model llama-3.1-70b --accelerator h100-sxm {_FLEET} {_SERVED}",
        f"serve --model llama-3.1-8b --accelerator h100-sxm --concurrency 64 {_SERVED} --quiet",
        f"serve --model qwen2.5-14b {_CARD} {_SERVED} --quiet",
        f"serve --model llama-3.1-8b --accelerator l40s --demand 200k/day --scale-to-zero {_SERVED} --quiet",
        f"serve --model llama-3.1-405b --accelerator l40s --count 4 {_SERVED}",
    ),
    "tokens": (
        f"tokens --model claude-sonnet-4-5 --input 12k --output 500 --cached-share 80% {_CALLS}",
        f"tokens --model gpt-5 --model gemini-2.5-pro --input 1k..8k --output 400 {_CALLS}",
        f"tokens --min-quality 80 --benchmark mmlu-pro --input 2000 --output 500 {_CALLS}\n"
        + "\n" * 34
        + "...",
        f"tokens --model claude-sonnet-4-5 --demand 5M/day {_PRICED} --quiet",
        f"tokens --model gpt-5 --input 500 --output 500 --chunks 20 --chunk-tokens 5000 {_CALLS} --quiet",
        "tokens --model o3 --input 1M --output 0 --requests 30/day --as-of 2025-06-09 --quiet",
        "tokens --model o3 --input 1M --output 0 --requests 30/day --as-of 2025-06-10 --quiet",
        f"tokens --model gpt-5 --input 2k --solve requests --target cost_usd=1000 {_PRICED} --quiet",
        f"tokens --model claude-sonet-4-5 --input 2000 --output 500 {_CALLS} --strict\n" + "\n" * 4 + "...",
        f"tokens --model gpt-5 --input 100 --cache-read 200 {_CALLS}",
    ),
    "compare": (
        f"compare --option api:claude-sonnet-4 --option 'self:qwen2.5-14b@l40s*1' {_WORK}",
        f"compare --option api:claude-sonnet-4 --option '{_ALONE}' {_WORK} --quiet",
        f"compare --option api:gpt-4o --option 'cascade:gpt-4o-mini>gpt-4o[pass=70%]' {_WORK} --quiet",
        f"compare --option '{_FOUND}' --option finetuned:gpt-4o-mini {_WORK} --quiet",
        f"compare --option 'people:document@$5' --option 'api:gpt-4o[integration=80]' {_FEW} --quiet",
        f"compare --option '{_CODE}' --option 'api:gpt-4o-mini[integration=80]' {_FEW} --quiet",
        f"compare --option '{_CODE}' --option 'api:gpt-4o-mini[integration=80]' {_FEW} --tasks 20 --quiet",
        f"compare --option api:gpt-4o --option 'self:llama-3.1-405b@l40s*1' {_WORK}",
    ),
    "import": (
        f"import docs/examples/usage.csv {_NOW} --quiet",
        f"import docs/examples/usage.csv {_NOW} --quiet",
        f"import docs/examples/usage.csv --set tema=search {_NOW}",
    ),
    "spend": (
        f"spend {_NOW}",
        f"spend --by team,month --since 2026-11 --per tag:outcome {_NOW}",
        f"spend --by customer --where team=support --csv {_NOW}",
    ),
    "reprice": (
        f"reprice {_NOW}",
        "reprice --as-of 2026-01-15 --by team",
        "reprice --book docs/examples/contract.yaml --quiet",
    ),
    "forecast": (
        "forecast --as-of 2026-11-20 --every week --horizon '4 weeks'",
        "forecast --as-of 2026-11-20 --by team --quiet",
    ),
    "budget": (
        "budget docs/examples/budgets.yaml --as-of 2026-11-16",
        "budget docs/examples/budgets.yaml --as-of 2026-10-31 --quiet",
        "budget docs/examples/budgets.yaml --as-of 2026-11-16 --csv",
    ),
    "allocate": (
        f"allocate docs/examples/allocation.yaml --since 2026-11 --until 2026-11 {_NOW}",
        f"allocate docs/examples/allocation.yaml --since 2026-11 --until 2026-11 {_NOW} --csv",
    ),
    "anomalies": ("anomalies --as-of 2026-11-20 --by team",),
    "reconcile": (
        f"reconcile --invoice docs/examples/invoice.csv {_NOW}",
        f"reconcile --invoice docs/examples/invoice.csv --by day --csv {_NOW}",
        f"reconcile --invoice docs/examples/invoice.csv --tolerance 1% {_NOW} --quiet",
    ),
    "export": (
        f"export - --table spend --by team,month {_NOW}",
        f"export - --focus 1.4 --since 2026-11-16 {_NOW}\n" + "\n" * 3 + "...",
    ),
    "ledger": ("ledger months", "ledger close 2026-10", "ledger erase --where customer=acme"),
    "up": ("up --help\n" + "\n" * 14 + "...", "up --max-body 2TB"),
    "token": ("token list", "token create --scope reed"),
    "why": (f"train {_TIME} --quiet", "why compute_cost_usd", "why pue"),
    "graph": ("graph train\n" + "\n" * 29 + "...",),
    "catalog": (
        "catalog list",
        "catalog show h100-sxm",
        "catalog search 'llama 3.1'",
        "catalog prices h100-sxm --since 2026-01-01\n" + "\n" * 11 + "...",
        "catalog prices gpt-4o --as-of 2024-06-01",
        "catalog prices mistral-large-latest --history --as-of 2026-11-22",
        "catalog prices claude-sonnet-4-5 --as-of 2026-11-22 --book docs/examples/contract.yaml\n"
        + "\n" * 7
        + "...",
        "catalog conflicts --as-of 2026-11-22\n" + "\n" * 7 + "...",
    ),
    "validate": (
        "validate training --as-of 2026-02-01",
        "validate runs --as-of 2026-02-01",
        "validate serving --as-of 2026-02-01",
    ),
    "calibrate": (
        "calibrate training --table docs/examples/my-steps.csv --dry-run --as-of 2026-02-01",
        (
            "calibrate serving --table docs/examples/my-benchmark.json --accelerator h100-sxm "
            "--precision bf16 --dry-run --as-of 2026-02-01"
        ),
        "calibrate list",
    ),
    "demo": ("demo\n" + "\n" * 11 + "...", "demo --roi\n" + "\n" * 26 + "..."),
}
_NOTE = "Written by `tools/write_docs.py`; the output is that of the command.\n"


def pages() -> Iterator[tuple[str, str]]:
    """Name and text of each page."""
    for name, verb in VERBS.items():
        home, _, attribute = verb.home.partition(":")
        yield name, _page(name, getattr(import_module(home), attribute))


def _page(name: str, command: click.Command) -> str:
    said = (command.help or "").split("\b")[0].strip()
    paragraphs = [" ".join(part.split()) for part in said.split("\n\n")]
    blocks = "\n\n".join(f"$ farthing {example}" for example in EXAMPLES[name])
    lines = [f"# farthing {name}", _NOTE, *(f"{part}\n" for part in paragraphs)]
    lines += ["## In use", renewed(f"```console\n{blocks}\n```\n")]
    if isinstance(command, click.Group):
        for sub in command.commands.values():
            said = (sub.help or "").split("\b")[0]
            lines += [f"## {name} {sub.name}", f"{' '.join(said.split())}\n", *_options(sub)]
    else:
        lines += ["## Options", *_options(command)]
    return "\n".join(lines).rstrip() + "\n"


def _options(command: click.Command) -> list[str]:
    context = click.Context(command, info_name=command.name)
    rows = []
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            rows.append((f"`{parameter.make_metavar(context)}`", ""))
        elif isinstance(parameter, click.Option):
            value = "" if parameter.is_flag else f" {parameter.metavar or 'TEXT'}"
            rows.append((_escaped(f"`{parameter.opts[0]}{value}`"), parameter.help or ""))
    return [
        "| option | what it says |",
        "|---|---|",
        *(f"| {one} | {_escaped(two)} |" for one, two in rows),
        "",
    ]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
