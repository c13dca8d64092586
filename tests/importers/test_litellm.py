"""LiteLLM's logs: the parts of what it counted add up to it, in either form of file."""

import csv
import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.files import opened
from farthing.importers.litellm import FORMAT
from farthing.importers.litellm_words import provider_of
from farthing.pricing.book import book

INPUT = (
    "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens",
    "input_audio_tokens", "input_image_tokens",
)  # fmt: skip
OUTPUT = ("output_tokens", "output_audio_tokens")
COLUMNS = (
    "request_id", "call_type", "spend", "startTime", "prompt_tokens", "completion_tokens", "metadata",
)  # fmt: skip
counts = st.integers(0, 10**9)
parts = st.tuples(*[counts] * 8)


def record(number, used):
    """A row of the log that was billed these parts, with their sums where LiteLLM writes sums."""
    uncached, read, short, hour, audio, image, text, spoken = used
    usage = {
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": short + hour,
        "prompt_tokens_details": {
            "cached_tokens": read,
            "audio_tokens": audio,
            "image_tokens": image,
            "cache_creation_token_details": {"ephemeral_1h_input_tokens": hour},
        },
        "completion_tokens_details": {"audio_tokens": spoken, "reasoning_tokens": text // 2},
    }
    metadata = {"usage_object": usage} if number % 2 else {"additional_usage_values": usage}
    values = (
        f"r-{number}", "acompletion", 0.5, "2026-03-02T10:00:00Z",
        uncached + read + short + hour + audio + image, text + spoken, metadata,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def sums(path, folder):
    """Input and output over all rows of a file, and how many rows it has, none of them set aside."""
    connection = duckdb.connect()
    query = FORMAT.read(connection, opened(path, folder, 0, {}))
    added = [f"COALESCE(sum(CAST({' + '.join(columns)} AS HUGEINT)), 0)" for columns in (INPUT, OUTPUT)]
    return connection.execute(f"SELECT {', '.join(added)}, count(*) - count(aside) FROM ({query})").fetchone()


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(parts, min_size=1, max_size=8))
def test_parts_add_up_to_what_was_counted(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("litellm")
    records = [record(number, used) for number, used in enumerate(rows)]
    lines, table = folder / "logs.jsonl", folder / "logs.csv"
    lines.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**one, "metadata": json.dumps(one["metadata"])} for one in records)
    prompt, completion = (sum(one[column] for one in records) for column in COLUMNS[4:6])
    assert sums(lines, folder) == (prompt, completion, len(rows))
    assert sums(table, folder) == (prompt, completion, len(rows))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("vertex_ai", "google"), ("gemini", "google"), ("bedrock_converse", "aws"), ("azure_ai", "azure"),
     ("xai", "x-ai"), ("together_ai", "together"), ("openai", "openai")],
)  # fmt: skip
def test_providers_are_those_of_the_price_book(theirs, ours):
    query = f"SELECT {provider_of('given')} FROM (SELECT '{theirs}' AS given)"
    assert duckdb.connect().execute(query).fetchone() == (ours,)
    assert ours in book().providers
