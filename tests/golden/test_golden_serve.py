"""What the user sees of a fleet that serves, pinned. FARTHING_GOLDEN=write renews the files."""

import msgspec
import pytest
from pinned import HERE, as_it_was

from farthing.app.answers import Estimate
from farthing.present import text

ANSWER = msgspec.json.decode((HERE / "serve.json").read_bytes(), type=Estimate)


@pytest.mark.parametrize(("name", "width"), [("serve.txt", 100), ("serve-wide.txt", 140)])
def test_the_text_is_as_it_was(name, width):
    made = text.render(ANSWER, width=width)
    assert made == as_it_was(name, made)


def test_the_verdict_comes_first_and_money_next():
    lines = text.render(ANSWER, width=100).splitlines()
    assert lines[0].startswith("Llama 3.1 70B in bf16: ")
    assert next(line for line in lines[1:] if line.startswith("  ")).lstrip().startswith("A month")


@pytest.mark.parametrize("width", [100, 120, 140])
def test_fleets_keep_to_the_width(width):
    made = text.render(ANSWER, width=width)
    table = made.partition("Fleets\n")[2].partition("\n\n")[0].splitlines()
    assert max(map(len, table)) <= width
    assert table[1].split()[3:5] == ["as", "asked"]
