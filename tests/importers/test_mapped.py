"""Maps: what they say becomes rows, what is wrong with them is told at once, and traces add up."""

import json
import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.files import UnusableFileError, opened
from farthing.importers.format import Head
from farthing.importers.map_facts import Made
from farthing.importers.map_paths import Table
from farthing.importers.map_steps import said
from farthing.importers.mapped import FORMATS, SHIPPED, from_file
from farthing.importers.registry import formats, recognized
from farthing.units.problem import InputError

EVENT = "columns:\n  at: ts\n  event_id: id\n"


@pytest.fixture
def format_of(tmp_path):
    def format_of(text):
        path = tmp_path / "my gateway.yaml"
        path.write_text(text)
        return from_file(path)

    return format_of


def write(query):
    with duckdb.connect() as connection:
        connection.execute(query)


def value(staged, format_of, spec, *rows, column="input_tokens", reads="jsonl"):
    """What a map makes of a column of these rows, and why others were set aside."""
    text = "".join(json.dumps({"ts": 1767225600, "id": str(n), **row}) + "\n" for n, row in enumerate(rows))
    found = staged(text, format_of(f"{EVENT}  {column}: {spec}\nreads: {reads}\n"))
    return [row[0] for row in found.rows(f'"{column}"')], found.why


def test_shipped_maps_are_formats():
    assert {"azure-llm-trace", "mooncake-trace", "burstgpt-trace", "helicone", "openrouter"} <= set(formats())
    assert {"gcp-billing", "azure-costs"} <= {
        name for name, one in formats().items() if one.table == "charges"
    }


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_maps_are_sound(path):
    assert from_file(path).name in formats()


@pytest.mark.parametrize("format_", FORMATS, ids=lambda one: one.name)
def test_only_its_own_files_are_recognized(format_):
    """Every input of tests/importers is recognized by the format whose folder it lies in."""
    for path in Path(__file__).parent.glob("*/*/input*"):
        content = path.read_bytes()
        is_own = path.parent.parent.name == format_.name
        assert bool(format_.match(Head(path.name, content))) == is_own, path


# Columns: the steps that make one.


def test_paths_lead_into_objects_lists_and_names_with_points(staged, format_of):
    row = {"usage": {"input": 7}, "items": [{"n": 1}, {"n": 8}], "a.b": {"c d": 9}}
    assert value(staged, format_of, "usage.input", row) == ([7], [])
    assert value(staged, format_of, "items[1].n", row) == ([8], [])
    assert value(staged, format_of, '\'"a.b"."c d"\'', row) == ([9], [])


def test_first_takes_what_is_not_empty(staged, format_of):
    rows = {"a": "", "b": 2}, {"b": 3}, {"a": 4, "b": 5}, {}
    assert value(staged, format_of, "{first: [a, b]}", *rows) == ([2, 3, 4, 0], [])


def test_minus_and_plus_count_what_is_missing_as_nothing(staged, format_of):
    rows = {"all": 10, "cached": 4, "audio": 1}, {"all": 10}, {"cached": 3}, {}
    found, why = value(staged, format_of, "{from: all, minus: [cached, audio]}", *rows)
    assert found == [5, 10, 0]
    assert why == ["3: input_tokens is negative: -3"]


def test_times_is_exact(staged, format_of):
    found, _ = value(
        staged, format_of, '{from: cost, times: "1e-9"}', {"cost": 123456789012}, column="reported_usd"
    )
    assert str(found[0]) == "123.456789012000000000"


def test_sum_adds_a_number_of_every_object_in_a_list(staged, format_of):
    spec = "{from: cost, plus: [{from: credits, sum: amount}]}"
    rows = (
        {"cost": "0.1", "credits": [{"amount": 0.2}, {"amount": "-0.05"}, {"other": 1}]},
        {"cost": 1, "credits": []},
        {"cost": 1},
        {"cost": 1, "credits": [{"amount": "much"}]},
        {"cost": 1, "credits": 7},
    )
    found, why = value(staged, format_of, spec, *rows, column="billed_amount")
    assert [str(one) for one in found] == [f"{one:.18f}" for one in (0.25, 1, 1, 8)]
    assert why == ["4: billed_amount is no number: much"]


def test_words_and_patterns(staged, format_of):
    words = "{from: s, words: {Success: ok, '500': broken}}"
    rows = {"s": "SUCCESS"}, {"s": 500}, {"s": "other"}, {}
    assert value(staged, format_of, words, *rows, column="status")[0] == ["ok", "broken", "other", ""]
    rest = "{from: s, words: {Success: ok, '*': failed}}"
    assert value(staged, format_of, rest, *rows, column="status")[0] == ["ok", "failed", "failed", ""]
    pattern = "{from: s, pattern: '(?i)-(batch|flex)-', words: {batch: batch}}"
    rows = {"s": "a-BATCH-b"}, {"s": "a-flex-b"}, {"s": "batch"}
    assert value(staged, format_of, pattern, *rows, column="service_tier")[0] == ["batch", "flex", ""]


