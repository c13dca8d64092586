"""What the quick checks let pass, the checks of an import let pass too, and it means the same there."""

from datetime import UTC, datetime
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.importers.files import UnusableFileError
from farthing.importers.live.looked_at import looked_at
from farthing.importers.live.strict import microseconds_of, strict
from farthing.ledger.events import BY_NAME

LATEST = datetime(2027, 11, 22, tzinfo=UTC)
EVENT = {"event_id": "a", "at": "2026-11-22T10:00:00Z", "provider": "openai", "model": "gpt-5"}
AT_US = 1_795_341_600_000_000


def of(event):
    return strict(EVENT | event, LATEST)


def test_a_plain_event_is_kept_as_it_is():
    row = msgspec.json.decode(of({"input_tokens": 7, "team": "search", "tags": {"outcome": "won"}}))
    assert row == EVENT | {
        "at": str(AT_US), "requests": 1, "input_tokens": 7, "team": "search", "tags": {"outcome": "won"}
    }  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        {"input_tokens": -1}, {"input_tokens": 1.5}, {"input_tokens": "5"}, {"input_tokens": True},
        {"input_tokens": 10**15 + 1}, {"input_tokens": 10**40}, {"quality": float("nan")},
        {"billed_amount": float("inf")}, {"gpu_seconds": -1.0}, {"model": "m" * 1001}, {"model": 5},
        {"prompt": "a text"}, {"input_token": 5}, {"at": "soon"}, {"at": float("nan")}, {"at": True},
        {"at": "2014-12-31"}, {"at": "2028-01-01"}, {"at": 10**30}, {"at": None}, {"event_id": ""},
        {"event_id": None}, {"tags": {"team": "x"}}, {"tags": {"n": 1}}, {"tags": {"": "x"}}, {"batch": "b"},
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_import(odd):
    assert of(odd) is None


@pytest.mark.parametrize(
    ("written", "moment_us"),
    [
        ("2026-11-22T10:00:00Z", AT_US),
        ("2026-11-22T11:30:00.000001+01:30", AT_US + 1),
        ("2026-11-22 10:00:00", AT_US),
        (1_795_341_600, AT_US),
        (1_795_341_600.25, AT_US + 250_000),
        (1_795_341_600_123, AT_US + 123_000),
        (AT_US, AT_US),
        (AT_US * 1000 + 999, AT_US),
        ("1795341600", AT_US),
    ],
)
def test_moments(written, moment_us):
    assert microseconds_of(written) == moment_us


COUNTS = [column.name for column in BY_NAME.values() if column.kind in ("count", "whole")]
TEXTS = ["provider", "model", "service_tier", "region", "status", "team", "user", "accelerator"]
anything = st.one_of(
    st.integers(-5, 2 * 10**15), st.floats(), st.booleans(), st.none(), st.text(max_size=6), st.just("12")
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
amounts = st.one_of(st.decimals(0, 999, places=9).map(str), st.floats(0, 1e6), st.integers(0, 10**9))
sent = st.fixed_dictionaries(
    {
        "event_id": st.sampled_from(["a", "b", "c", "\0", "ü"]),
        "at": st.sampled_from([EVENT["at"], 1_795_341_600]),
    },
    optional={
        **dict.fromkeys(COUNTS[:6], st.one_of(st.integers(0, 10**15), anything)),
        **dict.fromkeys(TEXTS, texts),
        "billed_amount": amounts,
        "gpu_seconds": st.floats(0, 1e6),
        "quality": st.floats(0, 1),
        "tags": st.dictionaries(texts, texts, max_size=3),
    },
)


@settings(max_examples=15, deadline=None)
@given(st.lists(sent, min_size=1, max_size=12, unique_by=lambda one: one["event_id"]))
def test_the_import_agrees_with_what_passes(events):
    quick = {one["event_id"]: row for one in events if (row := strict(one, LATEST)) is not None}
    found = looked_at(list(quick.values()), LATEST) if quick else None
    assert found is None or (not found.asides and not found.repeated)
    kept = dict(found.rows) if found else {}
    assert kept.keys() == quick.keys()
    for event_id, row in quick.items():
        one, theirs = msgspec.json.decode(row), msgspec.json.decode(kept[event_id])
        for column, value in one.items():
            if BY_NAME[column].kind == "duration":  # the ledger keeps thousandths of a second
                assert abs(Fraction(theirs[column]) - Fraction(str(value))) <= Fraction(1, 1000)
            elif BY_NAME[column].kind == "money":
                assert abs(Fraction(theirs[column]) - Fraction(str(value))) <= Fraction(1, 10**18)
            elif column == "tags":
                assert (theirs[column] or {}) == value
            else:
                assert theirs[column] == value


def test_the_import_says_what_is_wrong_and_where():
    lines = [
        EVENT | {"event_id": "1", "input_tokens": "12"},
        EVENT | {"event_id": "2", "input_tokens": -4},
        EVENT | {"event_id": "3", "at": "soon"},
        EVENT | {"event_id": "1", "input_tokens": 12},
        ["no object"],
    ]
    found = looked_at([msgspec.json.encode(one) for one in lines], LATEST)
    assert [(one.line, one.why) for one in found.asides] == [
        (2, "input_tokens is negative: -4"),
        (3, "at is no moment: soon"),
        (5, "it is no JSON object"),
    ]
    assert [event_id for event_id, _ in found.rows] == ["1"]
    assert found.repeated == 1


def test_a_misspelled_column_is_refused():
    with pytest.raises(UnusableFileError, match="rename it to input_tokens"):
        looked_at([msgspec.json.encode(EVENT | {"input_token": 5})], LATEST)
