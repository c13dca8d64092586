"""OpenTelemetry in OTLP's JSON: traces, metrics and logs, a request on each line or one in the file.

Each call of a model is an event: spans of calls (not those of agents around them), log records of Claude
Code, Codex and Gemini CLI, GenAI's own events. Metrics add calls up; where calls of the same sender and time
are told one by one, in this import or in another before or after it, the metrics are left out
(`otlp_senders` has the rule). Prompts are not read.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from duckdb import DuckDBPyConnection

from farthing.importers.decoded_lines import decoded
from farthing.importers.files import UnusableFileError
from farthing.importers.format import NO, SURE, Format, Head, Source
from farthing.importers.genai_usage import Row
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import SIGNALS, request_rows
from farthing.importers.otlp_spans import Outer
from farthing.importers.readers import LONGEST_OBJECT, rows_of
from farthing.ledger.events import BY_NAME

_NOT_TOLD: Final = ("batch", "day", "source", "prefix_hashes")
_COLUMNS: Final = ("line", "aside", *(name for name in BY_NAME if name not in _NOT_TOLD))
_DOCUMENT: Final = msgspec.json.Decoder(dict[str, object])
_FILE: Final = msgspec.json.Decoder(dict[str, object] | list[dict[str, object]])


def _match(head: Head) -> int:
    if any(signal in one for one in head.objects for signal in SIGNALS):
        return SURE
    start = head.text[:4096] if head.is_json else ""
    return SURE if any(f'"{signal}"' in start for signal in SIGNALS) else NO


def _read(_: DuckDBPyConnection, source: Source) -> str:
    return rows_of(source, _rows(source), _COLUMNS)


def _rows(source: Source) -> Iterator[Row]:
    """All rows of a file."""
    totals, outer = Totals(), Outer()
    for number, document, why in _documents(source):
        if document is None:
            yield {"line": number, "aside": why}
            continue
        for row in request_rows(document, totals, outer):
            yield row | {"line": number}


def _documents(source: Source) -> Iterator[tuple[int, dict[str, object] | None, str]]:
    """Requests with the number of their line, or of their place in an array."""
    head = source.head
    if not head.first_line.rstrip().endswith(("{", "[", ",")) and not head.text.lstrip().startswith("["):
        yield from ((line.number, line.value, line.why) for line in decoded(source, _DOCUMENT))
        return
    if source.path.stat().st_size > LONGEST_OBJECT:
        raise UnusableFileError(
            f"it is one document of more than {LONGEST_OBJECT:,} bytes: write a request on each line"
        )
    try:
        found = _FILE.decode(source.path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableFileError(f"it is not JSON as OTLP writes it: {str(error)[:200]}") from None
    for number, document in enumerate(found if isinstance(found, list) else [found], 1):
        yield number, document, ""


FORMAT: Final = Format("otlp", "OpenTelemetry: traces, metrics or logs in OTLP's JSON", _match, _read)
