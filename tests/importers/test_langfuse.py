"""Langfuse's usage: whether input and output hold their parts or not, the counts are the same."""

import json

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.files import opened
from farthing.importers.format import NO, Head
from farthing.importers.langfuse import FORMAT

counts = st.integers(0, 10**9)
COLUMNS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "input_audio_tokens",
    "output_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
)


@settings(max_examples=25, deadline=None)
@given(used=st.lists(st.tuples(*[counts] * 7), min_size=1, max_size=8))
def test_the_total_tells_whether_input_and_output_hold_their_parts(used, tmp_path_factory):
    folder = tmp_path_factory.mktemp("langfuse")
    (folder / "apart.jsonl").write_text("".join(observations(used, together=False)))
    (folder / "together.jsonl").write_text("".join(observations(used, together=True)))
    expected = [
        (fresh, read, written, heard, answer + thought, thought, spoken)
        for fresh, read, written, heard, answer, thought, spoken in used
    ]
    assert rows(folder, "apart.jsonl") == expected
    assert rows(folder, "together.jsonl") == expected


def observations(used, *, together):
    """A line for each, with the parts in `input` and `output` as well, or beside them only."""
    for number, (fresh, read, written, heard, answer, thought, spoken) in enumerate(used):
        inside, out = (read + written + heard, thought + spoken) if together else (0, 0)
        usage = {
            "input": fresh + inside,
            "output": answer + out,
            "input_cached_tokens": read,
            "input_cache_creation": written,
            "input_audio_tokens": heard,
            "output_reasoning_tokens": thought,
            "output_audio_tokens": spoken,
            "total": fresh + read + written + heard + answer + thought + spoken,
        }
        row = {"id": f"o-{number}", "provided_model_name": "gpt-4o", "usage_details": usage}
        yield json.dumps(row | {"start_time": "2026-05-29 13:46:19.963000"}) + "\n"


def rows(folder, name):
    connection = duckdb.connect()
    query = FORMAT.read(connection, opened(folder / name, folder, 0, {}))
    return connection.execute(f"SELECT {', '.join(COLUMNS)} FROM ({query}) ORDER BY line").fetchall()


def test_other_files_are_not_taken_for_langfuse():
    others = (
        "id,trace_id,observation_id,name,value,data_type\n",
        '{"id":"chatcmpl-1","model":"gpt-4o","usage":{"prompt_tokens":1}}',
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","parentSpanId":""}]}]}]}',
        '{"request_id":"r","startTime":"2026-05-29","spend":0.1}',
    )
    assert [FORMAT.match(Head("export.json", other.encode())) for other in others] == [NO] * 4


def test_an_array_is_recognized_though_its_first_row_is_longer_than_what_is_looked_at():
    start = (
        '[{"id":"o-1","trace_id":"t","parent_observation_id":"","start_time":"2026-05-29","input":"'
        + "x" * 300_000
    )
    assert FORMAT.match(Head("export.json", start.encode()[: 256 * 1024])) > NO
