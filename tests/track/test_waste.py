"""Money that bought nothing, worked out by hand."""

from fractions import Fraction

from small_ledger import accounts_of, charge, event

from farthing.track.dimensions import Asked, Condition
from farthing.track.waste import waste


def lost(accounts, **asked):
    return {one.kind: one.usd for one in waste(accounts, Asked(**asked))}


def hours(replica, count, share=None, **said):
    """Hours of an accelerator at 36 dollars each, and the share of them that a replica says it used."""
    tags = {"replica": replica} | ({} if share is None else {"utilization": share})
    seconds = str(3600 * count)
    return event(model="llama", accelerator="gpu-x", gpu_seconds=seconds, tags=tags, **said)


def test_failed_calls_that_cost_something(tmp_path):
    events = [
        event(input_tokens=1, status="ok"),
        event(input_tokens=1, status=""),
        event(input_tokens=4, status="error", team="ads"),
        event(input_tokens=2, status="timeout"),
        event(status="rate_limited"),
    ]
    accounts = accounts_of(tmp_path, events)
    (found,) = waste(accounts, Asked())
    assert (found.kind, found.usd) == ("failed_calls", 6)
    assert found.why == "3 events: error, rate_limited, timeout"
    assert lost(accounts, where=(Condition("team", ("ads",)),)) == {"failed_calls": 4}


def test_retries_are_calls_that_are_not_the_first(tmp_path):
    attempts = [{"attempt": "1"}, {"attempt": "0"}, {"attempt": "2"}, {"attempt": "3"}]
    retries = [{"retry": "false"}, {"retry": "True"}, {"retry": "1"}, {}]
    events = [event(input_tokens=10**n, tags=tags) for n, tags in enumerate(attempts + retries)]
    assert lost(accounts_of(tmp_path, events)) == {"retries": 100 + 1_000 + 100_000 + 1_000_000}


def test_a_replica_below_a_fifth_of_use_idles_for_the_rest(tmp_path):
    """10 hours at 36 dollars, used 10% of the time: 324 dollars bought nothing. A fifth is enough."""
    events = [hours("a", 10, "0.1"), hours("b", 10, "0.2"), hours("c", 10, "90%")]
    (found,) = waste(accounts_of(tmp_path, events), Asked())
    assert (found.kind, found.title, found.usd) == ("idle_replicas", "Idle: gpu-x a", 324)
    assert found.why == "used 10% of its time"


def test_use_is_weighed_by_time(tmp_path):
    """9 hours at 10% and one at 60% are 15% of ten hours: 85% of 360 dollars."""
    events = [hours("a", 9, "10"), hours("a", 1, "60%")]
    assert lost(accounts_of(tmp_path, events)) == {"idle_replicas": 306}


def test_a_replica_that_does_not_say_is_seen_beside_the_busiest(tmp_path):
    """1,000 and 100 tokens an hour: the second is used a tenth. Another model has a measure of its own."""
    events = [
        hours("a", 1, output_tokens=1_000),
        hours("b", 2, output_tokens=200),
        hours("c", 1, output_tokens=10) | {"model": "mistral"},
    ]
    assert lost(accounts_of(tmp_path, events)) == {"idle_replicas": 72 * Fraction(9, 10)}


def test_commitments_that_nobody_used(tmp_path):
    lines = [
        charge(cost="0", effective_cost="12.5", commitment="plan-1", commitment_status="Unused"),
        charge(cost="0", effective_cost="2.5", commitment="plan-1", commitment_status="Unused"),
        charge(cost="0", effective_cost="40", commitment="plan-1", commitment_status="Used"),
        charge(cost="0", effective_cost="1", commitment="plan-2", commitment_status="Unused"),
    ]
    found = waste(accounts_of(tmp_path, charges=lines), Asked())
    assert [(one.kind, one.usd) for one in found] == [("unused_commitments", 16)]
    assert found[0].why == "2 commitments, the dearest plan-1 ($15.00)"


def test_nothing_is_lost_where_nothing_says_so(tmp_path):
    assert waste(accounts_of(tmp_path, [event(input_tokens=5), hours("a", 1, "1.0")]), Asked()) == []
