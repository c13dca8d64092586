"""The library: its names are documented, its answers are those of the command line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import farthing
from farthing.app.fields import COMMON, TRAIN
from farthing.app.train import TrainOptions

DOCS = Path(__file__).parents[2] / "docs" / "library.md"
TIME = {"accelerator": "a100-sxm-80gb", "count": 280, "duration": "2 weeks", "rate": 2.5}


def test_every_public_name_is_documented_and_there():
    listed = set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text("utf-8"), re.MULTILINE))
    assert listed == set(farthing.__all__) - {"__version__"}
    for name in listed:
        assert getattr(farthing, name).__doc__


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = farthing.trian
    assert set(farthing.__all__) <= set(dir(farthing))


def test_importing_the_library_imports_nothing_heavy():
    code = "import farthing, sys; assert not {'numpy', 'yaml', 'msgspec', 'click'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_library_takes_the_options_of_the_command_line():
    assert TrainOptions.__optional_keys__ == {field.name for field in (*TRAIN, *COMMON)}


def test_numbers_texts_and_spreads_say_the_same():
    texts = farthing.train(**{**TIME, "count": "280", "rate": "$2.50/h"})
    assert farthing.train(**TIME).results == texts.results
    spread = farthing.train(**{**TIME, "rate": farthing.Spread.between(2, 3)})
    assert spread.results == farthing.train(**{**TIME, "rate": "2..3"}).results


def test_set_may_be_a_mapping():
    answer = farthing.train(**TIME, set={"pue": 1.25})
    assert next(item.value.p50 for item in answer.assumptions if item.name == "pue") == 1.25


@pytest.mark.parametrize(
    "bad", [{"count": True}, {"count": None, "cuont": 3}, {"count": [1]}, {"owned": "perhaps"}]
)
def test_bad_options_are_input_errors(bad):
    with pytest.raises(farthing.InputError):
        farthing.train(**{**TIME, **bad})


def test_why_explains_an_answer_in_hand():
    found = farthing.why("cost", farthing.train(**TIME))
    assert found.name == "cost_usd"


def test_the_same_seed_gives_the_same_answer():
    one, same, other = (farthing.train(**TIME, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.results["cost_usd"] != other.results["cost_usd"]
