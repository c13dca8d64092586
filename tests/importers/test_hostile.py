"""Files that mean harm or were harmed: set aside with the reason, and the good rows beside them are kept."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from farthing.importers.files import UnusableFileError
from farthing.importers.format import LIKELY, MAYBE, NO, SURE, Head
from farthing.importers.registry import formats, named, recognized

HERE = Path(__file__).parent
# One file of each format and layout: of JSON lines, and of CSV.
LINES = {path.parent.parent.name: path for path in sorted(HERE.glob("*/*/input*.jsonl"), reverse=True)}
TABLES = {path.parent.parent.name: path for path in sorted(HERE.glob("*/*/input*.csv"), reverse=True)}
VALUES = (
    -1, 2**63, -(2**63), 10**400, 1e308, 0.5, True, None, "", " ", "NaN", "Infinity", "1e400", [], {},
    [1, {"a": None}], {"a": [1]}, "x" * 5_000, "2300-01-01T00:00:00Z", "1969-07-20", "0001-01-01",
    "99999-01-01", "=1+1", "\0", "\u2028", "'; DROP TABLE staged_events; --", '"',
)  # fmt: skip
DEEP = "[" * 100_000 + "]" * 100_000
BROKEN = (
    b"\0\0\0", b"\xff\xfe{}", b"{", b'{"a":', b"[]", b"1", b'"x"', b"null", b"{}", b"   ", DEEP.encode(),
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b'{"a": "\\ud800"}', b'{"a": 1, "a": 2}', b"a,b,c",
)  # fmt: skip
COUNTS = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens", "requests")


def format_of(path):
    return named(yaml.safe_load((path.parent / "expected.yaml").read_text())["format"])


def routes(value, route=()) -> Iterator[tuple]:
    """The place of every value inside a JSON value, itself included."""
    yield route
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    )
    for key, one in inner:
        yield from routes(one, (*route, key))


def replaced(value, route, other):
    """A copy of a JSON value with another value in one place."""
    if not route:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[route[0]] = replaced(value[route[0]], route[1:], other)
    return copy


def ids(found):
    return {row[0] for row in found.rows(found.stage.key)}


def assert_kept_and_sound(good, found):
    """All rows of the good file are among those found, and nothing among them is out of bounds."""
    assert ids(good) <= ids(found)
    assert found.counted.set_aside > 0
    assert all(aside.why and aside.line > 0 for aside in found.counted.asides)
    if found.stage.table == "events":
        lowest = ", ".join(f"min({column})" for column in COUNTS)
        highest = ", ".join(f"max({column})" for column in COUNTS)
        query = f"SELECT least({lowest}) >= 0, greatest({highest}) <= 1e15 FROM staged_events"
        assert found.stage.connection.execute(query).fetchone() == (True, True)
    years = f'SELECT min(year("at")) >= 2015, max(year("at")) <= 2027 FROM staged_{found.stage.table}'
    assert found.stage.connection.execute(years).fetchone() == (True, True)


# Records of every format.


@pytest.mark.parametrize("path", LINES.values(), ids=LINES)
def test_no_value_stops_a_file_of_json_lines(staged, path):
    """Every value of the first lines in turn becomes one that no one expects there."""
    content = path.read_bytes().rstrip(b"\n") + b"\n"
    objects = [found for found in map(loaded, content.splitlines()) if isinstance(found, dict)]
    harmed = [
        json.dumps(replaced(one, route, value))
        for one in objects[:3]
        for route in list(routes(one))[:60]
        for value in VALUES
    ]
    good = staged(content, format_of(path))
    found = staged(content + "\n".join(harmed).encode() + b"\n", format_of(path))
    assert_kept_and_sound(good, found)


@pytest.mark.parametrize("path", LINES.values(), ids=LINES)
def test_no_line_stops_a_file_of_json_lines(staged, path):
    content = path.read_bytes().rstrip(b"\n") + b"\n"
    good = staged(content, format_of(path))
    found = staged(content + b"\n".join(BROKEN) + b"\n" + content[: len(content) // 2], format_of(path))
    assert_kept_and_sound(good, found)


@pytest.mark.parametrize("path", TABLES.values(), ids=TABLES)
def test_no_value_stops_a_csv_file(staged, path):
    content = path.read_text("utf-8-sig")
    head, *records = csv.reader(io.StringIO(content, newline=""))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([head, *records])
    for record in records[:2]:
        for place in range(len(record)):
            for value in VALUES:
                shown = value if isinstance(value, str) else json.dumps(value)
                writer.writerow([*record[:place], shown, *record[place + 1 :]])
    good = staged(content, format_of(path))
    found = staged(out.getvalue() + ",\n" + "x," * 500 + "\n\0\n", format_of(path))
    assert_kept_and_sound(good, found)


def loaded(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


# Recognizing.


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_beginning_confuses_the_formats(start):
    stored = Head("input", b"PAR1" + start, ("a", start.decode("utf-8", "replace")))
    for head in (Head("input", start), stored):
        assert all(format_.match(head) in (SURE, LIKELY, MAYBE, NO) for format_ in formats().values())
        assert recognized(head) is None or not head.is_parquet


@pytest.mark.parametrize(
    "start", [*BROKEN, b'"' + b"x" * 200_000 + b'",b\n1,2\n', b"\xff\xfea\0,\0b\0", b"," * 100_000]
)
def test_odd_beginnings_are_of_no_format(start):
    assert recognized(Head("input", start)) is None


# Plain events, one by one.

EVENT = '{{"event_id": "{0}", "at": 1767225600, "model": "m", "input_tokens": 1{1}}}\n'
ROW = "{0},1767225600,m,1,\n"
COLUMNS = "event_id,at,model,input_tokens,tags\n"


def json_events(staged, harmed):
    lines = EVENT.format("first", "").encode(), harmed, EVENT.format("last", "").encode()
    return staged(b"".join(lines), formats()["events"])


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (', "tags": {"x": "' + "y" * 10_000_000 + '"}', "its tags are longer than 100,000 characters"),
        (', "tags": ' + DEEP, "its tags are longer than 100,000 characters"),
        (', "region": "' + "y" * 40_000_000 + '"', "region is longer than 1,000 characters"),
        (', "output_tokens": -5', "output_tokens is negative: -5"),
        (', "output_tokens": 9223372036854775808', "output_tokens is no whole number: 9223372036854775808"),
        (', "output_tokens": 1000000000000001', "output_tokens is beyond 10^15: 1000000000000001"),
        (', "output_tokens": "NaN"', "output_tokens is no whole number: NaN"),
        (', "output_tokens": [5]', "output_tokens is no whole number: [5]"),
        (', "quality": "inf"', "quality is no number: inf"),
        (', "billed_amount": "1e30"', "billed_amount is no number: 1e30"),
        (', "gpu_seconds": -1', "gpu_seconds is negative: -1"),
        (', "reasoning_tokens": 1', "reasoning_tokens is more than output_tokens"),
        (', "team": "\\ud800"', "it is not JSON"),
    ],
    ids=lambda given: given[:60],
)
def test_a_harmed_event_is_set_aside_alone(staged, harm, why):
    found = json_events(staged, EVENT.format("harmed", harm).encode())
    assert ids(found) == {"first", "last"}
    assert len(found.why) == 1
    assert found.why[0].startswith(f"2: {why}")


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("0", "at lies before 2015"),
        ('"2300-01-01"', "at lies before 2015 or after 2027"),
        ("1e18", "at lies before 2015"),
        ("99999999999999999999", "at is no moment"),
        ('"NaN"', "at is no moment: NaN"),
        ("null", "at is no moment: nothing"),
        ("[]", "at is no moment"),
    ],
)
def test_moments_that_cannot_be(staged, at, why):
    found = json_events(staged, b'{"event_id": "harmed", "at": %b, "model": "m"}\n' % at.encode())
    assert ids(found) == {"first", "last"}
    assert found.why[0].startswith(f"2: {why}")


def test_names_that_a_spreadsheet_or_a_database_would_run_are_kept_as_text(staged):
    harm = ', "team": "=HYPERLINK(1)", "user": "\'); DROP TABLE staged_events; --", "task": "<script>"'
    found = json_events(staged, EVENT.format("odd", harm).encode())
    assert found.rows("team", '"user"', "task")[1] == (
        "=HYPERLINK(1)",
        "'); DROP TABLE staged_events; --",
        "<script>",
    )


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ('d,1767225600,"' + "x" * 10_000_000 + '",1,\n', "maximum line size"),
        ("d,1\n", "expected Number of Columns: 5 Found: 2"),
        ("d,1,2,3,4,5,6,7\n", "expected Number of Columns: 5"),
        ("d,1767225600,m,0x10,\n", "input_tokens is no whole number: 0x10"),
        ("\0\0\0\n", "expected Number of Columns: 5 Found: 1"),
        ("d,,,,\n", "at is no moment: nothing"),
    ],
    ids=lambda given: given[:20],
)
def test_a_harmed_record_of_csv_is_set_aside_alone(staged, harm, why):
    found = staged(COLUMNS + ROW.format("first") + harm + ROW.format("last"), formats()["events"])
    assert ids(found) == {"first", "last"}
    assert [one.partition(": ")[2][: len(why)] for one in found.why] == [why]


def test_a_csv_file_that_is_not_utf8(staged):
    content = COLUMNS.encode() + ROW.format("first").encode() + b"\xff,1767225600,m,1,\n"
    found = staged(content + ROW.format("last").encode(), formats()["events"])
    assert ids(found) == {"first", "last"}
    assert found.why == ["3: it is not UTF-8"]


def test_a_csv_file_whose_lines_end_in_two_ways(staged):
    text = (
        COLUMNS.replace("\n", "\r\n")
        + ROW.format("a")
        + ROW.format("b").replace("\n", "\r\n")
        + ROW.format("c")
    )
    assert ids(staged(text, formats()["events"])) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            ",".join(f"c{number}" for number in range(10_000)) + "\n1\n",
            "it has 10,000 columns, more than 2,000",
        ),
        ('"' + "x" * 200_000 + '",at\n1,2\n', "its first line names no columns"),
        (",,,\n1,2,3,4\n", "its first line names no columns"),
        ("event_id\n1\n", "nothing says when its rows happened"),
    ],
    ids=lambda given: given[:20],
)
def test_a_csv_file_that_cannot_be_read(staged, content, why):
    with pytest.raises(UnusableFileError, match=why):
        staged(content, formats()["events"])


HEAVY = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from conftest import stage_of
found = stage_of(Path({path!r}), Path({folder!r}))
print(found.counted.read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.parametrize(
    ("name", "kilobytes", "times"),
    [
        ("claude_code", 20, 5_000),
        ("langfuse", 20, 5_000),
        ("otlp", 100, 1_000),
        ("events", 100, 1_000),
        ("responses", 1_000, 100),
        ("litellm", 30_000, 3),
    ],
)
def test_logs_with_long_prompts_take_bounded_memory(tmp_path, name, kilobytes, times):
    """100 MB of prompts and pictures; no more than 400 MB of memory are DuckDB's, the rest is Python's."""
    lines = LINES[name].read_bytes().splitlines()
    one = next(found for found in map(loaded, lines) if isinstance(found, dict))
    path = tmp_path / "heavy.jsonl"
    with path.open("w") as out:
        for _ in range(times):
            out.write(json.dumps({**one, "padding": "y" * (kilobytes * 1_000)}) + "\n")
    code = HEAVY.format(here=str(HERE), path=str(path), folder=str(tmp_path))
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    read, megabytes = map(int, ran.stdout.split()[:2])
    assert read >= times / 2  # a request and its answer may be a line each
    assert megabytes < 1_000
