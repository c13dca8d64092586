"""`POST /api/VERB`: every verb, with the options of the command line as a JSON object."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from farthing.app.access_tokens import allows
from farthing.app.token_file import Token
from farthing.app.verb_codes import code_of
from farthing.app.verbs import Verb, verb, verbs
from farthing.doors.http.answered import JSON, json_reply
from farthing.doors.http.body import body_of
from farthing.doors.http.door import Door
from farthing.doors.http.json_body import decoded, must_be_json
from farthing.doors.http.receiving import Receiver
from farthing.doors.http.refused import RefusedError, busy, refused
from farthing.doors.http.unpack import encoding_of
from farthing.present import document
from farthing.present.exit_codes import exit_code
from farthing.units.problem import InputError, Problem

STRICT: Final = "strict"
_STREAM: Final = "-"
_RETRY_S: Final = 5


async def get_verbs(_door: Door, _request: Request) -> Response:
    """The verbs, each with what it is for."""
    listed = await asyncio.to_thread(
        lambda: [{"name": one.name, "title": one.title} for one in verbs().values()]
    )
    return json_reply({"verbs": listed})


async def post_verb(door: Door, request: Request) -> Response:
    """The answer of one verb: the document that `--json` prints, its exit code in a header."""
    holder = door.access.require(request, "read")
    try:
        asked = verb(request.path_params["verb"])
    except InputError as error:
        raise RefusedError(404, error.problems) from None
    must_be_json(request)
    encoding = encoding_of(request.headers.get("content-encoding", ""))
    # Small enough, unpacked too, to be read at once beside everything else.
    limits = replace(door.limits, unpacked_byte=door.limits.question_byte)
    async with body_of(request, limits.question_byte, limits, door.room) as body:
        given = decoded(body, encoding, limits)
    options, strict = _options(given, asked, holder, door)
    found = await _answered(door, partial(_ask, door.receiver, asked, options, door.limits.settle_s))
    headers = {"farthing-exit-code": str(exit_code(found.problems, strict=strict) or found.code)}
    if found.waiting:
        headers["farthing-waiting-events"] = str(found.waiting)
    return Response(found.text, 200, headers, JSON)


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer as JSON, its problems, its own exit code, and how many events it does not know of yet."""

    text: str
    problems: Sequence[Problem]
    code: int
    waiting: int


def _ask(receiver: Receiver, asked: Verb, options: Mapping[str, object], settle_s: float) -> _Found:
    """Ask a verb, after what was acknowledged has gone into the ledger where that matters."""
    is_settled = not asked.reads_ledger or receiver.settle(settle_s)
    waiting = 0 if is_settled else receiver.state().waiting_events
    answer = asked.answer(options)
    code = code_of(asked.name, options, answer)
    return _Found(f"{document.encode(answer)}\n", getattr(answer, "problems", ()), code, waiting)


async def _answered(door: Door, ask: Callable[[], _Found]) -> _Found:
    """Ask in a thread, as many at once as there are threads and no more waiting than there may be."""
    if door.asking >= door.limits.verbs + door.limits.verbs_waiting:
        raise busy("too many questions wait to be answered", _RETRY_S, 503)
    door.asking += 1
    # What runs in a thread cannot be stopped: it counts until it is done, whoever still waits for it.
    work = asyncio.get_running_loop().run_in_executor(door.askers, ask)
    work.add_done_callback(lambda done: _left(door, done))
    try:
        async with asyncio.timeout(door.limits.verb_s):
            return await asyncio.shield(work)
    except TimeoutError:
        what = f"the answer took more than {door.limits.verb_s:g} s"
        raise busy(what, _RETRY_S, 503) from None


def _left(door: Door, done: "asyncio.Future[_Found]") -> None:
    door.asking -= 1
    if not done.cancelled():
        done.exception()  # it was told to whoever waited; nobody else has to hear of it


def _options(given: object, asked: Verb, holder: Token, door: Door) -> tuple[dict[str, object], bool]:
    """The options and whether they say `strict`. Raises RefusedError for what the token is not good for."""
    if not isinstance(given, dict):
        what = "the body is no JSON object"
        raise refused(400, "bad-value", what, "write the options as one: {} where there are none")
    options = {name: value for name, value in given.items() if name != STRICT and value is not None}
    strict = given.get(STRICT)
    if not isinstance(strict, bool | None):
        raise refused(400, "bad-value", "strict is neither true nor false", where=STRICT)
    if not allows(holder, "admin"):
        _refuse_reach(options, asked, door)
    if streams := [name for name in ("files", "out") if _STREAM in _words(options.get(name))]:
        what, fix = "over HTTP there is no standard input or output", "name a file of the server"
        raise refused(400, "bad-value", what, fix, where=streams[0])
    return {**_defaults(asked, door), **options}, bool(strict)


def _defaults(asked: Verb, door: Door) -> Mapping[str, object]:
    """What the server's owner named for this question: its ledger, its budgets."""
    has_ledger = any(field.name == "ledger" for field in asked.fields)
    own = door.defaults.get(asked.name, {})
    return {**own, "ledger": door.ledger} if has_ledger else own


def _refuse_reach(options: Mapping[str, object], asked: Verb, door: Door) -> None:
    """What reaches into the server's machine takes the scope admin: files, and changing what is kept."""
    problems = [_names_file(name) for name in options if name in asked.path_options]
    changing = [name for name in options if name in asked.changing_options and options[name] is not False]
    problems += [_changes(name) for name in ([asked.name] if asked.changes else changing)]
    if problems:
        raise RefusedError(403, problems)
    draws = options.get("draws")
    if isinstance(draws, int | float | str) and _whole(draws) > door.limits.draws:
        what = f"draws is more than {door.limits.draws:,}"
        raise refused(400, "bad-value", what, "ask for fewer, or with a token of scope admin", where="draws")


def _whole(value: float | str) -> float:
    try:
        return float(str(value).replace("_", ""))
    except ValueError:
        return 0.0  # the verb says what is wrong with it


def _words(value: object) -> Sequence[object]:
    words: Sequence[object] = value if isinstance(value, list) else [value]
    return [word.strip() if isinstance(word, str) else word for word in words]


def _names_file(name: str) -> Problem:
    what = f"{name} names a file or place of the server"
    why, fix = (
        "a caller must not reach files that are not theirs",
        "use a token of scope admin, or leave it out",
    )
    return Problem("forbidden", "error", name, what, why, fix)


def _changes(name: str) -> Problem:
    what, why = f"{name} changes what is kept on the server", "the token is for questions alone"
    return Problem("forbidden", "error", name, what, why, "use a token of scope admin")
