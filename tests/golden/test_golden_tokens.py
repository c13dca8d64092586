"""What the user sees of a bill by the token, pinned. FARTHING_GOLDEN=write renews the files."""

import msgspec
import pytest
from pinned import HERE, as_it_was

from farthing.app.answers import Estimate
from farthing.present import csv, markdown, text

ANSWER = msgspec.json.decode((HERE / "tokens.json").read_bytes(), type=Estimate)
FORMS = {
    "tokens.txt": lambda: text.render(ANSWER, width=100),
    "tokens-wide.txt": lambda: text.render(ANSWER, width=140),
    "tokens.md": lambda: markdown.render(ANSWER),
    "tokens.csv": lambda: csv.render(ANSWER),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_as_it_was(name):
    made = FORMS[name]()
    assert made == as_it_was(name, made)


@pytest.mark.parametrize("width", [80, 100, 140])
def test_text_keeps_to_its_width(width):
    assert max(map(len, text.render(ANSWER, width=width).splitlines())) <= max(width, 100)


def test_the_verdict_comes_first_and_money_next():
    lines = text.render(ANSWER, width=140).splitlines()
    assert lines[0].startswith("anthropic/claude-sonnet-4-5: $")
    assert next(line for line in lines[1:] if line.startswith("  ")).lstrip().startswith("A request")


def test_a_model_without_a_price_is_shown_as_such_beside_the_others():
    made = text.render(ANSWER, width=140)
    (line,) = [line for line in made.splitlines() if line.lstrip().startswith("no-such-model-9")]
    assert line.split()[1:4] == ["unpriced"] * 3
    assert "$0.00" not in line