def test_a_number_that_no_step_can_use_is_shown_as_it_stands(staged, format_of):
    rows = {"n": "ten"}, {"n": 1e30}, {"n": True}, {"n": [1]}
    _, why = value(staged, format_of, "{from: n, times: '2'}", *rows)
    assert [one.partition(": ")[2] for one in why] == [
        "input_tokens is no whole number: ten",
        "input_tokens is no whole number: 1e30",
        "input_tokens is no whole number: true",
        "input_tokens is no whole number: [1]",
    ]


def test_durations_are_rounded_to_whole_units(staged, format_of):
    rows = {"s": 1.2345}, {"s": "0.0004"}, {"s": "long"}
    found, why = value(staged, format_of, "{from: s, times: '1e3'}", *rows, column="duration_ms")
    assert found == [1235, 0]
    assert why == ["3: duration_ms is no whole number: long"]


def test_dates_in_other_forms(staged, format_of):
    text = "id,ts\n1,31.12.2026 23:00\n2,2026-12-31\n3,soon\n"
    map_ = "columns:\n  event_id: id\n  at: {from: ts, format: '%d.%m.%Y %H:%M'}\n"
    found = staged(text, format_of(map_))
    assert found.rows('epoch("at")') == [(1798758000.0,), (1798675200.0,)]
    assert found.why == ["4: at is no moment: soon"]


def test_times_from_a_start(staged, format_of):
    map_ = format_of("columns: {at: s}\nstart: 2026-01-01T00:00:00.5+01:00\n")
    assert staged("s\n0.25\n", map_).rows('epoch_ms("at")') == [(1767222000750,)]
    assert staged("s\n0.25\n", map_, start="2026-01-01").rows('epoch_ms("at")') == [(1767225600250,)]
    with pytest.raises(UnusableFileError, match="'soon' is no moment to start at"):
        staged("s\n1\n", map_, start="soon")
    assert staged("s\nnan\n1e300\n-\n", map_).counted.set_aside == 3


# Rows, tags, ids.


def test_rows_inside_documents_and_rows_that_are_meant(staged, format_of):
    map_ = format_of(
        "reads: json\nrows: page.items\nwhere: {kind: [call, '']}\n"
        "columns: {at: ts, event_id: id, output_tokens: out}\n"
    )
    items = [{"ts": 1767225600, "id": "a", "kind": "call", "out": 1}, {"ts": 1767225600, "id": "b", "out": 2}]
    other = {"ts": 1767225600, "id": "c", "kind": "note", "out": 4}
    pages = [{"page": {"items": [*items, other]}}, {"page": {"items": {**other, "kind": "call"}}}]
    for text in (json.dumps(pages), json.dumps(pages, indent=2), "\n".join(map(json.dumps, pages))):
        found = staged(text, map_)
        assert found.rows("event_id", "output_tokens") == [("a", 1), ("b", 2), ("c", 4)]
        assert found.counted.read == 3


def test_all_tags_of_an_object_or_of_a_list(staged, format_of):
    map_ = format_of("columns: {at: ts, team: owner}\ntags: {key: k, '*': labels}\n")
    rows = (
        {"ts": 1767225600, "k": "x", "labels": {"team": "theirs", "project": "p", "ring": 1}},
        {"ts": 1767225600, "labels": [{"key": "team", "value": "t"}, {"key": "ring", "value": "2"}]},
        {"ts": 1767225600, "labels": '"team": "azure", "ring": "3"'},
        {"ts": 1767225600, "owner": "own", "labels": "{}"},
        {"ts": 1767225600, "labels": "no tags"},
    )
    found = staged("\n".join(map(json.dumps, rows)), map_)
    assert found.rows("team", "project", "tags") == [
        ("theirs", "p", {"ring": "1", "key": "x"}),
        ("t", "", {"ring": "2"}),
        ("azure", "", {"ring": "3"}),
        ("own", "", None),
    ]
    assert found.why == ["5: its tags are no object whose names differ: no tags"]


