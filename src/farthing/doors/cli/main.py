"""The `farthing` command: finds the verb, runs it, and turns what goes wrong into problems.

Nothing heavy is imported here, so that `--help` answers at once.
"""

import os
import sys

import click

from farthing.doors.cli.errors import crash, exit_code, show, usage_problem
from farthing.doors.cli.lazy import LazyGroup, Verb

_DOORS = "farthing.doors.cli"
VERBS = {
    "train": Verb(f"{_DOORS}.train:command", "What a training run takes: time, memory, energy, money."),
    "finetune": Verb(f"{_DOORS}.finetune:command", "What fine-tuning takes, and which GPU is enough."),
    "serve": Verb(f"{_DOORS}.serve:command", "What serving takes: speed, latency, copies, money a month."),
    "tokens": Verb(f"{_DOORS}.tokens:command", "What requests to models by the token cost, at any date."),
    "compare": Verb(f"{_DOORS}.compare:command", "Ways to do one workload, and where the cheapest flips."),
    "optimum": Verb(f"{_DOORS}.optimum:command", "How big to train, for a budget and a lifetime of use."),
    "import": Verb(f"{_DOORS}.importing:command", "Bring usage and bills into the ledger."),
    "spend": Verb(f"{_DOORS}.spend:command", "Where the money went, by anything that usage says."),
    "reprice": Verb(f"{_DOORS}.reprice:command", "What the ledger would cost at other prices."),
    "forecast": Verb(
        f"{_DOORS}.forecast:command", "What will be spent, with a range that was tried on the past."
    ),
    "anomalies": Verb(f"{_DOORS}.anomalies:command", "What cost more than was to be expected, and why."),
    "budget": Verb(f"{_DOORS}.budget:command", "What is left of each budget, and when it is used up."),
    "allocate": Verb(f"{_DOORS}.allocate:command", "Shared and idle cost to teams; adds up to the bill."),
    "reconcile": Verb(f"{_DOORS}.reconcile:command", "Events against the bill, and why they differ."),
    "export": Verb(f"{_DOORS}.export:command", "Write the ledger to a file: FOCUS 1.4, CSV, Parquet, xlsx."),
    "ledger": Verb(f"{_DOORS}.ledger:command", "Keep the ledger: batches, months, tidying, erasing."),
    "up": Verb(f"{_DOORS}.up:command", "Take usage as it happens and answer questions, over HTTP."),
    "token": Verb(f"{_DOORS}.token:command", "Who may send usage and ask questions over HTTP."),
    "why": Verb(f"{_DOORS}.why:command", "Explain one number: its formula, its inputs, its source."),
    "graph": Verb(f"{_DOORS}.graph:command", "Print the chain of formulas behind a verb."),
    "catalog": Verb(f"{_DOORS}.catalog:command", "The facts: accelerators, models, prices, power."),
    "validate": Verb(f"{_DOORS}.validate:command", "Predict measured tables, and say how far off that is."),
    "calibrate": Verb(f"{_DOORS}.calibrate:command", "Fit the step model to your own measured steps."),
    "demo": Verb(f"{_DOORS}.demo:command", "A published training run, estimated beside what was reported."),
}


def _version() -> str:
    from farthing import __version__

    return __version__


@click.group(
    cls=LazyGroup,
    verbs=VERBS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="farthing VERB --help tells what a verb can be asked.",
)
@click.version_option(_version(), prog_name="farthing")
@click.pass_context
def farthing(context: click.Context) -> None:
    """What your AI costs: before you build it, while it runs, and done better."""
    if context.invoked_subcommand is None:
        from farthing.doors.cli.welcome import welcome

        welcome()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code of the contract and never lets a traceback out."""
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    try:
        outcome = farthing.main(words, prog_name="farthing", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.UsageError as error:
        show([usage_problem(error)], as_json)
        return 2
    except click.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:
        if os.environ.get("FARTHING_DEBUG"):
            raise
        problems = getattr(error, "problems", None)
        if problems is None:
            crash(error, as_json)
            return 1
        show(problems, as_json)
        return exit_code(problems, strict=False) or 2


def _pipe_closed() -> int:
    """Whoever read our output has left: say nothing more, as other commands do."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
