"""`farthing calibrate`."""

import click

from farthing.app.field import Field
from farthing.app.fields import CALIBRATE, CALIBRATE_SERVING
from farthing.doors.cli.options import given, question_options, shown_options, take_shown

_JSON = click.option("--json", "as_json", is_flag=True, help="print as JSON")


_HELP = """Fit the models to your own measurements; a handful of steps or one benchmark is enough.

Give a table with the columns of `farthing validate` and what you measured: of steps tokens_per_s_per_gpu
(or step_time_s with seq_len and global_batch) and, where you have it, peak_mem_gib; of a served model
tpot_ms, ttft_ms or output_tok_s, or the JSON that vllm bench serve, AIPerf, GenAI-Perf or GuideLLM wrote.
What is learned is kept in your data folder, and later answers use it: `--calibration NAME` chooses one,
`--calibration none` answers without. Nothing is sent anywhere.

\b
farthing calibrate training --table mine.csv --name my-cluster
farthing calibrate finetune --table mine.csv --dry-run
farthing calibrate serving --table bench.json --accelerator h100-sxm --tp 2
farthing calibrate list
"""


@click.group("calibrate", help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Fit the step model to measurements of the user's own."""


def _learn(kind: str, values: dict[str, object]) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.calibrate import answer
    from farthing.doors.cli.output import in_color, width
    from farthing.present import calibration, document

    found = answer(kind, ask("calibrate", options))
    if shown.form == "json":
        click.echo(document.encode(found))
    elif shown.form == "csv":
        click.echo(calibration.as_csv(found), nl=False)
    elif shown.form == "md":
        click.echo(calibration.as_markdown(found), nl=False)
    elif shown.quiet:
        click.echo(found.verdict)
    else:
        text = calibration.render(found, width=width(), color=in_color(), explain=shown.explain)
        click.echo(text, nl=False)
    return 0


def _kind(name: str, text: str, fields: tuple[Field, ...] = CALIBRATE) -> click.Command:
    def run(**values: object) -> int:
        return _learn(name, values)

    params = [*question_options(fields), *shown_options()]
    return click.Command(name, params=params, callback=run, help=text)


command.add_command(_kind("training", "Learn from measured training steps."))
command.add_command(_kind("finetune", "Learn from measured fine-tuning steps."))
command.add_command(_kind("serving", "Learn from a benchmark of a served model.", CALIBRATE_SERVING))


@command.command("list")
@_JSON
def list_(as_json: bool) -> None:
    """List what was calibrated, and which answers use it."""
    from farthing.app.calibrate import kept
    from farthing.doors.cli.output import width
    from farthing.present import calibration, document

    found = kept()
    click.echo(document.encode(found) if as_json else calibration.listing(found, width()), nl=as_json)


@command.command("show")
@click.argument("name")
@_JSON
def show(name: str, as_json: bool) -> None:
    """Show the measurements that a calibration was made from."""
    from farthing.app import calibrate as app
    from farthing.doors.cli.output import width
    from farthing.present import calibration, document

    found = app.show(name)
    click.echo(document.encode(found) if as_json else calibration.shown(found, width()), nl=as_json)


@command.command("forget")
@click.argument("name")
@_JSON
def forget(name: str, as_json: bool) -> None:
    """Remove the calibrations of that name."""
    from farthing.app.calibrate import forgotten
    from farthing.doors.cli.output import width
    from farthing.present import calibration, document

    found = forgotten(name)
    click.echo(document.encode(found) if as_json else calibration.gone(found, width()), nl=as_json)