def test_ids_of_one_column_of_several_and_of_the_whole_row(staged, format_of):
    rows = "s,n,ts\na,1,1767225600\na,2,1767225600\na,1,1767225600\n,,1767225600\n"
    one = staged(rows, format_of("name: mine\ncolumns: {at: ts}\nid: [s]\n"))
    assert [row[0] for row in one.rows("event_id")][:3] == ["mine:a"] * 3
    two = [row[0] for row in staged(rows, format_of("columns: {at: ts}\nid: [s, n]\n")).rows("event_id")]
    assert two[0] == two[2] != two[1]
    assert two[0].startswith("my-gateway:")
    whole = [row[0] for row in staged(rows, format_of("columns: {at: ts}\n")).rows("event_id")]
    assert len(set(whole)) == 4  # rows that are equal are separate events
    assert whole[2] == f"{whole[0]}-2"
    assert one.rows("event_id")[3] == (whole[3],)  # an id that is empty is none


def test_parquet_keeps_decimals_and_nested_columns(staged, format_of, tmp_path):
    path = tmp_path / "bill.parquet"
    write(
        "COPY (SELECT TIMESTAMP '2026-01-01 00:00:00' AS ts, 1.000000000000000001::DECIMAL(38,18) AS cost,"
        " {'input': 5, 'kind': 'x'} AS usage, MAP {'team': 'a', 'ring': 'b'} AS labels, [1, 2] AS hashes,"
        f" 7 AS line) TO '{path}' (FORMAT parquet)"
    )
    map_ = format_of(
        "columns: {at: ts, billed_amount: cost, input_tokens: usage.input, prefix_hashes: hashes}\n"
        "tags: {kind: usage.kind, '*': labels}\n"
    )
    found = staged(path, map_)
    assert found.rows("CAST(billed_amount AS VARCHAR)", "input_tokens", "team", "tags", "prefix_hashes") == [
        ("1.000000000000000001", 5, "a", {"ring": "b", "kind": "x"}, [1, 2])
    ]
    assert found.rows('epoch("at")') == [(1767225600.0,)]


@settings(max_examples=60)
@given(total=st.integers(0, 10**14), cached=st.integers(0, 10**14), audio=st.integers(0, 10**14))
def test_disjoint_counts_add_up_to_the_inclusive_one(total, cached, audio):
    """What a map takes out of an inclusive count is in the others, to the last token, or the row is aside."""
    uncached = said(Made(from_="total", minus=("cached", "audio")), Table.of(["total", "cached", "audio"]))
    row = f"SELECT '{total}' AS total, '{cached}' AS cached, '{audio}' AS audio"
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {uncached} FROM ({row})").fetchone()
    assert Decimal(found[0]) == total - cached - audio


# What cannot be used.


def test_everything_wrong_with_a_map_is_told_at_once_with_its_line(format_of):
    with pytest.raises(InputError) as caught:
        format_of(
            "start: soon\n"
            "rows: a..b\n"
            "reads: csv\n"
            "columns:\n"
            "  at: {from: ts, format: '%Q'}\n"
            "  inputtokens: n\n"
            "  output_tokens: {from: n, format: '%Y'}\n"
            "  model: {value: x, words: {a: b}}\n"
            "  provider: {pattern: x}\n"
            "  region: {from: r, pattern: '(('}\n"
            "  status: {from: r, times: '1e-30'}\n"
            "  event_id: {first: [{from: 'a['}]}\n"
            "  day: ts\n"
            "tags: {team: t}\n"
            "id: [ts]\n"
        )
    told = "\n".join(map(str, caught.value.problems))
    for part in (
        "yaml:1: 'soon' is no moment",
        "yaml:2: 'a..b' is no column and no path",
        "yaml:2: 'rows' is for JSON",
        "yaml:5: '%Q' is no format of a date",
        "yaml:6: There is no column 'inputtokens'; a map fills columns of events. Did you mean input_tokens",
        "yaml:7: output_tokens is no moment, but has a format",
        "yaml:8: model is a constant and has steps",
        "yaml:9: provider needs exactly one of value, from and first",
        "yaml:10: '((' is no pattern",
        "yaml:11: times: 1e-30 has more than 12 places",
        "yaml:12: 'a[' is no column",
        "yaml:13: There is no column 'day'",
        "yaml:14: The tag 'team' is a column of its own",
        "yaml:15: Both 'id' and the column 'event_id'",
    ):
        assert part in told
    assert len(caught.value.problems) == 14


def test_wrong_keys_are_told_with_those_that_were_meant(format_of):
    with pytest.raises(InputError) as caught:
        format_of("tabel: events\ncolumns:\n  model: {from: m, wrds: {a: b}}\n  status: [a, b]\n  at: ts\n")
    told = "\n".join(map(str, caught.value.problems))
    assert "yaml:3: The key 'wrds' is not known here" in told
    assert "Did you mean words?" in told
    assert "yaml:4: Nothing that 'status' could come from" in told
    assert "yaml:1: The key 'tabel' is not known here" in told


@pytest.mark.parametrize(
    "text", ["", "just text", "[1]", "a: [", "a: !!python/object:os.system x", "x" * 2**21]
)
def test_what_is_no_map(format_of, text):
    with pytest.raises(InputError):
        format_of(text)


