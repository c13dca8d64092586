"""What this door takes and answers, as OpenAPI 3.1, made from the fields of the verbs."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, TypeAlias

from farthing import __version__
from farthing.app.field import Field
from farthing.app.verb_options import LONGEST_TEXT, is_repeatable
from farthing.app.verbs import Verb, verbs
from farthing.doors.http.answered import JSON
from farthing.doors.http.limits import Limits
from farthing.doors.http.otlp import PROTOBUF, SIGNALS

Tree: TypeAlias = Mapping[str, object]
_TEXT: Final[Tree] = {"type": "string", "maxLength": LONGEST_TEXT}
_ABOUT: Final = (
    "Usage comes in at /v1/traces, /v1/metrics, /v1/logs (OTLP) and /api/events; every verb of the command "
    "line is a question: POST /api/VERB with its options, underscores for hyphens."
)


@cache
def open_api() -> Tree:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Farthing", "version": __version__, "description": _ABOUT},
        "paths": {
            **_kept(),
            **{f"/api/{one.name}": {"post": _verb(one)} for one in verbs().values()},
            **_open(),
        },
        "components": {"schemas": _schemas(), "securitySchemes": _security()},
    }


def _verb(one: Verb) -> Tree:
    admin = sorted({*one.path_options, *one.changing_options})
    said = "A token of scope admin asks this." if one.changes else ""
    if admin and not one.changes:
        said = f"With a token of scope admin alone: {', '.join(admin)}."
    properties = {field.name: _field(field) for field in one.fields}
    strict = {"type": "boolean", "description": "exit code 5 when a price is missing or stale"}
    options = {
        "type": "object", "properties": {**properties, "strict": strict}, "additionalProperties": False,
    }  # fmt: skip
    return {
        "operationId": one.name,
        "summary": one.title,
        "description": said,
        "security": [{"admin" if one.changes else "read": []}],
        "requestBody": {"required": True, "content": {JSON: {"schema": options}}},
        "responses": {
            "200": {
                "description": "The answer, as --json prints it",
                "headers": {"Farthing-Exit-Code": {"schema": {"type": "integer"}}},
                "content": {JSON: {"schema": _ref("Answer")}},
            },
            **_refusals(400, 401, 403, 408, 413, 415, 422, 429, 503),
        },
    }


def _field(field: Field) -> Tree:
    """What an option takes: quantities are texts as on the command line, or numbers in the field's unit."""
    return {**_type(field), "description": field.help}


def _type(field: Field) -> Tree:
    if is_repeatable(field):
        return {"anyOf": [{"type": "array", "items": _TEXT, "maxItems": 1000}, _TEXT]}
    if field.kind in ("flag", "switch"):
        return {"type": "boolean"}
    if field.choices:
        return {"type": "string", "enum": list(field.choices)}
    if field.quantity or field.kind == "number":
        return {"anyOf": [{"type": "number"}, _TEXT]}
    return _TEXT


def _kept() -> Tree:
    """What is sent to be kept."""
    counts = {"type": "integer", "minimum": 0}
    asides = {"type": "array", "items": _ref("Problem")}
    received = {
        "type": "object",
        "properties": {"stored": counts, "duplicate": counts, "set_aside": asides},
        "required": ["stored", "duplicate", "set_aside"],
    }
    events = {
        "operationId": "events",
        "summary": "Keep usage events; what cannot be used is set aside with its reason",
        "security": [{"write": []}],
        "requestBody": {"required": True, "content": {JSON: {"schema": _ref("Events")}}},
        "responses": {
            "200": {"description": "They are on the disk", "content": {JSON: {"schema": received}}},
            **_refusals(400, 401, 403, 408, 413, 415, 429, 503),
        },
    }
    return {
        "/api/events": {"post": events},
        **{f"/v1/{signal}": {"post": _otlp(signal)} for signal in SIGNALS},
    }


def _otlp(signal: str) -> Tree:
    binary = {PROTOBUF: {"schema": {"type": "string", "format": "binary"}}}
    message = {**binary, JSON: {"schema": {"type": "object"}}}
    status = {**binary, JSON: {"schema": _ref("Status")}}
    codes = (400, 401, 403, 408, 413, 415, 429, 503)
    return {
        "operationId": f"export_{signal}",
        "summary": f"OTLP: export {signal}, as protobuf or JSON, gzip or deflate",
        "security": [{"write": []}],
        "requestBody": {"required": True, "content": message},
        "responses": {
            "200": {"description": "They are on the disk", "content": message},
            **{str(code): {"description": _MEANINGS[code], "content": status} for code in codes},
        },
    }


def _open() -> Tree:
    """What needs no token."""
    paths = {
        "/health": ("Whether the process answers", (200,)),
        "/ready": ("Whether what comes can be kept", (200, 503)),
        "/metrics": ("Counts in Prometheus' text format", (200,)),
        "/api": ("The verbs", (200,)),
    }
    return {
        path: {
            "get": {
                "summary": summary,
                "security": [],
                "responses": {str(code): {"description": summary} for code in codes},
            }
        }
        for path, (summary, codes) in paths.items()
    }


_MEANINGS: Final[Mapping[int, str]] = {
    400: "It cannot be used",
    401: "No token, or one that is not known",
    403: "The token is not good for this",
    408: "The body came too slowly",
    413: "It is too large",
    415: "Its type or encoding is not read",
    422: "What is asked cannot be done",
    429: "Too much: send it again after Retry-After",
    503: "Not now: send it again after Retry-After",
}


def _refusals(*codes: int) -> Tree:
    content = {JSON: {"schema": _ref("Problems")}}
    return {str(code): {"description": _MEANINGS[code], "content": content} for code in codes}


def _schemas() -> Tree:
    parts: Sequence[str] = ("code", "severity", "where", "what", "why", "fix")
    problem = {
        "type": "object",
        "properties": {part: {"type": "string"} for part in parts},
        "required": list(parts),
    }
    return {
        "Problem": problem,
        "Problems": {
            "type": "object",
            "properties": {"problems": {"type": "array", "items": _ref("Problem")}},
            "required": ["problems"],
        },
        "Status": {
            "type": "object",
            "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
        },
        "Answer": {"type": ["object", "array"]},
        "Events": {
            "type": "object",
            "properties": {
                "events": {"type": "array", "maxItems": Limits().events, "items": {"type": "object"}}
            },
            "required": ["events"],
        },
    }


def _security() -> Tree:
    scopes = {
        "write": "A token of scope write: usage is sent",
        "read": "A token of scope read: questions are asked",
        "admin": "A token of scope admin: both, and files of the server are named",
    }
    return {
        scope: {"type": "http", "scheme": "bearer", "description": said} for scope, said in scopes.items()
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
