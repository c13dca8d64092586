"""Servings and workloads that ship: read, cited, in range, none of the fifth that is kept apart."""

import hashlib
import re

from farthing.catalog.load import catalog
from farthing.estimate.serving_row import workload_of


def test_no_serving_of_the_fifth_that_never_ships():
    assert len(catalog().published_serving) > 2000
    for name in catalog().published_serving:
        assert int(hashlib.sha256(name.encode()).hexdigest(), 16) % 5 != 0


def test_every_serving_is_cited_and_measured_something_positive():
    for fact in catalog().published_serving.values():
        assert fact.source in catalog().sources
        measured = [fact.tpot_ms, fact.ttft_ms, fact.output_tok_s]
        assert any(measured)
        assert all(value is None or value > 0 for value in measured)


def test_throughput_is_only_what_was_measured():
    derived = [f for f in catalog().published_serving.values() if f.tput_kind != "measured"]
    assert derived
    assert all(fact.output_tok_s is None for fact in derived)


def test_workloads_have_lengths_and_their_models_by_any_spelling():
    for fact in catalog().workloads.values():
        assert fact.input_tokens > 0
        assert fact.output_tokens > 0
    long = workload_of("mlperf:llama3.1-405b:Server", "llama-3.1-405b")
    assert long is not None
    assert re.search("405B", long.name)
    assert (
        workload_of("mlperf:x", "Llama 3.1 8B").input_tokens
        == catalog().workloads["mlperf-llama3.1-8b"].input_tokens
    )
    assert workload_of("fixed ISL/OSL", "llama-3.1-405b") is None