def test_a_map_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        from_file(tmp_path / "none.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path, tmp_path / "pipe.yaml"):
        with pytest.raises(InputError, match="it is not a file"):
            from_file(path)


def test_a_column_that_the_file_lacks_is_named_with_the_nearest(staged, format_of):
    with pytest.raises(
        UnusableFileError,
        match=r"it has no column 'tokens_in', which the map names\. Did you mean tokens_inn\?",
    ):
        staged("ts,tokens_inn\n1,2\n", format_of("columns: {at: ts, input_tokens: tokens_in}\n"))
    with pytest.raises(UnusableFileError, match="it has no column 'kind'"):
        staged("ts\n1\n", format_of("columns: {at: ts}\nwhere: {kind: call}\n"))
    with pytest.raises(UnusableFileError, match="nothing says when its rows happened"):
        staged("ts\n1\n", format_of("columns: {model: ts}\n"))


def test_a_moment_for_all_rows(staged, format_of):
    found = staged("n\n5\n", format_of("columns: {input_tokens: n}\n"), at="2026-01-01T00:00:00Z")
    assert found.rows('epoch("at")', "input_tokens") == [(1767225600.0, 5)]


# Plain events.


@pytest.mark.parametrize("name", ["input_token", "InputTokens", "cached_read_tokens"])
def test_a_misspelled_column_of_events_is_refused(staged, name):
    with pytest.raises(UnusableFileError, match=f"its column '{name.lower()}' is none of an event's: rename"):
        staged(f"at,model,output_tokens,{name}\n1767225600,m,1,2\n")


def test_other_columns_of_events_are_left_alone(staged):
    found = staged("at,model,output_tokens,total_tokens,prompt,cost\n1767225600,m,1,2,secret,3\n")
    assert found.rows("output_tokens", "tags") == [(1, None)]


def test_events_from_parquet(staged, tmp_path):
    path = tmp_path / "events.parquet"
    write(
        "COPY (SELECT TIMESTAMPTZ '2026-01-01 00:00:00Z' AS \"at\", 'm' AS model, 5::HUGEINT AS input_tokens,"
        " 7.0::DOUBLE AS output_tokens, MAP {'team': 't', 'x': 'y'} AS tags, 'z' AS \"tag:who\","
        f" [1, 2]::BIGINT[] AS prefix_hashes) TO '{path}' (FORMAT parquet)"
    )
    found = staged(path)
    assert found.format.name == "events"
    assert found.rows("input_tokens", "output_tokens", "team", "tags", "prefix_hashes", "requests") == [
        (5, 7, "t", {"x": "y", "who": "z"}, [1, 2], 1)
    ]


def test_tags_as_keys_of_json(staged):
    row = {"at": 1767225600, "model": "m", "input_tokens": 1}
    lines = [
        {**row, "tag:team": "t", "tag:a": "x", "tags": {"b": "y"}},
        {**row, "team": "own", "tag:team": "t", "tags": {"team": "u"}},
        {**row, "tag:a": "", "tag:b": None, "tag:c": 5},
        row,
    ]
    found = staged("\n".join(map(json.dumps, lines)) + '\n{"at": 1, "at": 2, "tag:a": "x"}\n')
    assert found.rows("team", "tags") == [
        ("t", {"b": "y", "a": "x"}),
        ("own", None),
        ("", {"c": "5"}),
        ("", None),
    ]
    assert found.why == ["5: two of its keys are alike"]


# Recorded traces, where they are. Totals: counted by awk, and published in the research notes on them.

TRACES = [
    ("azure_llm_2023_code.csv", 8_819, 18_059_974, 245_896),
    ("azure_llm_2023_conv.csv", 19_366, 22_361_870, 4_088_665),
    ("mooncake_synthetic_trace.jsonl", 3_993, 61_194_628, 595_432),
]


@pytest.mark.parametrize(("name", "events", "inputs", "outputs"), TRACES, ids=[one[0] for one in TRACES])
def test_traces_add_up(staged, shared, tmp_path, name, events, inputs, outputs):
    path = shared / "data" / "traces" / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    found = staged(path, provider="anthropic", model="claude-sonnet-4-20250514")
    total = "count(*), count(DISTINCT event_id), sum(input_tokens), sum(output_tokens), min(provider)"
    query = f"SELECT {total} FROM staged_events"
    assert found.stage.connection.execute(query).fetchone() == (events, events, inputs, outputs, "anthropic")
    assert found.counted.set_aside == 0
    again = opened(path, tmp_path, 1, {})
    found.stage.add(1, again, recognized(again.head))
    assert sum(found.stage.drop_repeated().values()) == events  # importing twice changes nothing
