"""Raw responses: the parts of what a response counted add up to it, whichever API it came from."""

import json

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.files import opened
from farthing.importers.format import HEAD_BYTES, MAYBE, NO, SURE, Head
from farthing.importers.responses import FORMAT

INPUT = (
    "input_tokens", "cache_read_tokens", "cache_read_audio_tokens", "cache_write_5m_tokens",
    "cache_write_1h_tokens", "input_audio_tokens", "input_image_tokens", "input_video_tokens",
)  # fmt: skip
OUTPUT = ("output_tokens", "output_audio_tokens", "output_image_tokens")
counts = st.integers(0, 10**9)


def added(response, folder):
    """The input and the output of one response, and what Farthing has against it."""
    path = folder / "responses.jsonl"
    path.write_text(json.dumps(response) + "\n")
    connection = duckdb.connect()
    query = FORMAT.read(connection, opened(path, folder, 0, {}))
    columns = ", ".join(" + ".join(part) for part in (INPUT, OUTPUT))
    return connection.execute(f"SELECT {columns}, aside FROM ({query})").fetchone()


@settings(max_examples=25, deadline=None)
@given(parts=st.tuples(*[counts] * 9))
def test_gemini_adds_up_to_its_total(parts, tmp_path_factory):
    text, audio, image, cached_text, cached_audio, tools, answer, drawn, thoughts = parts
    prompt = text + audio + image + cached_text + cached_audio
    usage = {
        "promptTokenCount": prompt,
        "cachedContentTokenCount": cached_text + cached_audio,
        "toolUsePromptTokenCount": tools,
        "candidatesTokenCount": answer + drawn,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": prompt + tools + answer + drawn + thoughts,
        "promptTokensDetails": kinds(TEXT=text + cached_text, AUDIO=audio + cached_audio, IMAGE=image),
        "cacheTokensDetails": kinds(TEXT=cached_text, AUDIO=cached_audio),
        "candidatesTokensDetails": kinds(TEXT=answer, IMAGE=drawn),
        "toolUsePromptTokensDetails": kinds(TEXT=tools),
    }
    response = {"createTime": "2026-03-02T10:00:00Z", "usageMetadata": usage}
    found = added(response, tmp_path_factory.mktemp("gemini"))
    assert found == (prompt + tools, answer + drawn + thoughts, None)


def kinds(**tokens):
    return [{"modality": kind, "tokenCount": count} for kind, count in tokens.items()]


@settings(max_examples=25, deadline=None)
@given(parts=st.tuples(*[counts] * 8), is_apart=st.booleans())
def test_chat_adds_up_whether_reasoning_is_in_the_completion(parts, is_apart, tmp_path_factory):
    text, audio, cached, cached_audio, written, answer, spoken, reasoning = parts
    prompt, output = text + audio + cached + cached_audio + written, answer + spoken + reasoning
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": output - reasoning if is_apart else output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {
            "cached_tokens": cached + cached_audio,
            "cached_tokens_details": {"audio_tokens": cached_audio},
            "audio_tokens": audio + cached_audio,
            "cache_write_tokens": written,
        },
        "completion_tokens_details": {"reasoning_tokens": reasoning, "audio_tokens": spoken},
    }
    response = {"object": "chat.completion", "created": 1772445600, "usage": usage}
    assert added(response, tmp_path_factory.mktemp("chat")) == (prompt, output, None)


@settings(max_examples=25, deadline=None)
@given(parts=st.tuples(*[counts] * 5))
def test_messages_leave_the_cache_out_of_their_input(parts, tmp_path_factory):
    plain, read, short, hour, output = parts
    usage = {
        "input_tokens": plain,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": short + hour,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": hour},
        "output_tokens": output,
    }
    record = {"timestamp": "2026-03-02T10:00:00Z", "response": {"type": "message", "usage": usage}}
    assert added(record, tmp_path_factory.mktemp("messages")) == (plain + read + short + hour, output, None)


def test_what_is_a_response_is_seen_by_what_it_has():
    assert FORMAT.match(head({"usageMetadata": {}, "candidates": []})) == SURE
    assert FORMAT.match(head({"custom_id": "1", "response": None, "error": {}})) == SURE
    assert FORMAT.match(head({"usage": {"prompt_tokens": 1}, "choices": []})) == SURE
    assert FORMAT.match(head({"usage": {"prompt_tokens": 1}, "note": "an event of one's own"})) == NO
    assert FORMAT.match(head({"response": "text"})) == NO
    assert FORMAT.match(Head("a.csv", b"usage,response\n1,2\n")) == NO


def test_a_record_that_begins_with_a_long_request_may_be_one():
    start = b'{"timestamp": 1772445600, "request": {"messages": [{"content": "' + b"x" * HEAD_BYTES
    assert FORMAT.match(Head("a.jsonl", start[:HEAD_BYTES])) == MAYBE
    assert FORMAT.match(Head("a.jsonl", start.replace(b"request", b"quest")[:HEAD_BYTES])) == NO


def head(one):
    return Head("a.jsonl", json.dumps(one).encode())
