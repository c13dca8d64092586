"""What the user sees of a fine-tuning, pinned. FARTHING_GOLDEN=write renews the file."""

import msgspec
import pytest
from pinned import HERE, as_it_was

from farthing.app.answers import Estimate
from farthing.present import text

ANSWER = msgspec.json.decode((HERE / "finetune.json").read_bytes(), type=Estimate)


@pytest.mark.parametrize(("name", "width"), [("finetune.txt", 100), ("finetune-wide.txt", 120)])
def test_the_text_is_as_it_was(name, width):
    made = text.render(ANSWER, width=width)
    assert made == as_it_was(name, made)


def test_the_verdict_comes_first_and_money_next():
    lines = text.render(ANSWER, width=100).splitlines()
    assert lines[0].startswith("QLoRA of Qwen2.5 14B on 3,000 examples takes")
    assert lines[3].lstrip().startswith("Compute")


def test_the_warning_and_the_smallest_gpu_are_in_it():
    made = text.render(ANSWER, width=100)
    assert "3,000 examples are fewer than the 5,000" in made
    assert "the smallest GPU that holds it is" in " ".join(made.split())
