"""`farthing up`: one server that takes usage as it happens, and answers questions."""

import re
from importlib import import_module

import click

_SERVER = "farthing.doors.asgi"  # by its name: the doors do not know each other
_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_LARGEST_BYTE = 2**30


def _size(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    """Bytes from a size as people write it."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,12})\s*([a-z]*)", text.strip().lower())
    if found is None or found[2] not in _UNITS or not 0 < int(found[1]) * _UNITS[found[2]] <= _LARGEST_BYTE:
        raise click.BadParameter(f"{text[:40]!r} is no size up to 1 GiB; write it as 16MB.")
    return int(found[1]) * _UNITS[found[2]]


def _rate(_context: click.Context, _parameter: click.Parameter, text: str | None) -> float | None:
    """Requests a second."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(?:/\s*s)?", text.strip().lower())
    if found is None or float(found[1]) <= 0:
        raise click.BadParameter(f"{text[:40]!r} is no rate; write it as 1000/s.")
    return float(found[1])


def _run(host: str, port: int, budget: tuple[str, ...], **values: object) -> int:
    try:
        asgi = import_module(_SERVER)
        limits = import_module("farthing.doors.http.limits").Limits
    except ModuleNotFoundError as error:
        from farthing.units.problem import InputError, Problem

        what = f"{error.name or 'a package'} is not installed"
        fix = "install what a server needs: pip install 'farthing[web]'"
        raise InputError([Problem("not-installed", "error", "farthing up", what, "", fix)]) from error
    bounds = {name: values[key] for key, name in _BOUNDS.items() if values[key] is not None}
    settings = asgi.Settings(
        host=host,
        port=port,
        ledger=values["ledger"],
        journal=values["journal"],
        allow_hosts=values["allow_host"],
        limits=limits(**bounds),
        budgets=budget,
    )
    asgi.serve(settings, click.echo)
    return 0


_BOUNDS = {"max_body": "body_byte", "rate": "rate_per_s"}
_PORT = click.IntRange(0, 65_535)

command = click.Command(
    "up",
    callback=_run,
    params=[
        click.Option(["--host"], default="127.0.0.1", metavar="HOST", show_default=True,
                     help="the address to listen at; others than this machine's own need TLS in front"),
        click.Option(["--port"], default=8088, type=_PORT, metavar="PORT", show_default=True,
                     help="the port; 0 finds a free one and says which"),
        click.Option(["--ledger"], metavar="TEXT",
                     help="where the ledger lies (default: FARTHING_LEDGER, else your data folder)"),
        click.Option(["--journal"], metavar="FILE",
                     help="what came and is not in the ledger yet (default: in your data folder)"),
        click.Option(["--budget"], multiple=True, metavar="FILE",
                     help="budgets to look at every minute, telling their webhooks (repeatable)"),
        click.Option(["--allow-host"], multiple=True, metavar="NAME",
                     help="a name that requests may be for, such as that of a proxy in front (repeatable)"),
        click.Option(["--max-body"], callback=_size, metavar="SIZE",
                     help="the largest body (default: 16MiB)"),
        click.Option(["--rate"], callback=_rate, metavar="RATE",
                     help="requests of one token (default: 1000/s)"),
    ],
    help="""Take usage as it happens and answer questions over HTTP, until it is told to stop.

    OpenTelemetry (OTLP: traces, metrics and logs) at /v1, plain events at /api/events, every verb at
    /api/VERB. What is acknowledged is on the disk. Every request needs a token (farthing token create) but
    those for /health, /ready, /metrics and /openapi.json. SIGTERM and Ctrl+C finish what runs.

    \b
    farthing up
    farthing up --port 0 --ledger s3://bucket/ledger
    farthing up --host 0.0.0.0 --allow-host farthing.example.com --rate 200/s
    """,
)  # fmt: skip
