"""Files of budgets and rules that nobody would write: an InputError with places, never another error."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.track.allocate_file import read_rules
from farthing.track.budget_file import read_budgets
from farthing.units.problem import InputError

KEYS = (
    "budgets", "name", "where", "amount", "currency", "period", "starts", "from", "to", "soft", "hard",
    "alerts", "rollover", "webhook", "webhook_env", "secret_env", "insecure", "pools", "cost", "share",
    "fixed", "usage", "metric", "idle", "gpu", "count", "rent_usd_per_gpu_hour", "reserved_gpus", "used",
    "targets", "untagged",
)  # fmt: skip
WORDS = (
    "", "a", "team=a", "team", "5,000", "$5", "-1", "1e400", "USD", "month", "31", "02-30", "80%", "forecast",
    "forecast 80%", "none", "true", "2026-11-31", "2026-11-01", "9999-12-31", "https://a.b/c", "http://[",
    "https://a:x/", "even", "proportional", "pool:a", "requests", "0", "99999999999", "²", "keep", "1%", "%",
    "tag:", "\x00", "Infinity",
)  # fmt: skip
NAMES = st.sampled_from(KEYS + WORDS[:6])
VALUES = st.recursive(
    st.sampled_from(WORDS) | st.text(max_size=5) | st.none() | st.integers(-5, 50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
ENTRY = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8)


@pytest.mark.parametrize(("read", "key"), [(read_budgets, "budgets"), (read_rules, "pools")])
@settings(max_examples=50)
@given(st.lists(ENTRY, max_size=3), ENTRY)
def test_nothing_but_input_errors(read, key, entries, beside):
    usual = ("cost", {"amount": "5"}) if key == "pools" else ("amount", "5")
    written = [{"name": "a", usual[0]: usual[1], **entry} for entry in entries]
    tree = {key: written, **({"to": "team", **beside} if key == "pools" else {})}
    assert all(problem.what and "file.yaml" in problem.where for problem in slips(read, json.dumps(tree)))


def slips(read, text):
    try:
        read(text, "file.yaml")
    except InputError as error:
        return error.problems
    return ()
