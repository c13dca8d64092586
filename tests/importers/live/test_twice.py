"""Calls told one by one and in metrics count once, in whatever order, over whatever requests and restarts.

What is right is worked out by a plain loop over what was sent (`expected`), which shares nothing with the
product.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_rows import asked
from live_sending import ALICE, APP, BOB, Live, call, point

from farthing.app.ledger_import import bring_in
from farthing.importers import otlp_told
from farthing.ledger.connection import connect
from farthing.ledger.store import open_ledger
from farthing.ledger.table import Table


@pytest.fixture
def live(tmp_path):
    made = Live(tmp_path)
    yield made
    made.stop()


def both_orders(live, first, second):
    for some in (first, second):
        live.send(*some)
        live.move()
    return live.stored()


@pytest.mark.parametrize("calls_first", [True, False])
def test_a_point_is_left_out_whichever_comes_first(live, calls_first):
    calls, points = [call(APP, 30, 5, 1)], [point(APP, 0, 60, 5)]
    assert both_orders(live, *((calls, points) if calls_first else (points, calls))) == 5
    assert asked(live.ledger.events, "count(*)") == (1,)


@pytest.mark.parametrize("calls_first", [True, False])
def test_the_calls_of_another_session_or_user_say_nothing(live, calls_first):
    """Alice sends both, Bob metrics alone; so does someone whose metrics name a user and no session."""
    carol = ("claude-code", "", "carol")
    calls = [call(ALICE, 30, 5, 1)]
    points = [point(ALICE, 0, 60, 5), point(BOB, 0, 60, 7), point(carol, 0, 60, 11)]
    assert both_orders(live, *((calls, points) if calls_first else (points, calls))) == 5 + 7 + 11


# What a point names, what a call names, and whether they are of the same sender.
NAMED = [
    (("", ""), ("s", "u"), True),
    (("s", ""), ("", ""), True),
    (("s", ""), ("t", ""), False),
    (("s", "u"), ("s", "v"), True),
    (("s", "u"), ("", "u"), True),
    (("s", "u"), ("", "v"), False),
    (("", "u"), ("s", "v"), False),
    (("", "u"), ("s", ""), True),
]
# When a call ended and how long it took, and whether a point for the minute from 300 s covers that.
TIMES = [
    (300, 0, True),
    (330, 0, True),
    (239, 0, False),
    (240, 0, True),
    (419, 0, True),
    (420, 0, False),
    (330, 7_200, True),
    (3_000, 2_700, False),
]


def by_service(live):
    with_services = "map_from_entries(list({'k': service, 'v': tokens}))"
    grouped = "SELECT tags['service'] AS service, sum(output_tokens)::INT AS tokens"
    with connect(threads=1) as connection:
        rows = f"{grouped} FROM {live.ledger.events.files().relation()} GROUP BY ALL"
        ((found,),) = connection.execute(f"SELECT {with_services} FROM ({rows})").fetchall()
    return found


@pytest.mark.parametrize("calls_first", [True, False])
def test_who_is_the_same_sender_and_what_time_a_point_covers(live, calls_first):
    calls, points, right = [], [], {}
    for number, (of_point, of_call, is_twice) in enumerate(NAMED):
        service = f"named-{number}"
        calls.append(call((service, *of_call), 30, 5, 1 + number))
        points.append(point((service, *of_point), 0, 60, 5))
        right[service] = 5 if is_twice else 10
    for number, (ended_s, took_s, is_twice) in enumerate(TIMES):
        sender = (f"time-{number}", "", "")
        calls.append(call(sender, ended_s, 5, 101 + number, took_s))
        points.append(point(sender, 300, 359, 5))
        right[sender[0]] = 5 if is_twice else 10
    both_orders(live, *((calls, points) if calls_first else (points, calls)))
    assert by_service(live) == right


def test_growth_covers_the_time_since_the_point_before(live):
    """Calls in the first minute say nothing of growth in the tenth, though the series began before both."""
    live.send(point(APP, 0, 60, 5, is_running=True), call(APP, 30, 5, 1))
    live.send(point(APP, 0, 540, 5, is_running=True), point(APP, 0, 600, 12, is_running=True))
    live.move()
    assert live.stored() == 5 + 7


def test_what_was_forgotten_is_read_again(live, monkeypatch):
    monkeypatch.setattr(otlp_told, "_MOST_ROWS", 2)
    for minute in range(0, 20, 4):
        live.send(call(APP, 60 * minute, 5, minute + 1), call(BOB, 60 * minute, 7, minute + 100))
        live.send(point(APP, 60 * minute, 60 * minute + 50, 5))
        live.move()
    live.send(*(point(BOB, 60 * minute, 60 * minute + 50, 7) for minute in range(0, 20, 2)))
    live.move()
    # Of Bob's ten points five lie two minutes from any call of his.
    assert live.stored() == 5 * (5 + 7) + 5 * 7


def test_sampled_traces_are_said(live):
    hour = [point(APP, 60 * n, 60 * n + 59, 1_000) for n in range(80)]
    live.send(call(APP, 30, 40, 1), *(call(APP, 60 * n + 30, 1_000, n + 2) for n in range(0, 80, 10)))
    live.send(*hour)
    assert [problem.code for problem in live.move().problems] == ["sampled-calls"]


def test_traces_that_tell_all_raise_no_alarm(live):
    live.send(*(point(APP, 60 * n, 60 * n + 59, 1_000) for n in range(80)))
    live.move()
    live.send(*(call(APP, 60 * n + 30, 1_000, n + 1) for n in range(80)))
    moved = live.move()
    assert (moved.problems, moved.left, live.stored()) == ((), 80, 80_000)


def imported(folder, name, *documents):
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    return bring_in(files=[str(path)], ledger=str(folder / "ledger"))


@pytest.mark.parametrize("calls_first", [True, False])
def test_files_imported_one_after_the_other_count_once(tmp_path, calls_first):
    files = [
        ("calls.jsonl", call(APP, 30, 5, 1)),
        ("points.jsonl", point(APP, 0, 60, 5), point(BOB, 0, 60, 7)),
    ]
    for name, *documents in files if calls_first else files[::-1]:
        imported(tmp_path, name, *documents)
    events = open_ledger(str(tmp_path / "ledger")).events
    assert asked(events, "sum(output_tokens), count(*)") == (12, 2)


def test_a_file_of_metrics_after_live_calls_counts_once(live):
    live.send(call(APP, 30, 5, 1))
    live.move()
    imported(live.folder, "points.jsonl", point(APP, 0, 60, 5))
    assert live.stored() == 5


# What is sent: calls, points, or both, in deliveries that may come twice, late and in any order.
SENDERS = [
    *(("app", session, user) for session in ("", "s", "t") for user in ("", "u", "v")),
    ("other", "", ""),
]
sent_things = st.lists(
    st.tuples(
        st.sampled_from(["call", "point"]), st.sampled_from(SENDERS), st.integers(0, 9), st.integers(1, 1_000)
    ),
    min_size=1,
    max_size=14,
)
steps = st.lists(st.sampled_from(["move", "restart", "again", "on", "on"]), min_size=18, max_size=18)


def is_same(of_point, of_call):
    if of_point[0] != of_call[0]:
        return False
    for one, other in zip(of_point[1:], of_call[1:], strict=True):
        if one and other:
            return one == other
    return True


def expected(things):
    """Every call, and each point in whose minutes, and one more on either side, no call of its sender is."""
    calls = [(sender, minute) for what, sender, minute, _ in things if what == "call"]
    total = 0
    for what, sender, minute, tokens in things:
        near = [one for one in calls if is_same(sender, one[0]) and abs(one[1] - minute) <= 1]
        if what == "call" or not near:
            total += tokens
    return total


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    things=sent_things,
    grown=st.lists(st.integers(0, 500), max_size=4),
    how=steps,
    order=st.randoms(use_true_random=False),
)
def test_any_deliveries_add_up(tmp_path_factory, things, grown, how, order):
    # One point of a sender for a minute is one point, whoever sends it again.
    unique = {(what, sender, minute, tokens if what == "call" else 0): (what, sender, minute, tokens)
              for what, sender, minute, tokens in things}  # fmt: skip
    things = list(unique.values())
    documents = [
        call(sender, 60 * minute + 30, tokens, number + 1)
        if what == "call"
        else point(sender, 60 * minute + 10, 60 * minute + 50, tokens)
        for number, (what, sender, minute, tokens) in enumerate(things)
    ]
    # Totals that run on, of a sender who sends nothing else: the last of them is what was used.
    documents += [
        point(("runner", "", ""), 0, 60 * (n + 1), sum(grown[: n + 1]), is_running=True)
        for n in range(len(grown))
    ]
    order.shuffle(documents)
    live = Live(tmp_path_factory.mktemp("live"))
    for document, step in zip(documents, how, strict=False):
        live.send(document)
        if step == "again":
            live.send(document)
        elif step == "move":
            live.move()
        elif step == "restart":
            live.stop()
            live.start()
    live.move()
    live.send(order.choice(documents))
    live.move()
    assert live.stored() == expected(things) + sum(grown)
    live.stop()


@pytest.mark.parametrize("calls_first", [True, False])
def test_what_another_process_stores_meanwhile_is_seen_too(tmp_path, monkeypatch, calls_first):
    """A second import comes and goes after the first one has looked and before it has stored."""
    files = [("calls.jsonl", call(APP, 30, 5, 1)), ("points.jsonl", point(APP, 0, 60, 5))]
    ours, others = files if calls_first else files[::-1]
    append, waiting = Table.append, [others]

    def late(table, *given, **named):
        if waiting:
            imported(tmp_path, *waiting.pop())
        return append(table, *given, **named)

    imported(tmp_path, "first.jsonl", call(BOB, 30, 7, 2))
    monkeypatch.setattr(Table, "append", late)
    imported(tmp_path, *ours)
    events = open_ledger(str(tmp_path / "ledger")).events
    assert asked(events, "sum(output_tokens), count(*)") == (12, 2)
