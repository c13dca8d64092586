"""`farthing compare`."""

import click

from farthing.app.fields import COMPARE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.compare import answer
    from farthing.app.last import remember
    from farthing.doors.cli.output import put

    found = answer(ask("compare", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "compare",
    params=[*question_options(COMPARE), *shown_options()],
    callback=_run,
    help="""Ways to do one workload side by side, and the volume and the month at which the cheapest changes.

    An option is KIND:WHAT[SETTING=VALUE, ...], of kind api, self, finetuned, distilled, rag, cascade, people,
    code or program. MODEL@ACCELERATOR*N holds one copy of the model on N accelerators; how many copies are
    paid for follows from the demand, one stands by, and idle hours are paid for.

    Settings of every kind: name, once, monthly, build, integration, care, spared, labor, saved, quality,
    success. By the token: tier, region, reasoning. On accelerators: rate, term, provider_kind, spares,
    replicas, peak, headroom, tok_s, precision, kv_precision, engine, tp, ttft, tpot. Tuned: tuning, data,
    retunings, examples, tokens_per_example, epochs, method, teacher. Retrieval: corpus, chunks, chunk_tokens,
    changed, embedding, store, dimension. A cascade: pass. People: minutes. Code and programs: request.

    What is paid once is spread over the horizon; probabilities and savings are of draws that options share:

    \b
    farthing compare --option api:claude-sonnet-4 --option 'self:llama-3.1-70b@h100-sxm*4' --requests 100k/day
    farthing compare --option 'api:gpt-4o' --option 'cascade:gpt-4o-mini>gpt-4o[pass=70%]' --requests 50k/day
    farthing compare --option 'people:document@$5' --option 'api:gpt-4o[integration=80]' --requests 200/day
    """,
)
