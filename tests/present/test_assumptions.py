"""The short form names what somebody chose and what matters, and counts the rest."""

from pathlib import Path

import msgspec
import pytest

from farthing.estimate.answer import Assumption, Estimate, Range, Source
from farthing.present import document, text

ANSWER = msgspec.json.decode(
    (Path(__file__).parents[1] / "golden" / "answer.json").read_bytes(), type=Estimate
)


def item(name, value, basis, unit=""):
    return Assumption(name, Range(value, value, value), unit, basis, (f"source-of-{name}",))


SHAPE = [item("layer_count", 126, "looked_up"), item("expert_count", 0, "looked_up")]
LAYOUT = [
    item("tp", 8, "derived"),
    item("pp", 4, "derived"),
    item("cp", 1, "derived"),
    item("micro_batch_sequences", 1, "derived"),
    item("zero_stage", 1, "derived"),
    item("selective_level", 1, "derived"),
    item("recompute_share", 0, "derived"),
]


@pytest.fixture(scope="module")
def long():
    added = (*SHAPE, *LAYOUT)
    sources = tuple(Source(name, name, "", "", "B") for i in added for name in i.sources)
    return msgspec.structs.replace(
        ANSWER, assumptions=(*ANSWER.assumptions, *added), sources=(*ANSWER.sources, *sources)
    )


def test_what_was_looked_up_is_counted_and_zeros_are_not_shown(long):
    shown = text.render(long)
    assert "layer_count  " not in shown
    assert "expert_count  " not in shown
    assert "and 2 more looked up or derived: --explain" in shown


def test_what_was_given_assumed_or_drives_the_result_stays(long):
    shown = text.render(long)
    assert all(name in shown for name in ("flop_per_sample", "mfu", "rent_usd_per_gpu_hour"))


def test_the_layout_is_one_line(long):
    assert "layout: tp 8, pp 4, microbatch 1, ZeRO 1, selective recompute; --tp" in text.render(long)
    given = [item("tp", 8, "given")]
    assert "layout:" not in text.render(msgspec.structs.replace(long, assumptions=tuple(given)))


def test_few_sources_are_named(long):
    shown = text.render(long).partition("Sources\n")[2].partition("\n\n")[0]
    assert len(shown.replace("\n", " ").split(",")) == 9
    assert f"and {len(long.sources) - 8} more: --explain" in shown.replace("\n ", "")
    assert "someone-2025-mfu" in shown


def test_explained_and_as_json_everything_is_there(long):
    for complete in (text.render(long, explain=True), document.encode(long)):
        assert all(i.name in complete for i in long.assumptions)
        assert all(source.id in complete for source in long.sources)
