"""Codex's sessions: what their events say adds up to the session's own running total."""

import json

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.codex import FORMAT
from farthing.importers.files import opened
from farthing.importers.format import NO, SURE, Head

counts = st.integers(0, 10**9)
responses = st.lists(
    st.tuples(counts, counts, counts, counts, st.integers(1, 3), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=25, deadline=None)
@given(used=responses)
def test_events_of_a_session_add_up_to_its_total(used, tmp_path_factory):
    folder = tmp_path_factory.mktemp("codex")
    path = folder / "rollout.jsonl"
    total = dict.fromkeys(
        ("input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens"), 0
    )
    path.write_text("".join(f"{line}\n" for line in session(used, total)))
    connection = duckdb.connect()
    query = FORMAT.read(connection, opened(path, folder, 0, {}))
    columns = ("input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "output_tokens")
    sums = ", ".join(f"COALESCE(sum(CAST({column} AS HUGEINT)), 0)" for column in columns)
    uncached, cached, written, output = connection.execute(f"SELECT {sums} FROM ({query})").fetchone()
    assert uncached + cached + written == total["input_tokens"]
    assert (cached, written) == (total["cached_input_tokens"], total["cache_write_input_tokens"])
    assert output == total["output_tokens"]


def session(used, total):
    """Lines of a session; each count is written one to three times, with the last usage or without."""
    meta = {"id": "s", "timestamp": "2026-05-01T10:00:00Z", "cwd": "/repo"}
    yield json.dumps({"type": "session_meta", "timestamp": meta["timestamp"], "payload": meta})
    for uncached, cached, written, output, times, has_last in used:
        last = dict(zip(total, (uncached + cached + written, cached, written, output), strict=True))
        for count in total:
            total[count] += last[count]
        info = {"total_token_usage": dict(total)} | ({"last_token_usage": last} if has_last else {})
        event = {"type": "token_count", "info": info}
        for _ in range(times):
            yield json.dumps({"type": "event_msg", "timestamp": "2026-05-01T10:00:09Z", "payload": event})


def test_other_files_are_not_taken_for_codex():
    others = (
        '{"type":"event_msg","payload":"text"}',
        '{"type":"assistant","sessionId":"s","uuid":"u","message":{"usage":{"input_tokens":1}}}',
        '{"resourceSpans":[]}',
        "type,payload\nsession_meta,{}\n",
    )
    assert [FORMAT.match(Head("a.jsonl", other.encode())) for other in others] == [NO] * 4


def test_a_session_is_recognized_though_its_first_line_is_longer_than_what_is_looked_at():
    start = (
        '{"timestamp":"2026-05-01T10:00:00Z","type":"session_meta","payload":{"instructions":"'
        + "x" * 300_000
    )
    assert FORMAT.match(Head("rollout.jsonl", start.encode()[: 256 * 1024])) > NO
    whole = '{"type": "turn_context", "payload": {"model": "gpt-5"}}'
    assert FORMAT.match(Head("rollout.jsonl", whole.encode())) == SURE
